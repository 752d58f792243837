/*
 * facts.c
 *	  Facts about a statement written as JSON, and the names in them.
 *
 * Everything is allocated in the current memory context, or where the
 * StringInfo is. Catalogs are read through the system caches, so the tables
 * must be locked where an answer about a dropped one would be an error.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "advise/examine.h"
#include "advise/source_stats.h"

/*
 * Begins a member of an object.
 */
void
pa_fact_key(StringInfo json, const char *key)
{
	if (json->len > 0 && json->data[json->len - 1] != '{')
		appendStringInfoChar(json, ',');
	escape_json(json, key);
	appendStringInfoChar(json, ':');
}

/*
 * Adds a text, or null.
 */
void
pa_fact_string(StringInfo json, const char *key, const char *value)
{
	pa_fact_key(json, key);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

/*
 * Adds a number, rounded to an integer.
 */
void
pa_fact_number(StringInfo json, const char *key, double value)
{
	pa_fact_key(json, key);
	appendStringInfo(json, "%.0f", value);
}

/*
 * Adds a truth value, if it is true.
 */
void
pa_fact_bool(StringInfo json, const char *key, bool value)
{
	if (!value)
		return;
	pa_fact_key(json, key);
	appendStringInfoString(json, "true");
}

/*
 * Adds a list of C strings, if there are any.
 */
void
pa_fact_strings(StringInfo json, const char *key, List *values)
{
	ListCell   *lc;

	if (values == NIL)
		return;
	pa_fact_key(json, key);
	foreach(lc, values)
	{
		appendStringInfoChar(json, lc == list_head(values) ? '[' : ',');
		escape_json(json, lfirst(lc));
	}
	appendStringInfoChar(json, ']');
}

/*
 * Returns the qualified, quoted name of a relation.
 */
char *
pa_relation_name(Oid relid)
{
	char	   *name = get_rel_name(relid);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));

	return name != NULL && schema != NULL ? quote_qualified_identifier(schema, name) : NULL;
}

/*
 * Returns the number of rows that the catalog has for a relation, or that of
 * another server where it is empty here; 0 if neither knows.
 */
double
pa_relation_tuples(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double		tuples = 0;
	PaSourceSize there;

	if (HeapTupleIsValid(tuple))
	{
		tuples = Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
		ReleaseSysCache(tuple);
	}
	if (tuples == 0 && pa_source_size(relid, &there))
		tuples = there.tuples;
	return tuples;
}

/*
 * Whether an expression is a conversion that the query's author did not write.
 */
bool
pa_is_implicit_cast(const Node *node)
{
	return (IsA(node, FuncExpr) && ((const FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST) ||
		(IsA(node, CoerceViaIO) && ((const CoerceViaIO *) node)->coerceformat == COERCE_IMPLICIT_CAST);
}

/*
 * Whether an index, whose table is locked, is a B-tree.
 */
static bool
is_btree(Oid indexid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(indexid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		result = ((Form_pg_class) GETSTRUCT(tuple))->relam == BTREE_AM_OID;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Returns the name of a valid B-tree of all rows that begins with a column, or
 * NULL. The table is locked.
 */
char *
pa_index_beginning_with(Oid relid, AttrNumber attno)
{
	Relation	rel = relation_open(relid, NoLock);
	List	   *indexes = RelationGetIndexList(rel);
	char	   *name = NULL;
	ListCell   *lc;

	foreach(lc, indexes)
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		if (name == NULL && index->indisvalid && index->indkey.values[0] == attno &&
			heap_attisnull(tuple, Anum_pg_index_indpred, NULL) && is_btree(lfirst_oid(lc)))
			name = pa_relation_name(lfirst_oid(lc));
		ReleaseSysCache(tuple);
	}
	relation_close(rel, NoLock);
	return name;
}

/*
 * Returns the quoted names of the columns of the primary key. The table is
 * locked.
 */
List *
pa_primary_key_columns(Oid relid)
{
	Relation	rel = relation_open(relid, NoLock);
	List	   *names = NIL;
	HeapTuple	tuple;
	Oid			key;

	(void) RelationGetIndexList(rel);
	key = rel->rd_pkindex;
	relation_close(rel, NoLock);
	tuple = OidIsValid(key) ? SearchSysCache1(INDEXRELID, ObjectIdGetDatum(key)) : NULL;
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

		for (int i = 0; i < index->indnkeyatts; i++)
			names = lappend(names, (char *)
							quote_identifier(get_attname(relid, index->indkey.values[i], false)));
		ReleaseSysCache(tuple);
	}
	return names;
}

/*
 * Finds the column of a table that an expression of a query is, looking
 * through subqueries, views and joins. Returns false where it is none.
 */
bool
pa_resolve_column(Query *query, Node *node, Oid *relid, AttrNumber *attno)
{
	while (node != NULL)
	{
		RangeTblEntry *rte;
		Var		   *var;

		if (IsA(node, RelabelType))
		{
			node = (Node *) ((RelabelType *) node)->arg;
			continue;
		}
		if (!IsA(node, Var) || ((Var *) node)->varlevelsup != 0)
			return false;
		var = (Var *) node;
		if (var->varattno <= 0)
			return false;
		rte = rt_fetch(var->varno, query->rtable);
		if (rte->rtekind == RTE_RELATION)
		{
			*relid = rte->relid;
			*attno = var->varattno;
			return true;
		}
		if (rte->rtekind == RTE_JOIN)
			node = list_nth(rte->joinaliasvars, var->varattno - 1);
		else if (rte->rtekind == RTE_SUBQUERY && rte->subquery->setOperations == NULL)
		{
			query = rte->subquery;
			node = (Node *) ((TargetEntry *) list_nth(query->targetList, var->varattno - 1))->expr;
		}
		else
			return false;
	}
	return false;
}
