-- SPDX-License-Identifier: MIT
-- The events of mail that leaves and arrives.

local addresses = require "agentmail.sandbox.mail.addresses"
local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local mailed = require "agentmail.sandbox.calendar.mailed"
local messages = require "agentmail.sandbox.api.messages"
local scans = require "agentmail.sandbox.mail.scans"
local threading = require "agentmail.sandbox.mail.threading"
local threads = require "agentmail.sandbox.api.threads"

local LARGEST_PAYLOAD = 1000 * 1000 -- bytes; above this size the bodies are left out

local KINDS = { spam = "message.received.spam", blocked = "message.received.blocked",
                unauthenticated = "message.received.unauthenticated" }

--- A message is received, with these labels, after its scan. Then its invitation is applied, unless
--- the labels hide it.
local function arrive(ctx, inbox, id, marks)
  local event_type = "message.received"
  for _, label in ipairs(marks) do event_type = KINDS[label] or event_type end
  event_queue.emit(ctx, event_type, function()
    local row = ctx.db:row("SELECT * FROM messages WHERE id = ?", id)
    local message = messages.encode(row)
    if #message > LARGEST_PAYLOAD then message = messages.encode_item(row) end
    local thread = ctx.db:row("SELECT * FROM threads WHERE id = ?", row.thread)
    return ('"message":%s,"thread":%s'):format(message, threads.encode_item(thread))
  end, inbox)
  if event_type == "message.received" then
    mailed.apply(ctx, inbox, ctx.db:row("SELECT * FROM messages WHERE id = ?", id))
  end
end

--- A message was stored as received, with these labels.
local function received(ctx, inbox, id, marks)
  scans.arriving(ctx, inbox, id, function() arrive(ctx, inbox, id, marks) end)
end

--- A message that was held is received.
local function released(ctx, inbox, row) arrive(ctx, inbox, row.id, json.decode(row.labels)) end

--- Recipients that have a mail as soon as it leaves: all but those at sandbox.test, each of which
--- behaves differently. None if a fault decides the outcome.
local function reached_at_once(ctx, recipients)
  local reached = {}
  if ctx.outcome then return reached end
  for _, address in ipairs(recipients) do
    if not addresses.is_test(address) then reached[#reached + 1] = address end
  end
  return reached
end

--- A message left, and has reached some recipients.
local function sent(ctx, inbox, message_id, thread_id, recipients, reached)
  local function payload(name, whom)
    return function()
      return ('"%s":{"inbox_id":%s,"thread_id":%s,"message_id":%s,"timestamp":"%s",'
        .. '"recipients":%s}'):format(name, json.string(inbox.inbox_id), json.string(thread_id),
        json.string(message_id), clock.text(ctx.now), json.strings(whom))
    end
  end
  event_queue.count(ctx, "message.sent", inbox, reached[1] and "message.delivered")
  event_queue.announce(ctx, "message.sent", payload("send", recipients), inbox)
  if reached[1] then
    event_queue.announce(ctx, "message.delivered", payload("delivery", reached), inbox)
  end
end

--- A recipient opened a sent mail: an event and a label, once.
---@return boolean? first, table? refusal
local function opened(ctx, message_id)
  local row = ctx.db:row([[SELECT * FROM messages WHERE org = ? AND message_id = ?
    AND instr(labels, '"sent"') > 0]], ctx.org.id, message_id)
  if not row then return nil, errors.not_found("Sent message", message_id) end
  local _, changed = labels.change(ctx.db, row, { "opened" }, {}, ctx.now)
  if not changed then return false end
  threading.refresh(ctx, row.thread)
  event_queue.emit(ctx, "message.opened", { open = {
    inbox_id = row.inbox_id, thread_id = row.thread_id, message_id = row.message_id,
    timestamp = clock.text(ctx.now),
  } }, row.inbox_id)
  return true
end

return {
  received = received, released = released, reached_at_once = reached_at_once, sent = sent,
  opened = opened,
}
