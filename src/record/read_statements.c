/*
 * read_statements.c
 *	  What others read of the statement table: the functions behind the
 *	  statements and statement_samples views, and the interface of the other
 *	  rooms.
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"
#include "record/run.h"
#include "record/watch.h"

#define INSUFFICIENT_PRIVILEGE "<insufficient privilege>"

PG_FUNCTION_INFO_V1(pa_read_statements);
PG_FUNCTION_INFO_V1(pa_read_samples);
PG_FUNCTION_INFO_V1(pa_read_histogram);
PG_FUNCTION_INFO_V1(pa_read_database_histogram);
PG_FUNCTION_INFO_V1(pa_reset);

static const char *const class_names[] = {
	"lookup", "join", "aggregate", "write", "utility"
};

/*
 * Returns the name of a kind of statements.
 */
const char *
pa_class_name(PaClass class)
{
	return class_names[class];
}

/*
 * Returns a column's datum of text that may be missing.
 */
static Datum
text_or_null(const char *string, bool *isnull)
{
	*isnull = string == NULL;
	return string ? CStringGetTextDatum(string) : (Datum) 0;
}

/*
 * Returns the standard deviation of the successful executions, ms.
 */
static double
stddev(const PaCounters *c)
{
	double		variance;

	if (c->calls < 2)
		return 0.0;
	variance = (c->sum_squares - c->total_time * c->total_time / c->calls) / c->calls;
	return variance > 0 ? sqrt(variance) : 0.0;
}

/*
 * Returns the rows a statement read by sequential scans, as known from its
 * sampled executions; see scans.c.
 */
static int64
seq_rows_read(const PaCounters *c)
{
	int64		more = c->calls + c->failures - c->sampled_upto;

	return (int64) rint(c->seq_rows + (c->sampled_upto > 0 ? more * c->last_seq_rows : 0));
}

/*
 * Returns a statement as a row of recorded_statements().
 */
