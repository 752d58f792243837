/*
 * sources.c
 *	  Statements that were recorded on other servers, as part of the workload.
 *
 * import_workload() has put them into tables (sql/rooms/25_sources.sql). They
 * have other OIDs and ids there, so roles, types and relations go by name. A
 * statement is planned as the role of the same name, or as the one that was
 * given when it was imported; without such a role it is not planned.
 * Statements without samples, because constants were left out, are planned
 * with parameters that have no value.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "advise/plan_time.h"
#include "advise/sources.h"

/* One row per sample, those of a statement one after the other */
static const char *const query =
"SELECT s.source, s.number, pg_catalog.to_regrole(pg_catalog.quote_ident(COALESCE(w.role::pg_catalog.text, s.rolname)))::pg_catalog.oid,"
" s.queryid, s.toplevel, s.query, s.calls, s.rows, s.total_exec_time, s.min_exec_time, s.max_exec_time, w.hours,"
" p.query, p.parameters,"
" p.parameter_types, p.parameters_known, p.search_path, p.exec_time, p.rows, s.first_seen, s.last_seen,"
" k.relids, k.rows, p.executions, p.sampled_executions"
" FROM perfadvisor.workload_sources AS w"
" JOIN perfadvisor.source_statements AS s USING (source)"
" LEFT JOIN LATERAL pg_catalog.jsonb_to_recordset(s.samples) AS p("
"  query pg_catalog.text, parameters pg_catalog.text[], parameter_types pg_catalog.text[], parameters_known pg_catalog.bool[],"
"  search_path pg_catalog.text, exec_time pg_catalog.float8, rows pg_catalog.int8,"
"  executions pg_catalog.int8, sampled_executions pg_catalog.int8) ON true"
" LEFT JOIN LATERAL (SELECT pg_catalog.array_agg(r.relid) AS relids, pg_catalog.array_agg(r.rows) AS rows"
"  FROM (SELECT pg_catalog.to_regclass(c.relation)::pg_catalog.oid AS relid, c.rows"
"   FROM pg_catalog.jsonb_to_recordset(s.scans) AS c(relation pg_catalog.text, rows pg_catalog.float8)) AS r"
"  WHERE r.relid IS NOT NULL) AS k ON true"
" WHERE s.calls > 0"
" ORDER BY s.source, s.number";

#define MAX_SAMPLES 8			/* of a statement; an export has fewer */

/*
 * Returns a column of the current row, in SPI's memory.
 */
static Datum
column(HeapTuple row, int number, bool *isnull)
{
	return SPI_getbinval(row, SPI_tuptable->tupdesc, number, isnull);
}

/*
 * Returns a column of text in the current context, NULL for NULL.
 */
