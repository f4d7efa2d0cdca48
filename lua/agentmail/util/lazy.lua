-- SPDX-License-Identifier: MIT
-- A module that is loaded on first use, which keeps `require "agentmail"` fast. Only the entry
-- points use it (init, collection, object), and before a request is on its way.

local mt = {}

-- The key mt, which no member has as its name, holds the name of the module.
function mt.__index(module, key)
  local value = require(module[mt])[key]
  module[key] = value
  return value
end

---@param name string
---@return table
local function lazy(name) return setmetatable({ [mt] = name }, mt) end

return lazy
