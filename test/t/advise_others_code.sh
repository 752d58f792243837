#!/bin/bash
# advise: code on one role's tables that raises errors, of any kind, or never comes back, or a table it locks, takes nothing from others

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

# query STATEMENT [ROLE] prints what it answers with, in a session of its own.
query() {
	PGUSER=${2:-postgres} pa_psql -d postgres -At -c "$1" 2>&1
}

# arm CODE has the functions on eve's tables raise an error with an SQLSTATE, or sleep.
arm() {
	query "UPDATE armed SET code = '$1'" eve >/dev/null
}

# advised prints the tables that are advised on, in a new session.
advised() {
	query "SET statement_timeout = '90s'; SELECT string_agg(DISTINCT relation::text, ',') FROM perfadvisor.advise(time_limit => '60s')" | grep -E '^[a-z_,]+$'
}

pa_prepare test
pa_begin
pa_build
tap_plan 19
pa_server_create code test/perfadvisor.conf
pa_server_start code
pa_psql -d postgres -o /dev/null <<-'SQL'
	CREATE EXTENSION perfadvisor;
	CREATE ROLE eve LOGIN;
	GRANT CREATE ON SCHEMA public TO eve;
	CREATE TABLE ours AS SELECT i AS id, i % 5000 AS k FROM generate_series(1, 50000) i;
	CREATE INDEX ours_twin_1 ON ours (id);
	CREATE INDEX ours_twin_2 ON ours (id);
	ANALYZE ours;
	SELECT perfadvisor.reset();
	SET SESSION AUTHORIZATION eve;
	CREATE TABLE armed (code text);
	INSERT INTO armed VALUES ('00000');
	-- What it says of itself is not true: the table is read
	CREATE FUNCTION bomb(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
	DECLARE
	    c text := (SELECT code FROM public.armed);
	BEGIN
	    IF c = 'sleep' THEN
	        PERFORM pg_sleep(3600);
	    ELSIF c = 'forget' THEN
	        BEGIN
	            PERFORM pg_sleep(3600);
	        EXCEPTION WHEN query_canceled THEN
	            RAISE EXCEPTION 'boom';
	        END;
	    ELSIF c <> '00000' THEN
	        RAISE EXCEPTION 'boom' USING ERRCODE = c;
	    END IF;
	    RETURN x;
	END $$;
	CREATE TABLE hers AS SELECT i AS id, i % 5000 AS k FROM generate_series(1, 50000) i;
	CREATE TABLE hers_expr AS SELECT * FROM hers;
	CREATE TABLE hers_pred AS SELECT * FROM hers;
	CREATE TABLE hers_check AS SELECT * FROM hers;
	CREATE INDEX ON hers_expr (bomb(id));
	CREATE INDEX ON hers_expr ((id + bomb(1)));
	CREATE INDEX ON hers_pred (id) WHERE bomb(1) = 1;
	ALTER TABLE hers_check ADD CHECK (bomb(2) = 2), ADD CHECK (k > bomb(-1));
	CREATE STATISTICS hers_st ON (k + bomb(1)), id FROM hers_check;
	ANALYZE hers, hers_expr, hers_pred, hers_check;
	SELECT format('SELECT count(*) FROM %s WHERE k = %s', t, i) FROM unnest(ARRAY['hers', 'hers_expr', 'hers_pred', 'hers_check']) t, generate_series(1, 6) i \gexec
	SELECT format('SELECT count(*) FROM hers WHERE k = %s + bomb(1)', i) FROM generate_series(1, 6) i \gexec
	RESET SESSION AUTHORIZATION;
	SELECT format('SELECT count(*) FROM ours WHERE k = %s', i) FROM generate_series(1, 6) i \gexec
SQL

tap_is "$(advised | grep -o ours)" ours "as long as no code fails there is advice on all tables"
for code in P0001 57014 57P01 53200 53100 40001 55P03 XX000; do
	arm $code
	tap_is "$(advised | grep -o ours)" ours "an error $code in code on another role's tables takes none of the advice on ours"
done
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.unadvised_statements WHERE reason = 'boom'")" t "statements that it concerns are told of, with the error"
tap_is "$(query "SELECT string_agg(index::text, ',') FROM perfadvisor.index_cleanup WHERE relation = 'ours'::regclass AND problem = 'duplicate'")" ours_twin_2 \
	"superfluous indexes of ours are found"
tap_is "$(query "SELECT string_agg(kind, ',' ORDER BY kind) FROM perfadvisor.refresh_advice()")" index_advice,index_cleanup,statistics_advice "so can all together"
tap_is "$(query "SELECT count(*) >= 0 FROM perfadvisor.query_patterns")" t "and patterns"

# Code that does not come back
arm sleep
tap_is "$(query "SET perfadvisor.advise_time_limit = '1s'; SET statement_timeout = '90s'; SELECT string_agg(DISTINCT relation::text, ',') FROM perfadvisor.advise(time_limit => '60s')" | grep -o ours)" ours \
	"code on another role's tables that does not come back is cancelled, and ours is advised on"
tap_is "$(query "SET perfadvisor.advise_time_limit = '20s'; SET statement_timeout = '1s'; SELECT count(*) FROM perfadvisor.advise(time_limit => '60s')" | grep -o 'ERROR: .*')" "ERROR:  canceling statement due to statement timeout" \
	"a timeout of one's own ends the search"
arm forget
tap_is "$(query "SET perfadvisor.advise_time_limit = '1s'; SET statement_timeout = '90s'; SELECT string_agg(DISTINCT relation::text, ',') FROM perfadvisor.advise(time_limit => '60s')" | grep -o ours)" ours \
	"also when it keeps the cancellation to itself"
arm 00000

# A table that is locked after it was looked at, or before
mkfifo "$PA_WORK/fifo"
PGUSER=eve "$PA_BINDIR/psql" -X -q -At -d postgres <"$PA_WORK/fifo" >"$PA_WORK/locked" 2>&1 &
locker=$!
exec 5>"$PA_WORK/fifo"
echo "BEGIN; LOCK TABLE hers IN ACCESS EXCLUSIVE MODE; SELECT 'locked';" >&5
until grep -q locked "$PA_WORK/locked"; do :; done
tap_is "$(advised | grep -o ours)" ours "a table that another role has locked takes nothing from ours"
tap_is "$(query "SELECT count(*) > 0 FROM perfadvisor.unadvised_statements WHERE query LIKE '%FROM hers WHERE%'")" t "its statements are told of"
echo "ROLLBACK;" >&5
exec 5>&-
wait $locker
tap_is "$(grep -cE 'TRAP:|terminated by signal|PANIC' "$PA_WORK/code/server.log")" 0 "no process died"
pa_server_stop code
tap_done
