# lib.sh - what the benches share; sourced with BUILD, DATA (a folder that may be emptied), RUNS and FULL set.
guiju=$BUILD/guiju
tool=$BUILD/bench
fmt='%-46s %10s %10s   %s\n'

# Middle of the numbers on standard input, one a line.
median() { sort -g | awk '{v[NR] = $1} END {if (NR == 0) print "-"; else if (NR % 2) printf "%.3f\n", v[(NR + 1) / 2]; else printf "%.3f\n", (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0) printf "%.4f\n", a / b; else print 0}'; }
# Of a file that run.c wrote: wall, processor (user and system) in seconds, peak memory in KiB; summed over its lines.
wall_of() { awk '{s += $1} END {printf "%.6f\n", s / 1e6}' "$1"; }
cpu_of() { awk '{s += $2 + $3} END {printf "%.6f\n", s / 1e6}' "$1"; }
peak_of() { awk '{if ($4 > m) m = $4} END {print m}' "$1"; }
spread() { sort -g "$1" | awk '{v[NR] = $1} END {printf "%.2f-%.2f of %d", v[1], v[NR], NR}'; }

# A line of the table: what, median of FILE, target, and the spread of the runs.
line() {
    # shellcheck disable=SC2059
    printf "$fmt" "$1" "$(median <"$2")" "$3" "$(spread "$2") runs"
}
say() {
    # shellcheck disable=SC2059
    printf "$fmt" "$1" "$2" "$3" "$4"
}

# An area full of invented people: demo_area FILE PEOPLE.  Kept from an earlier run where it is there.
demo_area() {
    [ -f "$1" ] && return 0
    rm -f "$1" "$1"-wal "$1"-shm "$1".*
    "$guiju" demo "$1.part" --people "$2" >&2
    for tail in "" .key .checkpoints .lock; do [ ! -e "$1.part$tail" ] || mv "$1.part$tail" "$1$tail"; done
    rm -f "$1".part*
}
# The packages of package-lock.json in FOLDER, from one installation that all benches share.
node_modules() {
    modules=$DATA/node
    if ! cmp -s "$(dirname "$0")/../package-lock.json" "$modules/installed"; then
        mkdir -p "$modules"
        cp "$(dirname "$0")/../package.json" "$(dirname "$0")/../package-lock.json" "$modules"
        (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
        cp "$modules/package-lock.json" "$modules/installed"
    fi
    rm -rf "$1/node_modules"
    ln -s "$modules/node_modules" "$1/node_modules"
}
entries_of() { sqlite3 -readonly "$1" 'SELECT max(seq) FROM journal_entry'; }
