-- SPDX-License-Identifier: MIT
-- Events: each is counted for metrics and queued for every webhook, polling webhook and WebSocket
-- that wants it, in the transaction that causes it. deliveries.lua and pushes.lua deliver them.

local event_faults = require "agentmail.sandbox.faults.event_faults"
local hosts = require "agentmail.sandbox.http.hosts"
local json = require "agentmail.sandbox.http.json"
local polling_queue = require "agentmail.sandbox.events.polling_queue"
local pushes = require "agentmail.sandbox.events.pushes"
local sets = require "agentmail.sandbox.store.sets"

-- The set of a column's list, or nil.
local function set_of(encoded)
  local list = json.decode_list(encoded)
  return #list > 0 and sets.of(list) or nil
end

-- Makes rows of webhooks ready for selection.
local function ready(list)
  for _, row in ipairs(list) do
    row.event_types = set_of(row.event_types) or {}
    row.pod_ids, row.inbox_ids = set_of(row.pod_ids), set_of(row.inbox_ids)
  end
  return list
end

-- The enabled webhooks of an organization, and its polling webhooks: kept until one changes.
local function webhooks_of(app, org)
  app.webhooks = app.webhooks or {}
  local lists = app.webhooks[org.id]
  if not lists then
    local function of(source) return ready(app.db:rows("SELECT * FROM " .. source, org.id)) end
    lists = { pushed = of "webhooks WHERE org = ? AND enabled = 1 ORDER BY id",
              polled = of "polling_webhooks WHERE org = ? ORDER BY id" }
    app.webhooks[org.id] = lists
  end
  return lists
end

-- Without subscriptions a webhook gets all events of its scope; with some, those that any of them
-- names.
local function wants(webhook, event_type, place)
  if not webhook.event_types[event_type] then return false end
  if webhook.inbox_id then return webhook.inbox_id == place.inbox_id end
  if webhook.pod_id and webhook.pod_id ~= place.pod_id then return false end
  local pods, inboxes = webhook.pod_ids, webhook.inbox_ids
  return not pods and not inboxes or pods and pods[place.pod_id]
    or inboxes and inboxes[place.inbox_id] or false
end

local function encoded(event_type, event_id, payload)
  local members = payload
  if type(payload) == "function" then members = payload() end
  if type(members) == "table" then
    local text = json.encode(members)
    members = text:sub(2, -2)
  end
  return ('{"type":"event","event_type":"%s","event_id":"%s",%s}'):format(event_type, event_id,
                                                                         members)
end

-- Queues a body for a webhook's row, `delay` milliseconds from now.
local function queue(ctx, webhook, event, delay)
  local allowed = hosts.may_call(ctx.app, webhook.url)
  ctx.db:run([[INSERT INTO deliveries (org, webhook, webhook_id, url, event_type, event_id, svix_id,
    body, state, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id,
    webhook.id, webhook.webhook_id, webhook.url, event.type, event.id, event.svix_id, event.body,
    allowed and "pending" or "withheld", allowed and ctx.now + delay or nil, ctx.now)
  if allowed then ctx.app.queued = true end
end

--- Queues an event, counted or not, for the webhooks, polling webhooks and sockets that want it.
--- See emit. `id` is the event's, or nil for a new one.
local function announce(ctx, event_type, payload, place, id)
  local event
  local function made()
    if not event then
      event = { type = event_type, id = id or "evt_" .. ctx.app.ids:token(),
                svix_id = "msg_" .. ctx.app.ids:token() }
      event.body = encoded(event_type, event.id, payload)
    end
    return event
  end
  local webhooks = webhooks_of(ctx.app, ctx.org)
  for _, webhook in ipairs(webhooks.pushed) do
    if wants(webhook, event_type, place) then
      made()
      for _, delay in ipairs(event_faults.plan(ctx, event_type, place.inbox_id, "webhook")) do
        queue(ctx, webhook, event, delay)
      end
    end
  end
  for _, webhook in ipairs(webhooks.polled) do
    if wants(webhook, event_type, place) then polling_queue.keep(ctx, webhook, made()) end
  end
  pushes.offer(ctx, event_type, place, made)
end

--- Counts an event, and another one that comes with it, if named.
local function count(ctx, event_type, place, also)
  ctx.db:run([[INSERT INTO events (org, pod_id, inbox_id, event_type, also, at)
    VALUES (?, ?, ?, ?, ?, ?)]], ctx.org.id, place.pod_id, place.inbox_id, event_type, also,
    ctx.now)
end

--- Reports an event. `payload` holds its members besides type and id: a table, a function that
--- returns one, or their JSON. `place` is where it happened: an inbox's row or id, or a row with a
--- pod_id.
local function emit(ctx, event_type, payload, place)
  if type(place) ~= "table" then
    place = ctx.db:row("SELECT pod_id, inbox_id FROM inboxes WHERE org = ? AND inbox_id = ?",
                       ctx.org.id, place) or { inbox_id = place }
  end
  count(ctx, event_type, place)
  announce(ctx, event_type, payload, place)
end

return { announce = announce, count = count, emit = emit }
