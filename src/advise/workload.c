/*
 * workload.c
 *	  The statements that a search is about, and how much each of them weighs.
 *
 * A recorded statement weighs what it took: its measured time per hour, spread
 * over its samples (shares.c). For statements given as text see given.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "advise/search.h"
#include "advise/source_stats.h"
#include "advise/sources.h"
#include "base/progress.h"

/* Samples of one statement that are planned: all that the recorder keeps */
#define PA_MAX_ITEMS	8

/* A statement that ran so rarely, with so many rows each time, and so much of its
 * table, has loaded it. */
#define PA_LOAD_CALLS	2
#define PA_LOAD_ROWS	1000
#define PA_LOAD_SHARE	0.1

/* A shorter window says too little of an hour. */
#define PA_MIN_WINDOW_HOURS	(1.0 / 60)

/*
 * Makes an empty search in a memory context of its own, below the current one.
 */
PaSearch *
pa_search_new(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "perfadvisor search",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	PaSearch   *search = palloc0(sizeof(PaSearch));
	HASHCTL		ctl = {0};

	search->context = context;
	search->scratch = AllocSetContextCreate(context, "perfadvisor definitions",
											ALLOCSET_DEFAULT_SIZES);
	search->maxcandidates = 256;
	search->candidates = palloc(sizeof(PaCandidate *) * search->maxcandidates);
	search->writes = pa_write_load_new(context);
	dlist_init(&search->prepared.list);
	ctl.keysize = sizeof(uint64);
	ctl.entrysize = sizeof(uint64) + sizeof(PaCandidate *);
	ctl.hcxt = context;
	search->by_definition = hash_create("perfadvisor candidates", 256, &ctl,
										HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(PaTable);
	search->tables = hash_create("perfadvisor tables", 64, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	search->trgm_available = OidIsValid(pa_trgm_opclass()) || pa_extension_available("pg_trgm");
	search->btree_gin_available = pa_extension_available("btree_gin");
	MemoryContextSwitchTo(oldcontext);
	pa_source_stats_load(context);
	return search;
}

/*
 * Returns the length of the recorded window in hours.
 */
static double
window_hours(List *recorded)
{
	TimestampTz first = 0;
	TimestampTz last = 0;
	ListCell   *lc;

	foreach(lc, recorded)
	{
		PaStatement *st = lfirst(lc);

		if (st->calls + st->failures == 0)
			continue;
		if (first == 0 || st->first_seen < first)
			first = st->first_seen;
		if (st->last_seen > last)
			last = st->last_seen;
	}
	return Max((last - first) / (double) USECS_PER_HOUR, PA_MIN_WINDOW_HOURS);
}

/*
 * Whether two samples ran with the same text and the same values.
 */
static bool
same_constants(const PaSample *a, const PaSample *b)
{
	if (strcmp(a->text, b->text) != 0 || a->nparams != b->nparams)
		return false;
	for (int i = 0; i < a->nparams; i++)
	{
		if (a->param_known[i] != b->param_known[i])
			return false;
		if ((a->param_values[i] == NULL) != (b->param_values[i] == NULL))
			return false;
		if (a->param_values[i] != NULL &&
			strcmp(a->param_values[i], b->param_values[i]) != 0)
			return false;
	}
	return true;
}

/*
 * Prepares one sample to be planned. Returns NULL with the statement's error
 * set if that is impossible.
 */
static PaItem *
make_item(PaSearch *search, PaWorkStatement *ws, const PaSample *sample, Oid userid)
{
	PaItem	   *item = palloc0(sizeof(PaItem));

	item->statement = ws;
	item->replan.among = &search->prepared;
	item->replan.sample = sample;
	item->replan.known_rows = ws->known_rows;
	item->replan.restriction.userid = userid;
	item->replan.restriction.search_path = sample->search_path;
	if (ws->recorded != NULL && ws->recorded->fingerprint != 0)
	{
		/* otherwise it was recorded on another server, with ids of its own */
		item->replan.queryid = ws->recorded->key.queryid;
		item->replan.fingerprint = ws->recorded->fingerprint;
		item->replan.restriction.code = PA_CODE_CALLED;
	}
	pa_replan_prepare(&item->replan);
	if (item->replan.error != NULL)
	{
		ws->error = item->replan.error->message;
		return NULL;
	}
	return item;
}

/*
 * Whether a sample that is prepared compares with a value where another one is
 * much more common. Notes if it compares with such values only.
 */
static bool
lacks_common_values(PaItem *item)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "perfadvisor common values",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	bool		there;
	bool		result = pa_use_common_values(copyObject(item->replan.queries), item->replan.params, &there);

	item->common = there && !result;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
	return result;
}

/*
 * Prepares a sample once more with the most common values in it, or returns
 * NULL if there are none that matter, or a sample has them. The samples must be
 * prepared.
 */
static PaItem *
make_common_item(PaSearch *search, PaWorkStatement *ws)
{
	const PaItem *first = linitial(ws->items);
	PaItem	   *item;
	bool		lacking = true;
	ListCell   *lc;

	foreach(lc, ws->items)
	{
		if (!lacks_common_values(lfirst(lc)))
			lacking = false;
	}
	if (!lacking)
		return NULL;
	item = palloc0(sizeof(PaItem));
	item->statement = ws;
	item->replan.among = &search->prepared;
	item->replan.sample = first->replan.sample;
	item->replan.restriction = first->replan.restriction;
	item->replan.queryid = first->replan.queryid;
	item->replan.fingerprint = first->replan.fingerprint;
	item->replan.common_values = true;
	pa_replan_prepare(&item->replan);
	return item->replan.error == NULL ? item : NULL;
}

/*
 * Returns the rows of a table as known to the planner, 0 if not known.
 */
static double
rows_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double		rows = 0;

	if (HeapTupleIsValid(tuple))
	{
		rows = Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
		ReleaseSysCache(tuple);
	}
	return rows;
}

