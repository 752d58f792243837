/*
 * collect.c
 *	  What a scan in a query could ask of an index, read from the planner.
 *
 * Runs as a callback of whatif.c when the planner has made the paths of a
 * table: views and subqueries are pulled up, constants folded, equivalence
 * classes complete, wanted orders known. So only what the planner could use is
 * taken down. Everything is copied into the collector's memory context, with
 * Vars renumbered to 1.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_class.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "advise/collect.h"
#include "advise/source_stats.h"
#include "base/compat_planner.h"

/* Smaller tables are read faster than an index is descended, whatever costs say. */
#define PA_MIN_TABLE_PAGES		8

/* What the planner takes a table to have at least that was never analyzed */
#define PA_PAGES_NOT_ANALYZED	10

/* Index-only scans are thought of for at least so many rows, ... */
#define PA_MIN_COVERED_ROWS		50

/* ... where this share of the pages is all-visible, ... */
#define PA_MIN_VISIBLE			0.5

/* ... and where all columns together are few and narrow (bytes). */
#define PA_MAX_COVERED			6
#define PA_MAX_COVERED_WIDTH	48

/*
 * Takes down the conditions on a table, and those that it shares with others.
 */
static void
add_restrictions(PaCollecting *c)
{
	ListCell   *lc;

	foreach(lc, c->rel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (!rinfo->pseudoconstant)
			pa_collect_clause(c, (Node *) rinfo->clause,
							  clause_selectivity(c->root, (Node *) rinfo, 0,
												 JOIN_INNER, NULL));
	}
	foreach(lc, c->rel->joininfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (!rinfo->pseudoconstant)
			pa_collect_clause(c, (Node *) rinfo->clause, 1.0);
	}
}

/*
 * Returns the member of an equivalence class that this relation can compute by
 * itself, or NULL.
 */
static Node *
member_of_relation(PaCollecting *c, EquivalenceClass *ec)
{
	ListCell   *lc;

	if (ec->ec_has_volatile)
		return NULL;
	foreach(lc, ec->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);

		if (!em->em_is_const && !em->em_is_child &&
			bms_equal(em->em_relids, c->rel->relids) &&
			pa_collect_indexable(c, (Node *) em->em_expr))
			return (Node *) em->em_expr;
	}
	return NULL;
}

/*
 * Takes down join columns: members of equivalence classes that span relations.
 */
static void
add_equivalences(PaCollecting *c)
{
	ListCell   *lc;

	foreach(lc, c->root->eq_classes)
	{
		EquivalenceClass *ec = lfirst(lc);
		PaIndexColumn col;
		Node	   *expr;

		if (ec->ec_has_const || bms_membership(ec->ec_relids) != BMS_MULTIPLE)
			continue;
		expr = member_of_relation(c, ec);
		if (expr != NULL &&
			pa_collect_column(c, &col, expr, InvalidOid, ec->ec_collation) &&
			list_member_oid(ec->ec_opfamilies, col.opfamily))
			pa_collect_term(c, PA_TERM_JOIN, &col, 1.0);
	}
}

/*
 * Takes down an order by distance from something, which GiST and SP-GiST give
 * row by row. Returns whether it is one: a B-tree on the distance from what this
 * execution asked for is of no use to any other.
 */
static bool
add_distance(PaCollecting *c, PathKey *pathkey, Node *expr)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *left;
	Oid			opno;
	PaSearching	s = {.c = c,.selectivity = 1.0};

	if (!IsA(expr, OpExpr) || list_length(op->args) != 2 ||
		!pa_is_ordering_operator(op->opno))
		return false;
	left = linitial(op->args);
	opno = op->opno;
	if (!pa_collect_indexable(c, left))
	{
		left = lsecond(op->args);
		opno = get_commutator(opno);
	}
	if (OidIsValid(opno) && pa_collect_indexable(c, left) && !PA_PATHKEY_IS_DESC(pathkey))
	{
		s.expr = left;
		s.collation = op->inputcollid;
		pa_methods_visit(opno, exprType(pa_strip_relabel(left)), AMOP_ORDER,
						 pathkey->pk_opfamily, pa_collect_method, &s);
	}
	return true;
}

/*
 * Takes down the leading part of a wanted order that this relation can give.
 */
static void
add_order(PaCollecting *c, List *pathkeys)
{
	List	   *order = NIL;
	ListCell   *lc;

	foreach(lc, pathkeys)
	{
		PathKey    *pathkey = lfirst(lc);
		Node	   *expr = member_of_relation(c, pathkey->pk_eclass);
		PaIndexColumn *col = palloc(sizeof(PaIndexColumn));

		if (expr == NULL || add_distance(c, pathkey, expr) ||
			!pa_collect_column(c, col, expr, InvalidOid, pathkey->pk_eclass->ec_collation) ||
			col->opfamily != pathkey->pk_opfamily)
			break;
		col->desc = PA_PATHKEY_IS_DESC(pathkey);
		col->nulls_first = pathkey->pk_nulls_first;
		order = lappend(order, col);
	}
	if (order != NIL)
		c->request->orders = lappend(c->request->orders, order);
}

/*
 * Returns the columns that the query reads of the table, if there are few and
 * narrow ones, or NIL.
 */
