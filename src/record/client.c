/*
 * client.c
 *	  The client's statement that runs without a guard, should it fail; see
 *	  client.h.
 */
#include "postgres.h"

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
		pa_unplanned_failed(pa_client.planned, pa_client.source, pa_ms_since(&pa_client.start));
	pa_nesting_level = level;
}

/*
 * Ends a client's statement that has failed. Runs in the error path.
 */
void
pa_client_failed(void)
{
	PaExecution *execution = pa_client.execution;

	pa_client.planned = NULL;
	pa_client_end();
	if (execution != NULL)
		pa_execution_drop(execution);
}
