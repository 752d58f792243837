/*
 * statistics.c
 *	  Where the planner's statistics of a table mislead it, and what mends that.
 *
 * Each question that recorded statements ask of a column is answered twice:
 * by the planner and by a sample of the table. Where the two differ by
 * PA_ERROR or more, in numbers that a sample of that size can tell, something
 * is advised, but only what a calculation on the sample shows to mend it:
 *
 *	- one condition alone, on a value that ANALYZE would have found: ANALYZE;
 *	- a value that the list of common values has no room for: a larger target;
 *	- the number of different values: n_distinct set by hand;
 *	- conditions each estimated well, but not together: CREATE STATISTICS, of
 *	  the kinds that would give the right estimate; see statistics_extended.c.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "commands/defrem.h"
#include "commands/vacuum.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/statistics.h"
#include "base/compat_planner.h"

/*
 * Returns by what factor an estimate is off, both as numbers of rows in the
 * sample; 1 where the numbers are too small to tell.
 */
double
pa_statistics_error(double estimated, double actual)
{
	if (Max(estimated, actual) < PA_MIN_SAMPLE_ROWS)
		return 1;
	estimated = Max(estimated, 1);
	actual = Max(actual, 1);
	return Max(estimated / actual, actual / estimated);
}

/*
 * Returns the statistics target of a column that is in force.
 */
int
pa_statistics_target(Oid relid, AttrNumber attno)
{
	int			setting = pa_statistics_setting(relid, attno);

	return setting >= 0 ? setting : default_statistics_target;
}

char *
pa_column_name(Oid relid, AttrNumber attno)
{
	return (char *) quote_identifier(get_attname(relid, attno, false));
}

char *
pa_column_names(Oid relid, List *attnos)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, attnos)
		appendStringInfo(&buf, "%s%s", lc == list_head(attnos) ? "" : ", ",
						 pa_column_name(relid, lfirst_int(lc)));
	return buf.data;
}

List *
pa_merge_queryids(List *into, List *queryids)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, queryids)
	{
		bool		known = false;

		foreach(lc2, into)
			known |= *(int64 *) lfirst(lc) == *(int64 *) lfirst(lc2);
		if (!known)
			into = lappend(into, lfirst(lc));
	}
	return into;
}

/*
 * Adds a piece of advice, or, if there is the same DDL already, what it adds
 * to that.
 */
PaStatisticsRow *
pa_statistics_add(PaJudging *j, List *attnos, const char *problem, double error, List *queryids,
		char *ddl, char *undo, char *reason)
{
	PaStatisticsRow *row;
	ListCell   *lc;

	foreach(lc, j->result)
	{
		row = lfirst(lc);
		if (strcmp(row->ddl, ddl) == 0)
		{
			row->queryids = pa_merge_queryids(row->queryids, queryids);
			if (error > row->estimate_error)
			{
				row->estimate_error = error;
				row->reason = reason;
			}
			return row;
		}
	}
	row = palloc0(sizeof(PaStatisticsRow));
	row->relid = j->use->relid;
	row->attnos = attnos;
	row->problem = problem;
	row->estimate_error = error;
	row->queryids = list_copy(queryids);
	row->ddl = ddl;
	row->undo = undo;
	row->reason = reason;
	j->result = lappend(j->result, row);
	return row;
}

/*
 * Reads what ANALYZE has gathered of a column. Returns false if it has not.
 */
bool
pa_column_facts(const PaJudging *j, AttrNumber attno, PaColumnFacts *facts)
{
	HeapTuple	tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(j->use->relid),
										Int16GetDatum(attno), BoolGetDatum(false));
	AttStatsSlot slot;

	memset(facts, 0, sizeof(*facts));
	facts->target = pa_statistics_target(j->use->relid, attno);
	if (!HeapTupleIsValid(tuple))
		return false;
	facts->ndistinct = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct;
	if (facts->ndistinct < 0)
		facts->ndistinct *= -Max(j->sample.tuples, 1);
	facts->nullfrac = ((Form_pg_statistic) GETSTRUCT(tuple))->stanullfrac;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_NUMBERS))
	{
		facts->mcv_count = slot.nnumbers;
		for (int i = 0; i < slot.nnumbers; i++)
			facts->mcv_total += slot.numbers[i];
		if (slot.nnumbers > 0)
			facts->mcv_least = slot.numbers[slot.nnumbers - 1];
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(tuple);
	return true;
}

