#!/bin/sh
# bench.sh - every bench in order, and a table of ratios.  Usage: bench.sh BUILD
# Small sizes in a few minutes; FULL=1: the sizes that the targets are about (hours, 30 GB).  RUNS: how often each is measured.  BENCH_DIR: where
# data lie (a folder of BUILD).  ONLY="start judge": some of them.  Nothing here is a test: a slow machine fails nothing.
set -eu
BUILD=$(cd "$1" && pwd)
FULL=${FULL:-0}
DATA=${BENCH_DIR:-$BUILD/bench-data}
ONLY=${ONLY:-start feel import verify roster judge scale real}
if [ "$FULL" = 1 ]; then
    RUNS=${RUNS:-3} import=200000 verify=1000000 judge=1000000
else
    RUNS=${RUNS:-5} import=20000 verify=20000 judge=20000
fi
export BUILD FULL DATA RUNS
cd "$(dirname "$0")/.."
mkdir -p "$DATA"
ninja -C "$BUILD" guiju bench-tools >"$BUILD/bench.log" 2>&1 || { tail -40 "$BUILD/bench.log"; exit 1; }

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "$(date -u +%Y-%m-%d)  $(git rev-parse --short HEAD 2>/dev/null || echo '?')  $cpu, $(nproc) processors, $(awk '/MemTotal/ {printf "%d GiB", $2 / 1048576}' /proc/meminfo)"
echo "$(uname -sr), $(. /etc/os-release && echo "$PRETTY_NAME"), $(cc --version | head -1), SQLite $(sqlite3 --version | cut -d' ' -f1), $(openssl version 2>/dev/null | cut -d' ' -f1,2), data on $(df -T "$DATA" | awk 'NR == 2 {print $2}'), load $(cut -d' ' -f1 /proc/loadavg)"
echo
printf '%-46s %10s %10s   %s\n' what median target runs
status=0
for bench in $ONLY; do
    case $bench in
    start) sh bench/start/start.sh ;;
    feel) sh bench/feel/feel.sh 100000 ;;
    import) sh bench/import/import.sh "$import" ;;
    verify) sh bench/verify/verify.sh "$verify" ;;
    roster) sh bench/roster/roster.sh "$judge" ;;
    judge) sh bench/judge/judge.sh "$judge" ;;
    scale) sh bench/scale/scale.sh ;;
    real) sh bench/real/real.sh ;;
    exchange) sh bench/exchange/exchange.sh "$BUILD" ;;
    case) sh bench/case/case.sh "$([ "$FULL" = 1 ] && echo 20000 || echo 800)" ;;
    http) sh bench/http/memory.sh 12600 && sh bench/http/http.sh "$judge" ;;
    memory) sh bench/http/memory.sh 12600 ;;
    *) echo "bench.sh: there is no bench \"$bench\"" >&2; exit 2 ;;
    esac || { echo "$bench: failed or differs"; status=1; }
done
exit $status
