/*
 * search.h
 *	  The state of one search for a set of indexes.
 *
 * Private to the advise room. Everything lives in the search's own memory
 * context and is deterministic: the same workload gives the same result.
 */
#ifndef PERFADVISOR_ADVISE_SEARCH_H
#define PERFADVISOR_ADVISE_SEARCH_H

#include "advise/candidates.h"
#include "advise/replan.h"
#include "advise/write_cost.h"
#include "datatype/timestamp.h"
#include "record/record.h"
#include "utils/hsearch.h"

/* A statement of the workload. */
typedef struct PaWorkStatement
{
	const PaStatement *recorded;
	double		time;			/* ms per hour that it takes now */
	double		calls;			/* per hour */
	List	   *items;			/* PaItem *, its samples that can be planned */
	List	   *tables;			/* PaTable *, those that it reads */
	const char *error;			/* why it is left out, or NULL */
	List	   *known_rows;		/* PaKnownRows *, of its scans */
	bool		generic;		/* was seen with a plan for all values last */
	uint64		generic_at;		/* after which adoption the next two were found, plus one */
	bool		goes_generic;	/* and will be with the chosen set */
	List	   *generic_reads;	/* ids of candidates that this plan then reads */
	bool		judged;			/* candidates of a sample were planned one by one */
	bool		considered;		/* candidates for a sample were looked for */
	int			number;			/* among those that were recorded */
	uint64		seen;			/* by which walk over a table's statements */
} PaWorkStatement;

/* What is known of one of the candidates that could matter to an item; see alike.c */
typedef struct PaPlace
{
	int			id;				/* of the candidate */
	uint32		useful;			/* columns that are of use to the item, a bit for
								 * each position, if same is known */
	int16		same;			/* the first place whose index is for the item the
								 * same but for its size; -1: not known */
	int16		alike;			/* the first of these that is about as large: it is
								 * planned in its stead */
	bool		read;			/* by some plan of the item, whatever else was
								 * imagined */
	double		saved;			/* cost that it saved the item when that was asked last */
	uint64		saved_at;		/* in which pass of the greedy search */
} PaPlace;

/* At most so many candidates are kept for an item. */
#define PA_MAX_PLACES	4096

/*
 * Cost of an item under a set of candidates; see search_cost.c. The sets hold
 * places in the item's own list of candidates, so that they stay small.
 */
typedef struct PaMemo
{
	Bitmapset  *config;			/* candidates imagined */
	Bitmapset  *used;			/* those that the plan uses */
	double		cost;			/* judged; see judge.c */
	double		planner_cost;
	double		slower;			/* how many times as long as now it takes, if that
								 * is clearly more; otherwise 1 */
	bool		bound_only;		/* its plan reads what nobody asks about any more */
} PaMemo;

/* One sample of a statement, planned again and again. */
typedef struct PaItem
{
	PaWorkStatement *statement;
	PaReplan	replan;
	double		time;			/* ms per hour that this sample stands for */
	double		calls;			/* executions per hour that it stands for */
	bool		rare;			/* these are few of the statement's */
	bool		common;			/* ran with the most common values; see common_values.c */
	List	   *requests;		/* PaRequest * */
	List	   *scans;			/* PaScanColumns * */
	List	   *expressions;	/* PaIndexDef *, candidates whose expressions have
								 * statistics in every plan of this sample */
	double		cost_now;		/* without any candidate */
	PaPlanTime	time_now;		/* the same */
	double		rows;			/* estimated, written or returned by an execution */
	PaPlace    *places;			/* candidates that could matter to it */
	int			nplaces;
	int			maxplaces;
	List	   *memo;			/* PaMemo * */
	List	   *reads;			/* ids of candidates, those that its plan under the
								 * set chosen so far reads */
	double		best;			/* with all that was generated from it */
	double		current;		/* cost under the set chosen so far */
	double		slower;			/* see PaMemo, the same */
} PaItem;

typedef struct PaCandidate
{
	PaIndexDef *def;
	int			id;
	bool		pooled;			/* takes part in the joint search */
	bool		barred;			/* does so no longer, see pa_search_drop_unused() */
	bool		chosen;			/* is in the set chosen so far */
	bool		imagined;		/* is in the set that costs are asked for */
	List	   *statements;		/* PaWorkStatement *, those to which it could
								 * matter; of a pooled one */
	List	   *readers;		/* PaItem *, see pa_readers_of() */
	uint64		readers_at;		/* after which adoption they were found, plus one */
	struct PaContender *contender;	/* what search.c knows of it, or NULL */
	double		best_gain;		/* ms per hour, alone */
	bool		priced;			/* the following is known */
	PaWriteCharge charge;		/* what writes pay for it */
	const char *rejected;		/* why it is not advised */
} PaCandidate;

/* A table with what is about it */
typedef struct PaTable
{
	Oid			relid;			/* hash key */
	List	   *statements;		/* PaWorkStatement *, those that read it */
	List	   *pooled;			/* PaCandidate * */
	uint64		seen;			/* by which walk over tables */
	uint64		changed;		/* after which adoption a statement that reads it
								 * got another plan, at the latest */
	uint64		refined;		/* the adoptions when it was refined, plus one */
} PaTable;

