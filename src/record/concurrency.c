/*
 * concurrency.c
 *	  How many statements, transactions and sessions of clients are under way
 *	  at once, now and at most, and for how long.
 *
 * A transaction is under way as long as a pool could not give its session to
 * somebody else: from the client's message that begins it until it is
 * committed or rolled back, thinking of the client included; also after an
 * error, until the client says ROLLBACK. A statement is under way from its
 * message until it has run, or, outside of a transaction block, until its
 * transaction has ended.
 *
 * Transactions are counted for the session's role and database and for its
 * application, statements for the whole server, each in a lane (lane.c) that
 * they go up and down on: two additions to shared memory at either end, no
 * lock. Which lanes are this backend's is looked up when the session runs its
 * first statement and when its application_name changes. There is a group
 * for each role and for each application, with a lock for finding and making
 * them; when there is no room, sessions share the group of all others.
 *
 * Counted are sessions of clients, not workers, WAL senders and parallel
 * workers. Everything here works in the error path, but for finding groups,
 * which happens when a statement begins.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "replication/walsender.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define ROLES 64
#define APPLICATIONS 64
#define GROUPS (1 + ROLES + APPLICATIONS)
#define SERVER_GROUP 0
#define FIRST_ROLE 1			/* the first of a kind is that of all others */
#define FIRST_APPLICATION (FIRST_ROLE + ROLES)

#define MOMENT_MARK (INT64CONST(1) << 52)	/* see lane.c */
#define FLUSH_EVERY 1000000		/* us */

typedef struct PaConcurrency
{
	TimestampTz started_at;
} PaConcurrency;

#define COUNT_OF(field) (offsetof(PaGroupCounts, field) / sizeof(uint64))

PaFlight	pa_flight = {.busy = true};

static PaConcurrency *shared = NULL;
static char *groups = NULL;
static LWLock *lock = NULL;
static PaClientAuthentication prev_ClientAuthentication = NULL;

/* This backend's */
static int64 moment_offset = 0; /* from a time to a moment */
static PaGroup *server_group = NULL;
static PaGroup *role_group = NULL;
static PaGroup *application_group = NULL;
static const char *application_seen = NULL; /* address of the name in application_group */
static PgStat_Counter idle_before = 0;	/* us, when the transaction began */
static uint64 transactions = 0; /* not yet in the groups' counts */
static uint64 idle_us = 0;
static TimestampTz flush_at = 0;

/*
 * Returns the bytes of one group: whole cache lines.
 */
static Size
group_size(void)
{
	return CACHELINEALIGN(sizeof(PaGroup));
}

/*
 * Returns the bytes of all groups.
 */
static Size
concurrency_size(void)
{
	return PG_CACHE_LINE_SIZE + CACHELINEALIGN(sizeof(PaConcurrency)) + GROUPS * group_size();
}

/*
 * Groups have one lock.
 */
static int
concurrency_locks(void)
{
	return 1;
}

/*
 * Returns a group by its number.
 */
PaGroup *
pa_concurrency_group(int number)
{
	return (PaGroup *) (groups + number * group_size());
}

/*
 * Returns the number of groups, used or not.
 */
int
pa_concurrency_group_count(void)
{
	return GROUPS;
}

/*
 * Returns the lock of what groups are and did, but for lanes and counts.
 */
LWLock *
pa_concurrency_lock(void)
{
	return lock;
}

/*
 * Returns what lanes take for a time.
 */
int64
pa_concurrency_moment(TimestampTz time)
{
	return time - shared->started_at + MOMENT_MARK;
}

/*
 * Makes a group that counts from now on. Nobody else may use it yet.
 */
static void
init_group(PaGroup *group, const PaGroupKey *key, TimestampTz now)
{
	memset(group, 0, sizeof(PaGroup));
	pa_lane_init(&group->in_flight);
	pa_lane_init(&group->sessions);
	for (int i = 0; i < PA_GROUP_COUNTS; i++)
		pg_atomic_init_u64(&group->counts[i], 0);
	group->key = *key;
	group->last_used = now;
	group->since = now;
	group->used = true;
}

/*
 * Sets the groups up when the server starts.
 */
