-- SPDX-License-Identifier: MIT
-- Sleeping such that Ctrl-C and a host's hooks still work.

local core = require "agentmail.core"

---@param seconds number  0 or more
local function sleep(seconds)
  if math.type(seconds) == nil or seconds ~= seconds or seconds < 0 then
    error(("agentmail.sleep takes seconds, 0 or more, not %s"):format(tostring(seconds)), 2)
  end
  local till = core.now() + seconds
  while not core.sleep(math.max(0, till - core.now())) do end
end

return sleep
