-- SPDX-License-Identifier: MIT
-- Faults at the place `events`: what happens to one event on its way to one receiver.

local clock = require "agentmail.sandbox.store.clock"
local decide = require "agentmail.sandbox.faults.decide"
local match = require "agentmail.sandbox.faults.match"

local DELAY = "5s"

local fates = {
  drop = function() return {} end,
  delay = function(delay) return { delay } end,
  ["repeat"] = function(_, does)
    local list = {}
    for i = 1, does.times or 2 do list[i] = 0 end
    return list
  end,
  -- Later events within that time overtake it.
  reorder = function(delay) return { delay } end,
}

--- When to deliver the event: one delay in milliseconds for each delivery. { 0 } without a fault.
---@param event_type string
---@param inbox_id string?
---@return integer[] delays
local function plan(ctx, event_type, inbox_id)
  local event = { type = event_type, inbox_id = inbox_id }
  local rule = decide.plan_event(ctx, event)
  if not rule then return { 0 } end
  decide.hit(rule, ctx, match.scope_of_event(event))
  local does = rule["do"]
  return fates[does.kind]((clock.duration(does.seconds or DELAY)), does)
end

return { plan = plan }
