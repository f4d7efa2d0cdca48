-- SPDX-License-Identifier: MIT
-- Lua integers of whole numbers: the stock lua-cjson decodes every number as a float.

local cjson = require "cjson"

local math_type, tointeger = math.type, math.tointeger

local ALL = {} -- nothing is skipped

--- Whole numbers below this are doubles of their own; from here on, several are one.
local EXACT = 2.0 ^ 53
local LEAST = -EXACT

--- Makes Lua integers of whole floats, through all levels below members not named in `skipped`,
--- which hold no numbers or are looked after elsewhere. From 2^53 on, where a decoder that reads
--- doubles may have rounded, they stay floats.
---@param value table
---@param skipped table<string, boolean>  false: holds numbers; nil: not known
---@return boolean surprised  whether a member that is not known held numbers
local function below(value, skipped)
  local surprised = false
  for key, member in next, value do
    local skip = skipped[key]
    if not skip then
      if math_type(member) == "float" then
        if member < EXACT and member > LEAST then value[key] = tointeger(member) or member end
        surprised = surprised or skip == nil
      elseif type(member) == "table" then
        surprised = below(member, ALL) and skip == nil or surprised
      end
    end
  end
  return surprised
end

--- The same for some members only.
---@param value table
---@param names string[]
local function at(value, names)
  for i = 1, #names do
    local name = names[i]
    local member = value[name]
    if math_type(member) == "float" then
      if member < EXACT and member > LEAST then value[name] = tointeger(member) or member end
    elseif type(member) == "table" then
      below(member, ALL)
    end
  end
end

local function nothing() return false end

local needed = math_type(cjson.new().decode("[1]")[1]) == "float"

return { EXACT = EXACT, below = needed and below or nothing, at = needed and at or nothing }
