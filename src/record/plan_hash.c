/*
 * plan_hash.c
 *	  What tells one plan of a statement from another.
 *
 * Kinds of nodes, joins, tables and indexes, in the order of the plan,
 * without costs, constants and partitions.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "record/recorder.h"

#define BRANCHES 16				/* different children of an Append that count */

/* The hash of the nodes of a plan so far */
typedef struct PaPlanWalk
{
	List	   *rtable;
	uint64		hash;
	bool		partitions;		/* below an Append: relations do not count */
} PaPlanWalk;

/*
 * Returns the index that a node scans, InvalidOid if none.
 */
static Oid
index_of(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			return ((const IndexScan *) plan)->indexid;
		case T_IndexOnlyScan:
			return ((const IndexOnlyScan *) plan)->indexid;
		case T_BitmapIndexScan:
			return ((const BitmapIndexScan *) plan)->indexid;
		default:
			return InvalidOid;
	}
}

/*
 * Returns the relation that a node scans, InvalidOid if none.
 */
static Oid
relation_of(const PlanState *node, const PaPlanWalk *walk)
{
	switch (nodeTag(node->plan))
	{
		case T_SeqScan:
		case T_SampleScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
		case T_TidScan:
		case T_TidRangeScan:
		case T_ForeignScan:
			{
				Index		relid = ((const Scan *) node->plan)->scanrelid;

				return relid > 0 ? rt_fetch(relid, walk->rtable)->relid : InvalidOid;
			}
		default:
			return InvalidOid;
	}
}

static bool hash_walker(PlanState *node, void *context);

/*
 * Adds the children of an Append to the hash: each kind once, so that a plan
 * is the same however many partitions are left.
 */
static void
hash_branches(PlanState **children, int n, PaPlanWalk *walk)
{
	uint64		seen[BRANCHES];
	int			nseen = 0;
	uint64		sum = 0;

	for (int i = 0; i < n && nseen < BRANCHES; i++)
	{
		PaPlanWalk	branch = {walk->rtable, 0, true};
		bool		known = false;

		(void) hash_walker(children[i], &branch);
		for (int j = 0; j < nseen; j++)
			known |= seen[j] == branch.hash;
		if (known)
			continue;
		seen[nseen++] = branch.hash;
		sum += pa_mix64(branch.hash);
	}
	walk->hash = hash_combine64(walk->hash, sum);
}

/*
 * Adds a node and what is below it to the hash.
 */
static bool
hash_walker(PlanState *node, void *context)
{
	PaPlanWalk *walk = context;
	const Plan *plan = node->plan;
	uint64		kind = (uint64) nodeTag(plan) << 8;

	if (IsA(plan, NestLoop) || IsA(plan, HashJoin) || IsA(plan, MergeJoin))
		kind |= ((const Join *) plan)->jointype;
	else if (IsA(plan, Agg))
		kind |= ((const Agg *) plan)->aggstrategy;
	walk->hash = hash_combine64(walk->hash, pa_mix64(kind));
	if (!walk->partitions)
	{
		walk->hash = hash_combine64(walk->hash, pa_mix64(index_of(plan)));
		walk->hash = hash_combine64(walk->hash, pa_mix64(relation_of(node, walk)));
	}
	if (IsA(node, AppendState))
		hash_branches(((AppendState *) node)->appendplans,
					  ((AppendState *) node)->as_nplans, walk);
	else if (IsA(node, MergeAppendState))
		hash_branches(((MergeAppendState *) node)->mergeplans,
					  ((MergeAppendState *) node)->ms_nplans, walk);
	else
		(void) planstate_tree_walker(node, hash_walker, context);
	return false;
}

/*
 * Returns what tells the plan of an execution apart, never 0. Allocates
 * nothing.
 */
uint64
pa_plan_hash(const QueryDesc *queryDesc)
{
	PaPlanWalk	walk = {.rtable = queryDesc->plannedstmt->rtable};

	(void) hash_walker(queryDesc->planstate, &walk);
	return walk.hash != 0 ? walk.hash : 1;
}
