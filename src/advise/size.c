/*
 * size.c
 *	  How large an index would be: pages, tuples, height of its tree.
 *
 * The rows come from the planner's selectivity of the predicate, the widths and
 * numbers of values from statistics, and where those are not enough from a
 * sample of the rows; see size_btree.c, size_gin.c and size_other.c.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
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
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/examine.h"
#include "advise/expr_stats.h"
#include "advise/replan.h"
#include "advise/row_sample.h"
#include "advise/size.h"
#include "advise/source_stats.h"
#include "advise/whatif.h"
#include "base/compat_planner.h"

/* Columns with values of that many bytes on average may have too long ones. */
#define PA_LONG_WIDTH	400

/* So many rows of the sample tell how many of the table meet a predicate. */
#define PA_ENOUGH_ROWS	30

static void size_partitioned(PaIndexDef *def, bool exact);

/* Has the planner read what it wants to know of a table; see below. */
static void
read_relation(void *root)
{
	(void) build_simple_rel(root, 1, NULL);
}

/*
 * Makes the smallest planner state that selectivity functions need: a query
 * with one table, which is range-table entry 1. The caller must hold a lock.
 * The planner folds constants in expressions of indexes and statistics, which
 * runs code of the table's owner: so it is done as the owner. Returns NULL if
 * that fails.
 */
static PlannerInfo *
single_table_root(Oid relid)
{
	PaRestriction owner = {.userid = pa_existing_owner(relid),.search_path = "pg_catalog",.code = PA_CODE_CALLED};
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
	return pa_in_restriction(&owner, read_relation, root, NULL) ? root : NULL;
}

/*
 * Whether a table has values that are stored out of line, of which ANALYZE counts
 * the pointers only, or may have: nobody is waited for.
 */
static bool
has_toasted(Oid relid)
{
	Relation	rel = table_open(relid, NoLock);
	Oid			toastid = rel->rd_rel->reltoastrelid;
	bool		result = false;

	table_close(rel, NoLock);
	if (OidIsValid(toastid))
	{
		Relation	toast;

		if (!ConditionalLockRelationOid(toastid, AccessShareLock))
			return true;
		toast = table_open(toastid, NoLock);
		result = RelationGetNumberOfBlocks(toast) > 0;
		table_close(toast, AccessShareLock);
	}
	return result;
}

/*
 * Whether a column may have values that are too long for an index.
 */
static bool
may_be_long(const PaIndexDef *def, const PaIndexColumn *col, HeapTuple stats)
{
	if (get_typstorage(col->type) != TYPSTORAGE_EXTENDED ||
		(col->type == VARCHAROID && col->typmod > 0 && col->typmod <= PA_LONG_WIDTH))
		return false;
	return !HeapTupleIsValid(stats) ||
		((Form_pg_statistic) GETSTRUCT(stats))->stawidth > PA_LONG_WIDTH ||
		has_toasted(def->relid);
}

/*
 * Reads a column's statistics, from ANALYZE or from a sample of an expression.
 * The tuple is to be given back by release_stats().
 */
static void
column_stats(PaIndexDef *def, int i, double tuples, PaColumnStats *cs)
{
	PaIndexColumn *col = &def->columns[i];
	bool		byval;

	/* Widths of varlenas are averages, and tuples are aligned one by one. */
	get_typlenbyvalalign(col->type, &cs->typlen, &byval, &cs->typalign);
	cs->width = get_typavgwidth(col->type, col->typmod);
	if (col->attno != 0)
		cs->tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(def->relid),
									Int16GetDatum(col->attno), BoolGetDatum(false));
	else
		cs->tuple = pa_expr_stats(def, i + 1);
	if (!HeapTupleIsValid(cs->tuple) && col->attno != 0)
	{
		cs->tuple = pa_source_column(def->relid, col->attno, false);
		cs->foreign = true;
	}
	cs->doubtful = cs->typlen < 0 || !HeapTupleIsValid(cs->tuple);
	cs->may_be_long = may_be_long(def, col, cs->tuple);
	if (HeapTupleIsValid(cs->tuple))
	{
		Form_pg_statistic form = (Form_pg_statistic) GETSTRUCT(cs->tuple);

		cs->nullfrac = form->stanullfrac;
		if (form->stawidth > 0)
			cs->width = form->stawidth;
		cs->ndistinct = form->stadistinct < 0 ? -form->stadistinct * tuples
			: form->stadistinct;
	}
}

static void
release_stats(PaIndexDef *def, PaColumnStats *columns)
{
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno != 0 && HeapTupleIsValid(columns[i].tuple) && !columns[i].foreign)
			ReleaseSysCache(columns[i].tuple);
	}
}

/*
 * Returns the values that an index holds as expressions with varno 1.
 */
List *
pa_size_expressions(const PaIndexDef *def)
{
	List	   *result = NIL;

	for (int i = 0; i < def->ncolumns; i++)
	{
		const PaIndexColumn *col = &def->columns[i];

		if (col->attno != 0)
			result = lappend(result, makeVar(1, col->attno, col->type, col->typmod,
											 col->attcollation, 0));
		else
			result = lappend(result, col->expr);
	}
	return result;
}

