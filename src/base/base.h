/*
 * base.h
 *	  The public face of the base room: what every other room stands on.
 *
 * Base knows nothing of statements, advice or reports.
 */
#ifndef PERFADVISOR_BASE_BASE_H
#define PERFADVISOR_BASE_BASE_H

#include "base/compat.h"

/* guc.c: variables, in the order of docs/reference.md */
extern bool pa_track_parameters;
extern int	pa_max_statements;		/* entries in the statement table */
extern int	pa_slow_query_time;		/* ms; -1 = off */
extern int	pa_advise_time_limit;	/* ms; 0 = no limit */

extern void pa_guc_init(void);

/* shmem.c: true once the library was loaded by shared_preload_libraries */
extern bool pa_is_preloaded(void);

/* Raises ERROR 55000 with a hint unless the library was preloaded. */
extern void pa_require_preloaded(void);

/* privilege.c: whether the current user may see texts and constants of roleid */
extern bool pa_may_see_role(Oid roleid);

/* privilege.c: the schema of the extension in this database, or InvalidOid */
extern Oid	pa_extension_schema(void);

#endif							/* PERFADVISOR_BASE_BASE_H */
