/*
 * statistics_sample.c
 *	  Questions to a sample of a table's blocks.
 *
 * The sample is read as the table's owner, as ANALYZE does, in a
 * security-restricted operation, read only, in a subtransaction that is rolled
 * back. No lock is waited for. The blocks are the same each time, so the same
 * table gives the same answers; at most PA_SAMPLE_BLOCKS of them are read, and
 * fewer where they hold many rows.
 */
#include "postgres.h"

#include <math.h>

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "advise/statistics.h"

/* ANALYZE reads up to 30,000 blocks, and as many rows, with the default target. */
#define PA_SAMPLE_BLOCKS	3000
#define PA_SAMPLE_ROWS		150000

/* Rows of fewer blocks than that are too much alike. */
#define PA_MIN_BLOCKS		500

/* Values that occur in more of the sampled blocks than that are common; the
 * estimator of Haas and Stokes is for the others. */
#define PA_COMMON_COUNT		50

/* What ask() needs and gives */
typedef struct AskJob
{
	const PaTableSample *sample;
	const char *sql;
	int			n;
	double	   *answers;
} AskJob;

/*
 * Reads the size of a table; runs inside pa_in_restriction().
 */
static void
measure(void *arg)
{
	PaTableSample *sample = arg;
	Relation	rel;
	double		pages;
	double		wanted = PA_SAMPLE_BLOCKS;

	if (!ConditionalLockRelationOid(sample->relid, AccessShareLock))
		return;
	rel = try_relation_open(sample->relid, NoLock);
	if (rel == NULL)
		return;
	if (RELKIND_HAS_STORAGE(rel->rd_rel->relkind))
	{
		pages = RelationGetNumberOfBlocks(rel);
		sample->tuples = rel->rd_rel->reltuples;
		if (sample->tuples > PA_SAMPLE_ROWS)
			wanted = Min(wanted, Max(pages * PA_SAMPLE_ROWS / sample->tuples, PA_MIN_BLOCKS));
		sample->fraction = pages > wanted ? wanted / pages : 1;
	}
	relation_close(rel, NoLock);
}

/*
 * Prepares to sample a table. Returns false if it has no storage of its own,
 * is gone, has row-level security, or is locked by another session. Strings are in the current memory
 * context.
 */
bool
pa_sample_open(PaTableSample *sample, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	PaRestriction restriction = {.search_path = "pg_catalog"};
	bool		secured;

	memset(sample, 0, sizeof(*sample));
	if (!HeapTupleIsValid(tuple))
		return false;
	sample->relid = relid;
	secured = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	sample->owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	sample->name = quote_qualified_identifier(pa_existing_schema(relid),
											  NameStr(((Form_pg_class) GETSTRUCT(tuple))->relname));
	ReleaseSysCache(tuple);
	restriction.userid = sample->owner;
	if (secured || !pa_in_restriction(&restriction, measure, sample, NULL) || sample->fraction <= 0)
		return false;
	sample->from = sample->fraction < 1
		? psprintf("ONLY %s TABLESAMPLE SYSTEM (%.8f) REPEATABLE (0)", sample->name, 100 * sample->fraction)
		: psprintf("ONLY %s", sample->name);
	return true;
}

/*
 * Runs one query and takes the numbers in its first row; NULL counts as 0.
 */
static void
ask(void *arg)
{
	AskJob	   *job = arg;

	if (!ConditionalLockRelationOid(job->sample->relid, AccessShareLock))
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("table is locked by another session")));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(job->sql, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "sample could not be read");
	for (int i = 0; i < job->n; i++)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
										  i + 1, &isnull);

		if (SPI_gettypeid(SPI_tuptable->tupdesc, i + 1) == INT8OID)
			job->answers[i] = isnull ? 0 : (double) DatumGetInt64(value);
		else
			job->answers[i] = isnull ? 0 : DatumGetFloat8(value);
	}
	SPI_finish();
}

/*
 * Asks the sample a question that is answered by n numbers, of type bigint or
 * double precision. Returns false if it cannot be answered.
 */
bool
pa_sample_ask(const PaTableSample *sample, const char *sql, int n, double *answers)
{
	AskJob		job = {sample, sql, n, answers};
	PaRestriction restriction = {.userid = sample->owner,.search_path = "pg_catalog"};

	return pa_in_restriction(&restriction, ask, &job, NULL);
}

/*
 * Appends the questions of one filter: each condition, all of them, and each
 * two of them where there are more than two.
 */
