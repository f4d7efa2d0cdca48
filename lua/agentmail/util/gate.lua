-- SPDX-License-Identifier: MIT
-- Lets one at a time fetch what several tasks may ask for: the next item of a loop that they share.
--
--   gates.wait(gate)
--   local _ <close> = gate
--   gates.hold(gate)

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise

local status = coroutine and coroutine.status
local rawget, type = rawget, type

---@class agentmail.Gate
---@field owner any            who is inside: a task, or a coroutine; false: nobody
---@field is_wanted boolean    tasks wait for it
local methods = {}

local mt = { __name = "agentmail.Gate", __index = methods }

function mt.__close(gate)
  gate.owner = false
  if gate.is_wanted then core.arm() end
  gate.is_wanted = false
end

-- Whether somebody is inside, who will leave.
local function is_held(gate)
  local owner = gate.owner
  if type(owner) == "table" then return not rawget(owner, "over") end
  return owner and not (type(owner) == "thread" and status(owner) == "dead")
end

--- Those who wait stand in a queue, as for a place in a client's (task/waits.lua).
---@return integer
function methods:room()
  self.is_wanted = true
  return is_held(self) and 0 or 1
end

---@return boolean
function methods.closed() return false end

local gates = {}

---@return agentmail.Gate
function gates.new() return setmetatable({ owner = false, is_wanted = false }, mt) end

--- Waits until nobody is inside. Raises where it cannot wait.
---@param gate agentmail.Gate
function gates.wait(gate)
  while is_held(gate) do
    local problem = door.turn(gate)
    if problem then raise(problem) end
  end
end

--- The caller is inside, until the gate is closed.
---@param gate agentmail.Gate
function gates.hold(gate) gate.owner = door.own() end

return gates
