/*
 * key_counts.c
 *	  How often keys occur in a whole table, judged by a sample of its rows.
 *
 * Keys that occur three times or more in the sample are taken to occur in
 * proportion in the table. How many rare ones there are follows from f1 and
 * f2, the numbers of keys that occur once and twice: if each rare key is
 * expected 2 * f2 / f1 times in the sample, then
 *
 *		unseen = f1 / r * (1 - exp(-r * (s - 1))),	r = 2 * f2 / f1
 *
 * keys come to light when the sample grows s times (Chao's estimator,
 * extrapolated; Chao et al., Ecological Monographs 84, 2014). Without any key
 * that occurs twice this is f1 * (s - 1): all are unique.
 *
 * A sample has several rows of a block. Where rows with the same key lie side by
 * side, those in one block must be counted once, or keys pass for more common than they
 * are. Each then stands for per_row rows, and s is the smaller by that.
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "advise/key_counts.h"

/* More keys are not kept: then the sample ends earlier. */
#define PA_MAX_KEYS_COUNTED		300000

/* Keys that occur so often or more in the sample are not rare. */
#define PA_COMMON				3

typedef struct KeyEntry
{
	uint64		key;
	int			n;
	int			size;
} KeyEntry;

/*
 * Makes empty counts in the current memory context.
 */
PaKeyCounts *
pa_key_counts_new(void)
{
	PaKeyCounts *counts = palloc0(sizeof(PaKeyCounts));
	HASHCTL		ctl = {0};

	ctl.keysize = sizeof(uint64);
	ctl.entrysize = sizeof(KeyEntry);
	ctl.hcxt = CurrentMemoryContext;
	counts->keys = hash_create("perfadvisor key counts", 1024, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return counts;
}

/*
 * Counts one occurrence of a key, given by a hash of its value, and its size in
 * bytes.
 */
void
pa_key_counts_add(PaKeyCounts *counts, uint64 key, int size)
{
	bool		found;
	KeyEntry   *entry = hash_search(counts->keys, &key, HASH_ENTER, &found);

	if (!found)
	{
		entry->n = 0;
		entry->size = size;
	}
	entry->n++;
	counts->occurrences++;
	counts->full = hash_get_num_entries(counts->keys) >= PA_MAX_KEYS_COUNTED;
}

/*
 * Returns how many different keys were counted.
 */
int
pa_key_counts_number(PaKeyCounts *counts)
{
	return hash_get_num_entries(counts->keys);
}

/*
 * Calls visit() for the keys of the whole table, those that are common one by
 * one and the rare ones together, and returns their number, which is known not
 * to exceed max_keys (0: unknown). With visit NULL it only counts.
 */
double
pa_key_counts_visit(PaKeyCounts *counts, double rows, double max_keys,
					PaKeyVisit visit, void *arg)
{
	double		scale = Max(rows / Max(counts->rows, 1), 1.0);
	double		growth = Max(scale / Max(counts->per_row, 1), 1.0);
	HASH_SEQ_STATUS scan;
	KeyEntry   *entry;
	double		f[PA_COMMON] = {0};
	double		rare_size = 0;
	double		rare_occurrences;
	double		rare;
	double		rate;
	double		keys = 0;

	hash_seq_init(&scan, counts->keys);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->n < PA_COMMON)
		{
			f[entry->n]++;
			rare_size += entry->size;
			continue;
		}
		keys++;
		if (visit != NULL)
			visit(1, entry->size, entry->n * scale, arg);
	}

	rare = f[1] + f[2];
	if (rare == 0)
		return keys;
	rare_size /= rare;
	rare_occurrences = (f[1] + 2 * f[2]) * scale;
	rate = f[1] > 0 ? 2 * f[2] / f[1] : 0;
	if (rate * (growth - 1) > 1e-6)
		rare += f[1] / rate * (1 - exp(-rate * (growth - 1)));
	else
		rare += f[1] * (growth - 1);
	rare = Min(rare, rare_occurrences);
	if (max_keys > 0)
		rare = Max(Min(rare, max_keys - keys), f[1] + f[2]);
	if (visit != NULL)
		visit(rare, rare_size, rare_occurrences / rare, arg);
	return keys + rare;
}
