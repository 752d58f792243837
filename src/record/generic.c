/*
 * generic.c
 *	  Whether an execution ran with a generic plan.
 *
 * A prepared statement is planned with its values for some times, then perhaps
 * once for all values. In a plan for certain values their parameters have
 * become constants, at the latest when the planner folded them; a generic plan
 * has them still. So it is enough to find one.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"

#include "record/recorder.h"

static bool
param_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXTERN;
	return expression_tree_walker(node, param_walker, context);
}

/*
 * Whether an expression, or a list of them, names a parameter of the statement.
 */
static bool
names_param(const void *expression)
{
	return expression != NULL && param_walker((Node *) expression, NULL);
}

/*
 * Whether what is special to a kind of node names one.
 */
static bool
node_names_param(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			return names_param(((const IndexScan *) plan)->indexqual) ||
				names_param(((const IndexScan *) plan)->indexorderby);
		case T_IndexOnlyScan:
			return names_param(((const IndexOnlyScan *) plan)->indexqual) ||
				names_param(((const IndexOnlyScan *) plan)->indexorderby);
		case T_BitmapIndexScan:
			return names_param(((const BitmapIndexScan *) plan)->indexqual);
		case T_TidScan:
			return names_param(((const TidScan *) plan)->tidquals);
		case T_Limit:
			return names_param(((const Limit *) plan)->limitCount) ||
				names_param(((const Limit *) plan)->limitOffset);
		case T_Result:
			return names_param(((const Result *) plan)->resconstantqual);
		case T_NestLoop:
		case T_HashJoin:
		case T_MergeJoin:
			return names_param(((const Join *) plan)->joinqual);
		case T_ValuesScan:
			return names_param(((const ValuesScan *) plan)->values_lists);
		default:
			return false;
	}
}

static bool
generic_walker(PlanState *node, void *context)
{
	const Plan *plan = node->plan;

	if (names_param(plan->qual) || names_param(plan->targetlist) || node_names_param(plan))
		return true;
	return planstate_tree_walker(node, generic_walker, context);
}

/*
 * Whether a query that was executed has parameters and a plan that is the same for
 * all values of them. To be called while the plan's state is there. No
 * allocation.
 */
bool
pa_plan_is_generic(const QueryDesc *query_desc)
{
	return query_desc->params != NULL && query_desc->params->numParams > 0 &&
		query_desc->planstate != NULL && generic_walker(query_desc->planstate, NULL);
}
