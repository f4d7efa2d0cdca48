#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check`: every gate is a counted step of suite.lua; each variant builds in its own folder.
# ASan runs everything of ours. valgrind, which is ten times slower, runs the specs of the client but
# those tagged #timing (they measure time) and #long, and the units but those that run whole tables,
# and one whose children leave their parent's database open, as SQLite wants it. On the newer libcurl
# run the specs of what libcurl does: not those of the encoder, the tasks, the outbox, the guides.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL # each make below is one of its own
# CI may run as a different user from the checkout's owner.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'

jobs=$(getconf _NPROCESSORS_ONLN)
value() { make -s "print-$1" BUILD="${2:-build}"; }
build="make -s -j$jobs --no-print-directory"
git rev-parse HEAD >/dev/null || exit 1
c_files=$(git ls-files '*.c' '*.h' | tr '\n' ' ')
units=$(value UNITS | sed 's/\.c//g')
misspelt=.ci/misspelt.txt
lua_busted="lua5.4 $(command -v busted) --ignore-lua -o TAP"

asan="$build BUILD=build/asan CC=gcc CFLAGS='-O1 -g' SAN=address,undefined all units"
# Reports go to files, because a report by a child process of a spec must count as well.
reports=$PWD/build/asan/reports
# GLib's own pools would hide leaks. The leak checker's guess at what glibc keeps for the
# thread-local data of loaded modules is wrong at times, and then it crashes; nothing here needs it.
asan_env="$(value RUN build/asan) G_SLICE=always-malloc AGENTMAIL_MUTATIONS=10000 AGENTMAIL_SCHEDULES=500 AGENTMAIL_TABLE=11 ASAN_OPTIONS=detect_stack_use_after_return=1:intercept_tls_get_addr=0:log_path=$reports/asan \
LSAN_OPTIONS=suppressions=$PWD/.ci/lsan.supp:print_suppressions=0 UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/ubsan"
rm -rf "$reports"
mkdir -p "$reports"
# On some kernels, memory randomization prevents this sanitizer from running; setarch turns it off.
tsan=$(setarch -R true 2>/dev/null && echo "setarch -R")
preload="LD_PRELOAD=$(gcc -print-file-name=libasan.so)"
memcheck="$(value RUN build/gcc) G_SLICE=always-malloc AGENTMAIL_MUTATIONS=100 AGENTMAIL_SCHEDULES=100 timeout 2400 valgrind -q --error-exitcode=99 --leak-check=full \
--show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=.ci/valgrind.supp"

