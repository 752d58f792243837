/*
 * history.h
 *	  The public face of the history room: counters kept over time, and what
 *	  became of advice.
 */
#ifndef PERFADVISOR_HISTORY_HISTORY_H
#define PERFADVISOR_HISTORY_HISTORY_H

#include "base/base.h"

/* launcher.c: registers the launcher; called once from _PG_init when preloading */
extern void pa_history_init(void);

#endif							/* PERFADVISOR_HISTORY_HISTORY_H */
