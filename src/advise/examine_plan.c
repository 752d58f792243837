/*
 * examine_plan.c
 *	  What the plan of a recorded statement says of how the statement is
 *	  written: conditions that no index could be asked for, partitions that
 *	  need not be read, subqueries searched for each row.
 *
 * The plan is the one that the planner makes now for the constants that ran,
 * so a finding goes away when the statement or the indexes change.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "advise/candidates.h"
#include "advise/examine.h"
#include "base/compat_planner.h"

#define MIN_TUPLES 1000			/* of a table where a sequential scan matters */
#define MIN_PARTITIONS 3

typedef struct PlanWalk
{
	PaExamined *examined;
	PlannedStmt *plan;
	List	   *parents;		/* OIDs of partitioned tables that are scanned */
	List	   *scanned;		/* how many partitions of each */
	bool		prunes;			/* some partitions are left out while it runs */
	bool		searches_each_row;	/* NOT IN with a subquery that is not hashed */
	bool		not_in;
	double		spread;			/* rows sorted at random */
} PlanWalk;

/*
 * Begins a pattern in the list of those found.
 */
static StringInfo
begin_found(PlanWalk *walk, const char *pattern, Oid relid)
{
	StringInfo	found = &walk->examined->found;

	appendStringInfo(found, "%s{", found->len > 0 ? "," : "");
	pa_fact_string(found, "pattern", pattern);
	pa_fact_string(found, "relation", pa_relation_name(relid));
	return found;
}

/*
 * Writes an expression over one table, whose number in the query is given.
 */
static char *
expression_text(Node *node, Oid relid, Index varno)
{
	node = copyObject(node);
	if (varno != 1)
		ChangeVarNodes(node, varno, 1, 0);
	return deparse_expression(node, deparse_context_for(pa_existing_name(relid), relid), false, false);
}

static Node *
strip(Node *node)
{
	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/*
 * Whether a constant pattern begins with a wildcard.
 */
static bool
begins_with_wildcard(PaPatternKind kind, const Const *pattern, Oid opno)
{
	char	   *s;
	char	   *name;

	if (pattern->constisnull || (pattern->consttype != TEXTOID && pattern->consttype != BPCHAROID))
		return false;
	s = TextDatumGetCString(pattern->constvalue);
	name = get_opname(opno);
	if (kind == PA_PATTERN_REGEX || (name != NULL && name[0] == '~' && name[1] != '~'))
		return s[0] != '^' && s[0] != '\0';
	return (kind == PA_PATTERN_LIKE || kind == PA_PATTERN_ILIKE) && (s[0] == '%' || s[0] == '_') &&
		s[1] != '\0';
}

/*
 * Returns the only column in an expression, or NULL.
 */
static Var *
only_column(Node *node, Index varno)
{
	List	   *vars = pull_var_clause(node, PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
									   PVC_RECURSE_PLACEHOLDERS);
	Var		   *var = NULL;
	ListCell   *lc;

	foreach(lc, vars)
	{
		Var		   *other = lfirst(lc);

		if (other->varno != varno || other->varattno <= 0 ||
			(var != NULL && var->varattno != other->varattno))
			return NULL;
		var = other;
	}
	return var;
}

/*
 * Whether an expression computes something of a column.
 */
static bool
is_computed(Node *node)
{
	return IsA(node, FuncExpr) || IsA(node, OpExpr) || IsA(node, CoerceViaIO) ||
		IsA(node, CoalesceExpr) || IsA(node, MinMaxExpr);
}

/*
 * Adds a key on the way into a JSON document.
 */
static void
add_key(Datum key, StringInfo head, StringInfo tail)
{
	appendStringInfoChar(head, '{');
	escape_json(head, TextDatumGetCString(key));
	appendStringInfoString(head, ": ");
	appendStringInfoChar(tail, '}');
}

/*
 * Adds the keys of a path. Returns false if it has what may be the number of
 * an array's element, for which containment does not ask.
 */
static bool
add_key_path(Datum path, StringInfo head, StringInfo tail)
{
	Datum	   *keys;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(path), TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *key = nulls[i] ? NULL : TextDatumGetCString(keys[i]);

		if (key == NULL || key[strspn(key, "-0123456789")] == '\0')
			return false;
		add_key(keys[i], head, tail);
	}
	return true;
}

/*
 * Writes the two ends of a document that has nothing but what an expression
 * takes out of a jsonb column by constant keys. Returns false where it does
 * something else.
 */
