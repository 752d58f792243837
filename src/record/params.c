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

#define PARAM_TYPES 64			/* a power of two */

/* How values of a type are passed, as far as this backend has met it */
typedef struct PaParamType
{
	Oid			type;
	int16		length;			/* typlen */
	bool		by_value;
} PaParamType;

static PaParamType param_types[PARAM_TYPES];

/*
 * Reads eight bytes.
 */
static inline uint64
word_at(const char *data)
{
	uint64		word;

	memcpy(&word, data, sizeof(word));
	return word;
}

/*
 * Adds sixteen bytes to a hash, so that all of their bits count: the halves of
 * a product (after Wang Yi's wyhash), or two steps where there is none so long.
 */
static inline uint64
add_words(uint64 hash, uint64 first, uint64 second)
{
#ifdef HAVE_INT128
	uint128		product = (uint128) (second ^ hash) * (first ^ UINT64CONST(0xe7037ed1a0b428db));

	return (uint64) product ^ (uint64) (product >> 64);
#else
	return pa_params_mix(pa_params_mix(hash, first), second);
#endif
}

/*
 * Adds sixteen bytes or more to a hash: sixteen at a time, the last ones
 * overlapping those before.
 */
static inline uint64
hash_many_bytes(uint64 hash, const char *data, Size size)
{
	const char *last = data + size - 2 * sizeof(uint64);

	for (; data < last; data += 2 * sizeof(uint64))
		hash = add_words(hash, word_at(data), word_at(data + sizeof(uint64)));
	return add_words(hash, word_at(last), word_at(last + sizeof(uint64)));
}

/*
 * Adds bytes to a hash.
 */
static inline uint64
hash_bytes_cheaply(uint64 hash, const char *data, Size size)
{
	char		padded[2 * sizeof(uint64)] = {0};

	if (likely(size >= sizeof(padded)))
		return hash_many_bytes(hash, data, size);
	memcpy(padded, data, size);
	return add_words(hash, word_at(padded), word_at(padded + sizeof(uint64)));
}

/*
 * Adds to a hash how many bytes there are.
 */
static inline uint64
begin_hash(uint64 hash, Size size)
{
	return hash + size + UINT64CONST(0x8ebc6af09c88c6e3);
}

/*
 * Adds at most so many bytes to a hash, half of them from each end, and how
 * many there are.
 */
static inline uint64
hash_bounded(uint64 hash, const char *data, Size size, Size bound)
{
	hash = begin_hash(hash, size);
	if (likely(size <= bound))
		return hash_bytes_cheaply(hash, data, size);
	hash = hash_bytes_cheaply(hash, data, bound / 2);
	return hash_bytes_cheaply(hash, data + size - bound / 2, bound / 2);
}

/*
 * Looks up how values of a type are passed. Runs guarded.
 */
static void
look_up_type(void *argument)
{
	PaParamType *type = argument;

	get_typlenbyval(type->type, &type->length, &type->by_value);
}

/*
 * Returns how values of a type are passed, looking that up the first time, or
 * NULL where that is not possible.
 */
static const PaParamType *
type_of(Oid oid)
{
	PaParamType *type = &param_types[oid % PARAM_TYPES];

	if (type->type != oid)
	{
		PaParamType looked_up = {.type = oid};

		if (!pa_guarded_if_possible(look_up_type, &looked_up))
			return NULL;
		*type = looked_up;
	}
	return type;
}

/*
 * Adds one value to a hash.
 */
static uint64
add_value(uint64 hash, const ParamExternData *param)
{
	const PaParamType *type;

	if (!OidIsValid(param->ptype))
		return hash;
	if (param->isnull)
		return pa_params_mix(hash, 1);
	type = type_of(param->ptype);
	if (type == NULL)
		return hash;
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
 * Tells whether a character can stay at either end of a text.
 */
static inline bool
is_plain(char c)
{
	return c > ';' || (c > ' ' && c != '/' && c != ';');
}

/*
 * Returns the hash of any text of a statement, also where its place in the
 * source is not known, or it has something at its ends that is no part of it.
 */
static pg_noinline uint64
hash_any_text(const char *source, int location, int length)
{
	const char *string;

	pa_bound_place(source, &location, &length);
	string = source + Max(location, 0);
	if (length <= 0)
		length = strlen(string);
	length = cut_end(string, length);
	string = cut_beginning(string, &length);
	return hash_bounded(0, string, length, TEXT_BYTES) * PA_PARAMS_SPREAD;
}

/*
 * Returns the hash of a statement's text, without comments at its ends.
 */
uint64
pa_params_hash_text(const char *source, int location, int length)
{
	const char *string = source + location;

	if (unlikely(location < 0 || length < 2 * sizeof(uint64) || length > TEXT_BYTES ||
				 strlen(source) < (size_t) location + length ||
				 !is_plain(string[0]) || !is_plain(string[length - 1])))
		return hash_any_text(source, location, length);
	return hash_many_bytes(begin_hash(0, length), string, length) * PA_PARAMS_SPREAD;
}

/*
 * Returns the hash of any parameters, or of the text when there are none.
 */
pg_noinline uint64
pa_params_hash_list(ParamListInfo params, const PaExecution *execution, const char *source)
{
	uint64		hash = params->numParams;

	if (params->numParams == 0)
		return pa_params_hash_text(source, execution->location, execution->length);
	if (params->paramFetch != NULL)
		return 0;
	for (int i = 0; i < params->numParams; i++)
	{
		const ParamExternData *param = &params->params[i];

		if (likely(pa_param_is_number(param)))
			hash = pa_params_mix(hash, param->value);
		else
			hash = add_value(hash, param);
	}
	return hash * PA_PARAMS_SPREAD;
}
