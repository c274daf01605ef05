#!/bin/sh
# scale.sh - judging at scale, over rosters in memory: against a loop by hand, against DuckDB, against the scalar evaluator, and how it grows.
# An invented county of 20,000 cadres is repeated; FULL=1: ten million cadres, and the roll of 100 million members.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
d=$DATA/scale
packs="packs/core packs/cn bench/scale/pack"
people=20000 sizes="1 5" compare=5 roll=1000000
if [ "$FULL" = 1 ]; then sizes="5 50 500" compare=50 roll=100000000; fi
mkdir -p "$d" "$DATA/areas"
area=$DATA/areas/$people.guiju
demo_area "$area" "$people"
load() { cut -d' ' -f1 /proc/loadavg; }

# (a), (b): four comparisons, ids on both sides.  The largest size.
big=${sizes##* }
# shellcheck disable=SC2086
"$tool/bench_scale" county "$area" "$big" $packs -- four "$RUNS" "$d/four.csv" >"$d/four.out"
grep -q DIFFERENT "$d/four.out" && { echo "scale: the loop by hand and the rule differ"; exit 1; }
rows=$(($(wc -l <"$d/four.csv") - 1))
best() { awk -v k="$1" '$1 == "four" && (min == "" || $k < min) {min = $k} END {print min}' "$d/four.out"; }
hand_count=$(best 5) hand=$(best 7) count=$(best 9) ids=$(best 11) judge=$(best 13)
say "scale: four comparisons / loop by hand, count" "$(ratio "$count" "$hand_count" | cut -c1-5)" "<= 1.5" "$rows cadres, $count s against $hand_count s of processor time, best of $RUNS, load $(load)"
say "scale: four comparisons / loop by hand, ids" "$(ratio "$ids" "$hand" | cut -c1-5)" "<= 1.5" "$(awk '$1 == "four" {print $2; exit}' "$d/four.out") found, $ids s against $hand s; told one by one by judge(): $judge s"
if command -v npm >/dev/null && command -v node >/dev/null; then
    node_modules "$d"
    node "$here/duck.mjs" "$d" "$d/four.csv" "$RUNS" >"$d/duck.out" 2>"$d/duck.version"
    least() { awk -v k="$1" 'min == "" || $k < min {min = $k} END {print min}' "$d/duck.out"; }
    say "scale: speed / DuckDB, count(*)" "$(ratio "$(least 2)" "$count" | cut -c1-5)" ">= 3" "$(least 2) s of processor time"
    say "scale: speed / DuckDB, ids" "$(ratio "$(least 4)" "$ids" | cut -c1-5)" ">= 3" "$(least 4) s; $(cat "$d/duck.version"); beside judge() $(ratio "$(least 4)" "$judge" | cut -c1-5)"
    [ "$(cut -d' ' -f1 "$d/duck.out" | uniq)" = "$(awk '$1 == "four" {print $2; exit}' "$d/four.out")" ] || { echo "scale: DuckDB finds other rows"; exit 1; }
else
    echo "scale: DuckDB passed over, no node and npm here"
fi
rm -f "$d/four.csv"

# (c): each rule by either evaluator, in a process of its own, nothing told; derived fields are remembered from one rule to the next.
# shellcheck disable=SC2086
for how in fast slow; do "$tool/bench_scale" county "$area" "$compare" $packs -- $how; done >"$d/pairs.out"
awk '$1 == "fast" {fast[$2] = $5; n[$2] = $4; how[$2] = $6}
     $1 == "slow" {if (how[$2] == "rows") {without++; next}
        if (n[$2] != $4) differ++
        r = $5 / fast[$2]; if ($2 == "four") four = r; else if ($2 !~ /^roll-/) {sum += log(r); count++}; f += fast[$2]; s += $5}
     END {printf "%.1f %.1f %d %d %d %.1f\n", four, exp(sum / count), count, without, differ, s / f}' "$d/pairs.out" >"$d/pairs.sum"
read -r four mean count without differ whole <"$d/pairs.sum"
say "scale: columns / records, four comparisons" "$four" ">= 100" "$((compare * people)) cadres, load $(load)"
say "scale: columns / records, mean of shipped rules" "$mean" ">= 30" "geometric, $count rules ($without more go by records); of all their time $whole"
[ "$differ" = 0 ] || { echo "scale: $differ rules find another number by columns"; exit 1; }

# (d): how it grows; then two threads.
for times in $sizes; do
    # shellcheck disable=SC2086
    "$tool/bench_scale" county "$area" "$times" $packs -- all 2 1 all 2 2 >"$d/all.$times"
    least() { awk -v t="$1" -v k="$2" '$1 == "all" && $6 == t && (m == "" || $k < m) {m = $k} END {print m}' "$d/all.$times"; }
    say "scale: all rules, $((times * people)) cadres, seconds cpu" "$(least 1 11)" "linear" "wall $(least 1 8) s, two threads $(least 2 8) s; $(awk '$1 == "made" {print $4}' "$d/all.$times") records, peak $(awk '$1 == "all" {p = $(NF - 1)} END {print p}' "$d/all.$times") MiB, load $(load)"
done

# The roll of all members.
# shellcheck disable=SC2086
"$tool/bench_scale" roll "$roll" $packs -- 1 1 >"$d/roll.1"
awk '$1 == "all"' "$d/roll.1" >"$d/roll.all"
say "scale: 20 rules over $roll members, seconds cpu" "$(awk '{print $11}' "$d/roll.all")" "" "wall $(awk '{print $8}' "$d/roll.all") s, made in $(awk '$1 == "made" {print $4}' "$d/roll.1") s, peak $(awk '{print $(NF - 1)}' "$d/roll.all") MiB (<= 12288), load $(load)"
