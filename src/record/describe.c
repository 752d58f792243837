/*
 * describe.c
 *	  Says what kind of query an analysed query is, and which parameters and
 *	  lists of constants are in it.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "record/recorder.h"

typedef struct PaDescribe
{
	PaDescription *description;
	int			nrelations;
	bool		aggregates;
	bool		writes;
} PaDescribe;

/*
 * Tells whether advice may concern a relation: a user's table, partitioned
 * table, materialised view or view that is neither temporary nor our own.
 */
static bool
is_advisable(RangeTblEntry *rte)
{
	if (rte->relid < FirstNormalObjectId)
		return false;
	if (rte->relkind != RELKIND_RELATION && rte->relkind != RELKIND_VIEW &&
		rte->relkind != RELKIND_MATVIEW &&
		rte->relkind != RELKIND_PARTITIONED_TABLE)
		return false;
	return get_rel_namespace(rte->relid) != pa_extension_schema() &&
		get_rel_persistence(rte->relid) != RELPERSISTENCE_TEMP;
}

/*
 * Collects what a query is and walks on into it.
 */
static bool
describe_walker(Node *node, PaDescribe *state)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
	{
		Param	   *param = (Param *) node;

		if (param->paramkind == PARAM_EXTERN)
		{
			PaDescription *d = state->description;

			d->params = lappend(d->params, param);
			d->nparams = Max(d->nparams, param->paramid);
		}
		return false;
	}
	if (pa_is_list(node))
		state->description->lists = lappend(state->description->lists, node);
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		if (rte->rtekind == RTE_RELATION)
		{
			state->nrelations++;
			if (!state->description->advisable)
				state->description->advisable = is_advisable(rte);
		}
		return false;			/* query_tree_walker goes on into it */
	}
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;

		check_stack_depth();
		if (query->hasAggs || query->hasWindowFuncs || query->groupClause ||
			query->groupingSets || query->distinctClause)
			state->aggregates = true;
		if (query->commandType != CMD_SELECT)
			state->writes = true;
		return query_tree_walker(query, describe_walker, state,
								 QTW_EXAMINE_RTES_BEFORE);
	}
	return expression_tree_walker(node, describe_walker, state);
}

/*
 * Describes an analysed query. The parameters are those of the tree.
 */
void
pa_describe_query(Query *query, PaDescription *description)
{
	PaDescribe	state = {.description = description};

	memset(description, 0, sizeof(*description));
	(void) describe_walker((Node *) query, &state);
	if (state.writes)
		description->class = PA_CLASS_WRITE;
	else if (state.aggregates)
		description->class = PA_CLASS_AGGREGATE;
	else if (state.nrelations > 1)
		description->class = PA_CLASS_JOIN;
	else
		description->class = PA_CLASS_LOOKUP;
}
