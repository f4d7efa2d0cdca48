-- SPDX-License-Identifier: MIT
-- The words for a caller's mistakes. They are told even where no more files can be opened: the
-- hints, which hardly any program needs, are a module of their own (suggest.lua), and where that
-- cannot be loaded there are none.

local null = require "agentmail.util.json".null

local format = string.format

local mistakes = {}

-- What stands for suggest.lua where it cannot be loaded.
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

--- What to say about a value of the wrong kind. It reads on after the name of the value.
---@param be string   what it must be
---@param value any   what it is
---@return nil, string problem
function mistakes.must(be, value) return nil, format("must be %s, not %s", be, shown(value)) end

--- What to say to `inbox.update { … }`, where the object got lost.
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
