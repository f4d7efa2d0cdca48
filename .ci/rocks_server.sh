#!/bin/sh
# SPDX-License-Identifier: MIT
# A rocks server in a folder: both rocks as source, packed from `make dist`, and lua-cjson as a rock
# of this machine's module, since nothing is fetched from elsewhere.
#   sh .ci/rocks_server.sh FOLDER
set -eu

mkdir -p "$1"
server=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rocks() { luarocks --lua-version 5.4 "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

make -s dist BUILD="$work"
cd "$work/dist"
# LuaRocks packs a source of this machine only by its whole path.
for spec in *.rockspec; do
    sed -i "s#url = \"#url = \"file://$work/dist/#" "$spec"
    rocks pack "$spec"
    mv ./*.src.rock "$server/"
done

mkdir "$work/cjson" && cd "$work/cjson"
cp -L "$(lua5.4 -e 'print(assert(package.searchpath("cjson", package.cpath)))')" cjson.so
version=$(lua5.4 -e 'print((require("cjson")._VERSION:match "^[%d.]+"))')
cat >"lua-cjson-$version-1.rockspec" <<LUA
package, version = "lua-cjson", "$version-1"
source = { url = "file://$work/cjson" }
dependencies = { "lua ~> 5.4" }
build = { type = "builtin", modules = {}, install = { lib = { cjson = "cjson.so" } } }
LUA
rocks make --tree "$work/tree" "lua-cjson-$version-1.rockspec"
rocks --tree "$work/tree" pack lua-cjson
mv ./*.rock "$server/"
luarocks-admin --lua-version 5.4 make-manifest "$server" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
ls "$server"
