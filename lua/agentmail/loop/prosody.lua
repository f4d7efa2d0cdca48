-- SPDX-License-Identifier: MIT
-- Runs tasks in Prosody's loop. A call made directly in a runner of util.async lets Prosody go on.
-- Errors that a step raises go into its log.

local agentmail = require "agentmail"
local host = require "agentmail.task.host"
local async = require "util.async"
local log = require "util.logger".init "agentmail"
local server = require "net.server"

local is_attached = false

--- From now on, Prosody runs tasks.
local function attach()
  if is_attached then return end
  is_attached = true
  server.watchfd(agentmail.pollfd(), function()
    local done, problem = pcall(agentmail.step)
    if not done then log("error", "%s", problem) end
  end)
  host.attach(function() end, function()
    if async.ready() then return async.waiter(1, true) end
  end)
end

return { attach = attach }
