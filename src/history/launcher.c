/*
 * launcher.c
 *	  The background worker that has snapshots taken, every
 *	  perfadvisor.snapshot_interval, in each database that has the extension.
 *
 * The launcher is connected to no database. For one database after the other
 * it starts a worker that looks whether the extension is there, takes a
 * snapshot and ends; nobody who wants to drop or copy a database waits longer
 * than that. A database without the extension is looked at again after an
 * hour, or when it is among a few. Templates are never connected to.
 *
 * It runs on a primary only: a standby cannot keep history in tables.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "executor/spi.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/spin.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "history/private.h"
#include "record/record.h"

#define RESTART_AFTER 60		/* s, should the launcher fail */
#define LOOK_AGAIN_AFTER (60 * 60 * 1000)	/* ms, into databases without the extension */
#define FEW_DATABASES 20		/* are all looked into each time */
#define CHANGES_EVERY 1000		/* ms, at least, between snapshots because of changed indexes */
#define LOCK_TIMEOUT "2s"		/* of a snapshot */
#define TIME_LIMIT (5 * 60 * 1000) /* ms, of a snapshot */
#define COMPLAIN_EVERY (60 * 60 * 1000) /* ms */

PGDLLEXPORT void pa_launcher_main(Datum argument);
PGDLLEXPORT void pa_snapshot_worker_main(Datum argument);

/* What the launcher knows of a database; in a hash table by OID */
typedef struct KnownDatabase
{
	Oid			dbid;
	TimestampTz look_at;		/* not before this time */
} KnownDatabase;

PaHistoryShared *pa_history = NULL;
bool		pa_snapshot_for_index_change = false;

static HTAB *known = NULL;

/*
 * Returns the bytes of shared memory that are needed.
 */
static Size
history_size(void)
{
	return sizeof(PaHistoryShared);
}

/*
 * Sets the shared memory up.
 */
static void
history_startup(void *area, LWLockPadded *locks, bool found)
{
	pa_history = area;
	if (!found)
	{
		memset(pa_history, 0, sizeof(PaHistoryShared));
		SpinLockInit(&pa_history->mutex);
	}
}

/*
 * Returns the databases that can be connected to and are no templates, as a
 * list of OIDs in the current context. In a transaction of its own.
 */
static List *
list_databases(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *result = NIL;
	Relation	relation;
	TableScanDesc scan;
	HeapTuple	tuple;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	relation = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(relation, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		if (database->datallowconn && !database->datistemplate &&
			database->datconnlimit != DATCONNLIMIT_INVALID_DB)
		{
			MemoryContext old = MemoryContextSwitchTo(context);

			result = lappend_oid(result, database->oid);
			MemoryContextSwitchTo(old);
		}
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
	return result;
}

/*
 * Waits until the latch is set, or for the given time, ms; -1 is for ever.
 * Takes a changed configuration over.
 */
static void
wait_for(long timeout)
{
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (timeout >= 0 ? WL_TIMEOUT : 0),
					 timeout, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

/*
 * Describes a worker for a database, which runs a function of the library.
 */
static void
describe_worker(BackgroundWorker *worker, const char *name, const char *function, Oid dbid)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	strlcpy(worker->bgw_name, name, BGW_MAXLEN);
	strlcpy(worker->bgw_type, name, BGW_MAXLEN);
	strlcpy(worker->bgw_library_name, "perfadvisor", BGW_MAXLEN);
	strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
	worker->bgw_main_arg = ObjectIdGetDatum(dbid);
}

/*
 * Starts a worker for a database and waits for its end. Returns false when
 * there is no room for one.
 */
static bool
take_snapshot_of(Oid dbid, bool index_change)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;

	pa_history->index_change = index_change;
	pa_history->has_extension = false;
	pa_history->source_due = false;
	describe_worker(&worker, "perfadvisor snapshot", "pa_snapshot_worker_main", dbid);
	worker.bgw_notify_pid = MyProcPid;
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		return false;
	if (WaitForBackgroundWorkerShutdown(handle) == BGWH_POSTMASTER_DIED)
		proc_exit(1);
	pfree(handle);
	return true;
}

