/*
 * execution.c
 *	  One execution of a statement, from ExecutorStart to ExecutorEnd: the
 *	  executor's hooks.
 *
 * The clock is read when Run begins and when Run ends, or for statements
 * that write when Finish ends, since their triggers run there. Time between
 * the runs of a cursor is not the statement's.
 *
 * Here is what every execution of a known statement goes through; what only
 * some do is in active.c, place.c and evidence.c.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "record/client.h"
#include "record/effort.h"
#include "record/execution.h"
#include "record/params.h"
#include "record/run.h"
#include "record/watch.h"

static ExecutorStart_hook_type prev_ExecutorStart = NULL;
static ExecutorRun_hook_type prev_ExecutorRun = NULL;
static ExecutorFinish_hook_type prev_ExecutorFinish = NULL;
static ExecutorEnd_hook_type prev_ExecutorEnd = NULL;

/*
 * Returns the id of a query, also of one inside a utility statement.
 */
static inline uint64
queryid_of(const PlannedStmt *plan)
{
	uint64		queryid = pa_query_id(plan);

	if (queryid == 0 && pa_utility_context.level == pa_nesting_level)
		queryid = pa_utility_context.inner_queryid;
	return queryid;
}

/*
 * Fills in what is known of an execution before it starts, and finds out where
 * it is counted. Statements inside utility statements do not know themselves
 * where they are in the source text before 18; none of these is the client's.
 */
static pg_attribute_always_inline void
fill_execution(PaExecution *execution, QueryDesc *queryDesc, uint64 queryid, bool toplevel)
{
	PlannedStmt *plan = queryDesc->plannedstmt;

	Assert(pa_subid == GetCurrentSubTransactionId());
	Assert(execution->key.dbid == MyDatabaseId);
	execution->query_desc = queryDesc;
	execution->subid = pa_subid;
	execution->queryid = queryid;
	execution->key.userid = GetUserId();
	execution->key.queryid = queryid;
	execution->key.relhash = pa_plan_relhash(plan);
	execution->key.toplevel = toplevel;
	execution->draft = NULL;
	execution->location = plan->stmt_location;
	execution->length = plan->stmt_len;
	if (!toplevel)
		pa_utility_locate(queryDesc->sourceText, &execution->location, &execution->length);
	pa_clock_reset(&execution->clock);
	if (unlikely(!pa_local_find(&execution->key, &execution->place)))
	{
		pa_features_of_plan(plan);
		pa_place_find(execution);
	}
	execution->params_hash = toplevel ? pa_params_hash(execution, queryDesc) : 0;
	execution->clock.measure.plan_time = pa_plan_time_take(queryid);
	execution->clock.measure.started_at = GetCurrentStatementStartTimestamp();
	execution->sampled = pa_place_claim_sample(&execution->place);
	if (unlikely(execution->sampled))
		pa_scans_prepare(queryDesc);
}

/*
 * Begins an execution while others are under way, or that may not be recorded;
 * see below.
 */
static pg_noinline PaExecution *
begin_among_others(QueryDesc *queryDesc, int eflags)
{
	uint64		queryid = queryid_of(queryDesc->plannedstmt);
	PaExecution *execution;

	if (queryid == 0 || (eflags & EXEC_FLAG_EXPLAIN_ONLY) ||
		!pa_recording(pa_nesting_level))
		return NULL;

	/* A stale one of the same address is of an execution that is gone */
	if ((execution = pa_execution_of(queryDesc)) != NULL)
		pa_execution_drop(execution);

	pa_concurrency_statement_begins(pa_nesting_level);
	pa_failure_forget_awaited();
	if (unlikely(pa_unplanned_notes != 0))
		pa_unplanned_settle();
	execution = pa_execution_obtain();
	if (unlikely(execution == NULL))
	{
		pg_atomic_fetch_add_u64(&pa_table->lost, 1);
		return NULL;
	}
	fill_execution(execution, queryDesc, queryid, pa_nesting_level == 0);
	return execution;
}

/*
 * Decides whether an execution that is about to start is recorded. If so,
 * returns it, with what is known before it starts, among the active ones:
 * should the start fail, the end of its transaction takes it out. Otherwise
 * returns NULL. Most are a client's statement, and nothing else is under way.
 */
