-- SPDX-License-Identifier: MIT
-- The history of labels: what was added to and removed from messages, and when.

local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local page = require "agentmail.sandbox.http.paging"

local encode = json.shape("organization_id pod_id inbox_id event_id event_type message_id label "
  .. "event_at:time created_at:time")

local label_events = {}

local function write(db, message, event_type, label, now)
  db:run([[INSERT INTO label_events (org, inbox, message_id, label, event_type, at)
    SELECT org, inbox, message_id, ?, ?, ? FROM messages WHERE id = ?]], label, event_type, now,
    message)
end

--- Writes the difference of two lists of labels of a message's row.
function label_events.write(db, message, before, after, now)
  local was, is = {}, {}
  for _, label in ipairs(before) do was[label] = true end
  for _, label in ipairs(after) do
    is[label] = true
    if not was[label] then write(db, message, "label.added", label, now) end
  end
  for _, label in ipairs(before) do
    if not is[label] then write(db, message, "label.removed", label, now) end
  end
end

--- The operation inboxes.events.list.
function label_events.list(ctx)
  local inbox, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not inbox then return nil, refusal end
  return page.answer(ctx, "events", {
    from = "label_events", where = { "inbox = ?" }, arguments = { inbox.id }, sort = "id",
    made = "at",
  }, function(row)
    row.organization_id, row.pod_id = ctx.org.organization_id, inbox.pod_id
    row.inbox_id, row.event_id = inbox.inbox_id, ("evt_%016x"):format(row.id)
    row.event_at, row.created_at = row.at, row.at
    return encode(row)
  end)
end

return label_events
