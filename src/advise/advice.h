/*
 * advice.h
 *	  The result of a search, as rows.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_ADVICE_H
#define PERFADVISOR_ADVISE_ADVICE_H

#include "advise/search.h"

/* One DDL statement, see perfadvisor.index_advice */
typedef struct PaAdviceRow
{
	int			rank;
	int			step;
	char	   *advice_id;
	Oid			relid;
	char	   *ddl;
	char	   *access_method;
	char	   *kind;
	double		time_saved;		/* ms per hour */
	double		remaining;		/* 0..1, of its statements' time, by costs alone */
	double		workload_gain;	/* 0..1 */
	double		write_cost;		/* ms per hour */
	int64		index_bytes;
	List	   *queryids;		/* int64 *, palloc'd */
	double		confidence;		/* 0..1 */
	char	   *reason;
	char	   *undo_sql;		/* or NULL */
} PaAdviceRow;

/* See perfadvisor.index_advice_statements */
typedef struct PaAdviceStatement
{
	char	   *advice_id;
	int64		queryid;
	char	   *query;
	int64		calls;
	double		cost_before;
	double		cost_after;
	char	   *plan_before;
	char	   *plan_after;
} PaAdviceStatement;

/* See perfadvisor.index_advice_rejected */
typedef struct PaRejected
{
	Oid			relid;
	char	   *ddl;
	const char *reason;
	double		best_gain;		/* ms per hour */
	int64		index_bytes;
} PaRejected;

/* See perfadvisor.unadvised_statements */
typedef struct PaUnadvised
{
	int64		queryid;
	char	   *query;
	int64		calls;
	double		total_exec_time;
	char	   *reason;
} PaUnadvised;

typedef struct PaAdvice
{
	MemoryContext context;
	double		hours;			/* that the recorded workload took; 0: not recorded */
	List	   *rows;			/* PaAdviceRow * */
	List	   *statements;		/* PaAdviceStatement * */
	List	   *rejected;		/* PaRejected * */
	List	   *unadvised;		/* PaUnadvised * */
} PaAdvice;

extern PaAdvice *pa_advice_make(PaSearch *search, MemoryContext parent);

/* not_advised.c */
extern void pa_advice_add_rejected(const PaSearch *search, PaAdvice *advice, const Bitmapset *left_out);
extern void pa_advice_add_unadvised(const PaSearch *search, PaAdvice *advice);

/* correction.c */
extern List *pa_correction_read(void);
extern double pa_correction_apply(List *corrections, Oid relid, double time, double saved);

/* publish.c */
extern void pa_publish_init(void);
extern void pa_publish_advice(const PaAdvice *advice);

#endif							/* PERFADVISOR_ADVISE_ADVICE_H */
