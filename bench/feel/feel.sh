#!/bin/sh
# feel.sh COUNT - the scalar evaluator beside two engines in JavaScript: one rule, the same contexts, one core, one run.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
count=$1
d=$DATA/feel
mkdir -p "$d"
"$tool/bench_feel_rate" write "$count" "$d/contexts"
rate() { awk '{printf "%d\n", $1 / $5}' "$1"; } # evaluations a second of processor time, one a round
"$tool/bench_feel_rate" run "$d/contexts" "$RUNS" dmn >"$d/dmn"
"$tool/bench_feel_rate" run "$d/contexts" "$RUNS" pack >"$d/pack"
rate "$d/dmn" >"$d/dmn.rate"
rate "$d/pack" >"$d/pack.rate"
say "feel: evaluations a second a core, DMN" "$(median <"$d/dmn.rate" | cut -d. -f1)" ">= 2000000" "$count contexts, $RUNS rounds, least $(sort -g "$d/dmn.rate" | head -1)"
say "feel: evaluations a second a core, pack" "$(median <"$d/pack.rate" | cut -d. -f1)" ">= 2000000" "least $(sort -g "$d/pack.rate" | head -1)"
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "feel: other engines passed over, no node and npm here"
    exit 0
fi
node_modules "$d"
status=0
for engine in feelin @bpmn-io/feelin; do
    head -n 20000 "$d/contexts" >"$d/some" # they take a second for some thousands
    [ "$FULL" = 1 ] && cp "$d/contexts" "$d/some"
    node "$here/engines.mjs" "$d" "$engine" "$d/some" 3 >"$d/theirs"
    rate "$d/theirs" >"$d/theirs.rate"
    say "feel: $engine, a second" "$(median <"$d/theirs.rate" | cut -d. -f1)" "" "$(wc -l <"$d/some") contexts, 3 rounds, best $(sort -g "$d/theirs.rate" | tail -1)"
    target=
    [ "$engine" = feelin ] && target=">= 80"
    say "feel: times as fast as $engine" "$(ratio "$(median <"$d/dmn.rate" | cut -d. -f1)" "$(sort -g "$d/theirs.rate" | tail -1)" | cut -d. -f1)" "$target" "to its best round"
    ours=$("$tool/bench_feel_rate" run "$d/some" 1 dmn | cut -d' ' -f1-3)
    theirs=$(head -1 "$d/theirs" | cut -d' ' -f1-3)
    [ "$ours" = "$theirs" ] || { echo "feel: $engine answers otherwise: $theirs, here $ours"; status=1; }
done
exit $status
