-- SPDX-License-Identifier: MIT
-- What memory the library takes, as `make bench` measures it, which hardly depends on the machine's
-- load. Speaks TAP.
--   lua5.4 .ci/figures.lua              (environment of `make -s print-RUN`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"
local counts, peaks = dofile "bench/counts.lua", dofile "bench/peaks.lua"

local MB, MIB, lua = 1000000, 1024, os.getenv("LUA") or "lua5.4"
local ROOM = 0.03 -- above a goal

local server, dir

local function child(arguments) return lua .. " bench/attachment.lua " .. arguments end

local function file(name, size)
  assert(os.execute(("mkdir -p %s/download && head -c %d /dev/zero >%s/%s"):format(dir, size, dir,
    name)))
  return dir .. "/" .. name
end

local function peak(arguments) return tonumber(counting.read(child(arguments))) / MIB end

-- KiB of a program that has loaded our dependencies, and perhaps our library.
local function loaded(more)
  local script = dir .. "/load.lua"
  local out = assert(io.open(script, "w"))
  out:write('require "cjson" require "agentmail.core" ', more, [[ collectgarbage()
    print(collectgarbage "count")]])
  out:close()
  return tonumber(counting.read(lua .. " " .. script))
end

-- MiB that a process which performs many requests takes over bare libcurl's.
local function over_bare(mode)
  local measured = peaks.measure(server, mode, { build = os.getenv "AGENTMAIL_BUILD" or "build",
                                                 lua = lua })
  return measured.more
end

local figures = {
  { "peak after many GETs: MiB over bare libcurl", counts.GOALS.memory * (1 + ROOM),
    function() return over_bare "get" end },
  { "peak after many keyed sends: MiB over bare libcurl", counts.GOALS.memory * (1 + ROOM),
    function() return over_bare "send" end },
  { "sending 4.3 MB from a file: MiB over idle", 2, function()
    return peak(("memory-up %s %s"):format(server.http, file("up", 4.3 * MB // 1))) end },
  { "sending 25 MB from a file: MiB over idle", 2, function()
    return peak(("memory-up %s %s"):format(server.http, file("up", 25 * MB))) end },
  { "downloading 100 MB into a file: MiB over idle", 2, function()
    file("small", 10)
    file("download/down", 100 * MB)
    return peak(("memory-down %s/download/down %s/saved"):format(server.http, dir)) end },
  { 'require "agentmail": MiB of Lua over what it stands on', 1, function()
    return (loaded 'require "agentmail"' - loaded "") / MIB end },
}

counting.beside_server(function(...)
  server, dir = ...
  print("1.." .. #figures)
  for i, figure in ipairs(figures) do
    local value = figure[3]()
    print(("%s %d - %s: %.3f, at most %.2f"):format(value <= figure[2] and "ok" or "not ok", i,
      figure[1], value, figure[2]))
  end
end)
