/*
 * privilege.c
 *	  Who may see what was recorded.
 *
 * Texts, constants, plans and messages belong to the role that ran them and
 * to those with the privileges of pg_read_all_stats; numbers also to members
 * of pg_monitor.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/base.h"

PG_FUNCTION_INFO_V1(pa_may_select);

#define EXTENSION_SCHEMA "perfadvisor"

/*
 * Tells whether the current user may see the texts and constants of a role.
 */
bool
pa_may_see_role(Oid roleid)
{
	Oid			user = GetUserId();

	return user == roleid ||
		has_privs_of_role(user, ROLE_PG_READ_ALL_STATS) ||
		has_privs_of_role(user, roleid);
}

/*
 * Tells whether the current user may see the numbers of a role.
 */
bool
pa_may_see_numbers(Oid roleid)
{
	return pa_may_see_role(roleid) ||
		is_member_of_role(GetUserId(), ROLE_PG_MONITOR);
}

/*
 * Returns the schema that the extension lives in, InvalidOid where it does
 * not exist. One look-up in the system cache.
 */
Oid
pa_extension_schema(void)
{
	return get_namespace_oid(EXTENSION_SCHEMA, true);
}

/*
 * may_select(relation oid): whether the current user may read a table or the
 * state of a sequence; NULL when it is gone. has_table_privilege() raises an
 * error when it goes at the wrong moment.
 */
Datum
pa_may_select(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	bool		is_missing = false;
	AclMode		mode = ACL_SELECT;
	AclResult	result;

	if (get_rel_relkind(relid) == RELKIND_SEQUENCE)
		mode |= ACL_USAGE;
	result = pg_class_aclcheck_ext(relid, GetUserId(), mode, &is_missing);
	if (is_missing)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(result == ACLCHECK_OK);
}
