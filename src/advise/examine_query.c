/*
 * examine_query.c
 *	  What the analysed and rewritten tree of a query says of how it is written.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/examine.h"

#define MANY_ELEMENTS 50		/* of a list that is written out */
#define WIDE_COLUMN 400			/* bytes */

/* What a walk over a query collects */
typedef struct Walk
{
	PaExamined *examined;
	List	   *relids;
	bool		temporary;
	bool		catalog;
	bool		only;			/* some table without those below it, as foreign
								 * keys are checked */
	bool		row_security;
	bool		time;			/* current time, user, setting */
	bool		unknown_function;	/* not of the server, and not immutable */
	int			elements;		/* of the longest list */
	const char *listed;			/* column that a list is compared with */
	bool		paged;			/* goes on where the last page ended */
	Query	   *query;			/* innermost */
} Walk;

/*
 * Whether the result of a function of the server hangs on the time, the user
 * or a setting.
 */
static bool
depends_on_session(Oid function)
{
	switch (function)
	{
		case F_NOW:
		case F_TRANSACTION_TIMESTAMP:
		case F_STATEMENT_TIMESTAMP:
		case F_CURRENT_SETTING_TEXT:
		case F_CURRENT_SETTING_TEXT_BOOL:
		case F_CURRENT_DATABASE:
		case F_PG_BACKEND_PID:
			return true;
		default:
			return false;
	}
}

/*
 * Looks at one function for what makes a result not worth keeping.
 */
static bool
check_function(Oid function, void *context)
{
	Walk	   *walk = context;

	if (depends_on_session(function))
		walk->time = true;
	else if (function >= FirstNormalObjectId && func_volatile(function) != PROVOLATILE_IMMUTABLE)
		walk->unknown_function = true;
	return false;
}

/*
 * Whether an expression is a column of one table of this query, whose number
 * is returned, or 0.
 */
static int
arm_relation(Node *arm)
{
	Relids		varnos = pull_varnos(NULL, arm);
	int			varno;

	return bms_get_singleton_member(varnos, &varno) ? varno : 0;
}

/*
 * Looks at OR: conditions on different tables joined by it keep both from
 * being looked up; very many are a list.
 */
static void
check_or(Walk *walk, BoolExpr *expr)
{
	int			first = 0;
	Oid			relids[2] = {InvalidOid, InvalidOid};
	ListCell   *lc;
	StringInfo	found = &walk->examined->found;

	walk->elements = Max(walk->elements, list_length(expr->args));
	foreach(lc, expr->args)
	{
		int			varno = arm_relation(lfirst(lc));
		RangeTblEntry *rte;

		if (varno == 0)
			continue;
		rte = rt_fetch(varno, walk->query->rtable);
		if (rte->rtekind != RTE_RELATION)
			continue;
		if (first == 0)
		{
			first = varno;
			relids[0] = rte->relid;
		}
		else if (varno != first && !OidIsValid(relids[1]))
			relids[1] = rte->relid;
	}
	if (!OidIsValid(relids[1]))
		return;
	appendStringInfo(found, "%s{", found->len > 0 ? "," : "");
	pa_fact_string(found, "pattern", "or_across_tables");
	pa_fact_string(found, "relation", pa_relation_name(relids[0]));
	pa_fact_string(found, "other", pa_relation_name(relids[1]));
	appendStringInfoChar(found, '}');
}

/*
 * Describes column NOT IN (SELECT column): which two columns.
 */
static void
check_not_in(Walk *walk, SubLink *link)
{
	StringInfo	found = &walk->examined->found;
	Query	   *sub = (Query *) link->subselect;
	TargetEntry *tle = linitial(sub->targetList);
	Oid			relid = InvalidOid;
	Oid			inner = InvalidOid;
	AttrNumber	attno = 0;
	AttrNumber	inner_attno = 0;
	Node	   *outer = NULL;

	if (link->testexpr != NULL && IsA(link->testexpr, OpExpr))
		outer = linitial(((OpExpr *) link->testexpr)->args);
	if (outer == NULL || !pa_resolve_column(walk->query, outer, &relid, &attno) ||
		!pa_resolve_column(sub, (Node *) tle->expr, &inner, &inner_attno))
		return;
	appendStringInfo(found, "%s{", found->len > 0 ? "," : "");
	pa_fact_string(found, "pattern", "not_in_subquery");
	pa_fact_string(found, "relation", pa_relation_name(relid));
	pa_fact_string(found, "column", quote_identifier(get_attname(relid, attno, false)));
	pa_fact_string(found, "other", pa_relation_name(inner));
	pa_fact_string(found, "other_column", quote_identifier(get_attname(inner, inner_attno, false)));
	appendStringInfoChar(found, '}');
}

