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
 * Tells whether a statement with this query id ran before in this session
 * and is still in the table.
 */
bool
pa_local_knows(uint64 queryid)
{
	PaLocalSlot *set = pa_local_cache[pa_local_set(queryid)];

	for (int i = 0; i < PA_LOCAL_WAYS; i++)
		if (set[i].queryid == queryid && pa_table_is_current(&set[i].ref))
			return true;
	return false;
}

/*
 * Remembers where the entry of a key is.
 */
void
pa_local_remember(const PaStatementKey *key, const PaEntryRef *ref)
{
	int			s = pa_local_set(key->queryid);
	PaLocalSlot *set = pa_local_cache[s];
	PaLocalSlot *slot = NULL;

	for (int i = 0; i < PA_LOCAL_WAYS && slot == NULL; i++)
		if (set[i].queryid == 0 ||
			(set[i].queryid == key->queryid && set[i].userid == key->userid &&
			 set[i].toplevel == key->toplevel && set[i].relhash == key->relhash))
			slot = &set[i];
	if (slot == NULL)
	{
		slot = &set[victims[s] % PA_LOCAL_WAYS];
		victims[s]++;
	}
	slot->queryid = key->queryid;
	slot->relhash = key->relhash;
	slot->userid = key->userid;
	slot->toplevel = key->toplevel;
	slot->ref = *ref;
	slot->pending = NULL;
}
