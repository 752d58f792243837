/*
 * guard.c
 *	  Runs code that could fail inside someone else's statement.
 *
 * The recorder must never make a statement fail. What it does with catalogs,
 * beyond what cannot fail, runs in a subtransaction that takes the error.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/base.h"

/*
 * Calls function(argument) in a subtransaction, with interrupts held off,
 * and returns whether it came back without an error; an error is forgotten.
 * The current memory context and resource owner are as before. Does nothing
 * and returns false where no subtransaction can begin.
 */
bool
pa_guarded_call(void (*function) (void *), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint32		holdoff = InterruptHoldoffCount;
	volatile bool done = false;

	if (!IsTransactionState() || IsInParallelMode() || CritSectionCount > 0)
		return false;

	HOLD_INTERRUPTS();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		function(argument);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		/* Raising the error has reset the count of holds */
		InterruptHoldoffCount = holdoff + 1;
		MemoryContextSwitchTo(context);
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	RESUME_INTERRUPTS();
	return done;
}
