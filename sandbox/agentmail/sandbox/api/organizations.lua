-- SPDX-License-Identifier: MIT
-- The organization itself, and the identity behind the API key.

local json = require "agentmail.sandbox.http.json"

local encode_organization = json.shape("organization_id inbox_count:integer domain_count:integer "
  .. "updated_at:time created_at:time")
local encode_identity = json.shape("scope_type scope_id organization_id pod_id? inbox_id? "
  .. "api_key_id?")

local function get(ctx)
  local org, db = ctx.org, ctx.db
  return 200, encode_organization {
    organization_id = org.organization_id,
    domain_count = db:values("SELECT count(*) FROM domains WHERE org = ?", org.id),
    inbox_count = db:values("SELECT count(*) FROM inboxes WHERE org = ?", org.id),
    updated_at = org.created_at, created_at = org.created_at,
  }
end

local function me(ctx)
  local key = ctx.identity or {}
  local id = ctx.org.organization_id
  return 200, encode_identity {
    scope_type = key.inbox_id and "inbox" or key.pod_id and "pod" or "organization",
    scope_id = key.inbox_id or key.pod_id or id, organization_id = id, pod_id = key.pod_id,
    inbox_id = key.inbox_id, api_key_id = key.api_key_id,
  }
end

return { get = get, me = me }
