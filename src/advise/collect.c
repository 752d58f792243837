/*
 * collect.c
 *	  What a scan in a query could ask of an index, read from the planner.
 *
 * Runs as a callback of whatif.c when the planner has made the paths of a
 * table: views and subqueries are pulled up, constants folded, equivalence
 * classes complete, wanted orders known. So only what the planner could use is
 * taken down. Everything is copied into the collector's memory context, with
 * Vars renumbered to 1.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/catalog.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_class.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"

#include "advise/candidates.h"
#include "advise/replan.h"
#include "base/compat_planner.h"

/* Predicates that keep more of the table than this are not worth a thought. */
#define PA_MAX_PREDICATE_SELECTIVITY	0.6

/* Smaller tables are read faster than an index is descended, whatever costs say. */
#define PA_MIN_TABLE_PAGES		8

/* A column with more different values is no status or flag. */
#define PA_MAX_STATUS_VALUES	50

/* Index-only scans are thought of for at least so many rows, ... */
#define PA_MIN_COVERED_ROWS		50

/* ... where this share of the pages is all-visible, ... */
#define PA_MIN_VISIBLE			0.5

/* ... and where all columns together are few and narrow (bytes). */
#define PA_MAX_COVERED			6
#define PA_MAX_COVERED_WIDTH	48

typedef struct Collecting
{
	PlannerInfo *root;
	RelOptInfo *rel;
	PaRequest  *request;
	PaCollector *into;
} Collecting;

static void add_clause(Collecting *c, Node *clause, double selectivity);

/*
 * Copies an expression of the relation with its Vars renumbered to 1.
 */
static Node *
copy_expr(Collecting *c, Node *expr)
{
	Node	   *copy = copyObject(expr);

	if (c->rel->relid != 1)
		ChangeVarNodes(copy, c->rel->relid, 1, 0);
	return copy;
}

static Node *
strip_relabel(Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/*
 * Whether an expression contains a parameter or a value that was bound to one.
 */
static bool
bound_value_walker(Node *node, PaCollector *into)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return true;
	if (IsA(node, Const))
		return ((Const *) node)->location >= 0 &&
			bms_is_member(((Const *) node)->location, into->replan->param_locations);
	return expression_tree_walker(node, bound_value_walker, into);
}

/*
 * Whether an expression can be indexed: Vars of this relation only, at least
 * one, nothing mutable, no system columns, and nothing that another execution
 * would have another value for.
 */
static bool
is_indexable(Collecting *c, Node *expr)
{
	Relids		relids = pull_varnos(c->root, expr);
	List	   *vars;
	ListCell   *lc;

	if (!bms_equal(relids, c->rel->relids) ||
		contain_mutable_functions(expr) || contain_subplans(expr) ||
		bound_value_walker(expr, c->into))
		return false;
	vars = pull_var_clause(expr, PVC_INCLUDE_PLACEHOLDERS | PVC_INCLUDE_AGGREGATES |
						   PVC_INCLUDE_WINDOWFUNCS);
	foreach(lc, vars)
	{
		if (!IsA(lfirst(lc), Var) || ((Var *) lfirst(lc))->varattno <= 0)
			return false;
	}
	return true;
}

/*
 * Fills a column with an expression and an operator class for B-trees; the
 * type's default one if opclass is invalid. Returns false if there is none.
 */
static bool
fill_column(Collecting *c, PaIndexColumn *col, Node *expr, Oid opclass,
			Oid collation)
{
	expr = strip_relabel(expr);
	memset(col, 0, sizeof(PaIndexColumn));
	if (IsA(expr, Var))
	{
		col->attno = ((Var *) expr)->varattno;
		col->attcollation = ((Var *) expr)->varcollid;
	}
	else
		col->expr = copy_expr(c, expr);
	col->type = exprType(expr);
	col->typmod = exprTypmod(expr);
	col->collation = type_is_collatable(col->type)
		? (OidIsValid(collation) ? collation : exprCollation(expr)) : InvalidOid;
	col->opclass = OidIsValid(opclass) ? opclass
		: GetDefaultOpClass(col->type, BTREE_AM_OID);
	if (!OidIsValid(col->opclass))
		return false;
	col->opfamily = get_opclass_family(col->opclass);
	col->opcintype = get_opclass_input_type(col->opclass);
	return true;
}

