#!/bin/bash
# sampling.sh: what sampling takes from a statement that reads very many rows.
#
#     test/bench/sampling.sh
#
# A count over ROWS rows runs TIMES times each way by turns: sampled, which the first execution after a reset is, and not
# recorded at all. How many of 1,000 executions are sampled is counted with the same statement on a small table. The two
# together are what sampling adds to 1,000 executions. LIMIT (a percentage) makes the script fail when it is more.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh

ROWS=${ROWS:-5000000}
TIMES=${TIMES:-15}

pa_prepare demo
pa_begin
pa_build
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	shared_buffers = '512MB'
	jit = off
	autovacuum = off
	max_parallel_workers_per_gather = 0
	perfadvisor.slow_query_time = -1
CONF
pa_server_create sampled "$PA_WORK/server.conf"
pa_server_start sampled
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE many AS SELECT n FROM generate_series(1, $ROWS) n" -c "VACUUM ANALYZE many" \
	-c "CREATE TABLE few AS SELECT n FROM generate_series(1, 10) n"

# How many of 1,000 executions are sampled
sampled="SELECT sampled FROM perfadvisor.recorded_state()"
yes 'SELECT count(*) FROM few WHERE n > 0;' | head -n 1000 >"$PA_WORK/few.sql"
chmod 644 "$PA_WORK/few.sql"
before=$(pa_psql -d postgres -At -c "$sampled")
pa_psql -d postgres -f "$PA_WORK/few.sql" >/dev/null
after=$(pa_psql -d postgres -At -c "$sampled")
# The first of the two asking statements is sampled once more.
samples=$((after - before))

for n in $(seq 1 "$TIMES"); do
	cat <<-'SQL'
		SET perfadvisor.track = off;
		\o /dev/null
		\timing on
		\echo plain
		SELECT count(*) FROM many WHERE n > 0;
		\timing off
		SELECT perfadvisor.reset();
		SET perfadvisor.track = top;
		\timing on
		\echo sampled
		SELECT count(*) FROM many WHERE n > 0;
		\timing off
	SQL
done >"$PA_WORK/many.sql"
chmod 644 "$PA_WORK/many.sql"
pa_psql -d postgres -c "SELECT count(*) FROM many WHERE n > 0" >/dev/null
pa_psql -d postgres -f "$PA_WORK/many.sql" >"$PA_WORK/many.out"

# median KIND prints the median time of the executions of that kind, ms.
median() {
	awk -v kind="$1" '/^(plain|sampled)$/ {now = $1} /^Time:/ && now == kind {print $2}' "$PA_WORK/many.out" | sort -n |
		awk '{t[NR] = $1} END {print NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2}'
}
echo "count over $ROWS rows, $(date -u +%Y-%m-%d): median of $TIMES not recorded, of $TIMES sampled; sampled of 1,000 executions; what that adds to 1,000"
awk -v plain="$(median plain)" -v sampled="$(median sampled)" -v samples="$samples" -v limit="${LIMIT:-1000}" 'BEGIN {
	share = 100 * samples * (sampled - plain) / (1000 * plain)
	printf "%.1f ms %.1f ms (%+.1f %%) %d %+.3f %%\n", plain, sampled, 100 * (sampled - plain) / plain, samples, share
	exit share > limit
}'
