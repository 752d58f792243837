/*
 * shares.c
 *	  How many of a statement's executions each of its samples stands for.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "advise/search.h"

/* Share of a statement's time that is taken to go to the most common values, where
 * nothing is known; and how many sampled executions without them halve it */
#define PA_COMMON_SHARE	0.2
#define PA_COMMON_DOUBT	16

/* A sample that took this many times as long as the others, or had this many times the
 * average rows, is not typical. */
#define PA_TAIL_RATIO	2

/* A sample that stands for less of a statement's executions is rare. */
#define PA_RARE_SHARE	0.05

/* A sample with more rows gains that much on one with fewer, at most. */
#define PA_MAX_TILT		16

/*
 * Returns the share of a statement's sampled executions that ran with the
 * constants of a sample, or 0 when they were met only once: then they stand
 * for all that are no more common. The dearest stands for itself alone (Laplace's
 * rule of succession).
 */
static double
share_of_sample(const PaSample *sample)
{
	if (sample->dearest)
		return (sample->times + 1.0) / (Max(sample->offered, sample->times) + 2);
	if (sample->times < 2 || sample->offered < sample->times)
		return 0;
	return (double) sample->times / sample->offered;
}

/*
 * Returns the share of a statement's time that is taken to go to the most
 * common values, which none of its samples has: the more executions were
 * sampled, the less.
 */
double
pa_common_share(const List *items)
{
	int64		offered = list_length(items);
	ListCell   *lc;

	foreach(lc, items)
		offered = Max(offered, ((PaItem *) lfirst(lc))->replan.sample->offered);
	return PA_COMMON_SHARE * PA_COMMON_DOUBT / (PA_COMMON_DOUBT + offered);
}

/*
 * Returns the share of a statement's executions that ran with the constants of a sample
 * with the most common values, of which a statement has ncommon: they stand for themselves
 * only, and what is taken to go to them where nothing is known is theirs.
 */
static double
share_of_common(const PaSample *sample, int nsamples, int ncommon)
{
	return (Max(sample->times, 1) + PA_COMMON_SHARE * PA_COMMON_DOUBT / ncommon) /
		(Max(sample->offered, nsamples) + PA_COMMON_DOUBT);
}

/*
 * Returns the share of a statement's executions that each of its samples
 * stands for, as far as the recorder knows; they add up to one.
 */
static double *
sample_shares(const List *items)
{
	int			n = list_length(items);
	double	   *shares = palloc(n * sizeof(double));
	double		common = 0;
	double		sum = 0;
	int			single = 0;
	int			ncommon = 0;

	for (int i = 0; i < n; i++)
		ncommon += ((PaItem *) list_nth(items, i))->common ? 1 : 0;
	for (int i = 0; i < n; i++)
	{
		const PaItem *item = list_nth(items, i);

		shares[i] = item->common ? share_of_common(item->replan.sample, n, ncommon)
			: share_of_sample(item->replan.sample);
		common += shares[i];
		single += shares[i] == 0 ? 1 : 0;
	}
	for (int i = 0; i < n; i++)
	{
		const PaItem *item = list_nth(items, i);

		if (shares[i] == 0)
			shares[i] = Max((1 - common) / single,
							1.0 / Max(item->replan.sample->offered, n));
		sum += shares[i];
	}
	for (int i = 0; i < n; i++)
		shares[i] /= sum;
	return shares;
}

/*
 * Returns by how many rows the mean of samples whose shares are tilted is above the
 * least of them: each share is multiplied by exp(tilt * (rows - least)). Tilts the shares
 * themselves where asked to.
 */
static double
tilted_rows(const List *items, double *shares, double least, double tilt, bool adopt)
{
	double		sum = 0;
	double		rows = 0;

	for (int i = 0; i < list_length(items); i++)
	{
		double		x = (double) ((PaItem *) list_nth(items, i))->replan.sample->rows - least;
		double		share = shares[i] * exp(tilt * x);

		sum += share;
		rows += share * x;
		if (adopt)
			shares[i] = share;
	}
	for (int i = 0; adopt && i < list_length(items); i++)
		shares[i] /= sum;
	return rows / sum;
}

