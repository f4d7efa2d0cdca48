-- SPDX-License-Identifier: MIT
-- The subscriptions of a WebSocket: reads the frame `subscribe`, and matches events.
--
-- A socket's subscriptions have one entry per target: an inbox, a pod, or all that its key may see.
-- Subscribing to a target again replaces its event types; other targets are added.

local access = require "agentmail.sandbox.http.access"
local enums = require "agentmail.api.models".enums
local errors = require "agentmail.sandbox.http.errors"
local fields = require "agentmail.sandbox.http.fields"
local json = require "agentmail.sandbox.http.json"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

local MOST_TARGETS = 1000

local KNOWN = sets.of(enums.event_type)

-- Event types that a client must name, and the permission each needs.
local NAMED = {
  ["message.received.spam"] = "label_spam_read",
  ["message.received.blocked"] = "label_blocked_read",
  ["message.received.unauthenticated"] = "label_unauthenticated_read",
}
for word in pairs(KNOWN) do
  if word:find("^calendar") then NAMED[word] = "calendar_event_read" end
  if word:find("^message%.security") then NAMED[word] = "message_read" end
end

local types = { string = fields.checks.string }

function types.event(value, path, problems)
  if KNOWN[value] then return value end
  problems[#problems + 1] = { path = { path[1], path[2] }, message = "no event type "
    .. tostring(value) .. suggestion(value, KNOWN) }
end

local read_frame = fields.record("type!:string event_types:event[]? inbox_ids:string[]? "
  .. "pod_ids:string[]?", types)

-- A non-empty list; nil if it is absent, null or empty.
local function list_of(value)
  return type(value) == "table" and value[1] ~= nil and value or nil
end

-- The targets of lists of ids: key → what an event's place must match; or nil and a refusal.
local function targets_of(db, socket, frame)
  local inbox_ids, pod_ids = list_of(frame.inbox_ids), list_of(frame.pod_ids)
  if not inbox_ids and not pod_ids then return { all = {} } end
  local targets = {}
  for _, id in ipairs(inbox_ids or {}) do
    local row = db:row("SELECT pod_id, inbox_id FROM inboxes WHERE org = ? AND inbox_id IN (?, ?)",
                       socket.org, id, id:lower())
    if not row or not access.within(socket.scope, row) then
      return nil, errors.not_found("Inbox", id)
    end
    targets["inbox " .. row.inbox_id] = { inbox_id = row.inbox_id }
  end
  for _, id in ipairs(pod_ids or {}) do
    local row = db:row("SELECT pod_id FROM pods WHERE org = ? AND pod_id = ?", socket.org, id)
    if not row or socket.scope.inbox_id or not access.within(socket.scope, row) then
      return nil, errors.not_found("Pod", id)
    end
    targets["pod " .. id] = { pod_id = id }
  end
  return targets
end

local function check_permissions(socket, event_types)
  for _, word in ipairs(event_types) do
    local permission = NAMED[word]
    if permission and socket.permissions and socket.permissions[permission] ~= true then
      return errors.refusal(403, "forbidden", permission .. " is forbidden")
    end
  end
end

--- Reads a frame `subscribe` and updates the socket's subscriptions.
---@param frame table  decoded
---@return table? active the filter, for the answer; nil: nothing was changed
---@return table? refusal
local function subscribe(app, socket, frame)
  local problems = {}
  local asked = read_frame(frame, {}, problems, not app.config.strict)
  if problems[1] then return nil, errors.invalid(problems) end
  local event_types = list_of(asked.event_types)
  local refusal = check_permissions(socket, event_types or {})
  if refusal then return nil, refusal end
  local targets
  targets, refusal = targets_of(app.db, socket, asked)
  if not targets then return nil, refusal end
  local count, wanted = socket.targets, event_types and sets.of(event_types)
  for key in pairs(targets) do
    if not socket.subscriptions[key] then count = count + 1 end
  end
  if count > MOST_TARGETS then
    return nil, errors.invalid_field(("at most %d targets on one connection"):format(MOST_TARGETS),
                                     "inbox_ids")
  end
  for key, place in pairs(targets) do
    socket.subscriptions[key] = { place = place, types = wanted }
  end
  socket.targets = count
  return { type = "subscribed", event_types = event_types and json.array(event_types),
           inbox_ids = list_of(asked.inbox_ids), pod_ids = list_of(asked.pod_ids) }
end

--- Whether the socket has subscribed to this.
---@param place { pod_id: string?, inbox_id: string? } where it happened
---@return boolean
local function wants(socket, event_type, place)
  if not access.within(socket.scope, place) then return false end
  for _, one in pairs(socket.subscriptions) do
    local hears = one.types and one.types[event_type] or not one.types and not NAMED[event_type]
    if hears and access.within(one.place, place) then return true end
  end
  return false
end

return { subscribe = subscribe, wants = wants }
