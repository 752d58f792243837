/*
 * statistics_extended.c
 *	  Columns that depend on each other, and the extended statistics that tell
 *	  the planner so.
 *
 * Only statistics are advised of which a calculation on the sample shows that
 * they would mend the estimate; see docs/design.md.
 */
#include "postgres.h"

#include <math.h>

#include "commands/defrem.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/statistics.h"

/*
 * Returns a name for extended statistics that nothing in the schema has.
 */
static char *
statistics_name(const PaJudging *j, List *attnos)
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
		char	   *name = makeObjectName(pa_existing_name(j->use->relid), columns.data,
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
has_extended(PaJudging *j, List *attnos, const char *kinds, bool *built)
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
 * Finds extended statistics on the same columns that are advised already.
 */
static PaStatisticsRow *
find_extended(PaJudging *j, List *attnos)
{
	ListCell   *lc;

	foreach(lc, j->result)
	{
		PaStatisticsRow *row = lfirst(lc);

		if (row->name != NULL && equal(row->attnos, attnos))
			return row;
	}
	return NULL;
}

/*
 * Writes the statement that creates extended statistics.
 */
static char *
extended_ddl(PaJudging *j, const PaStatisticsRow *row)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfo(&buf, "CREATE STATISTICS %s (", row->name);
	foreach(lc, row->kinds)
		appendStringInfo(&buf, "%s%s", lc == list_head(row->kinds) ? "" : ", ", strVal(lfirst(lc)));
	appendStringInfo(&buf, ") ON %s FROM %s; ", pa_column_names(j->use->relid, row->attnos), j->sample.name);
	if (row->target > 0)
		appendStringInfo(&buf, "ALTER STATISTICS %s SET STATISTICS %d; ", row->name, row->target);
	appendStringInfo(&buf, "ANALYZE %s", j->sample.name);
	return buf.data;
}

/*
 * Adds a kind to extended statistics that are advised for another reason.
 * Where there is a list the planner asks no dependencies, so they do not go
 * together: a list of all combinations, with a target of its own, takes the
 * place of dependencies, and otherwise the first one stays.
 */
static void
add_kind(PaJudging *j, PaStatisticsRow *row, char *kind, int target, double error,
		 List *queryids, char *reason)
{
	bool		ndistinct = strcmp(kind, "ndistinct") == 0;

	if (!list_member(row->kinds, makeString(kind)))
	{
		if (target > 0)
			row->kinds = list_delete(row->kinds, makeString("dependencies"));
		else if (!ndistinct && !equal(row->kinds, list_make1(makeString("ndistinct"))))
			return;
		row->kinds = lappend(row->kinds, makeString(kind));
		reason = psprintf("%s; %s", row->reason, reason);
	}
	else if (error <= row->estimate_error)
		reason = row->reason;
	row->reason = reason;
	row->target = Max(row->target, target);
	row->estimate_error = Max(row->estimate_error, error);
	row->queryids = pa_merge_queryids(row->queryids, queryids);
	row->ddl = extended_ddl(j, row);
}

/*
 * Advises extended statistics of a kind, with a target of their own unless it
 * is 0. If there are some on these columns, all they can lack is an ANALYZE.
 */
static void
advise_extended(PaJudging *j, List *attnos, char *kind, int target, double error,
				List *queryids, char *reason)
{
	PaStatisticsRow *row = find_extended(j, attnos);
	bool		filled;

	if (row != NULL)
	{
		add_kind(j, row, kind, target, error, queryids, reason);
		return;
	}
	if (has_extended(j, attnos, kind, &filled))
	{
		if (!filled)
			(void) pa_statistics_add(j, attnos, "stale", error, queryids, psprintf("ANALYZE %s", j->sample.name), NULL,
						   psprintf("%s; there are such statistics, but ANALYZE has not filled them", reason));
		return;
	}
	row = pa_statistics_add(j, attnos, "correlated", error, queryids,
				  pa_column_names(j->use->relid, attnos), NULL, reason);
	row->name = quote_qualified_identifier(pa_existing_schema(j->use->relid),
										   statistics_name(j, attnos));
	row->kinds = list_make1(makeString(kind));
	row->target = target;
	row->ddl = extended_ddl(j, row);
	row->undo = psprintf("DROP STATISTICS IF EXISTS %s", row->name);
}

