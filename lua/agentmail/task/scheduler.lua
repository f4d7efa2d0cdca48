-- SPDX-License-Identifier: MIT
-- The scheduler: which tasks there are, and the turns of those that can run.
--
-- An error may cut it short between any two statements, as waiting.lua says. So what is to be done
-- stays on record until it is done, and doing it twice does no harm. A count that is cut short is
-- too low, never too high; at zero it is made anew.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"
local waiting = require "agentmail.task.waiting"

local now, whole = core.now, core.whole
local resume, running, status = coroutine.resume, coroutine.running, coroutine.status
local ready, WAIT, arm, enqueue = waiting.ready, waiting.WAIT, waiting.arm, waiting.enqueue

---@class agentmail.Scheduler
---@field ended fun(task: agentmail.Task.Inner)  books the end of a task
---@field unspawned fun(task: agentmail.Task.Inner)  forgets a task whose spawning raised an error
---@field lost fun(tasks: table<thread, agentmail.Task.Inner>)  they are the parent process's
---@field began fun()  there are tasks, after a time without
---@field tend fun()  cancels the tasks of scopes that fail, and gives places in queues
local scheduler = { arm = arm, enqueue = enqueue, wake = waiting.wake, wait = waiting.wait }

--- Tasks by their coroutine, until they have ended; how many waits of hosts there are; and how many
--- of both.
---@type table<thread, agentmail.Task.Inner>
scheduler.tasks, scheduler.in_hosts, scheduler.unfinished = {}, 0, 0
timers.others = scheduler.tasks

---@type agentmail.Task.Inner|false  the task that is being resumed
local current = false

local forks = core.forks()

--- The task whose code runs, even if in a coroutine within it; false: none.
---@return agentmail.Task.Inner|false
function scheduler.here()
  return scheduler.tasks[running()] or current
end

--- How many tasks and waits of hosts there are.
---@return integer
function scheduler.count()
  if scheduler.unfinished <= scheduler.in_hosts then
    local count = scheduler.in_hosts
    for _ in next, scheduler.tasks do count = count + 1 end
    scheduler.unfinished = count
  end
  return scheduler.unfinished
end

--- Takes a task that has ended off the list.
---@param task agentmail.Task.Inner
function scheduler.forget(task)
  timers.remove(task)
  if scheduler.tasks[task.co] then
    scheduler.unfinished = scheduler.unfinished - 1
    scheduler.tasks[task.co] = nil
  end
  scheduler.count()
end

-- What follows from how a task has left its coroutine.
local function settle(task, signal)
  if status(task.co) == "dead" then
    scheduler.ended(task)
  elseif signal ~= WAIT then
    enqueue(task) -- it yielded by itself, or a hook did
  end
end

-- A task whose turn an error has cut short.
local function recover()
  local task = current
  if not task then return end
  local state = status(task.co)
  if state ~= "suspended" and state ~= "dead" then return end -- it runs, and has called us
  settle(task)
  current = false
end

local function begin(task)
  local outer = current
  current = task
  ready[ready.head] = nil
  ready.head = ready.head + 1
  if task.over then
    if scheduler.tasks[task.co] then scheduler.unspawned(task) end
  elseif task.cancelled and task.fn then -- it has not begun
    scheduler.ended(task)
  else
    local state = status(task.co)
    if state == "suspended" then
      local _, signal = resume(task.co)
      if current ~= task then recover() end
      settle(task, signal)
    elseif state == "dead" then
      settle(task)
    end
  end
  current = outer
end

-- Those that join the queue meanwhile are left to the next pass.
local function run_ready(till)
  local last = ready.tail
  while ready.head <= last and ready.head <= ready.tail do
    local task = ready[ready.head]
    if task then
      begin(task)
      if till and now() >= till then break end
    else
      ready.head = ready.head + 1
    end
  end
  if not current and ready.head > ready.tail then -- no pass is under way that knows a place
    ready.head = 1
    ready.tail = 0
  end
end

local function set_alarm(till)
  local first = timers.first()
  local at = first and first.at or till
  if till and till < at then at = till end
  if ready.head <= ready.tail then arm() else waiting.set_alarm(at) end
end

local function leave_to_parent()
  local lost = scheduler.tasks
  scheduler.tasks, scheduler.in_hosts, scheduler.unfinished, current = {}, 0, 0, false
  waiting.clear()
  timers.clear(scheduler.tasks)
  scheduler.lost(lost)
  forks = core.forks()
end

--- After a fork, the tasks belong to the parent.
function scheduler.look_for_fork()
  if core.forks() ~= forks then whole(leave_to_parent) end
end

local function pass(seconds, till)
  scheduler.look_for_fork()
  recover()
  waiting.wake_due()
  scheduler.tend()
  run_ready(seconds and now() + seconds)
  scheduler.tend()
  set_alarm(till)
end

--- Runs what is ready now, after the core has stepped.
---@param seconds number?  the most to spend
---@param till number?     the descriptor becomes readable at this time, if not before
function scheduler.pass(seconds, till) whole(pass, seconds, till) end

return scheduler