static int
append_filter(StringInfo sql, const PaFilterUse *filter)
{
	int			n = 0;

	for (int i = 0; i < filter->nclauses; i++, n++)
		appendStringInfo(sql, ", count(*) FILTER (WHERE %s)", filter->clauses[i].text);
	appendStringInfoString(sql, ", count(*) FILTER (WHERE ");
	for (int i = 0; i < filter->nclauses; i++)
		appendStringInfo(sql, "%s(%s)", i > 0 ? " AND " : "", filter->clauses[i].text);
	appendStringInfoChar(sql, ')');
	n++;
	for (int i = 0; i < filter->nclauses; i++)
	{
		for (int j = i + 1; j < filter->nclauses; j++, n++)
			appendStringInfo(sql, ", count(*) FILTER (WHERE (%s) AND (%s))",
							 filter->clauses[i].text, filter->clauses[j].text);
	}
	return n;
}

/*
 * Takes one filter's answers over, as shares of the rows.
 */
static void
take_filter(PaFilterUse *filter, const double *answers, double rows)
{
	for (int i = 0; i < filter->nclauses; i++)
		filter->clauses[i].actual = *answers++ / rows;
	filter->actual = *answers++ / rows;
	for (int i = 0; i < filter->nclauses; i++)
	{
		for (int j = i + 1; j < filter->nclauses; j++)
			filter->pairs[i][j] = *answers++ / rows;
	}
}

/*
 * Finds out what share of the sample's rows passes each filter, and sets *rows
 * to the number of rows in it. Returns false if that cannot be known; filters
 * beyond the first dozens of a table are left unknown (actual of the clauses
 * is -1).
 */
bool
pa_sample_filters(const PaTableSample *sample, List *filters, double *rows)
{
	StringInfoData sql;
	double	   *answers;
	int			n = 1;
	int			taken = 0;
	ListCell   *lc;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT count(*)");
	foreach(lc, filters)
	{
		PaFilterUse *filter = lfirst(lc);

		/* One row has at most 1,664 columns. */
		if (n > 600)
			break;
		n += append_filter(&sql, filter);
		taken++;
	}
	appendStringInfo(&sql, " FROM %s", sample->from);
	answers = palloc0(sizeof(double) * n);
	if (!pa_sample_ask(sample, sql.data, n, answers) || answers[0] < 1)
		return false;
	*rows = *answers++;
	foreach(lc, filters)
	{
		PaFilterUse *filter = lfirst(lc);

		if (foreach_current_index(lc) == taken)
			break;
		take_filter(filter, answers, *rows);
		answers += filter->nclauses + 1 + filter->nclauses * (filter->nclauses - 1) / 2;
	}
	return true;
}

/*
 * Estimates how many different values (not NULL) the columns have together,
 * from a list of their quoted names.
 *
 * Counted are the blocks in which a value occurs, so that rows that were
 * written one after the other, with the same value, are not taken for a sign
 * of few values. Common values are counted apart; of n occurrences of the
 * others, with d values of which f1 occur once, out of N in the table, the
 * number of values is taken for n d / (n - f1 + f1 n / N) (Duj1 of Haas and
 * Stokes, "Estimating the number of classes in a finite population", 1998).
 */
bool
pa_sample_distinct(const PaTableSample *sample, const char *columns, double *distinct)
{
	double		a[4];
	char	   *sql;
	double		n;
	double		f1;

	if (sample->fraction >= 1)
		return pa_sample_ask(sample, psprintf("SELECT count(*) FROM (SELECT DISTINCT %s FROM %s WHERE NOT ROW(%s) IS NULL) AS s",
											  columns, sample->from, columns), 1, distinct);
	sql = psprintf("SELECT sum(c) FILTER (WHERE c <= %d)::float8, count(*) FILTER (WHERE c <= %d),"
				   " count(*) FILTER (WHERE c = 1), count(*) FILTER (WHERE c > %d)"
				   " FROM (SELECT count(*) AS c FROM"
				   " (SELECT DISTINCT %s, (ctid::text::point)[0] AS block FROM %s"
				   " WHERE NOT ROW(%s) IS NULL) AS s GROUP BY %s) AS g",
				   PA_COMMON_COUNT, PA_COMMON_COUNT, PA_COMMON_COUNT,
				   columns, sample->from, columns, columns);
	if (!pa_sample_ask(sample, sql, 4, a))
		return false;
	n = a[0];
	f1 = a[2];
	*distinct = a[3];
	if (n > 0)
		*distinct += n * a[1] / (n - f1 + f1 * sample->fraction);
	return true;
}
