-- SPDX-License-Identifier: MIT
-- A sleep during which Ctrl-C and a host's hooks still work, and other tasks run.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise

local MOST = 1e9

---@param seconds number  0 or more, up to 1e9
local function sleep(seconds)
  if math.type(seconds) == nil or not (seconds >= 0 and seconds <= MOST) then
    raise(("agentmail.sleep takes seconds, from 0 to 1e9, not %s"):format(tostring(seconds)))
  end
  local slept, message = door.sleep(core.now() + seconds)
  if not slept then raise(message) end
end

return sleep
