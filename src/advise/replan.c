/*
 * replan.c
 *	  Analysing and planning recorded statements as the role that ran them.
 *
 * Planning runs other people's functions: constants are folded, selectivities
 * call operators. A recorded statement is therefore always analysed and
 * planned
 *
 *	- as the recorded role, in a security-restricted operation, so that it can
 *	  do no more than that role and cannot change who it is;
 *	- with the search_path it ran with, and only if every name still means the
 *	  same object as then (fingerprint), so that nobody can plant an object in
 *	  front of one;
 *	- without calling functions of roles that could have planted them
 *	  (foreign_code.c);
 *	- read only, with a short lock_timeout, in a subtransaction that is always
 *	  rolled back, which also gives back the locks at once (restriction.c).
 *
 * Other libraries' analysis hooks are not called: transformTopLevelStmt() is
 * below them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parse_param.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "advise/replan.h"

/* Bytes that statements may take which are kept ready to be planned again */
#define PA_PREPARED_BYTES	(64 * 1024 * 1024)

/* Counts relation cache invalidations; see relcache_callback(). */
static uint64 invalidations = 1;

static void
relcache_callback(Datum arg, Oid relid)
{
	invalidations++;
}

/*
 * Registers for relation cache invalidations: a statement prepared before one
 * is analysed again.
 */
void
pa_replan_init(void)
{
	CacheRegisterRelcacheCallback(relcache_callback, (Datum) 0);
}

/*
 * Returns a number that changes whenever a relation of this database did.
 */
uint64
pa_replan_invalidations(void)
{
	return invalidations;
}

/*
 * Returns what of a parsed statement can be planned, looking through PREPARE, DECLARE
 * CURSOR, EXPLAIN and CREATE TABLE AS, or NULL.
 */
Node *
pa_plannable_part(Node *stmt)
{
	for (;;)
	{
		if (IsA(stmt, PrepareStmt))
			stmt = ((PrepareStmt *) stmt)->query;
		else if (IsA(stmt, DeclareCursorStmt))
			stmt = ((DeclareCursorStmt *) stmt)->query;
		else if (IsA(stmt, ExplainStmt))
			stmt = ((ExplainStmt *) stmt)->query;
		else if (IsA(stmt, CreateTableAsStmt))
			stmt = ((CreateTableAsStmt *) stmt)->query;
		else
			break;
	}
	if (IsA(stmt, SelectStmt) || IsA(stmt, InsertStmt) || IsA(stmt, UpdateStmt) ||
		IsA(stmt, DeleteStmt) || IsA(stmt, MergeStmt))
		return stmt;
	return NULL;
}

/*
 * Parses the sample's text to one statement that can be planned.
 */
static RawStmt *
parse_sample(const PaSample *sample)
{
	List	   *parsed = raw_parser(sample->text, RAW_PARSE_DEFAULT);
	RawStmt    *raw;
	RawStmt    *result;
	Node	   *stmt;

	if (list_length(parsed) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("text holds %d statements instead of one",
						list_length(parsed))));
	raw = linitial_node(RawStmt, parsed);
	stmt = pa_plannable_part(raw->stmt);
	if (stmt == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("statement cannot be planned")));
	result = makeNode(RawStmt);
	*result = *raw;
	result->stmt = stmt;
	return result;
}

/*
 * Analyses the sample with the parameter types it ran with; a text from a user
 * may leave types to be inferred.
 */
static Query *
analyse_sample(const PaSample *sample)
{
	ParseState *pstate = make_parsestate(NULL);
	Oid		   *types = NULL;
	int			ntypes = sample->nparams;
	Query	   *query;

	pstate->p_sourcetext = sample->text;
	if (ntypes > 0)
	{
		types = palloc(sizeof(Oid) * ntypes);
		memcpy(types, sample->param_types, sizeof(Oid) * ntypes);
	}
	setup_parse_variable_parameters(pstate, &types, &ntypes);
	query = transformTopLevelStmt(pstate, parse_sample(sample));
	check_variable_parameters(pstate, query);
	free_parsestate(pstate);
	return query;
}

/*
 * Makes sure that the analysed query is the one that was recorded: same
 * structure and same objects behind the names. Raises ERROR 55000 otherwise.
 */
