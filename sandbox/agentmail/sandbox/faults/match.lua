-- SPDX-License-Identifier: MIT
-- Selects requests and events for a fault rule: does one fit its `match`, and in which scope is it
-- counted?

local sets = require "agentmail.sandbox.store.sets"

--- A Lua pattern for a name like "inboxes.drafts.*".
---@param name string
---@return string
local function glob(name)
  return "^" .. name:gsub("%p", "%%%0"):gsub("%%%*", ".*") .. "$"
end

local function any(patterns, name)
  for _, pattern in ipairs(patterns) do
    if pattern == name or name:find(glob(pattern)) then return true end
  end
  return false
end

local function add_text(parts, value)
  if type(value) == "string" then
    parts[#parts + 1] = value
  elseif type(value) == "table" then
    for _, one in ipairs(value) do if type(one) == "string" then parts[#parts + 1] = one end end
  end
end

--- The text that contains the recipients of a request, in lower case.
---@return string
local function recipients(ctx)
  if ctx.recipients_text then return ctx.recipients_text end
  local text = ""
  if ctx.params.draft_id then
    local to, cc, bcc = ctx.db:values([[SELECT "to", cc, bcc FROM drafts WHERE draft_id = ?]],
                                      ctx.params.draft_id)
    text = (to or "") .. (cc or "") .. (bcc or "")
  elseif type(ctx.raw_body) == "table" then
    local parts = {}
    add_text(parts, ctx.raw_body.to)
    add_text(parts, ctx.raw_body.cc)
    add_text(parts, ctx.raw_body.bcc)
    text = table.concat(parts, ", ")
  end
  ctx.recipients_text = text:lower()
  return ctx.recipients_text
end

--- True if a request fits a rule's match.
---@param match table
---@return boolean
local function fits_request(match, ctx)
  if next(match) == nil then return true end
  local route, number = ctx.route, ctx.request.number
  if match.operation and not any(match.operation, route.name) then return false end
  if match.method and match.method ~= route.method then return false end
  if match.sends ~= nil and match.sends ~= route.sends then return false end
  if match.inbox and match.inbox ~= ctx.params.inbox_id then return false end
  if match.key and match.key ~= ctx.key then return false end
  if match.client_id and not (type(ctx.raw_body) == "table"
                              and ctx.raw_body.client_id == match.client_id) then return false end
  if match.connection and (match.connection == "reused") ~= (number > 1) then return false end
  if match.recipient
    and not recipients(ctx):find(match.recipient:lower(), 1, true) then return false end
  return true
end

--- Faults of events that end a WebSocket after one: by a close frame, without one, or by silence.
local FAREWELLS = sets.words("close cut silence")

--- True if a rule fits an event for a receiver. Only `event`, `inbox` and `receiver` apply to
--- events; faults that end a WebSocket apply to those alone.
---@param rule agentmail.sandbox.Rule
---@param event { type: string, inbox_id: string?, receiver: string }
---@return boolean
local function fits_event(rule, event)
  local match = rule.match
  return (not match.event or any(match.event, event.type))
    and (not match.inbox or match.inbox == event.inbox_id)
    and (not match.receiver or match.receiver == event.receiver)
    and (event.receiver == "websocket" or not FAREWELLS[rule["do"].kind])
end

--- The scope in which a rule counts a request.
---@return string
local function scope_of_request(ctx)
  if ctx.key then return "key " .. ctx.key end
  return ctx.route.name .. " " .. (ctx.params.inbox_id or "")
end

--- The scope in which a rule counts an event: type and inbox, or all events if it ends a WebSocket.
---@param event { type: string, inbox_id: string? }
---@param rule agentmail.sandbox.Rule
---@return string
local function scope_of_event(event, rule)
  if FAREWELLS[rule["do"].kind] then return "websockets" end
  return event.type .. " " .. (event.inbox_id or "")
end

return {
  FAREWELLS = FAREWELLS, glob = glob, recipients = recipients, request = fits_request,
  event = fits_event,
  scope_of_request = scope_of_request, scope_of_event = scope_of_event,
}
