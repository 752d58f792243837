/*
 * cleanup.c
 *	  Which existing indexes of a table nobody needs, by what they are.
 *
 * Judged in this order, so that nothing rests on what is to be dropped:
 *
 *	1. Of indexes that are defined alike, one stays: what a constraint, a
 *	   foreign key or replication depends on, else what is unique, else what
 *	   was used most.
 *	2. A B-tree that is the beginning of another one that stays is redundant.
 *	   Longer ones are judged first, so what covers is settled by then.
 *	3. An index that was never scanned is unused.
 *	4. Those that stay may be bloated.
 *
 * An index that takes the place of another stays, until that one is gone.
 *
 * Whether a recorded statement needs an index after all is cleanup_proof.c's
 * business.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "pgstat.h"
#include "utils/rel.h"

#include "advise/cleanup.h"

/* A longer index that is larger by this factor costs more to read. */
#define PA_MUCH_WIDER		5

/* An index of the meta page and a root: its table is read as a whole anyway. */
#define PA_TRIVIAL_PAGES	2

/* Bloated is what is larger than a new one by this factor, and this much */
#define PA_BLOAT_FACTOR		2
#define PA_BLOAT_BYTES		(1024 * 1024)

static PaVerdict *
verdict_of(List *verdicts, const PaExisting *index)
{
	ListCell   *lc;

	foreach(lc, verdicts)
	{
		PaVerdict  *verdict = lfirst(lc);

		if (verdict->index == index)
			return verdict;
	}
	return NULL;
}

/*
 * Whether an index stays in the place of one that is to be dropped.
 */
static bool
is_cover(List *verdicts, const PaExisting *index)
{
	ListCell   *lc;

	foreach(lc, verdicts)
	{
		if (((PaVerdict *) lfirst(lc))->covered_by == index)
			return true;
	}
	return false;
}

static List *
add_verdict(List *verdicts, PaExisting *index, PaProblem problem, PaExisting *covered_by)
{
	PaVerdict  *verdict = palloc0(sizeof(PaVerdict));

	verdict->index = index;
	verdict->problem = problem;
	verdict->covered_by = covered_by;
	return lappend(verdicts, verdict);
}

/*
 * Whether an index does more than be read, or cannot be dropped alone. A
 * unique constraint counts only if asked for.
 */
static bool
has_duties(const PaExisting *index, bool or_unique)
{
	return !index->valid || OidIsValid(index->parent) || index->primary ||
		index->exclusion || index->referenced || index->replident ||
		index->clustered || (or_unique && (index->unique || index->constraint));
}

/*
 * Says how much depends on an index, to decide which of two equal ones stays.
 */
static int
weight_of(const PaExisting *index)
{
	return (OidIsValid(index->parent) ? 128 : 0) + (index->referenced ? 64 : 0) +
		(index->primary ? 32 : 0) + (index->exclusion ? 16 : 0) +
		(index->replident ? 8 : 0) + (index->constraint ? 4 : 0) +
		(index->unique ? 2 : 0) + (index->clustered ? 1 : 0);
}

/*
 * Orders indexes by what should stay: what more depends on, what is used more,
 * what is smaller, what is older.
 */
static int
compare_for_keeping(const ListCell *a, const ListCell *b)
{
	const PaExisting *ia = lfirst(a);
	const PaExisting *ib = lfirst(b);

	if (weight_of(ia) != weight_of(ib))
		return weight_of(ib) - weight_of(ia);
	if (ia->scans != ib->scans)
		return ia->scans > ib->scans ? -1 : 1;
	if (ia->bytes != ib->bytes)
		return ia->bytes < ib->bytes ? -1 : 1;
	return ia->oid < ib->oid ? -1 : ia->oid > ib->oid;
}

/*
 * Whether one index enforces what another, defined alike, enforces.
 */
static bool
enforces_same(const PaExisting *kept, const PaExisting *dropped)
{
	if (!dropped->unique)
		return true;
	return kept->unique && kept->immediate && dropped->immediate &&
		kept->nulls_not_distinct == dropped->nulls_not_distinct;
}

/*
 * Judges indexes that are defined like one that stays. The list is in the
 * order of keeping.
 */
static List *
judge_duplicates(List *indexes, List *verdicts)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, indexes)
	{
		PaExisting *index = lfirst(lc);

		if (has_duties(index, false))
			continue;
		foreach(lc2, indexes)
		{
			PaExisting *kept = lfirst(lc2);

			if (kept == index)
				break;
			if (!kept->valid || verdict_of(verdicts, kept) != NULL ||
				!pa_existing_same(kept, index) || !enforces_same(kept, index))
				continue;
			verdicts = add_verdict(verdicts, index, PA_PROBLEM_DUPLICATE, kept);
			break;
		}
	}
	return verdicts;
}

