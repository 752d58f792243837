/*
 * read_runs.c
 *	  The function behind those patterns that are seen in the sequence of
 *	  statements.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/run.h"
#include "record/watch.h"

PG_FUNCTION_INFO_V1(pa_read_runs);
PG_FUNCTION_INFO_V1(pa_read_repeats);

/* By PaRunKind */
static const char *const kind_names[] = {
	NULL, "lookups", "identical", "writes", "nested", "checks", "offset", "spill", "portions"
};

/*
 * Tells whether a statement names a table of a user, as far as is known.
 */
static bool
is_advisable(const PaStatementKey *key)
{
	PaEntryRef	ref;

	return pa_table_find(key, &ref) &&
		((volatile PaEntry *) pa_table_entry(ref.index))->advisable;
}

/*
 * Returns runs as a row of recorded_runs().
 */
static void
put_runs(ReturnSetInfo *rsinfo, const PaRunCount *count)
{
	Datum		values[21];
	bool		nulls[21] = {false};
	bool		visible = pa_may_see_role(count->key.userid);
	int			i = 0;

	if (!pa_may_see_numbers(count->key.userid))
		return;
	values[i++] = ObjectIdGetDatum(count->key.dbid);
	values[i++] = ObjectIdGetDatum(count->key.userid);
	nulls[i] = !visible;
	values[i++] = Int64GetDatum((int64) count->key.queryid);
	values[i++] = Int64GetDatum((int64) count->key.relhash);
	values[i++] = BoolGetDatum(count->key.toplevel);
	values[i++] = CStringGetTextDatum(kind_names[count->kind]);
	nulls[i] = !visible || count->parent == 0;
	values[i++] = Int64GetDatum((int64) count->parent);
	values[i++] = Int64GetDatum(count->runs);
	values[i++] = Int64GetDatum(count->matched_runs);
	values[i++] = Int64GetDatum(count->loose_runs);
	values[i++] = Int64GetDatum(count->block_runs);
	values[i++] = Int64GetDatum(count->executions);
	values[i++] = Int64GetDatum(count->longest);
	values[i++] = Float8GetDatum(count->distinct);
	values[i++] = Int64GetDatum(count->rows);
	values[i++] = Int64GetDatum(count->parent_rows);
	values[i++] = Float8GetDatum(count->exec_time);
	values[i++] = Float8GetDatum(count->gap_time);
	values[i++] = TimestampTzGetDatum(count->first_seen);
	values[i++] = TimestampTzGetDatum(count->last_seen);
	values[i++] = BoolGetDatum(is_advisable(&count->key));
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_runs(): what the current user may see of runs, some rows for one
 * statement, kind and parent where sessions are in runs just now.
 */
Datum
pa_read_runs(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, INT8OID, BOOLOID,
				  TEXTOID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID,
				  FLOAT8OID, INT8OID, INT8OID, FLOAT8OID, FLOAT8OID, TIMESTAMPTZOID,
				  TIMESTAMPTZOID, BOOLOID);
	foreach(lc, pa_run_read())
		put_runs((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}

/*
 * recorded_repeats(): what is known of the parameters that watched statements
 * repeat, as far as the current user may see it.
 */
Datum
pa_read_repeats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, INT8OID, BOOLOID,
				  TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
				  FLOAT8OID, FLOAT8OID);
	foreach(lc, pa_watch_read())
	{
		const PaRepeated *repeats = lfirst(lc);
		Datum		values[13];
		bool		nulls[13] = {false};
		int			i = 0;

		if (!pa_may_see_numbers(repeats->key.userid))
			continue;
		values[i++] = ObjectIdGetDatum(repeats->key.dbid);
		values[i++] = ObjectIdGetDatum(repeats->key.userid);
		nulls[i] = !pa_may_see_role(repeats->key.userid);
		values[i++] = Int64GetDatum((int64) repeats->key.queryid);
		values[i++] = Int64GetDatum((int64) repeats->key.relhash);
		values[i++] = BoolGetDatum(repeats->key.toplevel);
		values[i++] = TimestampTzGetDatum(repeats->since);
		values[i++] = Float8GetDatum(repeats->calls);
		values[i++] = Float8GetDatum(repeats->distinct);
		for (int t = 0; t < PA_REPEATS_TTLS; t++)
			values[i++] = Float8GetDatum(repeats->hit_rates[t]);
		Assert(i == lengthof(values));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
