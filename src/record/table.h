/*
 * table.h
 *	  The statement table: its entries, and what the files that keep it share.
 *	  Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_TABLE_H
#define PERFADVISOR_RECORD_TABLE_H

#include "base/base.h"
#include "port/atomics.h"
#include "record/clock.h"
#include "record/record.h"
#include "storage/s_lock.h"

#define PA_SAMPLES 8			/* samples kept per statement */
#define PA_SAMPLE_DEAREST (PA_SAMPLES - 1)	/* the slot; see samples.c */
#define PA_MAX_PARTITIONS 32
#define PA_NO_ENTRY (-1)

/* What a statement does, for the column statement_class */
typedef enum PaClass
{
	PA_CLASS_LOOKUP,
	PA_CLASS_JOIN,
	PA_CLASS_AGGREGATE,
	PA_CLASS_WRITE,
	PA_CLASS_UTILITY
} PaClass;

#define PA_CLASSES (PA_CLASS_UTILITY + 1)

/*
 * Where an entry of the statement table is; stale once generations differ.
 * No two entries ever have the same generation.
 */
typedef struct PaEntryRef
{
	int32		index;
	uint64		generation;
} PaEntryRef;

/* What is known of a statement apart from its executions */
typedef struct PaIdentity
{
	uint64		fingerprint;
	CmdType		command;
	PaClass		class;
	bool		advisable;
	bool		has_constants;	/* its texts differ between executions */
	char	   *text;			/* normalised, or NULL */
} PaIdentity;

/* Totals of a statement, under its entry's mutex */
typedef struct PaCounters
{
	int64		calls;
	int64		failures;
	int64		rows;
	double		total_time;		/* ms, as the next three; of successes */
	double		min_time;
	double		max_time;
	double		sum_squares;	/* ms^2 */
	double		failed_time;
	double		total_plan_time;
	int64		shared_blks_hit;
	int64		shared_blks_read;
	int64		temp_blks_written;
	uint64		wal_bytes;
	TimestampTz first_seen;
	TimestampTz last_seen;

	/* Sequential reads, known of sampled executions only; see scans.c */
	int64		sampled_upto;	/* executions that the next field stands for */
	double		seq_rows;
	double		last_seq_rows;	/* of the last sampled execution */
	int64		sample_changes;

	/* What is out of the ordinary; see counters.c */
	float		usual;			/* histogram bucket of an execution, in the long run */
	float		of_late;		/* and of the last few */
	TimestampTz unusual_next;	/* not to be noticed before this time */
	int32		samples_due;	/* executions to be sampled one after the other */

	/* By just-in-time compilation, as far as leaders know; see jit.c */
	int64		jit_functions;
	double		jit_time;		/* ms */
} PaCounters;

/* One kept sample; the blob's layout is samples.c's */
typedef struct PaSampleSlot
{
	dsa_pointer blob;			/* InvalidDsaPointer: slot is empty */
	uint32		size;
	uint64		hash;			/* of text and values */
	TimestampTz started_at;
	double		exec_time;		/* ms */
	uint64		rows;
	uint32		times;			/* offered, this sample */
	int64		offered_before; /* samples of the statement, when this one came */
} PaSampleSlot;

/* A statement in shared memory */
typedef struct PaEntry
{
	/* Under the partition's lock; generation also changes under mutex */
	PaStatementKey key;
	int32		next;			/* in its chain or the free list, or -1 */
	uint64		generation;		/* 0: free */
	uint64		fingerprint;
	CmdType		command;
	PaClass		class;
	bool		advisable;
	bool		has_constants;
	dsa_pointer text;
	uint32		text_size;		/* with closing zero */
	PaSampleSlot samples[PA_SAMPLES];
	bool		has_dearest;	/* in PA_SAMPLE_DEAREST, else that is as others */

	/* Under mutex */
	slock_t		mutex;
	uint8		usage;			/* clock sweep */
	int64		next_sample;	/* executions from which on to sample again */
	double		slowest_sample; /* ms */
	double		dearest_sample; /* planner cost */
	PaCounters	counters;
	uint32		histogram[PA_HISTOGRAM_BUCKETS];
} PaEntry;

/* A copy of an entry with its strings in the reader's memory */
typedef struct PaEntryCopy
{
	PaEntry		entry;
	char	   *text;			/* or NULL */
	char	   *samples[PA_SAMPLES];	/* blobs, NULL where empty */
} PaEntryCopy;

/* How often the statement of an entry was executed */
typedef struct PaExecutionCount
{
	uint64		generation;		/* of the entry */
	int64		executions;
	int64		sampled_upto;
} PaExecutionCount;

