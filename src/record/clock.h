/*
 * clock.h
 *	  What one execution takes: the measure, and the clock that fills it.
 *	  Private to the record room.
 *
 * A clock runs while its statement runs, and may be stopped and started
 * again. It is read twice per run, and everything here is a handful of adds:
 * no allocation, no lock, no error, so that it also works in the error path.
 */
#ifndef PERFADVISOR_RECORD_CLOCK_H
#define PERFADVISOR_RECORD_CLOCK_H

#include "base/compat.h"
#include "datatype/timestamp.h"
#include "executor/instrument.h"

/* What one execution adds to its statement */
typedef struct PaMeasure
{
	bool		failed;
	uint64		elapsed_ns;
	double		plan_time;		/* ms */
	int64		rows;
	int64		shared_blks_hit;
	int64		shared_blks_read;
	int64		temp_blks_written;
	uint64		wal_bytes;
	TimestampTz started_at;		/* of the client's statement */
} PaMeasure;

typedef struct PaClock
{
	bool		running;
	instr_time	started;
	PaMeasure	measure;		/* blocks and WAL are right while stopped only */
} PaClock;

/*
 * Sets a clock to zero.
 */
static inline void
pa_clock_reset(PaClock *clock)
{
	clock->running = false;
	clock->measure = (PaMeasure) {0};
}

/*
 * Starts a clock, unless it runs. Blocks and WAL are taken off now and put
 * on again when it is stopped.
 */
static inline void
pa_clock_start(PaClock *clock)
{
	if (clock->running)
		return;
	clock->running = true;
	clock->measure.shared_blks_hit -= pgBufferUsage.shared_blks_hit;
	clock->measure.shared_blks_read -= pgBufferUsage.shared_blks_read;
	clock->measure.temp_blks_written -= pgBufferUsage.temp_blks_written;
	clock->measure.wal_bytes -= pgWalUsage.wal_bytes;
	INSTR_TIME_SET_CURRENT(clock->started);
}

/*
 * Stops a clock, if it runs.
 */
static inline void
pa_clock_stop(PaClock *clock)
{
	instr_time	now;

	if (!clock->running)
		return;
	INSTR_TIME_SET_CURRENT(now);
	clock->running = false;
	clock->measure.elapsed_ns += pa_elapsed_ns(&clock->started, &now);
	clock->measure.shared_blks_hit += pgBufferUsage.shared_blks_hit;
	clock->measure.shared_blks_read += pgBufferUsage.shared_blks_read;
	clock->measure.temp_blks_written += pgBufferUsage.temp_blks_written;
	clock->measure.wal_bytes += pgWalUsage.wal_bytes;
}

/*
 * Returns the time since a reading of the clock, ms.
 */
static inline double
pa_ms_since(const instr_time *start)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) pa_elapsed_ns(start, &now) / 1000000.0;
}

#endif							/* PERFADVISOR_RECORD_CLOCK_H */
