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
 *	  the kinds that would give the right estimate.
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
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/statistics.h"
#include "base/compat_planner.h"

/* Estimates that are wrong by this factor are worth a statement to run, ... */
#define PA_ERROR			10.0

/* ... and by this one are good enough afterwards. */
#define PA_MENDED			3.0

/* Fewer rows in the sample are chance. */
#define PA_MIN_SAMPLE_ROWS	30.0

/* Largest target that is advised; ANALYZE then reads 600,000 rows. */
#define PA_MAX_TARGET		2000

/* A table being judged */
typedef struct Judging
{
	PaTableUse *use;
	PaTableSample sample;
	double		rows;			/* in the sample */
	List	   *result;			/* PaStatisticsRow * */
} Judging;

/* What is known of one column */
typedef struct ColumnFacts
{
	double		ndistinct;		/* number; 0 unknown */
	double		nullfrac;
	double		mcv_total;		/* share of the rows with common values */
	double		mcv_least;		/* share of the least common one */
	int			mcv_count;
	int			target;			/* of the column, in force */
} ColumnFacts;

/*
 * Returns by what factor an estimate is off, both as numbers of rows in the
 * sample; 1 where the numbers are too small to tell.
 */
static double
error_of(double estimated, double actual)
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
static int
target_of(Oid relid, AttrNumber attno)
{
	int			setting = pa_statistics_setting(relid, attno);

	return setting >= 0 ? setting : default_statistics_target;
}

static char *
column_name(Oid relid, AttrNumber attno)
{
	return (char *) quote_identifier(get_attname(relid, attno, false));
}

static char *
column_names(Oid relid, List *attnos)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, attnos)
		appendStringInfo(&buf, "%s%s", lc == list_head(attnos) ? "" : ", ",
						 column_name(relid, lfirst_int(lc)));
	return buf.data;
}

