/*
 * source_stats.c
 *	  Statistics of other servers in the place of missing ones.
 *
 * A clone without the data has no statistics of its own. Where a table is
 * empty here and a workload was taken in with statistics of it, our planning,
 * and nobody else's, sees these: its size (whatif.c) and, through the planner's
 * hook, rows of the form of pg_statistic that stay in memory. They are read
 * when a search begins and belong to its memory. Anything can stand in a
 * document, so what cannot be read as the column's type is left out.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "advise/source_stats.h"
#include "advise/sources.h"
#include "advise/whatif.h"
#include "base/base.h"

/* What is known of a column; tuple is NULL where it could not be made */
typedef struct SourceColumn
{
	Oid			relid;
	AttrNumber	attno;
	bool		inherited;
	float4		null_share;
	int32		width;
	float4		distinct;
	Datum		correlation;
	bool		no_correlation;
	ArrayType  *common_shares;	/* or NULL */
	char	   *common;			/* or NULL */
	char	   *bounds;			/* or NULL */
	HeapTuple	tuple;
} SourceColumn;

typedef struct SourceTable
{
	Oid			relid;
	PaSourceSize size;
	List	   *columns;
} SourceTable;

static HTAB *tables = NULL;
static get_relation_stats_hook_type prev_relation_stats = NULL;
static get_attavgwidth_hook_type prev_attavgwidth = NULL;

/* Tables and indexes that are empty here, each as its largest namesake */
static const char *const tables_query =
"SELECT DISTINCT ON (c.oid) c.oid, t.pages, t.rows, t.visible_pages"
" FROM perfadvisor.source_tables AS t"
" JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.relation)::pg_catalog.oid"
" LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid"
" JOIN pg_catalog.pg_class AS r ON r.oid = COALESCE(i.indrelid, c.oid)"
" WHERE r.relpages = 0 AND r.reltuples <= 0 AND (r.relkind = 'p' OR perfadvisor.relation_bytes(r.oid) = 0) ORDER BY c.oid, t.rows DESC, t.source";

static const char *const columns_query =
"SELECT a.attrelid, a.attnum, k.inherited, k.null_share, k.width, k.\"distinct\", k.correlation, k.common_shares, k.common, k.bounds"
" FROM (SELECT DISTINCT ON (c.oid) c.oid, t.columns"
"  FROM perfadvisor.source_tables AS t"
"  JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.relation)::pg_catalog.oid"
"  WHERE c.relkind IN ('r', 'm', 'p') AND c.relpages = 0 AND c.reltuples <= 0 ORDER BY c.oid, t.rows DESC, t.source) AS s"
" CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.columns) AS k("
"  \"column\" pg_catalog.text, inherited pg_catalog.bool, null_share pg_catalog.float4, width pg_catalog.int4,"
"  \"distinct\" pg_catalog.float4, correlation pg_catalog.float4, common_shares pg_catalog.float4[],"
"  common pg_catalog.text, bounds pg_catalog.text)"
" JOIN pg_catalog.pg_attribute AS a ON a.attrelid = s.oid AND a.attname = k.\"column\" AND a.attnum > 0 AND NOT a.attisdropped"
" WHERE k.inherited IS NOT NULL AND k.null_share BETWEEN 0 AND 1 AND k.width > 0 AND k.\"distinct\" >= -1";

/*
 * Reads the values of a slot as an array of the column's type, 0 and *isnull
 * if there are none. The input functions of types are the server's or of
 * superusers; domains and rows, whose input may call anybody's functions, are
 * left out by the caller. Raises what these functions raise.
 */
static Datum
values_of(const char *values, Oid type, int32 typmod, bool *isnull)
{
	*isnull = values == NULL;
	if (values == NULL)
		return (Datum) 0;
	return OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(values), ObjectIdGetDatum(type),
							Int32GetDatum(typmod));
}

/*
 * Fills in a slot of statistics, the next that is free.
 */
static void
fill_slot(Datum *row, bool *nulls, int *slot, int16 kind, Oid op, Oid collation,
		  ArrayType *numbers, Datum values)
{
	int			k = (*slot)++;

	row[Anum_pg_statistic_stakind1 - 1 + k] = Int16GetDatum(kind);
	row[Anum_pg_statistic_staop1 - 1 + k] = ObjectIdGetDatum(op);
	row[Anum_pg_statistic_stacoll1 - 1 + k] = ObjectIdGetDatum(collation);
	nulls[Anum_pg_statistic_stanumbers1 - 1 + k] = numbers == NULL;
	row[Anum_pg_statistic_stanumbers1 - 1 + k] = PointerGetDatum(numbers);
	nulls[Anum_pg_statistic_stavalues1 - 1 + k] = values == (Datum) 0;
	row[Anum_pg_statistic_stavalues1 - 1 + k] = values;
}

