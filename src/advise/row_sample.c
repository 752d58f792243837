/*
 * row_sample.c
 *	  Some thousand rows of a table, and expressions evaluated over them.
 *
 * Statistics of expressions and sizes of indexes that do not exist need values
 * that the catalog does not have. They come from a few rows of each of up to
 * PA_SAMPLE_BLOCKS blocks spread over the table. Chance decides within each
 * stretch of blocks and each block, since data may repeat at regular distances,
 * and it always begins with the same seed: the same table gives the same rows. The blocks are visited in an order that is spread as well, so
 * that what was read when the time is up is a sample, too. Rows are kept until
 * the search ends, within PA_KEPT_BYTES; what was pushed out is read again.
 *
 * Evaluating runs functions. As ANALYZE does, this happens as the owner of the
 * table, in a security-restricted operation, read only and rolled back. But
 * ANALYZE evaluates what the owner made an index of, and here the expression
 * comes from anybody's statement: nothing is evaluated that calls a function
 * which neither a superuser nor the table's owner has made.
 */
#include "postgres.h"

#include <math.h>

#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "storage/bufmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "advise/replan.h"
#include "advise/row_sample.h"

/* Blocks that are read of a table, and rows that are taken from them */
#define PA_SAMPLE_BLOCKS	2000
#define PA_SAMPLE_ROWS		10000

/* Bytes of rows that are kept at a time */
#define PA_KEPT_BYTES		(32 * 1024 * 1024)

/* ms for reading one table, for evaluating over it, and for both in a search */
#define PA_READ_TIME		1000
#define PA_EVALUATE_TIME	1000
#define PA_SEARCH_TIME		5000

/* Rows of one table */
typedef struct Rows
{
	Oid			relid;
	MemoryContext context;
	double		total;			/* rows that the table has */
	double		share;			/* of a block's rows that were taken */
	HeapTuple  *tuples;
	int			n;
	Size		bytes;
} Rows;

/* What evaluate() needs */
typedef struct Evaluating
{
	Oid			relid;
	List	   *exprs;
	List	   *condition;
	int			max_rows;
	PaRowsWork	work;
	void	   *arg;
} Evaluating;

/* How many sampled rows meet a condition */
typedef struct Share
{
	Oid			relid;
	List	   *condition;
	int			seen;			/* 0: it could not be evaluated */
	int			met;
	bool		read;
	double		total;			/* rows of the table */
} Share;

static MemoryContext kept_context = NULL;
static List *shares = NIL;		/* Share * */
static List *kept = NIL;		/* Rows *, the latest first */
static Size kept_bytes = 0;
static double ms_spent = 0;
static uint64 resets = 0;

/*
 * Forgets all rows; called when a search begins.
 */
void
pa_rows_reset(void)
{
	kept = NIL;
	shares = NIL;
	kept_bytes = 0;
	ms_spent = 0;
	resets++;
	if (kept_context != NULL)
		MemoryContextReset(kept_context);
	else
		kept_context = AllocSetContextCreate(TopMemoryContext,
											 "perfadvisor sampled rows",
											 ALLOCSET_DEFAULT_SIZES);
}

/*
 * Returns the memory context of what is known of tables until the next search begins; what
 * was allocated in it is gone when *generation changes.
 */
MemoryContext
pa_rows_context(uint64 *generation)
{
	if (kept_context == NULL)
		pa_rows_reset();
	*generation = resets;
	return kept_context;
}

static double
ms_since(TimestampTz start)
{
	return (GetCurrentTimestamp() - start) / 1000.0;
}

/*
 * Returns a step that is coprime to n and near its golden section: visiting
 * 0, step, 2 * step ... modulo n reaches everything once, spread out from the
 * beginning.
 */
