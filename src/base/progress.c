/*
 * progress.c
 *	  What a long piece of work in some session has done so far.
 *
 * One slot of shared memory for each backend, written by its owner only and
 * read without a lock: a reader may see the phase of one moment with the
 * numbers of the next, which does no harm.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/base.h"
#include "base/progress.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_progress);

#define PA_PHASE_LEN	32

typedef struct PaProgressSlot
{
	int			pid;			/* 0: nothing under way */
	char		phase[PA_PHASE_LEN];
	int64		done;
	int64		total;
	TimestampTz started_at;
} PaProgressSlot;

static PaProgressSlot *slots = NULL;

/*
 * Returns the bytes of shared memory that are needed.
 */
static Size
progress_size(void)
{
	return mul_size(MaxBackends, sizeof(PaProgressSlot));
}

static void
progress_startup(void *area, LWLockPadded *locks, bool found)
{
	slots = area;
	if (!found)
		memset(slots, 0, progress_size());
}

/*
 * Asks for the slots; to be called while preloading.
 */
void
pa_progress_init(void)
{
	static const PaShmemArea area = {
		.name = "perfadvisor progress",
		.size = progress_size,
		.startup = progress_startup
	};

	pa_shmem_register(&area);
}

static PaProgressSlot *
own_slot(void)
{
	int			number = pa_my_proc_number();

	if (slots == NULL || number < 0 || number >= MaxBackends)
		return NULL;
	return &slots[number];
}

/*
 * Begins to report.
 */
void
pa_progress_start(void)
{
	PaProgressSlot *slot = own_slot();

	if (slot == NULL)
		return;
	slot->phase[0] = '\0';
	slot->done = slot->total = 0;
	slot->started_at = GetCurrentTimestamp();
	slot->pid = MyProcPid;
}

/*
 * Reports; phase is a constant text of less than 32 bytes.
 */
void
pa_progress_update(const char *phase, int64 done, int64 total)
{
	PaProgressSlot *slot = own_slot();

	if (slot == NULL)
		return;
	strlcpy(slot->phase, phase, PA_PHASE_LEN);
	slot->done = done;
	slot->total = total;
}

/*
 * Ends the report; also to be called on error.
 */
void
pa_progress_end(void)
{
	PaProgressSlot *slot = own_slot();

	if (slot != NULL)
		slot->pid = 0;
}

/*
 * SQL: progress(), one row for each piece of work under way in any session.
 */
Datum
pa_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, INT4OID, TEXTOID, INT8OID, INT8OID,
				  TIMESTAMPTZOID);
	for (int i = 0; i < MaxBackends; i++)
	{
		PaProgressSlot slot = slots[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		if (slot.pid == 0)
			continue;
		slot.phase[PA_PHASE_LEN - 1] = '\0';
		values[0] = Int32GetDatum(slot.pid);
		values[1] = CStringGetTextDatum(slot.phase);
		values[2] = Int64GetDatum(slot.done);
		values[3] = Int64GetDatum(slot.total);
		values[4] = TimestampTzGetDatum(slot.started_at);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
