/*
 * correction.c
 *	  What outcomes of earlier advice say about predicted times.
 *
 * A search takes a statement's time to follow the planner's cost. What became
 * of advice shows how far that holds here: the history keeps a factor for
 * each table, and for the whole database, by which what remained of the time
 * of statements was more, or less, than predicted (note_corrections() in
 * sql/rooms/61_outcomes.sql). Published times are corrected by it. The search
 * itself is not: what it chooses hangs on nothing but costs and prices.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/genam.h"
#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "advise/advice.h"

#define FACTOR_MIN 0.2
#define FACTOR_MAX 5.0

/* A share of the time that is so small that nothing can be said of its factor;
 * as in note_corrections() */
#define NEGLIGIBLE 0.02

/* A row of perfadvisor.advice_corrections */
typedef struct Correction
{
	char	   *relation;		/* its name with schema, empty for the database */
	double		factor;
} Correction;

/*
 * Reads the factors of this database, into the current context: a list of
 * Correction *. Empty where the history has none.
 */
List *
pa_correction_read(void)
{
	List	   *result = NIL;
	Oid			relid = get_relname_relid("advice_corrections",
										  get_namespace_oid("perfadvisor", true));
	Relation	relation;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!OidIsValid(relid))
		return NIL;
	relation = table_open(relid, AccessShareLock);
	scan = systable_beginscan(relation, InvalidOid, false, GetActiveSnapshot(), 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Correction *correction = palloc(sizeof(Correction));
		bool		no_name;
		bool		no_factor;
		Datum		name = heap_getattr(tuple, 1, RelationGetDescr(relation), &no_name);
		Datum		factor = heap_getattr(tuple, 2, RelationGetDescr(relation), &no_factor);

		if (no_name || no_factor)
			continue;
		correction->relation = TextDatumGetCString(name);
		correction->factor = Min(Max(DatumGetFloat8(factor), FACTOR_MIN), FACTOR_MAX);
		result = lappend(result, correction);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return result;
}

/*
 * Returns the factor of a table: its own, or else that of the database, or 1.
 */
static double
factor_of(List *corrections, Oid relid)
{
	char	   *relname = get_rel_name(relid);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));
	const char *name = relname && schema ? quote_qualified_identifier(schema, relname) : "";
	double		result = 1.0;
	ListCell   *lc;

	foreach(lc, corrections)
	{
		const Correction *correction = lfirst(lc);

		if (strcmp(correction->relation, name) == 0)
			return correction->factor;
		if (correction->relation[0] == '\0')
			result = correction->factor;
	}
	return result;
}

/*
 * Returns what statements would save that take a time now, as outcomes of
 * advice for the table suggest, instead of what costs alone say. Both times
 * and the result are in the same unit. Between nothing and all of the time.
 */
double
pa_correction_apply(List *corrections, Oid relid, double time, double saved)
{
	double		factor = corrections == NIL ? 1.0 : factor_of(corrections, relid);
	double		remaining;

	if (factor == 1.0 || time <= 0)
		return saved;
	remaining = (1 - saved / time + NEGLIGIBLE) * factor - NEGLIGIBLE;
	return time * (1 - Min(Max(remaining, 0), 1));
}
