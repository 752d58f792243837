/*
 * size.c
 *	  How large an index would be: pages, tuples, height of its tree.
 *
 * Everything is computed from statistics; the table is not read, except that
 * the width of expressions comes from expr_stats.c. B-trees are laid out as
 * nbtsort.c would do it, with deduplication; see leaf_bytes(). The formulas
 * for GIN are fitted to trigrams of ordinary text and are coarser.
 */
#include "postgres.h"

#include <math.h>

#include "access/gin_private.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/expr_stats.h"
#include "advise/index_def.h"
#include "base/compat_planner.h"

/* Bytes that a B-tree page has for tuples and line pointers */
#define BTREE_USABLE	(BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(BTPageOpaqueData)))

/* CREATE INDEX fills leaves to 90 %, inner pages to 70 % */
#define LEAF_FILL		((double) BTREE_USABLE - BLCKSZ * (100 - BTREE_DEFAULT_FILLFACTOR) / 100)
#define INNER_FILL		((double) BTREE_USABLE - BLCKSZ * (100 - BTREE_NONLEAF_FILLFACTOR) / 100)

/* Largest posting list that CREATE INDEX makes, see _bt_load() */
#define POSTING_LIMIT	(MAXALIGN_DOWN(BLCKSZ * 10 / 100) - sizeof(ItemIdData))

/* What is known of the values of one column. */
typedef struct ColumnStats
{
	double		width;			/* average of values that are not NULL, bytes */
	double		nullfrac;
	double		ndistinct;		/* <= 0: unknown */
	int16		typlen;
	char		typalign;
} ColumnStats;

/*
 * Makes the smallest planner state that selectivity functions need: a query
 * with one table, which is range-table entry 1. The caller must hold a lock.
 */
static PlannerInfo *
single_table_root(Oid relid)
{
	PlannerInfo *root = makeNode(PlannerInfo);
	Query	   *query = makeNode(Query);
	RangeTblEntry *rte = makeNode(RangeTblEntry);

	rte->rtekind = RTE_RELATION;
	rte->relid = relid;
	rte->relkind = get_rel_relkind(relid);
	rte->rellockmode = AccessShareLock;
	rte->eref = makeAlias("t", NIL);
	query->commandType = CMD_SELECT;
	query->rtable = list_make1(rte);
	pa_add_permission_info(query, rte);
	root->parse = query;
	root->glob = makeNode(PlannerGlobal);
	root->query_level = 1;
	root->planner_cxt = CurrentMemoryContext;
	root->wt_param_id = -1;
	setup_simple_rel_arrays(root);
	(void) build_simple_rel(root, 1, NULL);
	return root;
}

/*
 * Reads a column's statistics, from ANALYZE or from a sample of an expression.
 */
static void
column_stats(PaIndexDef *def, int i, double tuples, ColumnStats *cs)
{
	PaIndexColumn *col = &def->columns[i];
	HeapTuple	tuple;
	bool		cached = (col->attno != 0);
	bool		byval;

	get_typlenbyvalalign(col->type, &cs->typlen, &byval, &cs->typalign);
	cs->width = get_typavgwidth(col->type, col->typmod);
	cs->nullfrac = 0;
	cs->ndistinct = 0;

	if (cached)
		tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(def->relid),
								Int16GetDatum(col->attno), BoolGetDatum(false));
	else
		tuple = pa_expr_stats(def, i + 1);
	if (!HeapTupleIsValid(tuple))
		return;

	{
		Form_pg_statistic form = (Form_pg_statistic) GETSTRUCT(tuple);

		cs->nullfrac = form->stanullfrac;
		if (form->stawidth > 0)
			cs->width = form->stawidth;
		cs->ndistinct = form->stadistinct < 0 ? -form->stadistinct * tuples
			: form->stadistinct;
	}
	if (cached)
		ReleaseSysCache(tuple);
}

/*
 * Returns the size of an average index tuple without its line pointer, with
 * alignment, from its columns.
 */
