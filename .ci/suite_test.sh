#!/bin/sh
# SPDX-License-Identifier: MIT
# All other results rely on the counter: tests each way in which it could lie.
set -u
failures=0
expect() { # the last line wanted, then the steps
    wanted=$1; shift
    got=$(lua5.4 .ci/suite.lua "$@" | tail -n 1)
    [ "$got" = "$wanted" ] || { echo "wanted '$wanted', got '$got' from: $*"; failures=1; }
}
expect "2 passed, 0 failed" "tap t: printf '1..2\nok 1 - a\nok 2 - b\n'"
expect "1 passed, 1 failed, 1 skipped" "tap t: printf 'ok 1 - a\nnot ok 2 - b\nok 3 - # SKIP c\n1..3\n'; exit 1"
expect "1 passed, 1 failed" "tap t: printf '1..3\nok 1 - a\n'; kill -SEGV \$\$"
expect "1 passed, 1 failed" "tap t: printf 'ok 1 - a\n1..1\n'; exit 3"
expect "2 passed, 1 failed" "tap t: printf 'ok 1 - a\nok 2 - b\n'"
expect "0 passed, 1 failed" "tap t: true"
expect "0 passed, 1 failed" "tap t: exit 0"
expect "0 passed, 1 failed" "tap t: printf '1..0\n'"
expect "1 passed, 1 failed" "item good: true" "item bad: echo words; false"
expect "0 passed, 1 failed" "item bad: exit 9"
expect "2 passed, 0 failed" "beside t: sleep 0.1; printf '1..1\nok 1 - a\n'" "item good: true"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
until_made() { echo "i=0; until [ -e $made/$1 ] || [ \$i = 50 ]; do sleep 0.1; i=\$((i + 1)); done; [ -e $made/$1 ]"; }
one="printf '1..1\nok 1 - a\n'"
# It runs at the same time as what follows; what has not begun at its end runs beside what has.
expect "2 passed, 0 failed" "beside t: $(until_made a) && $one" "item good: touch $made/a"
expect "2 passed, 0 failed" "beside t: $(until_made b) && $one" "beside u: touch $made/b; $one"
# But one at a time otherwise, in order.
expect "3 passed, 0 failed" "beside t: sleep 0.3; touch $made/c; $one" "beside u: [ -e $made/c ] && $one" \
    "item good: sleep 2"
expect "2 passed, 0 failed" "beside t: sleep 0.3; touch $made/d; $one" "alone tap u: [ -e $made/d ] && $one"
expect "1 passed, 1 failed" "alone item u: [ -e $made/e ]" "beside t: touch $made/f; $one"
# Ctrl-C, also where SIGINT is ignored from the start, as in a background job of a shell.
env --default-signal=INT setsid -w lua5.4 .ci/suite.lua "beside t: echo \$\$ >$made/g; exec sleep 60" \
    "item good: until [ -s $made/g ]; do sleep 0.1; done; kill -INT 0; sleep 60" >/dev/null 2>&1
i=0
while kill -0 "$(cat "$made/g")" 2>/dev/null && [ $i != 50 ]; do sleep 0.1; i=$((i + 1)); done
[ $i != 50 ] || { echo "Ctrl-C leaves a program behind"; failures=1; kill -- "-$(cat "$made/g")"; }
expect "2 passed, 1 failed" "beside t: $one; exit 3" "item good: sleep 0.5"
expect "0 passed, 2 failed" "beside t: true" "beside u: exit 3"
expect "1 passed, 2 failed" "beside t: printf '1..2\nok 1 - a\n'; exit 3" "item bad: false"
expect "0 passed, 1 failed"
says() { # a line wanted, then the steps
    wanted=$1; shift
    lua5.4 .ci/suite.lua "$@" | sed 's/^[0-9]* s$/N s/' | grep -qxF "$wanted" || { echo "no line '$wanted' from: $*"; failures=1; }
}
says "2 skipped in t: c" "tap t: printf 'ok 1 - # SKIP c\nok 2 # SKIP c\n1..2\n'"
says "1 skipped in spec/a_spec.lua: c" \
    "tap t: printf '# spec/a_spec.lua @ 1: a\nok 1 - # SKIP c\n1..1\n'"
says "N s" "item good: true"
says "failed: t: b c" "tap t: printf 'ok 1 - a\nnot ok 2 - b c\n1..2\n'; exit 1"
says "failed: bad" "item bad: false"
says "failed: t: b" "beside t: printf 'not ok 1 - b\n1..1\n'; exit 1" "item good: sleep 0.2"
lua5.4 .ci/suite.lua "item bad: false" >/dev/null && { echo "a failure exits 0"; failures=1; }
lua5.4 .ci/suite.lua "item good: true" >/dev/null || { echo "a success exits 1"; failures=1; }
exit $failures