/*
 * Returns the share of rows that a list of the most common combinations of the
 * columns would give a filter, or -1 if that cannot be known, and the number of
 * all combinations. One that is hardly more common than the
 * least in the list may as well not get into it.
 */
static double
estimate_by_list(PaJudging *j, const PaFilterUse *filter, Bitmapset *which,
				 List *attnos, int target, double independent,
				 double *combinations)
{
	StringInfoData sql;
	double		answers[3];
	int			i = -1;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "WITH g AS (SELECT count(*) AS c, bool_and((");
	while ((i = bms_next_member(which, i)) >= 0)
	{
		appendStringInfo(&sql, "%s%s", filter->clauses[i].text,
						 bms_next_member(which, i) >= 0 ? ") AND (" : ")) AS m");
	}
	appendStringInfo(&sql, " FROM %s GROUP BY %s), l AS (SELECT min(c) AS least, sum(c) AS total"
					 " FROM (SELECT c FROM g ORDER BY c DESC LIMIT %d) AS t), n AS (SELECT count(*) AS n FROM g)"
					 " SELECT (sum(g.c) FILTER (WHERE g.m AND (n.n <= %d OR g.c > 1.25 * l.least)))::float8,"
					 " max(l.total)::float8, max(n.n) FROM g, l, n",
					 j->sample.from, pa_column_names(j->use->relid, attnos), target, target);
	if (!pa_sample_ask(&j->sample, sql.data, 3, answers))
		return -1;
	*combinations = answers[2];
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
estimate_by_dependency(PaJudging *j, const PaClause *a, const PaClause *b)
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
								   pa_column_name(j->use->relid, from->attno),
								   pa_column_name(j->use->relid, to->attno), j->sample.from);

		if (!pa_sample_ask(&j->sample, sql, 1, &degree))
			return -1;
		best = Max(best, degree * Min(from->actual, to->actual) +
				   (1 - degree) * from->actual * to->actual);
	}
	return best;
}

/*
 * Whether some column has several conditions, as the two ends of a range.
 */
static bool
has_ranges(const PaFilterUse *filter)
{
	for (int i = 0; i < filter->nclauses; i++)
	{
		for (int k = i + 1; k < filter->nclauses; k++)
		{
			if (filter->clauses[i].attno == filter->clauses[k].attno)
				return true;
		}
	}
	return false;
}

/*
 * Returns the share of rows that conditions would keep if columns were
 * independent. Two conditions on one column are the two ends of a range, which
 * the planner takes together.
 */
static double
independent_share(const PaFilterUse *filter)
{
	double		share = 1;

	for (int i = 0; i < filter->nclauses; i++)
	{
		int			partner = -1;
		bool		taken = false;

		for (int k = 0; k < filter->nclauses; k++)
		{
			if (k == i || filter->clauses[k].attno != filter->clauses[i].attno)
				continue;
			if (k < i)
				taken = true;
			else if (partner < 0)
				partner = k;
		}
		if (!taken)
			share *= partner < 0 ? filter->clauses[i].actual : filter->pairs[i][partner];
	}
	return share;
}

/*
 * Chooses the conditions that belong together: the two that differ most from
 * being independent, if they explain most of it, or else all.
 */
static Bitmapset *
choose_clauses(PaJudging *j, const PaFilterUse *filter, double error)
{
	Bitmapset  *which = NULL;
	double		worst = 0;

	for (int i = 0; i < filter->nclauses; i++)
	{
		for (int k = i + 1; k < filter->nclauses; k++)
		{
			double		independent = filter->clauses[i].actual * filter->clauses[k].actual;
			double		pair = pa_statistics_error(independent * j->rows, filter->pairs[i][k] * j->rows);

			if (filter->clauses[i].attno == filter->clauses[k].attno || pair <= worst)
				continue;
			worst = pair;
			bms_free(which);
			which = bms_add_member(bms_make_singleton(i), k);
		}
	}
	if (worst * PA_MENDED < error || has_ranges(filter))
	{
		for (int i = 0; i < filter->nclauses; i++)
			which = bms_add_member(which, i);
	}
	return which;
}

