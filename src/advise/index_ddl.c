/*
 * index_ddl.c
 *	  The SQL text of an index definition: what it is, what creates it, what
 *	  undoes it.
 *
 * Texts run as printed in any session: everything outside pg_catalog is
 * qualified, everything that needs quotes has them, and names keep within 63
 * bytes and do not collide with existing ones.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "advise/existing.h"
#include "advise/replan.h"

/*
 * Returns the qualified and quoted name of a relation.
 */
static char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(pa_existing_schema(relid),
									  pa_existing_name(relid));
}

/*
 * Returns an expression with the cast that it consists of written out. One that the
 * parser has put in is not printed, and without it the index would be another one.
 */
static Node *
with_written_cast(Node *expr)
{
	Node	   *copy = copyObject(expr);

	if (IsA(copy, FuncExpr) && ((FuncExpr *) copy)->funcformat == COERCE_IMPLICIT_CAST)
		((FuncExpr *) copy)->funcformat = COERCE_EXPLICIT_CAST;
	else if (IsA(copy, CoerceViaIO))
		((CoerceViaIO *) copy)->coerceformat = COERCE_EXPLICIT_CAST;
	else if (IsA(copy, ArrayCoerceExpr))
		((ArrayCoerceExpr *) copy)->coerceformat = COERCE_EXPLICIT_CAST;
	return copy;
}

/*
 * Appends an expression in the form that CREATE INDEX accepts: a function call
 * as it is, anything else in parentheses.
 */
static void
append_expression(StringInfo buf, Node *expr, List *context)
{
	char	   *deparsed = deparse_expression(with_written_cast(expr), context, false, false);

	if (IsA(expr, FuncExpr) &&
		((FuncExpr *) expr)->funcformat == COERCE_EXPLICIT_CALL)
		appendStringInfoString(buf, deparsed);
	else
		appendStringInfo(buf, "(%s)", deparsed);
}

/*
 * Appends the operator class unless it is the type's default, or will be.
 */
static void
append_opclass(StringInfo buf, const PaIndexDef *def, const PaIndexColumn *col)
{
	HeapTuple	tuple;
	Form_pg_opclass opc;

	if (def->needs_trgm)
	{
		appendStringInfoString(buf, " public.gin_trgm_ops");
		return;
	}
	if (!OidIsValid(col->opclass) ||
		col->opclass == GetDefaultOpClass(col->type, def->am))
		return;
	tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(col->opclass));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for opclass %u", col->opclass);
	opc = (Form_pg_opclass) GETSTRUCT(tuple);
	appendStringInfoChar(buf, ' ');
	if (opc->opcnamespace != PG_CATALOG_NAMESPACE)
		appendStringInfo(buf, "%s.",
						 quote_identifier(get_namespace_name(opc->opcnamespace)));
	appendStringInfoString(buf, quote_identifier(NameStr(opc->opcname)));
	ReleaseSysCache(tuple);
}

/*
 * Appends one column: value, collation, operator class, order.
 */
static void
append_column(StringInfo buf, const PaIndexDef *def, const PaIndexColumn *col,
			  List *context)
{
	Oid			natural = col->attno != 0 ? col->attcollation
		: exprCollation(col->expr);

	if (col->attno != 0)
		appendStringInfoString(buf, quote_identifier(get_attname(def->relid, col->attno, false)));
	else
		append_expression(buf, col->expr, context);
	if (col->include)
		return;

	if (OidIsValid(col->collation) && col->collation != natural)
		appendStringInfo(buf, " COLLATE %s", generate_collation_name(col->collation));
	append_opclass(buf, def, col);
	if (def->am != BTREE_AM_OID)
		return;
	if (col->desc)
		appendStringInfoString(buf, " DESC");
	if (col->nulls_first && !col->desc)
		appendStringInfoString(buf, " NULLS FIRST");
	if (!col->nulls_first && col->desc)
		appendStringInfoString(buf, " NULLS LAST");
}

/*
 * Appends "USING am (columns) [INCLUDE (columns)] [TABLESPACE name] [WHERE
 * predicate]".
 */
static void
append_body(StringInfo buf, const PaIndexDef *def, Oid tablespace)
{
	List	   *context = deparse_context_for(pa_existing_name(def->relid), def->relid);

	appendStringInfo(buf, "USING %s (", quote_identifier(get_am_name(def->am)));
	for (int i = 0; i < def->ncolumns; i++)
	{
		if (def->columns[i].include && (i == 0 || !def->columns[i - 1].include))
			appendStringInfoString(buf, ") INCLUDE (");
		else if (i > 0)
			appendStringInfoString(buf, ", ");
		append_column(buf, def, &def->columns[i], context);
	}
	appendStringInfoChar(buf, ')');
	if (OidIsValid(tablespace))
		appendStringInfo(buf, " TABLESPACE %s",
						 quote_identifier(get_tablespace_name(tablespace)));
	if (def->pred != NIL)
		appendStringInfo(buf, " WHERE %s",
						 deparse_expression((Node *) make_ands_explicit(def->pred),
											context, false, false));
}

