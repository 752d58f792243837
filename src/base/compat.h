/*
 * compat.h
 *	  Differences between PostgreSQL 15 and 19, dissolved in one place.
 *
 * This file and compat.c are the only ones that may test PG_VERSION_NUM.
 * Everything else uses the names defined here.
 */
#ifndef PERFADVISOR_BASE_COMPAT_H
#define PERFADVISOR_BASE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "perfadvisor requires PostgreSQL 15 or newer"
#endif

/* Type of PlannedStmt.queryId and Query.queryId */
#if PG_VERSION_NUM >= 180000
typedef int64 PaQueryId;
#else
typedef uint64 PaQueryId;
#endif

#endif							/* PERFADVISOR_BASE_COMPAT_H */
