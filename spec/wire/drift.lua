-- SPDX-License-Identifier: MIT
-- Compares operations.lua with the official npm package that spec/package.json pins; `make drift`
-- installs it, and pipes what operations.mjs prints into this. Prints every difference; fails if
-- one is not in drift.txt, or is listed there and gone.
package.path = "./?.lua;" .. package.path
local cjson = require "cjson"
local drift = require "spec.support.drift"

local function set(lines)
  local found = {}
  for _, line in ipairs(lines) do found[line] = true end
  return found
end

local lines = drift.of(cjson.decode(io.read "a"))
local here, known = set(lines), set(drift.known())
local fine = true
for _, line in ipairs(lines) do
  print(known[line] and line or line .. "    <- not in spec/wire/drift.txt")
  fine = fine and known[line] ~= nil
end
for line in pairs(known) do
  if not here[line] then
    print("gone: " .. line .. "    <- still in spec/wire/drift.txt")
    fine = false
  end
end
os.exit(fine)
