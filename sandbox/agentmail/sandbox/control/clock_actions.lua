-- SPDX-License-Identifier: MIT
-- Control actions about the clock of an organization.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local orgs = require "agentmail.sandbox.store.orgs"
local schedule = require "agentmail.sandbox.schedule"

-- See actions.lua.
local actions = {}

local function state_of(app, org)
  return { now = clock.text(orgs.now(app, org)), mode = org.frozen and "frozen" or "real" }
end

actions["GET clock"] = state_of

--- { mode = "frozen" or "real", at = a time }.
actions["PUT clock"] = function(app, org, body)
  local at = body.at ~= nil and clock.parse(body.at) or nil
  if body.at ~= nil and not at then
    return nil, errors.invalid_field("expected an ISO 8601 date and time", "at")
  end
  local now = at or orgs.now(app, org)
  if body.mode == "frozen" then
    org.frozen, org.offset = now, 0
  elseif body.mode == "real" then
    org.frozen, org.offset = nil, now - app.host.now()
  else
    return nil, errors.invalid_field("expected frozen or real", "mode")
  end
  orgs.save_clock(app, org)
  schedule.arm(app)
  return state_of(app, org)
end

--- { by = a duration }: what falls due on the way happens.
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
