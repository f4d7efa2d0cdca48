-- SPDX-License-Identifier: MIT
-- Runs tasks in a controller of cqueues, whose loop ends when there are none. A call made directly
-- in one of its coroutines lets the others run.

local agentmail = require "agentmail"
local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local host = require "agentmail.task.host"
local attached = setmetatable({}, { __mode = "k" })

--- From now on, this controller runs tasks.
---@param controller any  of cqueues.new(); default: the one that runs
local function attach(controller)
  controller = controller or cqueues.running() or error("attach to a controller of cqueues", 2)
  if attached[controller] then return end
  attached[controller] = true
  local descriptor, is_watching = { pollfd = agentmail.pollfd(), events = "r" }, false
  local function watch()
    if is_watching then return end
    is_watching = true
    controller:wrap(function()
      local done, problem
      repeat
        cqueues.poll(descriptor)
        done, problem = pcall(agentmail.step)
      until not done or not host.is_busy()
      is_watching = false
      if host.is_busy() then watch() end
      if not done then error(problem, 0) end
    end)
  end
  host.attach(watch, function()
    local running, is_direct = cqueues.running()
    if running ~= controller or not is_direct then return end
    local woken = condition.new()
    return function() woken:wait() end, function() woken:signal() end
  end)
end

return { attach = attach }