/*
 * Returns what the definition is, without a name: the canonical text by which
 * definitions are told apart and put in order. The search_path is emptied
 * while printing, so that names come out qualified.
 */
char *
pa_index_definition(PaIndexDef *def)
{
	StringInfoData buf;
	int			nest = NewGUCNestLevel();
	int			start;

	set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
					  GUC_ACTION_SAVE, true, 0, false);
	initStringInfo(&buf);
	appendStringInfo(&buf, "%s ", qualified_name(def->relid));
	start = buf.len;
	append_body(&buf, def, InvalidOid);
	AtEOXact_GUC(true, nest);
	def->body = buf.data + start;
	return buf.data;
}

/*
 * Appends what a column is called in the name of an index: its own name, or
 * for an expression the name of the function and of the first column in it.
 */
static void
append_name_part(StringInfo buf, const PaIndexDef *def, const PaIndexColumn *col)
{
	List	   *vars;

	if (col->attno != 0)
	{
		appendStringInfo(buf, "_%s", get_attname(def->relid, col->attno, false));
		return;
	}
	if (IsA(col->expr, FuncExpr))
		appendStringInfo(buf, "_%s", get_func_name(((FuncExpr *) col->expr)->funcid));
	vars = pull_vars_of_level(col->expr, 0);
	if (vars != NIL && ((Var *) linitial(vars))->varattno > 0)
		appendStringInfo(buf, "_%s",
						 get_attname(def->relid, ((Var *) linitial(vars))->varattno, false));
	else
		appendStringInfoString(buf, "_expr");
}

/*
 * Whether a relation of the schema or an earlier piece of advice has the name.
 */
static bool
name_taken(const char *name, Oid schema, List *taken)
{
	ListCell   *lc;

	foreach(lc, taken)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return OidIsValid(get_relname_relid(name, schema));
}

/*
 * Gives the index a name that no relation of its schema has and that is not in
 * *taken, within 63 bytes, built from the table and the columns, and adds it
 * to *taken.
 */
void
pa_index_choose_name(PaIndexDef *def, List **taken)
{
	StringInfoData columns;
	MemoryContext oldcontext;
	const char *label;
	char	   *name;
	Oid			schema = get_rel_namespace(def->relid);

	oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(def));
	initStringInfo(&columns);
	for (int i = 0; i < def->nkeys; i++)
		append_name_part(&columns, def, &def->columns[i]);
	label = def->pred != NIL ? "part_idx" :
		(def->am == BTREE_AM_OID ? "idx" : psprintf("%s_idx", get_am_name(def->am)));

	name = makeObjectName(pa_existing_name(def->relid), columns.data + 1, label);
	for (int pass = 1; name_taken(name, schema, *taken); pass++)
		name = makeObjectName(pa_existing_name(def->relid), columns.data + 1,
							  psprintf("%s%d", label, pass));
	def->name = name;
	*taken = lappend(*taken, name);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Returns the name of the index, choosing one if it has none yet.
 */
char *
pa_index_name(PaIndexDef *def)
{
	List	   *taken = NIL;

	if (def->name == NULL)
		pa_index_choose_name(def, &taken);
	return def->name;
}

/*
 * Returns the qualified name of an index, which lives where its table does.
 */
static char *
qualified_index_name(PaIndexDef *def)
{
	return quote_qualified_identifier(pa_existing_schema(def->relid),
									  pa_index_name(def));
}

/*
 * Returns the tablespace that a new index of the table should go to: where all
 * its indexes are, or, as long as there are none, where the table is. InvalidOid
 * stands for the default one, and is returned where the table's owner must not
 * create anything in the other.
 */
static Oid
tablespace_for(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	Oid			owner = rel->rd_rel->relowner;
	Oid			result = rel->rd_rel->reltablespace;
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *lc;

	foreach(lc, indexes)
	{
		Oid			place = get_rel_tablespace(lfirst_oid(lc));

		if (lc == list_head(indexes))
			result = place;
		else if (place != result)
			result = InvalidOid;
	}
	relation_close(rel, NoLock);
	if (OidIsValid(result) &&
		!DatumGetBool(DirectFunctionCall3(has_tablespace_privilege_id_id,
										  ObjectIdGetDatum(owner), ObjectIdGetDatum(result),
										  CStringGetTextDatum("CREATE"))))
		return InvalidOid;
	return result;
}

/*
 * Returns what follows "CREATE INDEX name ON table", with the tablespace.
 */
static const char *
creation_body(const PaIndexDef *def)
{
	Oid			tablespace = tablespace_for(def->relid);
	StringInfoData buf;
	int			nest;

	if (!OidIsValid(tablespace))
		return def->body;
	nest = NewGUCNestLevel();
	set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
					  GUC_ACTION_SAVE, true, 0, false);
	initStringInfo(&buf);
	append_body(&buf, def, tablespace);
	AtEOXact_GUC(true, nest);
	return buf.data;
}

