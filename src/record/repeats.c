/*
 * repeats.c
 *	  Which parameters a statement repeats, and after how long: what a cache of
 *	  its results would have been good for.
 *
 * Some sets of parameters are followed, chosen by their hash: all while there
 * are few, then every second, every fourth and so on as more come, so that
 * those followed are known from the beginning (distinct sampling, after
 * Gibbons), and after every 1024 executions that were followed. For each a
 * cache is simulated that keeps a result for a second, ten, a minute, five, an
 * hour. Their number says how many different sets there are.
 *
 * Few parameters that are very common would be there by chance or not.
 * Therefore some executions are counted whatever they ran with, in counters
 * for the most common hashes (space saving, after Metwally, in eight groups by
 * hash). What is a five-hundredth of these or more is not estimated from the
 * sample of hashes but from its rate: misses are a renewal for each time kept and the
 * mean time until the next call.
 *
 * Nothing here takes a lock, allocates or raises an error.
 */
#include "postgres.h"

#include <math.h>

#include "utils/timestamp.h"

#include "record/repeats.h"

#define SETS_FULL (PA_REPEATS_SETS * 3 / 4)
#define COMMON_SHARE 0.002		/* of calls, from which on parameters are common */
#define COMMON_MIN 5			/* times seen */
#define MAX_LEVEL 48
#define LEVEL_EVENTS 1024	/* executions followed before fewer are */
#define FEW 64					/* sets, of which half would be too few to count by */

/* Seconds that a simulated cache keeps a result */
static const int ttls[PA_REPEATS_TTLS] = {1, 10, 60, 300, 3600};

/*
 * Counts parameters among those that may be common, in one of the counters of
 * their group: theirs, or else the one with the lowest count.
 */
static void
count_common(PaRepeats *repeats, uint64 hash)
{
	PaCommon   *group = &repeats->common[(hash >> 20) % PA_REPEATS_COMMON / PA_REPEATS_GROUP *
										 PA_REPEATS_GROUP];
	PaCommon   *least = group;

	repeats->sampled++;
	for (PaCommon *common = group; common < group + PA_REPEATS_GROUP; common++)
	{
		if (common->hash == hash && common->count > 0)
		{
			common->count++;
			return;
		}
		if (common->count < least->count)
			least = common;
	}
	least->hash = hash;
	least->error = least->count++;
}

/*
 * Returns the place of parameters, which may be free. There is always a free
 * place.
 */
static PaFollowed *
place_of(PaFollowed *keys, uint64 hash)
{
	for (uint32 i = (uint32) hash;; i++)
	{
		PaFollowed *key = &keys[i % PA_REPEATS_SETS];

		if (key->calls == 0 || key->hash == hash)
			return key;
	}
}

/*
 * Estimates how many different sets of parameters there are, from those that
 * are followed. When few are left, what was known before they were so few is
 * better, unless there are clearly more by now: by two standard errors.
 */
static double
estimate_distinct(const PaRepeats *repeats)
{
	double		each = ldexp(1, repeats->level);

	if (repeats->known_distinct > 0 &&
		(repeats->nsets - 2 * sqrt(repeats->nsets)) * each <= repeats->known_distinct)
		return repeats->known_distinct;
	return repeats->nsets * each;
}

/*
 * Follows only half as many sets of parameters from now on.
 */
static void
raise_level(PaRepeats *repeats)
{
	static PaFollowed before[PA_REPEATS_SETS];

	if (repeats->nsets < FEW)
		repeats->known_distinct = estimate_distinct(repeats);
	repeats->level++;
	repeats->followed = 0;
	memcpy(before, repeats->sets, sizeof(before));
	memset(repeats->sets, 0, sizeof(before));
	repeats->nsets = 0;
	for (int i = 0; i < PA_REPEATS_SETS; i++)
	{
		if (before[i].calls == 0 || before[i].hash > pa_repeats_limit(repeats->level))
			continue;
		*place_of(repeats->sets, before[i].hash) = before[i];
		repeats->nsets++;
	}
}

/*
 * Asks the simulated caches of a set of parameters. Executions of several
 * sessions may come in the wrong order, by a second at most.
 */
