/*
 * lane.c
 *	  A number that many change by one, with its highest value and the time
 *	  that it spent at each level, exactly.
 *
 * Whoever counts one more learns from the addition which level the number
 * reaches, and takes the moment off that level's cell; whoever counts one less
 * puts it on the cell of the level that it leaves. So a cell is the time that
 * the number was at this level or above, up to now, once the present moment is
 * added for a level that is reached. Additions commute: nobody waits, nothing
 * is lost, and two who cross at once in the wrong order are off by what lies
 * between their moments.
 *
 * Moments carry 2^52 besides their microseconds, so that a cell tells by
 * itself how many moments it still lacks.
 *
 * Levels are 1 to 16, and from there on eight for each doubling, up to 1024.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "record/concurrency.h"

#define LEVELS_OF_DOUBLING 8
#define OPEN_SHIFT 52

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
 * Returns the level that begins with a number, or -1 when none does.
 */
static int
level_of(uint32 count)
{
	int			power;
	uint32		step;

	if (count <= PA_LEVELS_EACH)
		return (int) count - 1;
	power = pg_leftmost_one_pos32(count - 1);
	step = (UINT32_C(1) << power) / LEVELS_OF_DOUBLING;
	if (count > pa_level_bound(PA_LEVELS - 1) || (count - (UINT32_C(1) << power)) % step != 0)
		return -1;
	return PA_LEVELS_EACH +
		(power - pg_leftmost_one_pos32(PA_LEVELS_EACH)) * LEVELS_OF_DOUBLING +
		(count - (UINT32_C(1) << power)) / step - 1;
}

/*
 * Sets a lane to nothing. Nobody else may use it yet.
 */
void
pa_lane_init(PaLane *lane)
{
	pg_atomic_init_u32(&lane->count, 0);
	pg_atomic_init_u32(&lane->max, 0);
	for (int i = 0; i < PA_LEVELS; i++)
		pg_atomic_init_u64(&lane->cells[i], 0);
}

/*
 * Notes that a lane's number has reached a value, which may be its highest.
 */
pg_noinline void
pa_lane_raise_max(PaLane *lane, uint32 count)
{
	uint32		max = pg_atomic_read_u32(&lane->max);

	while (count > max && !pg_atomic_compare_exchange_u32(&lane->max, &max, count))
		;
}

/*
 * Adds a moment to the cell of a level that the lane's number has crossed, if
 * one begins there.
 */
pg_noinline void
pa_lane_cross(PaLane *lane, uint32 count, int64 moment)
{
	int			level = level_of(count);

	if (level >= 0)
		pg_atomic_fetch_add_u64(&lane->cells[level], moment);
}

/*
 * Returns the highest number since the last call, which is at least what it
 * is now, and begins anew. One who counts meanwhile is seen by one of the
 * calls, and by the later one as long as he stays.
 */
uint32
pa_lane_take_max(PaLane *lane)
{
	uint32		max = pg_atomic_exchange_u32(&lane->max, 0);

	pa_lane_raise_max(lane, pg_atomic_read_u32(&lane->count));
	return max;
}

/*
 * Returns for each level the microseconds at it or above, up to a moment,
 * since the lane began.
 */
void
pa_lane_read(PaLane *lane, int64 moment, int64 above[PA_LEVELS])
{
	const int64 one = INT64CONST(1) << OPEN_SHIFT;

	for (int i = 0; i < PA_LEVELS; i++)
	{
		int64		cell = (int64) pg_atomic_read_u64(&lane->cells[i]);
		int64		open = -((cell + one / 2) >> OPEN_SHIFT);

		above[i] = cell + open * moment;
	}
}
