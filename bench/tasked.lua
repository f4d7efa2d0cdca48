-- SPDX-License-Identifier: MIT
-- One process of tasks.lua. Between two calls of agentmail.uuid(), at which callgrind writes down
-- what it has counted, is the work of one row. Prints its CPU time, in microseconds for each.
--   lua5.4 tasked.lua count URL ROW COUNT [CA-FILE]   call, call_in_task, flight, coroutine, task
--   lua5.4 tasked.lua memory asleep|get|send COUNT
local what, name, row, count = arg[1], arg[2], arg[3], tonumber(arg[4] or arg[3])
local agentmail = require "agentmail"
local payload = dofile "bench/payload.lua"
local run, spawn = agentmail.run, agentmail.spawn

local function nothing() end

local function gets(client, times)
  for _ = 1, times do assert(client.inboxes:get(payload.inbox_id)) end
end

local rows = {
  call = gets,
  call_in_task = function(client, times) run(gets, client, times) end,
  flight = function(client, times)
    run(function()
      for _ = 1, 64 do spawn(gets, client, times // 64) end
    end)
  end,
  coroutine = function(_, times)
    for _ = 1, times do coroutine.resume(coroutine.create(nothing)) end
  end,
  task = function(_, times)
    run(function()
      for _ = 1, times do spawn(nothing) end
    end)
  end,
}

if what == "count" then
  local client = agentmail.new { base_url = name, api_key = "am_bench", ca_file = arg[5],
                                 http2 = true, limits = { connections = 64 } }
  rows[row](client, 128)
  collectgarbage()
  local began = os.clock()
  agentmail.uuid()
  rows[row](client, count)
  agentmail.uuid()
  print((os.clock() - began) / count * 1e6)
  os.exit(true)
end

-- Nobody answers, so that all calls stay under way.
local silent = require "socket".bind("127.0.0.1", 0, 128)
local _, port = silent:getsockname()
local client = agentmail.new { base_url = "http://127.0.0.1:" .. port, api_key = "am_bench",
                               limits = { connections = 64, queue_length = 2 * count } }
local messages = client:inbox(payload.inbox_id).messages
local text = ("x"):rep(500)
local bodies = {
  asleep = function() agentmail.sleep(600) end,
  get = function() client.inboxes:get(payload.inbox_id) end,
  send = function(i)
    messages:send { to = "x@example.com", text = text, idempotency_key = "k" .. i }
  end,
}

local function resident()
  return tonumber(io.open "/proc/self/statm":read "a":match "%d+ (%d+)") * 4096
end

agentmail.pollfd()
local warm = spawn(bodies[name], 0)
for _ = 1, 20 do agentmail.step() end
collectgarbage()
collectgarbage()
local before, pages = collectgarbage "count", resident()
for i = 1, count do spawn(bodies[name], i) end
for _ = 1, 20 do agentmail.step() end
collectgarbage()
collectgarbage()
assert(warm.state == "waiting")
print(("%.0f %.0f"):format((collectgarbage "count" - before) * 1024 / count,
                           (resident() - pages) / count))
os.exit(true)
