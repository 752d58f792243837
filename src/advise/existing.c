/*
 * existing.c
 *	  Indexes that exist: what they are, what depends on them, what they take.
 *
 * Reading a definition folds the constants in it, which may run functions that
 * the table's owner wrote. So each table is read as its owner, restricted and
 * read only, in a subtransaction of its own, which also gives back its locks
 * before the next. Locks are taken conditionally: a table that another session
 * has locked, or one of its indexes, is not waited for but marked as unknown.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "advise/existing.h"
#include "advise/replan.h"
#include "base/compat.h"

/* Smaller ones are not worth an estimate of what they would be if rebuilt. */
#define PA_MIN_BLOAT_PAGES	128

/* A table that changed more than that since ANALYZE gives no good estimate. */
#define PA_MAX_CHANGED		0.2

/* Nor does an index whose tuples are more or fewer than expected by this */
#define PA_MAX_TUPLE_ERROR	1.5

/*
 * Fills one column of a definition from the relation cache. Takes the next
 * expression off the list for a column that is one.
 */
static void
read_column(PaIndexColumn *col, Relation index, int i, const oidvector *opclasses,
			ListCell **expr, List *exprs)
{
	Oid			relid = index->rd_index->indrelid;

	col->attno = index->rd_index->indkey.values[i];
	col->include = i >= index->rd_index->indnkeyatts;
	if (col->attno != 0)
	{
		get_atttypetypmodcoll(relid, col->attno, &col->type, &col->typmod,
							  &col->attcollation);
		col->collation = col->attcollation;
	}
	else
	{
		col->expr = lfirst(*expr);
		*expr = lnext(exprs, *expr);
		col->type = exprType(col->expr);
		col->typmod = exprTypmod(col->expr);
		col->collation = exprCollation(col->expr);
	}
	if (col->include)
		return;
	col->opclass = opclasses->values[i];
	col->opfamily = index->rd_opfamily[i];
	col->opcintype = index->rd_opcintype[i];
	col->collation = index->rd_indcollation[i];
	col->desc = (index->rd_indoption[i] & INDOPTION_DESC) != 0;
	col->nulls_first = (index->rd_indoption[i] & INDOPTION_NULLS_FIRST) != 0;
}

/*
 * Makes the definition of an open index, in the current memory context.
 */
static PaIndexDef *
read_definition(Relation index)
{
	Form_pg_index form = index->rd_index;
	PaIndexDef *def = pa_index_def_new(form->indrelid, index->rd_rel->relam, form->indnatts);
	List	   *exprs = RelationGetIndexExpressions(index);
	ListCell   *expr = list_head(exprs);
	bool		isnull;
	Datum		opclasses = SysCacheGetAttr(INDEXRELID, index->rd_indextuple,
											Anum_pg_index_indclass, &isnull);

	for (int i = 0; i < form->indnatts; i++)
		read_column(&def->columns[i], index, i,
					(oidvector *) DatumGetPointer(opclasses), &expr, exprs);
	def->nkeys = form->indnkeyatts;
	def->pred = RelationGetIndexPredicate(index);
	return def;
}

/*
 * Whether an operator class of the index has parameters, and whether ANALYZE
 * has gathered statistics of its expressions.
 */
static void
read_attributes(PaExisting *existing)
{
	for (int i = 0; i < existing->def->nkeys; i++)
	{
		if (get_attoptions(existing->oid, i + 1) != (Datum) 0)
			existing->has_options = true;
		if (existing->def->columns[i].attno == 0 &&
			SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(existing->oid),
								  Int16GetDatum(i + 1), BoolGetDatum(false)))
			existing->expr_stats = true;
	}
}

/*
 * Returns the size in bytes that a B-tree would have if it were built anew,
 * or -1 if the statistics do not allow to say. The current user must be the
 * table's owner, restricted.
 */
