-- SPDX-License-Identifier: MIT
-- Detects tasks that would wait for themselves, through others. waiting.lua records the waits that
-- yield. This module records those that block and run the other tasks meanwhile. They form a stack:
-- each returns only after those above it. The tasks beneath a blocking wait also continue only
-- after it, whichever of them resumed which.

local scheduler = require "agentmail.task.scheduler"

local running, status = coroutine.running, coroutine.status

local cycles = {}

---@class agentmail.Drive  what a task blocks for
---@field task agentmail.Task.Inner
---@field what agentmail.Task.Inner|agentmail.TaskScope
---@field ends boolean?      a cancel of the task ends it
---@field beneath table<agentmail.Task.Inner, true>  see cycles.beneath
---@field co thread

---@type agentmail.Drive[]
local drives = {}

--- The tasks that can continue only after a wait that blocks here, as it runs above them on the
--- stack. The program may have resumed their coroutines by itself.
---@param here agentmail.Task.Inner  whose code runs
---@return table<agentmail.Task.Inner, true>
function cycles.beneath(here)
  local found = { [here] = true }
  for _, task in next, scheduler.tasks do
    if task.co and status(task.co) == "normal" then found[task] = true end
  end
  return found
end

-- Whether it still runs: a hook may have yielded, and the program may never resume that coroutine.
local function is_live(drive)
  local state = status(drive.co)
  return state == "running" or state == "normal"
end

--- Records that a task blocks.
---@param drive agentmail.Drive
function cycles.enter(drive)
  for place = #drives, 1, -1 do
    if status(drives[place].co) == "dead" then table.remove(drives, place) end
  end
  drive.co = running()
  drives[#drives + 1] = drive
end

---@param drive agentmail.Drive
function cycles.leave(drive)
  for place = #drives, 1, -1 do
    if drives[place] == drive then table.remove(drives, place) end
  end
end

local depends

-- Whether a task is beneath a wait that blocks until another task ends.
local function blocks_for(task, on, seen)
  local is_below = false
  for _, drive in ipairs(drives) do
    if is_live(drive) then
      is_below = is_below or drive.beneath[task]
      local ends = drive.ends and drive.task.cancelled
      if is_below and not ends and depends(drive.what, on, seen) then return true end
    end
  end
  return false
end

-- Whether a task, or a scope, ends only after one of a set of tasks, directly or through others.
function depends(what, on, seen)
  if on[what] then return true end
  if seen[what] then return false end
  seen[what] = true
  local members = rawget(what, "tasks")
  if members then
    for member in next, members do
      if depends(member, on, seen) then return true end
    end
    return false
  end
  local kind = what.waiting
  if kind == "task" or kind == "close" or kind == "scope" then
    return depends(what.what, on, seen)
  end
  local owner = kind == "place" and type(what.what) == "table" and what.what.owner -- of a gate
  if type(owner) == "table" then return depends(owner, on, seen) end
  return drives[1] ~= nil and blocks_for(what, on, seen)
end

-- Whether something may wait for a task.
local function is_awaited(task)
  return task.joiners and next(task.joiners) or task.scope and task.scope.waiter or drives[1]
end

--- Whether a task would wait for itself if it waited for another.
---@param here agentmail.Task.Inner|false  whose code runs
---@param task agentmail.Task.Inner
---@param beneath table<agentmail.Task.Inner, true>?  where it would block
---@return boolean
function cycles.closes(here, task, beneath)
  if here == task then return true end
  if beneath then return depends(task, beneath, {}) end
  return here and is_awaited(here) and depends(task, { [here] = true }, {})
end

return cycles
