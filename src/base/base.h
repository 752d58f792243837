/*
 * base.h
 *	  The public face of the base room: what every other room stands on.
 *
 * Base knows nothing of statements, advice or reports.
 */
#ifndef PERFADVISOR_BASE_BASE_H
#define PERFADVISOR_BASE_BASE_H

#include "base/compat.h"
#include "base/histogram.h"
#include "nodes/pg_list.h"
#include "lib/stringinfo.h"
#include "storage/lwlock.h"
#include "utils/dsa.h"

/* Values of perfadvisor.track */
typedef enum PaTrack
{
	PA_TRACK_OFF,
	PA_TRACK_TOP,
	PA_TRACK_ALL
} PaTrack;

/*
 * Executions that take as long, ns, may be out of the ordinary. All are looked
 * at while slow_query_time is 0.
 */
#define PA_LOOK_TIME 1000001

/* guc.c: variables, in the order of docs/reference.md */
extern PA_HIDDEN int	pa_track;			/* a PaTrack */
extern bool pa_track_parameters;
extern int	pa_max_statements;		/* entries in the statement table */
extern int	pa_text_memory;			/* kB, for texts and samples */
extern int	pa_slow_query_time;		/* ms; -1 = off */
extern PA_HIDDEN uint64 pa_look_time;	/* ns; see PA_LOOK_TIME */
extern int	pa_advise_time_limit;	/* ms; 0 = no limit */
extern int	pa_snapshot_interval;	/* s; 0 = off */
extern int	pa_snapshot_retention;	/* min */

extern void pa_guc_init(void);

/*
 * shmem.c: a piece of shared memory that a room asks for while the library
 * is preloaded. startup runs once per process that sets up shared memory,
 * under AddinShmemInitLock; found tells whether the piece is initialised.
 */
typedef struct PaShmemArea
{
	const char *name;
	Size		(*size) (void);
	int			(*locks) (void);	/* LWLocks wanted, or NULL */
	void		(*startup) (void *area, LWLockPadded *locks, bool found);
} PaShmemArea;

extern void pa_shmem_register(const PaShmemArea *area);

/* shmem.c: true once the library was loaded by shared_preload_libraries */
extern bool pa_is_preloaded(void);

/* Raises ERROR 55000 with a hint unless the library was preloaded. */
extern void pa_require_preloaded(void);

/* privilege.c: whether the current user may see texts and constants of roleid */
extern bool pa_may_see_role(Oid roleid);

/* privilege.c: whether the current user may see numbers of roleid */
extern bool pa_may_see_numbers(Oid roleid);

/* privilege.c: the schema of the extension in this database, or InvalidOid */
extern Oid	pa_extension_schema(void);

/* textstore.c: a bounded shared store of byte strings */
extern void pa_textstore_init(void);
extern bool pa_textstore_attach(void);
extern dsa_pointer pa_textstore_put(const void *data, Size size);
extern void pa_textstore_free(dsa_pointer pointer);
extern void *pa_textstore_get(dsa_pointer pointer);
extern uint64 pa_textstore_dropped(void);

/* textstore.c: gives the postmaster's hold of the store back */
extern void pa_textstore_detach(void);

/* dump.c: a checksummed file, written and read from beginning to end */
typedef struct PaDump PaDump;

extern PaDump *pa_dump_create(const char *path, uint32 format, uint32 layout,
							  int elevel);
extern void pa_dump_put(PaDump *dump, const void *data, Size size);
extern bool pa_dump_finish(PaDump *dump, uint64 *size);
extern PaDump *pa_dump_open(const char *path, uint32 format, uint32 layout);
extern bool pa_dump_get(PaDump *dump, void *data, Size size);
extern uint64 pa_dump_left(const PaDump *dump);
extern void pa_dump_close(PaDump *dump);

/* guard.c: runs a function in a subtransaction and survives its errors */
extern PA_HIDDEN int pa_guarding;
extern PA_HIDDEN bool pa_block_ends;
extern bool pa_guarded_call(void (*function) (void *), void *argument);
extern bool pa_guarded_if_possible(void (*function) (void *), void *argument);

/* guard.c: runs a function that only uses memory, and survives its errors */
extern bool pa_attempt(void (*function) (void *), void *argument);

/* blob.c: strings one after the other in a flat buffer */
typedef enum PaItemState
{
	PA_ITEM_VALUE,
	PA_ITEM_NULL,
	PA_ITEM_UNKNOWN
} PaItemState;

typedef struct PaBlobReader
{
	const char *data;
	Size		size;
	Size		offset;
} PaBlobReader;

extern void pa_blob_put(StringInfo blob, PaItemState state, const char *string);
extern void pa_blob_put_bytes(StringInfo blob, const void *data, Size size);
extern PaItemState pa_blob_get(PaBlobReader *reader, char **string);
extern bool pa_blob_get_bytes(PaBlobReader *reader, void *data, Size size);

/* arrays.c: the elements of a text[] as C strings */
struct ArrayType;
extern List *pa_text_array_list(struct ArrayType *array, const char *what);

#endif							/* PERFADVISOR_BASE_BASE_H */
