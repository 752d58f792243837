/*
 * read_state.c
 *	  The function behind the self_health view: the recorder's own state.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "pgstat.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

#define CLOCK_READINGS 2000

PG_FUNCTION_INFO_V1(pa_read_state);

/*
 * Returns what it takes to read the clock, ns: the mean of many readings.
 */
static double
clock_cost(void)
{
	instr_time	start;
	instr_time	now;

	INSTR_TIME_SET_CURRENT(start);
	for (int i = 0; i < CLOCK_READINGS; i++)
		INSTR_TIME_SET_CURRENT(now);
	return (double) pa_elapsed_ns(&start, &now) / CLOCK_READINGS;
}

/*
 * Tells whether statements get ids, from the server or from another library.
 */
static bool
query_ids_are_computed(void)
{
	return IsQueryIdEnabled() || pgstat_get_my_query_id() != 0;
}

/*
 * recorded_state(): one row.
 */
Datum
pa_read_state(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[24];
	bool		nulls[24] = {false};
	PaUsage		table;
	PaUsage		slow;
	PaUsage		failures;
	PaUsage		scans;
	PaSlabState slabs;
	PaSaveState saved;
	int			i = 0;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID,
				  INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID,
				  INT8OID, FLOAT8OID, TIMESTAMPTZOID, BOOLOID, INT8OID, INT8OID, INT8OID,
				  INT8OID, FLOAT8OID, INT8OID, INT8OID);
	pa_table_usage(&table);
	pa_slow_usage(&slow);
	pa_failure_usage(&failures);
	pa_scans_usage(&scans);
	pa_slab_state(&slabs);
	pa_persist_state(&saved);

	values[i++] = Int64GetDatum(table.used);
	values[i++] = Int64GetDatum(table.room);
	values[i++] = Int64GetDatum((int64) pa_table_evicted());
	values[i++] = Int64GetDatum((int64) pa_table_evicted_calls());
	values[i++] = Int64GetDatum((int64) pa_textstore_dropped());
	values[i++] = Int64GetDatum((int64) (table.text_bytes + slow.text_bytes + scans.text_bytes));
	values[i++] = Int64GetDatum((int64) pa_text_memory * 1024);
	values[i++] = Int64GetDatum(table.samples);
	values[i++] = Int64GetDatum(slow.used);
	values[i++] = Int64GetDatum(slow.room);
	values[i++] = Int64GetDatum(failures.used);
	values[i++] = Int64GetDatum(failures.room);
	values[i++] = Int64GetDatum(scans.used);
	values[i++] = Int64GetDatum(scans.room);
	values[i++] = Float8GetDatum(clock_cost());
	nulls[i] = saved.saved_at == 0;
	values[i++] = TimestampTzGetDatum(saved.saved_at);
	values[i++] = BoolGetDatum(query_ids_are_computed());
	values[i++] = Int64GetDatum(slabs.used);
	values[i++] = Int64GetDatum(slabs.room);
	values[i++] = Int64GetDatum((int64) slabs.skipped);
	values[i++] = Int64GetDatum((int64) slabs.sampled);
	values[i++] = Float8GetDatum(slabs.sampling_ns / 1000000.0);
	values[i++] = Int64GetDatum((int64) pa_failure_unidentified());
	values[i++] = Int64GetDatum((int64) pa_table_evicted_lately());
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
