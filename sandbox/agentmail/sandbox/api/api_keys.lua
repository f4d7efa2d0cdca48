-- SPDX-License-Identifier: MIT
-- API keys: bearer keys, whose secret is shown once, and registered public keys.

local base64 = require "agentmail.sandbox.store.base64"
local client_ids = require "agentmail.sandbox.http.client_ids"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local resource = require "agentmail.sandbox.api.resource"

-- The answer to the creation of a bearer key, with its secret, shown only here.
local encode_created = json.shape("api_key_id api_key prefix name pod_id? inbox_id? "
  .. "permissions?:json created_at:time expires_at?:time")
local encode_bearer = json.shape("type api_key_id prefix name pod_id? inbox_id? used_at?:time "
  .. "permissions?:json created_at:time updated_at:time expires_at?:time")
local encode_public = json.shape("type api_key_id client_id? name public_key?:json pod_id? "
  .. "inbox_id? status? used_at?:time permissions:json created_by:json created_at:time "
  .. "updated_at:time expires_at?:time")

-- The creator of a key that no other key created.
local ROOT = "root"

local function encoded(row)
  if row.type == "bearer" then return encode_bearer(row) end
  local material
  if row.public_key then
    material = ('{"jwk":%s,"fingerprint":%s}'):format(row.public_key, json.string(row.fingerprint))
  end
  row.public_key, row.permissions = material, row.permissions or "{}"
  row.created_by = ('{"api_key_id":%s}'):format(json.string(row.created_by or ROOT))
  return encode_public(row)
end

-- A key cannot grant a permission that it lacks.
local function check_grant(ctx, permissions)
  local own = ctx.identity and ctx.identity.permissions
  if not own then return nil end
  if not permissions then
    return errors.refusal(403, "permission_escalation", "A key with permissions cannot make one "
      .. "that may do everything.", "Name the permissions of the new key.")
  end
  for name, granted in pairs(permissions) do
    if granted == true and own[name] ~= true then
      return errors.refusal(403, "permission_escalation", "This API key cannot grant " .. name
        .. ", which it does not have.", "Leave it out, or use another key.")
    end
  end
end

-- A key ends in the future, and not after the one that makes it.
local function check_end(ctx, expires_at)
  if not expires_at then return nil end
  if expires_at <= ctx.now then
    return errors.invalid_field("must be in the future", "expires_at")
  end
  local last = ctx.identity and ctx.identity.expires_at
  if last and expires_at > last then
    return errors.refusal(403, "forbidden", "This API key ends before the new one would.",
                          "Choose an earlier expires_at.")
  end
end

-- The RFC 7638 thumbprint of a P-256 key; its members are in the required order.
local function thumbprint(jwk)
  local text = ('{"crv":"P-256","kty":"EC","x":%s,"y":%s}'):format(json.string(jwk.x),
                                                                    json.string(jwk.y))
  return base64.encode_url(digest.bytes(text))
end

local function check_jwk(jwk)
  for name in pairs(jwk) do
    if name ~= "kty" and name ~= "crv" and name ~= "x" and name ~= "y" then
      return errors.invalid_field("only kty, crv, x and y of a public P-256 key", "public_key",
                                  name)
    end
  end
  if jwk.kty ~= "EC" then return errors.invalid_field("expected EC", "public_key", "kty") end
  if jwk.crv ~= "P-256" then return errors.invalid_field("expected P-256", "public_key", "crv") end
  for _, name in ipairs { "x", "y" } do
    if type(jwk[name]) ~= "string" or #jwk[name] ~= 43 or jwk[name]:find("[^%w_-]") then
      return errors.invalid_field("expected 32 bytes as base64url, without padding", "public_key",
                                  name)
    end
  end
end