/*
 * Says that the statistics do not fit the rows any more.
 */
static void
advise_analyze(PaJudging *j, AttrNumber attno, double error, List *queryids,
			   double estimated, double actual)
{
	(void) pa_statistics_add(j, list_make1_int(attno), "stale", error, queryids,
			psprintf("ANALYZE %s", j->sample.name), NULL,
			psprintf("for a condition on %s the planner expects %.0f rows where a sample has it at %.0f: its statistics do not fit the rows any more, and ANALYZE alone mends that",
					 pa_column_name(j->use->relid, attno),
					 estimated * Max(j->sample.tuples, 0), actual * Max(j->sample.tuples, 0)));
}

/*
 * Finds the values that the list of common values misses: those in the sample
 * that are PA_ERROR times as common as the planner takes all others to be.
 * Sets the largest such factor and the number of values that are at least as
 * common as the least of them, which is the target that a list with them all
 * needs.
 */
static bool
find_missed(PaJudging *j, AttrNumber attno, const PaColumnFacts *facts,
			double *error, double *needed)
{
	double		rest = facts->ndistinct - facts->mcv_count;
	double		expected = (1 - facts->mcv_total - facts->nullfrac) / Max(rest, 1) * j->rows;
	double		least = Max(expected * PA_ERROR, PA_MIN_SAMPLE_ROWS);
	double		answers[2];
	char	   *name = pa_column_name(j->use->relid, attno);
	char	   *sql;

	sql = psprintf("SELECT count(*), max(c) FILTER (WHERE NOT v = ANY (known)) FROM"
				   " (SELECT %s::text AS v, count(*) AS c FROM %s WHERE %s IS NOT NULL"
				   " GROUP BY 1 HAVING count(*) >= %.0f) AS s,"
				   " (SELECT coalesce((SELECT most_common_vals::text::text[] FROM pg_stats"
				   " WHERE format('%%I.%%I', schemaname, tablename) = %s AND attname = %s AND NOT inherited), '{}') AS known) AS k",
				   name, j->sample.from, name, least,
				   quote_literal_cstr(j->sample.name),
				   quote_literal_cstr(get_attname(j->use->relid, attno, false)));
	if (!pa_sample_ask(&j->sample, sql, 2, answers) || answers[1] < least)
		return false;
	*error = answers[1] / Max(expected, 1);
	*needed = answers[0];
	return *error >= PA_ERROR;
}

/*
 * Judges the list of common values of a column that is compared with
 * constants. A value more common than the least one in the list, or missing
 * from a list with room, is new; otherwise the list is too short.
 */
static void
judge_common_values(PaJudging *j, const PaColumnUse *column)
{
	AttrNumber	attno = linitial_int(column->attnos);
	char	   *name = pa_column_name(j->use->relid, attno);
	PaColumnFacts facts;
	double		error;
	double		needed;
	int			target;

	if (!pa_column_facts(j, attno, &facts) || facts.ndistinct <= facts.mcv_count + 1 ||
		facts.mcv_count < facts.target || !find_missed(j, attno, &facts, &error, &needed))
		return;
	for (target = 100; target < needed * 1.2 && target <= PA_MAX_TARGET; target += 100)
		;
	if (target <= facts.target || target > PA_MAX_TARGET)
		return;
	(void) pa_statistics_add(j, column->attnos, "target", error, column->queryids,
			psprintf("ALTER TABLE %s ALTER COLUMN %s SET STATISTICS %d; ANALYZE %s",
					 j->sample.name, name, target, j->sample.name),
			psprintf("ALTER TABLE %s ALTER COLUMN %s SET STATISTICS %d; ANALYZE %s",
					 j->sample.name, name, pa_statistics_setting(j->use->relid, attno),
					 j->sample.name),
			psprintf("%s is compared with constants, and its list of the %d most common values misses some that are up to %.0f times as common as the planner takes them to be; a list of %.0f has them all",
					 name, facts.mcv_count, error, needed));
}

/*
 * Judges the number of different values of a column. Where ANALYZE has seen all
 * rows it is not wrong, only old; where it says that most rows differ it cannot
 * be far too low, and a sample with few repetitions is never far too high.
 */
