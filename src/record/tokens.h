/*
 * tokens.h
 *	  Tokens of the core scanner. Private to the room.
 */
#ifndef PERFADVISOR_RECORD_TOKENS_H
#define PERFADVISOR_RECORD_TOKENS_H

#include "lib/stringinfo.h"

/*
 * What the core scanner returns besides single characters and keywords. Its
 * numbers are the same for every grammar that uses it: PL/pgSQL's depends on
 * their order too.
 */
enum PaTokenType
{
	TOKEN_IDENT = 258,
	TOKEN_UIDENT,
	TOKEN_FCONST,
	TOKEN_SCONST,
	TOKEN_USCONST,
	TOKEN_BCONST,
	TOKEN_XCONST,
	TOKEN_OP,
	TOKEN_ICONST,
	TOKEN_PARAM,
	TOKEN_TYPECAST,
	TOKEN_DOT_DOT,
	TOKEN_COLON_EQUALS
};

/* Scans a text and writes another. Raises what the scanner raises. */
typedef void (*PaTextWriter) (const char *query, void *arg, StringInfo out);

/* tokens.c */
extern bool pa_text_scan(PaTextWriter writer, const char *query, void *arg, StringInfo out);

#endif							/* PERFADVISOR_RECORD_TOKENS_H */
