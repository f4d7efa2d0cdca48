-- SPDX-License-Identifier: MIT
-- A module that is loaded on first use, which keeps `require "agentmail"` fast. Only the entry
-- points use it (init, collection, object), and before a request is on its way.

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
