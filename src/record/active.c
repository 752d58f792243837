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

static PaExecution first;		/* that each session needs */
PaExecution *pa_active = NULL;
PaExecution *pa_spare = &first;
PaExecution *pa_execution_starting = NULL;

/*
 * Makes an execution that may be used. Returns whether there was memory.
 */
pg_noinline bool
pa_execution_make_spare(void)
{
	pa_spare = MemoryContextAllocExtended(TopMemoryContext, sizeof(PaExecution),
										  MCXT_ALLOC_ZERO | MCXT_ALLOC_NO_OOM);
	return pa_spare != NULL;
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
	if (execution == pa_execution_starting || execution->clock.running)
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
		if (x->clock.running)
			pa_execution_failed(x);
	}
}

/*
 * Drops all executions when the transaction ends: none outlives it.
 */
static void
at_transaction_end(XactEvent event, void *arg)
{
	/* Those of parallel workers come before this one, too */
	if (event > XACT_EVENT_PREPARE)
		return;
	pa_client_aborted(TopSubTransactionId);
	pa_concurrency_transaction_ended(pa_nesting_level, event != XACT_EVENT_ABORT);
	if (unlikely(pa_active != NULL))
		while (pa_active != NULL)
			pa_execution_drop(pa_active);
}

/*
 * Drops executions that an aborted subtransaction began.
 */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
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
