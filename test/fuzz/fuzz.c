/*
 * fuzz.c
 *	  libFuzzer inside of a server in single-user mode, so that what is fuzzed
 *	  has the real scanner, memory contexts and errors around it.
 *
 * Compiled into the library by test/check/fuzz.sh and by nothing else. SQL:
 * fuzz(target, arguments) never returns; an input that ends the process is
 * left in a file by libFuzzer.
 */
#include "postgres.h"

#include <unistd.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "port/pg_crc32c.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/base.h"
#include "record/recorder.h"

PG_FUNCTION_INFO_V1(pa_fuzz);

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv,
								int (*one) (const uint8_t *data, size_t size));

typedef void (*Target) (const uint8_t *data, size_t size);

static Target target;

/* Whether the error under way is one that must not be */
static bool unexpected = false;

/*
 * Runs a statement with one argument of type text.
 */
static void
run(const char *statement, const char *argument)
{
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(argument);

	SPI_connect();
	SPI_execute_with_args(statement, 1, &type, &value, NULL, false, 0);
	SPI_finish();
}

/*
 * Runs a statement that may not fail, whatever came before it.
 */
static void
run_safely(const char *statement)
{
	unexpected = true;
	SPI_connect();
	SPI_execute(statement, false, 0);
	SPI_finish();
	unexpected = false;
}

/*
 * Prints filters as they are recorded of sequential scans.
 */
static void
print_filters(Plan *plan, List *rtable)
{
	if (plan == NULL)
		return;
	if (IsA(plan, SeqScan))
	{
		Index		scanrelid = ((Scan *) plan)->scanrelid;

		(void) pa_filter_signature(plan->qual);
		(void) pa_filter_text(rt_fetch(scanrelid, rtable)->relid, scanrelid, plan->qual);
	}
	print_filters(plan->lefttree, rtable);
	print_filters(plan->righttree, rtable);
}

/*
 * A statement's text: rewritten with marks at places taken from the input,
 * hidden, searched for tags, analysed and planned with the recorder's hooks.
 */
static void
fuzz_text(const uint8_t *data, size_t size)
{
	int			nmarks = size > 0 ? data[0] % 8 : 0;
	PaTextMark	marks[8];
	PaTextSlice slice = {.marks = marks};
	char	   *text;
	int			length;
	int			before = 0;
	List	   *raw;

	if (size < 2 + 2 * nmarks)
		return;
	slice.is_expression = data[1] & 1;
	slice.highest_param = data[1] >> 1;
	for (int i = 0; i < nmarks; i++)
	{
		before += data[2 + 2 * i];
		marks[i].location = before;
		marks[i].paramid = data[3 + 2 * i] & 3;
		marks[i].list = (data[3 + 2 * i] >> 2) - 1;
	}
	slice.nmarks = nmarks;
	data += 2 + 2 * nmarks;
	size -= 2 + 2 * nmarks;
	if (memchr(data, 0, size) != NULL || !pg_verifymbstr((const char *) data, size, true))
		return;
	text = pnstrdup((const char *) data, size);
	length = size;
	slice.source = text;
	slice.length = length;
	(void) pa_text_rewrite(&slice, true);
	(void) pa_text_rewrite(&slice, false);
	(void) pa_text_hide_all(text, 0, length);
	slice.location = pg_mbcliplen(text, length, length / 3);
	slice.length = length - slice.location;
	(void) pa_text_rewrite(&slice, true);
	run("SELECT pg_catalog.count(*) FROM perfadvisor.query_tags($1)", text);

	raw = raw_parser(text, RAW_PARSE_DEFAULT);
	if (list_length(raw) == 1)
	{
		Query	   *query;
		List	   *rewritten;

		PushActiveSnapshot(GetTransactionSnapshot());
		query = parse_analyze_fixedparams(linitial_node(RawStmt, raw), text, NULL, 0, NULL);
		if (query->commandType != CMD_UTILITY)
		{
			rewritten = pg_rewrite_query(query);
			if (list_length(rewritten) == 1)
			{
				PlannedStmt *plan = pg_plan_query(linitial(rewritten), text, 0, NULL);

				print_filters(plan->planTree, plan->rtable);
			}
		}
		PopActiveSnapshot();
	}
}

