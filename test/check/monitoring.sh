#!/bin/bash
# monitoring.sh: what `make check-monitoring` does: real Prometheus and exporters read a private server by the files in docs.
#
# Installs Debian's packages of these if they are missing and that needs no question.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/prepare.sh

if ! command -v prometheus >/dev/null || ! command -v prometheus-sql-exporter >/dev/null ||
	! command -v prometheus-postgres-exporter >/dev/null || ! command -v jq >/dev/null; then
	pa_may_install || pa_die "needs prometheus, prometheus-sql-exporter, prometheus-postgres-exporter, jq and curl; install them"
	pa_note "installing prometheus and exporters"
	pa_root apt-get -qq update >/dev/null
	pa_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends prometheus prometheus-sql-exporter \
		prometheus-postgres-exporter jq curl >/dev/null || pa_die "the packages could not be installed"
fi
exec env TESTS=monitoring bash test/lib/run_tests.sh
