/*
 * join_pairs.c
 *	  How many rows two tables have together, where the planner is known to err.
 *
 * Several columns: the planner takes them for independent. Of orders and returns that are
 * joined by customer, item and ticket it expects one row where there are as many as returns,
 * and builds nested loops on that. If n1 and n2 are the numbers of different keys that each
 * table has in all the columns together, the join finds one of Max(n1, n2): what the planner
 * itself calculates for a single column (eqjoinsel_inner()). They are counted in a sample,
 * or known where a unique index is on no other columns.
 *
 * One column: a calendar has two hundred years, and sales have the dates of five. Of a filter
 * on the calendar that leaves one quarter the planner expects a quarter of two hundred years'
 * sales. But what it leaves of these five years is known from a sample, and they have all the
 * sales.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "advise/collect.h"
#include "advise/key_counts.h"
#include "advise/plan_time.h"
#include "advise/row_sample.h"
#include "advise/source_stats.h"

/* A join that is estimated within this factor is left as it is. */
#define PA_MIN_PAIR_FACTOR	2.0

/* A column whose different values are this share of the rows is a key. */
#define PA_KEY_SHARE		0.9

/* So many sampled rows must meet a filter. */
#define PA_MIN_MET			5

/* Different keys of a table in some columns together */
typedef struct Distinct
{
	Oid			relid;
	List	   *attnos;			/* in order */
	double		keys;			/* 0: not known */
} Distinct;

/* What count_keys() needs and gives */
typedef struct Counting
{
	Distinct   *distinct;
	List	   *vars;
} Counting;

static List *known = NIL;		/* Distinct *, in the context of sampled rows */
static uint64 known_at = 0;

/*
 * Counts the keys of sampled rows; those with a NULL join with nothing.
 */
static void
count_keys(const PaRowValues *values, void *arg)
{
	Counting   *counting = arg;
	PaKeyCounts *counts = pa_key_counts_new();

	for (int i = 0; i < values->n; i++)
	{
		uint64		hash = 0;
		bool		isnull = false;

		for (int j = 0; j < values->ncolumns; j++)
		{
			int16		typlen;
			bool		byval;

			get_typlenbyval(((Var *) list_nth(counting->vars, j))->vartype, &typlen, &byval);
			isnull |= values->isnull[i * values->ncolumns + j];
			if (!isnull)
				hash = hash_combine64(hash, datum_image_hash(values->values[i * values->ncolumns + j],
															 byval, typlen));
		}
		if (isnull)
			continue;
		pa_key_counts_add(counts, hash, 0);
		counts->rows++;
	}
	if (counts->rows > 0)
		counting->distinct->keys = pa_key_counts_visit(counts, values->total * counts->rows / values->n,
													   0, NULL, NULL);
}

/*
 * Returns how many different keys a table has in some columns together, 0 if that is not
 * known. The planner holds a lock on it.
 */
static double
distinct_keys(Oid relid, List *attnos)
{
	MemoryContext oldcontext;
	uint64		generation;
	Counting	counting;
	ListCell   *lc;

	oldcontext = MemoryContextSwitchTo(pa_rows_context(&generation));
	if (known_at != generation)
		known = NIL;
	known_at = generation;
	foreach(lc, known)
	{
		counting.distinct = lfirst(lc);
		if (counting.distinct->relid == relid && equal(counting.distinct->attnos, attnos))
		{
			MemoryContextSwitchTo(oldcontext);
			return counting.distinct->keys;
		}
	}
	counting.distinct = palloc(sizeof(Distinct));
	*counting.distinct = (Distinct) {relid, list_copy(attnos), 0};
	known = lappend(known, counting.distinct);
	MemoryContextSwitchTo(oldcontext);

	counting.vars = NIL;
	foreach(lc, attnos)
	{
		Oid			type;
		Oid			collation;
		int32		typmod;

		get_atttypetypmodcoll(relid, lfirst_int(lc), &type, &typmod, &collation);
		counting.vars = lappend(counting.vars, makeVar(1, lfirst_int(lc), type, typmod, collation, 0));
	}
	if (!pa_rows_evaluate(relid, counting.vars, NIL, 0, count_keys, &counting))
		counting.distinct->keys = 0;
	return counting.distinct->keys;
}

/*
 * Whether a unique index that exists is on some of the columns and no others.
 */
static bool
is_unique(const RelOptInfo *rel, const List *attnos)
{
	ListCell   *lc;

	foreach(lc, rel->indexlist)
	{
		const IndexOptInfo *index = lfirst(lc);
		bool		all = index->unique && index->immediate && index->indpred == NIL;

		for (int i = 0; i < index->nkeycolumns; i++)
			all = all && list_member_int(attnos, index->indexkeys[i]);
		if (all)
			return true;
	}
	return false;
}

