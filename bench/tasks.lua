-- SPDX-License-Identifier: MIT
-- What tasks cost: instructions, by callgrind, over the same without tasks; memory of 10,000 tasks.
--   lua5.4 bench/tasks.lua         (environment of `make -s print-RUN`; `make bench-tasks`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"
local payload = dofile "bench/payload.lua"

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local lua = os.getenv "LUA" or "lua5.4"
local TASKS = 10000

-- Instructions between two calls of a C function, of one run in `count`.
local function instructions(dir, mark, command, count)
  local file = dir .. "/callgrind.out"
  os.execute("rm -f " .. file .. "*")
  counting.read(("taskset -c 0 valgrind --tool=callgrind --dump-before=%s --callgrind-out-file=%s "
    .. "%s 2>&1"):format(mark, file, command))
  local part = assert(io.open(file .. ".2"), mark .. " was not called")
  local text = part:read "a"
  part:close()
  return tonumber(text:match "\nsummary: (%d+)") / count
end

counting.beside_server(function(server, dir)
  local function ours(row, count, url, ca_file)
    return instructions(dir, "core_uuid", ("%s bench/tasked.lua count %s %s %d %s"):format(lua,
      url or server.http, row, count, ca_file or ""), count)
  end
  local function flight(url, ca_file)
    local command = ("%s/bench/flight %s/v0/inboxes/%s 640 %s"):format(build, url,
      payload.inbox_id, ca_file or "")
    local bare = instructions(dir, "cpu_seconds", command, 640)
    return ours("flight", 640, url, ca_file) / bare
  end
  print "| tasks | goal | |\n|---|---|---|"
  print(("| a call in a task, over the same call that blocks | at most 11,000 instructions more | "
    .. "%.0f more |"):format(ours("call_in_task", 500) - ours("call", 500)))
  print(("| 64 tasks with a call each, over libcurl alone | 1.6 | %.2f |"):format(
    flight(server.http)))
  print(("| the same over HTTPS and HTTP/2 | 1.6 | %.2f |"):format(
    flight(server.http2, server.ca_file)))
  local sdk = io.open "spec/node_modules/agentmail/package.json"
  if sdk then -- `npm ci` in spec
    local function cpu(command) return tonumber(counting.read("taskset -c 0 " .. command)) end
    print(("| the official npm package with 64 calls, over us, CPU | at least 12 | %.1f |"):format(
      cpu(("node spec/wire/flight.mjs %s %s 6400"):format(server.http, payload.inbox_id))
        / cpu(("%s bench/tasked.lua count %s flight 6400"):format(lua, server.http))))
  end
  print(("| a task that does nothing, over a coroutine | 6 | %.1f |"):format(
    ours("task", 5000) / ours("coroutine", 5000)))
end)
for _, row in ipairs { { "asleep", "asleep", 3 }, { "get", "in a GET", 5.5 },
                       { "send", "in a keyed send of 500 bytes", 6 } } do
  local heap, resident = counting.read(("%s bench/tasked.lua memory %s %d"):format(lua, row[1],
    TASKS)):match "(%S+) (%S+)"
  print(("| a task %s: Lua's memory; resident | %.1f KB; 9 KB | %.1f KB; %.1f KB |"):format(row[2],
    row[3], heap / 1000, resident / 1000))
end
