/*
 * lists.c
 *	  Statements that differ only in how many constants their lists have.
 *
 * From 18 on the server gives WHERE id IN (1, 2) and WHERE id IN (1, 2, 3)
 * the same id. Before, and for lists of parameters, we do: a statement with such lists is recorded under
 * the id that the server would give it with one constant in the place of
 * each list. Parameters of clients may be in lists, too, and those after them
 * have other numbers then; so they are numbered anew, in the order in which
 * they appear. A list of one is no list, for the server as for us: it is
 * analysed as a simple comparison.
 *
 * That costs a copy of the tree and a second jumble of it, once per session
 * and id of the server.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"

#include "record/recorder.h"

/*
 * Tells whether an expression is a constant or a parameter of the client,
 * converted or not.
 */
bool
pa_is_plain_value(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Const:
			return true;
		case T_Param:
			return ((Param *) node)->paramkind == PARAM_EXTERN;
		case T_RelabelType:
			return pa_is_plain_value((Node *) ((RelabelType *) node)->arg);
		case T_CoerceViaIO:
			return pa_is_plain_value((Node *) ((CoerceViaIO *) node)->arg);
		case T_FuncExpr:
			{
				FuncExpr   *func = (FuncExpr *) node;
				ListCell   *lc;

				if (func->funcformat == COERCE_EXPLICIT_CALL)
					return false;
				foreach(lc, func->args)
					if (!pa_is_plain_value(lfirst(lc)))
						return false;
				return true;
			}
		default:
			return false;
	}
}

/*
 * Tells whether an expression is a list of at least two plain values.
 */
bool
pa_is_list(Node *node)
{
	ListCell   *lc;

	if (!IsA(node, ArrayExpr) || ((ArrayExpr *) node)->multidims ||
		list_length(((ArrayExpr *) node)->elements) < 2)
		return false;
	foreach(lc, ((ArrayExpr *) node)->elements)
		if (!pa_is_plain_value(lfirst(lc)))
			return false;
	return true;
}

typedef struct PaSquash
{
	int		   *numbers;		/* [highest + 1], 0: not seen yet */
	int			highest;
	int			last;			/* number given out */
} PaSquash;

/*
 * Shortens lists and numbers parameters anew, in a tree that is ours.
 */
static bool
squash_walker(Node *node, PaSquash *state)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		check_stack_depth();
		return query_tree_walker((Query *) node, squash_walker, state, 0);
	}
	if (pa_is_list(node))
	{
		ArrayExpr  *array = (ArrayExpr *) node;

		array->elements = list_make1(makeNullConst(array->element_typeid, -1, InvalidOid));
		return false;
	}
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN)
	{
		Param	   *param = (Param *) node;

		if (param->paramid <= state->highest)
		{
			if (state->numbers[param->paramid] == 0)
				state->numbers[param->paramid] = ++state->last;
			param->paramid = state->numbers[param->paramid];
		}
		return false;
	}
	return expression_tree_walker(node, squash_walker, state);
}

/*
 * Returns the id that a statement with lists is recorded under. highest is
 * its highest parameter. Allocates in the current context.
 */
uint64
pa_squashed_queryid(Query *query, const char *source, int highest)
{
	PaSquash	state = {.highest = highest};

	query = copyObject(query);
	state.numbers = palloc0((highest + 1) * sizeof(int));
	(void) squash_walker((Node *) query, &state);
	(void) pa_jumble_query(query, source);
	return pa_query_id(query);
}

static bool
has_client_parameter(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXTERN;
	return expression_tree_walker(node, has_client_parameter, context);
}

/*
 * Whether a statement is recorded under an id of ours because of its lists. Where
 * the server gives one id to lists of all lengths, because of parameters: those
 * in a list it passes over, but those behind have other numbers.
 */
bool
pa_needs_own_id(const PaDescription *description)
{
	return PA_IDS_SQUASH_LISTS
		? has_client_parameter((Node *) description->lists, NULL)
		: description->lists != NIL;
}

/*
 * See record.h. The server asserts that ids are wanted where it makes one, so
 * they are for as long as that takes: who asks may have turned them off.
 */
uint64
pa_record_queryid(Query *query, const char *source)
{
	int			setting = compute_query_id;
	PaDescription description;
	uint64		queryid;

	pa_describe_query(query, &description);
	PG_TRY();
	{
		compute_query_id = COMPUTE_QUERY_ID_ON;
		if (pa_needs_own_id(&description))
			queryid = pa_squashed_queryid(query, source, description.nparams);
		else
		{
			(void) pa_jumble_query(query, source);
			queryid = pa_query_id(query);
		}
	}
	PG_FINALLY();
	{
		compute_query_id = setting;
	}
	PG_END_TRY();
	return queryid;
}
