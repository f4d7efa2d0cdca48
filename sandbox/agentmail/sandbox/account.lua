-- SPDX-License-Identifier: MIT
-- The organization itself, and who the API key is.

local json = require "agentmail.sandbox.json"

local encode_organization = json.shape("organization_id inbox_count:integer domain_count:integer "
  .. "updated_at:time created_at:time")
local encode_identity = json.shape("scope_type scope_id organization_id")

local account = {}

function account.organization(ctx)
  local org = ctx.org
  return 200, encode_organization {
    organization_id = org.organization_id, domain_count = 0,
    inbox_count = ctx.db:values("SELECT count(*) FROM inboxes WHERE org = ?", org.id),
    updated_at = org.created_at, created_at = org.created_at,
  }
end

function account.me(ctx)
  local id = ctx.org.organization_id
  return 200, encode_identity { scope_type = "organization", scope_id = id, organization_id = id }
end

return account
