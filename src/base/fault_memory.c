/*
 * fault_memory.c
 *	  Has the n-th allocation from a memory context fail, in a test build.
 *
 * The functions behind contexts of the usual kind are in a table of the
 * server's. From the first setting that asks for it on, this process's copy of
 * the table names ours, which count and otherwise call the server's. So every
 * allocation can fail, whoever asks for it.
 *
 * Those asked for by this library are told from the stack: going outwards from
 * the allocation, a function of the library comes before any that runs or
 * plans what somebody else wants, as standard_ExecutorRun() does.
 *
 * What the server keeps in reserve is spared: memory for reporting errors and
 * for aborting transactions. So are critical sections, in which the server
 * itself gives up, and the owners of locks in subtransactions: without memory
 * for these, the next request for the same lock ends the server. Each failure is told on stderr, without memory.
 */
#include "postgres.h"

#ifdef PA_FAULTS

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "optimizer/planner.h"
#include "storage/lock.h"
#include "tcop/utility.h"
#include "utils/memutils.h"

#include "base/base.h"
#include "base/fault.h"

#define DEPTH 200

typedef struct CodeRange
{
	const char *start;
	const char *end;
} CodeRange;

/* Functions that run what others want, though we may have called them */
static CodeRange others[8];
static int	nothers = 0;
static CodeRange lock_acquire;
static CodeRange library;
static const char *library_base;	/* where addresses in its file begin */

static MemoryContextMethods *methods = NULL;
static MemoryContextMethods server_methods;
static bool deciding = false;

/*
 * Returns where the code of a function of the server is.
 */
static CodeRange
code_of(void *function)
{
	Dl_info		info;
	ElfW(Sym) *symbol = NULL;
	CodeRange	range;

	if (dladdr1(function, &info, (void **) &symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL)
		elog(ERROR, "found no symbol of the server");
	range.start = info.dli_saddr;
	range.end = range.start + symbol->st_size;
	return range;
}

/*
 * Finds where the code of this library is. For dl_iterate_phdr().
 */
static int
find_library(struct dl_phdr_info *info, size_t size, void *arg)
{
	for (int i = 0; i < info->dlpi_phnum; i++)
	{
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		const char *start = (const char *) info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_LOAD && (header->p_flags & PF_X) != 0 &&
			(const char *) pa_fault >= start &&
			(const char *) pa_fault < start + header->p_memsz)
		{
			library_base = (const char *) info->dlpi_addr;
			library.start = start;
			library.end = start + header->p_memsz;
			return 1;
		}
	}
	return 0;
}

/*
 * Tells whether an address is within a piece of code.
 */
static bool
is_within(const CodeRange *range, const void *address)
{
	return (const char *) address >= range->start && (const char *) address < range->end;
}

/*
 * Tells whether this library asks for what is just being allocated. The
 * frames of this file are the first two.
 */
static bool
is_ours(void *const *frames, int nframes)
{
	for (int i = 3; i < nframes; i++)
	{
		if (is_within(&library, frames[i]))
			return true;
		for (int k = 0; k < nothers; k++)
			if (is_within(&others[k], frames[i]))
				return false;
	}
	return false;
}

/*
 * Tells whether the server allocates the owners of a lock, in a subtransaction.
 */
static bool
is_of_lock(MemoryContext context)
{
	void	   *frames[6];
	int			nframes;

	if (context != TopMemoryContext || !IsSubTransaction())
		return false;
	nframes = backtrace(frames, lengthof(frames));
	for (int i = 3; i < nframes; i++)
	{
		if (is_within(&lock_acquire, frames[i]))
			return true;
	}
	return false;
}

/*
 * Tells where the allocation that is to fail comes from.
 */
static void
tell(void *const *frames, int nframes)
{
	char		line[256];
	int			used = snprintf(line, sizeof(line), "injected failure of memory in");

	for (int i = 3; i < nframes && used < (int) sizeof(line) - 20; i++)
		if (is_within(&library, frames[i]))
			used += snprintf(line + used, sizeof(line) - used, " +0x%zx",
							 (size_t) ((const char *) frames[i] - 1 - library_base));
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}

/*
 * Tells whether an allocation in a context shall fail.
 */
static pg_noinline bool
shall_fail(MemoryContext context)
{
	const char *place = pa_fault_waits("anymemory") ? "anymemory" : "memory";
	void	   *frames[DEPTH];
	int			nframes = 0;
	bool		fails;

	if (deciding || !pa_fault_waits(place) || CritSectionCount > 0 ||
		context == ErrorContext || strcmp(context->name, "TransactionAbortContext") == 0)
		return false;
	deciding = true;
	if (is_of_lock(context))
	{
		deciding = false;
		return false;
	}
	if (place[0] == 'm')
	{
		nframes = backtrace(frames, DEPTH);
		if (!is_ours(frames, nframes))
		{
			deciding = false;
			return false;
		}
	}
	fails = pa_fault(place);
	if (fails || !pa_fault_waits(place))
		tell(frames, nframes > 0 ? nframes : backtrace(frames, DEPTH));
	deciding = false;
	return fails;
}

/*
 * Allocates, or fails.
 */
static void *
counted_alloc(PA_ALLOC_PARAMS)
{
	if (shall_fail(context))
		return PA_ALLOC_FAILURE;
	return server_methods.alloc(PA_ALLOC_ARGS);
}

/*
 * Allocates anew what is to have another size, or fails.
 */
static void *
counted_realloc(PA_REALLOC_PARAMS)
{
	if (shall_fail(GetMemoryChunkContext(pointer)))
		return PA_REALLOC_FAILURE;
	return server_methods.realloc(PA_REALLOC_ARGS);
}

/*
 * Has allocations counted from now on.
 */
void
pa_fault_memory_watch(void)
{
	uintptr_t	page = sysconf(_SC_PAGESIZE);
	uintptr_t	start;
	uintptr_t	end;
	void	   *frames[1];

	if (methods != NULL)
		return;
	lock_acquire = code_of(LockAcquireExtended);
	others[nothers++] = code_of(standard_planner);
	others[nothers++] = code_of(standard_ExecutorStart);
	others[nothers++] = code_of(standard_ExecutorRun);
	others[nothers++] = code_of(standard_ExecutorFinish);
	others[nothers++] = code_of(standard_ExecutorEnd);
	others[nothers++] = code_of(standard_ProcessUtility);
	/* Room is reserved for these; see guard.c */
	others[nothers++] = code_of(BeginInternalSubTransaction);
	others[nothers++] = lock_acquire;
	(void) dl_iterate_phdr(find_library, NULL);
	(void) backtrace(frames, 1);	/* loads what it needs */

	methods = unconstify(MemoryContextMethods *, TopMemoryContext->methods);
	start = (uintptr_t) methods / page * page;
	end = (uintptr_t) (methods + 1);
	if (mprotect((void *) start, end - start, PROT_READ | PROT_WRITE) != 0)
		elog(ERROR, "could not change the server's table of functions: %m");
	server_methods = *methods;
	methods->alloc = counted_alloc;
	methods->realloc = counted_realloc;
}

#endif							/* PA_FAULTS */
