/*
 * latencies.c
 *	  SQL: latency histograms as values that can be kept, added, subtracted
 *	  and asked for percentiles.
 *
 * A histogram is a bigint[] of pairs, bucket and count, ascending by bucket
 * and without empty buckets; see histogram.c for what a bucket is. What is
 * given may have its pairs in any order and a bucket twice.
 *
 * Nothing here takes a lock, except for recorded_latencies(), which reads
 * the statement table as recorded_statements() does.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

PG_FUNCTION_INFO_V1(pa_read_latencies);
PG_FUNCTION_INFO_V1(pa_histogram_sum);
PG_FUNCTION_INFO_V1(pa_histogram_difference);
PG_FUNCTION_INFO_V1(pa_histogram_at);
PG_FUNCTION_INFO_V1(pa_histogram_deviation);
PG_FUNCTION_INFO_V1(pa_histogram_over);

/*
 * Returns a histogram as an array, in the current context.
 */
Datum
pa_histogram_array(const int64 *buckets)
{
	Datum		items[PA_HISTOGRAM_BUCKETS * 2];
	int			n = 0;

	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		if (buckets[i] <= 0)
			continue;
		items[n++] = Int64GetDatum(i);
		items[n++] = Int64GetDatum(buckets[i]);
	}
	return PointerGetDatum(construct_array(items, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Adds an array, times the sign, to buckets. Raises ERROR 22023 for an array
 * that is no histogram.
 */
static void
add_array(int64 *buckets, ArrayType *array, int sign)
{
	int64	   *items = (int64 *) ARR_DATA_PTR(array);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1 || n % 2 != 0 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a histogram must be an array of pairs of bucket and count")));
	for (int i = 0; i < n; i += 2)
	{
		if (items[i] < 0 || items[i] >= PA_HISTOGRAM_BUCKETS || items[i + 1] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid histogram bucket %lld with count %lld",
							(long long) items[i], (long long) items[i + 1])));
		buckets[items[i]] += sign * items[i + 1];
	}
}

/*
 * recorded_latencies(): the histogram of every statement of the current
 * database that the current user may see, with the key of recorded_statements().
 */
Datum
pa_read_latencies(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, INT8OID, BOOLOID, INT8OID, INT8ARRAYOID);
	foreach(lc, pa_table_copy_numbers(MyDatabaseId))
	{
		const PaEntry *entry = &((PaEntryCopy *) lfirst(lc))->entry;
		int64		buckets[PA_HISTOGRAM_BUCKETS];
		Datum		values[5];
		bool		nulls[5] = {false};

		if (!pa_may_see_role(entry->key.userid))
			continue;
		for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
			buckets[i] = entry->histogram[i];
		values[0] = ObjectIdGetDatum(entry->key.userid);
		values[1] = Int64GetDatum((int64) entry->key.queryid);
		values[2] = BoolGetDatum(entry->key.toplevel);
		values[3] = Int64GetDatum((int64) entry->key.relhash);
		values[4] = pa_histogram_array(buckets);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * histogram_sum(bigint[], bigint[]): both together. NULL counts as empty, so
 * that an aggregate can be made of it.
 */
Datum
pa_histogram_sum(PG_FUNCTION_ARGS)
{
	int64		buckets[PA_HISTOGRAM_BUCKETS] = {0};

	for (int i = 0; i < 2; i++)
		if (!PG_ARGISNULL(i))
			add_array(buckets, PG_GETARG_ARRAYTYPE_P(i), 1);
	return pa_histogram_array(buckets);
}

/*
 * histogram_difference(bigint[], bigint[]): what the first has more than the
 * second, never less than nothing.
 */
Datum
pa_histogram_difference(PG_FUNCTION_ARGS)
{
	int64		buckets[PA_HISTOGRAM_BUCKETS] = {0};

	add_array(buckets, PG_GETARG_ARRAYTYPE_P(0), 1);
	add_array(buckets, PG_GETARG_ARRAYTYPE_P(1), -1);
	return pa_histogram_array(buckets);
}

/*
 * Returns the middle of a bucket, ms.
 */
static double
middle(int bucket)
{
	return (pa_histogram_lower(bucket) + pa_histogram_upper(bucket)) / 2;
}

/*
 * histogram_percentile(bigint[], fraction): the time, ms, that the fraction
 * of the executions does not exceed; NULL for none. Raises ERROR 22023 for a
 * fraction outside of 0 to 1.
 */
Datum
pa_histogram_at(PG_FUNCTION_ARGS)
{
	double		fraction = PG_GETARG_FLOAT8(1);
	int64		buckets[PA_HISTOGRAM_BUCKETS] = {0};
	int64		total = 0;
	int64		seen = 0;

	if (!(fraction >= 0 && fraction <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fraction must be between 0 and 1")));
	add_array(buckets, PG_GETARG_ARRAYTYPE_P(0), 1);
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
		total += buckets[i];
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		seen += buckets[i];
		if (seen > 0 && seen >= fraction * total)
			PG_RETURN_FLOAT8(middle(i));
	}
	PG_RETURN_NULL();
}

/*
 * histogram_deviation(bigint[]): the standard deviation of the times, ms;
 * NULL for fewer than two.
 */
Datum
pa_histogram_deviation(PG_FUNCTION_ARGS)
{
	int64		buckets[PA_HISTOGRAM_BUCKETS] = {0};
	double		n = 0;
	double		sum = 0;
	double		squares = 0;

	add_array(buckets, PG_GETARG_ARRAYTYPE_P(0), 1);
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		n += buckets[i];
		sum += buckets[i] * middle(i);
		squares += buckets[i] * middle(i) * middle(i);
	}
	if (n < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(Max(squares - sum * sum / n, 0) / (n - 1)));
}

/*
 * histogram_over(bigint[], time): how many took longer than the time, ms.
 * A bucket that the time falls into counts with the share of it above.
 */
Datum
pa_histogram_over(PG_FUNCTION_ARGS)
{
	double		bound = PG_GETARG_FLOAT8(1);
	int64		buckets[PA_HISTOGRAM_BUCKETS] = {0};
	double		over = 0;

	add_array(buckets, PG_GETARG_ARRAYTYPE_P(0), 1);
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		double		lower = pa_histogram_lower(i);
		double		upper = pa_histogram_upper(i);

		if (lower >= bound)
			over += buckets[i];
		else if (upper > bound)
			over += buckets[i] * (upper - bound) / (upper - lower);
	}
	PG_RETURN_INT64((int64) rint(over));
}
