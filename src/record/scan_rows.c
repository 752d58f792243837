/*
 * scan_rows.c
 *	  What statements' sequential scans return, for who plans them again.
 */
#include "postgres.h"

#include "record/recorder.h"

/*
 * Orders scans by statement, role and table.
 */
static int
compare(const ListCell *a, const ListCell *b)
{
	const PaScan *sa = &((PaScanCopy *) lfirst(a))->scan;
	const PaScan *sb = &((PaScanCopy *) lfirst(b))->scan;

	if (sa->queryid != sb->queryid)
		return sa->queryid < sb->queryid ? -1 : 1;
	if (sa->userid != sb->userid)
		return sa->userid < sb->userid ? -1 : 1;
	if (sa->relid != sb->relid)
		return sa->relid < sb->relid ? -1 : 1;
	return 0;
}

/*
 * See record.h.
 */
List *
pa_record_scan_rows(Oid dbid)
{
	List	   *scans = pa_scans_read();
	List	   *result = NIL;

	list_sort(scans, compare);
	for (int i = 0; i < list_length(scans); i++)
	{
		const PaScan *scan = &((PaScanCopy *) list_nth(scans, i))->scan;
		PaScanRows *rows;

		/* An estimate error is known of scans that were not stopped early */
		if (scan->dbid != dbid || scan->estimate_error <= 0 || scan->scans <= 0 ||
			scan->rows_returned >= scan->rows_read)
			continue;
		if ((i > 0 && compare(list_nth_cell(scans, i - 1), list_nth_cell(scans, i)) == 0) ||
			(i + 1 < list_length(scans) &&
			 compare(list_nth_cell(scans, i), list_nth_cell(scans, i + 1)) == 0))
			continue;
		rows = palloc(sizeof(PaScanRows));
		rows->userid = scan->userid;
		rows->queryid = scan->queryid;
		rows->relid = scan->relid;
		rows->rows = scan->rows_returned / scan->scans;
		result = lappend(result, rows);
	}
	return result;
}
