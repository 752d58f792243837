/*
 * size_btree.c
 *	  How large a B-tree would be.
 *
 * Leaves are laid out as nbtsort.c does it, with deduplication. Statistics are
 * enough for columns of fixed width and one key; the sizes of long and toasted
 * values, the number of different combinations of several columns and how
 * unevenly they occur come from a sample of the rows.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "catalog/pg_statistic.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "advise/key_counts.h"
#include "advise/row_sample.h"
#include "advise/size.h"

/* Bytes that a B-tree page has for tuples and line pointers */
#define BTREE_USABLE	(BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(BTPageOpaqueData)))

/* Inner pages are filled to 70 % */
#define INNER_FILL		((double) BTREE_USABLE - BLCKSZ * (100 - BTREE_NONLEAF_FILLFACTOR) / 100)

/* Largest posting list that CREATE INDEX makes, see _bt_load() */
#define POSTING_LIMIT	(MAXALIGN_DOWN(BLCKSZ * 10 / 100) - sizeof(ItemIdData))

/* Largest tuple, see BTMaxItemSize */
#define LARGEST_TUPLE	(MAXALIGN_DOWN((BLCKSZ - \
	MAXALIGN(SizeOfPageHeaderData + 3 * sizeof(ItemIdData)) - \
	MAXALIGN(sizeof(BTPageOpaqueData))) / 3) - MAXALIGN(sizeof(ItemPointerData)))

/* Rows that are looked at where only the width of the tuples is wanted */
#define PA_WIDTH_ROWS	2000

/* Rows of the same key lie side by side from this correlation on. */
#define CLUSTERED	0.9

/* What the leaves hold */
typedef struct Leaves
{
	double		bytes;			/* tuples with line pointers */
	double		tuples;			/* of them, posting lists counting as one */
	double		key;			/* average size of a tuple with one key */
	bool		deduplicate;
	PaSizing   *sizing;
} Leaves;

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
 * Adds keys that occur so often each: as single tuples, or as posting lists of
 * 6-byte tuple identifiers as long as POSTING_LIMIT allows. If keys occur
 * between one and two times on average, the share that repeats is taken as
 * 1 - 1/n, and those occur twice.
 */
static void
add_keys(double nkeys, double size, double n, void *arg)
{
	Leaves	   *leaves = arg;
	double		per_list = floor((POSTING_LIMIT - size) / sizeof(ItemPointerData));
	double		lists;

	if (!leaves->deduplicate || n < 1.01 || per_list < 2)
	{
		leaves->bytes += nkeys * n * (size + sizeof(ItemIdData));
		leaves->tuples += nkeys * n;
		return;
	}
	if (n < 2)
	{
		double		repeated = nkeys * (n - 1);

		leaves->bytes += (nkeys - repeated) * (size + sizeof(ItemIdData));
		leaves->tuples += nkeys - repeated;
		nkeys = repeated;
		n = 2;
	}
	lists = nkeys * Max(ceil(n / per_list), 1);
	leaves->bytes += lists * (size + sizeof(ItemIdData) + 4) +
		nkeys * n * sizeof(ItemPointerData);
	leaves->tuples += lists;
}

/*
 * Returns the number of distinct keys among the rows: the product over the
 * columns, bounded by the number of rows. All NULLs are equal here.
 */
static double
distinct_keys(const PaSizing *sizing)
{
	double		groups = 1;

	for (int i = 0; i < sizing->def->nkeys; i++)
	{
		const PaColumnStats *cs = &sizing->columns[i];

		if (cs->ndistinct <= 0)
			return sizing->rows;
		groups *= cs->ndistinct + (cs->nullfrac > 0 ? 1 : 0);
		if (groups >= sizing->rows)
			return sizing->rows;
	}
	return Max(groups, 1);
}

/*
 * Whether statistics tell how often the keys occur: those of the only column.
 * ANALYZE reads more rows than a sample has.
 */
static bool
is_known(const PaSizing *sizing)
{
	const PaIndexDef *def = sizing->def;

	return def->ncolumns == 1 && def->pred == NIL &&
		(sizing->columns[0].ndistinct > 0 || sizing->columns[0].nullfrac > 0);
}

/*
 * Returns how many keys of a table's only key column a part of its rows has, if
 * rows with the same key lie side by side; otherwise 0. A sample of blocks has whole
 * groups of such rows and takes them for more common than they are.
 */
