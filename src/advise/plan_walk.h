/*
 * plan_walk.h
 *	  Going through a plan to price its nodes: shared by plan_time.c and
 *	  plan_time_scan.c.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_PLAN_WALK_H
#define PERFADVISOR_ADVISE_PLAN_WALK_H

#include "advise/plan_time.h"

/* Price that both need, microseconds: a row kept by a node and read again */
#define PA_TIME_KEPT				0.02

typedef struct PaTiming
{
	const PaSeen *seen;
	const PlannedStmt *stmt;
	bool		doubtful;
	double		workers;		/* that share a parallel scan, with the leader */
	double		limit;			/* rows that the node above asks for; 0: all */
	const Plan *raised;			/* scan on the inner side of a nested loop that returns ... */
	double		raise;			/* ... so many times as many rows as estimated */
	const Plan *inner;			/* plan on the inner side of a nested loop, in whose index ... */
	double		in_order;		/* ... look-ups come in its order to so much, 0 to 1 */
	double		seq_pages;
	double		random_pages;
	int			depth;			/* of subplans, against endless ones */
} PaTiming;

/* What is known of a node */
typedef struct PaTimed
{
	double		time;			/* of one execution */
	double		factor;			/* rows, measured against estimated */
	int			joins;			/* at and below it */
	Bitmapset  *tables;			/* of the same query level that it reads, by their places in
								 * the range table, if pairs were noted */
} PaTimed;

/* What an expression takes for a row, and the subplans in it */
typedef struct PaTimedExpression
{
	double		time;
	List	   *subplans;		/* SubPlan * */
	double		aggregates;		/* numeric ones count for more */
} PaTimedExpression;

/* plan_time.c */
extern PaTimed pa_time_of(PaTiming *walk, const Plan *plan, double executions);
extern double pa_time_hash(double built, double probed);

/* plan_order.c */
extern double pa_lookup_order(const PaTiming *walk, const Plan *join);

/* plan_time_scan.c */
extern bool pa_is_long_type(Oid type);
extern PaTimedExpression pa_time_expression(const List *expressions);
extern double pa_time_conditions(PaTiming *walk, const Plan *plan, const List *quals,
								 double rows, double returned);
extern PaTimed pa_time_scan(PaTiming *walk, const Plan *plan, double executions);

#endif							/* PERFADVISOR_ADVISE_PLAN_WALK_H */
