#!/bin/sh
# roster.sh - loading the columns that all rules of packs/cn need, against a bare loop of SELECTs over the same columns of the same tables.
set -eu
. "$(dirname "$0")/../lib.sh"
people=$1
d=$DATA/roster
mkdir -p "$d" "$DATA/areas"
area=$DATA/areas/$people.guiju
demo_area "$area" "$people"
rm -f "$d"/load "$d"/load_cpu "$d"/seconds
cat "$area" >/dev/null
load=$("$tool/bench_roster_load" "$area" "$d/list") # which columns; and both are warm
i=0
while [ $i -lt "$RUNS" ]; do
    # records, columns, wall, processor, peak
    bare=$("$tool/bench_bare_select" "$area" "$d/list")
    # records, cells, wall, processor, KiB of the roster, peak
    load=$("$tool/bench_roster_load" "$area")
    ratio "$(echo "$bare" | cut -d' ' -f3)" "$(echo "$load" | cut -d' ' -f3)" >>"$d/load"
    ratio "$(echo "$bare" | cut -d' ' -f4)" "$(echo "$load" | cut -d' ' -f4)" >>"$d/load_cpu"
    echo "$load" | cut -d' ' -f3 >>"$d/seconds"
    i=$((i + 1))
done
[ "$(echo "$bare" | cut -d' ' -f1)" = "$(echo "$load" | cut -d' ' -f1)" ] || { echo "roster: the two read different records: $bare / $load"; exit 1; }
line "roster: loading speed / bare SELECT, wall" "$d/load" ">= 0.5"
line "roster: loading speed / bare SELECT, processor" "$d/load_cpu" ">= 0.5"
records=$(echo "$load" | cut -d' ' -f1)
kib=$(echo "$load" | cut -d' ' -f5)
say "roster: memory, bytes a record" "$((kib * 1024 / records))" "" "$((kib / 1024)) MiB, $records records, $(echo "$load" | cut -d' ' -f2) cells"
say "roster: seconds (median)" "$(median <"$d/seconds")" "" "$people cadres"
for tail in "" .key .checkpoints .lock; do [ ! -e "$area$tail" ] || cp "$area$tail" "$d/follow.guiju$tail"; done
# records, seconds of loading, milliseconds: an update (median, most), a new record, a closing
follow=$("$tool/bench_roster_follow" "$d/follow.guiju" 30)
rm -f "$d"/follow.guiju*
ms=$(echo "$follow" | cut -d' ' -f3)
say "roster: loading / following one change" "$(ratio "$(echo "$follow" | cut -d' ' -f2)" "$(awk -v m="$ms" 'BEGIN {print m / 1e3}')" | cut -d. -f1)" "" "$ms ms an update, $(echo "$follow" | cut -d' ' -f5) a new record, $(echo "$follow" | cut -d' ' -f6) a closing"
