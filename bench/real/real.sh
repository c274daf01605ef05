#!/bin/sh
# real.sh - two public data sets: the divisions of China as one tree of organisations, and a second opinion on the working days.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
d=$DATA/real
mkdir -p "$d"
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "real inputs: passed over, no node and npm here"
    exit 0
fi
node_modules "$d"

# Every day of the years that the pack has.
"$tool/bench_calendar_days" packs/cn 2004 2026 >"$d/ours"
first=$(head -1 "$d/ours" | cut -c1-4)
last=$(tail -1 "$d/ours" | cut -c1-4)
node "$here/days.cjs" "$d" "$first" "$last" >"$d/theirs"
if cmp -s "$d/ours" "$d/theirs"; then differ=0; else differ=$(diff "$d/ours" "$d/theirs" | grep -c '^<' || true); fi
say "calendar $first-$last: days that differ" "$differ" "0" "of $(wc -l <"$d/ours"), from chinese-days"

# The whole tree, or with small sizes the first provinces of it.
node "$here/divisions.cjs" "$d" >"$d/all.csv"
if [ "$FULL" = 1 ]; then cp "$d/all.csv" "$d/org.csv"; else awk -F, 'NR == 1 || substr($1, 1, 2) <= "13"' "$d/all.csv" >"$d/org.csv"; fi
rm -f "$d"/x.* "$d"/t "$d"/v "$d"/bare.db*
"$guiju" init "$d/x.guiju" --pack packs/cn --name divisions >/dev/null 2>&1
"$tool/bench_run" "$d/t" "$guiju" import "$d/x.guiju" org "$d/org.csv" >/dev/null 2>"$d/warnings"
"$tool/bench_run" "$d/v" "$guiju" verify "$d/x.guiju" >/dev/null
bare=$("$tool/bench_bare_import" "$d/x.guiju" "$d/bare.db")
rows=$(($(wc -l <"$d/org.csv") - 1))
say "divisions: organisations in the tree" "$rows" "" "import $(wall_of "$d/t" | cut -c1-5) s, verify $(wall_of "$d/v" | cut -c1-5) s, $(wc -l <"$d/warnings") rows with characters of private use"
say "divisions: import speed / bare loop, wall" "$(ratio "$(echo "$bare" | cut -d' ' -f3)" "$(wall_of "$d/t")" | cut -c1-5)" "" "one run"
say "divisions: import speed / bare loop, processor" "$(ratio "$(echo "$bare" | cut -d' ' -f4)" "$(cpu_of "$d/t")" | cut -c1-5)" "" "one run"
# A code begins with its parent's, so the tree from top to bottom is the codes in order of their bytes.
"$guiju" export "$d/x.guiju" org --order tree | tail -n +2 | cut -d, -f1 >"$d/tree"
tail -n +2 "$d/org.csv" | cut -d, -f1 | LC_ALL=C sort >"$d/sorted"
if cmp -s "$d/tree" "$d/sorted"; then same=yes; else same=NO; fi
say "divisions: tree from top to bottom in order" "$same" "yes" "$(wc -l <"$d/tree") lines"
rm -f "$d"/x.* "$d"/bare.db*
[ "$differ" = 0 ] && [ "$same" = yes ]
