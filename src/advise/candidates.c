/*
 * candidates.c
 *	  Indexes worth imagining for what one scan could ask.
 *
 * The order of columns follows what a B-tree can do: columns compared for
 * equality first, in several orders, since other statements may share a
 * prefix; then one range, or the wanted sort order, or a join column. For each
 * such list also the partial variants whose predicate the query implies.
 * Whether any of it helps is not decided here but by planning with it.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/candidate_keys.h"
#include "advise/source_stats.h"

/* Equality columns that are permuted; the most selective ones. */
#define PA_MAX_EQUAL	4

/*
 * An equality that most of the table meets does not narrow a search; as a
 * leading column it would only lend the table's physical order to the estimate.
 */
#define PA_MAX_EQUAL_SELECTIVITY	0.7

/* Behind others and in front of an order of which only the first rows are wanted it spares
 * reading those that do not meet it, if they are as many as that leaves. */
#define PA_MAX_ORDERED_SELECTIVITY	0.85

/* BRIN indexes are for tables of that many pages, whose rows lie in the order of
 * the column (correlation) ... */
#define PA_MIN_BRIN_PAGES	2048
#define PA_MIN_BRIN_ORDER	0.95

/* ... and hash indexes for values that are so wide, in bytes. */
#define PA_MIN_HASH_WIDTH	64

typedef struct Generating
{
	PaRequest  *request;
	PaCandidateSink sink;
	void	   *arg;
	PaTerm	   *equal[PA_MAX_EQUAL];
	int			nequal;
} Generating;

bool
pa_keys_have(const PaKeyList *keys, const PaIndexColumn *col)
{
	for (int i = 0; i < keys->n; i++)
	{
		if (keys->cols[i]->attno == col->attno &&
			equal(keys->cols[i]->expr, col->expr))
			return true;
	}
	return false;
}

/*
 * Appends a column unless it is there already or the list is full. Returns
 * whether it was appended.
 */
bool
pa_keys_append(PaKeyList *keys, PaIndexColumn *col)
{
	if (keys->n >= PA_MAX_KEYS || pa_keys_have(keys, col))
		return false;
	keys->cols[keys->n++] = col;
	return true;
}

/*
 * Hands one definition to the sink.
 */
static void
emit(Generating *g, const PaKeyList *keys, List *predicates)
{
	Oid			am = OidIsValid(keys->am) ? keys->am : BTREE_AM_OID;
	PaIndexDef *def = pa_index_def_new(g->request->relid, am, keys->n);
	ListCell   *lc;

	def->needs_btree_gin = keys->needs_btree_gin;
	for (int i = 0; i < keys->n; i++)
		def->columns[i] = *keys->cols[i];
	foreach(lc, predicates)
		def->pred = lappend(def->pred,
							((PaPredicate *) lfirst(lc))->clause);
	g->sink(def, g->arg);
}

/*
 * Emits the key list with the columns of the predicates taken out, since all
 * rows of the index have the same value there; if nothing is left, the columns
 * stay.
 */
static void
emit_partial(Generating *g, const PaKeyList *keys, List *predicates)
{
	PaKeyList	rest = {.am = keys->am,.needs_btree_gin = keys->needs_btree_gin};
	ListCell   *lc;

	for (int i = 0; i < keys->n; i++)
	{
		bool		fixed = false;

		foreach(lc, predicates)
		{
			PaPredicate *pred = lfirst(lc);

			if (keys->cols[i]->attno == pred->col.attno &&
				equal(keys->cols[i]->expr, pred->col.expr))
				fixed = true;
		}
		if (!fixed)
			rest.cols[rest.n++] = keys->cols[i];
	}
	emit(g, rest.n > 0 ? &rest : keys, predicates);
}

/*
 * Whether a list of several keys begins with a flag about which the request has a
 * predicate: that leaves the others the first place, in a part of the index's size.
 */
static bool
led_by_predicate(const Generating *g, const PaKeyList *keys)
{
	const PaIndexColumn *first = keys->cols[0];
	ListCell   *lc;

	foreach(lc, g->request->predicates)
	{
		const PaPredicate *pred = lfirst(lc);

		if (pred->flag && keys->n > 1 && pred->col.attno == first->attno &&
			equal(pred->col.expr, first->expr))
			return true;
	}
	return false;
}