typedef struct PaSearch
{
	MemoryContext context;
	MemoryContext scratch;		/* for definitions that may be known already */
	List	   *statements;		/* PaWorkStatement * */
	List	   *items;			/* PaItem *, those that can be planned */
	PaCandidate **candidates;
	int			ncandidates;
	int			maxcandidates;
	HTAB	   *by_definition;
	HTAB	   *tables;			/* PaTable */
	List	   *table_list;		/* the same, those of dear statements first */
	uint64		walks;			/* over statements of tables, counted */
	uint64		adoptions;		/* of another set as the chosen one, counted */
	uint64		passes;			/* of the greedy search, counted */
	PaPrepared	prepared;		/* items that are ready to be planned */
	PaWriteLoad *writes;
	double		total_time;		/* ms per hour of the whole recorded workload */
	double		hours;			/* that the recorded workload took; 0: not recorded */
	double		seq_read;		/* microseconds of a plan's time that reading a page
								 * in sequence adds to it, on the average */
	double		random_read;	/* the same, at any place */
	HTAB	   *known;			/* of sampled executions; see known_rows.c */
	List	   *loads;			/* PaWorkStatement *, see pa_workload_settle_loads() */
	int64		storage_budget; /* bytes; 0 = no limit */
	int			max_indexes;	/* 0 = no limit */
	bool		lifted;			/* these limits are wider at present; see expand.c */
	TimestampTz deadline;		/* 0 = none */
	TimestampTz read_deadline;	/* of analysing statements; earlier */
	TimestampTz look_deadline;	/* of planning statements as they are */
	TimestampTz pool_deadline;	/* of filling the pool */
	bool		out_of_time;
	bool		out_of_time_in_pool;	/* some statements were not looked at */
	bool		trgm_available; /* pg_trgm installed, or could be */
	bool		btree_gin_available;	/* could be installed */
	int			planner_calls;
	int			nchosen;		/* candidates in the set chosen so far */
	int64		chosen_bytes;	/* their size, if a budget is to be kept */
	int		   *smallest;		/* scratch of pa_places_reduce() */
	int			nsmallest;
} PaSearch;

/* Why a statement had no part in a search */
#define PA_NOT_LOOKED_AT	"the time limit came before it was looked at"

/* workload.c */
extern PaSearch *pa_search_new(void);
extern void pa_workload_recorded(PaSearch *search);
extern void pa_workload_settle_loads(PaSearch *search);
extern void pa_workload_note_writes(PaSearch *search, const PaWorkStatement *ws, double rows);

/* given.c */
extern void pa_workload_given(PaSearch *search, List *queries);

/* known_rows.c */
extern void pa_known_rows_read(PaSearch *search);
extern List *pa_known_rows_of(PaSearch *search, const PaStatementKey *key);
extern bool pa_known_generic(PaSearch *search, const PaStatementKey *key);

/* judge.c */
extern void pa_judge_fit(PaSearch *search);
extern void pa_judge(const PaSearch *search, const PaItem *item,
					 const PaPlanResult *result, PaMemo *memo);

/* search_cost.c */
extern void pa_item_plan_now(PaSearch *search, PaItem *item);
extern const PaMemo *pa_item_memo(PaSearch *search, PaItem *item, List **used);
extern const PaMemo *pa_item_memo_of(PaSearch *search, PaItem *item, Bitmapset *places, List **used);
extern double pa_item_cost(PaSearch *search, PaItem *item, List **used);
extern double pa_item_cost_of(PaSearch *search, PaItem *item, Bitmapset *places, List **used,
							  double *planner_cost);
extern double pa_item_known_alone(PaSearch *search, PaItem *item, int place);
extern int	pa_item_add_candidate(PaItem *item, int id);
extern double pa_item_value(const PaItem *item, double cost);
extern bool pa_search_out_of_time(PaSearch *search);
extern bool pa_part_out_of_time(PaSearch *search, TimestampTz deadline);
extern void pa_search_set_limit(PaSearch *search, double ms);

/* alike.c */
extern Bitmapset *pa_places_reduce(PaSearch *search, PaItem *item, Bitmapset *places);
extern Bitmapset *pa_places_with_idle(PaSearch *search, PaItem *item, Bitmapset *config);
extern int	pa_place_meant(PaSearch *search, const PaItem *item, int planned);

/* look.c */
extern void pa_look_at_all(PaSearch *search);
extern double pa_share_looked_at(const PaSearch *search, int *n);

/* fill.c */
extern void pa_pool_fill(PaSearch *search);

/* pool.c */
extern PaCandidate *pa_pool_add(PaSearch *search, PaIndexDef *def);
extern PaCandidate *pa_pool_add_late(PaSearch *search, PaIndexDef *def);
extern void pa_pool_admit(PaSearch *search, PaCandidate *candidate);
extern PaTable *pa_search_table(PaSearch *search, Oid relid);

