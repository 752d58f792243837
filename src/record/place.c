/*
 * place.c
 *	  Where an execution is counted, when this backend does not know its
 *	  statement: finding the table's entry, or making it.
 */
#include "postgres.h"

#include "record/execution.h"

/* The text of a statement, to be hidden */
typedef struct PaHiddenText
{
	const char *source;
	int			location;
	int			length;
	char	   *text;
} PaHiddenText;

/*
 * Writes a text without constants. Touches nothing but memory.
 */
static void
hide_text(void *argument)
{
	PaHiddenText *hidden = argument;

	hidden->text = pa_text_hide_all(hidden->source, hidden->location, hidden->length);
}

/*
 * Makes the table's entry for a statement that this backend does not know.
 */
static PaEntryRef
create_entry(const PaExecution *execution, const PaBirth *birth)
{
	PaIdentity	identity = {.command = CMD_UNKNOWN,.class = PA_CLASS_LOOKUP};
	int			location = execution->location;
	int			length = execution->length;
	const char *source = execution->query_desc->sourceText;
	PaHiddenText hidden = {0};
	PaEntryRef	ref;

	if (birth != NULL)
		return pa_table_create(&execution->key, &birth->identity);

	/* Analysed before the table forgot it, or without memory: only the text is left */
	pa_bound_place(source, &location, &length);
	(void) CleanQuerytext(source, &location, &length);
	hidden.source = source;
	hidden.location = Max(location, 0);
	hidden.length = length;
	(void) pa_attempt(hide_text, &hidden);
	identity.has_constants = true;
	identity.text = hidden.text;
	ref = pa_table_create(&execution->key, &identity);
	if (identity.text)
		pfree(identity.text);
	return ref;
}

/*
 * Finds the entry of a statement that is not in the local cache, making it
 * if need be, and the id it is recorded under. The first execution is counted
 * in the entry itself.
 */
void
pa_place_find(PaExecution *execution)
{
	PaStatementKey *key = &execution->key;
	PaEntryRef	ref;
	PaBirth    *birth = pa_birth_find(execution->queryid);

	pa_slab_attach();
	pa_features_of_portal();
	key->queryid = execution->queryid;
	if (birth != NULL)
		key->queryid = birth->recorded_as;
	else if (pa_local_recorded_as(key) != 0)
		key->queryid = pa_local_recorded_as(key);
	if (!pa_table_find(key, &ref))
		ref = create_entry(execution, birth);
	else if (birth != NULL)
		pa_table_identify(&ref, &birth->identity);
	pa_place_set(&execution->place, &ref);
	pa_local_remember(key, execution->queryid, &ref);
}
