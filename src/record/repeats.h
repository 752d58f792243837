/*
 * repeats.h
 *	  Which parameters a statement repeats: what was seen of one, and what
 *	  that says. Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_REPEATS_H
#define PERFADVISOR_RECORD_REPEATS_H

#include "record/recorder.h"

#define PA_REPEATS_TTLS 5		/* times that a result could be kept */
#define PA_REPEATS_SETS 1024	/* of parameters, that are followed; a power of two */
#define PA_REPEATS_COMMON 128	/* counters of common parameters */
#define PA_REPEATS_GROUP 16		/* of these, in which one hash may be counted */

/* One set of parameters that is followed */
typedef struct PaFollowed
{
	uint64		hash;
	uint32		calls;			/* 0: the place is free */
	uint32		hits[PA_REPEATS_TTLS];
	uint32		kept_at[PA_REPEATS_TTLS];	/* ms since it began, plus 1 */
} PaFollowed;

/* A set of parameters that may be common */
typedef struct PaCommon
{
	uint64		hash;
	uint32		count;			/* 0: the counter is free */
	uint32		error;			/* of that may be others' */
} PaCommon;

/* What was seen of a statement */
typedef struct PaRepeats
{
	TimestampTz since;
	TimestampTz until;			/* latest execution */
	double		known_distinct; /* sets of parameters there were, when it was
								 * last clear */
	uint32		level;
	uint32		nsets;
	uint32		followed;		/* executions at this level */
	uint32		sampled;		/* executions counted in common[] */
	PaCommon	common[PA_REPEATS_COMMON];
	PaFollowed	sets[PA_REPEATS_SETS];
} PaRepeats;

/* An execution to be added */
typedef struct PaSeen
{
	uint64		hash;			/* of its parameters */
	TimestampTz at;
	bool		by_hash;		/* to be followed, if its hash is */
	bool		by_call;		/* to be counted for what is common */
} PaSeen;

/* What it says */
typedef struct PaRepeated
{
	PaStatementKey key;
	TimestampTz since;
	double		calls;
	double		distinct;		/* sets of parameters, estimated */
	double		hit_rates[PA_REPEATS_TTLS]; /* of a cache, by how long it keeps */
} PaRepeated;

extern void pa_repeats_add(PaRepeats *repeats, const PaSeen *seen);
extern void pa_repeats_estimate(const PaRepeats *repeats, uint32 every, PaRepeated *repeated);

/*
 * Returns the largest hash of parameters that are followed at a level: one in
 * 2 ^ level sets of parameters is.
 */
static inline uint64
pa_repeats_limit(uint32 level)
{
	return PG_UINT64_MAX >> level;
}

#endif							/* PERFADVISOR_RECORD_REPEATS_H */
