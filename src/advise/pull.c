/*
 * pull.c
 *	  SQL: pull_sources(), which fetches the workloads of other servers.
 *
 * The connection is dblink's: a foreign server's name, with its user mapping,
 * or a connection string; "citus:workers" asks the workers of Citus. Each
 * source is fetched in a subtransaction of its own; what goes wrong with one is
 * noted with it and keeps nobody else.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/resowner.h"

#include "advise/sources.h"
#include "base/base.h"
#include "record/record.h"

PG_FUNCTION_INFO_V1(pa_pull_sources);

/* A source to be fetched */
typedef struct PaPull
{
	char	   *source;
	char	   *connection;
} PaPull;

/*
 * Returns the schema that dblink is in. Raises ERROR 55000 without it.
 */
static char *
dblink_schema(void)
{
	bool		isnull;

	SPI_execute("SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e"
				" JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'dblink'", true, 1);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"dblink\" is needed to pull workloads"),
				 errhint("Run CREATE EXTENSION dblink, or use export_workload() there and import_workload() here.")));
	return TextDatumGetCString(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Runs a command with two texts as parameters.
 */
static void
run(const char *command, const char *first, const char *second)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {CStringGetTextDatum(first), CStringGetTextDatum(second)};
	int			result = SPI_execute_with_args(command, 2, types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(result));
}

/*
 * Fetches a workload through dblink and takes it in.
 */
static void
pull_by_dblink(const PaPull *source)
{
	run(psprintf("SELECT perfadvisor.import_workload(d.document, $1)"
				 " FROM %s.dblink($2, 'SELECT perfadvisor.export_workload()') AS d(document pg_catalog.jsonb)",
				 dblink_schema()),
		source->source, source->connection);
}

/*
 * Fetches one workload and takes it in. Returns NULL, or what went wrong. A
 * cancel request ends everything.
 */
static char *
pull(const PaPull *source)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char	   *volatile problem = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		if (strcmp(source->connection, PA_CITUS_WORKERS) == 0)
			problem = pa_citus_pull(source->source);
		else
			pull_by_dblink(source);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		problem = error->message;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return problem;
}

/*
 * Returns the sources that are pulled, a List of PaPull in the current context.
 */
static List *
list_sources(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *result = NIL;

	SPI_execute("SELECT w.source, w.connection FROM perfadvisor.workload_sources AS w"
				" WHERE w.connection IS NOT NULL ORDER BY w.source", false, 0);
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PaPull	   *source = palloc(sizeof(PaPull));

		source->source = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		source->connection = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		result = lappend(result, source);
	}
	return result;
}

/*
 * pull_sources(): fetches all of them and returns how many it could.
 */
Datum
pa_pull_sources(PG_FUNCTION_ARGS)
{
	volatile int pulled = 0;
	List	   *sources;
	ListCell   *lc;

	pa_record_suspended++;
	PG_TRY();
	{
		SPI_connect();
		sources = list_sources();
		foreach(lc, sources)
		{
			PaPull	   *source = lfirst(lc);
			char	   *problem = pull(source);

			CHECK_FOR_INTERRUPTS();
			if (problem == NULL)
				pulled++;
			else
				run("UPDATE perfadvisor.workload_sources SET error = $2, error_at = pg_catalog.clock_timestamp() WHERE source = $1",
					source->source, problem);
		}
		SPI_finish();
	}
	PG_FINALLY();
	{
		pa_record_suspended--;
	}
	PG_END_TRY();
	PG_RETURN_INT32(pulled);
}