/*
 * Emits a key list as a whole index and with each predicate, and with all
 * predicates together.
 */
static void
emit_variants(Generating *g, const PaKeyList *keys)
{
	ListCell   *lc;

	if (keys->n == 0)
		return;
	if (!led_by_predicate(g, keys))
		emit(g, keys, NIL);
	foreach(lc, g->request->predicates)
		emit_partial(g, keys, list_make1(lfirst(lc)));
	if (list_length(g->request->predicates) > 1)
		emit_partial(g, keys, g->request->predicates);
}

/*
 * Brings an order into the form that also serves its reverse, read backwards:
 * ascending with nulls last if all columns agree on that, otherwise as wanted.
 */
void
pa_keys_append_order(PaKeyList *keys, List *order)
{
	bool		plain = true;
	bool		reversed = true;
	ListCell   *lc;

	foreach(lc, order)
	{
		PaIndexColumn *col = lfirst(lc);

		if (col->desc || col->nulls_first)
			plain = false;
		if (!col->desc || !col->nulls_first)
			reversed = false;
	}
	foreach(lc, order)
	{
		PaIndexColumn *col = palloc(sizeof(PaIndexColumn));

		*col = *(PaIndexColumn *) lfirst(lc);
		if (plain || reversed)
			col->desc = col->nulls_first = false;
		/* An order is of no use behind a gap, but a column fixed before is none. */
		if (!pa_keys_append(keys, col) && !pa_keys_have(keys, col))
			break;
	}
}

/*
 * Emits a list of equality columns alone and followed by each thing that can
 * come last.
 */
static void
emit_with_tails(Generating *g, const PaKeyList *head)
{
	ListCell   *lc;

	emit_variants(g, head);
	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		PaKeyList	keys = *head;

		if ((term->kind == PA_TERM_RANGE || term->kind == PA_TERM_JOIN ||
			 term->kind == PA_TERM_PREFIX) && pa_keys_append(&keys, &term->col))
			emit_variants(g, &keys);
	}
	foreach(lc, g->request->orders)
	{
		PaKeyList	keys = *head;

		pa_keys_append_order(&keys, lfirst(lc));
		if (keys.n > head->n)
			emit_variants(g, &keys);
	}
}

int
pa_compare_selectivity(const ListCell *a, const ListCell *b)
{
	const PaTerm *ta = lfirst(a);
	const PaTerm *tb = lfirst(b);

	if (ta->selectivity != tb->selectivity)
		return ta->selectivity < tb->selectivity ? -1 : 1;
	return ta->col.attno - tb->col.attno;
}

/*
 * Sorts out the equality terms, the most selective first. Lists count as
 * equality, since a B-tree looks their values up one by one.
 */
static void
choose_equal(Generating *g)
{
	List	   *equalities = NIL;
	ListCell   *lc;

	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if ((term->kind == PA_TERM_EQUAL || term->kind == PA_TERM_NULL ||
			 term->kind == PA_TERM_IN) &&
			term->selectivity <= PA_MAX_EQUAL_SELECTIVITY)
			equalities = lappend(equalities, term);
	}
	list_sort(equalities, pa_compare_selectivity);
	foreach(lc, equalities)
	{
		if (g->nequal < PA_MAX_EQUAL)
			g->equal[g->nequal++] = lfirst(lc);
	}
}

/*
 * Whether an equality is about a flag: a boolean, or a column that is NULL. Two
 * values are of use to few other statements, and what the planner sees in them as
 * a leading column is the order of the rows, which a longer list does not keep.
 */
static bool
is_flag(const PaTerm *term)
{
	return term->kind == PA_TERM_NULL || term->col.type == BOOLOID;
}

/*
 * Whether all equalities are about flags.
 */
static bool
only_flags(const Generating *g)
{
	for (int i = 0; i < g->nequal; i++)
	{
		if (!is_flag(g->equal[i]))
			return false;
	}
	return true;
}

