#!/bin/sh
# judge.sh - all rules of packs/cn over a county of invented people, against judge.sql in the sqlite3 shell.  Both are new processes that read
# the same file from a warm cache and write rule and record of every finding; the two lists must be the same.
set -eu
. "$(dirname "$0")/../lib.sh"
people=$1
d=$DATA/judge
sql=$(dirname "$0")/judge.sql
mkdir -p "$d" "$DATA/areas"
area=$DATA/areas/$people.guiju
demo_area "$area" "$people"
today=$(cat examples/changgeng/today)
day=$(($(date -u -d "$today" +%s) / 86400))
rm -f "$d"/ratio "$d"/ratio_cpu "$d"/peak "$d"/seconds
cat "$area" >/dev/null
i=0
while [ $i -lt "$RUNS" ]; do
    rm -f "$d"/g "$d"/s
    "$tool/bench_run" "$d/g" "$guiju" judge "$area" --today "$today" --ids >"$d/guiju.out"
    "$tool/bench_run" "$d/s" sqlite3 -readonly "$area" -cmd 'PRAGMA temp_store=MEMORY' -cmd '.parameter init' -cmd ".parameter set :today $day" <"$sql" >"$d/sql.out"
    ratio "$(wall_of "$d/g")" "$(wall_of "$d/s")" >>"$d/ratio"
    ratio "$(cpu_of "$d/g")" "$(cpu_of "$d/s")" >>"$d/ratio_cpu"
    peak_of "$d/g" >>"$d/peak"
    wall_of "$d/g" >>"$d/seconds"
    i=$((i + 1))
done
LC_ALL=C sort "$d/guiju.out" >"$d/guiju.sorted"
LC_ALL=C sort "$d/sql.out" >"$d/sql.sorted"
if cmp -s "$d/guiju.sorted" "$d/sql.sorted"; then
    same="the same in both"
else
    same="DIFFERENT: compare $d/guiju.sorted and sql.sorted"
fi
line "judge: time / sqlite3 shell, wall" "$d/ratio" "<= 5"
line "judge: time / sqlite3 shell, processor" "$d/ratio_cpu" "<= 5"
say "judge: findings" "$(wc -l <"$d/guiju.sorted")" "the same" "$same"
peak=$(sort -g "$d/peak" | tail -1)
records=$(entries_of "$area")
say "judge: peak memory, bytes a record" "$((peak * 1024 / records))" "< 1024" "$((peak / 1024)) MiB, $records records, $people cadres ($((peak * 1024 / people)) bytes a cadre)"
say "judge: seconds (median)" "$(median <"$d/seconds")" "" "$(cut -f1 "$d/guiju.sorted" | uniq | wc -l) rules with findings"
case $same in DIFF*) exit 1 ;; esac
