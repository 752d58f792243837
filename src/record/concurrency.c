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
 * application, statements for the whole server: an addition to each number at
 * either end, whose result may be the highest so far; no lock, no clock. For
 * how long how many were under way the worker finds out (minutes.c). Which
 * groups (groups.c) are this session's is looked up when it runs its first
 * statement and when its application_name changes.
 *
 * Counted are sessions of clients, not workers, WAL senders and parallel
 * workers. Everything here works in the error path, but for finding groups,
 * which happens when a statement begins.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "replication/walsender.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "record/recorder.h"

#define COUNT_OF(field) (offsetof(PaGroupCounts, field) / sizeof(uint64))

PaFlight	pa_flight = {.is = {{.busy = true}}};

static PaClientAuthentication prev_ClientAuthentication = NULL;

/* This backend's */
static PaGroup *server_group = NULL;
static PaGroup *role_group = NULL;
static PaGroup *application_group = NULL;
static PgStat_Counter idle_before = 0;	/* us, when the transaction block began */
static uint64 idle_us = 0;		/* not yet in the groups' counts */

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
 * Moves counts that this backend kept to itself to those of its groups.
 */
void
pa_concurrency_flush(void)
{
	PaGroup    *mine[] = {server_group, role_group, application_group};

	if (role_group == NULL)
		return;
	for (int i = 0; i < lengthof(mine); i++)
	{
		add_count(mine[i], COUNT_OF(transactions), pa_flight.transactions);
		add_count(mine[i], COUNT_OF(idle_us), idle_us);
	}
	pa_flight.transactions = idle_us = 0;
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

	pa_flight.is.groups_stale = false;
	if (role_group == NULL)
	{
		role_group = pa_group_join(&key);
		add_count(role_group, COUNT_OF(sessions_started), 1);
	}
	else if (strncmp(name, application_group->key.application_name, NAMEDATALEN - 1) == 0)
	{
		pa_flight.application_seen = application_name;
		return;
	}
	if (application_group != NULL)
	{
		pa_concurrency_flush();
		pa_count_down(&application_group->sessions);
	}
	key = (PaGroupKey) {.kind = PA_GROUP_APPLICATION};
	strlcpy(key.application_name, name, NAMEDATALEN);
	application_group = pa_group_join(&key);
	add_count(application_group, COUNT_OF(sessions_started), 1);
	pa_flight.application_seen = application_name;
	pa_flight.role = &role_group->in_flight;
	pa_flight.application = &application_group->in_flight;
}

/*
 * Takes this session's transaction block off.
 */
static pg_noinline void
block_leaves(void)
{
	if (pa_flight.is.in_block)
		idle_us += Max(pgStatTransactionIdleTime - idle_before, 0);
	pa_flight.is.in_block = pa_flight.is.aborted = false;
	pa_flight.is.ending = pa_flight.is.chaining = pa_flight.is.committing = false;
	pa_concurrency_transaction_leaves();
}

/*
 * Counts this session's statement, and its transaction unless that is counted.
 */
pg_noinline void
pa_concurrency_enter(void)
{
	/* A block that ended while nothing was recorded */
	if (pa_flight.is.aborted && !IsTransactionBlock())
		block_leaves();
	pa_flight.is.busy = true;
	if (!pa_flight.is.in_transaction)
	{
		settle_groups();
		pa_flight.is.in_transaction = true;
		pa_count_up(pa_flight.role);
		pa_count_up(pa_flight.application);
	}
	pa_count_up(pa_flight.server);
}

/*
 * Takes this session's statement off, but not its transaction.
 */
void
pa_concurrency_leave(void)
{
	if (!pa_flight.is.busy || !pa_flight.is.in_transaction)
		return;
	pa_flight.is.busy = false;
	pa_count_down(pa_flight.server);
}

/*
 * Takes note that the transaction of a block has ended, which may go on for
 * the client: after an error until it ends the block, and in the next
 * transaction when that is chained. Runs in the error path.
 */
