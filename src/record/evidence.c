/*
 * evidence.c
 *	  What is kept of single executions: those that were chosen as samples
 *	  when they started, and those that turned out slow.
 *
 * The time that this takes is counted; self_health shows it.
 */
#include "postgres.h"

#include "record/execution.h"

/*
 * Returns what the planner expects an execution to cost.
 */
static double
cost_of(const PaExecution *execution)
{
	return execution->query_desc->plannedstmt->planTree->total_cost;
}

/*
 * Begins the sample of an execution. Runs guarded.
 */
static void
begin_sample(void *argument)
{
	PaExecution *execution = argument;
	QueryDesc  *queryDesc = execution->query_desc;

	pa_scans_instrument(queryDesc);
	execution->draft = pa_sample_draft(execution, queryDesc->estate->es_query_cxt);
	/* A statement that never succeeds shall have a sample, too */
	if (execution->draft != NULL)
		pa_sample_publish(&execution->place.ref, execution->draft, -1.0, 0, cost_of(execution), true);
}

/*
 * Prepares the sample of an execution that was chosen and whose query has
 * started.
 */
void
pa_execution_sample(PaExecution *execution)
{
	instr_time	start;

	INSTR_TIME_SET_CURRENT(start);
	if (!pa_guarded_if_possible(begin_sample, execution))
		execution->draft = NULL;
	pa_slab_count_sampling(&start, 1);
}

/*
 * Tells how long an execution took, ms.
 */
static double
time_of(const PaExecution *execution)
{
	return (int64) execution->clock.measure.elapsed_ns / 1000000.0;
}

/*
 * Tells whether an execution that was not chosen turned out much slower than
 * any sample so far, or took its time and was expected to be dearer.
 */
static bool
stands_out(const PaExecution *execution)
{
	volatile PaEntry *entry = pa_table_entry(execution->place.ref.index);

	return !execution->sampled && execution->clock.measure.elapsed_ns >= PA_LOOK_TIME &&
		(time_of(execution) > 2 * entry->slowest_sample ||
		 pa_sample_is_dearer(entry, cost_of(execution)));
}

/*
 * Tells whether an execution is to be in slow_queries.
 */
static bool
is_slow(const PaExecution *execution)
{
	return pa_slow_query_time >= 0 && time_of(execution) >= pa_slow_query_time;
}

/*
 * Keeps what is to be kept of an execution that was chosen when it started, or
 * that stands out. Runs guarded.
 */
static void
keep(void *argument)
{
	PaExecution *execution = argument;
	const PaMeasure *measure = &execution->clock.measure;

	if (stands_out(execution))
	{
		execution->draft = pa_sample_draft(execution,
										   execution->query_desc->estate->es_query_cxt);
		pa_place_sample_next(&execution->place);
	}
	if (execution->draft != NULL)
		pa_sample_publish(&execution->place.ref, execution->draft, time_of(execution),
						  measure->rows, cost_of(execution), execution->sampled);
	if (execution->sampled)
	{
		pa_scans_record(execution, measure);
		pa_plans_record(execution, measure);
	}
	if (is_slow(execution))
		pa_slow_record(execution, measure);
}

/*
 * Keeps what is to be kept of an execution that is out of the ordinary, and
 * counts the time that this takes.
 */
pg_noinline void
pa_evidence_keep(PaExecution *execution)
{
	instr_time	start;

	INSTR_TIME_SET_CURRENT(start);
	if (execution->sampled || stands_out(execution) || is_slow(execution))
		(void) pa_guarded_if_possible(keep, execution);
	if (!execution->sampled)
		pa_plans_notice(execution, &execution->clock.measure);
	pa_jit_note(execution);
	pa_slab_count_sampling(&start, 0);
}