static bool
add_keys(Node *node, StringInfo head, StringInfo tail)
{
	OpExpr	   *op = (OpExpr *) node;
	Const	   *key;

	if (IsA(node, Var))
		return ((Var *) node)->vartype == JSONBOID;
	if (!IsA(node, OpExpr) || list_length(op->args) != 2 || !add_keys(linitial(op->args), head, tail))
		return false;
	key = lsecond(op->args);
	if (!IsA(key, Const) || key->constisnull)
		return false;
	switch (get_opcode(op->opno))
	{
		case F_JSONB_OBJECT_FIELD:
		case F_JSONB_OBJECT_FIELD_TEXT:
			add_key(key->constvalue, head, tail);
			return true;
		case F_JSONB_EXTRACT_PATH:
		case F_JSONB_EXTRACT_PATH_TEXT:
			return add_key_path(key->constvalue, head, tail);
		default:
			return false;
	}
}

/*
 * Returns what a jsonb column must contain for something taken out of it to be
 * equal to a value, which dots stand for, or NULL.
 */
static char *
contained_document(OpExpr *op, Node *side)
{
	StringInfoData head;
	StringInfoData tail;

	if (get_oprrest(op->opno) != F_EQSEL)
		return NULL;
	initStringInfo(&head);
	initStringInfo(&tail);
	if (IsA(side, CoerceViaIO))
		side = strip((Node *) ((CoerceViaIO *) side)->arg);
	return IsA(side, OpExpr) && add_keys(side, &head, &tail) ? psprintf("%s...%s", head.data, tail.data) : NULL;
}

/*
 * Whether an expression is a text in lower or upper case.
 */
static bool
folds_case(Node *node)
{
	return IsA(node, FuncExpr) &&
		(((FuncExpr *) node)->funcid == F_LOWER_TEXT || ((FuncExpr *) node)->funcid == F_UPPER_TEXT);
}

/*
 * Looks at a condition of a scan of everything: a comparison of something
 * computed from one column, or a pattern that begins with anything.
 */
static void
check_condition(PlanWalk *walk, OpExpr *op, Oid relid, Index varno, double rows)
{
	Node	   *side[2] = {strip(linitial(op->args)), strip(lsecond(op->args))};
	PaPatternKind kind = pa_pattern_kind(op->opno);

	for (int i = 0; i < 2; i++)
	{
		Node	   *other = side[1 - i];
		Var		   *var = only_column(side[i], varno);
		const char *pattern = NULL;
		char	   *document;
		StringInfo	found;

		if (var == NULL || bms_is_member(varno, pull_varnos(NULL, other)))
			continue;
		if (kind != PA_PATTERN_NONE)
		{
			if (i == 0 && IsA(other, Const) && begins_with_wildcard(kind, (Const *) other, op->opno))
				pattern = "leading_wildcard";
		}
		else if (pa_is_implicit_cast(side[i]))
			pattern = "implicit_cast";
		else if (is_computed(side[i]))
			pattern = "function_on_column";
		if (pattern == NULL)
			continue;
		found = begin_found(walk, pattern, relid);
		pa_fact_string(found, "column", quote_identifier(get_attname(relid, var->varattno, false)));
		pa_fact_string(found, "type", format_type_be(var->vartype));
		pa_fact_string(found, "compared_as", format_type_be(exprType(side[i])));
		pa_fact_string(found, "expression", expression_text(side[i], relid, varno));
		pa_fact_string(found, "operator", get_opname(op->opno));
		pa_fact_bool(found, "folds_case", folds_case(side[i]));
		document = contained_document(op, side[i]);
		if (document != NULL)
			pa_fact_string(found, "contains", document);
		pa_fact_string(found, "index", pa_index_beginning_with(relid, var->varattno));
		pa_fact_number(found, "rows_read", pa_relation_tuples(relid));
		pa_fact_number(found, "rows_kept", rows);
		appendStringInfoChar(found, '}');
		return;
	}
}

/*
 * Puts the table's columns in the place of those of an index that is read
 * alone.
 */
static Node *
columns_of_index(Node *node, List *index_columns)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var) && ((Var *) node)->varno == INDEX_VAR)
	{
		TargetEntry *tle = list_nth(index_columns, ((Var *) node)->varattno - 1);

		return copyObject((Node *) tle->expr);
	}
	return expression_tree_mutator(node, columns_of_index, index_columns);
}

/*
 * Looks at the conditions of a scan of all of a table that is not small, or
 * of all of an index on it, of which a small part is wanted.
 */