static int64
expected_bytes(Relation index, PaExisting *existing, double table_tuples)
{
	PaIndexDef *def = existing->def;
	int64		changed;
	double		error;
	double		loosened;

	if (def->am != BTREE_AM_OID || table_tuples < 0)
		return -1;
	changed = DatumGetInt64(DirectFunctionCall1(pg_stat_get_mod_since_analyze,
												ObjectIdGetDatum(def->relid)));
	if (changed > PA_MAX_CHANGED * table_tuples)
		return -1;
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno == 0 ? !existing->expr_stats :
			!SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(def->relid),
								   Int16GetDatum(def->columns[i].attno), BoolGetDatum(false)))
			return -1;
	}
	pa_index_size_estimate(def);
	error = Max(index->rd_rel->reltuples, 1) / Max(def->size.tuples, 1);
	if (index->rd_rel->reltuples >= 0 &&
		(error > PA_MAX_TUPLE_ERROR || error < 1 / PA_MAX_TUPLE_ERROR))
		return -1;
	loosened = (double) BTREE_DEFAULT_FILLFACTOR / BTGetFillFactor(index);
	return (int64) (def->size.pages * loosened) * BLCKSZ;
}

/*
 * Reads one open index.
 */
static PaExisting *
read_index(Relation rel, Relation index)
{
	PaExisting *existing = palloc0(sizeof(PaExisting));
	Form_pg_index form = index->rd_index;

	existing->oid = RelationGetRelid(index);
	existing->def = read_definition(index);
	existing->valid = form->indisvalid && form->indisready && form->indislive;
	existing->unique = form->indisunique;
	existing->immediate = form->indimmediate;
	existing->nulls_not_distinct = form->indnullsnotdistinct;
	existing->primary = form->indisprimary;
	existing->exclusion = form->indisexclusion;
	existing->replident = form->indisreplident || rel->rd_replidindex == existing->oid;
	existing->clustered = form->indisclustered;
	existing->constraint = OidIsValid(get_index_constraint(existing->oid));
	existing->referenced = get_index_ref_constraints(existing->oid) != NIL;
	existing->expected_bytes = -1;
	if (index->rd_rel->relispartition)
		existing->parent = get_partition_parent(existing->oid, true);
	read_attributes(existing);
	if (index->rd_rel->relkind == RELKIND_PARTITIONED_INDEX)
		return existing;

	existing->leaves = list_make1_oid(existing->oid);
	existing->leaf_tables = list_make1_oid(RelationGetRelid(rel));
	existing->bytes = (int64) RelationGetNumberOfBlocks(index) * BLCKSZ;
	existing->scans = DatumGetInt64(DirectFunctionCall1(pg_stat_get_numscans,
														ObjectIdGetDatum(existing->oid)));
	existing->last_scan = pa_last_scan(existing->oid);
	if (existing->valid && existing->bytes >= PA_MIN_BLOAT_PAGES * BLCKSZ)
		existing->expected_bytes = expected_bytes(index, existing, rel->rd_rel->reltuples);
	return existing;
}

/*
 * Reads all indexes of a table; runs inside pa_in_restriction().
 */
static void
read_table(void *arg)
{
	PaExistingTable *table = arg;
	Relation	rel;
	List	   *oids;
	ListCell   *lc;

	if (!ConditionalLockRelationOid(table->relid, AccessShareLock))
	{
		table->unknown = true;
		return;
	}
	rel = try_relation_open(table->relid, NoLock);
	if (rel == NULL)
		return;
	table->relkind = rel->rd_rel->relkind;
	oids = RelationGetIndexList(rel);
	foreach(lc, oids)
	{
		if (!ConditionalLockRelationOid(lfirst_oid(lc), AccessShareLock))
			table->unknown = true;
	}
	if (!table->unknown)
	{
		table->fkeys = copyObject(RelationGetFKeyList(rel));
		foreach(lc, oids)
		{
			Relation	index = try_relation_open(lfirst_oid(lc), NoLock);

			if (index == NULL)
				continue;
			table->indexes = lappend(table->indexes, read_index(rel, index));
			relation_close(index, NoLock);
		}
	}
	relation_close(rel, NoLock);
}

