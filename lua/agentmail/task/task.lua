-- SPDX-License-Identifier: MIT
-- Tasks, from their spawning to their end.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise
local scheduler = require "agentmail.task.scheduler"
local scopes = require "agentmail.task.scope"

local close, status, unpack = coroutine.close, coroutine.status, table.unpack
local spawn, whole = core.spawn, core.whole

local tasks = {}

---@class agentmail.Task
---@field state "ready"|"waiting"|"done"|"failed"|"cancelled"

-- The core makes a task, with only the necessary fields: each costs memory and time.
---@class agentmail.Task.Inner: agentmail.Task, agentmail.Waiter
---@field co thread
---@field scope agentmail.TaskScope|false
---@field joiners table<agentmail.Waiter, true>?
---@field work function|table|boolean?  its function, until it begins; what it has returned, once
---                              it has: true: nothing; false: it has raised an error
---@field problem any            the error, if it has failed, or was cancelled
---@field trace string?          the error with its traceback
---@field over string?           its state, once its end is recorded
---@field cancelled boolean?
---@field given table?           the arguments of its function, until it begins
---@field noted boolean?         its cancelled calls are kept for client:interrupted()
---@field deadline number?      of `within`; false: none
local methods = {}
local mt = { __name = "agentmail.Task" }

function mt.__index(task, name)
  if name == "state" then return task.over or task.waiting and "waiting" or "ready" end
  return methods[name]
end
core.hand { task_mt = mt }

--- Tasks that failed outside of a scope while nobody was joining them.
---@type agentmail.Task.Inner[]
tasks.unheard = {}
local unheard = tasks.unheard

--- Raises if a method is not called with a task.
function tasks.check(value, name)
  if getmetatable(value) ~= mt then
    raise(("call it with a colon: task:%s()"):format(name))
  end
end

--- Raises if a value cannot be called.
function tasks.check_function(fn, name)
  local call = type(fn) == "function" or (getmetatable(fn) or {}).__call
  if not call then raise(("agentmail.%s takes a function, not %s"):format(name, type(fn))) end
end

-- Spawning ---------------------------------------------------------------------------------------

--- Makes a task of a function. It begins with the next step.
---@param fn function
---@return agentmail.Task
function tasks.spawn(fn, ...)
  local task = spawn(door.watched, fn, ...)
  if task then return task end
  tasks.check_function(fn, "spawn")
  raise("agentmail.spawn: nobody would run the task; call it in agentmail.run, attach a loop "
    .. "(agentmail.loop), or watch agentmail.pollfd() and call agentmail.step()")
end

-- Ends -------------------------------------------------------------------------------------------

-- Wakes the waiters that join a task; returns whether there are any.
local function tell_joiners(task)
  local is_heard = false
  for waiter in next, task.joiners do
    local kind = waiter.waiting -- nil: a join that blocks
    local is_joining = (kind == "task" or kind == "close") and waiter.what == task
    if is_joining then scheduler.wake(waiter) end
    is_heard = is_heard or is_joining or kind == nil
  end
  return is_heard
end

-- The final state of a task whose coroutine is dead, or has never begun.
local function end_of(task)
  local work = type(task.work) ~= "function" and task.work
  if work then return "done" end
  if task.work ~= false and not task.problem and status(task.co) == "dead" then
    -- an error outside of its function: of a hook, or memory ran out
    local _, problem = close(task.co)
    task.problem = problem or not task.cancelled and "another has ended this task"
  end
  return task.cancelled and "cancelled" or "failed"
end

--- The results of a task that is done.
function tasks.results(task)
  if task.work == true then return end
  return unpack(task.work, 1, task.work.n)
end

function scheduler.ended(task)
  if task.over then return end
  local state = end_of(task)
  local is_heard = task.joiners and tell_joiners(task) or task.scope
  if state == "failed" then
    if not is_heard and unheard[#unheard] ~= task then unheard[#unheard + 1] = task end
    scopes.fail(task)
  end
  scheduler.leave(task, state)
end

function scheduler.lost(all)
  for _, task in next, all do
    task.over, task.waiting = "failed", false
    task.problem = "the task belongs to the process that forked this one"
    local scope = task.scope
    if scope then scope.tasks, scope.live, scope.culprit = {}, 0, task end
  end
  for place = #unheard, 1, -1 do unheard[place] = nil end
end

-- Methods ----------------------------------------------------------------------------------------

--- Cancels the task: the call that it waits for ends with code `cancelled`; later calls and sleeps
--- in it raise.
function methods:cancel()
  tasks.check(self, "cancel")
  whole(scopes.cancel, self)
end

tasks.methods, tasks.mt = methods, mt

return tasks