/*
 * Returns the rows of a table: what the planner takes them to be, but of the
 * sample if the table was never analysed.
 */
static double
table_rows(RelOptInfo *rel, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double		rows = -1;
	PaSourceSize there;

	if (HeapTupleIsValid(tuple))
	{
		if (((Form_pg_class) GETSTRUCT(tuple))->reltuples < 0 && !pa_source_size(relid, &there))
			rows = pa_rows_total(relid);
		ReleaseSysCache(tuple);
	}
	return rows >= 0 ? rows : Max(rel->tuples, 0);
}

/*
 * Returns the share of the rows that meet the predicate: the planner's
 * selectivity, but counted in the sample if enough of its rows do, and not more
 * than is likely if few do. The planner takes conditions for independent.
 */
static double
predicate_share(PlannerInfo *root, PaIndexDef *def, bool exact)
{
	double		share = clauselist_selectivity(root, copyObject(def->pred), 0,
											   JOIN_INNER, NULL);
	int			seen = 0;
	int			met = exact ? pa_rows_meeting(def->relid, def->pred, &seen) : 0;

	if (seen == 0)
		return share;
	if (met >= PA_ENOUGH_ROWS)
		return (double) met / seen;
	return Min(share, (met + 3 * sqrt(met + 1)) / seen);
}

/*
 * Estimates the size of one definition, exactly or not.
 */
static void
estimate(PaIndexDef *def, bool exact)
{
	PlannerInfo *root;
	RelOptInfo *rel;
	PaSizing	sizing = {.def = def,.exact = exact};
	double		tuples;

	def->size.valid = true;
	def->size.exact = exact;
	if (def->relkind == RELKIND_PARTITIONED_TABLE)
	{
		size_partitioned(def, exact);
		return;
	}

	root = single_table_root(def->relid);
	if (root == NULL)
	{
		/* Code of its owner fails: nobody can plan with it */
		def->size.tuples = pa_relation_tuples(def->relid);
		def->size.pages = 1;
		return;
	}
	rel = root->simple_rel_array[1];
	pa_whatif_restore_size(def->relid, rel);
	tuples = table_rows(rel, def->relid);
	sizing.table_rows = Max(tuples, 1);
	if (def->pred != NIL)
		tuples *= predicate_share(root, def, exact);
	tuples = rint(tuples);
	def->size.tuples = tuples;

	sizing.rows = Max(tuples, 1);
	sizing.table_pages = rel->pages;
	sizing.columns = palloc0(sizeof(PaColumnStats) * def->ncolumns);
	for (int i = 0; i < def->ncolumns; i++)
		column_stats(def, i, sizing.table_rows, &sizing.columns[i]);

	if (def->am == BTREE_AM_OID)
		pa_size_btree(&sizing);
	else if (def->am == GIN_AM_OID)
		pa_size_gin(&sizing);
	else if (def->am == HASH_AM_OID)
		pa_size_hash(&sizing);
	else if (def->am == BRIN_AM_OID)
		pa_size_brin(&sizing);
	else
		pa_size_gist(&sizing);
	release_stats(def, sizing.columns);
}

/*
 * Returns the definition's mapping to a partition, made now or before.
 */
static PaIndexDef *
child_of(PaIndexDef *def, Oid relid)
{
	ListCell   *lc;

	foreach(lc, def->children)
	{
		if (((PaIndexDef *) lfirst(lc))->relid == relid)
			return lfirst(lc);
	}
	return pa_index_def_map(def, relid);
}

/*
 * Adds up the sizes over the leaf partitions of a partitioned table.
 */
static void
size_partitioned(PaIndexDef *def, bool exact)
{
	List	   *members = find_inheritance_children(def->relid, AccessShareLock);
	ListCell   *lc;
	double		pages = 0;

	def->size.tuples = 0;
	foreach(lc, members)
	{
		PaIndexDef *child;

		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			continue;
		child = child_of(def, lfirst_oid(lc));
		estimate(child, exact);
		pages += child->size.pages;
		def->size.tuples += child->size.tuples;
		def->size.tree_height = Max(def->size.tree_height, child->size.tree_height);
	}
	def->size.pages = Min(pages, MaxBlockNumber);
}

/*
 * Estimates the size of an index that does not exist, once for a definition,
 * mostly from statistics. The caller must hold a lock on the table. Partial
 * indexes get the share of the rows that the predicate selects.
 */
void
pa_index_size_estimate(PaIndexDef *def)
{
	if (!def->size.valid)
		estimate(def, false);
}

/*
 * Estimates the size as well as a sample of the rows allows, once for a
 * definition. The caller must hold a lock on the table.
 */
void
pa_index_size_refine(PaIndexDef *def)
{
	if (!def->size.exact)
		estimate(def, true);
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
