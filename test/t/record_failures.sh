#!/bin/bash
# record: statements of clients that fail or are cancelled are counted, with what was wrong; a full table does no harm

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query prints the one value a statement answers with.
query() {
	pa_psql -d postgres -At -c "$1" 2>&1
}

# fail runs a statement that is meant to fail.
fail() {
	pa_psql -d postgres "$@" >/dev/null 2>&1
}

# errors prints what slow_queries knows of the statements like a pattern.
errors() {
	query "SELECT string_agg(format('%s %s', sqlstate, error), ', ' ORDER BY started_at) FROM perfadvisor.slow_queries WHERE query LIKE '$1'"
}

pa_prepare test
pa_begin
pa_build
tap_plan 40
cat >"$PA_WORK/server.conf" <<-'CONF'
	shared_preload_libraries = 'perfadvisor'
	perfadvisor.max_statements = 100
CONF
pa_server_create failing "$PA_WORK/server.conf"
pa_server_start failing
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" -c "CREATE TABLE numbers AS SELECT n FROM generate_series(1, 10) n"

fail -c "SELECT 1 / (n - 5) FROM numbers WHERE n = 5"
tap_is "$(errors 'SELECT 1 / (n - 5)%')" "22012 division by zero" "a division by zero is kept with SQLSTATE and message"
fail -c "SET statement_timeout = '50ms'" -c "SELECT pg_sleep(60), n FROM numbers"
tap_is "$(errors 'SELECT pg_sleep(60)%')" "57014 canceling statement due to statement timeout" "so is a timeout"
tap_is "$(query "SELECT format('%s calls, %s failures, %s', calls, failures, failed_exec_time > 30)
	FROM perfadvisor.statements WHERE query LIKE 'SELECT pg_sleep(%'")" "0 calls, 1 failures, t" "with the time until then, planning left out"
fail -c "ALTER ROLE nobody_here PASSWORD 'hunter2'"
tap_is "$(errors 'ALTER ROLE')" '42704 role "nobody_here" does not exist' "a utility statement is known by its tag alone"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries q WHERE q::text LIKE '%hunter2%'")" 0 "no password is kept"
fail -c "SET perfadvisor.track_parameters = off" -c "SELECT n::text::date FROM numbers WHERE n = 7"
tap_is "$(query "SELECT format('%s %s %s', sqlstate, query, error IS NULL) FROM perfadvisor.slow_queries WHERE query LIKE 'SELECT n::text::date%'")" \
	'22007 SELECT n::text::date FROM numbers WHERE n = $1 t' "without track_parameters neither constants nor messages are kept"

# Statements that never get a plan
counted() {
	query "SELECT format('%s calls, %s failures', sum(calls), sum(failures)) FROM perfadvisor.statements WHERE query LIKE '$1' AND query NOT LIKE '%perfadvisor%'"
}
unidentified() {
	query "SELECT failures_unidentified FROM perfadvisor.recorded_state()"
}
fail -c "SELECT /* no plan */ 1 / 0"
tap_is "$(errors 'SELECT /* no plan */ 1%')" "22012 division by zero" "a statement that fails while it is planned is kept"
tap_is "$(counted 'SELECT /* no plan */%')" "0 calls, 1 failures" "and counted, also as the only one of its session"
fail -v ON_ERROR_STOP=0 -c "SELECT /* no plan */ 1 / 0" -c "SELECT /* no plan */ 1 / 0" -c "SELECT /* no plan */ 4 / 2" -c "SELECT /* no plan */ 1 / 0"
tap_is "$(counted 'SELECT /* no plan */%')" "1 calls, 4 failures" "however often, and together with those that succeed"
yes 'SELECT /* no plan */ 1 / 0;' | head -n 30 >"$PA_WORK/no_plan.sql"
chmod 644 "$PA_WORK/no_plan.sql"
fail -v ON_ERROR_STOP=0 -f "$PA_WORK/no_plan.sql"
tap_is "$(counted 'SELECT /* no plan */%')" "1 calls, 34 failures" "and one after the other"
fail -c "CREATE FUNCTION no_plan() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT /* in function */ 1 / 0 + count(*) FROM numbers); END'"
fail -c "SELECT no_plan() FROM numbers"
tap_is "$(query "SELECT string_agg(format('%s %s %s', toplevel, calls, failures), ', ' ORDER BY toplevel) FROM perfadvisor.statements
	WHERE query LIKE '%/* in function */%' AND query NOT LIKE 'CREATE%' OR query LIKE 'SELECT no_plan()%'")" "f 0 1, t 0 1" "inside a function it is one failure of each level"
before=$(unidentified)
fail -c "SELECT /* broken */ nothing FROM nowhere WHERE x = 'y'"
fail -c "SELECT /* broken */ FROM FROM"
tap_is "$(query "SELECT string_agg(format('%s %s %s', sqlstate, queryid IS NULL, error), ', ' ORDER BY started_at) FROM perfadvisor.slow_queries WHERE query LIKE 'SELECT /* broken */%'")" \
	'42P01 t relation "nowhere" does not exist, 42601 t syntax error at or near "FROM"' "unknown names and syntax errors are kept without an id"
