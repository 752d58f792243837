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
#include "storage/bufpage.h"
#include "utils/lsyscache.h"

#include "advise/row_sample.h"
#include "advise/size.h"

/* Bytes of tuples and line pointers on a page of a hash index */
#define HASH_USABLE		(BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(HashPageOpaqueData)))

/* How full splitting leaves the pages, and sorting; of SP-GiST, other layout */
#define PA_GIST_FILL			0.62
#define PA_GIST_SORTED_FILL		0.88
#define PA_SPGIST_FILL			0.65

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
	double		pages;

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

static void
measure_width(const PaRowValues *values, void *arg)
{
	Width	   *width = arg;
	double		sum = 0;
	uint64		hash;

	for (int i = 0; i < values->n; i++)
		sum += pa_size_form(width->def, values->values + i * values->ncolumns,
							values->isnull + i * values->ncolumns, &hash);
	if (values->n > 0)
		width->bytes = sum / values->n;
}

/*
 * Fills in the pages of GiST and SP-GiST indexes. What an operator class stores
 * of a value is known to it alone; it is taken to be as large as the value,
 * where its type is not another one.
 */
void
pa_size_gist(PaSizing *sizing)
{
	PaIndexDef *def = sizing->def;
	Width		width = {def, pa_size_tuple(sizing->columns, def->ncolumns)};
	bool		sorted = def->am == GIST_AM_OID;
	double		fill;
	double		leaves;

	for (int i = 0; i < def->ncolumns; i++)
	{
		if (sizing->columns[i].doubtful)
		{
			(void) pa_rows_evaluate(def->relid, pa_size_expressions(def), def->pred,
									PA_GIST_ROWS, measure_width, &width);
			break;
		}
	}
	for (int i = 0; i < def->nkeys; i++)
	{
		if (def->am == GIST_AM_OID &&
			!OidIsValid(get_opfamily_proc(def->columns[i].opfamily, def->columns[i].opcintype,
										  def->columns[i].opcintype, GIST_SORTSUPPORT_PROC)))
			sorted = false;
	}
	fill = sorted ? PA_GIST_SORTED_FILL : (def->am == GIST_AM_OID ? PA_GIST_FILL : PA_SPGIST_FILL);
	leaves = ceil(sizing->rows * (width.bytes + sizeof(ItemIdData)) / (BLCKSZ * fill));
	def->size.pages = Max(leaves, 1) + ceil(leaves * (width.bytes + 4) / (BLCKSZ * fill)) + 1;
	def->size.tree_height = -1;
}
