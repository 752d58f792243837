/*
 * advise.c
 *	  The door of the advise room: installs what it needs at load time.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "advise/advice.h"
#include "advise/advise.h"
#include "advise/replan.h"
#include "advise/whatif.h"
#include "base/progress.h"

void
pa_advise_init(void)
{
	if (process_shared_preload_libraries_in_progress)
	{
		pa_progress_init();
		pa_publish_init();
	}
	pa_whatif_init();
	pa_foreign_code_init();
	pa_replan_init();
}