static char *
text_column(HeapTuple row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * Returns a column of float8.
 */
static double
number_column(HeapTuple row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0.0 : DatumGetFloat8(value);
}

/*
 * Returns a column of bigint.
 */
static int64
count_column(HeapTuple row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A name of a type and what it means here; InvalidOid: nothing */
typedef struct NamedType
{
	char	   *name;
	Oid			type;
} NamedType;

/*
 * Looks a type up; raises an error when the name is none, or nothing has it.
 */
static void
look_up_type(void *argument)
{
	NamedType  *named = argument;

	named->type = DatumGetObjectId(DirectFunctionCall1(to_regtype, CStringGetTextDatum(named->name)));
}

/*
 * Returns the type of a name in a document, which anything can stand for;
 * InvalidOid for what is no type here. Names that were looked up before are
 * in *known, in the current context.
 */
static Oid
type_of_name(const char *name, List **known)
{
	NamedType  *named;
	ListCell   *lc;

	foreach(lc, *known)
	{
		named = lfirst(lc);
		if (strcmp(named->name, name) == 0)
			return named->type;
	}
	named = palloc0(sizeof(NamedType));
	named->name = pstrdup(name);
	if (!pa_guarded_call(look_up_type, named))
		named->type = InvalidOid;
	*known = lappend(*known, named);
	return named->type;
}

/*
 * Fills in the parameters of a sample, in the current context.
 */
static void
read_parameters(HeapTuple row, PaSample *sample, List **types_known)
{
	bool		isnull;
	Datum	   *values,
			   *types,
			   *known;
	bool	   *value_nulls,
			   *type_nulls,
			   *known_nulls;
	int			n,
				ntypes,
				nknown;

	deconstruct_array(DatumGetArrayTypeP(column(row, 14, &isnull)), TEXTOID, -1, false,
					  TYPALIGN_INT, &values, &value_nulls, &n);
	deconstruct_array(DatumGetArrayTypeP(column(row, 15, &isnull)), TEXTOID, -1, false,
					  TYPALIGN_INT, &types, &type_nulls, &ntypes);
	deconstruct_array(DatumGetArrayTypeP(column(row, 16, &isnull)), BOOLOID, 1, true,
					  TYPALIGN_CHAR, &known, &known_nulls, &nknown);
	sample->nparams = Min(n, Min(ntypes, nknown));
	sample->param_types = palloc0((sample->nparams + 1) * sizeof(Oid));
	sample->param_values = palloc0((sample->nparams + 1) * sizeof(char *));
	sample->param_known = palloc0((sample->nparams + 1) * sizeof(bool));
	for (int i = 0; i < sample->nparams; i++)
	{
		if (!type_nulls[i])
			sample->param_types[i] = type_of_name(TextDatumGetCString(types[i]), types_known);
		sample->param_values[i] = value_nulls[i] ? NULL : TextDatumGetCString(values[i]);
		/* A type that does not exist here has values that say nothing */
		sample->param_known[i] = !known_nulls[i] && DatumGetBool(known[i]) && OidIsValid(sample->param_types[i]);
	}
}

/*
 * Adds the sample of a row to its statement; that of a statement without any
 * is its text with parameters.
 */
static void
read_sample(HeapTuple row, PaStatement *statement, List **types_known)
{
	PaSample   *sample = &statement->samples[statement->nsamples++];

	sample->text = text_column(row, 13);
	if (sample->text == NULL)
	{
		sample->text = statement->query;
		sample->exec_time = statement->total_exec_time / statement->calls;
		sample->rows = statement->rows / statement->calls;
		return;
	}
	read_parameters(row, sample, types_known);
	sample->search_path = text_column(row, 17);
	sample->exec_time = number_column(row, 18);
	sample->rows = count_column(row, 19);
	sample->times = (uint32) count_column(row, 24);
	sample->offered = count_column(row, 25);
}

/*
 * Returns what scans of a statement returned, a List of PaKnownRows in the
 * current context.
 */
static List *
read_known_rows(HeapTuple row)
{
	bool		isnull;
	Datum		relids = column(row, 22, &isnull);
	Datum	   *oids,
			   *rows;
	bool	   *nulls;
	int			n,
				nrows;
	List	   *result = NIL;

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(relids), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &oids, &nulls, &n);
	deconstruct_array(DatumGetArrayTypeP(column(row, 23, &isnull)), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &rows, &nulls, &nrows);
	for (int i = 0; i < Min(n, nrows); i++)
	{
		PaKnownRows *known = palloc(sizeof(PaKnownRows));

		known->relid = DatumGetObjectId(oids[i]);
		known->rows = DatumGetFloat8(rows[i]);
		result = lappend(result, known);
	}
	return result;
}

/*
 * Makes a statement of a row.
 */
static PaSourceStatement *
read_statement(HeapTuple row)
{
	PaSourceStatement *found = palloc0(sizeof(PaSourceStatement));
	PaStatement *statement = &found->statement;
	bool		isnull;

	found->source = text_column(row, 1);
	found->hours = number_column(row, 12);
	found->known_rows = read_known_rows(row);
	statement->key.dbid = MyDatabaseId;
	statement->key.userid = DatumGetObjectId(column(row, 3, &isnull));
	if (isnull)
		statement->key.userid = InvalidOid;
	statement->key.queryid = (uint64) count_column(row, 4);
	statement->key.toplevel = DatumGetBool(column(row, 5, &isnull));
	statement->query = text_column(row, 6);
	statement->calls = count_column(row, 7);
	statement->rows = count_column(row, 8);
	statement->total_exec_time = number_column(row, 9);
	statement->min_exec_time = number_column(row, 10);
	statement->max_exec_time = number_column(row, 11);
	statement->first_seen = DatumGetTimestampTz(column(row, 20, &isnull));
	statement->last_seen = DatumGetTimestampTz(column(row, 21, &isnull));
	statement->advisable = true;
	statement->samples = palloc0(MAX_SAMPLES * sizeof(PaSample));
	return found;
}

/*
 * Adds a statement to the one of the same text and role on another server: what
 * it did in an hour there counts here.
 */
static void
merge(PaSourceStatement *into, const PaSourceStatement *other)
{
	PaStatement *st = &into->statement;
	const PaStatement *more = &other->statement;
	double		share = into->hours / other->hours;

	st->calls += (int64) rint(Max(more->calls * share, 1.0));
	st->rows += (int64) rint(more->rows * share);
	st->total_exec_time += more->total_exec_time * share;
	st->min_exec_time = Min(st->min_exec_time, more->min_exec_time);
	st->max_exec_time = Max(st->max_exec_time, more->max_exec_time);
	st->first_seen = Min(st->first_seen, more->first_seen);
	st->last_seen = Max(st->last_seen, more->last_seen);
	for (int i = 0; i < more->nsamples && st->nsamples < MAX_SAMPLES; i++)
		st->samples[st->nsamples++] = more->samples[i];
}

/* Statements by a hash of what makes them the same */
typedef struct SameStatement
{
	uint64		hash;
	PaSourceStatement *first;
} SameStatement;

/*
 * Returns the statements with those of several servers made one. Statements of
 * roles that do not exist here stay apart: it is said whose they are.
 */
static List *
merge_all(List *statements)
{
	HASHCTL		ctl = {.keysize = sizeof(uint64),.entrysize = sizeof(SameStatement),.hcxt = CurrentMemoryContext};
	HTAB	   *table = hash_create("perfadvisor statements of sources", 1024, &ctl,
									HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, statements)
	{
		PaSourceStatement *found = lfirst(lc);
		const PaStatement *st = &found->statement;
		uint64		hash;
		SameStatement *entry;
		bool		exists;

		if (st->query == NULL || !OidIsValid(st->key.userid))
		{
			result = lappend(result, found);
			continue;
		}
		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) st->query, strlen(st->query),
												((uint64) st->key.userid << 1) | st->key.toplevel));
		entry = hash_search(table, &hash, HASH_ENTER, &exists);
		if (exists && strcmp(entry->first->statement.query, st->query) == 0)
		{
			merge(entry->first, found);
			continue;
		}
		if (!exists)
			entry->first = found;
		result = lappend(result, found);
	}
	hash_destroy(table);
	return result;
}

