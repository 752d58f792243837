/*
 * write_cost.h
 *	  What an index costs the statements that write its table.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_WRITE_COST_H
#define PERFADVISOR_ADVISE_WRITE_COST_H

#include "advise/index_def.h"
#include "nodes/bitmapset.h"
#include "nodes/nodes.h"

/* Rows written in a table, by one kind of statement */
typedef struct PaWrite
{
	Oid			relid;
	CmdType		command;
	Bitmapset  *updated;		/* attribute numbers, for UPDATE */
	double		rows;			/* per hour */
} PaWrite;

typedef struct PaWriteLoad
{
	List	   *writes;			/* PaWrite * */
} PaWriteLoad;

extern void pa_write_load_add(PaWriteLoad *load, Oid relid, CmdType command,
							  Bitmapset *updated, double rows);
extern double pa_write_cost(const PaWriteLoad *load, const PaIndexDef *def);

#endif							/* PERFADVISOR_ADVISE_WRITE_COST_H */