static double
tuple_bytes(const ColumnStats *cs, int ncolumns)
{
	double		size = 0;
	double		nulls = 0;

	for (int i = 0; i < ncolumns; i++)
	{
		double		filled = 1.0 - cs[i].nullfrac;

		/* Short varlenas are stored unaligned. */
		if (cs[i].typlen > 0 || cs[i].width > VARATT_SHORT_MAX)
			size = att_align_nominal((Size) ceil(size), cs[i].typalign);
		size += cs[i].width * filled;
		nulls = Max(nulls, cs[i].nullfrac);
	}
	/* Tuples with a NULL carry a bitmap. */
	return MAXALIGN((Size) ceil(size) + sizeof(IndexTupleData)) +
		nulls * MAXALIGN(sizeof(IndexAttributeBitMapData));
}

/*
 * Whether CREATE INDEX would deduplicate: never with included columns, and only
 * where equal values are equal images.
 */
static bool
can_deduplicate(const PaIndexDef *def)
{
	if (def->ncolumns > def->nkeys)
		return false;
	for (int i = 0; i < def->nkeys; i++)
	{
		const PaIndexColumn *col = &def->columns[i];
		Oid			proc = get_opfamily_proc(col->opfamily, col->opcintype,
											 col->opcintype, BTEQUALIMAGE_PROC);

		if (!OidIsValid(proc) ||
			!DatumGetBool(OidFunctionCall1Coll(proc, col->collation,
											   ObjectIdGetDatum(col->opcintype))))
			return false;
	}
	return true;
}

/*
 * Returns the number of distinct keys among the tuples: the product over the
 * columns, bounded by the number of tuples. All NULLs are equal here.
 */
static double
distinct_keys(const ColumnStats *cs, int nkeys, double tuples)
{
	double		groups = 1;

	for (int i = 0; i < nkeys; i++)
	{
		if (cs[i].ndistinct <= 0)
			return tuples;
		groups *= cs[i].ndistinct + (cs[i].nullfrac > 0 ? 1 : 0);
		if (groups >= tuples)
			return tuples;
	}
	return Max(groups, 1);
}

/*
 * Returns the bytes that one key takes in the leaves when it occurs n times:
 * as single tuples, or as posting lists of 6-byte tuple identifiers as long as
 * POSTING_LIMIT allows.
 */
static double
key_bytes(double n, double keysize)
{
	double		single = keysize + sizeof(ItemIdData);
	double		per_list = floor((POSTING_LIMIT - keysize) / sizeof(ItemPointerData));
	double		lists;

	if (n < 2 || per_list < 2)
		return n * single;
	lists = ceil(n / per_list);
	return lists * (keysize + sizeof(ItemIdData) + 4) +
		n * sizeof(ItemPointerData);
}

/*
 * Returns the bytes of all leaf tuples.
 *
 * Values are spread evenly over the distinct keys. A key that occurs n times on
 * average occurs a varying number of times; between 1 and 2 occurrences, that
 * share of the keys which repeats is taken as 1 - 1/n.
 */
static double
leaf_bytes(double tuples, double groups, double keysize, bool deduplicate)
{
	double		n = tuples / groups;
	double		repeated;

	if (!deduplicate || n < 1.01)
		return tuples * (keysize + sizeof(ItemIdData));
	if (n < 2)
	{
		repeated = 1 - 1 / n;
		return groups * ((1 - repeated) * key_bytes(1, keysize) +
						 repeated * key_bytes(2, keysize));
	}
	return groups * key_bytes(n, keysize);
}

/*
 * Fills in pages and height of a B-tree.
 */
static void
size_btree(PaIndexDef *def, const ColumnStats *cs, double tuples)
{
	double		tupsize = tuple_bytes(cs, def->ncolumns);
	double		groups = distinct_keys(cs, def->nkeys, tuples);
	double		bytes = leaf_bytes(tuples, groups, tupsize, can_deduplicate(def));
	double		level;
	double		pages;
	double		fanout;

	/* Every leaf but the last has a high key of its own. */
	level = ceil(bytes / (LEAF_FILL - Min(tupsize, LEAF_FILL / 4)));
	level = Max(level, 1);
	pages = level + 1;
	fanout = Max(floor(INNER_FILL / (tupsize + sizeof(ItemIdData))), 2);
	def->size.tree_height = 0;
	while (level > 1)
	{
		level = ceil(level / fanout);
		pages += level;
		def->size.tree_height++;
	}
	def->size.pages = pages;
}