static double
keys_of(const PlannerInfo *root, const RelOptInfo *rel, const List *columns)
{
	List	   *attnos;
	double		keys;

	if (is_unique(rel, columns))
		return rel->tuples;
	attnos = list_copy(columns);
	list_sort(attnos, list_int_cmp);
	keys = distinct_keys(root->simple_rte_array[rel->relid]->relid, attnos);
	list_free(attnos);
	return Min(keys, rel->tuples);
}

/*
 * Takes two columns from a clause that compares them for equality, one of each table.
 * Returns false if it is something else.
 */
static bool
take_columns(const RestrictInfo *rinfo, Index first, List **of_first, List **of_second)
{
	const Var  *left;
	const Var  *right;

	if (rinfo->mergeopfamilies == NIL || !IsA(rinfo->clause, OpExpr))
		return false;
	left = (Var *) pa_strip_relabel(get_leftop(rinfo->clause));
	right = (Var *) pa_strip_relabel(get_rightop(rinfo->clause));
	if (!IsA(left, Var) || !IsA(right, Var) || left->varattno <= 0 || right->varattno <= 0 ||
		left->varno == right->varno)
		return false;
	*of_first = list_append_unique_int(*of_first, left->varno == first ? left->varattno : right->varattno);
	*of_second = list_append_unique_int(*of_second, left->varno == first ? right->varattno : left->varattno);
	return true;
}

/*
 * Widens a range, as yet unknown if isnull, to some values.
 */
static void
widen(const AttStatsSlot *slot, FmgrInfo *compare, Oid collation, Datum *range, bool *isnull)
{
	for (int i = 0; i < slot->nvalues; i++)
	{
		Datum		value = slot->values[i];

		if (*isnull || DatumGetInt32(FunctionCall2Coll(compare, collation, value, range[0])) < 0)
			range[0] = value;
		if (*isnull || DatumGetInt32(FunctionCall2Coll(compare, collation, value, range[1])) > 0)
			range[1] = value;
		*isnull = false;
	}
}

/*
 * Returns the conditions that a key, with varno 1, lies between the least and the greatest
 * value of another column, by the statistics of this one; NIL without such.
 */
static List *
range_conditions(Oid relid, AttrNumber attno, Var *key)
{
	TypeCacheEntry *type = lookup_type_cache(key->vartype, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_CMP_PROC_FINFO);
	HeapTuple	tuple;
	Datum		range[2] = {0};
	bool		isnull = true;
	const int	kinds[] = {STATISTIC_KIND_MCV, STATISTIC_KIND_HISTOGRAM};
	const int	strategies[] = {BTGreaterEqualStrategyNumber, BTLessEqualStrategyNumber};
	List	   *result = NIL;

	if (get_atttype(relid, attno) != key->vartype || !type->typbyval || !OidIsValid(type->cmp_proc))
		return NIL;
	tuple = pa_column_statistics(relid, attno);
	if (!HeapTupleIsValid(tuple))
		return NIL;
	for (int i = 0; i < lengthof(kinds); i++)
	{
		AttStatsSlot slot;

		if (!get_attstatsslot(&slot, tuple, kinds[i], InvalidOid, ATTSTATSSLOT_VALUES))
			continue;
		widen(&slot, &type->cmp_proc_finfo, key->varcollid, range, &isnull);
		free_attstatsslot(&slot);
	}
	heap_freetuple(tuple);
	for (int i = 0; i < lengthof(strategies) && !isnull; i++)
	{
		Oid			opno = get_opfamily_member(type->btree_opf, key->vartype, key->vartype, strategies[i]);

		if (!OidIsValid(opno))
			return NIL;
		result = lappend(result, make_opclause(opno, BOOLOID, false, (Expr *) copyObject(key),
											   (Expr *) makeConst(key->vartype, key->vartypmod, key->varcollid,
																  type->typlen, range[i], false, true),
											   InvalidOid, key->varcollid));
		set_opfuncid((OpExpr *) llast(result));
	}
	return result;
}

/*
 * Returns the conditions on a table with Vars renumbered to 1, or NIL if there are none or
 * one that cannot be evaluated row by row.
 */
static List *
filter_of(const RelOptInfo *rel)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, rel->baserestrictinfo)
	{
		const RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		Node	   *clause = copyObject((Node *) rinfo->clause);

		if (rinfo->pseudoconstant || contain_subplans(clause) || contain_mutable_functions(clause))
			return NIL;
		if (rel->relid != 1)
			ChangeVarNodes(clause, rel->relid, 1, 0);
		fix_opfuncids(clause);
		result = lappend(result, clause);
	}
	return result;
}

/*
 * Returns how many rows a table with a filter and a key has together with another one that
 * refers to this key: those of its rows that the filter leaves within the range of what is
 * referred to have as many rows of the other as others within that range. 0 if that is not
 * known, or not needed since half of the keys are within the range.
 */
