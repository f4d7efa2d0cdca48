-- SPDX-License-Identifier: MIT
-- The WHERE clause of a generated query, with its parameters.

---@class agentmail.sandbox.Conditions
---@field where string[]
---@field arguments any[]
local methods = {}
local mt = { __index = methods, __name = "agentmail.sandbox.Conditions" }

--- Adds a condition and its parameters.
---@param condition string
function methods:add(condition, ...)
  self.where[#self.where + 1] = condition
  for i = 1, select("#", ...) do self.arguments[#self.arguments + 1] = (select(i, ...)) end
end

--- Adds the bounds on a time column, which are exclusive.
---@param bounds { before: integer?, after: integer? }
---@param column string
function methods:between(bounds, column)
  if bounds.before then self:add(column .. " < ?", bounds.before) end
  if bounds.after then self:add(column .. " > ?", bounds.after) end
end

--- All of them as SQL.
---@return string
function methods:sql() return table.concat(self.where, " AND ") end

---@param condition string
---@return agentmail.sandbox.Conditions
local function new(condition, ...)
  return setmetatable({ where = { condition }, arguments = { ... } }, mt)
end

--- A copy, to add conditions to.
---@param conditions agentmail.sandbox.Conditions
---@return agentmail.sandbox.Conditions
local function copy(conditions)
  local where, arguments = conditions.where, conditions.arguments
  return setmetatable({ where = table.move(where, 1, #where, 1, {}),
                        arguments = table.move(arguments, 1, #arguments, 1, {}) }, mt)
end

return { new = new, copy = copy }
