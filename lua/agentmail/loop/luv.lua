-- SPDX-License-Identifier: MIT
-- Runs tasks in the loop of libuv, by luv. The loop ends when there are no tasks, and nothing else
-- to do. luv ends the program if a callback raises an error: set agentmail.on_error to go on.

local agentmail = require "agentmail"
local host = require "agentmail.task.host"
local uv = require "luv"

local poll

local function mind_tasks()
  if host.is_busy() then poll:ref() else poll:unref() end
end

--- From now on, the default loop of luv runs tasks.
local function attach()
  if poll then return end
  poll = uv.new_poll(agentmail.pollfd())
  poll:start("r", function()
    local done, problem = pcall(agentmail.step)
    mind_tasks()
    if not done then error(problem, 0) end
  end)
  poll:unref()
  host.attach(mind_tasks)
end

return { attach = attach }
