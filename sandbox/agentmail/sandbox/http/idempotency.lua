-- SPDX-License-Identifier: MIT
-- Idempotency-Key on the five sends: replay, the two conflicts, malformed keys, expiry 24 hours
-- after completion. The record is written in the transaction that sends.

local client_ids = require "agentmail.sandbox.http.client_ids"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local switches = require "agentmail.sandbox.control.switches"

local LIFE = 24 * 3600 * 1000

-- Two requests are the same if they share operation, path, and the body's bytes or, with a switch,
-- its meaning.
local function fingerprint(ctx)
  local body = ctx.digest
  if switches.value(ctx, "same_request") == "json" then
    body = digest.sha256(json.encode(ctx.raw_body or {}))
  end
  local parts = { ctx.route.name }
  for _, name in ipairs(ctx.route.params) do parts[#parts + 1] = ctx.params[name] end
  parts[#parts + 1] = body
  return table.concat(parts, "\0")
end

local function find(ctx)
  return ctx.db:row("SELECT * FROM idempotency WHERE org = ? AND key = ?", ctx.org.id, ctx.key)
end

local function expired(ctx, row)
  return row.state == "done" and ctx.now >= row.completed_at + LIFE
    or row.state == "busy" and ctx.now >= row.busy_until
end

--- The state of this request's key: nil without one, else "new", "busy" or "done".
---@return string?
local function known(ctx)
  if not ctx.key then return nil end
  local row = find(ctx)
  return row and not expired(ctx, row) and row.state or "new"
end

--- Releases the key.
local function forget(ctx)
  ctx.db:run("DELETE FROM idempotency WHERE org = ? AND key = ?", ctx.org.id, ctx.key)
end

--- Before a send: the answer stored under its key, or nothing when the send must be done.
---@return integer? status, string|table|nil answer_or_refusal
local function before(ctx)
  if ctx.key == nil or switches.value(ctx, "seed_era") then return nil end
  if not client_ids.well_formed(ctx.key) then
    return nil, errors.invalid_field("must have 1 to 256 characters of A-Z a-z 0-9 - . _ ~",
                                     "Idempotency-Key")
  end
  ctx.fingerprint = fingerprint(ctx)
  local row = find(ctx)
  if not row then return nil end
  if expired(ctx, row) then
    forget(ctx)
    return nil
  end
  if row.digest ~= ctx.fingerprint then
    return nil, errors.key_conflict(row.operation, row.inbox_id)
  end
  if row.state == "busy" then return nil, errors.key_busy(row.operation, row.inbox_id) end
  ctx.effect = "replayed"
  if row.status == 200 then ctx.message_id = json.decode(row.answer).message_id end
  return row.status, row.answer
end

-- Stores the holder of the request's key.
local function hold(ctx, digest_of_it, state, status, answer, busy_until, completed_at)
  ctx.db:run("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ctx.org.id,
             ctx.key, ctx.route.name, ctx.params.inbox_id, digest_of_it, state, status, answer,
             busy_until, completed_at)
end

--- After a send succeeded, or was refused and a switch makes refusals permanent.
local function complete(ctx, status, answer)
  if ctx.fingerprint then hold(ctx, ctx.fingerprint, "done", status, answer, nil, ctx.now) end
end

--- Takes the key without a send: equal requests conflict until `busy_until`, then it is free.
local function reserve(ctx, busy_until)
  hold(ctx, fingerprint(ctx), "busy", nil, nil, busy_until)
end

--- Gives the key to another request similar to this one.
local function take(ctx) hold(ctx, "another", "done", 200, "{}", nil, ctx.now) end

return {
  known = known, forget = forget, before = before, complete = complete, reserve = reserve,
  take = take,
}
