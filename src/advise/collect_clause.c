/*
 * collect_clause.c
 *	  What a clause of a query could ask of an index on its table.
 *
 * Operators of B-trees become terms, and predicates where their constant is
 * the statement's own; patterns, arrays and what other access methods know become
 * terms of their kind. Everything is copied into the collector's memory
 * context, with Vars renumbered to 1.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "advise/collect.h"
#include "base/compat_planner.h"

/* Predicates that keep more of the table than this are not worth a thought, but together
 * with others: of these rows they may keep less. */
#define PA_MAX_PREDICATE_SELECTIVITY	0.7

/* A column with more different values is no status or flag. */
#define PA_MAX_STATUS_VALUES	50

/*
 * Copies an expression of the relation with its Vars renumbered to 1.
 */
static Node *
copy_expr(PaCollecting *c, Node *expr)
{
	Node	   *copy = copyObject(expr);

	if (c->rel->relid != 1)
		ChangeVarNodes(copy, c->rel->relid, 1, 0);
	return copy;
}

/*
 * Looks through changes of type that change nothing.
 */
Node *
pa_strip_relabel(Node *node)
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
bool
pa_collect_indexable(PaCollecting *c, Node *expr)
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
bool
pa_collect_column(PaCollecting *c, PaIndexColumn *col, Node *expr, Oid opclass,
			Oid collation)
{
	expr = pa_strip_relabel(expr);
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
add_term_in(PaCollecting *c, PaTermKind kind, Oid am, const PaIndexColumn *col,
			double selectivity, bool in_or)
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
			term->in_or &= in_or;
			return;
		}
	}
	term = palloc0(sizeof(PaTerm));
	term->kind = kind;
	term->am = am;
	term->col = *col;
	term->selectivity = selectivity;
	term->in_or = in_or;
	c->request->terms = lappend(c->request->terms, term);
}

/*
 * The same for a condition that all rows must meet.
 */
static void
add_term_of(PaCollecting *c, PaTermKind kind, Oid am, const PaIndexColumn *col,
			double selectivity)
{
	add_term_in(c, kind, am, col, selectivity, false);
}

/*
 * Adds a term for B-trees, or of patterns.
 */
void
pa_collect_term(PaCollecting *c, PaTermKind kind, const PaIndexColumn *col, double selectivity)
{
	add_term_of(c, kind, InvalidOid, col, selectivity);
}

/*
 * Whether a value that was bound is a boolean. What it was compared with is then a
 * condition without it: "column = true" becomes "column".
 */
static bool
has_bound_boolean(ParamListInfo params)
{
	for (int i = 0; params != NULL && i < params->numParams; i++)
	{
		if (params->params[i].ptype == BOOLOID)
			return true;
	}
	return false;
}

/*
 * Adds a condition that could be a partial index's predicate, alone or only with others.
 */
static PaPredicate *
add_predicate(PaCollecting *c, Node *clause, const PaIndexColumn *col,
			  double selectivity)
{
	List	  **among = selectivity > PA_MAX_PREDICATE_SELECTIVITY
		? &c->request->weak_predicates : &c->request->predicates;
	PaPredicate *pred;
	Node	   *copy;
	ListCell   *lc;

	copy = copy_expr(c, clause);
	foreach(lc, *among)
	{
		if (equal(((PaPredicate *) lfirst(lc))->clause, copy))
			return lfirst(lc);
	}
	pred = palloc0(sizeof(PaPredicate));
	pred->clause = copy;
	pred->col = *col;
	pred->selectivity = selectivity;
	if (IsA(clause, NullTest))
		pred->flag = ((NullTest *) clause)->nulltesttype == IS_NULL;
	else
		pred->flag = col->type == BOOLOID && !has_bound_boolean(c->into->replan->params);
	*among = lappend(*among, pred);
	return pred;
}

/*
 * Returns the number of different values of an expression by its statistics.
 */
static double
distinct_values(PaCollecting *c, Node *expr)
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
is_literal(PaCollecting *c, Node *node)
{
	Const	   *constant = (Const *) pa_strip_relabel(node);

	return IsA(constant, Const) && constant->location >= 0 &&
		!constant->constisnull &&
		!bms_is_member(constant->location, c->into->replan->param_locations);
}

/*
 * Whether a value is zero or the empty text.
 */
