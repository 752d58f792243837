/*
 * size.h
 *	  How large an index would be: what the files of the subject share.
 *
 * Private to the files size*.c; others ask through index_def.h.
 */
#ifndef PERFADVISOR_ADVISE_SIZE_H
#define PERFADVISOR_ADVISE_SIZE_H

#include "access/htup.h"
#include "advise/index_def.h"

/* What is known of the values of one column. */
typedef struct PaColumnStats
{
	double		width;			/* average of values that are not NULL, bytes */
	double		nullfrac;
	double		ndistinct;		/* <= 0: unknown */
	int16		typlen;
	char		typalign;
	bool		foreign;		/* tuple is of another server, not of the cache */
	bool		doubtful;		/* widths vary */
	bool		may_be_long;	/* some values may be too long for an index */
	HeapTuple	tuple;			/* row of pg_statistic, or NULL */
} PaColumnStats;

/* The table, and how much of it is in the index */
typedef struct PaSizing
{
	PaIndexDef *def;
	bool		exact;			/* take the time for a sample where it helps */
	PaColumnStats *columns;		/* [def->ncolumns] */
	double		rows;			/* of the index */
	double		table_rows;
	double		table_pages;
} PaSizing;

/* size.c */
extern List *pa_size_expressions(const PaIndexDef *def);

/* size_tuple.c */
extern Oid	pa_size_key_type(const PaIndexColumn *col);
extern double pa_size_tuple(const PaColumnStats *columns, int ncolumns);
extern Size pa_size_datum(Datum value, Oid type, Size size, uint64 *hash);
extern double pa_size_form(const PaIndexDef *def, const Datum *values,
						   const bool *isnull, uint64 *keyhash);

/* size_btree.c, size_gin.c, size_other.c */
extern void pa_size_btree(PaSizing *sizing);
extern void pa_size_gin(PaSizing *sizing);
extern void pa_size_hash(PaSizing *sizing);
extern void pa_size_brin(PaSizing *sizing);
extern void pa_size_gist(PaSizing *sizing);

#endif							/* PERFADVISOR_ADVISE_SIZE_H */
