/*
 * statistics_collect.c
 *	  What recorded statements ask of columns: filters with the planner's
 *	  estimate of each, and columns that are joined and grouped by.
 *
 * Filters are read while the planner looks at a table, as planned for the role
 * that ran the statement and with the constants that it ran with. They will be
 * compared with a sample that is read as the table's owner, so only conditions
 * are taken that run nothing but PostgreSQL's own operators on types that are
 * its own, or enums: whoever wrote the statement must not get code of theirs
 * run as somebody else.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/selfuncs.h"

#include "advise/statistics.h"
#include "base/compat_planner.h"

/* Where the callback puts what it finds */
typedef struct Collecting
{
	HTAB	   *tables;			/* PaTableUse by OID */
	MemoryContext context;
	int64		queryid;
} Collecting;

static List *
add_queryid(List *queryids, int64 queryid)
{
	ListCell   *lc;
	int64	   *added;

	foreach(lc, queryids)
	{
		if (*(int64 *) lfirst(lc) == queryid)
			return queryids;
	}
	added = palloc(sizeof(int64));
	*added = queryid;
	return lappend(queryids, added);
}

static PaTableUse *
table_use(Collecting *c, Oid relid)
{
	bool		found;
	PaTableUse *use = hash_search(c->tables, &relid, HASH_ENTER, &found);

	if (!found)
	{
		memset(use, 0, sizeof(PaTableUse));
		use->relid = relid;
	}
	use->queryids = add_queryid(use->queryids, c->queryid);
	return use;
}

/*
 * Whether values of a type can be compared without running anybody's code.
 */
static bool
is_safe_type(Oid type)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		type = element;
	return type < FirstGenbkiObjectId || type_is_enum(type);
}

/*
 * Returns the column that a node is, or NULL.
 */
static Var *
plain_column(Node *node, Index varno)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (node == NULL || !IsA(node, Var) || ((Var *) node)->varno != varno ||
		((Var *) node)->varattno <= 0 || !is_safe_type(((Var *) node)->vartype))
		return NULL;
	return (Var *) node;
}

static bool
is_safe_constant(Node *node)
{
	return node != NULL && IsA(node, Const) && !((Const *) node)->constisnull &&
		is_safe_type(((Const *) node)->consttype);
}

/*
 * Returns the column of "column operator constant", or of the same the other
 * way round, or NULL for anything else.
 */
static Var *
compared_column(Oid opno, Oid funcid, List *args, Index varno)
{
	Var		   *var = plain_column(linitial(args), varno);
	Node	   *other = lsecond(args);

	if (var == NULL)
	{
		var = plain_column(lsecond(args), varno);
		other = linitial(args);
	}
	if (var == NULL || !is_safe_constant(other) || opno >= FirstGenbkiObjectId ||
		funcid >= FirstGenbkiObjectId || !OidIsValid(get_oprrest(opno)))
		return NULL;
	return var;
}

/*
 * Whether a condition is safe and simple; then fills in what it is about.
 */
static bool
understand_clause(Node *node, Index varno, PaClause *clause)
{
	Var		   *var = NULL;

	clause->equality = true;
	if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2)
	{
		OpExpr	   *op = (OpExpr *) node;

		var = compared_column(op->opno, get_opcode(op->opno), op->args, varno);
		clause->equality = get_oprrest(op->opno) == F_EQSEL;
	}
	else if (IsA(node, ScalarArrayOpExpr) && ((ScalarArrayOpExpr *) node)->useOr)
	{
		ScalarArrayOpExpr *op = (ScalarArrayOpExpr *) node;

		var = compared_column(op->opno, get_opcode(op->opno), op->args, varno);
		clause->equality = get_oprrest(op->opno) == F_EQSEL;
	}
	else if (IsA(node, NullTest))
		var = plain_column((Node *) ((NullTest *) node)->arg, varno);
	else if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == NOT_EXPR)
		var = plain_column(linitial(((BoolExpr *) node)->args), varno);
	else if (IsA(node, Var))
		var = plain_column(node, varno);
	if (var == NULL)
		return false;
	clause->attno = var->varattno;
	return true;
}

/*
 * Returns a condition on range-table entry varno as SQL that means the same in
 * any session.
 */
