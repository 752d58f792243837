/*
 * recorder.h
 *	  What the files of the record room share. Private to the room.
 */
#ifndef PERFADVISOR_RECORD_RECORDER_H
#define PERFADVISOR_RECORD_RECORDER_H

#include "access/parallel.h"
#include "base/base.h"
#include "executor/execdesc.h"
#include "miscadmin.h"
#include "parser/parse_node.h"
#include "record/clock.h"
#include "record/concurrency.h"
#include "record/record.h"
#include "record/slab.h"
#include "record/table.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"

#define PA_TEXT_LIMIT (64 * 1024)	/* longer statements are not sampled */
#define PA_SHOWN_LIMIT (16 * 1024)	/* normalised texts are clipped here */
#define PA_VALUE_LIMIT (8 * 1024)	/* longer values are "not known" */
#define PA_PARAMS_LIMIT 1000	/* statements with more are not sampled */

/* local.c: what this backend knows of the table */
#define PA_LOCAL_SETS 512		/* a power of two */
#define PA_LOCAL_WAYS 4

typedef struct PaLocalSlot
{
	uint64		queryid;		/* the server's; 0: empty */
	uint64		recorded_as;	/* id that the entry has */
	uint64		relhash;
	Oid			userid;
	bool		toplevel;
	PaPlace		place;			/* its slot may be another entry's by now */
} PaLocalSlot;

extern PA_HIDDEN PaLocalSlot pa_local_cache[PA_LOCAL_SETS][PA_LOCAL_WAYS];

extern bool pa_local_find_failed(PaStatementKey *key, PaPlace *place);
extern uint64 pa_local_recorded_as(const PaStatementKey *key);
extern void pa_local_remember(const PaStatementKey *key, uint64 queryid,
							  const PaEntryRef *ref);

/*
 * Returns the set of the local cache that a query id is in.
 */
static inline int
pa_local_set(uint64 queryid)
{
	return queryid & (PA_LOCAL_SETS - 1);
}

/*
 * Tells whether a statement with this query id ran before in this session
 * and is still in the table.
 */
static inline bool
pa_local_knows(uint64 queryid)
{
	const PaLocalSlot *slot = pa_local_cache[pa_local_set(queryid)];

	for (int i = 0; i < PA_LOCAL_WAYS; i++, slot++)
		if (slot->queryid == queryid && pa_place_is_current(&slot->place))
			return true;
	return false;
}

/*
 * Tells whether a slot of the local cache is that of a key, which has the
 * server's query id.
 */
static inline bool
pa_local_is_of(const PaLocalSlot *slot, const PaStatementKey *key)
{
	return slot->queryid == key->queryid && slot->userid == key->userid &&
		slot->toplevel == key->toplevel && pa_same_relhash(slot->relhash, key->relhash);
}

/*
 * Looks up a key, which has the server's query id, and whose entry is still
 * in the table. The key gets the id that the statement is recorded under.
 * Takes no lock. A statement that runs again gets a slot in this backend's
 * slab, if one is free.
 */
static inline bool
pa_local_find(PaStatementKey *key, PaPlace *place)
{
	PaLocalSlot *slot = pa_local_cache[pa_local_set(key->queryid)];

	for (int i = 0; i < PA_LOCAL_WAYS; i++, slot++)
		if (pa_local_is_of(slot, key))
		{
			const PaPending *pending = slot->place.pending;

			if (unlikely(!pa_place_is_current(&slot->place)))
				return false;
			if (unlikely(pending == NULL || !pa_pending_is_of(pending, &slot->place.ref)))
				slot->place.pending = pa_slab_obtain(&slot->place.ref);
			*place = slot->place;
			key->queryid = slot->recorded_as;
			return true;
		}
	return false;
}

/* One place in a text where something else is to be written */
typedef struct PaTextMark
{
	int			location;		/* in the source text */
	int			paramid;		/* write $paramid; 0: a constant */
	int			list;			/* elements of a whole list of constants; 0: none;
								 * -1: as many as there are (18+) */
} PaTextMark;

/* A statement inside a source text, and what to write differently */
typedef struct PaTextSlice
{
	const char *source;
	int			location;
	int			length;
	PaTextMark *marks;			/* sorted by location */
	int			nmarks;
	int			highest_param;	/* constants are numbered after it */
	bool		is_expression;	/* of PL/pgSQL: wants SELECT before it */
} PaTextSlice;

