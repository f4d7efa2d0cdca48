-- SPDX-License-Identifier: MIT
-- The waits of the library other than those of a call (csrc/lua/lua_perform.c). Without tasks they
-- block. task/waits.lua, once it is loaded, replaces these functions.

local core = require "agentmail.core"

---@class agentmail.Door
---@field tasking boolean  there may be tasks
---@field watched boolean  a host has asked for the descriptor, or a loop is attached
local door = { tasking = false, watched = false }

--- Waits until a call of a set (call → any value) has news; returns that call, or nil: look again.
door.any = core.wait_any

--- Waits until a time of core.now(). False, and then a message: a deadline ended it, or a cancel.
---@param till number
---@return boolean slept, string? message
function door.sleep(till)
  repeat local slept = core.sleep(math.max(0, till - core.now())) until slept
  return true
end

--- The same, but a cancel does not raise: false, and then a message and the code of a failure.
---@param till number
---@param is_firm boolean?  neither a deadline nor a cancel ends it
---@return boolean slept, string? message, string? code
function door.pause(till, is_firm) -- luacheck: ignore is_firm
  return door.sleep(till)
end

--- Raises an error if no wait may begin here, because the task is cancelled.
function door.check() end

--- Whether the task is cancelled.
---@return boolean
function door.cancelled() return false end

--- Whether a wait here lets other tasks run.
---@return boolean
function door.yields() return false end

--- Waits for a place in the queue of a client of the core. Returns nothing if there may be one now,
--- or the code and message of the failure.
---@return string? code, string? message
function door.queue(_, message) return "queue_full", message end

--- Waits until a gate (util/gate.lua) may be free; or returns a message why it cannot wait.
---@param gate agentmail.Gate
---@return string? message
function door.turn(gate) return gate and door.BUSY end

door.BUSY = "the next item is being fetched, which cannot be waited for here"

--- The task, or coroutine, whose code runs.
door.own = coroutine and coroutine.running or function() return true end

--- Seconds, or less if a deadline comes before.
---@param seconds number
---@return number
function door.bounded(seconds) return seconds end

--- Whether the failure of a cancelled call is kept for client:interrupted().
---@return boolean
function door.notes() return false end

return door
