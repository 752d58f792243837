/*
 * plans.c
 *	  Which plans a statement ran with, and how long it took with each.
 *
 * A sampled execution is told apart by its plan, see plan_hash.c. So is any
 * that took a millisecond or more, as far as its plan is not known yet: a plan
 * that turns slow is seen when it first runs. What it took is added to a row
 * of a table in shared memory, one for each statement and plan; the oldest row
 * goes when the table is full. A plan is written down when its row is made.
 *
 * One LWLock. A recorded statement does not wait for it: when somebody has it
 * the execution is left out.
 */
#include "postgres.h"

#include <math.h>

#include "commands/explain.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/rows.h"
#include "record/recorder.h"

PG_FUNCTION_INFO_V1(pa_read_plans);

#define ROWS 4096
#define PROBES 16				/* places in which a row may be */
#define PLAN_LIMIT (8 * 1024)	/* bytes; longer plans are clipped */
#define LATEST 64				/* statements whose latest plan a backend knows */
#define NOTICED_PER_SECOND 10	/* new plans that a backend makes much of */

/* A plan of a statement */
typedef struct PaPlanRow
{
	PaStatementKey key;			/* queryid 0: unused */
	uint64		plan;			/* its hash, not 0 */
	int64		executions;		/* sampled */
	double		total_time;		/* ms, as the next two */
	double		min_time;
	double		max_time;
	double		log_time;		/* sum of the logarithms of the times in ms */
	double		rows;			/* returned or affected */
	double		cost;			/* the planner's, of the latest */
	bool		generic;		/* the latest ran with a generic plan */
	TimestampTz first_seen;
	TimestampTz last_seen;
	dsa_pointer text;
	uint32		text_size;
} PaPlanRow;

static PaPlanRow *table = NULL;
static LWLock *table_lock = NULL;

/*
 * Returns the bytes of the table.
 */
static Size
plans_size(void)
{
	return ROWS * sizeof(PaPlanRow);
}

/*
 * The table has one lock.
 */
static int
plans_locks(void)
{
	return 1;
}

/*
 * Sets up the table when the server starts.
 */
static void
plans_startup(void *area, LWLockPadded *locks, bool found)
{
	table = area;
	table_lock = &locks[0].lock;
	if (!found)
		memset(table, 0, plans_size());
}

/*
 * Asks for the table's shared memory.
 */
void
pa_plans_init(void)
{
	static const PaShmemArea area = {
		"perfadvisor plans", plans_size, plans_locks, plans_startup
	};

	pa_shmem_register(&area);
}

typedef struct PaPlanText
{
	QueryDesc  *query_desc;
	MemoryContext work;			/* that the text is in, or NULL */
	StringInfo	text;
} PaPlanText;

/*
 * Writes a plan without costs, in a context of its own. Runs guarded.
 */
