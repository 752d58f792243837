/*
 * size_gin.c
 *	  How large a GIN index would be.
 *
 * A sample of the rows goes through the operator class's own function that
 * extracts keys, whatever the class is. How often each key occurs in the table
 * follows from key_counts.c, and from that the entries with their compressed
 * posting lists, and posting trees where a list does not fit into its entry.
 * The layout is that of a new index: posting trees are full, pages of entries
 * are as CREATE INDEX leaves them.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "access/gin.h"
#include "access/gin_private.h"
#include "access/itup.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "advise/key_counts.h"
#include "advise/row_sample.h"
#include "advise/size.h"
#include "base/compat.h"

/* Where a build takes several rounds, later ones fill pages up that the first
 * one has left half full. */
#define PA_REFILL			0.75

/* Bytes of maintenance_work_mem that a key and an occurrence take in a build */
#define PA_BUILD_KEY		120
#define PA_BUILD_POSTING	9

/* Bytes of entries on a page */
#define ENTRY_USABLE	(BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(GinPageOpaqueData)))

/* A segment of a posting list has a header and ends at a limit. */
#define SEGMENT_OVERHEAD	(1 + 8.0 / 256)

/* Keys of a value that cannot be sampled, bytes of text for each */
#define PA_BYTES_PER_KEY	1.1

/* What count_keys() needs and gives */
typedef struct GinSizing
{
	const PaIndexDef *def;
	double		rows;			/* of the index */
	double		density;		/* rows on a page of the table */
	double		entry_pages;
	double		posting_pages;
	double		entries;
	double		occurrences;
	double		largest;		/* entry's key */
	int			column;			/* that is being counted */
} GinSizing;

/*
 * Returns the bytes that PostgreSQL's variable-byte encoding takes for the
 * distance between two tuple identifiers.
 */
static double
distance_bytes(double distance)
{
	double		bytes = 1;

	while (distance >= 128 && bytes < 7)
	{
		distance /= 128;
		bytes++;
	}
	return bytes;
}

/*
 * Returns the average bytes of a posting in a list whose rows are spread over
 * the table with an average gap, in rows. Gaps are distributed exponentially;
 * five quantiles stand for all. A page has 2048 identifiers.
 */
static double
posting_bytes(double gap, double density)
{
	static const double quantiles[] = {0.105, 0.357, 0.693, 1.204, 2.303};
	double		bytes = 0;

	for (int i = 0; i < lengthof(quantiles); i++)
	{
		double		g = Max(gap * quantiles[i], 1);
		double		crossing = Min(g / density, 1);

		bytes += crossing * distance_bytes(Max(g / density, 1) * 2048) +
			(1 - crossing) * distance_bytes(g);
	}
	return bytes / lengthof(quantiles);
}

/*
 * Adds keys of a size that occur so often: entries, and posting trees of their
 * own if the lists are long.
 */
static void
add_entries(double nkeys, double size, double occurrences, void *arg)
{
	GinSizing  *sizing = arg;
	double		header = sizeof(IndexTupleData) + (sizing->def->nkeys > 1 ? 2 : 0);
	double		tuple = MAXALIGN((Size) ceil(header + size));
	double		postings = (Max(occurrences, 1) - 1) *
		posting_bytes(sizing->rows / Max(occurrences, 1), sizing->density);
	double		fitting;
	double		list = offsetof(GinPostingList, bytes) + postings;

	sizing->entries += nkeys;
	sizing->occurrences += nkeys * occurrences;
	sizing->largest = Max(sizing->largest, tuple);
	if (tuple + list <= GinMaxItemSize)
		tuple = MAXALIGN((Size) (tuple + list));
	else
	{
		double		pages = ceil(postings * SEGMENT_OVERHEAD / GinDataPageMaxDataSize);

		sizing->posting_pages += nkeys * (pages > 1 ? pages + 1 : 1);
	}

	/*
	 * Entries come in order. A page that is full is split so that the left half
	 * gets entries until it has more than half the bytes, and stays so.
	 */
	fitting = floor(ENTRY_USABLE / (tuple + sizeof(ItemIdData)));
	sizing->entry_pages += nkeys / Min(floor((fitting + 1) / 2) + 1, fitting);
}

/*
 * Returns a hash of a key's value.
 */
