#!/bin/sh
# SPDX-License-Identifier: MIT
# A second libcurl, the newer one of Debian's backports, beside the system's: unpacked into
# build/libcurl-backports, never installed. apt uses its own directories, and this system's mirror.
# Speaks TAP, and prints curl_version().
#   sh .ci/libcurl.sh fetch           gets it; skips if backports are unavailable
#   sh .ci/libcurl.sh run COMMAND...  runs a command on it
set -u
cd "$(dirname "$0")/.." || exit 1
place=$PWD/build/libcurl-backports

if [ "${1:-}" = run ]; then
    shift
    if [ ! -x "$place/version" ]; then
        printf '1..1\nok 1 - on libcurl of backports # SKIP it was not to be had\n'
        exit 0
    fi
    LD_LIBRARY_PATH=$place/lib exec "$@"
fi

echo 1..1
skip() { rm -rf "$place"; echo "ok 1 - libcurl of backports # SKIP $1"; exit 0; }
fail() { rm -rf "$place"; echo "not ok 1 - libcurl of backports: $1"; exit 1; }

command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || skip "no Debian"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Origin: Debian' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$codename" '$2 == suite && $3 == "main" { print $1; exit }')
[ -n "$codename" ] && [ -n "$mirror" ] || skip "apt knows no mirror of this Debian"

apt=$place/apt
if [ ! -e "$place/lib/libcurl.so.4" ]; then
    rm -rf "$place"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$place/lib" || fail "cannot write"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ ! -r $keyring ] || signed="[signed-by=$keyring]"
    echo "deb ${signed:-} $mirror $codename-backports main" >"$apt/sources.list"
    private() {
        command=$1; shift
        "$command" -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
            -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt" \
            -o Dir::Cache::archives="$apt/archives" -o Debug::NoLocking=1 -o APT::Sandbox::User= \
            -o Acquire::Retries=2 -o Acquire::http::Timeout=20 "$@"
    }
    private apt-get update >"$apt/log" 2>&1 && ! grep -q '^[WE]:' "$apt/log" ||
        skip "no list of $codename-backports: $(grep '^[WE]:' "$apt/log" | head -n 1)"
    # The packages that the newer libcurl needs beyond the installed ones, as resolved by apt.
    packages=$(private apt-get -s install --no-install-recommends -t "$codename-backports" libcurl4 \
        2>>"$apt/log" | awk '$1 == "Inst" && $2 ~ /^lib/ && $2 !~ /-dev$|^libcurl3/ { print $2 }')
    case " $(echo $packages) " in
    *" libcurl4 "* | *" libcurl4t64 "*) ;;
    *) skip "$codename-backports holds no newer libcurl4" ;;
    esac
    for name in $packages; do list="${list:-} $name/$codename-backports"; done
    (cd "$apt/archives" && private apt-get download $list) >>"$apt/log" 2>&1 ||
        skip "download failed: $(grep '^[WE]:' "$apt/log" | head -n 1)"
    for package in "$apt"/archives/*.deb; do
        dpkg-deb -x "$package" "$place/root" || fail "cannot unpack $package"
    done
    find "$place/root" -name 'lib*.so.*' -exec cp -P {} "$place/lib/" \;
fi

echo '#include <curl/curl.h>
#include <stdio.h>
int main(void) { return puts(curl_version()) < 0; }' >"$place/version.c"
gcc -o "$place/version" "$place/version.c" -lcurl || fail "no compiler or no libcurl"
system=$("$place/version")
newer=$(LD_LIBRARY_PATH=$place/lib "$place/version") || fail "it cannot be loaded"
[ "$system" != "$newer" ] || fail "it is the system's own"
echo "the system: $system"
echo "backports:  $newer"
echo "ok 1 - curl_version() of backports says ${newer%% *}, the system's ${system%% *}"
