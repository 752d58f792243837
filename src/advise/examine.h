/*
 * examine.h
 *	  How a recorded statement is written, read from its tree and its plan.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_EXAMINE_H
#define PERFADVISOR_ADVISE_EXAMINE_H

#include "advise/replan.h"

/* What is known of a statement, as the members of a JSON object */
typedef struct PaExamined
{
	MemoryContext context;		/* that the texts go to */
	StringInfoData facts;
	StringInfoData found;		/* patterns: elements of an array */
	Oid			relid;			/* the table it is about, or InvalidOid */
	bool		done;
} PaExamined;

/* facts.c: JSON, and names */
extern void pa_fact_key(StringInfo json, const char *key);
extern void pa_fact_string(StringInfo json, const char *key, const char *value);
extern void pa_fact_number(StringInfo json, const char *key, double value);
extern void pa_fact_bool(StringInfo json, const char *key, bool value);
extern void pa_fact_strings(StringInfo json, const char *key, List *values);
extern char *pa_relation_name(Oid relid);
extern double pa_relation_tuples(Oid relid);
extern bool pa_is_implicit_cast(const Node *node);
extern char *pa_index_beginning_with(Oid relid, AttrNumber attno);
extern List *pa_primary_key_columns(Oid relid);
extern bool pa_resolve_column(Query *query, Node *node, Oid *relid, AttrNumber *attno);

/* examine_order.c */
extern bool pa_is_paged(Query *query);
extern List *pa_order_terms(Query *query, Oid *relid, bool *descending, bool *random);
extern List *pa_nullable_order(Query *query);

/* examine_query.c, examine_plan.c */
extern void pa_examine_query(Query *query, PaExamined *examined);
extern void pa_examine_plan(Query *query, PlannedStmt *plan, PaExamined *examined);

#endif							/* PERFADVISOR_ADVISE_EXAMINE_H */