static bool
is_nought(Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value) == 0;
		case INT4OID:
			return DatumGetInt32(value) == 0;
		case INT8OID:
			return DatumGetInt64(value) == 0;
		case FLOAT4OID:
			return DatumGetFloat4(value) == 0;
		case FLOAT8OID:
			return DatumGetFloat8(value) == 0;
		case NUMERICOID:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value)) == 0;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return toast_raw_datum_size(value) == VARHDRSZ;
		default:
			return false;
	}
}

/*
 * Whether the statement itself compares with nought, as with what is left of a credit. A
 * constant that was converted has lost its place in the text, and is the statement's if
 * none that was bound is the same.
 */
static bool
is_literal_nought(PaCollecting *c, Node *node)
{
	const Const *constant = (Const *) pa_strip_relabel(node);
	ParamListInfo params = c->into->replan->params;

	if (!IsA(constant, Const) || constant->constisnull ||
		!is_nought(constant->consttype, constant->constvalue))
		return false;
	if (constant->location >= 0)
		return is_literal(c, node);
	for (int i = 0; params != NULL && i < params->numParams; i++)
	{
		if (!params->params[i].isnull && is_nought(params->params[i].ptype, params->params[i].value))
			return false;
	}
	return true;
}

/*
 * Adds a comparison of a column with a literal, which has few values or is compared with
 * nought, as a condition that could be a predicate.
 */
static void
add_status_predicate(PaCollecting *c, Node *clause, Node *expr, Node *value,
					 const PaIndexColumn *col, double selectivity)
{
	if (col->attno != 0 &&
		(is_literal_nought(c, value) ||
		 (is_literal(c, value) && distinct_values(c, expr) <= PA_MAX_STATUS_VALUES)))
		(void) add_predicate(c, clause, col, selectivity);
}

/*
 * The same of an operator that no B-tree knows: what a document, an array or a text
 * holds, of which there may be many.
 */
static void
add_contents_predicate(PaCollecting *c, Node *clause, Node *value, const PaIndexColumn *col,
					   double selectivity)
{
	PaPredicate *pred;

	if (!is_literal(c, value) || col->attno == 0 || contain_mutable_functions(clause))
		return;
	pred = add_predicate(c, clause, col, selectivity);
	pred->doubtful = true;
}

/*
 * Takes down "column = value". A literal compared with a column of few values
 * is a candidate for a predicate, too.
 */
static void
add_equality(PaCollecting *c, Node *clause, Node *expr, Node *value,
			 const PaIndexColumn *col, double selectivity)
{
	bool		constant = bms_is_empty(pull_varnos(c->root, value));

	pa_collect_term(c, constant ? PA_TERM_EQUAL : PA_TERM_JOIN, col, selectivity);
	if (constant)
		add_status_predicate(c, clause, expr, value, col, selectivity);
}

/*
 * Takes down a pattern match: a prefix is a range of a B-tree, under the
 * default operator class where the collation sorts like strcmp and under the
 * pattern class elsewhere; anything else needs trigrams, if it has any.
 */
static void
add_pattern(PaCollecting *c, Oid collation, Node *expr, Node *value, PaPatternKind kind,
			double selectivity)
{
	PaIndexColumn col;
	bool		bpchar = (exprType(pa_strip_relabel(expr)) == BPCHAROID);

	if (IsA(value, Const) && pa_pattern_has_prefix(kind, (Const *) value))
	{
		bool		c_collation = pa_collation_is_c(collation);
		Oid			opclass = c_collation ? InvalidOid
			: (bpchar ? BPCHAR_BTREE_PATTERN_OPS_OID : TEXT_BTREE_PATTERN_OPS_OID);

		if (pa_collect_column(c, &col, expr, opclass, collation))
			pa_collect_term(c, c_collation ? PA_TERM_RANGE : PA_TERM_PREFIX, &col,
					 selectivity);
		return;
	}
	if (!bpchar && kind != PA_PATTERN_STARTS_WITH &&
		(!IsA(value, Const) || pa_pattern_has_trigram(kind, (Const *) value)) &&
		pa_collect_column(c, &col, expr, InvalidOid, collation))
		pa_collect_term(c, PA_TERM_TRIGRAM, &col, selectivity);
}

/*
 * Adds a term for another access method: for pa_methods_visit(), with a
 * PaSearching.
 */
void
pa_collect_method(Oid am, Oid opclass, void *arg)
{
	PaSearching  *s = arg;
	PaIndexColumn col;

	if (pa_collect_column(s->c, &col, s->expr, opclass, s->collation))
		add_term_of(s->c, PA_TERM_OPERATOR, am, &col, s->selectivity);
}

