#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check`: every gate is a counted step of suite.lua; each variant builds in a folder of its own.
set -u

jobs=$(getconf _NPROCESSORS_ONLN)
value() { make -s "print-$1" BUILD="${2:-build}"; }
build="make -s -j$jobs --no-print-directory"
c_files=$(git ls-files '*.c' '*.h')
units=$(value UNITS)
lua_busted="lua5.4 $(command -v busted) --ignore-lua -o TAP"

asan="$build BUILD=build/asan CC=gcc CFLAGS='-O1 -g' SAN=address,undefined all units"
asan_env="$(value RUN build/asan) ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 \
LSAN_OPTIONS=suppressions=.ci/lsan.supp:print_suppressions=0 UBSAN_OPTIONS=print_stacktrace=1"
preload="LD_PRELOAD=$(gcc -print-file-name=libasan.so)"
memcheck="$(value RUN build/gcc) timeout 900 valgrind -q --error-exitcode=99 --leak-check=full \
--show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=.ci/valgrind.supp"

{
    echo "item gcc -Werror: $build BUILD=build/gcc CC=gcc WERROR=1 all units"
    echo "item clang -Werror: $build BUILD=build/clang CC=clang WERROR=1 all units"
    echo "item clang-format: clang-format --dry-run -Werror $c_files"
    echo "item luacheck: luacheck -q ."
    echo "item the counter of tests counts: sh .ci/suite_test.sh"
    echo "tap lua5.4 .ci/layers.lua build/gcc"
    echo "tap lua5.4 .ci/house.lua"
    echo "tap sh .ci/rocks.sh"
    echo "item ASan and UBSan build: $asan"
    for unit in $units; do echo "tap $asan_env build/asan/${unit%.c}"; done
    echo "tap $asan_env $preload timeout 1200 $lua_busted"
    for unit in $units; do echo "tap $memcheck build/gcc/${unit%.c}"; done
    echo "tap $memcheck $lua_busted $(cat .ci/valgrind.specs | grep -v '^#' | tr '\n' ' ')"
} | lua5.4 .ci/suite.lua -