/*
 * Judges conditions that are estimated well one by one but not together.
 */
void
pa_judge_together(PaJudging *j, const PaFilterUse *filter, double error)
{
	Bitmapset  *which;
	List	   *attnos = NIL;
	double		actual;
	bool		equalities = true;
	double		combinations = 0;
	bool		by_list;
	bool		by_dependency = false;
	double		before;
	double		estimate;
	int			target = 100;
	int			first;
	int			second;
	int			i = -1;

	/* Where columns are independent it is something else that is wrong. */
	before = independent_share(filter);
	if (pa_statistics_error(before * j->rows, filter->actual * j->rows) < PA_ERROR)
		return;
	which = choose_clauses(j, filter, error);
	first = bms_next_member(which, -1);
	second = bms_next_member(which, first);

	while ((i = bms_next_member(which, i)) >= 0)
	{
		attnos = list_append_unique_int(attnos, filter->clauses[i].attno);
		equalities &= filter->clauses[i].equality;
		target = Max(target, pa_statistics_target(j->use->relid, filter->clauses[i].attno));
	}
	if (list_length(attnos) < 2)
		return;
	list_sort(attnos, list_int_cmp);
	actual = filter->actual;
	if (bms_num_members(which) < filter->nclauses)
	{
		actual = filter->pairs[first][second];
		before = filter->clauses[first].actual * filter->clauses[second].actual;
	}

	estimate = estimate_by_list(j, filter, which, attnos, target, before, &combinations);
	by_list = estimate >= 0 && pa_statistics_error(estimate * j->rows, actual * j->rows) < PA_MENDED;

	/* Where there is a list the planner asks it first, and dependencies no more. */
	if (equalities && bms_num_members(which) == 2 && !(by_list && combinations <= target))
	{
		double		other = estimate_by_dependency(j, &filter->clauses[first], &filter->clauses[second]);

		by_dependency = other >= 0 && pa_statistics_error(other * j->rows, actual * j->rows) < PA_MENDED;
		if (by_dependency)
			estimate = other;
	}
	if (by_dependency || by_list)
		target = 0;
	else
	{
		/* A list that has room for all combinations is always right. */
		if (combinations < 1 || combinations * 1.1 > PA_MAX_TARGET)
			return;
		target = (int) ceil(combinations * 1.1 / 100) * 100;
		estimate = actual;
	}
	advise_extended(j, attnos, by_dependency ? "dependencies" : "mcv", target,
					error, filter->queryids,
					psprintf("conditions on %s depend on each other: taken as independent they keep %.0f rows, in a sample it is %.0f; with these statistics the estimate would be %.0f",
							 pa_column_names(j->use->relid, attnos), before * Max(j->sample.tuples, 0),
							 actual * Max(j->sample.tuples, 0), estimate * Max(j->sample.tuples, 0)));
}

/*
 * Judges columns of one table that are grouped by together. Without statistics
 * of them the planner multiplies their numbers of values, up to a tenth of the
 * rows.
 */
void
pa_judge_grouping(PaJudging *j, const PaColumnUse *column)
{
	double		expected = 1;
	double		largest = 1;
	double		clamp = Max(j->sample.tuples, 1) * 0.1;
	double		distinct;
	double		error;
	ListCell   *lc;

	foreach(lc, column->attnos)
	{
		PaColumnFacts facts;

		if (!pa_column_facts(j, lfirst_int(lc), &facts) || facts.ndistinct <= 0)
			return;
		expected *= facts.ndistinct;
		largest = Max(largest, facts.ndistinct);
	}
	expected = Min(expected, Max(clamp, largest));
	if (!pa_sample_distinct(&j->sample, pa_column_names(j->use->relid, column->attnos), &distinct))
		return;
	error = pa_statistics_error(expected, distinct);
	if (error < PA_ERROR)
		return;
	advise_extended(j, column->attnos, "ndistinct", 0, error, column->queryids,
					psprintf("grouped by %s together the planner expects %.0f groups, by a sample there are about %.0f",
							 pa_column_names(j->use->relid, column->attnos), expected, distinct));
}
