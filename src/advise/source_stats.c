/*
 * source_stats.c
 *	  Statistics of other servers in the place of missing ones.
 *
 * A clone without the data has no statistics of its own. Where a table is
 * empty here and a workload was taken in with statistics of it, our planning,
 * and nobody else's, sees these: its size (whatif.c) and, through the planner's
 * hook, rows of the form of pg_statistic that stay in memory. They are read
 * when a search begins and belong to its memory. Expressions are known where an
 * index or CREATE STATISTICS has them here as well: what stands in a document is
 * never parsed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/readfuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/source_stats.h"
#include "advise/sources.h"
#include "advise/whatif.h"
#include "base/base.h"

typedef struct SourceTable
{
	Oid			relid;
	PaSourceSize size;
	List	   *columns;		/* of PaSourceColumn, also those of an index */
	List	   *expressions;	/* as well: what a table's indexes and statistics are made of */
} SourceTable;

static HTAB *tables = NULL;
static get_relation_stats_hook_type prev_relation_stats = NULL;
static get_index_stats_hook_type prev_index_stats = NULL;
static get_attavgwidth_hook_type prev_attavgwidth = NULL;

/* Tables and indexes that are empty here, each as its largest namesake */
static const char *const tables_query =
"SELECT DISTINCT ON (c.oid) c.oid, t.pages, t.rows, t.visible_pages"
" FROM perfadvisor.source_tables AS t"
" JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.relation)::pg_catalog.oid"
" LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid"
" JOIN pg_catalog.pg_class AS r ON r.oid = COALESCE(i.indrelid, c.oid)"
" WHERE r.relpages = 0 AND r.reltuples <= 0 AND (r.relkind = 'p' OR perfadvisor.relation_bytes(r.oid) = 0) ORDER BY c.oid, t.rows DESC, t.source";

/*
 * Columns of these, those of indexes that are expressions, and expressions of
 * CREATE STATISTICS, which go by their text
 */
#define SOURCE_TABLES \
"(SELECT DISTINCT ON (c.oid) c.oid, t.columns" \
" FROM perfadvisor.source_tables AS t" \
" JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.relation)::pg_catalog.oid" \
" WHERE c.relkind IN ('r', 'm', 'p', 'i') ORDER BY c.oid, t.rows DESC, t.source) AS s" \
" CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.columns) AS k(" \
"  \"column\" pg_catalog.text, expression pg_catalog.text, inherited pg_catalog.bool, null_share pg_catalog.float4, width pg_catalog.int4," \
"  \"distinct\" pg_catalog.float4, correlation pg_catalog.float4, common_shares pg_catalog.float4[]," \
"  element_shares pg_catalog.float4[], element_counts pg_catalog.float4[]," \
"  common pg_catalog.text, bounds pg_catalog.text, elements pg_catalog.text)"
#define SOURCE_COLUMNS \
"k.inherited, k.null_share, k.width, k.\"distinct\", k.correlation, k.common_shares, k.element_shares, k.element_counts," \
" k.common, k.bounds, k.elements"
#define SOURCE_SANE \
"k.inherited IS NOT NULL AND k.null_share BETWEEN 0 AND 1 AND k.width > 0 AND k.\"distinct\" BETWEEN -1 AND 1e30" \
" AND COALESCE(k.correlation BETWEEN -1 AND 1, true)"

static const char *const columns_query =
"SELECT a.attrelid, a.attnum, NULL::pg_catalog.oid, NULL::pg_catalog.int4, " SOURCE_COLUMNS
" FROM " SOURCE_TABLES
" JOIN pg_catalog.pg_attribute AS a ON a.attrelid = s.oid AND a.attname = k.\"column\" AND a.attnum > 0 AND NOT a.attisdropped"
" WHERE " SOURCE_SANE
" UNION ALL "
"SELECT s.oid, 0::pg_catalog.int2, e.oid, x.place::pg_catalog.int4, " SOURCE_COLUMNS
" FROM " SOURCE_TABLES
" JOIN pg_catalog.pg_statistic_ext AS e ON e.stxrelid = s.oid"
" CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_get_statisticsobjdef_expressions(e.oid)) WITH ORDINALITY AS x(expression, place)"
" WHERE k.expression = x.expression AND " SOURCE_SANE;

