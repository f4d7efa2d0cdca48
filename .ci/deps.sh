#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing for the named groups (base, check, bench, fresh); silent if nothing is.
# It tests whether each tool works, not which package provided it. CI runs on Debian 12; the other
# columns are maintained by hand; `-` is what a system does not have, and its specs are skipped.
set -u

# thing                apt                      dnf                  apk                brew
packages='
gcc                    gcc,libc6-dev            gcc                  build-base         gcc
make                   make                     make                 make               make
git                    git                      git                  git                git
pkg-config             pkg-config               pkgconf              pkgconf            pkgconf
lua5.4                 lua5.4                   lua                  lua5.4             lua
lua-headers            liblua5.4-dev            lua-devel            lua5.4-dev         lua
libcurl                libcurl4-openssl-dev     libcurl-devel        curl-dev           curl
libcrypto              libssl-dev               openssl-devel        openssl-dev        openssl
sqlite3                libsqlite3-dev           sqlite-devel         sqlite-dev         sqlite
libmicrohttpd          libmicrohttpd-dev        libmicrohttpd-devel  libmicrohttpd-dev  libmicrohttpd
wslay                  libwslay-dev             wslay-devel          wslay-dev          wslay
gmime-3.0              libgmime-3.0-dev         gmime30-devel        gmime-dev          gmime
libical                libical-dev              libical-devel        libical-dev        libical
cmocka                 libcmocka-dev            libcmocka-devel      cmocka-dev         cmocka
lua:cjson              lua-cjson                rock:lua-cjson       lua5.4-cjson       rock:lua-cjson
lua:socket             lua-socket               rock:luasocket       lua5.4-socket      rock:luasocket
busted                 lua-busted               rock:busted          rock:busted        rock:busted
clang                  clang                    clang                clang              llvm
clang-format           clang-format             clang-tools-extra    clang-extra-tools  clang-format
clang-tidy             clang-tidy               clang-tools-extra    clang-extra-tools  llvm
codespell              codespell                codespell            codespell          codespell
luacheck               lua-check                rock:luacheck        rock:luacheck      luacheck
valgrind               valgrind                 valgrind             valgrind           valgrind
chromium               chromium                 chromium             chromium           chromium
chromedriver           chromium-driver          chromedriver         chromium-chromedriver chromedriver
luarocks               luarocks                 luarocks             luarocks5.4        luarocks
python3                python3                  python3              python3            python
dateutil               python3-dateutil         python3-dateutil     py3-dateutil       -
libuv                  libuv1-dev               libuv-devel          libuv-dev          libuv
cjson-archive          lua-cjson-dev            -                    -                  -
mle                    mle                      -                    -                  -
neomutt                neomutt                  -                    -                  -
lighttpd               lighttpd                 -                    -                  -
mod_magnet             lighttpd-modules-lua     -                    -                  -
prosody                prosody                  -                    -                  -
lua:luv                lua-luv                  -                    -                  -
lua:cqueues            lua-cqueues              -                    -                  -
node                   nodejs                   nodejs               nodejs             node
npm                    npm                      npm                  npm                node
nginx                  nginx-light              nginx                nginx              nginx
openssl                openssl                  openssl              openssl            openssl
wrk                    wrk                      wrk                  wrk                wrk
taskset                util-linux               util-linux           util-linux         util-linux
debootstrap            debootstrap              debootstrap          debootstrap        debootstrap
'

have() { command -v "$1" >/dev/null 2>&1; }
tools() { for t in "$@"; do have "$t" || missing="$missing $t"; done; }

libraries() { # asked in one go, one by one only if that fails
    pkg-config --exists "$@" 2>/dev/null && return
    for l in "$@"; do pkg-config --exists "$l" 2>/dev/null || missing="$missing $l"; done
}

headers() { # of what has no file for pkg-config everywhere: name and header
    echo "#include <$2>" | gcc -E $(pkg-config --cflags "lib$1" 2>/dev/null) - >/dev/null 2>&1 ||
        missing="$missing $1"
}

