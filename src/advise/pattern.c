/*
 * pattern.c
 *	  Pattern matches: what kind they are, and whether a B-tree can find them.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_collation.h"
#include "catalog/pg_database.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/candidates.h"

/*
 * Returns what kind of pattern match an operator is.
 */
PaPatternKind
pa_pattern_kind(Oid opno)
{
	switch (opno)
	{
		case OID_TEXT_LIKE_OP:
		case OID_BPCHAR_LIKE_OP:
			return PA_PATTERN_LIKE;
		case OID_TEXT_REGEXEQ_OP:
		case OID_BPCHAR_REGEXEQ_OP:
			return PA_PATTERN_REGEX;
		case OID_TEXT_ICLIKE_OP:
			return PA_PATTERN_ILIKE;
		case OID_TEXT_ICREGEXEQ_OP:
			return PA_PATTERN_IREGEX;
		default:
			return get_opcode(opno) == F_STARTS_WITH ? PA_PATTERN_STARTS_WITH
				: PA_PATTERN_NONE;
	}
}

/*
 * Returns the text of a constant pattern, or NULL where there is none.
 */
static char *
text_of(Const *pattern)
{
	if (pattern->constisnull ||
		(pattern->consttype != TEXTOID && pattern->consttype != BPCHAROID))
		return NULL;
	return TextDatumGetCString(pattern->constvalue);
}

/*
 * Whether a pattern begins with characters that every match must begin with.
 */
bool
pa_pattern_has_prefix(PaPatternKind kind, Const *pattern)
{
	char	   *s;

	if (kind == PA_PATTERN_STARTS_WITH)
		return true;
	if (kind == PA_PATTERN_ILIKE || kind == PA_PATTERN_IREGEX ||
		(s = text_of(pattern)) == NULL)
		return false;
	if (kind == PA_PATTERN_LIKE)
		return s[0] != '\0' && s[0] != '%' && s[0] != '_';
	return s[0] == '^' && (isalnum((unsigned char) s[1]) || IS_HIGHBIT_SET(s[1]));
}

/*
 * Whether trigrams tell anything of what a constant pattern matches; without any, an index of
 * trigrams is read from beginning to end. A word that is known from its beginning has some, as
 * it counts with blanks before it; a part of a word has as of three letters, as has one of two
 * that ends the word. Of regular expressions this says yes.
 */
bool
pa_pattern_has_trigram(PaPatternKind kind, Const *pattern)
{
	char	   *s;
	bool		begins = true;	/* a word, here */
	int			letters = 0;

	if ((kind != PA_PATTERN_LIKE && kind != PA_PATTERN_ILIKE) || (s = text_of(pattern)) == NULL)
		return true;
	for (;; s++)
	{
		bool		wildcard = *s == '%' || *s == '_';

		if (*s == '\\' && s[1] != '\0')
			s++;
		if (!wildcard && (isalnum((unsigned char) *s) || IS_HIGHBIT_SET(*s)))
		{
			if (begins || ++letters == 3)
				return true;
			s += pg_mblen(s) - 1;
			continue;
		}
		if (letters == 2 && !wildcard)
			return true;
		if (*s == '\0')
			return false;
		letters = 0;
		begins = !wildcard;
	}
}

/*
 * Whether a locale's name means order by bytes.
 */
static bool
is_c_locale(HeapTuple tuple, int cache, AttrNumber provider, AttrNumber collate)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(cache, tuple, provider, &isnull);
	char	   *name;

	/* 'b', the built-in provider of 17, has no other order. */
	if (DatumGetChar(value) == 'b')
		return true;
	if (DatumGetChar(value) != 'c')
		return false;
	value = SysCacheGetAttr(cache, tuple, collate, &isnull);
	if (isnull)
		return false;
	name = TextDatumGetCString(value);
	return strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0;
}

/*
 * Whether a collation sorts text by its bytes, so that a prefix is a range of
 * the default operator class.
 */
bool
pa_collation_is_c(Oid collation)
{
	HeapTuple	tuple;
	bool		result;

	if (collation == C_COLLATION_OID)
		return true;
	if (collation == DEFAULT_COLLATION_OID)
	{
		tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
		if (!HeapTupleIsValid(tuple))
			return false;
		result = is_c_locale(tuple, DATABASEOID, Anum_pg_database_datlocprovider,
							 Anum_pg_database_datcollate);
	}
	else
	{
		tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
		if (!HeapTupleIsValid(tuple))
			return false;
		result = is_c_locale(tuple, COLLOID, Anum_pg_collation_collprovider,
							 Anum_pg_collation_collcollate);
	}
	ReleaseSysCache(tuple);
	return result;
}
