/*
 * local.c
 *	  What this backend remembers of the statement table.
 *
 * A fixed cache in backend memory leads from a key to its entry, so that a
 * statement that ran before in this session costs no lock and no shared
 * look-up. It is searched by query id in sets of a few slots; when a set is
 * full its slots are overwritten in turn. A reference that is stale is not
 * found, and one that was found may become so at any time: whoever uses one
 * compares generations.
 */
#include "postgres.h"

#include "record/recorder.h"

PaLocalSlot pa_local_cache[PA_LOCAL_SETS][PA_LOCAL_WAYS];
static uint8 victims[PA_LOCAL_SETS];

/*
 * Returns the slot of a key, which has the server's query id, or NULL.
 */
static PaLocalSlot *
slot_of(const PaStatementKey *key)
{
	PaLocalSlot *set = pa_local_cache[pa_local_set(key->queryid)];

	for (int i = 0; i < PA_LOCAL_WAYS; i++)
		if (pa_local_is_of(&set[i], key))
			return &set[i];
	return NULL;
}

/*
 * Looks up where to count the failure of a statement that has no plan, and so
 * no relhash: at that of any which this session has run. The key becomes that
 * one's. Runs in the error path.
 */
bool
pa_local_find_failed(PaStatementKey *key, PaPlace *place)
{
	PaLocalSlot *set = pa_local_cache[pa_local_set(key->queryid)];

	for (int i = 0; i < PA_LOCAL_WAYS; i++)
		if (set[i].queryid == key->queryid && set[i].userid == key->userid &&
			set[i].toplevel == key->toplevel)
		{
			key->queryid = set[i].recorded_as;
			key->relhash = set[i].relhash;
			*place = set[i].place;
			return true;
		}
	return false;
}

/*
 * Returns the id that a statement is recorded under, which is known even
 * when its entry is gone, or 0.
 */
uint64
pa_local_recorded_as(const PaStatementKey *key)
{
	PaLocalSlot *slot = slot_of(key);

	return slot != NULL ? slot->recorded_as : 0;
}

/*
 * Returns a slot for a statement that has none.
 */
static PaLocalSlot *
free_slot(uint64 queryid)
{
	int			s = pa_local_set(queryid);
	PaLocalSlot *set = pa_local_cache[s];

	for (int i = 0; i < PA_LOCAL_WAYS; i++)
		if (set[i].queryid == 0)
			return &set[i];
	return &set[victims[s]++ % PA_LOCAL_WAYS];
}

/*
 * Remembers where the entry of a key is. queryid is the server's.
 */
void
pa_local_remember(const PaStatementKey *key, uint64 queryid, const PaEntryRef *ref)
{
	PaStatementKey servers = *key;
	PaLocalSlot *slot;

	servers.queryid = queryid;
	slot = slot_of(&servers);
	if (slot == NULL)
		slot = free_slot(queryid);
	slot->queryid = queryid;
	slot->recorded_as = key->queryid;
	slot->relhash = key->relhash;
	slot->userid = key->userid;
	slot->toplevel = key->toplevel;
	pa_place_set(&slot->place, ref);
}