static BlockNumber
spread_step(BlockNumber n)
{
	BlockNumber step = (BlockNumber) (n * 0.618);

	for (step = Max(step, 1);; step++)
	{
		BlockNumber a = n;
		BlockNumber b = step;

		while (b != 0)
		{
			BlockNumber rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return step;
	}
}

/*
 * Begins a scan that read_block() moves from block to block.
 */
static TableScanDesc
begin_scan(Relation rel)
{
	return rel->rd_tableam->scan_begin(rel, GetActiveSnapshot(), 0, NULL, NULL,
									   SO_TYPE_TIDRANGESCAN | SO_ALLOW_PAGEMODE);
}

/*
 * Reads a share of the rows of one block, chosen by chance, into rows.
 */
static void
read_block(TableScanDesc scan, TupleTableSlot *slot, BlockNumber block, double share,
		   pg_prng_state *chance, Rows *rows)
{
	ItemPointerData first;
	ItemPointerData last;

	ItemPointerSet(&first, block, FirstOffsetNumber);
	ItemPointerSet(&last, block, MaxOffsetNumber);
	table_rescan_tidrange(scan, &first, &last);
	while (rows->n < PA_SAMPLE_ROWS &&
		   table_scan_getnextslot_tidrange(scan, ForwardScanDirection, slot))
	{
		if (share < 1 && pg_prng_double(chance) >= share)
			continue;
		rows->tuples[rows->n] = ExecCopySlotHeapTuple(slot);
		rows->bytes += HEAPTUPLESIZE + rows->tuples[rows->n]->t_len;
		rows->n++;
	}
}

/*
 * Reads rows of an open table into a context of their own.
 */
static Rows *
read_rows(Relation rel)
{
	MemoryContext context = AllocSetContextCreate(kept_context, "rows of a table",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	Rows	   *rows = palloc0(sizeof(Rows));
	BlockNumber blocks = RelationGetNumberOfBlocks(rel);
	BlockNumber n = Min(blocks, PA_SAMPLE_BLOCKS);
	BlockNumber step = n > 0 ? spread_step(n) : 0;
	BlockNumber visited;
	TimestampTz start = GetCurrentTimestamp();
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;
	double		density;
	double		share;
	pg_prng_state chance;

	pg_prng_seed(&chance, 0);
	rows->relid = RelationGetRelid(rel);
	rows->context = context;
	rows->total = Max(rel->rd_rel->reltuples, 0);
	if (rel->rd_rel->relpages > 0)
		rows->total *= (double) blocks / rel->rd_rel->relpages;
	density = rows->total > 0 ? rows->total / Max(blocks, 1) : 100;
	share = Min(PA_SAMPLE_ROWS / Max(density * n, 1), 1);
	rows->share = share;
	rows->tuples = palloc(sizeof(HeapTuple) * PA_SAMPLE_ROWS);

	scan = begin_scan(rel);
	for (visited = 0; visited < n && rows->n < PA_SAMPLE_ROWS; visited++)
	{
		BlockNumber stratum = (BlockNumber) (((uint64) visited * step) % n);

		CHECK_FOR_INTERRUPTS();
		if (rows->bytes > PA_KEPT_BYTES / 2 ||
			(visited % 16 == 0 && ms_since(start) > PA_READ_TIME))
			break;
		read_block(scan, slot,
				   (BlockNumber) ((stratum + pg_prng_double(&chance)) * blocks / n),
				   share, &chance, rows);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);

	/* A table that was never analysed, or much has happened to since */
	if (rows->total < rows->n || rel->rd_rel->reltuples < 0)
		rows->total = visited > 0 ? rows->n / share * blocks / visited : 0;
	if (visited == blocks && share >= 1)
		rows->total = rows->n;
	rows->tuples = repalloc(rows->tuples, sizeof(HeapTuple) * Max(rows->n, 1));
	rows->bytes = MemoryContextMemAllocated(context, true);
	ms_spent += ms_since(start);
	MemoryContextSwitchTo(oldcontext);
	return rows;
}

/*
 * Returns the rows of an open table, read now or before in this search.
 */
static Rows *
rows_of(Relation rel)
{
	Rows	   *rows;
	ListCell   *lc;
	MemoryContext oldcontext;

	foreach(lc, kept)
	{
		rows = lfirst(lc);
		if (rows->relid == RelationGetRelid(rel))
			return rows;
	}
	rows = read_rows(rel);
	while (kept != NIL && kept_bytes + rows->bytes > PA_KEPT_BYTES)
	{
		Rows	   *oldest = llast(kept);

		kept_bytes -= oldest->bytes;
		kept = list_delete_last(kept);
		MemoryContextDelete(oldest->context);
	}
	oldcontext = MemoryContextSwitchTo(kept_context);
	kept = lcons(rows, kept);
	MemoryContextSwitchTo(oldcontext);
	kept_bytes += rows->bytes;
	return rows;
}

/*
 * Whether somebody other than a superuser or the table's owner has made a
 * function. Functions in C are a superuser's, whoever owns them.
 */
static bool
is_foreign_function(Oid funcid, void *arg)
{
	Oid			owner = *(Oid *) arg;
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return true;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	result = proc->prolang != INTERNALlanguageId && proc->prolang != ClanguageId &&
		proc->proowner != owner && !superuser_arg(proc->proowner);
	ReleaseSysCache(tuple);
	return result;
}

/*
 * Whether an expression may not be evaluated as the owner: it calls a foreign
 * function, or checks a domain, whose constraints may call anything.
 */
static bool
foreign_walker(Node *node, void *owner)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) || IsA(node, SubLink) || IsA(node, SubPlan) ||
		IsA(node, Param) || IsA(node, Query))
		return true;
	if (check_functions_in_node(node, is_foreign_function, owner))
		return true;
	return expression_tree_walker(node, foreign_walker, owner);
}

/*
 * Evaluates the expressions over the sampled rows that meet the condition.
 * Runs inside pa_in_restriction() as the table's owner.
 */
