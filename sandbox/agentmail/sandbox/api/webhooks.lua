-- SPDX-License-Identifier: MIT
-- Webhook registrations, in the three scopes. queue.lua selects them, deliveries.lua delivers to
-- them.

local base64 = require "agentmail.sandbox.store.base64"
local client_ids = require "agentmail.sandbox.http.client_ids"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local hosts = require "agentmail.sandbox.http.hosts"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local resource = require "agentmail.sandbox.api.resource"
local sets = require "agentmail.sandbox.store.sets"

local encode = json.shape("webhook_id url event_types:json pod_ids?:json inbox_ids?:json secret "
  .. "enabled:boolean client_id? updated_at:time created_at:time")

local MOST_IDS = 10

-- A webhook of a scope lists it as its one subscription.
local function encoded(row)
  if row.inbox_id then
    row.inbox_ids = json.strings { row.inbox_id }
  elseif row.pod_id then
    row.pod_ids = json.strings { row.pod_id }
  end
  return encode(row)
end

-- Events about hidden mail need the permission to read its label.
local NEEDS = {
  ["message.received.spam"] = labels.HIDING.spam,
  ["message.received.blocked"] = labels.HIDING.blocked,
  ["message.received.unauthenticated"] = labels.HIDING.unauthenticated,
}

local function check_types(ctx, types)
  for _, word in ipairs(types) do
    if (NEEDS[word] or 0) & (ctx.unreadable or 0) ~= 0 then
      return errors.refusal(403, "missing_permission", "This API key may not read the mail that "
        .. word .. " tells about.", "Use a key with the permission to read that label.")
    end
  end
end

-- Headers that the delivery itself sets.
local OURS = sets.words("content-length content-type transfer-encoding host connection expect "
  .. "user-agent idempotency-key svix-id svix-timestamp svix-signature")

local function check_headers(headers, field)
  for name, value in pairs(headers) do
    if not name:find("^[%w!#$%%&'*+.^_`|~-]+$") or value:find("[%c]") or OURS[name:lower()] then
      return errors.invalid_field("is not an HTTP header that can be sent", field, name)
    end
  end
end

-- Subscriptions must exist and be within the scope.
local function check_ids(ctx, ids, kind)
  if #ids > MOST_IDS then
    return errors.invalid_field("at most 10", kind)
  end
  for i, id in ipairs(ids) do
    local found
    if kind == "pod_ids" then
      found = ctx.db:values("SELECT 1 FROM pods WHERE org = ? AND pod_id = ?", ctx.org.id, id)
    else
      found = inboxes.find(ctx, id)
    end
    if not found then return errors.invalid_field("not found: " .. id, kind, i - 1) end
  end
end

local function check(ctx)
  local body = ctx.body
  if #body.event_types == 0 then return errors.invalid_field("at least one", "event_types") end
  if not hosts.authority(body.url) then
    return errors.invalid_field("expected an http or https URL", "url")
  end
  if body.headers and next(body.headers) == nil then
    return errors.invalid_field("must not be empty", "headers")
  end
  return client_ids.check(body.client_id) or check_types(ctx, body.event_types)
    or check_headers(body.headers or {}, "headers") or check_ids(ctx, body.pod_ids or {}, "pod_ids")
    or check_ids(ctx, body.inbox_ids or {}, "inbox_ids")
end

local function new_secret(ctx)
  return "whsec_" .. base64.encode(digest.bytes(ctx.app.ids:token()):sub(1, 24))
end