/*
 * Orders indexes from long to short, and among equally long ones as above.
 */
static int
compare_lengths(const ListCell *a, const ListCell *b)
{
	const PaIndexDef *da = ((PaExisting *) lfirst(a))->def;
	const PaIndexDef *db = ((PaExisting *) lfirst(b))->def;

	if (da->nkeys != db->nkeys)
		return db->nkeys - da->nkeys;
	if (da->ncolumns != db->ncolumns)
		return db->ncolumns - da->ncolumns;
	return compare_for_keeping(a, b);
}

/*
 * Returns the narrowest index that stays and covers a shorter one, or NULL. The
 * list is in the order of length.
 */
static PaExisting *
find_cover(List *indexes, List *verdicts, const PaExisting *index)
{
	ListCell   *lc;
	PaExisting *best = NULL;

	foreach(lc, indexes)
	{
		PaExisting *longer = lfirst(lc);

		if (longer == index)
			break;
		if (!longer->valid || verdict_of(verdicts, longer) != NULL ||
			longer->bytes > PA_MUCH_WIDER * index->bytes ||
			!pa_existing_covers(longer, index))
			continue;
		if (best == NULL || longer->bytes < best->bytes)
			best = longer;
	}
	return best;
}

/*
 * Judges B-trees that are the beginning of a longer one.
 */
static List *
judge_redundant(List *indexes, List *verdicts)
{
	ListCell   *lc;

	foreach(lc, indexes)
	{
		PaExisting *index = lfirst(lc);
		PaExisting *cover;

		if (has_duties(index, true) || verdict_of(verdicts, index) != NULL ||
			is_cover(verdicts, index))
			continue;
		cover = find_cover(indexes, verdicts, index);
		if (cover != NULL)
			verdicts = add_verdict(verdicts, index, PA_PROBLEM_REDUNDANT, cover);
	}
	return verdicts;
}

/*
 * Whether some foreign key of the table would lose what finds its rows, if an
 * index went as well as those that are to be dropped already.
 */
static bool
fkey_needs(const PaExistingTable *table, List *verdicts, const PaExisting *index)
{
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, table->fkeys)
	{
		int			mine = pa_existing_fkey_columns(index, lfirst(lc));
		int			others = 0;

		foreach(lc2, table->indexes)
		{
			PaExisting *other = lfirst(lc2);

			if (other != index && other->valid && verdict_of(verdicts, other) == NULL)
				others = Max(others, pa_existing_fkey_columns(other, lfirst(lc)));
		}
		if (mine > others)
			return true;
	}
	return false;
}

/*
 * Judges indexes that were never scanned.
 */
static List *
judge_unused(PaExistingTable *table, List *indexes, List *verdicts)
{
	ListCell   *lc;

	if (!pgstat_track_counts)
		return verdicts;
	foreach(lc, indexes)
	{
		PaExisting *index = lfirst(lc);

		if (index->scans > 0 || has_duties(index, true) ||
			index->bytes <= (int64) PA_TRIVIAL_PAGES * BLCKSZ * list_length(index->leaves) ||
			verdict_of(verdicts, index) != NULL || is_cover(verdicts, index) ||
			fkey_needs(table, verdicts, index))
			continue;
		verdicts = add_verdict(verdicts, index, PA_PROBLEM_UNUSED, NULL);
	}
	return verdicts;
}

/*
 * Judges indexes that would be much smaller if they were built anew.
 */
static List *
judge_bloated(List *indexes, List *verdicts)
{
	ListCell   *lc;

	foreach(lc, indexes)
	{
		PaExisting *index = lfirst(lc);

		if (index->expected_bytes < 0 || verdict_of(verdicts, index) != NULL ||
			index->bytes < PA_BLOAT_FACTOR * index->expected_bytes ||
			index->bytes - index->expected_bytes < PA_BLOAT_BYTES)
			continue;
		verdicts = add_verdict(verdicts, index, PA_PROBLEM_BLOATED, NULL);
	}
	return verdicts;
}

/*
 * Judges the indexes of a table, each at most once. Returns a List of
 * PaVerdict in the current memory context.
 */
List *
pa_cleanup_judge(PaExistingTable *table)
{
	List	   *indexes = list_copy(table->indexes);
	List	   *verdicts = NIL;

	list_sort(indexes, compare_for_keeping);
	verdicts = judge_duplicates(indexes, verdicts);
	list_sort(indexes, compare_lengths);
	verdicts = judge_redundant(indexes, verdicts);
	verdicts = judge_unused(table, indexes, verdicts);
	return judge_bloated(indexes, verdicts);
}
