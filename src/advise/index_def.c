/*
 * index_def.c
 *	  Definitions of indexes: from SQL text, for a partition, and against what
 *	  exists already.
 *
 * A definition holds everything that CREATE INDEX would need, resolved to
 * OIDs, with expressions and predicates in the form in which the relation
 * cache keeps them: Vars have varno 1, constants are folded, predicates are
 * canonical and implicitly ANDed. Everything is allocated in the memory
 * context that is current when the definition is made.
 */
#include "postgres.h"

#include "access/attmap.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_utilcmd.h"
#include "parser/parser.h"
#include "rewrite/rewriteManip.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "advise/index_def.h"
#include "advise/replan.h"
#include "advise/whatif.h"
#include "base/compat_planner.h"

/*
 * Makes an empty definition for a table with room for ncolumns columns.
 */
PaIndexDef *
pa_index_def_new(Oid relid, Oid am, int ncolumns)
{
	PaIndexDef *def = palloc0(sizeof(PaIndexDef));

	def->relid = relid;
	def->relkind = get_rel_relkind(relid);
	def->am = am;
	def->ncolumns = ncolumns;
	def->nkeys = ncolumns;
	def->columns = palloc0(sizeof(PaIndexColumn) * ncolumns);
	return def;
}

/*
 * Completes a definition whose columns and predicate are set: its text and its
 * fictitious OID.
 */
void
pa_index_def_finish(PaIndexDef *def)
{
	def->nkeys = 0;
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (!def->columns[i].include)
			def->nkeys++;
	}
	def->definition = pa_index_definition(def);
	def->oid = pa_whatif_new_oid();
}

/*
 * Whether two columns of definitions on the same table hold the same values
 * under the same operators; order and null placement are not compared.
 */
bool
pa_index_column_equal(const PaIndexColumn *a, const PaIndexColumn *b)
{
	return a->attno == b->attno && a->include == b->include &&
		a->opfamily == b->opfamily && a->collation == b->collation &&
		equal(a->expr, b->expr);
}

/*
 * Whether b begins with all keys of a, in whatever direction.
 */
bool
pa_index_def_begins(const PaIndexDef *a, const PaIndexDef *b)
{
	int			same = 0;

	while (same < a->nkeys && same < b->nkeys &&
		   pa_index_column_equal(&a->columns[same], &b->columns[same]))
		same++;
	return same == a->nkeys;
}

/*
 * Orders definitions by simplicity: fewer columns, no predicate, fewer orders
 * other than the default, then the alphabet. Negative if a is the simpler one.
 */
int
pa_index_def_compare(const PaIndexDef *a, const PaIndexDef *b)
{
	int			odd = 0;

	if (a->ncolumns != b->ncolumns)
		return a->ncolumns - b->ncolumns;
	if (list_length(a->pred) != list_length(b->pred))
		return list_length(a->pred) - list_length(b->pred);
	for (int i = 0; i < a->nkeys && i < b->nkeys; i++)
		odd += (a->columns[i].desc || a->columns[i].nulls_first) -
			(b->columns[i].desc || b->columns[i].nulls_first);
	return odd != 0 ? odd : strcmp(a->definition, b->definition);
}

/*
 * Resolves the name and type of a plain column, or the type of an expression.
 * Raises ERROR 42703 for a column that does not exist and 42P17 for an
 * expression that is not immutable.
 */
static void
resolve_element(PaIndexColumn *col, Oid relid, IndexElem *elem)
{
	Node	   *expr = elem->expr;

	while (expr != NULL && IsA(expr, CollateExpr))
		expr = (Node *) ((CollateExpr *) expr)->arg;

	if (elem->name != NULL)
		col->attno = get_attnum(relid, elem->name);
	else if (IsA(expr, Var) && ((Var *) expr)->varattno != 0)
		col->attno = ((Var *) expr)->varattno;

	if (col->attno != 0)
	{
		get_atttypetypmodcoll(relid, col->attno, &col->type, &col->typmod,
							  &col->attcollation);
		col->collation = col->attcollation;
		return;
	}

	if (elem->name != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" does not exist", elem->name)));

	expr = eval_const_expressions(NULL, expr);
	fix_opfuncids(expr);
	if (contain_mutable_functions(expr))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("functions in index expression must be marked IMMUTABLE")));
	col->expr = expr;
	col->type = exprType(expr);
	col->typmod = exprTypmod(expr);
	col->collation = exprCollation(elem->expr);
}

