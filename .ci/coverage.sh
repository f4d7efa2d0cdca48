#!/bin/sh
# SPDX-License-Identifier: MIT
# Requires full line and branch coverage of the files whose mistakes would send mail twice: the
# units run on instrumented objects, and gcov's count must be complete. Names what is missing.
set -u
cd "$(dirname "$0")/.." || exit 1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

measure() { # source, then the units that must cover it
    name=$1; shift
    others=$(ls csrc/retry/limits.c csrc/retry/words.c csrc/retry/budget.c csrc/retry/kind.c \
        csrc/retry/delay.c csrc/retry/retry.c | grep -v "/$name.c")
    gcc -std=c11 -O0 -g --coverage -Icsrc -c -o "$dir/$name.o" "csrc/retry/$name.c" || return 1
    for unit in "$@"; do
        gcc -std=c11 -O1 -Icsrc -Ispec/c/support -o "$dir/$unit" "spec/c/retry/$unit.c" "$dir/$name.o" \
            $others -lgcov -lcmocka -lcrypto || return 1
        "$dir/$unit" >"$dir/log" 2>&1 || { cat "$dir/log"; return 1; }
    done
    gcov -b -c -t "$dir/$name.o" >"$dir/$name.gcov" || return 1
    awk -v file="csrc/retry/$name.c" '
        /^ *([0-9]+\*?|#####|=====):/ {
            split($0, part, ":"); line = part[2] + 0
            text = $0; sub(/^[^:]*:[^:]*:/, "", text)
            if ($1 ~ /^[#=]/) { print file ":" line ": never run:" text; missing++ } else lines++
        }
        /^branch +[0-9]+ (taken|never)/ {
            if ($3 == "never" || $4 == 0) {
                print file ":" line ": branch " $2 " never taken:" text; missing++
            } else branches++
        }
        END {
            printf "%s: %d lines, %d branches taken, %d missing\n", file, lines, branches, missing
            exit missing > 0 || lines == 0 || branches == 0
        }' "$dir/$name.gcov"
}

export SEQUENCES=20000
status=0
measure retry retry_table_test retry_conflict_test retry_guard_test retry_wait_test retry_end_test retry_random_test || status=1
measure kind retry_table_test || status=1
measure delay retry_wait_test retry_random_test || status=1
measure budget budget_test || status=1
measure retry_after retry_after_test || status=1
measure key key_test || status=1
exit $status