static uint64
hash_key(Datum key, int16 typlen, bool byval, int *size)
{
	if (byval)
	{
		*size = typlen;
		return hash_bytes_extended((unsigned char *) &key, sizeof(Datum), 0);
	}
	if (typlen == -1)
	{
		struct varlena *value = (struct varlena *) DatumGetPointer(key);
		Size		length = VARSIZE_ANY_EXHDR(value);

		*size = length + (length <= VARATT_SHORT_MAX - VARHDRSZ_SHORT ? VARHDRSZ_SHORT : VARHDRSZ);
		return hash_bytes_extended((unsigned char *) VARDATA_ANY(value), length, 0);
	}
	*size = typlen == -2 ? strlen(DatumGetCString(key)) + 1 : typlen;
	return hash_bytes_extended((unsigned char *) DatumGetPointer(key), *size, 0);
}

/* One key of a value */
typedef struct ValueKey
{
	uint64		hash;
	int			size;
} ValueKey;

static int
compare_keys(const void *a, const void *b)
{
	uint64		ka = ((const ValueKey *) a)->hash;
	uint64		kb = ((const ValueKey *) b)->hash;

	return ka < kb ? -1 : (ka > kb ? 1 : 0);
}

/*
 * Counts the different ones of a value's keys.
 */
static void
count_found(PaKeyCounts *counts, ValueKey *found, int n)
{
	if (n > 1)
		qsort(found, n, sizeof(ValueKey), compare_keys);
	for (int i = 0; i < n; i++)
	{
		if (i == 0 || found[i].hash != found[i - 1].hash)
			pa_key_counts_add(counts, found[i].hash, found[i].size);
	}
}

/*
 * Counts the different keys of one value. A value without keys, and NULL, have
 * a placeholder.
 */
static void
count_value(PaKeyCounts *counts, FmgrInfo *extract, Oid collation, Oid keytype,
			Datum value, bool isnull)
{
	int32		n = 0;
	bool	   *nulls = NULL;
	Datum	   *keys = NULL;
	ValueKey   *found;
	int16		typlen;
	bool		byval;

	if (!isnull)
		keys = (Datum *) DatumGetPointer(FunctionCall3Coll(extract, collation, value,
														   PointerGetDatum(&n),
														   PointerGetDatum(&nulls)));
	counts->rows++;
	if (keys == NULL || n <= 0)
	{
		pa_key_counts_add(counts, isnull ? 1 : 2, 1);
		return;
	}
	get_typlenbyval(keytype, &typlen, &byval);
	found = palloc0(sizeof(ValueKey) * n);
	for (int i = 0; i < n; i++)
	{
		if (nulls != NULL && nulls[i])
			found[i].hash = 3;
		else
			found[i].hash = hash_key(keys[i], typlen, byval, &found[i].size);
	}
	count_found(counts, found, n);
}

/*
 * Counts the different trigrams of a text as pg_trgm would make them, where that
 * is not installed: of each word in lower case, with two blanks in front and one
 * behind.
 */
static void
count_trigrams(PaKeyCounts *counts, Datum value, bool isnull)
{
	text	   *t = isnull ? NULL : DatumGetTextPP(value);
	int			length = isnull ? 0 : VARSIZE_ANY_EXHDR(t);
	const char *s = isnull ? NULL : VARDATA_ANY(t);
	ValueKey   *found = palloc(sizeof(ValueKey) * (2 * length + 2));
	uint32		window = 0;		/* hashes of the last three characters */
	int			n = 0;

	counts->rows++;
	for (int i = 0; i < length;)
	{
		int			width = Min(pg_mblen(s + i), length - i);
		bool		in_word = IS_HIGHBIT_SET(s[i]) || isalnum((unsigned char) s[i]);
		bool		was_in_word = (window & 0x3FF) != 0;
		uint32		c = 0;

		if (in_word)
		{
			c = width > 1 ? hash_bytes((const unsigned char *) s + i, width) % 1021 + 1
				: (uint32) pg_tolower((unsigned char) s[i]);
			window = was_in_word ? (window << 10) | c : c;
		}
		else
			window = was_in_word ? window << 10 : 0;
		if (in_word || was_in_word)
			found[n++].hash = window & 0x3FFFFFFF;
		i += width;
		if (i >= length && in_word)
			found[n++].hash = (window << 10) & 0x3FFFFFFF;
	}
	for (int i = 0; i < n; i++)
		found[i].size = sizeof(int32);
	if (n == 0)
		pa_key_counts_add(counts, isnull ? 1 : 2, 1);
	count_found(counts, found, n);
}

