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

typedef enum PaClockState
{
	PA_CLOCK_NEW,				/* never started */
	PA_CLOCK_RUNS,
	PA_CLOCK_STOPPED
} PaClockState;

typedef struct PaClock
{
	PaClockState state;
	int64		started_ns;		/* when it was started last; see pa_now_ns() */
	PaMeasure	measure;		/* blocks and WAL are right while stopped only */
} PaClock;

/*
 * Sets a clock to zero.
 */
static inline void
pa_clock_reset(PaClock *clock)
{
	clock->state = PA_CLOCK_NEW;
	clock->measure = (PaMeasure) {0};
}

/*
 * Starts a clock, unless it runs. Blocks and WAL are taken off now and put
 * on again when it is stopped.
 */
static inline void
pa_clock_start(PaClock *clock)
{
	if (unlikely(clock->state == PA_CLOCK_RUNS))
		return;
	clock->state = PA_CLOCK_RUNS;
	clock->measure.shared_blks_hit -= pgBufferUsage.shared_blks_hit;
	clock->measure.shared_blks_read -= pgBufferUsage.shared_blks_read;
	clock->measure.temp_blks_written -= pgBufferUsage.temp_blks_written;
	clock->measure.wal_bytes -= pgWalUsage.wal_bytes;
	clock->started_ns = pa_now_ns();
}

/*
 * Stops a clock that runs.
 */
static inline void
pa_clock_halt(PaClock *clock)
{
	clock->measure.elapsed_ns += pa_now_ns() - clock->started_ns;
	clock->state = PA_CLOCK_STOPPED;
	clock->measure.shared_blks_hit += pgBufferUsage.shared_blks_hit;
	clock->measure.shared_blks_read += pgBufferUsage.shared_blks_read;
	clock->measure.temp_blks_written += pgBufferUsage.temp_blks_written;
	clock->measure.wal_bytes += pgWalUsage.wal_bytes;
}

/*
 * Stops a clock, if it runs.
 */
static inline void
pa_clock_stop(PaClock *clock)
{
	if (clock->state == PA_CLOCK_RUNS)
		pa_clock_halt(clock);
}

/*
 * Returns the time since pa_now_ns() returned a moment, ms.
 */
static inline double
pa_ms_since(int64 start_ns)
{
	return (pa_now_ns() - start_ns) / 1000000.0;
}

#endif							/* PERFADVISOR_RECORD_CLOCK_H */
