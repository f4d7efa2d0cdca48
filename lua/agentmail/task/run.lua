-- SPDX-License-Identifier: MIT
-- Waiting for tasks: `join`, `<close>`, `run`, and the step of a host's loop.

local core = require "agentmail.core"
local cycles = require "agentmail.task.cycles"
local error_text = require "agentmail.util.error_text"
local raise = require "agentmail.util.raise".raise
local scheduler = require "agentmail.task.scheduler"
local scopes = require "agentmail.task.scope"
local tasks = require "agentmail.task.task"
local waits = require "agentmail.task.waits"

local pass, rest, whole = scheduler.pass, core.rest, core.whole

local methods, mt = tasks.methods, tasks.mt

-- Waiting for tasks ------------------------------------------------------------------------------

-- The end of a wait that blocks. If there are errors for the host, the alarm makes it step. After a
-- last pass that has run something, the alarm is due anyway, so that a loop sees whether it still
-- has to watch the descriptor. The tasks beneath the wait get their turn.
local driving = {
  __close = function(drive)
    if drive.task then cycles.leave(drive) end
    for task in next, scheduler.elsewhere do
      core.enqueue(task)
      scheduler.elsewhere[task] = nil
    end
    if tasks.unheard[1] then scheduler.arm() end
  end,
}

-- Blocks, and runs all tasks, until `over` is true, at most until a time of core.now().
local function drive(made, over, till)
  local blocked <close> = setmetatable(made, driving)
  if over(blocked) then return end
  if blocked.task then cycles.enter(blocked) end
  local seconds = whole(pass, nil, till)
  while not over(blocked) and not (till and core.now() >= till) do
    rest(seconds)
    seconds = whole(pass, nil, till)
  end
end

-- Marks a task that something blocks for, as one of its joiners.
local marked = {
  __close = function(marker)
    if marker.task.joiners then marker.task.joiners[marker] = nil end
  end,
}

local function is_over(task) return task.over end

local function is_join_over(blocked)
  return blocked.what.over or blocked.ends and blocked.task.cancelled
end

local function wait_for(task, closing)
  local here, waiter = scheduler.here(), waits.claim()
  local beneath = not waiter and here and cycles.beneath(here)
  if cycles.closes(here, task, beneath) then
    raise "task:join(): this task would wait for itself"
  end
  local till = not closing and waits.deadline(here) or nil
  if not waiter then
    local marker <close> = setmetatable({ task = task }, marked)
    task.joiners = task.joiners or {}
    task.joiners[marker] = true
    drive({ task = here, what = task, beneath = beneath, ends = here and not closing },
          is_join_over, till)
    return task.over or closing or raise(waits.ended(here or marker))
  end
  while not task.over do
    scheduler.wait(waiter, closing and "close" or "task", task, till, is_over)
    local why = not closing and not task.over and waits.ended(waiter)
    if why then
      if task.joiners then task.joiners[waiter] = nil end
      raise(why)
    end
  end
end

--- Waits for the end of the task, and returns what its function returned, or raises its error.
function methods:join()
  tasks.check(self, "join")
  if not self.over then
    waits.check()
    wait_for(self)
  end
  if self.state == "done" then return tasks.results(self) end
  if self.state == "failed" then error(self.problem, 0) end
  raise("the task was cancelled" .. (self.problem and ": " .. error_text(self.problem) or ""))
end

function mt.__close(task)
  if task.over then return end
  task:cancel()
  wait_for(task, true)
end

function mt.__tostring(task)
  return ("agentmail.Task (%s)"):format(task.state)
end

-- Scopes -----------------------------------------------------------------------------------------

-- Whether a scope is empty, for a task that is about to wait for it. If that task was cancelled
-- after it began the scope, the tasks in the scope have not been cancelled yet.
local function is_empty_or_told(scope, waiter)
  if waiter.cancelled and not scope.told then
    scope.told = true
    scopes.interrupt(scope, waiter.noted)
  end
  return scopes.is_empty(scope)
end

-- The same for a task that blocks: the tasks in its scope have not been cancelled yet.
local function is_scope_over(blocked)
  local task, scope = blocked.task, blocked.what
  if task and task.cancelled and not scope.told then whole(is_empty_or_told, scope, task) end
  return scopes.is_empty(scope)
end

local function wait_for_scope(scope)
  local here, waiter = scheduler.here(), waits.claim()
  if not waiter then
    local beneath = here and cycles.beneath(here)
    return drive({ task = here, what = scope, beneath = beneath }, is_scope_over)
  end
  scope.waiter = waiter
  while not scopes.is_empty(scope) do
    scheduler.wait(waiter, "scope", scope, nil, is_empty_or_told)
  end
  scope.waiter = false
end

-- Removes the tasks of a scope from all records; their calls are kept for client:interrupted().
local function abandon(scope, problem)
  scope.waiter = false
  for task in next, scope.tasks do
    local kind, what = task.waiting, task.what
    task.over, task.problem = "cancelled", problem
    task.waiting = "abandoned"
    if kind == "call" then
      what:abandon(problem)
    elseif kind == "set" then
      for call in next, what do call:abandon(problem) end
    elseif kind == "scope" then
      abandon(what, problem)
    end
    scheduler.leave(task, "cancelled")
  end
end

local guard = {
  __close = function(held)
    local scope = held.scope
    if scopes.is_empty(scope) then return end
    local ok, second = pcall(function()
      scope.told = true
      whole(scopes.interrupt, scope, true)
      wait_for_scope(scope)
    end)
    if not ok then abandon(scope, second) end
  end,
}

--- Runs a function as a task until it and all tasks spawned in it have ended; returns its results.
--- An error in any of them cancels the others, and is raised.
---@param fn function
local function run(fn, ...)
  tasks.check_function(fn, "run")
  waits.check()
  local scope = scopes.new()
  local _ <close> = setmetatable({ scope = scope }, guard)
  local main = core.spawn(scope, fn, ...)
  wait_for_scope(scope)
  if scope.culprit then error(scope.culprit.trace or scope.culprit.problem, 0) end
  if main.state == "cancelled" then return main:join() end
  return tasks.results(main)
end

-- A host's loop ----------------------------------------------------------------------------------

--- One step: never blocks.
---@param seconds number?  the most to spend
---@param on_error (fun(task: agentmail.Task, message: any))|false
---@return integer unfinished
local function step(seconds, on_error)
  local here = scheduler.here()
  if here and coroutine.status(here.co) ~= "suspended" and coroutine.status(here.co) ~= "dead" then
    raise "agentmail.step cannot be called in a task: use agentmail.sleep(0)"
  end
  core.step()
  core.alarm(whole(pass, seconds))
  local unheard = tasks.unheard
  while unheard[1] do
    local task = unheard[1]
    if unheard[2] then scheduler.arm() end
    if not on_error then
      table.remove(unheard, 1)
      error(task.trace or task.problem, 0)
    end
    table.remove(unheard, 1)
    on_error(task, task.problem)
  end
  return scheduler.count()
end

return { run = run, step = step, spawn = tasks.spawn, methods = methods }
