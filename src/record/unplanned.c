/*
 * unplanned.c
 *	  Statements that failed while they were planned, as SELECT 1 / 0 does.
 *
 * They never get to the executor, so that it is the planner's hook that counts
 * them, in the error path: no locks but spinlocks, no allocation. That will do
 * for a statement that this session has run before. For another one a note is
 * taken, and the statement gets its entry when the session plans or runs its
 * next statement, or ends. Until then slow_queries alone tells of the failure.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"

#include "record/recorder.h"

#define NOTES 8					/* of statements that run each other, at most */

typedef struct PaNote
{
	uint64		queryid;		/* the server's */
	PaStatementKey key;			/* without the ids */
	PaMeasure	measure;
} PaNote;

static PaNote notes[NOTES];
int			pa_unplanned_notes = 0;

/*
 * Counts the planning of a statement that failed after plan_time ms, without a
 * word on the error, and completes its key by what is known of it. Runs in the
 * error path.
 */
void
pa_unplanned_count(PaStatementKey *key, double plan_time)
{
	PaBirth    *birth = pa_birth_find(key->queryid);
	PaMeasure	measure = {.failed = true,.plan_time = plan_time,
	.started_at = GetCurrentStatementStartTimestamp()};
	PaPlace		place;

	if (pa_local_find_failed(key, &place))
	{
		if (!pa_place_add(&place, &measure) &&
			!(pa_table_renew(&place.ref, key) && pa_entry_add(&place.ref, &measure)))
			pa_table_count_lost(&place.ref, 1);
		return;
	}
	if (pa_unplanned_notes < NOTES)
		notes[pa_unplanned_notes++] = (PaNote) {key->queryid, *key, measure};
	if (birth != NULL)
		key->queryid = birth->recorded_as;
}

/*
 * Records the planning of a statement that failed at this nesting level, after
 * plan_time ms, and counts it. Runs in the error path.
 */
void
pa_unplanned_failed(const Query *query, const char *source, double plan_time)
{
	int			location = query->stmt_location;
	int			length = query->stmt_len;
	PaStatementKey key = {.dbid = MyDatabaseId,.userid = GetUserId(),.queryid = pa_query_id(query),
	.toplevel = pa_nesting_level == 0};
	PaMeasure	measure = {.failed = true,.plan_time = plan_time,
	.started_at = GetCurrentStatementStartTimestamp()};

	pa_unplanned_count(&key, plan_time);
	pa_utility_locate(source, &location, &length);
	if (source != NULL)
		pa_bound_place(source, &location, &length);
	pa_failure_record(&key, source ? source + Max(location, 0) : NULL, length, &measure);
}

/*
 * Gives the statements that notes were taken of their entries. Not for the
 * error path.
 */
void
pa_unplanned_settle(void)
{
	int			n = pa_unplanned_notes;

	pa_unplanned_notes = 0;
	for (int i = 0; i < n; i++)
	{
		PaNote	   *note = &notes[i];
		PaBirth    *birth = pa_birth_find(note->queryid);
		PaEntryRef	ref;

		if (birth != NULL)
			note->key.queryid = birth->recorded_as;
		if (!pa_table_find(&note->key, &ref))
		{
			if (birth == NULL)
				continue;		/* it is not known any more what it was */
			ref = pa_table_create(&note->key, &birth->identity);
		}
		if (!pa_entry_add(&ref, &note->measure))
			pa_table_count_lost(&ref, 1);
	}
}

/*
 * Settles when the session ends.
 */
static void
settle_at_exit(int code, Datum argument)
{
	pa_unplanned_settle();
}

/*
 * Has what is noted settled when the session ends. To be called before there
 * are notes; does nothing the second time.
 */
void
pa_unplanned_attach(void)
{
	static bool attached = false;

	if (attached)
		return;
	attached = true;
	before_shmem_exit(settle_at_exit, (Datum) 0);
}