/*
 * A document for import_workload(): what it takes in can be shown and advised on.
 */
static void
fuzz_import(const uint8_t *data, size_t size)
{
	char	   *text;

	if (memchr(data, 0, size) != NULL || !pg_verifymbstr((const char *) data, size, true))
		return;
	text = pnstrdup((const char *) data, size);
	run("SELECT perfadvisor.import_workload($1::pg_catalog.jsonb, 'fuzz')", text);
	run_safely("SELECT pg_catalog.count(*) FROM perfadvisor.sources");
	run_safely("SELECT pg_catalog.count(*) FROM perfadvisor.advise(time_limit => '2s')");
}

/*
 * The body of a saved file, behind a header that fits: what was loaded can be
 * read, or raises an error. The header is taken from a file that the server wrote.
 */
static void
fuzz_dump(const uint8_t *data, size_t size)
{
	static char header[32];
	static bool have_header = false;
	const char *path = "pg_stat_tmp/perfadvisor.fuzz";
	uint64		body = size;
	pg_crc32c	crc;
	FILE	   *file;

	if (!have_header)
	{
		file = fopen("pg_stat_tmp/perfadvisor.stat", "r");
		if (file == NULL || fread(header, 1, sizeof(header), file) != sizeof(header))
			_exit(3);
		fclose(file);
		have_header = true;
	}
	INIT_CRC32C(crc);
	COMP_CRC32C(crc, data, size);
	FIN_CRC32C(crc);
	memcpy(header + 16, &body, sizeof(body));
	memcpy(header + 24, &crc, sizeof(crc));
	file = fopen(path, "w");
	if (file == NULL || fwrite(header, 1, sizeof(header), file) != sizeof(header) ||
		fwrite(data, 1, size, file) != size || fclose(file) != 0)
		_exit(3);
	pa_persist_load(path);
	run("SELECT public.read_recorded() WHERE $1 <> ''", "x");
	pa_table_reset();
	pa_slow_reset();
	pa_failure_reset();
	pa_failure_count_reset();
	pa_run_reset();
	pa_scans_reset();
	pa_plans_reset();
	pa_totals_reset();
	pa_minutes_reset();
}

/*
 * One input, in a subtransaction and a memory context of its own.
 */
static int
one_input(const uint8_t *data, size_t size)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(outer, "fuzz", ALLOCSET_DEFAULT_SIZES);
	ResourceOwner owner = CurrentResourceOwner;

	unexpected = false;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(work);
	PG_TRY();
	{
		target(data, size);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(work);
		if (unexpected)
		{
			ErrorData  *error = CopyErrorData();

			fprintf(stderr, "an error that must not be: %s\n", error->message);
			abort();
		}
		FlushErrorState();
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(outer);
	CurrentResourceOwner = owner;
	MemoryContextDelete(work);
	return 0;
}

/*
 * fuzz(target text, arguments text[])
 */
Datum
pa_fuzz(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	List	   *arguments = pa_text_array_list(PG_GETARG_ARRAYTYPE_P(1), "arguments");
	int			argc = list_length(arguments) + 1;
	char	  **argv = palloc0((argc + 1) * sizeof(char *));

	if (strcmp(name, "text") == 0)
		target = fuzz_text;
	else if (strcmp(name, "import") == 0)
		target = fuzz_import;
	else if (strcmp(name, "dump") == 0)
		target = fuzz_dump;
	else
		ereport(ERROR, (errmsg("unknown target \"%s\"", name)));
	argv[0] = "fuzz";
	for (int i = 1; i < argc; i++)
		argv[i] = list_nth(arguments, i - 1);
	(void) LLVMFuzzerRunDriver(&argc, &argv, one_input);
	_exit(0);
}
