-- SPDX-License-Identifier: MIT
-- Repeated deletes of events. A key, or without one the event and send_invites, names a delete:
-- while the event is being removed, the same delete gets the same answer.

local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local switches = require "agentmail.sandbox.control.switches"

local MOST_KEY, REMOVAL = 128, 60000

local M = {}

-- The name of this delete.
local function name_of(ctx)
  if ctx.key then return "key " .. ctx.key end
  return ("event %s %s"):format(ctx.params.event_id, ctx.query.send_invites == true)
end

--- The answer to a repeat of a delete, or a refusal; nil: it is none, or the removal is over.
---@return string? answer, table? refusal
function M.answer(ctx)
  if ctx.key and (#ctx.key > MOST_KEY or not ctx.key:find "^[\x21-\x7E]+$") then
    return nil, errors.invalid_field("must have 1 to 128 visible characters of ASCII",
                                     "Idempotency-Key")
  end
  local made = ctx.db:row("SELECT * FROM calendar_deletions WHERE org = ? AND key = ?", ctx.org.id,
                          name_of(ctx))
  if not made then return nil end
  if made.event_id ~= ctx.params.event_id then
    return nil, errors.refusal(409, "idempotency_conflict",
      "This Idempotency-Key was used to delete another event.", "Use another key.")
  end
  if not made.deletion_id or ctx.now >= made.ends_at then return nil end
  ctx.effect = "replayed"
  return ('{"deletion_id":%s}'):format(json.string(made.deletion_id))
end

--- Keeps the name of this delete, which was done.
---@param deletion_id string?  of a whole event
function M.remember(ctx, deletion_id)
  local slow = switches.value(ctx, "event_removal") == "slow"
  ctx.db:run([[INSERT OR REPLACE INTO calendar_deletions (org, key, event_id, deletion_id, ends_at)
    VALUES (?, ?, ?, ?, ?)]], ctx.org.id, name_of(ctx), ctx.params.event_id, deletion_id,
    ctx.now + (slow and REMOVAL or 0))
end

return M
