/*
 * server_rows.c
 *	  SQL: server_rows(), rows of views that differ between versions.
 *
 * A view of ours cannot name a view that only some versions have, so the
 * query is chosen here and run when it is asked for, as the caller. The
 * texts are constants in compat_views.c.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "base/base.h"

PG_FUNCTION_INFO_V1(pa_server_rows);
PG_FUNCTION_INFO_V1(pa_recorder_loaded);

/*
 * Returns the query for what shared buffers hold, NULL where pg_buffercache is
 * not installed. Its schema is looked up: it can be any. SPI is connected.
 */
static const char *
buffers_query(void)
{
	const char *schema;

	if (SPI_execute("SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e"
					" JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace"
					" WHERE e.extname = 'pg_buffercache'", true, 1) != SPI_OK_SELECT ||
		SPI_processed == 0)
		return NULL;
	schema = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return psprintf("SELECT b.relfilenode, pg_catalog.count(*) AS buffers,"
					" pg_catalog.count(*) FILTER (WHERE b.isdirty) AS dirty,"
					" pg_catalog.count(*) FILTER (WHERE b.usagecount >= 3) AS often_used"
					" FROM %s.pg_buffercache AS b"
					" WHERE b.reldatabase = (SELECT d.oid FROM pg_catalog.pg_database AS d"
					" WHERE d.datname = pg_catalog.current_database())"
					" AND b.relforknumber = 0 GROUP BY b.relfilenode", schema);
}

/*
 * server_rows(topic text) returns the rows of a topic as jsonb. Raises ERROR
 * 22023 for a topic that does not exist, and whatever the view raises.
 */
Datum
pa_server_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *topic = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		buffers = strcmp(topic, "buffers") == 0;
	const char *query = buffers ? NULL : pa_version_query(topic);

	if (query == NULL && !buffers)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown topic \"%s\"", topic)));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	SPI_connect();
	if (buffers)
		query = buffers_query();
	if (query != NULL)
	{
		query = psprintf("SELECT pg_catalog.to_jsonb(r) FROM (%s) AS r", query);
		if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not read %s", topic);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool		null;
			Datum		row = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null);

			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &row, &null);
		}
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * recorder_loaded() tells whether the server has loaded the library at its
 * start, so that statements are recorded.
 */
Datum
pa_recorder_loaded(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(pa_is_preloaded());
}