/*
 * Whether a statement has written a good part of its table at one go. If that
 * was before the table was read, it was its load, and is done.
 */
static bool
may_be_load(const PaStatement *st, Oid target)
{
	return st->calls > 0 && st->calls <= PA_LOAD_CALLS &&
		st->rows / st->calls >= PA_LOAD_ROWS &&
		st->rows >= rows_of(target) * PA_LOAD_SHARE;
}

/*
 * Adds the rows that a statement writes, if it does, to the write load.
 */
void
pa_workload_note_writes(PaSearch *search, const PaWorkStatement *ws, double rows)
{
	const PaReplan *replan = &((PaItem *) linitial(ws->items))->replan;

	if (replan->command == CMD_SELECT || !OidIsValid(replan->target))
		return;
	if (may_be_load(ws->recorded, replan->target))
		search->loads = lappend(search->loads, (void *) ws);
	else
		pa_write_load_add(search->writes, replan->target, replan->command,
						  replan->updated, rows);
}

/*
 * Whether a statement that reads a table ran before a moment.
 */
static bool
was_read_before(PaSearch *search, Oid relid, TimestampTz moment)
{
	ListCell   *lc;

	foreach(lc, pa_search_table(search, relid)->statements)
	{
		const PaWorkStatement *ws = lfirst(lc);

		if (((PaItem *) linitial(ws->items))->replan.command == CMD_SELECT &&
			ws->recorded->first_seen < moment)
			return true;
	}
	return false;
}

/*
 * Adds to the write load what looked like the load of a table, but came when
 * that was in use. To be called when it is known which statements read what.
 */
void
pa_workload_settle_loads(PaSearch *search)
{
	ListCell   *lc;

	foreach(lc, search->loads)
	{
		const PaWorkStatement *ws = lfirst(lc);
		PaReplan   *replan = &((PaItem *) linitial(ws->items))->replan;

		if (replan->context == NULL)
			pa_replan_prepare(replan);
		if (replan->error == NULL &&
			was_read_before(search, replan->target, ws->recorded->last_seen))
			pa_write_load_add(search->writes, replan->target, replan->command, replan->updated,
							  ws->recorded->rows / ws->recorded->calls * ws->calls);
	}
}

/*
 * Adds the samples of a statement that differ, and shares its time among them.
 */
static void
add_items(PaSearch *search, PaWorkStatement *ws)
{
	const PaStatement *st = ws->recorded;
	PaItem	   *common;
	double		part;			/* of the statement's time, that common has */
	ListCell   *lc;

	for (int i = 0; i < st->nsamples && list_length(ws->items) < PA_MAX_ITEMS; i++)
	{
		bool		known = false;
		PaItem	   *item;

		foreach(lc, ws->items)
		{
			if (same_constants(((PaItem *) lfirst(lc))->replan.sample, &st->samples[i]))
				known = true;
		}
		if (known)
			continue;
		item = make_item(search, ws, &st->samples[i], st->key.userid);
		if (item != NULL)
			ws->items = lappend(ws->items, item);
	}
	if (ws->items == NIL)
		return;
	ws->error = NULL;
	ws->generic = pa_known_generic(search, &st->key);
	common = make_common_item(search, ws);
	part = common != NULL ? pa_common_share(ws->items) : 0;
	pa_share_among(ws, 1 - part);
	if (common != NULL)
	{
		common->time = ws->time * part;
		common->calls = ws->calls * part;
		ws->items = lappend(ws->items, common);
	}
	search->items = list_concat(search->items, ws->items);
	pa_workload_note_writes(search, ws, st->rows / st->calls * ws->calls);
}

