-- SPDX-License-Identifier: MIT
-- Polling webhooks, in the three scopes: subscriptions and their tokens. Their events
-- wait in polling_queue.lua.

local access = require "agentmail.sandbox.http.access"
local client_ids = require "agentmail.sandbox.http.client_ids"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local resource = require "agentmail.sandbox.api.resource"
local webhooks = require "agentmail.sandbox.api.webhooks"

local SHAPE = "webhook_id client_id event_types:json pod_ids?:json inbox_ids?:json pod_id? "
  .. "inbox_id? updated_at:time created_at:time"
local encode, encode_created = json.shape(SHAPE), json.shape(SHAPE .. " token")

local MOST_CHANNELS, MOST = 10, 10

-- The route that a subscription belongs to.
local function owner_of(scope)
  return scope.inbox_id and "inbox " .. scope.inbox_id or scope.pod_id and "pod " .. scope.pod_id
    or ""
end

local function check(ctx)
  local body = ctx.body
  local pod_ids, inbox_ids = body.pod_ids or {}, body.inbox_ids or {}
  if #body.event_types == 0 then return errors.invalid_field("at least one", "event_types") end
  if #pod_ids + #inbox_ids > MOST_CHANNELS then
    return errors.invalid_field("at most 10 pods and inboxes", "inbox_ids")
  end
  return client_ids.check(body.client_id) or webhooks.check_types(ctx, body.event_types)
    or webhooks.check_ids(ctx, pod_ids, "pod_ids")
    or webhooks.check_ids(ctx, inbox_ids, "inbox_ids")
end

-- A new token for the row of a client_id, whose old one stops.
local function rotated(ctx, row)
  row.token, row.updated_at = "svixtk_" .. ctx.app.ids:token(), ctx.now
  ctx.db:run("UPDATE polling_webhooks SET token = ?, updated_at = ? WHERE id = ?", row.token,
             row.updated_at, row.id)
  return encode_created(row)
end

local function create(ctx)
  local body = ctx.body
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  refusal = check(ctx)
  if refusal then return nil, refusal end
  local owner = owner_of(scope)
  local row = ctx.db:row([[SELECT * FROM polling_webhooks WHERE org = ? AND owner = ?
    AND client_id = ?]], ctx.org.id, owner, body.client_id)
  if row then
    ctx.effect = "replayed"
    return 200, rotated(ctx, row)
  end
  local count = ctx.db:values("SELECT count(*) FROM polling_webhooks WHERE org = ? AND owner = ?",
                              ctx.org.id, owner)
  if count >= MOST then
    return nil, errors.refusal(409, "limit_exceeded", "There are 10 polling webhooks already.",
                               "Delete one first.")
  end
  ctx.db:run([[INSERT INTO polling_webhooks (org, webhook_id, client_id, owner, event_types,
    pod_ids, inbox_ids, pod_id, inbox_id, token, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)]], ctx.org.id, "pw_" .. ctx.app.ids:token(),
    body.client_id, owner, json.strings(body.event_types), json.list(body.pod_ids),
    json.list(body.inbox_ids), scope.pod_id, scope.inbox_id, ctx.now, ctx.now)
  ctx.app.webhooks, ctx.effect = nil, "created"
  return 200, rotated(ctx, ctx.db:row("SELECT * FROM polling_webhooks WHERE id = ?",
                                      ctx.db:last_id()))
end

-- The one that the path names, by its id or its client_id. Another route may have that client_id.
local function find(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local id = ctx.params.webhook_id
  local row = ctx.db:row([[SELECT * FROM polling_webhooks WHERE org = ?1
    AND (webhook_id = ?2 OR client_id = ?2 AND owner = ?3)]], ctx.org.id, id, owner_of(scope))
  if row and access.within(scope, row) then return row end
  return nil, errors.not_found("Polling webhook", id)
end

local function listing_of(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local listing = conditions.new("org = ?", ctx.org.id)
  listing:add("owner = ?", owner_of(scope))
  listing.from = "polling_webhooks"
  return listing
end

local function remove(ctx, row)
  ctx.db:run("DELETE FROM polling_webhooks WHERE id = ?", row.id)
  ctx.app.webhooks = nil
end

return {
  create = create, get = resource.get(find, encode),
  list = resource.list("polling_webhooks", listing_of, encode),
  delete = resource.delete(find, remove),
}