/*
 * Starts the worker that fetches the workloads of other servers, and does not
 * wait for it (src/advise/pull_worker.c). Returns false when there is no room
 * for one.
 */
static bool
fetch_sources_of(Oid dbid)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;

	describe_worker(&worker, "perfadvisor sources", "pa_sources_worker_main", dbid);
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		return false;
	pfree(handle);
	return true;
}

/*
 * Complains that no worker could be started, at most once an hour.
 */
static void
complain_of_no_room(void)
{
	static TimestampTz complained_at = 0;
	TimestampTz now = GetCurrentTimestamp();

	if (complained_at != 0 &&
		!TimestampDifferenceExceeds(complained_at, now, COMPLAIN_EVERY))
		return;
	complained_at = now;
	ereport(LOG,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("perfadvisor could not start a background worker to take a snapshot, or to fetch the workload of another server"),
			 errhint("Raise max_worker_processes, or set perfadvisor.snapshot_interval to 0.")));
}

/*
 * Has a snapshot taken of each database that has the extension, as far as is
 * known, or was not looked into lately.
 */
static void
take_snapshots(void)
{
	List	   *databases = list_databases();
	ListCell   *lc;

	foreach(lc, databases)
	{
		Oid			dbid = lfirst_oid(lc);
		TimestampTz now = GetCurrentTimestamp();
		KnownDatabase *database;
		bool		found;

		if (ShutdownRequestPending || pa_snapshot_interval == 0)
			break;
		database = hash_search(known, &dbid, HASH_ENTER, &found);
		if (found && now < database->look_at && list_length(databases) > FEW_DATABASES)
			continue;
		database->look_at = now;
		if (!take_snapshot_of(dbid, false))
		{
			complain_of_no_room();
			break;
		}
		if (pa_history->source_due && !fetch_sources_of(dbid))
			complain_of_no_room();
		if (!pa_history->has_extension)
			database->look_at = TimestampTzPlusMilliseconds(now, LOOK_AGAIN_AFTER);
	}
	list_free(databases);
}

/*
 * Has a snapshot taken of each database whose indexes have changed, and that
 * is not known to be without the extension.
 */
static void
take_changed_snapshots(void)
{
	Oid			dbid;
	bool		created;

	while (OidIsValid(dbid = pa_history_next_changed(&created)) && !ShutdownRequestPending)
	{
		KnownDatabase *database = hash_search(known, &dbid, HASH_FIND, NULL);

		if (database != NULL && !created && GetCurrentTimestamp() < database->look_at)
			continue;
		if (database != NULL)
			database->look_at = GetCurrentTimestamp();
		if (!take_snapshot_of(dbid, true))
			complain_of_no_room();
	}
}

/*
 * Says where the launcher can be told of changed indexes; NULL at its end.
 */
static void
set_latch(Latch *latch)
{
	SpinLockAcquire(&pa_history->mutex);
	pa_history->launcher_latch = latch;
	SpinLockRelease(&pa_history->mutex);
}

/*
 * At the end of the launcher.
 */
static void
forget_latch(int code, Datum argument)
{
	set_latch(NULL);
}

/* Whether a signal has said that it is time for snapshots */
static volatile sig_atomic_t take_now = false;

/*
 * Has the launcher take snapshots now.
 */
static void
handle_take_now(SIGNAL_ARGS)
{
	int			save_errno = errno;

	take_now = true;
	SetLatch(MyLatch);
	errno = save_errno;
}

/*
 * The launcher. SIGUSR2 has it take the interval for over.
 */
