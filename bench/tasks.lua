-- SPDX-License-Identifier: MIT
-- What tasks cost: instructions, by callgrind, over the same without tasks; memory of 10,000 tasks.
--   lua5.4 bench/tasks.lua         (environment of `make -s print-RUN`; `make bench-tasks`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"
local payload = dofile "bench/payload.lua"

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local lua = os.getenv "LUA" or "lua5.4"
local TASKS = 10000

-- The CPU time that a command prints, beside the server on its core.
local function cpu(command)
  return tonumber(counting.read("taskset -c 0 " .. command):match "%S+")
end

counting.beside_server(function(server, dir)
  local function ours(url, row, count, ca_file)
    return ("%s bench/tasked.lua count %s %s %d %s"):format(lua, url, row, count, ca_file or "")
  end
  local function bare(url, count, ca_file)
    return ("%s/bench/flight %s/v0/inboxes/%s %d %s"):format(build, url, payload.inbox_id, count,
      ca_file or "")
  end
  local function counted(row, count)
    return counting.instructions(dir, "core_uuid", ours(server.http, row, count), count)
  end
  print "| tasks | goal | |\n|---|---|---|"
  print(("| a call in a task, over the same call that blocks | at most 11,000 instructions more | "
    .. "%.0f more |"):format(counted("call_in_task", 500) - counted("call", 500)))
  print(("| 64 tasks with a call each, over libcurl alone | 1.6 | %.2f |"):format(
    counted("flight", 640)
      / counting.instructions(dir, "cpu_seconds", bare(server.http, 640), 640)))
  local authority = dir .. "/ca.pem"
  print(("| the same over HTTPS and HTTP/2, CPU time | 1.6 | %.2f |"):format(
    cpu(ours(server.http2, "flight", 6400, authority)) / cpu(bare(server.http2, 6400, authority))))
  if io.open "spec/node_modules/agentmail/package.json" then -- `npm ci` in spec
    print(("| the official npm package with 64 calls, over ours, CPU time | at least 12 | %.1f |")
      :format(cpu(("node spec/wire/flight.mjs %s %s 6400"):format(server.http, payload.inbox_id))
        / cpu(ours(server.http, "flight", 6400))))
  end
  print(("| a task that does nothing, over a coroutine | 6 | %.1f |"):format(
    counted("task", 5000) / counted("coroutine", 5000)))
end)
for _, row in ipairs { { "asleep", "asleep", 3 }, { "get", "in a GET", 5.5 },
                       { "send", "in a keyed send of 500 bytes", 6 } } do
  local heap, resident = counting.read(("%s bench/tasked.lua memory %s %d"):format(lua, row[1],
    TASKS)):match "(%S+) (%S+)"
  print(("| a task %s: Lua's memory; resident | %.1f KB; 9 KB | %.1f KB; %.1f KB |"):format(row[2],
    row[3], heap / 1000, resident / 1000))
end
