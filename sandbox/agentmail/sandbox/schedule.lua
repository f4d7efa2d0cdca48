-- SPDX-License-Identifier: MIT
-- Work without a request: scheduled drafts, and events that start and end, in the order of their
-- times, by their organization's clock; webhook deliveries; fetching attachments.

local alarms = require "agentmail.sandbox.calendar.alarms"
local clock = require "agentmail.sandbox.store.clock"
local context = require "agentmail.sandbox.http.context"
local deliveries = require "agentmail.sandbox.events.deliveries"
local draft_sends = require "agentmail.sandbox.api.draft_sends"
local orgs = require "agentmail.sandbox.store.orgs"

-- When the next draft or event is due, of one organization or of all on real clocks; nil: never.
local function next_due(app, org)
  local id = org and org.id
  local draft, alarm = draft_sends.next_due(app.db, id), alarms.next_due(app.db, id)
  return draft and alarm and math.min(draft, alarm) or draft or alarm
end

-- Runs everything up to `until_ms`, each item at its own time.
local function run(app, org, until_ms)
  local sent = 0
  while true do
    local at = next_due(app, org)
    if not at or at > until_ms then return sent end
    local ctx = context.without_request(app, org, "clock", math.max(at, orgs.now(app, org)))
    alarms.run_due(ctx)
    sent = sent + draft_sends.run_due(ctx)
  end
end

--- Advances an organization's clock and runs what falls due on the way. Called in a transaction.
---@param org agentmail.sandbox.Org
---@param by integer milliseconds
---@return integer sent, integer now
local function advance(app, org, by)
  local host_now = app.host.now()
  local target = clock.now(org, host_now) + by
  local sent = run(app, org, target)
  if org.frozen then org.frozen = target else org.offset = target - host_now end
  orgs.save_clock(app, org)
  return sent, target
end

--- Before the clock goes back to a time: runs what is due, or keeps it due. Called in a
--- transaction.
---@param org agentmail.sandbox.Org
---@param target integer
local function before_going_back(app, org, target)
  local now = orgs.now(app, org)
  run(app, org, now)
  app.db:run([[UPDATE deliveries SET due_at = ? WHERE org = ? AND state = 'pending'
    AND due_at <= ? AND due_at > ?]], target, org.id, now, target)
end

--- Runs what is due in an organization. Called in a transaction.
---@param org agentmail.sandbox.Org
local function settle(app, org)
  run(app, org, orgs.now(app, org))
end

--- Starts due webhook deliveries, and handles what is on the wire.
local function deliver(app)
  local wait = deliveries.pump(app)
  app.timers:set("webhooks", wait and wait / 1000, function() deliver(app) end)
end

local tick

--- Sets the timers for what is due next: drafts and events on a real clock, webhooks.
local function arm(app)
  if app.queued or next(app.flights) or next(app.fetches)
    or app.db:values("SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT 1") then
    app.queued = false
    app.timers:set("webhooks", 0, function() deliver(app) end)
  end
  local at = next_due(app)
  app.timers:set("drafts", at and math.max(0, at - app.host.now()) / 1000, function() tick(app) end)
end

-- Runs what is due on real clocks, and sets the timer for the next item.
function tick(app)
  app.drafts_ran = true
  app.db:transaction(function()
    local rows = app.db:rows([[SELECT o.namespace FROM drafts d JOIN organizations o ON o.id = d.org
      WHERE d.send_status = 'scheduled' AND o.frozen IS NULL AND d.send_at <= ?1 + o.offset
      UNION SELECT o.namespace FROM calendar_events e JOIN organizations o ON o.id = e.org
      WHERE o.frozen IS NULL AND e.alarm_at <= ?1 + o.offset]], app.host.now())
    for _, row in ipairs(rows) do
      settle(app, orgs.of(app, row.namespace))
    end
  end)
  arm(app)
end

return {
  advance = advance, before_going_back = before_going_back, settle = settle, deliver = deliver,
  arm = arm,
}
