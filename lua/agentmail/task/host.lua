-- SPDX-License-Identifier: MIT
-- What the loops of hosts (agentmail.loop) have in common: a loop watches the descriptor while
-- there are tasks, and waits in the host's own coroutines yield in the way of the host.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local scheduler = require "agentmail.task.scheduler"
local waits = require "agentmail.task.waits"

local host = {}

-- Called when there are tasks again.
local listeners = {}

core.hand {
  began = function()
    for _, began in ipairs(listeners) do began() end
  end,
}

--- Whether there is anything to watch the descriptor for.
---@return boolean
function host.is_busy() return scheduler.count() > 0 end

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
      return pause and { waiting = false, what = false, at = false, place = false, pause = pause,
                         go_on = go_on }
    end)
  end
  if host.is_busy() then began() end
  return core.pollfd()
end

return host