/*
 * Adds a term unless the request has the same already.
 */
static void
add_term_of(Collecting *c, PaTermKind kind, Oid am, const PaIndexColumn *col,
			double selectivity)
{
	PaTerm	   *term;
	ListCell   *lc;

	foreach(lc, c->request->terms)
	{
		term = lfirst(lc);
		if (term->kind == kind && term->am == am &&
			pa_index_column_equal(&term->col, col))
		{
			term->selectivity = Min(term->selectivity, selectivity);
			return;
		}
	}
	term = palloc0(sizeof(PaTerm));
	term->kind = kind;
	term->am = am;
	term->col = *col;
	term->selectivity = selectivity;
	c->request->terms = lappend(c->request->terms, term);
}

static void
add_term(Collecting *c, PaTermKind kind, const PaIndexColumn *col, double selectivity)
{
	add_term_of(c, kind, InvalidOid, col, selectivity);
}

/*
 * Adds a condition that could be a partial index's predicate, if it leaves out
 * enough of the table.
 */
static void
add_predicate(Collecting *c, Node *clause, const PaIndexColumn *col,
			  double selectivity)
{
	PaPredicate *pred;
	Node	   *copy;
	ListCell   *lc;

	if (selectivity > PA_MAX_PREDICATE_SELECTIVITY)
		return;
	copy = copy_expr(c, clause);
	foreach(lc, c->request->predicates)
	{
		if (equal(((PaPredicate *) lfirst(lc))->clause, copy))
			return;
	}
	pred = palloc0(sizeof(PaPredicate));
	pred->clause = copy;
	pred->col = *col;
	pred->selectivity = selectivity;
	c->request->predicates = lappend(c->request->predicates, pred);
}

/*
 * Returns the number of different values of an expression by its statistics.
 */
static double
distinct_values(Collecting *c, Node *expr)
{
	VariableStatData vardata;
	bool		isdefault;
	double		n;

	examine_variable(c->root, expr, 0, &vardata);
	n = get_variable_numdistinct(&vardata, &isdefault);
	ReleaseVariableStats(vardata);
	return isdefault ? 1e9 : n;
}

/*
 * Whether a constant stands in the text of the statement. One that was folded
 * has no location, one that was bound has its parameter's; another execution
 * may bring another value.
 */
static bool
is_literal(Collecting *c, Node *node)
{
	Const	   *constant = (Const *) strip_relabel(node);

	return IsA(constant, Const) && constant->location >= 0 &&
		!constant->constisnull &&
		!bms_is_member(constant->location, c->into->replan->param_locations);
}

/*
 * Takes down "column = value". A literal compared with a column of few values
 * is a candidate for a predicate, too.
 */
static void
add_equality(Collecting *c, Node *clause, Node *expr, Node *value,
			 const PaIndexColumn *col, double selectivity)
{
	bool		constant = bms_is_empty(pull_varnos(c->root, value));

	add_term(c, constant ? PA_TERM_EQUAL : PA_TERM_JOIN, col, selectivity);
	if (constant && is_literal(c, value) && col->attno != 0 &&
		distinct_values(c, expr) <= PA_MAX_STATUS_VALUES)
		add_predicate(c, clause, col, selectivity);
}

/*
 * Takes down a pattern match: a prefix is a range of a B-tree, under the
 * default operator class where the collation sorts like strcmp and under the
 * pattern class elsewhere; anything else needs trigrams.
 */
static void
add_pattern(Collecting *c, OpExpr *op, Node *expr, Node *value, PaPatternKind kind,
			double selectivity)
{
	PaIndexColumn col;
	bool		bpchar = (exprType(strip_relabel(expr)) == BPCHAROID);

	if (IsA(value, Const) && pa_pattern_has_prefix(kind, (Const *) value))
	{
		bool		c_collation = pa_collation_is_c(op->inputcollid);
		Oid			opclass = c_collation ? InvalidOid
			: (bpchar ? BPCHAR_BTREE_PATTERN_OPS_OID : TEXT_BTREE_PATTERN_OPS_OID);

		if (fill_column(c, &col, expr, opclass, op->inputcollid))
			add_term(c, c_collation ? PA_TERM_RANGE : PA_TERM_PREFIX, &col,
					 selectivity);
		return;
	}
	if (!bpchar && fill_column(c, &col, expr, InvalidOid, op->inputcollid))
		add_term(c, PA_TERM_TRIGRAM, &col, selectivity);
}

