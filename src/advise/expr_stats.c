/*
 * expr_stats.c
 *	  Statistics of index expressions, sampled before the index exists.
 *
 * The planner knows nothing of lower(email) until an index on it exists and
 * ANALYZE has run; it then assumes that an equality finds 0.5 % of the table.
 * Here a sample of the table's blocks is read, the expression is evaluated,
 * and PostgreSQL's own ANALYZE routines make a pg_statistic row of it, which
 * stays in memory.
 *
 * Evaluating runs functions. As ANALYZE does, this happens as the owner of the
 * table, in a security-restricted operation and read only. Each expression is
 * sampled once for a search.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "commands/vacuum.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "advise/expr_stats.h"
#include "advise/replan.h"
#include "base/compat_planner.h"

/* Rows to look at; ANALYZE takes 30,000 for its default target of 100. */
#define PA_SAMPLE_ROWS	10000

/* One expression's statistics; tuple is NULL where none could be made. */
typedef struct ExprStats
{
	Oid			relid;
	Node	   *expr;
	HeapTuple	tuple;
} ExprStats;

/* What sample_expression() needs and gives. */
typedef struct SampleJob
{
	Oid			relid;
	Node	   *expr;
	double		reltuples;
	HeapTuple	tuple;
	MemoryContext result_context;
} SampleJob;

static MemoryContext cache_context = NULL;
static List *cache = NIL;

/*
 * Forgets everything sampled; called when a search begins.
 */
void
pa_expr_stats_reset(void)
{
	cache = NIL;
	if (cache_context != NULL)
		MemoryContextReset(cache_context);
	else
		cache_context = AllocSetContextCreate(TopMemoryContext,
											  "perfadvisor expression statistics",
											  ALLOCSET_DEFAULT_SIZES);
}

static Datum
fetch_value(VacAttrStatsP stats, int rownum, bool *isnull)
{
	*isnull = stats->exprnulls[rownum];
	return stats->exprvals[rownum];
}

/*
 * Builds the array for one slot's values, or returns 0 with *isnull set.
 */
static Datum
slot_values(VacAttrStats *stats, int k, bool *isnull)
{
	*isnull = (stats->numvalues[k] <= 0);
	if (*isnull)
		return (Datum) 0;
	return PointerGetDatum(construct_array(stats->stavalues[k],
										   stats->numvalues[k],
										   stats->statypid[k],
										   stats->statyplen[k],
										   stats->statypbyval[k],
										   stats->statypalign[k]));
}

/*
 * Builds the array for one slot's numbers, or returns 0 with *isnull set.
 */
static Datum
slot_numbers(VacAttrStats *stats, int k, bool *isnull)
{
	Datum	   *numbers;

	*isnull = (stats->numnumbers[k] <= 0);
	if (*isnull)
		return (Datum) 0;
	numbers = palloc(sizeof(Datum) * stats->numnumbers[k]);
	for (int i = 0; i < stats->numnumbers[k]; i++)
		numbers[i] = Float4GetDatum(stats->stanumbers[k][i]);
	return PointerGetDatum(construct_array(numbers, stats->numnumbers[k],
										   FLOAT4OID, sizeof(float4), true,
										   TYPALIGN_INT));
}

/*
 * Makes a row of the form of pg_statistic from computed statistics.
 */
static HeapTuple
form_tuple(VacAttrStats *stats, Oid relid)
{
	Relation	catalog = table_open(StatisticRelationId, AccessShareLock);
	Datum		values[Natts_pg_statistic] = {0};
	bool		nulls[Natts_pg_statistic] = {0};
	HeapTuple	tuple;

	values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(relid);
	values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(1);
	values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(false);
	values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(stats->stanullfrac);
	values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(stats->stawidth);
	values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(stats->stadistinct);
	for (int k = 0; k < STATISTIC_NUM_SLOTS; k++)
	{
		int			numbers = Anum_pg_statistic_stanumbers1 - 1 + k;
		int			vals = Anum_pg_statistic_stavalues1 - 1 + k;

		values[Anum_pg_statistic_stakind1 - 1 + k] = Int16GetDatum(stats->stakind[k]);
		values[Anum_pg_statistic_staop1 - 1 + k] = ObjectIdGetDatum(stats->staop[k]);
		values[Anum_pg_statistic_stacoll1 - 1 + k] = ObjectIdGetDatum(stats->stacoll[k]);
		values[numbers] = slot_numbers(stats, k, &nulls[numbers]);
		values[vals] = slot_values(stats, k, &nulls[vals]);
	}
	tuple = heap_form_tuple(RelationGetDescr(catalog), values, nulls);
	table_close(catalog, AccessShareLock);
	return tuple;
}

/*
 * Prepares the working state of ANALYZE for a value that is no column. Returns
 * false if the type has no statistics.
 */
