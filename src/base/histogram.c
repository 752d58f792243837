/*
 * histogram.c
 *	  A log-linear histogram of durations: eight buckets per power of two.
 *
 * The unit is 128 ns. Durations below eight units have a bucket per unit;
 * above, a bucket is an eighth of its power of two wide, so the middle of a
 * bucket is at most 1/16 = 6.25 % away from anything in it. 264 buckets reach
 * 2^35 units, 73 minutes; what is longer counts in the last one. Histograms
 * are added by adding their buckets.
 */
#include "postgres.h"

#include <math.h>

#include "base/base.h"

#define UNIT_MS ((1 << PA_HISTOGRAM_UNIT_SHIFT) / 1000000.0)
#define SUB_BITS PA_HISTOGRAM_SUB_BITS

/*
 * Returns the duration at which a bucket begins, ms.
 */
double
pa_histogram_lower(int bucket)
{
	int			power = (bucket >> SUB_BITS) + SUB_BITS - 1;
	int			sub = bucket & ((1 << SUB_BITS) - 1);

	if (bucket < (1 << SUB_BITS))
		return bucket * UNIT_MS;
	return ldexp((double) ((1 << SUB_BITS) + sub), power - SUB_BITS) * UNIT_MS;
}

/*
 * Returns the duration at which a bucket ends, ms.
 */
double
pa_histogram_upper(int bucket)
{
	return pa_histogram_lower(bucket + 1);
}

/*
 * Returns the duration, ms, that the given fraction of the durations does
 * not exceed: the middle of the bucket it falls into. 0 for an empty one.
 */
double
pa_histogram_percentile(const uint32 *buckets, double fraction)
{
	uint64		total = 0;
	uint64		wanted;
	uint64		seen = 0;

	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
		total += buckets[i];
	if (total == 0)
		return 0.0;
	wanted = (uint64) ceil(fraction * total);
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		seen += buckets[i];
		if (seen >= wanted)
			return (pa_histogram_lower(i) + pa_histogram_upper(i)) / 2;
	}
	return pa_histogram_lower(PA_HISTOGRAM_BUCKETS - 1);
}
