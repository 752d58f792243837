/*
 * read_histograms.c
 *	  The function behind target_status: the latencies of all statements.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "record/recorder.h"

PG_FUNCTION_INFO_V1(pa_read_histograms);

/*
 * Puts the buckets of a statement that are not empty.
 */
static void
put_buckets(ReturnSetInfo *rsinfo, const PaEntry *entry)
{
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = ObjectIdGetDatum(entry->key.userid);
	values[1] = Int64GetDatum((int64) entry->key.queryid);
	nulls[1] = !pa_may_see_role(entry->key.userid);
	values[2] = BoolGetDatum(entry->key.toplevel);
	values[3] = CStringGetTextDatum(pa_class_name(entry->class));
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		if (entry->histogram[i] == 0)
			continue;
		values[4] = Float8GetDatum(pa_histogram_lower(i));
		values[5] = Float8GetDatum(pa_histogram_upper(i));
		values[6] = Int64GetDatum(entry->histogram[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * recorded_histograms(): of statements in the current database, as far as the
 * current user may see their numbers.
 */
Datum
pa_read_histograms(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, INT8OID, BOOLOID, TEXTOID, FLOAT8OID,
				  FLOAT8OID, INT8OID);
	foreach(lc, pa_table_copy_numbers(MyDatabaseId))
	{
		const PaEntryCopy *copy = lfirst(lc);

		if (pa_may_see_numbers(copy->entry.key.userid))
			put_buckets((ReturnSetInfo *) fcinfo->resultinfo, &copy->entry);
	}
	return (Datum) 0;
}
