-- SPDX-License-Identifier: MIT
-- Tasks, from their spawning to their end.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise
local scheduler = require "agentmail.task.scheduler"
local scopes = require "agentmail.task.scope"
local waits = require "agentmail.task.waits"

local close, create, running = coroutine.close, coroutine.create, coroutine.running
local pack, status, unpack = table.pack, coroutine.status, table.unpack
local traceback, whole = debug and debug.traceback, core.whole

local NOTHING, RAISED = { n = 0 }, {}
local tasks = {}

---@class agentmail.Task
---@field state "ready"|"waiting"|"done"|"failed"|"cancelled"

---@class agentmail.Task.Inner: agentmail.Task, agentmail.Waiter  (16 fields: one more would cost
---                              400 bytes a task)
---@field co thread
---@field scope agentmail.TaskScope|false
---@field joiners table<agentmail.Waiter, true>|false
---@field results table|false    what its function has returned; RAISED: it has raised an error
---@field problem any            the error, if it has failed, or was cancelled
---@field trace string|false     with where it was raised
---@field over string|false      its state, once it has ended, and that is booked; "": it is not
---                              spawned yet
---@field cancelled boolean
---@field fn function|false      until it begins
---@field given table|false      the arguments of fn
---@field noted boolean          its cancelled calls are kept for client:interrupted()
---@field deadline number|false  of `within`
local methods = {}
local mt = { __name = "agentmail.Task" }

function mt.__index(task, name)
  if name == "state" then return task.over or task.waiting and "waiting" or "ready" end
  return methods[name]
end

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

-- These run in the task's coroutine. The end is booked by the scheduler: a hook may yield here.
local function keep(task, returned, ...)
  if returned then
    task.results = select("#", ...) > 0 and pack(...) or NOTHING
  else
    task.results, task.problem = RAISED, (...)
  end
end

local function trace(problem)
  local task = scheduler.tasks[running()]
  if task and traceback and type(problem) == "string" then task.trace = traceback(problem, 2) end
  return problem
end

-- Under xpcall, because a coroutine that an error ends closes no variables.
local function body()
  local task = scheduler.tasks[running()]
  local fn, given = task.fn, task.given
  task.fn, task.given = false, false
  if given then
    keep(task, xpcall(fn, trace, unpack(given, 1, given.n)))
  else
    keep(task, xpcall(fn, trace))
  end
end

-- Until all that allocates is done, the task is one that is over; its turn then forgets it.
local function begin(task, scope)
  scheduler.arm()
  scheduler.enqueue(task)
  scheduler.tasks[task.co] = task
  if scope then scope.tasks[task] = true end
  task.over = false
  if scope then scope.live = scope.live + 1 end
  scheduler.unfinished = scheduler.unfinished + 1
end

--- Makes a task in a scope, or in none: false.
---@param here agentmail.Task.Inner|false  scheduler.here()
---@param scope agentmail.TaskScope|false
---@param fn function
---@return agentmail.Task.Inner
function tasks.spawn_in(here, scope, fn, ...)
  local task = setmetatable({
    co = create(body), fn = fn, given = select("#", ...) > 0 and pack(...), scope = scope,
    joiners = false, waiting = false, what = false, at = false, place = false, results = false,
    problem = false, trace = false, over = "", cancelled = false, noted = false,
    deadline = waits.deadline(here) or false,
  }, mt)
  whole(begin, task, scope)
  if scheduler.unfinished == 1 and scheduler.began then scheduler.began() end
  return task
end

--- Makes a task of a function. It begins with the next step.
---@param fn function
---@return agentmail.Task
function tasks.spawn(fn, ...)
  tasks.check_function(fn, "spawn")
  local here = scheduler.here()
  local scope = here and here.scope
  if not scope and not here and not door.watched then
    raise("agentmail.spawn: nobody would run the task; call it in agentmail.run, attach a loop "
      .. "(agentmail.loop), or watch agentmail.pollfd() and call agentmail.step()")
  end
  return tasks.spawn_in(here, scope or false, fn, ...)
end

-- Ends -------------------------------------------------------------------------------------------

function scheduler.unspawned(task)
  scopes.leave(task, false)
  scheduler.forget(task)
end

-- Wakes those who wait to hear how a task ended; whether there are any.
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

-- How a task ended whose coroutine is dead, or has never begun.
local function end_of(task)
  if task.results and task.results ~= RAISED then return "done" end
  if not task.results and not task.problem and status(task.co) == "dead" then
    -- an error outside of its function: of a hook, or memory ran out
    local _, problem = close(task.co)
    task.problem = problem or not task.cancelled and "another has ended this task"
  end
  return task.cancelled and "cancelled" or "failed"
end

function scheduler.ended(task)
  if task.over then return end
  local state = end_of(task)
  local is_heard = task.joiners and tell_joiners(task) or task.scope
  if state == "failed" and not is_heard and unheard[#unheard] ~= task then
    unheard[#unheard + 1] = task
  end
  scopes.leave(task, state == "failed")
  scheduler.forget(task)
  task.over = state
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
