-- SPDX-License-Identifier: MIT
-- Scopes of tasks, and cancelling. A scope ends when all its tasks have ended; the first error of
-- one cancels the others.

local queues = require "agentmail.task.queues"
local scheduler = require "agentmail.task.scheduler"

---@class agentmail.TaskScope
---@field tasks table<agentmail.Task.Inner, true>  those that have not ended, and perhaps some that
---                              were never made, for lack of memory
---@field live integer                       how many have not ended
---@field culprit agentmail.Task.Inner|false       the first that failed
---@field waiter agentmail.Waiter|false      who waits for its end
---@field told boolean                       a cancel of the waiter has reached its tasks

local scopes = {}

-- Scopes whose tasks are to be cancelled: true.
local failing, any_failing = setmetatable({}, { __mode = "k" }), false

--- A scope without tasks.
---@return agentmail.TaskScope
function scopes.new()
  local scope = { tasks = {}, live = 0, culprit = false, waiter = false, told = false }
  failing[scope] = false
  return scope
end

--- Whether all its tasks have ended.
---@param scope agentmail.TaskScope
---@return boolean
function scopes.is_empty(scope)
  return scope.live == 0
end

--- Records that a task has failed, which cancels the other tasks of its scope.
---@param task agentmail.Task.Inner
function scopes.fail(task)
  local scope = task.scope
  if not scope or scope.culprit then return end
  failing[scope], any_failing, scheduler.has_chores = true, true, true
  scope.culprit = task
end

local interrupt

--- Cancels a task.
---@param task agentmail.Task.Inner
---@param noted boolean?  its failure is kept for client:interrupted()
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
    what.told = true
    interrupt(what, noted)
  elseif kind and kind ~= "close" then
    scheduler.wake(task)
  end
  task.cancelled = true
end

--- Cancels all tasks that are in a scope now.
function interrupt(scope, noted)
  for task in next, scope.tasks do cancel(task, noted) end
end

function scheduler.tend()
  local has_more = queues.give_places()
  if any_failing then
    for scope, is in next, failing do
      if is then
        interrupt(scope, true)
        failing[scope] = nil
      end
    end
    any_failing = false
  end
  scheduler.has_chores = has_more
end

scopes.cancel, scopes.interrupt = cancel, interrupt

return scopes
