#!/bin/sh
# SPDX-License-Identifier: MIT
# LuaRocks builds both rocks from a clean export of HEAD: alone, together, and as source from a
# temporary rocks server. The test then uses them from outside the checkout. TAP.
set -u

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 bad=0
check() { # name, command …
    name=$1; shift
    count=$((count + 1))
    if ("$@") >"$work/log" 2>&1; then
        echo "ok $count - $name"
    else
        bad=$((bad + 1))
        echo "not ok $count - $name"
        tail -n 20 "$work/log" | sed 's/^/# /'
    fi
}

root=$PWD
mkdir "$work/src"
git archive HEAD | tar -x -C "$work/src"
rocks() { luarocks --lua-version 5.4 --tree "$work/$1" "$2" --deps-mode none $3; }
base() { cd "$work/src" && rocks "$1" make rockspec/agentmail-*.rockspec; }
sandbox() { cd "$work/src/sandbox" && rocks "$1" make rockspec/agentmail-sandbox-*.rockspec; }

# Compares the modules that a tree holds under its two module folders with those in the rockspec,
# which lists the page's files with their extension: viewer.list_js.
installed() {
    for kind in share lib; do
        (cd "$work/$1/$kind/lua/5.4" 2>/dev/null && find . -type f) |
            sed 's#^\./##; s#\.\(js\|css\|html\)$#_\1#; s#\.[^.]*$##; s#/init$##; s#/#.#g'
    done | sort
}
listed() {
    lua5.4 -e 'local spec = {}; loadfile(arg[1], "t", spec)()
        local install = spec.build.install or {}
        for _, list in ipairs { spec.build.modules or {}, install.lua or {}, install.lib or {} } do
          for name in pairs(list) do print(name) end
        end' - "$1" | sort
}
exactly() { # tree, rockspec …
    tree=$1; shift
    for spec in "$@"; do listed "$spec"; done | sort >"$work/wanted"
    [ -s "$work/wanted" ] || return 1
    installed "$tree" | diff "$work/wanted" -
}

own_folder() { mkdir "$work/of-$1" && cd "$work/of-$1"; } # for the file that the script makes
use() { # tree
    own_folder use && env -u LUA_INIT LUA_PATH="$work/$1/share/lua/5.4/?.lua;$work/$1/share/lua/5.4/?/init.lua;;" \
        LUA_CPATH="$work/$1/lib/lua/5.4/?.so;;" lua5.4 "$root/.ci/rocks_use.lua" "$root/README.md"
}
exports() { # LuaRocks compiles with plain flags: names must be hidden by the sources themselves
    modules=$(cd "$work/$1/lib/lua/5.4" && find . -name '*.so')
    [ -n "$modules" ] || return 1
    for module in $modules; do
        names=$(nm -D --defined-only "$work/$1/lib/lua/5.4/$module" | awk '{ print $3 }')
        [ "$names" = "luaopen_$(echo "${module%.so}" | sed 's#^\./##; s#/#_#g')" ] ||
            { echo "$module exports" $names; return 1; }
    done
}

check "lint" luarocks --lua-version 5.4 lint rockspec/agentmail-*.rockspec
check "lint of the sandbox" luarocks --lua-version 5.4 lint sandbox/rockspec/agentmail-sandbox-*.rockspec
check "the base rock builds alone" base alone
check "and installs exactly what its rockspec lists" exactly alone "$root"/rockspec/*.rockspec
check "the sandbox rock builds alone" sandbox aside
check "and installs exactly what its rockspec lists" exactly aside "$root"/sandbox/rockspec/*.rockspec
check "both build into one tree" eval 'base both && sandbox both'
check "and nothing else is in it" exactly both "$root"/rockspec/*.rockspec "$root"/sandbox/rockspec/*.rockspec
check "they export nothing but their luaopen_ functions" exports both
check "a script outside the checkout sends through both" use both

readme() { # its commands as they are printed, in a home of their own
    mkdir "$work/home" && cd "$work/src" || return 1
    {
        echo set -e
        sed -n '/^luarocks /,/^```/p' README.md | grep -v '^```'
        echo "mkdir $work/of-readme && cd $work/of-readme && lua5.4 $root/.ci/rocks_use.lua $root/README.md"
    } >"$work/readme.sh"
    [ "$(wc -l <"$work/readme.sh")" -eq 5 ] && HOME="$work/home" sh "$work/readme.sh"
}
check "both install by the README's commands, and work" readme

dist() { # the same bytes at another time, by a user with other rights
    for umask in 022 077; do
        (umask $umask && make -s dist BUILD="$work/dist$umask") || return 1
        sleep 1 # an archive that held the time would differ
    done
    ls "$work/dist022/dist" && diff -r "$work/dist022" "$work/dist077"
}
fetch() { # with its dependencies; no module of this machine is on the paths
    cd / && luarocks --lua-version 5.4 --tree "$work/served" install agentmail-sandbox \
        --only-server "$work/server" --deps-mode one
}
use_alone() {
    own_folder use_alone && env -u LUA_INIT LUA_PATH="$work/served/share/lua/5.4/?.lua;$work/served/share/lua/5.4/?/init.lua" \
        LUA_CPATH="$work/served/lib/lua/5.4/?.so" lua5.4 "$root/.ci/rocks_use.lua" "$root/README.md"
}
check "make dist gives the same bytes twice" dist
check "both pack into a rocks server, beside lua-cjson" sh .ci/rocks_server.sh "$work/server"
check "the sandbox installs from it, with all that it depends on" fetch
check "and works with nothing else" use_alone

echo "1..$count"
[ "$bad" -eq 0 ]
