/*
 * failure.c
 *	  The ring of failed executions.
 *
 * Errors are recorded while they are being raised, when nothing may be
 * allocated and no lock but a spinlock be taken. So a slot has a fixed size
 * and holds clipped copies, under a spinlock of its own.
 *
 * The message is not known at that moment: the server hands it out when it
 * reports the error, which is right afterwards unless someone catches it.
 * Then it is copied into the slots that this backend has written for the
 * error. Errors that are caught, or not logged, have a SQLSTATE only; so have
 * all while constants are not to be kept, as messages may quote them.
 *
 * An error that nobody has recorded when the server reports it is of a
 * statement that the server could not analyse, or that failed outside of its
 * execution: a syntax error, an unknown name, a deferred constraint. It is
 * kept without an id, and with its text if that can hold no password. When the
 * server reports that it ends the session, whatever runs has failed.
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "port/atomics.h"
#include "storage/spin.h"
#include "tcop/tcopprot.h"
#include "utils/elog.h"
#include "utils/guc.h"

#include "record/client.h"

#define SLOTS 256
#define TEXT_SIZE 1024
#define MESSAGE_SIZE 256
#define AWAITING 8				/* slots of one error, for nested statements */

typedef struct PaFailureSlot
{
	slock_t		mutex;
	uint64		number;			/* 0: empty; else counts up over all slots */
	TimestampTz started_at;
	double		exec_time;		/* ms */
	PaStatementKey key;
	char		application_name[NAMEDATALEN];
	int			sqlstate;
	bool		has_text;
	char		text[TEXT_SIZE];
	char		message[MESSAGE_SIZE];	/* empty: not known */
} PaFailureSlot;

typedef struct PaFailureRing
{
	pg_atomic_uint64 count;
	pg_atomic_uint64 unidentified;	/* since the last reset */
	PaFailureSlot slots[SLOTS];
} PaFailureRing;

static PaFailureRing *ring = NULL;

/* Numbers of the failures whose message is still to come */
static uint64 awaiting[AWAITING];
int			pa_failures_awaiting = 0;

static emit_log_hook_type prev_emit_log_hook = NULL;

/*
 * Returns the bytes of the ring.
 */
static Size
failure_size(void)
{
	return sizeof(PaFailureRing);
}

/*
 * Sets up the ring when the server starts.
 */
static void
failure_startup(void *area, LWLockPadded *locks, bool found)
{
	ring = area;
	if (found)
		return;
	memset(ring, 0, sizeof(PaFailureRing));
	pg_atomic_init_u64(&ring->count, 0);
	pg_atomic_init_u64(&ring->unidentified, 0);
	for (int i = 0; i < SLOTS; i++)
		SpinLockInit(&ring->slots[i].mutex);
}

static const PaShmemArea failure_area = {
	"perfadvisor failures", failure_size, NULL, failure_startup
};

/*
 * Copies at most size - 1 bytes, whole characters only. Safe in the error
 * path.
 */
static void
clip(char *to, const char *from, size_t length, size_t size)
{
	if (length > size - 1)
		length = pg_mbcliplen(from, length, size - 1);
	memcpy(to, from, length);
	to[length] = '\0';
}

/*
 * Remembers a failed execution and the beginning of its text. Runs in the
 * error path. Text with constants is only kept where they may be, and of
 * COPY nothing but what the statement table knows.
 */
void
pa_failure_record(const PaStatementKey *key, const char *string, int length,
				  const PaMeasure *measure)
{
	uint64		number = pg_atomic_add_fetch_u64(&ring->count, 1);
	PaFailureSlot *slot = &ring->slots[number % SLOTS];
	size_t		size = length > 0 || string == NULL ? (size_t) length : strlen(string);

	SpinLockAcquire(&slot->mutex);
	slot->number = number;
	slot->started_at = measure->started_at;
	slot->exec_time = measure->elapsed_ns / 1000000.0;
	slot->key = *key;
	strlcpy(slot->application_name, application_name ? application_name : "",
			NAMEDATALEN);
	slot->sqlstate = geterrcode();
	slot->message[0] = '\0';
	slot->has_text = string != NULL && pa_track_parameters && !pa_text_starts_with(string, "copy");
	if (slot->has_text)
		clip(slot->text, string, size, TEXT_SIZE);
	SpinLockRelease(&slot->mutex);
	pa_failure_count(key, geterrcode(), measure);

	if (pa_failures_awaiting < AWAITING)
		awaiting[pa_failures_awaiting++] = number;
	else
		awaiting[AWAITING - 1] = number;
}

/*
 * Returns the length of what of a client's text may be kept although it could
 * not be analysed: a statement that is no utility statement, as these may hold
 * passwords, and the first one only. 0 if nothing may.
 */
static size_t
harmless_length(const char *string)
{
	static const char *const words[] = {
		"select", "insert", "update", "delete", "merge", "with", "values", "table"
	};

	for (int i = 0; i < lengthof(words); i++)
		if (pa_text_starts_with(string, words[i]))
			return strcspn(string, ";");
	return 0;
}

/*
 * Records the error of a client's statement that has no id.
 */
static void
record_unidentified(const ErrorData *edata)
{
	PaStatementKey key = {.dbid = MyDatabaseId,.userid = GetOuterUserId(),.toplevel = true};
	PaMeasure	measure = {.failed = true,.started_at = GetCurrentStatementStartTimestamp()};
	size_t		length = harmless_length(debug_query_string);

	pg_atomic_fetch_add_u64(&ring->unidentified, 1);
	pa_failure_record(&key, length > 0 ? debug_query_string : NULL, length, &measure);
	if (length == 0)
		pa_failures_awaiting = 0;			/* its message may quote it */
}

