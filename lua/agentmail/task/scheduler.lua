-- SPDX-License-Identifier: MIT
-- The scheduler: which tasks there are, and the turns of those that can run.
--
-- An error may cut it short between any two statements, as waiting.lua says. So what is to be done
-- stays on record until it is done, and doing it twice does no harm. A count that is cut short is
-- too low, never too high; at zero it is made anew.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"
local waiting = require "agentmail.task.waiting"

local enqueue, here, now, turns = core.enqueue, core.here, core.now, core.turns
local status = coroutine.status
local next_time, wake_due = waiting.next_time, waiting.wake_due

---@class agentmail.Scheduler
---@field ended fun(task: agentmail.Task.Inner)  books the end of a task
---@field unspawned fun(task: agentmail.Task.Inner)  forgets a task whose spawning raised an error
---@field lost fun(tasks: table<thread, agentmail.Task.Inner>)  they are the parent process's
---@field began fun()  there are tasks, after a time without
---@field tend fun()  cancels the tasks of scopes that fail, and gives places in queues
---@field has_chores boolean  there may be such, or tasks that wait for such a place
local scheduler = { arm = waiting.arm, wake = waiting.wake, wait = waiting.wait,
                    enqueue = enqueue, here = here, has_chores = false }

--- Tasks by their coroutine, until they have ended; waiters of hosts; and how many of both.
---@type table<thread, agentmail.Task.Inner>
scheduler.tasks = {}
---@type table<agentmail.Waiter, true>
scheduler.in_hosts = {}
scheduler.unfinished = 0
timers.others = scheduler.tasks

-- After a fork.
local function leave_to_parent()
  local lost = scheduler.tasks
  scheduler.tasks, scheduler.in_hosts, scheduler.unfinished = {}, {}, 0
  core.hand { tasks = scheduler.tasks, current = false }
  waiting.clear()
  timers.clear(scheduler.tasks)
  scheduler.lost(lost)
end

--- How many tasks and waits of hosts there are.
---@return integer
function scheduler.count()
  if scheduler.unfinished <= 0 then
    local count = 0
    for _ in next, scheduler.tasks do count = count + 1 end
    for _ in next, scheduler.in_hosts do count = count + 1 end
    scheduler.unfinished = count
  end
  return scheduler.unfinished
end

--- Takes a task that has ended off the list.
---@param task agentmail.Task.Inner
function scheduler.forget(task)
  if task.at then timers.remove(task) end
  local tasks, left = scheduler.tasks, scheduler.unfinished
  if tasks[task.co] then
    left = left - 1
    scheduler.unfinished = left
    tasks[task.co] = nil
  end
  if left <= 0 then scheduler.count() end
end

-- What follows if a task has left its coroutine and does not wait; whether it has left it.
local function settle(task)
  local state = status(task.co)
  if state == "dead" then
    scheduler.ended(task)
  elseif state == "suspended" then
    enqueue(task) -- it yielded by itself, or a hook did
  else
    return false
  end
  return true
end

-- One that is over, or is cancelled and has not begun, has no turn.
local function skip(task)
  if not task.over then
    scheduler.ended(task)
  elseif scheduler.tasks[task.co] then
    scheduler.unspawned(task)
  end
end

core.hand { tasks = scheduler.tasks, current = false, orphan = leave_to_parent, settle = settle,
            skip = skip, ended = function(task) scheduler.ended(task) end }

--- Runs what is ready now, after the core has stepped. To be called by core.whole.
---@param seconds number?  the most to spend
---@param till number?     a time of core.now() at which there is more to do, if not before
---@return number?         for core.alarm or core.rest, which then has to be called
function scheduler.pass(seconds, till)
  local stop = seconds and now() + seconds
  local is_left = wake_due(stop)
  if scheduler.has_chores then scheduler.tend() end
  turns(stop)
  if scheduler.has_chores then scheduler.tend() end
  return is_left and 0 or next_time(till)
end

return scheduler