static List *
add_step(List *steps, char *sql, char *undo)
{
	PaIndexStep *step = palloc(sizeof(PaIndexStep));

	step->sql = sql;
	step->undo = undo;
	return lappend(steps, step);
}

/*
 * Returns the statement that removes the index again.
 */
static char *
undo_of(PaIndexDef *def)
{
	return psprintf("DROP INDEX %sIF EXISTS %s",
					def->relkind == RELKIND_PARTITIONED_TABLE ? "" : "CONCURRENTLY ",
					qualified_index_name(def));
}

/*
 * Finds an existing index that is defined as wanted and can be a part of a
 * partitioned index that is not unique: on a partition, a valid one; on a
 * partitioned table, one that waits for parts. Returns NULL if there is none.
 */
static PaExisting *
find_twin(PaIndexDef *def)
{
	List	   *tables = pa_existing_read(list_make1_oid(def->relid));
	PaExisting	wanted = {.def = def};
	ListCell   *lc;

	if (tables == NIL)
		return NULL;
	foreach(lc, ((PaExistingTable *) linitial(tables))->indexes)
	{
		PaExisting *existing = lfirst(lc);

		if (!existing->unique && !existing->exclusion &&
			(existing->valid || def->relkind == RELKIND_PARTITIONED_TABLE) &&
			pa_existing_same(existing, &wanted))
			return existing;
	}
	return NULL;
}

/*
 * Whether a partitioned table has foreign tables below it. An index on it
 * cannot become valid part by part then, since they cannot have theirs.
 */
static bool
has_foreign_members(Oid relid)
{
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			return true;
	}
	return false;
}

static List *partitioned_steps(PaIndexDef *def, Oid parent, List **taken);

/*
 * Returns the statements that create the index, as steps. Of an index that
 * exists already and is defined alike, the name is taken over. For a part of a
 * partitioned index, parent is that one, if it exists already, and *attached
 * tells whether it is a part of it already; otherwise attached is NULL.
 */
static List *
steps_of(PaIndexDef *def, Oid parent, List **taken, bool *attached)
{
	bool		is_part = attached != NULL;
	PaExisting *twin = NULL;
	List	   *steps = NIL;

	if (def->relkind == RELKIND_PARTITIONED_TABLE || is_part)
		twin = find_twin(def);
	if (twin != NULL && OidIsValid(twin->parent) && twin->parent != parent)
		twin = NULL;
	if (twin != NULL)
		def->name = pa_existing_name(twin->oid);
	else if (is_part)
		pa_index_choose_name(def, taken);
	if (is_part)
		*attached = twin != NULL && OidIsValid(twin->parent);

	if (def->relkind != RELKIND_PARTITIONED_TABLE)
	{
		if (twin != NULL)
			return NIL;
		return add_step(NIL, psprintf("CREATE INDEX CONCURRENTLY %s ON %s %s",
									  quote_identifier(pa_index_name(def)),
									  qualified_name(def->relid), creation_body(def)),
						undo_of(def));
	}
	if (twin != NULL && twin->valid)
		return NIL;
	if (twin == NULL && !has_foreign_members(def->relid))
		steps = add_step(NIL, psprintf("CREATE INDEX %s ON ONLY %s %s",
									   quote_identifier(pa_index_name(def)),
									   qualified_name(def->relid), creation_body(def)),
						 undo_of(def));
	return list_concat(steps, partitioned_steps(def, twin ? twin->oid : InvalidOid, taken));
}

/*
 * Returns the statements for the partitions of a partitioned table: each gets
 * its index without blocking writes for the time of the build, and has it
 * attached to the parent's, which is valid when it has them all. Where there
 * are foreign tables among them, each of the others has an index of its own.
 */
static List *
partitioned_steps(PaIndexDef *def, Oid parent, List **taken)
{
	List	   *steps = NIL;
	bool		alone = has_foreign_members(def->relid);
	ListCell   *lc;

	foreach(lc, find_inheritance_children(def->relid, AccessShareLock))
	{
		PaIndexDef *child;
		bool		attached;

		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			continue;
		child = pa_index_def_map(def, lfirst_oid(lc));
		steps = list_concat(steps, steps_of(child, parent, taken, &attached));
		if (!attached && !alone)
			steps = add_step(steps, psprintf("ALTER INDEX %s ATTACH PARTITION %s",
											 qualified_index_name(def),
											 qualified_index_name(child)), NULL);
	}
	return steps;
}

/*
 * Returns the statements that create the index, in order, as a List of
 * PaIndexStep. The index must have a name; names of partitions' indexes are
 * added to *taken. Runs inside pa_in_restriction().
 */
List *
pa_index_ddl(PaIndexDef *def, List **taken)
{
	return steps_of(def, InvalidOid, taken, NULL);
}
