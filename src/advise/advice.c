/*
 * advice.c
 *	  From a finished search to rows that say what to do and why.
 *
 * Time saved is divided among the indexes of a statement's plan, so that the
 * rows add up. Everything is copied into the memory context of the advice,
 * which outlives the search.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "advise/advice.h"
#include "advise/examine.h"

/* What one chosen candidate does for the workload */
typedef struct Credit
{
	PaCandidate *candidate;
	int			id;				/* its number */
	double		time;			/* ms per hour that its statements take now */
	double		saved;			/* of that */
	double		remaining;		/* 0..1 of that, by costs alone */
	double		write_cost;		/* ms per hour */
	double		calls;			/* recorded executions concerned */
	List	   *statements;		/* PaWorkStatement * */
	double		top_saved;		/* of the statement that gains most */
	double		top_before;		/* its cost without any candidate */
	double		top_after;		/* and with the set */
} Credit;

typedef struct Making
{
	PaSearch   *search;
	PaAdvice   *advice;
	List	   *credits;		/* Credit * */
	Credit	  **credit_of;		/* by candidate, NULL: none yet */
	Bitmapset  *left_out;		/* candidates that were chosen, but have no rows */
	List	   *taken;			/* names of indexes given out */
	bool		trgm_given;		/* CREATE EXTENSION pg_trgm is a row already */
	bool		btree_gin_given;	/* the same for btree_gin */
} Making;

static Credit *
credit_of(Making *m, int id)
{
	Credit	   *credit = m->credit_of[id];

	if (credit != NULL)
		return credit;
	credit = m->credit_of[id] = palloc0(sizeof(Credit));
	credit->candidate = m->search->candidates[id];
	credit->id = id;
	credit->write_cost = pa_search_write_cost(m->search, credit->candidate);
	m->credits = lappend(m->credits, credit);
	return credit;
}

/*
 * Returns the planner's cost of an item with the chosen set, to be shown; or what is
 * given if that is not known.
 */
static double
planner_cost_of(Making *m, PaItem *item, double otherwise)
{
	const PaMemo *memo = pa_item_memo(m->search, item, NULL);

	return memo != NULL ? memo->planner_cost : otherwise;
}

/*
 * Credits the indexes that an item's plan reads with what the item saves. All
 * items of one statement must come one after the other.
 */
static void
credit_item(Making *m, PaItem *item)
{
	List	   *used;
	double		cost = pa_item_cost(m->search, item, &used);
	double		saved = item->time - pa_item_value(item, cost);
	int			n = list_length(used);
	ListCell   *lc;

	foreach(lc, used)
	{
		Credit	   *credit = credit_of(m, lfirst_int(lc));

		credit->time += item->time / n;
		credit->saved += saved / n;
		if (credit->statements == NIL || llast(credit->statements) != item->statement)
		{
			credit->statements = lappend(credit->statements, item->statement);
			credit->calls += item->statement->recorded->calls;
		}
		if (saved >= credit->top_saved)
		{
			credit->top_saved = saved;
			credit->top_before = item->cost_now;
			credit->top_after = planner_cost_of(m, item, cost);
		}
	}
	list_free(used);
}

/*
 * Corrects what the chosen indexes save by the outcomes of earlier advice.
 */
static void
correct_credits(Making *m)
{
	List	   *corrections = m->credits != NIL ? pa_correction_read() : NIL;
	ListCell   *lc;

	foreach(lc, m->credits)
	{
		Credit	   *credit = lfirst(lc);

		credit->remaining = credit->time > 0 ? Max(1 - credit->saved / credit->time, 0) : 0;
		credit->saved = pa_correction_apply(corrections, credit->candidate->def->relid,
											credit->time, credit->saved);
	}
}

static int
compare_credits(const ListCell *a, const ListCell *b)
{
	const Credit *ca = lfirst(a);
	const Credit *cb = lfirst(b);
	double		na = ca->saved - ca->write_cost;
	double		nb = cb->saved - cb->write_cost;

	if (na != nb)
		return na > nb ? -1 : 1;
	return strcmp(ca->candidate->def->definition, cb->candidate->def->definition);
}

/*
 * Returns the word for what is special about an index.
 */