/*
 * Tells whether the current user may see what was imported, and the extension
 * has the tables: the library may be newer than it.
 */
bool
pa_sources_may_read(const char *table)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) &&
		OidIsValid(pa_extension_schema()) && OidIsValid(get_relname_relid(table, pa_extension_schema()));
}

/*
 * Returns the statements of all sources, a List of PaSourceStatement in the
 * current context, in a fixed order; one that ran on several servers is one. None for a user who may not see them.
 */
List *
pa_sources_read(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *result = NIL;
	List	   *types_known = NIL;
	PaSourceStatement *current = NULL;
	int32		number = -1;

	if (!pa_sources_may_read("source_statements"))
		return NIL;
	SPI_connect();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the workload of other servers");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		bool		isnull;
		char	   *source = text_column(row, 1);

		if (current == NULL || number != DatumGetInt32(column(row, 2, &isnull)) ||
			strcmp(source, current->source) != 0)
		{
			current = read_statement(row);
			number = DatumGetInt32(column(row, 2, &isnull));
			result = lappend(result, current);
		}
		if (current->statement.nsamples < MAX_SAMPLES)
			read_sample(row, &current->statement, &types_known);
	}
	SPI_finish();
	return merge_all(result);
}

/*
 * Returns a number that changes whenever a workload is taken in or forgotten.
 */
uint64
pa_sources_version(void)
{
	uint64		version = 0;
	bool		isnull;

	if (!pa_sources_may_read("source_statements"))
		return 0;
	SPI_connect();
	if (SPI_execute("SELECT COALESCE(pg_catalog.sum(pg_catalog.hashtextextended(w.source || w.imported_at::pg_catalog.text"
					" || COALESCE(w.role::pg_catalog.text, ''), 0) % 1000000000), 0)::pg_catalog.int8 FROM perfadvisor.workload_sources AS w",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources of workloads");
	version = (uint64) DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return version;
}
