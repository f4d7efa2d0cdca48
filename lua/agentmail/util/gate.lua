-- SPDX-License-Identifier: MIT
-- A gate lets one task at a time fetch the next item of a loop that several tasks share.
--
--   local turn <close> = gates.turn(gate)
--   gates.enter(turn)
--
-- A hook may yield between any two statements, and other tasks run: so the owner of a gate changes
-- only within core.whole.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local raise = require "agentmail.util.raise".raise

local status = coroutine and coroutine.status
local rawget, type, whole = rawget, type, core.whole

---@class agentmail.Gate
---@field owner any            the task, or coroutine, that is inside; false: none
---@field turn agentmail.GateTurn|false  the turn inside; the end of another does not free the gate
---@field is_wanted boolean    tasks wait for it
local methods = {}

local mt = { __name = "agentmail.Gate", __index = methods }

-- Whether a task or coroutine that will leave is inside.
local function is_held(gate)
  local owner = gate.owner
  if type(owner) == "table" then return not rawget(owner, "over") end
  return owner and not (type(owner) == "thread" and status(owner) == "dead")
end

--- Waiters for a gate form a queue, as those for a place in a client's queue do (task/queues.lua).
---@return integer
function methods:room()
  self.is_wanted = true
  return is_held(self) and 0 or 1
end

---@return boolean
function methods.closed() return false end

local gates = {}

---@return agentmail.Gate
function gates.new()
  return setmetatable({ owner = false, turn = false, is_wanted = false }, mt)
end

---@class agentmail.GateTurn  a request to be inside; closing it leaves the gate
---@field gate agentmail.Gate

local function go_in(turn)
  local gate = turn.gate
  if is_held(gate) then return false end
  gate.owner, gate.turn = door.own(), turn
  return true
end

local function go_out(turn)
  local gate = turn.gate
  if gate.turn ~= turn then return end
  gate.turn, gate.owner = false, false
  if gate.is_wanted then core.arm() end
  gate.is_wanted = false
end

local turn_mt = { __close = function(turn) whole(go_out, turn) end }

---@param gate agentmail.Gate
---@return agentmail.GateTurn
function gates.turn(gate) return setmetatable({ gate = gate }, turn_mt) end

--- Waits until the gate is free, and enters. Raises an error where it cannot wait.
---@param turn agentmail.GateTurn
function gates.enter(turn)
  while not whole(go_in, turn) do
    local problem = door.turn(turn.gate)
    if problem then raise(problem) end
  end
end

return gates
