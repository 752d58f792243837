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
	int			nitems;
	const char *error;			/* why it is left out, or NULL */
} PaWorkStatement;

/* Cost of an item under a configuration; see pa_item_cost(). */
typedef struct PaMemo
{
	Bitmapset  *config;			/* candidates imagined */
	Bitmapset  *used;			/* those that the plan uses */
	double		cost;
} PaMemo;

/* One sample of a statement, planned again and again. */
typedef struct PaItem
{
	PaWorkStatement *statement;
	PaReplan	replan;
	double		time;			/* ms per hour that this sample stands for */
	List	   *requests;		/* PaRequest * */
	double		cost_now;		/* without any candidate */
	Bitmapset  *own;			/* candidates generated from it */
	Bitmapset  *relevant;		/* candidates that could matter to it */
	List	   *memo;			/* PaMemo * */
	double		current;		/* cost under the set chosen so far */
} PaItem;

typedef struct PaCandidate
{
	PaIndexDef *def;
	int			id;
	bool		pooled;			/* takes part in the joint search */
	double		best_gain;		/* ms per hour, alone */
	double		write_cost;		/* ms per hour */
	const char *rejected;		/* why it is not advised */
} PaCandidate;

typedef struct PaSearch
{
	MemoryContext context;
	List	   *statements;		/* PaWorkStatement * */
	List	   *items;			/* PaItem *, those that can be planned */
	PaCandidate **candidates;
	int			ncandidates;
	int			maxcandidates;
	HTAB	   *by_definition;
	PaWriteLoad *writes;
	double		total_time;		/* ms per hour of the whole recorded workload */
	int64		storage_budget; /* bytes; 0 = no limit */
	int			max_indexes;	/* 0 = no limit */
	TimestampTz deadline;		/* 0 = none */
	TimestampTz look_deadline;	/* of planning statements as they are; earlier */
	TimestampTz pool_deadline;	/* of filling the pool; in between */
	bool		out_of_time;
	bool		out_of_time_in_pool;	/* some statements were not looked at */
	bool		trgm_available; /* pg_trgm installed, or could be */
	int			planner_calls;
	Bitmapset  *chosen;
} PaSearch;

/* workload.c */
extern PaSearch *pa_search_new(void);
extern void pa_workload_recorded(PaSearch *search);
extern void pa_workload_given(PaSearch *search, List *queries);

/* search_cost.c */
extern double pa_item_cost(PaSearch *search, PaItem *item, Bitmapset *config,
						   Bitmapset **used);
extern double pa_item_value(const PaItem *item, double cost);
extern bool pa_search_out_of_time(PaSearch *search);
extern void pa_search_set_limit(PaSearch *search, double ms);

/* pool.c */
extern void pa_pool_fill(PaSearch *search);
extern PaCandidate *pa_pool_add(PaSearch *search, PaIndexDef *def);
extern void pa_pool_update_relevance(PaSearch *search, PaCandidate *candidate);

/* What adding or dropping indexes does to the workload */
typedef struct PaEffect
{
	double		saved;			/* ms per hour */
	double		log_saved;		/* ms per hour now, times ln(cost before / after) */
	double		best_share;		/* largest relative saving of one item */
	double		worst_ratio;	/* largest cost after / before of one item */
} PaEffect;

/* Less than this many ms per hour is noise. */
#define PA_MIN_HOUR_SAVED	1.0

/* search.c */
extern void pa_search_run(PaSearch *search);
extern PaEffect pa_search_effect(PaSearch *search, Bitmapset *config,
								 Bitmapset *changed);
extern void pa_search_adopt(PaSearch *search, Bitmapset *config);
extern bool pa_search_within_limits(PaSearch *search, Bitmapset *set);
extern bool pa_candidate_simpler(const PaCandidate *a, const PaCandidate *b);

/* refine.c */
extern void pa_search_refine(PaSearch *search);

#endif							/* PERFADVISOR_ADVISE_SEARCH_H */