/* What add_method() needs */
typedef struct Searching
{
	Collecting *c;
	Node	   *expr;
	Oid			collation;
	double		selectivity;
} Searching;

static void
add_method(Oid am, Oid opclass, void *arg)
{
	Searching  *s = arg;
	PaIndexColumn col;

	if (fill_column(s->c, &col, s->expr, opclass, s->collation))
		add_term_of(s->c, PA_TERM_OPERATOR, am, &col, s->selectivity);
}

/*
 * Takes down a binary operator one side of which could be indexed: for B-trees,
 * or else for other access methods.
 */
static void
add_operator(Collecting *c, OpExpr *op, double selectivity)
{
	Node	   *left = linitial(op->args);
	Node	   *right = lsecond(op->args);
	Oid			opno = op->opno;
	PaPatternKind pattern;
	PaIndexColumn col;
	int			strategy;

	if (!is_indexable(c, left))
	{
		Node	   *swap = left;

		left = right;
		right = swap;
		opno = get_commutator(opno);
		if (!OidIsValid(opno) || !is_indexable(c, left))
			return;
	}
	if (bms_overlap(pull_varnos(c->root, right), c->rel->relids) ||
		contain_volatile_functions(right))
		return;

	pattern = pa_pattern_kind(opno);
	if (pattern != PA_PATTERN_NONE)
	{
		add_pattern(c, op, left, right, pattern, selectivity);
		return;
	}
	strategy = fill_column(c, &col, left, InvalidOid, op->inputcollid)
		? get_op_opfamily_strategy(opno, col.opfamily) : 0;
	if (strategy == 0)
	{
		Searching	s = {c, left, op->inputcollid, selectivity};

		pa_methods_visit(opno, exprType(strip_relabel(left)), AMOP_SEARCH, InvalidOid,
						 add_method, &s);
	}
	else if (strategy == BTEqualStrategyNumber)
		add_equality(c, (Node *) op, left, right, &col, selectivity);
	else
	{
		add_term(c, PA_TERM_RANGE, &col, selectivity);
		if (is_literal(c, right) && col.attno != 0 &&
			distinct_values(c, left) <= PA_MAX_STATUS_VALUES)
			add_predicate(c, (Node *) op, &col, selectivity);
	}
}

/*
 * Takes down "column = ANY (array)". A list of literals on a column of few
 * values is a candidate for a predicate, too. Folding has taken the locations
 * from the array's constants, so that whether they were literals is known for
 * the statement as a whole only.
 */
static void
add_array(Collecting *c, ScalarArrayOpExpr *op, double selectivity)
{
	Node	   *left = linitial(op->args);
	PaIndexColumn col;

	if (!op->useOr || !is_indexable(c, left) ||
		bms_overlap(pull_varnos(c->root, lsecond(op->args)), c->rel->relids) ||
		!fill_column(c, &col, left, InvalidOid, op->inputcollid) ||
		get_op_opfamily_strategy(op->opno, col.opfamily) != BTEqualStrategyNumber)
		return;
	add_term(c, PA_TERM_IN, &col, selectivity);
	if (!c->into->replan->arrays_of_params && IsA(lsecond(op->args), Const) && col.attno != 0 &&
		distinct_values(c, left) <= PA_MAX_STATUS_VALUES)
		add_predicate(c, (Node *) op, &col, selectivity);
}

/*
 * Takes down (a, b) < (x, y), as in keyset pagination: a range on the first
 * column, and the order of all of them.
 */
