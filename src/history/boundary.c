/*
 * boundary.c
 *	  Notices that a transaction has created or dropped indexes, and has a
 *	  snapshot taken when it commits: what runs before and after is then told
 *	  apart.
 *
 * A hook on utility statements sets a flag in the backend; a callback at the
 * end of the transaction tells the launcher. Neither raises an error nor
 * waits. One spinlock, held for a few instructions at a commit that changed
 * indexes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/latch.h"
#include "storage/spin.h"
#include "tcop/utility.h"

#include "history/private.h"

static ProcessUtility_hook_type prev_ProcessUtility = NULL;

/* Whether this transaction has changed indexes, or created the extension */
static bool indexes_changed = false;
static bool extension_created = false;

/*
 * Tells whether a statement may create or drop an index. Those that come with
 * a new table are no boundary: nothing ran there before.
 */
static bool
changes_indexes(const Node *statement, ProcessUtilityContext context)
{
	switch (nodeTag(statement))
	{
		case T_IndexStmt:
			return context != PROCESS_UTILITY_SUBCOMMAND;
		case T_DropStmt:
			return ((const DropStmt *) statement)->removeType == OBJECT_INDEX;
		case T_AlterTableStmt:
			return ((const AlterTableStmt *) statement)->objtype == OBJECT_INDEX ||
				((const AlterTableStmt *) statement)->objtype == OBJECT_TABLE;
		default:
			return false;
	}
}

/*
 * Tells whether a statement creates this extension.
 */
static bool
creates_extension(const Node *statement)
{
	return IsA(statement, CreateExtensionStmt) &&
		strcmp(((const CreateExtensionStmt *) statement)->extname, "perfadvisor") == 0;
}

static void end_of_transaction(XactEvent event, void *argument);

/*
 * Remembers that indexes may have changed. The end of the transaction is asked
 * for when that happens first: most sessions never change any, and the end of a
 * transaction is a hot path.
 */
static void
note_change(bool creates)
{
	static bool registered = false;

	if (!registered)
		RegisterXactCallback(end_of_transaction, NULL);
	registered = true;
	indexes_changed = true;
	extension_created |= creates;
}

/*
 * Runs a utility statement, and remembers whether it may have changed indexes.
 */
static void
history_ProcessUtility(PlannedStmt *pstmt, const char *queryString,
					   bool readOnlyTree, ProcessUtilityContext context,
					   ParamListInfo params, QueryEnvironment *queryEnv,
					   DestReceiver *dest, QueryCompletion *qc)
{
	/* The tree may be gone after the call */
	bool		changes = changes_indexes(pstmt->utilityStmt, context);
	bool		creates = creates_extension(pstmt->utilityStmt);

	if (prev_ProcessUtility)
		prev_ProcessUtility(pstmt, queryString, readOnlyTree, context, params,
							queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context,
								params, queryEnv, dest, qc);
	if (changes || creates)
		note_change(creates);
}

/*
 * Tells the launcher that indexes of the current database have changed. When
 * there is no room for one more database, the timer will notice.
 */
static void
tell_launcher(void)
{
	Latch	   *latch;

	SpinLockAcquire(&pa_history->mutex);
	for (int i = 0; i < PA_CHANGED_DATABASES; i++)
	{
		if (OidIsValid(pa_history->changed[i].dbid) && pa_history->changed[i].dbid != MyDatabaseId)
			continue;
		pa_history->changed[i].created |= extension_created;
		pa_history->changed[i].dbid = MyDatabaseId;
		break;
	}
	latch = pa_history->launcher_latch;
	SpinLockRelease(&pa_history->mutex);
	if (latch != NULL)
		SetLatch(latch);
}

/*
 * At the end of a transaction.
 */
static void
end_of_transaction(XactEvent event, void *argument)
{
	if (likely(!indexes_changed))
		return;
	if (event == XACT_EVENT_COMMIT && pa_snapshot_interval > 0)
		tell_launcher();
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		indexes_changed = extension_created = false;
}

/*
 * Tells whether there is a database whose indexes have changed.
 */
bool
pa_history_any_changed(void)
{
	bool		result;

	SpinLockAcquire(&pa_history->mutex);
	result = OidIsValid(pa_history->changed[0].dbid);
	SpinLockRelease(&pa_history->mutex);
	return result;
}

/*
 * Takes a database whose indexes have changed from the list; InvalidOid when
 * there is none. *created: the extension was created there.
 */
Oid
pa_history_next_changed(bool *created)
{
	Oid			result;

	SpinLockAcquire(&pa_history->mutex);
	result = pa_history->changed[0].dbid;
	*created = pa_history->changed[0].created;
	memmove(&pa_history->changed[0], &pa_history->changed[1],
			(PA_CHANGED_DATABASES - 1) * sizeof(pa_history->changed[0]));
	pa_history->changed[PA_CHANGED_DATABASES - 1].dbid = InvalidOid;
	pa_history->changed[PA_CHANGED_DATABASES - 1].created = false;
	SpinLockRelease(&pa_history->mutex);
	return result;
}

/*
 * Installs the hook; to be called while preloading.
 */
void
pa_boundary_init(void)
{
	prev_ProcessUtility = ProcessUtility_hook;
	ProcessUtility_hook = history_ProcessUtility;
}
