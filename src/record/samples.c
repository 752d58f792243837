/*
 * samples.c
 *	  The constants that statements ran with.
 *
 * A draft of a sample is made when a chosen execution starts, in the query's
 * own memory: its text as it ran, its parameters in output form, the
 * search_path. When the execution ends the draft is published in a slot of its
 * statement: the first, the slowest besides it, the latest, the one that the
 * planner expected to be dearest and some others are kept as long as their
 * contents differ. Each tells how often it was offered since it came, which is
 * how its constants are known to be common.
 *
 * Times alone do not tell which constants have most rows: as long as all
 * executions read the whole table, they take the same. The planner's cost does,
 * where plans are made for the constants.
 *
 * Output functions run in the user's statement, which must not fail for our
 * sake. So only values of types that are printed by functions of the server
 * itself are printed; others are "not known".
 *
 * The blob of a sample: number of parameters, their types, then as strings
 * the text, the search_path and the values.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "storage/spin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/fault.h"
#include "record/recorder.h"

/* Slots of an entry */
enum
{
	SLOT_FIRST,
	SLOT_SLOWEST,
	SLOT_LATEST,
	SLOT_OTHER					/* the first of those that chance chooses */
};

/* A sample is dearer if its cost is above that of all others by this ratio */
#define DEARER 1.01

/*
 * Tells whether a function is part of the server.
 */
static bool
is_internal_function(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool		internal = false;

	if (HeapTupleIsValid(tuple))
	{
		internal = ((Form_pg_proc) GETSTRUCT(tuple))->prolang == INTERNALlanguageId;
		ReleaseSysCache(tuple);
	}
	return internal;
}

/*
 * Tells whether values of a type can be printed without running code that is
 * not the server's own.
 */
static bool
is_printable(Oid type)
{
	Oid			base = getBaseType(type);
	Oid			element = get_base_element_type(base);
	Oid			output;
	bool		is_varlena;

	if (OidIsValid(element))
		return is_printable(element);
	switch (get_typtype(base))
	{
		case TYPTYPE_RANGE:
			return is_printable(get_range_subtype(base));
		case TYPTYPE_MULTIRANGE:
			return is_printable(get_multirange_range(base));
		case TYPTYPE_BASE:
		case TYPTYPE_ENUM:
			getTypeOutputInfo(base, &output, &is_varlena);
			return is_internal_function(output);
		default:
			return false;
	}
}

/*
 * Prints one value, in the current context.
 */
static PaItemState
print_value(const ParamExternData *param, char **string)
{
	Oid			output;
	bool		is_varlena;

	*string = NULL;
	if (!OidIsValid(param->ptype) || !pa_track_parameters)
		return PA_ITEM_UNKNOWN;
	if (param->isnull)
		return PA_ITEM_NULL;
	if (get_typlen(param->ptype) == -1 &&
		toast_raw_datum_size(param->value) > PA_VALUE_LIMIT)
		return PA_ITEM_UNKNOWN;
	if (!is_printable(param->ptype))
		return PA_ITEM_UNKNOWN;
	getTypeOutputInfo(param->ptype, &output, &is_varlena);
	*string = OidOutputFunctionCall(output, param->value);
	if (strlen(*string) > PA_VALUE_LIMIT)
	{
		*string = NULL;
		return PA_ITEM_UNKNOWN;
	}
	return PA_ITEM_VALUE;
}

/*
 * Fills in types and values of a draft. Values that come from a function's
 * variables are asked for only where the statement names them.
 */
static void
draft_params(PaDraft *draft, ParamListInfo params, const PaBirth *birth, Oid *types)
{
	for (int i = 0; i < draft->nparams; i++)
	{
		ParamExternData workspace;
		ParamExternData *param = NULL;

		draft->states[i] = PA_ITEM_UNKNOWN;
		types[i] = birth && i < birth->nparams ? birth->param_types[i] : InvalidOid;
		if (params == NULL || i >= params->numParams)
			continue;
		if (params->paramFetch == NULL)
			param = &params->params[i];
		else if (OidIsValid(types[i]))
			param = params->paramFetch(params, i + 1, true, &workspace);
		if (param == NULL || !OidIsValid(param->ptype))
			continue;
		types[i] = param->ptype;
		draft->states[i] = print_value(param, &draft->values[i]);
	}
}

/*
 * Returns the text of a statement as it ran, or NULL when it cannot be
 * written so that it could be analysed outside of its function.
 */
static char *
sample_text(const PaExecution *execution, const PaBirth *birth,
			const char *string, int length)
{
	if (birth != NULL && (birth->nvariables > 0 || birth->sample_text != NULL))
		return birth->sample_text ? pstrdup(birth->sample_text) : NULL;
	if (pa_text_starts_with(string, "copy"))
	{
		PaTextSlice slice = {.source = string,.location = 0,.length = length};

		return pa_text_rewrite(&slice, false);
	}
	return pnstrdup(string, length);
}