static const char *
kind_of(const PaIndexDef *def)
{
	bool		expression = false;
	bool		pattern = false;

	if (def->am == GIN_AM_OID)
		return def->needs_trgm || def->columns[0].opclass == pa_trgm_opclass()
			? "trigram" : "inverted";
	if (def->am == BRIN_AM_OID)
		return "block range";
	if (def->am == HASH_AM_OID)
		return "hash";
	if (def->am != BTREE_AM_OID)
		return "spatial";
	for (int i = 0; i < def->nkeys; i++)
	{
		if (def->columns[i].attno == 0)
			expression = true;
		if (def->columns[i].opclass != GetDefaultOpClass(def->columns[i].type, def->am))
			pattern = true;
	}
	if (def->pred != NIL)
		return "partial";
	if (expression)
		return "expression";
	if (pattern)
		return "prefix";
	if (def->ncolumns > def->nkeys)
		return "covering";
	return def->nkeys > 1 ? "composite" : "single column";
}

/*
 * Whether a table that has rows of its own was never analysed.
 */
static bool
never_analysed(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		result = form->reltuples < 0 && form->relkind != RELKIND_PARTITIONED_TABLE;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Returns how far the advice can be trusted, 0 to 1: few executions, a table
 * that was never analysed and a gain that was not planned make it less.
 */
static double
confidence_of(const Credit *credit)
{
	double		result = credit->calls / (credit->calls + 5);

	if (never_analysed(credit->candidate->def->relid))
		result *= 0.5;
	if (credit->candidate->def->needs_trgm || credit->candidate->def->needs_btree_gin)
		result *= 0.6;
	return result;
}

/*
 * Appends of an index on a conversion that the parser has put in how its
 * statements could do without. The table is locked.
 */
static void
append_conversions(StringInfo buf, const PaIndexDef *def, int statements)
{
	for (int i = 0; i < def->nkeys; i++)
	{
		Node	   *expr = def->columns[i].expr;
		const char *column;
		Var		   *var;
		char	   *index;

		if (expr == NULL || !pa_is_implicit_cast(expr))
			continue;
		var = (Var *) (IsA(expr, FuncExpr) ? linitial(((FuncExpr *) expr)->args) :
					   (Node *) ((CoerceViaIO *) expr)->arg);
		if (!IsA(var, Var) || var->varattno <= 0)
			continue;
		column = quote_identifier(get_attname(def->relid, var->varattno, false));
		index = pa_index_beginning_with(def->relid, var->varattno);
		appendStringInfo(buf, "; the %s %s to %s, the type of what it is compared with: values bound as %s could use %s on the column itself",
						 statements == 1 ? "statement converts" : "statements convert", column,
						 format_type_be(def->columns[i].type), format_type_be(var->vartype),
						 index != NULL ? psprintf("the index %s", index) : "an index");
	}
}

/*
 * Returns the reason in one sentence, with its numbers and no constants of
 * anybody's statements.
 */
static char *
reason_of(Making *m, const Credit *credit)
{
	StringInfoData buf;
	int			n = list_length(credit->statements);
	int			generic = pa_generic_without(m->search, credit->candidate, credit->statements);
	int			slower = pa_slower_with(m->search, credit->statements);
	double		share = m->search->total_time > 0
		? 100 * credit->saved / m->search->total_time : 0;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%d %s (%.0f %s) would read it: planner cost of the one that gains most %.0f -> %.0f, %.1f %% of the recorded time saved",
					 n, n == 1 ? "statement" : "statements",
					 credit->calls, credit->calls == 1 ? "call" : "calls",
					 credit->top_before, credit->top_after, share);
	if (credit->write_cost >= 0.5)
		appendStringInfo(&buf, ", %.0f ms per hour more for writes",
						 credit->write_cost);
	if (slower > 0 && n == 1)
		appendStringInfoString(&buf, "; some of its executions may take longer, which the others outweigh (see statistics_advice for wrong estimates)");
	else if (slower > 0)
		appendStringInfo(&buf, "; %d of them may take longer, which the others outweigh (see statistics_advice for wrong estimates)",
						 slower);
	if (generic > 0 && n == 1)
		appendStringInfoString(&buf, "; it was seen with a generic plan, which would not use the index: sessions must prepare anew, and not with plan_cache_mode = force_generic_plan");
	else if (generic > 0)
		appendStringInfo(&buf, "; %d of them %s seen with a generic plan, which would not use it: sessions must prepare anew, and not with plan_cache_mode = force_generic_plan",
						 generic, generic == 1 ? "was" : "were");
	if (credit->candidate->def->needs_trgm || credit->candidate->def->needs_btree_gin)
		appendStringInfo(&buf, "; the gain is perfadvisor's own estimate, since the planner cannot be asked before %s is installed",
						 credit->candidate->def->needs_trgm ? "pg_trgm" : "btree_gin");
	append_conversions(&buf, credit->candidate->def, n);
	if (never_analysed(credit->candidate->def->relid))
		appendStringInfoString(&buf, "; the table was never analysed, and ANALYZE may change the plan without an index: run it first (see statistics_advice) and ask again");
	return buf.data;
}

