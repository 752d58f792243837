/*
 * watch.c
 *	  The statements of which it is followed what parameters they repeat.
 *
 * The queries of clients that take most time are watched. What was seen of
 * each is a PaRepeats (repeats.c), which has a lock of its own.
 *
 * A backend collects executions in its own memory and adds them to the watch
 * when it has some dozens, or once a second with its other counts, under the
 * watch's lock, which it does not wait for.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "record/watch.h"

#define WATCHES 64
#define EVENTS 64				/* collected by a backend */

/* A statement that is watched; all but ref under its lock */
typedef struct PaWatch
{
	PaEntryRef	ref;			/* generation 0: free; under the first lock, too */
	PaStatementKey key;
	PaRepeats	repeats;
} PaWatch;

/* One execution that was not added yet */
typedef struct PaWatchEvent
{
	uint64		generation;		/* of the statement's entry */
	int			watch;
	PaSeen		seen;
} PaWatchEvent;

static PaWatch *watches = NULL;
static LWLockPadded *watch_locks = NULL;	/* one for all, then one for each */

static PaWatchEvent events[EVENTS];
static int	nevents = 0;

/*
 * Returns the bytes of all watches.
 */
static Size
watch_size(void)
{
	return WATCHES * sizeof(PaWatch);
}

/*
 * Returns the number of locks.
 */
static int
watch_lock_count(void)
{
	return 1 + WATCHES;
}

/*
 * Sets up the watches when the server starts.
 */
static void
watch_startup(void *area, LWLockPadded *locks, bool found)
{
	watches = area;
	watch_locks = locks;
	if (!found)
		memset(area, 0, watch_size());
}

static const PaShmemArea watch_area = {
	"perfadvisor watches", watch_size, watch_lock_count, watch_startup
};

/*
 * Asks for shared memory.
 */
void
pa_watch_init(void)
{
	pa_shmem_register(&watch_area);
}

/*
 * Returns the lock of a watch.
 */
static LWLock *
lock_of(int watch)
{
	return &watch_locks[1 + watch].lock;
}

/*
 * Returns the watch of a statement, or -1. Without a lock: what it is told is
 * compared again before anything is added.
 */
static int
watch_of(const PaEntryRef *ref)
{
	for (int i = 0; i < WATCHES; i++)
		if (watches[i].ref.generation == ref->generation && watches[i].ref.index == ref->index)
			return i;
	return -1;
}

/*
 * Tells whether results of a statement could be kept at all, as far as its
 * entry says.
 */
static bool
is_worth_watching(const PaEntryRef *ref)
{
	volatile PaEntry *entry = pa_table_entry(ref->index);

	return entry->generation == ref->generation && entry->command == CMD_SELECT &&
		entry->advisable && entry->key.toplevel;
}

/*
 * Returns the time that the statement of a watch has taken, ms; -1 when it is
 * gone.
 */
static double
weight_of(int watch)
{
	PaEntryRef	ref = watches[watch].ref;

	if (ref.generation == 0 || !pa_table_is_current(&ref))
		return -1;
	return ((volatile PaEntry *) pa_table_entry(ref.index))->counters.total_time;
}

/*
 * Chooses the watch that a statement may have: a free one, or that of one that
 * takes less than half as much time. Returns -1 if there is none. Caller has
 * the first lock.
 */
static int
choose_watch(const PaEntryRef *ref)
{
	double		own = ((volatile PaEntry *) pa_table_entry(ref->index))->counters.total_time;
	double		least = own / 2;
	int			chosen = -1;

	for (int i = 0; i < WATCHES; i++)
	{
		double		weight = weight_of(i);

		if (weight < 0)
			return i;
		if (weight < least)
		{
			least = weight;
			chosen = i;
		}
	}
	return chosen;
}

/*
 * Begins to watch a statement. Returns the watch, or -1 when there is none to
 * be had, or somebody else is about it.
 */
static int
begin_watch(const PaEntryRef *ref)
{
	LWLock	   *first = &watch_locks[0].lock;
	int			i;

	if (!is_worth_watching(ref) || !LWLockConditionalAcquire(first, LW_EXCLUSIVE))
		return -1;
	i = watch_of(ref);
	if (i < 0 && (i = choose_watch(ref)) >= 0)
	{
		if (LWLockConditionalAcquire(lock_of(i), LW_EXCLUSIVE))
		{
			PaWatch    *watch = &watches[i];

			memset(watch, 0, sizeof(PaWatch));
			watch->key = pa_table_entry(ref->index)->key;
			watch->repeats.since = watch->repeats.until = GetCurrentTimestamp();
			watch->ref = *ref;
			LWLockRelease(lock_of(i));
		}
		else
			i = -1;
	}
	LWLockRelease(first);
	return i;
}

