#!/bin/sh
# Build the pages with npm, where node is there and something changed since the last time.  Without node, or without a way to npm's registry,
# the server is built without them and says so.
set -eu
cd "$(dirname "$0")/../web" 2>/dev/null || exit 0
[ -f package.json ] || exit 0
command -v npm >/dev/null 2>&1 || { [ -d dist ] || echo "没有 node，网页部分不编译 (no node: the pages are left out)"; exit 0; }
now=$(find . \( -path ./node_modules -o -path ./dist \) -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
[ "$(cat dist/.inputs 2>/dev/null || true)" = "$now" ] && exit 0
echo "编译网页 (building the pages)"
log=${TMPDIR:-/tmp}/guiju-web.$$
if { [ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund; } >"$log" 2>&1 && npm run build >>"$log" 2>&1; then
    echo "$now" >dist/.inputs
else
    tail -20 "$log" >&2
    echo "网页没有编译成，程序照常编译 (the pages were not built; the program is)" >&2
fi
rm -f "$log"
