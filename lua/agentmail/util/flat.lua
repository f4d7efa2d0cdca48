-- SPDX-License-Identifier: MIT
-- Arguments without metamethods. The encoder reads tables raw; where one has metamethods, it is
-- copied first, with what these return.

local function is_raw(meta)
  return not (meta and (meta.__index or meta.__pairs or meta.__len))
end

--- A value without metamethods that change what is in it.
---@param of any
---@return any
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

--- The arguments of an operation: the fields that are there, and what metamethods return for the
--- other names that the operation takes.
---@param known table<string, string>
---@param of table
---@return table
local function arguments(known, of)
  local made = {}
  for name, member in next, of do made[name] = value(member) end
  for name in next, known do
    if made[name] == nil then made[name] = value(of[name]) end
  end
  return made
end

return { arguments = arguments, value = value }
