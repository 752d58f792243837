/*
 * whatif_index.c
 *	  The planner's picture of an index that does not exist.
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/gist.h"
#include "access/spgist.h"
#include "catalog/pg_am.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"

#include "advise/whatif.h"
#include "base/compat_planner.h"

/*
 * Whether an access method can return the value of key column i.
 */
static bool
can_return(const PaIndexDef *def, const PaIndexColumn *col)
{
	if (def->am == BTREE_AM_OID)
		return true;
	if (def->am == GIST_AM_OID)
		return col->include ||
			OidIsValid(get_opfamily_proc(col->opfamily, col->opcintype,
										 col->opcintype, GIST_FETCH_PROC)) ||
			!OidIsValid(get_opfamily_proc(col->opfamily, col->opcintype,
										  col->opcintype, GIST_COMPRESS_PROC));
	if (def->am == SPGIST_AM_OID)
	{
		spgConfigIn in = {.attType = col->type};
		spgConfigOut out = {0};
		Oid			proc = get_opfamily_proc(col->opfamily, col->opcintype,
											 col->opcintype, SPGIST_CONFIG_PROC);

		if (!OidIsValid(proc))
			return false;
		OidFunctionCall2Coll(proc, col->collation, PointerGetDatum(&in), PointerGetDatum(&out));
		return out.canReturnData;
	}
	return false;
}

/*
 * Builds the target list that the planner expects of an index: one entry for
 * each column, with Vars of the table's range-table index.
 */
static List *
index_tlist(IndexOptInfo *info, const PaIndexDef *def, Index varno)
{
	List	   *tlist = NIL;
	ListCell   *expr = list_head(info->indexprs);

	for (int i = 0; i < def->ncolumns; i++)
	{
		const PaIndexColumn *col = &def->columns[i];
		Expr	   *e;

		if (col->attno != 0)
			e = (Expr *) makeVar(varno, col->attno, col->type, col->typmod,
								 col->attcollation, 0);
		else
		{
			e = (Expr *) lfirst(expr);
			expr = lnext(info->indexprs, expr);
		}
		tlist = lappend(tlist, makeTargetEntry(e, i + 1, NULL, false));
	}
	return tlist;
}

/*
 * Copies what the planner needs to know of the access method.
 */
static void
fill_access_method(IndexOptInfo *info, Oid am)
{
	PaIndexAmRoutine *routine = GetIndexAmRoutineByAmId(am, false);

	info->relam = am;
	info->amcanorderbyop = routine->amcanorderbyop;
	info->amoptionalkey = routine->amoptionalkey;
	info->amsearcharray = routine->amsearcharray;
	info->amsearchnulls = routine->amsearchnulls;
	info->amcanparallel = routine->amcanparallel;
	info->amhasgettuple = (routine->amgettuple != NULL);
	info->amhasgetbitmap = (routine->amgetbitmap != NULL);
	info->amcanmarkpos = (routine->ammarkpos != NULL &&
						  routine->amrestrpos != NULL);
	info->amcostestimate = routine->amcostestimate;
	pa_am_routine_free(routine);
}

/*
 * Fills the column arrays of info from the definition. Ordering is known for
 * B-trees only, as far as the access methods of PostgreSQL go.
 */
static void
fill_columns(IndexOptInfo *info, const PaIndexDef *def)
{
	int			nkeys = def->nkeys;

	info->ncolumns = def->ncolumns;
	info->nkeycolumns = nkeys;
	info->indexkeys = palloc0_array(int, def->ncolumns);
	info->canreturn = palloc0_array(bool, def->ncolumns);
	info->indexcollations = palloc0_array(Oid, nkeys);
	info->opfamily = palloc0_array(Oid, nkeys);
	info->opcintype = palloc0_array(Oid, nkeys);
	info->opclassoptions = palloc0_array(bytea *, def->ncolumns);

	for (int i = 0; i < def->ncolumns; i++)
	{
		info->indexkeys[i] = def->columns[i].attno;
		info->canreturn[i] = can_return(def, &def->columns[i]);
	}
	for (int i = 0; i < nkeys; i++)
	{
		info->indexcollations[i] = def->columns[i].collation;
		info->opfamily[i] = def->columns[i].opfamily;
		info->opcintype[i] = def->columns[i].opcintype;
	}

	if (def->am == BTREE_AM_OID)
	{
		info->sortopfamily = info->opfamily;
		info->reverse_sort = palloc0_array(bool, nkeys);
		info->nulls_first = palloc0_array(bool, nkeys);
		for (int i = 0; i < nkeys; i++)
		{
			info->reverse_sort[i] = def->columns[i].desc;
			info->nulls_first[i] = def->columns[i].nulls_first;
		}
	}
}

/*
 * Makes the planner's picture of an imagined index on rel, in the current
 * memory context. Expressions and predicates are copied and moved to the
 * table's own range-table index; without that they would only match where the
 * table happens to be the first of its query. Its size must be known.
 */
IndexOptInfo *
pa_whatif_index_info(PaIndexDef *def, RelOptInfo *rel)
{
	IndexOptInfo *info = makeNode(IndexOptInfo);

	info->indexoid = def->oid;
	info->reltablespace = InvalidOid;
	info->rel = rel;
	info->hypothetical = true;
	info->unique = false;
	info->immediate = false;

	fill_columns(info, def);
	fill_access_method(info, def->am);

	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].attno == 0)
			info->indexprs = lappend(info->indexprs,
									 copyObject(def->columns[i].expr));
	}
	info->indpred = copyObject(def->pred);
	if (rel->relid != 1)
	{
		ChangeVarNodes((Node *) info->indexprs, 1, rel->relid, 0);
		ChangeVarNodes((Node *) info->indpred, 1, rel->relid, 0);
	}
	info->indextlist = index_tlist(info, def, rel->relid);

	info->pages = def->size.pages;
	info->tuples = (def->pred == NIL) ? rel->tuples
		: Min(def->size.tuples, rel->tuples);
	info->tree_height = def->size.tree_height;

	return info;
}
