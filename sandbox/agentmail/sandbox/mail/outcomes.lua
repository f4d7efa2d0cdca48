-- SPDX-License-Identifier: MIT
-- The outcome of a mail that left: delivered, bounced, complained about, or rejected. The sender's
-- copy gets a label, and an event reports it.

local clock = require "agentmail.sandbox.store.clock"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local lists = require "agentmail.sandbox.api.lists"
local threading = require "agentmail.sandbox.mail.threading"

local function addressed(recipients)
  local list = {}
  for i, address in ipairs(recipients) do list[i] = { address = address, status = "failed" } end
  return list
end

-- kind → name of the event's member, and its content besides the mail's location
local events = {
  delivered = { "delivery", function(recipients) return { recipients = recipients } end },
  bounced = { "bounce", function(recipients)
    return { type = "Permanent", sub_type = "General", recipients = addressed(recipients) }
  end },
  complained = { "complaint", function(recipients)
    return { type = "abuse", sub_type = "abuse", recipients = recipients }
  end },
  rejected = { "reject", function() return { reason = "Bad content" } end },
}

-- A recipient whose mail bounced, or who complained, gets no more mail.
local SUPPRESSING = { bounced = true, complained = true }

--- Applies the outcome to the mail that this request sent.
---@param kind "delivered"|"bounced"|"complained"|"rejected"
---@param recipients string[]? those concerned; default: all
local function happen(ctx, kind, recipients)
  local row = ctx.db:row([[SELECT m.*, s.recipients AS reached FROM sent s JOIN messages m
    ON m.inbox_id = s.inbox_id AND m.message_id = s.message_id AND m.org = s.org
    WHERE s.org = ? AND s.message_id = ?]], ctx.org.id, ctx.message_id)
  if not row then return end
  recipients = recipients or json.decode(row.reached)
  if SUPPRESSING[kind] then
    for _, address in ipairs(recipients) do lists.suppress(ctx, address, kind) end
  end
  labels.change(ctx.db, row, { kind }, {}, ctx.now)
  threading.refresh(ctx, row.thread)
  local payload = events[kind][2](json.array(recipients))
  payload.inbox_id, payload.thread_id = row.inbox_id, row.thread_id
  payload.message_id, payload.timestamp = row.message_id, clock.text(ctx.now)
  event_queue.emit(ctx, "message." .. kind, { [events[kind][1]] = payload }, row.inbox_id)
end

return { happen = happen }
