/*
 * source_stats.h
 *	  Statistics of other servers in the place of missing ones.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_SOURCE_STATS_H
#define PERFADVISOR_ADVISE_SOURCE_STATS_H

#include "access/htup.h"
#include "nodes/nodes.h"
#include "utils/array.h"

/* How large a table or index is on another server */
typedef struct PaSourceSize
{
	double		pages;
	double		tuples;
	double		visible_pages;
} PaSourceSize;

/* What a document says of a column, or of an expression */
typedef struct PaSourceColumn
{
	Oid			relid;			/* table or index */
	Oid			table;			/* of the index, or the same */
	AttrNumber	attno;			/* 0: an expression that no index has */
	Oid			statistics;		/* the object that has the expression, or InvalidOid */
	int			place;			/* of the expression there, from 1 on */
	Oid			type;
	int32		typmod;
	Oid			collation;
	bool		inherited;
	float4		null_share;
	int32		width;
	float4		distinct;
	Datum		correlation;
	bool		no_correlation;
	ArrayType  *common_shares;	/* or NULL, as all that follows */
	ArrayType  *element_shares;
	ArrayType  *element_counts;
	char	   *common;
	char	   *bounds;
	char	   *elements;
	Node	   *expr;			/* NULL: a column */
	HeapTuple	tuple;			/* NULL: could not be made */
} PaSourceColumn;

/* source_tuple.c */
extern HeapTuple pa_source_tuple(const PaSourceColumn *column);

/* source_stats.c */
extern void pa_source_stats_load(MemoryContext context);
extern bool pa_source_size(Oid relid, PaSourceSize *size);
extern HeapTuple pa_source_column(Oid relid, AttrNumber attno, bool inherited);
extern HeapTuple pa_source_expression(Oid relid, const Node *expr);
extern HeapTuple pa_column_statistics(Oid relid, AttrNumber attno);

#endif							/* PERFADVISOR_ADVISE_SOURCE_STATS_H */
