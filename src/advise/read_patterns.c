/*
 * read_patterns.c
 *	  SQL: what the tree and the plan of each recorded statement say of how it
 *	  is written; query_patterns and cache_advice are made from it.
 *
 * Statements are planned again as in a search for advice: as the role that ran
 * them, restricted, with the constants of their slowest sample. The answer is
 * remembered in the session until something new is recorded or a table changes.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "advise/examine.h"
#include "advise/expr_stats.h"
#include "base/base.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_examine_statements);

#define MAX_EXAMINED 1000		/* statements, the dearest ones */
#define MIN_CALLS 20			/* of a statement that takes less time than asked for */

/* What was found out about a statement */
typedef struct PaExaminedRow
{
	PaStatementKey key;
	Oid			relid;
	char	   *facts;			/* a JSON object */
} PaExaminedRow;

/* The last answer */
static struct
{
	MemoryContext context;
	uint64		workload;
	uint64		invalidations;
	Oid			userid;
	double		min_time;
	List	   *rows;
}			remembered;

/*
 * Takes down a query and its plan. Runs as the role that ran it, restricted.
 */
static void
inspect(Query *query, PlannedStmt *plan, void *arg)
{
	PaExamined *examined = arg;
	MemoryContext oldcontext;

	/* Of a rewrite to several, the first that counts */
	if (examined->done || !query->canSetTag)
		return;
	oldcontext = MemoryContextSwitchTo(examined->context);
	pa_examine_query(query, examined);
	pa_examine_plan(query, plan, examined);
	examined->done = true;
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Returns the sample that took longest, which shows best what is wrong.
 */
static const PaSample *
slowest_sample(const PaStatement *st)
{
	const PaSample *slowest = &st->samples[0];

	for (int i = 1; i < st->nsamples; i++)
		if (st->samples[i].exec_time > slowest->exec_time)
			slowest = &st->samples[i];
	return slowest;
}

/*
 * Examines a statement in the current memory context, which the caller
 * resets. Returns its facts, or NULL if it cannot be planned.
 */
static PaExaminedRow *
examine(const PaStatement *st, MemoryContext result)
{
	PaExamined	examined = {.context = CurrentMemoryContext};
	PaReplan	replan = {.inspect = inspect,.inspect_arg = &examined};
	PaWhatIf	whatif = {0};
	PaPlanResult plan;
	PaExaminedRow *row;
	MemoryContext oldcontext;

	replan.sample = slowest_sample(st);
	replan.restriction.userid = st->key.userid;
	replan.restriction.search_path = replan.sample->search_path;
	replan.queryid = st->key.queryid;
	replan.fingerprint = st->fingerprint;
	if (st->fingerprint != 0)
		replan.restriction.code = PA_CODE_CALLED;
	initStringInfo(&examined.facts);
	initStringInfo(&examined.found);
	pa_replan_prepare(&replan);
	if (replan.error != NULL || !pa_replan_plan(&replan, &whatif, false, &plan) ||
		!examined.done)
		return NULL;
	oldcontext = MemoryContextSwitchTo(result);
	row = palloc(sizeof(PaExaminedRow));
	row->key = st->key;
	row->relid = examined.relid;
	row->facts = psprintf("{%s%s\"advisable\":%s,\"cost\":%.2f,\"found\":[%s]}",
						  examined.facts.data, examined.facts.len > 0 ? "," : "",
						  st->advisable ? "true" : "false", plan.cost, examined.found.data);
	MemoryContextSwitchTo(oldcontext);
	return row;
}

/*
 * Orders statements by their time, the longest first.
 */
static int
compare_time(const ListCell *a, const ListCell *b)
{
	const PaStatement *sa = lfirst(a);
	const PaStatement *sb = lfirst(b);
	double		ta = sa->total_exec_time + sa->total_plan_time;
	double		tb = sb->total_exec_time + sb->total_plan_time;

	return ta > tb ? -1 : ta < tb;
}

/*
 * Examines the statements of this database that the current user may see and
 * that matter, and remembers the answer.
 */
static void
examine_all(double min_time)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(outer, "perfadvisor examination",
											   ALLOCSET_DEFAULT_SIZES);
	List	   *recorded = pa_record_read_statements(MyDatabaseId, true);
	int			examined = 0;
	ListCell   *lc;

	list_sort(recorded, compare_time);
	foreach(lc, recorded)
	{
		const PaStatement *st = lfirst(lc);
		PaExaminedRow *row;
		MemoryContext oldcontext;

		CHECK_FOR_INTERRUPTS();
		if (st->command == CMD_UTILITY || st->nsamples == 0 || !pa_may_see_role(st->key.userid) ||
			(st->calls < MIN_CALLS && st->total_exec_time + st->total_plan_time < min_time))
			continue;
		if (++examined > MAX_EXAMINED)
			break;
		MemoryContextSwitchTo(work);
		row = examine(st, remembered.context);
		MemoryContextReset(work);
		oldcontext = MemoryContextSwitchTo(remembered.context);
		if (row != NULL)
			remembered.rows = lappend(remembered.rows, row);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextSwitchTo(outer);
	}
	MemoryContextDelete(work);
}

/*
 * Makes sure that what is remembered is what is recorded now.
 */
static void
refresh(double min_time)
{
	uint64		workload = pa_record_workload_version(MyDatabaseId);

	if (remembered.context != NULL && remembered.workload == workload &&
		remembered.invalidations == pa_replan_invalidations() &&
		remembered.userid == GetUserId() && remembered.min_time == min_time)
		return;
	if (remembered.context == NULL)
		remembered.context = AllocSetContextCreate(TopMemoryContext, "perfadvisor patterns",
												   ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(remembered.context);
	remembered.rows = NIL;
	remembered.userid = InvalidOid; /* should this fail */
	pa_expr_stats_reset();
	examine_all(min_time);
	remembered.workload = workload;
	remembered.invalidations = pa_replan_invalidations();
	remembered.userid = GetUserId();
	remembered.min_time = min_time;
}

/*
 * examine_statements(min_time double precision)
 *
 * Statements that took at least that long, in ms, or were called often, and
 * what is known of how they are written.
 */
Datum
pa_examine_statements(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	refresh(PG_GETARG_FLOAT8(0));
	pa_begin_rows(fcinfo, OIDOID, INT8OID, INT8OID, BOOLOID, OIDOID,
				  TEXTOID);
	foreach(lc, remembered.rows)
	{
		const PaExaminedRow *row = lfirst(lc);
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = ObjectIdGetDatum(row->key.userid);
		values[1] = Int64GetDatum((int64) row->key.queryid);
		values[2] = Int64GetDatum((int64) row->key.relhash);
		values[3] = BoolGetDatum(row->key.toplevel);
		nulls[4] = !OidIsValid(row->relid);
		values[4] = ObjectIdGetDatum(row->relid);
		values[5] = CStringGetTextDatum(row->facts);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
