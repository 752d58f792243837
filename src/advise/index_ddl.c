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

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "advise/index_def.h"

/*
 * Returns the qualified and quoted name of a relation.
 */
static char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

/*
 * Appends an expression in the form that CREATE INDEX accepts: a function call
 * as it is, anything else in parentheses.
 */
static void
append_expression(StringInfo buf, Node *expr, List *context)
{
	char	   *deparsed = deparse_expression(expr, context, false, false);

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
 * Appends "USING am (columns) [INCLUDE (columns)] [WHERE predicate]".
 */
static void
append_body(StringInfo buf, const PaIndexDef *def)
{
	List	   *context = deparse_context_for(get_rel_name(def->relid), def->relid);

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
	append_body(&buf, def);
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

	name = makeObjectName(get_rel_name(def->relid), columns.data + 1, label);
	for (int pass = 1; name_taken(name, schema, *taken); pass++)
		name = makeObjectName(get_rel_name(def->relid), columns.data + 1,
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
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(def->relid)),
									  pa_index_name(def));
}

/*
 * Returns the statements that create an index on a partitioned table without
 * blocking writes for the time of the build: the parent's first, invalid until
 * each partition's own index is attached to it.
 */
static List *
partitioned_ddl(PaIndexDef *def, List **taken)
{
	List	   *ddl;
	List	   *members = find_inheritance_children(def->relid, AccessShareLock);
	ListCell   *lc;

	ddl = list_make1(psprintf("CREATE INDEX %s ON ONLY %s %s",
							  quote_identifier(pa_index_name(def)),
							  qualified_name(def->relid), def->body));
	foreach(lc, members)
	{
		PaIndexDef *child;

		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			continue;
		child = pa_index_def_map(def, lfirst_oid(lc));
		pa_index_choose_name(child, taken);
		ddl = list_concat(ddl, pa_index_ddl(child, taken));
		ddl = lappend(ddl, psprintf("ALTER INDEX %s ATTACH PARTITION %s",
									qualified_index_name(def),
									qualified_index_name(child)));
	}
	return ddl;
}

/*
 * Returns the statements that create the index, in order, as C strings. Names
 * of partitions' indexes are added to *taken.
 */
List *
pa_index_ddl(PaIndexDef *def, List **taken)
{
	if (def->relkind == RELKIND_PARTITIONED_TABLE)
		return partitioned_ddl(def, taken);
	return list_make1(psprintf("CREATE INDEX CONCURRENTLY %s ON %s %s",
							   quote_identifier(pa_index_name(def)),
							   qualified_name(def->relid), def->body));
}

/*
 * Returns the statement that removes the index again.
 */
char *
pa_index_undo(PaIndexDef *def)
{
	return psprintf("DROP INDEX %sIF EXISTS %s",
					def->relkind == RELKIND_PARTITIONED_TABLE ? "" : "CONCURRENTLY ",
					qualified_index_name(def));
}
