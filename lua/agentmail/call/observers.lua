-- SPDX-License-Identifier: MIT
-- The observers of a call: on_attempt, on_progress, dry. An error in one of them is a warning and
-- never harms the call, even if the error has no text or the host has no working warn().

local core = require "agentmail.core"
local error_text = require "agentmail.util.error_text"

-- Calls the host's warn, which may be missing or replaced; core.observe calls this function.
local function say(...) warn(...) end

--- Calls an observer.
---@param name string  the option
---@param observer function
local function tell(name, observer, ...)
  local ok, problem = core.observe(observer, ...)
  if not ok then core.observe(say, "agentmail: ", name, " failed: ", error_text(problem)) end
end

return { tell = tell }
