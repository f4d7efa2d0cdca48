-- SPDX-License-Identifier: MIT
-- What a waiter waits for, on record, and how it is woken.
--
-- Memory may run out, and a hook may raise an error (Ctrl-C), between any two statements here. So a
-- waiter is put into the queue before it is taken off the record. A waiter that is woken without
-- need checks its condition and waits again. A hook may also yield between two statements of a
-- task, and other tasks run: so functions that change records in a task's coroutine are called
-- through core.whole, or by the core in the same way.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"

local arm, enqueue, now, whole = core.arm, core.enqueue, core.now, core.whole
local wait_of, yield = core.wait_of, coroutine.yield

---@class agentmail.Waiter  a task, or a coroutine of a host (see waits.lua)
---@field co thread?            of a task
---@field waiting string|false  what it waits for: "call", "set", "time", "task", "close" (a task
---                              and no cancel), "scope", "place", "firm" (a time, and no cancel)
---@field what any              the call, set, task, scope or client
---@field at number|false       when it is woken at the latest, see timers.lua
---@field place integer|false
---@field pause function?       of a host's coroutine: yields to the host
---@field go_on function?       resumes it, perhaps immediately; may be called once more

local WAIT = core.WAIT -- what a task yields while it waits

local waiting = { WAIT = WAIT }

core.hand { ready = {} } -- the waiters that can continue, in order

--- Seconds until there is more to do, for core.alarm or core.rest, which must then be called.
---@param till number?  a time of core.now(): at the latest then
---@return number? seconds
function waiting.next_time(till)
  local first = timers.first()
  if first and not (till and till < first.at) then till = first.at end
  return till and math.max(0, till - now())
end

-- Removes a waiter from the records.
local function unlist(waiter, kind, what)
  if kind == "set" then
    for call in next, what do call:own(nil) end
  elseif (kind == "task" or kind == "close") and what.joiners then
    what.joiners[waiter] = nil
  end
  if waiter.at then timers.remove(waiter) end
end

--- Lets a waiter continue, in the turns that follow. For a waiter of a call, only core.wake_owners
--- does this: a cancelled call wants its owner.
---@param waiter agentmail.Waiter
function waiting.wake(waiter)
  arm()
  local kind, what = waiter.waiting, waiter.what
  if not waiter.over then enqueue(waiter) end
  waiter.waiting = false
  unlist(waiter, kind, what)
end
local wake = waiting.wake
core.hand { wake = wake }

-- Whether a cancelled task need not wait. A later cancel finds on record what the task waits for;
-- an earlier one did not.
local function is_ended(kind, what)
  if kind == "set" then
    for call in next, what do call:cancel() end -- which makes it want its owner
  end
  return kind == "time" or kind == "task" or kind == "place"
end

--- Puts a waiter on record, and then checks its condition: later changes find it on record. Nothing
--- may yield. (For a waiter of a call, the core does this.)
function waiting.begin(waiter, kind, what, till, is_there)
  if till then timers.set(waiter, till) end
  if kind == "set" then
    for call in next, what do call:own(waiter) end
  elseif kind == "task" or kind == "close" then
    what.joiners = what.joiners or {}
    what.joiners[waiter] = true
  end
  if till then arm() end
  waiter.what = what
  waiter.waiting = kind
  if waiter.cancelled and is_ended(kind, what) or is_there and is_there(what, waiter) then
    waiter.waiting = false
    unlist(waiter, kind, what)
  elseif waiter.go_on then
    core.hold(waiter) -- when it is certain that it will be told to go on
  end
end
local begin = waiting.begin

--- Waits until woken, which may be for no reason.
---@param waiter agentmail.Waiter
---@param kind string
---@param what any
---@param till number?  a time of core.now()
---@param is_there (fun(what: any, waiter: agentmail.Waiter): boolean?)?  whether there is nothing
---                left to wait for: a hook may have yielded since the caller checked
function waiting.wait(waiter, kind, what, till, is_there)
  whole(begin, waiter, kind, what, till, is_there)
  local is_task = waiter.co
  while waiter.waiting do
    if is_task then yield(wait_of(waiter)) else waiter.pause() end
  end
end

--- Wakes the waiters whose time has come.
---@param stop number?  a time of core.now(): the rest is left to the next pass
function waiting.wake_due(stop)
  local first, time = timers.first(), now()
  while first and first.at <= time do
    wake(first)
    timers.remove(first)
    first = timers.first()
    if stop and now() >= stop then break end
  end
end

return waiting