/*
 * Fills one column of a definition from its parse node.
 */
static void
column_from_element(PaIndexColumn *col, PaIndexDef *def, const char *amname,
					IndexElem *elem, bool include)
{
	resolve_element(col, def->relid, elem);
	col->include = include;
	if (include)
		return;

	if (elem->collation != NIL)
		col->collation = get_collation_oid(elem->collation, false);
	if (!type_is_collatable(col->type))
		col->collation = InvalidOid;
	col->opclass = ResolveOpClass(elem->opclass, col->type, amname, def->am);
	col->opfamily = get_opclass_family(col->opclass);
	col->opcintype = get_opclass_input_type(col->opclass);
	col->desc = (elem->ordering == SORTBY_DESC);
	col->nulls_first = (elem->nulls_ordering == SORTBY_NULLS_FIRST) ||
		(elem->nulls_ordering == SORTBY_NULLS_DEFAULT && col->desc);
}

/*
 * Brings a predicate into the form in which the planner gets it from the
 * relation cache; otherwise predicate_implied_by() would not match it.
 */
static List *
canonical_predicate(Node *where)
{
	List	   *pred;

	if (where == NULL)
		return NIL;
	where = eval_const_expressions(NULL, where);
	where = (Node *) canonicalize_qual((Expr *) where, false);
	pred = make_ands_implicit((Expr *) where);
	fix_opfuncids((Node *) pred);
	return pred;
}

/*
 * Parses one CREATE INDEX statement and nothing else. Raises ERROR 42601.
 */
static IndexStmt *
parse_create_index(const char *sql)
{
	List	   *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);

	if (list_length(parsed) != 1 ||
		!IsA(linitial_node(RawStmt, parsed)->stmt, IndexStmt))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("imagined index must be given as one CREATE INDEX statement"),
				 errdetail("The text is: %s", sql)));
	return (IndexStmt *) linitial_node(RawStmt, parsed)->stmt;
}

/*
 * Resolves the table that an index is to be imagined on. The current user must
 * be allowed to read it, since an imagined index reveals its statistics.
 * Takes ACCESS SHARE until the end of the transaction.
 */
static Oid
resolve_table(RangeVar *rangevar)
{
	Oid			relid = RangeVarGetRelid(rangevar, AccessShareLock, false);
	char		relkind = get_rel_relkind(relid);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_MATVIEW &&
		relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot imagine an index on relation \"%s\"",
						rangevar->relname),
				 errdetail("It is not a table, partitioned table or materialized view.")));
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(relkind),
					   rangevar->relname);
	return relid;
}

/*
 * Takes down a storage parameter that the size depends on.
 */
static void
take_option(PaIndexDef *def, DefElem *option)
{
	if (strcmp(option->defname, "fillfactor") == 0)
		def->fillfactor = defGetInt32(option);
	else if (strcmp(option->defname, "pages_per_range") == 0)
		def->pages_per_range = defGetInt32(option);
}

/*
 * Makes a definition from a CREATE INDEX statement, in the current search_path
 * and with the current user's rights. UNIQUE is accepted and has no effect.
 */
PaIndexDef *
pa_index_def_from_sql(const char *sql)
{
	IndexStmt  *stmt = parse_create_index(sql);
	Oid			relid = resolve_table(stmt->relation);
	Oid			am = get_index_am_oid(stmt->accessMethod, false);
	PaIndexDef *def;
	ListCell   *lc;
	int			i = 0;

	stmt = transformIndexStmt(relid, stmt, sql);
	def = pa_index_def_new(relid, am, list_length(stmt->indexParams) +
						   list_length(stmt->indexIncludingParams));
	foreach(lc, stmt->indexParams)
		column_from_element(&def->columns[i++], def, stmt->accessMethod,
							lfirst_node(IndexElem, lc), false);
	foreach(lc, stmt->indexIncludingParams)
		column_from_element(&def->columns[i++], def, stmt->accessMethod,
							lfirst_node(IndexElem, lc), true);
	def->pred = canonical_predicate(stmt->whereClause);
	foreach(lc, stmt->options)
		take_option(def, lfirst_node(DefElem, lc));
	if (stmt->idxname != NULL)
		def->name = pstrdup(stmt->idxname);
	pa_index_def_finish(def);
	return def;
}

