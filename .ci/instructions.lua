-- SPDX-License-Identifier: MIT
-- The success path must not get slower: compares the instructions of one GET of an inbox through
-- the public API, libcurl and Lua included, as counted by callgrind, with the figure below. Unlike
-- time, the count hardly depends on the machine and its load. Speaks TAP.
--   lua5.4 .ci/instructions.lua         (environment of `make -s print-RUN`)
package.path = ".ci/?.lua;" .. package.path
local counting = require "counting"

local KNOWN = 113000 -- Debian 12: libcurl 7.88.1, Lua 5.4.4
local TOLERANCE, FEW, MANY = 0.05, 500, 2500

local result = counting.beside_server(function(server)
  local function count(requests)
    return counting.instructions(("%s bench/client.lua get %s %d"):format(
      os.getenv("LUA") or "lua5.4", server.http, requests))
  end
  -- The count depends on whether an answer is there at the first look, so we take the median of
  -- three.
  local counts = {}
  for i = 1, 3 do counts[i] = (count(MANY) - count(FEW)) / (MANY - FEW) end
  table.sort(counts)
  return counts[2]
end)
local change = result / KNOWN - 1
print(("%.0f instructions, known as %d: %+.1f %%, allowed +%.0f %%"):format(result, KNOWN,
  change * 100, TOLERANCE * 100))
print("1..1")
print((change <= TOLERANCE and "ok" or "not ok") .. " 1 - the happy path is no slower")
os.exit(change <= TOLERANCE)