# The specs of the client and of what it sends, in parts of about equal length.
waits="spec/client/task spec/client/loop spec/client/outbox"
others=
for folder in spec/client/*/; do
    case " $waits " in *" ${folder%/} "*) ;; *) others="$others ${folder%/}" ;; esac
done
in_parts() { # what, then the command
    echo "beside $1 specs of the client: $2 $(echo spec/client/*_spec.lua) spec/wire"
    echo "beside $1 specs of tasks and outbox: $2 $waits"
    echo "beside $1 specs of calls and objects: $2$others"
}

{
    echo "item gcc -Werror: $build BUILD=build/gcc CC=gcc WERROR=1 all units $(value BENCHES build/gcc)"
    echo "beside a thousand sends in each scenario: AGENTMAIL_SCENARIO_SENDS=1000 $(value RUN build/gcc) \
$lua_busted spec/crash/scenarios_spec.lua"
    in_parts valgrind "$memcheck $lua_busted --exclude-tags=timing,long"
    echo "item ASan and UBSan build: $asan"
    # Hosts of others are not built for a preloaded sanitizer: neomutt stalls under it. Browser and
    # Node.js run without it, and the sandbox behind them runs with it in all the other specs.
    specs="$asan_env $preload timeout 1800 $lua_busted --exclude-tags=hosts --exclude-pattern=viewer"
    echo "beside ASan specs of sandbox and guides: $specs spec/sandbox spec/docs"
    in_parts ASan "$specs"
    echo "item clang -Werror: $build BUILD=build/clang CC=clang WERROR=1 all units $(value BENCHES build/clang)"
    echo "item a host in C++: clang++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Icsrc \
spec/c/engine/host.cpp -o build/clang/host build/clang/libagentmail.a -lcurl -lcrypto -lpthread -ldl && \
build/clang/host"
    echo "item clang-format: clang-format --dry-run -Werror $c_files"
    echo "item luacheck: luacheck -q . .busted"
    echo "item C functions have at most 60 lines: $build BUILD=build/gcc build/gcc/bench/payload.h && \
clang-tidy --quiet \$(git ls-files '*.c') -- -std=c11 -Icsrc -Ispec/c/support -Ibuild/gcc/bench $(value LUA_CFLAGS) $(value GMIME_CFLAGS)"
    # Specs misspell words on purpose; quotes.lua contains words of many languages.
    echo "item spelling: codespell -H -L statics,dne,objet,afterall \$(git ls-files ':!spec' ':!$misspelt') && \
codespell -H -L statics -I $misspelt \$(git ls-files spec ':!spec/package-lock.json')"
    echo "item the counter of tests counts: sh .ci/suite_test.sh"
    echo "tap layers: lua5.4 .ci/layers.lua build/gcc"
    echo "tap import cycles: lua5.4 .ci/import_cycles.lua"
    echo "tap house: lua5.4 .ci/house.lua"
    echo "item README tables: $(value RUN build/gcc) lua5.4 tools/readme.lua --check && \
$(value RUN build/gcc) lua5.4 tools/faults.lua --check"
    echo "item types and reference: $(value RUN build/gcc) lua5.4 tools/types.lua --check && \
$(value RUN build/gcc) lua5.4 tools/reference.lua --check"
    echo "item tables of the operations in C: $(value RUN build/gcc) lua5.4 tools/tables.lua --check"
    echo "item every branch of retry, key and outbox: sh .ci/coverage.sh"
    echo "item each rule of the outbox has a unit: lua5.4 .ci/outbox_mutants.lua"
    echo "tap the model of the outbox: $build BUILD=build/gcc build/gcc/spec/model/model && \
build/gcc/spec/model/model deep ci"
    echo "item drift from the official npm package: $build BUILD=build/gcc drift"
    echo "tap cost over bare libcurl: $(value RUN build/gcc) lua5.4 .ci/ratios.lua"
    echo "tap cost of a send with an outbox: $(value RUN build/gcc) lua5.4 bench/outbox.lua"
    echo "tap memory of attachments and loading: $(value RUN build/gcc) lua5.4 .ci/figures.lua"
    echo "tap ten thousand retries: AGENTMAIL_RETRIES=10000 $(value RUN build/gcc) $lua_busted \
spec/client/retry_chains_spec.lua"
    echo "tap rocks: sh .ci/rocks.sh"
    echo "tap libcurl of backports: sh .ci/libcurl.sh fetch"
    for unit in $units; do
        case $unit in
        */engine/* | */rows/* | */lua/* | */embed/*)
            echo "tap newer libcurl $unit: sh .ci/libcurl.sh run build/gcc/$unit" ;;
        esac
    done
    echo "tap newer libcurl specs: $(value RUN build/gcc) timeout 1200 sh .ci/libcurl.sh run $lua_busted \
--exclude-tags=long $(echo spec/client/*_spec.lua) spec/client/call spec/client/object spec/hosts spec/wire"
    threads="build/tsan/spec/c/engine/threads_test build/tsan/spec/c/engine/engine_test"
    echo "item TSan build: $build BUILD=build/tsan CC=gcc CFLAGS='-O1 -g' SAN=thread $threads"
    for unit in $threads; do echo "tap TSan $unit: $tsan $unit"; done
    for unit in $units; do echo "tap ASan $unit: $asan_env build/asan/$unit"; done
    echo "alone item no sanitizer reported anything: ! cat $reports/* 2>/dev/null"
    for unit in $units; do
        case $unit in
        */rows_* | */fault_mix_* | */outage_* | */store_fault_* | */store_memory_* | */store_process_* | \
        */retry_table_*) ;;
        *) echo "tap valgrind $unit: $memcheck build/gcc/$unit" ;;
        esac
    done
} | lua5.4 .ci/suite.lua -
