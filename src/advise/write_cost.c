/*
 * write_cost.c
 *	  What an index costs the statements that write its table.
 *
 * Each inserted row brings one entry into each index; an update does unless it
 * is heap-only (HOT), which needs that no indexed column changes; a deletion
 * leaves the work to VACUUM. The prices are milliseconds per entry. On warm data
 * test/bench/write_cost.sql measures 0.003 for a B-tree on an integer, 0.007 on
 * lower(text), 0.04 for trigrams of 65 characters and 0.0003 for BRIN (two cores
 * of a virtual machine, PostgreSQL 15, November 2026); they are rounded up, for
 * WAL that is flushed and pages that are read.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "advise/write_cost.h"
#include "base/compat_planner.h"

#define PA_BTREE_ENTRY_TIME		0.005	/* ms */
#define PA_GIN_ENTRY_TIME		0.050	/* ms for a text of ordinary length */
#define PA_BRIN_ENTRY_TIME		0.0005	/* ms */
#define PA_EXPRESSION_TIME		0.004	/* ms to evaluate one and to compare texts */
#define PA_VACUUM_ENTRY_TIME	0.002	/* ms, later, for each dead entry */

/* Updates that stay on their page when no indexed column changes */
#define PA_HOT_SHARE			0.8

/*
 * Adds rows written per hour to what a table already has.
 */
void
pa_write_load_add(PaWriteLoad *load, Oid relid, CmdType command,
				  Bitmapset *updated, double rows)
{
	PaWrite    *write;
	ListCell   *lc;

	foreach(lc, load->writes)
	{
		write = lfirst(lc);
		if (write->relid == relid && write->command == command &&
			bms_equal(write->updated, updated))
		{
			write->rows += rows;
			return;
		}
	}
	write = palloc0(sizeof(PaWrite));
	write->relid = relid;
	write->command = command;
	write->updated = bms_copy(updated);
	write->rows = rows;
	load->writes = lappend(load->writes, write);
}

/*
 * Returns the attribute numbers that an index depends on: keys, included
 * columns, expressions and predicate.
 */
static Bitmapset *
columns_of(const PaIndexDef *def)
{
	Bitmapset  *offset = NULL;
	Bitmapset  *result = NULL;
	int			x = -1;

	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno > 0)
			result = bms_add_member(result, def->columns[i].attno);
		else
			pull_varattnos(def->columns[i].expr, 1, &offset);
	}
	pull_varattnos((Node *) def->pred, 1, &offset);
	while ((x = bms_next_member(offset, x)) >= 0)
	{
		int			attno = x + FirstLowInvalidHeapAttributeNumber;

		if (attno > 0)
			result = bms_add_member(result, attno);
	}
	return result;
}

/*
 * Returns the attribute numbers of all existing indexes of
 * a table and their number. The caller must hold a lock.
 */
static Bitmapset *
indexed_columns(Oid relid, int *nindexes)
{
	Relation	rel = table_open(relid, NoLock);
	Bitmapset  *offset = pa_indexed_attrs(rel);
	Bitmapset  *result = NULL;
	int			x = -1;

	*nindexes = list_length(RelationGetIndexList(rel));
	while ((x = bms_next_member(offset, x)) >= 0)
	{
		int			attno = x + FirstLowInvalidHeapAttributeNumber;

		if (attno > 0)
			result = bms_add_member(result, attno);
	}
	table_close(rel, NoLock);
	return result;
}

/*
 * Returns the ms that one new entry takes in an index.
 */
static double
entry_time(const PaIndexDef *def)
{
	double		result = PA_BTREE_ENTRY_TIME;

	if (def->am == GIN_AM_OID)
		result = PA_GIN_ENTRY_TIME;
	else if (def->am == BRIN_AM_OID)
		result = PA_BRIN_ENTRY_TIME;
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno == 0)
			result += PA_EXPRESSION_TIME;
	}
	return result;
}

/*
 * Returns the share of a table's rows that are in the index.
 */
static double
coverage(const PaIndexDef *def)
{
	HeapTuple	tuple;
	double		tuples = 0;

	if (def->pred == NIL || !def->size.valid)
		return 1.0;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(def->relid));
	if (HeapTupleIsValid(tuple))
	{
		tuples = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
		ReleaseSysCache(tuple);
	}
	return tuples > 0 ? Min(def->size.tuples / tuples, 1.0) : 1.0;
}

/*
 * Returns the ms per hour that writing statements would take longer with the
 * index. An update that was HOT and is not any more pays for an entry in every
 * index of the table. The caller must hold a lock on the table.
 */
double
pa_write_cost(const PaWriteLoad *load, const PaIndexDef *def)
{
	Bitmapset  *own = columns_of(def);
	double		share = coverage(def);
	double		price = entry_time(def) * share;
	double		result = 0;
	ListCell   *lc;

	foreach(lc, load->writes)
	{
		PaWrite    *write = lfirst(lc);
		Bitmapset  *before;
		int			nindexes;

		if (write->relid != def->relid)
			continue;
		if (write->command == CMD_INSERT)
			result += write->rows * price;
		else if (write->command == CMD_DELETE)
			result += write->rows * PA_VACUUM_ENTRY_TIME * share;
		else
		{
			before = indexed_columns(def->relid, &nindexes);
			if (bms_overlap(write->updated, before))
				result += write->rows * (price + PA_VACUUM_ENTRY_TIME * share);
			else if (bms_overlap(write->updated, own))
				result += write->rows * (price + PA_HOT_SHARE * nindexes *
										 (PA_BTREE_ENTRY_TIME + PA_VACUUM_ENTRY_TIME));
			else
				result += write->rows * (1 - PA_HOT_SHARE) * price;
		}
	}
	return result;
}
