/*
 * pull.c
 *	  Other servers whose workload is fetched: SQL: add_source(), pull_sources().
 *
 * A source is fetched as the role that added it, with that role's rights and
 * user mappings, whoever asks for it; what comes is taken in as the owner of the
 * function. Each source is fetched in a subtransaction of its own; what goes
 * wrong with one is noted with it and keeps nobody else. The worker that does
 * this regularly is in pull_worker.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "advise/pull.h"
#include "advise/replan.h"
#include "advise/sources.h"
#include "base/base.h"
#include "record/record.h"

PG_FUNCTION_INFO_V1(pa_add_source);
PG_FUNCTION_INFO_V1(pa_pull_sources);

/* Who the caller is, while the function's owner does something for him */
typedef struct Caller
{
	Oid			userid;
	int			context;
	int			nest;			/* of settings */
} Caller;

/*
 * Becomes the owner of a function, with a search path in which nobody else has
 * anything.
 */
static Caller
become_owner(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Caller		caller;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	GetUserIdAndSecContext(&caller.userid, &caller.context);
	SetUserIdAndSecContext(((Form_pg_proc) GETSTRUCT(tuple))->proowner,
						   caller.context | SECURITY_LOCAL_USERID_CHANGE);
	ReleaseSysCache(tuple);
	caller.nest = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return caller;
}

/*
 * Becomes the caller again.
 */
static void
become_caller(const Caller *caller)
{
	AtEOXact_GUC(false, caller->nest);
	SetUserIdAndSecContext(caller->userid, caller->context);
}

/*
 * Runs a query with texts as parameters, each of which may be NULL.
 */
static void
run(const char *query, const char *first, const char *second, const char *third, const char *fourth)
{
	const char *texts[4] = {first, second, third, fourth};
	Oid			types[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[4] = {0};
	char		nulls[4] = {' ', ' ', ' ', ' '};
	int			result;

	for (int i = 0; i < 4; i++)
	{
		if (texts[i] == NULL)
			nulls[i] = 'n';
		else
			values[i] = CStringGetTextDatum(texts[i]);
	}
	result = SPI_execute_with_args(query, 4, types, values, nulls, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(result));
}

/*
 * Makes a source of a row: its name, its connection, who added it. In the
 * current context.
 */
PaPull *
pa_pull_read(HeapTuple row, TupleDesc desc)
{
	PaPull	   *pull = palloc(sizeof(PaPull));
	char	   *added_by = SPI_getvalue(row, desc, 3);

	pull->source = pstrdup(SPI_getvalue(row, desc, 1));
	pull->connection = pstrdup(SPI_getvalue(row, desc, 2));
	pull->added_by = added_by != NULL ? pstrdup(added_by) : NULL;
	return pull;
}

/*
 * Fetches the document of a source, in SPI's memory, as the role that added it.
 * *problem is NULL, or what is missing in the document. Raises what goes wrong;
 * the caller then aborts the (sub)transaction, which makes it itself again, and
 * calls pa_fetch_end() in either case.
 */
char *
pa_pull_fetch(const PaPull *pull, PaGiveUp give_up, char **problem)
{
	Oid			role = pull->added_by != NULL ? get_role_oid(pull->added_by, true) : InvalidOid;
	Oid			userid;
	int			context;
	char	   *document;

	pa_fetch_begin();
	*problem = NULL;
	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the role \"%s\" that has added the source does not exist",
						pull->added_by != NULL ? pull->added_by : ""),
				 errhint("Add the source again.")));
	GetUserIdAndSecContext(&userid, &context);
	SetUserIdAndSecContext(role, context | SECURITY_LOCAL_USERID_CHANGE);
	if (strcmp(pull->connection, PA_CITUS_WORKERS) == 0)
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		document = pa_citus_fetch(problem);
		PopActiveSnapshot();
	}
	else
		document = pa_fetch_workload(pull->connection, give_up);
	SetUserIdAndSecContext(userid, context);
	return document;
}

/*
 * Returns what to say about an error of fetching, in the current context.
 */
char *
pa_pull_problem(const ErrorData *error)
{
	if (pa_fetch_took_too_long())
		return pstrdup("the connection was not made in time");
	return error->detail != NULL ? psprintf("%s (%s)", error->message, error->detail)
		: pstrdup(error->message);
}

/*
 * Takes a document in, unless its source was removed or changed meanwhile,
 * which returns false. What has been fetched is due again after twelve
 * snapshots. Raises what is wrong with the document.
 */
