/*
 * perfadvisor.c
 *	  The front door: what happens when the library is loaded.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "advise/advise.h"
#include "base/base.h"
#include "history/history.h"
#include "record/record.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

/*
 * Defines the settings and, while preloading, lets each room ask for its
 * shared memory and install its hooks.
 */
void
_PG_init(void)
{
	pa_guc_init();
	if (process_shared_preload_libraries_in_progress)
	{
		pa_record_init();
		pa_history_init();
	}
	pa_advise_init();
}
