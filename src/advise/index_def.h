/*
 * index_def.h
 *	  An index that may or may not exist: what would be needed to create it.
 *
 * Private to the advise room.
 */
#ifndef PERFADVISOR_ADVISE_INDEX_DEF_H
#define PERFADVISOR_ADVISE_INDEX_DEF_H

#include "access/attnum.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "storage/block.h"

/* One column of an index. Expressions have Vars with varno 1. */
typedef struct PaIndexColumn
{
	AttrNumber	attno;			/* 0 for an expression */
	Node	   *expr;			/* NULL for a plain column */
	Oid			type;			/* of the indexed value */
	int32		typmod;
	Oid			opclass;		/* invalid for an included column, and for
								 * an opclass that is not installed yet */
	Oid			opfamily;
	Oid			opcintype;
	Oid			collation;		/* of the index */
	Oid			attcollation;	/* of the column; for the planner's Var */
	bool		desc;
	bool		nulls_first;
	bool		include;		/* behind INCLUDE, not part of the key */
} PaIndexColumn;

/* Expected physical size, computed once per definition and table. */
typedef struct PaIndexSize
{
	double		tuples;
	BlockNumber pages;			/* with the meta page, at least 1 */
	int			tree_height;	/* levels above the leaves; -1 unknown */
	double		keys;			/* GIN: that a row has on average; 0 unknown */
	bool		too_wide;		/* some sampled value does not fit */
	bool		valid;
	bool		exact;			/* by pa_index_size_refine() */
} PaIndexSize;

typedef struct PaIndexDef
{
	Oid			oid;			/* fictitious, never opened; see whatif.c */
	Oid			relid;
	char		relkind;
	Oid			am;
	int			nkeys;			/* key columns */
	int			ncolumns;		/* with included ones */
	PaIndexColumn *columns;		/* [ncolumns] */
	List	   *pred;			/* implicit-AND list, varno 1; NIL if total */
	int			fillfactor;		/* 0: the default */
	int			pages_per_range;	/* BRIN; 0: the default */
	bool		needs_trgm;		/* uses gin_trgm_ops, pg_trgm not installed */
	bool		needs_btree_gin;	/* columns after the first use classes of
								 * btree_gin, which is not installed */
	char	   *definition;		/* "schema.rel USING am (...) [WHERE ...]" */
	char	   *body;			/* the part from USING on, in definition */
	char	   *name;			/* proposed name, unquoted; NULL until asked */
	PaIndexSize size;
	List	   *children;		/* PaIndexDef * mapped to partitions, lazily */
} PaIndexDef;

/* One statement on the way to an index, and what takes it back, or NULL. */
typedef struct PaIndexStep
{
	char	   *sql;
	char	   *undo;
} PaIndexStep;

/* index_def.c */
extern PaIndexDef *pa_index_def_new(Oid relid, Oid am, int ncolumns);
extern void pa_index_def_finish(PaIndexDef *def);
extern PaIndexDef *pa_index_def_from_sql(const char *sql);
extern PaIndexDef *pa_index_def_map(PaIndexDef *parent, Oid childrelid);
extern bool pa_index_column_equal(const PaIndexColumn *a, const PaIndexColumn *b);
extern bool pa_index_def_begins(const PaIndexDef *a, const PaIndexDef *b);
extern int	pa_index_def_compare(const PaIndexDef *a, const PaIndexDef *b);
extern bool pa_index_def_covered_by_existing(const PaIndexDef *def);
extern Oid	pa_index_def_find_serving(const PaIndexDef *def);

/* index_ddl.c */
extern char *pa_index_definition(PaIndexDef *def);
extern char *pa_index_name(PaIndexDef *def);
extern void pa_index_choose_name(PaIndexDef *def, List **taken);
extern List *pa_index_ddl(PaIndexDef *def, List **taken);

/* size.c */
extern void pa_index_size_estimate(PaIndexDef *def);
extern void pa_index_size_refine(PaIndexDef *def);
extern int64 pa_index_size_bytes(PaIndexDef *def);

#endif							/* PERFADVISOR_ADVISE_INDEX_DEF_H */
