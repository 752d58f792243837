/*
 * statistics.h
 *	  What recorded statements ask of columns, and whether the planner's
 *	  statistics answer it.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_STATISTICS_H
#define PERFADVISOR_ADVISE_STATISTICS_H

#include "advise/search.h"

/* Conditions of one filter that are compared with a sample */
#define PA_MAX_CLAUSES	6

/* One condition on one column, which is safe to evaluate as anybody. */
typedef struct PaClause
{
	AttrNumber	attno;
	bool		equality;		/* = or IN or IS NULL: dependencies apply */
	char	   *text;			/* SQL, names qualified */
	double		estimated;		/* selectivity, by the planner */
	double		actual;			/* in the sample; -1 not known */
} PaClause;

/* The conditions on a table that a statement has at once. */
typedef struct PaFilterUse
{
	int			nclauses;
	PaClause	clauses[PA_MAX_CLAUSES];
	double		estimated;		/* selectivity of all, by the planner */
	double		actual;			/* in the sample */
	double		pairs[PA_MAX_CLAUSES][PA_MAX_CLAUSES];	/* actual, of two */
	List	   *queryids;		/* int64 * */
} PaFilterUse;

/* Columns that a statement compares, joins or groups by. */
typedef struct PaColumnUse
{
	List	   *attnos;			/* integers; more than one: grouped by together */
	bool		compared;		/* with constants, for equality */
	List	   *queryids;		/* int64 * */
} PaColumnUse;

/* All that the recorded workload asks of one table's columns. */
typedef struct PaTableUse
{
	Oid			relid;			/* hash key */
	List	   *filters;		/* PaFilterUse * */
	List	   *columns;		/* PaColumnUse * */
	List	   *queryids;		/* int64 *, of all these */
} PaTableUse;

/* A piece of advice, see perfadvisor.statistics_advice. */
typedef struct PaStatisticsRow
{
	Oid			relid;
	List	   *attnos;
	const char *problem;
	double		estimate_error; /* factor, at least 1 */
	List	   *queryids;
	char	   *ddl;
	char	   *undo;
	char	   *reason;

	/* of extended statistics */
	char	   *name;			/* qualified and quoted */
	List	   *kinds;			/* String nodes */
	int			target;			/* 0: the columns' own */
} PaStatisticsRow;

/* A sample of a table's blocks, the same for all questions */
typedef struct PaTableSample
{
	Oid			relid;
	Oid			owner;
	char	   *name;			/* qualified and quoted */
	char	   *from;			/* what goes behind FROM */
	double		fraction;		/* of the blocks, up to 1 */
	double		tuples;			/* of the table, by the catalog */
} PaTableSample;

/* Estimates that are wrong by this factor are worth a statement to run, ... */
#define PA_ERROR			10.0

/* ... and by this one are good enough afterwards. */
#define PA_MENDED			3.0

/* Fewer rows in the sample are chance. */
#define PA_MIN_SAMPLE_ROWS	30.0

/* Largest target that is advised; ANALYZE then reads 600,000 rows. */
#define PA_MAX_TARGET		2000

/* A table being judged */
typedef struct PaJudging
{
	PaTableUse *use;
	PaTableSample sample;
	double		rows;			/* in the sample */
	List	   *result;			/* PaStatisticsRow * */
} PaJudging;

/* What is known of one column */
typedef struct PaColumnFacts
{
	double		ndistinct;		/* number; 0 unknown */
	double		nullfrac;
	double		mcv_total;		/* share of the rows with common values */
	double		mcv_least;		/* share of the least common one */
	int			mcv_count;
	int			target;			/* of the column, in force */
} PaColumnFacts;

/* statistics_collect.c */
extern List *pa_statistics_collect(PaSearch *search);

/* statistics_sample.c */
extern bool pa_sample_open(PaTableSample *sample, Oid relid);
extern bool pa_sample_ask(const PaTableSample *sample, const char *sql,
						  int n, double *answers);
extern bool pa_sample_filters(const PaTableSample *sample, List *filters, double *rows);
extern bool pa_sample_distinct(const PaTableSample *sample, const char *columns,
							   double *distinct);

/* statistics.c */
extern double pa_statistics_error(double estimated, double actual);
extern char *pa_column_name(Oid relid, AttrNumber attno);
extern char *pa_column_names(Oid relid, List *attnos);
extern int	pa_statistics_target(Oid relid, AttrNumber attno);
extern bool pa_column_facts(const PaJudging *j, AttrNumber attno, PaColumnFacts *facts);
extern List *pa_merge_queryids(List *into, List *queryids);
extern PaStatisticsRow *pa_statistics_add(PaJudging *j, List *attnos, const char *problem,
										  double error, List *queryids, char *ddl,
										  char *undo, char *reason);
extern List *pa_statistics_judge(PaTableUse *use, bool analyse_first);

/* statistics_extended.c */
extern void pa_judge_together(PaJudging *j, const PaFilterUse *filter, double error);
extern void pa_judge_grouping(PaJudging *j, const PaColumnUse *column);

#endif							/* PERFADVISOR_ADVISE_STATISTICS_H */
