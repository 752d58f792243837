/*
 * read_statistics.c
 *	  SQL: what statistics_advice() is made from.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "advise/expr_stats.h"
#include "advise/statistics.h"
#include "base/base.h"
#include "base/progress.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_examine_statistics);

/*
 * Whether the current user may learn what the rows of a table are like: those
 * who may read it, and those who may read all statistics, as of the superuser.
 * The table must be locked: of one that was dropped this raises an error.
 */
static bool
may_look(Oid relid)
{
	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		pa_may_see_role(BOOTSTRAP_SUPERUSERID);
}

/*
 * Whether a table has a column, which was not dropped.
 */
static bool
has_column(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = SearchSysCacheAttNum(relid, attno);

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return HeapTupleIsValid(tuple);
}

/*
 * Whether all columns that were found in plans are still there.
 */
static bool
has_columns(const PaTableUse *use)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, use->columns)
	{
		foreach(lc2, ((PaColumnUse *) lfirst(lc))->attnos)
		{
			if (!has_column(use->relid, lfirst_int(lc2)))
				return false;
		}
	}
	foreach(lc, use->filters)
	{
		PaFilterUse *filter = lfirst(lc);

		for (int i = 0; i < filter->nclauses; i++)
		{
			if (!has_column(use->relid, filter->clauses[i].attno))
				return false;
		}
	}
	return true;
}

/*
 * Locks a table, so that it stays what it is while it is judged. It may have
 * been dropped or changed since the workload was planned. Takes ACCESS SHARE
 * without waiting; false, and no lock, when it is to be left out.
 */
static bool
lock_table(const PaTableUse *use)
{
	if (!ConditionalLockRelationOid(use->relid, AccessShareLock))
		return false;
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(use->relid)) &&
		has_columns(use) && may_look(use->relid))
		return true;
	UnlockRelationOid(use->relid, AccessShareLock);
	return false;
}

static Datum
text_array(Oid relid, List *attnos)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(attnos), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, attnos)
		values[n++] = CStringGetTextDatum(get_attname(relid, lfirst_int(lc), false));
	return PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
bigint_array(List *numbers)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(numbers), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, numbers)
		values[n++] = Int64GetDatum(*(int64 *) lfirst(lc));
	return PointerGetDatum(construct_array(values, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
put_row(ReturnSetInfo *rsinfo, const PaStatisticsRow *row)
{
	Datum		values[8];
	bool		nulls[8] = {false};

	values[0] = ObjectIdGetDatum(row->relid);
	values[1] = text_array(row->relid, row->attnos);
	values[2] = CStringGetTextDatum(row->problem);
	values[3] = Float8GetDatum(row->estimate_error);
	values[4] = bigint_array(row->queryids);
	values[5] = CStringGetTextDatum(row->ddl);
	nulls[6] = row->undo == NULL;
	values[6] = nulls[6] ? (Datum) 0 : CStringGetTextDatum(row->undo);
	values[7] = CStringGetTextDatum(row->reason);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Whether an OID is in an oid[].
 */
static bool
is_among(ArrayType *array, Oid oid)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, OIDOID, sizeof(Oid), true, TYPALIGN_INT,
					  &values, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i] && DatumGetObjectId(values[i]) == oid)
			return true;
	}
	return false;
}

/*
 * Judges the tables of the recorded workload. Tables that cannot be looked at
 * now are left out; when the time is up, so are those that are left, with a
 * notice.
 */
static void
examine(ReturnSetInfo *rsinfo, ArrayType *analyse_first)
{
	PaSearch   *search = pa_search_new();
	List	   *uses;
	ListCell   *lc;
	ListCell   *lc2;

	pa_progress_update("reading the workload", 0, 0);
	pa_workload_recorded(search);
	if (pa_advise_time_limit > 0)
		pa_search_set_limit(search, pa_advise_time_limit);
	uses = pa_statistics_collect(search);
	foreach(lc, uses)
	{
		PaTableUse *use = lfirst(lc);

		pa_progress_update("sampling tables", foreach_current_index(lc), list_length(uses));
		CHECK_FOR_INTERRUPTS();
		if (pa_search_out_of_time(search))
			break;
		if (!lock_table(use))
			continue;
		foreach(lc2, pa_statistics_judge(use, is_among(analyse_first, use->relid)))
			put_row(rsinfo, lfirst(lc2));
		UnlockRelationOid(use->relid, AccessShareLock);
	}
	if (search->out_of_time)
		ereport(NOTICE,
				(errmsg("looking for misleading statistics was stopped by its time limit"),
				 errhint("Raise perfadvisor.advise_time_limit.")));
	MemoryContextDelete(search->context);
}

/*
 * examine_statistics(analyse_first oid[]) compares the estimates of the
 * recorded workload with samples of its tables. Of tables in analyse_first
 * only the worst error is returned.
 */
Datum
pa_examine_statistics(PG_FUNCTION_ARGS)
{
	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, TEXTARRAYOID, TEXTOID, FLOAT8OID,
				  INT8ARRAYOID, TEXTOID, TEXTOID, TEXTOID);
	pa_expr_stats_reset();
	pa_whatif_reset_oids();
	pa_progress_start();
	PG_TRY();
	{
		examine((ReturnSetInfo *) fcinfo->resultinfo, PG_GETARG_ARRAYTYPE_P(0));
	}
	PG_FINALLY();
	{
		pa_progress_end();
	}
	PG_END_TRY();
	return (Datum) 0;
}
