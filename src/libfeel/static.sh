#!/bin/sh
# static.sh - archives joined into one object whose hidden symbols are local.  Usage: static.sh OUT WORKDIR CC... -- API.a OTHER.a...
set -eu
out=$1 work=$2
shift 2
cc=
while [ "$1" != -- ]; do cc="$cc $1" && shift; done
shift
api=$1
shift
mkdir -p "$work"
rm -f "$out"
# Of the others only what is called comes along.
$cc -r -nostdlib -no-pie -o "$work/feel.o" -Wl,--whole-archive "$api" -Wl,--no-whole-archive -Wl,--start-group "$@" -Wl,--end-group
objcopy --localize-hidden "$work/feel.o"
ar rcs "$out" "$work/feel.o"
