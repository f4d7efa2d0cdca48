-- SPDX-License-Identifier: MIT
-- Control actions about mail: what people outside write, answer and open; what is deleted without
-- a request of the API.

local conditions = require "agentmail.sandbox.store.conditions"
local context = require "agentmail.sandbox.http.context"
local errors = require "agentmail.sandbox.http.errors"
local inbound = require "agentmail.sandbox.mail.inbound"
local mail_events = require "agentmail.sandbox.events.mail_events"
local threading = require "agentmail.sandbox.mail.threading"

-- See actions.lua.
local actions = {}

--- A person writes: a letter, or a whole message as bytes (see actions.lua).
actions["POST inbound"] = function(app, org, body, filters)
  if type(body) == "string" then return inbound.receive_raw(app, org, body, filters) end
  return inbound.receive(app, org, body)
end

--- A recipient of a sent mail replies to it.
actions["POST messages/{message_id}/reply"] = function(app, org, body, _, params)
  return inbound.reply(app, org, params.message_id, body)
end

--- A recipient of a sent mail opens it.
actions["POST messages/{message_id}/open"] = function(app, org, _, _, params)
  local ctx = context.without_request(app, org, "control")
  local first, refusal = mail_events.opened(ctx, params.message_id)
  if first == nil then return nil, refusal end
  return { first = first }
end

-- Deletes the messages of an organization that meet more conditions; the threads they were in
-- follow. How many messages there were.
local function delete(app, org, wanted)
  local ctx, where = context.without_request(app, org, "control"), wanted:sql()
  local arguments = wanted.arguments
  local threads = app.db:rows("SELECT DISTINCT thread FROM messages WHERE " .. where,
                              table.unpack(arguments))
  app.db:run(([[DELETE FROM message_labels WHERE message IN
    (SELECT id FROM messages WHERE %s)]]):format(where), table.unpack(arguments))
  app.db:run(([[DELETE FROM attachments WHERE owner IN
    (SELECT 'm' || id FROM messages WHERE %s)]]):format(where), table.unpack(arguments))
  local count = app.db:run("DELETE FROM messages WHERE " .. where, table.unpack(arguments))
  for _, row in ipairs(threads) do threading.refresh(ctx, row.thread) end
  return count
end

-- The same of what has to be there; of one inbox, where ?inbox= names it.
local function delete_found(app, org, filters, kind, column, id)
  local wanted = conditions.new("org = ?", org.id)
  wanted:add(column .. " = ?", id)
  if filters.inbox then wanted:add("inbox_id = ?", filters.inbox) end
  local count = delete(app, org, wanted)
  if count == 0 then return nil, errors.not_found(kind, id) end
  return { removed = count }
end

--- Deletes a message, in every inbox that has it.
actions["DELETE messages/{message_id}"] = function(app, org, _, filters, params)
  return delete_found(app, org, filters, "Message", "message_id", params.message_id)
end

--- Deletes a thread with its messages.
actions["DELETE threads/{thread_id}"] = function(app, org, _, filters, params)
  return delete_found(app, org, filters, "Thread", "thread_id", params.thread_id)
end

--- Deletes all mail, or that of one inbox. Inboxes, drafts, faults and records stay.
actions["DELETE messages"] = function(app, org, _, filters)
  local wanted = conditions.new("org = ?", org.id)
  if filters.inbox then wanted:add("inbox_id = ?", filters.inbox) end
  return { removed = delete(app, org, wanted) }
end

return actions
