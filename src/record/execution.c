/*
 * execution.c
 *	  One execution of a statement, from ExecutorStart to ExecutorEnd.
 *
 * Executions under way are in a list, the latest first, because cursors may
 * interleave; the nodes are used again and again. An execution ends by
 * ExecutorEnd or by an error in Run or Finish; those that an abort swept away
 * without either are dropped when their (sub)transaction ends.
 *
 * The clock is read when Run begins and when Run ends, or for statements
 * that write when Finish ends, since their triggers run there. Time between
 * the runs of a cursor is not the statement's.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "record/effort.h"
#include "record/params.h"
#include "record/recorder.h"
#include "record/run.h"
#include "record/watch.h"

#define PLAN_TIMES 4			/* plans made whose execution is awaited */
#define SLOW_SAMPLE_MIN 1000000	/* ns; faster ones are not out of the ordinary */

static PaExecution *active = NULL;
static PaExecution *spare = NULL;
PaExecution *pa_execution_starting = NULL;

static struct
{
	uint64		queryid;
	double		plan_time;		/* ms */
}			plan_times[PLAN_TIMES];
static int	plan_times_next = 0;
static int	plan_times_awaiting = 0;

/*
 * Returns an execution to be filled in, among the active ones.
 */
static inline PaExecution *
obtain_execution(void)
{
	PaExecution *execution = spare;

	if (unlikely(execution == NULL))
		execution = MemoryContextAllocZero(TopMemoryContext, sizeof(PaExecution));
	else
		spare = execution->next;
	execution->next = active;
	active = execution;
	return execution;
}

/*
 * Moves an execution from the active to the spare ones.
 */
