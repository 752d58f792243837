/*
 * params.h
 *	  A hash of the values that an execution runs with, which tells whether
 *	  two executions of a statement ask the same. Private to the record room.
 *
 * It is made for every execution of a client, so it must be cheap: values
 * passed by reference are hashed up to a bound, and of a statement without
 * parameters its text is, whose comments at both ends may be ids of a trace
 * and are left out. A statement with parameters is taken to have the same
 * constants in each of its executions.
 */
#ifndef PERFADVISOR_RECORD_PARAMS_H
#define PERFADVISOR_RECORD_PARAMS_H

#include "catalog/pg_type.h"
#include "record/recorder.h"

/* Types that are passed by value, of those with the lowest OIDs */
#define PA_PARAM_NUMBERS (UINT64CONST(1) << BOOLOID | UINT64CONST(1) << INT8OID | \
						  UINT64CONST(1) << INT2OID | UINT64CONST(1) << INT4OID | \
						  UINT64CONST(1) << OIDOID)

#define PA_PARAMS_SPREAD UINT64CONST(0xff51afd7ed558ccd)

extern uint64 pa_params_hash_text(const char *source, int location, int length);
extern uint64 pa_params_hash_list(ParamListInfo params, const PaExecution *execution,
								  const char *source);

/*
 * Adds a number to a hash.
 */
static inline uint64
pa_params_mix(uint64 hash, uint64 value)
{
	hash = (hash ^ value) * UINT64CONST(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 32);
}

/*
 * Tells whether a parameter is a number in a register.
 */
static inline bool
pa_param_is_number(const ParamExternData *param)
{
	return param->ptype < 64 && (PA_PARAM_NUMBERS >> param->ptype & 1) && !param->isnull;
}

/*
 * Tells whether parameters are a key alone, as most that are a number are.
 */
static inline bool
pa_params_are_a_key(ParamListInfo params)
{
	const ParamExternData *param = params->params;

	return params->numParams == 1 && params->paramFetch == NULL && !param->isnull &&
		(param->ptype == INT4OID || param->ptype == INT8OID);
}

/*
 * Returns the hash of what a client's statement that starts will run with; 0
 * where it is not asked for: of writes. May look types up in the catalog.
 */
static inline uint64
pa_params_hash(const PaExecution *execution, const QueryDesc *query_desc)
{
	ParamListInfo params = query_desc->params;

	if (query_desc->operation != CMD_SELECT)
		return 0;
	if (params == NULL)
		return pa_params_hash_text(query_desc->sourceText, execution->location,
								   execution->length);
	if (likely(pa_params_are_a_key(params)))
		return pa_params_mix(0, params->params[0].value) * PA_PARAMS_SPREAD;
	return pa_params_hash_list(params, execution, query_desc->sourceText);
}

#endif							/* PERFADVISOR_RECORD_PARAMS_H */