/*
 * Copies the message of an error that is being reported into the slots that
 * wait for it.
 */
static void
hand_out_message(const ErrorData *edata)
{
	for (int i = 0; i < pa_failures_awaiting && pa_track_parameters; i++)
	{
		PaFailureSlot *slot = &ring->slots[awaiting[i] % SLOTS];

		SpinLockAcquire(&slot->mutex);
		if (slot->number == awaiting[i] &&
			slot->sqlstate == edata->sqlerrcode && slot->message[0] == '\0')
			clip(slot->message, edata->message, strlen(edata->message),
				 MESSAGE_SIZE);
		SpinLockRelease(&slot->mutex);
	}
	pa_failures_awaiting = 0;
}

/*
 * Records an error that ends a statement of the client, unless that was done
 * while it came up.
 */
static void
tell_error(const ErrorData *edata)
{
	pa_client_tell();
	if (pa_failures_awaiting > 0)
		return;
	if (pa_execution_starting != NULL)
		pa_execution_failed(pa_execution_starting);
	else if (debug_query_string != NULL && MyBackendType == B_BACKEND && pa_recording(0))
		record_unidentified(edata);
}

/*
 * Looks at an error that is being reported. Neither allocates nor raises
 * anything.
 */
static void
pa_emit_log(ErrorData *edata)
{
	if (edata->elevel >= ERROR && edata->message != NULL)
	{
		if (edata->elevel >= FATAL)
		{
			pa_failure_forget_awaited();
			pa_client_session_ends();
			pa_execution_all_failed();
			pa_utility_all_failed();
		}
		else
			tell_error(edata);
		hand_out_message(edata);
	}
	if (prev_emit_log_hook)
		prev_emit_log_hook(edata);
}

/*
 * Returns how many errors since the last reset were of statements without id.
 */
uint64
pa_failure_unidentified(void)
{
	return pg_atomic_read_u64(&ring->unidentified);
}

/*
 * Asks for the ring's shared memory, and for error messages.
 */
void
pa_failure_init(void)
{
	pa_shmem_register(&failure_area);
	pa_failure_count_init();
	prev_emit_log_hook = emit_log_hook;
	emit_log_hook = pa_emit_log;
}

/*
 * Copies the slots in use into the current context, the oldest first: a List
 * of PaFailureSlot.
 */
static List *
copy_slots(void)
{
	List	   *list = NIL;
	uint64		last = pg_atomic_read_u64(&ring->count);

	for (uint64 n = last > SLOTS ? last - SLOTS + 1 : 1; n <= last; n++)
	{
		PaFailureSlot *shared = &ring->slots[n % SLOTS];
		PaFailureSlot *slot = palloc(sizeof(PaFailureSlot));

		SpinLockAcquire(&shared->mutex);
		memcpy(slot, shared, sizeof(PaFailureSlot));
		SpinLockRelease(&shared->mutex);
		if (slot->number != 0)
			list = lappend(list, slot);
	}
	return list;
}

/*
 * Returns the failed executions, the oldest first: a List of PaSlowQuery in
 * the current context.
 */
List *
pa_failure_read(void)
{
	List	   *list = NIL;
	ListCell   *lc;

	foreach(lc, copy_slots())
	{
		PaFailureSlot *slot = lfirst(lc);
		PaSlowQuery *slow = palloc0(sizeof(PaSlowQuery));

		slow->started_at = slot->started_at;
		slow->exec_time = slot->exec_time;
		slow->key = slot->key;
		memcpy(slow->application_name, slot->application_name, NAMEDATALEN);
		slow->rows = -1;
		slow->query = slot->has_text ? slot->text : NULL;
		slow->sqlstate = slot->sqlstate;
		slow->error = slot->message[0] ? slot->message : NULL;
		list = lappend(list, slow);
	}
	return list;
}

/*
 * Forgets all failures.
 */
void
pa_failure_reset(void)
{
	for (int i = 0; i < SLOTS; i++)
	{
		SpinLockAcquire(&ring->slots[i].mutex);
		ring->slots[i].number = 0;
		SpinLockRelease(&ring->slots[i].mutex);
	}
	pg_atomic_write_u64(&ring->unidentified, 0);
}

/*
 * Tells how full the ring is. Slots are looked at without their locks.
 */
void
pa_failure_usage(PaUsage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->room = SLOTS;
	for (int i = 0; i < SLOTS; i++)
		usage->used += ((volatile PaFailureSlot *) &ring->slots[i])->number != 0 ? 1 : 0;
}

/*
 * Writes the ring to a file: the number of failures, then these.
 */
void
pa_failure_save(PaDump *dump)
{
	List	   *slots = copy_slots();
	int32		count = list_length(slots);
	ListCell   *lc;

	pa_dump_put(dump, &count, sizeof(count));
	foreach(lc, slots)
		pa_dump_put(dump, lfirst(lc), sizeof(PaFailureSlot));
}

/*
 * Fills the ring from a file. Only while nobody else has it.
 */
bool
pa_failure_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)))
		return false;
	for (int i = 0; i < count; i++)
	{
		uint64		number = pg_atomic_add_fetch_u64(&ring->count, 1);
		PaFailureSlot *slot = &ring->slots[number % SLOTS];

		if (!pa_dump_get(dump, slot, sizeof(PaFailureSlot)))
		{
			slot->number = 0;
			return false;
		}
		SpinLockInit(&slot->mutex);
		slot->number = number;
		slot->application_name[NAMEDATALEN - 1] = '\0';
		slot->text[TEXT_SIZE - 1] = '\0';
		slot->message[MESSAGE_SIZE - 1] = '\0';
	}
	return true;
}