static inline PaExecution *
begin_execution(QueryDesc *queryDesc, int eflags)
{
	uint64		queryid = pa_query_id(queryDesc->plannedstmt);
	PaExecution *execution = &pa_lone_execution;

	if (unlikely(pa_nesting_level > 0 || pa_active != NULL || queryid == 0 ||
				 (eflags & EXEC_FLAG_EXPLAIN_ONLY) || !pa_recording(0)))
		return begin_among_others(queryDesc, eflags);

	pa_concurrency_statement_begins(0);
	pa_failure_forget_awaited();
	if (unlikely(pa_unplanned_notes != 0))
		pa_unplanned_settle();
	pa_active = execution;
	fill_execution(execution, queryDesc, queryid, true);
	return execution;
}

/*
 * Calls what would start the query without us.
 */
static inline void
call_start(QueryDesc *queryDesc, int eflags)
{
	if (prev_ExecutorStart)
		prev_ExecutorStart(queryDesc, eflags);
	else
		standard_ExecutorStart(queryDesc, eflags);
}

/*
 * Decides what of an execution is recorded.
 */
static void
pa_ExecutorStart(QueryDesc *queryDesc, int eflags)
{
	PaExecution *execution = begin_execution(queryDesc, eflags);

	pa_execution_starting = execution;
	call_start(queryDesc, eflags);
	pa_execution_starting = NULL;

	if (execution && unlikely(execution->sampled))
		pa_execution_sample(execution);
}

/*
 * Takes note that a run has ended. The clock of a statement that writes goes
 * on until Finish: of one that may not have triggers, as the executor itself
 * notes of queries that do not write.
 */
static inline void
pause_execution(PaExecution *execution, const EState *estate)
{
	execution->clock.measure.rows += estate->es_processed;
	if (estate->es_top_eflags & EXEC_FLAG_SKIP_TRIGGERS)
		pa_clock_halt(&execution->clock);
}

/*
 * Calls what would run the query without us.
 */
static inline void
call_run(PA_EXECUTOR_RUN_PARAMS)
{
	if (prev_ExecutorRun)
		prev_ExecutorRun(PA_EXECUTOR_RUN_ARGS);
	else
		standard_ExecutorRun(PA_EXECUTOR_RUN_ARGS);
}

/*
 * Runs a query while somebody may catch its error.
 */
static pg_noinline void
run_guarded(PaExecution *execution, PA_EXECUTOR_RUN_PARAMS)
{
	pa_nesting_level++;
	PG_TRY();
	{
		call_run(PA_EXECUTOR_RUN_ARGS);
	}
	PG_CATCH();
	{
		pa_nesting_level--;
		if (execution)
			pa_execution_failed(execution);
		PG_RE_THROW();
	}
	PG_END_TRY();
	pa_nesting_level--;
}

/*
 * Measures a run that is not simply a recorded one of the client's.
 */
static pg_noinline void
run_otherwise(PaExecution *execution, PA_EXECUTOR_RUN_PARAMS)
{
	if (execution)
		pa_clock_start(&execution->clock);
	if (pa_client_may_begin())
	{
		pa_client_begin(execution);
		call_run(PA_EXECUTOR_RUN_ARGS);
		pa_client_end();
	}
	else
		run_guarded(execution, PA_EXECUTOR_RUN_ARGS);
	if (execution)
		pause_execution(execution, queryDesc->estate);
	pa_concurrency_statement_ran(pa_nesting_level);
}

/*
 * Measures a run.
 */
static void
pa_ExecutorRun(PA_EXECUTOR_RUN_PARAMS)
{
	PaExecution *execution = pa_execution_of(queryDesc);

	if (unlikely(execution == NULL || !pa_client_may_begin()))
	{
		run_otherwise(execution, PA_EXECUTOR_RUN_ARGS);
		return;
	}
	pa_clock_start(&execution->clock);
	pa_client_begin(execution);
	call_run(PA_EXECUTOR_RUN_ARGS);
	pa_client_end();
	pause_execution(execution, queryDesc->estate);
	pa_concurrency_statement_ran(0);
}

/*
 * Calls what would finish the query without us.
 */
static inline void
call_finish(QueryDesc *queryDesc)
{
	if (prev_ExecutorFinish)
		prev_ExecutorFinish(queryDesc);
	else
		standard_ExecutorFinish(queryDesc);
}

/*
 * Finishes a query while somebody may catch its error.
 */
