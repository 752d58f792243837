/*
 * size_tuple.c
 *	  How large a tuple of an index is, from statistics or from real values.
 *
 * index_form_tuple() fetches values that are stored out of line, compresses
 * long ones, gives short ones a header of one byte and aligns the rest. Here
 * the same is done without making the tuple, which may be too large for any
 * page; that is what shows.
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/itup.h"
#include "access/toast_internals.h"
#include "access/tupmacs.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/size.h"
#include "base/compat.h"

/*
 * Returns the type of the keys that an operator class makes of a column.
 */
Oid
pa_size_key_type(const PaIndexColumn *col)
{
	HeapTuple	tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(col->opclass));
	Oid			result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for opclass %u", col->opclass);
	result = ((Form_pg_opclass) GETSTRUCT(tuple))->opckeytype;
	ReleaseSysCache(tuple);
	if (result == ANYELEMENTOID)
		result = get_base_element_type(col->type);
	return OidIsValid(result) ? result : col->type;
}

/*
 * Returns the size of an average index tuple without its line pointer, with
 * alignment, from its columns' statistics.
 */
double
pa_size_tuple(const PaColumnStats *columns, int ncolumns)
{
	double		size = 0;
	double		nulls = 0;

	for (int i = 0; i < ncolumns; i++)
	{
		double		filled = 1.0 - columns[i].nullfrac;

		/* Short varlenas are stored unaligned. */
		if (columns[i].typlen > 0 || columns[i].width > VARATT_SHORT_MAX)
			size = att_align_nominal((Size) ceil(size), columns[i].typalign);
		size += columns[i].width * filled;
		nulls = Max(nulls, columns[i].nullfrac);
	}
	/* Tuples with a NULL carry a bitmap. */
	return MAXALIGN((Size) ceil(size) + sizeof(IndexTupleData)) +
		nulls * MAXALIGN(sizeof(IndexAttributeBitMapData));
}

/*
 * Returns the bytes that a varlena takes in an index tuple which has size bytes
 * already, alignment included, and adds its image to *hash.
 */
static Size
varlena_size(Datum value, char align, char storage, Size size, uint64 *hash)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);
	Size		start = size;

	if (VARATT_IS_EXTERNAL(v))
		v = detoast_external_attr(v);
	if (!VARATT_IS_EXTENDED(v) && VARSIZE(v) > TOAST_INDEX_TARGET &&
		(storage == TYPSTORAGE_EXTENDED || storage == TYPSTORAGE_MAIN))
	{
		Datum		compressed = toast_compress_datum(PointerGetDatum(v),
													  InvalidCompressionMethod);

		if (DatumGetPointer(compressed) != NULL)
			v = (struct varlena *) DatumGetPointer(compressed);
	}
	*hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), *hash);
	if (VARATT_IS_SHORT(v))
		size += VARSIZE_SHORT(v);
	else if (storage != TYPSTORAGE_PLAIN && VARATT_CAN_MAKE_SHORT(v))
		size += VARATT_CONVERTED_SHORT_SIZE(v);
	else
		size = att_align_nominal(size, align) + VARSIZE(v);
	return size - start;
}

/*
 * Returns the bytes that a value takes in an index tuple which has size bytes
 * already, alignment included, and adds its image to *hash.
 */
Size
pa_size_datum(Datum value, Oid type, Size size, uint64 *hash)
{
	int16		typlen;
	bool		byval;
	char		align;
	int			length;
	unsigned char *image;

	get_typlenbyvalalign(type, &typlen, &byval, &align);
	if (typlen == -1)
		return varlena_size(value, align, get_typstorage(type), size, hash);
	length = typlen == -2 ? strlen(DatumGetCString(value)) + 1 : typlen;
	image = byval ? (unsigned char *) &value : (unsigned char *) DatumGetPointer(value);
	*hash = hash_bytes_extended(image, byval ? sizeof(Datum) : length, *hash);
	return att_align_nominal(size, align) - size + length;
}

/*
 * Returns the size of the index tuple that holds the values, without its line
 * pointer; *keyhash tells different keys apart, all NULLs being equal. Memory
 * is left behind in the current context.
 */
double
pa_size_form(const PaIndexDef *def, const Datum *values, const bool *isnull,
			 uint64 *keyhash)
{
	Size		size = 0;
	bool		nulls = false;
	uint64		hash = 0;

	*keyhash = 0;
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (isnull[i])
		{
			nulls = true;
			hash = hash_combine64(hash, 1);
		}
		else
			size += pa_size_datum(values[i], def->columns[i].type, size, &hash);
		if (i < def->nkeys)
			*keyhash = hash;
	}
	return MAXALIGN(size + (nulls ? MAXALIGN(sizeof(IndexTupleData) + sizeof(IndexAttributeBitMapData))
							: sizeof(IndexTupleData)));
}
