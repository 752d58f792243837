/*
 * fetch.c
 *	  Fetching the workload of another server, through dblink.
 *
 * The connection is dblink's: a foreign server's name, with the user mapping of
 * the role that added the source, or a connection string. It is made as that
 * role, so dblink's own rule holds: who is no superuser connects with a
 * password of his own, and never as the operating system's user.
 *
 * A server that does not answer must cost little and keep nobody; DROP DATABASE
 * waits for five seconds. Connecting is given four, and three for each address
 * where it cannot be interrupted, which is with 15. (A name server that does not
 * answer takes as long as the resolver lets it.) Everything after that is
 * asynchronous: between looks whether the answer is there the process waits for
 * its latch.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "advise/pull.h"
#include "base/base.h"

#define LINK "perfadvisor workload"
#define CONNECT_TIMEOUT "3"		/* s, for each address; what libpq does by itself */
#define CONNECT_LIMIT (4 * 1000)	/* ms, for all of them where it can be interrupted */
#define ANSWER_LIMIT (60 * 1000)	/* ms */
#define LONGEST_PAUSE 100		/* ms, between two looks */

/*
 * Both are sent at once, so they are one transaction, and nothing stays with a
 * pooled connection. The other server ends what we would not wait for.
 */
#define REQUEST "SET LOCAL statement_timeout = '55s'; SELECT perfadvisor.export_workload()"

/* Of dblink, quoted, while a workload is fetched; otherwise empty */
static char schema[2 * NAMEDATALEN + 3] = "";
static volatile sig_atomic_t took_too_long = false;

/*
 * Runs a query with up to two texts as parameters. In the snapshot of the
 * moment, so none is held while the other server is waited for.
 */
static void
run(const char *query, const char *first, const char *second)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {CStringGetTextDatum(first)};
	int			result;

	if (second != NULL)
		values[1] = CStringGetTextDatum(second);
	PushActiveSnapshot(GetTransactionSnapshot());
	result = SPI_execute_with_args(query, second != NULL ? 2 : 1, types, values, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(result));
	PopActiveSnapshot();
}

/*
 * Finds the schema that dblink is in. Raises ERROR 55000 without it.
 */
static void
find_dblink(void)
{
	run("SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = $1", "dblink", NULL);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"dblink\" is needed to pull workloads"),
				 errhint("Run CREATE EXTENSION dblink, or use export_workload() there and import_workload() here.")));
	strlcpy(schema, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), sizeof(schema));
}

/*
 * Has what waits for another server cancelled.
 */
static void
handle_too_long(void)
{
	took_too_long = true;
	QueryCancelPending = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

/*
 * Connects. libpq knows the timeout of the source, or else ours. From 16 on
 * dblink waits so that it can be interrupted, and does not look at that
 * timeout: a timer of our own ends it.
 */
static void
connect_to(const char *connection)
{
	static TimeoutId timer;
	static bool registered = false;
	bool		ours = getenv("PGCONNECT_TIMEOUT") == NULL;

	if (!registered)
		timer = RegisterTimeout(USER_TIMEOUT, handle_too_long);
	registered = true;
	if (ours)
		setenv("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT, 1);
	enable_timeout_after(timer, CONNECT_LIMIT);
	PG_TRY();
	{
		run(psprintf("SELECT %s.dblink_connect($1, $2)", schema), LINK, connection);
	}
	PG_FINALLY();
	{
		disable_timeout(timer, false);
		if (ours)
			unsetenv("PGCONNECT_TIMEOUT");
	}
	PG_END_TRY();
	if (took_too_long)
		QueryCancelPending = false;
}

/*
 * Whether the other server is still at work.
 */
static bool
is_busy(void)
{
	bool		isnull;
	bool		busy;

	run(psprintf("SELECT %s.dblink_is_busy($1) <> 0", schema), LINK, NULL);
	busy = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return busy;
}

/*
 * Waits for the next result. Raises ERROR 57014 when that takes too long, or
 * the caller wants to end.
 */
static void
wait_for_result(TimestampTz until, PaGiveUp give_up)
{
	int			pause = 1;

	while (is_busy())
	{
		if (GetCurrentTimestamp() > until)
			ereport(ERROR,
					(errcode(ERRCODE_QUERY_CANCELED),
					 errmsg("the other server has not answered within %d s", ANSWER_LIMIT / 1000)));
		if (give_up != NULL && give_up())
			ereport(ERROR,
					(errcode(ERRCODE_QUERY_CANCELED),
					 errmsg("the database is wanted by another session")));
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 pause, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		pause = Min(pause * 2, LONGEST_PAUSE);
	}
}

/*
 * Takes the next result, which is one text, or none; in SPI's memory.
 */
static char *
next_result(void)
{
	char	   *result = NULL;

	run(psprintf("SELECT r.result FROM %s.dblink_get_result($1) AS r(result pg_catalog.text)", schema), LINK, NULL);
	if (SPI_processed > 0)
		result = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * Returns the workload of another server as the text of its document, in SPI's
 * memory. Connects as the current role. give_up may be NULL. Raises what went
 * wrong; the caller has connected to SPI, and calls pa_fetch_end() in either
 * case.
 */
char *
pa_fetch_workload(const char *connection, PaGiveUp give_up)
{
	TimestampTz until;
	char	   *document;

	find_dblink();
	connect_to(connection);
	until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ANSWER_LIMIT);
	run(psprintf("SELECT %s.dblink_send_query($1, $2)", schema), LINK, REQUEST);
	wait_for_result(until, give_up);
	(void) next_result();
	wait_for_result(until, give_up);
	document = next_result();
	if (document == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA),
				 errmsg("the other server has answered without a workload")));
	return document;
}

/*
 * Closes the connection, if there is one: it outlives transactions. Raises
 * nothing that does not end everything.
 */
void
pa_fetch_end(void)
{
	if (schema[0] == '\0')
		return;
	run(psprintf("SELECT %s.dblink_disconnect(c.name) FROM pg_catalog.unnest(%s.dblink_get_connections()) AS c(name) WHERE c.name = $1",
				 schema, schema), LINK, NULL);
	schema[0] = '\0';
}

/*
 * To be called before anything is fetched.
 */
void
pa_fetch_begin(void)
{
	took_too_long = false;
}

/*
 * Whether fetching has ended because connecting took too long, which looks
 * like a cancelled statement.
 */
bool
pa_fetch_took_too_long(void)
{
	return took_too_long;
}
