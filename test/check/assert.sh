#!/bin/bash
# assert.sh: what `make check-assert` does: this repository's tests on a server that checks its own assumptions.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/source.sh

pa_prepare test
pa_cache_begin
pa_build_server assert '-O1 -g' --enable-cassert
exec bash test/lib/run_tests.sh