static double
keys_of_part(const PaSizing *sizing)
{
	const PaColumnStats *cs = &sizing->columns[0];
	AttStatsSlot slot;
	double		order = 0;

	if (sizing->def->pred == NIL || sizing->def->nkeys != 1 || cs->ndistinct <= 1 ||
		cs->tuple == NULL || sizing->table_rows < 1)
		return 0;
	if (get_attstatsslot(&slot, cs->tuple, STATISTIC_KIND_CORRELATION, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		order = fabs(slot.numbers[0]);
		free_attstatsslot(&slot);
	}
	if (order < CLUSTERED)
		return 0;
	return cs->ndistinct * (1 - pow(1 - Min(sizing->rows / sizing->table_rows, 1),
									sizing->table_rows / cs->ndistinct));
}

/*
 * Forms the tuples of the sampled rows, without making them, and counts keys.
 */
static void
measure_rows(const PaRowValues *values, void *arg)
{
	Leaves	   *leaves = arg;
	PaIndexDef *def = leaves->sizing->def;
	PaKeyCounts *counts = pa_key_counts_new();
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "index tuple",
												  ALLOCSET_DEFAULT_SIZES);
	double		sum = 0;
	double		least;

	for (int i = 0; i < values->n; i++)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(context);
		uint64		hash;
		double		size = pa_size_form(def, values->values + i * values->ncolumns,
										values->isnull + i * values->ncolumns, &hash);

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
		if (size > LARGEST_TUPLE)
			def->size.too_wide = true;
		if (values->isnull[i * values->ncolumns] && is_known(leaves->sizing))
			continue;
		sum += size;
		pa_key_counts_add(counts, hash, (int) size);
		counts->rows++;
	}
	if (counts->rows == 0)
		return;
	leaves->key = sum / counts->rows;
	if (is_known(leaves->sizing))
		return;
	least = leaves->deduplicate ? Min(keys_of_part(leaves->sizing), leaves->sizing->rows) : 0;
	if (least > 0 && pa_key_counts_visit(counts, leaves->sizing->rows,
										 distinct_keys(leaves->sizing), NULL, NULL) < least)
		add_keys(least, leaves->key, leaves->sizing->rows / least, leaves);
	else if (leaves->deduplicate)
		(void) pa_key_counts_visit(counts, leaves->sizing->rows,
								   distinct_keys(leaves->sizing), add_keys, leaves);
	else
		add_keys(leaves->sizing->rows, leaves->key, 1, leaves);
}

/*
 * Adds the keys of the only column: NULL, the most common values, and the rest
 * evenly.
 */
static void
add_single_column(Leaves *leaves)
{
	PaColumnStats *cs = &leaves->sizing->columns[0];
	double		rows = leaves->sizing->rows;
	double		rest = rows * (1 - cs->nullfrac);
	double		keys = Max(cs->ndistinct, 1);
	PaColumnStats filled = *cs;
	AttStatsSlot slot;

	filled.nullfrac = 0;
	if (leaves->key == 0)
		leaves->key = pa_size_tuple(&filled, 1);
	if (cs->nullfrac > 0)
		add_keys(1, MAXALIGN(sizeof(IndexTupleData) + sizeof(IndexAttributeBitMapData)),
				 rows * cs->nullfrac, leaves);
	if (cs->tuple != NULL &&
		get_attstatsslot(&slot, cs->tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nnumbers; i++)
		{
			add_keys(1, leaves->key, rows * slot.numbers[i], leaves);
			rest -= rows * slot.numbers[i];
			keys--;
		}
		free_attstatsslot(&slot);
	}
	if (rest >= 1)
	{
		keys = Min(Max(keys, 1), rest);
		add_keys(keys, leaves->key, rest / keys, leaves);
	}
}

/*
 * Whether statistics do not tell enough: values that may be too long, or if the
 * size shall be exact, also varying widths, and several columns none of which is
 * nearly unique.
 */
static bool
needs_sample(const Leaves *leaves)
{
	const PaSizing *sizing = leaves->sizing;
	bool		repeats = leaves->deduplicate && sizing->exact;

	for (int i = 0; i < sizing->def->ncolumns; i++)
	{
		if (sizing->columns[i].may_be_long ||
			(sizing->columns[i].doubtful && sizing->exact))
			return true;
		if (sizing->columns[i].ndistinct > 0.7 * sizing->table_rows)
			repeats = false;
	}
	return repeats && (sizing->def->nkeys > 1 || sizing->def->pred != NIL);
}

/*
 * Fills in pages and height. The caller must hold a lock on the table.
 */
void
pa_size_btree(PaSizing *sizing)
{
	PaIndexDef *def = sizing->def;
	Leaves		leaves = {.sizing = sizing,.deduplicate = can_deduplicate(def)};
	double		fill = BTREE_USABLE - BLCKSZ *
		(100.0 - (def->fillfactor > 0 ? def->fillfactor : BTREE_DEFAULT_FILLFACTOR)) / 100;
	double		average;
	double		level;
	double		fanout;

	if (needs_sample(&leaves))
		(void) pa_rows_evaluate(def->relid, pa_size_expressions(def), def->pred,
								leaves.deduplicate && !is_known(sizing) ? 0 : PA_WIDTH_ROWS,
								measure_rows, &leaves);
	if (leaves.tuples == 0 && is_known(sizing))
		add_single_column(&leaves);
	if (leaves.tuples == 0)
	{
		double		groups = distinct_keys(sizing);

		leaves.key = pa_size_tuple(sizing->columns, def->ncolumns);
		add_keys(groups, leaves.key, sizing->rows / groups, &leaves);
	}

	/*
	 * A leaf is full with the tuple that reaches the fill factor; that one moves
	 * to the next leaf, and its key stays as the high key.
	 */
	average = leaves.bytes / Max(leaves.tuples, 1);
	level = ceil(leaves.tuples / Max(ceil(fill / average) - 1, 1));
	if (average < BLCKSZ / 50)
		level = ceil(leaves.bytes / (fill - leaves.key / 2));
	level = Max(level, 1);
	def->size.pages = level + 1;
	fanout = Max(floor(INNER_FILL / (leaves.key + sizeof(ItemIdData))), 2);
	def->size.tree_height = 0;
	while (level > 1)
	{
		level = ceil(level / fanout);
		def->size.pages += level;
		def->size.tree_height++;
	}
}