static void
check_identity(const PaReplan *replan, Query *query)
{
	if (replan->fingerprint != 0 &&
		pa_record_fingerprint(query) != replan->fingerprint)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("names in the statement mean other objects now than when it was recorded")));
	if (replan->queryid == 0)
		return;
	if (pa_record_queryid(query, replan->sample->text) != replan->queryid)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("statement has another query identifier now than when it was recorded")));
}

/*
 * Makes the values that the sample ran with known to the planner as constants.
 * If one is missing, none are given and the plan is generic.
 */
static ParamListInfo
bind_params(const PaSample *sample)
{
	ParamListInfo params;

	for (int i = 0; i < sample->nparams; i++)
	{
		if (OidIsValid(sample->param_types[i]) && !sample->param_known[i])
			return NULL;
	}
	if (sample->nparams == 0)
		return NULL;

	params = makeParamList(sample->nparams);
	for (int i = 0; i < sample->nparams; i++)
	{
		ParamExternData *param = &params->params[i];
		Oid			input;
		Oid			ioparam;

		param->ptype = sample->param_types[i];
		param->pflags = PARAM_FLAG_CONST;
		param->isnull = (sample->param_values[i] == NULL);
		if (param->isnull || !OidIsValid(param->ptype))
			continue;
		getTypeInputInfo(param->ptype, &input, &ioparam);
		param->value = OidInputFunctionCall(input, sample->param_values[i],
											ioparam, -1);
	}
	return params;
}

/* The relations of a query, to be locked before it is planned again */
typedef struct RelationList
{
	List	   *relids;
	List	   *lockmodes;
} RelationList;

static bool
collect_relations(Node *node, RelationList *list)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		if (rte->rtekind == RTE_RELATION)
		{
			list->relids = lappend_oid(list->relids, rte->relid);
			list->lockmodes = lappend_int(list->lockmodes, rte->rellockmode);
		}
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, collect_relations, list,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, collect_relations, list);
}

static bool
is_param(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN)
		return true;
	return expression_tree_walker(node, is_param, context);
}

/*
 * Whether a query has an array comparison with a parameter in the array.
 */
static bool
has_array_of_params(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, ScalarArrayOpExpr))
		return is_param(lsecond(((ScalarArrayOpExpr *) node)->args), NULL);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, has_array_of_params, context, 0);
	return expression_tree_walker(node, has_array_of_params, context);
}

/*
 * Collects where parameters stand in the text: constants that are bound in
 * their place keep that location, and would pass for literals.
 */
static bool
collect_param_locations(Node *node, Bitmapset **locations)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->location >= 0)
		*locations = bms_add_member(*locations, ((Param *) node)->location);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, collect_param_locations, locations, 0);
	return expression_tree_walker(node, collect_param_locations, locations);
}

/*
 * Notes which table a query writes and, for UPDATE, which columns it assigns.
 */
static void
note_target(PaReplan *replan, Query *query)
{
	ListCell   *lc;

	replan->command = query->commandType;
	if (query->commandType == CMD_SELECT || query->resultRelation == 0)
		return;
	replan->target = rt_fetch(query->resultRelation, query->rtable)->relid;
	if (query->commandType != CMD_UPDATE)
		return;
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst(lc);

		if (!tle->resjunk)
			replan->updated = bms_add_member(replan->updated, tle->resno);
	}
}

/* What prepare() needs */
typedef struct PrepareJob
{
	PaReplan   *replan;
	MemoryContext work;
} PrepareJob;

static void
prepare(void *arg)
{
	PrepareJob *job = arg;
	PaReplan   *replan = job->replan;
	Query	   *query;
	RelationList relations = {NIL, NIL};
	bool		there;

	MemoryContextSwitchTo(job->work);
	query = analyse_sample(replan->sample);
	check_identity(replan, query);
	if (query->commandType == CMD_UTILITY)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("statement cannot be planned")));
	note_target(replan, query);
	(void) collect_param_locations((Node *) query, &replan->param_locations);
	replan->arrays_of_params = has_array_of_params((Node *) query, NULL);
	replan->params = replan->generic ? NULL : bind_params(replan->sample);
	replan->bound = replan->params != NULL;
	replan->queries = pg_rewrite_query(query);
	if (replan->common_values && !pa_use_common_values(replan->queries, replan->params, &there))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no value is more common than others")));
	collect_relations((Node *) replan->queries, &relations);
	replan->relids = relations.relids;
	replan->lockmodes = relations.lockmodes;
}

