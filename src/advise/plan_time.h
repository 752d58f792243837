/*
 * plan_time.h
 *	  How long a plan takes where the data are in memory.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_PLAN_TIME_H
#define PERFADVISOR_ADVISE_PLAN_TIME_H

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/* How many rows a statement's scans of a table really return */
typedef struct PaKnownRows
{
	Oid			relid;
	double		rows;			/* of one scan */
} PaKnownRows;

/* A table as the planner saw it */
typedef struct PaSeenTable
{
	Oid			relid;
	double		pages;
	double		tuples;
	double		rows;			/* that meet its conditions, estimated */
	double		visible;		/* share of pages that are all-visible */
} PaSeenTable;

/* An index scan that the planner thought of */
typedef struct PaSeenScan
{
	Oid			indexid;
	Cost		startup_cost;
	Cost		total_cost;
	Cost		index_cost;		/* of that, what the index costs */
	double		tuples;			/* found by the index's conditions, each time */
	double		passed;			/* entries read and not found, each time */
	double		passed_pages;	/* of the index, these fill */
	double		levels;			/* pages from root to leaf */
	double		pages;			/* of the index */
	AttrNumber	first;			/* its first column, 0: an expression */
	double		order;			/* 0 to 1: how much the rows lie in its order */
} PaSeenScan;

/* Two tables that a query joins; see join_pairs.c */
typedef struct PaSeenPair
{
	const RangeTblEntry *first;
	const RangeTblEntry *second;
	double		factor;			/* by which more rows are joined than estimated */
} PaSeenPair;

/* What plan_time.c is told while a statement is planned */
typedef struct PaSeen
{
	List	   *tables;			/* PaSeenTable * */
	List	   *scans;			/* PaSeenScan * */
	List	   *pairs;			/* PaSeenPair * */
	List	   *known;			/* PaKnownRows *, or NIL */
	double		returned;		/* rows, by the execution whose constants these are;
								 * negative: not known */
} PaSeen;

/* A plan's time, all in microseconds of warm data; pages are accesses */
typedef struct PaPlanTime
{
	double		warm;			/* with the rows that are known, otherwise estimated */
	double		doubtful;		/* if joins return more than estimated */
	double		seq_pages;		/* read one after the other */
	double		random_pages;	/* read at any place */
} PaPlanTime;

/* plan_seen.c */
extern void pa_seen_note(PaSeen *seen, PlannerInfo *root, RelOptInfo *rel,
						 RangeTblEntry *rte);
extern double pa_seen_order(Oid relid, AttrNumber attno);
extern const PaSeenTable *pa_seen_table(const PaSeen *seen, Oid relid);
extern const PaSeenScan *pa_seen_scan(const PaSeen *seen, Oid indexid, const Plan *plan);
extern double pa_seen_correction(const PaSeen *seen, Oid relid);

/* join_pairs.c */
extern void pa_seen_note_join(PaSeen *seen, PlannerInfo *root, RelOptInfo *joinrel,
							  RelOptInfo *outer, RelOptInfo *inner, JoinType jointype,
							  const JoinPathExtraData *extra);

/* plan_time.c */
extern PaPlanTime pa_plan_time(const PaSeen *seen, const PlannedStmt *stmt);

#endif							/* PERFADVISOR_ADVISE_PLAN_TIME_H */
