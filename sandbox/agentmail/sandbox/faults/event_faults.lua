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

-- What a socket does after the event; see match.FAREWELLS.
local function then_leave(_, does) return { 0 }, does end

for kind in pairs(match.FAREWELLS) do fates[kind] = then_leave end

--- When to deliver the event: one delay in milliseconds for each delivery, { 0 } without a fault;
--- and how the WebSocket ends after it.
---@param event_type string
---@param inbox_id string?
---@param receiver "webhook"|"websocket"
---@return integer[] delays, { kind: string, status: integer? }? farewell
local function plan(ctx, event_type, inbox_id, receiver)
  local event = { type = event_type, inbox_id = inbox_id, receiver = receiver }
  local rule = decide.plan_event(ctx, event)
  if not rule then return { 0 } end
  decide.hit(rule, ctx, match.scope_of_event(event, rule))
  local does = rule["do"]
  return fates[does.kind]((clock.duration(does.seconds or DELAY)), does)
end

return { plan = plan }
