-- SPDX-License-Identifier: MIT
-- Authentication. A key like am_test_<namespace> is for the whole organization of that namespace; a
-- key made through the API has a row, whose rights access.lua reads.

local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"

local DOCS_KEY = "In the sandbox any key of the form am_test_<namespace> works, for instance "
  .. "am_test_demo."

--- The token of an Authorization header, whose scheme may be in any case.
---@param authorization string?
---@return string? token
local function token_of(authorization)
  local scheme, token = (authorization or ""):match("^(%a+) +(.+)$")
  return scheme and scheme:lower() == "bearer" and token or nil
end

-- The organization and the row of a key made through the API, or nil.
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

-- The organization of a key like am_test_<namespace>, or nil and a refusal.
local function named_key(app, authorization, token)
  if not authorization then
    return nil, errors.refusal(401, "missing_authorization", "No Authorization header was sent.",
      "Send Authorization: Bearer <api key>. " .. DOCS_KEY)
  end
  if not token then
    return nil, errors.refusal(401, "unauthorized", "The Authorization header is not a Bearer "
      .. "token.", "Send Authorization: Bearer <api key>. " .. DOCS_KEY)
  end
  local namespace = token:match("^am_test_(.+)$")
  if namespace and orgs.valid_namespace(namespace) then return orgs.of(app, namespace) end
  if token:find("^eyJ") then
    return nil, errors.refusal(401, "invalid_token_type", "This is a session token, not an API "
      .. "key.", DOCS_KEY)
  end
  return nil, errors.refusal(401, "unknown_api_key", "The API key is not known.", DOCS_KEY)
end

--- The organization and, for a key made through the API, its row; or nil and a refusal.
---@return agentmail.sandbox.Org? org, table? identity_or_refusal
local function authenticate(ctx)
  local app, authorization = ctx.app, ctx.request.headers.authorization
  if not authorization and ctx.request.method == "POST" and ctx.path == "/v0/agent/sign-up" then
    return orgs.of(app, app.config.namespace)
  end
  local token = token_of(authorization)
  if token and token:find("^am_us_") then
    local org, row = made_key(app, token)
    if org then return org, row end
  end
  return named_key(app, authorization, token)
end

return { authenticate = authenticate, token = token_of }
