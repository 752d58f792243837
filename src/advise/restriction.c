/*
 * restriction.c
 *	  Running code of others as the role that it belongs to, so that it can do
 *	  no harm: not to data, not to locks, not to the caller's statement.
 *
 * What runs here is analysis and planning, which fold constants and call
 * operators, and reading of tables' definitions, which folds expressions of
 * indexes. Errors are caught whatever they say of themselves, and code that
 * does not come back is cancelled.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"

#include "advise/replan.h"
#include "base/fault.h"

/* How long analysis may wait for a lock, ms */
#define PA_LOCK_TIMEOUT	"100ms"

/*
 * How long one thing may take, ms: no longer than a quarter of what a whole
 * search may, but a second at least.
 */
#define PA_TIME_LIMIT	20000
#define PA_TIME_LIMIT_LEAST	1000

/* Each time that one did, the next ones get half of it, down to this, ms */
#define PA_TIME_LIMIT_LAST	50

static TimeoutId watch;
static TimestampTz watched_statement = 0;	/* of the caller */
static int	times_too_long = 0; /* in it */
static bool watch_running = false;
static volatile sig_atomic_t took_too_long = false;

static void
set_option(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Switches to the restricted role and settings. Everything is undone by the
 * rollback of the subtransaction.
 */
static void
enter_restriction(const PaRestriction *restriction)
{
	Oid			userid;
	int			context;

	GetUserIdAndSecContext(&userid, &context);
	SetUserIdAndSecContext(restriction->userid,
						   context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	XactReadOnly = true;
	set_option("lock_timeout", PA_LOCK_TIMEOUT);
	if (restriction->search_path != NULL)
		set_option("search_path", restriction->search_path);
	PushActiveSnapshot(GetTransactionSnapshot());
}

/*
 * Whether an error must end the whole call: a cancel request, a timeout of the
 * caller's own statement, a shutdown. A lock that was not to be had is not
 * one. Code of whoever owns a table can raise errors with any SQLSTATE, so
 * these are believed of the server's own main loop only.
 */
bool
pa_is_interrupt(const ErrorData *edata)
{
	const char *file = edata->filename ? last_dir_separator(edata->filename) : NULL;

	file = file ? file + 1 : edata->filename;
	return file != NULL && strcmp(file, "postgres.c") == 0 &&
		(edata->sqlerrcode == ERRCODE_QUERY_CANCELED ||
		 ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION);
}

/*
 * Has what runs in a restriction cancelled: code of others may take for ever.
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
 * Begins to watch the time, unless that is done already or the code is the
 * caller's own. Returns whether it did.
 */
static bool
start_watch(const PaRestriction *restriction)
{
	static bool registered = false;
	static TimeoutId id;
	int			limit = PA_TIME_LIMIT;

	if (watch_running || restriction->code == PA_CODE_ANY)
		return false;
	if (!registered)
	{
		id = RegisterTimeout(USER_TIMEOUT, handle_too_long);
		registered = true;
	}
	if (pa_advise_time_limit > 0)
		limit = Min(limit, Max(pa_advise_time_limit / 4, PA_TIME_LIMIT_LEAST));
	if (watched_statement != GetCurrentStatementStartTimestamp())
		times_too_long = 0;
	watched_statement = GetCurrentStatementStartTimestamp();
	limit = Max(limit >> Min(times_too_long, 10), PA_TIME_LIMIT_LAST);
	watch = id;
	watch_running = true;
	took_too_long = false;
	enable_timeout_after(watch, limit);
	return true;
}

/*
 * Ends what start_watch() began. Returns whether it has cancelled what was watched.
 */
static bool
stop_watch(void)
{
	bool		result = took_too_long;

	disable_timeout(watch, false);
	watch_running = false;
	took_too_long = false;
	if (result)
		times_too_long++;
	return result;
}

/*
 * Takes the lock that planning takes, without waiting. Returns false if it is
 * not to be had, or the relation is gone.
 */
bool
pa_lock_existing(Oid relid)
{
	return ConditionalLockRelationOid(relid, AccessShareLock) &&
		SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid));
}

/*
 * Raises ERROR 42P01: a relation was dropped since.
 */
static void
complain_dropped(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("a table that the advice is about was dropped"),
			 errhint("Ask again.")));
}

/*
 * Returns the name of a relation, in the current context. Raises ERROR 42P01
 * if it was dropped since.
 */
char *
pa_existing_name(Oid relid)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		complain_dropped();
	return name;
}

/*
 * Returns the owner of a relation, like pa_existing_name().
 */
Oid
pa_existing_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		complain_dropped();
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Returns the name of a relation's schema, like pa_existing_name().
 */
char *
pa_existing_schema(Oid relid)
{
	char	   *name = get_namespace_name(get_rel_namespace(relid));

	if (name == NULL)
		complain_dropped();
	return name;
}

/*
 * Runs work(arg) as a role, restricted, read only, in a subtransaction that is
 * rolled back whatever happens. Returns false if it raised an error, which is
 * then put in *error (in the caller's memory context). Results must be put
 * into a memory context that outlives the subtransaction. Nothing in here is
 * recorded.
 */
bool
pa_in_restriction(const PaRestriction *restriction, void (*work) (void *arg),
				  void *arg, ErrorData **error)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	int			suspended = pa_record_suspended;
	volatile Oid guarded = InvalidOid;
	volatile bool guarding = false;
	ErrorData  *volatile edata = NULL;
	volatile bool watching = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);
	PG_TRY();
	{
		guarded = pa_foreign_code_begin(restriction->userid, restriction->code);
		guarding = true;
		pa_record_suspended = suspended + 1;
		enter_restriction(restriction);
		watching = start_watch(restriction);
		PA_FAULT("restriction");
		work(arg);
		if (watching && stop_watch())
			QueryCancelPending = false;
	}
	PG_CATCH();
	{
		bool		too_long = watching && stop_watch();

		/* First what must be undone, as a copy of the error takes memory */
		if (guarding)
			pa_foreign_code_end(guarded);
		pa_record_suspended = suspended;
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
		edata = CopyErrorData();
		FlushErrorState();
		/* An error like others, about which the caller's statement does not end */
		if (too_long && pa_is_interrupt(edata))
		{
			edata->sqlerrcode = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
			edata->message = pstrdup("planning took too long, or code that it runs did");
		}
	}
	PG_END_TRY();

	if (edata == NULL)
	{
		pa_foreign_code_end(guarded);
		pa_record_suspended = suspended;
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
		return true;
	}
	if (pa_is_interrupt(edata))
		ReThrowError(edata);
	if (error != NULL)
		*error = edata;
	return false;
}