static List *
narrow_columns(PaCollecting *c, Oid relid)
{
	Bitmapset  *attnos = NULL;
	List	   *result = NIL;
	ListCell   *lc;
	int			width = 0;
	int			x = -1;

	pull_varattnos((Node *) c->rel->reltarget->exprs, c->rel->relid, &attnos);
	foreach(lc, c->rel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause,
					   c->rel->relid, &attnos);
	if (bms_num_members(attnos) > PA_MAX_COVERED)
		return NIL;
	while ((x = bms_next_member(attnos, x)) >= 0)
	{
		PaIndexColumn *col = palloc0(sizeof(PaIndexColumn));

		col->attno = x + FirstLowInvalidHeapAttributeNumber;
		if (col->attno <= 0)
			return NIL;
		col->include = true;
		get_atttypetypmodcoll(relid, col->attno, &col->type, &col->typmod,
							  &col->attcollation);
		width += get_attavgwidth(relid, col->attno);
		if (get_typlen(col->type) > 0 && get_attavgwidth(relid, col->attno) == 0)
			width += get_typlen(col->type);
		result = lappend(result, col);
	}
	return width <= PA_MAX_COVERED_WIDTH ? result : NIL;
}

/*
 * Takes down what an index would have to hold so that the table need not be
 * visited, if that promises something: many rows are read, without a LIMIT
 * that stops early, and most pages are known to be all-visible.
 */
static void
add_needed(PaCollecting *c, Oid relid)
{
	if (c->rel->rows >= PA_MIN_COVERED_ROWS && c->root->limit_tuples < 0 &&
		c->rel->allvisfrac >= PA_MIN_VISIBLE)
		c->request->needed = narrow_columns(c, relid);
}

/*
 * Takes down which columns the scan reads, and which of them are in conditions,
 * joins and orders.
 */
static void
add_columns(PaCollecting *c, Oid relid)
{
	PaScanColumns *scan = palloc0(sizeof(PaScanColumns));
	ListCell   *lc;
	ListCell   *lc2;

	scan->relid = relid;
	foreach(lc, c->rel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause, c->rel->relid,
					   &scan->clauses);
	foreach(lc, c->rel->joininfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause, c->rel->relid,
					   &scan->clauses);
	foreach(lc, c->root->eq_classes)
	{
		foreach(lc2, ((EquivalenceClass *) lfirst(lc))->ec_members)
			pull_varattnos((Node *) ((EquivalenceMember *) lfirst(lc2))->em_expr, c->rel->relid,
						   &scan->clauses);
	}
	scan->read = bms_copy(scan->clauses);
	pull_varattnos((Node *) c->rel->reltarget->exprs, c->rel->relid, &scan->read);
	/* Of a child not all equivalence classes have a member */
	if (c->rel->reloptkind == RELOPT_OTHER_MEMBER_REL)
		scan->clauses = bms_copy(scan->read);
	c->into->scans = lappend(c->into->scans, scan);
}

/*
 * Whether a table has so few pages that no index is faster. The planner holds a lock
 * on it.
 */
static bool
is_small(Oid relid, const RelOptInfo *rel)
{
	PaSourceSize there;
	Relation	table;
	BlockNumber pages = rel->pages;

	if (pages != PA_PAGES_NOT_ANALYZED || pa_source_size(relid, &there))
		return pages < PA_MIN_TABLE_PAGES;
	table = table_open(relid, NoLock);
	if (table->rd_rel->reltuples < 0)
		pages = RelationGetNumberOfBlocks(table);
	table_close(table, NoLock);
	return pages < PA_MIN_TABLE_PAGES;
}

/*
 * Notes what the scan of one table could ask of an index. Partitions are left
 * to their parent, which has the same clauses.
 */
void
pa_collect_relation(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte,
					void *collector)
{
	PaCollector *into = collector;
	PaCollecting	c = {root, rel, NULL, into};
	MemoryContext oldcontext;

	if (rel->reloptkind == RELOPT_OTHER_MEMBER_REL && get_rel_relispartition(rte->relid))
		return;
	if (IsCatalogRelationOid(rte->relid))
		return;
	if (rte->relkind != RELKIND_RELATION && rte->relkind != RELKIND_MATVIEW &&
		rte->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	if (rte->relkind != RELKIND_PARTITIONED_TABLE && is_small(rte->relid, rel))
		return;

	oldcontext = MemoryContextSwitchTo(into->context);
	c.request = palloc0(sizeof(PaRequest));
	c.request->relid = rte->relid;
	c.request->pages = rel->pages;
	c.request->tuples = rel->tuples;
	c.request->share = rel->tuples > 0 ? rel->rows / rel->tuples : 1;
	c.request->scan_cost = rel->pages * seq_page_cost +
		rel->tuples * (cpu_tuple_cost + rel->baserestrictcost.per_tuple);
	add_restrictions(&c);
	add_equivalences(&c);
	add_order(&c, root->query_pathkeys);
	if (root->limit_tuples > 0 && root->query_pathkeys == root->sort_pathkeys &&
		c.request->orders != NIL)
		pa_order_note_limit(c.request, llast(c.request->orders), root->limit_tuples);
	if (root->sort_pathkeys != root->query_pathkeys)
		add_order(&c, root->sort_pathkeys);
	if (root->distinct_pathkeys != root->query_pathkeys)
		add_order(&c, root->distinct_pathkeys);
	add_needed(&c, rte->relid);
	add_columns(&c, rte->relid);
	if (c.request->terms != NIL || c.request->orders != NIL)
		into->requests = lappend(into->requests, c.request);
	MemoryContextSwitchTo(oldcontext);
}
