# case.sh - cases of ten steps: case.sh CASES.  Needs lib.sh's variables.
. "$(dirname "$0")/../lib.sh"
cases=$1
core=$(dirname "$0")/../../packs/core
of() { awk -v k="$2" '$1 == k {print $2}' "$1"; }
rm -f "$DATA"/case.area* "$DATA"/case.bare*
: >"$DATA/case.ratio"; : >"$DATA/case.peer"; : >"$DATA/case.speed"; : >"$DATA/case.cpu"
node_modules
for run in $(seq "$RUNS"); do
    rm -f "$DATA"/case.area* "$DATA"/case.bare*
    "$tool/bench_cases" cases "$DATA/case.area" "$core" 8 "$cases" >"$DATA/case.out"
    "$tool/bench_bare_case" "$DATA/case.area" "$DATA/case.bare" >"$DATA/case.bare.out"
    node "$(dirname "$0")/peer.mjs" 100 "$modules/node_modules" >"$DATA/case.peer.out"
    of "$DATA/case.out" cases_a_second >>"$DATA/case.speed"
    ratio "$(of "$DATA/case.bare.out" seconds)" "$(of "$DATA/case.out" seconds)" >>"$DATA/case.ratio"
    ratio "$(of "$DATA/case.bare.out" cpu_seconds)" "$(of "$DATA/case.out" cpu_seconds)" >>"$DATA/case.cpu"
    ratio "$(of "$DATA/case.out" cases_a_second)" "$(of "$DATA/case.peer.out" cases_a_second)" >>"$DATA/case.peer"
done
line "case: cases of 10 steps a second, 8 clients" "$DATA/case.speed" ""
line "case: speed / bare loop, 8 commands a transaction" "$DATA/case.ratio" ">= 0.35"
line "case: the same by processor time" "$DATA/case.cpu" ""
line "case: speed / bpmn-engine (in memory)" "$DATA/case.peer" ""
if [ "$FULL" = 1 ]; then large=1000000 open=20000; else large=5000 open=500; fi
rm -f "$DATA"/case.area* "$DATA"/case.small*
# An area that was filled before is taken again: a million cases take half an hour to go through the door.
[ -e "$DATA/case.$large" ] || { "$tool/bench_cases" fill "$DATA/case.filling" "$core" "$large" "$open" && for f in "$DATA"/case.filling*; do mv "$f" "$DATA/case.$large${f#"$DATA"/case.filling}"; done; }
"$tool/bench_cases" fill "$DATA/case.small" "$core" 1000 0
"$tool/bench_cases" sample "$DATA/case.small" small 300 >"$DATA/case.scale"
"$tool/bench_cases" sample "$DATA/case.$large" large 300 >>"$DATA/case.scale"
for what in open act why; do
    say "case: $what, $large cases against 1000" "$(ratio "$(of "$DATA/case.scale" "large_${what}_us")" "$(of "$DATA/case.scale" "small_${what}_us")")" "<= 1.5" "$(of "$DATA/case.scale" "large_${what}_us") us"
    [ "$what" = why ] || say "case: $what, bytes written" "$(ratio "$(of "$DATA/case.scale" "large_${what}_bytes")" "$(of "$DATA/case.scale" "small_${what}_bytes")")" "" "$(of "$DATA/case.scale" "large_${what}_bytes") bytes"
    say "case: $what, the same by processor time" "$(ratio "$(of "$DATA/case.scale" "large_${what}_cpu_us")" "$(of "$DATA/case.scale" "small_${what}_cpu_us")")" "" "$(of "$DATA/case.scale" "large_${what}_cpu_us") us"
done
