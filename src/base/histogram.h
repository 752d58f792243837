/*
 * histogram.h
 *	  A log-linear latency histogram, at most 6.25 % off; see histogram.c.
 */
#ifndef PERFADVISOR_BASE_HISTOGRAM_H
#define PERFADVISOR_BASE_HISTOGRAM_H

#include "port/pg_bitutils.h"

#define PA_HISTOGRAM_BUCKETS 264
#define PA_HISTOGRAM_UNIT_SHIFT 7	/* 128 ns */
#define PA_HISTOGRAM_SUB_BITS 3

/*
 * Returns the bucket of a duration, as if there were one for each.
 */
static inline uint32
pa_histogram_bucket_unbounded(uint64 ns)
{
	uint64		units = ns >> PA_HISTOGRAM_UNIT_SHIFT;
	uint32		shift;

	if (unlikely(units < (1 << PA_HISTOGRAM_SUB_BITS)))
		return (uint32) units;
#ifdef HAVE__BUILTIN_CLZ
	shift = (63 ^ __builtin_clzll(units)) - PA_HISTOGRAM_SUB_BITS;
#else
	shift = pg_leftmost_one_pos64(units) - PA_HISTOGRAM_SUB_BITS;
#endif
	return (shift << PA_HISTOGRAM_SUB_BITS) + (uint32) (units >> shift);
}

/*
 * Returns the bucket of a duration.
 */
static inline int
pa_histogram_bucket(uint64 ns)
{
	return Min(pa_histogram_bucket_unbounded(ns), PA_HISTOGRAM_BUCKETS - 1);
}

/*
 * Counts durations in a bucket, which does not overflow.
 */
static inline void
pa_histogram_add(uint32 *buckets, int bucket, uint32 count)
{
	buckets[bucket] += Min(count, PG_UINT32_MAX - buckets[bucket]);
}

extern double pa_histogram_lower(int bucket);	/* ms */
extern double pa_histogram_upper(int bucket);	/* ms */
extern double pa_histogram_percentile(const uint32 *buckets, double fraction);

#endif							/* PERFADVISOR_BASE_HISTOGRAM_H */