static void
evaluate(void *arg)
{
	Evaluating *e = arg;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "perfadvisor sampled values",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	Relation	rel = table_open(e->relid, NoLock);
	Rows	   *rows = rows_of(rel);
	EState	   *estate = CreateExecutorState();
	ExprContext *econtext = GetPerTupleExprContext(estate);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	ExprState  *condition = ExecPrepareQual(e->condition, estate);
	List	   *states = ExecPrepareExprList(e->exprs, estate);
	PaRowValues values = {.total = rows->total,.share = rows->share,.ncolumns = list_length(e->exprs)};
	TimestampTz start = GetCurrentTimestamp();

	values.blocks = palloc(sizeof(BlockNumber) * Max(rows->n, 1));
	values.values = palloc(sizeof(Datum) * Max(rows->n * values.ncolumns, 1));
	values.isnull = palloc(sizeof(bool) * Max(rows->n * values.ncolumns, 1));
	econtext->ecxt_scantuple = slot;
	for (int i = 0; i < rows->n && (e->max_rows == 0 || values.n < e->max_rows); i++)
	{
		ListCell   *lc;
		int			at = values.n * values.ncolumns;

		CHECK_FOR_INTERRUPTS();
		if (i % 16 == 0 && ms_since(start) > PA_EVALUATE_TIME)
			break;
		values.seen++;
		ResetExprContext(econtext);
		ExecStoreHeapTuple(rows->tuples[i], slot, false);
		if (condition != NULL && !ExecQual(condition, econtext))
			continue;
		foreach(lc, states)
		{
			ExprState  *state = lfirst(lc);
			Oid			type = exprType(list_nth(e->exprs, foreach_current_index(lc)));
			int16		typlen;
			bool		byval;
			Datum		value = ExecEvalExprSwitchContext(state, econtext, &values.isnull[at]);

			get_typlenbyval(type, &typlen, &byval);
			values.values[at] = values.isnull[at] ? (Datum) 0
				: datumCopy(value, byval, typlen);
			at++;
		}
		values.blocks[values.n] = ItemPointerGetBlockNumber(&rows->tuples[i]->t_self);
		values.n++;
	}
	e->work(&values, e->arg);
	ms_spent += ms_since(start);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	table_close(rel, NoLock);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}

/*
 * Evaluates expressions (Vars with varno 1) over a sample of a table's rows,
 * those that meet an implicitly ANDed condition, and gives the values of at
 * most max_rows of them (0: all) to work(). The caller must hold a lock on the table. Returns false, perhaps
 * without having called work(), if that is not possible: other kinds of
 * relations, foreign functions, an error in the expression, no time left.
 */
bool
pa_rows_evaluate(Oid relid, List *exprs, List *condition, int max_rows,
				 PaRowsWork work, void *arg)
{
	Evaluating	e = {relid, exprs, condition, max_rows, work, arg};
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	PaRestriction restriction = {.search_path = "pg_catalog"};
	char		relkind;

	if (!HeapTupleIsValid(tuple))
		return false;
	restriction.userid = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	relkind = ((Form_pg_class) GETSTRUCT(tuple))->relkind;
	ReleaseSysCache(tuple);

	if ((relkind != RELKIND_RELATION && relkind != RELKIND_MATVIEW) ||
		ms_spent > PA_SEARCH_TIME ||
		foreign_walker((Node *) exprs, &restriction.userid) ||
		foreign_walker((Node *) condition, &restriction.userid))
		return false;
	if (kept_context == NULL)
		pa_rows_reset();
	return pa_in_restriction(&restriction, evaluate, &e, NULL);
}

static void
count_met(const PaRowValues *values, void *arg)
{
	Share	   *share = arg;

	share->seen = values->seen;
	share->met = values->n;
	share->read = true;
	share->total = values->total;
}

/*
 * Returns how many sampled rows meet a condition, asked once for it in a search.
 */
static Share *
share_of(Oid relid, List *condition)
{
	Share	   *share;
	MemoryContext oldcontext;
	ListCell   *lc;

	if (kept_context == NULL)
		pa_rows_reset();
	foreach(lc, shares)
	{
		share = lfirst(lc);
		if (share->relid == relid && equal(share->condition, condition))
			return share;
	}
	oldcontext = MemoryContextSwitchTo(kept_context);
	share = palloc0(sizeof(Share));
	share->relid = relid;
	share->condition = copyObject(condition);
	shares = lappend(shares, share);
	MemoryContextSwitchTo(oldcontext);
	if (!pa_rows_evaluate(relid, NIL, condition, 0, count_met, share))
		share->seen = 0;
	return share;
}

/*
 * Returns how many sampled rows of a table meet an implicitly ANDed condition,
 * and in *seen how many were looked at, 0 if it could not be evaluated. The
 * caller must hold a lock on the table.
 */
int
pa_rows_meeting(Oid relid, List *condition, int *seen)
{
	Share	   *share = share_of(relid, condition);

	*seen = share->seen;
	return share->met;
}

/*
 * Returns how many rows a table has that was never analysed, judged by the
 * sample, or -1 if it could not be read. The caller must hold a lock on it.
 */
double
pa_rows_total(Oid relid)
{
	Share	   *share = share_of(relid, NIL);

	return share->read ? share->total : -1;
}
