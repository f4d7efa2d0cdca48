-- SPDX-License-Identifier: MIT
-- What makes a repeat of a request harmless: a client_id, an Idempotency-Key, or nothing. Every
-- request that can have one gets one here, before its first attempt.

local core = require "agentmail.core"

local format = string.format

local function checked_key(name, value)
  if type(value) ~= "string" then
    return nil, format("'%s' must be a string, not a %s", name, type(value))
  end
  local key, problem = core.check_key(value)
  if not key then return nil, format("'%s' %s", name, problem) end
  return key
end

-- How each protection that rests on an identifier gets one.
local identify = {}

function identify.client_id(request, arguments)
  local id = arguments.client_id
  if id == false then
    request.protection = "none"
    local without = {}
    for name, value in pairs(arguments) do without[name] = value end
    without.client_id = nil
    return without
  elseif id ~= nil then
    local _, problem = checked_key("client_id", id)
    if problem then return nil, problem end
    return arguments
  end
  local with = {}
  for name, value in pairs(arguments) do with[name] = value end
  with.client_id = core.uuid()
  request.client_id = with.client_id
  return with
end

-- A draft can be sent once, so its key follows from the draft and never from chance: whoever
-- sends it, after whatever crash, sends it under the same key.
local function draft_key(request, arguments)
  local inbox, owner = request.scope.ids.inbox_id, request.owner
  local client_id = owner and owner.client_id
  if client_id then return core.key("drafts.send", inbox, "client_id", client_id) end
  return core.key("drafts.send", inbox, "draft_id", arguments.draft_id or owner.draft_id)
end

function identify.idempotency_key(request, arguments, options)
  local key = arguments.idempotency_key
  if key == nil and options then key = options.idempotency_key end
  if key == false then
    request.protection = "none"
  elseif key ~= nil then
    local problem
    request.key, problem = checked_key("idempotency_key", key)
    if problem then return nil, problem end
  elseif request.plan.name == "inboxes.drafts.send" then
    request.key = draft_key(request, arguments)
  else
    request.key = core.uuid()
  end
  return arguments
end

-- Operations whose protection depends on their arguments.
local depends = {
  ["inboxes.drafts.update"] = function(arguments)
    return arguments.add_attachments ~= nil and "none" or nil
  end,
}
local function registered_key(arguments)
  return arguments.public_key ~= nil and arguments.client_id ~= nil and "client_id" or nil
end
depends["api_keys.create"] = registered_key
depends["inboxes.api_keys.create"] = registered_key

--- Settles the protection of a request, and its key.
---@param request agentmail.Request
---@param arguments table
---@param options table?
---@return table? arguments  with what was added, or without what was refused; a copy then
---@return string? mistake
local function protect(request, arguments, options)
  local plan = request.plan
  local depend = depends[plan.name]
  if depend then request.protection = depend(arguments) or request.protection end
  local identified = identify[plan.protection]
  if not identified then return arguments end
  return identified(request, arguments, options)
end

return { protect = protect }