/* An index found by its OID */
typedef struct OidEntry
{
	Oid			oid;
	PaExisting *existing;
} OidEntry;

/*
 * Adds up what the partitions' indexes of a partitioned index are. Returns
 * false if one of them was not read.
 */
static bool
add_leaves(HTAB *by_oid, PaExisting *existing)
{
	List	   *members = find_all_inheritors(existing->oid, NoLock, NULL);
	ListCell   *lc;

	foreach(lc, members)
	{
		OidEntry   *entry = hash_search(by_oid, &lfirst_oid(lc), HASH_FIND, NULL);
		PaExisting *member;

		if (entry == NULL)
			return false;
		member = entry->existing;
		existing->expr_stats |= member->expr_stats;
		existing->referenced |= member->referenced;
		existing->replident |= member->replident;
		existing->clustered |= member->clustered;
		if (member == existing || get_rel_relkind(member->oid) != RELKIND_INDEX)
			continue;
		existing->leaves = lappend_oid(existing->leaves, member->oid);
		existing->leaf_tables = lappend_oid(existing->leaf_tables, member->def->relid);
		existing->bytes += member->bytes;
		existing->scans += member->scans;
		existing->last_scan = Max(existing->last_scan, member->last_scan);
	}
	return true;
}

/*
 * Adds up the partitions' indexes of all partitioned ones. A partitioned table
 * is unknown if one of its partitions is.
 */
static void
add_all_leaves(List *tables)
{
	HASHCTL		ctl = {0};
	HTAB	   *by_oid;
	ListCell   *lc;
	ListCell   *lc2;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(OidEntry);
	ctl.hcxt = CurrentMemoryContext;
	by_oid = hash_create("perfadvisor existing indexes", 256, &ctl,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach(lc, tables)
	{
		foreach(lc2, ((PaExistingTable *) lfirst(lc))->indexes)
		{
			PaExisting *existing = lfirst(lc2);
			OidEntry   *entry = hash_search(by_oid, &existing->oid, HASH_ENTER, NULL);

			entry->existing = existing;
		}
	}
	foreach(lc, tables)
	{
		PaExistingTable *table = lfirst(lc);

		if (table->relkind != RELKIND_PARTITIONED_TABLE)
			continue;
		foreach(lc2, table->indexes)
		{
			if (!add_leaves(by_oid, lfirst(lc2)))
				table->unknown = true;
		}
	}
	hash_destroy(by_oid);
}

/*
 * Reads the indexes of tables, in their order: a List of PaExistingTable in
 * the current memory context. Tables that are gone by now have no indexes.
 * Locks are given back at once.
 */
List *
pa_existing_read(List *relids)
{
	List	   *tables = NIL;
	ListCell   *lc;

	foreach(lc, relids)
	{
		PaExistingTable *table = palloc0(sizeof(PaExistingTable));
		HeapTuple	tuple;
		PaRestriction restriction = {.search_path = "pg_catalog",.code = PA_CODE_CALLED};
		ErrorData  *error = NULL;

		CHECK_FOR_INTERRUPTS();
		table->relid = lfirst_oid(lc);
		tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table->relid));
		if (!HeapTupleIsValid(tuple))
			continue;
		restriction.userid = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
		if (!pa_in_restriction(&restriction, read_table, table, &error))
		{
			table->unknown = true;
			table->indexes = NIL;
		}
		tables = lappend(tables, table);
	}
	add_all_leaves(tables);
	return tables;
}

/*
 * Whether two key columns hold the same values in the same operator class, and
 * in the same order or, with reversed, in the opposite one.
 */