void
pa_launcher_main(Datum argument)
{
	TimestampTz last = GetCurrentTimestamp();
	TimestampTz next_change = last;
	HASHCTL		info = {.keysize = sizeof(Oid), .entrysize = sizeof(KnownDatabase)};
	MemoryContext context;

	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGUSR2, handle_take_now);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	pa_record_suspended++;
	known = hash_create("perfadvisor databases", 64, &info, HASH_ELEM | HASH_BLOBS);
	context = AllocSetContextCreate(TopMemoryContext, "perfadvisor launcher", ALLOCSET_DEFAULT_SIZES);
	before_shmem_exit(forget_latch, (Datum) 0);
	set_latch(MyLatch);

	while (!ShutdownRequestPending)
	{
		TimestampTz now = GetCurrentTimestamp();
		TimestampTz next = TimestampTzPlusMilliseconds(last, pa_snapshot_interval * INT64CONST(1000));

		if (pa_snapshot_interval == 0)
			wait_for(-1);
		else if (now >= next || take_now || now < last)
		{
			take_now = false;
			last = now;
			MemoryContextSwitchTo(context);
			take_snapshots();
			MemoryContextReset(context);
		}
		else if (pa_history_any_changed() && now >= next_change)
		{
			take_changed_snapshots();
			next_change = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), CHANGES_EVERY);
		}
		else
			wait_for(TimestampDifferenceMilliseconds(now, pa_history_any_changed() ? Min(next, next_change) : next));
	}
	proc_exit(0);
}

/*
 * Tells the launcher whether the workload of another server is to be fetched.
 * The library may be newer than the extension. The caller has connected to SPI.
 */
static void
look_for_sources(void)
{
	bool		isnull;

	if (SPI_execute("SELECT pg_catalog.to_regprocedure('perfadvisor.sources_due()') IS NOT NULL", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the sources of workloads");
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		return;
	if (SPI_execute("SELECT perfadvisor.sources_due()", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the sources of workloads");
	pa_history->source_due = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Takes a snapshot in the database that this worker is connected to, if the
 * extension is there. Errors are the caller's.
 */
static void
snapshot_here(void)
{
	bool		isnull;

	SPI_connect();
	if (SPI_execute("SELECT pg_catalog.to_regprocedure('perfadvisor.snapshot(text,boolean)') IS NOT NULL"
					" FROM pg_catalog.pg_extension AS e WHERE e.extname = 'perfadvisor'", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the extension");
	if (SPI_processed == 1)
	{
		bool		has_snapshot = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));

		pa_history->has_extension = true;
		look_for_sources();
		if (has_snapshot && SPI_execute("SELECT perfadvisor.snapshot()", false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not take a snapshot");
	}
	SPI_finish();
}

/*
 * The worker of one snapshot. What goes wrong is logged, and the worker ends.
 */
void
pa_snapshot_worker_main(Datum argument)
{
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
	pa_record_suspended++;
	pa_snapshot_for_index_change = pa_history->index_change;
	SetConfigOption("lock_timeout", LOCK_TIMEOUT, PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("search_path", "pg_catalog", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("synchronous_commit", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_read_only", "off", PGC_SUSET, PGC_S_OVERRIDE);

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_report_activity(STATE_RUNNING, "SELECT perfadvisor.snapshot()");
	enable_timeout_after(STATEMENT_TIMEOUT, TIME_LIMIT);
	snapshot_here();
	disable_timeout(STATEMENT_TIMEOUT, false);
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	proc_exit(0);
}

/*
 * Has the launcher started with the server, unless pg_upgrade runs it.
 */
void
pa_history_init(void)
{
	static const PaShmemArea area = {
		.name = "perfadvisor history",
		.size = history_size,
		.startup = history_startup
	};
	BackgroundWorker worker;

	pa_shmem_register(&area);
	pa_boundary_init();

	/* What pg_upgrade copies must not change under its hands */
	if (IsBinaryUpgrade)
		return;
	memset(&worker, 0, sizeof(worker));
	strlcpy(worker.bgw_name, "perfadvisor launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "perfadvisor launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "perfadvisor", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "pa_launcher_main", BGW_MAXLEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_AFTER;
	RegisterBackgroundWorker(&worker);
}
