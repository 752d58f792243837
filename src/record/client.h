/*
 * client.h
 *	  The client's statement that is planned or run just now, without anybody
 *	  to catch its errors. Private to the record room.
 *
 * Catching errors costs as much as all measuring. A statement of a client has
 * nothing of ours around it, and when it fails its session reports the error,
 * while everything of it is still there, and then aborts the (sub)transaction:
 * either is told to us anyway. What runs inside of other statements is guarded
 * the usual way, as somebody may catch its error, and so is everything in
 * processes that are not a client's session, and where errors are not reported.
 */
#ifndef PERFADVISOR_RECORD_CLIENT_H
#define PERFADVISOR_RECORD_CLIENT_H

#include "access/xact.h"
#include "record/recorder.h"

typedef struct PaClientStatement
{
	SubTransactionId subid;		/* that it runs in just now; invalid: there is none */
	bool		told;			/* its failure, while its error was reported */
	PaExecution *execution;		/* while subid is valid; NULL: not recorded, or
								 * planned just now */
	const Query *planned;		/* NULL: none, or not recorded */
	const char *source;			/* of what is planned */
	uint64		queryid;		/* of what is planned, the server's */
	int64		start_ns;		/* of the planning; see pa_now_ns() */
} PaClientStatement;

extern PA_HIDDEN PaClientStatement pa_client;

extern void pa_client_tell(void);
extern void pa_client_failed(void);
extern void pa_client_session_ends(void);

/*
 * Tells whether what starts now can do without a guard.
 */
static inline bool
pa_client_may_begin(void)
{
	return pa_nesting_level == 0 && pa_backend_is_client && pa_errors_are_reported();
}

/*
 * Begins and ends running a statement of the client. A portal may have been
 * opened in another subtransaction than it is run in.
 */
static inline void
pa_client_begin(PaExecution *execution)
{
	pa_client.subid = pa_subid;
	pa_client.told = false;
	pa_client.execution = execution;
	pa_nesting_level = 1;
}

static inline void
pa_client_end(void)
{
	pa_client.subid = InvalidSubTransactionId;
	pa_nesting_level = 0;
}

/*
 * Takes note that a (sub)transaction was aborted: the client's statement has
 * failed if it ran in it, though it may have begun before.
 */
static inline void
pa_client_aborted(SubTransactionId subid)
{
	if (unlikely(pa_client.subid != InvalidSubTransactionId && pa_client.subid >= subid))
		pa_client_failed();
}

#endif							/* PERFADVISOR_RECORD_CLIENT_H */
