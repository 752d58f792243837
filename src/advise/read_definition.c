/*
 * read_definition.c
 *	  SQL: definitions of indexes and constraints as statements, for objects
 *	  that others may drop or lock at any moment.
 *
 * PostgreSQL's own functions raise errors when an object, or the table that
 * it is on, is gone by now, and for expressions they open the table, which
 * waits for whoever has it locked. A view over a whole database must do
 * neither.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "advise/replan.h"
#include "base/base.h"

PG_FUNCTION_INFO_V1(pa_index_creation);
PG_FUNCTION_INFO_V1(pa_object_definition);

/* What print_index() and print_constraint() need and give */
typedef struct Printing
{
	Oid			oid;
	bool		creation;		/* the whole statement, with its tablespace */
	MemoryContext context;		/* of the result */
	char	   *result;			/* NULL: gone, or its table is locked */
} Printing;

/*
 * Takes the lock that printing an index takes if it has expressions, without
 * waiting. Returns false if it is not to be had, or the index is gone.
 */
static bool
lock_for_index(Oid indexoid)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexoid));
	bool		plain;
	Oid			relid;

	if (!HeapTupleIsValid(tuple))
		return false;
	relid = ((Form_pg_index) GETSTRUCT(tuple))->indrelid;
	plain = heap_attisnull(tuple, Anum_pg_index_indexprs, NULL) &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL);
	ReleaseSysCache(tuple);
	return plain || pa_lock_existing(relid);
}

/*
 * Calls a function of PostgreSQL that prints an object. Returns NULL where
 * that does.
 */
static char *
call_printer(PGFunction function, Oid oid)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum		printed;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = ObjectIdGetDatum(oid);
	fcinfo->args[0].isnull = false;
	printed = function(fcinfo);
	return fcinfo->isnull ? NULL : TextDatumGetCString(printed);
}

/*
 * Keeps what was printed for the caller.
 */
static void
keep(Printing *printing, const char *sql)
{
	if (sql != NULL)
		printing->result = MemoryContextStrdup(printing->context, sql);
}

/*
 * Prints an index; runs inside of pa_in_restriction().
 */
static void
print_index(void *arg)
{
	Printing   *printing = arg;

	if (lock_for_index(printing->oid))
		keep(printing, printing->creation ? pg_get_indexdef_string(printing->oid) :
			 call_printer(pg_get_indexdef, printing->oid));
}

/*
 * Prints a constraint, as print_index() does.
 */
static void
print_constraint(void *arg)
{
	Printing   *printing = arg;
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(printing->oid));
	Oid			relid;

	if (!HeapTupleIsValid(tuple))
		return;
	relid = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
	ReleaseSysCache(tuple);
	if (!OidIsValid(relid) || pa_lock_existing(relid))
		keep(printing, call_printer(pg_get_constraintdef, printing->oid));
}

/*
 * Runs a function that prints, with all names qualified but those of
 * pg_catalog. Returns NULL for an object that is gone, or cannot be printed
 * without waiting for a lock. In parallel mode, where no subtransaction can
 * begin, errors are raised instead.
 */
static char *
print(void (*function) (void *), Printing *printing)
{
	PaRestriction self = {.userid = GetUserId(),.search_path = "pg_catalog"};

	printing->context = CurrentMemoryContext;
	if (IsInParallelMode())
	{
		int			nest = NewGUCNestLevel();

		(void) set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
		function(printing);
		AtEOXact_GUC(true, nest);
	}
	else if (!pa_in_restriction(&self, function, printing, NULL))
		return NULL;
	return printing->result;
}

/*
 * index_creation(index oid) returns the statement that creates an index as it
 * is, without blocking writes where that is possible. Names outside
 * pg_catalog are qualified. NULL if it is gone, and if it has expressions and
 * its table is locked.
 */
Datum
pa_index_creation(PG_FUNCTION_ARGS)
{
	Printing	printing = {.oid = PG_GETARG_OID(0),.creation = true};
	char		relkind = get_rel_relkind(printing.oid);
	char	   *name = get_rel_name(printing.oid);
	char	   *sql;
	char	   *rest;

	if (name == NULL || (relkind != RELKIND_INDEX && relkind != RELKIND_PARTITIONED_INDEX))
		PG_RETURN_NULL();
	sql = print(print_index, &printing);
	if (sql == NULL)
		PG_RETURN_NULL();

	rest = strstr(sql, " INDEX ") + strlen(" INDEX ");
	if (relkind == RELKIND_INDEX)
		sql = psprintf("%.*sCONCURRENTLY %s", (int) (rest - sql), sql, rest);
	else
	{
		/* The whole tree of indexes, not its root alone */
		char	   *only = strstr(rest, " ON ONLY ");
		Size		name_length = strlen(quote_identifier(name));

		/* The index may be called so itself */
		if (strlen(rest) > name_length)
			only = strstr(rest + name_length, " ON ONLY ");
		if (only != NULL)
			sql = psprintf("%.*s ON %s", (int) (only - sql), sql, only + strlen(" ON ONLY "));
	}
	PG_RETURN_TEXT_P(cstring_to_text(sql));
}

/*
 * object_definition(catalog oid, object oid) returns what pg_get_indexdef()
 * returns for an index in pg_class, and pg_get_constraintdef() for one in
 * pg_constraint; NULL as index_creation() does. Raises ERROR 22023 for other
 * catalogs.
 */
Datum
pa_object_definition(PG_FUNCTION_ARGS)
{
	Oid			catalog = PG_GETARG_OID(0);
	Printing	printing = {.oid = PG_GETARG_OID(1)};
	char	   *sql;

	if (catalog != RelationRelationId && catalog != ConstraintRelationId)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("catalog must be pg_class or pg_constraint")));
	sql = print(catalog == RelationRelationId ? print_index : print_constraint, &printing);
	if (sql == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(sql));
}
