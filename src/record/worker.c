/*
 * worker.c
 *	  The background worker that saves what was recorded, every five minutes
 *	  and when the server shuts down, and looks some ten times a second what is
 *	  under way at once.
 *
 * SIGUSR2 has it take the five minutes for over.
 *
 * It runs from the moment the server accepts connections, on a standby too,
 * and connects to no database. At a shutdown it is told to end at the same
 * time as everybody else; it stays until the others have counted their last
 * statements, and saves then. After a crash it is killed like everybody
 * else, without a chance to save what may be damaged.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "replication/walsender.h"
#include "replication/walsender_private.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/procarray.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define SAVE_EVERY (5 * 60 * 1000)	/* ms */
#define POLL_EVERY 10			/* ms, while the server shuts down */
#define COMPLAIN_EVERY (60 * 60 * 1000) /* ms */
#define RESTART_AFTER 10		/* s, should the worker fail */

PGDLLEXPORT void pa_worker_main(Datum argument);

/*
 * Tells whether others are there who run statements. Senders of WAL are not
 * waited for: they leave last.
 */
static bool
others_are_running(void)
{
	int			senders = 0;

	for (int i = 0; i < max_wal_senders; i++)
		senders += WalSndCtl->walsnds[i].pid != 0 ? 1 : 0;
	return CountDBBackends(InvalidOid) > senders;
}

/*
 * Saves. When that fails it says so, but not more than once an hour.
 */
static void
save(void)
{
	static TimestampTz complained_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	bool		silent = complained_at != 0 &&
		!TimestampDifferenceExceeds(complained_at, now, COMPLAIN_EVERY);

	if (!pa_persist_save(silent ? DEBUG1 : LOG) && !silent)
		complained_at = now;
}

/*
 * Waits until there is something to do, at most the given time, ms. Ends
 * with the postmaster.
 */
static void
wait_for(long timeout)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 timeout, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* Whether a signal has said that it is time to save */
static volatile sig_atomic_t time_is_over = false;

/*
 * Has the worker save now.
 */
static void
handle_time_is_over(SIGNAL_ARGS)
{
	int			save_errno = errno;

	time_is_over = true;
	SetLatch(MyLatch);
	errno = save_errno;
}

/*
 * The worker.
 */
void
pa_worker_main(Datum argument)
{
	TimestampTz next = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), SAVE_EVERY);

	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, PA_SIG_IGN);
	pqsignal(SIGUSR2, handle_time_is_over);
	BackgroundWorkerUnblockSignals();
	MemoryContextSwitchTo(AllocSetContextCreate(TopMemoryContext, "perfadvisor worker",
												ALLOCSET_DEFAULT_SIZES));

	while (!ShutdownRequestPending || others_are_running())
	{
		TimestampTz now = GetCurrentTimestamp();
		TimestampTz look = pa_minutes_tick(now);

		if (now >= next || time_is_over)
		{
			time_is_over = false;
			save();
			next = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), SAVE_EVERY);
		}
		wait_for(ShutdownRequestPending ? POLL_EVERY :
				 TimestampDifferenceMilliseconds(now, Min(next, look)) + 1);
	}
	save();
	proc_exit(0);
}

/*
 * Has the worker started with the server.
 */
void
pa_worker_init(void)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	strlcpy(worker.bgw_name, "perfadvisor saver", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "perfadvisor saver", BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "perfadvisor", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "pa_worker_main", BGW_MAXLEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = RESTART_AFTER;
	RegisterBackgroundWorker(&worker);
}
