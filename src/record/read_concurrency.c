/*
 * read_concurrency.c
 *	  The functions behind the concurrency, pool_advice and session_features
 *	  views.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

#define COLUMNS 23
#define US_PER_MS 1000.0

PG_FUNCTION_INFO_V1(pa_read_concurrency);
PG_FUNCTION_INFO_V1(pa_read_in_flight);
PG_FUNCTION_INFO_V1(pa_read_session_features);

static const char *const scopes[] = {"server", "role", "application"};
static const char *const feature_names[PA_FEATURES] = {
	"set", "temporary_table", "advisory_lock", "listen", "hold_cursor", "prepare",
	"protocol_prepared", "set_at_start"
};

/*
 * Tells whether the current user may see the numbers of a group: those of
 * roles he may see, the rest if he may see everybody's.
 */
static bool
may_see(const PaGroupKey *key)
{
	if (key->kind == PA_GROUP_ROLE && OidIsValid(key->roleid))
		return pa_may_see_numbers(key->roleid);
	return is_member_of_role(GetUserId(), ROLE_PG_MONITOR) ||
		has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
}

/*
 * Puts a group's key into four columns.
 */
static int
put_key(const PaGroupKey *key, Datum *values, bool *nulls)
{
	values[0] = CStringGetTextDatum(scopes[key->kind]);
	values[1] = ObjectIdGetDatum(key->dbid);
	nulls[1] = !OidIsValid(key->dbid);
	values[2] = ObjectIdGetDatum(key->roleid);
	nulls[2] = !OidIsValid(key->roleid);
	nulls[3] = key->kind != PA_GROUP_APPLICATION;
	if (!nulls[3])
		values[3] = CStringGetTextDatum(key->application_name);
	return 4;
}

/*
 * Puts a row of recorded_concurrency() or in_flight().
 */
static void
put_in_flight(ReturnSetInfo *rsinfo, const PaInFlight *sum)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	const PaGroupCounts *counts = &sum->counts;
	int			i;

	if (!may_see(&sum->key))
		return;
	i = put_key(&sum->key, values, nulls);
	values[i++] = TimestampTzGetDatum(sum->from);
	values[i++] = TimestampTzGetDatum(sum->upto);
	values[i++] = Float8GetDatum(sum->observed_us / US_PER_MS);
	values[i++] = Float8GetDatum(pa_in_flight_mean(sum));
	values[i++] = Int32GetDatum(pa_in_flight_by_time(sum, 0.50));
	values[i++] = Int32GetDatum(pa_in_flight_by_time(sum, 0.95));
	values[i++] = Int32GetDatum(pa_in_flight_by_time(sum, 0.99));
	values[i++] = Int32GetDatum(sum->max);
	values[i++] = Int32GetDatum(sum->busy);
	values[i++] = Int32GetDatum(sum->burst);
	values[i++] = Int64GetDatum(counts->transactions);
	values[i++] = Float8GetDatum(pa_in_flight_mean(sum) * sum->observed_us / US_PER_MS);
	values[i++] = Float8GetDatum(counts->idle_us / US_PER_MS);
	values[i++] = Int32GetDatum(sum->sessions_max);
	values[i++] = Int64GetDatum(counts->sessions_started);
	values[i++] = Float8GetDatum(counts->session_us / US_PER_MS);
	values[i++] = Int64GetDatum(counts->sessions_ended[PA_SESSION_CLOSED] +
								counts->sessions_ended[PA_SESSION_ABANDONED] +
								counts->sessions_ended[PA_SESSION_FATAL] +
								counts->sessions_ended[PA_SESSION_KILLED]);
	values[i++] = Int64GetDatum(counts->sessions_ended[PA_SESSION_ABANDONED]);
	values[i++] = Int64GetDatum(counts->sessions_ended[PA_SESSION_FATAL] +
								counts->sessions_ended[PA_SESSION_KILLED]);
	Assert(i == COLUMNS);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * recorded_concurrency(): one row per minute and group, the unfinished minute
 * included.
 */
Datum
pa_read_concurrency(PG_FUNCTION_ARGS)
{
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, TEXTOID, OIDOID, OIDOID, TEXTOID, TIMESTAMPTZOID,
				  TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID, INT4OID, INT4OID, INT4OID,
				  INT4OID, INT4OID, INT4OID, INT8OID, FLOAT8OID, FLOAT8OID, INT4OID,
				  INT8OID, FLOAT8OID, INT8OID, INT8OID, INT8OID);
	foreach(lc, pa_minutes_read())
	{
		const PaMinute *minute = lfirst(lc);
		PaInFlight	sum = {.key = minute->key};

		pa_in_flight_add(&sum, minute);
		put_in_flight((ReturnSetInfo *) fcinfo->resultinfo, &sum);
	}
	return (Datum) 0;
}

/*
 * in_flight(since): one row per group, all its minutes since then together.
 */
Datum
pa_read_in_flight(PG_FUNCTION_ARGS)
{
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(0);
	ListCell   *lc;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, TEXTOID, OIDOID, OIDOID, TEXTOID, TIMESTAMPTZOID,
				  TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID, INT4OID, INT4OID, INT4OID,
				  INT4OID, INT4OID, INT4OID, INT8OID, FLOAT8OID, FLOAT8OID, INT4OID,
				  INT8OID, FLOAT8OID, INT8OID, INT8OID, INT8OID);
	foreach(lc, pa_in_flight_since(since))
		put_in_flight((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	return (Datum) 0;
}

/*
 * Copies what a group was seen to use, and its key. Returns whether it is a
 * role's.
 */
static bool
copy_features(PaGroup *group, PaGroupKey *key, PaFeatureUse uses[PA_FEATURES])
{
	LWLockAcquire(pa_groups_lock(), LW_SHARED);
	*key = group->key;
	memcpy(uses, group->features, sizeof(group->features));
	LWLockRelease(pa_groups_lock());
	return group->used && key->kind == PA_GROUP_ROLE;
}

/*
 * recorded_session_features(): one row per role of a database and feature.
 */
Datum
pa_read_session_features(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, TEXTOID, INT8OID, TIMESTAMPTZOID,
				  TEXTOID);
	for (int i = 0; i < pa_groups_count(); i++)
	{
		PaGroupKey	key;
		PaFeatureUse uses[PA_FEATURES];

		if (!copy_features(pa_group(i), &key, uses) || !may_see(&key))
			continue;
		for (int f = 0; f < PA_FEATURES; f++)
		{
			Datum		values[6];
			bool		nulls[6] = {false};

			if (uses[f].sessions == 0)
				continue;
			values[0] = ObjectIdGetDatum(key.dbid);
			values[1] = ObjectIdGetDatum(key.roleid);
			values[2] = CStringGetTextDatum(feature_names[f]);
			values[3] = Int64GetDatum(uses[f].sessions);
			values[4] = TimestampTzGetDatum(uses[f].last_seen);
			nulls[5] = !pa_may_see_role(key.roleid) || uses[f].example[0] == '\0';
			if (!nulls[5])
				values[5] = CStringGetTextDatum(uses[f].example);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}
