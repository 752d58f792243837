/*
 * replan.h
 *	  Analysing and planning recorded statements as the role that ran them.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_REPLAN_H
#define PERFADVISOR_ADVISE_REPLAN_H

#include "advise/whatif.h"
#include "lib/ilist.h"
#include "record/record.h"

/* Whose functions may run while something is planned; see foreign_code.c. */
typedef enum PaCode
{
	PA_CODE_TRUSTED,			/* superusers', and of roles that the planning
								 * role can act as */
	PA_CODE_CALLED,				/* any that a statement called when its role ran
								 * it; for roles that can do more than others
								 * as above */
	PA_CODE_ANY					/* any: the text is the caller's own */
} PaCode;

/* As whom, and under which names, something is planned. */
typedef struct PaRestriction
{
	Oid			userid;
	const char *search_path;	/* NULL: the session's own */
	PaCode		code;
} PaRestriction;

/* foreign_code.c */
extern void pa_foreign_code_init(void);
extern Oid	pa_foreign_code_begin(Oid userid, PaCode code);
extern void pa_foreign_code_end(Oid before);

extern bool pa_in_restriction(const PaRestriction *restriction,
							  void (*work) (void *arg), void *arg,
							  ErrorData **error);
extern bool pa_is_interrupt(const ErrorData *edata);

/*
 * Statements that are kept ready to be planned again, the latest first; what does
 * not fit is analysed again when it is asked for.
 */
typedef struct PaPrepared
{
	dlist_head	list;			/* of PaReplan.node */
	Size		bytes;
} PaPrepared;

/* A statement ready to be planned again and again. */
typedef struct PaReplan
{
	PaRestriction restriction;
	const PaSample *sample;
	uint64		queryid;		/* expected; 0: do not compare */
	uint64		fingerprint;	/* expected; 0: do not compare */
	void		(*inspect) (Query *query, PlannedStmt *plan, void *arg);
	void	   *inspect_arg;	/* called, unless NULL, with each query and its
								 * plan while its tables are locked */
	List	   *known_rows;		/* PaKnownRows *, see plan_time.h */
	bool		generic;		/* plan for all values of the parameters */
	bool		common_values;	/* put the most common values in the place of
								 * the sample's; see common_values.c */
	PaPrepared *among;			/* NULL: stays ready */

	/* managed by replan.c */
	MemoryContext parent;		/* of context */
	dlist_node	node;
	Size		bytes;			/* 0: not among others */

	/* set by pa_replan_prepare(), in its own memory context */
	MemoryContext context;		/* NULL: has to be analysed again */
	List	   *queries;		/* Query *, rewritten */
	ParamListInfo params;
	bool		bound;			/* has parameters, all with values */
	List	   *relids;			/* tables to lock */
	List	   *lockmodes;		/* their lock modes */
	uint64		prepared_at;	/* count of relation invalidations */
	CmdType		command;
	Oid			target;			/* table written, or InvalidOid */
	Bitmapset  *updated;		/* attribute numbers assigned by UPDATE */
	bool		arrays_of_params;	/* some array or list holds a parameter */
	Bitmapset  *param_locations;	/* of parameters in the text */
	ErrorData  *error;			/* why it cannot be planned, or NULL */
} PaReplan;

/* What one planning gave. */
typedef struct PaPlanResult
{
	double		cost;			/* total_cost, all queries of a rewrite */
	double		rows;			/* estimated, written or returned, the same */
	PaPlanTime	time;			/* the same */
	List	   *used;			/* OIDs of indexes read */
	char	   *plan;			/* EXPLAIN text, if asked for */
} PaPlanResult;

/* common_values.c */
extern bool pa_use_common_values(List *queries, ParamListInfo params, bool *there);

/* replan.c */
extern void pa_replan_init(void);
extern Node *pa_plannable_part(Node *stmt);
extern void pa_raise_error_of(const char *source, ErrorData *error);
extern bool pa_lock_existing(Oid relid);
extern char *pa_existing_name(Oid relid);
extern char *pa_existing_schema(Oid relid);
extern Oid	pa_existing_owner(Oid relid);
extern uint64 pa_replan_invalidations(void);
extern void pa_replan_prepare(PaReplan *replan);
extern void pa_replan_release(PaReplan *replan);
extern bool pa_replan_plan(PaReplan *replan, PaWhatIf *whatif,
						   bool want_text, PaPlanResult *result);

#endif							/* PERFADVISOR_ADVISE_REPLAN_H */