/*
 * Writes the blob of a draft, and the hash of its contents.
 */
static void
write_blob(PaDraft *draft, const Oid *types)
{
	StringInfoData blob;
	int32		nparams = draft->nparams;
	int			before;

	initStringInfo(&blob);
	pa_blob_put_bytes(&blob, &nparams, sizeof(nparams));
	pa_blob_put_bytes(&blob, types, nparams * sizeof(Oid));
	pa_blob_put(&blob, PA_ITEM_VALUE, namespace_search_path);
	before = blob.len;
	pa_blob_put(&blob, PA_ITEM_VALUE, draft->text);
	for (int i = 0; i < nparams; i++)
		pa_blob_put(&blob, draft->states[i], draft->values[i]);
	draft->data = blob.data;
	draft->size = blob.len;
	draft->hash = hash_bytes_extended((unsigned char *) blob.data + before,
									  blob.len - before, 0);
}

/*
 * Makes the draft of a sample of an execution, in the given context, or
 * returns NULL when it cannot be a sample.
 */
PaDraft *
pa_sample_draft(PaExecution *execution, MemoryContext context)
{
	QueryDesc  *query_desc = execution->query_desc;
	ParamListInfo params = query_desc->params;
	int			location = execution->location;
	int			length = execution->length;
	const char *string = query_desc->sourceText;
	volatile PaEntry *entry = pa_table_entry(execution->place.ref.index);
	MemoryContext old;
	PaBirth    *birth;
	PaDraft    *draft;
	Oid		   *types;

	pa_bound_place(string, &location, &length);
	string = CleanQuerytext(string, &location, &length);
	if (length <= 0 || length > PA_TEXT_LIMIT ||
		(entry->has_constants && !pa_track_parameters) ||
		(params != NULL && params->numParams > PA_PARAMS_LIMIT))
		return NULL;
	birth = pa_birth_find_text(execution->queryid, string, length);
	if (birth == NULL && params != NULL && params->paramFetch != NULL)
		return NULL;

	old = MemoryContextSwitchTo(context);
	draft = palloc0(sizeof(PaDraft));
	draft->text = sample_text(execution, birth, string, length);
	if (draft->text == NULL)
	{
		MemoryContextSwitchTo(old);
		return NULL;
	}
	if (birth != NULL)
		draft->nparams = birth->nparams;
	else if (params != NULL)
		draft->nparams = params->numParams;
	draft->states = palloc0((draft->nparams + 1) * sizeof(PaItemState));
	draft->values = palloc0((draft->nparams + 1) * sizeof(char *));
	types = palloc0((draft->nparams + 1) * sizeof(Oid));
	draft_params(draft, params, birth, types);
	write_blob(draft, types);
	MemoryContextSwitchTo(old);
	return draft;
}

/*
 * Returns the slot that holds the same contents, or -1. That is certain only
 * under the partition's lock.
 */
static int
slot_of_hash(const PaEntry *entry, uint64 hash)
{
	for (int i = 0; i < PA_SAMPLES; i++)
		if (DsaPointerIsValid(entry->samples[i].blob) &&
			entry->samples[i].hash == hash)
			return i;
	return -1;
}

/*
 * Tells whether the planner expects an execution to be dearer than it did all
 * samples so far.
 */
bool
pa_sample_is_dearer(const volatile PaEntry *entry, double cost)
{
	return cost > entry->dearest_sample * DEARER;
}

/*
 * Returns the slot that chance gives to a sample that has to leave its own, or
 * -1: each of n samples that were offered is kept with equal chance (reservoir
 * sampling, Vitter's algorithm R).
 */
static int
other_slot(const PaEntry *entry, int64 n)
{
	int			end = entry->has_dearest ? PA_SAMPLE_DEAREST : PA_SAMPLES;
	int64		place = SLOT_OTHER + pa_mix64(n) % n;

	for (int i = SLOT_OTHER; i < end; i++)
		if (!DsaPointerIsValid(entry->samples[i].blob))
			return i;
	return place < end ? place : -1;
}

/*
 * Makes room for a new sample, dearer than all so far or not, and returns its
 * slot. What was in the slot may move to one of the others. Caller holds the
 * partition's lock exclusively, and frees *old afterwards.
 */
static int
free_slot(PaEntry *entry, double exec_time, bool dearer, dsa_pointer *old)
{
	PaSampleSlot *slots = entry->samples;
	int			slot;
	int			other;

	if (!DsaPointerIsValid(slots[SLOT_FIRST].blob))
		return SLOT_FIRST;
	slot = !DsaPointerIsValid(slots[SLOT_SLOWEST].blob) ||
		exec_time > slots[SLOT_SLOWEST].exec_time ? SLOT_SLOWEST : SLOT_LATEST;
	if (dearer)
	{
		slot = PA_SAMPLE_DEAREST;
		entry->has_dearest = true;
	}
	if (!DsaPointerIsValid(slots[slot].blob))
		return slot;
	other = other_slot(entry, entry->counters.sample_changes + 1);
	*old = slots[other < 0 ? slot : other].blob;
	if (other >= 0)
		slots[other] = slots[slot];
	memset(&slots[slot], 0, sizeof(PaSampleSlot));
	return slot;
}

