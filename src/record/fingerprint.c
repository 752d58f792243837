/*
 * fingerprint.c
 *	  A hash over the objects that an analysed query names.
 *
 * Two analyses of one text have equal fingerprints only when its names mean
 * the same relations, functions, operators and types. Constants, and how
 * many there are in a list, make no difference: statements that differ only
 * there share their query id, from 18 on also for lists.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"

#include "record/recorder.h"

typedef struct PaFingerprint
{
	uint64		hash;
} PaFingerprint;

static bool fingerprint_walker(Node *node, PaFingerprint *state);

/*
 * Mixes a number into the hash. Order matters.
 */
static void
mix(PaFingerprint *state, uint64 value)
{
	state->hash = hash_combine64(state->hash, pa_mix64(value));
}

/*
 * Mixes the object of a node of some kind into the hash.
 */
static void
mix_object(PaFingerprint *state, Node *node, Oid object)
{
	mix(state, nodeTag(node));
	mix(state, object);
}

/*
 * Walks an array's elements, except those that are plain values.
 */
static bool
fingerprint_array(ArrayExpr *array, PaFingerprint *state)
{
	ListCell   *lc;

	mix_object(state, (Node *) array, array->element_typeid);
	foreach(lc, array->elements)
		if (!pa_is_plain_value(lfirst(lc)))
			(void) fingerprint_walker(lfirst(lc), state);
	return false;
}

/*
 * Mixes what a query says apart from its expressions.
 */
static bool
fingerprint_query(Query *query, PaFingerprint *state)
{
	ListCell   *lc;

	mix_object(state, (Node *) query, query->commandType);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION)
			mix_object(state, (Node *) rte, rte->relid);
	}
	if (query->onConflict)
		mix(state, query->onConflict->constraint);
	return query_tree_walker(query, fingerprint_walker, state, 0);
}

/*
 * Mixes the objects of a row comparison.
 */
static void
fingerprint_row_compare(RowCompareExpr *row, PaFingerprint *state)
{
	ListCell   *lc;

	foreach(lc, row->opnos)
		mix_object(state, (Node *) row, lfirst_oid(lc));
}

/*
 * Mixes what each node names, in order of appearance.
 */
static bool
fingerprint_walker(Node *node, PaFingerprint *state)
{
	if (node == NULL)
		return false;

	switch (nodeTag(node))
	{
		case T_Query:
			return fingerprint_query((Query *) node, state);
		case T_ArrayExpr:
			return fingerprint_array((ArrayExpr *) node, state);
		case T_FuncExpr:
			mix_object(state, node, ((FuncExpr *) node)->funcid);
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			mix_object(state, node, ((OpExpr *) node)->opno);
			break;
		case T_ScalarArrayOpExpr:
			mix_object(state, node, ((ScalarArrayOpExpr *) node)->opno);
			break;
		case T_RowCompareExpr:
			fingerprint_row_compare((RowCompareExpr *) node, state);
			break;
		case T_Aggref:
			mix_object(state, node, ((Aggref *) node)->aggfnoid);
			break;
		case T_WindowFunc:
			mix_object(state, node, ((WindowFunc *) node)->winfnoid);
			break;
		case T_SortGroupClause:
			mix_object(state, node, ((SortGroupClause *) node)->eqop);
			mix(state, ((SortGroupClause *) node)->sortop);
			break;
		case T_RelabelType:
			mix_object(state, node, ((RelabelType *) node)->resulttype);
			break;
		case T_CoerceViaIO:
			mix_object(state, node, ((CoerceViaIO *) node)->resulttype);
			break;
		case T_ArrayCoerceExpr:
			mix_object(state, node, ((ArrayCoerceExpr *) node)->resulttype);
			break;
		case T_CoerceToDomain:
			mix_object(state, node, ((CoerceToDomain *) node)->resulttype);
			break;
		case T_ConvertRowtypeExpr:
			mix_object(state, node, ((ConvertRowtypeExpr *) node)->resulttype);
			break;
		case T_RowExpr:
			mix_object(state, node, ((RowExpr *) node)->row_typeid);
			break;
		case T_FieldSelect:
			mix_object(state, node, ((FieldSelect *) node)->resulttype);
			break;
		case T_MinMaxExpr:
			mix_object(state, node, ((MinMaxExpr *) node)->minmaxtype);
			break;
		case T_NextValueExpr:
			mix_object(state, node, ((NextValueExpr *) node)->seqid);
			break;
		case T_CollateExpr:
			mix_object(state, node, ((CollateExpr *) node)->collOid);
			break;
		case T_Var:
			mix_object(state, node, ((Var *) node)->vartype);
			mix(state, ((Var *) node)->varattno);
			break;
		case T_Const:
			mix_object(state, node, ((Const *) node)->consttype);
			break;
		case T_Param:
			/* A parameter may stand where a text has a constant */
			break;
		default:
			break;
	}
	return expression_tree_walker(node, fingerprint_walker, state);
}

/*
 * Returns the fingerprint of an analysed, not yet rewritten query; never 0.
 */
uint64
pa_record_fingerprint(Query *query)
{
	PaFingerprint state = {0};

	check_stack_depth();
	(void) fingerprint_query(query, &state);
	return state.hash != 0 ? state.hash : 1;
}