static double
rows_in_range(const PlannerInfo *root, const RelOptInfo *keys, AttrNumber key,
			  const RelOptInfo *others, AttrNumber other)
{
	Oid			relid = root->simple_rte_array[keys->relid]->relid;
	List	   *filter = filter_of(keys);
	List	   *range;
	Oid			type;
	Oid			collation;
	int32		typmod;
	int			seen;
	double		in_range;
	int			met;

	if (filter == NIL || keys->tuples < 1)
		return 0;
	get_atttypetypmodcoll(relid, key, &type, &typmod, &collation);
	range = range_conditions(root->simple_rte_array[others->relid]->relid, other,
							 makeVar(1, key, type, typmod, collation, 0));
	if (range == NIL)
		return 0;
	in_range = pa_rows_meeting(relid, range, &seen);
	if (seen == 0 || in_range < PA_MIN_MET || in_range > seen / 2)
		return 0;
	met = pa_rows_meeting(relid, list_concat(filter, range), &seen);
	return met < PA_MIN_MET ? 0 : others->rows * met / in_range;
}

/*
 * Whether a column is a key of its table, by an index or by statistics.
 */
static bool
is_key(PlannerInfo *root, const RelOptInfo *rel, AttrNumber attno)
{
	List	   *attnos = list_make1_int(attno);
	HeapTuple	tuple;
	double		distinct = 0;

	if (is_unique(rel, attnos))
		return true;
	tuple = pa_column_statistics(root->simple_rte_array[rel->relid]->relid, attno);
	if (HeapTupleIsValid(tuple))
	{
		distinct = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct;
		heap_freetuple(tuple);
	}
	return distinct <= -PA_KEY_SHARE || distinct >= rel->tuples * PA_KEY_SHARE;
}

static bool
is_table(const PlannerInfo *root, const RelOptInfo *rel)
{
	return rel->reloptkind == RELOPT_BASEREL && rel->rtekind == RTE_RELATION &&
		!root->simple_rte_array[rel->relid]->inh;
}

static bool
is_noted(const PaSeen *seen, const RangeTblEntry *first, const RangeTblEntry *second)
{
	ListCell   *lc;

	foreach(lc, seen->pairs)
	{
		const PaSeenPair *pair = lfirst(lc);

		if ((pair->first == first && pair->second == second) ||
			(pair->first == second && pair->second == first))
			return true;
	}
	return false;
}

/*
 * Returns how many rows the join of two tables by some columns has, 0 if that is not known.
 */
static double
joined_rows(PlannerInfo *root, const RelOptInfo *outer, List *of_outer,
			const RelOptInfo *inner, List *of_inner)
{
	double		keys;

	if (list_length(of_outer) > 1 && list_length(of_inner) > 1)
	{
		keys = keys_of(root, outer, of_outer);
		keys = keys > 0 ? Max(keys, keys_of(root, inner, of_inner)) : 0;
		return keys > 0 ? outer->rows * inner->rows / keys : 0;
	}
	if (list_length(of_outer) != 1 || list_length(of_inner) != 1)
		return 0;
	if (is_key(root, inner, linitial_int(of_inner)))
		return rows_in_range(root, inner, linitial_int(of_inner), outer, linitial_int(of_outer));
	if (is_key(root, outer, linitial_int(of_outer)))
		return rows_in_range(root, outer, linitial_int(of_outer), inner, linitial_int(of_inner));
	return 0;
}

/*
 * Notes by how much the planner errs about the join of two tables. Allocates in the planner's
 * memory context: the current one may be that of a genetic search, of which only the result
 * lasts.
 */
void
pa_seen_note_join(PaSeen *seen, PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outer,
				  RelOptInfo *inner, JoinType jointype, const JoinPathExtraData *extra)
{
	const RangeTblEntry *first;
	const RangeTblEntry *second;
	PaSeenPair *pair;
	List	   *of_outer = NIL;
	List	   *of_inner = NIL;
	List	   *others = NIL;
	double		rows;
	MemoryContext oldcontext;
	ListCell   *lc;

	if ((jointype != JOIN_INNER && jointype != JOIN_LEFT && jointype != JOIN_RIGHT) ||
		!is_table(root, outer) || !is_table(root, inner))
		return;
	first = root->simple_rte_array[outer->relid];
	second = root->simple_rte_array[inner->relid];
	if (is_noted(seen, first, second))
		return;
	oldcontext = MemoryContextSwitchTo(root->planner_cxt);
	foreach(lc, extra->restrictlist)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (!rinfo->pseudoconstant && !take_columns(rinfo, outer->relid, &of_outer, &of_inner))
			others = lappend(others, rinfo);
	}
	pair = palloc(sizeof(PaSeenPair));
	pair->first = first;
	pair->second = second;
	pair->factor = 1;
	rows = joined_rows(root, outer, of_outer, inner, of_inner) *
		clauselist_selectivity(root, others, 0, jointype, extra->sjinfo);
	if (rows >= joinrel->rows * PA_MIN_PAIR_FACTOR)
		pair->factor = rows / joinrel->rows;
	seen->pairs = lappend(seen->pairs, pair);
	MemoryContextSwitchTo(oldcontext);
}
