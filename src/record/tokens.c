/*
 * tokens.c
 *	  Cutting up texts that the scanner may not take.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "record/tokens.h"

/*
 * Has a text written anew by a function that scans it. Returns false for what
 * the scanner does not take, as a text that was clipped; out is of no use then.
 * The scanner touches nothing but memory, so no subtransaction is needed.
 */
bool
pa_text_scan(PaTextWriter writer, const char *query, void *arg, StringInfo out)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile bool done = false;

	PG_TRY();
	{
		writer(query, arg, out);
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_SYNTAX_ERROR && ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return done;
}