/*
 * Translates a definition on a partitioned table to one of its partitions,
 * whose columns may have other numbers, and remembers it with the parent. The
 * caller must hold a lock on both. Allocated in the parent's memory context.
 */
PaIndexDef *
pa_index_def_map(PaIndexDef *parent, Oid childrelid)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(parent));
	Relation	parentrel = table_open(parent->relid, NoLock);
	Relation	childrel = table_open(childrelid, NoLock);
	AttrMap    *map;
	PaIndexDef *child;
	bool		whole_row;

	map = build_attrmap_by_name(RelationGetDescr(childrel),
								RelationGetDescr(parentrel) PA_ATTRMAP_MISSING);
	child = pa_index_def_new(childrelid, parent->am, parent->ncolumns);
	for (int i = 0; i < parent->ncolumns; i++)
	{
		PaIndexColumn *col = &child->columns[i];

		*col = parent->columns[i];
		if (col->attno > 0)
			col->attno = map->attnums[col->attno - 1];
		if (col->expr != NULL)
			col->expr = map_variable_attnos(col->expr, 1, 0, map,
											InvalidOid, &whole_row);
	}
	child->fillfactor = parent->fillfactor;
	child->pages_per_range = parent->pages_per_range;
	child->needs_trgm = parent->needs_trgm;
	child->needs_btree_gin = parent->needs_btree_gin;
	child->pred = (List *) map_variable_attnos((Node *) parent->pred, 1, 0, map,
											   InvalidOid, &whole_row);
	pa_index_def_finish(child);
	child->name = psprintf("%s on %s", pa_index_name(parent),
						   RelationGetRelationName(childrel));
	parent->children = lappend(parent->children, child);

	table_close(childrel, NoLock);
	table_close(parentrel, NoLock);
	MemoryContextSwitchTo(oldcontext);
	return child;
}

/*
 * Whether key column i of an existing index is the same as a column of a
 * definition.
 */
static bool
existing_column_equal(Relation index, int i, Node *expr, const PaIndexColumn *col)
{
	if (index->rd_index->indkey.values[i] != col->attno)
		return false;
	if (col->attno == 0 && !equal(expr, col->expr))
		return false;
	return index->rd_opfamily[i] == col->opfamily &&
		index->rd_indcollation[i] == col->collation;
}

/*
 * Whether the sort order of an existing index equals that of the definition's
 * keys in one of the two directions of scanning.
 */
static bool
existing_order_serves(Relation index, const PaIndexDef *def)
{
	bool		forward = true;
	bool		backward = true;

	if (def->am != BTREE_AM_OID || def->nkeys == 1)
		return true;
	for (int i = 0; i < def->nkeys; i++)
	{
		bool		desc = (index->rd_indoption[i] & INDOPTION_DESC) != 0;
		bool		first = (index->rd_indoption[i] & INDOPTION_NULLS_FIRST) != 0;

		if (desc != def->columns[i].desc || first != def->columns[i].nulls_first)
			forward = false;
		if (desc == def->columns[i].desc || first == def->columns[i].nulls_first)
			backward = false;
	}
	return forward || backward;
}

/*
 * Has an index's expressions and predicate prepared in the relation cache.
 */
static void
load_stored(void *index)
{
	(void) RelationGetIndexExpressions(index);
	(void) RelationGetIndexPredicate(index);
}

/*
 * Makes sure that asking for an index's expressions and predicate runs no code
 * of its owner, by having that done as the owner. Returns false if it failed.
 */
static bool
read_as_owner(Relation index)
{
	PaRestriction owner = {.userid = index->rd_rel->relowner,.search_path = "pg_catalog",.code = PA_CODE_CALLED};
	HeapTuple	tuple = index->rd_indextuple;

	if ((index->rd_indexprs != NIL || heap_attisnull(tuple, Anum_pg_index_indexprs, NULL)) &&
		(index->rd_indpred != NIL || heap_attisnull(tuple, Anum_pg_index_indpred, NULL)))
		return true;
	return pa_in_restriction(&owner, load_stored, index, NULL);
}

