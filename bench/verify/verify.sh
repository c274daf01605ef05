#!/bin/sh
# verify.sh - checking the journal, alone and with the replay against the registers, against a bare scan with three small hashes an entry.
set -eu
. "$(dirname "$0")/../lib.sh"
people=$1
d=$DATA/verify
mkdir -p "$d" "$DATA/areas"
area=$DATA/areas/$people.guiju
demo_area "$area" "$people"
rm -f "$d"/hash "$d"/hash_cpu "$d"/whole "$d"/whole_cpu "$d"/all_cpu "$d"/peak
i=0
while [ $i -lt "$RUNS" ]; do
    # entries, wall, processor, peak, hashes an entry
    bare=$("$tool/bench_bare_scan" "$area")
    all=$("$tool/bench_bare_scan" "$area" all)
    part=$("$tool/bench_hash_part" "$area")
    rm -f "$d/t"
    "$tool/bench_run" "$d/t" "$guiju" verify "$area" >/dev/null
    ratio "$(echo "$bare" | cut -d' ' -f2)" "$(echo "$part" | cut -d' ' -f2)" >>"$d/hash"
    ratio "$(echo "$bare" | cut -d' ' -f3)" "$(echo "$part" | cut -d' ' -f3)" >>"$d/hash_cpu"
    ratio "$(echo "$all" | cut -d' ' -f3)" "$(echo "$part" | cut -d' ' -f3)" >>"$d/all_cpu"
    ratio "$(echo "$bare" | cut -d' ' -f2)" "$(wall_of "$d/t")" >>"$d/whole"
    ratio "$(echo "$bare" | cut -d' ' -f3)" "$(cpu_of "$d/t")" >>"$d/whole_cpu"
    peak_of "$d/t" >>"$d/peak"
    i=$((i + 1))
done
line "verify, hashes: speed / bare scan, wall" "$d/hash" ">= 0.7"
line "verify, hashes: speed / bare scan, processor" "$d/hash_cpu" ">= 0.7"
line "  the same / a scan with as many hashes" "$d/all_cpu" ""
line "verify, whole: speed / bare scan, wall" "$d/whole" ">= 0.2"
line "verify, whole: speed / bare scan, processor" "$d/whole_cpu" ">= 0.2"
say "verify: peak memory, MiB" "$(($(sort -g "$d/peak" | tail -1) / 1024))" "< 512" "$(entries_of "$area") entries"
