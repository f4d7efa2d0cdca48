-- SPDX-License-Identifier: MIT
-- The cost of a request and of a start must not grow: instructions over bare libcurl's in the same
-- run (bench/bare.c, bench/flight.c), of a page over lua-cjson's decoding, and the heap of a
-- request. Speaks TAP; takes about 40 seconds.
--   lua5.4 .ci/ratios.lua         (environment of `make -s print-RUN`)
--
-- A limit is KNOWN and ROOM above it, but at most the goal of bench/counts.lua and GOAL_ROOM above
-- that. KNOWN is what was seen on one machine; others count up to 5 % more with the same build:
-- libc and libcrypto choose other code for another processor, the kernel other moments for an
-- answer. So a row that fails elsewhere by little is compared with the commit before on the same
-- machine before it is set anew. A change that saves something lowers its line.
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"
local counts = dofile "bench/counts.lua"

local ROOM, GOAL_ROOM = 0.08, 0.03

local ROWS = {
  { "get", "a GET" },
  { "send", "a keyed send" },
  { "keyed", "a keyed send with a key and three options" },
  { "page", "a page of 100, over lua-cjson's decoding" },
  { "flight", "64 GETs in flight" },
  { "start", "start to first answer, the whole process" },
  { "heap_get", "bytes of Lua's heap for a GET" },
  { "heap_send", "bytes of Lua's heap for a keyed send" },
}

local KNOWN = { get = 1.36, send = 1.30, keyed = 1.35, page = 1.115, flight = 1.32, start = 2.02,
                heap_get = 686, heap_send = 542 }

local measured = counting.beside_server(function(server, dir)
  return counts.measure(server, dir, { build = os.getenv "AGENTMAIL_BUILD" or "build",
                                       lua = os.getenv "LUA" or "lua5.4", processes = 3 })
end)

print("1.." .. #ROWS)
local passed = true
for i, row in ipairs(ROWS) do
  local name, what = row[1], row[2]
  local one, goal = measured[name], counts.GOALS[name]
  local value = one.ratio or one.ours
  local limit = math.min(KNOWN[name] * (1 + ROOM), goal * (1 + GOAL_ROOM))
  local words = one.ratio and "%.3f" or "%.0f"
  print(("%s %d - %s: " .. words .. ", at most " .. words .. ", goal %.14g"):format(
    value <= limit and "ok" or "not ok", i, what, value, limit, goal))
  passed = passed and value <= limit
end
os.exit(passed)
