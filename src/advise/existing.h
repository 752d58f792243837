/*
 * existing.h
 *	  Indexes that exist: what they are, what depends on them, what they take.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_EXISTING_H
#define PERFADVISOR_ADVISE_EXISTING_H

#include "advise/index_def.h"
#include "datatype/timestamp.h"

/* An index of a table, as read from the relation cache. */
typedef struct PaExisting
{
	Oid			oid;
	PaIndexDef *def;			/* its definition; without a text */
	bool		valid;			/* finished, and not being built or dropped */
	bool		unique;
	bool		immediate;		/* uniqueness is checked at once */
	bool		nulls_not_distinct;
	bool		primary;
	bool		exclusion;
	bool		constraint;		/* backs a constraint */
	bool		referenced;		/* foreign keys depend on it */
	bool		replident;		/* rows are told apart by it in replication */
	bool		clustered;		/* CLUSTER goes by it */
	bool		has_options;	/* operator classes have parameters */
	bool		expr_stats;		/* the planner has statistics through it */
	Oid			parent;			/* partitioned index it is attached to */
	List	   *leaves;			/* OIDs of what has pages: itself, or the
								 * indexes of the partitions */
	List	   *leaf_tables;	/* and of their tables */
	int64		bytes;			/* of all leaves */
	int64		scans;			/* of all leaves, since statistics began */
	TimestampTz last_scan;		/* latest of them; 0 unknown */
	int64		expected_bytes; /* by our estimate; -1 unknown */
} PaExisting;

/* A table with its indexes. */
typedef struct PaExistingTable
{
	Oid			relid;
	char		relkind;
	bool		unknown;		/* locked by another session: not looked at */
	List	   *indexes;		/* PaExisting * */
	List	   *fkeys;			/* ForeignKeyCacheInfo *, of this table */
} PaExistingTable;

extern List *pa_existing_read(List *relids);
extern bool pa_existing_same(const PaExisting *a, const PaExisting *b);
extern bool pa_existing_covers(const PaExisting *longer, const PaExisting *shorter);
extern int	pa_existing_fkey_columns(const PaExisting *index, void *fkey);

#endif							/* PERFADVISOR_ADVISE_EXISTING_H */