/*
 * Emits lists made of equality columns: all of them with each one leading,
 * every ordered pair, every single one. Flags lead others only where there is
 * nothing else.
 */
static void
emit_equalities(Generating *g)
{
	bool		flags_lead = only_flags(g);

	for (int first = 0; first < g->nequal; first++)
	{
		PaKeyList	all = {0};
		PaKeyList	one = {0};

		pa_keys_append(&one, &g->equal[first]->col);
		emit_with_tails(g, &one);
		if (is_flag(g->equal[first]) && !flags_lead)
			continue;

		pa_keys_append(&all, &g->equal[first]->col);
		for (int i = 0; i < g->nequal; i++)
			pa_keys_append(&all, &g->equal[i]->col);
		if (all.n > 2)
			emit_with_tails(g, &all);

		for (int second = 0; second < g->nequal; second++)
		{
			PaKeyList	pair = one;

			if (pa_keys_append(&pair, &g->equal[second]->col))
				emit_with_tails(g, &pair);
		}
	}
}

/*
 * Emits all equality columns, also those that select little, followed by the order of which
 * only the first rows are wanted: each row that does not meet them is one read in vain.
 * What selects little does not lead, nor does it when a predicate takes the place of what does.
 */
static void
emit_limited_order(Generating *g)
{
	List	   *equalities = NIL;
	PaKeyList	keys = {0};
	ListCell   *lc;

	if (g->request->limited_order == NIL)
		return;
	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if (term->kind == PA_TERM_EQUAL && term->selectivity <= PA_MAX_ORDERED_SELECTIVITY)
			equalities = lappend(equalities, term);
	}
	list_sort(equalities, pa_compare_selectivity);
	if (equalities == NIL || is_flag(linitial(equalities)) ||
		((PaTerm *) linitial(equalities))->selectivity > PA_MAX_EQUAL_SELECTIVITY ||
		((PaTerm *) llast(equalities))->selectivity <= PA_MAX_EQUAL_SELECTIVITY)
		return;
	foreach(lc, equalities)
		pa_keys_append(&keys, &((PaTerm *) lfirst(lc))->col);
	pa_keys_append_order(&keys, g->request->limited_order);
	emit(g, &keys, NIL);
	foreach(lc, g->request->predicates)
	{
		if (!pa_keys_have(&keys, &((PaPredicate *) lfirst(lc))->col))
			emit(g, &keys, list_make1(lfirst(lc)));
	}
}

/*
 * Emits join columns leading: alone, with all equality columns, with a range
 * or an order.
 */
static void
emit_joins(Generating *g)
{
	ListCell   *lc;

	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		PaKeyList	keys = {0};

		if (term->kind != PA_TERM_JOIN)
			continue;
		pa_keys_append(&keys, &term->col);
		emit_with_tails(g, &keys);
		for (int i = 0; i < g->nequal; i++)
			pa_keys_append(&keys, &g->equal[i]->col);
		if (keys.n > 1)
			emit_with_tails(g, &keys);
	}
}

/*
 * Emits trigram indexes, one for each pattern.
 */
static void
emit_trigrams(Generating *g)
{
	Oid			opclass = pa_trgm_opclass();
	ListCell   *lc;

	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		PaIndexDef *def;

		if (term->kind != PA_TERM_TRIGRAM)
			continue;
		def = pa_index_def_new(g->request->relid, GIN_AM_OID, 1);
		def->columns[0] = term->col;
		def->columns[0].opclass = opclass;
		if (OidIsValid(opclass))
		{
			def->columns[0].opfamily = get_opclass_family(opclass);
			def->columns[0].opcintype = get_opclass_input_type(opclass);
		}
		else
			def->needs_trgm = true;
		g->sink(def, g->arg);
	}
}

/*
 * Appends a column under the default operator class that its type has in an
 * access method; B-tree types have one in GIN and GiST if btree_gin or btree_gist
 * are installed. Without btree_gin the list is marked. Returns whether the column
 * was appended.
 */
