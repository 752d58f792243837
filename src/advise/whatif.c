/*
 * whatif.c
 *	  Planning with indexes imagined and indexes hidden.
 *
 * The planner asks for a table's indexes through get_relation_info(), whose
 * hook adds an IndexOptInfo for each imagined index and takes hidden ones
 * away. Nothing is ever written, and nothing imagined may outlive one call
 * of pa_whatif_plan():
 *
 *	- Our own planning is recognised by the address of the parameter list that
 *	  pa_whatif_plan() made for it, which the planner keeps in PlannerGlobal.
 *	  A function that the planner evaluates may plan statements of its own and
 *	  execute them; those have another parameter list, so the hooks are inert
 *	  for them, at any depth and in any order of loaded libraries.
 *	- standard_planner() is called directly: other libraries' planner hooks
 *	  never see a plan that mentions an index that does not exist, and the plan
 *	  cache is not involved.
 *	- The OIDs of imagined indexes come from the top of the OID range, and are
 *	  checked not to be in use. Nobody opens them.
 *	- An imagined index is never unique: the planner would remove joins and
 *	  trust uniqueness that no index enforces.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/explain.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

#include "advise/expr_stats.h"
#include "advise/source_stats.h"
#include "advise/whatif.h"
#include "base/compat_planner.h"
#include "base/fault.h"

/* Imagined OIDs count down from here. */
#define PA_FIRST_IMAGINED_OID	((Oid) 0xFFFFFFF0)

static PaWhatIf *active = NULL;
static Oid	next_oid = PA_FIRST_IMAGINED_OID;

static pa_relation_info_hook_type prev_relation_info = NULL;
static set_rel_pathlist_hook_type prev_set_rel_pathlist = NULL;
static set_join_pathlist_hook_type prev_set_join_pathlist = NULL;
static get_index_stats_hook_type prev_index_stats = NULL;
static explain_get_index_name_hook_type prev_index_name = NULL;

/*
 * Whether root belongs to the planning that pa_whatif_plan() started, and not
 * to one that happens inside it.
 */
static inline bool
is_ours(PlannerInfo *root)
{
	return active != NULL && root->glob != NULL &&
		root->glob->boundParams == active->params;
}

/*
 * The same for other files, and whether any planning is ours.
 */
bool
pa_whatif_is_ours(PlannerInfo *root)
{
	return is_ours(root);
}

bool
pa_whatif_is_active(void)
{
	return active != NULL;
}

/*
 * Returns the definition as it applies to table relid: itself, its mapping to
 * a partition, or NULL if it is about something else.
 */
static PaIndexDef *
def_for_relation(PaIndexDef *def, Oid relid)
{
	ListCell   *lc;

	if (def->relid == relid)
		return def;
	if (def->relkind != RELKIND_PARTITIONED_TABLE)
		return NULL;
	foreach(lc, def->children)
	{
		PaIndexDef *child = lfirst(lc);

		if (child->relid == relid)
			return child;
	}
	if (!get_rel_relispartition(relid) ||
		!list_member_oid(get_partition_ancestors(relid), def->relid))
		return NULL;
	return pa_index_def_map(def, relid);
}

/*
 * Gives an existing index of such a table the pages of its statistics, and the
 * height that these make: a page holds some hundred keys.
 */
static void
restore_index_size(IndexOptInfo *info, double tuples)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(info->indexoid));
	PaSourceSize there = {0};

	if (!HeapTupleIsValid(tuple))
		return;
	info->pages = Max(((Form_pg_class) GETSTRUCT(tuple))->relpages, 1);
	if (pa_source_size(info->indexoid, &there))
		info->pages = Max(there.pages, 1);
	info->tuples = info->indpred == NIL ? tuples
		: Min(Max(Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, there.tuples), 0), tuples);
	info->tree_height = info->pages > 1 ? (int) ceil(log(info->pages) / log(250)) : 0;
	ReleaseSysCache(tuple);
}

/*
 * Lets a table without a block, but with statistics of some, be as large as
 * these say: somebody has restored the statistics of another server without the
 * data. (Whatever empties a table sets its pages to zero as well.)
 */
