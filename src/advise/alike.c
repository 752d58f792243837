/*
 * alike.c
 *	  Which candidates are the same to a statement.
 *
 * A statement that compares one column can do with an index on that column what
 * it can do with one that goes on with columns it does not know. With many
 * statements on a table there are many such candidates, and planning each
 * statement with each of them would take time that grows with the square of the
 * statements. So candidates that agree in the columns that are of use to an item
 * are the same for it: of several, the planner would take the smallest, so only
 * that is imagined; and in the place of one another is planned that is so nearly
 * as large that the cost would be the same.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/optimizer.h"

#include "advise/search.h"

/* Candidates that no plan has read are imagined with others, so many at once */
#define PA_MAX_IDLE		32

/* Pages read more may be this share of the least cost of the item. */
#define PA_ALIKE_SHARE	0.005

static PaIndexDef *
definition_at(PaSearch *search, const PaItem *item, int place)
{
	return search->candidates[item->places[place].id]->def;
}

/*
 * Whether two columns of indexes are the same and in the same order.
 */
static bool
column_same(const PaIndexColumn *a, const PaIndexColumn *b)
{
	return pa_index_column_equal(a, b) && a->desc == b->desc && a->nulls_first == b->nulls_first;
}

/*
 * Returns a number for positions in an index, of which there are INDEX_MAX_KEYS at
 * most.
 */
static uint32
useful_number(Bitmapset *useful)
{
	uint32		result = 0;
	int			i = -1;

	while ((i = bms_next_member(useful, i)) >= 0)
		result |= (uint32) 1 << i;
	return result;
}

/*
 * Whether two candidates agree in the columns that are of use to an item, which
 * are given for the first of them.
 */
static bool
same_use(PaSearch *search, const PaItem *item, int place, int other, Bitmapset *useful)
{
	const PaIndexDef *a = definition_at(search, item, place);
	const PaIndexDef *b = definition_at(search, item, other);
	int			i = -1;

	if (a->relid != b->relid || a->am != b->am ||
		a->needs_trgm || a->needs_btree_gin || b->needs_trgm || b->needs_btree_gin ||
		a->size.too_wide || b->size.too_wide)
		return false;
	while ((i = bms_next_member(useful, i)) >= 0)
	{
		if (i >= b->ncolumns || !column_same(&a->columns[i], &b->columns[i]))
			return false;
	}
	return equal(a->pred, b->pred);
}

/*
 * Returns the largest share of an index that one scan of an item could read: the
 * selectivities of the conditions on its first columns.
 */
static double
share_read(const PaItem *item, const PaIndexDef *def)
{
	double		result = 0;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, item->requests)
	{
		const PaRequest *request = lfirst(lc);
		double		share = 1;

		if (request->relid != def->relid)
			continue;
		for (int i = 0; i < def->nkeys; i++)
		{
			double		narrows = 1;

			foreach(lc2, request->terms)
			{
				const PaTerm *term = lfirst(lc2);

				if (term->kind <= PA_TERM_RANGE && term->kind != PA_TERM_JOIN &&
					term->col.attno == def->columns[i].attno &&
					equal(term->col.expr, def->columns[i].expr))
					narrows = Min(narrows, term->selectivity);
			}
			share *= narrows;
			if (narrows == 1)
				break;
		}
		result = Max(result, share);
	}
	return result;
}

/*
 * Whether an item costs as much with one candidate as with another that is the
 * same to it but for its size: the planner counts the pages of the part of the
 * index that it reads, the levels above them, and takes an index on several
 * columns for less well ordered than one on the first of them.
 */
static bool
costs_same(PaSearch *search, const PaItem *item, int place, int other)
{
	const PaIndexDef *a = definition_at(search, item, place);
	const PaIndexDef *b = definition_at(search, item, other);
	double		share;
	double		more;

	if ((a->nkeys == 1) != (b->nkeys == 1) || a->size.tree_height != b->size.tree_height)
		return false;
	share = share_read(item, a);
	more = fabs(ceil(share * a->size.pages) - ceil(share * b->size.pages));
	return more * random_page_cost <= item->best * PA_ALIKE_SHARE;
}

/*
 * Finds out which other place one is the same as, and alike; if it can be told by
 * now: sizes come with the first plan, or with the price.
 */