static void
judge_distinct(PaJudging *j, const PaColumnUse *column)
{
	AttrNumber	attno = linitial_int(column->attnos);
	char	   *name = pa_column_name(j->use->relid, attno);
	PaColumnFacts facts;
	double		distinct;
	double		error;
	char	   *setting;

	if (!pa_column_facts(j, attno, &facts) || facts.ndistinct <= 0 ||
		j->sample.tuples <= 300.0 * facts.target ||
		facts.ndistinct > 0.5 * j->sample.tuples ||
		!pa_sample_distinct(&j->sample, name, &distinct) || distinct < 1)
		return;
	error = Max(distinct / facts.ndistinct, facts.ndistinct / distinct);
	if (error < PA_ERROR)
		return;

	/* What grows with the table is stated as a share of its rows. */
	setting = distinct > 0.1 * j->sample.tuples
		? psprintf("-%.3f", Min(distinct / j->sample.tuples, 1)) : psprintf("%.0f", distinct);
	(void) pa_statistics_add(j, column->attnos, "n_distinct", error, column->queryids,
			psprintf("ALTER TABLE %s ALTER COLUMN %s SET (n_distinct = %s); ANALYZE %s",
					 j->sample.name, name, setting, j->sample.name),
			psprintf("ALTER TABLE %s ALTER COLUMN %s RESET (n_distinct); ANALYZE %s",
					 j->sample.name, name, j->sample.name),
			psprintf("%s is joined, grouped or compared, and the planner takes it to have %.0f different values where a sample says about %.0f",
					 name, facts.ndistinct, distinct));
}

/*
 * Judges one filter: first its conditions one by one, then together.
 */
static void
judge_filter(PaJudging *j, const PaFilterUse *filter)
{
	double		worst = 1;
	double		error;

	if (filter->nclauses == 0 || filter->clauses[0].actual < 0)
		return;
	for (int i = 0; i < filter->nclauses; i++)
	{
		const PaClause *clause = &filter->clauses[i];
		PaColumnFacts facts;

		error = pa_statistics_error(clause->estimated * j->rows, clause->actual * j->rows);
		worst = Max(worst, error);
		if (error < PA_ERROR || !pa_column_facts(j, clause->attno, &facts))
			continue;

		/* A new ANALYZE would find it: in a list that has room, or in one of the
		 * steps of the histogram. */
		if (clause->equality ? (facts.mcv_count < facts.target ||
								clause->actual > 2 * facts.mcv_least) :
			Max(clause->estimated, clause->actual) > 2.0 / Max(facts.target, 1))
			advise_analyze(j, clause->attno, error, filter->queryids,
						   clause->estimated, clause->actual);
	}
	error = pa_statistics_error(filter->estimated * j->rows, filter->actual * j->rows);
	if (filter->nclauses >= 2 && error >= PA_ERROR && worst < PA_ERROR)
		pa_judge_together(j, filter, error);
}

/*
 * Judges what the workload asks of a table. With analyse_first its statistics
 * are known to be missing or old; then only the worst error of a condition is
 * returned, in a row with the problem "analyse": what ANALYZE will mend. Returns a List of
 * PaStatisticsRow in the current memory context, NIL if the table cannot be
 * looked at now.
 */
List *
pa_statistics_judge(PaTableUse *use, bool analyse_first)
{
	PaJudging		j = {.use = use};
	ListCell   *lc;

	if (!pa_sample_open(&j.sample, use->relid) || !pa_sample_filters(&j.sample, use->filters, &j.rows))
		return NIL;
	if (analyse_first)
	{
		double		worst = 1;

		foreach(lc, use->filters)
		{
			PaFilterUse *filter = lfirst(lc);

			for (int i = 0; i < filter->nclauses && filter->clauses[i].actual >= 0; i++)
				worst = Max(worst, pa_statistics_error(filter->clauses[i].estimated * j.rows,
											filter->clauses[i].actual * j.rows));
		}
		(void) pa_statistics_add(&j, NIL, "analyse", worst, use->queryids, "", NULL, "");
		return j.result;
	}
	foreach(lc, use->filters)
		judge_filter(&j, lfirst(lc));
	foreach(lc, use->columns)
	{
		PaColumnUse *column = lfirst(lc);

		if (list_length(column->attnos) > 1)
			pa_judge_grouping(&j, column);
		else
		{
			judge_distinct(&j, column);
			if (column->compared)
				judge_common_values(&j, column);
		}
	}
	return j.result;
}
