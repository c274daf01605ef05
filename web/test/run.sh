#!/bin/sh
# Usage: run.sh GUIJU [PART...], parts as run.mjs has them.  The last line is "N passed, N failed".
cd "$(dirname "$0")/.." || exit 1
skip() { echo "skipped: $1"; echo "0 passed, 0 failed"; exit 0; }
command -v node >/dev/null || skip "Node is not installed"
[ -d node_modules/vite ] || skip "the packages of the pages are not there (sh tools/web.sh)"
GUIJU=$1 && export GUIJU && shift
exec node test/run.mjs "$@"
