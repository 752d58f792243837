/*
 * trigram.c
 *	  The operator class of pg_trgm, and whether an extension could be had.
 */
#include "postgres.h"

#include "catalog/pg_am.h"
#include "catalog/pg_opclass.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "advise/candidates.h"
#include "record/record.h"

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
 * Whether CREATE EXTENSION would find the files of an extension.
 */
bool
pa_extension_available(const char *name)
{
	bool		found;

	if (SPI_connect() != SPI_OK_CONNECT)
		return false;
	pa_record_suspended++;
	PG_TRY();
	{
		found = SPI_execute(psprintf("SELECT FROM pg_catalog.pg_available_extensions"
									 " WHERE name OPERATOR(pg_catalog.=) %s",
									 quote_literal_cstr(name)),
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
