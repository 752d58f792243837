/*
 * filter.c
 *	  What a scan filters by: a signature for grouping, and text for people.
 *	  Both hide constants: which values were asked for makes no difference.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "record/recorder.h"

/*
 * Tells whether a node stands for a value that does not come from a row.
 */
static bool
is_value(Node *node)
{
	if (IsA(node, ArrayExpr))
	{
		ListCell   *lc;

		foreach(lc, ((ArrayExpr *) node)->elements)
			if (!is_value(lfirst(lc)))
				return false;
		return true;
	}
	return IsA(node, Const) || IsA(node, Param);
}

/*
 * Mixes a node's kind and two numbers into the hash.
 */
static void
mix(uint64 *hash, Node *node, uint64 a, uint64 b)
{
	*hash = hash_combine64(*hash, pa_mix64(nodeTag(node)));
	*hash = hash_combine64(*hash, pa_mix64(a));
	*hash = hash_combine64(*hash, pa_mix64(b));
}

/*
 * Mixes a filter's structure into the hash.
 */
static bool
signature_walker(Node *node, uint64 *hash)
{
	if (node == NULL)
		return false;
	if (is_value(node))
	{
		/* a constant and a parameter are the same to a filter */
		*hash = hash_combine64(*hash, pa_mix64(exprType(node)));
		return false;
	}
	switch (nodeTag(node))
	{
		case T_Var:
			mix(hash, node, ((Var *) node)->varattno, 0);
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			mix(hash, node, ((OpExpr *) node)->opno, 0);
			break;
		case T_ScalarArrayOpExpr:
			mix(hash, node, ((ScalarArrayOpExpr *) node)->opno,
				((ScalarArrayOpExpr *) node)->useOr);
			break;
		case T_FuncExpr:
			mix(hash, node, ((FuncExpr *) node)->funcid, 0);
			break;
		case T_BoolExpr:
			mix(hash, node, ((BoolExpr *) node)->boolop, 0);
			break;
		case T_NullTest:
			mix(hash, node, ((NullTest *) node)->nulltesttype, 0);
			break;
		case T_BooleanTest:
			mix(hash, node, ((BooleanTest *) node)->booltesttype, 0);
			break;
		case T_RelabelType:
			break;
		case T_SubPlan:
			mix(hash, node, ((SubPlan *) node)->subLinkType, 0);
			break;
		default:
			mix(hash, node, 0, 0);
			break;
	}
	return expression_tree_walker(node, signature_walker, hash);
}

/*
 * Returns the signature of a scan's filter; 0 when it has none.
 */
uint64
pa_filter_signature(List *quals)
{
	uint64		hash = 0;

	if (quals == NIL)
		return 0;
	(void) signature_walker((Node *) quals, &hash);
	return hash != 0 ? hash : 1;
}

/*
 * Whether a function has a syntax of its own in which a word stands for one of
 * its values, as in EXTRACT (year FROM ...): only a constant can be written so.
 */
static bool
has_word_syntax(Node *node)
{
	char	   *name;

	if (!IsA(node, FuncExpr) || ((FuncExpr *) node)->funcformat != COERCE_SQL_SYNTAX)
		return false;
	name = get_func_name(((FuncExpr *) node)->funcid);
	return name != NULL && (strcmp(name, "extract") == 0 || strcmp(name, "normalize") == 0 ||
							strcmp(name, "is_normalized") == 0);
}

/*
 * Replaces every value by a parameter with the next number.
 */
static Node *
hide_mutator(Node *node, int *nparams)
{
	if (node == NULL)
		return NULL;
	if (has_word_syntax(node))
	{
		FuncExpr   *call = (FuncExpr *) expression_tree_mutator(node, hide_mutator, nparams);

		call->funcformat = COERCE_EXPLICIT_CALL;
		return (Node *) call;
	}
	if (is_value(node))
	{
		Param	   *param = makeNode(Param);

		param->paramkind = PARAM_EXTERN;
		param->paramid = ++*nparams;
		param->paramtype = exprType(node);
		param->paramtypmod = -1;
		param->paramcollid = exprCollation(node);
		param->location = -1;
		return (Node *) param;
	}
	return expression_tree_mutator(node, hide_mutator, nparams);
}

/*
 * Returns a filter as text, constants written as $n, in the current context;
 * NULL when there is none. Reads catalogs and may raise errors: to be called
 * guarded.
 */
char *
pa_filter_text(Oid relid, Index scanrelid, List *quals)
{
	int			nparams = 0;
	Node	   *expression;
	char	   *name = get_rel_name(relid);

	if (quals == NIL || name == NULL)
		return NULL;
	expression = copyObject((Node *) make_ands_explicit(quals));
	ChangeVarNodes(expression, scanrelid, 1, 0);
	expression = hide_mutator(expression, &nparams);
	return deparse_expression(expression, deparse_context_for(name, relid),
							  false, false);
}
