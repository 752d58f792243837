/*
 * concurrency.h
 *	  How many statements, transactions and sessions are under way at once.
 *	  Private to the record room; see concurrency.c and minutes.c.
 */
#ifndef PERFADVISOR_RECORD_CONCURRENCY_H
#define PERFADVISOR_RECORD_CONCURRENCY_H

#include "base/base.h"
#include "datatype/timestamp.h"
#include "nodes/parsenodes.h"
#include "port/atomics.h"
#include "utils/guc.h"

#define PA_LEVELS 64
#define PA_LEVELS_EACH 16		/* below, every number is a level */

/* A number that goes up and down by one */
typedef struct PaCount
{
	pg_atomic_uint32 now;
	pg_atomic_uint32 max;		/* of this minute */
} PaCount;

/* What a session does that a pool in transaction mode cannot give it */
typedef enum PaFeature
{
	PA_FEATURE_SET,
	PA_FEATURE_TEMPORARY_TABLE,
	PA_FEATURE_ADVISORY_LOCK,
	PA_FEATURE_LISTEN,
	PA_FEATURE_HOLD_CURSOR,
	PA_FEATURE_PREPARE,
	PA_FEATURE_PROTOCOL_PREPARED,
	PA_FEATURE_SET_AT_START,	/* before it read a table, to what others set */
	PA_FEATURES
} PaFeature;

typedef struct PaFeatureUse
{
	uint32		sessions;		/* that were seen to use it */
	TimestampTz last_seen;
	char		example[NAMEDATALEN];	/* a setting's, table's or channel's name;
										 * several of PA_FEATURE_SET_AT_START */
} PaFeatureUse;

#define PA_START_SETTINGS 8

/* What a setting was set to last at the start of a session */
typedef struct PaStartSetting
{
	uint32		name;			/* hash; 0: none */
	uint32		value;			/* hash */
} PaStartSetting;

typedef enum PaGroupKind
{
	PA_GROUP_SERVER,			/* counts statements; the others transactions */
	PA_GROUP_ROLE,				/* of a database */
	PA_GROUP_APPLICATION
} PaGroupKind;

typedef struct PaGroupKey
{
	PaGroupKind kind;
	Oid			dbid;
	Oid			roleid;			/* InvalidOid in a role's group: all that found no room */
	char		application_name[NAMEDATALEN];
} PaGroupKey;

/* How sessions ended */
typedef enum PaSessionEnd
{
	PA_SESSION_CLOSED,
	PA_SESSION_ABANDONED,		/* the client went away */
	PA_SESSION_FATAL,
	PA_SESSION_KILLED,
	PA_SESSION_ENDS
} PaSessionEnd;

/* Counts that only grow; read as differences */
typedef struct PaGroupCounts
{
	uint64		transactions;
	uint64		idle_us;		/* in transactions, while the client did something else */
	uint64		sessions_started;
	uint64		session_us;		/* lives of sessions that ended */
	uint64		sessions_ended[PA_SESSION_ENDS];
} PaGroupCounts;

#define PA_GROUP_COUNTS (sizeof(PaGroupCounts) / sizeof(uint64))

/*
 * Sessions that are counted together. The numbers are changed by everybody
 * without a lock; the rest under the groups' lock.
 */
typedef struct PaGroup
{
	PaCount		in_flight;
	PaCount		sessions;
	pg_atomic_uint64 counts[PA_GROUP_COUNTS];
	bool		used;
	PaGroupKey	key;
	TimestampTz last_used;		/* when a session took or left it last */
	PaFeatureUse features[PA_FEATURES];
	PaStartSetting start_settings[PA_START_SETTINGS];

	/* This minute */
	TimestampTz since;
	PaGroupCounts base_counts;	/* when it began */
	uint32		sampled_us;		/* time that samples stand for */
	uint32		above[PA_LEVELS];	/* of that, with at least so many in flight */
} PaGroup;

/* What a group did in a minute, or a part of one */
typedef struct PaMinute
{
	TimestampTz from;
	TimestampTz upto;
	PaGroupKey	key;
	uint32		max;			/* in flight */
	uint32		sessions_max;
	uint32		sessions_now;	/* at the end */
	uint32		sampled_us;
	PaGroupCounts counts;
	uint32		above[PA_LEVELS];	/* us of sampled_us with at least so many in flight */
} PaMinute;

/* What a group did in several minutes */
typedef struct PaInFlight
{
	PaGroupKey	key;
	TimestampTz from;
	TimestampTz upto;
	double		observed_us;
	double		sampled_us;
	uint32		max;
	uint32		sessions_max;
	uint32		busy;			/* by work, of the hour where that is highest: 92 % */
	uint32		burst;			/* and 99 % */
	PaGroupCounts counts;
	double		above[PA_LEVELS];	/* us */
} PaInFlight;

/* How things are in a backend, all of which can be compared at once */
typedef union PaFlightMarks
{
	struct
	{
		bool		busy;		/* a statement is under way; or this backend is
								 * never counted */
		bool		in_transaction;
		bool		in_block;	/* that BEGIN began */
		bool		aborted;	/* and an error ended, but the client does not know
								 * yet */
		bool		ending;		/* by the statement that runs now */
		bool		chaining;	/* and the next one begins at once */
		bool		committing; /* if that is by COMMIT, and works */
		bool		groups_stale;	/* the application may have got another name */
	};
	uint64		all;			/* 0: nothing is under way */
} PaFlightMarks;

StaticAssertDecl(sizeof(PaFlightMarks) == sizeof(uint64), "marks do not fit");