static void
check_whole_scan(PlanWalk *walk, Plan *scan, Index varno, List *quals)
{
	RangeTblEntry *rte = rt_fetch(varno, walk->plan->rtable);
	double		tuples;
	ListCell   *lc;

	if (rte->rtekind != RTE_RELATION)
		return;
	tuples = pa_relation_tuples(rte->relid);
	if (tuples < MIN_TUPLES || scan->plan_rows > tuples / 5)
		return;
	foreach(lc, quals)
	{
		Node	   *node = lfirst(lc);

		if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2)
			check_condition(walk, (OpExpr *) node, rte->relid, varno, scan->plan_rows);
	}
}

/*
 * Counts a scan of a partition with its topmost parent.
 */
static void
count_partition(PlanWalk *walk, Index varno)
{
	RangeTblEntry *rte = rt_fetch(varno, walk->plan->rtable);
	List	   *ancestors;
	Oid			top;
	ListCell   *lc;
	ListCell   *lc2;

	if (rte->rtekind != RTE_RELATION || !get_rel_relispartition(rte->relid))
		return;
	/* None while it is being detached */
	ancestors = get_partition_ancestors(rte->relid);
	if (ancestors == NIL)
		return;
	top = llast_oid(ancestors);
	forboth(lc, walk->parents, lc2, walk->scanned)
		if (lfirst_oid(lc) == top)
		{
			lfirst_int(lc2)++;
			return;
		}
	walk->parents = lappend_oid(walk->parents, top);
	walk->scanned = lappend_int(walk->scanned, 1);
}

/*
 * Looks for NOT with a subquery in the expressions of a plan.
 */
static bool
check_expression(Node *node, PlanWalk *walk)
{
	if (node == NULL)
		return false;
	if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == NOT_EXPR)
	{
		Node	   *arg = linitial(((BoolExpr *) node)->args);

		if (IsA(arg, SubPlan) && ((SubPlan *) arg)->subLinkType == ANY_SUBLINK)
		{
			walk->not_in = true;
			walk->searches_each_row |= !((SubPlan *) arg)->useHashTable;
		}
	}
	if (IsA(node, SubPlan) && ((SubPlan *) node)->subLinkType == ALL_SUBLINK)
		walk->not_in = walk->searches_each_row = true;
	return expression_tree_walker(node, check_expression, walk);
}

static void walk_plan(PlanWalk *walk, Plan *plan);

static void
walk_plans(PlanWalk *walk, List *plans)
{
	ListCell   *lc;

	foreach(lc, plans)
		walk_plan(walk, lfirst(lc));
}

/*
 * Looks at one node of a plan and those below it.
 */
static void
walk_plan(PlanWalk *walk, Plan *plan)
{
	if (plan == NULL)
		return;
	(void) check_expression((Node *) plan->qual, walk);
	switch (nodeTag(plan))
	{
		case T_SeqScan:
			check_whole_scan(walk, plan, ((Scan *) plan)->scanrelid, plan->qual);
			count_partition(walk, ((Scan *) plan)->scanrelid);
			break;
		case T_IndexScan:
			if (((IndexScan *) plan)->indexqual == NIL)
				check_whole_scan(walk, plan, ((Scan *) plan)->scanrelid, plan->qual);
			count_partition(walk, ((Scan *) plan)->scanrelid);
			break;
		case T_IndexOnlyScan:
			if (((IndexOnlyScan *) plan)->indexqual == NIL)
				check_whole_scan(walk, plan, ((Scan *) plan)->scanrelid,
								 (List *) columns_of_index((Node *) plan->qual,
														   ((IndexOnlyScan *) plan)->indextlist));
			count_partition(walk, ((Scan *) plan)->scanrelid);
			break;
		case T_BitmapHeapScan:
			count_partition(walk, ((Scan *) plan)->scanrelid);
			break;
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			(void) check_expression((Node *) ((Join *) plan)->joinqual, walk);
			break;
		case T_Append:
			walk->prunes |= pa_append_prunes((Append *) plan);
			walk_plans(walk, ((Append *) plan)->appendplans);
			break;
		case T_MergeAppend:
			walk->prunes |= pa_merge_append_prunes((MergeAppend *) plan);
			walk_plans(walk, ((MergeAppend *) plan)->mergeplans);
			break;
		case T_SubqueryScan:
			walk_plan(walk, ((SubqueryScan *) plan)->subplan);
			break;
		case T_Sort:
			if (plan->lefttree != NULL)
				walk->spread = Max(walk->spread, plan->lefttree->plan_rows);
			break;
		default:
			break;
	}
	walk_plan(walk, plan->lefttree);
	walk_plan(walk, plan->righttree);
}

