/*
 * snapshot.c
 *	  SQL: snapshot(), and what raises an error for functions in SQL.
 *
 * What is kept and how is in sql/rooms/60_history.sql. This file runs those
 * functions one after the other, under a lock that one snapshot of a
 * database holds until its transaction ends, and shows their progress.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "base/base.h"
#include "base/fault.h"
#include "base/progress.h"
#include "history/private.h"
#include "record/record.h"

PG_FUNCTION_INFO_V1(pa_snapshot);
PG_FUNCTION_INFO_V1(pa_raise);

/* What a snapshot consists of: $1 is its number, $2 when it is taken, $3 when
 * the last one was, $4 how long history is kept */
static const struct
{
	const char *phase;
	const char *command;
}			steps[] = {
	{"noting statements", "SELECT perfadvisor.note_statements($1)"},
	{"noting counters", "SELECT perfadvisor.note_numbers($1)"},
	{"noting indexes", "SELECT perfadvisor.note_indexes($2, $3)"},
	{"noting advice", "SELECT perfadvisor.note_advice($1)"},
	{"noting settings", "SELECT perfadvisor.note_settings($2, $3)"},
	{"thinning history", "SELECT perfadvisor.thin_history($4)"},
	{"ending", "UPDATE perfadvisor.snapshot_log SET take_time = extract(epoch FROM clock_timestamp() - $2) * 1000 WHERE snapshot_id = $1"}
};

/* Parameters of all steps */
#define NPARAMS 4
static const Oid param_types[NPARAMS] = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INTERVALOID};

/*
 * Runs a command through SPI, with parameters. Raises an error if that fails.
 */
static void
run(const char *command, int nargs, const Oid *types, Datum *values, const char *nulls)
{
	int			result;

	PA_FAULT("snapshot");
	result = SPI_execute_with_args(command, nargs, (Oid *) types, values, nulls, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(result));
}

/*
 * Runs a command in a subtransaction. When it fails, other than by a cancel
 * request, that is logged and the snapshot goes on without it. The subtransaction is
 * ended whatever comes, or the session would have to roll back by hand.
 */
static void
run_guarded(const char *command, const char *what)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		run(command, 0, NULL, NULL, NULL);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		/* First, as a copy of the error takes memory */
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED || error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN)
			ReThrowError(error);
		ereport(LOG,
				(errcode(error->sqlerrcode),
				 errmsg("perfadvisor could not note %s: %s", what, error->message)));
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

/*
 * Returns a column of the one row that the last command returned.
 */
static Datum
returned(int column, char *isnull)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									  column, &null);

	*isnull = null ? 'n' : ' ';
	return value;
}

/*
 * Returns how long history is kept, as an interval.
 */
static Datum
retention(void)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->time = pa_snapshot_retention * USECS_PER_MINUTE;
	return IntervalPGetDatum(interval);
}

/*
 * Begins a snapshot and fills in the parameters of its steps.
 */
static void
begin_snapshot(FunctionCallInfo fcinfo, Datum *values, char *nulls)
{
	static const Oid types[] = {TEXTOID, BOOLOID, BOOLOID};
	Datum		given[3] = {0};
	char		given_nulls[3] = {' ', ' ', ' '};

	given_nulls[0] = PG_ARGISNULL(0) ? 'n' : ' ';
	if (!PG_ARGISNULL(0))
		given[0] = PG_GETARG_DATUM(0);
	given[1] = BoolGetDatum(!PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
	given[2] = BoolGetDatum(pa_snapshot_for_index_change);

	run("LOCK TABLE perfadvisor.snapshot_log IN SHARE UPDATE EXCLUSIVE MODE", 0, NULL, NULL, NULL);
	run("WITH before AS (SELECT max(taken_at) AS taken_at FROM perfadvisor.snapshot_log)"
		" INSERT INTO perfadvisor.snapshot_log (snapshot_id, from_time, taken_at, label, baseline, index_change)"
		" SELECT greatest((SELECT max(snapshot_id) + 1 FROM perfadvisor.snapshot_log), (extract(epoch FROM clock_timestamp()) * 1000)::bigint),"
		"        least(coalesce(b.taken_at,"
		"                       (SELECT min(s.first_seen) FROM perfadvisor.recorded_statements() s"
		"                        JOIN pg_catalog.pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()),"
		"                       clock_timestamp()), clock_timestamp()),"
		"        greatest(b.taken_at, clock_timestamp()), $1, $2, $3 FROM before b"
		" RETURNING snapshot_id, taken_at, (SELECT b.taken_at FROM before b)",
		3, types, given, given_nulls);
	for (int i = 0; i < NPARAMS - 1; i++)
		values[i] = returned(i + 1, &nulls[i]);
	values[NPARAMS - 1] = retention();
	nulls[NPARAMS - 1] = ' ';
}

/*
 * snapshot(label text, baseline boolean): see the comment in SQL. Raises
 * ERROR 25006 on a standby and in a read-only transaction, 55000 when the
 * library is not preloaded.
 */
Datum
pa_snapshot(PG_FUNCTION_ARGS)
{
	Datum		values[NPARAMS];
	char		nulls[NPARAMS];

	pa_require_preloaded();
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot take a snapshot during recovery"),
				 errdetail("A standby keeps what it records in its own file, without history.")));
	PreventCommandIfReadOnly("snapshot()");

	pa_progress_start();
	pa_record_suspended++;
	PG_TRY();
	{
		SPI_connect();
		begin_snapshot(fcinfo, values, nulls);
		for (int i = 0; i < lengthof(steps); i++)
		{
			pa_progress_update(steps[i].phase, i, lengthof(steps));
			run(steps[i].command, NPARAMS, param_types, values, nulls);
		}
		pa_progress_update("noting findings", lengthof(steps), lengthof(steps));
		run_guarded("SELECT perfadvisor.note_corrections()", "outcomes");
		run_guarded("SELECT perfadvisor.note_findings()", "findings");
		SPI_finish();
	}
	PG_FINALLY();
	{
		pa_record_suspended--;
		pa_progress_end();
	}
	PG_END_TRY();
	PG_RETURN_DATUM(values[0]);
}

/*
 * raise(message text, detail text, hint text): raises ERROR P0001, for
 * functions in SQL.
 */
Datum
pa_raise(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_RAISE_EXCEPTION),
			 errmsg("%s", PG_ARGISNULL(0) ? "error" : text_to_cstring(PG_GETARG_TEXT_PP(0))),
			 PG_ARGISNULL(1) ? 0 : errdetail("%s", text_to_cstring(PG_GETARG_TEXT_PP(1))),
			 PG_ARGISNULL(2) ? 0 : errhint("%s", text_to_cstring(PG_GETARG_TEXT_PP(2)))));
	PG_RETURN_NULL();
}
