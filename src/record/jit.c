/*
 * jit.c
 *	  What just-in-time compilation took.
 *
 * The executor keeps the times of compiling a query's expressions with the
 * query's state; they are added to the statement when an execution that took
 * a millisecond or more has ended, and no shorter one compiles anything. Of a
 * parallel query the leader's are looked at: workers compile the same at the
 * same time. Deforming is a part of generation where it is counted.
 */
#include "postgres.h"

#include "jit/jit.h"
#include "nodes/execnodes.h"
#include "portability/instr_time.h"

#include "record/recorder.h"

/*
 * Adds what compiling took in an execution that has ended and whose state is
 * still there. No allocation, no error; takes a spinlock if there was any.
 */
void
pa_jit_note(const PaExecution *execution)
{
	const EState *estate = execution->query_desc->estate;
	const JitInstrumentation *instr;

	if (likely(estate == NULL || estate->es_jit == NULL))
		return;
	instr = &estate->es_jit->instr;
	if (instr->created_functions > 0)
		pa_entry_add_jit(&execution->place.ref, instr->created_functions,
						 INSTR_TIME_GET_MILLISEC(instr->generation_counter) +
						 INSTR_TIME_GET_MILLISEC(instr->inlining_counter) +
						 INSTR_TIME_GET_MILLISEC(instr->optimization_counter) +
						 INSTR_TIME_GET_MILLISEC(instr->emission_counter));
}
