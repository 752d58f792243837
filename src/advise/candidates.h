/*
 * candidates.h
 *	  From the planner's view of a query to indexes worth imagining.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_CANDIDATES_H
#define PERFADVISOR_ADVISE_CANDIDATES_H

#include "advise/index_def.h"
#include "nodes/pathnodes.h"
#include "utils/palloc.h"

/* How a clause could use an index on its column. */
typedef enum PaTermKind
{
	PA_TERM_EQUAL,				/* = constant, boolean column */
	PA_TERM_NULL,				/* IS NULL: found like a value, but the planner
								 * does not take the column for fixed in orders */
	PA_TERM_IN,					/* = ANY (array) */
	PA_TERM_JOIN,				/* = column of another table */
	PA_TERM_RANGE,				/* <, <=, >=, >, row comparison */
	PA_TERM_PREFIX,				/* LIKE 'x%', needs a pattern operator class */
	PA_TERM_TRIGRAM,			/* LIKE '%x%', ILIKE, ~ */
	PA_TERM_OPERATOR			/* @>, &&, @@, <-> ...: no B-tree, but am */
} PaTermKind;

typedef struct PaTerm
{
	PaTermKind	kind;
	Oid			am;				/* of PA_TERM_OPERATOR, otherwise invalid */
	PaIndexColumn col;
	double		selectivity;
	bool		in_or;			/* only within an OR: it is of use if the other arms can be
								 * searched as well */
} PaTerm;

/* An OR each of whose arms could be searched in an index, some of trigrams */
typedef struct PaTrigramOr
{
	List	   *arms;			/* of each that no existing index serves a List of PaTerm *,
								 * one of which is enough */
	int			served;			/* arms that one serves */
	double		selectivity;
} PaTrigramOr;

/* A condition that could be the predicate of a partial index. */
typedef struct PaPredicate
{
	Node	   *clause;			/* varno 1 */
	PaIndexColumn col;			/* the column that it is about */
	double		selectivity;
	bool		flag;			/* about a boolean column or one that is NULL, in every
								 * execution */
	bool		doubtful;		/* its constant may be one of many that are asked for */
} PaPredicate;

/* What one scan of one table in one query could ask of an index. */
typedef struct PaRequest
{
	Oid			relid;
	double		pages;			/* of the table */
	double		tuples;
	double		share;			/* of the tuples that meet the conditions */
	double		scan_cost;		/* of reading all and looking at the conditions */
	List	   *terms;			/* PaTerm * */
	List	   *trigram_ors;	/* PaTrigramOr * */
	List	   *orders;			/* List * of PaIndexColumn *, wanted orders */
	List	   *limited_order;	/* the one of which only the first rows are wanted,
								 * out of many */
	List	   *predicates;		/* PaPredicate * */
	List	   *weak_predicates;	/* PaPredicate *, of which each alone leaves out too
									 * little */
	List	   *needed;			/* PaIndexColumn *, all that the query reads of the
								 * table, where not visiting it would pay */
} PaRequest;

/* The columns of one scan, as attribute numbers less FirstLowInvalidHeapAttributeNumber */
typedef struct PaScanColumns
{
	Oid			relid;
	Bitmapset  *clauses;		/* in conditions, joins and orders: those on which an
								 * index could be searched or give an order */
	Bitmapset  *read;			/* all */
} PaScanColumns;

/* Where pa_collect_relation() puts what it finds. */
typedef struct PaCollector
{
	MemoryContext context;		/* that requests are allocated in */
	const struct PaReplan *replan;	/* what is planned; it may be analysed anew
									 * before, so nothing is copied from it */
	List	   *requests;		/* PaRequest * */
	List	   *scans;			/* PaScanColumns * */
} PaCollector;

/* collect.c */
extern void pa_collect_relation(PlannerInfo *root, RelOptInfo *rel,
								RangeTblEntry *rte, void *collector);

/* order.c */
extern void pa_order_note_limit(PaRequest *request, List *order, double limit);
extern bool pa_order_served(const PaIndexDef *def, const PaRequest *request);

/* estimate.c */
extern double pa_estimated_cost(double cost_now, const PaRequest *request,
								const PaIndexDef *def);
extern bool pa_trigram_or_add(PaTrigramOr *trigrams, const RelOptInfo *rel, const List *terms);
extern bool pa_trigram_or_needed(const PaTrigramOr *trigrams);
extern double pa_estimated_or_cost(double cost_now, const PaRequest *request,
								   const PaTrigramOr *trigrams, const List *defs, List **read);

/* methods.c */
typedef void (*PaMethodVisit) (Oid am, Oid opclass, void *arg);
extern void pa_methods_visit(Oid opno, Oid type, char purpose, Oid sortfamily,
							 PaMethodVisit visit, void *arg);
extern bool pa_is_ordering_operator(Oid opno);
extern Oid	pa_spatial_opclass(Oid type);
extern bool pa_btree_gin_takes(Oid type);

/* candidates.c */
typedef void (*PaCandidateSink) (PaIndexDef *def, void *arg);
extern void pa_candidates_generate(PaRequest *request, PaCandidateSink sink,
								   void *arg);

/* complete.c */
/* How the other columns that are compared for equality come into a definition */
typedef enum PaCompletion
{
	PA_COMPLETE_KEYS,			/* behind those that it has */
	PA_COMPLETE_ORDER,			/* and then the order that is wanted */
	PA_COMPLETE_IN_FRONT
} PaCompletion;

extern PaIndexDef *pa_candidate_completed(const PaIndexDef *def, const PaRequest *request,
										  PaCompletion completion);
extern List *pa_candidate_narrowed(const PaIndexDef *def, const PaRequest *request);

/* fit.c */
/* Included columns that are proposed at most */
#define PA_MAX_INCLUDED	4

extern PaIndexDef *pa_candidate_covering(const PaIndexDef *def,
										 const PaRequest *request);
extern bool pa_candidate_relevant(const PaIndexDef *def, const PaRequest *request);
extern Bitmapset *pa_candidate_useful(const PaIndexDef *def, const List *scans);

/* pattern.c */
typedef enum PaPatternKind
{
	PA_PATTERN_NONE,
	PA_PATTERN_LIKE,
	PA_PATTERN_ILIKE,
	PA_PATTERN_REGEX,
	PA_PATTERN_IREGEX,
	PA_PATTERN_STARTS_WITH
} PaPatternKind;

extern PaPatternKind pa_pattern_kind(Oid opno);
extern bool pa_pattern_has_prefix(PaPatternKind kind, Const *pattern);
extern bool pa_pattern_has_trigram(PaPatternKind kind, Const *pattern);
extern bool pa_collation_is_c(Oid collation);

/* trigram.c */
extern Oid	pa_trgm_opclass(void);
extern bool pa_extension_available(const char *name);

#endif							/* PERFADVISOR_ADVISE_CANDIDATES_H */