/*
 * Whether a valid index begins with all keys of the definition, in an order
 * that serves.
 */
static bool
existing_has_keys(Relation index, const PaIndexDef *def)
{
	List	   *exprs;
	ListCell   *next;

	if (!index->rd_index->indisvalid || index->rd_rel->relam != def->am ||
		index->rd_index->indnkeyatts < def->nkeys)
		return false;

	exprs = RelationGetIndexExpressions(index);
	next = list_head(exprs);
	for (int i = 0; i < def->nkeys; i++)
	{
		Node	   *expr = NULL;

		if (index->rd_index->indkey.values[i] == 0)
		{
			expr = lfirst(next);
			next = lnext(exprs, next);
		}
		if (!existing_column_equal(index, i, expr, &def->columns[i]))
			return false;
	}
	return existing_order_serves(index, def);
}

/*
 * Whether an existing index begins with all keys of the definition, in an order
 * that serves, and covers at least the rows that the definition covers.
 */
static bool
existing_covers(Relation index, const PaIndexDef *def)
{
	List	   *pred;

	if (def->ncolumns > def->nkeys || !existing_has_keys(index, def))
		return false;

	/*
	 * An index on all rows does not make a partial one superfluous: that has
	 * filtered already. Where it does, planning shows it.
	 */
	pred = RelationGetIndexPredicate(index);
	if (def->pred == NIL)
		return pred == NIL;
	return pred != NIL && predicate_implied_by(pred, def->pred, false);
}

/*
 * Whether an index has a column, as key or behind INCLUDE.
 */
static bool
existing_has_column(Relation index, AttrNumber attno)
{
	for (int i = 0; i < index->rd_index->indnatts; i++)
		if (index->rd_index->indkey.values[i] == attno)
			return true;
	return false;
}

/*
 * Returns an index that does what the definition would: with its keys first,
 * its included columns and at least its rows; rather a partial one for a
 * partial definition. InvalidOid if there is none. The caller must hold a lock
 * on the table.
 */
Oid
pa_index_def_find_serving(const PaIndexDef *def)
{
	Relation	rel = table_open(def->relid, NoLock);
	Oid			found = InvalidOid;
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = relation_open(lfirst_oid(lc), AccessShareLock);
		bool		readable = read_as_owner(index);
		List	   *pred = readable ? RelationGetIndexPredicate(index) : NIL;
		bool		serves = readable && existing_has_keys(index, def) &&
			(pred == NIL || predicate_implied_by(pred, def->pred, false));

		for (int i = def->nkeys; serves && i < def->ncolumns; i++)
			serves = existing_has_column(index, def->columns[i].attno);
		if (serves && (!OidIsValid(found) || (pred == NIL) == (def->pred == NIL)))
			found = RelationGetRelid(index);
		relation_close(index, AccessShareLock);
	}
	table_close(rel, NoLock);
	return found;
}

/*
 * Whether the definition begins with the whole key of an existing unique index:
 * then that finds one row already, and more columns cannot find fewer. Partial
 * definitions are let pass, since what they leave out has a use of its own, and
 * so are those that include columns.
 */
static bool
extends_unique(Relation index, const PaIndexDef *def)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisvalid || !form->indisunique || index->rd_rel->relam != def->am ||
		form->indnkeyatts > def->nkeys ||
		def->pred != NIL || def->ncolumns > def->nkeys ||
		RelationGetIndexPredicate(index) != NIL)
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		if (def->columns[i].attno == 0 ||
			!existing_column_equal(index, i, NULL, &def->columns[i]))
			return false;
	}
	return true;
}

/*
 * Whether an index exists that makes the definition superfluous. The caller
 * must hold a lock on the table.
 */
bool
pa_index_def_covered_by_existing(const PaIndexDef *def)
{
	Relation	rel = table_open(def->relid, NoLock);
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *lc;
	bool		covered = false;

	foreach(lc, indexes)
	{
		Relation	index = relation_open(lfirst_oid(lc), AccessShareLock);

		covered = read_as_owner(index) &&
			(existing_covers(index, def) || extends_unique(index, def));
		relation_close(index, AccessShareLock);
		if (covered)
			break;
	}
	table_close(rel, NoLock);
	return covered;
}
