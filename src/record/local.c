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

#define SETS 512				/* a power of two */
#define WAYS 4

typedef struct PaLocalSlot
{
	uint64		queryid;		/* 0: empty */
	uint64		relhash;
	Oid			userid;
	bool		toplevel;
	PaEntryRef	ref;
	PaPending  *pending;		/* may be another entry's by now, or NULL */
} PaLocalSlot;

static PaLocalSlot cache[SETS][WAYS];
static uint8 victims[SETS];

/*
 * Returns the set of a query id.
 */
static int
set_of(uint64 queryid)
{
	return (queryid ^ (queryid >> 32)) & (SETS - 1);
}

/*
 * Returns the slot in this backend's slab for a statement that runs again,
 * or NULL when there is none.
 */
static inline PaPending *
pending_of(PaLocalSlot *slot)
{
	if (unlikely(slot->pending == NULL || !pa_pending_is_of(slot->pending, &slot->ref)))
		slot->pending = pa_slab_obtain(&slot->ref);
	return slot->pending;
}

/*
 * Looks up a key whose entry is still in the table. Takes no lock.
 */
bool
pa_local_find(const PaStatementKey *key, PaPlace *place)
{
	PaLocalSlot *set = cache[set_of(key->queryid)];

	for (int i = 0; i < WAYS; i++)
		if (set[i].queryid == key->queryid && set[i].userid == key->userid &&
			set[i].toplevel == key->toplevel && set[i].relhash == key->relhash)
		{
			if (!pa_table_is_current(&set[i].ref))
				return false;
			place->ref = set[i].ref;
			place->pending = pending_of(&set[i]);
			return true;
		}
	return false;
}

/*
 * Tells whether a statement with this query id ran before in this session
 * and is still in the table.
 */
bool
pa_local_knows(uint64 queryid)
{
	PaLocalSlot *set = cache[set_of(queryid)];

	for (int i = 0; i < WAYS; i++)
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
	int			s = set_of(key->queryid);
	PaLocalSlot *set = cache[s];
	PaLocalSlot *slot = NULL;

	for (int i = 0; i < WAYS && slot == NULL; i++)
		if (set[i].queryid == 0 ||
			(set[i].queryid == key->queryid && set[i].userid == key->userid &&
			 set[i].toplevel == key->toplevel && set[i].relhash == key->relhash))
			slot = &set[i];
	if (slot == NULL)
	{
		slot = &set[victims[s] % WAYS];
		victims[s]++;
	}
	slot->queryid = key->queryid;
	slot->relhash = key->relhash;
	slot->userid = key->userid;
	slot->toplevel = key->toplevel;
	slot->ref = *ref;
	slot->pending = NULL;
}