/*
 * Returns one of the expressions of an index or of an object of CREATE
 * STATISTICS as the catalog has it, NULL if there is none.
 */
static Node *
expression_at(int cache, Oid oid, AttrNumber column, int place)
{
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(oid));
	Datum		value;
	bool		isnull;
	Node	   *result = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	value = SysCacheGetAttr(cache, tuple, column, &isnull);
	if (!isnull)
	{
		List	   *expressions = castNode(List, stringToNode(TextDatumGetCString(value)));

		if (place >= 1 && place <= list_length(expressions))
			result = list_nth(expressions, place - 1);
	}
	ReleaseSysCache(tuple);
	if (result != NULL)
		fix_opfuncids(result);
	return result;
}

/*
 * Returns which of an index's expressions is in a column of it, from 1 on; 0
 * for a plain column. *relid becomes its table.
 */
static int
place_in_index(Oid indexid, AttrNumber attno, Oid *relid)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexid));
	Form_pg_index index;
	int			place = 0;

	if (!HeapTupleIsValid(tuple))
		return 0;
	index = (Form_pg_index) GETSTRUCT(tuple);
	*relid = index->indrelid;
	if (attno <= index->indnkeyatts && index->indkey.values[attno - 1] == 0)
	{
		for (int i = 0; i < attno; i++)
			place += index->indkey.values[i] == 0;
	}
	ReleaseSysCache(tuple);
	return place;
}

/*
 * Finds out the type of a column and what expression it is, and makes its row;
 * called guarded. tuple stays NULL for what is neither.
 */
static void
make_tuple(void *argument)
{
	PaSourceColumn *column = argument;
	char		relkind = get_rel_relkind(column->relid);

	column->expr = NULL;
	if (OidIsValid(column->statistics))
		column->expr = expression_at(STATEXTOID, column->statistics, Anum_pg_statistic_ext_stxexprs, column->place);
	else if (relkind == RELKIND_INDEX)
	{
		column->place = place_in_index(column->relid, column->attno, &column->table);
		column->expr = expression_at(INDEXRELID, column->relid, Anum_pg_index_indexprs, column->place);
	}
	else
		get_atttypetypmodcoll(column->relid, column->attno, &column->type, &column->typmod, &column->collation);
	if (column->expr != NULL)
	{
		column->type = exprType(column->expr);
		column->typmod = exprTypmod(column->expr);
		column->collation = exprCollation(column->expr);
	}
	if (OidIsValid(column->type))
		column->tuple = pa_source_tuple(column);
}

/*
 * Copies a text or array of the current row, NULL for NULL.
 */
static void *
copy_column(HeapTuple row, int number)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? NULL : PG_DETOAST_DATUM_COPY(value);
}

/*
 * Copies a text of the current row as a string, NULL for NULL.
 */
static char *
copy_string(HeapTuple row, int number)
{
	text	   *value = copy_column(row, number);

	return value != NULL ? text_to_cstring(value) : NULL;
}

/*
 * Reads the row of a column, in the current context.
 */
static PaSourceColumn *
read_column(HeapTuple row)
{
	TupleDesc	desc = SPI_tuptable->tupdesc;
	PaSourceColumn *column = palloc0(sizeof(PaSourceColumn));
	bool		isnull;

	column->relid = column->table = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
	column->attno = DatumGetInt16(SPI_getbinval(row, desc, 2, &isnull));
	column->statistics = DatumGetObjectId(SPI_getbinval(row, desc, 3, &isnull));
	column->place = DatumGetInt32(SPI_getbinval(row, desc, 4, &isnull));
	column->inherited = DatumGetBool(SPI_getbinval(row, desc, 5, &isnull));
	column->null_share = DatumGetFloat4(SPI_getbinval(row, desc, 6, &isnull));
	column->width = DatumGetInt32(SPI_getbinval(row, desc, 7, &isnull));
	column->distinct = DatumGetFloat4(SPI_getbinval(row, desc, 8, &isnull));
	column->correlation = SPI_getbinval(row, desc, 9, &column->no_correlation);
	column->common_shares = copy_column(row, 10);
	column->element_shares = copy_column(row, 11);
	column->element_counts = copy_column(row, 12);
	column->common = copy_string(row, 13);
	column->bounds = copy_string(row, 14);
	column->elements = copy_string(row, 15);
	return column;
}

