/*
 * plan_order.c
 *	  Whether look-ups in an index come in its order.
 *
 * A nested loop that looks up each row of a table which is read from its beginning to its end
 * by a key in whose order the rows lie (order lines by their order, orders by their number)
 * finds most of what it needs in the page of the look-up before. One that reads the table by
 * another index finds it anywhere.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "advise/plan_walk.h"

/*
 * Returns the plan below a node from which its rows come in their order, or NULL.
 */
static const Plan *
rows_from(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_NestLoop:
		case T_HashJoin:
		case T_Limit:
		case T_Gather:
		case T_Result:
		case T_LockRows:
			return plan->lefttree;
		default:
			return NULL;
	}
}

/*
 * Returns the scan that sets the order of a plan's rows, or NULL.
 */
static const Plan *
leading_scan(const Plan *plan)
{
	while (plan != NULL && !IsA(plan, SeqScan) && !IsA(plan, IndexScan) &&
		   !IsA(plan, IndexOnlyScan) && !IsA(plan, BitmapHeapScan))
		plan = rows_from(plan);
	return plan;
}

/*
 * Returns the column of a scan's table that a column of a plan is, 0 if it is no column of
 * this scan.
 */
static AttrNumber
column_of_scan(const Plan *plan, AttrNumber column, const Plan *scan)
{
	while (plan != NULL && column > 0 && column <= list_length(plan->targetlist))
	{
		const Var  *var = (Var *) ((TargetEntry *) list_nth(plan->targetlist, column - 1))->expr;

		if (!IsA(var, Var))
			return 0;
		if (plan == scan)
		{
			if (var->varno != INDEX_VAR)
				return var->varattno;
			var = (Var *) ((TargetEntry *) list_nth(((const IndexOnlyScan *) plan)->indextlist,
													var->varattno - 1))->expr;
			return IsA(var, Var) ? var->varattno : 0;
		}
		plan = var->varno == OUTER_VAR ? plan->lefttree : var->varno == INNER_VAR ? plan->righttree : NULL;
		column = var->varattno;
	}
	return 0;
}

static bool
param_walker(Node *node, int *paramid)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
	{
		*paramid = ((Param *) node)->paramid;
		return true;
	}
	return expression_tree_walker(node, param_walker, paramid);
}

/*
 * Returns the outer plan's column that the first condition of an index scan on the inner side
 * compares with, 0 if there is none.
 */
static AttrNumber
looked_up_column(const NestLoop *join)
{
	const Plan *inner = join->join.plan.righttree;
	const List *conditions = IsA(inner, IndexScan) ? ((const IndexScan *) inner)->indexqual
		: IsA(inner, IndexOnlyScan) ? ((const IndexOnlyScan *) inner)->indexqual : NIL;
	int			paramid;
	ListCell   *lc;

	if (conditions == NIL || !param_walker(linitial(conditions), &paramid))
		return 0;
	foreach(lc, join->nestParams)
	{
		const NestLoopParam *param = lfirst(lc);

		if (param->paramno == paramid && IsA(param->paramval, Var) && param->paramval->varno == OUTER_VAR)
			return param->paramval->varattno;
	}
	return 0;
}

/*
 * Returns how much the look-ups in the index on a nested loop's inner side come in its
 * order, 0 to 1.
 */
double
pa_lookup_order(const PaTiming *walk, const Plan *join)
{
	const Plan *outer = join->lefttree;
	const Plan *scan = leading_scan(outer);
	AttrNumber	column;
	const RangeTblEntry *rte;
	const PaSeenScan *seen = NULL;

	if (scan == NULL)
		return 0;
	column = column_of_scan(outer, looked_up_column((const NestLoop *) join), scan);
	if (column <= 0)
		return 0;
	rte = rt_fetch(((const Scan *) scan)->scanrelid, walk->stmt->rtable);
	if (rte->rtekind != RTE_RELATION)
		return 0;
	if (IsA(scan, IndexScan))
		seen = pa_seen_scan(walk->seen, ((const IndexScan *) scan)->indexid, scan);
	else if (IsA(scan, IndexOnlyScan))
		seen = pa_seen_scan(walk->seen, ((const IndexOnlyScan *) scan)->indexid, scan);
	if (seen != NULL && seen->first == column)
		return 1;
	return (IsA(scan, SeqScan) || IsA(scan, BitmapHeapScan) ? 1 : seen ? seen->order : 0) *
		pa_seen_order(rte->relid, column);
}
