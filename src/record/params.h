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

extern uint64 pa_params_hash_value(uint64 hash, const ParamExternData *param);
extern uint64 pa_params_hash_text(const char *source, int location, int length);

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
 * Returns the hash of what an execution that starts will run with; 0 where
 * it is not asked for: inside functions, and of writes. May look types up in the catalog.
 */
static inline uint64
pa_params_hash(const PaExecution *execution, const QueryDesc *query_desc)
{
	ParamListInfo params = query_desc->params;
	uint64		hash;

	if (!execution->key.toplevel || query_desc->operation != CMD_SELECT)
		return 0;
	if (params == NULL || params->numParams == 0)
		return pa_params_hash_text(query_desc->sourceText, execution->location,
								   execution->length);
	if (params->paramFetch != NULL)
		return 0;
	hash = params->numParams;
	for (int i = 0; i < params->numParams; i++)
	{
		const ParamExternData *param = &params->params[i];

		if (likely(param->ptype < 64 && (PA_PARAM_NUMBERS >> param->ptype & 1) && !param->isnull))
			hash = pa_params_mix(hash, param->value);
		else
			hash = pa_params_hash_value(hash, param);
	}
	return hash * UINT64CONST(0xff51afd7ed558ccd);
}

#endif							/* PERFADVISOR_RECORD_PARAMS_H */
