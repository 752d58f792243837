/*
 * scans.h
 *	  What the files about sequential scans share. Private to the record room.
 */
#ifndef PERFADVISOR_RECORD_SCANS_H
#define PERFADVISOR_RECORD_SCANS_H

#include "record/recorder.h"

/* One scan node of an execution that ended */
typedef struct PaScanNode
{
	PaScan		scan;			/* of this execution alone, weight 1 */
	List	   *quals;
	Index		scanrelid;
	dsa_pointer filter;			/* text for a new row, if it has quals */
	uint32		filter_size;
	bool		unwritable;		/* raised an error: tried again at the next sample */
} PaScanNode;

/* scan_table.c */
extern bool pa_scan_table_add(const PaPlace *place, List *nodes, double rows_read);

#endif							/* PERFADVISOR_RECORD_SCANS_H */