static void
concurrency_startup(void *area, LWLockPadded *locks, bool found)
{
	TimestampTz now = GetCurrentTimestamp();

	shared = (PaConcurrency *) CACHELINEALIGN(area);
	groups = (char *) shared + CACHELINEALIGN(sizeof(PaConcurrency));
	lock = &locks[0].lock;
	if (found)
		return;
	memset(area, 0, concurrency_size());
	shared->started_at = now;
	init_group(pa_concurrency_group(SERVER_GROUP), &(PaGroupKey) {.kind = PA_GROUP_SERVER}, now);
	init_group(pa_concurrency_group(FIRST_ROLE), &(PaGroupKey) {.kind = PA_GROUP_ROLE}, now);
	init_group(pa_concurrency_group(FIRST_APPLICATION),
			   &(PaGroupKey) {.kind = PA_GROUP_APPLICATION,.application_name = "(others)"}, now);
}

static const PaShmemArea concurrency_area = {
	"perfadvisor concurrency", concurrency_size, concurrency_locks, concurrency_startup
};

/*
 * Adds to one of a group's counts.
 */
static inline void
add_count(PaGroup *group, int count, uint64 n)
{
	if (n > 0)
		pg_atomic_fetch_add_u64(&group->counts[count], n);
}

/*
 * Finds a group among those of its kind. Caller holds the lock.
 */
static PaGroup *
find_group(const PaGroupKey *key, int first, int count)
{
	for (int i = first; i < first + count; i++)
	{
		PaGroup    *group = pa_concurrency_group(i);

		if (group->used && group->key.dbid == key->dbid && group->key.roleid == key->roleid &&
			strcmp(group->key.application_name, key->application_name) == 0)
			return group;
	}
	return NULL;
}

/*
 * Returns a new group, in a place that is free or that no session has used
 * for the longest time; that of all others when there is none. Caller holds
 * the lock exclusively.
 */
static PaGroup *
make_group(const PaGroupKey *key, int first, int count, TimestampTz now)
{
	PaGroup    *chosen = NULL;

	for (int i = first + 1; i < first + count; i++)
	{
		PaGroup    *group = pa_concurrency_group(i);

		if (!group->used)
		{
			chosen = group;
			break;
		}
		if (pg_atomic_read_u32(&group->sessions.count) == 0 &&
			(chosen == NULL || group->last_used < chosen->last_used))
			chosen = group;
	}
	if (chosen == NULL)
		return pa_concurrency_group(first);
	if (chosen->used)
		pa_minutes_close(chosen, now);
	init_group(chosen, key, now);
	return chosen;
}

/*
 * Finds or makes a group for this session, and counts the session there.
 */
static PaGroup *
join_group(const PaGroupKey *key, int first, int count)
{
	TimestampTz now = GetCurrentTimestamp();
	PaGroup    *group;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	group = find_group(key, first, count);
	if (group == NULL)
		group = make_group(key, first, count, now);
	group->last_used = now;
	pa_lane_up(&group->sessions, 0);
	LWLockRelease(lock);
	return group;
}

/*
 * Moves counts that this backend kept to itself to those of its groups.
 */
static void
flush_counts(TimestampTz now)
{
	flush_at = now + FLUSH_EVERY;
	add_count(role_group, COUNT_OF(transactions), transactions);
	add_count(role_group, COUNT_OF(idle_us), idle_us);
	add_count(application_group, COUNT_OF(transactions), transactions);
	add_count(application_group, COUNT_OF(idle_us), idle_us);
	add_count(server_group, COUNT_OF(transactions), transactions);
	add_count(server_group, COUNT_OF(idle_us), idle_us);
	transactions = 0;
	idle_us = 0;
}

/*
 * Finds this session's groups, again when its application has another name
 * now. Takes the lock for that moment.
 */
