/*
 * hooks.c
 *	  Where the server calls the recorder. Every hook calls the one that was
 *	  there before, changes nothing of what it passes on, and hands the work
 *	  to the other files.
 *
 * The nesting level counts what runs inside of what: the executor, the
 * planner (which may run functions to fold constants) and utility
 * statements. Statements of clients run at level 0. EXECUTE does not count,
 * since it is the prepared statement that the client runs.
 */
#include "postgres.h"

#include "replication/walsender.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"

#include "record/client.h"
#include "record/execution.h"
#include "record/run.h"
#include "record/watch.h"

int			pa_record_suspended = 0;
int			pa_nesting_level = 0;
PaUtilityContext pa_utility_context;

PaBackendRecords pa_backend_records = PA_BACKEND_UNKNOWN;
bool		pa_backend_is_client = false;

static post_parse_analyze_hook_type prev_post_parse_analyze = NULL;
static planner_hook_type prev_planner = NULL;
static ProcessUtility_hook_type prev_ProcessUtility = NULL;

/*
 * Finds out whether this backend records, and tells so. Parallel workers do
 * not, nor does one that has no shared memory; one that has no database, or no
 * memory for what stays as long as it lives, does not yet.
 */
pg_noinline bool
pa_backend_settle(void)
{
	if (pa_backend_records == PA_BACKEND_UNKNOWN && OidIsValid(MyDatabaseId))
	{
		bool		records = pa_table != NULL && !IsParallelWorker();

		if (records && !pa_textstore_attach())
			return false;
		pa_backend_records = records ? PA_BACKEND_RECORDS : PA_BACKEND_DOES_NOT;
		pa_lone_execution.key.dbid = MyDatabaseId;
		pa_backend_is_client = MyBackendType == B_BACKEND && !am_walsender;
	}
	return pa_backend_records == PA_BACKEND_RECORDS;
}

/*
 * Notes a statement that was analysed, if it is new.
 */
static inline void
note_analysed(ParseState *pstate, Query *query, PaJumbleState *jstate)
{
	if (query->utilityStmt == NULL && pa_query_id(query) != 0 && pa_recording(0))
		pa_birth_note(pstate, query, jstate);
}

/*
 * The same after another library's hook.
 */
static pg_noinline void
note_analysed_after(ParseState *pstate, Query *query, PaJumbleState *jstate)
{
	prev_post_parse_analyze(pstate, query, jstate);
	note_analysed(pstate, query, jstate);
}

/*
 * Notes a statement that was analysed.
 */
static void
pa_post_parse_analyze(ParseState *pstate, Query *query, PaJumbleState *jstate)
{
	if (unlikely(prev_post_parse_analyze != NULL))
		note_analysed_after(pstate, query, jstate);
	else
		note_analysed(pstate, query, jstate);
}

/*
 * Calls the planner that would run without us.
 */
static PlannedStmt *
call_planner(PA_PLANNER_PARAMS)
{
	if (prev_planner)
		return prev_planner(PA_PLANNER_ARGS);
	return standard_planner(PA_PLANNER_ARGS);
}

/*
 * Plans a query while somebody may catch its error. queryid is 0 where the
 * planning is not recorded, which began at start_ns.
 */
static pg_noinline PlannedStmt *
plan_guarded(uint64 queryid, int64 start_ns, PA_PLANNER_PARAMS)
{
	PlannedStmt *result;

	pa_nesting_level++;
	PG_TRY();
	{
		result = call_planner(PA_PLANNER_ARGS);
	}
	PG_CATCH();
	{
		pa_nesting_level--;
		if (queryid != 0)
			pa_unplanned_failed(parse, query_string, pa_ms_since(start_ns));
		PG_RE_THROW();
	}
	PG_END_TRY();
	pa_nesting_level--;
	return result;
}

/*
 * Measures the planning of statements that are recorded.
 */
static PlannedStmt *
pa_planner(PA_PLANNER_PARAMS)
{
	PlannedStmt *result;
	uint64		queryid = pa_query_id(parse);
	int64		start_ns;

	if (queryid == 0 || !pa_recording(pa_nesting_level))
		return plan_guarded(0, 0, PA_PLANNER_ARGS);

	pa_concurrency_statement_begins(pa_nesting_level);
	if (unlikely(pa_unplanned_notes != 0))
		pa_unplanned_settle();
	start_ns = pa_now_ns();
	if (likely(pa_client_may_begin()))
	{
		pa_client_begin(NULL);
		pa_client.planned = parse;
		pa_client.source = query_string;
		pa_client.queryid = queryid;
		pa_client.start_ns = start_ns;
		result = call_planner(PA_PLANNER_ARGS);
		pa_client.planned = NULL;
		pa_client_end();
	}
	else
		result = plan_guarded(queryid, start_ns, PA_PLANNER_ARGS);
	pa_plan_time_add(queryid, pa_ms_since(start_ns));
	return result;
}

/*
 * Returns the query inside a utility statement to which core gives no id
 * before 18, or NULL.
 */