/*
 * Whether a statement is known to write; of other servers' that is not known before
 * they are analysed.
 */
static bool
is_known_to_write(const PaStatement *st)
{
	return st->command != CMD_SELECT && st->command != CMD_UNKNOWN;
}

/*
 * Orders statements: those that write first, as all indexes are charged with what
 * they do, and then those that take most time.
 */
static int
compare_urgency(const ListCell *a, const ListCell *b)
{
	const PaWorkStatement *wa = lfirst(a);
	const PaWorkStatement *wb = lfirst(b);
	bool		writes_a = is_known_to_write(wa->recorded);
	bool		writes_b = is_known_to_write(wb->recorded);

	if (writes_a != writes_b)
		return writes_a ? -1 : 1;
	if (wa->time != wb->time)
		return wa->time > wb->time ? -1 : 1;
	return wa->number < wb->number ? -1 : 1;
}

/*
 * Adds the samples of all statements, as far as the time for that lasts.
 */
static void
add_all_items(PaSearch *search)
{
	List	   *statements = list_copy(search->statements);
	int			done = 0;
	ListCell   *lc;

	foreach(lc, statements)
		((PaWorkStatement *) lfirst(lc))->number = done++;
	done = 0;
	list_sort(statements, compare_urgency);
	foreach(lc, statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		pa_progress_update("reading the workload", done++, list_length(statements));
		if (ws->error != NULL)
			continue;
		if (pa_part_out_of_time(search, search->read_deadline))
			ws->error = PA_NOT_LOOKED_AT;
		else
			add_items(search, ws);
	}
	list_free(statements);
}

/*
 * Adds the statements of other servers. They have no fingerprint: names mean
 * what they mean here.
 */
static void
add_sources(PaSearch *search)
{
	ListCell   *lc;

	foreach(lc, pa_sources_read())
	{
		PaSourceStatement *from = lfirst(lc);
		PaWorkStatement *ws = palloc0(sizeof(PaWorkStatement));

		CHECK_FOR_INTERRUPTS();
		ws->recorded = &from->statement;
		ws->time = from->statement.total_exec_time / from->hours;
		ws->calls = from->statement.calls / from->hours;
		ws->known_rows = from->known_rows;
		if (from->statement.key.toplevel)
			search->total_time += ws->time;
		search->statements = lappend(search->statements, ws);
		if (!OidIsValid(from->statement.key.userid))
			ws->error = psprintf("its role on server %s does not exist here", from->source);
	}
}

/*
 * Takes the workload that was recorded in this database, as far as the current
 * user may see it: nothing of the others' statements shows. Statements without a usable sample count for the total time
 * only; their error says why.
 */
void
pa_workload_recorded(PaSearch *search)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	List	   *recorded = pa_record_read_statements(MyDatabaseId, true);
	double		hours = window_hours(recorded);
	ListCell   *lc;

	search->hours = hours;
	pa_known_rows_read(search);
	foreach(lc, recorded)
	{
		PaStatement *st = lfirst(lc);
		PaWorkStatement *ws;

		CHECK_FOR_INTERRUPTS();
		if (!pa_may_see_role(st->key.userid))
			continue;
		if (st->key.toplevel && st->command != CMD_UTILITY)
			search->total_time += st->total_exec_time / hours;
		if (!st->advisable || st->calls == 0 || st->command == CMD_UTILITY)
			continue;
		ws = palloc0(sizeof(PaWorkStatement));
		ws->recorded = st;
		ws->time = st->total_exec_time / hours;
		ws->calls = st->calls / hours;
		ws->known_rows = pa_known_rows_of(search, &st->key);
		search->statements = lappend(search->statements, ws);
		if (st->nsamples == 0)
			ws->error = "no execution was sampled";
		else if (st->fingerprint == 0)
			ws->error = "it was prepared before it could be recorded";
	}
	add_sources(search);
	add_all_items(search);
	MemoryContextSwitchTo(oldcontext);
}
