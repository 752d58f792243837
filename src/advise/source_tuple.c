/*
 * source_tuple.c
 *	  Rows of the form of pg_statistic, made of what a document says of a column
 *	  or an expression on another server.
 *
 * Anything can stand in a document. What cannot be read as a value of the type,
 * and numbers that are none, raise an error or are left out; the planner takes
 * the rest as it takes statistics that are out of date.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "advise/source_stats.h"

/* A row while its slots are filled */
typedef struct Row
{
	Datum		values[Natts_pg_statistic];
	bool		nulls[Natts_pg_statistic];
	int			slots;			/* that are filled */
} Row;

/*
 * Whether values of a type can be read from text without running code of
 * others: input functions are the server's or of superusers, but those of
 * domains and rows may call anybody's.
 */
static bool
is_readable(Oid type)
{
	return strchr("ber", get_typtype(type)) != NULL;
}

/*
 * Reads values as an array of a type; NULL if there are none, or the text is no
 * array of one dimension without NULLs. Raises what the type's input raises.
 */
static ArrayType *
values_of(const char *values, Oid type, int32 typmod)
{
	ArrayType  *result;

	if (values == NULL)
		return NULL;
	result = DatumGetArrayTypeP(OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(values), ObjectIdGetDatum(type),
												 Int32GetDatum(typmod)));
	return ARR_NDIM(result) == 1 && !array_contains_nulls(result) ? result : NULL;
}

/*
 * Whether shares or counts are numbers that can be such.
 */
static bool
are_numbers(const ArrayType *numbers)
{
	if (numbers == NULL || ARR_NDIM(numbers) != 1 || array_contains_nulls((ArrayType *) numbers))
		return false;
	for (int i = 0; i < ARR_DIMS(numbers)[0]; i++)
	{
		float4		number = ((const float4 *) ARR_DATA_PTR(numbers))[i];

		if (!isfinite(number) || number < 0)
			return false;
	}
	return true;
}

/*
 * Fills the next slot.
 */
static void
fill_slot(Row *row, int16 kind, Oid op, Oid collation, const ArrayType *numbers, const ArrayType *values)
{
	int			k = row->slots++;

	row->values[Anum_pg_statistic_stakind1 - 1 + k] = Int16GetDatum(kind);
	row->values[Anum_pg_statistic_staop1 - 1 + k] = ObjectIdGetDatum(op);
	row->values[Anum_pg_statistic_stacoll1 - 1 + k] = ObjectIdGetDatum(collation);
	row->nulls[Anum_pg_statistic_stanumbers1 - 1 + k] = numbers == NULL;
	row->values[Anum_pg_statistic_stanumbers1 - 1 + k] = PointerGetDatum(numbers);
	row->nulls[Anum_pg_statistic_stavalues1 - 1 + k] = values == NULL;
	row->values[Anum_pg_statistic_stavalues1 - 1 + k] = PointerGetDatum(values);
}

/*
 * Fills the slots of whole values: common ones, the bounds of a histogram, the
 * order of the rows.
 */
static void
fill_values(const PaSourceColumn *column, Row *row)
{
	TypeCacheEntry *entry = lookup_type_cache(column->type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);
	ArrayType  *values = values_of(column->common, column->type, column->typmod);

	if (values != NULL && OidIsValid(entry->eq_opr) && are_numbers(column->common_shares) &&
		ARR_DIMS(column->common_shares)[0] == ARR_DIMS(values)[0])
		fill_slot(row, STATISTIC_KIND_MCV, entry->eq_opr, column->collation, column->common_shares, values);
	values = values_of(column->bounds, column->type, column->typmod);
	if (values != NULL && OidIsValid(entry->lt_opr) && ARR_DIMS(values)[0] >= 2)
		fill_slot(row, STATISTIC_KIND_HISTOGRAM, entry->lt_opr, column->collation, NULL, values);
	if (!column->no_correlation && OidIsValid(entry->lt_opr))
		fill_slot(row, STATISTIC_KIND_CORRELATION, entry->lt_opr, column->collation,
				  construct_array((Datum *) &column->correlation, 1, FLOAT4OID, sizeof(float4), true,
								  TYPALIGN_INT), NULL);
}

/*
 * Fills the slots of the elements of arrays, or of the words of documents for
 * text search: the common ones, and how many there are in a value.
 */
static void
fill_elements(const PaSourceColumn *column, Row *row)
{
	bool		is_words = column->type == TSVECTOROID;
	Oid			type = is_words ? TEXTOID : get_element_type(column->type);
	Oid			collation = is_words ? DEFAULT_COLLATION_OID : column->collation;
	Oid			equal = is_words ? TextEqualOperator : InvalidOid;
	ArrayType  *values;

	if (!OidIsValid(type))
		return;
	if (!is_words)
		equal = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
	if (!OidIsValid(equal))
		return;
	values = values_of(column->elements, type, -1);
	/* beyond one for each there are the least and the greatest share, and for arrays that of NULL */
	if (values != NULL && are_numbers(column->element_shares) &&
		ARR_DIMS(column->element_shares)[0] == ARR_DIMS(values)[0] + (is_words ? 2 : 3))
		fill_slot(row, STATISTIC_KIND_MCELEM, equal, collation, column->element_shares, values);
	if (!is_words && are_numbers(column->element_counts) && ARR_DIMS(column->element_counts)[0] >= 2)
		fill_slot(row, STATISTIC_KIND_DECHIST, equal, collation, column->element_counts, NULL);
}

/*
 * Makes the row of a column or expression whose type is known. In the current
 * context; raises what reading its values raises.
 */
HeapTuple
pa_source_tuple(const PaSourceColumn *column)
{
	Relation	catalog = table_open(StatisticRelationId, AccessShareLock);
	Row			row = {0};
	Oid			element = get_element_type(column->type);
	HeapTuple	tuple;

	row.values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(column->relid);
	row.values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(column->attno);
	row.values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(column->inherited);
	row.values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(column->null_share);
	row.values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(column->width);
	row.values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(column->distinct);
	for (int k = 0; k < STATISTIC_NUM_SLOTS; k++)
	{
		row.nulls[Anum_pg_statistic_stanumbers1 - 1 + k] = true;
		row.nulls[Anum_pg_statistic_stavalues1 - 1 + k] = true;
	}
	if (is_readable(column->type) && (!OidIsValid(element) || is_readable(element)))
	{
		fill_values(column, &row);
		fill_elements(column, &row);
	}
	tuple = heap_form_tuple(RelationGetDescr(catalog), row.values, row.nulls);
	table_close(catalog, AccessShareLock);
	return tuple;
}
