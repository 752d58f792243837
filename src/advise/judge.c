/*
 * judge.c
 *	  What a plan is worth: the planner's cost and its time together.
 *
 * The server chooses plans by their cost, so what a set of indexes does to a
 * statement is known from that. Whether it is good for the statement is another
 * question: see plan_time.c. A statement that takes milliseconds even with the
 * indexes is judged by both, the shares that are left of its cost and of its
 * time. One that does not is judged by its cost, for there is little that could
 * be wrong with a few pages.
 *
 * Where the recorded executions had to wait for pages, a fit of their measured
 * times tells what a page costs besides: measured = a * time + b * pages read.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/optimizer.h"

#include "advise/search.h"

/* A plan of so much time is judged by its cost alone, microseconds, ... */
#define PA_LIGHT_TIME	700.0

/* ... and from ten times as much on by its time as much as by its cost. */
#define PA_HEAVY_TIME	7000.0

/* A statement is slower if its time rises by this factor, ... */
#define PA_SLOWER		1.05

/* ... or by this one if joins return more rows than estimated. */
#define PA_DOUBT_SLOWER	1.3

/* Statements that take less time are not looked at for that. */
#define PA_MIN_SLOWER_TIME	3500.0

/* A page that takes less to read, microseconds, comes from the system's cache */
#define PA_STORAGE_READ	30.0

/* With a smaller share of pages read, the data are in memory */
#define PA_MIN_READ_SHARE	0.05

/* Statements that a fit needs */
#define PA_MIN_FIT		5

/*
 * Returns a plan's time, with what waiting for pages adds.
 */
static double
with_reads(const PaSearch *search, const PaPlanTime *time, double base)
{
	return base + search->seq_read * time->seq_pages + search->random_read * time->random_pages;
}

/*
 * Fills in the judged cost of a plan: what it is now, before the item has a
 * cost; otherwise the share of it that is left.
 */
void
pa_judge(const PaSearch *search, const PaItem *item, const PaPlanResult *result, PaMemo *memo)
{
	double		now = with_reads(search, &item->time_now, item->time_now.warm);
	double		then = with_reads(search, &result->time, result->time.warm);
	double		doubtful = with_reads(search, &result->time, result->time.doubtful) /
		Max(with_reads(search, &item->time_now, item->time_now.doubtful), 1);
	double		cost_left;
	double		time_left;
	double		weight;

	memo->cost = memo->planner_cost = result->cost;
	memo->slower = 1;
	if (item->cost_now <= 0 || now <= 0 || then <= PA_LIGHT_TIME || result->cost == item->cost_now)
		return;
	cost_left = result->cost / item->cost_now;
	time_left = then / now;
	weight = Min(log(then / PA_LIGHT_TIME) / log(PA_HEAVY_TIME / PA_LIGHT_TIME), 1);
	memo->cost = item->cost_now * pow(cost_left, 1 - weight) *
		pow((cost_left + time_left) / 2, weight);
	if (then > PA_MIN_SLOWER_TIME && (time_left > PA_SLOWER || doubtful > PA_DOUBT_SLOWER))
		memo->slower = Max(Max(time_left, doubtful / PA_DOUBT_SLOWER), 1);
}

/*
 * Fits what reading a page takes, in the unit of plans' times, to the measured
 * means of the recorded statements. Errors count by their share.
 */
void
pa_judge_fit(PaSearch *search)
{
	double		tt = 0,
				tp = 0,
				pp = 0,
				ty = 0,
				py = 0;
	double		hit = 0;
	double		read = 0;
	double		scale;
	double		page;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, search->statements)
	{
		const PaWorkStatement *ws = lfirst(lc);
		const PaStatement *st = ws->recorded;
		const PaItem *item;
		double		time;
		double		pages;
		double		measured;

		if (ws->items == NIL || st->calls <= 0 || st->total_exec_time <= 0)
			continue;
		item = linitial(ws->items);
		measured = st->total_exec_time / st->calls * 1000;
		time = item->time_now.warm / measured;
		pages = (double) st->shared_blks_read / st->calls / measured;
		hit += st->shared_blks_hit;
		read += st->shared_blks_read;
		if (time <= 0 || measured < PA_LIGHT_TIME)
			continue;
		tt += time * time;
		tp += time * pages;
		pp += pages * pages;
		ty += time;
		py += pages;
		n++;
	}
	if (n < PA_MIN_FIT || read < (hit + read) * PA_MIN_READ_SHARE || read <= 0 || tt * pp - tp * tp <= 0)
		return;
	scale = (ty * pp - py * tp) / (tt * pp - tp * tp);
	page = (py * tt - ty * tp) / (tt * pp - tp * tp);
	scale = scale > 0 ? scale : 1;
	if (page / scale < PA_STORAGE_READ)
		return;
	search->seq_read = page / scale * read / (hit + read);
	search->random_read = search->seq_read * Max(random_page_cost / Max(seq_page_cost, 0.01), 1);
}
