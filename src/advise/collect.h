/*
 * collect.h
 *	  Taking down what scans could ask of an index: shared by collect.c and
 *	  collect_clause.c.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_COLLECT_H
#define PERFADVISOR_ADVISE_COLLECT_H

#include "advise/candidates.h"
#include "advise/replan.h"

/* One table of one query that is looked at */
typedef struct PaCollecting
{
	PlannerInfo *root;
	RelOptInfo *rel;
	PaRequest  *request;
	PaCollector *into;
} PaCollecting;

/* What pa_collect_method() needs */
typedef struct PaSearching
{
	PaCollecting *c;
	Node	   *expr;
	Oid			collation;
	double		selectivity;
} PaSearching;

/* collect_clause.c */
extern Node *pa_strip_relabel(Node *node);
extern bool pa_collect_indexable(PaCollecting *c, Node *expr);
extern bool pa_collect_column(PaCollecting *c, PaIndexColumn *col, Node *expr, Oid opclass,
							  Oid collation);
extern void pa_collect_term(PaCollecting *c, PaTermKind kind, const PaIndexColumn *col,
							double selectivity);
extern void pa_collect_method(Oid am, Oid opclass, void *arg);
extern void pa_collect_clause(PaCollecting *c, Node *clause, double selectivity);

#endif							/* PERFADVISOR_ADVISE_COLLECT_H */
