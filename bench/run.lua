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
local CORE, STARTS, PROCESSES, PAGES = 0, 11, 5, 100 -- the core is the server's, too

local function measure(command)
  return tonumber(read("taskset -c " .. CORE .. " " .. command):match "[%d.]+")
end

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
local function loop(name, count, left, url, path, many)
  local tail = " " .. (many or requests)
  return { name = name, count = count, unit = "µs", words = "%.1f k", by = 1e3,
           left .. url .. path .. tail, ours .. count .. " " .. url .. tail }
end

local function start(name, url, bare_flags, our_flags, count)
  return { name = "start to first answer, " .. name, unit = "ms", goal = 1.5, count = count,
           words = "%.1f M", by = 1e6,
           starts .. bare .. "get " .. url .. inbox .. " 0 " .. bare_flags,
           starts .. ours .. "get " .. url .. " 0 " .. our_flags }
end

local function make_rows(server)
  local http, https = server.http, server.https
  local by_dir, by_file = "--ca-dir " .. server.ca_dir, "--ca-file " .. server.ca_file
  local send = inbox .. "/messages/send"
  return {
    loop("GET of an inbox", "get", bare .. "get ", http, inbox),
    loop("keyed send", "send", bare .. "send ", http, send),
    loop("keyed send, with a key and three options", "keyed", bare .. "send ", http, send),
    loop("page of 100 messages, over `cjson.decode`", "page", ours .. "decode ", http, "", PAGES),
    loop("64 GETs in flight, over a bare multi loop", "flight", build .. "/bench/flight ", http,
      inbox),
    start("HTTP", http, "", "", "start"),
    start("HTTPS, hashed CA directory", https, by_dir, by_dir),
    start("HTTPS, CA bundle", https, by_file, by_file),
    start("HTTPS, bare libcurl's default (bundle) against ours (directory)", https, by_file,
      by_dir),
  }
end

local function run_all(rows)
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

local function report(rows, counted, peak)
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

counting.beside_server(function(server, dir)
  local settings = { build = build, lua = lua, processes = PROCESSES }
  local counted = counts.measure(server, dir, settings)
  local peak = { get = peaks.measure(server, "get", settings),
                 send = peaks.measure(server, "send", settings) }
  local rows = make_rows(server)
  run_all(rows)
  report(rows, counted, peak)
end)
