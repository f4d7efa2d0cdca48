-- SPDX-License-Identifier: MIT
-- Checks the options of start{} and connect{}: their names and types. A mistake is an error of the
-- caller.

local unknown = require "agentmail.util.suggest".unknown

--- Raises an error if an option is unknown or of another type.
---@param where string                 "sandbox.start"
---@param options table
---@param known table<string, string>  name → type, or types: "string or table"
---@param level integer                of the caller, as for error(), seen from here
local function check(where, options, known, level)
  if type(options) ~= "table" then
    error(("%s takes a table of options, not a %s"):format(where, type(options)), level)
  end
  for name, value in pairs(options) do
    local expected = known[name]
    if not expected then
      error(where .. ": " .. select(2, unknown(name, known, "option")), level)
    end
    local kind = math.type(value) or type(value)
    if not (" " .. expected .. " "):find(" " .. kind .. " ", 1, true) then
      error(("%s: %s must be %s %s, not %s"):format(where, name,
        expected == "integer" and "an" or "a", expected, kind), level)
    end
  end
end

return { check = check }
