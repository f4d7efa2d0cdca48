-- SPDX-License-Identifier: MIT
-- Sleeping such that Ctrl-C and a host's hooks still work.

local core = require "agentmail.core"

---@param seconds number
local function sleep(seconds)
  local till = core.now() + seconds
  while not core.sleep(math.max(0, till - core.now())) do end
end

return sleep
