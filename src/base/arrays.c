/*
 * arrays.c
 *	  Arguments that are arrays.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/base.h"

/*
 * Returns the elements of a text[] as C strings in the current memory context.
 * Raises ERROR 22004 for a NULL among them; what names the argument.
 */
List *
pa_text_array_list(struct ArrayType *array, const char *what)
{
	List	   *result = NIL;
	Datum	   *values;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not contain null values", what)));
		result = lappend(result, TextDatumGetCString(values[i]));
	}
	return result;
}
