#!/bin/bash
# asan.sh: what `make check-asan` does: this repository's tests on a server and a library that AddressSanitizer and
# UndefinedBehaviorSanitizer watch. Whatever these find ends the process, and so fails a test.

set -u
cd "$(dirname "$0")/../.." || exit 1
PA_TOP=$PWD
. test/lib/prepare.sh
. test/lib/source.sh

pa_prepare test
pa_cache_begin
# Leaks are what memory contexts are for. The server measures the depth of its stack by addresses of variables.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1:disable_coredump=0
export UBSAN_OPTIONS=print_stacktrace=1
pa_build_server asan '-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=alignment -fno-sanitize-recover=all'
exec bash test/lib/run_tests.sh