/*
 * Reads the sizes of tables and indexes.
 */
static void
read_tables(MemoryContext context)
{
	if (SPI_execute(tables_query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the statistics of other servers");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Oid			relid = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
		SourceTable *table = hash_search(tables, &relid, HASH_ENTER, NULL);

		table->size.pages = DatumGetFloat8(SPI_getbinval(row, desc, 2, &isnull));
		table->size.tuples = DatumGetFloat8(SPI_getbinval(row, desc, 3, &isnull));
		table->size.visible_pages = DatumGetFloat8(SPI_getbinval(row, desc, 4, &isnull));
		table->columns = NIL;
		table->expressions = NIL;
	}
}

/*
 * Reads the statistics of columns and makes their rows.
 */
static void
read_columns(MemoryContext context)
{
	if (SPI_execute(columns_query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the statistics of other servers");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PaSourceColumn *column = read_column(SPI_tuptable->vals[i]);
		SourceTable *table = hash_search(tables, &column->relid, HASH_FIND, NULL);

		CHECK_FOR_INTERRUPTS();
		if (table == NULL)
			continue;
		if (!pa_guarded_call(make_tuple, column))
		{
			/* Values that are none of the column's type */
			column->common = column->bounds = column->elements = NULL;
			if (!pa_guarded_call(make_tuple, column))
				continue;
		}
		if (column->tuple == NULL)
			continue;
		if (column->attno != 0)
			table->columns = lappend(table->columns, column);
		if (column->expr != NULL)
		{
			table = hash_search(tables, &column->table, HASH_FIND, NULL);
			if (table != NULL)
				table->expressions = lappend(table->expressions, column);
		}
	}
}

/*
 * Forgets everything: the memory goes away.
 */
static void
forget(void *argument)
{
	if (tables == argument)
		tables = NULL;
}

/*
 * Tells how large a table or index that is empty here is on another server.
 */
bool
pa_source_size(Oid relid, PaSourceSize *size)
{
	SourceTable *table = tables != NULL ? hash_search(tables, &relid, HASH_FIND, NULL) : NULL;

	if (table == NULL)
		return false;
	*size = table->size;
	return true;
}

/*
 * Returns the row of a column of a table that is empty here, or NULL. It
 * belongs to the search: copy it.
 */
HeapTuple
pa_source_column(Oid relid, AttrNumber attno, bool inherited)
{
	SourceTable *table = tables != NULL ? hash_search(tables, &relid, HASH_FIND, NULL) : NULL;
	ListCell   *lc;

	if (table == NULL)
		return NULL;
	foreach(lc, table->columns)
	{
		PaSourceColumn *column = lfirst(lc);

		if (column->attno == attno && column->inherited == inherited)
			return column->tuple;
	}
	return NULL;
}

/*
 * Returns the row of an expression of a table that is empty here, if the table
 * has an index or statistics of it; otherwise NULL. It belongs to the search.
 */
HeapTuple
pa_source_expression(Oid relid, const Node *expr)
{
	SourceTable *table = tables != NULL ? hash_search(tables, &relid, HASH_FIND, NULL) : NULL;
	ListCell   *lc;

	if (table == NULL)
		return NULL;
	foreach(lc, table->expressions)
	{
		PaSourceColumn *column = lfirst(lc);

		if (!column->inherited && equal(column->expr, expr))
			return column->tuple;
	}
	return NULL;
}

/*
 * Returns a copy of the statistics of a table's column, those from another
 * server where the table is empty here; NULL without any.
 */
HeapTuple
pa_column_statistics(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = SearchSysCacheCopy3(STATRELATTINH, ObjectIdGetDatum(relid),
											Int16GetDatum(attno), BoolGetDatum(false));

	if (!HeapTupleIsValid(tuple))
	{
		tuple = pa_source_column(relid, attno, false);
		if (tuple != NULL)
			tuple = heap_copytuple(tuple);
	}
	return tuple;
}

/*
 * The hook that gives the planner the statistics of an index's expression.
 */
static bool
pa_get_index_stats(PlannerInfo *root, Oid indexid, AttrNumber attno,
				   VariableStatData *vardata)
{
	HeapTuple	tuple;

	if (unlikely(tables != NULL) && pa_whatif_is_ours(root))
	{
		tuple = pa_source_column(indexid, attno, false);
		if (tuple != NULL)
		{
			RangeTblEntry *rte = vardata->rel != NULL ? planner_rt_fetch(vardata->rel->relid, root) : NULL;

			vardata->statsTuple = heap_copytuple(tuple);
			vardata->freefunc = heap_freetuple;
			vardata->acl_ok = rte != NULL && rte->securityQuals == NIL &&
				pg_class_aclcheck(rte->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
			return true;
		}
	}
	return prev_index_stats != NULL && prev_index_stats(root, indexid, attno, vardata);
}

/*
 * The hook that gives the planner the statistics of a column.
 */
static bool
pa_get_relation_stats(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum,
					  VariableStatData *vardata)
{
	HeapTuple	tuple;

	if (unlikely(tables != NULL) && rte->rtekind == RTE_RELATION && pa_whatif_is_ours(root))
	{
		tuple = pa_source_column(rte->relid, attnum, rte->inh);
		if (tuple != NULL)
		{
			vardata->statsTuple = heap_copytuple(tuple);
			vardata->freefunc = heap_freetuple;
			vardata->acl_ok = rte->securityQuals == NIL &&
				pg_class_aclcheck(rte->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
			return true;
		}
	}
	return prev_relation_stats != NULL && prev_relation_stats(root, rte, attnum, vardata);
}

/*
 * The hook that tells how wide a column's values are; 0: not known here.
 */
static int32
pa_get_attavgwidth(Oid relid, AttrNumber attnum)
{
	if (unlikely(tables != NULL) && pa_whatif_is_active())
	{
		HeapTuple	tuple = pa_source_column(relid, attnum, false);

		if (tuple != NULL)
			return ((Form_pg_statistic) GETSTRUCT(tuple))->stawidth;
	}
	return prev_attavgwidth != NULL ? prev_attavgwidth(relid, attnum) : 0;
}

/*
 * Installs the hooks, in a backend that has statistics to give: the planner
 * calls them for each column, which others should not pay for. They do nothing
 * unless statistics are loaded and a planning is ours.
 */
static void
install_hooks(void)
{
	static bool installed = false;

	if (installed)
		return;
	installed = true;
	prev_relation_stats = get_relation_stats_hook;
	get_relation_stats_hook = pa_get_relation_stats;
	prev_index_stats = get_index_stats_hook;
	get_index_stats_hook = pa_get_index_stats;
	prev_attavgwidth = get_attavgwidth_hook;
	get_attavgwidth_hook = pa_get_attavgwidth;
}

/*
 * Reads the statistics of tables that are empty here, for as long as a memory
 * context lives. Does nothing for a user who may not see what was taken in.
 */
void
pa_source_stats_load(MemoryContext context)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	MemoryContextCallback *callback;
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(SourceTable),.hcxt = context};

	tables = NULL;
	if (!pa_sources_may_read("source_tables"))
		return;
	tables = hash_create("perfadvisor source tables", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	callback = MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	callback->func = forget;
	callback->arg = tables;
	MemoryContextRegisterResetCallback(context, callback);
	SPI_connect();
	read_tables(context);
	if (hash_get_num_entries(tables) > 0)
		read_columns(context);
	SPI_finish();
	MemoryContextSwitchTo(oldcontext);
	if (hash_get_num_entries(tables) == 0)
		tables = NULL;
	else
		install_hooks();
}
