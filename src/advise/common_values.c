/*
 * common_values.c
 *	  What a statement would cost for the value that occurs most often.
 *
 * The samples of a statement are a few executions. As long as each of them
 * reads the whole table they take the same time, and none shows that one
 * customer has a thousand times as many rows as the others: an index on the
 * customer alone seems as good as one that also gives the wanted order. So
 * each statement is also planned with the most common value of each column
 * that it compares for equality, where that value is much more common than
 * the average one.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/replan.h"
#include "advise/source_stats.h"

/* A value is common if it has that many times the rows of an average one. */
#define PA_COMMON_FACTOR	4.0

/* A column with fewer values holds a status: its constants are what counts. */
#define PA_MIN_VALUES		50

typedef struct Replacing
{
	Query	   *query;			/* the level that Vars belong to */
	ParamListInfo params;		/* with their values, or NULL */
	bool		replaced;
	bool		there;			/* a most common value was there already */
} Replacing;

/*
 * Whether a constant is a value of a column's type. Integers may be of different
 * types: as datums, equal ones are the same.
 */
static bool
is_value(const Const *now, Oid type, Datum value, bool byval, int16 typlen)
{
	if (now == NULL || now->constisnull)
		return false;
	if (!IsBinaryCoercible(type, now->consttype) &&
		!(TypeCategory(now->consttype) == TYPCATEGORY_NUMERIC && now->constbyval && byval))
		return false;
	return datumIsEqual(now->constvalue, value, byval, typlen);
}

/*
 * Returns the most common value of a column as a constant, if it is common
 * and another than the given constant; otherwise NULL, with *there set if it is that.
 */
static Const *
common_value(Oid relid, AttrNumber attno, const Const *now, bool *there)
{
	HeapTuple	tuple = pa_column_statistics(relid, attno);
	HeapTuple	reltuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	AttStatsSlot slot;
	Const	   *result = NULL;
	double		ndistinct;
	PaSourceSize source = {0};

	(void) pa_source_size(relid, &source);
	if (HeapTupleIsValid(tuple) && HeapTupleIsValid(reltuple) &&
		get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		ndistinct = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct;
		if (ndistinct < 0)
			ndistinct *= -Max(Max(((Form_pg_class) GETSTRUCT(reltuple))->reltuples, source.tuples), 1);
		if (ndistinct > PA_MIN_VALUES && slot.nvalues > 0 && slot.nnumbers > 0 &&
			slot.numbers[0] * ndistinct >= PA_COMMON_FACTOR)
		{
			int16		typlen;
			bool		byval;

			get_typlenbyval(slot.valuetype, &typlen, &byval);
			if (is_value(now, slot.valuetype, slot.values[0], byval, typlen))
				*there = true;
			else
				result = makeConst(slot.valuetype, -1, get_typcollation(slot.valuetype),
								   typlen, datumCopy(slot.values[0], byval, typlen),
								   false, byval);
		}
		free_attstatsslot(&slot);
	}
	if (HeapTupleIsValid(tuple))
		heap_freetuple(tuple);
	if (HeapTupleIsValid(reltuple))
		ReleaseSysCache(reltuple);
	return result;
}

/*
 * Returns a constant, or the value of a parameter as one; NULL if it has none.
 */
static Const *
constant_of(Node *node, ParamListInfo params)
{
	Param	   *param = (Param *) node;
	ParamExternData *value;
	int16		typlen;
	bool		byval;

	if (IsA(node, Const))
		return (Const *) node;
	if (params == NULL || param->paramid > params->numParams)
		return NULL;
	value = &params->params[param->paramid - 1];
	if (value->ptype != param->paramtype)
		return NULL;
	get_typlenbyval(param->paramtype, &typlen, &byval);
	return makeConst(param->paramtype, param->paramtypmod, param->paramcollid, typlen,
					 value->value, value->isnull, byval);
}

/*
 * Puts the common value in the place of one side of "column = value". A value of
 * another type, as an integer constant for a bigint column, gives way together with
 * its operator.
 */
static void
replace_side(Replacing *r, OpExpr *op, Node *column, ListCell *value)
{
	Node	   *constant = lfirst(value);
	Node	   *bare = IsA(column, RelabelType) ? (Node *) ((RelabelType *) column)->arg : column;
	Oid			type = exprType(column);
	RangeTblEntry *rte;
	Var		   *var = (Var *) bare;
	Const	   *common;
	Oid			opclass;
	Oid			equal;

	if (!IsA(bare, Var) || var->varlevelsup != 0 || var->varattno <= 0 ||
		!(IsA(constant, Const) ||
		  (IsA(constant, Param) && ((Param *) constant)->paramkind == PARAM_EXTERN)))
		return;
	rte = rt_fetch(var->varno, r->query->rtable);
	opclass = GetDefaultOpClass(type, BTREE_AM_OID);
	if (rte->rtekind != RTE_RELATION || !OidIsValid(opclass) ||
		get_op_opfamily_strategy(op->opno, get_opclass_family(opclass)) != BTEqualStrategyNumber)
		return;
	equal = op->opno;
	if (exprType(constant) != type)
		equal = get_opfamily_member(get_opclass_family(opclass), type, type, BTEqualStrategyNumber);
	if (!OidIsValid(equal))
		return;
	common = common_value(rte->relid, var->varattno,
						  constant_of(constant, r->params), &r->there);
	if (common == NULL)
		return;
	/* what a column is relabelled to has the same values */
	common->consttype = type;
	common->constcollid = exprCollation(constant);
	lfirst(value) = common;
	if (equal != op->opno)
	{
		op->opno = equal;
		op->opfuncid = get_opcode(equal);
	}
	r->replaced = true;
}

static bool
replace_walker(Node *node, Replacing *r)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *outer = r->query;

		r->query = (Query *) node;
		(void) query_tree_walker((Query *) node, replace_walker, r, 0);
		r->query = outer;
		return false;
	}
	if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2)
	{
		OpExpr	   *op = (OpExpr *) node;

		replace_side(r, op, linitial(op->args), list_nth_cell(op->args, 1));
		replace_side(r, op, lsecond(op->args), list_nth_cell(op->args, 0));
	}
	return expression_tree_walker(node, replace_walker, r);
}

/*
 * Puts the most common values in the place of constants and parameters that
 * columns are compared with for equality, in place. Returns whether there was
 * anything to replace, and tells whether there were such values already. Parameters
 * have the given values, if any.
 */
bool
pa_use_common_values(List *queries, ParamListInfo params, bool *there)
{
	Replacing	r = {NULL, params, false, false};
	ListCell   *lc;

	foreach(lc, queries)
		(void) replace_walker(lfirst(lc), &r);
	*there = r.there;
	return r.replaced;
}
