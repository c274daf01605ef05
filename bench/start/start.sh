#!/bin/sh
# start.sh - how long the command takes to come up: `guiju feel 1+1` beside /bin/true, by turns.
set -eu
. "$(dirname "$0")/../lib.sh"
mkdir -p "$DATA/start"
cd "$DATA/start"
rm -f guiju true.tsv wall_g wall_t ratio
i=0
while [ $i -lt 60 ]; do
    "$tool/bench_run" guiju "$guiju" feel '1+1' >answer
    "$tool/bench_run" true.tsv /bin/true
    i=$((i + 1))
done
[ "$(cat answer)" = 2 ] || { echo "guiju feel '1+1' is not 2" >&2; exit 1; }
awk '{print $1 / 1000}' guiju >wall_g
awk '{print $1 / 1000}' true.tsv >wall_t
line "guiju feel '1+1', ms" wall_g "< 20"
line "/bin/true, ms" wall_t ""
say "guiju feel '1+1', peak memory, MiB" "$(awk -v k="$(peak_of guiju)" 'BEGIN {printf "%.1f", k / 1024}')" "< 20" "/bin/true: $(awk -v k="$(peak_of true.tsv)" 'BEGIN {printf "%.1f", k / 1024}')"
