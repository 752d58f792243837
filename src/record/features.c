/*
 * features.c
 *	  What sessions do that a pool in transaction mode could not give them:
 *	  there, a client's next transaction may find another session.
 *
 * Utility statements tell by their kind. Functions are seen when a statement
 * that names them is analysed for the first time in a session.
 *
 * What a session sets before it reads a table can be moved to the role, or to the
 * pooler's connect_query, if all sessions of the role set the same. So these are
 * told apart, and hashes of the values compared.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/portal.h"

#include "record/recorder.h"

#define MAX_START_SETTINGS 32	/* of one session are looked at */

static bool at_start = true;	/* this session has read no table of the users */

/*
 * Tells whether a pooler remembers a setting for its clients, as PgBouncer
 * does with those that the server reports.
 */
static bool
is_tracked_by_poolers(const char *setting)
{
	static const char *const tracked[] = {
		"client_encoding", "datestyle", "timezone", "standard_conforming_strings",
		"application_name", "intervalstyle"
	};

	for (int i = 0; i < lengthof(tracked); i++)
		if (pg_strcasecmp(setting, tracked[i]) == 0)
			return true;
	return false;
}

/*
 * Notes that a setting outlives its transaction. value is a hash, or 0 where the
 * value is not known.
 */
static void
note_setting(const char *name, uint32 value)
{
	static int	at_start_settings = 0;

	if (is_tracked_by_poolers(name))
		return;
	if (!at_start || value == 0)
		pa_concurrency_use_feature(PA_FEATURE_SET, name);
	else if (at_start_settings++ < MAX_START_SETTINGS)
		pa_concurrency_use_feature(pa_concurrency_sets_alike(name, value) ?
								   PA_FEATURE_SET_AT_START : PA_FEATURE_SET, name);
}

static uint32
hash_text(const char *bytes, int length)
{
	return Max(hash_bytes((const unsigned char *) bytes, length), 1);
}

/*
 * Returns a hash of one value in a SET, or 0 where it is no plain constant.
 */
static uint32
hash_constant(const A_Const *constant)
{
	Node	   *value = (Node *) &constant->val;	/* castNode() takes no const */
	int64		number;

	if (!IsA(constant, A_Const) || constant->isnull)
		return 0;
	switch (nodeTag(value))
	{
		case T_String:
			return hash_text(strVal(value), strlen(strVal(value)));
		case T_Float:
			return hash_text(castNode(Float, value)->fval, strlen(castNode(Float, value)->fval));
		case T_Integer:
			number = intVal(value);
			return hash_text((const char *) &number, sizeof(number));
		case T_Boolean:
			return boolVal(value) ? 2 : 1;
		default:
			return 0;
	}
}

/*
 * Returns a hash of the values in a SET, or 0 where they are not known. Allocates
 * nothing: a SET must not fail for want of memory here.
 */
static uint32
hash_values(const VariableSetStmt *stmt)
{
	uint32		hash = 0;
	ListCell   *lc;

	if (stmt->kind != VAR_SET_VALUE)
		return 0;
	foreach(lc, stmt->args)
	{
		uint32		value = hash_constant(lfirst(lc));

		if (value == 0)
			return 0;
		hash = hash_combine(hash, value);
	}
	return Max(hash, 1);
}

/*
 * Notes a SET that outlives its transaction.
 */
static void
note_set(const VariableSetStmt *stmt)
{
	if (stmt->is_local || stmt->name == NULL ||
		stmt->kind == VAR_RESET || stmt->kind == VAR_RESET_ALL ||
		stmt->kind == VAR_SET_DEFAULT)
		return;
	if (stmt->kind == VAR_SET_MULTI && strcmp(stmt->name, "SESSION CHARACTERISTICS") != 0)
		return;
	note_setting(stmt->name, at_start ? hash_values(stmt) : 0);
}

/*
 * Notes a relation that is made, if it is a temporary one that outlives its
 * transaction.
 */
static void
note_relation(const RangeVar *relation, OnCommitAction on_commit)
{
	if (relation != NULL && on_commit != ONCOMMIT_DROP &&
		(relation->relpersistence == RELPERSISTENCE_TEMP ||
		 (relation->schemaname != NULL && strcmp(relation->schemaname, "pg_temp") == 0)))
		pa_concurrency_use_feature(PA_FEATURE_TEMPORARY_TABLE, relation->relname);
}

/*
 * Looks at a utility statement that begins.
 */
