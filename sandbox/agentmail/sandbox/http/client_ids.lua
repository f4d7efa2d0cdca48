-- SPDX-License-Identifier: MIT
-- client_id: the first success of a create is remembered under it, and answered again.

local errors = require "agentmail.sandbox.http.errors"

local client_ids = {}

--- May this be a client_id, or an Idempotency-Key?
function client_ids.well_formed(text)
  return #text >= 1 and #text <= 256 and not text:find "[^%w._~-]"
end

--- A refusal when the body's client_id is malformed.
function client_ids.check(client_id)
  if client_id ~= nil and not client_ids.well_formed(client_id) then
    return errors.invalid_field("must have 1 to 256 characters of A-Z a-z 0-9 - . _ ~",
                                "client_id")
  end
end

--- What was made under this client_id, if anything.
---@return table? row { resource, answer }
function client_ids.find(ctx, scope, client_id)
  if client_id == nil then return nil end
  return ctx.db:row([[SELECT resource, answer FROM client_ids
    WHERE org = ? AND scope = ? AND client_id = ?]], ctx.org.id, scope, client_id)
end

function client_ids.remember(ctx, scope, client_id, resource, answer)
  if client_id == nil then return end
  ctx.db:run("INSERT OR REPLACE INTO client_ids VALUES (?, ?, ?, ?, ?)", ctx.org.id, scope,
             client_id, resource, answer)
end

function client_ids.forget(ctx, scope, resource)
  ctx.db:run("DELETE FROM client_ids WHERE org = ? AND scope = ? AND resource = ?", ctx.org.id,
             scope, resource)
end

return client_ids
