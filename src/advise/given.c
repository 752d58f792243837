/*
 * given.c
 *	  A workload of statements that are given as texts.
 *
 * Each weighs one execution an hour, priced by its planner cost. A text may hold
 * several, as a script or a file of queries does.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "utils/memutils.h"

#include "advise/search.h"

/* What split() needs and gives */
typedef struct SplitJob
{
	const char *text;
	List	   *statements;		/* char * */
	bool		several;
	MemoryContext context;		/* that these are allocated in */
} SplitJob;

/*
 * Takes the statements of a text apart. Of several those that have no plan are left
 * out, as BEGIN and SET.
 */
static void
split(void *arg)
{
	SplitJob   *job = arg;
	List	   *parsed = raw_parser(job->text, RAW_PARSE_DEFAULT);
	ListCell   *lc;

	MemoryContextSwitchTo(job->context);
	job->several = list_length(parsed) > 1;
	if (list_length(parsed) == 1)
		job->statements = list_make1(pstrdup(job->text));
	foreach(lc, parsed)
	{
		RawStmt    *raw = lfirst(lc);
		const char *start = job->text + raw->stmt_location;
		int			length = raw->stmt_len > 0 ? raw->stmt_len : strlen(start);

		if (!job->several || pa_plannable_part(raw->stmt) == NULL)
			continue;
		while (scanner_isspace(*start))
		{
			start++;
			length--;
		}
		job->statements = lappend(job->statements, pnstrdup(start, length));
	}
}

/*
 * Returns the statements in texts, in the current memory context. Raises an error for
 * one that is none, and ERROR 42601 or 0A000 if there is nothing to plan at all.
 */
static List *
statements_in(List *texts)
{
	PaRestriction self = {.userid = GetUserId(),.code = PA_CODE_ANY};
	List	   *result = NIL;
	bool		several = false;
	ListCell   *lc;

	foreach(lc, texts)
	{
		SplitJob	job = {.text = lfirst(lc),.context = CurrentMemoryContext};
		ErrorData  *error = NULL;

		if (!pa_in_restriction(&self, split, &job, &error))
			pa_raise_error_of(job.text, error);
		result = list_concat(result, job.statements);
		several |= job.several;
	}
	if (result == NIL && several)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("none of the statements can be planned")));
	if (result == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("text holds no statement")));
	return result;
}

/*
 * Adds one statement, planned as the current user. Raises the error that it has.
 */
static void
add_statement(PaSearch *search, const char *source)
{
	PaStatement *st = palloc0(sizeof(PaStatement));
	PaWorkStatement *ws = palloc0(sizeof(PaWorkStatement));
	PaSample   *sample = palloc0(sizeof(PaSample));
	PaItem	   *item = palloc0(sizeof(PaItem));
	Query	   *query;

	sample->text = pstrdup(source);
	st->query = sample->text;
	st->calls = 1;
	st->rows = 1;
	st->nsamples = 1;
	st->samples = sample;
	st->key.userid = GetUserId();
	ws->recorded = st;
	ws->calls = 1;
	ws->items = list_make1(item);
	item->statement = ws;
	item->replan.among = &search->prepared;
	item->replan.sample = sample;
	item->replan.restriction.userid = GetUserId();
	item->replan.restriction.code = PA_CODE_ANY;
	pa_replan_prepare(&item->replan);
	if (item->replan.error != NULL)
		pa_raise_error_of(source, item->replan.error);
	query = copyObject(linitial_node(Query, item->replan.queries));
	st->key.queryid = pa_record_queryid(query, sample->text);
	pa_item_plan_now(search, item);
	if (item->replan.error != NULL)
		pa_raise_error_of(source, item->replan.error);
	item->calls = 1;
	item->time = ws->time = item->cost_now * PA_MS_PER_COST;
	search->total_time += ws->time;
	search->statements = lappend(search->statements, ws);
	search->items = lappend(search->items, item);
	pa_workload_note_writes(search, ws, item->rows * ws->calls);
}

/*
 * Takes the statements in texts. Raises the error that one of them has.
 */
void
pa_workload_given(PaSearch *search, List *queries)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(search->context);
	ListCell   *lc;

	foreach(lc, statements_in(queries))
		add_statement(search, lfirst(lc));
	MemoryContextSwitchTo(oldcontext);
}
