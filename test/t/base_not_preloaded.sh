#!/bin/bash
# base: without the library preloaded, the extension can be created, and its views say how to load it

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/server.sh
. test/lib/tap.sh

pa_prepare test
pa_begin
pa_build
pa_server_create plain
pa_server_start plain

tap_plan 5
pa_psql -d postgres -c "CREATE EXTENSION perfadvisor" 2>"$PA_WORK/err"
tap_ok $? "CREATE EXTENSION works on a server that has not preloaded the library"
pa_psql -d postgres -c "SELECT * FROM perfadvisor.statements" >/dev/null 2>"$PA_WORK/err"
tap_ok $((! $?)) "perfadvisor.statements raises an error there"
grep -q 'HINT:.*shared_preload_libraries' "$PA_WORK/err"
tap_ok $? "the error's hint tells how to load the library"
pa_psql -d postgres -At -c "SELECT * FROM perfadvisor.report()" >"$PA_WORK/report" 2>&1
grep -q 'not in shared_preload_libraries' "$PA_WORK/report"
tap_ok $? "report() works, and tells that nothing is recorded"
pa_psql -d postgres -At -c "SELECT perfadvisor.report_html()" 2>&1 | grep -q '</html>'
tap_ok $? "and so does report_html()"
tap_done
