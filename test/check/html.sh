#!/bin/bash
# html.sh: what `make check-html` does: the test of the report's page, with what make test does without.
#
# Installs Debian's chromium and python3 if they are missing and that needs no question, and fetches axe-core, which
# checks accessibility, by npm into a temporary folder. Without npm or a registry that part is skipped.

set -u
cd "$(dirname "$0")/../.." || exit 1
. test/lib/prepare.sh

browser_is_there() {
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

if ! browser_is_there || ! command -v python3 >/dev/null; then
	pa_may_install || pa_die "needs chromium and python3; install them"
	pa_note "installing chromium and python3"
	pa_root apt-get -qq update >/dev/null
	pa_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium python3 >/dev/null || pa_die "chromium could not be installed"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if command -v npm >/dev/null && (cd "$folder" && npm pack --silent axe-core@4 >/dev/null 2>&1 && tar -xzf axe-core-*.tgz package/axe.min.js); then
	export PA_AXE=$folder/package/axe.min.js
	# the browser does not read it, our script does
	chmod -R a+rX "$folder"
else
	pa_note "axe-core could not be had: accessibility is not checked"
fi
TESTS=report_html bash test/lib/run_tests.sh
