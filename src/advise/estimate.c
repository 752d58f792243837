/*
 * estimate.c
 *	  What a statement would cost with an index whose operator class is not
 *	  installed yet.
 *
 * The planner cannot be asked about trigrams before pg_trgm is there, or about an
 * integer in a GIN index before btree_gin is. So the sequential scan is taken away
 * from the statement's cost of now, and the look-up and the matching rows' pages
 * come instead.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "optimizer/optimizer.h"

#include "advise/candidates.h"

/* Planner cost of looking up the keys of one condition: some index pages. That of trigrams
 * is mostly less, but so little should not be what an extension is created for. */
#define PA_LOOKUP_COST	40.0
#define PA_TRIGRAM_COST	110.0

/* Looking up several columns at once is taken for so much dearer: two indexes that
 * need no extension, combined by the planner, are nearly as good. */
#define PA_DOUBT		2.0

/*
 * Returns the selectivity of the request's term that the column of an index
 * could serve, or 2 if there is none.
 */
static double
term_selectivity(const PaRequest *request, const PaIndexDef *def, int i)
{
	const PaIndexColumn *col = &def->columns[i];
	double		result = 2;
	ListCell   *lc;

	foreach(lc, request->terms)
	{
		PaTerm	   *term = lfirst(lc);
		bool		serves;

		if (i > 0)
			serves = term->kind == PA_TERM_EQUAL || term->kind == PA_TERM_IN;
		else
			serves = term->kind == (def->needs_trgm ? PA_TERM_TRIGRAM : PA_TERM_OPERATOR);
		if (serves && !term->in_or && term->col.attno == col->attno && equal(term->col.expr, col->expr))
			result = Min(result, term->selectivity);
	}
	return result;
}

/*
 * Returns what a statement that costs cost_now costs with look-ups and matching rows in the
 * place of a sequential scan, if that is less.
 */
static double
cost_instead(double cost_now, const PaRequest *request, double lookups, double matching)
{
	double		instead = lookups + Min(matching, request->pages) * random_page_cost +
		matching * (cpu_tuple_cost + cpu_operator_cost);

	return Min(Max(cost_now - request->scan_cost, 0) + instead, cost_now);
}

/*
 * Estimates what a statement that costs cost_now would cost with the index for
 * one of its requests; cost_now if the index does not serve that.
 */
double
pa_estimated_cost(double cost_now, const PaRequest *request, const PaIndexDef *def)
{
	double		matching = request->tuples;

	if (request->relid != def->relid)
		return cost_now;
	for (int i = 0; i < def->nkeys; i++)
	{
		double		selectivity = term_selectivity(request, def, i);

		if (selectivity > 1)
			return cost_now;
		matching *= selectivity;
	}
	return cost_instead(cost_now, request,
						def->needs_trgm ? PA_TRIGRAM_COST : def->nkeys * PA_LOOKUP_COST * PA_DOUBT,
						matching);
}

/*
 * Whether a B-tree on its column finds what a term asks for.
 */
static bool
is_sorted_term(const PaTerm *term)
{
	return term->kind == PA_TERM_EQUAL || term->kind == PA_TERM_IN || term->kind == PA_TERM_RANGE ||
		term->kind == PA_TERM_PREFIX;
}

/*
 * Whether an index that exists begins with the column of a term.
 */
static bool
is_served(const RelOptInfo *rel, const PaTerm *term)
{
	ListCell   *lc;

	foreach(lc, rel->indexlist)
	{
		const IndexOptInfo *index = lfirst(lc);

		if (is_sorted_term(term) && index->relam == BTREE_AM_OID && index->indpred == NIL &&
			term->col.attno != 0 && index->indexkeys[0] == term->col.attno &&
			index->opfamily[0] == term->col.opfamily)
			return true;
	}
	return false;
}

/*
 * Takes down an arm of an OR on a table, with its terms. Returns false if none is known that an
 * index of one column could serve.
 */
bool
pa_trigram_or_add(PaTrigramOr *trigrams, const RelOptInfo *rel, const List *terms)
{
	List	   *arm = NIL;
	ListCell   *lc;

	foreach(lc, terms)
	{
		PaTerm	   *term = lfirst(lc);

		if (term->in_or)
			continue;
		if (is_served(rel, term))
		{
			trigrams->served++;
			return true;
		}
		if (term->kind == PA_TERM_TRIGRAM || is_sorted_term(term))
			arm = lappend(arm, term);
	}
	trigrams->arms = lappend(trigrams->arms, arm);
	return arm != NIL;
}

/*
 * Whether some arm of an OR could be searched in an index of trigrams.
 */
bool
pa_trigram_or_needed(const PaTrigramOr *trigrams)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, trigrams->arms)
	{
		foreach(lc2, (List *) lfirst(lc))
		{
			if (((PaTerm *) lfirst(lc2))->kind == PA_TERM_TRIGRAM)
				return true;
		}
	}
	return false;
}

/*
 * Whether an index finds what a term of an OR's arm asks for.
 */
static bool
finds(const PaIndexDef *def, const PaTerm *term)
{
	bool		serves = term->kind == PA_TERM_TRIGRAM ? def->needs_trgm
		: def->am == BTREE_AM_OID && def->pred == NIL;

	return serves && pa_index_column_equal(&def->columns[0], &term->col);
}

/*
 * Returns the first of some indexes, PaIndexDef *, that finds what an arm of an OR asks for, or
 * NULL.
 */
static PaIndexDef *
index_of_arm(Oid relid, const List *terms, const List *defs)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, defs)
	{
		PaIndexDef *def = lfirst(lc);

		foreach(lc2, terms)
		{
			if (def->relid == relid && finds(def, lfirst(lc2)))
				return def;
		}
	}
	return NULL;
}

/*
 * Estimates what a statement that costs cost_now would cost with one of some indexes for each
 * arm of an OR that needs one; cost_now if an arm has none, or none of them is of trigrams, as
 * the planner can be asked then. Those that serve are put into read.
 */
double
pa_estimated_or_cost(double cost_now, const PaRequest *request, const PaTrigramOr *trigrams,
					 const List *defs, List **read)
{
	double		lookups = trigrams->served * PA_LOOKUP_COST;
	bool		estimated = false;
	ListCell   *lc;

	*read = NIL;
	foreach(lc, trigrams->arms)
	{
		PaIndexDef *def = index_of_arm(request->relid, lfirst(lc), defs);

		if (def == NULL)
			return cost_now;
		lookups += def->needs_trgm ? PA_TRIGRAM_COST : PA_LOOKUP_COST;
		estimated |= def->needs_trgm;
		*read = list_append_unique_ptr(*read, def);
	}
	if (!estimated)
		return cost_now;
	return cost_instead(cost_now, request, lookups, request->tuples * trigrams->selectivity);
}
