#!/bin/sh
# Run every fuzz door for SECONDS_A_DOOR (600) from its corpus; a find stops it and stays as a file.  Usage: fuzz.sh BUILD
set -eu
build=$1
cd "$(dirname "$0")/.."
for p in clang libclang-rt-14-dev; do
    dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || need="${need:-} $p"
done
if [ -n "${need:-}" ]; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $need >/dev/null
fi
CC=clang CFLAGS="-fsanitize=fuzzer-no-link" sh tools/setup.sh "$build" -Dfuzz=true -Dwerror=false -Db_sanitize=address,undefined -Db_lundef=false
ninja -C "$build"
for door in "$build"/fuzz/*_fuzz; do
    name=$(basename "$door" _fuzz)
    mkdir -p "$build/corpus/$name"
    echo "== $name"
    "$door" -max_total_time="${SECONDS_A_DOOR:-600}" -max_len=65536 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$build/find-$name-" "$build/corpus/$name" "fuzz/corpus/$name" 2>&1 | tail -4
done
