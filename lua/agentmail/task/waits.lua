-- SPDX-License-Identifier: MIT
-- The one rule of waiting: a wait yields if the running coroutine belongs to a task and may yield,
-- or if an attached loop claims it; everywhere else it blocks. This module also has what bounds a
-- wait: the deadline of `within`, and a cancel.

local core = require "agentmail.core"
local cycles = require "agentmail.task.cycles"
local door = require "agentmail.util.door"
local queues = require "agentmail.task.queues"
local raise = require "agentmail.util.raise".raise
local scheduler = require "agentmail.task.scheduler"

local here = scheduler.here
local isyieldable, running, status = coroutine.isyieldable, coroutine.running, coroutine.status
local min, now = math.min, core.now

local waits = {}

local NOBODY, MOST = {}, 1e9 -- seconds, as of a sleep
local CANCELLED = "this task is cancelled"
local TOO_LATE = "the time given to agentmail.within is over"

-- Where ------------------------------------------------------------------------------------------

--- Functions that claim the waits of a host's coroutines: each returns a waiter for the running
--- coroutine, or nil.
---@type (fun(co: thread): agentmail.Waiter?)[]
waits.claims = {}

--- Coroutines made by agentmail.coroutine → the coroutine that resumes each, if it may yield.
---@type table<thread, thread|false>
waits.resumers = setmetatable({}, { __mode = "k" })

-- The waiter of the running coroutine, which may yield; nil: a wait blocks.
local function claim_here()
  local co, tasks = running(), scheduler.tasks
  local own = co
  repeat
    local task = tasks[co]
    if task then return task end
    co = waits.resumers[co]
  until not co
  if waits.resumers[own] then return nil end
  for _, claims in ipairs(waits.claims) do
    local waiter = claims(own)
    if waiter then return waiter end
  end
end

--- The waiter that a wait here yields for; nil: a wait blocks.
---@return agentmail.Waiter?
local function claim()
  return isyieldable() and claim_here() or nil
end
waits.claim = claim

-- Until when -------------------------------------------------------------------------------------

-- The deadlines of `within` in coroutines that belong to no task; and the task in which each runs,
-- if any: a deadline does not bound the tasks that run while its coroutine blocks.
local bounds = setmetatable({}, { __mode = "k" })
local bounded = setmetatable({}, { __mode = "k" })
local has_bounds = false

--- The time of core.now() at which all waits here end; nil: there is no such time.
---@param task agentmail.Task.Inner|false  scheduler.here()
---@return number?
local function deadline(task)
  local at = task and task.deadline or nil
  if not has_bounds then return at end
  for co, bound in next, bounds do
    local state = bounded[co] == task and status(co)
    if (state == "running" or state == "normal") and not (at and at < bound) then at = bound end
  end
  return at
end
waits.deadline = deadline

local restoring = {
  __close = function(before)
    if before.task then
      before.task.deadline = before.at
    else
      bounds[before.co] = before.at or nil
      if not before.at then bounded[before.co] = nil end
      has_bounds = next(bounds) ~= nil
      core.bound(has_bounds)
    end
  end,
}

--- Calls a function. All waits in it, and in tasks that it spawns, have one deadline.
---@param seconds number
---@param fn function
function waits.within(seconds, fn, ...)
  if math.type(seconds) == nil or not (seconds >= 0 and seconds <= MOST) then
    raise("agentmail.within takes seconds, from 0 to 1e9, not " .. tostring(seconds))
  end
  local co = running()
  local task, at = scheduler.tasks[co] or nil, now() + seconds
  local before <close> = setmetatable({ task = task, co = co,
    at = task and task.deadline or bounds[co] or false }, restoring)
  if before.at then at = min(at, before.at) end
  if task then
    task.deadline = at
  else
    has_bounds = true
    core.bound(true)
    bounded[co] = here()
    bounds[co] = at
  end
  return fn(...)
end

-- Waits ------------------------------------------------------------------------------------------

--- Raises if no wait may begin here.
---@return agentmail.Task.Inner|false  scheduler.here()
local function check()
  local task = here()
  if task and task.cancelled then raise(CANCELLED) end
  return task
end
waits.check = check

--- Whether waits here have ended, and why.
---@return string? message
function waits.ended(waiter)
  if waiter.cancelled then return CANCELLED end
  local at = deadline(here())
  return at and now() >= at and TOO_LATE or nil
end

door.check = check

function door.cancelled() return (here() or NOBODY).cancelled end

-- Before a call: the seconds that it may take, or nil for no bound; or false and the message of its
-- failure. For a call that an outbox has recorded, a cancel is a failure, which is recorded, too.
local function enter(is_recorded)
  local task = here()
  if task and task.cancelled then
    if is_recorded then return false, "cancelled", CANCELLED end
    raise(CANCELLED)
  end
  local at = (has_bounds or task and task.deadline) and deadline(task)
  if not at then return nil end
  local left = at - now()
  if left <= 0 then return false, "timeout", TOO_LATE end
  return left
end

local function with_news(set)
  for call in next, set do
    if call:wants() then return call end
  end
end

function door.any(set)
  local waiter = claim()
  if not waiter then return core.wait_any(set) end
  local call = with_news(set)
  if call then return call end
  scheduler.wait(waiter, "set", set, nil, with_news)
end

function door.pause(till, is_firm)
  local task, waiter = here(), claim()
  if not is_firm and task and task.cancelled then return false, CANCELLED, "cancelled" end
  local stop = not is_firm and min(deadline(task) or till, till) or till
  if not waiter then
    repeat until core.sleep(math.max(0, stop - now()))
  else
    repeat
      scheduler.wait(waiter, is_firm and "firm" or "time", false, stop)
      if waiter.cancelled and not is_firm then return false, CANCELLED, "cancelled" end
    until now() >= stop
  end
  if stop < till then return false, TOO_LATE, "timeout" end
  return true
end

function door.sleep(till)
  check()
  return door.pause(till)
end

function door.yields() return claim() ~= nil end

function door.queue(client, message)
  local waiter = claim()
  if not waiter then return "queue_full", message end
  queues.wait(client, waiter, deadline(here()))
  if waiter.cancelled then return "cancelled", CANCELLED end
end

function door.own() return here() or running() end

function door.turn(gate)
  local task, waiter, owner = check(), claim(), gate.owner
  local is_own = owner == running() or type(owner) == "table" and cycles.closes(task, owner)
  if is_own or not waiter then return door.BUSY end
  queues.wait(gate, waiter, deadline(task))
  return waits.ended(waiter)
end

function door.bounded(seconds)
  local at = deadline(here())
  return at and math.max(0, min(seconds, at - now())) or seconds
end

function door.notes()
  local task = here()
  return task and task.noted
end

core.hand { enter = enter, claim = claim_here, queue = door.queue, deadline = deadline }
door.tasking = true
core.tasking()

return waits
