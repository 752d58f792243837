/*
 * read_tags.c
 *	  The tags that applications write into comments of their statements.
 *
 * Two forms are known: key='value' of sqlcommenter, where both are
 * URL-encoded, and key:value of marginalia; pairs are separated by commas.
 * A comment in which anything is neither is no tags at all, so that remarks
 * and hints are not taken for some. Comments are looked for outside of
 * literals and quoted names.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "record/recorder.h"

#define KEY_LIMIT 64

typedef struct PaTag
{
	char	   *key;
	char	   *value;
} PaTag;

PG_FUNCTION_INFO_V1(pa_query_tags);

/*
 * Tells whether a character may be in a key; a per cent sign begins one that
 * is encoded.
 */
static bool
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '%';
}

/*
 * Returns the number that a hexadecimal digit stands for, or -1.
 */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Decodes a URL-encoded string in the current context. It is returned as it
 * is when what comes out would not be text in the database's encoding.
 */
static char *
decode(const char *from, int length)
{
	char	   *result = palloc(length + 1);
	char	   *to = result;

	for (int i = 0; i < length; i++)
	{
		if (from[i] == '%' && i + 2 < length &&
			hex_digit(from[i + 1]) >= 0 && hex_digit(from[i + 2]) >= 0)
		{
			*to++ = hex_digit(from[i + 1]) * 16 + hex_digit(from[i + 2]);
			i += 2;
		}
		else if (from[i] == '\\' && i + 1 < length && from[i + 1] == '\'')
			continue;
		else
			*to++ = from[i];
	}
	*to = '\0';
	if (strlen(result) != to - result || !pg_verifymbstr(result, to - result, true))
		return pnstrdup(from, length);
	return result;
}

/*
 * Reads the value of a pair, and moves *place behind it. Returns NULL when
 * it is not one.
 */
static char *
read_value(const char **place, const char *end)
{
	const char *from = *place + 1;
	const char *p = from;
	bool		quoted = **place == '=';

	if (quoted)
	{
		if (p >= end || *p != '\'')
			return NULL;
		for (p = ++from; p < end && *p != '\''; p++)
			if (*p == '\\' && p + 1 < end)
				p++;
		if (p >= end)
			return NULL;
		*place = p + 1;
		return decode(from, p - from);
	}
	while (p < end && *p != ',' && *p != ' ' && *p != '\n' && *p != '\t')
		p++;
	if (p == from)
		return NULL;
	*place = p;
	return pnstrdup(from, p - from);
}

/*
 * Skips blanks.
 */
static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/*
 * Returns the pairs of a comment as a List of PaTag; NIL when it holds
 * anything else.
 */
static List *
read_comment(const char *p, const char *end)
{
	List	   *tags = NIL;

	for (;;)
	{
		PaTag	   *tag = palloc(sizeof(PaTag));
		const char *from;

		from = p = skip_blanks(p, end);
		while (p < end && is_key_char(*p))
			p++;
		if (p == from || p - from > KEY_LIMIT || p >= end || (*p != '=' && *p != ':'))
			return NIL;
		tag->key = decode(from, p - from);
		tag->value = read_value(&p, end);
		if (tag->value == NULL)
			return NIL;
		tags = lappend(tags, tag);
		p = skip_blanks(p, end);
		if (p >= end)
			return tags;
		if (*p++ != ',')
			return NIL;
	}
}

/*
 * Returns the end of something quoted that begins at p: a literal, with
 * backslashes if escapes, or a name.
 */
static const char *
skip_quoted(const char *p, const char *end, bool escapes)
{
	char		quote = *p++;

	for (; p < end; p++)
	{
		if (escapes && *p == '\\')
			p++;
		else if (*p == quote)
			return p + 1;		/* a doubled quote begins another */
	}
	return end;
}

/*
 * Returns the end of a dollar-quoted literal, or the next character when
 * none begins at p.
 */
static const char *
skip_dollar(const char *p, const char *end)
{
	const char *tag = p + 1;
	int			length;

	while (tag < end && is_key_char(*tag) && *tag != '%')
		tag++;
	if (tag >= end || *tag != '$' || (p[1] >= '0' && p[1] <= '9'))
		return p + 1;
	length = tag - p + 1;
	for (tag++; tag + length <= end; tag++)
		if (memcmp(tag, p, length) == 0)
			return tag + length;
	return end;
}

/*
 * Returns the end of a comment that begins at p; comments nest.
 */
static const char *
skip_comment(const char *p, const char *end)
{
	int			depth = 0;

	while (p + 1 < end)
	{
		if (p[0] == '/' && p[1] == '*')
		{
			depth++;
			p += 2;
		}
		else if (p[0] == '*' && p[1] == '/')
		{
			p += 2;
			if (--depth == 0)
				return p;
		}
		else
			p++;
	}
	return end;
}

/*
 * Returns the tags in all comments of a statement, in the current context.
 */
static List *
read_tags(const char *p, const char *end)
{
	const char *begin = p;
	List	   *tags = NIL;

	while (p < end)
	{
		if (*p == '\'')
			p = skip_quoted(p, end, p > begin && (p[-1] == 'e' || p[-1] == 'E'));
		else if (*p == '"')
			p = skip_quoted(p, end, false);
		else if (*p == '$')
			p = skip_dollar(p, end);
		else if (*p == '-' && p + 1 < end && p[1] == '-')
			while (p < end && *p != '\n')
				p++;
		else if (*p == '/' && p + 1 < end && p[1] == '*')
		{
			const char *after = skip_comment(p, end);

			if (after - p >= 4 && after[-1] == '/')
				tags = list_concat(tags, read_comment(p + 2, after - 2));
			p = after;
		}
		else
			p++;
	}
	return tags;
}

/*
 * query_tags(query): the tags of a statement's text; of a key that is there
 * more than once the first.
 */
Datum
pa_query_tags(PG_FUNCTION_ARGS)
{
	text	   *query = PG_GETARG_TEXT_PP(0);
	const char *begin = VARDATA_ANY(query);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *seen = NIL;
	ListCell   *lc;

	pa_begin_rows(fcinfo, TEXTOID, TEXTOID);
	foreach(lc, read_tags(begin, begin + VARSIZE_ANY_EXHDR(query)))
	{
		PaTag	   *tag = lfirst(lc);
		Datum		values[2];
		bool		nulls[2] = {false};
		ListCell   *other;
		bool		repeated = false;

		foreach(other, seen)
			repeated |= strcmp(((PaTag *) lfirst(other))->key, tag->key) == 0;
		if (repeated)
			continue;
		seen = lappend(seen, tag);
		values[0] = CStringGetTextDatum(tag->key);
		values[1] = CStringGetTextDatum(tag->value);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