void
pa_whatif_restore_size(Oid relid, RelOptInfo *rel)
{
	HeapTuple	tuple;
	Form_pg_class form;
	PaSourceSize there;
	ListCell   *lc;

	/* The planner takes an empty table that was never vacuumed to have ten pages */
	if (pa_source_size(relid, &there))
	{
		rel->pages = Max(there.pages, 1);
		rel->tuples = there.tuples;
		rel->allvisfrac = Min(there.visible_pages / rel->pages, 1.0);
		foreach(lc, rel->indexlist)
			restore_index_size(lfirst(lc), rel->tuples);
		return;
	}
	if (rel->pages > 0)
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_class) GETSTRUCT(tuple);
	if (form->relpages > 0 && form->reltuples > 0)
	{
		rel->pages = form->relpages;
		rel->tuples = form->reltuples;
		rel->allvisfrac = Min((double) form->relallvisible / form->relpages, 1.0);
		foreach(lc, rel->indexlist)
			restore_index_size(lfirst(lc), rel->tuples);
	}
	ReleaseSysCache(tuple);
}

/*
 * Adds to a table that the planner looks at indexes that it cannot scan, but
 * whose expressions have statistics.
 */
static void
add_statistics(Oid relid, RelOptInfo *rel)
{
	ListCell   *lc;

	foreach(lc, active->statistics)
	{
		PaIndexDef *def = def_for_relation(lfirst(lc), relid);
		IndexOptInfo *info;

		if (def == NULL)
			continue;
		info = pa_whatif_index_info(def, rel);
		info->amhasgettuple = info->amhasgetbitmap = info->amcanparallel = false;
		rel->indexlist = lappend(rel->indexlist, info);
	}
}

/*
 * Adds imagined indexes of a table that the planner looks at, and takes away
 * hidden ones. Parents of partitions and inheritance trees are not scanned
 * themselves, so they get none.
 */
static pg_noinline void
relation_info(PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel)
{
	ListCell   *lc;

	if (!is_ours(root) || inhparent)
		return;

	pa_whatif_restore_size(relid, rel);
	if (active->hidden != NIL)
	{
		List	   *kept = NIL;

		foreach(lc, rel->indexlist)
		{
			IndexOptInfo *info = lfirst(lc);

			if (!list_member_oid(active->hidden, info->indexoid))
				kept = lappend(kept, info);
		}
		rel->indexlist = kept;
	}

	foreach(lc, active->indexes)
	{
		PaIndexDef *def = def_for_relation(lfirst(lc), relid);

		if (def == NULL || def->needs_trgm || def->needs_btree_gin)
			continue;
		pa_index_size_estimate(def);
		if (!def->size.too_wide)
			rel->indexlist = lappend(rel->indexlist, pa_whatif_index_info(def, rel));
	}
	add_statistics(relid, rel);
}

/*
 * Calls the hook that was there before, then ours if a planning is ours.
 */
static pg_noinline void
call_relation_info(PA_RELATION_INFO_HOOK_ARGS)
{
	if (prev_relation_info)
		prev_relation_info(PA_RELATION_INFO_HOOK_PASS);
	if (active != NULL)
		PA_RELATION_INFO_CALL(relation_info);
}

/*
 * The hook is called for each table that anybody plans, so it costs next to
 * nothing while no planning is ours.
 */
static void
pa_get_relation_info(PA_RELATION_INFO_HOOK_ARGS)
{
	if (unlikely(active != NULL || prev_relation_info != NULL))
		call_relation_info(PA_RELATION_INFO_HOOK_PASS);
}

/*
 * Shows the table's clauses, equivalence classes and wanted orders to the
 * collector of candidates while the planner has them all at hand, and its paths
 * to what judges the time of plans.
 */
static pg_noinline void
show_relation(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
	if (!is_ours(root) || rte->rtekind != RTE_RELATION)
		return;
	if (active->callback != NULL &&
		(!rte->inh || rte->relkind == RELKIND_PARTITIONED_TABLE))
		active->callback(root, rel, rte, active->callback_arg);
	if (active->seen != NULL && !rte->inh)
		pa_seen_note(active->seen, root, rel, rte);
}

/*
 * Calls the hook that was there before, then ours if a planning is ours.
 */
