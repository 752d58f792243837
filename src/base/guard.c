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
#include "utils/backend_status.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/base.h"

/* Guarded calls under way, one in the other: their subtransactions are nobody's business.
 * If one cannot even begin, the end of the transaction resets this. */
int			pa_guarding = 0;

/* Whether COMMIT or PREPARE TRANSACTION ends a block, which runs deferred triggers */
bool		pa_block_ends = false;

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
 * Rolls back the subtransaction of a guarded call. That ends what a command tells of
 * its progress, as COPY does whose triggers run statements: it goes on with it.
 */
static void
end_subtransaction(void)
{
	const PgBackendStatus *me = MyBEEntry;
	ProgressCommandType command = me ? me->st_progress_command : PROGRESS_COMMAND_INVALID;
	Oid			target = InvalidOid;
	int			index[PGSTAT_NUM_PROGRESS_PARAM];
	int64		values[PGSTAT_NUM_PROGRESS_PARAM];

	if (command != PROGRESS_COMMAND_INVALID)
	{
		target = me->st_progress_command_target;
		for (int i = 0; i < PGSTAT_NUM_PROGRESS_PARAM; i++)
		{
			index[i] = i;
			values[i] = me->st_progress_param[i];
		}
	}
	RollbackAndReleaseCurrentSubTransaction();
	if (command != PROGRESS_COMMAND_INVALID)
	{
		pgstat_progress_start_command(command, target);
		pgstat_progress_update_multi_param(PGSTAT_NUM_PROGRESS_PARAM, index, values);
	}
}

/*
 * Tells whether a subtransaction may begin and be rolled back. Not where a lightweight
 * lock is held, as while an index calls a comparison in SQL: it would be released. Each
 * holds off interrupts, as a guarded call does.
 */
static bool
is_possible(void)
{
	return IsTransactionState() && !IsInParallelMode() && CritSectionCount == 0 &&
		InterruptHoldoffCount <= (uint32) pa_guarding;
}

/*
 * Calls function(argument) in a subtransaction, with interrupts held off,
 * and returns whether it came back without an error; an error is forgotten.
 * The current memory context and resource owner are as before. Does nothing
 * and returns false where no subtransaction can begin, or no memory is left.
 *
 * The subtransaction is rolled back in any case: its commit would increment the
 * command counter in the middle of whatever command runs, as ALTER TABLE when a
 * foreign key's query checks a partition that is half detached. The function
 * writes nothing that this could take back. Only where the end of a block runs deferred
 * triggers it is committed: no command is under way, and the server expects no
 * rollback there.
 */
bool
pa_guarded_call(void (*function) (void *), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint32		holdoff = InterruptHoldoffCount;
	int			guarding = pa_guarding;
	volatile bool done = false;

	if (!is_possible() || !pa_attempt(reserve_subtransaction, NULL))
		return false;

	HOLD_INTERRUPTS();
	pa_guarding++;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		function(argument);
		/* Raising an error, also one that was caught, has reset the count */
		InterruptHoldoffCount = holdoff + 1;
		if (pa_block_ends)
			ReleaseCurrentSubTransaction();
		else
			end_subtransaction();
		done = true;
	}
	PG_CATCH();
	{
		InterruptHoldoffCount = holdoff + 1;
		MemoryContextSwitchTo(context);
		FlushErrorState();
		end_subtransaction();
	}
	PG_END_TRY();
	pa_guarding = guarding;
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