static void
simulate(PaFollowed *key, int64 at_ms)
{
	uint32		at = (uint32) Min(Max(at_ms, 0) + 1, PG_UINT32_MAX);

	key->calls++;
	for (int i = 0; i < PA_REPEATS_TTLS; i++)
	{
		uint32		kept_at = key->kept_at[i];

		if (kept_at != 0 && (at < kept_at || at - kept_at < ttls[i] * 1000))
			key->hits[i]++;
		else
			key->kept_at[i] = at;
	}
}

/*
 * Adds an execution.
 */
void
pa_repeats_add(PaRepeats *repeats, const PaSeen *seen)
{
	PaFollowed *key;

	repeats->until = Max(repeats->until, seen->at);
	if (seen->by_call)
		count_common(repeats, seen->hash);
	if (!seen->by_hash || seen->hash > pa_repeats_limit(repeats->level))
		return;
	key = place_of(repeats->sets, seen->hash);
	if (key->calls == 0)
	{
		if (repeats->nsets >= PA_REPEATS_SETS - 1)
			return;
		key->hash = seen->hash;
		repeats->nsets++;
	}
	repeats->followed++;
	simulate(key, (seen->at - repeats->since) / 1000);
	if ((repeats->nsets >= SETS_FULL || repeats->followed >= LEVEL_EVENTS) && repeats->level < MAX_LEVEL)
		raise_level(repeats);
}

/*
 * Tells whether parameters are common: how often, of the executions counted.
 */
static double
common_share(const PaRepeats *repeats, const PaCommon *common)
{
	double		count = common->count - common->error / 2.0;

	if (common->count - common->error < COMMON_MIN || count < repeats->sampled * COMMON_SHARE)
		return 0;
	return count / repeats->sampled;
}

/*
 * Tells whether a hash is one of those that are common.
 */
static bool
is_common(const PaRepeats *repeats, uint64 hash)
{
	for (uint32 i = 0; i < PA_REPEATS_COMMON; i++)
		if (repeats->common[i].hash == hash && repeats->common[i].count > 0)
			return common_share(repeats, &repeats->common[i]) > 0;
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
 * Makes the estimates, all but the key: of what is common and of what is
 * followed, each for its share. One in so many executions was counted for
 * what is common.
 */
void
pa_repeats_estimate(const PaRepeats *repeats, uint32 every, PaRepeated *repeated)
{
	double		calls = 0;
	double		hits[PA_REPEATS_TTLS] = {0};
	double		seconds = Max((repeats->until - repeats->since) / (double) USECS_PER_SEC, 0.001);
	double		shares = 0;

	memset(repeated->hit_rates, 0, sizeof(repeated->hit_rates));
	repeated->since = repeats->since;
	repeated->distinct = estimate_distinct(repeats);
	for (int i = 0; i < PA_REPEATS_SETS; i++)
	{
		const PaFollowed *key = &repeats->sets[i];

		if (key->calls == 0 || (repeats->level > 0 && is_common(repeats, key->hash)))
			continue;
		calls += key->calls;
		for (int t = 0; t < PA_REPEATS_TTLS; t++)
			hits[t] += key->hits[t];
	}
	repeated->calls = calls;
	if (repeats->level > 0)
		repeated->calls = Max((double) repeats->sampled * every, repeated->distinct);
	for (uint32 i = 0; repeats->level > 0 && i < PA_REPEATS_COMMON; i++)
	{
		double		share = common_share(repeats, &repeats->common[i]);

		shares += share;
		for (int t = 0; t < PA_REPEATS_TTLS && share > 0; t++)
			repeated->hit_rates[t] += share *
				hit_rate(share * repeated->calls, seconds, ttls[t]);
	}
	for (int t = 0; t < PA_REPEATS_TTLS; t++)
	{
		if (calls > 0)
			repeated->hit_rates[t] += Max(1 - shares, 0) * hits[t] / calls;
		else if (shares > 0)
			/* None of the others is followed, so there are few: they are like these */
			repeated->hit_rates[t] /= Min(shares, 1);
	}
}
