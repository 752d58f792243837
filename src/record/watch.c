/*
 * watch.c
 *	  Which parameters a statement repeats, and after how long: what a cache of
 *	  its results would have been good for.
 *
 * The queries of clients that take most time are watched. Of a watched
 * statement some sets of parameters are followed, chosen by their hash: all
 * while there are few, then every second, every fourth and so on as more
 * come, so that those followed are known from the beginning of the watch
 * (distinct sampling, after Gibbons), and after every 256 executions that
 * were followed. For each a cache is simulated that
 * keeps a result for a second, ten, a minute, five, an hour. Their number
 * says how many different sets there are.
 *
 * Few parameters that are very common would be there by chance or not.
 * Therefore every 32nd execution is counted whatever it ran with, in counters
 * for the most common hashes (space saving, after Metwally). What is a
 * hundredth of these or more is not estimated from the sample of hashes but
 * from its rate: misses are a renewal for each time kept and the mean time
 * until the next call.
 *
 * A backend collects executions in its own memory and adds them to the watch
 * when it has some dozens, or once a second with its other counts, under the
 * watch's lock, which it does not wait for.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "record/watch.h"

#define WATCHES 64
#define KEYS 1024				/* of a watch; a power of two */
#define KEYS_FULL (KEYS * 3 / 4)
#define HEAVY 64				/* counters of common parameters */
#define HEAVY_SHARE 0.01		/* of calls, from which on parameters are common */
#define HEAVY_MIN 8				/* times seen */
#define EVENTS 64				/* collected by a backend */
#define MAX_LEVEL 48
#define LEVEL_EVENTS 256		/* executions followed before fewer are */
#define FEW 64					/* sets, of which half would be too few to count */

/* Seconds that a simulated cache keeps a result */
const int	pa_watch_ttls[PA_WATCH_TTLS] = {1, 10, 60, 300, 3600};

/* One set of parameters that is followed */
typedef struct PaWatchKey
{
	uint64		hash;
	uint32		calls;			/* 0: the place is free */
	uint32		hits[PA_WATCH_TTLS];
	uint32		kept_at[PA_WATCH_TTLS]; /* ms since the watch began, plus 1 */
} PaWatchKey;

/* A set of parameters that may be common */
typedef struct PaWatchHeavy
{
	uint64		hash;
	uint32		count;
	uint32		error;			/* of that may be others' */
} PaWatchHeavy;

/* A statement that is watched; all but ref under its lock */
typedef struct PaWatch
{
	PaEntryRef	ref;			/* generation 0: free; under the first lock, too */
	PaStatementKey key;
	TimestampTz since;
	TimestampTz until;			/* latest execution */
	double		least_distinct; /* sets of parameters there are at least */
	uint32		level;
	uint32		nkeys;
	uint32		followed;		/* executions at this level */
	uint32		sampled;		/* executions counted in heavy[] */
	uint32		nheavy;
	PaWatchHeavy heavy[HEAVY];
	PaWatchKey	keys[KEYS];
} PaWatch;