static void
add_row_compare(Collecting *c, RowCompareExpr *row, double selectivity)
{
	List	   *order = NIL;
	ListCell   *lc;

	foreach(lc, row->largs)
	{
		PaIndexColumn *col = palloc(sizeof(PaIndexColumn));

		if (!is_indexable(c, lfirst(lc)) ||
			!fill_column(c, col, lfirst(lc), InvalidOid, InvalidOid))
			break;
		if (order == NIL)
			add_term(c, PA_TERM_RANGE, col, selectivity);
		order = lappend(order, col);
	}
	if (list_length(order) > 1)
		c->request->orders = lappend(c->request->orders, order);
}

/*
 * Takes down a boolean column or its negation. The clause itself is what a
 * partial index would have as its predicate.
 */
static void
add_boolean(Collecting *c, Node *clause, Node *expr, double selectivity)
{
	PaIndexColumn col;

	if (exprType(expr) != BOOLOID || !is_indexable(c, expr) ||
		!fill_column(c, &col, expr, InvalidOid, InvalidOid))
		return;
	add_term(c, PA_TERM_EQUAL, &col, selectivity);
	add_predicate(c, clause, &col, selectivity);
}

/*
 * Takes down IS NULL, which a B-tree finds like a value, and IS NOT NULL.
 */
static void
add_null_test(Collecting *c, NullTest *test, double selectivity)
{
	PaIndexColumn col;

	if (test->argisrow || !is_indexable(c, (Node *) test->arg) ||
		!fill_column(c, &col, (Node *) test->arg, InvalidOid, InvalidOid))
		return;
	if (test->nulltesttype == IS_NULL)
		add_term(c, PA_TERM_EQUAL, &col, selectivity);
	else
		add_term(c, PA_TERM_RANGE, &col, selectivity);
	add_predicate(c, (Node *) test, &col, selectivity);
}

/*
 * Each arm of an OR needs an index of its own for a bitmap combination.
 */
static void
add_or(Collecting *c, BoolExpr *or)
{
	PaRequest  *whole = c->request;
	ListCell   *lc;

	foreach(lc, or->args)
	{
		Node	   *arm = lfirst(lc);
		double		selectivity = clause_selectivity(c->root, arm, 0, JOIN_INNER, NULL);
		ListCell   *lc2;
		PaRequest	scratch = {0};

		/* Terms of an arm are kept apart, then joined to the whole. */
		c->request = &scratch;
		if (is_andclause(arm))
		{
			foreach(lc2, ((BoolExpr *) arm)->args)
				add_clause(c, lfirst(lc2), selectivity);
		}
		else
			add_clause(c, arm, selectivity);
		foreach(lc2, scratch.terms)
		{
			PaTerm	   *term = lfirst(lc2);

			c->request = whole;
			add_term_of(c, term->kind, term->am, &term->col, term->selectivity);
		}
		c->request = whole;
	}
}

/*
 * Takes down a call of a function for which the planner may find an operator of
 * an index, as it does for most spatial predicates. Which one is known to the
 * function's author; the default operator class of its arguments' type is tried.
 */
static void
add_function(Collecting *c, FuncExpr *func, double selectivity)
{
	ListCell   *lc;

	if (!OidIsValid(get_func_support(func->funcid)))
		return;
	foreach(lc, func->args)
	{
		Node	   *arg = lfirst(lc);
		Oid			opclass;
		PaIndexColumn col;

		if (!is_indexable(c, arg))
			continue;
		opclass = pa_spatial_opclass(exprType(strip_relabel(arg)));
		if (OidIsValid(opclass) && fill_column(c, &col, arg, opclass, func->inputcollid))
			add_term_of(c, PA_TERM_OPERATOR, GIST_AM_OID, &col, selectivity);
	}
}

/*
 * Takes down one clause of any form.
 */