lua_modules() {
    lua=$(command -v lua5.4 || command -v lua) || missing="$missing lua5.4"
    for m in $("${lua:-echo}" - "$@" <<'LUA'
for _, name in ipairs(arg) do
  if _VERSION ~= "Lua 5.4" or not (package.searchpath(name, package.path)
    or package.searchpath(name, package.cpath)) then print(name) end
end
LUA
    ); do [ "$m" = - ] || missing="$missing lua:$m"; done
}

package_of() { # of a thing, by this system's package manager
    echo "$packages" | awk -v t="$1" -v c="$column" 'c && $1 == t { print $c }' | tr , ' '
}

find_missing() {
    missing=""
    for group in $groups; do
        case $group in
        base)
            tools gcc make pkg-config busted
            lua_modules cjson socket
            libraries libcurl libcrypto sqlite3 libmicrohttpd gmime-3.0 libical cmocka
            headers wslay wslay/wslay.h
            pkg-config --exists lua5.4 || pkg-config --exists lua-5.4 ||
                pkg-config --exists 'lua >= 5.4' || missing="$missing lua-headers"
            ;;
        check)
            tools git clang clang-format clang-tidy luacheck codespell valgrind luarocks node npm
            tools chromium chromedriver python3
            libraries libuv
            python3 -c 'import dateutil.rrule' 2>/dev/null || missing="$missing dateutil"
            tools mle neomutt lighttpd prosody
            lua_modules luv cqueues
            [ -e /usr/lib/lighttpd/mod_magnet.so ] || missing="$missing mod_magnet"
            case $(gcc -print-file-name=liblua5.4-cjson.a) in
            /*) ;;
            *) missing="$missing cjson-archive" ;;
            esac
            ;;
        bench) tools nginx openssl taskset wrk valgrind ;;
        fresh)
            tools git debootstrap luarocks
            lua_modules cjson
            ;;
        *) echo "deps: no group named $group" >&2; exit 2 ;;
        esac
    done
    wanted=""
    for thing in $missing; do [ "$(package_of "$thing")" = - ] || wanted="$wanted $thing"; done
    missing=$wanted
}

groups=${*:-base}
column=0 as_root=""
if [ "$(id -u)" -ne 0 ]; then as_root="sudo"; fi
if have apt-get; then
    column=2 install="$as_root apt-get install -y --no-install-recommends" update="$as_root apt-get update"
elif have dnf; then
    column=3 install="$as_root dnf install -y" update=:
elif have apk; then
    column=4 install="$as_root apk add" update=:
elif have brew; then
    column=5 install="brew install" update=: as_root=""
fi
find_missing 2>/dev/null
[ -z "$missing" ] && exit 0
if [ $column = 0 ]; then
    echo "deps: missing:$missing; no package manager known here (apt, dnf, apk, brew)" >&2
    exit 1
fi

names="" rocks=""
for thing in $missing; do
    name=$(package_of "$thing")
    case $name in
    rock:*) rocks="$rocks ${name#rock:}" ;;
    *) names="$names ${name:-$thing}" ;;
    esac
done
if [ -n "$rocks" ] && ! have luarocks; then names="$names luarocks"; fi

commands=""
[ -n "$names" ] && commands="$update && $install$names"
for rock in $rocks; do
    commands="${commands:+$commands && }$as_root luarocks --lua-version 5.4 install $rock"
done

if [ -n "$as_root" ] && ! sudo -n true 2>/dev/null; then
    echo "deps: missing:$missing. Run:" >&2
    echo "    $commands" >&2
    exit 1
fi
echo "deps: missing:$missing"
echo "deps: $commands"
log=$(mktemp)
DEBIAN_FRONTEND=noninteractive sh -c "$commands" >"$log" 2>&1
status=$?
[ $status -eq 0 ] || cat "$log" >&2
rm -f "$log"
find_missing 2>/dev/null
if [ $status -ne 0 ] || [ -n "$missing" ]; then
    echo "deps: still missing:$missing" >&2
    exit 1
fi