/* rewrite_text.c */
extern char *pa_text_rewrite(const PaTextSlice *slice, bool hide_constants);
extern char *pa_text_hide_all(const char *source, int location, int length);
extern bool pa_text_starts_with(const char *string, const char *word);

/* birth.c: statements this backend has analysed */
typedef struct PaBirth
{
	uint64		queryid;		/* the server's */
	uint64		recorded_as;	/* the id it is recorded under */
	uint64		text_hash;		/* of the statement in its source text */
	Size		size;			/* bytes this birth takes */
	MemoryContext context;
	PaIdentity	identity;
	int			nvariables;		/* function variables rewritten as $n */
	char	   *sample_text;	/* NULL: the source text as it is */
	int			nparams;		/* highest parameter */
	Oid		   *param_types;	/* [nparams], InvalidOid where not named */
} PaBirth;

extern void pa_birth_note_unknown(ParseState *pstate, Query *query,
								  PaJumbleState *jstate, bool in_function);
extern PaBirth *pa_birth_find(uint64 queryid);
extern PaBirth *pa_birth_find_text(uint64 queryid, const char *string, int length);

/* describe.c: what kind of query it is */
typedef struct PaDescription
{
	PaClass		class;
	bool		advisable;
	int			nparams;		/* highest external parameter */
	List	   *params;			/* of Param, each use */
	List	   *lists;			/* of ArrayExpr, those of plain values */
} PaDescription;

extern void pa_describe_query(Query *query, PaDescription *description);

/*
 * Looks at a statement that was just analysed, and remembers it when it is
 * new. A known one costs a look at the local cache.
 */
static inline void
pa_birth_note(ParseState *pstate, Query *query, PaJumbleState *jstate)
{
	bool		in_function = pstate->p_pre_columnref_hook != NULL ||
		pstate->p_post_columnref_hook != NULL;

	if (unlikely(in_function || !pa_local_knows(pa_query_id(query))))
		pa_birth_note_unknown(pstate, query, jstate, in_function);
}

/* read_statements.c */
extern const char *pa_class_name(PaClass class);

/* lists.c */
extern bool pa_is_plain_value(Node *node);
extern bool pa_is_list(Node *node);
extern bool pa_needs_own_id(const PaDescription *description);
extern uint64 pa_squashed_queryid(Query *query, const char *source, int highest);

/* hooks.c */
typedef struct PaUtilityContext
{
	const char *source;
	int			location;
	int			length;
	int			level;			/* nesting level of what it runs */
	uint64		inner_queryid;	/* for a query that core gave none */
} PaUtilityContext;

extern PA_HIDDEN PaUtilityContext pa_utility_context;

/*
 * Says where a statement is in its source text when it is inside a utility
 * statement, which it does not know itself before 18. What runs inside with
 * another text (triggers, functions) is not it; a cursor has a copy.
 */
static inline void
pa_utility_locate(const char *source, int *location, int *length)
{
	if (*location <= 0 && *length == 0 && source != NULL &&
		pa_utility_context.source != NULL &&
		pa_utility_context.level == pa_nesting_level &&
		(pa_utility_context.source == source ||
		 strcmp(pa_utility_context.source, source) == 0))
	{
		*location = pa_utility_context.location;
		*length = pa_utility_context.length;
	}
}

/*
 * Makes a statement's place in its source text unknown when the text is too
 * short for it: a stored rule, or another library, may bring a plan together
 * with the text of something else.
 */
static inline void
pa_bound_place(const char *source, int *location, int *length)
{
	size_t		end = (size_t) Max(*location, 0) + Max(*length, 0);

	if (end > 0 && (*location < 0 || strnlen(source, end) < end))
	{
		*location = -1;
		*length = 0;
	}
}

/*
 * Whether this backend records: looked at until it is known, then it stays.
 */
typedef enum PaBackendRecords
{
	PA_BACKEND_UNKNOWN,
	PA_BACKEND_RECORDS,
	PA_BACKEND_DOES_NOT
} PaBackendRecords;

extern PA_HIDDEN PaBackendRecords pa_backend_records;
extern PA_HIDDEN bool pa_backend_is_client;	/* false until it is known */

extern bool pa_backend_settle(void);

