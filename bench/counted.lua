-- SPDX-License-Identifier: MIT
-- One process of counts.lua: between two calls of agentmail.uuid(), at which callgrind writes down
-- what it has counted, are the requests of one row.
--   lua5.4 counted.lua URL [ROW COUNT]...
-- Prints the bytes of Lua's heap that one GET and one send take.
local url = arg[1]
local agentmail = require "agentmail"
local client = agentmail.new { base_url = url, api_key = "am_bench", limits = { connections = 64 } }
local perform = dofile "bench/requests.lua"(client)

local WARM_UP, HEAP = { page = 2, decode = 2, flight = 128 }, 100

for i = 2, #arg, 2 do
  local row, count = arg[i], tonumber(arg[i + 1])
  perform[row](WARM_UP[row] or 50)
  collectgarbage()
  agentmail.uuid()
  perform[row](count)
  agentmail.uuid()
end

local function heap(row)
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  perform[row](HEAP)
  local grown = collectgarbage "count" - before
  collectgarbage "restart"
  return grown * 1024 / HEAP
end
print(("%.0f %.0f"):format(heap "get", heap "send"))
os.exit(true) -- without closing the state, which is not a request
