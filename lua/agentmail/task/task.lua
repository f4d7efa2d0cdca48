-- SPDX-License-Identifier: MIT
-- Tasks, from their spawning to their end. A scope of tasks ends when all of them have ended; the
-- first error of one ends the others.

local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise
local scheduler = require "agentmail.task.scheduler"
local waits = require "agentmail.task.waits"

local create, running, traceback = coroutine.create, coroutine.running, debug and debug.traceback
local pack, unpack = table.pack, table.unpack

local NOTHING, NOBODY = { n = 0 }, {}
local tasks = {}

---@class agentmail.Task
---@field state "ready"|"waiting"|"done"|"failed"|"cancelled"

---@class agentmail.Task.Inner: agentmail.Task, agentmail.Waiter
---@field co thread
---@field scope agentmail.TaskScope|false
---@field joiners table<agentmail.Waiter, true>|false
---@field results table|false    once its function has returned
---@field raised boolean         once its function has raised an error
---@field problem any            the error, if it has failed, or was cancelled
---@field trace string|false     with where it was raised
---@field over boolean           it has ended, and that is booked
---@field cancelled boolean
---@field fn function|false      until it begins
---@field noted boolean          its cancelled calls are kept for client:interrupted()
---@field deadline number|false  of `within`
local methods = {}
local mt = { __name = "agentmail.Task", __index = methods }

---@class agentmail.TaskScope
---@field tasks table<agentmail.Task.Inner, true>  those that have not ended
---@field live integer                       how many
---@field culprit agentmail.Task.Inner|false       the first that failed
---@field waiter agentmail.Waiter|false      who waits for its end

-- Scopes whose tasks are to be cancelled: true.
local failing, any_failing = setmetatable({}, { __mode = "k" }), false
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
    task.raised, task.problem = true, (...)
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

--- A scope without tasks.
---@return agentmail.TaskScope
function tasks.new_scope()
  local scope = { tasks = {}, live = 0, culprit = false, waiter = false }
  failing[scope] = false
  return scope
end

--- Makes a task in a scope, or in none: false.
---@param scope agentmail.TaskScope|false
---@param fn function
---@return agentmail.Task.Inner
function tasks.spawn_in(scope, fn, ...)
  scheduler.arm()
  local co = create(body)
  local task = setmetatable({
    co = co, fn = fn, given = select("#", ...) > 0 and pack(...), scope = scope, joiners = false,
    state = "ready", waiting = false, what = false, at = false, place = false, round = 0,
    results = false, raised = false, problem = false, trace = false, over = true,
    cancelled = false, noted = false, deadline = waits.deadline() or false,
  }, mt)
  scheduler.enqueue(task) -- which forgets it, if this function does not return
  scheduler.tasks[co] = task
  scheduler.unfinished = scheduler.unfinished + 1
  if scope then
    scope.tasks[task] = true
    scope.live = scope.live + 1
  end
  task.over = false
  if scheduler.unfinished == 1 and scheduler.began then scheduler.began() end
  return task
end

--- Makes a task of a function. It begins with the next step.
---@param fn function
---@return agentmail.Task
function tasks.spawn(fn, ...)
  tasks.check_function(fn, "spawn")
  scheduler.look_for_fork()
  local here = scheduler.here()
  local scope = here and here.scope
  if not scope and not here and not door.watched then
    raise("agentmail.spawn: nobody would run the task; call it in agentmail.run, attach a loop "
      .. "(agentmail.loop), or watch agentmail.pollfd() and call agentmail.step()")
  end
  return tasks.spawn_in(scope or false, fn, ...)
end

-- Ends -------------------------------------------------------------------------------------------

local function leave_scope(task)
  local scope = task.scope
  if not scope then return end
  if task.state == "failed" and not scope.culprit then
    failing[scope], any_failing = true, true
    scope.culprit = task
  end
  if scope.tasks[task] then
    scope.tasks[task] = nil
    scope.live = scope.live - 1
  end
  if scope.live == 0 and scope.waiter then scheduler.wake(scope.waiter) end
end

local function count_of(set)
  local count = 0
  for _ in next, set do count = count + 1 end
  return count
end

-- After an error within the scheduler: makes up for what it has cut off.
function scheduler.recount(task)
  local scope = task.scope
  if task.over then
    scheduler.tasks[task.co] = nil
    if scope then scope.tasks[task] = nil end
  end
  scheduler.unfinished = count_of(scheduler.tasks) + scheduler.in_hosts
  if not scope then return end
  scope.live = count_of(scope.tasks)
  if scope.live == 0 and scope.waiter then scheduler.wake(scope.waiter) end
end

function scheduler.ended(task, ok, problem)
  if task.over then return end
  if task.results then
    task.state = "done"
  else
    if ok then problem = not task.cancelled and "another has resumed this task, and ended it" end
    if not task.raised then task.problem = task.problem or problem end
    task.state = task.cancelled and "cancelled" or "failed"
  end
  local alone = true
  for waiter in next, task.joiners or NOBODY do
    if waiter.waiting ~= nil then scheduler.wake(waiter) end -- else a join that blocks
    alone = false
  end
  if alone and task.state == "failed" and not task.scope and unheard[#unheard] ~= task then
    unheard[#unheard + 1] = task
  end
  leave_scope(task)
  if scheduler.tasks[task.co] then
    scheduler.tasks[task.co] = nil
    scheduler.unfinished = scheduler.unfinished - 1
  end
  task.over = true
end

function scheduler.lost(task)
  task.over, task.state, task.waiting = true, "failed", false
  task.problem = "the task belongs to the process that forked this one"
  local scope = task.scope
  if scope then scope.tasks, scope.live, scope.culprit = {}, 0, task end
end

-- Cancelling -------------------------------------------------------------------------------------

local interrupt

local function cancel(task, noted)
  if task.over or task.cancelled then return end
  scheduler.arm()
  if noted then task.noted = true end
  local kind, what = task.waiting, task.what
  if kind == "call" then
    what:cancel() -- which makes it want its owner
  elseif kind == "set" then
    for call in next, what do call:cancel() end
  elseif kind == "scope" then
    interrupt(what, noted)
  elseif kind ~= "close" then
    scheduler.wake(task)
  end
  task.cancelled = true
end

-- Cancels all tasks of a scope that are in it now.
function interrupt(scope, noted)
  for task in next, scope.tasks do cancel(task, noted) end
end

function scheduler.tend()
  waits.give_places()
  if not any_failing then return end
  for scope, is in next, failing do
    if is then interrupt(scope, true) end
    failing[scope] = nil
  end
  any_failing = false
end

--- Cancels the task: the call that it waits for ends with code `cancelled`; later calls and sleeps
--- in it raise.
function methods:cancel()
  tasks.check(self, "cancel")
  cancel(self)
end

tasks.cancel, tasks.interrupt, tasks.methods, tasks.mt = cancel, interrupt, methods, mt

return tasks
