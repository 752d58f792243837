/*
 * complete.c
 *	  What chosen indexes would be with all that their statements ask for: more keys, or
 *	  more conditions in the predicate of a partial one.
 *
 * Whether that is better is not decided here but by planning with it; see lengthen.c.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_am.h"
#include "optimizer/optimizer.h"

#include "advise/candidate_keys.h"
#include "advise/plan_time.h"

/* In front of a chosen index's columns it may be what hardly fewer rows meet: there it does no
 * harm where all its statements compare it, and the planner takes their rows for closer together. */
#define PA_MAX_FRONT_SELECTIVITY	0.95

/*
 * Whether a request compares a column for equality, with one value or, where no order is
 * wanted behind it, with several or NULL.
 */
static bool
is_compared(const PaRequest *request, const PaIndexColumn *col, bool with_order)
{
	ListCell   *lc;

	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);

		if ((term->kind == PA_TERM_EQUAL ||
			 (!with_order && (term->kind == PA_TERM_NULL || term->kind == PA_TERM_IN))) &&
			pa_index_column_equal(&term->col, col))
			return true;
	}
	return false;
}

/*
 * Puts the column in whose order a table's rows lie most in front of others: the planner
 * takes an index for as well clustered as its first column.
 */
static List *
best_ordered_first(List *terms, Oid relid)
{
	PaTerm	   *best = NULL;
	double		best_order = 0;
	ListCell   *lc;

	foreach(lc, terms)
	{
		PaTerm	   *term = lfirst(lc);
		double		order = pa_seen_order(relid, term->col.attno);

		if (order > best_order)
		{
			best = term;
			best_order = order;
		}
	}
	return best ? lcons(best, list_delete_ptr(terms, best)) : terms;
}

/*
 * Appends the columns, but for a definition's own and those of its predicate, that a request
 * compares for equality, in front of others with what not nearly all rows have: those that
 * select most, if there is no room for all.
 */
static void
append_other_equal(PaKeyList *keys, const PaIndexDef *def, const PaRequest *request,
				   bool in_front, bool with_null)
{
	double		most = in_front ? PA_MAX_FRONT_SELECTIVITY : 1;
	Bitmapset  *filtered = NULL;
	List	   *others = NIL;
	ListCell   *lc;

	pull_varattnos((Node *) def->pred, 1, &filtered);
	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		bool		own = term->col.attno != 0 &&
			bms_is_member(term->col.attno - FirstLowInvalidHeapAttributeNumber, filtered);

		for (int i = 0; i < def->nkeys; i++)
			own |= pa_index_column_equal(&term->col, &def->columns[i]);
		if (!own && !term->in_or && term->selectivity <= most &&
			(term->kind == PA_TERM_EQUAL || (term->kind == PA_TERM_NULL && with_null)))
			others = lappend(others, term);
	}
	list_sort(others, pa_compare_selectivity);
	others = list_truncate(others, Max(PA_MAX_KEYS - def->nkeys, 0));
	if (in_front)
		others = best_ordered_first(others, def->relid);
	foreach(lc, others)
		pa_keys_append(keys, &((PaTerm *) lfirst(lc))->col);
	list_free(others);
}

/*
 * Makes a definition of keys that includes what another one does, unless that is a key now.
 */
static PaIndexDef *
with_keys(const PaIndexDef *def, const PaKeyList *keys)
{
	PaIndexDef *result = pa_index_def_new(def->relid, BTREE_AM_OID, keys->n + def->ncolumns - def->nkeys);
	int			n = 0;

	for (int i = 0; i < keys->n; i++)
		result->columns[n++] = *keys->cols[i];
	for (int i = def->nkeys; i < def->ncolumns; i++)
	{
		bool		is_key = false;

		for (int k = 0; k < keys->n; k++)
			is_key |= keys->cols[k]->attno == def->columns[i].attno;
		if (!is_key)
			result->columns[n++] = def->columns[i];
	}
	result->ncolumns = n;
	result->pred = def->pred;
	return result;
}

/*
 * Makes the definition with all columns that the request compares for equality: the others
 * behind the definition's own, or in front of them, where a type or a tenant often stands; and
 * then what else it has, or the request's first order. Returns NULL if there are none, or if with
 * an order the keys are not all compared for equality. Behind IS NULL there is no order, so that
 * it is left out where one is wanted.
 */
PaIndexDef *
pa_candidate_completed(const PaIndexDef *def, const PaRequest *request, PaCompletion completion)
{
	bool		with_order = completion == PA_COMPLETE_ORDER;
	PaKeyList	keys = {0};
	int			equal = 0;

	if (def->relid != request->relid || def->am != BTREE_AM_OID)
		return NULL;
	while (equal < def->nkeys && is_compared(request, &def->columns[equal], with_order))
		equal++;
	if (equal == 0 || (with_order && equal < def->nkeys))
		return NULL;
	if (completion == PA_COMPLETE_IN_FRONT)
		append_other_equal(&keys, def, request, true, false);
	for (int i = 0; i < equal; i++)
		pa_keys_append(&keys, (PaIndexColumn *) &def->columns[i]);
	if (completion != PA_COMPLETE_IN_FRONT)
		append_other_equal(&keys, def, request, false, !with_order && equal == def->nkeys);
	if (with_order && request->orders != NIL)
		pa_keys_append_order(&keys, linitial(request->orders));
	for (int i = equal; i < def->nkeys; i++)
		pa_keys_append(&keys, (PaIndexColumn *) &def->columns[i]);
	return keys.n > def->nkeys ? with_keys(def, &keys) : NULL;
}

/*
 * Returns those of some predicates that a definition does not have, as far as they are not
 * about a key.
 */
static List *
missing_predicates(const PaIndexDef *def, const List *predicates)
{
	List	   *result = NIL;
	const ListCell *lc;

	foreach(lc, predicates)
	{
		const PaPredicate *pred = lfirst(lc);
		bool		missing = !list_member(def->pred, pred->clause);

		for (int i = 0; i < def->nkeys; i++)
			missing = missing && !pa_index_column_equal(&def->columns[i], &pred->col);
		if (missing)
			result = lappend(result, pred->clause);
	}
	return result;
}

/*
 * Returns the definition with more in its predicate.
 */
static PaIndexDef *
with_predicates(const PaIndexDef *def, List *more)
{
	PaIndexDef *result = pa_index_def_new(def->relid, def->am, def->ncolumns);

	memcpy(result->columns, def->columns, sizeof(PaIndexColumn) * def->ncolumns);
	result->pred = list_concat_copy(def->pred, more);
	return result;
}

/*
 * Returns what a partial index would be with each condition that a request could add to its
 * predicate, and with all of them: a List of PaIndexDef *.
 */
List *
pa_candidate_narrowed(const PaIndexDef *def, const PaRequest *request)
{
	List	   *more;
	List	   *result = NIL;
	ListCell   *lc;

	if (def->relid != request->relid || def->pred == NIL)
		return NIL;
	more = list_concat(missing_predicates(def, request->predicates),
					   missing_predicates(def, request->weak_predicates));
	foreach(lc, more)
		result = lappend(result, with_predicates(def, list_make1(lfirst(lc))));
	if (list_length(more) > 1)
		result = lappend(result, with_predicates(def, more));
	return result;
}
