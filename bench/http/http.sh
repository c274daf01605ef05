#!/bin/sh
# http.sh - the server on loopback, signed in: one record, pages of lists, filters, single durable writes; a narrow scope beside a wide one; how long
# it takes to come up, and its memory.  Baselines: bare_http.c (the same bytes from memory), bare_writes.c (the same rows, as many to a transaction).
# wrk and its like share the processors with what they measure, on both sides.  Usage: http.sh PEOPLE
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
command -v wrk >/dev/null || { echo "http: wrk is wanted (apt-get install wrk)" >&2; exit 1; }
people=$1
port=${PORT:-8431}
d=$DATA/http
seconds=${HTTP_SECONDS:-4}
mkdir -p "$d" "$DATA/areas"
demo_area "$DATA/areas/$people.guiju" "$people"
rm -f "$d"/*
for tail in "" .key .checkpoints .lock; do [ ! -e "$DATA/areas/$people.guiju$tail" ] || cp "$DATA/areas/$people.guiju$tail" "$d/bench.guiju$tail"; done
area=$d/bench.guiju
cat >"$d/accounts.csv" <<CSV
登录名,姓名,角色,范围,树,对应人员
wide,部长,org-department,,,
writer,经办,education-office,,,
narrow,镇组织委员,township-committee,party_org/P003,,
narrow,,township-committee,org/D049,parent,
CSV
password=bench-pass-2026-long
printf '%s\n' "$password" | "$guiju" account load "$area" "$d/accounts.csv" --stdin >/dev/null

server=
bare=
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; [ -z "$bare" ] || kill "$bare" 2>/dev/null || true; }
trap finish EXIT INT TERM
serve() {
    "$guiju" serve "$area" --listen "127.0.0.1:$port" --log errors >"$d/serve.log" 2>&1 &
    server=$!
}
stop() { kill "$server"; wait "$server" || true; server=; }
client() { python3 "$here/client.py" "$@"; }
rate_of() { awk '/^Requests\/sec:/ {print $2}'; }
resident_kib() { awk '/^VmRSS/ {print $2}' "/proc/$server/status"; }
metric() { client "http://127.0.0.1:$port" get "" /metrics | sed -n "s/^guiju_$1{.*} //p"; }

# ---- coming up ----
i=0
while [ $i -lt "$RUNS" ]; do
    serve
    client "http://127.0.0.1:$port" wait >>"$d/up"
    stop
    i=$((i + 1))
done
line "http: from the start to the first answer, ms" "$d/up" "< 150"

serve
client "http://127.0.0.1:$port" wait >/dev/null
name=$(client "http://127.0.0.1:$port/api/v1" get "" /areas | python3 -c 'import json, sys; print(json.load(sys.stdin)["items"][0]["name"])')
A=http://127.0.0.1:$port/api/v1/areas/$name
set -- $(client "$A" sign-in wide "$password")
wide=$1
set -- $(client "$A" sign-in narrow "$password")
narrow=$1
set -- $(client "$A" sign-in writer "$password")
writer=$1 csrf=$2

# ---- one record: a cadre with all derived fields, and a party member; ids all over the register ----
for register in cadre party_member; do
    client "$A" ids "$wide" $register 2000 >"$d/ids.$register"
    client "$A" raw "$wide" "/registers/$register/records/$(sed -n 7p "$d/ids.$register")" "$d/answer"
    # shellcheck disable=SC2094
    mkfifo "$d/hold.$register"
    "$tool/bench_bare_http" $((port + 1)) "$d/answer" <"$d/hold.$register" &
    bare=$!
    exec 9>"$d/hold.$register"
    client "http://127.0.0.1:$((port + 1))" wait >/dev/null
    i=0
    while [ $i -lt "$RUNS" ]; do
        least=$(wrk -t1 -c16 -d"$seconds" "http://127.0.0.1:$((port + 1))/" | rate_of)
        ours=$(IDS=$d/ids.$register wrk -t1 -c16 -d"$seconds" -s "$here/ask.lua" -H "Cookie: $wide" "$A/registers/$register/records/" | rate_of)
        ratio "$ours" "$least" >>"$d/get.$register"
        echo "$ours" >>"$d/rate.$register"
        i=$((i + 1))
    done
    exec 9>&-
    wait "$bare" || true
    bare=
    line "http: GET of a record ($register) / the same bytes bare" "$d/get.$register" ">= 0.3"
    say "http: GET of a record ($register), a second" "$(median <"$d/rate.$register")" "" "$(wc -c <"$d/answer") bytes each"
done
# The same persons, by one who has the whole area and by one whose scope is a township.
client "$A" ids "$narrow" party_member 200 >"$d/ids.narrow"
i=0
while [ $i -lt "$RUNS" ]; do
    w=$(IDS=$d/ids.narrow wrk -t1 -c16 -d"$seconds" -s "$here/ask.lua" -H "Cookie: $wide" "$A/registers/party_member/records/" | rate_of)
    n=$(IDS=$d/ids.narrow wrk -t1 -c16 -d"$seconds" -s "$here/ask.lua" -H "Cookie: $narrow" "$A/registers/party_member/records/" | rate_of)
    ratio "$w" "$n" >>"$d/narrow.get"
    w=$(wrk -t1 -c16 -d"$seconds" -H "Cookie: $wide" "$A/registers/party_member/records?limit=50&order=key" | rate_of)
    n=$(wrk -t1 -c16 -d"$seconds" -H "Cookie: $narrow" "$A/registers/party_member/records?limit=50&order=key" | rate_of)
    ratio "$w" "$n" >>"$d/narrow.list"
    i=$((i + 1))
done
line "http: GET, time of a narrow scope / of the whole area" "$d/narrow.get" "<= 1.3"
line "http: page of 50, time of a narrow scope / whole area" "$d/narrow.list" "<= 1.3"

# ---- pages of a declared order at a steady rate; filters one by one ----
path=/api/v1/areas/$name/registers/party_member/records
for order in key pinyin strokes; do
    client "$A" get "$wide" "/registers/party_member/records?limit=50&order=$order" >/dev/null
    set -- $("$tool/bench_pace" "$port" 200 "$seconds" "$wide" "$path?limit=50&order=$order")
    say "http: page of 50 by $order, 200 a second, p99 ms" "$4" "< 5" "median $3, longest $5, $1 requests"
done
for filter in '党员类别 = "预备党员"' '党员姓名 = "张三"' 'starts with(党员姓名, "王") and 入党日期 < date("2000-01-01")' '党龄 >= 50'; do
    code=$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$filter")
    out=$(curl -s -o /dev/null -w '%{http_code} %{time_total}' -b "$wide" "$A/registers/party_member/records?limit=50&count=1&filter=$code")
    [ "${out%% *}" = 200 ] || { echo "http: filter $filter: ${out%% *}" >&2; continue; }
    i=0
    : >"$d/filter"
    while [ $i -lt "$RUNS" ]; do
        curl -s -o /dev/null -w '%{time_total}\n' -b "$wide" "$A/registers/party_member/records?limit=50&count=1&filter=$code" | awk '{print $1 * 1000}' >>"$d/filter"
        i=$((i + 1))
    done
    line "http: filter $filter, counted, ms" "$d/filter" "< 50"
done
say "http: resident memory after all this, MiB" "$(awk -v k="$(resident_kib)" 'BEGIN {printf "%.1f", k / 1024}')" "< 64" "$people cadres"

# ---- single writes, durable, from 16 connections ----
first=$(($(metric journal_entries) + 1))
commands=$(metric commands_total)
commits=$(metric commits_total)
writes=$(BEGUN=$first IDS=$d/ids.cadre CSRF=$csrf wrk -t1 -c16 -d"$seconds" -s "$here/write.lua" -H "Cookie: $writer" "$A/registers/training/records" | rate_of)
each=$(ratio $(($(metric commands_total) - commands)) $(($(metric commits_total) - commits)))
stop
least=$("$tool/bench_bare_writes" "$area" "$d/bare.guiju" "$first" "$each")
bare_rate=$(echo "$least" | awk '{print $1 / $3}')
say "http: durable single writes / bare loop of the same" "$(ratio "$writes" "$bare_rate")" ">= 0.4" "$writes and $bare_rate a second, $each to a transaction"
rm -f "$d"/bare.guiju* "$area"*
