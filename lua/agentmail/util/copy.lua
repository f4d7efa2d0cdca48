-- SPDX-License-Identifier: MIT
-- Shallow copies.

--- Copies the members of a table into another, replacing equal names.
---@param into table
---@param from table
---@return table into
local function merge(into, from)
  for name, member in pairs(from) do into[name] = member end
  return into
end

--- Makes the members of a table exactly those of another.
---@param into table
---@param from table
---@return table into
local function replace(into, from)
  for name in next, into do into[name] = nil end
  return merge(into, from)
end

--- A new table with the same members.
---@param from table
---@return table
local function copy(from) return merge({}, from) end

return { copy = copy, merge = merge, replace = replace }
