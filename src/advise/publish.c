/*
 * publish.c
 *	  The latest advice for the recorded workload of each database, where all
 *	  sessions find it.
 *
 * index_advice searches in the session that asks. What it found is also put
 * into shared memory, as a JSON document, if the role that asked could see the
 * whole workload: findings, reports and the history read it from there and
 * never search. It is lost when the server stops; the history keeps what it
 * has noted.
 *
 * The document is in the text store, so it is there as long as there is room
 * for it. Some databases are remembered; when there are more, the oldest
 * advice makes room. One LWLock, held while copying.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "advise/advice.h"
#include "base/base.h"
#include "base/fault.h"

PG_FUNCTION_INFO_V1(pa_published_advice);
PG_FUNCTION_INFO_V1(pa_index_serving);

#define PUBLISHED_DATABASES 64
#define PLAN_LIMIT (8 * 1024)	/* bytes of a plan that are kept */

/* Advice for a database; under the lock */
typedef struct Published
{
	Oid			dbid;			/* InvalidOid: unused */
	TimestampTz made_at;
	dsa_pointer document;		/* JSON, without a terminating zero */
	Size		size;
} Published;

static Published *published = NULL;
static LWLock *published_lock = NULL;

/*
 * Returns the bytes of shared memory that are needed.
 */
static Size
publish_size(void)
{
	return PUBLISHED_DATABASES * sizeof(Published);
}

/*
 * Returns the LWLocks that are needed.
 */
static int
publish_locks(void)
{
	return 1;
}

/*
 * Sets the shared memory up.
 */
static void
publish_startup(void *area, LWLockPadded *locks, bool found)
{
	published = area;
	published_lock = &locks[0].lock;
	if (!found)
		memset(published, 0, publish_size());
}

/*
 * Asks for the shared memory; to be called while preloading.
 */
void
pa_publish_init(void)
{
	static const PaShmemArea area = {
		.name = "perfadvisor advice",
		.size = publish_size,
		.locks = publish_locks,
		.startup = publish_startup
	};

	pa_shmem_register(&area);
}

/*
 * Adds "name": and a string, clipped to a number of bytes, or null.
 */
static void
put_string(StringInfo json, const char *name, const char *value, int limit)
{
	appendStringInfo(json, ",\"%s\":", name);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else if (limit > 0 && strlen(value) > limit)
		escape_json(json, pnstrdup(value, pg_mbcliplen(value, strlen(value), limit)));
	else
		escape_json(json, value);
}

/*
 * Adds "name": and a number.
 */
static void
put_number(StringInfo json, const char *name, double value)
{
	appendStringInfo(json, ",\"%s\":%.6g", name, isfinite(value) ? value : 0.0);
}

/*
 * Adds one row of the advice.
 */
static void
put_row(StringInfo json, const PaAdviceRow *row)
{
	ListCell   *lc;
	const char *separator = "";

	appendStringInfo(json, "{\"rank\":%d,\"step\":%d,\"relation\":%u", row->rank, row->step, row->relid);
	put_string(json, "advice_id", row->advice_id, 0);
	put_string(json, "ddl", row->ddl, 0);
	put_string(json, "access_method", row->access_method, 0);
	put_string(json, "kind", row->kind, 0);
	put_number(json, "time_saved", row->time_saved);
	put_number(json, "remaining", row->remaining);
	put_number(json, "workload_gain", row->workload_gain);
	put_number(json, "write_cost", row->write_cost);
	appendStringInfo(json, ",\"index_bytes\":" INT64_FORMAT, row->index_bytes);
	put_number(json, "confidence", row->confidence);
	put_string(json, "reason", row->reason, 0);
	put_string(json, "undo_sql", row->undo_sql, 0);
	appendStringInfoString(json, ",\"queryids\":[");
	foreach(lc, row->queryids)
	{
		appendStringInfo(json, "%s" INT64_FORMAT, separator, *(int64 *) lfirst(lc));
		separator = ",";
	}
	appendStringInfoString(json, "]}");
}

/*
 * Adds one statement that the advice changes.
 */
static void
put_statement(StringInfo json, const PaAdviceStatement *row)
{
	appendStringInfo(json, "{\"queryid\":" INT64_FORMAT ",\"calls\":" INT64_FORMAT, row->queryid, row->calls);
	put_string(json, "advice_id", row->advice_id, 0);
	put_string(json, "query", row->query, 0);
	put_number(json, "cost_before", row->cost_before);
	put_number(json, "cost_after", row->cost_after);
	put_string(json, "plan_before", row->plan_before, PLAN_LIMIT);
	put_string(json, "plan_after", row->plan_after, PLAN_LIMIT);
	appendStringInfoChar(json, '}');
}

