#!/bin/sh
# memory.sh - what the server takes of a county, one use after the other, in one process: at rest, readers of cards, a rush of eight readers of lists in each
# order, filters with their count, the box, and rested again.  A line tells the most of it; the points stand behind.  Usage: memory.sh PEOPLE
# 12600 makes 12,600 cadres and 29,677 members: a county of 30,000.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"
command -v wrk >/dev/null || { echo "memory: wrk is wanted (apt-get install wrk)" >&2; exit 1; }
people=$1
port=${PORT:-8441}
d=$DATA/memory
mkdir -p "$d" "$DATA/areas"
demo_area "$DATA/areas/$people.guiju" "$people"
rm -f "$d"/*
for tail in "" .key .checkpoints .lock; do [ ! -e "$DATA/areas/$people.guiju$tail" ] || cp "$DATA/areas/$people.guiju$tail" "$d/bench.guiju$tail"; done
area=$d/bench.guiju
printf '%s\n' 登录名,姓名,角色,范围,树,对应人员 wide,部长,org-department,,, >"$d/accounts.csv"
password=bench-pass-2026-long
printf '%s\n' "$password" | "$guiju" account load "$area" "$d/accounts.csv" --stdin >/dev/null

server=
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; }
trap finish EXIT INT TERM
"$guiju" serve "$area" --listen "127.0.0.1:$port" --log errors >"$d/serve.log" 2>&1 &
server=$!
client() { python3 "$here/client.py" "$@"; }
client "http://127.0.0.1:$port" wait >/dev/null
name=$(client "http://127.0.0.1:$port/api/v1" get "" /areas | python3 -c 'import json, sys; print(json.load(sys.stdin)["items"][0]["name"])')
A=http://127.0.0.1:$port/api/v1/areas/$name
set -- $(client "$A" sign-in wide "$password")
wide=$1
# MiB, and how much of it is the process's own (the rest is pages of the program and of libraries, which other processes share).
point() { awk -v what="$1" '/^VmRSS/ {r = $2} /^RssAnon/ {a = $2} END {printf "%s %.1f %.1f\n", what, r / 1024, a / 1024}' "/proc/$server/status" >>"$d/points"; }

point start
for register in cadre party_member; do
    client "$A" ids "$wide" $register 2000 >"$d/ids"
    IDS=$d/ids wrk -t1 -c16 -d2 -s "$here/ask.lua" -H "Cookie: $wide" "$A/registers/$register/records/" >/dev/null
    point "cards-of-$register"
done
for order in key pinyin strokes; do
    wrk -t1 -c8 -d1 -H "Cookie: $wide" "$A/registers/party_member/records?limit=50&order=$order" >/dev/null
    point "lists-by-$order"
done
for filter in '党员类别 = "预备党员"' '党员姓名 = "张三"' '党龄 >= 50'; do
    code=$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$filter")
    for _ in 1 2 3 4; do curl -sf -o /dev/null -b "$wide" "$A/registers/party_member/records?limit=50&count=1&filter=$code"; done
done
point filters
for _ in 1 2 3; do curl -sf -o /dev/null -b "$wide" "$A/search?q=zs"; done
point search
sleep 12
point rested
say "http: memory, the most at any point, MiB" "$(awk '$2 > m {m = $2} END {print m}' "$d/points")" "< 64" "$people cadres: $(awk '{printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2}' "$d/points")"
kill "$server"
wait "$server" || true
server=
rm -f "$area"*
