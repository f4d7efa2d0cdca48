-- SPDX-License-Identifier: MIT
-- client_id: the first success of a create is stored under it, and returned again.

local errors = require "agentmail.sandbox.http.errors"

--- Whether a text is valid as a client_id or Idempotency-Key.
local function well_formed(text)
  return #text >= 1 and #text <= 256 and not text:find("[^%w._~-]")
end

--- A refusal when the body's client_id is malformed.
local function check(client_id)
  if client_id ~= nil and not well_formed(client_id) then
    return errors.invalid_field("must have 1 to 256 characters of A-Z a-z 0-9 - . _ ~",
                                "client_id")
  end
end

--- The object created under this client_id, if any.
---@return table? row { resource, answer }
local function find(ctx, scope, client_id)
  if client_id == nil then return nil end
  return ctx.db:row([[SELECT resource, answer FROM client_ids
    WHERE org = ? AND scope = ? AND client_id = ?]], ctx.org.id, scope, client_id)
end

--- Stores the result of a create under its client_id, if it had one.
local function remember(ctx, scope, client_id, resource, answer)
  if client_id == nil then return end
  ctx.db:run("INSERT OR REPLACE INTO client_ids VALUES (?, ?, ?, ?, ?)", ctx.org.id, scope,
             client_id, resource, answer)
end

--- Deletes the stored results for a deleted resource.
local function forget(ctx, scope, resource)
  ctx.db:run("DELETE FROM client_ids WHERE org = ? AND scope = ? AND resource = ?", ctx.org.id,
             scope, resource)
end

return {
  well_formed = well_formed, check = check, find = find, remember = remember, forget = forget,
}