/* What is needed to extract keys */
typedef struct Extracting
{
	FmgrInfo	proc;
	Oid			collation;
	Oid			keytype;
} Extracting;

/*
 * Extracts the keys of one column from all sampled rows.
 */
static void
count_keys(const PaRowValues *values, void *arg)
{
	GinSizing  *sizing = arg;
	const PaIndexColumn *col = &sizing->def->columns[sizing->column];
	PaKeyCounts *counts = pa_key_counts_new();
	Extracting	extract = {.collation = col->collation};
	MemoryContext context;

	if (values->n == 0)
		return;
	if (!OidIsValid(extract.collation))
		extract.collation = DEFAULT_COLLATION_OID;
	if (!sizing->def->needs_trgm)
	{
		Oid			proc = get_opfamily_proc(col->opfamily, col->opcintype, col->opcintype,
											 GIN_EXTRACTVALUE_PROC);

		if (!OidIsValid(proc))
			return;
		fmgr_info(proc, &extract.proc);
		extract.keytype = pa_size_key_type(col);
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "keys of a value",
									ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < values->n && !counts->full; i++)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		if (sizing->def->needs_trgm)
			count_trigrams(counts, values->values[i], values->isnull[i]);
		else
			count_value(counts, &extract.proc, extract.collation, extract.keytype,
						values->values[i], values->isnull[i]);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
	}
	(void) pa_key_counts_visit(counts, sizing->rows, 0, add_entries, sizing);
}

/*
 * Adds what a column's keys are expected to be where rows cannot be sampled:
 * as many as the trigrams of a text of the value's width, of ordinary words.
 */
static void
guess_keys(GinSizing *sizing, double width)
{
	double		occurrences = sizing->rows * Max(width / PA_BYTES_PER_KEY, 1);
	double		keys = Min(occurrences, 20000);

	add_entries(keys, sizeof(int32), occurrences / keys, sizing);
}

/*
 * Adds what the keys of a column are where each value is a key.
 */
static void
add_values(GinSizing *sizing, const PaColumnStats *cs)
{
	double		keys = cs->ndistinct > 0 ? Min(cs->ndistinct, sizing->rows) : sizing->rows;

	add_entries(keys, cs->width, sizing->rows / keys, sizing);
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID;
}

/*
 * Fills in the pages of a GIN index. The caller must hold a lock on the table.
 */
void
pa_size_gin(PaSizing *whole)
{
	PaIndexDef *def = whole->def;
	GinSizing	sizing = {.def = def,.rows = whole->rows};
	List	   *exprs = pa_size_expressions(def);
	double		pages;

	sizing.density = Max(whole->table_rows / Max(whole->table_pages, 1), 1);
	for (int i = 0; i < def->nkeys; i++)
	{
		double		before = sizing.entries;

		sizing.column = i;
		if (!def->needs_trgm && !OidIsValid(def->columns[i].opclass))
			add_values(&sizing, &whole->columns[i]);
		else if (!def->needs_trgm || (whole->exact && is_text(def->columns[i].type)))
			(void) pa_rows_evaluate(def->relid, list_make1(list_nth(exprs, i)), def->pred, 0,
									count_keys, &sizing);
		if (sizing.entries == before)
			guess_keys(&sizing, whole->columns[i].width);
	}
	def->size.keys = sizing.occurrences / Max(sizing.rows, 1);
	def->size.too_wide = sizing.largest > GinMaxItemSize;
	if (sizing.entries * PA_BUILD_KEY + sizing.occurrences * PA_BUILD_POSTING >
		1.5 * maintenance_work_mem * 1024.0)
		sizing.entry_pages *= PA_REFILL;
	pages = ceil(sizing.entry_pages);
	def->size.pages = Min(Max(pages, 1) + sizing.posting_pages + 1 + floor(pages / 150),
						  MaxBlockNumber);
	def->size.tree_height = -1;
}