/*
 * Copies what was prepared into the current context, without what parsing and
 * analysis leave behind: there may be tens of thousands of samples.
 */
static void
keep_prepared(PaReplan *replan)
{
	replan->queries = copyObject(replan->queries);
	replan->params = copyParamList(replan->params);
	replan->relids = list_copy(replan->relids);
	replan->lockmodes = list_copy(replan->lockmodes);
	replan->updated = bms_copy(replan->updated);
	replan->param_locations = bms_copy(replan->param_locations);
}

/*
 * Forgets what was prepared; it is analysed again when it is planned next. What is
 * known of its target stays, but for the columns.
 */
void
pa_replan_release(PaReplan *replan)
{
	if (replan->bytes > 0)
	{
		dlist_delete(&replan->node);
		replan->among->bytes -= replan->bytes;
		replan->bytes = 0;
	}
	if (replan->context != NULL)
		MemoryContextDelete(replan->context);
	replan->context = NULL;
	replan->queries = NIL;
	replan->params = NULL;
	replan->relids = NIL;
	replan->lockmodes = NIL;
	replan->updated = NULL;
	replan->param_locations = NULL;
}

/*
 * Puts a statement that was just prepared among those that are kept ready, and
 * releases those that were not asked for longest if all take too much.
 */
static void
keep_ready(PaReplan *replan)
{
	PaPrepared *among = replan->among;

	replan->bytes = MemoryContextMemAllocated(replan->context, true);
	among->bytes += replan->bytes;
	dlist_push_head(&among->list, &replan->node);
	while (among->bytes > PA_PREPARED_BYTES && dlist_tail_node(&among->list) != &replan->node)
		pa_replan_release(dlist_tail_element(PaReplan, node, &among->list));
}

/*
 * Analyses and rewrites a statement so that it can be planned repeatedly. If
 * that is impossible, replan->error says why. All is in contexts below the memory
 * context that was current the first time, the error in that itself. Locks are given
 * back at once.
 */
void
pa_replan_prepare(PaReplan *replan)
{
	PrepareJob	job = {replan};
	ErrorData  *error = NULL;
	MemoryContext oldcontext;

	if (replan->parent == NULL)
		replan->parent = CurrentMemoryContext;
	pa_replan_release(replan);
	replan->target = InvalidOid;
	replan->error = NULL;
	replan->prepared_at = invalidations;
	replan->context = AllocSetContextCreate(replan->parent, "perfadvisor statement",
											ALLOCSET_SMALL_SIZES);
	job.work = AllocSetContextCreate(replan->parent, "perfadvisor analysis",
									 ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(replan->parent);
	if (pa_in_restriction(&replan->restriction, prepare, &job, &error))
	{
		MemoryContextSwitchTo(replan->context);
		keep_prepared(replan);
		if (replan->among != NULL)
			keep_ready(replan);
	}
	else
	{
		pa_replan_release(replan);
		replan->error = error;
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(job.work);
}

/* What plan_queries() needs and gives */
typedef struct PlanJob
{
	PaReplan   *replan;
	PaWhatIf   *whatif;
	bool		want_text;
	PaPlanResult *result;
	MemoryContext result_context;
	MemoryContext planning_context;
} PlanJob;

/*
 * Takes the locks that planning expects, without waiting. Raises ERROR 55P03.
 */
static void
lock_relations(PaReplan *replan)
{
	ListCell   *lc;
	ListCell   *lc2;

	forboth(lc, replan->relids, lc2, replan->lockmodes)
	{
		if (!ConditionalLockRelationOid(lfirst_oid(lc), lfirst_int(lc2)))
			ereport(ERROR,
					(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
					 errmsg("a table of the statement is locked")));
	}
	if (replan->prepared_at != invalidations)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("a table of the statement was changed")));
}

/*
 * Returns how many rows the execution returned whose constants a statement is
 * planned with, or a negative number if there was none.
 */
