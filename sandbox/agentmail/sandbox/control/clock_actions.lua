-- SPDX-License-Identifier: MIT
-- Control actions for the clock of an organization.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local orgs = require "agentmail.sandbox.store.orgs"
local schedule = require "agentmail.sandbox.schedule"

-- See actions.lua.
local actions = {}

local function state_of(app, org)
  local now = orgs.now(app, org)
  return { now = clock.text(now), time = now // 1000, mode = org.frozen and "frozen" or "real" }
end

actions["GET clock"] = state_of

--- { mode = "frozen", at = a time }: stops it there, or where it is.
--- { mode = "real", at = a time }: runs it from there, or resets it to the machine's.
actions["PUT clock"] = function(app, org, body)
  local at = body.at ~= nil and clock.parse(body.at) or nil
  if body.at ~= nil and not at then
    return nil, errors.invalid_field("expected an ISO 8601 date and time", "at")
  end
  if body.mode ~= "frozen" and body.mode ~= "real" then
    return nil, errors.invalid_field("expected frozen or real", "mode")
  end
  local host_now, now = app.host.now(), orgs.now(app, org)
  local target = at or body.mode == "frozen" and now or host_now
  if target < now then schedule.before_going_back(app, org, target) end
  if body.mode == "frozen" then
    org.frozen, org.offset = target, 0
  else
    org.frozen, org.offset = nil, target - host_now
  end
  orgs.save_clock(app, org)
  schedule.arm(app)
  return state_of(app, org)
end

--- { by = a duration }: runs what falls due on the way.
actions["POST clock/advance"] = function(app, org, body)
  local by, problem = clock.duration(body.by)
  if not by then return nil, errors.invalid_field(problem, "by") end
  local sent = schedule.advance(app, org, by)
  schedule.arm(app)
  local state = state_of(app, org)
  state.sent = sent
  return state
end

return actions
