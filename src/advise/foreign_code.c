/*
 * foreign_code.c
 *	  Whose functions may run while something is planned for somebody else.
 *
 * Planning runs functions: constants are folded, also those in the predicates
 * of indexes, in CHECK constraints and in views; domains are checked. Whoever
 * owns one of these may have replaced it since the statement was recorded, and
 * nobody runs the statement now of his own accord. That must not lend the
 * function the rights of a superuser, nor of whoever asks for advice.
 *
 * Every call of a function that is not built in goes through the server's
 * function manager, which asks these hooks when it looks the function up, and
 * for functions with settings of their own when it calls them. A function
 * with SECURITY DEFINER runs as its owner, and lends nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "advise/replan.h"

static needs_fmgr_hook_type prev_needs_fmgr = NULL;
static fmgr_hook_type prev_fmgr = NULL;

/* Only functions that this role may trust run; InvalidOid: any */
static Oid	guarded = InvalidOid;

/*
 * Whether a role can do or read what is not its own.
 */
static bool
is_powerful(Oid userid)
{
	return superuser_arg(userid) ||
		has_privs_of_role(userid, ROLE_PG_EXECUTE_SERVER_PROGRAM) ||
		has_privs_of_role(userid, ROLE_PG_WRITE_SERVER_FILES) ||
		has_privs_of_role(userid, ROLE_PG_READ_SERVER_FILES) ||
		has_privs_of_role(userid, ROLE_PG_READ_ALL_DATA) ||
		has_privs_of_role(userid, ROLE_PG_WRITE_ALL_DATA) ||
		has_privs_of_role(userid, ROLE_PG_READ_ALL_STATS);
}

/*
 * Raises ERROR 42501 if a function is one that the guarded role has no reason
 * to trust: neither a superuser's nor its own, nor of a role that it can act as.
 */
static void
check_function(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	Oid			owner;
	bool		harmless;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	owner = form->proowner;
	harmless = form->prosecdef || superuser_arg(owner) || owner == guarded ||
		(!superuser_arg(guarded) && has_privs_of_role(guarded, owner));
	if (!harmless)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("function %s of role %s would be run with the rights of role %s",
						NameStr(form->proname), GetUserNameFromId(owner, true),
						GetUserNameFromId(guarded, true))));
	ReleaseSysCache(tuple);
}

static bool
pa_needs_fmgr(Oid function)
{
	if (unlikely(OidIsValid(guarded)))
		check_function(function);
	return prev_needs_fmgr ? prev_needs_fmgr(function) : false;
}

static void
pa_fmgr(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	if (event == FHET_START && unlikely(OidIsValid(guarded)))
		check_function(flinfo->fn_oid);
	if (prev_fmgr)
		prev_fmgr(event, flinfo, arg);
}

/*
 * Begins to guard what runs as a role, and returns what pa_foreign_code_end()
 * needs. Code that the role itself called when it ran the statement is
 * accepted, unless the role is one that can do more than others.
 */
Oid
pa_foreign_code_begin(Oid userid, PaCode code)
{
	Oid			before = guarded;

	if (code == PA_CODE_ANY || (code == PA_CODE_CALLED && !is_powerful(userid)))
		guarded = InvalidOid;
	else
		guarded = userid;
	return before;
}

/*
 * Goes back to what was guarded before.
 */
void
pa_foreign_code_end(Oid before)
{
	guarded = before;
}

/*
 * Installs the hooks.
 */
void
pa_foreign_code_init(void)
{
	prev_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = pa_needs_fmgr;
	prev_fmgr = fmgr_hook;
	fmgr_hook = pa_fmgr;
}
