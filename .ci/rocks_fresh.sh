#!/bin/sh
# SPDX-License-Identifier: MIT
# In a bare Debian, as root: installs both rocks from a rocks server, with their dependencies, and
# uses them. What Debian adds is what the README asks for, and no module of Lua.
#   sh .ci/rocks_fresh.sh SERVER
set -eu

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quiet() { "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }; }
quiet apt-get update
quiet apt-get install -y --no-install-recommends luarocks lua5.4 liblua5.4-dev gcc libc6-dev make \
    pkg-config libcurl4-openssl-dev libssl-dev libsqlite3-dev libmicrohttpd-dev libwslay-dev \
    libgmime-3.0-dev libical-dev
! lua5.4 -e 'require "cjson"' 2>/dev/null || { echo "not bare: cjson is there" >&2; exit 1; }
quiet luarocks --lua-version 5.4 install agentmail-sandbox --only-server "$1"
luarocks --lua-version 5.4 list --porcelain
readme=$PWD/README.md
use=$PWD/.ci/rocks_use.lua
cd /
lua5.4 "$use" "$readme"
