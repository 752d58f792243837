/*
 * slow.c
 *	  The ring of slow executions: the latest ones that took at least
 *	  perfadvisor.slow_query_time.
 *
 * A fixed number of slots in shared memory, overwritten in turn, under one
 * LWLock; texts, parameters and plans are in the text store. What is written
 * is put together before the lock is taken. Failed executions are in
 * failure.c, since they may not take locks.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "record/recorder.h"

#define SLOTS 512
#define PLAN_LIMIT (64 * 1024)

typedef struct PaSlowSlot
{
	bool		used;
	TimestampTz started_at;
	double		exec_time;		/* ms */
	PaStatementKey key;
	char		application_name[NAMEDATALEN];
	int64		rows;
	dsa_pointer blob;
	uint32		size;
} PaSlowSlot;

typedef struct PaSlowRing
{
	int			next;			/* slot to write */
	PaSlowSlot	slots[SLOTS];
} PaSlowRing;

static PaSlowRing *ring = NULL;
static LWLock *ring_lock = NULL;

/*
 * Returns the bytes of the ring.
 */
static Size
slow_size(void)
{
	return sizeof(PaSlowRing);
}

/*
 * The ring has one lock.
 */
static int
slow_locks(void)
{
	return 1;
}

/*
 * Sets up the ring when the server starts.
 */
static void
slow_startup(void *area, LWLockPadded *locks, bool found)
{
	ring = area;
	ring_lock = &locks[0].lock;
	if (!found)
		memset(ring, 0, sizeof(PaSlowRing));
}

static const PaShmemArea slow_area = {
	"perfadvisor slow queries", slow_size, slow_locks, slow_startup
};

/*
 * Asks for the ring's shared memory.
 */
void
pa_slow_init(void)
{
	pa_shmem_register(&slow_area);
}

typedef struct PaPlanText
{
	QueryDesc  *query_desc;
	char	   *text;
} PaPlanText;

/*
 * Writes the plan of an execution like EXPLAIN does. Runs guarded.
 */
static void
explain_plan(void *argument)
{
	PaPlanText *plan = argument;
	ExplainState *es = NewExplainState();

	es->costs = true;
	es->format = EXPLAIN_FORMAT_TEXT;
	ExplainBeginOutput(es);
	ExplainPrintPlan(es, plan->query_desc);
	ExplainEndOutput(es);
	if (es->str->len > 0 && es->str->data[es->str->len - 1] == '\n')
		es->str->data[--es->str->len] = '\0';
	if (es->str->len <= PLAN_LIMIT)
		plan->text = es->str->data;
}

/*
 * Puts an execution into the next slot, with the strings of blob.
 */
static void
write_slot(const PaStatementKey *key, const PaMeasure *measure, StringInfo blob)
{
	PaSlowSlot	slot;
	dsa_pointer old;

	memset(&slot, 0, sizeof(slot));
	slot.used = true;
	slot.started_at = measure->started_at;
	slot.exec_time = measure->elapsed_ns / 1000000.0;
	slot.key = *key;
	strlcpy(slot.application_name, application_name ? application_name : "",
			NAMEDATALEN);
	slot.rows = measure->rows;
	slot.blob = pa_textstore_put(blob->data, blob->len);
	slot.size = blob->len;

	LWLockAcquire(ring_lock, LW_EXCLUSIVE);
	old = ring->slots[ring->next].blob;
	ring->slots[ring->next] = slot;
	ring->next = (ring->next + 1) % SLOTS;
	LWLockRelease(ring_lock);
	pa_textstore_free(old);
}

/*
 * Appends the parameters of a draft to a blob.
 */
static void
put_params(StringInfo blob, const PaDraft *draft)
{
	int32		nparams = draft ? draft->nparams : 0;

	pa_blob_put_bytes(blob, &nparams, sizeof(nparams));
	for (int i = 0; i < nparams; i++)
		pa_blob_put(blob, draft->states[i], draft->values[i]);
}