/*
 * Tells whether what runs at this nesting level is recorded.
 */
static inline bool
pa_recording(int level)
{
	if (pa_track != PA_TRACK_ALL && (pa_track == PA_TRACK_OFF || level > 0))
		return false;
	return pa_record_suspended == 0 &&
		(likely(pa_backend_records == PA_BACKEND_RECORDS) || pa_backend_settle());
}

/* One execution between ExecutorStart and ExecutorEnd */
typedef struct PaExecution
{
	struct PaExecution *next;
	QueryDesc  *query_desc;
	SubTransactionId subid;
	uint64		queryid;		/* the server's; key has that it is recorded under */
	PaStatementKey key;
	PaPlace		place;
	PaClock		clock;
	bool		ran;
	bool		sampled;
	int			location;		/* of the statement in the source text */
	int			length;
	uint64		params_hash;	/* of what it ran with; see params.h */
	struct PaDraft *draft;		/* in the query's own context, or NULL */
} PaExecution;

/* active.c */

/* The subtransaction under way, as GetCurrentSubTransactionId() has it */
extern PA_HIDDEN SubTransactionId pa_subid;

/* What the executor is starting: stays when that fails, until it is counted */
extern PA_HIDDEN PaExecution *pa_execution_starting;

extern void pa_execution_tell(PaExecution *execution);
extern void pa_execution_failed(PaExecution *execution);
extern void pa_execution_all_failed(void);

/* execution.c */
extern void pa_execution_init(void);

/* utility.c */
typedef struct PaUtility
{
	struct PaUtility *outer;	/* that runs this one, or NULL */
	PaStatementKey key;
	PaPlace		place;
	const char *tag;
	PaClock		clock;
} PaUtility;

extern void pa_utility_begin(PaUtility *utility, Node *statement);
extern void pa_utility_ended(PaUtility *utility, const QueryCompletion *qc);
extern void pa_utility_failed(PaUtility *utility);
extern void pa_utility_all_failed(void);

/* unplanned.c */
extern PA_HIDDEN int	pa_unplanned_notes;

extern void pa_unplanned_attach(void);
extern void pa_unplanned_count(PaStatementKey *key, double plan_time);
extern void pa_unplanned_failed(const Query *query, const char *source,
								double plan_time);
extern void pa_unplanned_settle(void);

/* samples.c */
typedef struct PaDraft
{
	char	   *data;
	int			size;
	uint64		hash;
	char	   *text;			/* as it ran */
	int			nparams;
	PaItemState *states;
	char	  **values;
} PaDraft;

extern PaDraft *pa_sample_draft(PaExecution *execution, MemoryContext context);
extern bool pa_sample_is_dearer(const volatile PaEntry *entry, double cost);
extern void pa_sample_publish(const PaEntryRef *ref, const PaDraft *draft,
							  double exec_time, int64 rows, double cost, bool by_chance);
extern void pa_sample_read(const char *blob, uint32 size,
						   const PaSampleSlot *slot, PaSample *sample);

/* slow.c and failure.c: executions kept one by one */
typedef struct PaSlowQuery
{
	TimestampTz started_at;
	double		exec_time;
	PaStatementKey key;
	char		application_name[NAMEDATALEN];
	int64		rows;			/* -1: unknown */
	char	   *query;
	int			nparams;
	PaItemState *states;
	char	  **values;
	char	   *plan;
	int			sqlstate;		/* 0: succeeded */
	char	   *error;
} PaSlowQuery;

extern void pa_slow_init(void);
extern void pa_slow_record(PaExecution *execution, const PaMeasure *measure);
extern void pa_slow_record_utility(const PaStatementKey *key, const char *tag,
								   const PaMeasure *measure);
extern List *pa_slow_read(void);
extern void pa_slow_reset(void);
extern void pa_slow_usage(PaUsage *usage);
extern void pa_slow_save(PaDump *dump);
extern bool pa_slow_load(PaDump *dump);

/* failure.c */
extern PA_HIDDEN int	pa_failures_awaiting;	/* a message; see failure.c */

/*
 * Forgets that messages are awaited: the errors were caught.
 */
static inline void
pa_failure_forget_awaited(void)
{
	pa_failures_awaiting = 0;
}