/*
 * Notes a relation that a query names.
 */
static void
note_relation(Walk *walk, RangeTblEntry *rte)
{
	if (rte->securityQuals != NIL)
		walk->row_security = true;
	if (rte->rtekind != RTE_RELATION || rte->relkind == RELKIND_VIEW)
		return;
	walk->relids = list_append_unique_oid(walk->relids, rte->relid);
	if (get_rel_persistence(rte->relid) == RELPERSISTENCE_TEMP)
		walk->temporary = true;
	if (rte->relid < FirstNormalObjectId)
		walk->catalog = true;
	if (!rte->inh)
		walk->only = true;
}

/*
 * Looks at a comparison with a list: whose values, and how many.
 */
static void
check_list(Walk *walk, ScalarArrayOpExpr *expr)
{
	Node	   *list = lsecond(expr->args);
	Oid			relid;
	AttrNumber	attno;

	if (IsA(list, ArrayExpr))
		walk->elements = Max(walk->elements, list_length(((ArrayExpr *) list)->elements));
	if (walk->listed == NULL && expr->useOr && get_oprrest(expr->opno) == F_EQSEL &&
		!contain_var_clause(list) &&
		pa_resolve_column(walk->query, linitial(expr->args), &relid, &attno))
		walk->listed = quote_identifier(get_attname(relid, attno, false));
}

/*
 * Looks at one node of a query and what is below it.
 */
static bool
walk_node(Node *node, void *context)
{
	Walk	   *walk = context;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *outer = walk->query;

		walk->query = (Query *) node;
		walk->paged |= pa_is_paged(walk->query);
		(void) query_tree_walker(walk->query, walk_node, walk, QTW_EXAMINE_RTES_BEFORE);
		walk->query = outer;
		return false;
	}
	if (IsA(node, RangeTblEntry))
	{
		note_relation(walk, (RangeTblEntry *) node);
		return false;
	}
	if (IsA(node, SQLValueFunction))
		walk->time = true;
	(void) check_functions_in_node(node, check_function, walk);
	if (IsA(node, ScalarArrayOpExpr))
		check_list(walk, (ScalarArrayOpExpr *) node);
	if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == OR_EXPR)
		check_or(walk, (BoolExpr *) node);
	if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == NOT_EXPR)
	{
		Node	   *arg = linitial(((BoolExpr *) node)->args);

		if (IsA(arg, SubLink) && ((SubLink *) arg)->subLinkType == ANY_SUBLINK)
			check_not_in(walk, (SubLink *) arg);
	}
	if (IsA(node, SubLink) && ((SubLink *) node)->subLinkType == ALL_SUBLINK)
		check_not_in(walk, (SubLink *) node);
	return expression_tree_walker(node, walk_node, context);
}

/*
 * Returns the quoted names of the columns of a table that the conditions of a
 * query compare for equality with something outside the table.
 */
static List *
lookup_columns(Query *query, Oid relid)
{
	List	   *names = NIL;
	ListCell   *lc;
	List	   *quals;

	if (query->jointree == NULL || query->jointree->quals == NULL)
		return NIL;
	quals = make_ands_implicit((Expr *) query->jointree->quals);
	foreach(lc, quals)
	{
		OpExpr	   *op = lfirst(lc);

		if (!IsA(op, OpExpr) || list_length(op->args) != 2 ||
			get_oprrest(op->opno) != F_EQSEL)
			continue;
		for (int side = 0; side < 2; side++)
		{
			Oid			rel;
			AttrNumber	attno;

			if (pa_resolve_column(query, list_nth(op->args, side), &rel, &attno) &&
				rel == relid && !contain_var_clause(list_nth(op->args, 1 - side)))
				names = lappend(names, (char *) quote_identifier(get_attname(rel, attno, false)));
		}
	}
	return names;
}

/*
 * Returns the bytes of a table's rows that are stored apart, for each row and
 * each of its columns that may be.
 */
