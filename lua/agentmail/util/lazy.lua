-- SPDX-License-Identifier: MIT
-- A module that is loaded when something of it is first used. It keeps `require "agentmail"` quick.
-- Only the doors use it (init, collection, object), and before a request is on its way.

---@param name string
---@return table
local function lazy(name)
  return setmetatable({}, {
    __index = function(module, key)
      local value = require(name)[key]
      module[key] = value
      return value
    end,
  })
end

return lazy
