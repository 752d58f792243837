/*
 * birth.c
 *	  What this backend learned of statements when it analysed them.
 *
 * The tree that post_parse_analyze_hook sees is the only place that tells
 * where constants and function variables are in a text and which objects its
 * names mean. Statements that are new to the table are described here at
 * that moment; the table's entry is made later, when the statement runs.
 * Statements inside functions are kept for their samples as well, because
 * their variables have to be written as $n.
 *
 * The memory is a ring: the oldest births go when there are too many of them
 * or when they take too much.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/scansup.h"
#include "utils/memutils.h"

#include "record/recorder.h"

#define RING_SIZE 256
#define RING_BYTES (2 * 1024 * 1024)

static PaBirth *ring[RING_SIZE];
static int	ring_next = 0;		/* where the next birth goes, the oldest is */
static Size ring_bytes = 0;

/*
 * Returns the hash of a statement's text.
 */
static uint64
hash_text(const char *string, int length)
{
	return hash_bytes_extended((const unsigned char *) string, length, 0);
}

/*
 * Returns the latest birth of a statement in this backend, or NULL.
 */
PaBirth *
pa_birth_find(uint64 queryid)
{
	for (int i = 1; i <= RING_SIZE; i++)
	{
		PaBirth    *birth = ring[(ring_next - i + RING_SIZE) % RING_SIZE];

		if (birth != NULL && birth->queryid == queryid)
			return birth;
	}
	return NULL;
}

/*
 * Returns the birth of a statement with just this text, or NULL.
 */
PaBirth *
pa_birth_find_text(uint64 queryid, const char *string, int length)
{
	uint64		hash = hash_text(string, length);

	for (int i = 0; i < RING_SIZE; i++)
		if (ring[i] != NULL && ring[i]->queryid == queryid &&
			ring[i]->text_hash == hash)
			return ring[i];
	return NULL;
}

/*
 * Forgets the birth in a place of the ring.
 */
static void
forget(int i)
{
	if (ring[i] == NULL)
		return;
	ring_bytes -= ring[i]->size;
	MemoryContextDelete(ring[i]->context);
	ring[i] = NULL;
}

/*
 * Adds a birth to the ring, forgetting old ones as needed.
 */
static void
add_to_ring(PaBirth *birth)
{
	forget(ring_next);
	for (int i = 1; i < RING_SIZE && ring_bytes + birth->size > RING_BYTES; i++)
		forget((ring_next + i) % RING_SIZE);
	ring[ring_next] = birth;
	ring_bytes += birth->size;
	ring_next = (ring_next + 1) % RING_SIZE;
}

/*
 * Orders marks by location; at the same place lists, then variables, then
 * constants.
 */
static int
compare_marks(const void *a, const void *b)
{
	const PaTextMark *ma = a;
	const PaTextMark *mb = b;

	if (ma->location != mb->location)
		return ma->location < mb->location ? -1 : 1;
	if ((ma->list != 0) != (mb->list != 0))
		return ma->list != 0 ? -1 : 1;
	return mb->paramid - ma->paramid;
}

/*
 * Adds a mark to those of a slice.
 */
static void
add_mark(PaTextSlice *slice, int location, int paramid, int list)
{
	slice->marks[slice->nmarks++] = (PaTextMark) {location, paramid, list};
}

/*
 * Tells whether a place in the source text is in the statement.
 */
static bool
is_inside(const PaTextSlice *slice, int location)
{
	return location >= slice->location && location < slice->location + slice->length;
}

/*
 * Tells whether a parameter is a variable of a function, by its name in the
 * text.
 */
static bool
is_variable(const PaTextSlice *slice, const Param *param)
{
	return is_inside(slice, param->location) && slice->source[param->location] != '$';
}

/*
 * Tells whether a list has variables of functions in it.
 */
static bool
has_variables(ArrayExpr *list, const PaTextSlice *slice, const PaDescription *description)
{
	ListCell   *lc;
	int			first = exprLocation(linitial(list->elements));
	int			last = exprLocation(llast(list->elements));

	foreach(lc, description->params)
	{
		Param	   *param = lfirst(lc);

		if (is_variable(slice, param) && param->location >= first &&
			param->location <= Max(first, last))
			return true;
	}
	return false;
}

/*
 * Fills in the places of constants, lists of constants and function
 * variables. Returns the number of variables that are not written as $n
 * already; *nconstants is the number of constants.
 */
static int
mark_places(PaTextSlice *slice, const PaDescription *description,
			PaJumbleState *jstate, int *nconstants)
{
	int			nlocations = jstate ? jstate->clocations_count : 0;
	int			nvariables = 0;
	ListCell   *lc;

	slice->marks = palloc((nlocations + list_length(description->params) +
						   list_length(description->lists) + 1) * sizeof(PaTextMark));
	slice->nmarks = 0;
	slice->highest_param = description->nparams;
	for (int i = 0; i < nlocations; i++)
	{
		const LocationLen *place = &jstate->clocations[i];

		if (!pa_location_is_param(place))
			add_mark(slice, place->location, 0, pa_location_is_list(place) ? -1 : 0);
	}
	*nconstants = slice->nmarks;
	foreach(lc, description->params)
	{
		Param	   *param = lfirst(lc);

		if (!is_variable(slice, param))
			continue;
		add_mark(slice, param->location, param->paramid, 0);
		nvariables++;
	}
	foreach(lc, PA_IDS_SQUASH_LISTS ? NIL : description->lists)
	{
		List	   *elements = ((ArrayExpr *) lfirst(lc))->elements;
		int			location = exprLocation(linitial(elements));

		if (is_inside(slice, location) && !has_variables(lfirst(lc), slice, description))
			add_mark(slice, location, 0, list_length(elements));
	}
	qsort(slice->marks, slice->nmarks, sizeof(PaTextMark), compare_marks);
	return nvariables;
}