static char *
clause_text(Node *clause, Index varno, Oid relid)
{
	Node	   *copy = copyObject(clause);
	int			nest = NewGUCNestLevel();
	char	   *sql;

	(void) set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (varno != 1)
		ChangeVarNodes(copy, varno, 1, 0);
	sql = deparse_expression(copy, deparse_context_for(pa_existing_name(relid), relid),
							  false, false);
	AtEOXact_GUC(true, nest);
	return sql;
}

static bool
same_filter(const PaFilterUse *a, const PaFilterUse *b)
{
	if (a->nclauses != b->nclauses)
		return false;
	for (int i = 0; i < a->nclauses; i++)
	{
		if (strcmp(a->clauses[i].text, b->clauses[i].text) != 0)
			return false;
	}
	return true;
}

static void
add_column_use(Collecting *c, PaTableUse *use, List *attnos, bool compared)
{
	ListCell   *lc;
	PaColumnUse *column = NULL;

	foreach(lc, use->columns)
	{
		if (equal(((PaColumnUse *) lfirst(lc))->attnos, attnos))
			column = lfirst(lc);
	}
	if (column == NULL)
	{
		column = palloc0(sizeof(PaColumnUse));
		column->attnos = attnos;
		use->columns = lappend(use->columns, column);
	}
	column->compared |= compared;
	column->queryids = add_queryid(column->queryids, c->queryid);
}

/*
 * Notes the filter of a table, if there is one that can be compared with a
 * sample. Rows that a policy hides are nobody's to count, so tables with
 * row-level security are left out.
 */
static void
note_filter(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte, void *arg)
{
	Collecting *c = arg;
	MemoryContext oldcontext;
	PaFilterUse *filter;
	PaTableUse *use;
	List	   *taken = NIL;
	ListCell   *lc;

	if (rel->baserestrictinfo == NIL || root->qual_security_level > 0 ||
		(rte->relkind != RELKIND_RELATION && rte->relkind != RELKIND_MATVIEW) ||
		get_rel_persistence(rte->relid) == RELPERSISTENCE_TEMP)
		return;
	oldcontext = MemoryContextSwitchTo(c->context);
	filter = palloc0(sizeof(PaFilterUse));
	foreach(lc, rel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		PaClause   *clause = &filter->clauses[filter->nclauses];

		if (filter->nclauses == PA_MAX_CLAUSES ||
			!understand_clause((Node *) rinfo->clause, rel->relid, clause))
			continue;
		clause->text = clause_text((Node *) rinfo->clause, rel->relid, rte->relid);
		clause->estimated = clause_selectivity(root, (Node *) rinfo, 0, JOIN_INNER, NULL);
		clause->actual = -1;
		taken = lappend(taken, rinfo);
		filter->nclauses++;
	}
	if (filter->nclauses > 0)
	{
		use = table_use(c, rte->relid);
		filter->estimated = clauselist_selectivity(root, taken, 0, JOIN_INNER, NULL);
		for (int i = 0; i < filter->nclauses; i++)
		{
			if (filter->clauses[i].equality)
				add_column_use(c, use, list_make1_int(filter->clauses[i].attno), true);
		}
		foreach(lc, use->filters)
		{
			PaFilterUse *known = lfirst(lc);

			if (same_filter(known, filter))
			{
				known->queryids = add_queryid(known->queryids, c->queryid);
				filter = NULL;
				break;
			}
		}
		if (filter != NULL)
		{
			filter->queryids = add_queryid(NIL, c->queryid);
			use->filters = lappend(use->filters, filter);
		}
	}
	MemoryContextSwitchTo(oldcontext);
}

/* A level of a query being walked */
typedef struct Walking
{
	Collecting *collecting;
	Query	   *query;
} Walking;

/*
 * Returns the table that a column of this level of the query belongs to, or
 * InvalidOid.
 */
static Oid
table_of(Query *query, Node *node)
{
	RangeTblEntry *rte;

	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (node == NULL || !IsA(node, Var) || ((Var *) node)->varlevelsup != 0 ||
		((Var *) node)->varattno <= 0)
		return InvalidOid;
	rte = rt_fetch(((Var *) node)->varno, query->rtable);
	if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_RELATION ||
		get_rel_persistence(rte->relid) == RELPERSISTENCE_TEMP)
		return InvalidOid;
	return rte->relid;
}