static bool
same_key(const PaIndexColumn *a, const PaIndexColumn *b, bool reversed)
{
	if (a->attno != b->attno || a->opclass != b->opclass ||
		a->collation != b->collation || !equal(a->expr, b->expr))
		return false;
	if (reversed)
		return a->desc != b->desc && a->nulls_first != b->nulls_first;
	return a->desc == b->desc && a->nulls_first == b->nulls_first;
}

/*
 * Whether the first n keys of two definitions are the same, and in the same
 * order, or, if asked for, in the opposite order throughout.
 */
static bool
same_keys(const PaIndexDef *a, const PaIndexDef *b, int n, bool or_reversed)
{
	bool		same = true;
	bool		opposite = or_reversed;

	for (int i = 0; i < n; i++)
	{
		same = same && same_key(&a->columns[i], &b->columns[i], false);
		opposite = opposite && same_key(&a->columns[i], &b->columns[i], true);
	}
	return same || opposite;
}

/*
 * Whether every included column of one definition is a column of the other.
 */
static bool
includes_within(const PaIndexDef *inner, const PaIndexDef *outer)
{
	for (int i = inner->nkeys; i < inner->ncolumns; i++)
	{
		bool		found = false;

		for (int j = 0; j < outer->ncolumns; j++)
			found |= outer->columns[j].attno == inner->columns[i].attno;
		if (!found)
			return false;
	}
	return true;
}

/*
 * Whether two indexes of a table are defined alike, apart from uniqueness.
 */
bool
pa_existing_same(const PaExisting *a, const PaExisting *b)
{
	return a->def->am == b->def->am &&
		a->def->nkeys == b->def->nkeys && a->def->ncolumns == b->def->ncolumns &&
		!a->has_options && !b->has_options &&
		same_keys(a->def, b->def, a->def->nkeys, false) &&
		includes_within(a->def, b->def) && includes_within(b->def, a->def) &&
		equal(a->def->pred, b->def->pred);
}

/*
 * Whether a B-tree begins with all keys of a shorter one, on the same rows and
 * in an order that serves, and holds the shorter one's included columns.
 */
bool
pa_existing_covers(const PaExisting *longer, const PaExisting *shorter)
{
	return longer->def->am == BTREE_AM_OID && shorter->def->am == BTREE_AM_OID &&
		longer->def->ncolumns >= shorter->def->ncolumns &&
		longer->def->nkeys >= shorter->def->nkeys &&
		!longer->has_options && !shorter->has_options &&
		same_keys(longer->def, shorter->def, shorter->def->nkeys, true) &&
		includes_within(shorter->def, longer->def) &&
		equal(longer->def->pred, shorter->def->pred);
}

/*
 * Returns how many of its leading columns are columns of a foreign key (a
 * ForeignKeyCacheInfo) of the table: what the check of a deleted parent row
 * can look up by it. An index on some rows only is good for it if it leaves
 * out nothing but NULLs of the foreign key.
 */
int
pa_existing_fkey_columns(const PaExisting *index, void *fkey)
{
	ForeignKeyCacheInfo *fk = fkey;
	const PaIndexDef *def = index->def;
	ListCell   *lc;
	int			n;

	if (def->am != BTREE_AM_OID && def->am != HASH_AM_OID)
		return 0;
	foreach(lc, def->pred)
	{
		NullTest   *test = lfirst(lc);
		bool		found = false;

		if (!IsA(test, NullTest) || test->nulltesttype != IS_NOT_NULL || !IsA(test->arg, Var))
			return 0;
		for (int i = 0; i < fk->nkeys; i++)
			found |= fk->conkey[i] == ((Var *) test->arg)->varattno;
		if (!found)
			return 0;
	}
	for (n = 0; n < def->nkeys; n++)
	{
		bool		found = false;

		for (int i = 0; i < fk->nkeys; i++)
			found |= def->columns[n].attno != 0 && fk->conkey[i] == def->columns[n].attno;
		if (!found)
			break;
	}
	return n;
}