static bool
append_under(PaKeyList *keys, Oid am, const PaIndexColumn *col)
{
	PaIndexColumn *copy;
	Oid			opclass = GetDefaultOpClass(col->type, am);

	if (!OidIsValid(opclass))
	{
		if (am != GIN_AM_OID || !pa_btree_gin_takes(col->type))
			return false;
		keys->needs_btree_gin = true;
	}
	copy = palloc(sizeof(PaIndexColumn));
	*copy = *col;
	copy->opclass = opclass;
	copy->opfamily = OidIsValid(opclass) ? get_opclass_family(opclass) : InvalidOid;
	copy->opcintype = OidIsValid(opclass) ? get_opclass_input_type(opclass) : InvalidOid;
	return pa_keys_append(keys, copy);
}

/*
 * Emits indexes of other access methods, one for each operator and operator
 * class that knows it. GIN and GiST take several columns, in any order: together
 * with other operators' columns, and with equality columns.
 */
static void
emit_operators(Generating *g)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		PaKeyList	keys = {.am = term->am};
		PaKeyList	wide;

		if (term->kind != PA_TERM_OPERATOR)
			continue;
		pa_keys_append(&keys, &term->col);
		emit_variants(g, &keys);
		if (term->am == SPGIST_AM_OID)
			continue;
		wide = keys;
		foreach(lc2, g->request->terms)
		{
			PaTerm	   *other = lfirst(lc2);

			if (other->kind == PA_TERM_OPERATOR && other->am == term->am)
				pa_keys_append(&wide, &other->col);
		}
		if (wide.n > keys.n)
			emit_variants(g, &wide);
		for (int i = 0; i < g->nequal; i++)
		{
			PaKeyList	pair = keys;

			if (append_under(&pair, term->am, &g->equal[i]->col))
				emit_variants(g, &pair);
		}
	}
}

/*
 * Returns the average width of a column's values in bytes and the correlation of
 * their order with that of the rows, as ANALYZE has found them.
 */
static double
width_and_order(Oid relid, AttrNumber attno, double *correlation)
{
	HeapTuple	tuple = pa_column_statistics(relid, attno);
	AttStatsSlot slot;
	double		width = 0;

	*correlation = 0;
	if (!HeapTupleIsValid(tuple))
		return 0;
	width = ((Form_pg_statistic) GETSTRUCT(tuple))->stawidth;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_CORRELATION, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		*correlation = slot.numbers[0];
		free_attstatsslot(&slot);
	}
	heap_freetuple(tuple);
	return width;
}

/*
 * Emits a BRIN index on each range of a column in whose order the rows lie, if
 * the table is large enough for summaries of its parts, and a hash index on each
 * equality of long values, which a B-tree would hold in full.
 */
static void
emit_small(Generating *g)
{
	ListCell   *lc;

	foreach(lc, g->request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		PaKeyList	keys = {0};
		double		correlation;
		double		width;

		if (term->col.attno == 0 || term->kind > PA_TERM_RANGE)
			continue;
		width = width_and_order(g->request->relid, term->col.attno, &correlation);
		if (term->kind == PA_TERM_RANGE && fabs(correlation) >= PA_MIN_BRIN_ORDER &&
			g->request->pages >= PA_MIN_BRIN_PAGES)
			keys.am = BRIN_AM_OID;
		else if (term->kind != PA_TERM_RANGE && term->kind != PA_TERM_NULL &&
				 width >= PA_MIN_HASH_WIDTH)
			keys.am = HASH_AM_OID;
		if (OidIsValid(keys.am) && append_under(&keys, keys.am, &term->col))
			emit(g, &keys, NIL);
	}
}

/*
 * Generates the candidates for one request in a fixed order. The definitions
 * given to the sink are not finished: the sink does that with those it keeps.
 */
void
pa_candidates_generate(PaRequest *request, PaCandidateSink sink, void *arg)
{
	Generating	g = {.request = request,.sink = sink,.arg = arg};
	PaKeyList	empty = {0};

	choose_equal(&g);
	emit_equalities(&g);
	emit_limited_order(&g);
	emit_joins(&g);
	emit_with_tails(&g, &empty);
	emit_trigrams(&g);
	emit_operators(&g);
	emit_small(&g);
}
