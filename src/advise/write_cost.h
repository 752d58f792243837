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
#include "utils/hsearch.h"

/* Rows written in a table, by one kind of statement */
typedef struct PaWrite
{
	CmdType		command;
	Bitmapset  *updated;		/* attribute numbers, for UPDATE */
	double		rows;			/* per hour */
} PaWrite;

/* What is written in one table */
typedef struct PaTableWrites
{
	Oid			relid;			/* hash key */
	List	   *writes;			/* PaWrite * */
	bool		known;			/* the following are */
	Bitmapset  *indexed;		/* attribute numbers of existing indexes */
	int			nindexes;		/* existing ones */
} PaTableWrites;

typedef struct PaWriteLoad
{
	HTAB	   *tables;			/* PaTableWrites */
} PaWriteLoad;

/* What the writes of a table pay for one index */
typedef struct PaWriteCharge
{
	Bitmapset  *attrs;			/* attribute numbers that it depends on */
	double		price;			/* ms for an inserted row, on average */
	double		coverage;		/* share of the rows that it holds */
} PaWriteCharge;

extern PaWriteLoad *pa_write_load_new(MemoryContext context);
extern void pa_write_load_add(PaWriteLoad *load, Oid relid, CmdType command,
							  Bitmapset *updated, double rows);
extern void pa_write_charge(PaWriteLoad *load, const PaIndexDef *def,
							PaWriteCharge *charge);
extern double pa_write_cost(const PaWriteLoad *load, Oid relid,
							PaWriteCharge **charges, int n, int which);

#endif							/* PERFADVISOR_ADVISE_WRITE_COST_H */