static void
add_clause(Collecting *c, Node *clause, double selectivity)
{
	switch (nodeTag(clause))
	{
		case T_RestrictInfo:
			add_clause(c, (Node *) ((RestrictInfo *) clause)->clause, selectivity);
			break;
		case T_OpExpr:
			if (list_length(((OpExpr *) clause)->args) == 2)
				add_operator(c, (OpExpr *) clause, selectivity);
			break;
		case T_ScalarArrayOpExpr:
			add_array(c, (ScalarArrayOpExpr *) clause, selectivity);
			break;
		case T_RowCompareExpr:
			add_row_compare(c, (RowCompareExpr *) clause, selectivity);
			break;
		case T_NullTest:
			add_null_test(c, (NullTest *) clause, selectivity);
			break;
		case T_BooleanTest:
			add_boolean(c, clause, (Node *) ((BooleanTest *) clause)->arg, selectivity);
			break;
		case T_BoolExpr:
			if (is_orclause(clause))
				add_or(c, (BoolExpr *) clause);
			else if (is_notclause(clause))
				add_boolean(c, clause, (Node *) get_notclausearg(clause), selectivity);
			break;
		case T_FuncExpr:
			add_function(c, (FuncExpr *) clause, selectivity);
			add_boolean(c, clause, clause, selectivity);
			break;
		default:
			add_boolean(c, clause, clause, selectivity);
			break;
	}
}

static void
add_restrictions(Collecting *c)
{
	ListCell   *lc;

	foreach(lc, c->rel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (!rinfo->pseudoconstant)
			add_clause(c, (Node *) rinfo->clause,
					   clause_selectivity(c->root, (Node *) rinfo, 0,
										  JOIN_INNER, NULL));
	}
	foreach(lc, c->rel->joininfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (!rinfo->pseudoconstant)
			add_clause(c, (Node *) rinfo->clause, 1.0);
	}
}

/*
 * Returns the member of an equivalence class that this relation can compute by
 * itself, or NULL.
 */
static Node *
member_of_relation(Collecting *c, EquivalenceClass *ec)
{
	ListCell   *lc;

	if (ec->ec_has_volatile)
		return NULL;
	foreach(lc, ec->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);

		if (!em->em_is_const && !em->em_is_child &&
			bms_equal(em->em_relids, c->rel->relids) &&
			is_indexable(c, (Node *) em->em_expr))
			return (Node *) em->em_expr;
	}
	return NULL;
}

/*
 * Takes down join columns: members of equivalence classes that span relations.
 */
static void
add_equivalences(Collecting *c)
{
	ListCell   *lc;

	foreach(lc, c->root->eq_classes)
	{
		EquivalenceClass *ec = lfirst(lc);
		PaIndexColumn col;
		Node	   *expr;

		if (ec->ec_has_const || bms_membership(ec->ec_relids) != BMS_MULTIPLE)
			continue;
		expr = member_of_relation(c, ec);
		if (expr != NULL &&
			fill_column(c, &col, expr, InvalidOid, ec->ec_collation) &&
			list_member_oid(ec->ec_opfamilies, col.opfamily))
			add_term(c, PA_TERM_JOIN, &col, 1.0);
	}
}

/*
 * Takes down an order by distance from something, which GiST and SP-GiST give
 * row by row. Returns whether it is one: a B-tree on the distance from what this
 * execution asked for is of no use to any other.
 */
static bool
add_distance(Collecting *c, PathKey *pathkey, Node *expr)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *left;
	Oid			opno;
	Searching	s = {.c = c,.selectivity = 1.0};

	if (!IsA(expr, OpExpr) || list_length(op->args) != 2 ||
		!pa_is_ordering_operator(op->opno))
		return false;
	left = linitial(op->args);
	opno = op->opno;
	if (!is_indexable(c, left))
	{
		left = lsecond(op->args);
		opno = get_commutator(opno);
	}
	if (OidIsValid(opno) && is_indexable(c, left) && !PA_PATHKEY_IS_DESC(pathkey))
	{
		s.expr = left;
		s.collation = op->inputcollid;
		pa_methods_visit(opno, exprType(strip_relabel(left)), AMOP_ORDER,
						 pathkey->pk_opfamily, add_method, &s);
	}
	return true;
}

/*
 * Takes down the leading part of a wanted order that this relation can give.
 */
