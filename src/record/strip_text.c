/*
 * strip_text.c
 *	  SQL: strip_comments(), which leaves the comments of a statement out.
 *
 * A normalised text keeps comments as they are, and these may hold anything:
 * who asked, from where, with which value. The text is cut up by the server's
 * own scanner, so what only looks like a comment stays.
 */
#include "postgres.h"

#include "common/keywords.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "parser/scanner.h"
#include "parser/scansup.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "record/tokens.h"

PG_FUNCTION_INFO_V1(pa_strip_comments);

/*
 * Adds what is between two tokens: white space as it is, one blank for anything
 * else.
 */
static void
add_gap(StringInfo out, const char *gap, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (!scanner_isspace(gap[i]))
		{
			appendStringInfoChar(out, ' ');
			return;
		}
	}
	appendBinaryStringInfo(out, gap, length);
}

/*
 * Writes a text without its comments. Raises what the scanner raises.
 */
static void
write_stripped(const char *query, void *arg, StringInfo out)
{
	core_yy_extra_type extra;
	core_YYSTYPE value;
	YYLTYPE		location;
	core_yyscan_t scanner = scanner_init(query, &extra, &ScanKeywords, ScanKeywordTokens);
	int			end = 0;		/* of the token before */

	pa_scanner_be_quiet(&extra);
	while (core_yylex(&value, &location, scanner) != 0)
	{
		int			length = strlen(extra.scanbuf + location);

		if (out->len > 0)
			add_gap(out, query + end, location - end);
		appendBinaryStringInfo(out, query + location, length);
		end = location + length;
	}
	scanner_finish(scanner);
}

/*
 * strip_comments(query): the text without them; NULL for what the scanner does
 * not take, as a text that was clipped.
 */
Datum
pa_strip_comments(PG_FUNCTION_ARGS)
{
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData out;

	initStringInfo(&out);
	if (!pa_text_scan(write_stripped, query, NULL, &out))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
