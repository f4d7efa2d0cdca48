-- SPDX-License-Identifier: MIT
-- `make bench`: agentmail against a bare libcurl loop, as a table. Server and client share one core
-- (wake-ups across cores would triple libcurl's cost); the two sides alternate within a round, each
-- round gives one ratio, and the table shows medians over the rounds.
--   lua5.4 bench/run.lua [rounds] [requests]
local rounds, requests = tonumber(arg[1]) or 9, tonumber(arg[2]) or 4000
local build = os.getenv("AGENTMAIL_BUILD") or "build"
local lua = os.getenv("LUA") or "lua5.4"
local CORE, STARTS, MEMORY_GOAL = 0, 11, 4

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  assert(pipe:close(), "failed: " .. command)
  return text
end

local function measure(command)
  local first, second = read("taskset -c " .. CORE .. " " .. command):match("([%d.]+) ([%d.]+)")
  return tonumber(first), tonumber(second)
end

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

local dir = read("mktemp -d"):match("%S+")
local server = dofile("bench/server.lua").start(dir, CORE)
local payload = dofile "bench/payload.lua"
local progress = dofile "bench/progress.lua"
local inbox = "/v0/inboxes/" .. payload.inbox_id
local bare, ours = build .. "/bench/bare ", lua .. " bench/client.lua "
local starts = build .. "/bench/start " .. STARTS .. " "

-- name, unit, bare command, our command; `goal` of the ratio, or of the difference in KiB.
local function loop(name, mode, path, goal)
  local tail = " " .. requests
  return { name = name, unit = "µs", digits = 1, goal = goal,
    bare .. mode .. " " .. server.http .. path .. tail, ours .. mode .. " " .. server.http .. tail }
end

local function start(name, url, bare_flags, our_flags)
  return { name = "start to first answer, " .. name, unit = "ms", digits = 1, goal = 1.5,
    starts .. bare .. "get " .. url .. inbox .. " 0 " .. bare_flags,
    starts .. ours .. "get " .. url .. " 0 " .. our_flags }
end

local by_dir, by_file = "--ca-dir " .. server.ca_dir, "--ca-file " .. server.ca_file
local rows = {
  loop("CPU of one GET of an inbox", "get", inbox, 1.15),
  loop("CPU of one keyed send", "send", inbox .. "/messages/send", 1.3),
  start("HTTP", server.http, "", ""),
  start("HTTPS, hashed CA directory", server.https, by_dir, by_dir),
  start("HTTPS, CA bundle", server.https, by_file, by_file),
  start("HTTPS, bare libcurl's default (bundle) against ours (directory)", server.https, by_file,
    by_dir),
}

local function run_all()
  for _, row in ipairs(rows) do
    row.left, row.right, row.ratio, row.more = {}, {}, {}, {}
  end
  for round = 1, rounds do
    for _, row in ipairs(rows) do
      local order = round % 2 == 0 and { 2, 1 } or { 1, 2 }
      local value, memory = {}, {}
      for _, side in ipairs(order) do
        value[side], memory[side] = measure(row[side])
      end
      table.insert(row.left, value[1])
      table.insert(row.right, value[2])
      table.insert(row.ratio, value[2] / value[1])
      table.insert(row.more, { memory[1], memory[2] })
    end
    progress(round, rounds)
  end
end

local function cells(...)
  print("| " .. table.concat({ ... }, " | ") .. " |")
end

local function met(value, goal) return value <= goal and "yes" or "no" end

local function report()
  print(("`make bench`: %s; %s; %d rounds of %d requests, client and server on one core, medians")
    :format(read("uname -sr"):match("[^\n]+"), read("curl-config --version"):match("[^\n]+"),
      rounds, requests))
  print()
  cells("per request or process", "bare libcurl in C", "agentmail in Lua", "ratio", "goal", "met")
  cells("---", "---:", "---:", "---:", "---:", "---")
  for _, row in ipairs(rows) do
    local number = "%." .. row.digits .. "f " .. row.unit
    local ratio = median(row.ratio)
    cells(row.name, number:format(median(row.left)), number:format(median(row.right)),
      ("%.2f×"):format(ratio), ("≤ %.2f×"):format(row.goal), met(ratio, row.goal))
  end
  for i, what in ipairs { "GETs", "keyed sends" } do
    local left, right, difference = {}, {}, {}
    for round, pair in ipairs(rows[i].more) do
      left[round], right[round] = pair[1] / 1024, pair[2] / 1024
      difference[round] = right[round] - left[round]
    end
    local more = median(difference)
    cells("peak memory after " .. requests .. " " .. what, ("%.1f MiB"):format(median(left)),
      ("%.1f MiB"):format(median(right)), ("%+.1f MiB"):format(more),
      ("≤ %+.1f MiB"):format(MEMORY_GOAL), met(more, MEMORY_GOAL))
  end
end

local ok, message = xpcall(function()
  run_all()
  report()
end, debug.traceback)
server.stop()
os.execute("rm -rf " .. dir)
if not ok then
  io.stderr:write(message, "\n")
  os.exit(1)
end
