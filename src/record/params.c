/*
 * params.c
 *	  The hash of what an execution runs with, where it is not a number in a
 *	  register; see params.h.
 *
 * Nothing here is allocated. A type is looked up in the catalog when this
 * backend first meets it, which is while a query starts, so errors and
 * catalog access are as harmless as in the executor itself.
 */
#include "postgres.h"

#include "parser/scansup.h"
#include "utils/lsyscache.h"

#include "record/params.h"

#define VALUE_BYTES 64			/* of a value that are hashed, from both ends */
#define TEXT_BYTES 2048			/* the same of a text */

PaParamType pa_param_types[PA_PARAM_TYPES];

/*
 * Moves the upper bits of a word down.
 */
static inline uint64
rotate(uint64 word)
{
	return (word << 29) | (word >> 35);
}

/*
 * Adds a word to a hash, so that all of its bits count.
 */
static inline uint64
add_word(uint64 hash, const char *data)
{
	uint64		word;

	memcpy(&word, data, sizeof(word));
	return rotate(hash ^ word) * UINT64CONST(0x9e3779b97f4a7c15);
}

/*
 * Adds bytes to a hash: word by word, the last one overlapping the one before.
 */
static inline uint64
hash_bytes_cheaply(uint64 hash, const char *data, Size size)
{
	const char *last = data + size - sizeof(uint64);

	if (unlikely(size < sizeof(uint64)))
	{
		uint64		word = 0;

		memcpy(&word, data, size);
		return pa_params_mix(hash, word);
	}
	for (; data < last; data += sizeof(uint64))
		hash = add_word(hash, data);
	return add_word(hash, last);
}

/*
 * Adds at most so many bytes to a hash, half of them from each end, and how
 * many there are.
 */
static inline uint64
hash_bounded(uint64 hash, const char *data, Size size, Size bound)
{
	hash += size;
	if (likely(size <= bound))
		return hash_bytes_cheaply(hash, data, size);
	hash = hash_bytes_cheaply(hash, data, bound / 2);
	return hash_bytes_cheaply(hash, data + size - bound / 2, bound / 2);
}

/*
 * Returns how values of a type are passed, looking that up the first time.
 */
static const PaParamType *
type_of(Oid oid)
{
	PaParamType *type = &pa_param_types[oid % PA_PARAM_TYPES];

	if (type->type != oid)
	{
		get_typlenbyval(oid, &type->length, &type->by_value);
		type->type = oid;
	}
	return type;
}

/*
 * Adds one value to a hash.
 */
uint64
pa_params_hash_value(uint64 hash, const ParamExternData *param)
{
	const PaParamType *type;

	if (!OidIsValid(param->ptype))
		return hash;
	if (param->isnull)
		return pa_params_mix(hash, 1);
	type = type_of(param->ptype);
	if (type->by_value)
		return pa_params_mix(hash, param->value);
	if (type->length > 0)
		return hash_bounded(hash, DatumGetPointer(param->value), type->length, VALUE_BYTES);
	if (type->length == -2)
		return hash_bounded(hash, DatumGetCString(param->value),
							strlen(DatumGetCString(param->value)), VALUE_BYTES);
	return hash_bounded(hash, DatumGetPointer(param->value),
						VARSIZE_ANY(DatumGetPointer(param->value)), VALUE_BYTES);
}

/*
 * Takes white space, semicolons and a comment off the end of a text.
 */
static int
cut_end(const char *string, int length)
{
	for (;;)
	{
		while (length > 0 && (scanner_isspace(string[length - 1]) || string[length - 1] == ';'))
			length--;
		if (length < 4 || string[length - 1] != '/' || string[length - 2] != '*')
			return length;
		length -= 3;
		while (length > 0 && !(string[length - 1] == '/' && string[length] == '*'))
			length--;
		if (length > 0)
			length--;
	}
}

/*
 * Takes white space and comments off the beginning of a text.
 */
static const char *
cut_beginning(const char *string, int *length)
{
	const char *end = string + *length;
	const char *begin = string;

	while (end - begin >= 2)
	{
		if (scanner_isspace(*begin))
			begin++;
		else if (begin[0] == '/' && begin[1] == '*')
		{
			for (begin += 2; begin < end - 1 && !(begin[0] == '*' && begin[1] == '/');)
				begin++;
			begin = Min(begin + 2, end);
		}
		else
			break;
	}
	*length = end - begin;
	return begin;
}

/*
 * Tells whether a character can stay at the end of a text.
 */
static inline bool
is_plain(char c)
{
	return c > ' ' && c != '/' && c != ';';
}

/*
 * Returns the hash of a statement's text, without comments at its ends.
 */
uint64
pa_params_hash_text(const char *source, int location, int length)
{
	const char *string = source + Max(location, 0);

	if (length <= 0)
		length = strlen(string);
	if (unlikely(length > 0 && !is_plain(string[length - 1])))
		length = cut_end(string, length);
	if (unlikely(!is_plain(*string)))
		string = cut_beginning(string, &length);
	return hash_bounded(0, string, length, TEXT_BYTES) * UINT64CONST(0xff51afd7ed558ccd);
}
