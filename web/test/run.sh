#!/bin/sh
# Usage: run.sh GUIJU.  The last line is "N passed, N failed".
cd "$(dirname "$0")/.." || exit 1
skip() { echo "skipped: $1"; echo "0 passed, 0 failed"; exit 0; }
command -v node >/dev/null || skip "Node is not installed"
[ -d node_modules/vite ] || npm ci --silent --no-progress >/dev/null 2>&1 || skip "npm ci does not work here"
GUIJU=$1 exec node test/run.mjs
