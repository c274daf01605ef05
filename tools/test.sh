#!/bin/sh
# Build and run every test program; the last line is "N passed, N failed".  Usage: test.sh BUILD
# Every program prints a line "ok NAME" or "not ok NAME" for each test, or "N passed, N failed" at its end, or is a cmocka program,
# whose own lines are counted.
set -u
build=$1
cd "$(dirname "$0")/.."
ninja -C "$build" >"$build/build.log" 2>&1 || {
    grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Linking|Generating)' "$build/build.log" | tail -60
    echo "0 passed, 1 failed"
    exit 1
}
passed=0
failed=0
while IFS= read -r program; do
    name=$(basename "${program%% *}")
    log=$build/$name.log
    # A program that dies has failed once more than it could say.
    timeout 300 sh -c "$program" >"$log" 2>&1
    status=$?
    ok=$(grep -cE '^(\[       OK \]|ok )' "$log")
    bad=$(grep -E '^(\[  FAILED  \] [a-zA-Z_0-9]+$|not ok )' "$log" | sort -u | wc -l)
    # A runner of case files says it in one line.
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        ok=$((ok + ${line%% passed*}))
        line=${line#*, }
        bad=$((bad + ${line%% failed}))
    fi
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$status" -eq 0 ] && [ "$ok" -eq 0 ] && bad=1
    passed=$((passed + ok))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        printf '%-40s %d passed, %d FAILED\n' "$name" "$ok" "$bad"
        grep -vE '^\[( RUN      |       OK |==========)' "$log" | tail -40
    else
        printf '%-40s %d passed\n' "$name" "$ok"
    fi
done <<LIST
$(python3 tools/test_list.py "$build")
LIST
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
