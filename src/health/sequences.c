/*
 * sequences.c
 *	  Reads what a sequence has given out, for sequence_health.
 *
 * The server's own function locks each sequence until the transaction ends,
 * which for some thousands of them fills the lock table. Here the lock is
 * taken only if nobody has a stronger one, and given back at once.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/rows.h"

PG_FUNCTION_INFO_V1(pa_read_sequence);

/*
 * Reads the tuple of a sequence that is open and locked. Returns whether a
 * value was given out already, and which was the last.
 */
static bool
read_last_value(Relation sequence, int64 *last_value)
{
	Buffer		buffer = ReadBuffer(sequence, 0);
	Page		page;
	ItemId		item;
	bool		is_called = false;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	item = PageGetItemId(page, FirstOffsetNumber);
	if (ItemIdIsNormal(item))
	{
		HeapTupleHeader tuple = (HeapTupleHeader) PageGetItem(page, item);
		Form_pg_sequence_data data = (Form_pg_sequence_data) ((char *) tuple + tuple->t_hoff);

		*last_value = data->last_value;
		is_called = data->is_called;
	}
	UnlockReleaseBuffer(buffer);
	return is_called;
}

/*
 * Tells whether an open relation is a sequence that this session can read and
 * its user may.
 */
static bool
is_readable(Relation sequence)
{
	return sequence->rd_rel->relkind == RELKIND_SEQUENCE &&
		!RELATION_IS_OTHER_TEMP(sequence) &&
		(sequence->rd_rel->relpersistence != RELPERSISTENCE_UNLOGGED || !RecoveryInProgress()) &&
		pg_class_aclcheck(RelationGetRelid(sequence), GetUserId(), ACL_SELECT | ACL_USAGE) == ACLCHECK_OK;
}

/*
 * read_sequence(oid): the last value, NULL when none was given out, and
 * whether that is known. Never waits: a sequence that is locked is unknown.
 */
Datum
pa_read_sequence(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	TupleDesc	tupdesc;
	Relation	sequence = NULL;
	int64		last_value = 0;
	Datum		values[2];
	bool		nulls[2] = {true, false};
	bool		known = false;

	tupdesc = pa_row_desc(fcinfo, INT8OID, BOOLOID);
	if (ConditionalLockRelationOid(relid, AccessShareLock))
	{
		sequence = try_relation_open(relid, NoLock);
		if (sequence != NULL && is_readable(sequence))
		{
			known = true;
			nulls[0] = !read_last_value(sequence, &last_value);
		}
		if (sequence != NULL)
			relation_close(sequence, NoLock);
		UnlockRelationOid(relid, AccessShareLock);
	}
	values[0] = Int64GetDatum(last_value);
	values[1] = BoolGetDatum(known);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
