/*
 * textstore.c
 *	  A bounded store of byte strings in main shared memory.
 *
 * The store is a DSA area created in place and limited to that place, so it
 * can neither grow nor fail for lack of segments: when it is full, putting
 * returns InvalidDsaPointer and the caller does without. Whoever keeps a
 * pointer protects it by a lock of his own; the store only allocates.
 *
 * Locks: the area's own LWLocks are taken inside put and free, so both may
 * run under a caller's LWLock, never under a spinlock nor in an error path.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#include "base/base.h"
#include "base/fault.h"

typedef struct PaTextStore
{
	int			tranche;
	pg_atomic_uint64 dropped;	/* strings that found no room */
	char		area[FLEXIBLE_ARRAY_MEMBER];
} PaTextStore;

static PaTextStore *store = NULL;
static dsa_area *attached_area = NULL;

/*
 * Returns the bytes given to the area.
 */
static Size
area_size(void)
{
	return MAXALIGN((Size) pa_text_memory * 1024);
}

/*
 * Returns the bytes of the whole store.
 */
static Size
textstore_size(void)
{
	return add_size(MAXALIGN(offsetof(PaTextStore, area)), area_size());
}

/*
 * Returns the place of the area inside the store.
 */
static void *
area_place(void)
{
	return (char *) store + MAXALIGN(offsetof(PaTextStore, area));
}

/*
 * Sets up the store when the server starts.
 */
static void
textstore_startup(void *area, LWLockPadded *locks, bool found)
{
	dsa_area   *dsa;

	store = area;
	attached_area = NULL;
	if (found)
		return;

	store->tranche = pa_new_tranche("perfadvisor texts");
	pg_atomic_init_u64(&store->dropped, 0);
	dsa = dsa_create_in_place(area_place(), area_size(), store->tranche, NULL);
	dsa_pin(dsa);
	dsa_set_size_limit(dsa, area_size());
	dsa_detach(dsa);
}

static const PaShmemArea textstore_area = {
	"perfadvisor texts", textstore_size, NULL, textstore_startup
};

/*
 * Asks for the store's shared memory.
 */
void
pa_textstore_init(void)
{
	pa_shmem_register(&textstore_area);
}

/*
 * Attaches this backend to the area for its whole life. The postmaster attaches
 * itself only to load what was saved, and must not touch the area when it
 * cleans up after a crash: it calls pa_textstore_detach().
 */
static void
attach(void *unused)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	attached_area = dsa_attach_in_place(area_place(), NULL);
	dsa_pin_mapping(attached_area);
	if (IsUnderPostmaster)
		on_shmem_exit(dsa_on_shmem_exit_release_in_place,
					  PointerGetDatum(area_place()));
	MemoryContextSwitchTo(old);
}

/*
 * Attaches this backend to the area before it is needed. Returns whether there
 * was memory for that.
 */
bool
pa_textstore_attach(void)
{
	return attached_area != NULL || pa_attempt(attach, NULL);
}

/*
 * Returns the area. Raises an error if there is no memory to attach to it;
 * backends that record are attached to it before.
 */
static inline dsa_area *
textstore_area_here(void)
{
	if (unlikely(attached_area == NULL))
		attach(NULL);
	return attached_area;
}

/*
 * Gives back what pa_textstore_attach() took, in the process that starts the
 * server: its children attach themselves.
 */
void
pa_textstore_detach(void)
{
	Assert(!IsUnderPostmaster);
	if (attached_area == NULL)
		return;
	dsa_release_in_place(area_place());
	dsa_detach(attached_area);
	attached_area = NULL;
}

/*
 * Copies size bytes into the store and returns where they are, or
 * InvalidDsaPointer when there is no room.
 */
dsa_pointer
pa_textstore_put(const void *data, Size size)
{
	dsa_area   *dsa = textstore_area_here();
	dsa_pointer pointer;

	pointer = PA_FAULT_FAILS("text") ? InvalidDsaPointer :
		dsa_allocate_extended(dsa, size, DSA_ALLOC_NO_OOM);
	if (DsaPointerIsValid(pointer))
		memcpy(dsa_get_address(dsa, pointer), data, size);
	else
		pg_atomic_fetch_add_u64(&store->dropped, 1);
	return pointer;
}

/*
 * Gives bytes back. InvalidDsaPointer is allowed.
 */
void
pa_textstore_free(dsa_pointer pointer)
{
	if (DsaPointerIsValid(pointer))
		dsa_free(textstore_area_here(), pointer);
}

/*
 * Returns the address of stored bytes in this backend.
 */
void *
pa_textstore_get(dsa_pointer pointer)
{
	return dsa_get_address(textstore_area_here(), pointer);
}

/*
 * Returns how many strings found no room since the server started.
 */
uint64
pa_textstore_dropped(void)
{
	return pg_atomic_read_u64(&store->dropped);
}
