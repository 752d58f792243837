/*
 * rewrite_text.c
 *	  Writes a statement's text differently in some places.
 *
 * Constants become $n in the normalised text; variables of functions become
 * $n in both the normalised text and in samples, so that samples can be
 * analysed outside of their function. The text is cut up by the server's own
 * scanner, and only whole tokens at the marked places are replaced.
 *
 * Of COPY only the query is kept: the rest may hold a program's secrets.
 *
 * The scanner raises errors for malformed text. Texts come here after they
 * were parsed, but settings such as standard_conforming_strings may have
 * changed in between, so an error means "no text". It touches nothing but
 * memory, which is why it may be caught without a subtransaction.
 */
#include "postgres.h"

#include "common/keywords.h"
#include "parser/scanner.h"
#include "parser/scansup.h"
#include "utils/elog.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "record/recorder.h"
#include "record/tokens.h"

typedef struct PaToken
{
	int			type;
	int			start;			/* in the slice */
	int			end;
} PaToken;

typedef struct PaTokens
{
	PaToken    *items;
	int			count;
	int			room;
} PaTokens;

/*
 * Cuts text into tokens, up to about limit bytes. Raises errors.
 */
static void
scan_tokens(const char *string, int limit, PaTokens *tokens)
{
	core_yy_extra_type extra;
	core_YYSTYPE value;
	YYLTYPE		location = 0;
	core_yyscan_t scanner = scanner_init(string, &extra, &ScanKeywords, ScanKeywordTokens);
	int			type;

	pa_scanner_be_quiet(&extra);
	tokens->count = 0;
	tokens->room = 64;
	tokens->items = palloc(tokens->room * sizeof(PaToken));
	while ((type = core_yylex(&value, &location, scanner)) != 0 && location < limit)
	{
		PaToken    *token;

		if (tokens->count == tokens->room)
		{
			tokens->room *= 2;
			tokens->items = repalloc(tokens->items, tokens->room * sizeof(PaToken));
		}
		token = &tokens->items[tokens->count++];
		token->type = type;
		token->start = location;

		/* The scanner keeps a zero byte behind the current token */
		token->end = location + strlen(extra.scanbuf + location);
	}
	scanner_finish(scanner);
}

/*
 * Tells whether text starts with a keyword, after blanks.
 */
bool
pa_text_starts_with(const char *string, const char *word)
{
	size_t		length = strlen(word);

	while (scanner_isspace(*string))
		string++;
	return pg_strncasecmp(string, word, length) == 0 &&
		!isalnum((unsigned char) string[length]) && string[length] != '_';
}

/*
 * Narrows [*first, *last) to the query in the parentheses of COPY.
 */
static void
narrow_to_copied_query(const PaTokens *tokens, int *first, int *last)
{
	int			depth = 0;

	for (int i = 0; i < tokens->count; i++)
	{
		if (tokens->items[i].type == '(' && depth++ == 0)
			*first = i + 1;
		if (tokens->items[i].type == ')' && --depth == 0)
		{
			*last = i;
			return;
		}
	}
}

/*
 * Returns the token after the name that starts at token i: the variable's
 * name may be qualified and may end in ".*", which is then left in place.
 */
static int
skip_variable(const PaTokens *tokens, int i)
{
	i++;
	while (i + 1 < tokens->count && tokens->items[i].type == '.' &&
		   tokens->items[i + 1].type != '*')
		i += 2;
	return i;
}

/*
 * Returns the token after the constant at token i. A minus belongs to the
 * number after it.
 */
static int
skip_constant(const PaTokens *tokens, int i)
{
	return i + (tokens->items[i].type == '-' ? 2 : 1);
}

/*
 * Returns the token after a list of constants that starts at token i, which
 * is the first token of its first element; i when the list has not as many
 * elements as it should, because others are between them. -1 is any number.
 */
static int
skip_list(const PaTokens *tokens, int i, int nelements)
{
	int			depth = 0;
	int			count = 1;
	int			first = i;

	for (; i < tokens->count; i++)
	{
		int			type = tokens->items[i].type;

		if (type == '(' || type == '[')
			depth++;
		else if ((type == ')' || type == ']') && depth-- == 0)
			break;
		else if (type == ',' && depth == 0)
			count++;
	}
	return nelements == -1 || nelements == count ? i : first;
}

typedef struct PaRewrite
{
	const PaTextSlice *slice;
	const char *text;			/* of the slice alone */
	PaTokens	tokens;
	bool		hide_constants;
	bool		hide_all;		/* every constant, marked or not */
	StringInfoData out;
} PaRewrite;

/*
 * Tells whether a token is a constant by its looks.
 */
static bool
is_constant_token(int type)
{
	return type == TOKEN_ICONST ||
		(type >= TOKEN_FCONST && type <= TOKEN_XCONST);
}

/*
 * Returns the mark of a token, moving *next past earlier ones, or NULL. Where
 * constants stay as they are, a list that begins with a variable is one.
 */
static const PaTextMark *
mark_at(const PaRewrite *rw, int start, int *next)
{
	const PaTextSlice *slice = rw->slice;
	int			location = slice->location + start;

	while (*next < slice->nmarks && slice->marks[*next].location < location)
		(*next)++;
	for (int i = *next; i < slice->nmarks && slice->marks[i].location == location; i++)
		if (rw->hide_constants || slice->marks[i].paramid > 0)
			return &slice->marks[i];
	return NULL;
}

/*
 * Writes what replaces token i, if anything, and returns the token after
 * what was replaced, or i when nothing was.
 */