tap_is "$(($(unidentified) - before))" 2 "and counted"
fail -c "ALTER ROLE nobody_here PASSWORD 'hunter2' FOO"
fail -c "SELECT 1; ALTER ROLE nobody_here PASSWORD 'hunter2' FOO"
fail -c "ALTER ROLE nobody_here PASSWORD hunter2"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries q WHERE q::text LIKE '%hunter2%'")" 0 "no password is kept of those either"
tap_is "$(($(unidentified) - before))" 5 "though they are counted"
fail -c "SET perfadvisor.track = off" -c "SELECT /* untracked */ nothing FROM nowhere"
fail -c "SET perfadvisor.track_parameters = off" -c "SELECT /* untracked */ nothing FROM nowhere"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries WHERE query LIKE '%untracked%' AND query NOT LIKE '%perfadvisor%'")" 0 "nor are texts that are not to be kept"
query "CREATE TABLE unique_numbers (n int PRIMARY KEY); CREATE TABLE checked (n int REFERENCES unique_numbers DEFERRABLE INITIALLY DEFERRED)" >/dev/null
fail -c "BEGIN; INSERT INTO checked VALUES (1); COMMIT"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries WHERE sqlstate = '23503'")" 1 "a constraint that fails at COMMIT is kept once"

# Statements that may not start
query "CREATE ROLE outsider; GRANT pg_monitor TO outsider" >/dev/null
fail -c "SET ROLE outsider" -c "SELECT /* forbidden */ n FROM numbers"
tap_is "$(counted 'SELECT /* forbidden */%')" "0 calls, 1 failures" "a statement without the rights for it has failed"
tap_is "$(errors 'SELECT /* forbidden */%')" "42501 permission denied for table numbers" "and it is said why"
fail -c "SET ROLE outsider" -c "DO 'BEGIN PERFORM /* forbidden inside */ n + 1 FROM numbers; EXCEPTION WHEN insufficient_privilege THEN NULL; END'"
tap_is "$(counted '%/* forbidden inside */%')" "0 calls, 1 failures" "also when a function catches the error"

# Where what failed was, and what comes after it
fail -c "SET log_min_messages = 'fatal'" -c "SELECT /* unlogged */ 1 / (n - 5) FROM numbers"
tap_is "$(counted 'SELECT /* unlogged */%')" "0 calls, 1 failures" "a failure is counted though the log does not want it"
tap_is "$(query "SELECT sqlstate FROM perfadvisor.slow_queries WHERE query LIKE 'SELECT /* unlogged */%'")" 22012 "with its SQLSTATE"
fail -v ON_ERROR_STOP=0 -c "BEGIN; SAVEPOINT s" -c "SELECT /* first */ 2 * (1 / (n - 5)) FROM numbers" -c "ROLLBACK TO s" \
	-c "SELECT /* second */ 1 / 0 + n FROM numbers" -c "ROLLBACK TO s" -c "SELECT /* third */ 1 + n FROM numbers" -c "COMMIT"
tap_is "$(query "SELECT string_agg(format('%s %s %s', toplevel, calls, failures), ', ' ORDER BY first_seen, queryid = 0) FROM perfadvisor.statements
	WHERE query ~ '^SELECT /. (first|second|third)'")" "t 0 1, t 0 1, t 1 0" "after a savepoint is rolled back, a client's statement is one again"
fail -c "CREATE FUNCTION tried(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT /* tried */ max(1 / (m.n - tried.n)) FROM numbers m);
	EXCEPTION WHEN division_by_zero THEN RETURN 0; END'"
fail -c "SELECT /* trying */ tried(n) FROM numbers WHERE n < 4"
tap_is "$(counted 'SELECT /* trying */%')" "1 calls, 0 failures" "a statement in which a function caught errors has succeeded"
tap_is "$(counted '%/* tried */%')" "0 calls, 3 failures" "while those inside are counted"
fail -v ON_ERROR_STOP=0 -c "BEGIN; SAVEPOINT s" -c "SELECT /* hushing */ set_config('log_min_messages', 'panic', false), 3 / (n - 5) FROM numbers" -c "ROLLBACK TO s" -c "SELECT /* hushed */ 3 + n + n FROM numbers" -c "COMMIT"
tap_is "$(query "SELECT string_agg(format('%s %s %s', toplevel, calls, failures), ', ' ORDER BY calls) FROM perfadvisor.statements WHERE query ~ '^SELECT /. hush'")" \
	"t 0 1, t 1 0" "nor does it matter when a statement itself stops its error from being logged"