/*
 * Notes that a statement has other samples than before, how slow the slowest of
 * them is and how dear the dearest.
 */
static void
note_change(PaEntry *entry, double exec_time, double cost)
{
	SpinLockAcquire(&entry->mutex);
	entry->counters.sample_changes++;
	if (exec_time > entry->slowest_sample)
		entry->slowest_sample = exec_time;
	if (cost > entry->dearest_sample)
		entry->dearest_sample = cost;
	SpinLockRelease(&entry->mutex);
}

/*
 * Publishes a draft as a sample of its statement. exec_time in ms; negative
 * while the execution is not over, in which case the draft is only taken
 * when there is no sample yet. cost is the planner's, of its plan. One that is
 * not sampled by chance tells nothing of how common its constants are. Takes
 * the partition's lock exclusively.
 */
void
pa_sample_publish(const PaEntryRef *ref, const PaDraft *draft,
				  double exec_time, int64 rows, double cost, bool by_chance)
{
	PaEntry    *entry = pa_table_entry(ref->index);
	volatile PaEntry *peek = entry;
	dsa_pointer blob = InvalidDsaPointer;
	dsa_pointer old = InvalidDsaPointer;
	int			slot;

	if (exec_time < 0 && DsaPointerIsValid(peek->samples[SLOT_FIRST].blob))
		return;

	/* Without a lock yet; should it be wrong, there is no sample this time */
	if (slot_of_hash(entry, draft->hash) < 0)
		blob = pa_textstore_put(draft->data, draft->size);
	LWLockAcquire(pa_table_lock(ref), LW_EXCLUSIVE);
	PA_FAULT("sample");
	if (entry->generation != ref->generation)
	{
		LWLockRelease(pa_table_lock(ref));
		pa_textstore_free(blob);
		return;
	}
	slot = slot_of_hash(entry, draft->hash);
	if (slot >= 0)
	{
		if (exec_time >= entry->samples[slot].exec_time)
		{
			entry->samples[slot].exec_time = exec_time;
			entry->samples[slot].rows = rows;
		}
		entry->samples[slot].times += by_chance;
		note_change(entry, exec_time, cost);
	}
	else if (exec_time >= 0 || !DsaPointerIsValid(entry->samples[SLOT_FIRST].blob))
	{
		if (DsaPointerIsValid(blob))
		{
			slot = free_slot(entry, exec_time, pa_sample_is_dearer(entry, cost), &old);
			entry->samples[slot].blob = blob;
			entry->samples[slot].size = draft->size;
			entry->samples[slot].hash = draft->hash;
			entry->samples[slot].started_at = GetCurrentStatementStartTimestamp();
			entry->samples[slot].exec_time = Max(exec_time, 0);
			entry->samples[slot].rows = rows;
			/* One whose execution is not over comes again, and counts then */
			entry->samples[slot].times = exec_time >= 0 && by_chance;
			entry->samples[slot].offered_before = entry->counters.sample_changes + (exec_time < 0);
			blob = InvalidDsaPointer;
		}
		note_change(entry, exec_time, cost);
	}
	LWLockRelease(pa_table_lock(ref));
	pa_textstore_free(blob);
	pa_textstore_free(old);
}

/*
 * Turns a copied blob into a sample, in the current context.
 */
void
pa_sample_read(const char *blob, uint32 size, const PaSampleSlot *slot,
			   PaSample *sample)
{
	PaBlobReader reader = {.data = blob,.size = size};
	int32		nparams = 0;

	memset(sample, 0, sizeof(*sample));
	(void) pa_blob_get_bytes(&reader, &nparams, sizeof(nparams));
	if (nparams < 0 || nparams > (reader.size - reader.offset) / sizeof(Oid))
		nparams = 0;
	sample->nparams = nparams;
	sample->param_types = palloc0((nparams + 1) * sizeof(Oid));
	sample->param_values = palloc0((nparams + 1) * sizeof(char *));
	sample->param_known = palloc0((nparams + 1) * sizeof(bool));
	(void) pa_blob_get_bytes(&reader, sample->param_types, nparams * sizeof(Oid));
	(void) pa_blob_get(&reader, &sample->search_path);
	(void) pa_blob_get(&reader, &sample->text);
	for (int i = 0; i < nparams; i++)
		sample->param_known[i] =
			pa_blob_get(&reader, &sample->param_values[i]) != PA_ITEM_UNKNOWN;
	sample->started_at = slot->started_at;
	sample->exec_time = slot->exec_time;
	sample->rows = slot->rows;
	sample->times = slot->times;
}
