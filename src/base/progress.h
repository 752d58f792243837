/*
 * progress.h
 *	  What a long piece of work in some session has done so far.
 */
#ifndef PERFADVISOR_BASE_PROGRESS_H
#define PERFADVISOR_BASE_PROGRESS_H


extern void pa_progress_init(void);
extern void pa_progress_start(void);
extern void pa_progress_update(const char *phase, int64 done, int64 total);
extern void pa_progress_end(void);

#endif							/* PERFADVISOR_BASE_PROGRESS_H */
