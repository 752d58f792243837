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

/* A sample with fewer repetitions of keys does not tell how often they occur. */
#define PA_FEW_REPEATED	10

/* Rows of the same key lie side by side from this correlation on. */
#define CLUSTERED	0.9

/* What the leaves hold */
typedef struct Leaves
{
	double		bytes;			/* tuples with line pointers */
	double		tuples;			/* of them, posting lists counting as one */
	double		key;			/* average size of a tuple with one key */
	bool		deduplicate;
	double		keys;			/* other than NULL, by the sample; 0: not asked for */
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
 * Whether rows with the same key lie side by side, as far as statistics know. ANALYZE,
 * which reads several rows of a block, then takes keys for more common than they are.
 */
static bool
is_clustered(const PaSizing *sizing)
{
	const PaColumnStats *cs = &sizing->columns[0];
	AttStatsSlot slot;
	double		order = 0;

	if (sizing->def->ncolumns != 1 || cs->tuple == NULL || cs->foreign)
		return false;
	if (get_attstatsslot(&slot, cs->tuple, STATISTIC_KIND_CORRELATION, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		order = fabs(slot.numbers[0]);
		free_attstatsslot(&slot);
	}
	return order >= CLUSTERED;
}

/*
 * Returns how many rows with the same key a block has, if a share of its rows, taken by
 * chance, makes n rows with so many keys in their blocks. Of g rows none is taken with the
 * probability (1 - share)^g, so keys / n = (1 - (1 - share)^g) / (g * share), which falls as g
 * grows.
 */
static double
rows_of_key_in_block(double n, double keys, double share)
{
	double		low = 1;
	double		high = 1000;

	for (int i = 0; i < 40; i++)
	{
		double		g = sqrt(low * high);

		if ((1 - pow(1 - share, g)) / (g * share) > keys / n)
			low = g;
		else
			high = g;
	}
	return low;
}

/*
 * Whether one of the rows before the i-th in its block has the same key.
 */
static bool
repeats_in_block(const PaRowValues *values, const uint64 *hashes, int i)
{
	for (int j = i - 1; j >= 0 && values->blocks[j] == values->blocks[i]; j--)
	{
		if (hashes[j] == hashes[i])
			return true;
	}
	return false;
}

/*
 * Returns how many keys the rows of a partial index have if its condition has nothing to
 * do with them: each key of the table is met if any of its rows is. 0: not known.
 */
static double
keys_by_chance(const PaSizing *sizing)
{
	double		keys = 1;

	if (sizing->def->pred == NIL || sizing->table_rows < 1)
		return 0;
	for (int i = 0; i < sizing->def->nkeys; i++)
	{
		if (sizing->columns[i].ndistinct < 1)
			return 0;
		keys *= sizing->columns[i].ndistinct;
	}
	keys = Min(keys, sizing->table_rows);
	return keys * (1 - pow(1 - Min(sizing->rows / sizing->table_rows, 1), sizing->table_rows / keys));
}

/*
 * Forms the tuples of the sampled rows, without making them, and counts keys: once
 * for each block, unless the sample is the table. Returns how many rows were looked at.
 */
static int
count_keys(Leaves *leaves, const PaRowValues *values, PaKeyCounts *counts)
{
	PaIndexDef *def = leaves->sizing->def;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "index tuple",
												  ALLOCSET_DEFAULT_SIZES);
	uint64	   *hashes = palloc(sizeof(uint64) * Max(values->n, 1));
	bool		whole = values->seen >= values->total;
	double		sum = 0;
	int			n = 0;

	for (int i = 0; i < values->n; i++)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(context);
		double		size = pa_size_form(def, values->values + i * values->ncolumns,
										values->isnull + i * values->ncolumns, &hashes[i]);

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
		if (size > LARGEST_TUPLE)
			def->size.too_wide = true;
		if (values->isnull[i * values->ncolumns] && is_known(leaves->sizing))
			continue;
		sum += size;
		n++;
		if (!whole && repeats_in_block(values, hashes, i))
			continue;
		pa_key_counts_add(counts, hashes[i], (int) size);
		counts->rows++;
	}
	if (n > 0)
		leaves->key = sum / n;
	return n;
}

/*
 * Takes from the sampled rows how large tuples are, and how often keys occur.
 */
static void
measure_rows(const PaRowValues *values, void *arg)
{
	Leaves	   *leaves = arg;
	PaSizing   *sizing = leaves->sizing;
	PaKeyCounts *counts = pa_key_counts_new();
	int			n = count_keys(leaves, values, counts);
	double		most = is_clustered(sizing) ? 0 : distinct_keys(sizing);
	double		least = 0;

	if (n == 0)
		return;
	if (n > counts->rows)
		counts->per_row = rows_of_key_in_block(n, counts->rows, values->share);
	if (is_known(sizing))
	{
		if (most == 0)
			leaves->keys = pa_key_counts_visit(counts, sizing->rows * (1 - sizing->columns[0].nullfrac),
											   0, NULL, NULL);
		return;
	}
	if (leaves->deduplicate && counts->rows - pa_key_counts_number(counts) < PA_FEW_REPEATED)
		least = Min(keys_by_chance(sizing), sizing->rows);
	if (least > 0 && pa_key_counts_visit(counts, sizing->rows, most, NULL, NULL) < least)
		add_keys(least, leaves->key, sizing->rows / least, leaves);
	else if (leaves->deduplicate)
		(void) pa_key_counts_visit(counts, sizing->rows, most, add_keys, leaves);
	else
		add_keys(sizing->rows, leaves->key, 1, leaves);
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
	double		keys = Max(leaves->keys > 0 ? leaves->keys : cs->ndistinct, 1);
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
	return repeats && (sizing->def->nkeys > 1 || sizing->def->pred != NIL || is_clustered(sizing));
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
								leaves.deduplicate && (!is_known(sizing) || is_clustered(sizing)) ? 0 : PA_WIDTH_ROWS,
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
