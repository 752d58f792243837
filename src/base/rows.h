/*
 * rows.h
 *	  Rows that functions return to SQL, whose columns are what the installed
 *	  version of the extension says.
 */
#ifndef PERFADVISOR_BASE_ROWS_H
#define PERFADVISOR_BASE_ROWS_H

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

#define PA_TYPES(...) (const Oid[]) {__VA_ARGS__}, \
	(int) (sizeof((const Oid[]) {__VA_ARGS__}) / sizeof(Oid))

/* Begins the result of a function that returns rows of these types */
#define pa_begin_rows(fcinfo, ...) \
	pa_rows_begin(fcinfo, PA_TYPES(__VA_ARGS__))

/* Returns the descriptor of the one row of these types that a function returns */
#define pa_row_desc(fcinfo, ...) \
	pa_rows_describe(fcinfo, PA_TYPES(__VA_ARGS__))

extern void pa_rows_begin(FunctionCallInfo fcinfo, const Oid *types, int n);
extern TupleDesc pa_rows_describe(FunctionCallInfo fcinfo, const Oid *types, int n);

#endif							/* PERFADVISOR_BASE_ROWS_H */