/*
 * Fills in the pages of a GIN index over the trigrams of text. A value of w
 * characters has about w + 1 trigrams, of which some repeat; a posting takes
 * some 2 to 3 bytes after compression, and the number of different trigrams of
 * a natural language is bounded.
 */
static void
size_gin(PaIndexDef *def, const ColumnStats *cs, double tuples)
{
	double		bytes = 0;

	for (int i = 0; i < def->nkeys; i++)
	{
		double		items = tuples * (1 - cs[i].nullfrac) * Max(cs[i].width * 0.9, 1);
		double		entries = Min(items, 20000);

		bytes += items * 1.9 + entries * 24;
	}
	def->size.pages = Max(ceil(bytes / (BLCKSZ * 0.85)), 2) + 1;
	def->size.tree_height = -1;
}

/*
 * Fills in the pages of other access methods from the number and width of the
 * tuples: BRIN keeps one summary for 128 table pages, hash 8 + 4 bytes and
 * the line pointer per tuple, GiST and SP-GiST fill pages to about 65 %.
 */
static void
size_other(PaIndexDef *def, const ColumnStats *cs, double tuples, double table_pages)
{
	double		pages;

	if (def->am == BRIN_AM_OID)
		pages = 3 + ceil(table_pages / 128 * (tuple_bytes(cs, def->ncolumns) * 2 + 8) / BLCKSZ);
	else if (def->am == HASH_AM_OID)
		pages = 2 + pow(2, ceil(log2(Max(tuples * 20 / (BLCKSZ * 0.75), 2))));
	else
		pages = 1 + ceil(tuples * (tuple_bytes(cs, def->ncolumns) + 4) / (BLCKSZ * 0.65));
	def->size.pages = Max(pages, 1);
	def->size.tree_height = -1;
}

/*
 * Adds up the sizes over the leaf partitions of a partitioned table.
 */
static void
size_partitioned(PaIndexDef *def)
{
	List	   *members = find_inheritance_children(def->relid, AccessShareLock);
	ListCell   *lc;
	double		pages = 0;

	foreach(lc, members)
	{
		PaIndexDef *child;

		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			continue;
		child = pa_index_def_map(def, lfirst_oid(lc));
		pa_index_size_estimate(child);
		pages += child->size.pages;
		def->size.tuples += child->size.tuples;
		def->size.tree_height = Max(def->size.tree_height, child->size.tree_height);
	}
	def->size.pages = Min(pages, MaxBlockNumber);
}

/*
 * Estimates the size of an index that does not exist, once for a definition.
 * The caller must hold a lock on the table. Partial indexes get the share of
 * the rows that the predicate selects.
 */
void
pa_index_size_estimate(PaIndexDef *def)
{
	PlannerInfo *root;
	RelOptInfo *rel;
	ColumnStats *cs;
	double		tuples;

	if (def->size.valid)
		return;
	def->size.valid = true;
	if (def->relkind == RELKIND_PARTITIONED_TABLE)
	{
		size_partitioned(def);
		return;
	}

	root = single_table_root(def->relid);
	rel = root->simple_rel_array[1];
	tuples = Max(rel->tuples, 0);
	if (def->pred != NIL)
		tuples *= clauselist_selectivity(root, copyObject(def->pred), 0,
										 JOIN_INNER, NULL);
	tuples = rint(tuples);
	def->size.tuples = tuples;

	cs = palloc0(sizeof(ColumnStats) * def->ncolumns);
	for (int i = 0; i < def->ncolumns; i++)
		column_stats(def, i, Max(rel->tuples, 1), &cs[i]);

	if (def->am == BTREE_AM_OID)
		size_btree(def, cs, Max(tuples, 1));
	else if (def->am == GIN_AM_OID)
		size_gin(def, cs, Max(tuples, 1));
	else
		size_other(def, cs, Max(tuples, 1), rel->pages);
}

/*
 * Returns the estimated size in bytes.
 */
int64
pa_index_size_bytes(PaIndexDef *def)
{
	pa_index_size_estimate(def);
	return (int64) def->size.pages * BLCKSZ;
}