/*
 * Returns the number of partitions with rows of their own below a table.
 */
static int
count_leaves(Oid relid)
{
	List	   *all = find_all_inheritors(relid, NoLock, NULL);
	int			leaves = 0;
	ListCell   *lc;

	foreach(lc, all)
		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_PARTITIONED_TABLE)
			leaves++;
	return leaves;
}

/* What key_is_named() looks for */
typedef struct KeySearch
{
	Query	   *query;
	Oid			relid;
	Relation	relation;
	bool		named;
} KeySearch;

/*
 * Looks for a column of the partition key in the conditions of a query.
 */
static bool
key_is_named(Node *node, KeySearch *search)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		PartitionKey key = RelationGetPartitionKey(search->relation);
		Oid			relid;
		AttrNumber	attno;

		if (key != NULL && pa_resolve_column(search->query, node, &relid, &attno) &&
			relid == search->relid)
			for (int i = 0; i < get_partition_natts(key); i++)
				search->named |= get_partition_col_attnum(key, i) == attno;
		return false;
	}
	return expression_tree_walker(node, key_is_named, search);
}

/*
 * Reports a partitioned table of which all partitions are read though the
 * query has conditions.
 */
static void
check_partitions(PlanWalk *walk, Query *query, Oid parent, int scanned)
{
	KeySearch	search = {.query = query,.relid = parent};
	int			leaves = count_leaves(parent);
	StringInfo	found;

	if (walk->prunes || leaves < MIN_PARTITIONS || scanned < leaves || query->jointree == NULL ||
		query->jointree->quals == NULL)
		return;
	search.relation = relation_open(parent, NoLock);
	(void) key_is_named(query->jointree->quals, &search);
	relation_close(search.relation, NoLock);
	found = begin_found(walk, "missed_partition_pruning", parent);
	pa_fact_string(found, "key", pg_get_partkeydef_columns(parent, false));
	pa_fact_number(found, "partitions", leaves);
	pa_fact_bool(found, "key_named", search.named);
	appendStringInfoChar(found, '}');
}

/*
 * Returns the processes whose shares of the rows the planner takes a parallel
 * plan to be put together from: the leader also looks after the others.
 */
static double
parallel_shares(int workers)
{
	double		leader = parallel_leader_participation ? 1 - 0.3 * workers : 0;

	return Max(workers + Max(leader, 0), 1);
}

/*
 * Returns the most rows that come together anywhere below the top of a plan.
 * Below a Gather the planner tells those of one process.
 */
static double
counted_rows(Plan *top)
{
	double		shares = 1;
	double		rows = 0;
	Plan	   *below = top;
	ListCell   *lc;

	for (Plan *p = top->lefttree; p != NULL; p = p->lefttree)
	{
		rows = Max(rows, p->plan_rows * shares);
		if (IsA(p, Gather))
			shares = parallel_shares(((Gather *) p)->num_workers);
		else if (IsA(p, GatherMerge))
			shares = parallel_shares(((GatherMerge *) p)->num_workers);
		below = p;
	}
	if (IsA(below, Append))
		foreach(lc, ((Append *) below)->appendplans)
			rows = Max(rows, ((Plan *) lfirst(lc))->plan_rows);
	return rows;
}

/*
 * Adds what there is to know of a plan. The tables are locked; runs as the
 * role that ran the query, restricted.
 */
void
pa_examine_plan(Query *query, PlannedStmt *plan, PaExamined *examined)
{
	PlanWalk	walk = {.examined = examined,.plan = plan};
	StringInfo	facts = &examined->facts;
	ListCell   *lc;
	ListCell   *lc2;

	walk_plan(&walk, plan->planTree);
	walk_plans(&walk, plan->subplans);
	forboth(lc, walk.parents, lc2, walk.scanned)
		check_partitions(&walk, query, lfirst_oid(lc), lfirst_int(lc2));
	pa_fact_bool(facts, "not_in_planned", walk.not_in);
	pa_fact_bool(facts, "searches_each_row", walk.searches_each_row);
	pa_fact_number(facts, "sorted_rows", walk.spread);
	pa_fact_number(facts, "plan_rows", plan->planTree->plan_rows);
	if (query->hasAggs && plan->planTree->lefttree != NULL)
		pa_fact_number(facts, "counted_rows", counted_rows(plan->planTree));
}
