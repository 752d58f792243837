/*
 * read_advice.c
 *	  SQL: advise() and the views on it.
 *
 * The advice for the recorded workload is remembered in the session. It is
 * valid until something advisable was recorded, a table of this database
 * changed, or the session took another role; then the next question searches
 * again.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "advise/advice.h"
#include "advise/expr_stats.h"
#include "advise/sources.h"
#include "base/base.h"
#include "base/progress.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_advise);
PG_FUNCTION_INFO_V1(pa_remembered_advice);
PG_FUNCTION_INFO_V1(pa_index_advice_statements);
PG_FUNCTION_INFO_V1(pa_index_advice_rejected);
PG_FUNCTION_INFO_V1(pa_unadvised_statements);

/* What the advice that is remembered was made from */
typedef struct Remembered
{
	PaAdvice   *advice;			/* or NULL */
	uint64		workload_version;
	uint64		invalidations;
	Oid			userid;
	int			time_limit;
	TimestampTz made_at;
} Remembered;

static Remembered remembered = {0};

/* Limits of one search */
typedef struct Limits
{
	int64		storage_budget;
	int			max_indexes;
	double		time_limit;		/* ms; 0 = none */
	List	   *queries;		/* NIL: the recorded workload */
} Limits;

/*
 * Says what a search took, and if it had no time for the rest.
 */
static void
tell_of_search(const PaSearch *search)
{
	int			n;
	double		share = pa_share_looked_at(search, &n);

	ereport(DEBUG1,
			(errmsg_internal("index search: %d planner calls, %d candidates",
							 search->planner_calls, search->ncandidates)));
	if (search->out_of_time || search->out_of_time_in_pool)
		ereport(NOTICE,
				(errmsg("the search for indexes was stopped by its time limit"),
				 errdetail("What was found by then is shown. Of %d statements %d were looked at, those that took %.1f %% of the time of all.",
						   list_length(search->statements), n, share * 100),
				 errhint("Raise perfadvisor.advise_time_limit, or give advise() a longer time_limit.")));
}

/*
 * Searches, with progress shown while it lasts. The advice is allocated below
 * parent, the search itself is thrown away.
 */
static PaAdvice *
search_advice(const Limits *limits, MemoryContext parent)
{
	PaSearch   *search = pa_search_new();
	PaAdvice   *volatile advice = NULL;

	search->storage_budget = limits->storage_budget;
	search->max_indexes = limits->max_indexes;
	pa_expr_stats_reset();
	pa_whatif_reset_oids();
	pa_progress_start();
	PG_TRY();
	{
		pa_progress_update("reading the workload", 0, 0);
		if (limits->queries != NIL)
			pa_workload_given(search, limits->queries);
		if (limits->time_limit > 0)
			pa_search_set_limit(search, limits->time_limit);
		if (limits->queries == NIL)
			pa_workload_recorded(search);
		pa_search_run(search);
		pa_progress_update("explaining the advice", 0, 0);
		advice = pa_advice_make(search, parent);
	}
	PG_FINALLY();
	{
		pa_progress_end();
		pa_expr_stats_reset();
	}
	PG_END_TRY();
	tell_of_search(search);
	MemoryContextDelete(search->context);
	return advice;
}

/*
 * Returns the advice for the recorded workload, from memory if nothing has
 * changed since it was made.
 */
static PaAdvice *
current_advice(void)
{
	uint64		version = pa_record_workload_version(MyDatabaseId) + pa_sources_version();
	Limits		limits = {.time_limit = pa_advise_time_limit};
	PaAdvice   *old = remembered.advice;

	if (old != NULL && remembered.workload_version == version &&
		remembered.invalidations == pa_replan_invalidations() &&
		remembered.userid == GetUserId() &&
		remembered.time_limit == pa_advise_time_limit)
		return old;

	remembered.advice = NULL;
	if (old != NULL)
		MemoryContextDelete(old->context);
	remembered.invalidations = pa_replan_invalidations();
	remembered.workload_version = version;
	remembered.userid = GetUserId();
	remembered.time_limit = pa_advise_time_limit;
	remembered.advice = search_advice(&limits, TopMemoryContext);
	remembered.made_at = GetCurrentTimestamp();
	pa_publish_advice(remembered.advice);
	return remembered.advice;
}

