/*
 * examine_order.c
 *	  What a query is ordered by, and whether it asks for a page of that.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/examine.h"

/*
 * Whether a condition lets a query begin after a value of what it is ordered
 * by: column > value, or (column, ...) > (value, ...).
 */
static bool
begins_after(Node *qual, Node *ordered)
{
	Node	   *left;
	Node	   *right;

	if (IsA(qual, RowCompareExpr))
	{
		left = linitial(((RowCompareExpr *) qual)->largs);
		right = linitial(((RowCompareExpr *) qual)->rargs);
	}
	else if (IsA(qual, OpExpr) && list_length(((OpExpr *) qual)->args) == 2)
	{
		RegProcedure restriction = get_oprrest(((OpExpr *) qual)->opno);

		if (restriction != F_SCALARGTSEL && restriction != F_SCALARLTSEL)
			return false;
		left = linitial(((OpExpr *) qual)->args);
		right = lsecond(((OpExpr *) qual)->args);
	}
	else
		return false;
	return (equal(left, ordered) && !contain_var_clause(right)) ||
		(equal(right, ordered) && !contain_var_clause(left));
}

/*
 * Whether a query asks for a page or batch of an ordered result, after those
 * before it.
 */
bool
pa_is_paged(Query *query)
{
	Node	   *ordered;
	ListCell   *lc;

	if (query->limitCount == NULL || query->sortClause == NIL)
		return false;
	if (query->limitOffset != NULL)
		return true;
	if (query->jointree == NULL || query->jointree->quals == NULL)
		return false;
	ordered = get_sortgroupclause_expr(linitial(query->sortClause), query->targetList);
	foreach(lc, make_ands_implicit((Expr *) query->jointree->quals))
		if (begins_after(lfirst(lc), ordered))
			return true;
	return false;
}

/*
 * Returns the ORDER BY of a query as terms, as far as it is by columns of one
 * table, which is returned; NIL otherwise. *random: by chance.
 */
List *
pa_order_terms(Query *query, Oid *relid, bool *descending, bool *random)
{
	List	   *terms = NIL;
	ListCell   *lc;

	*relid = InvalidOid;
	*random = false;
	foreach(lc, query->sortClause)
	{
		SortGroupClause *clause = lfirst(lc);
		Node	   *expr = get_sortgroupclause_expr(clause, query->targetList);
		Oid			rel;
		AttrNumber	attno;
		char	   *operator;
		bool		desc;

		if (contain_volatile_functions(expr) && !contain_var_clause(expr))
		{
			*random = true;
			return NIL;
		}
		if (!pa_resolve_column(query, expr, &rel, &attno) ||
			(OidIsValid(*relid) && rel != *relid) ||
			(operator = get_opname(clause->sortop)) == NULL)
			return NIL;
		desc = operator[0] == '>';
		*relid = rel;
		if (terms == NIL)
			*descending = desc;
		terms = lappend(terms, psprintf("%s%s%s", quote_identifier(get_attname(rel, attno, false)),
										desc ? " DESC" : "",
										clause->nulls_first == desc ? "" :
										clause->nulls_first ? " NULLS FIRST" : " NULLS LAST"));
	}
	return terms;
}

/*
 * Whether a condition leaves out the rows where an expression is NULL: IS NOT
 * NULL, or a comparison of it.
 */
static bool
excludes_null(Node *qual, Node *expr)
{
	ListCell   *lc;

	if (IsA(qual, NullTest))
		return ((NullTest *) qual)->nulltesttype == IS_NOT_NULL &&
			equal(((NullTest *) qual)->arg, expr);
	if (!IsA(qual, OpExpr) || !op_strict(((OpExpr *) qual)->opno))
		return false;
	foreach(lc, ((OpExpr *) qual)->args)
		if (equal(lfirst(lc), expr))
			return true;
	return false;
}

/*
 * Whether a column that a query is ordered by may be NULL in its rows.
 */
static bool
may_be_null(Query *query, Node *expr, Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));
	bool		nullable = HeapTupleIsValid(tuple) && !((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;
	ListCell   *lc;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (nullable && query->jointree != NULL)
		foreach(lc, make_ands_implicit((Expr *) query->jointree->quals))
			if (excludes_null(lfirst(lc), expr))
				return false;
	return nullable;
}

/*
 * Returns the quoted names of the columns of ORDER BY that may be NULL, where
 * all are columns.
 */
List *
pa_nullable_order(Query *query)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, query->sortClause)
	{
		Node	   *expr = get_sortgroupclause_expr(lfirst(lc), query->targetList);
		Oid			relid;
		AttrNumber	attno;

		if (pa_resolve_column(query, expr, &relid, &attno) && may_be_null(query, expr, relid, attno))
			names = lappend(names, (char *) quote_identifier(get_attname(relid, attno, false)));
	}
	return names;
}
