/*
 * plan_times.c
 *	  Times of plans that were made and whose execution is awaited.
 *
 * The latest is in a place of its own, where the execution that follows finds
 * it (execution.h). Those before it, as of PREPARE, of EXPLAIN or of a function
 * that plans several statements, are in a ring; the oldest goes.
 */
#include "postgres.h"

#include "record/execution.h"

#define OLDER 4					/* a power of two */

int			pa_plan_times_awaiting = 0;
PaPlanTime	pa_plan_time_latest;

static PaPlanTime older[OLDER];
static uint32 put_off = 0;		/* the latest is in the place of this number */

/*
 * Moves the latest time to the ring.
 */
pg_noinline void
pa_plan_time_put_off(void)
{
	PaPlanTime *place = &older[++put_off % OLDER];

	if (place->queryid != 0)
		pa_plan_times_awaiting--;
	*place = pa_plan_time_latest;
	pa_plan_time_latest.queryid = 0;
}

/*
 * Returns the time of a statement that now runs, which is not the latest that
 * was planned, and forgets it. 0 if there is none.
 */
pg_noinline double
pa_plan_time_take_older(uint64 queryid)
{
	for (uint32 i = 0; i < OLDER; i++)
	{
		PaPlanTime *place = &older[(put_off - i) % OLDER];

		if (place->queryid == queryid)
		{
			place->queryid = 0;
			pa_plan_times_awaiting--;
			return place->plan_time;
		}
	}
	return 0.0;
}