static double
rows_returned(const PaReplan *replan)
{
	const PaSample *sample = replan->sample;

	return sample->started_at == 0 || replan->common_values || replan->generic
		? -1 : (double) sample->rows;
}

/*
 * Adds the time of a plan to a statement's.
 */
static void
add_time(PaPlanTime *time, const PaSeen *seen, const PlannedStmt *plan)
{
	PaPlanTime	more = pa_plan_time(seen, plan);

	time->warm += more.warm;
	time->doubtful += more.doubtful;
	time->seq_pages += more.seq_pages;
	time->random_pages += more.random_pages;
}

/*
 * Plans all queries of a statement in a memory context of its own.
 */
static void
plan_queries(void *arg)
{
	PlanJob    *job = arg;
	PaReplan   *replan = job->replan;
	ListCell   *lc;

	lock_relations(replan);
	foreach(lc, replan->queries)
	{
		Query	   *query = lfirst_node(Query, lc);
		PlannedStmt *plan;
		PaSeen		seen = {.known = replan->known_rows,.returned = rows_returned(replan)};
		MemoryContext oldcontext;
		char	   *lines;

		if (query->commandType == CMD_UTILITY)
			continue;
		MemoryContextSwitchTo(job->planning_context);
		job->whatif->seen = &seen;
		plan = pa_whatif_plan(job->whatif, query, replan->sample->text,
							  replan->params);
		job->whatif->seen = NULL;
		add_time(&job->result->time, &seen, plan);
		if (replan->inspect != NULL)
			replan->inspect(query, plan, replan->inspect_arg);
		lines = job->want_text
			? pa_whatif_explain(job->whatif, plan, replan->sample->text) : NULL;
		oldcontext = MemoryContextSwitchTo(job->result_context);
		job->result->cost += plan->planTree->total_cost;
		job->result->rows += IsA(plan->planTree, ModifyTable)
			? outerPlan(plan->planTree)->plan_rows : plan->planTree->plan_rows;
		job->result->used = list_concat_unique_oid(job->result->used,
												   pa_whatif_indexes_used(plan));
		if (lines != NULL)
			job->result->plan = job->result->plan == NULL ? pstrdup(lines)
				: psprintf("%s\n%s", job->result->plan, lines);
		MemoryContextSwitchTo(oldcontext);
	}
}

/*
 * Plans a prepared statement with indexes imagined and hidden. The result is
 * in the current memory context. Returns false with replan->error set if it
 * cannot be planned; a change of one of its tables in the meantime makes it
 * be analysed anew, once.
 */
bool
pa_replan_plan(PaReplan *replan, PaWhatIf *whatif, bool want_text,
			   PaPlanResult *result)
{
	PlanJob		job = {replan, whatif, want_text, result, CurrentMemoryContext, NULL};
	ErrorData  *error = NULL;
	bool		ok = false;

	for (int attempt = 0; attempt < 2 && !ok; attempt++)
	{
		MemoryContext planning;
		MemoryContext oldcontext;

		if (replan->prepared_at != invalidations ||
			(replan->context == NULL && replan->error == NULL))
			pa_replan_prepare(replan);
		else if (replan->bytes > 0)
			dlist_move_head(&replan->among->list, &replan->node);
		if (replan->error != NULL)
			return false;

		memset(result, 0, sizeof(PaPlanResult));
		planning = AllocSetContextCreate(CurrentMemoryContext,
										 "perfadvisor planning",
										 ALLOCSET_DEFAULT_SIZES);
		job.planning_context = planning;
		oldcontext = MemoryContextSwitchTo(replan->parent);
		ok = pa_in_restriction(&replan->restriction, plan_queries, &job, &error);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextDelete(planning);
	}
	if (!ok)
		replan->error = error;
	return ok;
}

/*
 * Raises the error that a text has, with its position in that text: the one in the
 * statement that handed it to us would be wrong.
 */
void
pa_raise_error_of(const char *source, ErrorData *error)
{
	if (error->cursorpos > 0 && error->internalquery == NULL)
	{
		error->internalpos = error->cursorpos;
		error->internalquery = pstrdup(source);
		error->cursorpos = 0;
	}
	ReThrowError(error);
}