static pg_noinline void
call_set_rel_pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti,
					  RangeTblEntry *rte)
{
	/* Others' hooks may rest on what their planner hooks prepare: Citus's does */
	if (prev_set_rel_pathlist && !is_ours(root))
		prev_set_rel_pathlist(root, rel, rti, rte);
	if (active != NULL)
		show_relation(root, rel, rte);
}

/*
 * The hook for that; see pa_get_relation_info().
 */
static void
pa_set_rel_pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti,
					RangeTblEntry *rte)
{
	if (unlikely(active != NULL || prev_set_rel_pathlist != NULL))
		call_set_rel_pathlist(root, rel, rti, rte);
}

/*
 * Calls the hook for joins that was there before, for the same reason, or shows the join to
 * what judges the time of plans.
 */
static pg_noinline void
call_set_join_pathlist(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
					   RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	bool		ours = is_ours(root);

	if (prev_set_join_pathlist && !ours)
		prev_set_join_pathlist(root, joinrel, outerrel, innerrel, jointype, extra);
	if (ours && active->seen != NULL)
		pa_seen_note_join(active->seen, root, joinrel, outerrel, innerrel, jointype, extra);
}

/*
 * The hook for that; see pa_get_relation_info().
 */
static void
pa_set_join_pathlist(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
					 RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	if (unlikely(active != NULL || prev_set_join_pathlist != NULL))
		call_set_join_pathlist(root, joinrel, outerrel, innerrel, jointype, extra);
}

/*
 * Returns the definition with an OID among some and their partitions, or NULL.
 */
static PaIndexDef *
find_among(List *indexes, Oid indexoid)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, indexes)
	{
		PaIndexDef *def = lfirst(lc);

		if (def->oid == indexoid)
			return def;
		foreach(lc2, def->children)
		{
			if (((PaIndexDef *) lfirst(lc2))->oid == indexoid)
				return lfirst(lc2);
		}
	}
	return NULL;
}

/*
 * Returns the imagined index with an OID, or NULL.
 */
static PaIndexDef *
find_by_oid(Oid indexoid)
{
	PaIndexDef *def = find_among(active->indexes, indexoid);

	return def != NULL ? def : find_among(active->statistics, indexoid);
}

/*
 * Gives sampled statistics for the expressions of an imagined index, which
 * ANALYZE would gather once it exists. As in the planner, only leakproof operators
 * may look at them if the user may not read all rows.
 */
static bool
pa_get_index_stats(PlannerInfo *root, Oid indexoid, AttrNumber indexattnum,
				   VariableStatData *vardata)
{
	if (is_ours(root))
	{
		PaIndexDef *def = find_by_oid(indexoid);

		if (def != NULL)
		{
			vardata->statsTuple = pa_expr_stats(def, indexattnum);
			if (!HeapTupleIsValid(vardata->statsTuple))
				return false;
			vardata->statsTuple = heap_copytuple(vardata->statsTuple);
			vardata->freefunc = heap_freetuple;
			vardata->acl_ok = vardata->rel != NULL &&
				planner_rt_fetch(vardata->rel->relid, root)->securityQuals == NIL &&
				pg_class_aclcheck(def->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
			return true;
		}
	}
	return prev_index_stats &&
		prev_index_stats(root, indexoid, indexattnum, vardata);
}

static const char *
pa_explain_get_index_name(Oid indexoid)
{
	PaIndexDef *def = active ? find_by_oid(indexoid) : NULL;

	if (def != NULL)
		return pa_index_name(def);
	return prev_index_name ? prev_index_name(indexoid) : NULL;
}

/*
 * Installs the hooks. They do nothing unless pa_whatif_plan() is under way.
 */
void
pa_whatif_init(void)
{
	prev_relation_info = PA_RELATION_INFO_HOOK;
	PA_RELATION_INFO_HOOK = pa_get_relation_info;
	prev_set_rel_pathlist = set_rel_pathlist_hook;
	set_rel_pathlist_hook = pa_set_rel_pathlist;
	prev_set_join_pathlist = set_join_pathlist_hook;
	set_join_pathlist_hook = pa_set_join_pathlist;
	prev_index_stats = get_index_stats_hook;
	get_index_stats_hook = pa_get_index_stats;
	prev_index_name = explain_get_index_name_hook;
	explain_get_index_name_hook = pa_explain_get_index_name;
}

/*
 * Copies a parameter list, which may be NULL, so that its address is unique to
 * one planning.
 */
static ParamListInfo
own_params(ParamListInfo params)
{
	if (params != NULL && params->numParams > 0)
		return copyParamList(params);
	return makeParamList(0);
}

/*
 * Plans a copy of an analysed and rewritten query in the current memory
 * context with the wanted indexes imagined and hidden. The caller must hold
 * locks on the tables of the query and have an active snapshot. Raises
 * whatever the planner raises; the state of the hooks is restored.
 */
PlannedStmt *
pa_whatif_plan(PaWhatIf *whatif, Query *query, const char *source,
			   ParamListInfo params)
{
	PaWhatIf   *saved = active;
	PlannedStmt *plan;

	whatif->params = own_params(params);
	active = whatif;
	PG_TRY();
	{
		PA_FAULT("whatif");
		plan = pa_standard_planner(copyObject(query), source,
								   CURSOR_OPT_PARALLEL_OK, whatif->params);
	}
	PG_FINALLY();
	{
		active = saved;
	}
	PG_END_TRY();

	return plan;
}

/*
 * Hands out an OID that no relation has. OIDs may be used again after
 * pa_whatif_reset_oids().
 */
Oid
pa_whatif_new_oid(void)
{
	while (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(next_oid)))
		next_oid--;
	return next_oid--;
}

