/*
 * expr_stats.c
 *	  Statistics of index expressions, sampled before the index exists.
 *
 * The planner knows nothing of lower(email) until an index on it exists and
 * ANALYZE has run; it then assumes that an equality finds 0.5 % of the table.
 * Here the expression is evaluated over a sample of the rows, see row_sample.c,
 * and PostgreSQL's own ANALYZE routines make a pg_statistic row of it, which
 * stays in memory. Each expression is sampled once for a search.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "commands/vacuum.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "advise/expr_stats.h"
#include "advise/row_sample.h"
#include "advise/source_stats.h"
#include "base/compat_planner.h"

/* One expression's statistics; tuple is NULL where none could be made. */
typedef struct ExprStats
{
	Oid			relid;
	Node	   *expr;
	HeapTuple	tuple;
} ExprStats;

/* What compute() needs and gives. */
typedef struct SampleJob
{
	Oid			relid;
	Node	   *expr;
	HeapTuple	tuple;
} SampleJob;

static MemoryContext cache_context = NULL;
static List *cache = NIL;

/*
 * Forgets everything sampled; called when a search begins.
 */
void
pa_expr_stats_reset(void)
{
	pa_rows_reset();
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
 * Computes the statistics of sampled values. Runs as the table's owner.
 */
static void
compute(const PaRowValues *values, void *arg)
{
	SampleJob  *job = arg;
	VacAttrStats *stats = palloc0(sizeof(VacAttrStats));
	MemoryContext oldcontext;

	if (values->n == 0 || !init_stats(stats, job->expr))
		return;
	stats->exprvals = values->values;
	stats->exprnulls = values->isnull;
	stats->rowstride = 1;
	stats->compute_stats(stats, fetch_value, values->n, Max(values->total, values->n));
	if (!stats->stats_valid)
		return;
	oldcontext = MemoryContextSwitchTo(cache_context);
	job->tuple = form_tuple(stats, job->relid);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Samples one expression of a table.
 */
static HeapTuple
sample(Oid relid, Node *expr)
{
	SampleJob	job = {relid, expr, NULL};

	if (!pa_rows_evaluate(relid, list_make1(expr), NIL, 0, compute, &job))
		return NULL;
	return job.tuple;
}

/*
 * Returns a pg_statistic row for key column indexattnum of an imagined index,
 * or NULL if it is a plain column or could not be sampled. Where the table is
 * empty here, that of another server. The row belongs to the cache: copy it.
 */
HeapTuple
pa_expr_stats(PaIndexDef *def, AttrNumber indexattnum)
{
	PaIndexColumn *col = &def->columns[indexattnum - 1];
	ExprStats  *found;
	MemoryContext oldcontext;
	HeapTuple	tuple;
	ListCell   *lc;

	if (col->attno != 0)
		return NULL;
	tuple = pa_source_expression(def->relid, col->expr);
	if (tuple != NULL)
		return tuple;
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
