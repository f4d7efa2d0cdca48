-- SPDX-License-Identifier: MIT
-- The scheduler: which tasks can run, and what the others wait for.
--
-- Memory may run out, and a hook may raise (Ctrl-C), between any two statements here. So what is to
-- be done stays on record until it is done, and doing it twice does no harm: a task that is resumed
-- although it need not be only looks, and waits again.

local core = require "agentmail.core"
local timers = require "agentmail.task.timers"

local next_call, now = core.next, core.now
local resume, running, status, yield = coroutine.resume, coroutine.running, coroutine.status,
                                       coroutine.yield

---@class agentmail.Waiter  a task, or a coroutine of a host (see waits.lua)
---@field waiting string|false  what it waits for: "call", "set", "time", "task", "close" (a task
---                              and no cancel), "scope", "place"
---@field what any              the call, set, task, scope or client
---@field at number|false       when it is woken at the latest, see timers.lua
---@field place integer|false
---@field pause function?       of a host's coroutine: yields to the host
---@field go_on function?       and makes it go on

---@class agentmail.Scheduler
---@field ended fun(task: agentmail.Task.Inner, ok: boolean, problem: any)  books the end of a task
---@field lost fun(task: agentmail.Task.Inner)  marks a task as lost to the parent process
---@field began fun()  there are tasks, after a time without
---@field recount fun(task: agentmail.Task.Inner)  after an error in the scheduler
---@field tend fun()  cancels the tasks of scopes that fail, and gives places in queues
local scheduler = {}

local WAIT = {} -- what a task yields while it waits

--- Tasks by their coroutine, until they have ended; and how many, with waits of hosts.
---@type table<thread, agentmail.Task.Inner>
scheduler.tasks, scheduler.unfinished, scheduler.in_hosts = {}, 0, 0
timers.others = scheduler.tasks

---@type agentmail.Task.Inner|false  the task that is being resumed
local current = false

-- Calls → who waits for them; a call that was taken from the core, until its waiter is woken.
local owners, taken = {}, nil

-- The queue of tasks that can run, from `head` to `tail`; round: tasks that join the queue during a
-- pass are left to the next.
local ready, head, tail, round = {}, 1, 0, 0

local forks = core.forks()

-- The host that watches the descriptor shall step.
local alarm_at = false -- true: it is now
local function arm()
  if alarm_at == true then return end
  core.alarm(0)
  alarm_at = true
end

local function enqueue(task)
  task.round = round
  ready[tail + 1] = task
  tail = tail + 1
end

scheduler.WAIT, scheduler.arm, scheduler.enqueue = WAIT, arm, enqueue

--- Wakes a waiter.
---@param waiter agentmail.Waiter
local function wake(waiter)
  arm()
  local kind, what = waiter.waiting, waiter.what
  waiter.waiting = false
  if waiter.go_on then
    waiter.go_on()
  elseif not waiter.over then
    waiter.state = "ready"
    enqueue(waiter)
  end
  if kind == "call" then
    owners[what] = nil
  elseif kind == "set" then
    for call in next, what do owners[call] = nil end
  elseif (kind == "task" or kind == "close") and what.joiners then
    what.joiners[waiter] = nil
  end
  timers.remove(waiter)
end
scheduler.wake = wake

--- Waits until woken, which may be for no reason.
---@param waiter agentmail.Waiter
---@param kind string
---@param what any
---@param till number?  a time of core.now()
function scheduler.wait(waiter, kind, what, till)
  if till then timers.set(waiter, till) end
  if kind == "call" then
    owners[what] = waiter
  elseif kind == "set" then
    for call in next, what do owners[call] = waiter end
  elseif kind == "task" or kind == "close" then
    what.joiners = what.joiners or {}
    what.joiners[waiter] = true
  end
  waiter.what, waiter.waiting = what, kind
  if waiter.pause then
    arm()
    while waiter.waiting do waiter.pause() end
    return
  end
  waiter.state = "waiting"
  if till then arm() end
  while waiter.waiting do yield(WAIT) end
end

--- The task whose code runs, even if in a coroutine within it; false: none.
---@return agentmail.Task.Inner|false
function scheduler.here()
  return scheduler.tasks[running()] or current
end

-- What follows from how a task has left its coroutine: `booked` is told when it has ended.
local function settle(task, ok, signal)
  if status(task.co) == "dead" then
    scheduler.ended(task, ok, signal)
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
  settle(task, true)
  scheduler.recount(task)
  current = false
end

local function begin(task)
  local outer = current
  current = task
  ready[head] = nil
  head = head + 1
  local ok, signal
  if task.over then
    if scheduler.tasks[task.co] then scheduler.recount(task) end -- its spawning was cut off
  else
    if task.cancelled and task.fn then -- it has not begun
      scheduler.ended(task, true)
    elseif status(task.co) == "suspended" then
      ok, signal = resume(task.co)
      if current ~= task then recover() end
      settle(task, ok, signal)
    elseif status(task.co) == "dead" then
      settle(task, true)
    end
  end
  current = outer
end

-- Wakes those whose calls have news, and those whose time has come.
local function wake_due()
  while true do
    taken = taken or next_call()
    if not taken then break end
    local owner = owners[taken]
    if owner then wake(owner) end
    owners[taken] = nil
    taken = nil
  end
  local time = now()
  while true do
    local first = timers.first()
    if not first or first.at > time then break end
    wake(first)
    timers.remove(first)
  end
end

local function run_ready(till)
  round = round + 1
  local mine = round
  while head <= tail do
    local task = ready[head]
    if not task then
      head = head + 1
    elseif task.round >= mine then
      break
    else
      begin(task)
      if till and now() >= till then break end
    end
  end
  if head > tail then
    head = 1
    tail = 0
  end
end

local function set_alarm(till)
  local first = timers.first()
  local at = first and first.at or till
  if till and till < at then at = till end
  if head <= tail then
    arm()
  elseif at then
    alarm_at = at
    core.alarm(math.max(0, at - now()))
  elseif alarm_at then
    alarm_at = false
    core.alarm()
  end
end

--- After a fork, the tasks belong to the parent.
function scheduler.look_for_fork()
  local times = core.forks()
  if times == forks then return end
  forks = times
  local lost = scheduler.tasks
  scheduler.tasks, scheduler.unfinished, current, taken = {}, 0, false, nil
  owners, ready, head, tail, alarm_at = {}, {}, 1, 0, false
  timers.clear(scheduler.tasks)
  for _, task in next, lost do scheduler.lost(task) end
end

--- Runs what is ready now, after the core has stepped.
---@param seconds number?  the most to spend
---@param till number?     the descriptor becomes readable at this time, if not before
function scheduler.pass(seconds, till)
  scheduler.look_for_fork()
  recover()
  wake_due()
  scheduler.tend()
  run_ready(seconds and now() + seconds)
  scheduler.tend()
  set_alarm(till)
end

return scheduler