/* What adding or dropping indexes does to the workload */
typedef struct PaEffect
{
	double		saved;			/* ms per hour, as measured */
	double		price_saved;	/* ms per hour, at the price of a unit of cost */
	double		write_added;	/* ms per hour, at the prices of writes */
	double		log_saved;		/* ms per hour now, times ln(cost before / after) */
	double		best_share;		/* largest relative saving of one statement */
	double		best_large_share;	/* the same, of those that are not small */
	double		best_clear_share;	/* the same, of those that save clearly more */
	double		most_saved;		/* largest cost that one execution saves */
	double		worst_ratio;	/* largest cost after / before of one item */
	double		hurt;			/* ms per hour that statements lose which get slower
								 * than without any candidate, more than now */
} PaEffect;

/*
 * ms that a unit of planner cost takes, on the same warm data on which the
 * prices of writes were measured: 0.003 in sequential scans, 0.0012 in index
 * scans. What an index saves and what it costs writes are compared at these
 * prices, not at measured times: the time of a unit of cost differs from plan
 * to plan, so that the balance would tip when other indexes come.
 */
#define PA_COST_PRICE		0.002

/* Expressions of a statement that statistics are imagined for */
#define PA_MAX_EXPRESSIONS	8

/* ms that a unit of planner cost is taken for where nothing was measured */
#define PA_MS_PER_COST		0.01

/* Less than this many ms per hour is noise. */
#define PA_MIN_HOUR_SAVED	1.0

/*
 * effect.c. Another set than the chosen one is given as the candidates by which it
 * differs, a list of PaCandidate *.
 */
extern PaEffect pa_search_effect(PaSearch *search, List *changed, double max_ratio);
extern PaEffect pa_search_gain(PaSearch *search, PaCandidate *candidate, bool closely,
							   double least, double *most);
extern double pa_search_bound(PaSearch *search, const PaCandidate *candidate, bool closely);
extern void pa_search_adopt(PaSearch *search, List *changed);
extern void pa_search_try(PaSearch *search, List *changed);
extern void pa_search_untry(PaSearch *search, List *changed);
extern List *pa_readers_of(PaSearch *search, PaCandidate *candidate);
extern void pa_search_price(PaSearch *search, PaCandidate *candidate);
extern double pa_search_write_cost(PaSearch *search, const PaCandidate *candidate);

/* search.c */
extern void pa_search_run(PaSearch *search);
extern void pa_search_grow(PaSearch *search);
extern bool pa_search_within_limits(PaSearch *search, List *changed);
extern bool pa_candidate_simpler(const PaCandidate *a, const PaCandidate *b);

/* chosen.c */
extern List *pa_chosen_of(PaSearch *search, PaTable *table);
extern bool pa_search_begins_chosen(PaSearch *search, const PaCandidate *candidate);
extern bool pa_keeps_orders(PaSearch *search, PaTable *table, List *changed);

/* An exchanged or dropped index may make a statement dearer by this factor. */
#define PA_MAX_REGRESSION	1.15

/* What statements lose that get slower may be this share of what is saved. */
#define PA_MAX_HURT			0.2

#define PA_REJECTED_SLOWER \
	"a statement that costs less with it would take longer on data in memory"

extern bool pa_search_hurts(const PaEffect *effect);

/* refine.c */
extern void pa_search_refine(PaSearch *search);

/* A candidate, and what is gained by it or lost without it */
typedef struct PaWeighed
{
	PaCandidate *candidate;
	double		value;			/* ms per hour */
	double		rank;			/* what it is sorted by */
} PaWeighed;

#define PA_REJECTED_LIMITS	"within the limits given others save more"

/* exchange.c */
extern PaWeighed *pa_weigh_chosen(PaSearch *search, int *n);
extern double pa_search_time_left(const PaSearch *search);
extern bool pa_search_exchange(PaSearch *search);

/* expand.c */
extern void pa_search_expand(PaSearch *search);

/* unread.c */
extern bool pa_search_drop_unused(PaSearch *search);

/* caveats.c */
extern bool pa_goes_generic(PaSearch *search, PaWorkStatement *ws);
extern int	pa_generic_without(PaSearch *search, const PaCandidate *candidate,
							   List *statements);
extern int	pa_slower_with(PaSearch *search, List *statements);

/* marginal.c */
extern void pa_search_drop_marginal(PaSearch *search);

/* shares.c */
extern double pa_common_share(const List *items);
extern void pa_share_among(const PaWorkStatement *ws, double part);

/* relieve.c */
extern void pa_search_relieve(PaSearch *search, PaTable *table);

/* lengthen.c */
extern void pa_search_lengthen(PaSearch *search, PaTable *table);

/* cover.c */
extern void pa_pool_cover(PaSearch *search, PaItem *item);
extern void pa_search_cover(PaSearch *search);

#endif							/* PERFADVISOR_ADVISE_SEARCH_H */