# Triggers run at COMMIT, as part of no statement
pa_psql -d postgres >/dev/null <<-'SQL'
	CREATE TABLE late (n int);
	CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE
		opened CURSOR FOR SELECT /* late opened */ 1 / (n - 5) AS one, n FROM numbers;
	BEGIN
		PERFORM /* late before */ count(*) FROM numbers;
		OPEN opened;
		MOVE FORWARD 2 FROM opened;
		BEGIN
			MOVE FORWARD 5 FROM opened;
		EXCEPTION WHEN division_by_zero THEN NULL; END;
		PERFORM /* late after */ count(*), max(n) FROM numbers;
		BEGIN
			PERFORM /* late planned */ 1 / 0 - n * n FROM numbers;
		EXCEPTION WHEN division_by_zero THEN NULL; END;
		PERFORM /* late at last */ count(*), max(n), min(n) FROM numbers;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();
	INSERT INTO late VALUES (1);
SQL
tap_is "$(query "SELECT string_agg(format('%s %s %s', substring(query FROM '/\* late ([a-z ]+) \*/'), calls, failures), ', ' ORDER BY query) FROM perfadvisor.statements WHERE query ~ '/. late .* ./' AND toplevel")" \
	"after 1 0, at last 1 0, before 1 0, opened 0 1, planned 0 1" "what fails in a subtransaction it did not begin in, and is caught where no statement runs, is counted as well"
fail -c "SELECT count(*) FROM numbers a, numbers b, numbers c WHERE 1 / (a.n + b.n + c.n - 30) >= 0 -- at the end of a long scan"
tap_is "$(query "SELECT format('%s %s', sqlstate, exec_time > 0) FROM perfadvisor.slow_queries WHERE query LIKE '%at the end of a long scan%'")" "22012 t" "a failure knows how long its statement took"

cp test/lib/portal.pl test/lib/protocol.pl "$PA_WORK/"
pa_as perl "$PA_WORK/portal.pl" "$PA_SOCKETS/.s.PGSQL.$(pa_port failing)"
tap_is "$(counted 'SELECT /* in portions */%')" "0 calls, 1 failures" "a statement fails that was begun before the savepoint in which it goes on"
tap_is "$(query "SELECT format('%s %s', toplevel, calls) FROM perfadvisor.statements WHERE query LIKE 'SELECT /* after portions */%'")" "t 1" "and the next one is the client's again"

# Sessions that are ended
end_session() {
	local pid

	until pid=$(query "SELECT pid FROM pg_stat_activity WHERE query LIKE '$1%' AND wait_event = 'PgSleep'") && [ -n "$pid" ]; do :; done
	query "SELECT pg_terminate_backend($pid, 60000)" >/dev/null
}
fail -c "SELECT /* ended */ pg_sleep(60), n, n FROM numbers" &
end_session 'SELECT /* ended */'
wait $!
tap_is "$(counted 'SELECT /* ended */%')" "0 calls, 1 failures" "a statement whose session is terminated has failed"
tap_is "$(errors 'SELECT /* ended */%')" "57P01 terminating connection due to administrator command" "and it is said why"
fail -c "CREATE FUNCTION naps() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM /* napping */ pg_sleep(60), n, n, n FROM numbers; END'"
fail -c "DO 'BEGIN PERFORM naps(); END'" &
end_session 'DO'
wait $!
tap_is "$(counted '%/* napping */%')" "0 calls, 1 failures" "so have those that it ran inside"
tap_is "$(query "SELECT sum(failures) FROM perfadvisor.statements WHERE query = 'DO'")" 1 "and the utility statement around them"
tap_is "$(query "SELECT count(*) FROM perfadvisor.slow_queries WHERE sqlstate = '57P01'")" 4 "each of them once"
fail -c "CREATE FUNCTION endless() RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN 1; END'"
fail -c "SELECT /* planned for long */ endless() + n FROM numbers" &
end_session 'SELECT /* planned for long */'
wait $!
tap_is "$(counted 'SELECT /* planned for long */%')" "0 calls, 1 failures" "a statement whose session is terminated while it is planned has failed, too"
tap_is "$(errors 'SELECT /* planned for long */%')" "57P01 terminating connection due to administrator command" "with its reason"
tap_is "$(query "SELECT 'up'")" up "nothing of this harms the server"

# Many more statements than there is room for: the table stays bounded and nothing fails
for n in $(seq 1 1000); do
	echo "SELECT $(printf 'n AS c%d,' "$n") $n FROM numbers WHERE n > 100 AND n + $((n % 17)) $(printf '%*s' $((n % 60)) '' | sed 's/ /+ n /g') > 0;"
done >"$PA_WORK/many.sql"
chmod 644 "$PA_WORK/many.sql"
pa_psql -d postgres -f "$PA_WORK/many.sql" >/dev/null 2>&1
tap_ok $? "statements beyond the room in the table run as ever"
tap_ok "$(query "SELECT CASE WHEN count(*) <= 100 THEN 0 ELSE 1 END FROM perfadvisor.statements")" "and the table stays within its bound"
pa_server_stop failing
tap_done
