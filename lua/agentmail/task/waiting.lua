-- SPDX-License-Identifier: MIT
-- What a waiter waits for, on record, and how it is woken.
--
-- Memory may run out, and a hook may raise an error (Ctrl-C), between any two statements here. So a
-- waiter is in the queue before it is no longer on record, and one that is woken although it need
-- not be only looks, and waits again. A hook may also yield between two statements of a task, and
-- others run: so what changes records in a task's coroutine is called by core.whole, or by the core
-- in such a way.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"

local next_call, now, whole = core.next, core.now, core.whole
local yield = coroutine.yield

---@class agentmail.Waiter  a task, or a coroutine of a host (see waits.lua)
---@field co thread?            of a task
---@field waiting string|false  what it waits for: "call", "set", "time", "task", "close" (a task
---                              and no cancel), "scope", "place", "firm" (a time, and no cancel)
---@field what any              the call, set, task, scope or client
---@field at number|false       when it is woken at the latest, see timers.lua
---@field place integer|false
---@field pause function?       of a host's coroutine: yields to the host
---@field go_on function?       and makes it go on

--- The tasks that can run, from `head` to `tail`.
local ready = { head = 1, tail = 0 }

local WAIT = {} -- what a task yields while it waits

local waiting = { ready = ready, WAIT = WAIT }

-- Calls → who waits for them.
local owners = {}

local armed = false -- the alarm rings

--- The host that watches the descriptor shall step.
function waiting.arm()
  if armed then return end
  core.alarm(0)
  armed = true
end
local arm = waiting.arm

--- When there is more to do, for core.alarm or core.rest, which then has to be called.
---@param till number?  a time of core.now(): at the latest then
---@return number? seconds
function waiting.next_time(till)
  armed = false
  if ready.head <= ready.tail then return 0 end
  local first = timers.count > 0 and timers.first()
  if first and not (till and till < first.at) then till = first.at end
  return till and math.max(0, till - now())
end

--- A task can run.
---@param task agentmail.Task.Inner
function waiting.enqueue(task)
  local tail = ready.tail + 1
  ready[tail] = task
  ready.tail = tail
end
local enqueue = waiting.enqueue

-- Takes a waiter off the records.
local function unlist(waiter, kind, what)
  if kind == "call" then
    owners[what] = nil
  elseif kind == "set" then
    for call in next, what do owners[call] = nil end
  elseif (kind == "task" or kind == "close") and what.joiners then
    what.joiners[waiter] = nil
  end
  if waiter.at then timers.remove(waiter) end
end

--- Wakes a waiter. Of a call, it is only wake_due that does: a cancelled call has news.
---@param waiter agentmail.Waiter
function waiting.wake(waiter)
  if not armed then arm() end
  local is_task, kind, what = waiter.co, waiter.waiting, waiter.what
  if is_task and not waiter.over then enqueue(waiter) end
  waiter.waiting = false
  if not is_task then waiter.go_on() end
  if kind ~= "call" then unlist(waiter, kind, what) end
end
local wake = waiting.wake

-- Whether a task that was cancelled need not wait. Others' cancels find what it waits for on
-- record; one from before has not found it.
local function is_ended(kind, what)
  if kind == "call" then
    what:cancel() -- which makes it want its owner
  elseif kind == "set" then
    for call in next, what do call:cancel() end
  end
  return kind == "time" or kind == "task" or kind == "place"
end

--- Puts a waiter on record, and then looks: what comes later finds it there. Nothing may yield.
function waiting.begin(waiter, kind, what, till, is_there)
  if till then timers.set(waiter, till) end
  if kind == "call" then
    owners[what] = waiter
  elseif kind == "set" then
    for call in next, what do owners[call] = waiter end
  elseif kind == "task" or kind == "close" then
    what.joiners = what.joiners or {}
    what.joiners[waiter] = true
  end
  if till or not waiter.co then arm() end
  waiter.what = what
  waiter.waiting = kind
  if waiter.cancelled and is_ended(kind, what) or is_there and is_there(what, waiter) then
    waiter.waiting = false
    unlist(waiter, kind, what)
  end
end
local begin = waiting.begin

--- Waits until woken, which may be for no reason.
---@param waiter agentmail.Waiter
---@param kind string
---@param what any
---@param till number?  a time of core.now()
---@param is_there (fun(what: any, waiter: agentmail.Waiter): boolean?)?  whether there is nothing
---                to wait for any more: a hook may have yielded since the caller has looked
function waiting.wait(waiter, kind, what, till, is_there)
  whole(begin, waiter, kind, what, till, is_there)
  local is_task = waiter.co
  while waiter.waiting do
    if is_task then yield(WAIT) else waiter.pause() end
  end
end

--- Wakes those whose calls have news, and those whose time has come.
---@param stop number?  a time of core.now(): the rest is left to the next pass
---@return boolean?     whether calls are left
function waiting.wake_due(stop)
  local call = next_call()
  while call do
    armed = true
    local owner = owners[call]
    if owner then wake(owner) end
    owners[call] = nil
    call = next_call(call)
    if call and stop and now() >= stop then return true end
  end
  if timers.count == 0 then return end
  local first, time = timers.first(), now()
  while first and first.at <= time do
    wake(first)
    timers.remove(first)
    first = timers.first()
    if stop and now() >= stop then break end
  end
end

--- Forgets all waiters, after a fork.
function waiting.clear()
  for place = ready.head, ready.tail do ready[place] = nil end
  ready.head, ready.tail = 1, 0
  owners, armed = {}, false
end

return waiting
