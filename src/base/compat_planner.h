/*
 * compat_planner.h
 *	  Differences between PostgreSQL 15 and 19 in the planner, in EXPLAIN and in
 *	  ANALYZE, for the room that plans.
 */
#ifndef PERFADVISOR_BASE_COMPAT_PLANNER_H
#define PERFADVISOR_BASE_COMPAT_PLANNER_H

#include "access/amapi.h"
#include "nodes/params.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "optimizer/pathnode.h"

/*
 * The hook through which the planner learns a table's indexes. Users define a
 * function (root, relid, inhparent, rel) and call it by PA_RELATION_INFO_CALL.
 */
#if PG_VERSION_NUM >= 190000
#define pa_relation_info_hook_type build_simple_rel_hook_type
#define PA_RELATION_INFO_HOOK build_simple_rel_hook
#define PA_RELATION_INFO_HOOK_ARGS \
	PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte
#define PA_RELATION_INFO_HOOK_PASS root, rel, rte
#define PA_RELATION_INFO_CALL(f) \
	do { \
		if (rte->rtekind == RTE_RELATION) \
			f(root, rte->relid, rte->inh, rel); \
	} while (0)
#else
#define pa_relation_info_hook_type get_relation_info_hook_type
#define PA_RELATION_INFO_HOOK get_relation_info_hook
#define PA_RELATION_INFO_HOOK_ARGS \
	PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel
#define PA_RELATION_INFO_HOOK_PASS root, relid, inhparent, rel
#define PA_RELATION_INFO_CALL(f) f(root, relid, inhparent, rel)
#endif

/* What an index access method tells of itself */
#if PG_VERSION_NUM >= 190000
typedef const IndexAmRoutine PaIndexAmRoutine;
#define pa_am_routine_free(routine) ((void) (routine))	/* lives for ever */
#else
typedef IndexAmRoutine PaIndexAmRoutine;
#define pa_am_routine_free(routine) pfree(routine)
#endif

/* Last argument of build_attrmap_by_name() */
#if PG_VERSION_NUM >= 160000
#define PA_ATTRMAP_MISSING , false
#else
#define PA_ATTRMAP_MISSING
#endif

/* Whether a B-tree is searched for a column behind one without a condition, by
 * looking up each value of that */
#if PG_VERSION_NUM >= 180000
#define PA_BTREE_SKIPS	true
#else
#define PA_BTREE_SKIPS	false
#endif

/* Direction of a PathKey */
#if PG_VERSION_NUM >= 180000
#define PA_PATHKEY_IS_DESC(pk) ((pk)->pk_cmptype == COMPARE_GT)
#else
#define PA_PATHKEY_IS_DESC(pk) ((pk)->pk_strategy == BTGreaterStrategyNumber)
#endif

/* An expression of the target list, with what GROUP BY computes put in (18+) */
#if PG_VERSION_NUM >= 180000
#define pa_ungrouped(query, expr) \
	((query)->hasGroupRTE ? flatten_group_exprs(NULL, query, expr) : (expr))
#else
#define pa_ungrouped(query, expr) (expr)
#endif

/* Columns whose change keeps an update from being heap-only */
#if PG_VERSION_NUM >= 160000
#define pa_indexed_attrs(rel) \
	RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_HOT_BLOCKING)
#else
#define pa_indexed_attrs(rel) \
	RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_ALL)
#endif

/* Whether partitions are left out while a plan runs */
#if PG_VERSION_NUM >= 180000
#define pa_append_prunes(plan) ((plan)->part_prune_index >= 0)
#else
#define pa_append_prunes(plan) ((plan)->part_prune_info != NULL)
#endif
#define pa_merge_append_prunes(plan) pa_append_prunes(plan)

extern PlannedStmt *pa_standard_planner(Query *query, const char *source,
										int cursor_options,
										ParamListInfo params);
extern char *pa_explain_plan(PlannedStmt *plan, const char *source,
							 ParamListInfo params);

/* Gives a range-table entry the permission information that 16+ looks for. */
extern void pa_add_permission_info(Query *query, RangeTblEntry *rte);

struct VacAttrStats;
extern void pa_init_statistics_target(struct VacAttrStats *stats);

/* A column's own statistics target, -1 where it has none. */
extern int	pa_statistics_setting(Oid relid, AttrNumber attno);

#endif							/* PERFADVISOR_BASE_COMPAT_PLANNER_H */