/* Strings of an entry, to be freed when no lock is held any more */
typedef struct PaGarbage
{
	int			count;
	dsa_pointer pointers[PA_SAMPLES + 1];
} PaGarbage;

/* How full a part of shared memory is */
typedef struct PaUsage
{
	int64		used;
	int64		room;
	int64		samples;		/* of statements */
	uint64		text_bytes;		/* in the text store */
} PaUsage;

/* A part of the table with its own lock, which these are under */
typedef struct PaPartition
{
	int32		free;			/* head of the free list */
	int32		hand;			/* clock sweep, offset within the partition */
	uint64		generations;	/* last one given out; see pa_next_generation() */
	uint64		evicted;		/* entries evicted since the last reset */
	uint64		evicted_calls;	/* executions that these had counted */
	uint64		forgotten;		/* advisable statements evicted or reset */
	uint64		reset_generation;	/* the last one before the last reset */
} PaPartition;

typedef struct PaTable
{
	int			npartitions;	/* a power of two */
	int			per_partition;	/* entries, and chains, of each */
	pg_atomic_uint64 lost;		/* executions that found no entry */
	pg_atomic_uint64 evicted_before;	/* statements, before the server started */
	PaPartition partitions[PA_MAX_PARTITIONS];
} PaTable;

extern PA_HIDDEN PaTable *pa_table;
extern PA_HIDDEN PaEntry *pa_table_entries;

/* table.c: finding and making entries */
extern void pa_table_init(void);
extern int	pa_table_locate(Oid dbid, uint64 queryid, uint64 relhash, int32 **head);
extern int32 pa_table_search(int32 head, const PaStatementKey *key);
extern bool pa_entry_is_of(const PaEntry *entry, Oid dbid, uint64 queryid, uint64 relhash);
extern int	pa_table_partition_of(int32 index);
extern LWLock *pa_table_partition_lock(int p);
extern LWLock *pa_table_fold_lock(int p);
extern LWLock *pa_table_lock(const PaEntryRef *ref);
extern bool pa_table_find(const PaStatementKey *key, PaEntryRef *ref);
extern bool pa_table_knows(Oid dbid, uint64 queryid);
extern PaEntryRef pa_table_create(const PaStatementKey *key,
								  const PaIdentity *identity);
extern bool pa_table_renew(PaEntryRef *ref, const PaStatementKey *key);
extern bool pa_table_key(const PaEntryRef *ref, PaStatementKey *key);

/* identity.c: what an entry says of its statement */
extern void pa_entry_fill(PaEntry *entry, const PaStatementKey *key, const PaIdentity *identity);
extern bool pa_entry_borrow_identity(int32 head, const PaStatementKey *key, PaEntry *into);
extern void pa_table_identify(const PaEntryRef *ref,
							  const PaIdentity *identity);

/* forget.c: eviction and reset */
extern int32 pa_table_obtain(int p, PaGarbage *garbage);
extern void pa_garbage_free(const PaGarbage *garbage);
extern void pa_table_reset(void);
extern uint64 pa_table_evicted(void);
extern uint64 pa_table_evicted_lately(void);
extern uint64 pa_table_evicted_calls(void);
extern void pa_table_restore_evicted(uint64 evicted, uint64 calls);
extern uint64 pa_table_forgotten(void);
extern void pa_table_count_lost(const PaEntryRef *ref, int64 executions);

/* copy.c: copies for readers, and out of a file */
extern Size pa_entry_strings_size(const PaEntry *entry, bool with_samples);
extern List *pa_table_copy(Oid dbid, bool with_samples);
extern List *pa_table_copy_numbers(Oid dbid);
extern int	pa_table_partitions(void);
extern List *pa_table_copy_partition(int p);
extern PaExecutionCount *pa_table_count_executions(void);
extern void pa_table_restore(const PaEntryCopy *copy);
extern void pa_table_usage(PaUsage *usage);

/*
 * Returns a generation that no entry has had yet. Caller holds the partition's
 * lock exclusively, or nobody else has the table.
 */
static inline uint64
pa_next_generation(PaPartition *partition)
{
	partition->generations += PA_MAX_PARTITIONS;
	return partition->generations;
}

/*
 * Returns an entry by its number. What may be done with it: see table.c.
 */
static inline PaEntry *
pa_table_entry(int32 index)
{
	return &pa_table_entries[index];
}

/*
 * Tells whether a reference still leads to its statement, without a lock.
 */
static inline bool
pa_table_is_current(const PaEntryRef *ref)
{
	return ((volatile PaEntry *) pa_table_entry(ref->index))->generation == ref->generation;
}

#endif							/* PERFADVISOR_RECORD_TABLE_H */
