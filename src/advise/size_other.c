/*
 * size_other.c
 *	  How large hash, BRIN, GiST and SP-GiST indexes would be.
 */
#include "postgres.h"

#include <math.h>

#include "access/brin.h"
#include "access/gist.h"
#include "access/hash.h"
#include "access/itup.h"
#include "catalog/pg_am.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"

#include "advise/row_sample.h"
#include "advise/size.h"

/* Bytes of tuples and line pointers on a page of a hash index */
#define HASH_USABLE		(BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(HashPageOpaqueData)))

/* How full splitting leaves pages */
#define PA_GIST_FILL	0.63
#define PA_GIST_SORTED_FILL	0.76
#define PA_SPGIST_FILL	0.65

/* Inner tuples of SP-GiST hold what leaves have in common, one byte a level,
 * and have so many branches. */
#define PA_SPGIST_BRANCHES	16

/* Header of a leaf tuple of SP-GiST */
#define PA_SPGIST_HEADER	16

/* Rows that are looked at for the width of a tuple */
#define PA_GIST_ROWS	1000

/*
 * Fills in the pages of a hash index: 8 bytes of header, 4 of hash code and the
 * line pointer for each row, in buckets whose number grows in powers of two, or
 * in quarters of that beyond 512 (_hash_init_metabuffer()). Buckets that were
 * not split yet by the last step hold twice as much as the others, on further
 * pages if need be; so do values that occur very often.
 */
void
pa_size_hash(PaSizing *sizing)
{
	double		tuple = MAXALIGN(sizeof(IndexTupleData) + sizeof(uint32)) + sizeof(ItemIdData);
	int			fillfactor = sizing->def->fillfactor > 0 ? sizing->def->fillfactor : HASH_DEFAULT_FILLFACTOR;
	double		per_bucket = Max(BLCKSZ * fillfactor / 100 / tuple, 10);
	double		per_page = floor(HASH_USABLE / tuple);
	double		rows = sizing->rows * (1 - sizing->columns[0].nullfrac);
	double		wanted = Max(floor(rows / per_bucket), 2);
	double		whole = pow(2, floor(log2(wanted)));
	double		step = whole >= 512 ? whole / 4 : whole;
	double		buckets = whole + step * ceil((wanted - whole) / step);
	double		split = 2 * (buckets - whole);	/* buckets of half the load */
	double		load = rows / whole;
	double		values = sizing->columns[0].ndistinct;
	double		pages;

	if (values > 0 && values < 4 * buckets)
	{
		/* Few values leave most buckets empty, and make the others long. */
		double		used = buckets * (1 - exp(-values / buckets));

		pages = buckets - used + used * Max(ceil(rows / used / per_page), 1);
	}
	else
		pages = split * Max(ceil(load / 2 * 1.05 / per_page), 1) +
		(buckets - split) * Max(ceil(load * 1.05 / per_page), 1);
	sizing->def->size.pages = pages + 2 + ceil(buckets / (BLCKSZ * 4.0));
	sizing->def->size.tree_height = -1;
}

/*
 * Fills in the pages of a BRIN index: a summary of two values for each range of
 * 128 pages, and the map from ranges to summaries.
 */
void
pa_size_brin(PaSizing *sizing)
{
	int			range = sizing->def->pages_per_range > 0 ? sizing->def->pages_per_range
		: BRIN_DEFAULT_PAGES_PER_RANGE;
	double		ranges = ceil(sizing->table_pages / range);
	double		width = 0;

	for (int i = 0; i < sizing->def->ncolumns; i++)
		width += 2 * (sizing->columns[i].typlen > 0
					  ? TYPEALIGN(4, sizing->columns[i].typlen) : sizing->columns[i].width);
	width = MAXALIGN((Size) ceil(width) + 8) + sizeof(ItemIdData);
	sizing->def->size.pages = 1 + ceil(ranges / 1360) +
		Max(ceil(ranges / floor((BLCKSZ - 40) / width)), 1);
	sizing->def->size.tree_height = -1;
}

