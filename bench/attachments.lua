-- SPDX-License-Identifier: MIT
-- `make bench`, second table: attachments in and out, loading. Server and client share
-- one core; the two sides alternate within a round, each round gives one ratio, and the table shows
-- medians.
--   lua5.4 bench/attachments.lua [rounds]
local rounds = tonumber(arg[1]) or 7
local build = os.getenv("AGENTMAIL_BUILD") or "build"
local lua = os.getenv("LUA") or "lua5.4"
local CORE, MB = 0, 1000000

local counting = dofile ".ci/counting.lua"
local median = counting.median

local function read(command) return counting.read("taskset -c " .. CORE .. " " .. command) end

local function number(command) return assert(tonumber((read(command))), command) end

local function repeated(measure) return counting.repeated(rounds, measure) end

local server, dir
local payload = dofile "bench/payload.lua"
local child = lua .. " bench/attachment.lua "

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function raw_file(name, size)
  os.execute(("head -c %d /dev/urandom >%s/%s"):format(size, dir, name))
  return dir .. "/" .. name
end

-- The body that agentmail makes of the file, as a file.
local function encoded_file(path, name)
  local out = dir .. "/" .. name
  write(out, '{"to":"customer@example.com","attachments":[{"filename":"x","content":"')
  assert(os.execute(("base64 -w 0 %s >>%s && printf '\"}]}' >>%s"):format(path, out, out)))
  return out
end

local function cells(...) print("| " .. table.concat({ ... }, " | ") .. " |") end

local function verdict(value, goal, words, below)
  local good = below and value <= goal or not below and value >= goal
  return words:format(value), (below and "≤ " or "≥ ") .. words:format(goal),
    good and "yes" or "no"
end

local function memory(what, command)
  cells(what, verdict(repeated(function() return number(command) / 1024 end), 2, "%.2f MiB", true))
end

local function upload(megabytes)
  local path = raw_file("up.bin", math.floor(megabytes * MB))
  local ready = encoded_file(path, "up.json")
  local target = server.http .. "/v0/inboxes/" .. payload.inbox_id .. "/messages/send"
  local name = ("sending %s MB from a file"):format(megabytes)
  memory(name .. ": peak memory over idle", child .. "memory-up " .. server.http .. " " .. path)
  local bare = build .. "/bench/upload " .. target .. " " .. ready .. " 10"
  local ours = child .. "speed " .. server.http .. " " .. path .. " 10"
  cells(name .. ": throughput of libcurl with the same bytes, encoded before",
    verdict(repeated(function(round)
      local first, second = number(round % 2 == 0 and ours or bare),
        number(round % 2 == 0 and bare or ours)
      return round % 2 == 0 and second / first or first / second
    end), 0.8, "%.2f×", false))
end

-- CPU time and memory of a program, relative to one that loads only our dependencies.
local function load_cost()
  local measure = [[ collectgarbage() local f = io.open("/proc/self/status"):read("a")
    print(os.clock() * 1e3, f:match("VmRSS:%s*(%d+)") / 1024)]]
  local libcurl = assert(read("ldd " .. build .. "/lib/agentmail/native.so"):match(
    "libcurl%S* => (%S+)"))
  local libcrypto = assert(read("ldd " .. build .. "/lib/agentmail/native.so"):match(
    "libcrypto%S* => (%S+)"))
  local bare = ([[require "cjson" package.loadlib(%q, "*") package.loadlib(%q, "*")]]):format(
    libcurl, libcrypto)
  write(dir .. "/bare.lua", bare .. measure)
  write(dir .. "/ours.lua", bare .. ' require "agentmail"' .. measure)
  local cpu, memory_ = {}, {}
  for round = 1, rounds * 5 do
    local c0, m0 = read(lua .. " " .. dir .. "/bare.lua"):match("(%S+)%s+(%S+)")
    local c1, m1 = read(lua .. " " .. dir .. "/ours.lua"):match("(%S+)%s+(%S+)")
    cpu[round], memory_[round] = c1 - c0, m1 - m0
  end
  cells('`require "agentmail"`: CPU over Lua, lua-cjson and libcurl',
    verdict(median(cpu), 3, "%.2f ms", true))
  cells('`require "agentmail"`: memory over the same', verdict(median(memory_), 1, "%.2f MiB",
    true))
end

local function report()
  cells("attachments, loading", "agentmail in Lua", "goal", "met")
  cells("---", "---:", "---:", "---")
  upload(4.3)
  upload(25)
  local served = server.http .. "/download/down.bin"
  os.execute("mkdir " .. dir .. "/download")
  raw_file("download/down.bin", 100 * MB)
  raw_file("small", 10)
  memory("downloading 100 MB into a file: peak memory over idle",
    child .. "memory-down " .. served .. " " .. dir .. "/saved.bin")
  load_cost()
end

counting.beside_server(function(...)
  server, dir = ...
  report()
end)
