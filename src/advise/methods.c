/*
 * methods.c
 *	  Which access methods besides B-trees can search by an operator.
 *
 * Nothing is known here of any type or operator: the catalog says which operator
 * belongs to which operator family, and which class of that family takes the
 * type of a column. So the classes of extensions are found like the built-in
 * ones: GIN for containment, overlap and full text, GiST and SP-GiST for ranges,
 * networks and shapes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "parser/parse_coerce.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "advise/candidates.h"

/*
 * Whether an operator class that is declared for one type takes columns of
 * another.
 */
static bool
takes_type(Oid opcintype, Oid type)
{
	switch (opcintype)
	{
		case ANYARRAYOID:
			return OidIsValid(get_base_element_type(type));
		case ANYRANGEOID:
			return type_is_range(getBaseType(type));
		case ANYMULTIRANGEOID:
			return type_is_multirange(getBaseType(type));
		case ANYENUMOID:
			return type_is_enum(getBaseType(type));
		default:
			return opcintype == type || IsBinaryCoercible(type, opcintype);
	}
}

/*
 * Returns the class of an operator family that fits a type best: the type's
 * own, or else the default one, or else any. InvalidOid if there is none.
 */
static Oid
best_opclass(Oid am, Oid opfamily, Oid type)
{
	CatCList   *list = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(am));
	Oid			result = InvalidOid;
	int			best = 0;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_opclass opc = (Form_pg_opclass) GETSTRUCT(&list->members[i]->tuple);
		int			rank;

		if (opc->opcfamily != opfamily || !takes_type(opc->opcintype, type))
			continue;
		rank = 1 + (opc->opcdefault ? 1 : 0) + (opc->opcintype == type ? 2 : 0);
		if (rank > best)
		{
			best = rank;
			result = opc->oid;
		}
	}
	ReleaseSysCacheList(list);
	return result;
}

/*
 * Calls visit() for each operator class of GIN, GiST and SP-GiST by which an
 * index on a column of the type can search by the operator, or with purpose
 * AMOP_ORDER return rows in its order, of which sortfamily is the B-tree's
 * operator family. Where GIN can search, GiST is left out: what GIN knows exactly
 * GiST keeps as signatures, whose false matches the planner does not count.
 */
void
pa_methods_visit(Oid opno, Oid type, char purpose, Oid sortfamily,
				 PaMethodVisit visit, void *arg)
{
	CatCList   *list = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(opno));
	bool		gin = false;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop amop = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);

		if (amop->amopmethod == GIN_AM_OID && amop->amoppurpose == purpose &&
			OidIsValid(best_opclass(GIN_AM_OID, amop->amopfamily, type)))
			gin = true;
	}
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop amop = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);
		Oid			opclass;

		if (amop->amoppurpose != purpose ||
			(purpose == AMOP_ORDER && amop->amopsortfamily != sortfamily) ||
			(amop->amopmethod != GIN_AM_OID && amop->amopmethod != GIST_AM_OID &&
			 amop->amopmethod != SPGIST_AM_OID) ||
			(gin && amop->amopmethod != GIN_AM_OID))
			continue;
		opclass = best_opclass(amop->amopmethod, amop->amopfamily, type);
		if (OidIsValid(opclass))
			visit(amop->amopmethod, opclass, arg);
	}
	ReleaseSysCacheList(list);
}

/*
 * Whether some access method returns rows in the order of an operator, such as
 * a distance.
 */
bool
pa_is_ordering_operator(Oid opno)
{
	CatCList   *list = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(opno));
	bool		result = false;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop amop = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);

		if (amop->amoppurpose == AMOP_ORDER)
			result = true;
	}
	ReleaseSysCacheList(list);
	return result;
}

/*
 * Returns the default GiST class of a type, for functions that the planner turns
 * into its operators, or InvalidOid.
 */
Oid
pa_spatial_opclass(Oid type)
{
	return GetDefaultOpClass(type, GIST_AM_OID);
}

/*
 * Whether btree_gin has an operator class for a type; those that conditions are
 * often about.
 */
bool
pa_btree_gin_takes(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case TEXTOID:
		case VARCHAROID:
		case NUMERICOID:
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return true;
		default:
			return false;
	}
}
