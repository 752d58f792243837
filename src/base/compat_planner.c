/*
 * compat_planner.c
 *	  Functions of the planner, EXPLAIN and ANALYZE whose arguments or names
 *	  changed between PostgreSQL 15 and 19.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "commands/explain.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_state.h"
#endif
#include "commands/vacuum.h"
#include "optimizer/planner.h"
#include "parser/parse_relation.h"
#include "utils/syscache.h"

#include "base/compat_planner.h"

/*
 * Plans with PostgreSQL's own planner, past every planner_hook.
 */
PlannedStmt *
pa_standard_planner(Query *query, const char *source, int cursor_options,
					ParamListInfo params)
{
#if PG_VERSION_NUM >= 190000
	return standard_planner(query, source, cursor_options, params, NULL);
#else
	return standard_planner(query, source, cursor_options, params);
#endif
}

/*
 * Returns the text of a plan as EXPLAIN prints it, without executing it and
 * without a line feed at the end, in the current memory context.
 */
char *
pa_explain_plan(PlannedStmt *plan, const char *source, ParamListInfo params)
{
	ExplainState *es = NewExplainState();
	StringInfo	out = es->str;

	es->costs = true;
	es->summary = false;
#if PG_VERSION_NUM >= 170000
	ExplainOnePlan(plan, NULL, es, source, params, NULL, NULL, NULL, NULL);
#else
	ExplainOnePlan(plan, NULL, es, source, params, NULL, NULL, NULL);
#endif
	if (out->len > 0 && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	return out->data;
}

/*
 * Sets the statistics target of ANALYZE's working state to the default.
 */
void
pa_init_statistics_target(struct VacAttrStats *stats)
{
#if PG_VERSION_NUM >= 170000
	stats->attstattarget = -1;
#else
	stats->attr = palloc0(ATTRIBUTE_FIXED_PART_SIZE);
	stats->attr->attstattarget = -1;
#endif
}

/*
 * Adds an empty permission entry for a table of a query made by hand.
 */
void
pa_add_permission_info(Query *query, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	(void) addRTEPermissionInfo(&query->rteperminfos, rte);
#endif
}

/*
 * Returns a column's own statistics target, -1 where it has none or is gone.
 */
int
pa_statistics_setting(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));
	bool		isnull;
	Datum		value;
	int			setting = -1;

	if (!HeapTupleIsValid(tuple))
		return -1;
	value = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attstattarget, &isnull);
#if PG_VERSION_NUM >= 170000
	if (!isnull)
		setting = DatumGetInt16(value);
#else
	if (!isnull)
		setting = DatumGetInt32(value);
#endif
	ReleaseSysCache(tuple);
	return setting;
}
