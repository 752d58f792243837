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
 * Prepares the sample of an execution that was chosen and whose query has
 * started.
 */
void
pa_execution_sample(PaExecution *execution)
{
	QueryDesc  *queryDesc = execution->query_desc;
	instr_time	start;

	INSTR_TIME_SET_CURRENT(start);
	pa_scans_instrument(queryDesc);
	execution->draft = pa_sample_draft(execution, queryDesc->estate->es_query_cxt);
	/* A statement that never succeeds shall have a sample, too */
	if (execution->draft != NULL)
		pa_sample_publish(&execution->place.ref, execution->draft, -1.0, 0);
	pa_slab_count_sampling(&start, 1);
}

/*
 * Keeps the sample of an execution that was chosen when it started, or that
 * turned out much slower than any sample so far.
 */
static void
keep_sample(PaExecution *execution, double exec_time)
{
	volatile PaEntry *entry = pa_table_entry(execution->place.ref.index);

	if (!execution->sampled && execution->clock.measure.elapsed_ns >= PA_LOOK_TIME &&
		exec_time > 2 * entry->slowest_sample)
	{
		execution->draft = pa_sample_draft(execution,
										   execution->query_desc->estate->es_query_cxt);
		pa_place_sample_next(&execution->place);
	}
	if (execution->draft != NULL)
		pa_sample_publish(&execution->place.ref, execution->draft, exec_time,
						  execution->clock.measure.rows);
}

/*
 * Keeps what is to be kept of an execution that is out of the ordinary, and
 * counts the time that this takes.
 */
pg_noinline void
pa_evidence_keep(PaExecution *execution)
{
	const PaMeasure *measure = &execution->clock.measure;
	double		exec_time = (int64) measure->elapsed_ns / 1000000.0;
	instr_time	start;

	INSTR_TIME_SET_CURRENT(start);
	keep_sample(execution, exec_time);
	if (execution->sampled)
	{
		pa_scans_record(execution, measure);
		pa_plans_record(execution, measure);
	}
	else
		pa_plans_notice(execution, measure);
	pa_jit_note(execution);
	if (pa_slow_query_time >= 0 && exec_time >= pa_slow_query_time)
		pa_slow_record(execution, measure);
	pa_slab_count_sampling(&start, 0);
}
