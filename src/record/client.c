/*
 * client.c
 *	  The client's statement that runs without a guard, should it fail; see
 *	  client.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "record/client.h"
#include "record/execution.h"

PaClientStatement pa_client;

/*
 * Records the failure of a client's statement, whose error is being reported;
 * its execution is counted when it is dropped. Whatever fails inside of it has
 * been recorded. Runs in the error path.
 */
void
pa_client_tell(void)
{
	int			level = pa_nesting_level;

	if (pa_client.subid == InvalidSubTransactionId || pa_client.told)
		return;
	pa_client.told = true;
	pa_nesting_level = 0;
	if (pa_client.execution != NULL)
		pa_execution_tell(pa_client.execution);
	else if (pa_client.planned != NULL)
		pa_unplanned_failed(pa_client.planned, pa_client.source, pa_ms_since(pa_client.start_ns));
	pa_nesting_level = level;
}

/*
 * Ends the client's statement, which was aborted. If nobody was told of its
 * error, as a function that is no part of a statement caught it, its planning
 * is counted here. Its execution is dropped. Runs in the error path.
 */
void
pa_client_failed(void)
{
	PaClientStatement failed = pa_client;

	pa_client_end();
	pa_client.planned = NULL;
	if (failed.execution != NULL)
		pa_execution_drop(failed.execution);
	else if (failed.planned != NULL && !failed.told)
	{
		PaStatementKey key = {.dbid = MyDatabaseId,.userid = GetOuterUserId(),.queryid = failed.queryid,
		.toplevel = true};

		pa_unplanned_count(&key, pa_ms_since(failed.start_ns));
	}
}

/*
 * Records the planning that the end of the session interrupts. Executions
 * are looked after by others. Runs in the error path.
 */
void
pa_client_session_ends(void)
{
	if (pa_client.planned != NULL)
		pa_client_tell();
	pa_client.planned = NULL;
	pa_client_end();
}
