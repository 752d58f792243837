/*
 * active.c
 *	  The executions under way, and those that end by an error.
 *
 * They are in a list, the latest first, because cursors may interleave; the
 * nodes are used again and again. An execution ends by ExecutorEnd or by an
 * error in Run or Finish; those that an abort swept away without either are
 * dropped when their (sub)transaction ends, and so are those of a client's
 * statement that failed (client.h).
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "record/client.h"
#include "record/execution.h"

PaExecution *pa_active = NULL;
PaExecution *pa_spare = NULL;
PaExecution pa_lone_execution;
PaExecution *pa_execution_starting = NULL;
SubTransactionId pa_subid = TopSubTransactionId;

/*
 * Returns an execution to be filled in, among the active ones, or NULL when
 * there is no memory for it.
 */
PaExecution *
pa_execution_obtain(void)
{
	PaExecution *execution = pa_spare;

	if (execution == NULL)
	{
		execution = MemoryContextAllocExtended(TopMemoryContext, sizeof(PaExecution),
											   MCXT_ALLOC_ZERO | MCXT_ALLOC_NO_OOM);
		if (execution == NULL)
			return NULL;
		execution->key.dbid = MyDatabaseId;
	}
	else
		pa_spare = execution->next;
	execution->next = pa_active;
	pa_active = execution;
	return execution;
}

/*
 * Moves an execution from the active to the spare ones, wherever it is among
 * them. Does nothing when it is not.
 */
pg_noinline void
pa_execution_unlink(PaExecution *execution)
{
	PaExecution **link = &pa_active;

	while (*link != NULL && *link != execution)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = execution->next;
	execution->query_desc = NULL;
	if (execution == &pa_lone_execution)
		return;
	execution->next = pa_spare;
	pa_spare = execution;
}

/*
 * Counts an execution that ended in an error, without a word on the error.
 * Runs in the error path.
 */
static void
count_failed(PaExecution *execution)
{
	PaMeasure  *measure = &execution->clock.measure;

	pa_clock_stop(&execution->clock);
	measure->failed = true;
	if (!pa_place_add(&execution->place, measure) &&
		!(pa_table_renew(&execution->place.ref, &execution->key) &&
		  pa_entry_add(&execution->place.ref, measure)))
		pa_table_count_lost(&execution->place.ref, 1);
}

/*
 * Drops an execution that is gone. When the executor could not start it, and a
 * function caught the error, or when it ran, nobody has counted it yet.
 */
pg_noinline void
pa_execution_drop(PaExecution *execution)
{
	if (execution == pa_execution_starting || execution->clock.state == PA_CLOCK_RUNS)
		count_failed(execution);
	if (execution == pa_execution_starting)
		pa_execution_starting = NULL;
	pa_execution_release(execution);
}

/*
 * Records what is known of the error of an execution, but does not count it.
 * Runs in the error path.
 */
void
pa_execution_tell(PaExecution *execution)
{
	const char *source = execution->query_desc->sourceText;
	PaClock		clock = execution->clock;
	int			location = execution->location;
	int			length = execution->length;

	pa_clock_stop(&clock);
	pa_bound_place(source, &location, &length);
	pa_failure_record(&execution->key, source + Max(location, 0), length, &clock.measure);
}

/*
 * Records an execution that raised an error. Runs in the error path: no
 * locks but spinlocks, no allocation, no error.
 */
void
pa_execution_failed(PaExecution *execution)
{
	count_failed(execution);
	pa_execution_tell(execution);
	if (execution == pa_execution_starting)
		pa_execution_starting = NULL;
	pa_execution_release(execution);
}

/*
 * Counts all executions that run just now as failed: the session is ended.
 * Runs in the error path.
 */
void
pa_execution_all_failed(void)
{
	for (PaExecution *x = pa_active, *next; x != NULL; x = next)
	{
		next = x->next;
		if (x->clock.state == PA_CLOCK_RUNS)
			pa_execution_failed(x);
	}
}

/*
 * Drops all executions when a transaction ends that is not simply committed:
 * none outlives it. Runs in the error path.
 */
static pg_noinline void
end_transaction(XactEvent event)
{
	pa_subid = TopSubTransactionId;
	pa_guarding = 0;
	pa_block_ends = false;
	pa_client_aborted(TopSubTransactionId);
	pa_concurrency_transaction_ended(pa_nesting_level, event != XACT_EVENT_ABORT);
	while (pa_active != NULL)
		pa_execution_drop(pa_active);
}

/*
 * Takes note that a transaction ends. Those of parallel workers come before
 * XACT_EVENT_PREPARE, too.
 */
static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event > XACT_EVENT_PREPARE)
		return;
	if (likely(event == XACT_EVENT_COMMIT && pa_concurrency_is_simple() && pa_active == NULL))
		pa_concurrency_simple_ends();
	else
		end_transaction(event);
}

/*
 * Takes note of the subtransaction under way, unless it is our own, and drops the
 * executions that an aborted one began.
 */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (pa_guarding > 0)
		return;
	if (event == SUBXACT_EVENT_START_SUB)
		pa_subid = subid;
	else if (event != SUBXACT_EVENT_PRE_COMMIT_SUB)
		pa_subid = parent;
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	pa_client_aborted(subid);
	pa_concurrency_statement_ran(pa_nesting_level);
	if (pa_active != NULL)
		for (PaExecution *x = pa_active, *next; x != NULL; x = next)
		{
			next = x->next;
			if (x->subid >= subid)
				pa_execution_drop(x);
		}
}

/*
 * Has this file told of ends of transactions.
 */
void
pa_active_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}
