#!/bin/sh
# SPDX-License-Identifier: MIT
# Requires full line and branch coverage of the files whose mistakes would send mail twice: the
# units run on instrumented objects, and gcov's count must be complete. Names what is missing.
set -u
cd "$(dirname "$0")/.." || exit 1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

retry="limits words budget kind retry"
outbox="age hold claim settle put"

measure() { # folder, source, then the units of that folder that must cover it
    folder=$1; name=$2; shift 2
    case $folder in retry) all=$retry ;; *) all=$outbox ;; esac
    others=$(printf "csrc/$folder/%s.c\n" $all | grep -v "/$name.c")
    gcc -std=c11 -O0 -g --coverage -Icsrc -c -o "$dir/$name.o" "csrc/$folder/$name.c" || return 1
    for unit in "$@"; do
        gcc -std=c11 -O1 -Icsrc -Ispec/c/support -o "$dir/$unit" "spec/c/$folder/$unit.c" \
            "$dir/$name.o" $others -lgcov -lcmocka -lcrypto || return 1
        "$dir/$unit" >"$dir/log" 2>&1 || { cat "$dir/log"; return 1; }
    done
    gcov -b -c -t "$dir/$name.o" >"$dir/$name.gcov" || return 1
    awk -v file="csrc/$folder/$name.c" '
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
measure retry retry retry_table_test retry_wait_test retry_end_test retry_random_test || status=1
measure retry kind retry_table_test || status=1
measure retry budget budget_test || status=1
measure retry retry_after retry_after_test || status=1
measure retry key key_test || status=1
for name in $outbox; do
    measure outbox "$name" claim_test settle_test look_test put_test || status=1
done
exit $status
