-- SPDX-License-Identifier: MIT
-- The texts for a caller's mistakes. They work even when no more files can be opened: hints, which
-- few programs need, are in a separate module (suggest.lua) and are left out when that cannot be
-- loaded.

local null = require "agentmail.util.json".null

local format = string.format

local mistakes = {}

-- Replaces suggest.lua when it cannot be loaded.
local NO_HINTS = {
  unknown = function(name, _, what) return nil, format("unknown %s '%s'", what, tostring(name)) end,
  suggestion = function() return "" end,
  own_name = function() return nil end,
}

local function shown(value)
  local kind = type(value)
  if value == null then return "null" end
  if kind == "string" then
    return format("the string %q", #value > 40 and value:sub(1, 40) .. "…" or value)
  end
  if kind == "number" then return format("a number (%s)", tostring(value)) end
  if kind == "boolean" then return tostring(value) end
  return "a " .. kind
end

--- The problem with a value of the wrong kind. It continues the name of the value.
---@param be string   the expected kind
---@param value any   the actual value
---@return nil, string problem
function mistakes.must(be, value) return nil, format("must be %s, not %s", be, shown(value)) end

--- The mistake in `inbox.update { … }`, which does not pass the object.
---@param name string  "inboxes.update"
---@return string mistake
function mistakes.dot(name)
  return format("%s: call it with a colon, as in object:%s(…)", name, name:match("[^.]*$"))
end

return setmetatable(mistakes, {
  __index = function(_, key)
    local ok, suggest = pcall(require, "agentmail.util.suggest")
    return (ok and suggest or NO_HINTS)[key]
  end,
})