static double
toast_share(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			toast;
	double		tuples;
	double		bytes = 0;
	int			columns = 0;
	int			natts;

	if (!HeapTupleIsValid(tuple))
		return 0;
	toast = ((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid;
	tuples = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
	natts = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	for (AttrNumber attno = 1; attno <= natts; attno++)
	{
		HeapTuple	att = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));

		if (!HeapTupleIsValid(att))
			continue;
		if (!((Form_pg_attribute) GETSTRUCT(att))->attisdropped &&
			((Form_pg_attribute) GETSTRUCT(att))->attlen == -1 &&
			((Form_pg_attribute) GETSTRUCT(att))->atttypid != NUMERICOID)
			columns++;
		ReleaseSysCache(att);
	}
	if (OidIsValid(toast) && (tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(toast))) != NULL)
	{
		bytes = (double) Max(((Form_pg_class) GETSTRUCT(tuple))->relpages, 0) * BLCKSZ;
		ReleaseSysCache(tuple);
	}
	return tuples >= 1 && columns > 0 ? bytes / tuples / columns : 0;
}

/*
 * Adds up what a row of the result is wide, and names the widest columns.
 */
static void
measure_width(Query *query, StringInfo facts)
{
	List	   *wide = NIL;
	double		width = 0;
	int			columns = 0;
	Oid			shared_of = InvalidOid;
	double		share = 0;
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst(lc);
		Oid			relid;
		AttrNumber	attno;
		double		bytes;

		if (tle->resjunk)
			continue;
		columns++;
		if (!pa_resolve_column(query, (Node *) tle->expr, &relid, &attno))
		{
			width += get_typavgwidth(exprType((Node *) tle->expr), exprTypmod((Node *) tle->expr));
			continue;
		}
		bytes = get_attavgwidth(relid, attno);
		if (bytes <= 0)
			bytes = get_typavgwidth(exprType((Node *) tle->expr), exprTypmod((Node *) tle->expr));
		if (get_typlen(exprType((Node *) tle->expr)) == -1 && exprType((Node *) tle->expr) != NUMERICOID)
		{
			if (shared_of != relid)
				share = toast_share(relid);
			shared_of = relid;
			bytes += share;
		}
		width += bytes;
		if (bytes >= WIDE_COLUMN)
			wide = lappend(wide, (char *) quote_identifier(get_attname(relid, attno, false)));
	}
	pa_fact_number(facts, "columns", columns);
	pa_fact_number(facts, "width", width);
	pa_fact_strings(facts, "wide_columns", wide);
}

/*
 * Whether a query returns nothing but one count of rows.
 */
static bool
is_count(Query *query)
{
	TargetEntry *tle;

	if (!query->hasAggs || query->groupClause != NIL || query->groupingSets != NIL ||
		list_length(query->targetList) != 1 || query->hasWindowFuncs)
		return false;
	tle = linitial(query->targetList);
	return IsA(tle->expr, Aggref) &&
		(((Aggref *) tle->expr)->aggfnoid == F_COUNT_ || ((Aggref *) tle->expr)->aggfnoid == F_COUNT_ANY);
}

/*
 * Whether a query asks nothing: constants alone.
 */
static bool
is_constant(Query *query)
{
	ListCell   *lc;

	if (query->commandType != CMD_SELECT || query->rtable != NIL ||
		query->setOperations != NULL || query->hasSubLinks)
		return false;
	foreach(lc, query->targetList)
	{
		Node	   *node = (Node *) ((TargetEntry *) lfirst(lc))->expr;

		while (IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		if (!IsA(node, Const) && !IsA(node, Param))
			return false;
	}
	return true;
}

/*
 * Names the columns that an INSERT or UPDATE gives. Defaults, which rewriting
 * has put in, are nowhere in the text.
 */
static List *
written_columns(Query *query, Oid relid)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst(lc);

		if (!tle->resjunk && exprLocation((Node *) tle->expr) >= 0 && get_attname(relid, tle->resno, true) != NULL)
			names = lappend(names, (char *) quote_identifier(get_attname(relid, tle->resno, true)));
	}
	return names;
}

static const char *
command_name(CmdType command)
{
	switch (command)
	{
		case CMD_SELECT:
			return "select";
		case CMD_INSERT:
			return "insert";
		case CMD_UPDATE:
			return "update";
		case CMD_DELETE:
			return "delete";
		default:
			return "merge";
	}
}

/*
 * Adds the names of all tables.
 */