/*
 * Appends a string that may be missing to a blob.
 */
static void
put_optional(StringInfo blob, const char *string)
{
	pa_blob_put(blob, string ? PA_ITEM_VALUE : PA_ITEM_NULL, string);
}

/*
 * Keeps a slow execution, with its plan if constants may be kept. Allocates
 * in a context of its own. Runs guarded.
 */
void
pa_slow_record(PaExecution *execution, const PaMeasure *measure)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext,
											   "perfadvisor slow query",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	PaPlanText	plan = {.query_desc = execution->query_desc};
	PaDraft    *draft = execution->draft;
	StringInfoData blob;

	if (draft == NULL)
		draft = pa_sample_draft(execution, work);
	if (pa_track_parameters && !pa_guarded_call(explain_plan, &plan))
		plan.text = NULL;
	initStringInfo(&blob);
	put_optional(&blob, draft ? draft->text : NULL);
	put_optional(&blob, plan.text);
	put_params(&blob, draft);
	write_slot(&execution->key, measure, &blob);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}

/* A slow utility statement */
typedef struct PaSlowUtility
{
	const PaStatementKey *key;
	const char *tag;
	const PaMeasure *measure;
} PaSlowUtility;

/*
 * Writes what is known of a slow utility statement. Touches nothing but memory.
 */
static void
record_utility(void *argument)
{
	PaSlowUtility *slow = argument;
	StringInfoData blob;

	initStringInfo(&blob);
	put_optional(&blob, slow->tag);
	put_optional(&blob, NULL);
	put_params(&blob, NULL);
	write_slot(slow->key, slow->measure, &blob);
	pfree(blob.data);
}

/*
 * Keeps a slow utility statement, of which only the tag is known.
 */
void
pa_slow_record_utility(const PaStatementKey *key, const char *tag,
					   const PaMeasure *measure)
{
	PaSlowUtility slow = {key, tag, measure};

	(void) pa_attempt(record_utility, &slow);
}

/*
 * Turns a copied slot and its blob into what readers get.
 */
static PaSlowQuery *
read_slot(const PaSlowSlot *slot, const char *blob)
{
	PaSlowQuery *slow = palloc0(sizeof(PaSlowQuery));
	PaBlobReader reader = {.data = blob,.size = blob ? slot->size : 0};
	int32		nparams = 0;

	slow->started_at = slot->started_at;
	slow->exec_time = slot->exec_time;
	slow->key = slot->key;
	slow->rows = slot->rows;
	memcpy(slow->application_name, slot->application_name, NAMEDATALEN);
	(void) pa_blob_get(&reader, &slow->query);
	(void) pa_blob_get(&reader, &slow->plan);
	(void) pa_blob_get_bytes(&reader, &nparams, sizeof(nparams));
	if (nparams < 0 || nparams > (reader.size - reader.offset) / sizeof(int32))
		nparams = 0;
	slow->nparams = nparams;
	slow->states = palloc0((nparams + 1) * sizeof(PaItemState));
	slow->values = palloc0((nparams + 1) * sizeof(char *));
	for (int i = 0; i < nparams; i++)
		slow->states[i] = pa_blob_get(&reader, &slow->values[i]);
	return slow;
}

/* A copy of the ring, with the blobs of its slots or NULL */
typedef struct PaRingCopy
{
	int			first;			/* the oldest slot */
	PaSlowSlot	slots[SLOTS];
	char	   *blobs[SLOTS];
} PaRingCopy;

/*
 * Copies the ring into the current context. The strings are copied under the
 * lock into memory that was made beforehand, and made larger while it does
 * not suffice.
 */
