-- SPDX-License-Identifier: MIT
-- Labels: lower case, some of them the system's own, some of them hiding what carries them.

local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local label_events = require "agentmail.sandbox.api.label_events"
local lower_case = require "agentmail.util.lower"

local fold, lower = lower_case.fold, lower_case.lower

local labels = {}

--- Set by the service only. Filtering by them is fine.
local system = {
  received = true, sent = true, delivered = true, bounced = true, complained = true,
  delayed = true, rejected = true, opened = true, scheduled = true,
}

--- Default lists leave these out; each has an include_ parameter.
local hiding = { spam = 1, blocked = 2, unauthenticated = 4, trash = 8 }

local MAX_LENGTH = 256

--- A caller's list of labels in stored form, or a refusal.
---@param list string[]?
---@param field string the field they came in, for the error
---@return string[]? normal, table? refusal
function labels.normalize(list, field)
  local normal, seen = {}, {}
  for i, label in ipairs(list or {}) do
    local low = lower(label)
    if low == "" or #low > MAX_LENGTH then
      return nil, errors.invalid_field("a label has 1 to 256 characters", field, i - 1)
    end
    if system[low] then
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

--- add_labels and remove_labels of a request. What is in both is removed.
---@return string[]? add, string[]|table remove_or_refusal
function labels.changes(body)
  local add, refusal = labels.normalize(body.add_labels, "add_labels")
  if not add then return nil, refusal end
  local remove
  remove, refusal = labels.normalize(body.remove_labels, "remove_labels")
  if not remove then return nil, refusal end
  return add, remove
end

--- The labels after a change, in the order they were first added.
function labels.apply(current, add, remove)
  local gone, seen, result = {}, {}, {}
  for _, label in ipairs(remove) do gone[fold(label)] = true end
  for _, list in ipairs { current, add } do
    for _, label in ipairs(list) do
      local folded = fold(label)
      if not gone[folded] and not seen[folded] then
        seen[folded] = true
        result[#result + 1] = label
      end
    end
  end
  return result
end

--- What a label that is looked for is compared with.
---@param column string  SQL: a label, or JSON with labels
---@param label string
---@return string column, string folded
function labels.comparable(column, label)
  local folded = fold(label)
  if folded:find("σ", 1, true) then column = ("replace(%s, 'ς', 'σ')"):format(column) end
  return column, folded
end

--- The bits of the labels that hide.
function labels.hidden(list)
  local bits = 0
  for _, label in ipairs(list) do bits = bits | (hiding[label] or 0) end
  return bits
end

--- The bits a query asks to leave out.
function labels.excluded(query)
  local bits = 15
  for name, bit in pairs(hiding) do
    if query["include_" .. name] then bits = bits & ~bit end
  end
  return bits
end

--- Writes the labels of a new message, whose row already carries them encoded.
function labels.index(db, message, list)
  for _, label in ipairs(list) do
    db:run("INSERT OR IGNORE INTO message_labels VALUES (?, ?)", message, label)
  end
end

--- Changes the labels of one message row { id, labels }. true when anything changed.
function labels.change(db, message, add, remove, now)
  local current = json.decode(message.labels)
  local list = labels.apply(current, add, remove)
  local encoded = json.strings(list)
  if encoded == message.labels then return list, false end
  db:run("UPDATE messages SET labels = ?, hidden = ?, updated_at = ? WHERE id = ?",
         encoded, labels.hidden(list), now, message.id)
  db:run("DELETE FROM message_labels WHERE message = ?", message.id)
  labels.index(db, message.id, list)
  label_events.write(db, message.id, current, list, now)
  return list, true
end

return labels
