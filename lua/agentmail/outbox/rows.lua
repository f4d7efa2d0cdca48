-- SPDX-License-Identifier: MIT
-- Rows of the outbox as plain data, with two methods for use by a person.

local mistakes = require "agentmail.util.mistakes"
local raising = require "agentmail.util.raise"

local raise, same = raising.raise, raising.same

---@alias agentmail.OutboxState "waiting"|"sending"|"doubtful"|"drafted"|"sent"|"refused"
---| "cancelled"|"key_taken"|"unknown"

---@class agentmail.OutboxRow  plain data; the times are seconds since 1970
---@field inbox_id string
---@field key string
---@field state agentmail.OutboxState
---@field outcome "applied"|"not_applied"|"unknown"
---@field pending boolean     the outbox can continue with it
---@field operation string
---@field label string?       of the mail
---@field reason string?      code of the last failure
---@field status integer?     HTTP, of the last answer
---@field tries integer       sends begun
---@field message_id string?
---@field thread_id string?
---@field draft_id string?
---@field created_at number   seconds since 1970, as all times here
---@field settled_at number?
---@field due_at number?
---@field caused_at number?
local methods = {}

local mt = { __name = "agentmail.OutboxRow", __index = methods }

-- row → its outbox. It is not a field, so that a row holds only facts.
local outboxes = setmetatable({}, { __mode = "k" })

function mt.__tostring(row)
  return ("agentmail.OutboxRow: %s in %s, %s"):format(row.key, row.inbox_id, row.state)
end

-- The outcome of a change that the file reported as failed: it may have been written all the same.
local function outcome_of(outbox, inbox_id, key, wanted)
  local row, is_unread = outbox:read(inbox_id, key)
  if is_unread then return "unknown" end
  return row and row.state == wanted and "applied" or "not_applied"
end

-- Changes a row, and updates the table.
local function change(row, name, ...)
  local outbox = outboxes[row] or raise(mistakes.dot(name))
  local inbox_id, key, wanted = row.inbox_id, row.key, ...
  local changed, message, code = outbox:use(function(box)
    return box[name](box, inbox_id, key, wanted)
  end)
  if not changed then
    local state = name == "cancel" and "cancelled" or wanted and "sent" or "refused"
    return outbox:fail(message, code,
                       code == "storage" and outcome_of(outbox, inbox_id, key, state) or nil)
  end
  if changed == "no_row" then return outbox:fail("the row was removed from the outbox") end
  local now = outbox:use(function(box) return box:get(inbox_id, key) end)
  for field, value in pairs(now or {}) do
    if field ~= "code" then row[field] = value end
  end
  if changed == "changed" then return true end
  return outbox:fail(("a row that is %s cannot be %s, or it is in somebody's hands"):format(
    row.state, name == "cancel" and "cancelled" or "resolved"), "busy")
end

--- Withdraws a mail that is proven unsent.
---@return true|nil done, string? message, agentmail.Failure? failure
function methods:cancel()
  return same(change(self, "cancel"))
end

--- Records what a person found out about a mail. After "not_sent", its key can be used again.
---@param found "sent"|"not_sent"
---@return true|nil done, string? message, agentmail.Failure? failure
function methods:resolve(found)
  if found ~= "sent" and found ~= "not_sent" then
    raise('row:resolve takes "sent" or "not_sent", not ' .. tostring(found))
  end
  return same(change(self, "resolve", found == "sent"))
end

--- Makes an entry of the core a row.
---@param entry table
---@param outbox table
---@return agentmail.OutboxRow
local function row_of(entry, outbox)
  entry.reason, entry.code, entry.id = entry.code, nil, nil
  outboxes[entry] = outbox
  return setmetatable(entry, mt)
end

return { row_of = row_of, methods = methods }
