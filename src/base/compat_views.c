/*
 * compat_views.c
 *	  Statistics views that are not the same on every version.
 *
 * Each topic has one query for this server's version, with the same columns
 * on all of them. SQL of the extension reads them through server_rows().
 */
#include "postgres.h"

#include "base/compat.h"

typedef struct VersionQuery
{
	const char *topic;
	const char *query;
} VersionQuery;

/* Every name is qualified: the queries run with the caller's search_path. */
static const VersionQuery version_queries[] = {
	/* Checkpoints since reset_at; times in ms */
	{"checkpoints",
#if PG_VERSION_NUM >= 170000
		"SELECT c.num_timed AS timed, c.num_requested AS requested, c.write_time, c.sync_time,"
		" c.buffers_written, c.stats_reset AS reset_at FROM pg_catalog.pg_stat_checkpointer AS c"
#else
		"SELECT b.checkpoints_timed AS timed, b.checkpoints_req AS requested,"
		" b.checkpoint_write_time AS write_time, b.checkpoint_sync_time AS sync_time,"
		" b.buffers_checkpoint AS buffers_written, b.stats_reset AS reset_at FROM pg_catalog.pg_stat_bgwriter AS b"
#endif
	},
	/* Blocks that sessions had to write themselves, and to sync */
	{"backend_writes",
#if PG_VERSION_NUM >= 170000
		"SELECT pg_catalog.sum(i.writes) AS writes, pg_catalog.sum(i.fsyncs) AS fsyncs,"
		" (SELECT b.buffers_alloc FROM pg_catalog.pg_stat_bgwriter AS b) AS allocated,"
		" pg_catalog.min(i.stats_reset) AS reset_at FROM pg_catalog.pg_stat_io AS i"
		" WHERE i.backend_type = 'client backend' AND i.object = 'relation' AND i.context = 'normal'"
#else
		"SELECT b.buffers_backend AS writes, b.buffers_backend_fsync AS fsyncs,"
		" b.buffers_alloc AS allocated, b.stats_reset AS reset_at FROM pg_catalog.pg_stat_bgwriter AS b"
#endif
	}
};

/*
 * Returns the query for a topic, NULL for an unknown one.
 */
const char *
pa_version_query(const char *topic)
{
	for (int i = 0; i < lengthof(version_queries); i++)
	{
		if (strcmp(version_queries[i].topic, topic) == 0)
			return version_queries[i].query;
	}
	return NULL;
}