static int
replace_token(PaRewrite *rw, int i, const PaTextMark *mark, int *nconstants)
{
	PaToken    *token = &rw->tokens.items[i];
	int			after_list = i;

	if (mark != NULL && mark->paramid > 0)
	{
		int			after;

		if (token->type == TOKEN_PARAM)
			return i;
		after = skip_variable(&rw->tokens, i);
		if (after < rw->tokens.count && rw->tokens.items[after].type == '.')
			appendStringInfo(&rw->out, "($%d)", mark->paramid);
		else
			appendStringInfo(&rw->out, "$%d", mark->paramid);
		return after;
	}
	if (rw->hide_all ? !is_constant_token(token->type) :
		!rw->hide_constants || mark == NULL)
		return i;
	if (mark != NULL && mark->list != 0)
		after_list = skip_list(&rw->tokens, i, mark->list);
	if (token->type != TOKEN_PARAM)
		appendStringInfo(&rw->out, "$%d", rw->slice->highest_param + ++*nconstants);
	else if (after_list > i)
		appendBinaryStringInfo(&rw->out, rw->text + token->start, token->end - token->start);
	else
		return i;
	if (after_list > i)
	{
		appendStringInfoString(&rw->out, " /*, ... */");
		return after_list;
	}
	return skip_constant(&rw->tokens, i);
}

/*
 * Returns the first token of the expression behind PL/pgSQL's assignment.
 */
static int
skip_assignment(const PaTokens *tokens, int first, int last)
{
	int			depth = 0;

	for (int i = first; i < last; i++)
	{
		int			type = tokens->items[i].type;

		if (type == '(' || type == '[')
			depth++;
		else if (type == ')' || type == ']')
			depth--;
		else if (depth == 0 && (type == TOKEN_COLON_EQUALS || type == '='))
			return i + 1;
		else if (depth == 0 && type < TOKEN_IDENT && type != '.')
			break;
	}
	return first;
}

/*
 * Writes the new text to rw->out.
 */
static void
write_text(PaRewrite *rw)
{
	int			first = 0;
	int			last = rw->tokens.count;
	int			next_mark = 0;
	int			nconstants = 0;
	int			written;

	if (last == 0)
		return;
	if (pa_text_starts_with(rw->text + rw->tokens.items[0].start, "copy"))
		narrow_to_copied_query(&rw->tokens, &first, &last);
	if (rw->slice->is_expression)
	{
		appendStringInfoString(&rw->out, "SELECT ");
		first = skip_assignment(&rw->tokens, first, last);
	}
	if (first >= last)
		return;

	written = rw->tokens.items[first].start;
	for (int i = first; i < last;)
	{
		PaToken    *token = &rw->tokens.items[i];
		const PaTextMark *mark = mark_at(rw, token->start, &next_mark);
		int			gap = token->start - written;
		int			after;

		if (token->type == ';' && i == last - 1)
			break;
		appendBinaryStringInfo(&rw->out, rw->text + written, gap);
		written = token->start;
		after = replace_token(rw, i, mark, &nconstants);
		if (after == i)
		{
			appendBinaryStringInfo(&rw->out, rw->text + token->start,
								   token->end - token->start);
			written = token->end;
			i++;
		}
		else
		{
			i = Min(after, last);
			written = rw->tokens.items[i - 1].end;
		}
	}
}

/*
 * Runs a rewrite in a context of its own and returns the result in the
 * caller's, or NULL when the text cannot be scanned.
 */
static char *
run_rewrite(PaRewrite *rw, int limit)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(caller, "perfadvisor text",
											   ALLOCSET_DEFAULT_SIZES);
	int			client_messages = client_min_messages;
	int			log_messages = pa_log_min_messages;
	char	   *volatile result = NULL;

	/* What the scanner has to say it has said to the user before */
	client_min_messages = ERROR;
	pa_log_min_messages = ERROR;
	MemoryContextSwitchTo(work);
	PG_TRY();
	{
		rw->text = pnstrdup(rw->slice->source + rw->slice->location,
							rw->slice->length);
		scan_tokens(rw->text, limit, &rw->tokens);
		initStringInfo(&rw->out);
		write_text(rw);
		if (rw->tokens.count > 0 &&
			rw->tokens.items[rw->tokens.count - 1].end < rw->slice->length &&
			rw->slice->length > limit)
			appendStringInfoString(&rw->out, " ...");
		if (rw->out.len > 0)
			result = MemoryContextStrdup(caller, rw->out.data);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		FlushErrorState();
	}
	PG_END_TRY();
	client_min_messages = client_messages;
	pa_log_min_messages = log_messages;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	return result;
}

/*
 * Returns the text of a statement with variables, and if asked for constants,
 * written as $n, in the current context; NULL when that is not possible.
 * A normalised text is clipped, a sample's never is.
 */
char *
pa_text_rewrite(const PaTextSlice *slice, bool hide_constants)
{
	PaRewrite	rw = {.slice = slice, .hide_constants = hide_constants};

	return run_rewrite(&rw, hide_constants ? PA_SHOWN_LIMIT : INT_MAX);
}

/*
 * Returns the text of a statement with everything that looks like a constant
 * written as $n, for statements whose tree was never seen.
 */
char *
pa_text_hide_all(const char *source, int location, int length)
{
	PaTextSlice slice = {.source = source,.location = location,.length = length};
	PaRewrite	rw = {.slice = &slice,.hide_constants = true,.hide_all = true};

	return run_rewrite(&rw, PA_SHOWN_LIMIT);
}
