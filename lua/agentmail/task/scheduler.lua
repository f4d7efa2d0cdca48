-- SPDX-License-Identifier: MIT
-- The scheduler: the set of tasks, and the turns of those that can continue. The records, and all
-- work at each turn, are in the core (csrc/lua/lua_tasks.h).
--
-- An error may interrupt this module between any two statements, as waiting.lua says. So work that
-- is to be done stays on record until it is done, and doing it twice does no harm.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"
local waiting = require "agentmail.task.waiting"

local now, turns, wake_owners = core.now, core.turns, core.wake_owners
local status = coroutine.status
local next_time, wake_due = waiting.next_time, waiting.wake_due

---@class agentmail.Scheduler
---@field ended fun(task: agentmail.Task.Inner)  records the end of a task
---@field lost fun(waiters: table<any, agentmail.Waiter>)  ends those of the parent process
---@field tend fun()  cancels the tasks of failing scopes, and gives out places in queues
---@field has_chores boolean  tend() may have something to do
local scheduler = { arm = core.arm, wake = waiting.wake, wait = waiting.wait, here = core.here,
                    count = core.unfinished, has_chores = false }

--- Tasks by their coroutine, and waiters of hosts by themselves, until they end.
---@type table<any, agentmail.Waiter>
scheduler.tasks = {}
timers.others = scheduler.tasks

-- After a fork.
local function leave_to_parent()
  local lost = scheduler.tasks
  scheduler.tasks = {}
  core.hand { tasks = scheduler.tasks, current = false }
  core.forget_all()
  timers.clear(scheduler.tasks)
  scheduler.lost(lost)
end

--- Removes a task that has ended from all records.
---@param task agentmail.Task.Inner
---@param state string  from then on
function scheduler.leave(task, state)
  if task.at then timers.remove(task) end
  core.leave(task, state)
end

--- Tasks whose turn came while their coroutines ran beneath a wait that blocks: the program had
--- resumed them.
---@type table<agentmail.Task.Inner, true>
scheduler.elsewhere = {}

-- Handles a task whose coroutine has returned or yielded without a wait; false: the coroutine still
-- runs. `lost`: the task would otherwise lose its turn.
local function settle(task, lost)
  local state = status(task.co)
  if state == "dead" then
    scheduler.ended(task)
  elseif state == "suspended" then
    core.enqueue(task) -- it yielded by itself, or a hook did
  else
    if lost then scheduler.elsewhere[task] = true end
    return false
  end
  return true
end

core.hand { tasks = scheduler.tasks, current = false, orphan = leave_to_parent, settle = settle }

--- Runs what is ready now, after the core has stepped. To be called by core.whole.
---@param seconds number?  the most to spend
---@param till number?     a time of core.now() at which there is more to do, if not before
---@return number?         for core.alarm or core.rest, which then has to be called
function scheduler.pass(seconds, till)
  local stop = seconds and now() + seconds
  local is_left = wake_owners(stop)
  if timers.count > 0 and not is_left then wake_due(stop) end
  if scheduler.has_chores then scheduler.tend() end
  turns(stop)
  if scheduler.has_chores then scheduler.tend() end
  if is_left then return 0 end
  if till or timers.count > 0 then return next_time(till) end
end

return scheduler
