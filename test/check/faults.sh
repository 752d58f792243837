#!/bin/bash
# faults.sh: what `make check-faults` does: test/t/faults.sh with a storm of FAULTS_TIME seconds (300) and 200 sessions.

cd "$(dirname "$0")/../.." || exit 1
FAULTS_TIME=${FAULTS_TIME:-300} CONNECTIONS=${CONNECTIONS:-200} exec bash test/t/faults.sh