/*
 * Fills in the slots of a column: its common values, the bounds of its
 * histogram, its order.
 */
static void
fill_slots(const SourceColumn *column, Datum *row, bool *nulls)
{
	Oid			type;
	int32		typmod;
	Oid			collation;
	TypeCacheEntry *entry;
	int			slot = 0;
	bool		none;
	Datum		values;

	get_atttypetypmodcoll(column->relid, column->attno, &type, &typmod, &collation);
	entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);
	if (strchr("ber", get_typtype(type)) == NULL || OidIsValid(get_element_type(type)))
		return;
	values = values_of(column->common, type, typmod, &none);
	if (!none && OidIsValid(entry->eq_opr) && column->common_shares != NULL &&
		ARR_NDIM(column->common_shares) == 1 && !array_contains_nulls(column->common_shares) &&
		ARR_NDIM(DatumGetArrayTypeP(values)) == 1 && !array_contains_nulls(DatumGetArrayTypeP(values)) &&
		ARR_DIMS(column->common_shares)[0] == ARR_DIMS(DatumGetArrayTypeP(values))[0])
		fill_slot(row, nulls, &slot, STATISTIC_KIND_MCV, entry->eq_opr, collation,
				  column->common_shares, values);
	values = values_of(column->bounds, type, typmod, &none);
	if (!none && OidIsValid(entry->lt_opr) &&
		ARR_NDIM(DatumGetArrayTypeP(values)) == 1 && !array_contains_nulls(DatumGetArrayTypeP(values)) &&
		ARR_DIMS(DatumGetArrayTypeP(values))[0] >= 2)
		fill_slot(row, nulls, &slot, STATISTIC_KIND_HISTOGRAM, entry->lt_opr, collation, NULL, values);
	if (!column->no_correlation && OidIsValid(entry->lt_opr))
		fill_slot(row, nulls, &slot, STATISTIC_KIND_CORRELATION, entry->lt_opr, collation,
				  construct_array((Datum *) &column->correlation, 1, FLOAT4OID, sizeof(float4), true,
								  TYPALIGN_INT), (Datum) 0);
}

/*
 * Makes the row of a column; called guarded.
 */
static void
make_tuple(void *argument)
{
	SourceColumn *column = argument;
	Relation	catalog = table_open(StatisticRelationId, AccessShareLock);
	Datum		values[Natts_pg_statistic] = {0};
	bool		nulls[Natts_pg_statistic] = {0};

	values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(column->relid);
	values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(column->attno);
	values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(column->inherited);
	values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(column->null_share);
	values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(column->width);
	values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(column->distinct);
	for (int k = 0; k < STATISTIC_NUM_SLOTS; k++)
	{
		nulls[Anum_pg_statistic_stanumbers1 - 1 + k] = true;
		nulls[Anum_pg_statistic_stavalues1 - 1 + k] = true;
	}
	fill_slots(column, values, nulls);
	column->tuple = heap_form_tuple(RelationGetDescr(catalog), values, nulls);
	table_close(catalog, AccessShareLock);
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
 * Reads the row of a column, in the current context.
 */
static SourceColumn *
read_column(HeapTuple row)
{
	TupleDesc	desc = SPI_tuptable->tupdesc;
	SourceColumn *column = palloc0(sizeof(SourceColumn));
	bool		isnull;
	text	   *value;

	column->relid = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
	column->attno = DatumGetInt16(SPI_getbinval(row, desc, 2, &isnull));
	column->inherited = DatumGetBool(SPI_getbinval(row, desc, 3, &isnull));
	column->null_share = DatumGetFloat4(SPI_getbinval(row, desc, 4, &isnull));
	column->width = DatumGetInt32(SPI_getbinval(row, desc, 5, &isnull));
	column->distinct = DatumGetFloat4(SPI_getbinval(row, desc, 6, &isnull));
	column->correlation = SPI_getbinval(row, desc, 7, &column->no_correlation);
	column->common_shares = copy_column(row, 8);
	value = copy_column(row, 9);
	column->common = value != NULL ? text_to_cstring(value) : NULL;
	value = copy_column(row, 10);
	column->bounds = value != NULL ? text_to_cstring(value) : NULL;
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
		SourceColumn *column = read_column(SPI_tuptable->vals[i]);
		SourceTable *table = hash_search(tables, &column->relid, HASH_FIND, NULL);

		CHECK_FOR_INTERRUPTS();
		if (table == NULL)
			continue;
		if (!pa_guarded_call(make_tuple, column))
		{
			/* Values that are none of the column's type */
			column->common = column->bounds = NULL;
			if (!pa_guarded_call(make_tuple, column))
				continue;
		}
		table->columns = lappend(table->columns, column);
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
		SourceColumn *column = lfirst(lc);

		if (column->attno == attno && column->inherited == inherited)
			return column->tuple;
	}
	return NULL;
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
