-- SPDX-License-Identifier: MIT
-- Who asks, and what that key may do. The key of a namespace may do everything in its organization;
-- a key that was made through the API is bound to a scope and may have permissions.
--
--   ctx.identity    the row of a made key, or nil
--   ctx.scope       { pod_id, inbox_id } that the key or the path confine the request to, or nil
--   ctx.unreadable  bits of the labels that hide, which the key may not read, or nil

local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local operations = require "agentmail.api.operations"
local orgs = require "agentmail.sandbox.store.orgs"

local access = {}

-- What stands for what: collections by the word their permissions begin with ("" is for everybody),
-- methods by the word they end with.
local collections = {
  inboxes = "inbox", messages = "message", threads = "message", drafts = "draft",
  webhooks = "webhook", domains = "domain", lists = "list_entry", metrics = "metrics",
  api_keys = "api_key", pods = "pod", events = "inbox",
}
local verbs = {
  list = "read", get = "read", search = "read", get_raw = "read", get_attachment = "read",
  batch_get = "read", get_headers = "read", get_zone_file = "read", get_setup_link = "read",
  query_events = "read", query_usage = "read", batch_update = "update", update = "update",
  update_headers = "update", verify = "update", create = "create", delete = "delete",
  send = "send", reply = "send", reply_all = "send", forward = "send",
}
local odd = {
  ["inboxes.authorize"] = "provider_connect", ["providers.connect"] = "provider_connect",
}

local needed = {}
for name in pairs(operations) do
  local collection, verb = name:match "([%w_]+)%.([%w_]+)$"
  local word = collections[collection]
  needed[name] = odd[name] or word and verbs[verb] and word .. "_" .. verbs[verb]
end

--- The permission an operation needs, or nil.
function access.needed(name) return needed[name] end

local READABLE = { spam = 1, blocked = 2, unauthenticated = 4, trash = 8 }

local function unreadable(permissions)
  local bits = 0
  for label, bit in pairs(READABLE) do
    if not permissions["label_" .. label .. "_read"] then bits = bits | bit end
  end
  return bits
end

-- The key behind a secret, or nil.
local function made_key(app, secret)
  local row = app.db:row([[SELECT k.*, o.namespace FROM api_keys k
    JOIN organizations o ON o.id = k.org WHERE k.digest = ?]], digest.sha256(secret))
  if not row then return nil end
  local org = orgs.of(app, row.namespace)
  local now = orgs.now(app, org)
  if row.expires_at and now >= row.expires_at then return nil end
  app.db:run("UPDATE api_keys SET used_at = ? WHERE id = ?", now, row.id)
  row.permissions = row.permissions and json.decode(row.permissions)
  return org, row
end

--- Who asks: an organization and the row of a made key, if it was one; or nil and a refusal.
---@return table? org, table? identity_or_refusal
function access.authenticate(ctx)
  local app, authorization = ctx.app, ctx.request.headers.authorization
  if not authorization and ctx.request.method == "POST" and ctx.path == "/v0/agent/sign-up" then
    return orgs.of(app, app.config.namespace)
  end
  local secret = authorization and authorization:match "^Bearer +(am_us_.+)$"
  if secret then
    local org, row = made_key(app, secret)
    if org then return org, row end
  end
  return orgs.authenticate(app, authorization)
end

local function confine(ctx, key)
  local pod_id = ctx.params.pod_id
  if pod_id and (key and key.pod_id and key.pod_id ~= pod_id or not ctx.db:values(
      "SELECT 1 FROM pods WHERE org = ? AND pod_id = ?", ctx.org.id, pod_id)) then
    return errors.not_found("Pod", pod_id)
  end
  ctx.scope = { pod_id = pod_id or key and key.pod_id, inbox_id = key and key.inbox_id }
end

--- May this request be? Fills ctx.scope.
---@return table? refusal
function access.admit(ctx)
  local key = ctx.identity
  if not key and not ctx.params.pod_id then return nil end
  local refusal = confine(ctx, key)
  if refusal or not key or not key.permissions then return refusal end
  local permission = needed[ctx.route.name]
  if permission and key.permissions[permission] ~= true then
    return errors.refusal(403, "missing_permission", ("This API key does not have the permission "
      .. "%s, which %s needs."):format(permission, ctx.route.name), "Use another key, or give this "
      .. "one the permission.")
  end
  ctx.unreadable = unreadable(key.permissions)
end

--- Takes back what a query asks to include and its key may not read.
function access.narrow(ctx)
  for label, bit in pairs(READABLE) do
    if ctx.unreadable & bit ~= 0 then ctx.query["include_" .. label] = nil end
  end
end

--- Is a row with pod_id and inbox_id within a scope?
function access.within(scope, row)
  return (not scope.pod_id or row.pod_id == scope.pod_id)
    and (not scope.inbox_id or row.inbox_id == scope.inbox_id)
end

--- Is it within the request's scope?
function access.reaches(ctx, row)
  return not ctx.scope or access.within(ctx.scope, row)
end

--- The pod and the inbox that a request speaks of, by its path or by its key; nil: all of them.
--- `find_inbox` is inboxes.find.
---@return table? scope { pod_id, inbox_id, inbox }, table? refusal
function access.scope(ctx, find_inbox)
  local scope = ctx.scope or {}
  local inbox_id = ctx.params.inbox_id or scope.inbox_id
  if not inbox_id then return { pod_id = scope.pod_id } end
  local inbox, refusal = find_inbox(ctx, inbox_id)
  if not inbox then return nil, refusal end
  return { pod_id = inbox.pod_id, inbox_id = inbox.inbox_id, inbox = inbox }
end

--- The rows of a scope in a table with pod_id and inbox_id.
---@return agentmail.sandbox.Listing
function access.listing(ctx, scope)
  local where, arguments = { "org = ?" }, { ctx.org.id }
  for _, name in ipairs { "pod_id", "inbox_id" } do
    if scope[name] then
      where[#where + 1] = name .. " = ?"
      arguments[#arguments + 1] = scope[name]
    end
  end
  return { where = where, arguments = arguments }
end

--- Refuses what only a key of the whole organization may do.
function access.organization_only(ctx)
  if ctx.identity and ctx.identity.pod_id then
    return errors.refusal(403, "forbidden", "This API key is confined to a "
      .. (ctx.identity.inbox_id and "inbox" or "pod") .. ".", "Use a key of the organization.")
  end
end

--- Refuses to make an inbox with a key that is confined to one.
function access.inbox_maker(ctx)
  if ctx.scope and ctx.scope.inbox_id then
    return errors.refusal(403, "forbidden", "This API key is confined to an inbox.",
                          "Use a key of the organization or of a pod.")
  end
end

return access
