/*
 * rename_text.c
 *	  SQL: rename_relations(), which writes other names of relations into the
 *	  text of a statement.
 *
 * The text is cut up by the server's own scanner: constants, comments and
 * names that only look alike stay as they are. A name counts with the schema
 * before it, or alone where no two of the relations to rename share it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/keywords.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "parser/scanner.h"
#include "parser/scansup.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "base/base.h"
#include "base/compat.h"
#include "record/recorder.h"
#include "record/tokens.h"

PG_FUNCTION_INFO_V1(pa_rename_relations);

typedef struct RenameKey
{
	char		schema[NAMEDATALEN];	/* empty: whatever the schema */
	char		name[NAMEDATALEN];
} RenameKey;

typedef struct Rename
{
	RenameKey	key;
	char		to[NAMEDATALEN];	/* empty: several, so none */
} Rename;

/* What a call of the function keeps for the next with the same names */
typedef struct Renames
{
	MemoryContext context;
	ArrayType  *given[3];		/* schemas, names, other names */
	HTAB	   *table;
} Renames;

/*
 * Returns the key of a name, zero behind the ends.
 */
static RenameKey
key_of(const char *schema, const char *name)
{
	RenameKey	key = {0};

	strlcpy(key.schema, schema, NAMEDATALEN);
	strlcpy(key.name, name, NAMEDATALEN);
	return key;
}

/*
 * Adds a name. One that means two relations means none.
 */
static void
add_name(HTAB *table, const char *schema, const char *name, const char *to)
{
	RenameKey	key = key_of(schema, name);
	bool		found;
	Rename	   *entry = hash_search(table, &key, HASH_ENTER, &found);

	if (!found)
		strlcpy(entry->to, to, NAMEDATALEN);
	else if (strcmp(entry->to, to) != 0)
		entry->to[0] = '\0';
}

/*
 * Returns what the texts of an array are, without NULLs.
 */
static Datum *
texts_of(ArrayType *array, int *n)
{
	Datum	   *values;
	bool	   *nulls;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("names of relations must not be NULL")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, n);
	return values;
}

/*
 * Makes the table of the given names, in its own context.
 */
static void
make_table(Renames *renames)
{
	HASHCTL		ctl = {.keysize = sizeof(RenameKey),.entrysize = sizeof(Rename),.hcxt = renames->context};
	int			n[3];
	Datum	   *texts[3];

	for (int i = 0; i < 3; i++)
		texts[i] = texts_of(renames->given[i], &n[i]);
	if (n[0] != n[1] || n[1] != n[2])
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("as many schemas, names and other names must be given")));
	renames->table = hash_create("perfadvisor renamed relations", Max(n[0], 16) * 2, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < n[0]; i++)
	{
		char	   *name = TextDatumGetCString(texts[1][i]);
		char	   *to = TextDatumGetCString(texts[2][i]);

		add_name(renames->table, TextDatumGetCString(texts[0][i]), name, to);
		add_name(renames->table, "", name, to);
	}
}

/*
 * Whether the names are those of the call before.
 */
static bool
same_names(const Renames *renames, ArrayType *given[3])
{
	for (int i = 0; i < 3; i++)
		if (VARSIZE(renames->given[i]) != VARSIZE(given[i]) ||
			memcmp(renames->given[i], given[i], VARSIZE(given[i])) != 0)
			return false;
	return true;
}

/*
 * Returns the table of the names that a call has.
 */
static HTAB *
renames_of(FunctionCallInfo fcinfo)
{
	ArrayType  *given[3];
	Renames    *renames = fcinfo->flinfo->fn_extra;
	MemoryContext context;
	MemoryContext oldcontext;

	for (int i = 0; i < 3; i++)
		given[i] = PG_GETARG_ARRAYTYPE_P(i + 1);
	if (renames != NULL && same_names(renames, given))
		return renames->table;
	if (renames != NULL)
	{
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(renames->context);
	}
	context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "perfadvisor renamed relations",
									ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(context);
	renames = palloc0(sizeof(Renames));
	renames->context = context;
	for (int i = 0; i < 3; i++)
	{
		renames->given[i] = palloc(VARSIZE(given[i]));
		memcpy(renames->given[i], given[i], VARSIZE(given[i]));
	}
	make_table(renames);
	MemoryContextSwitchTo(oldcontext);
	fcinfo->flinfo->fn_extra = renames;
	return renames->table;
}

/*
 * Returns the name that a token stands for, or NULL. Keywords are names, too,
 * where a schema stands.
 */
static char *
name_of(int type, const char *token, const core_YYSTYPE *value)
{
	if (type == TOKEN_IDENT)
		return pstrdup(value->str);
	if (type > TOKEN_COLON_EQUALS && (isalpha((unsigned char) *token) || *token == '_'))
		return downcase_truncate_identifier(token, strlen(token), false);
	return NULL;
}

/*
 * Writes the text with other names to out, from its first token on. Raises the
 * errors of the scanner.
 */
static void
write_renamed(const char *query, void *arg, StringInfo out)
{
	HTAB	   *table = arg;
	core_yy_extra_type extra;
	core_YYSTYPE value;
	YYLTYPE		location = 0;
	core_yyscan_t scanner = scanner_init(query, &extra, &ScanKeywords, ScanKeywordTokens);
	int			type;
	int			copied = -1;
	char	   *qualifier = NULL;	/* name before the point before this token */
	char	   *before = NULL;	/* name that the token before is */

	pa_scanner_be_quiet(&extra);
	while ((type = core_yylex(&value, &location, scanner)) != 0)
	{
		char	   *token = extra.scanbuf + location;
		char	   *name = name_of(type, token, &value);
		Rename	   *found = NULL;

		if (copied < 0)
			copied = location;
		if (name != NULL && qualifier != NULL)
		{
			RenameKey	key = key_of(qualifier, name);

			found = hash_search(table, &key, HASH_FIND, NULL);
		}
		else if (type == TOKEN_IDENT)
		{
			RenameKey	key = key_of("", name);

			found = hash_search(table, &key, HASH_FIND, NULL);
		}
		if (found != NULL && found->to[0] != '\0')
		{
			appendBinaryStringInfo(out, query + copied, location - copied);
			appendStringInfoString(out, quote_identifier(found->to));
			copied = location + strlen(token);
		}
		qualifier = type == '.' ? before : NULL;
		before = name;
	}
	scanner_finish(scanner);
	if (copied >= 0)
		appendStringInfoString(out, query + copied);
}

/*
 * rename_relations(query, schemas, names, other_names): the text with the
 * other names. What the scanner does not take, as a text that was clipped,
 * comes back as it is.
 */
Datum
pa_rename_relations(PG_FUNCTION_ARGS)
{
	HTAB	   *table = renames_of(fcinfo);
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData out;

	initStringInfo(&out);
	PG_RETURN_TEXT_P(cstring_to_text(pa_text_scan(write_renamed, query, table, &out) ? out.data : query));
}