bool
pa_pull_take_in(const PaPull *pull, const char *document, const char *problem)
{
	run("SELECT FROM perfadvisor.workload_sources AS w WHERE w.source = $1 AND w.connection = $2 FOR UPDATE",
		pull->source, pull->connection, NULL, NULL);
	if (SPI_processed == 0)
		return false;
	run("SELECT perfadvisor.import_workload($2, $1)", pull->source, document, NULL, NULL);
	run("UPDATE perfadvisor.workload_sources SET failures = 0, next_pull = pg_catalog.clock_timestamp()"
		" + 12 * GREATEST(pg_catalog.current_setting('perfadvisor.snapshot_interval')::pg_catalog.interval, '1 second'),"
		" error = $2, error_at = CASE WHEN $2 IS NOT NULL THEN pg_catalog.clock_timestamp() END WHERE source = $1",
		pull->source, problem, NULL, NULL);
	return true;
}

/*
 * Notes with a source what went wrong, and when to try again: after one, two,
 * four ... snapshots, at most twelve or an hour.
 */
void
pa_pull_note(const PaPull *pull, const char *problem)
{
	run("UPDATE perfadvisor.workload_sources AS w SET error = $3, error_at = pg_catalog.clock_timestamp(), failures = GREATEST(w.failures, 1),"
		" next_pull = pg_catalog.clock_timestamp() + LEAST(i.pause * pg_catalog.power(2, LEAST(GREATEST(w.failures - 1, 0), 20)), GREATEST(12 * i.pause, '1 hour'))"
		" FROM (SELECT GREATEST(pg_catalog.current_setting('perfadvisor.snapshot_interval')::pg_catalog.interval, '1 second') AS pause) AS i"
		" WHERE w.source = $1 AND w.connection = $2",
		pull->source, pull->connection, problem, NULL);
}

/*
 * Fetches one workload and takes it in. Returns NULL, or what went wrong, in
 * the current context. A cancel request ends everything.
 */
static char *
pull_one(const PaPull *pull)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		char	   *problem;
		char	   *document = pa_pull_fetch(pull, NULL, &problem);

		(void) pa_pull_take_in(pull, document, problem);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		/* First, as a copy of the error takes memory */
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	pa_fetch_end();
	if (error == NULL)
		return NULL;
	if (pa_is_interrupt(error) && !pa_fetch_took_too_long())
		ReThrowError(error);
	return pa_pull_problem(error);
}

/*
 * Returns the sources that are fetched, a List of PaPull in the current context.
 */
static List *
list_sources(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *result = NIL;

	run("SELECT w.source, w.connection, w.added_by FROM perfadvisor.workload_sources AS w"
		" WHERE w.connection IS NOT NULL ORDER BY w.source", NULL, NULL, NULL, NULL);
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
		result = lappend(result, pa_pull_read(SPI_tuptable->vals[i], SPI_tuptable->tupdesc));
	return result;
}

/*
 * pull_sources(): fetches all of them and returns how many it could.
 */
Datum
pa_pull_sources(PG_FUNCTION_ARGS)
{
	volatile int pulled = 0;
	Caller		caller;
	ListCell   *lc;

	pa_record_suspended++;
	PG_TRY();
	{
		caller = become_owner(fcinfo->flinfo->fn_oid);
		SPI_connect();
		foreach(lc, list_sources())
		{
			PaPull	   *pull = lfirst(lc);
			char	   *problem = pull_one(pull);

			CHECK_FOR_INTERRUPTS();
			if (problem == NULL)
				pulled++;
			else
				pa_pull_note(pull, problem);
		}
		SPI_finish();
		become_caller(&caller);
	}
	PG_FINALLY();
	{
		pa_record_suspended--;
	}
	PG_END_TRY();
	PG_RETURN_INT32(pulled);
}

/*
 * Returns a text argument in the current context, NULL for NULL.
 */
static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * add_source(source text, connection text, role name): names a source, which
 * belongs to the current role from then on.
 */
Datum
pa_add_source(PG_FUNCTION_ARGS)
{
	char	   *source = text_argument(fcinfo, 0);
	char	   *connection = text_argument(fcinfo, 1);
	char	   *role = PG_ARGISNULL(2) ? NULL : pstrdup(NameStr(*PG_GETARG_NAME(2)));
	char	   *added_by = GetUserNameFromId(GetUserId(), false);
	Caller		caller;

	if (source == NULL || source[0] == '\0' || connection == NULL || connection[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a source needs a name and a connection"),
				 errhint("The connection is the name of a foreign server (of dblink_fdw or postgres_fdw), or a connection string; citus:workers asks the workers of Citus.")));
	if (role != NULL)
		(void) get_role_oid(role, false);
	caller = become_owner(fcinfo->flinfo->fn_oid);
	SPI_connect();
	run("INSERT INTO perfadvisor.workload_sources AS w (source, connection, role, added_by) VALUES ($1, $2, $3::pg_catalog.name, $4::pg_catalog.name)"
		" ON CONFLICT (source) DO UPDATE SET connection = excluded.connection, role = excluded.role, added_by = excluded.added_by,"
		" failures = 0, next_pull = NULL, error = NULL, error_at = NULL", source, connection, role, added_by);
	SPI_finish();
	become_caller(&caller);
	PG_RETURN_VOID();
}