static void
settle_groups(void)
{
	PaGroupKey	key = {.kind = PA_GROUP_ROLE,.dbid = MyDatabaseId,.roleid = MyProc->roleId};
	const char *name = application_name ? application_name : "";

	pa_flight.groups_stale = false;
	if (role_group == NULL)
	{
		role_group = join_group(&key, FIRST_ROLE, ROLES);
		add_count(role_group, COUNT_OF(sessions_started), 1);
	}
	else if (strncmp(name, application_group->key.application_name, NAMEDATALEN - 1) == 0)
	{
		application_seen = application_name;
		return;
	}
	if (application_group != NULL)
	{
		flush_counts(GetCurrentTimestamp());
		pa_lane_down(&application_group->sessions, 0);
	}
	key = (PaGroupKey) {.kind = PA_GROUP_APPLICATION};
	strlcpy(key.application_name, name, NAMEDATALEN);
	application_group = join_group(&key, FIRST_APPLICATION, APPLICATIONS);
	add_count(application_group, COUNT_OF(sessions_started), 1);
	application_seen = application_name;
}

/*
 * Takes this session's transaction off.
 */
static void
transaction_leaves(TimestampTz now)
{
	int64		moment = now + moment_offset;

	if (pa_flight.busy)
		pa_lane_down(&server_group->in_flight, moment);
	pa_lane_down(&role_group->in_flight, moment);
	pa_lane_down(&application_group->in_flight, moment);
	pa_flight.busy = false;
	pa_flight.in_transaction = false;
	transactions++;
	if (unlikely(pa_flight.in_block))
	{
		idle_us += Max(pgStatTransactionIdleTime - idle_before, 0);
		pa_flight.in_block = pa_flight.aborted = false;
		pa_flight.ending = pa_flight.chaining = false;
	}
	if (unlikely(now >= flush_at))
		flush_counts(now);
}

/*
 * Counts this session's statement, and its transaction unless that is counted.
 */
void
pa_concurrency_enter(void)
{
	int64		moment = GetCurrentStatementStartTimestamp() + moment_offset;

	/* A block that ended while nothing was recorded */
	if (unlikely(pa_flight.aborted) && !IsTransactionBlock())
		transaction_leaves(GetCurrentStatementStartTimestamp());
	pa_flight.busy = true;
	if (!pa_flight.in_transaction)
	{
		if (unlikely(application_name != application_seen || pa_flight.groups_stale ||
					 role_group == NULL))
			settle_groups();
		pa_flight.in_transaction = true;
		pa_lane_up(&role_group->in_flight, moment);
		pa_lane_up(&application_group->in_flight, moment);
	}
	pa_lane_up(&server_group->in_flight, moment);
}

/*
 * Takes this session's statement off, but not its transaction.
 */
void
pa_concurrency_leave(void)
{
	if (!pa_flight.busy || !pa_flight.in_transaction)
		return;
	pa_flight.busy = false;
	pa_lane_down(&server_group->in_flight, GetCurrentTimestamp() + moment_offset);
}

/*
 * Takes note that a transaction has ended. What a procedure ends goes on, and
 * so does a block after an error, until the client ends it, and one that is
 * chained to the next. Runs in the error path.
 */
void
pa_concurrency_transaction_ended(bool committed)
{
	if (!pa_flight.in_transaction || pa_nesting_level > 0)
		return;
	if (unlikely(pa_flight.chaining))
	{
		transactions++;
		pa_flight.ending = pa_flight.chaining = false;
		pa_concurrency_leave();
	}
	else if (unlikely(pa_flight.in_block) && !pa_flight.ending && !committed)
	{
		pa_flight.aborted = true;
		pa_concurrency_leave();
	}
	else
		transaction_leaves(GetCurrentTimestamp());
}

/*
 * Takes note that a client's utility statement begins that may end a block.
 */
void
pa_concurrency_utility_begins(Node *statement, int level)
{
	TransactionStmt *stmt = (TransactionStmt *) statement;

	if (level > 0)
		return;
	pa_concurrency_statement_begins(level);
	if (IsA(statement, VariableSetStmt) || IsA(statement, DiscardStmt))
		pa_flight.groups_stale = true;
	if (!IsA(statement, TransactionStmt) || !pa_flight.in_transaction)
		return;
	switch (stmt->kind)
	{
		case TRANS_STMT_BEGIN:
		case TRANS_STMT_START:
			if (!pa_flight.in_block)
				idle_before = pgStatTransactionIdleTime;
			pa_flight.in_block = true;
			break;
		case TRANS_STMT_COMMIT:
		case TRANS_STMT_ROLLBACK:
		case TRANS_STMT_PREPARE:
			pa_flight.ending = pa_flight.in_block;
			pa_flight.chaining = pa_flight.in_block && stmt->chain;
			break;
		default:
			break;
	}
}