static void
add_order(Collecting *c, List *pathkeys)
{
	List	   *order = NIL;
	ListCell   *lc;

	foreach(lc, pathkeys)
	{
		PathKey    *pathkey = lfirst(lc);
		Node	   *expr = member_of_relation(c, pathkey->pk_eclass);
		PaIndexColumn *col = palloc(sizeof(PaIndexColumn));

		if (expr == NULL || add_distance(c, pathkey, expr) ||
			!fill_column(c, col, expr, InvalidOid, pathkey->pk_eclass->ec_collation) ||
			col->opfamily != pathkey->pk_opfamily)
			break;
		col->desc = PA_PATHKEY_IS_DESC(pathkey);
		col->nulls_first = pathkey->pk_nulls_first;
		order = lappend(order, col);
	}
	if (order != NIL)
		c->request->orders = lappend(c->request->orders, order);
}

/*
 * Returns the columns that the query reads of the table, if there are few and
 * narrow ones, or NIL.
 */
static List *
narrow_columns(Collecting *c, Oid relid)
{
	Bitmapset  *attnos = NULL;
	List	   *result = NIL;
	ListCell   *lc;
	int			width = 0;
	int			x = -1;

	pull_varattnos((Node *) c->rel->reltarget->exprs, c->rel->relid, &attnos);
	foreach(lc, c->rel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause,
					   c->rel->relid, &attnos);
	if (bms_num_members(attnos) > PA_MAX_COVERED)
		return NIL;
	while ((x = bms_next_member(attnos, x)) >= 0)
	{
		PaIndexColumn *col = palloc0(sizeof(PaIndexColumn));

		col->attno = x + FirstLowInvalidHeapAttributeNumber;
		if (col->attno <= 0)
			return NIL;
		col->include = true;
		get_atttypetypmodcoll(relid, col->attno, &col->type, &col->typmod,
							  &col->attcollation);
		width += get_attavgwidth(relid, col->attno);
		if (get_typlen(col->type) > 0 && get_attavgwidth(relid, col->attno) == 0)
			width += get_typlen(col->type);
		result = lappend(result, col);
	}
	return width <= PA_MAX_COVERED_WIDTH ? result : NIL;
}

/*
 * Takes down what an index would have to hold so that the table need not be
 * visited, if that promises something: many rows are read, without a LIMIT
 * that stops early, and most pages are known to be all-visible.
 */
static void
add_needed(Collecting *c, Oid relid)
{
	if (c->rel->rows >= PA_MIN_COVERED_ROWS && c->root->limit_tuples < 0 &&
		c->rel->allvisfrac >= PA_MIN_VISIBLE)
		c->request->needed = narrow_columns(c, relid);
}

/*
 * Notes what the scan of one table could ask of an index. Partitions are left
 * to their parent, which has the same clauses.
 */
void
pa_collect_relation(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte,
					void *collector)
{
	PaCollector *into = collector;
	Collecting	c = {root, rel, NULL, into};
	MemoryContext oldcontext;

	if (rel->reloptkind == RELOPT_OTHER_MEMBER_REL && get_rel_relispartition(rte->relid))
		return;
	if (IsCatalogRelationOid(rte->relid))
		return;
	if (rte->relkind != RELKIND_RELATION && rte->relkind != RELKIND_MATVIEW &&
		rte->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	if (rte->relkind != RELKIND_PARTITIONED_TABLE && rel->pages < PA_MIN_TABLE_PAGES)
		return;

	oldcontext = MemoryContextSwitchTo(into->context);
	c.request = palloc0(sizeof(PaRequest));
	c.request->relid = rte->relid;
	c.request->pages = rel->pages;
	c.request->tuples = rel->tuples;
	add_restrictions(&c);
	add_equivalences(&c);
	add_order(&c, root->query_pathkeys);
	if (root->limit_tuples > 0 && root->query_pathkeys == root->sort_pathkeys &&
		c.request->orders != NIL)
		pa_order_note_limit(c.request, llast(c.request->orders), root->limit_tuples);
	if (root->sort_pathkeys != root->query_pathkeys)
		add_order(&c, root->sort_pathkeys);
	if (root->distinct_pathkeys != root->query_pathkeys)
		add_order(&c, root->distinct_pathkeys);
	add_needed(&c, rte->relid);
	if (c.request->terms != NIL || c.request->orders != NIL)
		into->requests = lappend(into->requests, c.request);
	MemoryContextSwitchTo(oldcontext);
}
