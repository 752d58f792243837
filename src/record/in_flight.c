/*
 * in_flight.c
 *	  What minutes say together: how many were under way at once over any
 *	  time, as means and percentiles.
 *
 * There are two ways to weigh. By time: the number that is not exceeded 99 %
 * of the time, idle hours included. By work: the number that 99 % of the time
 * spent in transactions saw, itself included, which does not change when hours
 * without work are added. It is the latter that a pool must have room for.
 */
#include "postgres.h"

#include <math.h>

#include "nodes/pg_list.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

/*
 * Work that finds a free connection at once in a pool of the recommended size.
 * With less than about 95 % the 95th percentile of latency suffers if all
 * transactions take the same time; with random times some may wait without
 * harm to it. In simulations of both, 92 % never made a pool smaller than the
 * smallest that keeps this percentile within 10 %.
 */
#define POOL_FRACTION 0.92
#define BURST_FRACTION 0.99

/*
 * Returns the highest number that is below a level.
 */
static uint32
below_level(int level, uint32 max)
{
	if (level >= PA_LEVELS)
		return max;
	return Min((uint32) pa_level_bound(level) - 1, max);
}

/*
 * Returns the number in flight that the given fraction of the time did not
 * exceed.
 */
uint32
pa_in_flight_by_time(const PaInFlight *sum, double fraction)
{
	for (int i = 0; i < PA_LEVELS; i++)
		if (sum->above[i] <= (1 - fraction) * sum->sampled_us)
			return below_level(i, sum->max);
	return sum->max;
}

/*
 * Returns the time that was spent in transactions while the number was that of
 * a level or above: all of what the lower numbers hold, once a level is
 * reached, and what comes on top.
 */
static double
work_above(const PaInFlight *sum, int level)
{
	double		work = sum->above[level] * pa_level_bound(level);

	for (int i = level + 1; i < PA_LEVELS; i++)
		work += sum->above[i] * (pa_level_bound(i) - pa_level_bound(i - 1));
	return work;
}

/*
 * Returns the number in flight, itself included, that the given fraction of
 * the time spent in transactions did not see exceeded.
 */
uint32
pa_in_flight_by_work(const PaInFlight *sum, double fraction)
{
	double		total = work_above(sum, 0);

	if (total == 0)
		return sum->max;
	for (int i = 0; i < PA_LEVELS; i++)
		if (work_above(sum, i) <= (1 - fraction) * total)
			return below_level(i, sum->max);
	return sum->max;
}

/*
 * Returns the mean number in flight.
 */
double
pa_in_flight_mean(const PaInFlight *sum)
{
	return sum->sampled_us > 0 ? work_above(sum, 0) / sum->sampled_us : 0;
}

/*
 * Adds a minute.
 */
void
pa_in_flight_add(PaInFlight *sum, const PaMinute *minute)
{
	const uint64 *from = (const uint64 *) &minute->counts;
	uint64	   *into = (uint64 *) &sum->counts;

	if (sum->observed_us == 0 || minute->from < sum->from)
		sum->from = minute->from;
	sum->upto = Max(sum->upto, minute->upto);
	sum->observed_us += Max(minute->upto - minute->from, 1);
	sum->sampled_us += minute->sampled_us;
	sum->max = Max(sum->max, minute->max);
	sum->sessions_max = Max(sum->sessions_max, minute->sessions_max);
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
		into[i] += from[i];
	for (int i = 0; i < PA_LEVELS; i++)
		sum->above[i] += minute->above[i];
}

/*
 * Orders minutes by group, then by time.
 */
static int
compare_minutes(const ListCell *a, const ListCell *b)
{
	const PaMinute *ma = lfirst(a);
	const PaMinute *mb = lfirst(b);
	int			order = memcmp(&ma->key, &mb->key, sizeof(PaGroupKey));

	if (order != 0)
		return order;
	return ma->from < mb->from ? -1 : ma->from > mb->from;
}

/*
 * Closes an hour of a group: the busiest one decides.
 */
static void
close_hour(PaInFlight *total, PaInFlight *hour)
{
	if (hour->observed_us > 0)
	{
		total->busy = Max(total->busy, pa_in_flight_by_work(hour, POOL_FRACTION));
		total->burst = Max(total->burst, pa_in_flight_by_work(hour, BURST_FRACTION));
	}
	memset(hour, 0, sizeof(*hour));
}

/*
 * Returns a PaInFlight * for each group that had anything since a moment, in
 * the current context.
 */
List *
pa_in_flight_since(TimestampTz since)
{
	List	   *minutes = pa_minutes_read();
	List	   *sums = NIL;
	PaInFlight *sum = NULL;
	PaInFlight	hour = {0};
	ListCell   *lc;

	list_sort(minutes, compare_minutes);
	foreach(lc, minutes)
	{
		PaMinute   *minute = lfirst(lc);

		if (minute->upto <= since)
			continue;
		if (sum == NULL || memcmp(&sum->key, &minute->key, sizeof(PaGroupKey)) != 0)
		{
			if (sum != NULL)
				close_hour(sum, &hour);
			sum = palloc0(sizeof(PaInFlight));
			sum->key = minute->key;
			sums = lappend(sums, sum);
		}
		if (minute->from / USECS_PER_HOUR != hour.from / USECS_PER_HOUR)
			close_hour(sum, &hour);
		pa_in_flight_add(sum, minute);
		pa_in_flight_add(&hour, minute);
	}
	if (sum != NULL)
		close_hour(sum, &hour);
	return sums;
}
