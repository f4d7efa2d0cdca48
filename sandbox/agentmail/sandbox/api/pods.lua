-- SPDX-License-Identifier: MIT
-- Pods: separate parts of an organization. Each organization starts with one pod for its own
-- inboxes.

local access = require "agentmail.sandbox.http.access"
local client_ids = require "agentmail.sandbox.http.client_ids"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local resource = require "agentmail.sandbox.api.resource"

local encode = json.shape("pod_id name client_id? updated_at:time created_at:time")

-- The pod that the path names exists: access.lua has checked.
local function find(ctx)
  return ctx.db:row("SELECT * FROM pods WHERE org = ? AND pod_id = ?", ctx.org.id,
                    ctx.params.pod_id)
end

local function create(ctx)
  local body = ctx.body
  local refusal = access.organization_only(ctx) or client_ids.check(body.client_id)
  if refusal then return nil, refusal end
  local made = client_ids.find(ctx, "pod", body.client_id)
  if made then
    ctx.effect = "replayed"
    return 200, made.answer
  end
  local pod_id = ctx.app.ids:uuid()
  ctx.db:run([[INSERT INTO pods (org, pod_id, name, client_id, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?)]], ctx.org.id, pod_id, body.name or "Pod " .. pod_id:sub(1, 8),
    body.client_id, ctx.now, ctx.now)
  local answer = encode(ctx.db:row("SELECT * FROM pods WHERE pod_id = ?", pod_id))
  client_ids.remember(ctx, "pod", body.client_id, pod_id, answer)
  ctx.effect = "created"
  return 200, answer
end

local function delete(ctx)
  local refusal = access.organization_only(ctx)
  if refusal then return nil, refusal end
  local pod_id, db = ctx.params.pod_id, ctx.db
  if pod_id == ctx.org.pod_id then
    return nil, errors.refusal(403, "cannot_delete", "The first pod cannot be deleted.")
  end
  for _, kind in ipairs { "inboxes", "domains" } do
    if db:values("SELECT 1 FROM " .. kind .. " WHERE org = ? AND pod_id = ?", ctx.org.id,
                 pod_id) then
      return nil, errors.refusal(403, "cannot_delete", "The pod still has " .. kind .. ".",
                                 "Delete them first.")
    end
  end
  for _, kind in ipairs { "api_keys", "list_entries", "webhooks", "pods" } do
    db:run("DELETE FROM " .. kind .. " WHERE org = ? AND pod_id = ?", ctx.org.id, pod_id)
  end
  client_ids.forget(ctx, "pod", pod_id)
  ctx.app.webhooks = nil
  ctx.effect = "changed"
  return 204
end

return {
  create = create, get = resource.get(find, encode),
  list = resource.list("pods", resource.rows_of(access.pod_scope), encode), delete = delete,
}