static PaRingCopy *
copy_ring(void)
{
	PaRingCopy *copy = palloc(sizeof(PaRingCopy));
	char	   *strings = NULL;
	Size		room = 0;
	Size		needed;

	for (;;)
	{
		char	   *place = strings;

		needed = 0;
		LWLockAcquire(ring_lock, LW_SHARED);
		copy->first = ring->next;
		for (int i = 0; i < SLOTS; i++)
		{
			PaSlowSlot *slot = &ring->slots[i];

			copy->slots[i] = *slot;
			copy->blobs[i] = NULL;
			if (!slot->used || !DsaPointerIsValid(slot->blob))
				continue;
			needed += slot->size;
			if (needed > room)
				continue;
			memcpy(place, pa_textstore_get(slot->blob), slot->size);
			copy->blobs[i] = place;
			place += slot->size;
		}
		LWLockRelease(ring_lock);
		if (needed <= room)
			return copy;
		if (strings)
			pfree(strings);
		room = needed + needed / 8 + 1024;
		strings = MemoryContextAllocHuge(CurrentMemoryContext, room);
	}
}

/*
 * Returns the slow executions, the oldest first: a List of PaSlowQuery in
 * the current context.
 */
List *
pa_slow_read(void)
{
	PaRingCopy *copy = copy_ring();
	List	   *list = NIL;

	for (int i = 0; i < SLOTS; i++)
	{
		int			at = (copy->first + i) % SLOTS;

		if (copy->slots[at].used)
			list = lappend(list, read_slot(&copy->slots[at], copy->blobs[at]));
	}
	return list;
}

/*
 * Forgets all slow executions.
 */
void
pa_slow_reset(void)
{
	LWLockAcquire(ring_lock, LW_EXCLUSIVE);
	for (int i = 0; i < SLOTS; i++)
		pa_textstore_free(ring->slots[i].blob);
	memset(ring, 0, sizeof(PaSlowRing));
	LWLockRelease(ring_lock);
}

/*
 * Tells how full the ring is.
 */
void
pa_slow_usage(PaUsage *usage)
{
	memset(usage, 0, sizeof(*usage));
	usage->room = SLOTS;
	LWLockAcquire(ring_lock, LW_SHARED);
	for (int i = 0; i < SLOTS; i++)
	{
		usage->used += ring->slots[i].used ? 1 : 0;
		if (DsaPointerIsValid(ring->slots[i].blob))
			usage->text_bytes += ring->slots[i].size;
	}
	LWLockRelease(ring_lock);
}

/*
 * Writes the ring to a file: the number of executions, then these, the
 * oldest first.
 */
void
pa_slow_save(PaDump *dump)
{
	PaRingCopy *copy = copy_ring();
	int32		count = 0;

	for (int i = 0; i < SLOTS; i++)
		count += copy->slots[i].used ? 1 : 0;
	pa_dump_put(dump, &count, sizeof(count));
	for (int i = 0; i < SLOTS; i++)
	{
		int			at = (copy->first + i) % SLOTS;

		if (!copy->slots[at].used)
			continue;
		if (copy->blobs[at] == NULL)
			copy->slots[at].size = 0;
		pa_dump_put(dump, &copy->slots[at], sizeof(PaSlowSlot));
		pa_persist_put_string(dump, copy->blobs[at], copy->slots[at].size);
	}
}

/*
 * Fills the ring from a file. Only while nobody else has it.
 */
bool
pa_slow_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)))
		return false;
	for (int i = 0; i < count; i++)
	{
		PaSlowSlot	slot;
		char	   *blob;

		if (!pa_dump_get(dump, &slot, sizeof(slot)) ||
			!pa_persist_get_string(dump, slot.size, &blob))
			return false;
		slot.application_name[NAMEDATALEN - 1] = '\0';
		slot.blob = blob ? pa_textstore_put(blob, slot.size) : InvalidDsaPointer;
		if (blob)
			pfree(blob);
		pa_textstore_free(ring->slots[ring->next].blob);
		ring->slots[ring->next] = slot;
		ring->next = (ring->next + 1) % SLOTS;
	}
	return true;
}