static List *
merge_queryids(List *into, List *queryids)
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
static void
add_row(Judging *j, List *attnos, const char *problem, double error, List *queryids,
		char *ddl, char *undo, char *reason)
{
	PaStatisticsRow *row;
	ListCell   *lc;

	foreach(lc, j->result)
	{
		row = lfirst(lc);
		if (strcmp(row->ddl, ddl) == 0)
		{
			row->queryids = merge_queryids(row->queryids, queryids);
			if (error > row->estimate_error)
			{
				row->estimate_error = error;
				row->reason = reason;
			}
			return;
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
}

/*
 * Reads what ANALYZE has gathered of a column. Returns false if it has not.
 */
static bool
read_facts(const Judging *j, AttrNumber attno, ColumnFacts *facts)
{
	HeapTuple	tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(j->use->relid),
										Int16GetDatum(attno), BoolGetDatum(false));
	AttStatsSlot slot;

	memset(facts, 0, sizeof(*facts));
	facts->target = target_of(j->use->relid, attno);
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
advise_analyze(Judging *j, AttrNumber attno, double error, List *queryids,
			   double estimated, double actual)
{
	add_row(j, list_make1_int(attno), "stale", error, queryids,
			psprintf("ANALYZE %s", j->sample.name), NULL,
			psprintf("for a condition on %s the planner expects %.0f rows where a sample has it at %.0f: its statistics do not fit the rows any more, and ANALYZE alone mends that",
					 column_name(j->use->relid, attno),
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
find_missed(Judging *j, AttrNumber attno, const ColumnFacts *facts,
			double *error, double *needed)
{
	double		rest = facts->ndistinct - facts->mcv_count;
	double		expected = (1 - facts->mcv_total - facts->nullfrac) / Max(rest, 1) * j->rows;
	double		least = Max(expected * PA_ERROR, PA_MIN_SAMPLE_ROWS);
	double		answers[2];
	char	   *name = column_name(j->use->relid, attno);
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
judge_common_values(Judging *j, const PaColumnUse *column)
{
	AttrNumber	attno = linitial_int(column->attnos);
	char	   *name = column_name(j->use->relid, attno);
	ColumnFacts facts;
	double		error;
	double		needed;
	int			target;

	if (!read_facts(j, attno, &facts) || facts.ndistinct <= facts.mcv_count + 1 ||
		facts.mcv_count < facts.target || !find_missed(j, attno, &facts, &error, &needed))
		return;
	for (target = 100; target < needed * 1.2 && target <= PA_MAX_TARGET; target += 100)
		;
	if (target <= facts.target || target > PA_MAX_TARGET)
		return;
	add_row(j, column->attnos, "target", error, column->queryids,
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
 * rows it is not wrong, only old.
 */
static void
judge_distinct(Judging *j, const PaColumnUse *column)
{
	AttrNumber	attno = linitial_int(column->attnos);
	char	   *name = column_name(j->use->relid, attno);
	ColumnFacts facts;
	double		distinct;
	double		error;
	char	   *setting;

	if (!read_facts(j, attno, &facts) || facts.ndistinct <= 0 ||
		j->sample.tuples <= 300.0 * facts.target ||
		!pa_sample_distinct(&j->sample, name, &distinct) || distinct < 1)
		return;
	error = Max(distinct / facts.ndistinct, facts.ndistinct / distinct);
	if (error < PA_ERROR)
		return;

	/* What grows with the table is stated as a share of its rows. */
	setting = distinct > 0.1 * j->sample.tuples
		? psprintf("-%.3f", Min(distinct / j->sample.tuples, 1)) : psprintf("%.0f", distinct);
	add_row(j, column->attnos, "n_distinct", error, column->queryids,
			psprintf("ALTER TABLE %s ALTER COLUMN %s SET (n_distinct = %s); ANALYZE %s",
					 j->sample.name, name, setting, j->sample.name),
			psprintf("ALTER TABLE %s ALTER COLUMN %s RESET (n_distinct); ANALYZE %s",
					 j->sample.name, name, j->sample.name),
			psprintf("%s is joined, grouped or compared, and the planner takes it to have %.0f different values where a sample says about %.0f",
					 name, facts.ndistinct, distinct));
}

/*
 * Returns a name for extended statistics that nothing in the schema has.
 */
static char *
statistics_name(const Judging *j, List *attnos)
{
	StringInfoData columns;
	Oid			schema = get_rel_namespace(j->use->relid);
	char	   *label = "stat";
	ListCell   *lc;

	initStringInfo(&columns);
	foreach(lc, attnos)
		appendStringInfo(&columns, "%s%s", lc == list_head(attnos) ? "" : "_",
						 get_attname(j->use->relid, lfirst_int(lc), false));
	for (int pass = 0;; pass++)
	{
		char	   *name = makeObjectName(get_rel_name(j->use->relid), columns.data,
										  pass == 0 ? label : psprintf("%s%d", label, pass));

		if (!SearchSysCacheExists2(STATEXTNAMENSP, CStringGetDatum(name), ObjectIdGetDatum(schema)))
			return name;
	}
}

/*
 * Whether there are extended statistics on all of the columns that have the
 * first of the given kinds, and whether ANALYZE has filled them.
 */
static bool
has_extended(Judging *j, List *attnos, const char *kinds, bool *built)
{
	StringInfoData keys;
	double		answers[2];
	ListCell   *lc;
	bool		mcv = strstr(kinds, "mcv") != NULL;
	bool		dependencies = strstr(kinds, "dependencies") != NULL;
	char	   *sql;

	initStringInfo(&keys);
	foreach(lc, attnos)
		appendStringInfo(&keys, "%s%d", lc == list_head(attnos) ? "" : ", ", lfirst_int(lc));
	sql = psprintf("SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM pg_stats_ext AS d"
				   " WHERE d.statistics_schemaname = n.nspname AND d.statistics_name = s.stxname AND d.%s IS NOT NULL))"
				   " FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace"
				   " WHERE s.stxrelid = %u AND '%s' = ANY (s.stxkind) AND s.stxkeys::int2[] @> ARRAY[%s]::int2[]",
				   mcv ? "most_common_vals" : dependencies ? "dependencies" : "n_distinct",
				   j->use->relid, mcv ? "m" : dependencies ? "f" : "d", keys.data);
	if (!pa_sample_ask(&j->sample, sql, 2, answers))
		return false;
	*built = answers[1] > 0;
	return answers[0] > 0;
}

/*
 * Advises extended statistics of the given kinds. If there are some on these
 * columns, all they can lack is an ANALYZE.
 */
static void
advise_extended(Judging *j, List *attnos, const char *kinds, double error,
				List *queryids, char *reason)
{
	char	   *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(j->use->relid)),
												  statistics_name(j, attnos));
	char	   *columns = column_names(j->use->relid, attnos);
	bool		built;

	if (has_extended(j, attnos, kinds, &built))
	{
		if (!built)
			add_row(j, attnos, "stale", error, queryids, psprintf("ANALYZE %s", j->sample.name), NULL,
					psprintf("%s; there are such statistics, but ANALYZE has not filled them", reason));
		return;
	}
	add_row(j, attnos, "correlated", error, queryids,
			psprintf("CREATE STATISTICS %s (%s) ON %s FROM %s; ANALYZE %s",
					 name, kinds, columns, j->sample.name, j->sample.name),
			psprintf("DROP STATISTICS IF EXISTS %s", name), reason);
}

/*
 * Returns the share of rows that a list of the most common combinations of the
 * columns would give a filter, or -1 if that cannot be known, and whether the
 * list would have all combinations. One that is hardly more common than the
 * least in the list may as well not get into it.
 */
static double
estimate_by_list(Judging *j, const PaFilterUse *filter, Bitmapset *which,
				 List *attnos, int target, bool *complete)
{
	StringInfoData sql;
	double		answers[3];
	double		independent = 1;
	int			i = -1;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "WITH g AS (SELECT count(*) AS c, bool_and((");
	while ((i = bms_next_member(which, i)) >= 0)
	{
		independent *= filter->clauses[i].actual;
		appendStringInfo(&sql, "%s%s", filter->clauses[i].text,
						 bms_next_member(which, i) >= 0 ? ") AND (" : ")) AS m");
	}
	appendStringInfo(&sql, " FROM %s GROUP BY %s), l AS (SELECT min(c) AS least, sum(c) AS total"
					 " FROM (SELECT c FROM g ORDER BY c DESC LIMIT %d) AS t), n AS (SELECT count(*) AS n FROM g)"
					 " SELECT (sum(g.c) FILTER (WHERE g.m AND (n.n <= %d OR g.c > 1.25 * l.least)))::float8,"
					 " max(l.total)::float8, max(n.n) FROM g, l, n",
					 j->sample.from, column_names(j->use->relid, attnos), target, target);
	if (!pa_sample_ask(&j->sample, sql.data, 3, answers))
		return -1;
	*complete = answers[2] <= target;
	if (answers[0] > 0)
		return answers[0] / j->rows;
	return Min(independent, Max(1 - answers[1] / j->rows, 0));
}

/*
 * Returns the share of rows that functional dependencies between two columns
 * would give two equalities, or -1 if that cannot be known. The degree of a
 * dependency is the share of rows whose value of one column goes with a single
 * value of the other, and the estimate is that of dependencies.c.
 */
static double
estimate_by_dependency(Judging *j, const PaClause *a, const PaClause *b)
{
	double		best = -1;

	for (int turn = 0; turn < 2; turn++)
	{
		const PaClause *from = turn == 0 ? a : b;
		const PaClause *to = turn == 0 ? b : a;
		double		degree;
		char	   *sql = psprintf("SELECT (sum(c) FILTER (WHERE d = 1))::float8 / sum(c)::float8 FROM"
								   " (SELECT sum(c) AS c, count(*) AS d FROM"
								   " (SELECT %s AS x, %s AS y, count(*) AS c FROM %s GROUP BY 1, 2) AS p GROUP BY x) AS g",
								   column_name(j->use->relid, from->attno),
								   column_name(j->use->relid, to->attno), j->sample.from);

		if (!pa_sample_ask(&j->sample, sql, 1, &degree))
			return -1;
		best = Max(best, degree * Min(from->actual, to->actual) +
				   (1 - degree) * from->actual * to->actual);
	}
	return best;
}

/*
 * Chooses the conditions that belong together: the two that differ most from
 * being independent, if they explain most of it, or else all.
 */
static Bitmapset *
choose_clauses(Judging *j, const PaFilterUse *filter, double error)
{
	Bitmapset  *which = NULL;
	double		worst = 0;

	for (int i = 0; i < filter->nclauses; i++)
	{
		for (int k = i + 1; k < filter->nclauses; k++)
		{
			double		independent = filter->clauses[i].actual * filter->clauses[k].actual;
			double		pair = error_of(independent * j->rows, filter->pairs[i][k] * j->rows);

			if (filter->clauses[i].attno == filter->clauses[k].attno || pair <= worst)
				continue;
			worst = pair;
			bms_free(which);
			which = bms_add_member(bms_make_singleton(i), k);
		}
	}
	if (worst * PA_MENDED < error)
	{
		for (int i = 0; i < filter->nclauses; i++)
			which = bms_add_member(which, i);
	}
	return which;
}

/*
 * Judges conditions that are estimated well one by one but not together.
 */
static void
judge_together(Judging *j, const PaFilterUse *filter, double error)
{
	Bitmapset  *which = choose_clauses(j, filter, error);
	List	   *attnos = NIL;
	double		actual = bms_num_members(which) == filter->nclauses ? filter->actual : -1;
	bool		equalities = true;
	bool		complete = false;
	bool		by_list;
	bool		by_dependency = false;
	double		before = 1;
	double		estimate;
	int			target = 100;
	int			first = bms_next_member(which, -1);
	int			second = bms_next_member(which, first);
	int			i = -1;

	while ((i = bms_next_member(which, i)) >= 0)
	{
		attnos = list_append_unique_int(attnos, filter->clauses[i].attno);
		equalities &= filter->clauses[i].equality;
		before *= filter->clauses[i].actual;
		target = Max(target, target_of(j->use->relid, filter->clauses[i].attno));
	}
	if (list_length(attnos) < 2)
		return;
	list_sort(attnos, list_int_cmp);
	if (actual < 0)
		actual = filter->pairs[first][second];

	estimate = estimate_by_list(j, filter, which, attnos, target, &complete);
	by_list = estimate >= 0 && error_of(estimate * j->rows, actual * j->rows) < PA_MENDED;

	/* Where there is a list the planner asks it first, and dependencies no more. */
	if (equalities && bms_num_members(which) == 2 && !(by_list && complete))
	{
		double		other = estimate_by_dependency(j, &filter->clauses[first], &filter->clauses[second]);

		by_dependency = other >= 0 && error_of(other * j->rows, actual * j->rows) < PA_MENDED;
		if (by_dependency)
			estimate = other;
	}
	if (!by_list && !by_dependency)
		return;
	advise_extended(j, attnos, by_dependency ? "dependencies" : "mcv",
					error, filter->queryids,
					psprintf("conditions on %s depend on each other: taken as independent they keep %.0f rows, in a sample it is %.0f; with these statistics the estimate would be %.0f",
							 column_names(j->use->relid, attnos), before * Max(j->sample.tuples, 0),
							 actual * Max(j->sample.tuples, 0), estimate * Max(j->sample.tuples, 0)));
}

/*
 * Judges one filter: first its conditions one by one, then together.
 */
static void
judge_filter(Judging *j, const PaFilterUse *filter)
{
	double		independent = 1;
	double		worst = 1;
	double		error;

	if (filter->nclauses == 0 || filter->clauses[0].actual < 0)
		return;
	for (int i = 0; i < filter->nclauses; i++)
	{
		const PaClause *clause = &filter->clauses[i];
		ColumnFacts facts;

		error = error_of(clause->estimated * j->rows, clause->actual * j->rows);
		worst = Max(worst, error);
		independent *= clause->actual;
		if (error < PA_ERROR || !read_facts(j, clause->attno, &facts))
			continue;

		/* A new ANALYZE would find it: in a list that has room, or in one of the
		 * steps of the histogram. */
		if (clause->equality ? (facts.mcv_count < facts.target ||
								clause->actual > 2 * facts.mcv_least) :
			Max(clause->estimated, clause->actual) > 2.0 / Max(facts.target, 1))
			advise_analyze(j, clause->attno, error, filter->queryids,
						   clause->estimated, clause->actual);
	}
	error = error_of(filter->estimated * j->rows, filter->actual * j->rows);
	if (filter->nclauses >= 2 && error >= PA_ERROR && worst < PA_ERROR &&
		error_of(independent * j->rows, filter->actual * j->rows) >= PA_ERROR)
		judge_together(j, filter, error);
}

/*
 * Judges columns of one table that are grouped by together. Without statistics
 * of them the planner multiplies their numbers of values, up to a tenth of the
 * rows.
 */
static void
judge_grouping(Judging *j, const PaColumnUse *column)
{
	double		expected = 1;
	double		largest = 1;
	double		clamp = Max(j->sample.tuples, 1) * 0.1;
	double		distinct;
	double		error;
	ListCell   *lc;

	foreach(lc, column->attnos)
	{
		ColumnFacts facts;

		if (!read_facts(j, lfirst_int(lc), &facts) || facts.ndistinct <= 0)
			return;
		expected *= facts.ndistinct;
		largest = Max(largest, facts.ndistinct);
	}
	expected = Min(expected, Max(clamp, largest));
	if (!pa_sample_distinct(&j->sample, column_names(j->use->relid, column->attnos), &distinct))
		return;
	error = error_of(expected, distinct);
	if (error < PA_ERROR)
		return;
	advise_extended(j, column->attnos, "ndistinct", error, column->queryids,
					psprintf("grouped by %s together the planner expects %.0f groups, by a sample there are about %.0f",
							 column_names(j->use->relid, column->attnos), expected, distinct));
}

/*
 * Judges what the workload asks of a table. With analyse_first its statistics
 * are known to be missing or old; then only the worst error of a filter is
 * returned, in a row with the problem "analyse". Returns a List of
 * PaStatisticsRow in the current memory context, NIL if the table cannot be
 * looked at now.
 */
List *
pa_statistics_judge(PaTableUse *use, bool analyse_first)
{
	Judging		j = {.use = use};
	ListCell   *lc;

	if (!pa_sample_open(&j.sample, use->relid) || !pa_sample_filters(&j.sample, use->filters, &j.rows))
		return NIL;
	if (analyse_first)
	{
		double		worst = 1;

		foreach(lc, use->filters)
		{
			PaFilterUse *filter = lfirst(lc);

			worst = Max(worst, error_of(filter->estimated * j.rows, filter->actual * j.rows));
		}
		add_row(&j, NIL, "analyse", worst, use->queryids, "", NULL, "");
		return j.result;
	}
	foreach(lc, use->filters)
		judge_filter(&j, lfirst(lc));
	foreach(lc, use->columns)
	{
		PaColumnUse *column = lfirst(lc);

		if (list_length(column->attnos) > 1)
			judge_grouping(&j, column);
		else
		{
			judge_distinct(&j, column);
			if (column->compared)
				judge_common_values(&j, column);
		}
	}
	return j.result;
}