/*
 * Takes note that a client's utility statement has ended. A block that was
 * rolled back after an error has ended with it; others end a little later.
 */
void
pa_concurrency_utility_ended(int level)
{
	if (level > 0)
		return;
	if (!pa_flight.ending)
	{
		if (pa_flight.in_block)
			pa_concurrency_leave();
	}
	else if (pa_flight.aborted && pa_flight.chaining)
	{
		pa_flight.aborted = pa_flight.ending = pa_flight.chaining = false;
		pa_concurrency_leave();
	}
	else if (pa_flight.aborted)
		transaction_leaves(GetCurrentTimestamp());
}

/*
 * Takes note that the session uses a feature which it could not use in a pool
 * in transaction mode, at most once a minute. Not for the error path.
 */
void
pa_concurrency_use_feature(PaFeature feature, const char *example)
{
	static TimestampTz noted[PA_FEATURES];
	TimestampTz now = GetCurrentStatementStartTimestamp();
	PaFeatureUse *use;

	if (server_group == NULL || noted[feature] > now - 60 * USECS_PER_SEC)
		return;
	if (role_group == NULL)
		settle_groups();
	LWLockAcquire(lock, LW_EXCLUSIVE);
	use = &role_group->features[feature];
	if (noted[feature] == 0)
		use->sessions++;
	use->last_seen = now;
	strlcpy(use->example, example ? example : "", sizeof(use->example));
	LWLockRelease(lock);
	noted[feature] = now;
}

/*
 * Returns how the session ends, as the cumulative statistics see it.
 */
static PaSessionEnd
session_end(void)
{
	switch (pgStatSessionEndCause)
	{
		case DISCONNECT_CLIENT_EOF:
			return PA_SESSION_ABANDONED;
		case DISCONNECT_FATAL:
			return PA_SESSION_FATAL;
		case DISCONNECT_KILLED:
			return PA_SESSION_KILLED;
		default:
			return PA_SESSION_CLOSED;
	}
}

/*
 * Takes the session off a group.
 */
static void
leave_group(PaGroup *group, TimestampTz now)
{
	if (group == NULL)
		return;
	add_count(group, COUNT_OF(session_us), Max(now - MyStartTimestamp, 0));
	add_count(group, COUNT_OF(sessions_ended) + session_end(), 1);
	pa_lane_down(&group->sessions, 0);
}

/*
 * Takes everything of this session off when it ends.
 */
static void
session_ends(int code, Datum argument)
{
	TimestampTz now = GetCurrentTimestamp();

	if (pa_flight.in_transaction)
		transaction_leaves(now);
	if (role_group != NULL)
		flush_counts(now);
	leave_group(role_group, now);
	leave_group(application_group, now);
	leave_group(server_group, now);
	pa_flight = (PaFlight) {.busy = true};
	role_group = application_group = server_group = NULL;
}

/*
 * Counts a session that begins.
 */
static void
session_begins(void)
{
	moment_offset = MOMENT_MARK - shared->started_at;
	server_group = pa_concurrency_group(SERVER_GROUP);
	pa_lane_up(&server_group->sessions, 0);
	add_count(server_group, COUNT_OF(sessions_started), 1);
	pa_flight = (PaFlight) {0};
	before_shmem_exit(session_ends, (Datum) 0);
}

/*
 * Has a client that has just been let in counted.
 */
static void
pa_ClientAuthentication(struct Port *port, int status)
{
	if (prev_ClientAuthentication)
		prev_ClientAuthentication(port, status);
	if (status == STATUS_OK && MyBackendType == B_BACKEND && !am_walsender && server_group == NULL)
		session_begins();
}

/*
 * Asks for shared memory, and has this file told of sessions.
 */
void
pa_concurrency_init(void)
{
	pa_shmem_register(&concurrency_area);
	prev_ClientAuthentication = ClientAuthentication_hook;
	ClientAuthentication_hook = pa_ClientAuthentication;
}