static void
name_relations(const Walk *walk, StringInfo facts)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, walk->relids)
	{
		char	   *name = pa_relation_name(lfirst_oid(lc));

		if (name != NULL)
			names = lappend(names, name);
	}
	pa_fact_strings(facts, "relations", names);
	pa_fact_key(facts, "relids");
	foreach(lc, walk->relids)
		appendStringInfo(facts, "%c%u", lc == list_head(walk->relids) ? '[' : ',', lfirst_oid(lc));
	appendStringInfoString(facts, walk->relids == NIL ? "[]" : "]");
}

/*
 * Returns the table that a query is about: the one that it writes, or the
 * first one that it reads.
 */
static Oid
main_relation(Query *query)
{
	ListCell   *lc;

	if (query->resultRelation != 0)
		return rt_fetch(query->resultRelation, query->rtable)->relid;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);
		Oid			relid = InvalidOid;

		if (rte->rtekind == RTE_RELATION && rte->relkind != RELKIND_VIEW)
			relid = rte->relid;
		else if (rte->rtekind == RTE_SUBQUERY)
			relid = main_relation(rte->subquery);
		if (OidIsValid(relid))
			return relid;
	}
	return InvalidOid;
}

/*
 * Adds what there is to know of a query's tree. The tables are locked; runs
 * as the role that ran the query, restricted.
 */
void
pa_examine_query(Query *query, PaExamined *examined)
{
	Walk		walk = {.examined = examined};
	StringInfo	facts = &examined->facts;
	List	   *order;
	Oid			ordered;
	bool		random;
	bool		descending = false;

	(void) walk_node((Node *) query, &walk);
	examined->relid = main_relation(query);
	if (!OidIsValid(examined->relid) && walk.relids != NIL)
		examined->relid = linitial_oid(walk.relids);
	pa_fact_string(facts, "command", command_name(query->commandType));
	name_relations(&walk, facts);
	pa_fact_bool(facts, "temporary", walk.temporary);
	pa_fact_bool(facts, "catalog", walk.catalog);
	pa_fact_bool(facts, "only", walk.only);
	pa_fact_bool(facts, "row_security", walk.row_security);
	pa_fact_bool(facts, "session", walk.time);
	pa_fact_bool(facts, "unknown_function", walk.unknown_function);
	pa_fact_bool(facts, "volatile", contain_volatile_functions((Node *) query));
	pa_fact_bool(facts, "locks", query->rowMarks != NIL);
	pa_fact_bool(facts, "limit", query->limitCount != NULL);
	pa_fact_bool(facts, "offset", query->limitOffset != NULL);
	pa_fact_bool(facts, "aggregate", query->hasAggs || query->groupClause != NIL);
	pa_fact_bool(facts, "constant", is_constant(query));
	pa_fact_bool(facts, "count", is_count(query));
	pa_fact_bool(facts, "on_conflict", query->onConflict != NULL);
	pa_fact_bool(facts, "where", query->jointree != NULL && query->jointree->quals != NULL);
	pa_fact_bool(facts, "paged", walk.paged);
	if (walk.listed != NULL)
		pa_fact_string(facts, "listed", walk.listed);
	if (walk.elements >= MANY_ELEMENTS)
		pa_fact_number(facts, "elements", walk.elements);
	if (OidIsValid(examined->relid))
	{
		pa_fact_string(facts, "relation", pa_relation_name(examined->relid));
		pa_fact_number(facts, "tuples", pa_relation_tuples(examined->relid));
		pa_fact_strings(facts, "lookup", lookup_columns(query, examined->relid));
		pa_fact_strings(facts, "key", pa_primary_key_columns(examined->relid));
		if (query->commandType == CMD_INSERT || query->commandType == CMD_UPDATE)
			pa_fact_strings(facts, "written", written_columns(query, examined->relid));
	}
	order = pa_order_terms(query, &ordered, &descending, &random);
	pa_fact_bool(facts, "order_random", random);
	if (order != NIL)
	{
		pa_fact_strings(facts, "order", order);
		pa_fact_string(facts, "ordered", pa_relation_name(ordered));
		pa_fact_bool(facts, "descending", descending);
		pa_fact_strings(facts, "order_nullable", pa_nullable_order(query));
		pa_fact_strings(facts, "ordered_key", pa_primary_key_columns(ordered));
	}
	if (query->commandType == CMD_SELECT)
		measure_width(query, facts);
}
