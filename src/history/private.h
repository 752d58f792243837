/*
 * private.h
 *	  What the files of the history room share.
 */
#ifndef PERFADVISOR_HISTORY_PRIVATE_H
#define PERFADVISOR_HISTORY_PRIVATE_H

#include "history/history.h"
#include "storage/latch.h"
#include "storage/s_lock.h"

#define PA_CHANGED_DATABASES 32

/* In shared memory */
typedef struct PaHistoryShared
{
	/* Under mutex */
	slock_t		mutex;
	Latch	   *launcher_latch; /* NULL while there is no launcher */
	struct
	{
		Oid			dbid;		/* its indexes have changed; filled from the front */
		bool		created;	/* the extension was created there */
	}			changed[PA_CHANGED_DATABASES];

	/* Written by the launcher and the one snapshot worker that runs */
	bool		index_change;	/* why it runs: indexes have changed */
	bool		has_extension;	/* what it found */
	bool		source_due;		/* the workload of another server is to be fetched */
} PaHistoryShared;

extern PaHistoryShared *pa_history;

/* True in a worker that takes a snapshot because indexes have changed */
extern bool pa_snapshot_for_index_change;

/* boundary.c */
extern void pa_boundary_init(void);
extern bool pa_history_any_changed(void);
extern Oid	pa_history_next_changed(bool *created);

#endif							/* PERFADVISOR_HISTORY_PRIVATE_H */
