/*
 * levels.c
 *	  A number that many change by one, its highest value, and the levels that
 *	  distributions of such numbers are kept in: 1 to 16, and from there on
 *	  eight for each doubling, up to 1024.
 */
#include "postgres.h"

#include "record/concurrency.h"

#define LEVELS_OF_DOUBLING 8

/*
 * Returns the number that reaches a level.
 */
int
pa_level_bound(int level)
{
	int			doubling = (level - PA_LEVELS_EACH) / LEVELS_OF_DOUBLING;
	int			rest = (level - PA_LEVELS_EACH) % LEVELS_OF_DOUBLING;

	if (level < PA_LEVELS_EACH)
		return level + 1;
	return (PA_LEVELS_EACH << doubling) + (rest + 1) * ((PA_LEVELS_EACH / LEVELS_OF_DOUBLING) << doubling);
}

/*
 * Returns how many levels a number has reached.
 */
int
pa_levels_reached(uint32 number)
{
	int			level = 0;

	while (level < PA_LEVELS && number >= (uint32) pa_level_bound(level))
		level++;
	return level;
}

/*
 * Notes that a number has reached a value, which may be its highest.
 */
pg_noinline void
pa_count_raise_max(PaCount *count, uint32 number)
{
	uint32		max = pg_atomic_read_u32(&count->max);

	while (number > max && !pg_atomic_compare_exchange_u32(&count->max, &max, number))
		;
}

/*
 * Returns the highest number since the last call, which is at least what it
 * is now, and begins anew. One who counts meanwhile is seen by one of the
 * calls, and by the later one as long as he stays.
 */
uint32
pa_count_take_max(PaCount *count)
{
	uint32		max = pg_atomic_exchange_u32(&count->max, 0);

	pa_count_raise_max(count, pg_atomic_read_u32(&count->now));
	return max;
}