/*
 * Tells whether a text is an expression of PL/pgSQL, to which its parser
 * adds the SELECT.
 */
static bool
is_plpgsql_expression(const char *string, Query *query)
{
	static const char *const words[] = {
		"select", "with", "values", "table", "explain", "prepare",
		"declare", "create", "copy", "insert", "update", "delete", "merge"
	};

	if (query->commandType != CMD_SELECT)
		return false;
	for (int i = 0; i < lengthof(words); i++)
		if (pa_text_starts_with(string, words[i]))
			return false;
	while (scanner_isspace(*string))
		string++;
	if (*string == '(')
		return query->hasSubLinks && query->rtable == NIL;
	return *string != '-' && *string != '/';
}

/*
 * Notes the types of the parameters that a query names.
 */
static void
note_param_types(PaBirth *birth, const PaDescription *description)
{
	ListCell   *lc;

	birth->nparams = description->nparams;
	birth->param_types = palloc0((birth->nparams + 1) * sizeof(Oid));
	foreach(lc, description->params)
	{
		Param	   *param = lfirst(lc);

		birth->param_types[param->paramid - 1] = param->paramtype;
	}
}

/* A statement that is to be described */
typedef struct PaNewborn
{
	Query	   *query;
	PaTextSlice slice;
	bool		in_function;
	PaJumbleState *jstate;
	MemoryContext work;			/* for what is only needed meanwhile */
} PaNewborn;

/*
 * Describes a new statement in a memory context of its own, which is below
 * that for the work until all is done.
 */
static PaBirth *
make_birth(PaNewborn *newborn)
{
	Query	   *query = newborn->query;
	PaTextSlice *slice = &newborn->slice;
	PaJumbleState *jstate = newborn->jstate;
	MemoryContext work = newborn->work;
	MemoryContext context;
	PaDescription description;
	PaBirth    *birth;
	int			nconstants;

	MemoryContextSwitchTo(work);
	pa_describe_query(query, &description);
	context = AllocSetContextCreate(work, "perfadvisor statement",
									ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(context);
	birth = palloc0(sizeof(PaBirth));
	birth->context = context;
	birth->queryid = pa_query_id(query);
	birth->text_hash = hash_text(slice->source + slice->location, slice->length);
	birth->identity.fingerprint = pa_record_fingerprint(query);
	birth->identity.command = query->commandType;
	birth->identity.class = description.class;
	birth->identity.advisable = description.advisable;
	note_param_types(birth, &description);
	MemoryContextSwitchTo(work);
	birth->nvariables = mark_places(slice, &description, jstate, &nconstants);
	birth->identity.has_constants = nconstants > 0;
	birth->recorded_as = birth->queryid;
	if (pa_needs_own_id(&description))
		birth->recorded_as = pa_squashed_queryid(query, slice->source, description.nparams);
	slice->is_expression = newborn->in_function &&
		is_plpgsql_expression(slice->source + slice->location, query);
	MemoryContextSwitchTo(context);
	birth->identity.text = jstate != NULL ? pa_text_rewrite(slice, true) :
		pa_text_hide_all(slice->source, slice->location, slice->length);
	if ((birth->nvariables > 0 || slice->is_expression) &&
		slice->length <= PA_TEXT_LIMIT)
		birth->sample_text = pa_text_rewrite(slice, false);
	birth->size = MemoryContextMemAllocated(context, false);
	MemoryContextSetParent(context, TopMemoryContext);
	return birth;
}

/*
 * Adds a new statement to the ring. Runs guarded.
 */
static void
note_newborn(void *argument)
{
	PaNewborn  *newborn = argument;

	newborn->work = AllocSetContextCreate(CurrentMemoryContext, "perfadvisor birth",
										  ALLOCSET_SMALL_SIZES);
	add_to_ring(make_birth(newborn));
}

/*
 * Returns where the statement of a query is in the source text. Queries
 * inside utility statements do not know their own place before 18.
 */
static bool
locate_statement(ParseState *pstate, Query *query, PaTextSlice *slice)
{
	int			location = query->stmt_location;
	int			length = query->stmt_len;
	const char *string = pstate->p_sourcetext;

	if (location <= 0 && length == 0 && pa_utility_context.source == string)
	{
		location = pa_utility_context.location;
		length = pa_utility_context.length;
	}
	memset(slice, 0, sizeof(*slice));
	slice->source = string;
	pa_bound_place(string, &location, &length);
	(void) CleanQuerytext(string, &location, &length);
	slice->location = Max(location, 0);
	slice->length = length;
	return length > 0;
}

/*
 * Remembers a statement that this backend has not run, or that names
 * variables of a function, unless that was done before. Where that fails for
 * want of memory, the statement is recorded by its text alone.
 */
pg_noinline void
pa_birth_note_unknown(ParseState *pstate, Query *query, PaJumbleState *jstate,
					  bool in_function)
{
	uint64		queryid = pa_query_id(query);
	PaNewborn	newborn = {.query = query,.in_function = in_function,.jstate = jstate};
	PaTextSlice *slice = &newborn.slice;
	MemoryContext old = CurrentMemoryContext;

	pa_features_of_query(query);
	pa_unplanned_attach();
	if (pstate->p_sourcetext == NULL || !locate_statement(pstate, query, slice))
		return;
	if (pa_birth_find_text(queryid, slice->source + slice->location, slice->length))
		return;
	if (!in_function && pa_table_knows(MyDatabaseId, queryid))
		return;
	(void) pa_guarded_if_possible(note_newborn, &newborn);
	MemoryContextSwitchTo(old);
	if (newborn.work != NULL)
		MemoryContextDelete(newborn.work);
}
