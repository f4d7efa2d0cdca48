-- SPDX-License-Identifier: MIT
-- The measurements of `make bench` for attachments, decoding and loading that hardly depend on the
-- machine: peak memory, and instructions as counted by callgrind. Speaks TAP.
--   lua5.4 .ci/figures.lua              (environment of `make -s print-RUN`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"

local MB, MIB, lua = 1000000, 1024, os.getenv("LUA") or "lua5.4"
local FEW, MANY, PROCESSES = 20, 120, 7

local server, dir

local function child(arguments) return lua .. " bench/attachment.lua " .. arguments end

local function file(name, size)
  assert(os.execute(("mkdir -p %s/download && head -c %d /dev/zero >%s/%s"):format(dir, size, dir,
    name)))
  return dir .. "/" .. name
end

local function peak(arguments) return tonumber(counting.read(child(arguments))) / MIB end

-- Instructions of one decoded page, ours or lua-cjson's: the mean of several processes, because
-- each has its own seed for Lua's hashes, which makes a difference of two percent.
local function decoding(whose)
  local function count(times)
    return counting.instructions(child(("count %s %d"):format(whose, times)))
  end
  local sum = 0
  for _ = 1, PROCESSES do sum = sum + (count(MANY) - count(FEW)) / (MANY - FEW) end
  return sum / PROCESSES
end

-- KiB of a program that has loaded our dependencies, and perhaps our library.
local function loaded(more)
  local script = dir .. "/load.lua"
  local out = assert(io.open(script, "w"))
  out:write('require "cjson" require "agentmail.core" ', more, [[ collectgarbage()
    print(collectgarbage "count")]])
  out:close()
  return tonumber(counting.read(lua .. " " .. script))
end

local figures = {
  { "sending 4.3 MB from a file: MiB over idle", 2, function()
    return peak(("memory-up %s %s"):format(server.http, file("up", 4.3 * MB // 1))) end },
  { "sending 25 MB from a file: MiB over idle", 2, function()
    return peak(("memory-up %s %s"):format(server.http, file("up", 25 * MB))) end },
  { "downloading 100 MB into a file: MiB over idle", 2, function()
    file("small", 10)
    file("download/down", 100 * MB)
    return peak(("memory-down %s/download/down %s/saved"):format(server.http, dir)) end },
  { "decoding a page of 100 messages: instructions over lua-cjson's", 1.15, function()
    return decoding "ours" / decoding "bare" end },
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
