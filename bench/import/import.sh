#!/bin/sh
# import.sh - files of cadres and Party members, and what they refer to, into a new area with journal and all checks, against a bare loop
# that copies the same rows.  The time of `guiju import` is that of the whole command, from reading the file to the folded log; the bare
# loop's is its loop alone.
set -eu
. "$(dirname "$0")/../lib.sh"
people=$1
registers="team_standard org post cadre party_org party_member"
d=$DATA/import
mkdir -p "$d"
if [ ! -f "$d/csv-$people/done" ]; then
    rm -rf "$d/csv-$people"
    mkdir -p "$d/csv-$people"
    "$guiju" demo none --people "$people" --csv "$d/csv-$people" >&2
    touch "$d/csv-$people/done"
fi
one() { # HASH RUNS
    rm -f "$d"/ratio "$d"/ratio_cpu
    i=0
    while [ $i -lt "$2" ]; do
        rm -f "$d"/area.* "$d"/bare.* "$d"/t
        "$guiju" init "$d/area.guiju" --pack packs/cn --name bench --hash "$1" >/dev/null 2>&1
        for r in $registers; do "$tool/bench_run" "$d/t" "$guiju" import "$d/area.guiju" "$r" "$d/csv-$people/$r.csv" >/dev/null; done
        # rows, entries, wall, processor, transactions
        bare=$("$tool/bench_bare_import" "$d/area.guiju" "$d/bare.db")
        rows=${bare%% *}
        ratio "$(echo "$bare" | cut -d' ' -f3)" "$(wall_of "$d/t")" >>"$d/ratio"
        ratio "$(echo "$bare" | cut -d' ' -f4)" "$(cpu_of "$d/t")" >>"$d/ratio_cpu"
        i=$((i + 1))
    done
    target=">= 0.4"; [ "$1" = sha256 ] || target=""
    line "import $1: speed / bare loop, wall" "$d/ratio" "$target"
    line "import $1: speed / bare loop, processor" "$d/ratio_cpu" "$target"
}
one sha256 "$RUNS"
say "import: records in $(echo "$registers" | wc -w) files" "$rows" "" "last run $(ratio "$rows" "$(wall_of "$d/t")" | cut -d. -f1) a second, peak $(($(peak_of "$d/t") / 1024)) MiB"
one sm3 "$(((RUNS + 1) / 2))"
rm -f "$d"/area.* "$d"/bare.*
