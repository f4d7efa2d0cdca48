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

--- Reports the events since the last report to on_attempt.
---@param request agentmail.Request
---@param handle userdata
local function tell_attempts(request, handle)
  local operation = request.plan.name
  for _, event in ipairs(handle:events() or {}) do
    event.operation = operation
    tell("on_attempt", request.observer, event)
  end
end

--- Reports to on_progress how many bytes of the request's body were sent, or, without a body, how
--- many bytes of the answer were received.
---@param request agentmail.Request
---@param handle userdata
local function tell_progress(request, handle)
  local sent, received, to_send, to_receive = handle:progress()
  local done, total = received, to_receive
  if request.body then done, total = sent, to_send end
  if done == request.told then return end
  request.told = done
  tell("on_progress", request.on_progress, done, total or request.size)
end

return { tell = tell, tell_attempts = tell_attempts, tell_progress = tell_progress }
