#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check-fresh`: runs each target named (default: demo, test and rocks) alone, in its own Debian
# 12 with nothing but make and git, from a clean clone of HEAD; `rocks` installs the rocks from a
# server made here. Needs root; the mirror, apt's settings and the proxies are this machine's. All
# mounts are in a namespace, so nothing remains.
set -eu

[ "$(id -u)" -eq 0 ] || { echo "check-fresh needs root, to make a root of its own" >&2; exit 1; }
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Origin: Debian' 'Created-By: Packages' | grep -v backports | sort -u)
mirror=$(echo "$sources" | awk '$2 == "bookworm" { print $1; exit }')
[ -n "$mirror" ] || { echo "check-fresh needs apt lists of Debian 12 (apt-get update)" >&2; exit 1; }

work=$(mktemp -d)
machine=""
trap '[ -z "$machine" ] || kill -9 "$machine" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM
base=$work/base

echo "check-fresh: a minimal Debian 12 with make and git"
debootstrap --variant=minbase --include=make,git,ca-certificates bookworm "$base" "$mirror" \
    >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }
echo "$sources" | sed 's/^/deb /' >"$base/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(Check|http|https)' >"$base/etc/apt/apt.conf.d/90host" || true
cp /etc/resolv.conf "$base/etc/resolv.conf"
rm -rf "$base"/var/lib/apt/lists/*
for tool in gcc cc lua5.4 busted pkg-config; do
    [ ! -e "$base/usr/bin/$tool" ] || { echo "not fresh: $tool is there" >&2; exit 1; }
done

failed=0
if [ $# -eq 0 ]; then
    start=$(date +%s)
    sh .ci/container.sh "$base" &
    machine=$!
    if wait "$machine"; then
        echo "check-fresh: sandbox/Dockerfile works, $(($(date +%s) - start)) s from nothing"
    else
        echo "check-fresh: sandbox/Dockerfile FAILED"
        failed=1
    fi
    machine=""
fi
for target in ${*:-demo test rocks}; do
    root=$work/$target
    cp -a "$base" "$root"
    git clone -q . "$root/agentmail"
    command="make $target"
    if [ "$target" = rocks ]; then
        sh .ci/rocks_server.sh "$root/server" >/dev/null
        command="sh .ci/rocks_fresh.sh /server"
    fi
    echo "check-fresh: $command in $(git -C "$root/agentmail" log -1 --format='%h (%s)')"
    start=$(date +%s)
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$0/proc" &&
        exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} \
            sh -c "cd /agentmail && $1"' "$root" "$command" &
    machine=$! # waited for in this way, so that a signal ends it too
    if wait "$machine"; then
        echo "check-fresh: $command works, $(($(date +%s) - start)) s from nothing"
    else
        echo "check-fresh: $command FAILED"
        failed=1
    fi
    machine=""
    rm -rf --one-file-system "$root"
done
exit $failed