/*
 * Notes the columns that a level of a query is grouped by, or made distinct by:
 * each, and those of one table together.
 */
static void
note_grouping(Collecting *c, Query *query, List *clauses)
{
	Oid			relid = InvalidOid;
	bool		one_table = true;
	List	   *attnos = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		Node	   *expr = pa_ungrouped(query, get_sortgroupclause_expr(lfirst(lc),
																   query->targetList));
		Oid			table = table_of(query, expr);

		if (!OidIsValid(table) || (OidIsValid(relid) && relid != table))
		{
			one_table = false;
			continue;
		}
		relid = table;
		while (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		attnos = list_append_unique_int(attnos, ((Var *) expr)->varattno);
		add_column_use(c, table_use(c, table), list_make1_int(((Var *) expr)->varattno), false);
	}
	if (one_table && list_length(attnos) >= 2 && list_length(attnos) <= PA_MAX_CLAUSES)
	{
		list_sort(attnos, list_int_cmp);
		add_column_use(c, table_use(c, relid), attnos, false);
	}
}

static bool
walk_query(Node *node, Walking *walking)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Walking		inner = {walking->collecting, (Query *) node};

		note_grouping(walking->collecting, (Query *) node, ((Query *) node)->groupClause);
		note_grouping(walking->collecting, (Query *) node, ((Query *) node)->distinctClause);
		return query_tree_walker((Query *) node, walk_query, &inner, 0);
	}
	if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2 &&
		get_oprrest(((OpExpr *) node)->opno) == F_EQSEL)
	{
		List	   *args = ((OpExpr *) node)->args;
		Oid			left = table_of(walking->query, linitial(args));
		Oid			right = table_of(walking->query, lsecond(args));

		if (OidIsValid(left) && OidIsValid(right))
		{
			ListCell   *lc;

			foreach(lc, args)
			{
				Node	   *var = lfirst(lc);

				while (IsA(var, RelabelType))
					var = (Node *) ((RelabelType *) var)->arg;
				add_column_use(walking->collecting,
							   table_use(walking->collecting, lc == list_head(args) ? left : right),
							   list_make1_int(((Var *) var)->varattno), false);
			}
		}
	}
	return expression_tree_walker(node, walk_query, walking);
}

static int
compare_tables(const ListCell *a, const ListCell *b)
{
	Oid			oa = ((PaTableUse *) lfirst(a))->relid;
	Oid			ob = ((PaTableUse *) lfirst(b))->relid;

	return oa < ob ? -1 : oa > ob;
}

/*
 * Plans the samples of the workload once more and returns what they ask of
 * columns: a List of PaTableUse in the current memory context, in the order of
 * OIDs. Statements that cannot be planned are left out; when the time of the
 * search is up, so are those that are left.
 */
List *
pa_statistics_collect(PaSearch *search)
{
	Collecting	c = {.context = CurrentMemoryContext};
	HASHCTL		ctl = {0};
	HASH_SEQ_STATUS status;
	PaTableUse *use;
	List	   *result = NIL;
	ListCell   *lc;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(PaTableUse);
	ctl.hcxt = CurrentMemoryContext;
	c.tables = hash_create("perfadvisor tables in use", 64, &ctl,
						   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach(lc, search->items)
	{
		PaItem	   *item = lfirst(lc);
		PaWhatIf	whatif = {.callback = note_filter,.callback_arg = &c};
		PaPlanResult planned;
		Walking		walking = {&c, NULL};
		ListCell   *lc2;

		if (pa_search_out_of_time(search))
			break;
		c.queryid = (int64) item->statement->recorded->key.queryid;
		if (!pa_replan_plan(&item->replan, &whatif, false, &planned))
			continue;
		foreach(lc2, item->replan.queries)
			(void) walk_query(lfirst(lc2), &walking);
	}
	hash_seq_init(&status, c.tables);
	while ((use = hash_seq_search(&status)) != NULL)
		result = lappend(result, use);
	list_sort(result, compare_tables);
	return result;
}
