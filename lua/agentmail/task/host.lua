-- SPDX-License-Identifier: MIT
-- What the loops of hosts (agentmail.loop) have in common: a loop watches the descriptor while
-- there are tasks, and waits of the host's own coroutines become waits of its own kind.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local scheduler = require "agentmail.task.scheduler"
local waits = require "agentmail.task.waits"

local host = {}

-- Told when there are tasks again.
local listeners = {}

local function tell_listeners()
  for _, began in ipairs(listeners) do began() end
end
core.hand { began = tell_listeners }

--- Whether there is anything to watch the descriptor for.
---@return boolean
function host.is_busy() return scheduler.count() > 0 end

-- Counts a wait of the host among the tasks, so that the loop goes on.
local function held(waiter, pause)
  core.hold(waiter)
  if scheduler.count() == 1 then tell_listeners() end
  local paused, problem = pcall(pause)
  core.release(waiter)
  if not host.is_busy() then scheduler.arm() end -- the loop shall see it
  if not paused then error(problem, 0) end
end

--- Attaches a loop: `began` is called when there are tasks, after a time without. `claims`
--- returns, for a coroutine of the host's, a function that pauses it and one that makes it go on;
--- for any other, nothing.
---@param began fun()
---@param claims? fun(co: thread): (fun()?, fun()?)
---@return integer descriptor
function host.attach(began, claims)
  door.watched = true
  listeners[#listeners + 1] = began
  if claims then
    table.insert(waits.claims, function(co)
      local pause, go_on = claims(co)
      if not pause then return nil end
      local waiter = { waiting = false, what = false, at = false, place = false, go_on = go_on }
      function waiter.pause() held(waiter, pause) end
      return waiter
    end)
  end
  if host.is_busy() then began() end
  return core.pollfd()
end

return host
