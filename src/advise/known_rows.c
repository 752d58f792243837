/*
 * known_rows.c
 *	  What sampled executions of statements tell of their plans: how many rows
 *	  scans really return, and whether a plan is made for all values at once.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "advise/search.h"

/* A statement, as far as scans are told apart by it */
typedef struct Key
{
	uint64		queryid;
	uint64		userid;
} Key;

typedef struct Entry
{
	Key			key;
	List	   *rows;			/* PaKnownRows * */
	TimestampTz last_seen;		/* of the execution that the next is about */
	bool		generic;
} Entry;

/*
 * Returns the entry of a statement, a new one if there is none.
 */
static Entry *
entry_of(PaSearch *search, uint64 queryid, Oid userid)
{
	Key			key = {queryid, userid};
	bool		found;
	Entry	   *entry = hash_search(search->known, &key, HASH_ENTER, &found);

	if (!found)
	{
		entry->rows = NIL;
		entry->last_seen = 0;
		entry->generic = false;
	}
	return entry;
}

/*
 * Reads what the recorder knows of this database. In the search's memory
 * context.
 */
void
pa_known_rows_read(PaSearch *search)
{
	HASHCTL		ctl = {.keysize = sizeof(Key),.entrysize = sizeof(Entry),.hcxt = search->context};
	ListCell   *lc;

	search->known = hash_create("perfadvisor known", 64, &ctl,
									HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach(lc, pa_record_scan_rows(MyDatabaseId))
	{
		const PaScanRows *scan = lfirst(lc);
		PaKnownRows *known = palloc(sizeof(PaKnownRows));
		Entry	   *entry = entry_of(search, scan->queryid, scan->userid);

		known->relid = scan->relid;
		known->rows = scan->rows;
		entry->rows = lappend(entry->rows, known);
	}
	foreach(lc, pa_record_plan_modes(MyDatabaseId))
	{
		const PaPlanMode *mode = lfirst(lc);
		Entry	   *entry = entry_of(search, mode->key.queryid, mode->key.userid);

		if (mode->last_seen < entry->last_seen)
			continue;
		entry->last_seen = mode->last_seen;
		entry->generic = mode->generic;
	}
}

/*
 * Returns what is known of a statement: a List of PaKnownRows *.
 */
List *
pa_known_rows_of(PaSearch *search, const PaStatementKey *statement)
{
	Key			key = {statement->queryid, statement->userid};
	const Entry *entry;

	if (search->known == NULL)
		return NIL;
	entry = hash_search(search->known, &key, HASH_FIND, NULL);
	return entry ? entry->rows : NIL;
}

/*
 * Whether the latest sampled execution of a statement ran with a plan that was
 * made for all values of its parameters.
 */
bool
pa_known_generic(PaSearch *search, const PaStatementKey *statement)
{
	Key			key = {statement->queryid, statement->userid};
	const Entry *entry;

	if (search->known == NULL)
		return false;
	entry = hash_search(search->known, &key, HASH_FIND, NULL);
	return entry != NULL && entry->generic;
}
