/*
 * compat.c
 *	  What a macro in compat.h cannot say: bodies that differ by version.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "storage/lwlock.h"
#include "storage/proc.h"

#include "base/compat.h"

instr_time	pa_clock_reading;

/*
 * Allocates a tranche id and names it in this process. Must run in the
 * postmaster; where children do not inherit its memory the name is lost,
 * which only shows in wait events.
 */
int
pa_new_tranche(const char *name)
{
#if PG_VERSION_NUM >= 190000
	return LWLockNewTrancheId(name);
#else
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, name);
	return tranche;
#endif
}

/*
 * Returns the number by which per-backend arrays are indexed.
 */
int
pa_my_proc_number(void)
{
#if PG_VERSION_NUM >= 170000
	return MyProcNumber;
#else
	return MyProc != NULL ? MyProc->pgprocno : -1;
#endif
}

#if PG_VERSION_NUM >= 180000
/*
 * Returns a hash over the relations named in a plan's query, in any order.
 * From 18 on the query id no longer tells relations apart.
 */
uint64
pa_plan_relhash(const PlannedStmt *plan)
{
	uint64		hash = 0;
	ListCell   *lc;

	foreach(lc, plan->permInfos)
	{
		RTEPermissionInfo *info = lfirst_node(RTEPermissionInfo, lc);

		hash += hash_combine64(0, pa_mix64(info->relid));
	}
	return hash;
}
#endif

/*
 * Gives a query its id and returns where its constants are.
 */
PaJumbleState *
pa_jumble_query(Query *query, const char *string)
{
#if PG_VERSION_NUM >= 160000
	return JumbleQuery(query);
#else
	return JumbleQuery(query, string);
#endif
}

/*
 * Tells whether a recorded location is a whole list of constants.
 */
bool
pa_location_is_list(const LocationLen *location)
{
#if PG_VERSION_NUM >= 180000
	return location->squashed;
#else
	return false;
#endif
}

/*
 * Tells whether a recorded location is a parameter that stays as it is.
 */
bool
pa_location_is_param(const LocationLen *location)
{
#if PG_VERSION_NUM >= 180000
	return location->extern_param && !location->squashed;
#else
	return false;
#endif
}

/*
 * Makes one plan node count its rows, unless it does already. To be called
 * between ExecutorStart and the first row; allocates in the current context.
 */
void
pa_instrument_rows(PlanState *node)
{
	if (node->instrument != NULL)
		return;
#if PG_VERSION_NUM >= 190000
	node->instrument = InstrAllocNode(INSTRUMENT_ROWS, false);
#else
	node->instrument = InstrAlloc(1, INSTRUMENT_ROWS, false);
#endif
}

/*
 * Returns when a relation was last scanned, as far as the cumulative
 * statistics know.
 */
TimestampTz
pa_last_scan(Oid relid)
{
#if PG_VERSION_NUM >= 160000
	PgStat_StatTabEntry *entry = pgstat_fetch_stat_tabentry(relid);

	return entry == NULL ? 0 : entry->lastscan;
#else
	return 0;
#endif
}
