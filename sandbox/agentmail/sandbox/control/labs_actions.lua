-- SPDX-License-Identifier: MIT
-- Control actions for what the service does by itself, or leaves to others: invitations that come
-- by mail, scans of mail, and the events of polling webhooks.

local armor = require "agentmail.sandbox.api.armor"
local calendar_events = require "agentmail.sandbox.api.calendar_events"
local context = require "agentmail.sandbox.http.context"
local errors = require "agentmail.sandbox.http.errors"
local fields = require "agentmail.sandbox.http.fields"
local inboxes = require "agentmail.sandbox.api.inboxes"
local polling_queue = require "agentmail.sandbox.events.polling_queue"

-- See actions.lua.
local actions = {}

local read = fields.record("inbox_id!:string title!:string start!:string end!:string "
  .. "timezone:string organizer:string", fields.checks)

--- { inbox_id, title, start, end, timezone, organizer }: an event that the inbox is invited to.
actions["POST invitations"] = function(app, org, body)
  local ctx, problems = context.without_request(app, org, "control"), {}
  local given = read(body, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local inbox, refusal = inboxes.find(ctx, given.inbox_id)
  if not inbox then return nil, refusal end
  return calendar_events.invite(ctx, inbox, given)
end

--- { inbox_id, message_id, verdict, held }: the result of a scan.
actions["POST scans"] = function(app, org, body)
  return armor.scan(context.without_request(app, org, "control"), body)
end

--- { token, limit }: the events that wait for a polling webhook, from the last commit on.
actions["POST polling/receive"] = function(app, org, body)
  return polling_queue.receive(context.without_request(app, org, "control"), body)
end

--- { token, iterator }: drops what a receive has returned.
actions["POST polling/commit"] = function(app, org, body)
  return polling_queue.commit(context.without_request(app, org, "control"), body)
end

return actions
