/*
 * utility.c
 *	  Utility statements, recorded under their command tag alone.
 *
 * Their texts may contain passwords, connection strings and programs, and
 * are never kept. The tag is the text, and its hash is the query id.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define TAG_SEED UINT64CONST(0x7065726661647669)	/* keeps tags apart from ids of texts */

/* The innermost utility statement that runs */
static PaUtility *running = NULL;

/*
 * Finds the entry of a utility statement's tag, making it if need be.
 */
static void
find_place(PaUtility *utility)
{
	PaEntryRef	ref;
	PaIdentity	identity = {
		.command = CMD_UTILITY,.class = PA_CLASS_UTILITY,.text = unconstify(char *, utility->tag)
	};

	if (pa_local_find(&utility->key, &utility->place))
		return;
	pa_slab_attach();
	if (!pa_table_find(&utility->key, &ref))
		ref = pa_table_create(&utility->key, &identity);
	pa_place_set(&utility->place, &ref);
	pa_local_remember(&utility->key, utility->key.queryid, &ref);
}

/*
 * Prepares for a utility statement that is about to run.
 */
void
pa_utility_begin(PaUtility *utility, Node *statement)
{
	pa_failure_forget_awaited();
	if (pa_unplanned_notes > 0)
		pa_unplanned_settle();
	utility->tag = CreateCommandName(statement);
	memset(&utility->key, 0, sizeof(utility->key));
	utility->key.dbid = MyDatabaseId;
	utility->key.userid = GetUserId();
	utility->key.queryid = hash_bytes_extended((const unsigned char *) utility->tag,
											   strlen(utility->tag), TAG_SEED);
	utility->key.toplevel = pa_nesting_level == 0;
	find_place(utility);
	pa_clock_reset(&utility->clock);
	utility->clock.measure.started_at = GetCurrentStatementStartTimestamp();
	pa_clock_start(&utility->clock);
	utility->outer = running;
	running = utility;
}

/*
 * Returns the rows that a utility statement returned or moved.
 */
static int64
rows_of(const QueryCompletion *qc)
{
	if (qc == NULL)
		return 0;
	switch (qc->commandTag)
	{
		case CMDTAG_COPY:
		case CMDTAG_FETCH:
		case CMDTAG_SELECT:
		case CMDTAG_REFRESH_MATERIALIZED_VIEW:
			return qc->nprocessed;
		default:
			return 0;
	}
}

/*
 * Records a utility statement that succeeded.
 */
void
pa_utility_ended(PaUtility *utility, const QueryCompletion *qc)
{
	PaMeasure  *measure = &utility->clock.measure;

	running = utility->outer;
	pa_clock_stop(&utility->clock);
	measure->rows = rows_of(qc);
	if (!pa_place_add(&utility->place, measure))
	{
		find_place(utility);
		if (!pa_place_add(&utility->place, measure))
			pa_table_count_lost(&utility->place.ref, 1);
	}
	if (measure->started_at >= pa_slab_fold_at)
		pa_fold_slab(measure->started_at);
	if (pa_slow_query_time >= 0 &&
		measure->elapsed_ns >= (uint64) pa_slow_query_time * 1000000)
		pa_slow_record_utility(&utility->key, utility->tag, measure);
}

/*
 * Counts a utility statement that raised an error. Runs in the error path:
 * no locks but spinlocks, no allocation, no error.
 */
void
pa_utility_failed(PaUtility *utility)
{
	PaMeasure  *measure = &utility->clock.measure;

	running = utility->outer;
	pa_clock_stop(&utility->clock);
	measure->failed = true;
	if (!pa_place_add(&utility->place, measure) &&
		!(pa_table_renew(&utility->place.ref, &utility->key) &&
		  pa_entry_add(&utility->place.ref, measure)))
		pa_table_count_lost(&utility->place.ref, 1);
	pa_failure_record(&utility->key, utility->tag, strlen(utility->tag), measure);
}

/*
 * Counts all utility statements that run just now as failed: the session is
 * ended. Runs in the error path.
 */
void
pa_utility_all_failed(void)
{
	while (running != NULL)
		pa_utility_failed(running);
}