/*
 * Gives samples with many rows more or less of a statement's executions, so that their
 * mean is what all executions returned or wrote on the average. That is known exactly,
 * and tells how many of them were for a customer with a thousand orders. Of the shares
 * that have this mean, these are the closest to what chance alone gives (exponential
 * tilting, by minimal relative entropy); none gains more than PA_MAX_TILT on another.
 * Where neither a sample nor all executions have far more rows than the samples have on
 * the average, they do not tell.
 */
static void
tilt_by_rows(const PaStatement *st, const List *items, double *shares)
{
	double		mean = (double) st->rows / st->calls;
	double		least = DBL_MAX;
	double		most = 0;
	double		low;
	double		high;
	ListCell   *lc;

	foreach(lc, items)
	{
		double		rows = (double) ((PaItem *) lfirst(lc))->replan.sample->rows;

		least = Min(least, rows);
		most = Max(most, rows);
	}
	if (least >= most ||
		(most <= mean * PA_TAIL_RATIO &&
		 mean <= (least + tilted_rows(items, shares, least, 0, false)) * PA_TAIL_RATIO))
		return;
	high = log(PA_MAX_TILT) / (most - least);
	low = -high;
	for (int i = 0; i < 40; i++)
	{
		double		middle = (low + high) / 2;

		if (tilted_rows(items, shares, least, middle, false) < mean - least)
			low = middle;
		else
			high = middle;
	}
	(void) tilted_rows(items, shares, least, high, true);
}

/*
 * Tells what share of a statement's executions its slowest sample stands for,
 * which would be equal if it was kept by chance. The recorder keeps it because
 * it is slow, not because it is typical: where it took several times as long as
 * the others, it gets the share with which the mean time comes out as measured; or
 * one standard error above that, if the planner expected it to be dear as well.
 */
static double
tail_share(const PaStatement *st, const PaItem *slowest, double equal, double others)
{
	double		mean = st->total_exec_time / st->calls;
	double		share;

	if (slowest->replan.sample->dearest)
		mean += st->stddev_exec_time / sqrt(st->calls);
	if (slowest->replan.sample->exec_time <= others * PA_TAIL_RATIO)
		return equal;
	share = (mean - others) / (slowest->replan.sample->exec_time - others);
	return Min(Max(share, 1.0 / st->calls), equal);
}

/*
 * Shares a part of a statement's calls and time among its samples.
 */
void
pa_share_among(const PaWorkStatement *ws, double part)
{
	const List *items = ws->items;
	int			n = list_length(items);
	double	   *shares = sample_shares(items);
	int			slowest = 0;
	double		slowest_time;	/* ms */
	double		others = 0;		/* mean ms of all samples but the slowest */
	double		rest;			/* share of these, by chance */
	double		tail;
	double		tail_time;		/* share of the time */

	tilt_by_rows(ws->recorded, items, shares);
	for (int i = 1; i < n; i++)
	{
		if (((PaItem *) list_nth(items, i))->replan.sample->exec_time >
			((PaItem *) list_nth(items, slowest))->replan.sample->exec_time)
			slowest = i;
	}
	slowest_time = ((PaItem *) list_nth(items, slowest))->replan.sample->exec_time;
	rest = 1 - shares[slowest];
	for (int i = 0; i < n; i++)
	{
		if (i != slowest)
			others += ((PaItem *) list_nth(items, i))->replan.sample->exec_time * shares[i] / rest;
	}
	tail = n == 1 ? 1
		: tail_share(ws->recorded, list_nth(items, slowest), shares[slowest], others);
	tail_time = tail == shares[slowest] ? tail
		: tail * slowest_time / (tail * slowest_time + (1 - tail) * others);
	for (int i = 0; i < n; i++)
	{
		PaItem	   *item = list_nth(items, i);
		double		calls = i == slowest ? tail : (1 - tail) * shares[i] / rest;
		double		time = i == slowest ? tail_time : (1 - tail_time) * shares[i] / rest;

		item->calls = ws->calls * part * calls;
		item->time = ws->time * part * time;
		item->rare = calls < PA_RARE_SHARE;
	}
	pfree(shares);
}