/*
 * Whether an operator is true where a B-tree's equality is not. No B-tree knows
 * it, but a partial index may have it as its predicate.
 */
static bool
is_unequal(Oid opno, const PaIndexColumn *col)
{
	Oid			negator = get_negator(opno);

	return OidIsValid(negator) &&
		get_op_opfamily_strategy(negator, col->opfamily) == BTEqualStrategyNumber;
}

/*
 * Takes down a binary operator one side of which could be indexed: for B-trees,
 * or else for other access methods.
 */
static void
add_operator(PaCollecting *c, OpExpr *op, double selectivity)
{
	Node	   *left = linitial(op->args);
	Node	   *right = lsecond(op->args);
	Oid			opno = op->opno;
	PaPatternKind pattern;
	PaIndexColumn col;
	bool		sorts;
	int			strategy;

	if (!pa_collect_indexable(c, left))
	{
		Node	   *swap = left;

		left = right;
		right = swap;
		opno = get_commutator(opno);
		if (!OidIsValid(opno) || !pa_collect_indexable(c, left))
			return;
	}
	if (bms_overlap(pull_varnos(c->root, right), c->rel->relids) ||
		contain_volatile_functions(right))
		return;

	pattern = pa_pattern_kind(opno);
	if (pattern != PA_PATTERN_NONE)
	{
		add_pattern(c, op->inputcollid, left, right, pattern, selectivity);
		return;
	}
	sorts = pa_collect_column(c, &col, left, InvalidOid, op->inputcollid);
	strategy = sorts ? get_op_opfamily_strategy(opno, col.opfamily) : 0;
	if (strategy == 0)
	{
		PaSearching	s = {c, left, op->inputcollid, selectivity};

		if (sorts && is_unequal(opno, &col))
			add_status_predicate(c, (Node *) op, left, right, &col, selectivity);
		else if (sorts)
			add_contents_predicate(c, (Node *) op, right, &col, selectivity);
		pa_methods_visit(opno, exprType(pa_strip_relabel(left)), AMOP_SEARCH, InvalidOid,
						 pa_collect_method, &s);
	}
	else if (strategy == BTEqualStrategyNumber)
		add_equality(c, (Node *) op, left, right, &col, selectivity);
	else
	{
		pa_collect_term(c, PA_TERM_RANGE, &col, selectivity);
		add_status_predicate(c, (Node *) op, left, right, &col, selectivity);
	}
}

/*
 * Takes down "column = ANY (array)". A list of literals on a column of few
 * values is a candidate for a predicate, too, and so is one that excludes them.
 * Folding has taken the locations from the array's constants, so that whether they
 * were literals is known for the statement as a whole only.
 */
static void
add_array(PaCollecting *c, ScalarArrayOpExpr *op, double selectivity)
{
	Node	   *left = linitial(op->args);
	PaIndexColumn col;

	if (!pa_collect_indexable(c, left) ||
		bms_overlap(pull_varnos(c->root, lsecond(op->args)), c->rel->relids) ||
		!pa_collect_column(c, &col, left, InvalidOid, op->inputcollid))
		return;
	if (op->useOr && get_op_opfamily_strategy(op->opno, col.opfamily) == BTEqualStrategyNumber)
		pa_collect_term(c, PA_TERM_IN, &col, selectivity);
	else if (op->useOr || !is_unequal(op->opno, &col))
		return;
	if (!c->into->replan->arrays_of_params && IsA(lsecond(op->args), Const) && col.attno != 0 &&
		distinct_values(c, left) <= PA_MAX_STATUS_VALUES)
		(void) add_predicate(c, (Node *) op, &col, selectivity);
}

/*
 * Takes down (a, b) < (x, y), as in keyset pagination: a range on the first
 * column, and the order of all of them.
 */
static void
add_row_compare(PaCollecting *c, RowCompareExpr *row, double selectivity)
{
	List	   *order = NIL;
	ListCell   *lc;

	foreach(lc, row->largs)
	{
		PaIndexColumn *col = palloc(sizeof(PaIndexColumn));

		if (!pa_collect_indexable(c, lfirst(lc)) ||
			!pa_collect_column(c, col, lfirst(lc), InvalidOid, InvalidOid))
			break;
		if (order == NIL)
			pa_collect_term(c, PA_TERM_RANGE, col, selectivity);
		order = lappend(order, col);
	}
	if (list_length(order) > 1)
		c->request->orders = lappend(c->request->orders, order);
}