/* What measure_width() gives */
typedef struct Width
{
	const PaIndexDef *def;
	double		bytes;
} Width;

/*
 * Returns the bytes that the operator class stores of a value, after its own
 * compression.
 */
static Size
stored_size(const PaIndexColumn *col, Oid am, Datum value, Size size)
{
	Oid			keytype = pa_size_key_type(col);
	Oid			proc = am != GIST_AM_OID ? InvalidOid
		: get_opfamily_proc(col->opfamily, col->opcintype, col->opcintype, GIST_COMPRESS_PROC);
	uint64		hash = 0;

	if (OidIsValid(proc))
	{
		GISTENTRY	entry;
		GISTENTRY  *compressed;

		gistentryinit(entry, value, NULL, NULL, (OffsetNumber) 0, true);
		compressed = (GISTENTRY *)
			DatumGetPointer(OidFunctionCall1Coll(proc, col->collation, PointerGetDatum(&entry)));
		value = compressed->key;
	}
	else if (keytype != col->type && get_typlen(keytype) >= 0)
		keytype = col->type;
	return pa_size_datum(value, keytype, size, &hash);
}

static void
measure_width(const PaRowValues *values, void *arg)
{
	Width	   *width = arg;
	const PaIndexDef *def = width->def;
	double		sum = 0;

	for (int row = 0; row < values->n; row++)
	{
		Size		size = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < def->ncolumns; i++)
		{
			Datum		value = values->values[row * values->ncolumns + i];
			uint64		hash = 0;

			if (values->isnull[row * values->ncolumns + i])
				continue;
			if (i < def->nkeys)
				size += stored_size(&def->columns[i], def->am, value, size);
			else
				size += pa_size_datum(value, def->columns[i].type, size, &hash);
		}
		sum += MAXALIGN(size);
	}
	if (values->n > 0)
		width->bytes = sum / values->n;
}

/*
 * Whether CREATE INDEX sorts the rows of a GiST index, which fills its pages
 * better: if all operator classes can. More can from version to version.
 */
static bool
is_built_sorted(const PaIndexDef *def)
{
	for (int i = 0; i < def->nkeys; i++)
	{
		const PaIndexColumn *col = &def->columns[i];

		if (!OidIsValid(get_opfamily_proc(col->opfamily, col->opcintype,
										  col->opcintype, GIST_SORTSUPPORT_PROC)))
			return false;
	}
	return def->am == GIST_AM_OID;
}

/*
 * Fills in the pages of GiST and SP-GiST indexes from what their operator
 * classes store of a sample of the rows. What other access methods do is not
 * known; they are taken to be like GiST without compression.
 */
void
pa_size_gist(PaSizing *sizing)
{
	PaIndexDef *def = sizing->def;
	bool		spgist = def->am == SPGIST_AM_OID;
	Width		width = {def, pa_size_tuple(sizing->columns, def->ncolumns) - sizeof(IndexTupleData)};
	double		fill = spgist ? PA_SPGIST_FILL
		: is_built_sorted(def) ? PA_GIST_SORTED_FILL : PA_GIST_FILL;
	double		leaves;

	(void) pa_rows_evaluate(def->relid, pa_size_expressions(def), def->pred,
							PA_GIST_ROWS, measure_width, &width);
	if (spgist && sizing->columns[0].typlen < 0 && sizing->rows > 1)
		width.bytes -= Min(log(sizing->rows) / log(PA_SPGIST_BRANCHES), width.bytes / 2);
	width.bytes += (spgist ? PA_SPGIST_HEADER : sizeof(IndexTupleData)) + sizeof(ItemIdData);
	leaves = ceil(sizing->rows * width.bytes / (BLCKSZ * fill));
	def->size.pages = Max(leaves, 1) + ceil(leaves * width.bytes / (BLCKSZ * fill)) + 1;
	def->size.too_wide = !spgist && width.bytes > BLCKSZ / 2;
	def->size.tree_height = -1;
}