static void
put_statement(ReturnSetInfo *rsinfo, const PaEntryCopy *copy)
{
	const PaEntry *entry = &copy->entry;
	const PaCounters *c = &entry->counters;
	const uint32 *h = entry->histogram;
	bool		visible = pa_may_see_role(entry->key.userid);
	Datum		values[30];
	bool		nulls[30] = {false};
	int			i = 0;

	if (!pa_may_see_numbers(entry->key.userid))
		return;
	values[i++] = ObjectIdGetDatum(entry->key.dbid);
	values[i++] = ObjectIdGetDatum(entry->key.userid);
	nulls[i] = !visible;
	values[i++] = Int64GetDatum((int64) entry->key.queryid);
	values[i++] = BoolGetDatum(entry->key.toplevel);
	values[i++] = CStringGetTextDatum(class_names[entry->class]);
	values[i] = text_or_null(visible ? copy->text : INSUFFICIENT_PRIVILEGE, &nulls[i]);
	i++;
	values[i++] = Int64GetDatum(c->calls);
	values[i++] = Int64GetDatum(c->failures);
	values[i++] = Int64GetDatum(c->rows);
	values[i++] = Float8GetDatum(c->total_time);
	values[i++] = Float8GetDatum(c->min_time);
	values[i++] = Float8GetDatum(c->max_time);
	values[i++] = Float8GetDatum(c->calls ? c->total_time / c->calls : 0.0);
	values[i++] = Float8GetDatum(stddev(c));
	values[i++] = Float8GetDatum(pa_histogram_percentile(h, 0.50));
	values[i++] = Float8GetDatum(pa_histogram_percentile(h, 0.95));
	values[i++] = Float8GetDatum(pa_histogram_percentile(h, 0.99));
	values[i++] = Float8GetDatum(c->total_plan_time);
	values[i++] = Int64GetDatum(c->shared_blks_hit);
	values[i++] = Int64GetDatum(c->shared_blks_read);
	values[i++] = Int64GetDatum(c->temp_blks_written);
	values[i++] = Int64GetDatum((int64) c->wal_bytes);
	values[i++] = Int64GetDatum(seq_rows_read(c));
	values[i++] = TimestampTzGetDatum(c->first_seen);
	values[i++] = TimestampTzGetDatum(c->last_seen);
	values[i++] = Float8GetDatum(c->failed_time);
	values[i++] = Int64GetDatum((int64) entry->key.relhash);
	values[i++] = Int64GetDatum(c->jit_functions);
	values[i++] = Float8GetDatum(c->jit_time);
	Assert(i <= lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_statements(): every statement that the current user may see.
 */
Datum
pa_read_statements(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, BOOLOID, TEXTOID,
				  TEXTOID, INT8OID, INT8OID, INT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
				  FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
				  INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, TIMESTAMPTZOID,
				  TIMESTAMPTZOID, FLOAT8OID, INT8OID,
				  INT8OID, FLOAT8OID);
	foreach(lc, pa_table_copy(InvalidOid, false))
		put_statement((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}

/*
 * Reads the samples of a copied entry, in the current context. Returns how
 * many there are. The dearest came when it did since it is, so it stands for its
 * executions among all.
 */
static int
read_samples(const PaEntryCopy *copy, PaSample *samples)
{
	int64		most_offered = 0;
	int			n = 0;

	for (int i = 0; i < PA_SAMPLES; i++)
	{
		const PaSampleSlot *slot = &copy->entry.samples[i];

		if (copy->samples[i] == NULL)
			continue;
		pa_sample_read(copy->samples[i], slot->size, slot, &samples[n]);
		samples[n].offered = copy->entry.counters.sample_changes - slot->offered_before;
		samples[n].dearest = i == PA_SAMPLE_DEAREST && copy->entry.has_dearest;
		most_offered = Max(most_offered, samples[n].offered);
		n++;
	}
	for (int i = 0; i < n; i++)
	{
		if (samples[i].dearest)
			samples[i].offered = most_offered;
	}
	return n;
}

/*
 * Returns values that may be NULL as an array of text.
 */
static Datum
text_array(char **texts, int n)
{
	Datum	   *items = palloc((n + 1) * sizeof(Datum));
	bool	   *nulls = palloc((n + 1) * sizeof(bool));
	int			lower = 1;

	for (int i = 0; i < n; i++)
		items[i] = text_or_null(texts[i], &nulls[i]);
	return PointerGetDatum(construct_md_array(items, nulls, 1, &n, &lower,
											  TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Returns what is true of each parameter as an array of boolean.
 */
static Datum
bool_array(const bool *flags, int n)
{
	Datum	   *items = palloc((n + 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		items[i] = BoolGetDatum(flags[i]);
	return PointerGetDatum(construct_array(items, n, BOOLOID, 1, true, TYPALIGN_CHAR));
}

/*
 * Returns the types of parameters as an array of regtype.
 */
static Datum
type_array(const Oid *types, int n)
{
	Datum	   *items = palloc((n + 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		items[i] = ObjectIdGetDatum(types[i]);
	return PointerGetDatum(construct_array(items, n, REGTYPEOID, sizeof(Oid),
										   true, TYPALIGN_INT));
}

/*
 * Returns a sample as a row of recorded_samples().
 */
static void
put_sample(ReturnSetInfo *rsinfo, const PaEntry *entry, const PaSample *sample)
{
	Datum		values[14];
	bool		nulls[14] = {false};
	int			i = 0;

	values[i++] = ObjectIdGetDatum(entry->key.dbid);
	values[i++] = ObjectIdGetDatum(entry->key.userid);
	values[i++] = Int64GetDatum((int64) entry->key.queryid);
	values[i++] = BoolGetDatum(entry->key.toplevel);
	values[i++] = TimestampTzGetDatum(sample->started_at);
	values[i++] = Float8GetDatum(sample->exec_time);
	values[i++] = Int64GetDatum(sample->rows);
	values[i] = text_or_null(sample->text, &nulls[i]);
	i++;
	values[i++] = text_array(sample->param_values, sample->nparams);
	values[i++] = type_array(sample->param_types, sample->nparams);
	values[i++] = bool_array(sample->param_known, sample->nparams);
	values[i] = text_or_null(sample->search_path, &nulls[i]);
	i++;
	values[i++] = Int64GetDatum(sample->times);
	values[i++] = Int64GetDatum(sample->offered);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_samples(): the samples of statements whose constants the current
 * user may see.
 */
Datum
pa_read_samples(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, BOOLOID, TIMESTAMPTZOID,
				  FLOAT8OID, INT8OID, TEXTOID, TEXTARRAYOID, REGTYPEARRAYOID,
				  BOOLARRAYOID, TEXTOID, INT8OID, INT8OID);
	foreach(lc, pa_table_copy(InvalidOid, true))
	{
		PaEntryCopy *copy = lfirst(lc);
		PaSample	samples[PA_SAMPLES];
		int			n;

		if (!pa_may_see_role(copy->entry.key.userid))
			continue;
		n = read_samples(copy, samples);
		for (int i = 0; i < n; i++)
			put_sample((ReturnSetInfo *) fcinfo->resultinfo, &copy->entry, &samples[i]);
	}
	return (Datum) 0;
}

/*
 * Returns one row per bucket that is not empty, for the executions in the
 * current database of one statement, or of all that clients ran. Only those
 * are counted that visible says yes to.
 */
static void
put_histogram(FunctionCallInfo fcinfo, const uint64 *queryid, bool (*visible) (Oid roleid))
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64		buckets[PA_HISTOGRAM_BUCKETS] = {0};
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, FLOAT8OID, FLOAT8OID, INT8OID);
	foreach(lc, pa_table_copy_numbers(MyDatabaseId))
	{
		PaEntryCopy *copy = lfirst(lc);

		if (queryid != NULL ? copy->entry.key.queryid != *queryid : !copy->entry.key.toplevel)
			continue;
		if (!visible(copy->entry.key.userid))
			continue;
		for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
			buckets[i] += copy->entry.histogram[i];
	}
	for (int i = 0; i < PA_HISTOGRAM_BUCKETS; i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		if (buckets[i] == 0)
			continue;
		values[0] = Float8GetDatum(pa_histogram_lower(i));
		values[1] = Float8GetDatum(pa_histogram_upper(i));
		values[2] = Int64GetDatum(buckets[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * statement_histogram(queryid): the latencies of a statement in the current
 * database, over all roles and levels whose text the current user may see.
 */
Datum
pa_read_histogram(PG_FUNCTION_ARGS)
{
	uint64		queryid = (uint64) PG_GETARG_INT64(0);

	put_histogram(fcinfo, &queryid, pa_may_see_role);
	return (Datum) 0;
}

/*
 * database_histogram(): the latencies of all statements that clients ran in
 * the current database, as far as the current user may see their numbers.
 */
Datum
pa_read_database_histogram(PG_FUNCTION_ARGS)
{
	put_histogram(fcinfo, NULL, pa_may_see_numbers);
	return (Datum) 0;
}

/*
 * reset(): forgets what was recorded, in all databases, also on disk.
 */
Datum
pa_reset(PG_FUNCTION_ARGS)
{
	pa_require_preloaded();
	pa_table_reset();
	pa_slow_reset();
	pa_failure_reset();
	pa_failure_count_reset();
	pa_run_reset();
	pa_watch_reset();
	pa_scans_reset();
	pa_plans_reset();
	pa_totals_reset();
	pa_minutes_reset();
	(void) pa_persist_save(ERROR);
	PG_RETURN_VOID();
}

/*
 * Returns a copied entry in the form that other rooms know.
 */
static PaStatement *
make_statement(const PaEntryCopy *copy, bool with_samples)
{
	const PaEntry *entry = &copy->entry;
	const PaCounters *c = &entry->counters;
	PaStatement *statement = palloc0(sizeof(PaStatement));

	statement->key = entry->key;
	statement->fingerprint = entry->fingerprint;
	statement->advisable = entry->advisable;
	statement->command = entry->command;
	statement->calls = c->calls;
	statement->failures = c->failures;
	statement->rows = c->rows;
	statement->total_exec_time = c->total_time;
	statement->min_exec_time = c->min_time;
	statement->max_exec_time = c->max_time;
	statement->stddev_exec_time = stddev(c);
	statement->total_plan_time = c->total_plan_time;
	statement->shared_blks_hit = c->shared_blks_hit;
	statement->shared_blks_read = c->shared_blks_read;
	statement->first_seen = c->first_seen;
	statement->last_seen = c->last_seen;
	if (pa_may_see_role(entry->key.userid))
	{
		statement->query = copy->text;
		if (with_samples)
		{
			statement->samples = palloc0(PA_SAMPLES * sizeof(PaSample));
			statement->nsamples = read_samples(copy, statement->samples);
		}
	}
	return statement;
}

/*
 * See record.h.
 */
List *
pa_record_read_statements(Oid dbid, bool with_samples)
{
	List	   *result = NIL;
	ListCell   *lc;

	pa_require_preloaded();
	foreach(lc, pa_table_copy(dbid, with_samples))
		result = lappend(result, make_statement(lfirst(lc), with_samples));
	return result;
}

/*
 * See record.h. Computed when asked for, from the counters themselves: it
 * costs the statements that are recorded nothing.
 */
uint64
pa_record_workload_version(Oid dbid)
{
	uint64		version;
	ListCell   *lc;
	List	   *copies;

	pa_require_preloaded();
	version = pa_table_forgotten();
	copies = pa_table_copy_numbers(dbid);
	foreach(lc, copies)
	{
		const PaEntry *entry = &((PaEntryCopy *) lfirst(lc))->entry;
		uint64		hash;

		if (!entry->advisable)
			continue;
		hash = hash_combine64(entry->key.queryid, entry->generation);
		hash = hash_combine64(hash, pa_mix64(entry->counters.calls));
		hash = hash_combine64(hash, pa_mix64(entry->counters.failures));
		version += hash_combine64(hash, pa_mix64(entry->counters.sample_changes));
	}
	return version;
}
