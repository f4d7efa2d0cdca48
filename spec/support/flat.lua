-- SPDX-License-Identifier: MIT
-- Arguments as the encoder in C may read them, raw: tables with metamethods are copied, with what
-- these answer.

local function is_raw(meta)
  return not (meta and (meta.__index or meta.__pairs or meta.__len))
end

--- A value without metamethods that change what is in it.
local function value(of)
  if type(of) ~= "table" then return of end
  local meta, made = getmetatable(of), {}
  if type(meta) ~= "table" then meta = nil end
  for i = 1, #of do made[i] = value(of[i]) end
  for name, member in pairs(of) do
    if made[name] == nil then made[name] = value(member) end
  end
  if not is_raw(meta) then meta = meta.__name and { __name = meta.__name } or nil end
  return setmetatable(made, meta)
end

--- The arguments of an operation: what its names answer, and all names that are really there.
---@param plan agentmail.Plan
local function arguments(plan, of)
  if type(of) ~= "table" then return of end
  local made = {}
  for name, member in next, of do made[name] = value(member) end
  for _, name in pairs(plan.known) do
    if made[name] == nil then made[name] = value(of[name]) end
  end
  return made
end

return { arguments = arguments, value = value }