static bool
init_stats(VacAttrStats *stats, Node *expr)
{
	HeapTuple	typtuple;
	bool		ok;

	stats->attrtypid = exprType(expr);
	stats->attrtypmod = exprTypmod(expr);
	stats->attrcollid = exprCollation(expr);
	typtuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(stats->attrtypid));
	if (!HeapTupleIsValid(typtuple))
		return false;
	stats->attrtype = (Form_pg_type) GETSTRUCT(typtuple);
	stats->anl_context = CurrentMemoryContext;
	stats->tupattnum = InvalidAttrNumber;
	pa_init_statistics_target(stats);
	for (int k = 0; k < STATISTIC_NUM_SLOTS; k++)
	{
		stats->statypid[k] = stats->attrtypid;
		stats->statyplen[k] = stats->attrtype->typlen;
		stats->statypbyval[k] = stats->attrtype->typbyval;
		stats->statypalign[k] = stats->attrtype->typalign;
	}
	if (OidIsValid(stats->attrtype->typanalyze))
		ok = DatumGetBool(OidFunctionCall1(stats->attrtype->typanalyze,
										   PointerGetDatum(stats)));
	else
		ok = std_typanalyze(stats);
	return ok && stats->compute_stats != NULL && stats->minrows > 0;
}

/*
 * Returns the query that reads the expression from a sample of the blocks. The
 * sample is repeatable, so that the same table gives the same advice.
 */
static char *
sample_query(SampleJob *job)
{
	double		percent = 100.0;
	List	   *context;

	if (job->reltuples > PA_SAMPLE_ROWS)
		percent = Max(100.0 * PA_SAMPLE_ROWS / job->reltuples, 0.001);
	context = deparse_context_for(get_rel_name(job->relid), job->relid);
	return psprintf("SELECT %s FROM ONLY %s TABLESAMPLE SYSTEM (%.6f) REPEATABLE (0) LIMIT %d",
					deparse_expression(job->expr, context, false, false),
					quote_qualified_identifier(get_namespace_name(get_rel_namespace(job->relid)),
											   get_rel_name(job->relid)),
					percent, 3 * PA_SAMPLE_ROWS);
}

/*
 * Reads the sample and computes the statistics; runs inside pa_in_restriction().
 */
static void
sample_expression(void *arg)
{
	SampleJob  *job = arg;
	VacAttrStats *stats = palloc0(sizeof(VacAttrStats));
	int			n;

	if (!init_stats(stats, job->expr))
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		return;
	if (SPI_execute(sample_query(job), true, 0) != SPI_OK_SELECT)
	{
		SPI_finish();
		return;
	}
	n = (int) SPI_processed;
	stats->exprvals = palloc(sizeof(Datum) * Max(n, 1));
	stats->exprnulls = palloc(sizeof(bool) * Max(n, 1));
	stats->rowstride = 1;
	stats->anl_context = CurrentMemoryContext;
	for (int i = 0; i < n; i++)
		stats->exprvals[i] = SPI_getbinval(SPI_tuptable->vals[i],
										   SPI_tuptable->tupdesc, 1,
										   &stats->exprnulls[i]);
	if (n > 0)
	{
		stats->compute_stats(stats, fetch_value, n, Max(job->reltuples, n));
		if (stats->stats_valid)
		{
			HeapTuple	tuple = form_tuple(stats, job->relid);
			MemoryContext old = MemoryContextSwitchTo(job->result_context);

			job->tuple = heap_copytuple(tuple);
			MemoryContextSwitchTo(old);
		}
	}
	SPI_finish();
}

/*
 * Samples one expression of a table as the table's owner.
 */
static HeapTuple
sample(Oid relid, Node *expr)
{
	SampleJob	job = {relid, expr, 0, NULL, cache_context};
	HeapTuple	reltuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	PaRestriction restriction = {0};
	char		relkind;

	if (!HeapTupleIsValid(reltuple))
		return NULL;
	restriction.userid = ((Form_pg_class) GETSTRUCT(reltuple))->relowner;
	restriction.search_path = "pg_catalog";
	job.reltuples = ((Form_pg_class) GETSTRUCT(reltuple))->reltuples;
	relkind = ((Form_pg_class) GETSTRUCT(reltuple))->relkind;
	ReleaseSysCache(reltuple);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_MATVIEW)
		return NULL;
	if (!pa_in_restriction(&restriction, sample_expression, &job, NULL))
		return NULL;
	return job.tuple;
}

/*
 * Returns a pg_statistic row for key column indexattnum of an imagined index,
 * or NULL if it is a plain column or could not be sampled. The row belongs to
 * the cache: copy it.
 */
HeapTuple
pa_expr_stats(PaIndexDef *def, AttrNumber indexattnum)
{
	PaIndexColumn *col = &def->columns[indexattnum - 1];
	ExprStats  *found;
	MemoryContext oldcontext;
	ListCell   *lc;

	if (col->attno != 0)
		return NULL;
	foreach(lc, cache)
	{
		found = lfirst(lc);
		if (found->relid == def->relid && equal(found->expr, col->expr))
			return found->tuple;
	}

	/* Remembered before it is sampled: sampling plans, and planning asks. */
	if (cache_context == NULL)
		pa_expr_stats_reset();
	oldcontext = MemoryContextSwitchTo(cache_context);
	found = palloc0(sizeof(ExprStats));
	found->relid = def->relid;
	found->expr = copyObject(col->expr);
	cache = lappend(cache, found);
	MemoryContextSwitchTo(oldcontext);

	found->tuple = sample(def->relid, found->expr);
	return found->tuple;
}
