/*
 * pull.h
 *	  Workloads of other servers that are fetched, not imported.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_PULL_H
#define PERFADVISOR_ADVISE_PULL_H

#include "access/htup.h"
#include "executor/spi.h"

/* A source to be fetched */
typedef struct PaPull
{
	char	   *source;
	char	   *connection;
	char	   *added_by;		/* role; NULL: nobody knows */
} PaPull;

/* Tells that the caller shall end, while another server is waited for */
typedef bool (*PaGiveUp) (void);

/* fetch.c */
extern void pa_fetch_begin(void);
extern char *pa_fetch_workload(const char *connection, PaGiveUp give_up);
extern void pa_fetch_end(void);
extern bool pa_fetch_took_too_long(void);

/* pull.c */
extern PaPull *pa_pull_read(HeapTuple row, TupleDesc desc);
extern char *pa_pull_fetch(const PaPull *pull, PaGiveUp give_up, char **problem);
extern char *pa_pull_problem(const ErrorData *error);
extern bool pa_pull_take_in(const PaPull *pull, const char *document, const char *problem);
extern void pa_pull_note(const PaPull *pull, const char *problem);

#endif							/* PERFADVISOR_ADVISE_PULL_H */
