-- SPDX-License-Identifier: MIT
-- The observers of a call: on_attempt, on_progress, dry. An error in one of them is a warning and
-- never harms the call, even where the error has no text or the host has no working warn().

local core = require "agentmail.core"
local error_text = require "agentmail.util.error_text"

-- The host's warn, which may be missing, or its own. Called by core.observe, too.
local function say(...) warn(...) end

--- Calls an observer.
---@param name string  of the option
---@param observer function
local function tell(name, observer, ...)
  local ok, problem = core.observe(observer, ...)
  if not ok then core.observe(say, "agentmail: ", name, " failed: ", error_text(problem)) end
end

--- Tells on_attempt what happened since the last time.
---@param request agentmail.Request
---@param handle userdata
local function tell_attempts(request, handle)
  local operation = request.plan.name
  for _, event in ipairs(handle:events() or {}) do
    event.operation = operation
    tell("on_attempt", request.observer, event)
  end
end

--- Tells on_progress how many bytes of the request's body went out, or else how many of the answer
--- came in.
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