/*
 * Starts again at the top of the range, when nothing imagined is left.
 */
void
pa_whatif_reset_oids(void)
{
	next_oid = PA_FIRST_IMAGINED_OID;
}

/*
 * Appends the indexes read by a plan node and everything below it.
 */
static void
walk_plan(Plan *plan, List **used)
{
	ListCell   *lc;
	List	   *members = NIL;

	if (plan == NULL)
		return;
	walk_plan(plan->lefttree, used);
	walk_plan(plan->righttree, used);
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			*used = list_append_unique_oid(*used, ((IndexScan *) plan)->indexid);
			break;
		case T_IndexOnlyScan:
			*used = list_append_unique_oid(*used, ((IndexOnlyScan *) plan)->indexid);
			break;
		case T_BitmapIndexScan:
			*used = list_append_unique_oid(*used, ((BitmapIndexScan *) plan)->indexid);
			break;
		case T_Append:
			members = ((Append *) plan)->appendplans;
			break;
		case T_MergeAppend:
			members = ((MergeAppend *) plan)->mergeplans;
			break;
		case T_BitmapAnd:
			members = ((BitmapAnd *) plan)->bitmapplans;
			break;
		case T_BitmapOr:
			members = ((BitmapOr *) plan)->bitmapplans;
			break;
		case T_SubqueryScan:
			walk_plan(((SubqueryScan *) plan)->subplan, used);
			break;
		case T_CustomScan:
			members = ((CustomScan *) plan)->custom_plans;
			break;
		default:
			break;
	}
	foreach(lc, members)
		walk_plan(lfirst(lc), used);
}

/*
 * Returns the OIDs of all indexes that a plan reads, subplans included, in
 * the current memory context.
 */
List *
pa_whatif_indexes_used(PlannedStmt *plan)
{
	List	   *used = NIL;
	ListCell   *lc;

	walk_plan(plan->planTree, &used);
	foreach(lc, plan->subplans)
		walk_plan(lfirst(lc), &used);
	return used;
}

/*
 * Returns the plan as EXPLAIN would print it, without executing it. Checks
 * the current user's rights on the tables, as EXPLAIN does.
 */
char *
pa_whatif_explain(PaWhatIf *whatif, PlannedStmt *plan, const char *source)
{
	PaWhatIf   *saved = active;
	char	   *lines;

	/* Recorders that look at the executor's hooks shall not count this. */
	plan->queryId = 0;

	active = whatif;
	PG_TRY();
	{
		lines = pa_explain_plan(plan, source, whatif->params);
	}
	PG_FINALLY();
	{
		active = saved;
	}
	PG_END_TRY();

	return lines;
}
