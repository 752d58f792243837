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
#define PA_GIN_ENTRY_TIME		0.050	/* ms where the number of keys is unknown */
#define PA_GIN_KEY_TIME			0.0007	/* ms for each key of a value; the 65 characters have 66 */
#define PA_BRIN_ENTRY_TIME		0.0005	/* ms */
#define PA_EXPRESSION_TIME		0.004	/* ms to evaluate one and to compare texts */
#define PA_VACUUM_ENTRY_TIME	0.002	/* ms, later, for each dead entry */

/* Updates that stay on their page when no indexed column changes */
#define PA_HOT_SHARE			0.8

/*
 * Makes an empty write load in a memory context.
 */
PaWriteLoad *
pa_write_load_new(MemoryContext context)
{
	PaWriteLoad *load = MemoryContextAllocZero(context, sizeof(PaWriteLoad));
	HASHCTL		ctl = {0};

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(PaTableWrites);
	ctl.hcxt = context;
	load->tables = hash_create("perfadvisor writes", 64, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return load;
}

/*
 * Adds rows written per hour to what a table already has.
 */
void
pa_write_load_add(PaWriteLoad *load, Oid relid, CmdType command,
				  Bitmapset *updated, double rows)
{
	bool		found;
	PaTableWrites *table = hash_search(load->tables, &relid, HASH_ENTER, &found);
	PaWrite    *write;
	ListCell   *lc;

	if (!found)
	{
		table->writes = NIL;
		table->known = false;
		table->indexed = NULL;
		table->nindexes = 0;
	}
	foreach(lc, table->writes)
	{
		write = lfirst(lc);
		if (write->command == command && bms_equal(write->updated, updated))
		{
			write->rows += rows;
			return;
		}
	}
	write = palloc0(sizeof(PaWrite));
	write->command = command;
	write->updated = bms_copy(updated);
	write->rows = rows;
	table->writes = lappend(table->writes, write);
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
		result = def->size.valid && def->size.keys > 0
			? PA_BTREE_ENTRY_TIME + def->size.keys * PA_GIN_KEY_TIME : PA_GIN_ENTRY_TIME;
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
 * Notes what the writes of its table pay for an index. In the current memory
 * context. The caller must hold a lock on the table.
 */
void
pa_write_charge(PaWriteLoad *load, const PaIndexDef *def, PaWriteCharge *charge)
{
	PaTableWrites *table = hash_search(load->tables, &def->relid, HASH_FIND, NULL);

	charge->attrs = columns_of(def);
	charge->coverage = coverage(def);
	charge->price = entry_time(def) * charge->coverage;
	if (table != NULL && !table->known)
	{
		table->indexed = indexed_columns(def->relid, &table->nindexes);
		table->known = true;
	}
}

/*
 * Returns the ms that one row of an UPDATE takes longer with indexes, or which
 * part of it is due to one of them (all: -1). If it was HOT and is not any more
 * with some of them, it pays for an entry in every index of the table, once;
 * those that depend on an assigned column share that.
 */
static double
update_cost(const PaTableWrites *table, const PaWrite *write,
			PaWriteCharge **charges, int n, int which)
{
	bool		was_hot = !bms_overlap(write->updated, table->indexed);
	int			breaking = 0;
	double		result = 0;

	for (int i = 0; i < n; i++)
	{
		if (bms_overlap(write->updated, charges[i]->attrs))
			breaking++;
	}
	for (int i = 0; i < n; i++)
	{
		PaWriteCharge *charge = charges[i];

		if (which >= 0 && i != which)
			continue;
		if (was_hot && breaking == 0)
			result += (1 - PA_HOT_SHARE) * charge->price;
		else
			result += charge->price + PA_VACUUM_ENTRY_TIME * charge->coverage;
		if (was_hot && bms_overlap(write->updated, charge->attrs))
			result += PA_HOT_SHARE * table->nindexes *
				(PA_BTREE_ENTRY_TIME + PA_VACUUM_ENTRY_TIME) / breaking;
	}
	return result;
}

/*
 * Returns the ms per hour that writing statements would take longer with a set
 * of new indexes on a table, or the part that is due to one of them (all: -1).
 */
double
pa_write_cost(const PaWriteLoad *load, Oid relid, PaWriteCharge **charges,
			  int n, int which)
{
	PaTableWrites *table = hash_search(load->tables, &relid, HASH_FIND, NULL);
	double		result = 0;
	ListCell   *lc;

	if (table == NULL || n == 0)
		return 0;
	foreach(lc, table->writes)
	{
		PaWrite    *write = lfirst(lc);

		if (write->command == CMD_UPDATE)
		{
			result += write->rows * update_cost(table, write, charges, n, which);
			continue;
		}
		for (int i = 0; i < n; i++)
		{
			if (which < 0 || i == which)
				result += write->rows * (write->command == CMD_INSERT
										 ? charges[i]->price
										 : PA_VACUUM_ENTRY_TIME * charges[i]->coverage);
		}
	}
	return result;
}
