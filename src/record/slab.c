/*
 * slab.c
 *	  Per backend, a slab of slots in shared memory in which it counts its
 *	  executions before they get to the statement table.
 *
 * A statement that a backend runs for the second time gets a slot in the
 * backend's slab, and from then on an execution is a few adds to memory that
 * nobody else writes. About once a second the slots are folded into the table
 * (fold.c). Whoever reads the table adds what is pending, so that its numbers
 * are exact at any moment, and nothing is lost when a backend ends: what it
 * could not fold is folded by the next one with its number.
 *
 * A slot is changed by its owner alone. It counts up the slot's changecount
 * before and after; a reader copies the slot until he sees the same even
 * number before and after. Slots are no cache: one that was not used for a
 * second becomes free, and while none is, executions are added to the entry
 * itself, under its mutex. That is always right, also in the error path.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"

#include "record/recorder.h"
#include "record/watch.h"

#define SLOTS_MAX 32			/* of a backend */
#define SLOTS_MIN 8
#define MEMORY_WANTED (16 * 1024 * 1024)	/* of all slabs, if SLOTS_MIN allows */

typedef struct PaSlabs
{
	int			nslabs;
	int			nslots;			/* of each */
} PaSlabs;

static PaSlabs *slabs = NULL;
static bool attached = false;
static bool full = false;		/* until the next fold */

PaSlab	   *pa_slab_mine = NULL;
TimestampTz pa_slab_fold_at = 0;

/*
 * Returns the number of slots that each backend gets.
 */
static int
slot_count(void)
{
	Size		n = MEMORY_WANTED / sizeof(PaPending) / MaxBackends;

	return (int) Max(SLOTS_MIN, Min(n, SLOTS_MAX));
}

/*
 * Returns the bytes of one slab: whole cache lines, which no two owners share.
 */
static Size
slab_size(void)
{
	return CACHELINEALIGN(offsetof(PaSlab, slots) + slot_count() * sizeof(PaPending));
}

/*
 * Returns the bytes of all slabs.
 */
static Size
slabs_size(void)
{
	return add_size(PG_CACHE_LINE_SIZE + CACHELINEALIGN(sizeof(PaSlabs)),
					mul_size(MaxBackends, slab_size()));
}

/*
 * Sets up the slabs when the server starts.
 */
static void
slabs_startup(void *area, LWLockPadded *locks, bool found)
{
	slabs = (PaSlabs *) CACHELINEALIGN(area);
	if (found)
		return;
	memset(area, 0, slabs_size());
	slabs->nslabs = MaxBackends;
	slabs->nslots = slot_count();
}

static const PaShmemArea slabs_area = {
	"perfadvisor slabs", slabs_size, NULL, slabs_startup
};

/*
 * Asks for the slabs' shared memory.
 */
void
pa_slab_init(void)
{
	pa_shmem_register(&slabs_area);
}

/*
 * Returns the number of slabs.
 */
int
pa_slab_count(void)
{
	return slabs->nslabs;
}

/*
 * Returns the number of slots in each.
 */
int
pa_slab_slots(void)
{
	return slabs->nslots;
}

/*
 * Returns a slab by its number.
 */
PaSlab *
pa_slab_of(int number)
{
	return (PaSlab *) ((char *) slabs + CACHELINEALIGN(sizeof(PaSlabs)) +
					   number * slab_size());
}

/*
 * Takes the slab of this backend, unless it has it, with what the one before
 * may have left in it. Backends that get none count in the table.
 */
void
pa_slab_attach(void)
{
	int			number = pa_my_proc_number();

	if (attached)
		return;
	attached = true;
	if (number < 0 || number >= slabs->nslabs)
		return;
	pa_slab_mine = pa_slab_of(number);
	before_shmem_exit(pa_fold_at_exit, (Datum) 0);
}

/*
 * Starts a slot for an entry. Nobody has it yet.
 */
static void
start_slot(PaPending *pending, const PaEntryRef *ref)
{
	pa_slab_mine->used++;
	pa_pending_begin_change(pending);
	pending->index = ref->index;
	pending->generation = ref->generation;
	pending->min_ns = PG_UINT64_MAX;
	pa_pending_end_change(pending);
	pending->until_sample = 0;
	pa_watch_look(pending, ref);
}

/*
 * Returns a slot for an entry, or NULL while none is free. Not for the error
 * path.
 */
PaPending *
pa_slab_obtain(const PaEntryRef *ref)
{
	if (pa_slab_mine == NULL || full)
		return NULL;
	for (int i = 0; i < slabs->nslots; i++)
	{
		PaPending  *pending = &pa_slab_mine->slots[i];

		if (pending->generation == 0)
		{
			start_slot(pending, ref);
			return pending;
		}
	}
	full = true;
	return NULL;
}

