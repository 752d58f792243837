/*
 * read_others.c
 *	  The functions behind the slow_queries and seq_scans views.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

#define INSUFFICIENT_PRIVILEGE "<insufficient privilege>"

PG_FUNCTION_INFO_V1(pa_read_slow_queries);
PG_FUNCTION_INFO_V1(pa_read_seq_scans);
PG_FUNCTION_INFO_V1(pa_read_failures);

/*
 * Sets a text column, or NULL.
 */
static void
set_text(Datum *values, bool *nulls, int column, const char *string)
{
	nulls[column] = string == NULL;
	if (string != NULL)
		values[column] = CStringGetTextDatum(string);
}

/*
 * Returns the parameters of a slow execution. A value that is not known is
 * shown as NULL.
 */
static Datum
parameters_array(const PaSlowQuery *slow)
{
	Datum	   *items = palloc((slow->nparams + 1) * sizeof(Datum));
	bool	   *nulls = palloc((slow->nparams + 1) * sizeof(bool));
	int			n = slow->nparams;
	int			lower = 1;

	for (int i = 0; i < n; i++)
	{
		nulls[i] = slow->values[i] == NULL;
		items[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(slow->values[i]);
	}
	return PointerGetDatum(construct_md_array(items, nulls, 1, &n, &lower,
											  TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Returns an execution as a row of recorded_slow_queries().
 */
static void
put_slow_query(ReturnSetInfo *rsinfo, const PaSlowQuery *slow)
{
	Datum		values[13];
	bool		nulls[13] = {false};
	bool		visible = pa_may_see_role(slow->key.userid);
	int			i = 0;

	if (!pa_may_see_numbers(slow->key.userid))
		return;
	values[i++] = TimestampTzGetDatum(slow->started_at);
	values[i++] = Float8GetDatum(slow->exec_time);
	values[i++] = ObjectIdGetDatum(slow->key.dbid);
	values[i++] = ObjectIdGetDatum(slow->key.userid);
	set_text(values, nulls, i++, visible ? slow->application_name : NULL);
	nulls[i] = !visible || slow->key.queryid == 0;
	values[i++] = Int64GetDatum((int64) slow->key.queryid);
	values[i++] = BoolGetDatum(slow->key.toplevel);
	set_text(values, nulls, i++, visible ? slow->query : INSUFFICIENT_PRIVILEGE);
	nulls[i] = !visible || slow->nparams == 0;
	if (!nulls[i])
		values[i] = parameters_array(slow);
	i++;
	nulls[i] = slow->rows < 0;
	values[i++] = Int64GetDatum(slow->rows);
	set_text(values, nulls, i++, visible ? slow->plan : NULL);
	set_text(values, nulls, i++, slow->sqlstate ? unpack_sql_state(slow->sqlstate) : NULL);
	set_text(values, nulls, i++, visible ? slow->error : NULL);
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_slow_queries(): slow and failed executions that the current user
 * may see.
 */
Datum
pa_read_slow_queries(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, TIMESTAMPTZOID, FLOAT8OID, OIDOID, OIDOID,
				  TEXTOID, INT8OID, BOOLOID, TEXTOID, TEXTARRAYOID, INT8OID, TEXTOID,
				  TEXTOID, TEXTOID);
	foreach(lc, list_concat(pa_slow_read(), pa_failure_read()))
		put_slow_query((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}

/*
 * Returns counted failures as a row of recorded_failures().
 */
static void
put_failure(ReturnSetInfo *rsinfo, const PaFailureCount *count)
{
	Datum		values[9];
	bool		nulls[9] = {false};
	bool		known = OidIsValid(count->key.dbid);
	int			i = 0;

	if (known && !pa_may_see_numbers(count->key.userid))
		return;
	nulls[i] = !known;
	values[i++] = ObjectIdGetDatum(count->key.dbid);
	nulls[i] = !known;
	values[i++] = ObjectIdGetDatum(count->key.userid);
	nulls[i] = count->key.queryid == 0 || !pa_may_see_role(count->key.userid);
	values[i++] = Int64GetDatum((int64) count->key.queryid);
	nulls[i] = !known;
	values[i++] = Int64GetDatum((int64) count->key.relhash);
	nulls[i] = !known;
	values[i++] = BoolGetDatum(count->key.toplevel);
	set_text(values, nulls, i++, count->sqlstate ? unpack_sql_state(count->sqlstate) : NULL);
	values[i++] = Int64GetDatum((int64) count->failures);
	values[i++] = Float8GetDatum(count->exec_time);
	values[i++] = TimestampTzGetDatum(count->last_failure);
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_failures(): counted failures that the current user may see.
 */
Datum
pa_read_failures(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, INT8OID, BOOLOID,
				  TEXTOID, INT8OID, FLOAT8OID, TIMESTAMPTZOID);
	foreach(lc, pa_failure_count_read())
		put_failure((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}

/*
 * Returns a scan as a row of recorded_seq_scans().
 */
static void
put_scan(ReturnSetInfo *rsinfo, const PaScanCopy *copy)
{
	const PaScan *scan = &copy->scan;
	Datum		values[11];
	bool		nulls[11] = {false};
	bool		visible = pa_may_see_role(scan->userid);
	int			i = 0;

	if (!pa_may_see_numbers(scan->userid))
		return;
	values[i++] = ObjectIdGetDatum(scan->dbid);
	values[i++] = ObjectIdGetDatum(scan->userid);
	values[i++] = ObjectIdGetDatum(scan->relid);
	values[i++] = Int64GetDatum((int64) scan->signature);
	if (visible || scan->signature == 0)
		set_text(values, nulls, i++, copy->filter);
	else
		set_text(values, nulls, i++, INSUFFICIENT_PRIVILEGE);
	nulls[i] = !visible;
	values[i++] = Int64GetDatum((int64) scan->queryid);
	values[i++] = Int64GetDatum((int64) rint(scan->scans));
	values[i++] = Int64GetDatum((int64) rint(scan->rows_read));
	values[i++] = Int64GetDatum((int64) rint(scan->rows_returned));
	nulls[i] = scan->estimate_error == 0;
	values[i++] = Float8GetDatum(scan->estimate_error);
	values[i++] = Float8GetDatum(scan->total_exec_time);
	Assert(i == lengthof(values));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_seq_scans(): the scans of each statement that the current user
 * may see.
 */
Datum
pa_read_seq_scans(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, OIDOID, INT8OID, TEXTOID, INT8OID,
				  INT8OID, INT8OID, INT8OID, FLOAT8OID, FLOAT8OID);
	foreach(lc, pa_scans_read())
		put_scan((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}
