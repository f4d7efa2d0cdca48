-- SPDX-License-Identifier: MIT
-- Access control. The key of a namespace may do everything in its organization; a key made through
-- the API is bound to a scope and may have permissions.
--
--   ctx.identity    the row of a key made through the API, or nil
--   ctx.scope       { pod_id, inbox_id } that the key or path confines the request to, or nil
--   ctx.unreadable  bits of the hiding labels that the key may not read, or nil

local errors = require "agentmail.sandbox.http.errors"
local labels = require "agentmail.sandbox.mail.labels"
local operations = require "agentmail.api.operations"
local verification = require "agentmail.sandbox.http.verification"

-- The first word of a permission is that of a collection, the last word that of a method.
local collections = {
  inboxes = "inbox", messages = "message", threads = "message", drafts = "draft",
  webhooks = "webhook", domains = "domain", lists = "list_entry", metrics = "metrics",
  api_keys = "api_key", pods = "pod", events = "inbox", polling = "webhook",
}
local verbs = {
  list = "read", get = "read", search = "read", get_raw = "read", get_attachment = "read",
  batch_get = "read", get_headers = "read", get_zone_file = "read", get_setup_link = "read",
  query_events = "read", query_usage = "read", query_rates = "read",
  batch_update = "update", update = "update",
  update_headers = "update", verify = "update", create = "create", delete = "delete",
  send = "send", reply = "send", reply_all = "send", forward = "send",
}
local odd = {
  ["inboxes.authorize"] = "app_connect", ["providers.connect"] = "app_connect",
  ["apps.connect"] = "app_connect", ["accounts.update"] = "account_update",
  ["pods.accounts.list"] = "inbox_read", ["pods.accounts.get"] = "inbox_read",
  ["inboxes.accounts.list"] = "inbox_read", ["inboxes.accounts.get"] = "inbox_read",
  ["inboxes.messages.create_agent_armor_feedback"] = "message_read",
  ["inboxes.messages.release_agent_armor_message"] = "agent_armor_release",
  ["inboxes.calendar.get"] = "calendar_read", ["inboxes.calendar.update"] = "calendar_update",
  ["inboxes.calendar.create_event"] = "calendar_event_create",
  ["inboxes.calendar.update_event"] = "calendar_event_update",
  ["inboxes.calendar.respond_to_event"] = "calendar_event_update",
  ["inboxes.calendar.delete_event"] = "calendar_event_delete",
}
for _, word in ipairs { "list_events", "get_agenda", "get_event", "list_event_instances" } do
  odd["inboxes.calendar." .. word] = "calendar_event_read"
end

-- A key without permissions of its own lacks this one.
local OPT_IN = { agent_armor_release = true }

local permissions = {}
for name in pairs(operations) do
  local collection, verb = name:match("([%w_]+)%.([%w_]+)$")
  local word = collections[collection]
  permissions[name] = odd[name] or word and verbs[verb] and word .. "_" .. verbs[verb]
end

--- The permission an operation needs, or nil.
---@param name string
---@return string?
local function needed(name) return permissions[name] end

local function unreadable_with(granted)
  local bits = 0
  for label, bit in pairs(labels.HIDING) do
    if not granted["label_" .. label .. "_read"] then bits = bits | bit end
  end
  return bits
end

local function confine(ctx, key)
  local pod_id = ctx.params.pod_id
  if pod_id and (key and key.pod_id and key.pod_id ~= pod_id or not ctx.db:values(
      "SELECT 1 FROM pods WHERE org = ? AND pod_id = ?", ctx.org.id, pod_id)) then
    return errors.not_found("Pod", pod_id)
  end
  ctx.scope = { pod_id = pod_id or key and key.pod_id, inbox_id = key and key.inbox_id }
end

--- Whether the request is permitted. Fills ctx.scope.
---@return table? refusal
local function admit(ctx)
  local key, permission = ctx.identity, permissions[ctx.route.name]
  local refusal = verification.refuse_permission(ctx, permission)
  if refusal or not key and not ctx.params.pod_id then return refusal end
  refusal = confine(ctx, key)
  if refusal or not key or not key.permissions and not OPT_IN[permission] then return refusal end
  if permission and (key.permissions or {})[permission] ~= true then
    return errors.refusal(403, "missing_permission", ("This API key does not have the permission "
      .. "%s, which %s needs."):format(permission, ctx.route.name), "Use another key, or give this "
      .. "one the permission.")
  end
  ctx.unreadable = unreadable_with(key.permissions)
end

--- Removes what a query asks to include but its key may not read.
local function narrow(ctx)
  for label, bit in pairs(labels.HIDING) do
    if ctx.unreadable & bit ~= 0 then ctx.query["include_" .. label] = nil end
  end
end

--- Whether the request's key may read a row with the column `hidden`.
---@return boolean
local function reads(ctx, row)
  return row.hidden & (ctx.unreadable or 0) == 0
end

--- Whether a row with pod_id and inbox_id is within a scope.
---@param scope { pod_id: string?, inbox_id: string? }
---@return boolean
local function within(scope, row)
  return (not scope.pod_id or row.pod_id == scope.pod_id)
    and (not scope.inbox_id or row.inbox_id == scope.inbox_id)
end

--- The scope that the key or path confines the request to; empty for the whole organization.
---@return { pod_id: string?, inbox_id: string? } scope
local function scope_of(ctx) return ctx.scope or {} end

--- The same for objects that belong to pods, but to no inbox.
---@return { pod_id: string? } scope
local function pod_scope(ctx) return { pod_id = scope_of(ctx).pod_id } end

--- Refuses a key that is not for the whole organization.
---@return table? refusal
local function organization_only(ctx)
  if ctx.identity and ctx.identity.pod_id then
    return errors.refusal(403, "forbidden", "This API key is confined to a "
      .. (ctx.identity.inbox_id and "inbox" or "pod") .. ".", "Use a key of the organization.")
  end
end

--- Refuses to create an inbox with a key that is confined to one.
---@return table? refusal
local function inbox_maker(ctx)
  if ctx.scope and ctx.scope.inbox_id then
    return errors.refusal(403, "forbidden", "This API key is confined to an inbox.",
                          "Use a key of the organization or of a pod.")
  end
end

return {
  needed = needed, admit = admit, narrow = narrow, reads = reads, within = within,
  scope = scope_of, pod_scope = pod_scope, organization_only = organization_only,
  inbox_maker = inbox_maker,
}