/*
 * Returns advice as a JSON document, in the current context.
 */
static StringInfo
make_document(const PaAdvice *advice, TimestampTz made_at)
{
	StringInfo	json = makeStringInfo();
	ListCell   *lc;

	appendStringInfo(json, "{\"made_at\":\"%s\",\"hours\":%.9g,\"rows\":[",
					 timestamptz_to_str(made_at), advice->hours);
	foreach(lc, advice->rows)
	{
		if (lc != list_head(advice->rows))
			appendStringInfoChar(json, ',');
		put_row(json, lfirst(lc));
	}
	appendStringInfoString(json, "],\"statements\":[");
	foreach(lc, advice->statements)
	{
		if (lc != list_head(advice->statements))
			appendStringInfoChar(json, ',');
		put_statement(json, lfirst(lc));
	}
	appendStringInfoString(json, "]}");
	return json;
}

/*
 * Returns the place for the current database: its own, a free one, or that of
 * the oldest advice. The lock is held.
 */
static Published *
obtain_place(void)
{
	Published  *place = &published[0];

	for (int i = 0; i < PUBLISHED_DATABASES; i++)
	{
		Published  *p = &published[i];

		if (p->dbid == MyDatabaseId)
			return p;
		if (OidIsValid(place->dbid) && (!OidIsValid(p->dbid) || p->made_at < place->made_at))
			place = p;
	}
	return place;
}

/*
 * Lets all sessions know of advice for the whole recorded workload. Does
 * nothing for a role that does not see all of it.
 */
void
pa_publish_advice(const PaAdvice *advice)
{
	TimestampTz now = GetCurrentTimestamp();
	StringInfo	json;
	dsa_pointer document;
	Published  *place;

	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS))
		return;
	json = make_document(advice, now);
	LWLockAcquire(published_lock, LW_EXCLUSIVE);
	PA_FAULT("publish");
	place = obtain_place();
	if (DsaPointerIsValid(place->document))
		pa_textstore_free(place->document);
	document = pa_textstore_put(json->data, json->len);
	place->dbid = DsaPointerIsValid(document) ? MyDatabaseId : InvalidOid;
	place->document = document;
	place->size = json->len;
	place->made_at = now;
	LWLockRelease(published_lock);
	pfree(json->data);
	pfree(json);
}

/*
 * published_advice(): the document for the current database, NULL when there
 * is none since the server started, and for a role that may not see all
 * statements.
 */
Datum
pa_published_advice(PG_FUNCTION_ARGS)
{
	text	   *result = NULL;

	pa_require_preloaded();
	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS))
		PG_RETURN_NULL();
	LWLockAcquire(published_lock, LW_SHARED);
	for (int i = 0; i < PUBLISHED_DATABASES; i++)
		if (published[i].dbid == MyDatabaseId)
			result = cstring_to_text_with_len(pa_textstore_get(published[i].document),
											  published[i].size);
	LWLockRelease(published_lock);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}

/* What find_serving() is asked and answers */
typedef struct Serving
{
	char	   *ddl;
	Oid			index;
} Serving;

/*
 * Looks for an index that does what a CREATE INDEX would do. Raises an error
 * if that could not be run, for example without the extension it needs.
 */
static void
find_serving(void *argument)
{
	Serving    *serving = argument;

	serving->index = pa_index_def_find_serving(pa_index_def_from_sql(serving->ddl));
}

/*
 * index_serving(relation, ddl): an index of the relation that does what the
 * CREATE INDEX would, or NULL. NULL as well while another session has the
 * relation locked, and where the statement cannot be run.
 */
Datum
pa_index_serving(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	Serving		serving = {.ddl = text_to_cstring(PG_GETARG_TEXT_PP(1))};
	PaRestriction self = {.userid = GetUserId(),.search_path = "pg_catalog"};

	if (!ConditionalLockRelationOid(relid, AccessShareLock))
		PG_RETURN_NULL();
	if (!pa_in_restriction(&self, find_serving, &serving, NULL) || !OidIsValid(serving.index))
		PG_RETURN_NULL();
	PG_RETURN_OID(serving.index);
}
