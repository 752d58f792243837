/*
 * fault.h
 *	  Places at which a test build can be made to fail.
 *
 * Without -DPA_FAULTS nothing of this is compiled. With it, the setting
 * perfadvisor.fault of a session says "place:kind:n": at the n-th time that
 * the session comes to the place it gets an error, a cancel request, a
 * request to end, or is killed; or what the place asks for fails (fail), also
 * at each time after that (lack).
 *
 * The places "memory" and "anymemory" are all allocations from memory contexts
 * (fault_memory.c): those that this library asks for, by itself or through
 * functions of the server that it calls, and all of the session.
 */
#ifndef PERFADVISOR_BASE_FAULT_H
#define PERFADVISOR_BASE_FAULT_H

#ifdef PA_FAULTS
extern void pa_fault_init(void);
extern bool pa_fault(const char *place);
extern bool pa_fault_waits(const char *place);
extern void pa_fault_memory_watch(void);

#define PA_FAULT(place) ((void) pa_fault(place))
#define PA_FAULT_FAILS(place) pa_fault(place)
#else
#define pa_fault_init() ((void) 0)
#define PA_FAULT(place) ((void) 0)
#define PA_FAULT_FAILS(place) false
#endif

#endif							/* PERFADVISOR_BASE_FAULT_H */