static Query *
inner_query(Node *statement)
{
	Node	   *query = NULL;

	if (IsA(statement, DeclareCursorStmt))
		query = ((DeclareCursorStmt *) statement)->query;
	else if (IsA(statement, CreateTableAsStmt))
		query = ((CreateTableAsStmt *) statement)->query;
	if (query == NULL || !IsA(query, Query) ||
		((Query *) query)->utilityStmt != NULL || pa_query_id((Query *) query) != 0)
		return NULL;
	return (Query *) query;
}

/* The query inside a utility statement */
typedef struct PaInnerQuery
{
	Query	   *query;
	const char *source;
	ParseState *pstate;
	PaJumbleState *jstate;
} PaInnerQuery;

/*
 * Gives the query inside a utility statement an id, on a copy, so that its own
 * stays as it is. Touches nothing but memory.
 */
static void
jumble_inner_query(void *argument)
{
	PaInnerQuery *inner = argument;

	inner->pstate = make_parsestate(NULL);
	inner->pstate->p_sourcetext = inner->source;
	inner->query = copyObject(inner->query);
	inner->jstate = pa_jumble_query(inner->query, inner->source);
}

/*
 * Says where the utility statement is that now runs, for what runs inside. The
 * query inside counts as lost where there is no memory for its id.
 */
static void
enter_utility(PlannedStmt *pstmt, const char *source)
{
	Query	   *query = inner_query(pstmt->utilityStmt);

	pa_utility_context.source = source;
	pa_utility_context.location = pstmt->stmt_location;
	pa_utility_context.length = pstmt->stmt_len;
	pa_utility_context.level = pa_nesting_level + 1;
	pa_utility_context.inner_queryid = 0;
	if (query != NULL && IsQueryIdEnabled())
	{
		PaInnerQuery inner = {.query = query,.source = source};

		if (!pa_attempt(jumble_inner_query, &inner))
		{
			pg_atomic_fetch_add_u64(&pa_table->lost, 1);
			return;
		}
		pa_birth_note(inner.pstate, inner.query, inner.jstate);
		pa_utility_context.inner_queryid = pa_query_id(inner.query);
		free_parsestate(inner.pstate);
	}
}

/*
 * Calls what would run the utility statement without us.
 */
static void
call_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
			 ProcessUtilityContext context, ParamListInfo params,
			 QueryEnvironment *queryEnv, DestReceiver *dest,
			 QueryCompletion *qc)
{
	if (prev_ProcessUtility)
		prev_ProcessUtility(pstmt, queryString, readOnlyTree, context, params,
							queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context,
								params, queryEnv, dest, qc);
}

/*
 * Records a utility statement under its command tag.
 *
 * PREPARE, EXECUTE and DEALLOCATE are not recorded: the prepared statement
 * is, when it runs. The statement's tree must not be looked at after the
 * call, which may have freed it.
 */
static void
pa_ProcessUtility(PlannedStmt *pstmt, const char *queryString,
				  bool readOnlyTree, ProcessUtilityContext context,
				  ParamListInfo params, QueryEnvironment *queryEnv,
				  DestReceiver *dest, QueryCompletion *qc)
{
	Node	   *statement = pstmt->utilityStmt;
	PaUtilityContext outer = pa_utility_context;
	PaUtility	utility;

	pa_features_of_utility(statement);
	if (IsA(statement, PrepareStmt) || IsA(statement, ExecuteStmt) ||
		IsA(statement, DeallocateStmt) || !pa_recording(pa_nesting_level))
	{
		call_utility(pstmt, queryString, readOnlyTree, context, params,
					 queryEnv, dest, qc);
		return;
	}

	pa_concurrency_utility_begins(statement, pa_nesting_level);
	pa_utility_begin(&utility, statement);
	enter_utility(pstmt, queryString);
	pa_nesting_level++;
	PG_TRY();
	{
		call_utility(pstmt, queryString, readOnlyTree, context, params,
					 queryEnv, dest, qc);
	}
	PG_CATCH();
	{
		pa_nesting_level--;
		pa_utility_context = outer;
		pa_utility_failed(&utility);
		PG_RE_THROW();
	}
	PG_END_TRY();
	pa_nesting_level--;
	pa_utility_context = outer;
	pa_concurrency_utility_ended(pa_nesting_level);
	pa_utility_ended(&utility, qc);
}

/*
 * Asks for the recorder's shared memory and installs its hooks.
 */
void
pa_record_init(void)
{
	EnableQueryId();
	pa_textstore_init();
	pa_table_init();
	pa_slab_init();
	pa_slow_init();
	pa_failure_init();
	pa_scans_init();
	pa_plans_init();
	pa_totals_init();
	pa_groups_init();
	pa_concurrency_init();
	pa_minutes_init();
	pa_run_init();
	pa_watch_init();
	pa_persist_init();			/* loads the ones above */
	pa_worker_init();
	pa_execution_init();

	prev_post_parse_analyze = post_parse_analyze_hook;
	post_parse_analyze_hook = pa_post_parse_analyze;
	prev_planner = planner_hook;
	planner_hook = pa_planner;
	prev_ProcessUtility = ProcessUtility_hook;
	ProcessUtility_hook = pa_ProcessUtility;
}
