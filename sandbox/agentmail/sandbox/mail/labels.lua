-- SPDX-License-Identifier: MIT
-- Labels: lower case; some are the system's own, some hide their message.

local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local lower_case = require "agentmail.util.lower"
local sets = require "agentmail.sandbox.store.sets"

local fold, lower = lower_case.fold, lower_case.lower

-- Set only by the service. Filtering by them is allowed.
local SYSTEM =
  sets.words("received sent delivered bounced complained delayed rejected opened scheduled")

-- Default lists omit these; each has a bit in the column `hidden` and an include_ parameter.
local HIDING = { spam = 1, blocked = 2, unauthenticated = 4, trash = 8 }
local ALL_HIDING = 15

local MAX_LENGTH = 256

--- A caller's list of labels in stored form, or a refusal.
---@param list string[]?
---@param field string the field they came in, for the error
---@return string[]? normal, table? refusal
local function normalize(list, field)
  local normal, seen = {}, {}
  for i, label in ipairs(list or {}) do
    local low = lower(label)
    if low == "" or #low > MAX_LENGTH then
      return nil, errors.invalid_field("a label has 1 to 256 characters", field, i - 1)
    end
    if SYSTEM[low] then
      return nil, errors.invalid_field(("'%s' is a system label: it is set by the service and "
        .. "cannot be added or removed"):format(low), field, i - 1)
    end
    if not seen[fold(low)] then
      seen[fold(low)] = true
      normal[#normal + 1] = low
    end
  end
  return normal
end

--- add_labels and remove_labels of a request. A label in both is removed.
---@return string[]? add, string[]|table remove_or_refusal
local function changes(body)
  local add, refusal = normalize(body.add_labels, "add_labels")
  if not add then return nil, refusal end
  local remove
  remove, refusal = normalize(body.remove_labels, "remove_labels")
  if not remove then return nil, refusal end
  return add, remove
end

--- The same for a request that has to change something.
---@return string[]? add, string[]|table remove_or_refusal
local function needed_changes(body)
  local add, remove = changes(body)
  if add and #add + #remove == 0 then
    return nil, errors.invalid_field("add_labels or remove_labels is needed", "add_labels")
  end
  return add, remove
end

--- The labels after a change, in the order they were first added.
---@return string[]
local function apply(current, add, remove) return sets.union(current, add, remove, fold) end

--- The two sides of the comparison that looks up a label.
---@param column string  SQL: a label, or JSON with labels
---@param label string
---@return string column, string folded
local function comparable(column, label)
  local folded = fold(label)
  if folded:find("σ", 1, true) then column = ("replace(%s, 'ς', 'σ')"):format(column) end
  return column, folded
end

--- The bits of the hiding labels.
---@return integer
local function hidden(list)
  local bits = 0
  for _, label in ipairs(list) do bits = bits | (HIDING[label] or 0) end
  return bits
end

--- The bits that a query excludes.
---@return integer
local function excluded(query)
  local bits = ALL_HIDING
  for name, bit in pairs(HIDING) do
    if query["include_" .. name] then bits = bits & ~bit end
  end
  return bits
end

--- Writes the labels of a new message, whose row already carries them encoded.
---@param message integer
local function index(db, message, list)
  for _, label in ipairs(list) do
    db:run("INSERT OR IGNORE INTO message_labels VALUES (?, ?)", message, label)
  end
end

-- Records in the history the labels that are in the first list but not in the second.
local function record(db, message, event_type, list, other, now)
  local others = sets.of(other)
  for _, label in ipairs(list) do
    if not others[label] then
      db:run([[INSERT INTO label_events (org, inbox, message_id, label, event_type, at)
        SELECT org, inbox, message_id, ?, ?, ? FROM messages WHERE id = ?]], label, event_type,
        now, message)
    end
  end
end

--- Changes the labels of one message row { id, labels }.
---@return string[] labels, boolean changed
local function change(db, message, add, remove, now)
  local current = json.decode(message.labels)
  local list = apply(current, add, remove)
  local encoded = json.strings(list)
  if encoded == message.labels then return list, false end
  db:run("UPDATE messages SET labels = ?, hidden = ?, updated_at = ? WHERE id = ?",
         encoded, hidden(list), now, message.id)
  db:run("DELETE FROM message_labels WHERE message = ?", message.id)
  index(db, message.id, list)
  record(db, message.id, "label.added", list, current, now)
  record(db, message.id, "label.removed", current, list, now)
  return list, true
end

return {
  HIDING = HIDING, ALL_HIDING = ALL_HIDING, normalize = normalize, changes = changes,
  needed_changes = needed_changes, apply = apply, comparable = comparable, hidden = hidden,
  excluded = excluded, index = index, change = change,
}