void
pa_features_of_utility(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_VariableSetStmt:
			note_set((VariableSetStmt *) statement);
			break;
		case T_CreateStmt:
			note_relation(((CreateStmt *) statement)->relation, ((CreateStmt *) statement)->oncommit);
			break;
		case T_CreateTableAsStmt:
			note_relation(((CreateTableAsStmt *) statement)->into->rel,
						  ((CreateTableAsStmt *) statement)->into->onCommit);
			break;
		case T_CreateSeqStmt:
			note_relation(((CreateSeqStmt *) statement)->sequence, ONCOMMIT_NOOP);
			break;
		case T_ViewStmt:
			note_relation(((ViewStmt *) statement)->view, ONCOMMIT_NOOP);
			break;
		case T_ListenStmt:
			pa_concurrency_use_feature(PA_FEATURE_LISTEN, ((ListenStmt *) statement)->conditionname);
			break;
		case T_DeclareCursorStmt:
			if (((DeclareCursorStmt *) statement)->options & CURSOR_OPT_HOLD)
				pa_concurrency_use_feature(PA_FEATURE_HOLD_CURSOR, ((DeclareCursorStmt *) statement)->portalname);
			break;
		case T_PrepareStmt:
			pa_concurrency_use_feature(PA_FEATURE_PREPARE, ((PrepareStmt *) statement)->name);
			break;
		default:
			break;
	}
}

/*
 * Notes the call of a function that changes the session: advisory locks that
 * are not the transaction's, and set_config() that is not local.
 */
static void
note_function(const FuncExpr *call)
{
	Const	   *setting;
	Const	   *value;
	Const	   *is_local;

	switch (call->funcid)
	{
		case F_PG_ADVISORY_LOCK_INT8:
		case F_PG_ADVISORY_LOCK_INT4_INT4:
		case F_PG_ADVISORY_LOCK_SHARED_INT8:
		case F_PG_ADVISORY_LOCK_SHARED_INT4_INT4:
		case F_PG_TRY_ADVISORY_LOCK_INT8:
		case F_PG_TRY_ADVISORY_LOCK_INT4_INT4:
		case F_PG_TRY_ADVISORY_LOCK_SHARED_INT8:
		case F_PG_TRY_ADVISORY_LOCK_SHARED_INT4_INT4:
			pa_concurrency_use_feature(PA_FEATURE_ADVISORY_LOCK, "pg_advisory_lock");
			break;
		case F_SET_CONFIG:
			setting = linitial(call->args);
			value = lsecond(call->args);
			is_local = lthird(call->args);
			if (!IsA(is_local, Const) || is_local->constisnull || DatumGetBool(is_local->constvalue))
				break;
			if (IsA(setting, Const) && !setting->constisnull)
			{
				char		name[NAMEDATALEN];

				text_to_cstring_buffer(DatumGetTextPP(setting->constvalue), name, sizeof(name));
				note_setting(name, IsA(value, Const) && !value->constisnull ?
							 hash_text(VARDATA_ANY(DatumGetPointer(value->constvalue)),
									   VARSIZE_ANY_EXHDR(DatumGetPointer(value->constvalue))) : 0);
			}
			else
				pa_concurrency_use_feature(PA_FEATURE_SET, "set_config");
			break;
		default:
			break;
	}
}

/*
 * Looks for calls of such functions in a query.
 */
static bool
find_functions(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr))
		note_function((FuncExpr *) node);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, find_functions, context, 0);
	return expression_tree_walker(node, find_functions, context);
}

/*
 * Looks at a query that this session has analysed for the first time.
 */
void
pa_features_of_query(Query *query)
{
	(void) find_functions((Node *) query, NULL);
}

/*
 * Looks at how the query that starts came: by a statement that the protocol
 * has prepared under a name, or a PREPARE before.
 */
void
pa_features_of_portal(void)
{
	if (ActivePortal != NULL && ActivePortal->prepStmtName != NULL &&
		ActivePortal->prepStmtName[0] != '\0' && ActivePortal->commandTag != CMDTAG_EXECUTE)
		pa_concurrency_use_feature(PA_FEATURE_PROTOCOL_PREPARED, ActivePortal->prepStmtName);
}

/*
 * Looks at the plan of a statement that this session executes for the first
 * time: whether it reads or writes a table that is not the server's own.
 */
void
pa_features_of_plan(const PlannedStmt *plan)
{
	ListCell   *lc;

	if (!at_start)
		return;
	foreach(lc, plan->relationOids)
		if (lfirst_oid(lc) >= FirstNormalObjectId)
			at_start = false;
}