static char *
advice_id_of(const PaIndexDef *def)
{
	return psprintf("%08x", hash_bytes((const unsigned char *) def->definition,
									   strlen(def->definition)));
}

static PaAdviceRow *
add_row(Making *m, const PaIndexDef *def, int rank, int step, const char *ddl)
{
	PaAdviceRow *row = palloc0(sizeof(PaAdviceRow));

	row->rank = rank;
	row->step = step;
	row->advice_id = advice_id_of(def);
	row->relid = def->relid;
	row->ddl = pstrdup(ddl);
	row->access_method = get_am_name(def->am);
	row->kind = pstrdup(kind_of(def));
	m->advice->rows = lappend(m->advice->rows, row);
	return row;
}

static List *
queryids_of(const Credit *credit)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, credit->statements)
	{
		int64	   *queryid = palloc(sizeof(int64));

		*queryid = (int64) ((PaWorkStatement *) lfirst(lc))->recorded->key.queryid;
		result = lappend(result, queryid);
	}
	return result;
}

/*
 * Adds the rows of one piece of advice. The numbers stand on the first
 * statement that creates an index; steps around it have zeros, so that sums
 * over the view are right.
 */
static void
add_rows(Making *m, Credit *credit, int rank)
{
	PaIndexDef *def = credit->candidate->def;
	double		confidence = confidence_of(credit);
	List	   *ddl;
	List	   *queryids = queryids_of(credit);
	ListCell   *lc;
	int			step = 1;
	PaAdviceRow *row;
	bool		numbers = true;

	pa_index_size_refine(def);
	pa_index_choose_name(def, &m->taken);
	ddl = pa_index_ddl(def, &m->taken);
	if ((def->needs_trgm && !m->trgm_given) ||
		(def->needs_btree_gin && !m->btree_gin_given))
	{
		row = add_row(m, def, rank, step++, def->needs_trgm
					  ? "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public"
					  : "CREATE EXTENSION IF NOT EXISTS btree_gin");
		row->reason = pstrdup("the operator class that the next steps use comes with it");
		row->confidence = confidence;
		row->queryids = queryids;
		if (def->needs_trgm)
			m->trgm_given = true;
		else
			m->btree_gin_given = true;
	}
	foreach(lc, ddl)
	{
		PaIndexStep *ddl_step = lfirst(lc);

		row = add_row(m, def, rank, step++, ddl_step->sql);
		row->undo_sql = ddl_step->undo ? pstrdup(ddl_step->undo) : NULL;
		row->confidence = confidence;
		row->queryids = queryids;
		if (numbers)
		{
			row->time_saved = credit->saved;
			row->remaining = credit->remaining;
			row->workload_gain = m->search->total_time > 0
				? Min(credit->saved / m->search->total_time, 1) : 0;
			row->write_cost = credit->write_cost;
			row->index_bytes = pa_index_size_bytes(def);
			row->reason = reason_of(m, credit);
			numbers = false;
		}
		else
			row->reason = psprintf("step %d of advice %s", row->step, row->advice_id);
	}
}

/*
 * Returns the plan of an item as text, as things are or with what was chosen, or
 * NULL if its role may not see it.
 */
static char *
plan_text(Making *m, PaItem *item, bool chosen)
{
	PaWhatIf	whatif = {.statistics = item->expressions};
	PaPlanResult result;

	for (int i = 0; chosen && i < item->nplaces; i++)
	{
		PaCandidate *candidate = m->search->candidates[item->places[i].id];

		if (candidate->chosen)
			whatif.indexes = lappend(whatif.indexes, candidate->def);
	}
	m->search->planner_calls++;
	if (!pa_replan_plan(&item->replan, &whatif, true, &result))
		return NULL;
	return result.plan;
}

/*
 * Adds one row for each advised index that a statement reads. Costs are the
 * mean over the statement's samples; the plans are those of the first one.
 */