/* One execution that was not added yet */
typedef struct PaWatchEvent
{
	uint64		hash;
	uint64		generation;		/* of the statement's entry */
	TimestampTz at;
	int16		watch;
	bool		by_hash;
	bool		by_call;
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
			watch->since = watch->until = GetCurrentTimestamp();
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
 * Returns the largest hash of parameters that are followed at a level: one in
 * 2 ^ level sets of parameters is.
 */
static inline uint64
limit_of(uint32 level)
{
	return PG_UINT64_MAX >> level;
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
	pending->watch_limit = watch < 0 ? 0 : limit_of(watches[watch].level);
}

/*
 * Counts parameters among those that may be common. Caller has the lock.
 */
static void
count_heavy(PaWatch *watch, uint64 hash)
{
	PaWatchHeavy *least = watch->heavy;

	watch->sampled++;
	for (uint32 i = 0; i < watch->nheavy; i++)
	{
		PaWatchHeavy *heavy = &watch->heavy[i];

		if (heavy->hash == hash)
		{
			heavy->count++;
			return;
		}
		if (heavy->count < least->count)
			least = heavy;
	}
	if (watch->nheavy < HEAVY)
	{
		watch->heavy[watch->nheavy++] = (PaWatchHeavy) {hash, 1, 0};
		return;
	}
	least->hash = hash;
	least->error = least->count++;
}

/*
 * Returns the place of parameters in a watch, which may be free. There is
 * always a free place.
 */
static PaWatchKey *
place_of(PaWatchKey *keys, uint64 hash)
{
	for (uint32 i = (uint32) hash;; i++)
	{
		PaWatchKey *key = &keys[i % KEYS];

		if (key->calls == 0 || key->hash == hash)
			return key;
	}
}

/*
 * Follows only half as many sets of parameters from now on. Caller has the
 * lock.
 */
static void
raise_level(PaWatch *watch)
{
	static PaWatchKey before[KEYS];

	watch->least_distinct = Max(watch->least_distinct,
								ldexp(watch->nkeys, watch->level) * (watch->nkeys < FEW ? 1 : 0));
	watch->level++;
	watch->followed = 0;
	memcpy(before, watch->keys, sizeof(before));
	memset(watch->keys, 0, sizeof(before));
	watch->nkeys = 0;
	for (int i = 0; i < KEYS; i++)
	{
		if (before[i].calls == 0 || before[i].hash > limit_of(watch->level))
			continue;
		*place_of(watch->keys, before[i].hash) = before[i];
		watch->nkeys++;
	}
}

/*
 * Asks the simulated caches of a set of parameters. Executions of several
 * sessions may come in the wrong order, by a second at most.
 */
static void
simulate(PaWatchKey *key, int64 at_ms)
{
	uint32		at = (uint32) Min(Max(at_ms, 0) + 1, PG_UINT32_MAX);

	key->calls++;
	for (int i = 0; i < PA_WATCH_TTLS; i++)
	{
		uint32		kept_at = key->kept_at[i];

		if (kept_at != 0 && (at < kept_at || at - kept_at < pa_watch_ttls[i] * 1000))
			key->hits[i]++;
		else
			key->kept_at[i] = at;
	}
}

/*
 * Adds an execution to a watch. Caller has the lock.
 */
static void
add_event(PaWatch *watch, const PaWatchEvent *event)
{
	PaWatchKey *key;

	watch->until = Max(watch->until, event->at);
	if (event->by_call)
		count_heavy(watch, event->hash);
	if (!event->by_hash || event->hash > limit_of(watch->level))
		return;
	key = place_of(watch->keys, event->hash);
	if (key->calls == 0)
	{
		if (watch->nkeys >= KEYS - 1)
			return;
		key->hash = event->hash;
		watch->nkeys++;
	}
	watch->followed++;
	simulate(key, (event->at - watch->since) / 1000);
	if ((watch->nkeys >= KEYS_FULL || watch->followed >= LEVEL_EVENTS) && watch->level < MAX_LEVEL)
		raise_level(watch);
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
			add_event(&watches[w], &events[i]);
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
	event->hash = execution->params_hash;
	event->generation = execution->place.ref.generation;
	event->at = execution->clock.measure.started_at;
	event->watch = watch;
	event->by_hash = by_hash;
	event->by_call = by_call;
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
	collect(execution, pending->watch - 1, execution->params_hash <= pending->watch_limit,
			pending->calls % PA_WATCH_CALLS == 0);
	/* Others may have raised the level, or this one */
	pending->watch_limit = limit_of(watches[pending->watch - 1].level);
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
 * Tells whether parameters are common: how often, of the executions counted.
 */
static double
common_share(const PaWatch *watch, const PaWatchHeavy *heavy)
{
	double		count = heavy->count - heavy->error / 2.0;

	if (heavy->count - heavy->error < HEAVY_MIN || count < watch->sampled * HEAVY_SHARE)
		return 0;
	return count / watch->sampled;
}

/*
 * Tells whether a hash is one of those that are common.
 */
static bool
is_common(const PaWatch *watch, uint64 hash)
{
	for (uint32 i = 0; i < watch->nheavy; i++)
		if (watch->heavy[i].hash == hash)
			return common_share(watch, &watch->heavy[i]) > 0;
	return false;
}

/*
 * Returns the hit rate of parameters with so many calls in so many seconds,
 * when a result is kept for ttl seconds.
 */
static double
hit_rate(double calls, double seconds, double ttl)
{
	double		misses = seconds / (ttl + seconds / Max(calls, 1));

	return Max(0, 1 - Max(misses, 1) / Max(calls, 1));
}

/*
 * Makes the estimates of a copied watch: of what is common and of what is
 * followed, each for its share.
 */
static void
estimate(const PaWatch *watch, PaRepeats *repeats)
{
	double		calls = 0;
	double		hits[PA_WATCH_TTLS] = {0};
	double		seconds = Max((watch->until - watch->since) / (double) USECS_PER_SEC, 0.001);
	double		common = 0;

	memset(repeats, 0, sizeof(*repeats));
	repeats->key = watch->key;
	repeats->since = watch->since;
	repeats->distinct = Max(ldexp(watch->nkeys, watch->level), watch->least_distinct);
	for (int i = 0; i < KEYS; i++)
	{
		const PaWatchKey *key = &watch->keys[i];

		if (key->calls == 0 || (watch->level > 0 && is_common(watch, key->hash)))
			continue;
		calls += key->calls;
		for (int t = 0; t < PA_WATCH_TTLS; t++)
			hits[t] += key->hits[t];
	}
	repeats->calls = calls;
	if (watch->level > 0)
		repeats->calls = Max((double) watch->sampled * PA_WATCH_CALLS, repeats->distinct);
	for (uint32 i = 0; watch->level > 0 && i < watch->nheavy; i++)
	{
		double		share = common_share(watch, &watch->heavy[i]);

		common += share;
		for (int t = 0; t < PA_WATCH_TTLS && share > 0; t++)
			repeats->hit_rates[t] += share *
				hit_rate(share * repeats->calls, seconds, pa_watch_ttls[t]);
	}
	for (int t = 0; t < PA_WATCH_TTLS; t++)
	{
		if (calls > 0)
			repeats->hit_rates[t] += Max(1 - common, 0) * hits[t] / calls;
		else if (common > 0)
			/* None of the others is followed, so there are few: they are like these */
			repeats->hit_rates[t] /= Min(common, 1);
	}
}

/*
 * Returns what is known of all watched statements: a List of PaRepeats * in
 * the current context.
 */
List *
pa_watch_read(void)
{
	PaWatch    *copy = palloc(sizeof(PaWatch));
	List	   *list = NIL;

	pa_watch_flush();
	for (int i = 0; i < WATCHES; i++)
	{
		PaRepeats  *repeats;

		LWLockAcquire(lock_of(i), LW_SHARED);
		memcpy(copy, &watches[i], sizeof(PaWatch));
		LWLockRelease(lock_of(i));
		if (copy->ref.generation == 0 || (copy->nkeys == 0 && copy->sampled == 0) || !pa_table_is_current(&copy->ref))
			continue;
		repeats = palloc(sizeof(PaRepeats));
		estimate(copy, repeats);
		list = lappend(list, repeats);
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
