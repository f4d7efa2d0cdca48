-- SPDX-License-Identifier: MIT
-- The layering of the C sources, checked in the sources and in the objects in $BUILD.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"
local rule, files, code = source.rule, source.files, source.code
local build = arg[1] or "build"

-- The folders of csrc/ are the layers: a file includes headers of its own folder and of those
-- before it, and the public headers at the root, which depend on nothing else.
local LAYERS = { base = 1, encode = 2, retry = 3, outbox = 4, engine = 5, lua = 6,
  lua_outbox = 6, embed = 7, lazy = 7 }
-- And all of encode/ and retry/. In outbox/, the decisions.
local PURE = { buf = true, host = true, protect = true, row = true, outbox = true, age = true,
  claim = true, hold = true, put = true, settle = true, outbox_seen = true }

-- The engine, its clients and their calls depend on each other. All else depends in one direction.
local CIRCLE = { ["engine/engine"] = true, ["engine/client"] = true, ["engine/call"] = true }

local function stem(path)
  return path:match("([^/]+)%.[ch]$")
end

local function folder(path)
  return path:match("^csrc/([%w_]+)/")
end

local function is_pure(path)
  return PURE[stem(path)] or folder(path) == "retry" or folder(path) == "encode"
end

local function each_include(visit)
  local complaints = {}
  for _, path in ipairs(files("csrc/*.[ch]")) do
    for header in code(path):gmatch('#%s*include%s*[<"]([^>"]+)[>"]') do
      local complaint = visit(path, header)
      if complaint then
        complaints[#complaints + 1] = path .. " includes " .. header .. ": " .. complaint
      end
    end
  end
  return complaints
end

local CURL = { ["csrc/engine/transport.c"] = true, ["csrc/engine/transfer_options.c"] = true }

rule("only transport.c and transfer_options.c include curl", function()
  return each_include(function(path, header)
    return header:match("^curl/") and not CURL[path]
      and "belongs to transport.c or transfer_options.c"
  end)
end)

rule("only csrc/lua/ and the folders above it include Lua", function()
  return each_include(function(path, header)
    return (header:match("^l%a*lib%.h$") or header == "lua.h")
      and (LAYERS[folder(path)] or 0) < LAYERS.lua
      and "belongs to csrc/lua/ or above it"
  end)
end)

rule("headers are included downwards only", function()
  return each_include(function(path, header)
    if path:match("^csrc/[^/]+%.h$") then
      return header ~= "agentmail.h" and io.open("csrc/" .. header)
        and "a public header needs agentmail.h at most"
    end
    local mine, its = LAYERS[folder(path)], LAYERS[header:match("^([%w_]+)/")]
    if not mine then return folder(path) .. " is no layer: add it to .ci/layers.lua" end
    return its and its > mine and "not a lower layer"
  end)
end)

-- What each file depends on: the files whose headers it includes, and those whose functions its
-- object calls, through any header.
local function dependencies()
  local graph, calls, home = {}, {}, {}
  for _, path in ipairs(files("csrc/*.[ch]")) do
    local name, is_source = path:match("^csrc/(.+)%.[ch]$"), path:match("%.c$")
    graph[name] = graph[name] or {}
    for header in code(path):gmatch('#%s*include%s*"([^"]+)%.h"') do
      graph[name][header] = true
    end
    for _, line in ipairs(is_source and source.run(("nm -g %s/csrc/%s.o"):format(build, name))
      or {}) do
      local kind, symbol = line:match("(%a) (%S+)$")
      if kind == "U" then
        calls[#calls + 1] = { name, symbol }
      else
        home[symbol] = name
      end
    end
  end
  for _, call in ipairs(calls) do
    if home[call[2]] then
      graph[call[1]][home[call[2]]] = true
    end
  end
  return graph
end

-- The shortest path from a file back to itself, in words; nil: there is none.
local function circle_of(start, graph)
  local queue, from = { start }, {}
  for _, name in ipairs(queue) do -- grows during the loop
    for next in pairs(graph[name] or {}) do
      if next == start and name ~= start then
        local way = start
        while name do
          way, name = name .. " -> " .. way, from[name]
        end
        return way
      elseif next ~= start and not from[next] then
        from[next] = name
        queue[#queue + 1] = next
      end
    end
  end
end

rule("no file depends on itself through others, but for engine, client and call", function()
  local complaints, graph = {}, dependencies()
  for name in pairs(graph) do
    complaints[#complaints + 1] = not CIRCLE[name] and circle_of(name, graph) or nil
  end
  return complaints
end)

local WORLD = {
  "time", "clock", "clock_gettime", "gettimeofday", "rand", "random", "srand", "getrandom",
  "RAND_bytes", "arc4random", "getenv", "open", "fopen", "read", "poll", "nanosleep",
}

rule("encode/, retry/, buf, host, protect, decisions of outbox/: no clock, no world", function()
  local complaints = each_include(function(path, header)
    return is_pure(path) and (header:match("time%.h$") or header:match("rand")
      or header:match("^sys/") or header:match("^unistd") or header:match("^fcntl")
      or header:match("clock%.h$") or header:match("poller%.h$")) and "is an argument here"
  end)
  for _, path in ipairs(files("csrc/*.c")) do
    local text = is_pure(path) and code(path) or ""
    for _, name in ipairs(WORLD) do
      if text:find("%f[%w_]" .. name .. "%s*%(") then
        complaints[#complaints + 1] = path .. " calls " .. name
      end
    end
  end
  return complaints
end)

-- Only the compiler can tell a function from a comment, a string or part of a longer name. It reads
-- the headers once: they are compiled in front of all files.
rule("no banned function", function()
  local pipe = assert(io.popen(([[exec 2>&1
    place=$(mktemp -d)
    check() { gcc -std=c11 -w -D_GNU_SOURCE= -Icsrc %s %s "$@"; }
    check -o "$place/banned.h.gch" -x c-header .ci/banned.h &&
      check -fsyntax-only -I"$place" -include banned.h %s
    status=$?
    rm -r "$place"
    exit $status]]):format(source.run("make -s print-LUA_CFLAGS")[1],
    source.run("make -s print-GMIME_CFLAGS")[1],
    table.concat(files("csrc/*.c", "sandbox/*.c"), " "))))
  local complaints = {}
  for line in pipe:lines() do
    complaints[#complaints + 1] = line
  end
  return pipe:close() and {} or complaints
end)

-- The one exception that a library forces on us: GMime is initialized once per process, and has no
-- lock for it.
local MUTABLE = { gmime_once = "sandbox/csrc/mime.o" }

rule("no mutable static", function()
  local complaints, seen = {}, 0
  for _, object in ipairs(source.run("find " .. build .. "/csrc " .. build
    .. "/sandbox -name '*.o'")) do
    seen = seen + 1
    for _, line in ipairs(source.run("objdump -t " .. object)) do
      local section, name = line:match("%s(%.?[%w_.*]+)%s+%x+%s+(%S.*)$")
      local mutable = section and (section:match("^%.data") or section:match("^%.bss")
        or section:match("^%.t?bss") or section:match("^%.tdata") or section == "*COM*")
      local known = name and MUTABLE[name] and object:sub(-#MUTABLE[name]) == MUTABLE[name]
      if mutable and not known and not section:match("rel%.ro")
        and not line:match("^%x+ l%s+d%s") then
        complaints[#complaints + 1] = object .. ": " .. name .. " in " .. section
      end
    end
  end
  return seen > 0 and complaints or { "no object in " .. build }
end)

local modules = source.run("find " .. build .. "/lib -name '*.so'")

rule("modules export their luaopen_ function and nothing else", function()
  local complaints = {}
  for _, path in ipairs(modules) do
    local wanted = "luaopen_" .. path:match("/lib/(.*)%.so$"):gsub("/", "_")
    local names = source.run("nm -D --defined-only " .. path .. " | awk '{ print $3 }'")
    local found = table.concat(names, " ")
    if found ~= wanted then
      complaints[#complaints + 1] = path .. " exports " .. found .. ", not " .. wanted
    end
  end
  return #modules > 0 and complaints or { "no module in " .. build }
end)

-- A program that runs Lua has it already.
rule("modules link no Lua", function()
  local complaints = {}
  for _, path in ipairs(modules) do
    for _, line in ipairs(source.run("readelf -d " .. path)) do
      local needed = line:match "NEEDED.*%[(liblua%d.*)%]"
      if needed then complaints[#complaints + 1] = path .. " links " .. needed end
    end
  end
  return complaints
end)

source.finish()