void
pa_concurrency_block_ended(bool committed)
{
	if (pa_flight.is.chaining && (committed || !pa_flight.is.committing))
	{
		pa_flight.transactions++;
		pa_flight.is.ending = pa_flight.is.chaining = false;
		pa_concurrency_leave();
	}
	else if (pa_flight.is.ending || committed)
		block_leaves();
	else
	{
		pa_flight.is.aborted = true;
		pa_concurrency_leave();
	}
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
		pa_flight.is.groups_stale = true;
	if (!IsA(statement, TransactionStmt) || !pa_flight.is.in_transaction)
		return;
	switch (stmt->kind)
	{
		case TRANS_STMT_BEGIN:
		case TRANS_STMT_START:
			if (!pa_flight.is.in_block)
				idle_before = pgStatTransactionIdleTime;
			pa_flight.is.in_block = true;
			break;
		case TRANS_STMT_COMMIT:
		case TRANS_STMT_ROLLBACK:
		case TRANS_STMT_PREPARE:
			pa_flight.is.ending = pa_flight.is.in_block;
			pa_flight.is.chaining = pa_flight.is.in_block && stmt->chain;
			pa_flight.is.committing = pa_flight.is.in_block && stmt->kind == TRANS_STMT_COMMIT;
			pa_block_ends = pa_flight.is.in_block && stmt->kind != TRANS_STMT_ROLLBACK;
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
	if (!pa_flight.is.ending)
	{
		if (pa_flight.is.in_block)
			pa_concurrency_leave();
	}
	else if (pa_flight.is.aborted && pa_flight.is.chaining)
	{
		pa_flight.is.aborted = pa_flight.is.ending = pa_flight.is.chaining = false;
		pa_concurrency_leave();
	}
	else if (pa_flight.is.aborted)
		block_leaves();
}

/*
 * Tells whether the client is one of the server's own programs. These are run by
 * hand or by jobs, and not through the application's pool.
 */
static bool
is_own_program(void)
{
	static const char *const programs[] = {
		"clusterdb", "createdb", "createuser", "dropdb", "dropuser", "pg_amcheck", "pg_basebackup",
		"pg_dump", "pg_dumpall", "pg_restore", "pg_rewind", "pg_upgrade", "psql", "reindexdb",
		"vacuumdb", "vacuumlo"
	};

	for (int i = 0; i < lengthof(programs); i++)
		if (application_name != NULL && strcmp(application_name, programs[i]) == 0)
			return true;
	return false;
}

/*
 * Adds a name to a list of as many as fit.
 */
static void
add_example(char *list, const char *name)
{
	size_t		used = strlen(list);

	if (used == 0)
		strlcpy(list, name, NAMEDATALEN);
	else if (strstr(list, name) == NULL && used + strlen(name) + 2 < NAMEDATALEN)
		snprintf(list + used, NAMEDATALEN - used, ", %s", name);
}

/*
 * Tells whether a setting is set to the same value, whose hash is given, as by
 * the sessions of the role before, or by none of them. Takes the lock.
 */
bool
pa_concurrency_sets_alike(const char *setting, uint32 value)
{
	uint32		name = Max(hash_bytes((const unsigned char *) setting, strlen(setting)), 1);
	PaStartSetting *settings;
	bool		alike = false;
	int			i = 0;

	if (server_group == NULL || is_own_program())
		return true;
	if (role_group == NULL)
		settle_groups();
	LWLockAcquire(pa_groups_lock(), LW_EXCLUSIVE);
	settings = role_group->start_settings;
	while (i < PA_START_SETTINGS && settings[i].name != 0 && settings[i].name != name)
		i++;
	if (i < PA_START_SETTINGS)
	{
		alike = settings[i].name == 0 || settings[i].value == value;
		settings[i] = (PaStartSetting) {.name = name,.value = value};
	}
	LWLockRelease(pa_groups_lock());
	return alike;
}

/*
 * Takes note that the session uses a feature which it could not use in a pool
 * in transaction mode, at most once a minute; each of the settings at its start.
 * Not for the error path.
 */
void
pa_concurrency_use_feature(PaFeature feature, const char *example)
{
	static TimestampTz noted[PA_FEATURES];
	TimestampTz now = GetCurrentStatementStartTimestamp();
	PaFeatureUse *use;

	if (server_group == NULL ||
		(noted[feature] > now - 60 * USECS_PER_SEC && feature != PA_FEATURE_SET_AT_START) ||
		is_own_program())
		return;
	if (role_group == NULL)
		settle_groups();
	LWLockAcquire(pa_groups_lock(), LW_EXCLUSIVE);
	use = &role_group->features[feature];
	if (noted[feature] == 0)
		use->sessions++;
	use->last_seen = now;
	if (feature == PA_FEATURE_SET_AT_START)
		add_example(use->example, example);
	else
		strlcpy(use->example, example ? example : "", sizeof(use->example));
	LWLockRelease(pa_groups_lock());
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
	pa_count_down(&group->sessions);
}

/*
 * Takes everything of this session off when it ends.
 */
static void
session_ends(int code, Datum argument)
{
	TimestampTz now = GetCurrentTimestamp();

	if (pa_flight.is.in_transaction)
		block_leaves();
	pa_concurrency_flush();
	leave_group(role_group, now);
	leave_group(application_group, now);
	leave_group(server_group, now);
	pa_flight = (PaFlight) {.is = {{.busy = true}}};
	role_group = application_group = server_group = NULL;
}

/*
 * Counts a session that begins. It is attached to the store of texts while it
 * has nothing else: later that would lie between what is freed right away.
 */
static void
session_begins(void)
{
	pa_textstore_attach();
	server_group = pa_group(PA_SERVER_GROUP);
	pa_count_up(&server_group->sessions);
	add_count(server_group, COUNT_OF(sessions_started), 1);
	pa_flight = (PaFlight) {.is = {{.groups_stale = true}},.server = &server_group->in_flight};
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
 * Has this file told of sessions.
 */
void
pa_concurrency_init(void)
{
	prev_ClientAuthentication = ClientAuthentication_hook;
	ClientAuthentication_hook = pa_ClientAuthentication;
}