static void
add_statement(Making *m, PaWorkStatement *ws)
{
	PaItem	   *first = NULL;
	List	   *all_used = NIL;
	double		before = 0;
	double		after = 0;
	char	   *plan_before;
	char	   *plan_after;
	ListCell   *lc;
	int			n = 0;

	foreach(lc, ws->items)
	{
		PaItem	   *item = lfirst(lc);
		List	   *used;
		double		cost;

		cost = pa_item_cost(m->search, item, &used);
		all_used = list_concat_unique_int(all_used, used);
		list_free(used);

		/* Common values are not the statement's: neither shown nor counted. */
		if (item->replan.common_values)
			continue;
		if (first == NULL)
			first = item;
		before += item->cost_now;
		after += planner_cost_of(m, item, cost);
		n++;
	}
	foreach(lc, all_used)
	{
		if (bms_is_member(lfirst_int(lc), m->left_out))
			all_used = foreach_delete_current(all_used, lc);
	}
	if (all_used == NIL || first == NULL)
		return;
	before /= n;
	after /= n;
	plan_before = plan_text(m, first, false);
	plan_after = plan_text(m, first, true);
	list_sort(all_used, list_int_cmp);
	foreach(lc, all_used)
	{
		PaAdviceStatement *row = palloc0(sizeof(PaAdviceStatement));

		row->advice_id = advice_id_of(m->search->candidates[lfirst_int(lc)]->def);
		row->queryid = (int64) ws->recorded->key.queryid;
		row->query = ws->recorded->query ? pstrdup(ws->recorded->query) : NULL;
		row->calls = ws->recorded->calls;
		row->cost_before = before;
		row->cost_after = after;
		row->plan_before = plan_before;
		row->plan_after = plan_after;
		m->advice->statements = lappend(m->advice->statements, row);
	}
	list_free(all_used);
}

/* What make_rows() needs */
typedef struct RowsJob
{
	Making	   *m;
	Credit	   *credit;
	int			rank;
} RowsJob;

/*
 * Makes the rows of one piece of advice. Runs inside pa_in_restriction() as
 * the caller, whose end gives back the lock on the table.
 */
static void
make_rows(void *arg)
{
	RowsJob    *job = arg;
	Oid			relid = job->credit->candidate->def->relid;
	MemoryContext oldcontext = MemoryContextSwitchTo(job->m->advice->context);

	LockRelationOid(relid, AccessShareLock);
	(void) pa_existing_name(relid);
	add_rows(job->m, job->credit, job->rank);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Leaves out a piece of advice whose table is locked or gone by now, or has
 * code that raises errors. Its statements are told of among those that could
 * not be looked at.
 */
static void
leave_out(Making *m, Credit *credit, const ErrorData *error)
{
	const char *why = error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ?
		"a table is locked by another session" : error->message;
	ListCell   *lc;

	credit->candidate->rejected = MemoryContextStrdup(m->advice->context, why);
	m->left_out = bms_add_member(m->left_out, credit->id);
	foreach(lc, credit->statements)
	{
		PaWorkStatement *ws = lfirst(lc);

		if (ws->error == NULL)
			ws->error = credit->candidate->rejected;
	}
}

/*
 * Makes the rows of all advice, the most useful first.
 */
static void
make_all_rows(Making *m)
{
	PaRestriction self = {.userid = GetUserId()};
	RowsJob		job = {.m = m,.rank = 1};
	ListCell   *lc;

	correct_credits(m);
	list_sort(m->credits, compare_credits);
	foreach(lc, m->credits)
	{
		Making		before = *m;
		int			rows = list_length(m->advice->rows);
		ErrorData  *error = NULL;

		job.credit = lfirst(lc);
		if (pa_in_restriction(&self, make_rows, &job, &error))
		{
			job.rank++;
			continue;
		}
		m->advice->rows = list_truncate(m->advice->rows, rows);
		m->trgm_given = before.trgm_given;
		m->btree_gin_given = before.btree_gin_given;
		leave_out(m, job.credit, error);
	}
	pa_advice_add_rejected(m->search, m->advice, m->left_out);
	pa_advice_add_unadvised(m->search, m->advice);
}

/*
 * Turns a finished search into advice, in a memory context of its own below
 * parent.
 */
PaAdvice *
pa_advice_make(PaSearch *search, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "perfadvisor advice",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	PaAdvice   *advice = palloc0(sizeof(PaAdvice));
	Making		m = {.search = search,.advice = advice};
	ListCell   *lc;

	advice->context = context;
	advice->hours = search->hours;
	MemoryContextSwitchTo(search->context);
	m.credit_of = palloc0(sizeof(Credit *) * Max(search->ncandidates, 1));
	foreach(lc, search->statements)
	{
		ListCell   *lc2;

		foreach(lc2, ((PaWorkStatement *) lfirst(lc))->items)
			credit_item(&m, lfirst(lc2));
	}
	MemoryContextSwitchTo(context);
	make_all_rows(&m);
	foreach(lc, search->statements)
	{
		CHECK_FOR_INTERRUPTS();
		add_statement(&m, lfirst(lc));
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextSetParent(context, parent);
	return advice;
}