/*
 * Whether an expression says of something how it compares with a constant: for others there
 * would have to be other indexes.
 */
static bool
compares_with_constant(Node *expr)
{
	List	   *args = IsA(expr, FuncExpr) ? ((FuncExpr *) expr)->args :
		IsA(expr, DistinctExpr) ? ((DistinctExpr *) expr)->args : NIL;
	ListCell   *lc;

	foreach(lc, args)
	{
		Node	   *arg = pa_strip_relabel(lfirst(lc));

		if (IsA(arg, Const) && !((Const *) arg)->constisnull)
			return list_length(args) > 1;
	}
	return false;
}

/*
 * Takes down a boolean column or its negation. The clause itself is what a
 * partial index would have as its predicate.
 */
static void
add_boolean(PaCollecting *c, Node *clause, Node *expr, double selectivity)
{
	PaIndexColumn col;

	if (compares_with_constant(expr))
		return;
	if (exprType(expr) != BOOLOID || !pa_collect_indexable(c, expr) ||
		!pa_collect_column(c, &col, expr, InvalidOid, InvalidOid))
		return;
	pa_collect_term(c, PA_TERM_EQUAL, &col, selectivity);
	(void) add_predicate(c, clause, &col, selectivity);
}

/*
 * Takes down IS NULL, which a B-tree finds like a value, and IS NOT NULL.
 */
static void
add_null_test(PaCollecting *c, NullTest *test, double selectivity)
{
	PaIndexColumn col;

	if (test->argisrow || !pa_collect_indexable(c, (Node *) test->arg) ||
		!pa_collect_column(c, &col, (Node *) test->arg, InvalidOid, InvalidOid))
		return;
	if (test->nulltesttype == IS_NULL)
		pa_collect_term(c, PA_TERM_NULL, &col, selectivity);
	else
		pa_collect_term(c, PA_TERM_RANGE, &col, selectivity);
	(void) add_predicate(c, (Node *) test, &col, selectivity);
}

/*
 * Each arm of an OR needs an index of its own for a bitmap combination.
 */
static void
add_or(PaCollecting *c, BoolExpr *or, double or_selectivity)
{
	PaRequest  *whole = c->request;
	PaTrigramOr *trigrams = palloc0(sizeof(PaTrigramOr));
	bool		all = true;
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
				pa_collect_clause(c, lfirst(lc2), selectivity);
		}
		else
			pa_collect_clause(c, arm, selectivity);
		foreach(lc2, scratch.terms)
		{
			PaTerm	   *term = lfirst(lc2);

			c->request = whole;
			add_term_in(c, term->kind, term->am, &term->col, term->selectivity, true);
		}
		c->request = whole;
		all &= pa_trigram_or_add(trigrams, c->rel, scratch.terms);
	}
	trigrams->selectivity = or_selectivity;
	if (all && pa_trigram_or_needed(trigrams))
		whole->trigram_ors = lappend(whole->trigram_ors, trigrams);
}

/*
 * Takes down a call of a function for which the planner may find an operator of
 * an index, as it does for most spatial predicates. Which one is known to the
 * function's author; the default operator class of its arguments' type is tried.
 */
static void
add_function(PaCollecting *c, FuncExpr *func, double selectivity)
{
	ListCell   *lc;

	if (func->funcid == F_STARTS_WITH && pa_collect_indexable(c, linitial(func->args)))
		add_pattern(c, func->inputcollid, linitial(func->args), lsecond(func->args),
					PA_PATTERN_STARTS_WITH, selectivity);
	if (!OidIsValid(get_func_support(func->funcid)))
		return;
	foreach(lc, func->args)
	{
		Node	   *arg = lfirst(lc);
		Oid			opclass;
		PaIndexColumn col;

		if (!pa_collect_indexable(c, arg))
			continue;
		opclass = pa_spatial_opclass(exprType(pa_strip_relabel(arg)));
		if (OidIsValid(opclass) && pa_collect_column(c, &col, arg, opclass, func->inputcollid))
			add_term_of(c, PA_TERM_OPERATOR, GIST_AM_OID, &col, selectivity);
	}
}

/*
 * Takes down one clause of any form.
 */
void
pa_collect_clause(PaCollecting *c, Node *clause, double selectivity)
{
	switch (nodeTag(clause))
	{
		case T_RestrictInfo:
			pa_collect_clause(c, (Node *) ((RestrictInfo *) clause)->clause, selectivity);
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
				add_or(c, (BoolExpr *) clause, selectivity);
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
