/*
 * whatif.h
 *	  Planning with indexes imagined and indexes hidden.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_WHATIF_H
#define PERFADVISOR_ADVISE_WHATIF_H

#include "advise/index_def.h"
#include "advise/plan_time.h"
#include "nodes/params.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/* Called for every plain relation while its paths are made; see collect.c. */
typedef void (*PaRelCallback) (PlannerInfo *root, RelOptInfo *rel,
							   RangeTblEntry *rte, void *arg);

typedef struct PaWhatIf
{
	List	   *indexes;		/* PaIndexDef *, imagined */
	List	   *hidden;			/* OID list, existing indexes to hide */
	List	   *statistics;		/* PaIndexDef *, imagined for the statistics of
								 * their expressions only: no plan reads them */
	PaRelCallback callback;		/* or NULL */
	void	   *callback_arg;
	PaSeen	   *seen;			/* to be filled, or NULL */

	/* managed by whatif.c */
	ParamListInfo params;		/* also the mark of our own planning */
} PaWhatIf;

extern void pa_whatif_init(void);
extern PlannedStmt *pa_whatif_plan(PaWhatIf *whatif, Query *query,
								   const char *source, ParamListInfo params);
extern IndexOptInfo *pa_whatif_index_info(PaIndexDef *def, RelOptInfo *rel);
extern void pa_whatif_restore_size(Oid relid, RelOptInfo *rel);
extern bool pa_whatif_is_ours(PlannerInfo *root);
extern bool pa_whatif_is_active(void);
extern Oid	pa_whatif_new_oid(void);
extern void pa_whatif_reset_oids(void);
extern List *pa_whatif_indexes_used(PlannedStmt *plan);
extern char *pa_whatif_explain(PaWhatIf *whatif, PlannedStmt *plan,
							   const char *source);

#endif							/* PERFADVISOR_ADVISE_WHATIF_H */
