/*
 * citus.c
 *	  Citus: its shards, and what was recorded on its workers.
 *
 * Nothing of Citus is linked or loaded: its catalogs and functions are read
 * through SQL, and only where the extension is there. Statements on a worker
 * name shards; Citus itself says what a shard of a table is called
 * (shard_name()), as long names are not just followed by a number.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "advise/sources.h"
#include "base/base.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_citus_shards);

/* Tables and their indexes, each with each of its shards */
static const char *const shards_query =
"SELECT n.nspname::pg_catalog.text, p.parts[pg_catalog.array_upper(p.parts, 1)], c.relname::pg_catalog.text"
" FROM pg_catalog.pg_dist_shard AS s"
" CROSS JOIN LATERAL (SELECT s.logicalrelid::pg_catalog.oid AS oid"
"  UNION ALL SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = s.logicalrelid::pg_catalog.oid) AS r"
" JOIN pg_catalog.pg_class AS c ON c.oid = r.oid"
" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
" CROSS JOIN LATERAL (SELECT pg_catalog.parse_ident(pg_catalog.shard_name(r.oid::pg_catalog.regclass, s.shardid)) AS parts) AS p";

/*
 * Tells whether this database is one of Citus.
 */
bool
pa_citus_is_here(void)
{
	return OidIsValid(get_extension_oid("citus", true));
}

/*
 * citus_shards(): the shards of all distributed tables and their indexes; none
 * without Citus.
 */
Datum
pa_citus_shards(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	pa_begin_rows(fcinfo, TEXTOID, TEXTOID, TEXTOID);
	if (!pa_citus_is_here())
		return (Datum) 0;
	SPI_connect();
	if (SPI_execute(shards_query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the shards of Citus");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		values[3];
		bool		nulls[3];

		for (int column = 0; column < 3; column++)
			values[column] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
										   column + 1, &nulls[column]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * Makes one document of those of the workers, in SPI's memory.
 */
static char *
merge(Datum *documents, int n)
{
	Oid			type = TEXTARRAYOID;
	Datum		value = PointerGetDatum(construct_array(documents, n, TEXTOID, -1, false, TYPALIGN_INT));

	if (SPI_execute_with_args("SELECT perfadvisor.map_shards($1::pg_catalog.jsonb[],"
							  " COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)) FROM perfadvisor.citus_shards() AS c), '[]'))",
							  1, &type, &value, NULL, false, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not put the workload of workers together");
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/*
 * Gathers the workload of all workers, without those that fail, as one
 * document in SPI's memory. *problem is NULL, or what went wrong with some.
 * Raises an error if nothing could be gathered. The caller has connected to SPI.
 */
char *
pa_citus_fetch(char **problem)
{
	StringInfoData problems;
	Datum	   *documents;
	int			n = 0;

	if (!pa_citus_is_here())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"citus\" is needed to gather the workload of its workers")));
	if (SPI_execute("SELECT w.nodename::pg_catalog.text, w.nodeport::pg_catalog.text, w.success, w.result"
					" FROM pg_catalog.run_command_on_workers('SELECT perfadvisor.export_workload()') AS w",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not ask the workers of Citus");
	initStringInfo(&problems);
	documents = palloc(sizeof(Datum) * (SPI_processed + 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		bool		success = DatumGetBool(SPI_getbinval(row, desc, 3, &isnull));
		char	   *result = SPI_getvalue(row, desc, 4);

		if (success && !isnull && result != NULL)
			documents[n++] = CStringGetTextDatum(result);
		else
			appendStringInfo(&problems, "%sworker %s:%s: %s", problems.len > 0 ? "; " : "",
							 SPI_getvalue(row, desc, 1), SPI_getvalue(row, desc, 2),
							 result != NULL ? result : "no result");
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("%s", problems.len > 0 ? problems.data : "there are no workers")));
	*problem = problems.len > 0 ? problems.data : NULL;
	return merge(documents, n);
}
