-- SPDX-License-Identifier: MIT
-- A module that is loaded when something of it is first used. For what most scripts never need:
-- the words of errors, the pages of lists. It keeps `require "agentmail"` quick.

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