local function create(ctx)
  local body = ctx.body
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  refusal = check(ctx)
  if refusal then return nil, refusal end
  local made = client_ids.find(ctx, "webhook", body.client_id)
  if made then
    ctx.effect = "replayed"
    local row = ctx.db:row("SELECT * FROM webhooks WHERE org = ? AND webhook_id = ?", ctx.org.id,
                           made.resource)
    return 200, row and encoded(row) or made.answer
  end
  local webhook_id = "ep_" .. ctx.app.ids:token()
  ctx.db:run([[INSERT INTO webhooks (org, webhook_id, url, event_types, pod_ids, inbox_ids, pod_id,
    inbox_id, secret, enabled, client_id, headers, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)]], ctx.org.id, webhook_id, body.url,
    json.strings(body.event_types), json.list(body.pod_ids), json.list(body.inbox_ids),
    scope.pod_id, scope.inbox_id, new_secret(ctx),
    body.client_id, json.encode(body.headers or {}), ctx.now, ctx.now)
  local answer = encoded(ctx.db:row("SELECT * FROM webhooks WHERE id = ?", ctx.db:last_id()))
  client_ids.remember(ctx, "webhook", body.client_id, webhook_id, answer)
  ctx.app.webhooks, ctx.effect = nil, "created"
  return 200, answer
end

local find = resource.finder("Webhook", "webhooks", "webhook_id", inboxes.scope)

-- A list of subscriptions after add_… and remove_….
local function changed_ids(row, body, kind)
  return sets.union(json.decode_list(row[kind]), body["add_" .. kind], body["remove_" .. kind])
end

local function update(ctx)
  local body = ctx.body
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  local types = body.event_types and #body.event_types > 0 and body.event_types
  local inbox_ids, pod_ids = changed_ids(row, body, "inbox_ids"), changed_ids(row, body, "pod_ids")
  refusal = types and check_types(ctx, types) or check_ids(ctx, inbox_ids, "inbox_ids")
    or check_ids(ctx, pod_ids, "pod_ids")
  if refusal then return nil, refusal end
  if #inbox_ids + #pod_ids == 0 and (row.inbox_ids or row.pod_ids) then
    return nil, errors.invalid_field("a webhook with subscriptions keeps at least one",
                                     "remove_inbox_ids")
  end
  ctx.db:run([[UPDATE webhooks SET event_types = ?, inbox_ids = ?, pod_ids = ?, updated_at = ?
    WHERE id = ?]], types and json.strings(types) or row.event_types, json.list(inbox_ids),
    json.list(pod_ids), ctx.now, row.id)
  ctx.app.webhooks, ctx.effect = nil, "changed"
  return 200, encoded(ctx.db:row("SELECT * FROM webhooks WHERE id = ?", row.id))
end

local function remove(ctx, row)
  ctx.db:run("DELETE FROM webhooks WHERE id = ?", row.id)
  client_ids.forget(ctx, "webhook", row.webhook_id)
  ctx.app.webhooks = nil
end

local function get_headers(ctx)
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  local names = {}
  for name in pairs(json.decode(row.headers)) do names[#names + 1] = name end
  table.sort(names)
  return 200, '{"header_names":' .. json.strings(names) .. "}"
end

local function update_headers(ctx)
  local body = ctx.body
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  local set, gone = body.headers or {}, body.remove_headers or {}
  if next(set) == nil and #gone == 0 then
    return nil, errors.invalid_field("headers or remove_headers is needed", "headers")
  end
  refusal = check_headers(set, "headers")
  if refusal then return nil, refusal end
  local headers, given = json.decode(row.headers), {}
  for name in pairs(set) do given[name:lower()] = true end
  for i, name in ipairs(gone) do
    if given[name:lower()] then
      return nil, errors.invalid_field("is set in the same request", "remove_headers", i - 1)
    end
    given[name:lower()] = true
  end
  for name in pairs(headers) do
    if given[name:lower()] then headers[name] = nil end
  end
  for name, value in pairs(set) do headers[name] = value end
  ctx.db:run("UPDATE webhooks SET headers = ?, updated_at = ? WHERE id = ?", json.encode(headers),
             ctx.now, row.id)
  ctx.effect = "changed"
  return 204
end

return {
  check_types = check_types, check_ids = check_ids, create = create,
  get = resource.get(find, encoded),
  list = resource.list("webhooks", resource.rows_of(inboxes.scope), encoded), update = update,
  delete = resource.delete(find, remove), get_headers = get_headers,
  update_headers = update_headers,
}
