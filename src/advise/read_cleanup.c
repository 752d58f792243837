/*
 * read_cleanup.c
 *	  SQL: what index_cleanup() is made from.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "advise/cleanup.h"
#include "advise/expr_stats.h"
#include "advise/replan.h"
#include "base/base.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_examine_indexes);
PG_FUNCTION_INFO_V1(pa_relation_bytes);

static const char *const problem_words[] = {
	[PA_PROBLEM_NONE] = "none",
	[PA_PROBLEM_DUPLICATE] = "duplicate",
	[PA_PROBLEM_REDUNDANT] = "redundant",
	[PA_PROBLEM_UNUSED] = "unused",
	[PA_PROBLEM_BLOATED] = "bloated"
};

/*
 * Returns the OIDs in an oid[] without NULLs.
 */
static List *
oid_list(ArrayType *array)
{
	List	   *result = NIL;
	Datum	   *values;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, OIDOID, sizeof(Oid), true, TYPALIGN_INT,
					  &values, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			result = lappend_oid(result, DatumGetObjectId(values[i]));
	}
	return result;
}

/*
 * Whether a verdict goes to the user: of those that say that an index can be
 * done without, all duplicates, and others only if proved.
 */
static bool
is_shown(const PaVerdict *verdict, const PaProof *proof)
{
	if (verdict->problem == PA_PROBLEM_DUPLICATE || verdict->problem == PA_PROBLEM_BLOATED)
		return true;
	return proof->complete && !verdict->needed;
}

static void
put_verdict(ReturnSetInfo *rsinfo, const PaVerdict *verdict, const PaProof *proof)
{
	const PaExisting *index = verdict->index;
	Datum		values[12];
	bool		nulls[12] = {false};
	int			i = 0;

	values[i++] = ObjectIdGetDatum(index->oid);
	values[i++] = ObjectIdGetDatum(index->def->relid);
	values[i++] = CStringGetTextDatum(problem_words[verdict->problem]);
	nulls[i] = verdict->covered_by == NULL;
	values[i++] = ObjectIdGetDatum(nulls[3] ? InvalidOid : verdict->covered_by->oid);
	values[i++] = Int64GetDatum(index->bytes);
	nulls[i] = index->expected_bytes < 0;
	values[i++] = Int64GetDatum(index->expected_bytes);
	values[i++] = Int64GetDatum(index->scans);
	nulls[i] = index->last_scan == 0;
	values[i++] = TimestampTzGetDatum(index->last_scan);
	values[i++] = BoolGetDatum(index->expr_stats);
	nulls[i] = !proof->complete || verdict->needed;
	values[i++] = Int32GetDatum(list_length(verdict->planned));
	values[i++] = Int32GetDatum(proof->statements);
	values[i++] = Int32GetDatum(proof->failed);
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Returns a row that says that a table could not be looked at.
 */
static void
put_unknown(ReturnSetInfo *rsinfo, Oid relid)
{
	Datum		values[12] = {0};
	bool		nulls[12];

	memset(nulls, true, sizeof(nulls));
	nulls[1] = nulls[2] = false;
	values[1] = ObjectIdGetDatum(relid);
	values[2] = CStringGetTextDatum("unknown");
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * examine_indexes(tables oid[]) judges the indexes of tables and plans the
 * recorded workload without those that seem to be superfluous.
 */
Datum
pa_examine_indexes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *relids = oid_list(PG_GETARG_ARRAYTYPE_P(0));
	List	   *verdicts = NIL;
	PaProof		proof;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, TEXTOID, OIDOID, INT8OID, INT8OID,
				  INT8OID, TIMESTAMPTZOID, BOOLOID, INT4OID, INT4OID, INT4OID);
	pa_expr_stats_reset();
	foreach(lc, pa_existing_read(relids))
	{
		PaExistingTable *table = lfirst(lc);

		if (table->unknown)
			put_unknown(rsinfo, table->relid);
		else
			verdicts = list_concat(verdicts, pa_cleanup_judge(table));
	}
	pa_cleanup_prove(verdicts, &proof);
	foreach(lc, verdicts)
	{
		if (is_shown(lfirst(lc), &proof))
			put_verdict(rsinfo, lfirst(lc), &proof);
	}
	if (!proof.complete)
		ereport(NOTICE,
				(errmsg("planning the recorded workload without indexes was stopped by its time limit"),
				 errdetail("Redundant and unused indexes are not shown, since no proof was found."),
				 errhint("Raise perfadvisor.advise_time_limit.")));
	return (Datum) 0;
}

/* What read_bytes() needs and gives */
typedef struct BytesJob
{
	Oid			relid;
	int64		bytes;			/* -1: not known */
} BytesJob;

static void
read_bytes(void *arg)
{
	BytesJob   *job = arg;
	Relation	rel;

	if (!ConditionalLockRelationOid(job->relid, AccessShareLock))
		return;
	rel = try_relation_open(job->relid, NoLock);
	if (rel == NULL)
		return;
	if (RELKIND_HAS_STORAGE(rel->rd_rel->relkind))
		job->bytes = (int64) RelationGetNumberOfBlocks(rel) * BLCKSZ;
	relation_close(rel, NoLock);
}

/*
 * relation_bytes(relation oid) returns the size of a relation's main part, as
 * pg_relation_size() does, but NULL instead of waiting if it is locked.
 */
Datum
pa_relation_bytes(PG_FUNCTION_ARGS)
{
	BytesJob	job = {PG_GETARG_OID(0), -1};
	PaRestriction self = {.userid = GetUserId()};

	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(job.relid)) ||
		!pa_in_restriction(&self, read_bytes, &job, NULL) || job.bytes < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(job.bytes);
}
