/*
 * read_what_if.c
 *	  SQL: what_if(query, indexes, hide), the plan with indexes imagined, and
 *	  what_if_size(index), the size of one.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "advise/expr_stats.h"
#include "advise/replan.h"
#include "base/base.h"

PG_FUNCTION_INFO_V1(pa_what_if);
PG_FUNCTION_INFO_V1(pa_what_if_size);

/* What imagine() needs and gives */
typedef struct WhatIfJob
{
	PaWhatIf	whatif;
	List	   *texts;			/* CREATE INDEX statements */
	int64		bytes;			/* of them all, if asked for */
	MemoryContext context;
} WhatIfJob;

/*
 * Makes the definitions of all indexes to be imagined.
 */
static void
imagine(void *arg)
{
	WhatIfJob  *job = arg;
	MemoryContext oldcontext = MemoryContextSwitchTo(job->context);
	ListCell   *lc;

	foreach(lc, job->texts)
		job->whatif.indexes = lappend(job->whatif.indexes,
									  pa_index_def_from_sql(lfirst(lc)));
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Returns the OIDs in a regclass[], each of which must be an index. Raises
 * ERROR 42809 or 22004.
 */
static List *
hidden_indexes(ArrayType *array)
{
	List	   *result = NIL;
	Datum	   *values;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT,
					  &values, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		Oid			oid = nulls[i] ? InvalidOid : DatumGetObjectId(values[i]);

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("indexes to hide must not contain null values")));
		if (get_rel_relkind(oid) != RELKIND_INDEX)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not an index",
							get_rel_name(oid) ? get_rel_name(oid) : "?")));
		result = lappend_oid(result, oid);
	}
	return result;
}

/*
 * Returns one row for each line.
 */
static void
return_lines(FunctionCallInfo fcinfo, char *lines)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *line = lines;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (line != NULL && *line != '\0')
	{
		char	   *end = strchr(line, '\n');
		Datum		value;
		bool		isnull = false;

		if (end != NULL)
			*end++ = '\0';
		value = CStringGetTextDatum(line);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
		line = end;
	}
}

/*
 * what_if(query text, indexes text[], hide regclass[]) returns setof text
 *
 * Plans the query as the current user with the indexes imagined and the others
 * hidden. Never executes it, never writes. Locks are given back at once.
 */
Datum
pa_what_if(PG_FUNCTION_ARGS)
{
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	PaSample	sample = {.text = query};
	PaReplan	replan = {.sample = &sample};
	WhatIfJob	job = {.context = CurrentMemoryContext};
	PaPlanResult result;
	ErrorData  *error = NULL;

	pa_require_preloaded();
	pa_expr_stats_reset();
	pa_whatif_reset_oids();
	replan.restriction.userid = GetUserId();
	replan.restriction.code = PA_CODE_ANY;
	if (!PG_ARGISNULL(1))
		job.texts = pa_text_array_list(PG_GETARG_ARRAYTYPE_P(1), "indexes to imagine");
	if (!PG_ARGISNULL(2))
		job.whatif.hidden = hidden_indexes(PG_GETARG_ARRAYTYPE_P(2));

	if (!pa_in_restriction(&replan.restriction, imagine, &job, &error))
		ReThrowError(error);
	pa_replan_prepare(&replan);
	if (replan.error != NULL ||
		!pa_replan_plan(&replan, &job.whatif, true, &result))
		pa_raise_error_of(query, replan.error);
	return_lines(fcinfo, result.plan);
	return (Datum) 0;
}

/*
 * Estimates the sizes of all imagined indexes.
 */
static void
imagine_sizes(void *arg)
{
	WhatIfJob  *job = arg;
	ListCell   *lc;

	imagine(job);
	foreach(lc, job->whatif.indexes)
	{
		pa_index_size_refine(lfirst(lc));
		job->bytes += pa_index_size_bytes(lfirst(lc));
	}
}

/*
 * what_if_size(index text) returns bigint
 *
 * The bytes that an index would have right after CREATE INDEX, or NULL if it
 * could not be created because a value is too long for it.
 */
Datum
pa_what_if_size(PG_FUNCTION_ARGS)
{
	PaRestriction self = {.userid = GetUserId(),.code = PA_CODE_ANY};
	WhatIfJob	job = {.context = CurrentMemoryContext};
	ErrorData  *error = NULL;

	pa_require_preloaded();
	pa_expr_stats_reset();
	pa_whatif_reset_oids();
	job.texts = list_make1(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (!pa_in_restriction(&self, imagine_sizes, &job, &error))
		ReThrowError(error);
	if (((PaIndexDef *) linitial(job.whatif.indexes))->size.too_wide)
		PG_RETURN_NULL();
	PG_RETURN_INT64(job.bytes);
}
