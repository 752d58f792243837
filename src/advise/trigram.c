/*
 * trigram.c
 *	  Trigram indexes: the operator class of pg_trgm, or what to expect of it
 *	  where it is not installed yet.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "catalog/pg_opclass.h"
#include "executor/spi.h"
#include "optimizer/optimizer.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "advise/candidates.h"
#include "record/record.h"

/* Planner cost of looking up the trigrams of one pattern: some index pages */
#define PA_TRGM_LOOKUP_COST	40.0

/*
 * Returns the OID of gin_trgm_ops in whatever schema it is, or InvalidOid.
 */
Oid
pa_trgm_opclass(void)
{
	CatCList   *list = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(GIN_AM_OID));
	Oid			result = InvalidOid;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_opclass opc = (Form_pg_opclass) GETSTRUCT(&list->members[i]->tuple);

		if (strcmp(NameStr(opc->opcname), "gin_trgm_ops") == 0)
		{
			result = opc->oid;
			break;
		}
	}
	ReleaseSysCacheList(list);
	return result;
}

/*
 * Whether CREATE EXTENSION pg_trgm would find its files.
 */
bool
pa_trgm_available(void)
{
	bool		found;

	if (SPI_connect() != SPI_OK_CONNECT)
		return false;
	pa_record_suspended++;
	PG_TRY();
	{
		found = SPI_execute("SELECT FROM pg_catalog.pg_available_extensions"
							" WHERE name OPERATOR(pg_catalog.=) 'pg_trgm'",
							true, 1) == SPI_OK_SELECT && SPI_processed > 0;
	}
	PG_FINALLY();
	{
		pa_record_suspended--;
	}
	PG_END_TRY();
	SPI_finish();
	return found;
}

/*
 * Estimates what a statement would cost with a trigram index for a term, where
 * the planner cannot be asked: the sequential scan goes away from its cost of
 * now, the look-up and the matching rows' pages come instead.
 */
double
pa_trgm_estimated_cost(double cost_now, const PaRequest *request, const PaTerm *term)
{
	double		matching = term->selectivity * request->tuples;
	double		scan = request->pages * seq_page_cost +
		request->tuples * (cpu_tuple_cost + cpu_operator_cost);
	double		instead = PA_TRGM_LOOKUP_COST +
		Min(matching, request->pages) * random_page_cost +
		matching * (cpu_tuple_cost + cpu_operator_cost);

	return Max(cost_now - scan, 0) + instead;
}