/*
 * Says whether there may be free slots again. Returns whether one was missed.
 */
bool
pa_slab_look_again(void)
{
	bool		missed = full;

	full = false;
	return missed;
}

/*
 * Notes when the first execution that is pending began.
 */
static inline void
note_first(PaPending *pending, const PaMeasure *m)
{
	if (pending->last_seen == 0)
		pending->first_seen = m->started_at;
}

/*
 * Returns the cell of a success's time, making it if there is room, or NULL.
 * Readers take a cell without a count for none.
 */
static PaPendingCell *
obtain_cell(PaPending *pending, const PaMeasure *m)
{
	uint32		bucket = pa_histogram_bucket_unbounded(m->elapsed_ns) + 1;

	note_first(pending, m);
	for (uint32 i = bucket;; i++)
	{
		PaPendingCell *cell = &pending->cells[i % PA_PENDING_CELLS];

		if (cell->bucket == bucket)
			return cell->count < PG_UINT16_MAX ? cell : NULL;
		if (cell->bucket != 0)
			continue;
		if (pending->ncells == PA_PENDING_CELLS_FULL)
			return NULL;
		pending->ncells++;
		cell->bucket = bucket;
		return cell;
	}
}

/*
 * Adds a failure to a slot.
 */
static void
add_failure(PaPending *pending, const PaMeasure *m)
{
	pa_pending_begin_change(pending);
	note_first(pending, m);
	pa_pending_add_common(pending, m);
	pending->failures++;
	pending->failed_ns += m->elapsed_ns;
	pa_pending_end_change(pending);
}

/*
 * Adds one execution to its statement: to its slot, after that was folded when
 * it has no cell left; or else to the entry. Returns false when the statement
 * is elsewhere by now. One that failed is added in the error path: no locks
 * but spinlocks, no allocation, no error.
 */
pg_noinline bool
pa_place_add(const PaPlace *place, const PaMeasure *m)
{
	PaPending  *pending = place->pending;
	PaPendingCell *cell;

	if (!pa_place_is_current(place))
		return false;
	if (pending == NULL || !pa_pending_is_of(pending, &place->ref))
		return pa_entry_add(&place->ref, m);
	if (m->failed)
	{
		add_failure(pending, m);
		return true;
	}
	cell = obtain_cell(pending, m);
	if (cell == NULL && pa_fold_pending(pending) && pa_pending_is_of(pending, &place->ref))
		cell = obtain_cell(pending, m);
	if (cell == NULL)
		return pa_entry_add(&place->ref, m);
	pa_pending_add(pending, cell, m);
	return true;
}

/*
 * Looks in the table whether the execution that now starts is to be sampled,
 * and when to look again.
 */
pg_noinline bool
pa_place_look_for_sample(const PaPlace *place)
{
	PaPending  *pending = place->pending;
	int64		own = pending ? pa_pending_executions(pending) : 0;
	int64		left = 0;
	bool		claimed = pa_entry_claim_sample(&place->ref, own, &left);

	if (pending)
		pending->until_sample = Min(left, PG_UINT32_MAX);
	return claimed;
}

/*
 * Has the next execution sampled, because this one was out of the ordinary.
 */
void
pa_place_sample_next(const PaPlace *place)
{
	PaPending  *pending = place->pending;
	bool		is_ours = pending && pa_pending_is_of(pending, &place->ref);

	pa_entry_sample_next(&place->ref, is_ours ? pa_pending_executions(pending) : 0);
	if (is_ours)
		pending->until_sample = 0;
}

/*
 * Has the next executions sampled, some one after the other, because of a
 * plan that was not seen before.
 */
void
pa_place_sample_several(const PaPlace *place)
{
	pa_entry_sample_several(&place->ref);
	if (place->pending && pa_pending_is_of(place->pending, &place->ref))
		place->pending->until_sample = 0;
}

/*
 * Counts the time since a moment as spent on sampling so many executions.
 */
void
pa_slab_count_sampling(const instr_time *since, uint64 executions)
{
	instr_time	now;

	if (pa_slab_mine == NULL)
		return;
	INSTR_TIME_SET_CURRENT(now);
	pa_slab_mine->sampled += executions;
	pa_slab_mine->sampling_ns += pa_elapsed_ns(since, &now);
}

/*
 * Adds up the state of all slabs.
 */
void
pa_slab_state(PaSlabState *state)
{
	memset(state, 0, sizeof(*state));
	state->room = (int64) slabs->nslabs * slabs->nslots;
	for (int i = 0; i < slabs->nslabs; i++)
	{
		volatile PaSlab *slab = pa_slab_of(i);

		state->used += slab->used;
		state->folds += slab->folds;
		state->skipped += slab->skipped;
		state->sampled += slab->sampled;
		state->sampling_ns += slab->sampling_ns;
	}
}