/*
 * Returns a list of int64 as a bigint[].
 */
static Datum
queryid_array(List *queryids)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(queryids), 1));
	ListCell   *lc;
	int			n = 0;

	foreach(lc, queryids)
		values[n++] = Int64GetDatum(*(int64 *) lfirst(lc));
	return PointerGetDatum(construct_array(values, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Returns a text value, setting *isnull for NULL.
 */
static Datum
text_or_null(const char *s, bool *isnull)
{
	*isnull = (s == NULL);
	return s == NULL ? (Datum) 0 : CStringGetTextDatum(s);
}

/* Columns of index_advice */
#define ADVICE_COLUMNS 15

/*
 * Fills the columns of one row of index_advice.
 */
static void
fill_row(const PaAdviceRow *row, Datum *values, bool *nulls)
{
	int			i = 0;

	values[i++] = Int32GetDatum(row->rank);
	values[i++] = Int32GetDatum(row->step);
	values[i++] = CStringGetTextDatum(row->advice_id);
	values[i++] = ObjectIdGetDatum(row->relid);
	values[i++] = CStringGetTextDatum(row->ddl);
	values[i++] = CStringGetTextDatum(row->access_method);
	values[i++] = CStringGetTextDatum(row->kind);
	values[i++] = Float8GetDatum(row->time_saved);
	values[i++] = Float8GetDatum(row->workload_gain);
	values[i++] = Float8GetDatum(row->write_cost);
	values[i++] = Int64GetDatum(row->index_bytes);
	values[i++] = queryid_array(row->queryids);
	values[i++] = Float8GetDatum(row->confidence);
	values[i++] = CStringGetTextDatum(row->reason);
	values[i] = text_or_null(row->undo_sql, &nulls[i]);
}

static void
put_rows(FunctionCallInfo fcinfo, List *rows)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_begin_rows(fcinfo, INT4OID, INT4OID, TEXTOID, REGCLASSOID, TEXTOID,
				  TEXTOID, TEXTOID, FLOAT8OID, FLOAT8OID, FLOAT8OID, INT8OID,
				  INT8ARRAYOID, FLOAT8OID, TEXTOID, TEXTOID);
	foreach(lc, rows)
	{
		Datum		values[ADVICE_COLUMNS];
		bool		nulls[ADVICE_COLUMNS] = {false};

		fill_row(lfirst(lc), values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * remembered_advice() returns the rows of the last search of this session for
 * its current role, however old they are, and never searches. A search that
 * found nothing is told of by one row that has only made_at.
 */
Datum
pa_remembered_advice(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[ADVICE_COLUMNS + 1];
	bool		nulls[ADVICE_COLUMNS + 1];
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, INT4OID, INT4OID, TEXTOID, REGCLASSOID, TEXTOID,
				  TEXTOID, TEXTOID, FLOAT8OID, FLOAT8OID, FLOAT8OID, INT8OID,
				  INT8ARRAYOID, FLOAT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID);
	if (remembered.advice == NULL || remembered.userid != GetUserId())
		return (Datum) 0;
	values[ADVICE_COLUMNS] = TimestampTzGetDatum(remembered.made_at);
	memset(nulls, true, ADVICE_COLUMNS);
	nulls[ADVICE_COLUMNS] = false;
	if (remembered.advice->rows == NIL)
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	memset(nulls, false, ADVICE_COLUMNS);
	foreach(lc, remembered.advice->rows)
	{
		fill_row(lfirst(lc), values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		nulls[ADVICE_COLUMNS - 1] = false;
	}
	return (Datum) 0;
}

/*
 * Returns an interval in milliseconds. Raises ERROR 22023 unless positive.
 */
static double
interval_ms(const Interval *interval)
{
	double		ms = interval->time / 1000.0 +
		(interval->day + interval->month * (double) DAYS_PER_MONTH) * SECS_PER_DAY * 1000.0;

	if (ms <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time limit must be positive")));
	return ms;
}

/*
 * advise(queries text[], storage_budget bigint, max_indexes int,
 *		  time_limit interval)
 *
 * With all arguments NULL, the remembered advice for the recorded workload.
 */
Datum
pa_advise(PG_FUNCTION_ARGS)
{
	Limits		limits = {.time_limit = pa_advise_time_limit};
	PaAdvice   *advice;

	pa_require_preloaded();
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1) && PG_ARGISNULL(2) && PG_ARGISNULL(3))
	{
		put_rows(fcinfo, current_advice()->rows);
		return (Datum) 0;
	}
	if (!PG_ARGISNULL(1))
		limits.storage_budget = PG_GETARG_INT64(1);
	if (!PG_ARGISNULL(2))
		limits.max_indexes = PG_GETARG_INT32(2);
	if (limits.storage_budget < 0 || limits.max_indexes < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("storage budget and number of indexes must not be negative")));
	if (!PG_ARGISNULL(3))
		limits.time_limit = interval_ms(PG_GETARG_INTERVAL_P(3));
	if (!PG_ARGISNULL(0))
	{
		limits.queries = pa_text_array_list(PG_GETARG_ARRAYTYPE_P(0), "queries");
		if (limits.queries == NIL)
		{
			put_rows(fcinfo, NIL);
			return (Datum) 0;
		}
	}
	advice = search_advice(&limits, CurrentMemoryContext);
	put_rows(fcinfo, advice->rows);
	return (Datum) 0;
}

/*
 * The statements that the remembered advice changes.
 */
Datum
pa_index_advice_statements(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, TEXTOID, INT8OID, TEXTOID, INT8OID, FLOAT8OID,
				  FLOAT8OID, TEXTOID, TEXTOID);
	foreach(lc, current_advice()->statements)
	{
		PaAdviceStatement *row = lfirst(lc);
		Datum		values[8];
		bool		nulls[8] = {false};

		values[0] = CStringGetTextDatum(row->advice_id);
		values[1] = Int64GetDatum(row->queryid);
		values[2] = text_or_null(row->query, &nulls[2]);
		values[3] = Int64GetDatum(row->calls);
		values[4] = Float8GetDatum(row->cost_before);
		values[5] = Float8GetDatum(row->cost_after);
		values[6] = text_or_null(row->plan_before, &nulls[6]);
		values[7] = text_or_null(row->plan_after, &nulls[7]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * The candidates that were costed for the remembered advice and not taken.
 */
Datum
pa_index_advice_rejected(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, REGCLASSOID, TEXTOID, TEXTOID, FLOAT8OID,
				  INT8OID);
	foreach(lc, current_advice()->rejected)
	{
		PaRejected *row = lfirst(lc);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = ObjectIdGetDatum(row->relid);
		values[1] = CStringGetTextDatum(row->ddl);
		values[2] = CStringGetTextDatum(row->reason);
		values[3] = Float8GetDatum(row->best_gain);
		values[4] = Int64GetDatum(row->index_bytes);
		nulls[4] = (row->index_bytes < 0);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * The recorded statements that the remembered advice could not look at.
 */
Datum
pa_unadvised_statements(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, INT8OID, TEXTOID, INT8OID, FLOAT8OID, TEXTOID);
	foreach(lc, current_advice()->unadvised)
	{
		PaUnadvised *row = lfirst(lc);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = Int64GetDatum(row->queryid);
		values[1] = text_or_null(row->query, &nulls[1]);
		values[2] = Int64GetDatum(row->calls);
		values[3] = Float8GetDatum(row->total_exec_time);
		values[4] = CStringGetTextDatum(row->reason);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
