/*
 * guard.c
 *	  Runs code that could fail inside someone else's statement.
 *
 * The recorder must never make a statement fail, not even for want of memory.
 * What it does with catalogs runs in a subtransaction that takes the error.
 * What it does with memory alone needs none.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/base.h"

/* Catalogs that are likely to be locked for the first time, and the owners of each */
#define LOCKS_RESERVED 8
#define LOCK_OWNERS_SIZE (8 * sizeof(LOCALLOCKOWNER))

/*
 * Calls function(argument), which touches nothing but memory: no catalog, no
 * lock, nothing that has to be given back. Returns whether it came back
 * without an error, which is that memory is used up; it is forgotten. Also in
 * parallel mode, and without a transaction.
 */
bool
pa_attempt(void (*function) (void *), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	uint32		holdoff = InterruptHoldoffCount;
	volatile bool done = false;

	HOLD_INTERRUPTS();
	PG_TRY();
	{
		function(argument);
		done = true;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	InterruptHoldoffCount = holdoff + 1;
	MemoryContextSwitchTo(context);
	RESUME_INTERRUPTS();
	return done;
}

/*
 * Has the server's lists of free memory hold what must not fail in or around a
 * subtransaction. Its beginning: after that nobody but the end of the
 * transaction could put things in order. And the owners of locks on catalogs:
 * the lock manager forgets a lock whose owners found no room at the end of the
 * transaction alone, and crashes when it is asked for once more before.
 */
static void
reserve_subtransaction(void *unused)
{
	void	   *owners[LOCKS_RESERVED];

	for (int i = 0; i < LOCKS_RESERVED; i++)
		owners[i] = MemoryContextAlloc(TopMemoryContext, LOCK_OWNERS_SIZE);
	for (int i = 0; i < LOCKS_RESERVED; i++)
		pfree(owners[i]);
	for (Size size = 128; size <= 512; size *= 2)
		pfree(MemoryContextAlloc(TopTransactionContext, size));
	MemoryContextDelete(AllocSetContextCreate(CurTransactionContext, "perfadvisor reserve",
											  ALLOCSET_DEFAULT_SIZES));
	ResourceOwnerDelete(ResourceOwnerCreate(NULL, "perfadvisor reserve"));
}

/*
 * Calls function(argument) in a subtransaction, with interrupts held off,
 * and returns whether it came back without an error; an error is forgotten.
 * The current memory context and resource owner are as before. Does nothing
 * and returns false where no subtransaction can begin, or no memory is left.
 */
bool
pa_guarded_call(void (*function) (void *), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint32		holdoff = InterruptHoldoffCount;
	volatile bool done = false;

	if (!IsTransactionState() || IsInParallelMode() || CritSectionCount > 0 ||
		!pa_attempt(reserve_subtransaction, NULL))
		return false;

	HOLD_INTERRUPTS();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		function(argument);
		/* Raising an error, also one that was caught, has reset the count */
		InterruptHoldoffCount = holdoff + 1;
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
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

/*
 * Calls function(argument) in a subtransaction, as pa_guarded_call() does.
 * Where none can begin, in parallel mode, calls it as it is.
 */
bool
pa_guarded_if_possible(void (*function) (void *), void *argument)
{
	if (IsTransactionState() && !IsInParallelMode() && CritSectionCount == 0)
		return pa_guarded_call(function, argument);
	function(argument);
	return true;
}