--- Writes a key's row { type, name, … } of a scope.
---@param scope { pod_id: string?, inbox_id: string? }
---@return table row, string? secret
local function insert(ctx, scope, key)
  local db, secret = ctx.db, nil
  if key.type == "bearer" then
    secret = "am_us_" .. ctx.app.ids:token() .. ctx.app.ids:token()
  end
  local api_key_id = ctx.app.ids:uuid()
  db:run([[INSERT INTO api_keys (org, api_key_id, type, name, prefix, digest, client_id, public_key,
    fingerprint, status, pod_id, inbox_id, permissions, created_by, expires_at, created_at,
    updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id,
    api_key_id, key.type, key.name, secret and secret:sub(1, 12), secret and digest.sha256(secret),
    key.client_id, key.public_key, key.fingerprint, key.status, scope.pod_id, scope.inbox_id,
    key.permissions, ctx.identity and ctx.identity.api_key_id, key.expires_at, ctx.now, ctx.now)
  ctx.effect = "created"
  return db:row("SELECT * FROM api_keys WHERE id = ?", db:last_id()), secret
end

local function register(ctx, scope)
  local body = ctx.body
  local jwk = body.public_key
  local refusal = check_jwk(jwk) or client_ids.check(body.client_id)
  if refusal then return nil, refusal end
  local fingerprint = thumbprint(jwk)
  local taken = body.client_id and ctx.db:row("SELECT * FROM api_keys WHERE org = ? "
    .. "AND client_id = ?", ctx.org.id, body.client_id)
  if taken then
    if taken.fingerprint == fingerprint then
      ctx.effect = "replayed"
      return 200, encoded(taken)
    end
    return nil, errors.conflict("client_id " .. body.client_id .. " names another key.",
                                "Choose another client_id, or delete that key.")
  end
  local own = ctx.identity or {}
  local permissions = body.permissions or own.permissions or {}
  refusal = check_grant(ctx, permissions)
  if refusal then return nil, refusal end
  return 200, encoded((insert(ctx, scope, {
    type = "public_key", name = body.name or "AgentID key " .. fingerprint:sub(1, 8),
    client_id = body.client_id, public_key = json.encode(jwk), fingerprint = fingerprint,
    permissions = json.encode(permissions), expires_at = body.expires_at or own.expires_at,
  })))
end

local function create(ctx)
  local body = ctx.body
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  if body.public_key then return register(ctx, scope) end
  if body.client_id then return nil, errors.invalid_field("only with public_key", "client_id") end
  refusal = check_grant(ctx, body.permissions) or check_end(ctx, body.expires_at)
  if refusal then return nil, refusal end
  local row, secret = insert(ctx, scope, {
    type = "bearer", name = body.name or "API key",
    permissions = body.permissions and json.encode(body.permissions),
    expires_at = body.expires_at or ctx.identity and ctx.identity.expires_at,
  })
  row.api_key = secret
  return 200, encode_created(row)
end

-- The key named by the path, by its id or, for public keys, by its client_id.
local find = resource.finder("API key", "api_keys", "api_key_id", inboxes.scope,
                             "api_key_id = ?2 OR client_id = ?2")

local function listing_of(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local listing = resource.listing_in(ctx, scope)
  if ctx.query.type then listing:add("type = ?", ctx.query.type) end
  listing.limit_untold = true
  return listing
end

local function update(ctx)
  local body = ctx.body
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  if body.name == nil and body.permissions == nil then
    return nil, errors.invalid_field("name or permissions is needed", "name")
  end
  refusal = body.permissions and check_grant(ctx, body.permissions)
  if refusal then return nil, refusal end
  ctx.db:run("UPDATE api_keys SET name = ?, permissions = ?, updated_at = ? WHERE id = ?",
             body.name or row.name, body.permissions and json.encode(body.permissions)
             or row.permissions, ctx.now, row.id)
  ctx.effect = "changed"
  return 200, encoded(ctx.db:row("SELECT * FROM api_keys WHERE id = ?", row.id))
end

local function remove(ctx, row)
  ctx.db:run("DELETE FROM api_keys WHERE id = ?", row.id)
end

return {
  insert = insert, create = create, update = update,
  get = resource.get(find, encoded), list = resource.list("api_keys", listing_of, encoded),
  delete = resource.delete(find, remove),
}
