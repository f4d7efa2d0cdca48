-- SPDX-License-Identifier: MIT
-- The history of labels: which were added to and removed from messages, and when. Every change is
-- recorded, see mail/labels.lua.

local conditions = require "agentmail.sandbox.store.conditions"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local paging = require "agentmail.sandbox.http.paging"

local encode = json.shape("organization_id pod_id inbox_id event_id event_type message_id label "
  .. "event_at:time created_at:time")

--- The operation inboxes.events.list.
local function list(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local listing = conditions.new("inbox = ?", inbox.id)
  listing.from, listing.sort, listing.made = "label_events", "id", "at"
  return paging.answer(ctx, "events", listing, function(row)
    row.organization_id, row.pod_id = ctx.org.organization_id, inbox.pod_id
    row.inbox_id, row.event_id = inbox.inbox_id, ("evt_%016x"):format(row.id)
    row.event_at, row.created_at = row.at, row.at
    return encode(row)
  end)
end

return { list = list }