/* Of these busy and in_transaction alone: a statement outside of a block */
#ifdef WORDS_BIGENDIAN
#define PA_FLIGHT_SIMPLE (UINT64CONST(0x0101) << 48)
#else
#define PA_FLIGHT_SIMPLE UINT64CONST(0x0101)
#endif

/* What this backend has counted as under way */
typedef struct PaFlight
{
	PaFlightMarks is;
	const char *application_seen;	/* address of the name that the group has */
	PaCount    *server;			/* as the next two: what is counted in */
	PaCount    *role;
	PaCount    *application;
	uint64		transactions;	/* not yet in the groups' counts */
} PaFlight;

extern PA_HIDDEN PaFlight pa_flight;
extern PA_HIDDEN int pa_nesting_level;

/* levels.c */
extern int	pa_level_bound(int level);
extern int	pa_levels_reached(uint32 number);
extern void pa_count_raise_max(PaCount *count, uint32 number);
extern uint32 pa_count_take_max(PaCount *count);

/* groups.c */
#define PA_SERVER_GROUP 0

extern void pa_groups_init(void);
extern PaGroup *pa_group(int number);
extern int	pa_groups_count(void);
extern LWLock *pa_groups_lock(void);
extern PaGroup *pa_group_join(const PaGroupKey *key);
extern PaGroup *pa_group_restore_role(const PaGroupKey *key);

/* concurrency.c */
extern void pa_concurrency_init(void);
extern void pa_concurrency_enter(void);
extern void pa_concurrency_leave(void);
extern void pa_concurrency_block_ended(bool committed);
extern void pa_concurrency_flush(void);
extern void pa_concurrency_utility_begins(Node *statement, int level);
extern void pa_concurrency_utility_ended(int level);
extern void pa_concurrency_use_feature(PaFeature feature, const char *example);
extern bool pa_concurrency_sets_alike(const char *setting, uint32 value);

/* features.c */
extern void pa_features_of_query(Query *query);
extern void pa_features_of_utility(Node *statement);
extern void pa_features_of_portal(void);
extern void pa_features_of_plan(const PlannedStmt *plan);

/* minutes.c */
extern void pa_minutes_init(void);
extern TimestampTz pa_minutes_tick(TimestampTz now);
extern void pa_minutes_close(PaGroup *group, TimestampTz now);
extern List *pa_minutes_read(void);
extern void pa_minutes_reset(void);
extern void pa_minutes_save(struct PaDump *dump);
extern bool pa_minutes_load(struct PaDump *dump);

/* in_flight.c */
extern uint32 pa_in_flight_by_time(const PaInFlight *sum, double fraction);
extern uint32 pa_in_flight_by_work(const PaInFlight *sum, double fraction);
extern double pa_in_flight_mean(const PaInFlight *sum);
extern void pa_in_flight_add(PaInFlight *sum, const PaMinute *minute);
extern List *pa_in_flight_since(TimestampTz since);

/*
 * Counts one more.
 */
static inline void
pa_count_up(PaCount *count)
{
	uint32		before = pg_atomic_fetch_add_u32(&count->now, 1);

	/* Read as it is: the addition is a barrier */
	if (unlikely(before >= count->max.value))
		pa_count_raise_max(count, before + 1);
}

/*
 * Counts one less.
 */
static inline void
pa_count_down(PaCount *count)
{
	(void) pg_atomic_fetch_sub_u32(&count->now, 1);
}

/*
 * Takes note that a client's statement begins, or goes on.
 */
static inline void
pa_concurrency_statement_begins(int level)
{
	if (pa_flight.is.all != 0 || unlikely(application_name != pa_flight.application_seen))
	{
		if (!pa_flight.is.busy && level == 0)
			pa_concurrency_enter();
		return;
	}
	if (level > 0)
		return;
	pa_flight.is.all = PA_FLIGHT_SIMPLE;
	pa_count_up(pa_flight.role);
	pa_count_up(pa_flight.application);
	pa_count_up(pa_flight.server);
}

/*
 * Takes note that a client's statement has run, and the next one is up to the
 * client. Outside of a transaction block that ends the transaction as well,
 * which will be told anyway.
 */
static inline void
pa_concurrency_statement_ran(int level)
{
	if (unlikely(pa_flight.is.in_block) && level == 0)
		pa_concurrency_leave();
}

/*
 * Takes this session's transaction off.
 */
static inline void
pa_concurrency_transaction_leaves(void)
{
	pa_count_down(pa_flight.role);
	pa_count_down(pa_flight.application);
	if (pa_flight.is.busy)
		pa_count_down(pa_flight.server);
	pa_flight.is.busy = false;
	pa_flight.is.in_transaction = false;
	pa_flight.transactions++;
}

/*
 * Tells whether what is under way is a statement outside of a block, with the
 * transaction that it is.
 */
static inline bool
pa_concurrency_is_simple(void)
{
	return pa_flight.is.all == PA_FLIGHT_SIMPLE && pa_nesting_level == 0;
}

/*
 * Takes that off.
 */
static inline void
pa_concurrency_simple_ends(void)
{
	pa_count_down(pa_flight.role);
	pa_count_down(pa_flight.application);
	pa_count_down(pa_flight.server);
	pa_flight.is.all = 0;
	pa_flight.transactions++;
}

/*
 * Takes note that a transaction has ended. Runs in the error path. level is
 * above 0 where a procedure has ended one, and goes on.
 */
static inline void
pa_concurrency_transaction_ended(int level, bool committed)
{
	if (!pa_flight.is.in_transaction || level > 0)
		return;
	if (pa_flight.is.in_block)
		pa_concurrency_block_ended(committed);
	else
		pa_concurrency_transaction_leaves();
}

#endif							/* PERFADVISOR_RECORD_CONCURRENCY_H */
