/*
 * advise.c
 *	  The door of the advise room: installs what it needs at load time.
 */
#include "postgres.h"

#include "advise/advise.h"
#include "advise/replan.h"
#include "advise/whatif.h"

void
pa_advise_init(void)
{
	pa_whatif_init();
	pa_replan_init();
}
