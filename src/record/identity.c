/*
 * identity.c
 *	  What an entry of the statement table says of its statement: text, class,
 *	  fingerprint.
 *
 * An identity is given when the entry is made, by whoever analysed the
 * statement, and is borrowed from another entry of the same statement, or
 * given later, when he who runs it does not have it. It is under the
 * partition's lock.
 */
#include "postgres.h"

#include "record/recorder.h"

/*
 * Fills a fresh entry. Caller holds the lock exclusively; the entry is in no
 * chain yet.
 */
void
pa_entry_fill(PaEntry *entry, const PaStatementKey *key, const PaIdentity *identity)
{
	entry->key = *key;
	entry->fingerprint = identity->fingerprint;
	entry->command = identity->command;
	entry->class = identity->class;
	entry->advisable = identity->advisable;
	entry->has_constants = identity->has_constants;
	entry->text = InvalidDsaPointer;
	entry->text_size = 0;
	memset(entry->samples, 0, sizeof(entry->samples));
	entry->has_dearest = false;
	entry->usage = 1;
	entry->next_sample = 0;
	entry->slowest_sample = 0;
	entry->dearest_sample = 0;
	memset(&entry->counters, 0, sizeof(entry->counters));
	memset(entry->histogram, 0, sizeof(entry->histogram));
}

/*
 * Copies the identity of an entry of the same statement, if there is one
 * that has a text. Caller holds the lock exclusively.
 */
bool
pa_entry_borrow_identity(int32 head, const PaStatementKey *key, PaEntry *into)
{
	for (int32 i = head; i != PA_NO_ENTRY; i = pa_table_entries[i].next)
	{
		PaEntry    *other = &pa_table_entries[i];

		if (!pa_entry_is_of(other, key->dbid, key->queryid, key->relhash) ||
			!DsaPointerIsValid(other->text))
			continue;
		into->fingerprint = other->fingerprint;
		into->command = other->command;
		into->class = other->class;
		into->advisable = other->advisable;
		into->has_constants = other->has_constants;
		into->text = pa_textstore_put(pa_textstore_get(other->text), other->text_size);
		into->text_size = other->text_size;
		return true;
	}
	return false;
}

/*
 * Gives an entry the identity of its statement when it was made without: a
 * prepared statement that was evicted and ran again leaves only its text.
 * Takes the lock exclusively if there is something to do.
 */
void
pa_table_identify(const PaEntryRef *ref, const PaIdentity *identity)
{
	PaEntry    *entry = &pa_table_entries[ref->index];
	dsa_pointer string = InvalidDsaPointer;

	if (((volatile PaEntry *) entry)->fingerprint != 0 || identity->text == NULL)
		return;

	string = pa_textstore_put(identity->text, strlen(identity->text) + 1);
	LWLockAcquire(pa_table_lock(ref), LW_EXCLUSIVE);
	if (DsaPointerIsValid(string) && entry->generation == ref->generation &&
		entry->fingerprint == 0)
	{
		dsa_pointer old = entry->text;

		entry->fingerprint = identity->fingerprint;
		entry->command = identity->command;
		entry->class = identity->class;
		entry->advisable = identity->advisable;
		entry->has_constants = identity->has_constants;
		entry->text = string;
		entry->text_size = strlen(identity->text) + 1;
		string = old;
	}
	LWLockRelease(pa_table_lock(ref));
	pa_textstore_free(string);
}
