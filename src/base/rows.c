/*
 * rows.c
 *	  Rows that functions return to SQL, whose columns are what the installed
 *	  version of the extension says.
 *
 * After an upgrade of the package the SQL of a database is that of the older
 * version until ALTER EXTENSION perfadvisor UPDATE, and until the server is
 * restarted the library is the older one. So every function that returns
 * rows says which types it returns, and the catalog may know of fewer: what
 * newer versions add comes after what was there. Anything else is an error,
 * where otherwise memory would be taken for what it is not.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/regproc.h"

#include "base/rows.h"

/*
 * Raises ERROR 42P13 unless the columns of a descriptor are the first of
 * these types.
 */
static void
check_columns(FunctionCallInfo fcinfo, TupleDesc desc, const Oid *types, int n)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Oid			type = TupleDescAttr(desc, i)->atttypid;

		if (i < n && type == types[i])
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function %s is not of the version of the library that is loaded",
						format_procedure(fcinfo->flinfo->fn_oid)),
				 i < n ?
				 errdetail("Column %d is %s there and %s in the library.", i + 1,
						   format_type_be(type), format_type_be(types[i])) :
				 errdetail("It has %d columns there and %d in the library.", desc->natts, n),
				 errhint("Run ALTER EXTENSION perfadvisor UPDATE in this database, and restart the server if its library is older than what is installed.")));
	}
}

/*
 * Begins the result of a function that returns a set of rows, as
 * InitMaterializedSRF() does. Values are then given for all types; columns
 * that the catalog does not know are left out.
 */
void
pa_rows_begin(FunctionCallInfo fcinfo, const Oid *types, int n)
{
	InitMaterializedSRF(fcinfo, 0);
	check_columns(fcinfo, ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc, types, n);
}

/*
 * Returns the blessed descriptor of the row that a function returns.
 */
TupleDesc
pa_rows_describe(FunctionCallInfo fcinfo, const Oid *types, int n)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	check_columns(fcinfo, desc, types, n);
	return BlessTupleDesc(desc);
}