/* failure_count.c: failed executions, counted */
typedef struct PaFailureCount
{
	PaStatementKey key;			/* zeros: of statements that found no room */
	int			sqlstate;		/* 0: of several */
	uint64		failures;
	double		exec_time;		/* ms */
	TimestampTz last_failure;	/* start of the execution */
} PaFailureCount;

extern void pa_failure_count_init(void);
extern void pa_failure_count(const PaStatementKey *key, int sqlstate,
							 const PaMeasure *measure);
extern List *pa_failure_count_read(void);
extern void pa_failure_count_reset(void);
extern void pa_failure_count_save(PaDump *dump);
extern bool pa_failure_count_load(PaDump *dump);

extern void pa_failure_init(void);
extern void pa_failure_record(const PaStatementKey *key, const char *string,
							  int length, const PaMeasure *measure);
extern uint64 pa_failure_unidentified(void);
extern List *pa_failure_read(void);
extern void pa_failure_reset(void);
extern void pa_failure_usage(PaUsage *usage);
extern void pa_failure_save(PaDump *dump);
extern bool pa_failure_load(PaDump *dump);

/* scans.c and scan_table.c: sequential scans of sampled executions */
typedef struct PaScan
{
	Oid			dbid;
	Oid			userid;
	uint64		queryid;
	Oid			relid;
	uint64		signature;
	double		scans;
	double		rows_read;
	double		rows_returned;
	double		estimate_error; /* worst q-error, 0 unknown */
	double		total_exec_time;
	double		last_scans;		/* of the last sampled execution */
	double		last_read;
	double		last_returned;
	double		last_time;
	PaEntryRef	ref;			/* statement that was last seen doing it */
	int64		upto;			/* its executions that this stands for */
	TimestampTz last_seen;
	dsa_pointer filter;
	uint32		filter_size;
} PaScan;

typedef struct PaScanCopy
{
	PaScan		scan;
	char	   *filter;
} PaScanCopy;

/* latencies.c: pairs of bucket and count as a bigint[] */
extern Datum pa_histogram_array(const int64 *buckets);

/* totals.c */
extern void pa_totals_init(void);
extern void pa_totals_evict(const PaEntry *entry);
extern void pa_totals_reset(void);
extern void pa_totals_save(PaDump *dump);
extern bool pa_totals_load(PaDump *dump);

/* jit.c */
extern void pa_jit_note(const PaExecution *execution);
/* generic.c */
extern bool pa_plan_is_generic(const QueryDesc *query_desc);

/* plan_hash.c */
extern uint64 pa_plan_hash(const QueryDesc *queryDesc);

/* plans.c */
extern void pa_plans_init(void);
extern void pa_plans_record(const PaExecution *execution, const PaMeasure *measure);
extern void pa_plans_notice(const PaExecution *execution, const PaMeasure *measure);
extern void pa_plans_reset(void);
extern void pa_plans_save(PaDump *dump);
extern bool pa_plans_load(PaDump *dump);

extern void pa_scans_init(void);
extern void pa_scans_prepare(QueryDesc *queryDesc);
extern void pa_scans_instrument(QueryDesc *queryDesc);
extern void pa_scans_record(PaExecution *execution, const PaMeasure *measure);
extern List *pa_scans_read(void);
extern void pa_scans_reset(void);
extern void pa_scans_usage(PaUsage *usage);
extern void pa_scans_save(PaDump *dump);
extern bool pa_scans_load(PaDump *dump);

/* persist.c: the file that outlives the server */
typedef struct PaSaveState
{
	TimestampTz saved_at;		/* 0: not since the server started */
	uint64		bytes;			/* of that file */
} PaSaveState;

extern void pa_persist_init(void);
extern bool pa_persist_save(int elevel);
extern void pa_persist_load(const char *path);
extern void pa_persist_state(PaSaveState *state);
extern void pa_persist_put_string(PaDump *dump, const char *string, Size size);
extern bool pa_persist_get_string(PaDump *dump, Size size, char **string);
extern bool pa_persist_get_text(PaDump *dump, Size size, char **string);

/* worker.c: the background worker that saves every few minutes */
extern void pa_worker_init(void);

/* filter.c */
extern uint64 pa_filter_signature(List *quals);
extern char *pa_filter_text(Oid relid, Index scanrelid, List *quals);

#endif							/* PERFADVISOR_RECORD_RECORDER_H */