static inline void
release_execution(PaExecution *execution)
{
	PaExecution **link = &active;

	while (*link != NULL && *link != execution)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = execution->next;
	execution->query_desc = NULL;
	execution->next = spare;
	spare = execution;
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
 * Drops an execution that an abort swept away. When the executor could not
 * start it, and a function caught the error, nobody has counted it yet.
 */
static pg_noinline void
drop_execution(PaExecution *execution)
{
	if (execution == pa_execution_starting)
	{
		pa_execution_starting = NULL;
		count_failed(execution);
	}
	release_execution(execution);
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
	pa_concurrency_transaction_ended(pa_nesting_level, event != XACT_EVENT_ABORT);
	if (unlikely(active != NULL))
		while (active != NULL)
			drop_execution(active);
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
	pa_concurrency_statement_ran(pa_nesting_level);
	if (active != NULL)
		for (PaExecution *x = active, *next; x != NULL; x = next)
		{
			next = x->next;
			if (x->subid >= subid)
				drop_execution(x);
		}
}

/*
 * Has this file told of ends of transactions.
 */
void
pa_execution_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

/*
 * Returns the execution of a query, or NULL when it is not recorded.
 */
PaExecution *
pa_execution_of(QueryDesc *queryDesc)
{
	for (PaExecution *x = active; x != NULL; x = x->next)
		if (x->query_desc == queryDesc)
			return x;
	return NULL;
}

/*
 * Remembers the time that planning a statement took until it runs.
 */
void
pa_plan_time_add(uint64 queryid, double plan_time)
{
	if (plan_times[plan_times_next].queryid == 0)
		plan_times_awaiting++;
	plan_times[plan_times_next].queryid = queryid;
	plan_times[plan_times_next].plan_time = plan_time;
	plan_times_next = (plan_times_next + 1) % PLAN_TIMES;
}

/*
 * Returns the planning time of a statement that now runs, and forgets it.
 */
static double
take_plan_time(uint64 queryid)
{
	if (plan_times_awaiting == 0)
		return 0.0;
	for (int i = 0; i < PLAN_TIMES; i++)
		if (plan_times[i].queryid == queryid)
		{
			plan_times[i].queryid = 0;
			plan_times_awaiting--;
			return plan_times[i].plan_time;
		}
	return 0.0;
}

/*
 * Makes the table's entry for a statement that this backend does not know.
 */
static PaEntryRef
create_entry(const PaExecution *execution, const PaBirth *birth)
{
	PaIdentity	identity = {.command = CMD_UNKNOWN,.class = PA_CLASS_LOOKUP};
	int			location = execution->location;
	int			length = execution->length;
	const char *source = execution->query_desc->sourceText;
	PaEntryRef	ref;

	if (birth != NULL)
		return pa_table_create(&execution->key, &birth->identity);

	/* Analysed before the table forgot it: only the text is left */
	pa_bound_place(source, &location, &length);
	(void) CleanQuerytext(source, &location, &length);
	identity.has_constants = true;
	identity.text = pa_text_hide_all(source, Max(location, 0), length);
	ref = pa_table_create(&execution->key, &identity);
	if (identity.text)
		pfree(identity.text);
	return ref;
}

/*
 * Finds the entry of a statement that is not in the local cache, making it
 * if need be, and the id it is recorded under. The first execution is counted
 * in the entry itself.
 */
static void
find_place(PaExecution *execution)
{
	PaStatementKey *key = &execution->key;
	PaEntryRef *ref = &execution->place.ref;
	PaBirth    *birth = pa_birth_find(execution->queryid);

	pa_slab_attach();
	pa_features_of_portal();
	execution->place.pending = NULL;
	key->queryid = execution->queryid;
	if (birth != NULL)
		key->queryid = birth->recorded_as;
	else if (pa_local_recorded_as(key) != 0)
		key->queryid = pa_local_recorded_as(key);
	if (!pa_table_find(key, ref))
		*ref = create_entry(execution, birth);
	else if (birth != NULL)
		pa_table_identify(ref, &birth->identity);
	pa_local_remember(key, execution->queryid, ref);
}

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
 * Notes where a statement is in its source text; those inside utility
 * statements do not know it themselves before 18.
 */
static inline void
locate_execution(PaExecution *execution, const PlannedStmt *plan)
{
	execution->location = plan->stmt_location;
	execution->length = plan->stmt_len;
	pa_utility_locate(execution->query_desc->sourceText, &execution->location,
					  &execution->length);
}

/*
 * Decides whether an execution that is about to start is recorded. If so,
 * returns it, with what is known before it starts, among the active ones:
 * should the start fail, the end of its transaction takes it out. Otherwise
 * returns NULL.
 */
PaExecution *
pa_execution_begins(QueryDesc *queryDesc, int eflags)
{
	PlannedStmt *plan = queryDesc->plannedstmt;
	uint64		queryid = queryid_of(plan);
	PaExecution *execution;

	if (queryid == 0 || (eflags & EXEC_FLAG_EXPLAIN_ONLY) ||
		!pa_recording(pa_nesting_level))
		return NULL;

	/* A stale one of the same address is of an execution that is gone */
	if (active != NULL && (execution = pa_execution_of(queryDesc)) != NULL)
		drop_execution(execution);

	pa_concurrency_statement_begins(pa_nesting_level);
	pa_failure_forget_awaited();
	if (unlikely(pa_unplanned_notes > 0))
		pa_unplanned_settle();
	execution = obtain_execution();
	execution->query_desc = queryDesc;
	execution->subid = GetCurrentSubTransactionId();
	execution->queryid = queryid;
	execution->key.dbid = MyDatabaseId;
	execution->key.userid = GetUserId();
	execution->key.queryid = queryid;
	execution->key.relhash = pa_plan_relhash(plan);
	execution->key.toplevel = pa_nesting_level == 0;
	execution->ran = false;
	execution->draft = NULL;
	locate_execution(execution, plan);
	if (!pa_local_find(&execution->key, &execution->place))
		find_place(execution);
	execution->params_hash = pa_params_hash(execution, queryDesc);
	pa_clock_reset(&execution->clock);
	execution->clock.measure.plan_time = take_plan_time(queryid);
	execution->clock.measure.started_at = GetCurrentStatementStartTimestamp();
	execution->sampled = pa_place_claim_sample(&execution->place);
	if (execution->sampled)
		pa_scans_prepare(queryDesc);
	return execution;
}

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
 * Starts the clock of a run.
 */
void
pa_execution_resume(PaExecution *execution)
{
	execution->ran = true;
	pa_clock_start(&execution->clock);
}

/*
 * Takes note that a run has ended. The clock of a statement that writes goes
 * on until Finish.
 */
void
pa_execution_pause(PaExecution *execution)
{
	QueryDesc  *queryDesc = execution->query_desc;

	execution->clock.measure.rows += queryDesc->estate->es_processed;
	if (queryDesc->operation == CMD_SELECT &&
		!queryDesc->plannedstmt->hasModifyingCTE)
		pa_clock_stop(&execution->clock);
}

/*
 * Takes note that Finish has ended.
 */
void
pa_execution_finished(PaExecution *execution)
{
	pa_clock_stop(&execution->clock);
}

/*
 * Records an execution that raised an error. Runs in the error path: no
 * locks but spinlocks, no allocation, no error.
 */
void
pa_execution_failed(PaExecution *execution)
{
	const char *source = execution->query_desc->sourceText;

	count_failed(execution);
	pa_bound_place(source, &execution->location, &execution->length);
	pa_failure_record(&execution->key, source + Max(execution->location, 0),
					  execution->length, &execution->clock.measure);
	if (execution == pa_execution_starting)
		pa_execution_starting = NULL;
	release_execution(execution);
}

/*
 * Counts all executions that run just now as failed: the session is ended.
 * Runs in the error path.
 */
void
pa_execution_all_failed(void)
{
	for (PaExecution *x = active, *next; x != NULL; x = next)
	{
		next = x->next;
		if (x->clock.running)
			pa_execution_failed(x);
	}
}

/*
 * Keeps the sample of an execution that was chosen when it started, or that
 * turned out much slower than any sample so far.
 */
static void
keep_sample(PaExecution *execution, double exec_time)
{
	volatile PaEntry *entry = pa_table_entry(execution->place.ref.index);

	if (!execution->sampled && execution->clock.measure.elapsed_ns > SLOW_SAMPLE_MIN &&
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
 * Adds what an execution took to its statement, also when that was evicted
 * or reset meanwhile.
 */
static inline void
add_execution(PaExecution *execution)
{
	const PaMeasure *measure = &execution->clock.measure;

	if (likely(pa_place_add(&execution->place, measure)))
		return;
	find_place(execution);
	if (!pa_entry_add(&execution->place.ref, measure))
		pa_table_count_lost(&execution->place.ref, 1);
}

/*
 * Keeps what is to be kept of an execution that is out of the ordinary, and
 * counts the time that this takes.
 */
static pg_noinline void
keep_evidence(PaExecution *execution)
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

/*
 * Records an execution that has come to its end. To be called before the
 * executor takes the plan's state apart.
 */
void
pa_execution_ended(PaExecution *execution)
{
	PaMeasure  *measure = &execution->clock.measure;

	pa_clock_stop(&execution->clock);
	if (execution->ran)
	{
		add_execution(execution);
		pa_run_note(execution);
		pa_watch_note(execution);
		pa_effort_note(execution);
		if (unlikely(execution->sampled || measure->elapsed_ns > SLOW_SAMPLE_MIN ||
					 pa_slow_query_time == 0))
			keep_evidence(execution);
		if (unlikely(measure->started_at >= pa_slab_fold_at))
			pa_fold_slab(measure->started_at);
	}
	release_execution(execution);
}
