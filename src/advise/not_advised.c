/*
 * not_advised.c
 *	  What a search has not advised, and why: candidates that others are better
 *	  than, and statements that could not be looked at.
 */
#include "postgres.h"

#include "advise/advice.h"

static int
compare_rejected(const ListCell *a, const ListCell *b)
{
	const PaRejected *ra = lfirst(a);
	const PaRejected *rb = lfirst(b);

	if (ra->best_gain != rb->best_gain)
		return ra->best_gain > rb->best_gain ? -1 : 1;
	return strcmp(ra->ddl, rb->ddl);
}

/*
 * Lists the candidates that would have saved something, alone or with others, and were
 * not taken, those among them that were chosen and then left out. In the current memory context.
 */
void
pa_advice_add_rejected(const PaSearch *search, PaAdvice *advice, const Bitmapset *left_out)
{
	for (int i = 0; i < search->ncandidates; i++)
	{
		PaCandidate *candidate = search->candidates[i];
		PaRejected *row;

		if ((candidate->best_gain <= 0 && candidate->rejected == NULL) ||
			(candidate->chosen && !bms_is_member(i, left_out)))
			continue;
		row = palloc0(sizeof(PaRejected));
		row->relid = candidate->def->relid;
		row->ddl = psprintf("CREATE INDEX CONCURRENTLY ON %s", candidate->def->definition);
		row->best_gain = candidate->best_gain;
		row->index_bytes = candidate->def->size.valid
			? (int64) candidate->def->size.pages * BLCKSZ : -1;
		if (candidate->rejected != NULL)
			row->reason = candidate->rejected;
		else if (search->out_of_time || search->out_of_time_in_pool)
			row->reason = "the time limit came first";
		else if (search->nchosen == 0 || !candidate->pooled)
			row->reason = "others gain its statements as much or more";
		else
			row->reason = "with the advised indexes it saves too little";
		advice->rejected = lappend(advice->rejected, row);
	}
	list_sort(advice->rejected, compare_rejected);
}

/*
 * Returns why a statement could not be looked at: it could not be analysed, or
 * none of its samples could be planned. NULL if it was.
 */
static const char *
why_unadvised(const PaWorkStatement *ws)
{
	const char *reason = ws->error;
	ListCell   *lc;

	if (reason != NULL)
		return reason;
	foreach(lc, ws->items)
	{
		const PaItem *item = lfirst(lc);

		if (item->cost_now > 0 || item->replan.error == NULL)
			return NULL;
		reason = item->replan.error->message;
	}
	return reason;
}

/*
 * Lists the statements that could not be looked at, and why. In the current memory
 * context.
 */
void
pa_advice_add_unadvised(const PaSearch *search, PaAdvice *advice)
{
	ListCell   *lc;

	foreach(lc, search->statements)
	{
		PaWorkStatement *ws = lfirst(lc);
		const char *reason = why_unadvised(ws);
		PaUnadvised *row;

		if (reason == NULL)
			continue;
		row = palloc0(sizeof(PaUnadvised));
		row->queryid = (int64) ws->recorded->key.queryid;
		row->query = ws->recorded->query ? pstrdup(ws->recorded->query) : NULL;
		row->calls = ws->recorded->calls;
		row->total_exec_time = ws->recorded->total_exec_time;
		row->reason = pstrdup(reason);
		advice->unadvised = lappend(advice->unadvised, row);
	}
}