/*
 * Tells a slot of this backend whether its statement is watched, and at what
 * level; begins to watch it if that is possible. Not for the error path.
 */
void
pa_watch_look(PaPending *pending, const PaEntryRef *ref)
{
	int			watch = watch_of(ref);

	if (watch < 0)
		watch = begin_watch(ref);
	pending->watch = watch + 1;
	pending->watch_limit = watch < 0 ? 0 : pa_repeats_limit(watches[watch].repeats.level);
}

/*
 * Adds what this backend has collected. Executions of watches that others
 * have locked just now are kept while there is room.
 */
void
pa_watch_flush(void)
{
	int			kept = 0;
	int			locked = -1;
	int			busy = -1;

	for (int i = 0; i < nevents; i++)
	{
		int			w = events[i].watch;

		if (w != locked && w != busy)
		{
			if (locked >= 0)
				LWLockRelease(lock_of(locked));
			locked = busy = -1;
			if (LWLockConditionalAcquire(lock_of(w), LW_EXCLUSIVE))
				locked = w;
			else
				busy = w;
		}
		if (w == busy)
			events[kept++] = events[i];
		else if (watches[w].ref.generation == events[i].generation)
			pa_repeats_add(&watches[w].repeats, &events[i].seen);
	}
	if (locked >= 0)
		LWLockRelease(lock_of(locked));
	nevents = kept < EVENTS / 2 ? kept : 0;
}

/*
 * Collects an execution of a statement that is watched.
 */
static void
collect(const PaExecution *execution, int watch, bool by_hash, bool by_call)
{
	PaWatchEvent *event;

	if (nevents == EVENTS)
		pa_watch_flush();
	event = &events[nevents++];
	event->generation = execution->place.ref.generation;
	event->watch = watch;
	event->seen.hash = execution->params_hash;
	event->seen.at = execution->clock.measure.started_at;
	event->seen.by_hash = by_hash;
	event->seen.by_call = by_call;
}

/*
 * Collects an execution of a statement that has a slot.
 */
pg_noinline void
pa_watch_push(const PaExecution *execution)
{
	PaPending  *pending = execution->place.pending;

	if (pending->watch == 0)
		return;
	collect(execution, pending->watch - 1, execution->params_hash < pending->watch_limit,
			pending->calls % PA_WATCH_CALLS == 0);
	/* Others may have raised the level, or this one */
	pending->watch_limit = pa_repeats_limit(watches[pending->watch - 1].repeats.level);
}

/*
 * Collects an execution of a statement that has no slot: the first one of a
 * session.
 */
pg_noinline void
pa_watch_note_elsewhere(const PaExecution *execution)
{
	int			watch;

	if (!execution->key.toplevel)
		return;
	watch = watch_of(&execution->place.ref);
	if (watch < 0)
		watch = begin_watch(&execution->place.ref);
	if (watch >= 0)
		collect(execution, watch, true,
				pa_mix64(execution->clock.measure.started_at) % PA_WATCH_CALLS == 0);
}

/*
 * Returns what is known of all watched statements: a List of PaRepeated *
 * in the current context.
 */
List *
pa_watch_read(void)
{
	PaWatch    *copy = palloc(sizeof(PaWatch));
	List	   *list = NIL;

	pa_watch_flush();
	for (int i = 0; i < WATCHES; i++)
	{
		PaRepeated *repeated;

		LWLockAcquire(lock_of(i), LW_SHARED);
		memcpy(copy, &watches[i], sizeof(PaWatch));
		LWLockRelease(lock_of(i));
		if (copy->ref.generation == 0 || !pa_table_is_current(&copy->ref) ||
			(copy->repeats.nsets == 0 && copy->repeats.sampled == 0))
			continue;
		repeated = palloc0(sizeof(PaRepeated));
		repeated->key = copy->key;
		pa_repeats_estimate(&copy->repeats, PA_WATCH_CALLS, repeated);
		list = lappend(list, repeated);
	}
	pfree(copy);
	return list;
}

/*
 * Watches nothing any more, for now.
 */
void
pa_watch_reset(void)
{
	for (int i = 0; i < WATCHES; i++)
	{
		LWLockAcquire(lock_of(i), LW_EXCLUSIVE);
		memset(&watches[i], 0, sizeof(PaWatch));
		LWLockRelease(lock_of(i));
	}
}