static void
write_plan(void *argument)
{
	PaPlanText *plan = argument;
	ExplainState *es;

	plan->work = AllocSetContextCreate(CurrentMemoryContext, "perfadvisor plans",
									   ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(plan->work);
	es = NewExplainState();
	es->costs = false;
	es->format = EXPLAIN_FORMAT_TEXT;
	ExplainBeginOutput(es);
	ExplainPrintPlan(es, plan->query_desc);
	ExplainEndOutput(es);
	if (es->str->len > 0 && es->str->data[es->str->len - 1] == '\n')
		es->str->data[--es->str->len] = '\0';
	plan->text = es->str;
}

/*
 * Returns the row of a plan, or else an unused row or the oldest in its
 * place, which the caller may overwrite. Caller holds the lock.
 */
static PaPlanRow *
search_row(const PaStatementKey *key, uint64 plan, bool *found)
{
	uint64		hash = hash_combine64(plan, key->queryid);
	PaPlanRow  *best = NULL;

	hash = pa_mix64(hash_combine64(hash, pa_mix64(((uint64) key->dbid << 32) | key->userid)));
	*found = false;
	for (int i = 0; i < PROBES; i++)
	{
		PaPlanRow  *row = &table[(hash + i) % ROWS];

		if (row->plan == plan && row->key.queryid == key->queryid &&
			row->key.dbid == key->dbid && row->key.userid == key->userid &&
			row->key.relhash == key->relhash && row->key.toplevel == key->toplevel)
		{
			*found = true;
			return row;
		}
		if (best == NULL || (best->key.queryid != 0 &&
							 (row->key.queryid == 0 || row->last_seen < best->last_seen)))
			best = row;
	}
	return best;
}

/*
 * Adds an execution to its row. Caller holds the lock, and has found out
 * before whether the plan is generic.
 */
static void
add_to_row(PaPlanRow *row, const QueryDesc *queryDesc, bool generic, const PaMeasure *measure)
{
	double		exec_time = (int64) measure->elapsed_ns / 1000000.0;

	row->min_time = row->executions > 0 ? Min(row->min_time, exec_time) : exec_time;
	row->max_time = Max(row->max_time, exec_time);
	row->executions++;
	row->total_time += exec_time;
	row->log_time += log(Max(exec_time, 1e-6));
	row->rows += measure->rows;
	row->cost = queryDesc->plannedstmt->planTree->total_cost;
	if (measure->started_at >= row->last_seen)
		row->generic = generic;
	row->last_seen = Max(row->last_seen, measure->started_at);
}

/*
 * Makes the row of a plan that is new, with its text if constants may be
 * kept. Allocates guarded, before it takes the lock.
 */
static void
create_row(const PaExecution *execution, uint64 hash, bool generic, const PaMeasure *measure)
{
	PaPlanText	plan = {.query_desc = execution->query_desc};
	PaPlanRow	new = {.key = execution->key,.plan = hash,.first_seen = measure->started_at};
	dsa_pointer garbage;
	PaPlanRow  *row;
	bool		found;

	if (pa_track_parameters && pa_guarded_call(write_plan, &plan) && plan.text != NULL)
	{
		new.text_size = pg_mbcliplen(plan.text->data, plan.text->len, PLAN_LIMIT);
		new.text = pa_textstore_put(plan.text->data, new.text_size);
	}
	garbage = new.text;
	if (LWLockConditionalAcquire(table_lock, LW_EXCLUSIVE))
	{
		row = search_row(&execution->key, hash, &found);
		if (!found)
		{
			garbage = row->text;
			*row = new;
		}
		add_to_row(row, execution->query_desc, generic, measure);
		LWLockRelease(table_lock);
	}
	pa_textstore_free(garbage);
	if (plan.work != NULL)
		MemoryContextDelete(plan.work);
}

/*
 * Whether this backend may have executions sampled, or a row made for one that
 * was not sampled, because of a new plan: NOTICED_PER_SECOND, so that where
 * plans change faster than the table has room for, nobody pays for it.
 */
static bool
may_notice(TimestampTz now)
{
	static TimestampTz since = 0;
	static int	noticed = 0;

	if (now - since >= USECS_PER_SEC || now < since)
	{
		since = now;
		noticed = 0;
	}
	return noticed++ < NOTICED_PER_SECOND;
}

/*
 * Whether an execution that was just counted is not its statement's first one,
 * whose plan is always new. Takes no lock.
 */
static bool
has_run_before(const PaPlace *place)
{
	volatile PaEntry *entry = pa_table_entry(place->ref.index);
	int64		n = entry->counters.calls + entry->counters.failures;

	if (place->pending)
		n += pa_pending_executions(place->pending);
	return n > 1;
}

/*
 * Records the plan of a sampled execution that has ended, and has the next
 * ones sampled if it is new. To be called before the executor takes the plan's
 * state apart.
 */
void
pa_plans_record(const PaExecution *execution, const PaMeasure *measure)
{
	QueryDesc  *queryDesc = execution->query_desc;
	PaPlanRow  *row;
	uint64		hash;
	bool		generic;
	bool		found;

	if (queryDesc->planstate == NULL || execution->key.queryid == 0)
		return;
	hash = pa_plan_hash(queryDesc);
	generic = pa_plan_is_generic(queryDesc);
	if (!LWLockConditionalAcquire(table_lock, LW_EXCLUSIVE))
		return;
	row = search_row(&execution->key, hash, &found);
	if (found)
		add_to_row(row, queryDesc, generic, measure);
	LWLockRelease(table_lock);
	if (found)
		return;
	create_row(execution, hash, generic, measure);
	if (has_run_before(&execution->place) && may_notice(measure->started_at))
		pa_place_sample_several(&execution->place);
}

/*
 * Looks whether an execution that was not sampled, and has ended, ran with a
 * plan that its statement is not known to have. If so, records it and has the
 * next ones sampled. For executions long enough to pay for it: the plan is
 * hashed, and looked up when it is not the one that this backend saw last.
 */
void
pa_plans_notice(const PaExecution *execution, const PaMeasure *measure)
{
	static struct
	{
		PaEntryRef	ref;
		uint64		plan;
	}			latest[LATEST];		/* by the statement's entry */
	const PaEntryRef *ref = &execution->place.ref;
	int			i = ref->index % LATEST;
	uint64		hash;
	bool		found;

	if (execution->query_desc->planstate == NULL || execution->key.queryid == 0)
		return;
	hash = pa_plan_hash(execution->query_desc);
	if (latest[i].plan == hash && latest[i].ref.index == ref->index &&
		latest[i].ref.generation == ref->generation)
		return;
	if (!LWLockConditionalAcquire(table_lock, LW_SHARED))
		return;
	(void) search_row(&execution->key, hash, &found);
	LWLockRelease(table_lock);
	if (!found && !may_notice(measure->started_at))
		return;
	latest[i].ref = *ref;
	latest[i].plan = hash;
	if (found)
		return;
	create_row(execution, hash, pa_plan_is_generic(execution->query_desc), measure);
	pa_place_sample_several(&execution->place);
}

/*
 * Forgets all plans.
 */
void
pa_plans_reset(void)
{
	LWLockAcquire(table_lock, LW_EXCLUSIVE);
	for (int i = 0; i < ROWS; i++)
		pa_textstore_free(table[i].text);
	memset(table, 0, plans_size());
	LWLockRelease(table_lock);
}

/*
 * Copies the rows in use into the current context; their texts are in *texts,
 * NULL where there is none. Returns how many there are.
 */
static int
copy_rows(PaPlanRow **rows, char ***texts)
{
	Size		room = 0;
	char	   *strings = NULL;
	int			n = 0;

	*rows = palloc(plans_size());
	*texts = palloc0(ROWS * sizeof(char *));
	for (;;)
	{
		Size		needed = 0;
		char	   *next = strings;

		LWLockAcquire(table_lock, LW_SHARED);
		for (int i = 0; i < ROWS; i++)
			if (DsaPointerIsValid(table[i].text))
				needed += table[i].text_size + 1;
		if (needed <= room)
		{
			for (int i = 0; i < ROWS; i++)
			{
				if (table[i].key.queryid == 0)
					continue;
				(*rows)[n] = table[i];
				if (DsaPointerIsValid(table[i].text))
				{
					memcpy(next, pa_textstore_get(table[i].text), table[i].text_size);
					next[table[i].text_size] = '\0';
					(*texts)[n] = next;
					next += table[i].text_size + 1;
				}
				n++;
			}
			LWLockRelease(table_lock);
			return n;
		}
		LWLockRelease(table_lock);
		room = needed + 64 * 1024;
		strings = MemoryContextAllocHuge(CurrentMemoryContext, room);
	}
}

/*
 * Writes the table to a file: how many plans, then each with its text.
 */
void
pa_plans_save(PaDump *dump)
{
	PaPlanRow  *rows;
	char	  **texts;
	int32		count = copy_rows(&rows, &texts);

	pa_dump_put(dump, &count, sizeof(count));
	for (int i = 0; i < count; i++)
	{
		if (texts[i] == NULL)
			rows[i].text_size = 0;
		pa_dump_put(dump, &rows[i], sizeof(PaPlanRow));
		pa_persist_put_string(dump, texts[i], rows[i].text_size);
	}
}

/*
 * Fills the table from a file. Only while nobody else has it.
 */
bool
pa_plans_load(PaDump *dump)
{
	int32		count;

	if (!pa_dump_get(dump, &count, sizeof(count)))
		return false;
	for (int i = 0; i < count; i++)
	{
		PaPlanRow	read;
		PaPlanRow  *row;
		char	   *string;
		bool		found;

		if (!pa_dump_get(dump, &read, sizeof(read)) ||
			!pa_persist_get_string(dump, read.text_size, &string))
			return false;
		row = search_row(&read.key, read.plan, &found);
		pa_textstore_free(row->text);
		*row = read;
		row->text = string ? pa_textstore_put(string, read.text_size) : InvalidDsaPointer;
		if (string)
			pfree(string);
	}
	return true;
}

/*
 * See record.h.
 */
List *
pa_record_plan_modes(Oid dbid)
{
	PaPlanMode *modes = palloc(ROWS * sizeof(PaPlanMode));
	List	   *result = NIL;
	int			n = 0;

	LWLockAcquire(table_lock, LW_SHARED);
	for (int i = 0; i < ROWS; i++)
	{
		if (table[i].key.queryid == 0 || table[i].key.dbid != dbid)
			continue;
		modes[n].key = table[i].key;
		modes[n].last_seen = table[i].last_seen;
		modes[n++].generic = table[i].generic;
	}
	LWLockRelease(table_lock);
	for (int i = 0; i < n; i++)
		result = lappend(result, &modes[i]);
	return result;
}

/*
 * recorded_plans(): the plans of statements that the current user may see.
 */
Datum
pa_read_plans(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	PaPlanRow  *rows;
	char	  **texts;
	int			count;

	pa_require_preloaded();
	pa_begin_rows(fcinfo, OIDOID, OIDOID, INT8OID, BOOLOID, INT8OID,
				  INT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
				  TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, FLOAT8OID);
	count = copy_rows(&rows, &texts);
	for (int i = 0; i < count; i++)
	{
		Datum		values[15];
		bool		nulls[15] = {false};
		int			c = 0;

		if (!pa_may_see_role(rows[i].key.userid))
			continue;
		values[c++] = ObjectIdGetDatum(rows[i].key.dbid);
		values[c++] = ObjectIdGetDatum(rows[i].key.userid);
		values[c++] = Int64GetDatum((int64) rows[i].key.queryid);
		values[c++] = BoolGetDatum(rows[i].key.toplevel);
		values[c++] = Int64GetDatum((int64) rows[i].plan);
		values[c++] = Int64GetDatum(rows[i].executions);
		values[c++] = Float8GetDatum(rows[i].total_time / rows[i].executions);
		values[c++] = Float8GetDatum(rows[i].min_time);
		values[c++] = Float8GetDatum(rows[i].max_time);
		values[c++] = Float8GetDatum(rows[i].rows / rows[i].executions);
		values[c++] = Float8GetDatum(rows[i].cost);
		values[c++] = TimestampTzGetDatum(rows[i].first_seen);
		values[c++] = TimestampTzGetDatum(rows[i].last_seen);
		nulls[c] = texts[i] == NULL;
		if (texts[i] != NULL)
			values[c] = CStringGetTextDatum(texts[i]);
		values[++c] = Float8GetDatum(exp(rows[i].log_time / rows[i].executions));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
