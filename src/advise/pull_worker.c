/*
 * pull_worker.c
 *	  The background worker that fetches the workloads of other servers.
 *
 * The launcher (src/history/launcher.c) starts one after a snapshot of a
 * database in which a source is due, and does not wait for it. Other servers
 * may be slow or gone, so it holds nothing while it waits: no snapshot, no lock
 * on a table. While somebody wants to drop, rename or copy the database, which
 * waits for all its sessions to end, it gives up and ends; the source is tried
 * again later.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "advise/pull.h"
#include "record/record.h"

PGDLLEXPORT void pa_sources_worker_main(Datum argument);

/*
 * Takes the source that is due for the longest time. It counts as failed until
 * it has been fetched, so an attempt that ends the process counts as well, and
 * nobody else tries meanwhile: an attempt takes less than two minutes.
 */
static const char *const claim_query =
"UPDATE perfadvisor.workload_sources AS w SET failures = w.failures + 1,"
" next_pull = pg_catalog.clock_timestamp() + LEAST('2 minutes'::pg_catalog.interval * pg_catalog.power(2, LEAST(w.failures, 20)), '1 hour')"
" WHERE w.source = (SELECT d.source FROM perfadvisor.workload_sources AS d"
"  WHERE d.connection IS NOT NULL AND COALESCE(d.next_pull <= $1, true)"
"  ORDER BY d.next_pull NULLS FIRST, d.source LIMIT 1 FOR UPDATE SKIP LOCKED)"
" RETURNING w.source, w.connection, w.added_by";

/*
 * Whether another session waits for this database to be left: it holds a lock
 * on the database then that starting sessions would wait for.
 */
static bool
database_is_wanted(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, MyDatabaseId, 0);
	/* As a session: between transactions there is no other owner */
	if (LockAcquire(&tag, RowExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	(void) LockRelease(&tag, RowExclusiveLock, true);
	return false;
}

/*
 * Begins a transaction, connected to SPI.
 */
static void
begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
}

/*
 * Ends it.
 */
static void
commit(void)
{
	SPI_finish();
	CommitTransactionCommand();
}

/*
 * Returns the next source that was due at a moment, or NULL, in a context.
 */
static PaPull *
claim(TimestampTz moment, MemoryContext context)
{
	Oid			type = TIMESTAMPTZOID;
	Datum		value = TimestampTzGetDatum(moment);
	PaPull	   *pull = NULL;

	begin();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (SPI_execute_with_args(claim_query, 1, &type, &value, NULL, false, 0) != SPI_OK_UPDATE_RETURNING)
		elog(ERROR, "could not look for sources");
	if (SPI_processed > 0)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		pull = pa_pull_read(SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
		MemoryContextSwitchTo(old);
	}
	PopActiveSnapshot();
	commit();
	return pull;
}

/*
 * Fetches a source, in a transaction that has no snapshot while it waits, and
 * takes it in in another.
 */
static void
fetch(const PaPull *pull, MemoryContext context)
{
	char	   *document;
	char	   *problem;
	MemoryContext old;

	begin();
	document = pa_pull_fetch(pull, database_is_wanted, &problem);
	old = MemoryContextSwitchTo(context);
	document = pstrdup(document);
	problem = problem != NULL ? pstrdup(problem) : NULL;
	MemoryContextSwitchTo(old);
	pa_fetch_end();
	commit();

	begin();
	PushActiveSnapshot(GetTransactionSnapshot());
	(void) pa_pull_take_in(pull, document, problem);
	PopActiveSnapshot();
	commit();
}

/*
 * Fetches a source; what goes wrong is noted with it, unless the database is
 * wanted: then the process ends.
 */
static void
try_fetch(const PaPull *pull, MemoryContext context)
{
	char	   *volatile problem = NULL;

	PG_TRY();
	{
		fetch(pull, context);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		AbortCurrentTransaction();
		MemoryContextSwitchTo(context);
		problem = pa_pull_problem(error);
	}
	PG_END_TRY();
	if (problem == NULL)
		return;
	if (database_is_wanted())
		proc_exit(0);
	begin();
	PushActiveSnapshot(GetTransactionSnapshot());
	pa_fetch_end();
	pa_pull_note(pull, problem);
	PopActiveSnapshot();
	commit();
}

/*
 * The worker, for the database that it is given. Fetches each source that is
 * due once, and ends.
 */
void
pa_sources_worker_main(Datum argument)
{
	MemoryContext context;
	TimestampTz begun_at;
	PaPull	   *pull;

	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
	pa_record_suspended++;
	SetConfigOption("lock_timeout", "2s", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("synchronous_commit", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_read_only", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_SUSET, PGC_S_OVERRIDE);

	context = AllocSetContextCreate(TopMemoryContext, "perfadvisor source", ALLOCSET_DEFAULT_SIZES);
	begun_at = GetCurrentTimestamp();
	while (!database_is_wanted() && (pull = claim(begun_at, context)) != NULL)
	{
		pgstat_report_activity(STATE_RUNNING, psprintf("fetching the workload of %s", pull->source));
		try_fetch(pull, context);
		pgstat_report_activity(STATE_IDLE, NULL);
		MemoryContextReset(context);
	}
	pgstat_report_stat(true);
	proc_exit(0);
}
