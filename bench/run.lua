-- SPDX-License-Identifier: MIT
-- `make bench`: agentmail against a bare libcurl loop, as a table: instructions as counted by
-- callgrind (counts.lua), which hardly depend on the machine's load, and CPU time beside them.
-- Server and client share one core (wake-ups across cores would triple libcurl's cost); the two
-- sides alternate within a round, and the table shows medians over the rounds.
--   lua5.4 bench/run.lua [rounds] [requests]
local rounds, requests = tonumber(arg[1]) or 9, tonumber(arg[2]) or 4000
local build = os.getenv("AGENTMAIL_BUILD") or "build"
local lua = os.getenv("LUA") or "lua5.4"
local counting = dofile ".ci/counting.lua"
local median, read = counting.median, counting.read
local CORE, STARTS, PROCESSES, PAGES = 0, 11, 5, 100

local function measure(command)
  return tonumber(read("taskset -c " .. CORE .. " " .. command):match "[%d.]+")
end

local dir = read("mktemp -d"):match("%S+")
local server = dofile("bench/server.lua").start(dir, CORE)
local payload = dofile "bench/payload.lua"
local progress = dofile "bench/progress.lua"
local counts = dofile "bench/counts.lua"
local peaks = dofile "bench/peaks.lua"
local inbox = "/v0/inboxes/" .. payload.inbox_id
local bare, ours = build .. "/bench/bare ", lua .. " bench/client.lua "
local starts = build .. "/bench/start " .. STARTS .. " "

-- A row: its name, the commands of both sides, which print a time.
-- `count`: its name in counts.lua, whose ratio is compared with the goal of counts.GOALS. Else
-- `goal` is for the ratio of the times.
local function loop(name, count, left, path, many)
  local tail = " " .. (many or requests)
  return { name = name, count = count, unit = "µs", words = "%.1f k", by = 1e3,
           left .. server.http .. path .. tail, ours .. count .. " " .. server.http .. tail }
end

local function start(name, url, bare_flags, our_flags, count)
  return { name = "start to first answer, " .. name, unit = "ms", goal = 1.5, count = count,
           words = "%.1f M", by = 1e6,
           starts .. bare .. "get " .. url .. inbox .. " 0 " .. bare_flags,
           starts .. ours .. "get " .. url .. " 0 " .. our_flags }
end

local by_dir, by_file = "--ca-dir " .. server.ca_dir, "--ca-file " .. server.ca_file
local rows = {
  loop("GET of an inbox", "get", bare .. "get ", inbox),
  loop("keyed send", "send", bare .. "send ", inbox .. "/messages/send"),
  loop("keyed send, with a key and three options", "keyed", bare .. "send ",
       inbox .. "/messages/send"),
  loop("page of 100 messages, over `cjson.decode`", "page", ours .. "decode ", "", PAGES),
  loop("64 GETs in flight, over a bare multi loop", "flight", build .. "/bench/flight ", inbox),
  start("HTTP", server.http, "", "", "start"),
  start("HTTPS, hashed CA directory", server.https, by_dir, by_dir),
  start("HTTPS, CA bundle", server.https, by_file, by_file),
  start("HTTPS, bare libcurl's default (bundle) against ours (directory)", server.https, by_file,
    by_dir),
}

local function run_all()
  for _, row in ipairs(rows) do
    row.left, row.right, row.ratio = {}, {}, {}
  end
  for round = 1, rounds do
    for _, row in ipairs(rows) do
      local order = round % 2 == 0 and { 2, 1 } or { 1, 2 }
      local value = {}
      for _, side in ipairs(order) do value[side] = measure(row[side]) end
      table.insert(row.left, value[1])
      table.insert(row.right, value[2])
      table.insert(row.ratio, value[2] / value[1])
    end
    progress(round, rounds)
  end
end

local function cells(...)
  print("| " .. table.concat({ ... }, " | ") .. " |")
end

local function met(value, goal) return value <= goal and "yes" or "no" end

local function row_cells(row, counted)
  local left, right, ratio = median(row.left), median(row.right), median(row.ratio)
  local times = ("%.1f / %.1f %s"):format(left, right, row.unit)
  local goal, one = row.goal, counted[row.count]
  local first, second = ("%.1f %s"):format(left, row.unit), ("%.1f %s"):format(right, row.unit)
  if one then
    first, second = row.words:format(one.bare / row.by), row.words:format(one.ours / row.by)
    ratio, goal = one.ratio, counts.GOALS[row.count]
  end
  cells(row.name, first, second, ("%.2f×"):format(ratio), ("≤ %.2f×"):format(goal),
        met(ratio, goal), one and times or "")
end

local function report(counted, peak)
  print(("`make bench`: %s; %s; instructions by callgrind, medians of %d processes; CPU times, "
    .. "medians of %d rounds of %d requests, client and server on one core"):format(
    read("uname -sr"):match("[^\n]+"), read("curl-config --version"):match("[^\n]+"), PROCESSES,
    rounds, requests))
  print()
  cells("per request or process", "bare libcurl in C", "agentmail in Lua", "ratio", "goal", "met",
        "CPU time")
  cells("---", "---:", "---:", "---:", "---:", "---", "---:")
  for _, row in ipairs(rows) do row_cells(row, counted) end
  for _, heap in ipairs { { "heap_get", "a GET" }, { "heap_send", "a keyed send" } } do
    local bytes, goal = counted[heap[1]].ours, counts.GOALS[heap[1]]
    cells("Lua's heap for " .. heap[2], "", ("%d B"):format(bytes), "", ("≤ %d B"):format(goal),
          met(bytes, goal), "")
  end
  for _, row in ipairs { { "get", "GETs" }, { "send", "keyed sends" } } do
    local one, goal = peak[row[1]], counts.GOALS.memory
    cells("peak memory after " .. peaks.REQUESTS .. " " .. row[2], ("%.1f MiB"):format(one.bare),
      ("%.1f MiB"):format(one.ours), ("%+.2f MiB"):format(one.more), ("≤ %+.2f MiB"):format(goal),
      met(one.more, goal), "")
  end
end

local ok, message = xpcall(function()
  local counted = counts.measure(server, dir, { build = build, lua = lua, processes = PROCESSES })
  local peak = {}
  for _, mode in ipairs { "get", "send" } do
    peak[mode] = peaks.measure(server, mode, { build = build, lua = lua })
  end
  run_all()
  report(counted, peak)
end, debug.traceback)
server.stop()
os.execute("rm -rf " .. dir)
if not ok then
  io.stderr:write(message, "\n")
  os.exit(1)
end