static pg_noinline void
finish_guarded(PaExecution *execution, QueryDesc *queryDesc)
{
	pa_nesting_level++;
	PG_TRY();
	{
		call_finish(queryDesc);
	}
	PG_CATCH();
	{
		pa_nesting_level--;
		if (execution)
			pa_execution_failed(execution);
		PG_RE_THROW();
	}
	PG_END_TRY();
	pa_nesting_level--;
}

/*
 * Measures what runs when a query is finished.
 */
static pg_noinline void
measure_finish(QueryDesc *queryDesc)
{
	PaExecution *execution = pa_execution_of(queryDesc);

	if (likely(pa_client_may_begin()))
	{
		pa_client_begin(execution);
		call_finish(queryDesc);
		pa_client_end();
	}
	else
		finish_guarded(execution, queryDesc);
	if (execution)
		pa_clock_stop(&execution->clock);
}

/*
 * Tells whether Finish has nothing to run: no other hook, no triggers, no
 * rest of a writing WITH. The executor itself finds out about triggers at Start.
 */
static inline bool
has_nothing_to_finish(const QueryDesc *queryDesc)
{
	return prev_ExecutorFinish == NULL && queryDesc->operation == CMD_SELECT &&
		(queryDesc->estate->es_top_eflags & EXEC_FLAG_SKIP_TRIGGERS) != 0 &&
		!queryDesc->plannedstmt->hasModifyingCTE;
}

/*
 * Measures the triggers that run at the end of a statement. The clock of a
 * query that has nothing to finish was stopped when it had run.
 */
static void
pa_ExecutorFinish(QueryDesc *queryDesc)
{
	if (has_nothing_to_finish(queryDesc))
		standard_ExecutorFinish(queryDesc);
	else
		measure_finish(queryDesc);
}

/*
 * Adds an execution that is not simply added to its slot: there is none, or no
 * room in it, or the statement was evicted or reset meanwhile.
 */
static pg_noinline void
add_otherwise(PaExecution *execution)
{
	PaMeasure  *measure = &execution->clock.measure;

	if (pa_place_add(&execution->place, measure))
		return;
	pa_place_find(execution);
	if (!pa_entry_add(&execution->place.ref, measure))
		pa_table_count_lost(&execution->place.ref, 1);
}

/*
 * Returns whether an execution ran that has come to its end and whose clock is
 * not stopped. Some are not finished before they end.
 */
static pg_noinline bool
stop_late(PaExecution *execution)
{
	if (execution->clock.state == PA_CLOCK_NEW)
		return false;
	pa_clock_halt(&execution->clock);
	return true;
}

/*
 * Records an execution that has come to its end. To be called before the
 * executor takes the plan's state apart.
 */
static inline void
end_execution(PaExecution *execution, const PlanState *top)
{
	PaMeasure  *measure = &execution->clock.measure;

	if (likely(execution->clock.state == PA_CLOCK_STOPPED || stop_late(execution)))
	{
		if (unlikely(!pa_place_add_at_once(&execution->place, measure)))
			add_otherwise(execution);
		pa_run_note(execution);
		pa_watch_note(execution);
		pa_effort_note(execution, top);
		if (unlikely(execution->sampled || measure->elapsed_ns >= pa_look_time))
			pa_evidence_keep(execution);
		if (unlikely(measure->started_at >= pa_slab_fold_at))
			pa_fold_slab(measure->started_at);
	}
	pa_execution_release(execution);
}

/*
 * Records an execution that has come to its end.
 */
static void
pa_ExecutorEnd(QueryDesc *queryDesc)
{
	PaExecution *execution = pa_execution_of(queryDesc);

	if (likely(execution != NULL))
		end_execution(execution, queryDesc->planstate);

	if (prev_ExecutorEnd)
		prev_ExecutorEnd(queryDesc);
	else
		standard_ExecutorEnd(queryDesc);
}

/*
 * Installs the executor's hooks.
 */
void
pa_execution_init(void)
{
	pa_active_init();
	prev_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = pa_ExecutorStart;
	prev_ExecutorRun = ExecutorRun_hook;
	ExecutorRun_hook = pa_ExecutorRun;
	prev_ExecutorFinish = ExecutorFinish_hook;
	ExecutorFinish_hook = pa_ExecutorFinish;
	prev_ExecutorEnd = ExecutorEnd_hook;
	ExecutorEnd_hook = pa_ExecutorEnd;
}