static void
find_alike(PaSearch *search, PaItem *item, int place)
{
	PaPlace    *p = &item->places[place];
	Bitmapset  *useful;

	if (!definition_at(search, item, place)->size.valid)
		return;
	useful = pa_candidate_useful(definition_at(search, item, place), item->scans);
	p->useful = useful_number(useful);
	p->same = p->alike = place;
	for (int other = 0; other < item->nplaces; other++)
	{
		const PaPlace *o = &item->places[other];

		if (other == place || o->same != other || o->useful != p->useful ||
			!same_use(search, item, place, other, useful))
			continue;
		p->same = other;
		break;
	}
	bms_free(useful);
	for (int other = 0; other < item->nplaces && p->same != place; other++)
	{
		const PaPlace *o = &item->places[other];

		if (other == place || o->same != p->same || o->alike != other ||
			!costs_same(search, item, place, other))
			continue;
		p->alike = other;
		break;
	}
}

/*
 * Whether the planner would take one index rather than another that is the same.
 */
static bool
smaller(const PaIndexDef *a, const PaIndexDef *b)
{
	if (a->size.pages != b->size.pages)
		return a->size.pages < b->size.pages;
	return a->nkeys < b->nkeys;
}

/*
 * Returns the places that are to be planned in the stead of some, and remembers
 * for pa_place_meant() which of them each stands for: of those that are the same
 * the smallest.
 */
Bitmapset *
pa_places_reduce(PaSearch *search, PaItem *item, Bitmapset *places)
{
	Bitmapset  *result = NULL;
	int			place = -1;

	if (bms_is_empty(places))
		return NULL;
	if (search->nsmallest < item->nplaces)
	{
		search->nsmallest = item->nplaces * 2;
		search->smallest = search->smallest == NULL
			? MemoryContextAlloc(search->context, sizeof(int) * search->nsmallest)
			: repalloc(search->smallest, sizeof(int) * search->nsmallest);
	}
	if (bms_get_singleton_member(places, &place))
	{
		const PaPlace *p = &item->places[place];

		if (p->same < 0)
			find_alike(search, item, place);
		search->smallest[p->same < 0 ? place : p->same] = place;
		return bms_make_singleton(p->alike < 0 ? place : p->alike);
	}
	for (int i = 0; i < item->nplaces; i++)
		search->smallest[i] = -1;
	place = -1;
	while ((place = bms_next_member(places, place)) >= 0)
	{
		int			same;
		int			least;

		if (item->places[place].same < 0)
			find_alike(search, item, place);
		same = item->places[place].same < 0 ? place : item->places[place].same;
		least = search->smallest[same];
		if (least < 0 || smaller(definition_at(search, item, place), definition_at(search, item, least)))
			search->smallest[same] = place;
	}
	for (int i = 0; i < item->nplaces; i++)
	{
		int			least = search->smallest[i];

		if (least >= 0)
			result = bms_add_member(result, item->places[least].alike < 0 ? least
									: item->places[least].alike);
	}
	return result;
}

/*
 * Whether no plan of an item has read what is planned in the stead of a place.
 */
static bool
is_idle(const PaItem *item, int place)
{
	const PaPlace *p = &item->places[place];

	return !p->read && !(p->alike >= 0 && item->places[p->alike].read);
}

/*
 * Returns places to be planned, with others that no plan of the item has read so
 * far, or NULL if that would be of no use. Most candidates are of no use to most
 * statements: if the plan reads none of them again, it answers at once what
 * would be asked one by one. Without one of them among those to be planned,
 * nothing is added: the answer is likely to be another plan.
 */
Bitmapset *
pa_places_with_idle(PaSearch *search, PaItem *item, Bitmapset *config)
{
	Bitmapset  *result;
	Bitmapset  *same = NULL;	/* as one of config */
	int			place = -1;
	int			first = -1;
	int			n = 0;

	while ((place = bms_next_member(config, place)) >= 0)
	{
		if (first < 0 && is_idle(item, place))
			first = place;
		if (item->places[place].same >= 0)
			same = bms_add_member(same, item->places[place].same);
	}
	if (first < 0)
		return NULL;
	result = bms_copy(config);
	for (int i = 1; i < item->nplaces && n < PA_MAX_IDLE; i++)
	{
		const PaIndexDef *def;

		place = (first + i) % item->nplaces;
		def = definition_at(search, item, place);
		if (item->places[place].same < 0)
			find_alike(search, item, place);
		if (!is_idle(item, place) || def->needs_trgm || def->needs_btree_gin || def->size.too_wide ||
			(item->places[place].same >= 0 && bms_is_member(item->places[place].same, same)) ||
			bms_is_member(place, config))
			continue;
		result = bms_add_member(result, item->places[place].alike < 0 ? place : item->places[place].alike);
		n++;
	}
	bms_free(same);
	if (n > 0)
		return result;
	bms_free(result);
	return NULL;
}

/*
 * Returns which place one stands for that was planned, after the last
 * pa_places_reduce().
 */
int
pa_place_meant(PaSearch *search, const PaItem *item, int planned)
{
	int			same = item->places[planned].same;

	return search->smallest[same < 0 ? planned : same];
}
