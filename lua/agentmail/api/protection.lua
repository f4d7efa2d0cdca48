-- SPDX-License-Identifier: MIT
-- Decides what makes a repeat of a request harmless: a client_id, an Idempotency-Key, or nothing.
-- Every request that can have an id or key gets one here, before its first attempt.

local copy = require "agentmail.util.copy".copy
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

local function copy_with(arguments, client_id)
  local made = copy(arguments)
  made.client_id = client_id
  return made
end

-- A create that takes a client_id gets one, unless the caller passes false.
local function with_client_id(arguments)
  local id = arguments.client_id
  if id == false then return copy_with(arguments, nil), "none" end
  if id ~= nil then
    local _, problem = checked_key("client_id", id)
    if problem then return nil, problem end
    return arguments, "client_id"
  end
  id = core.uuid()
  return copy_with(arguments, id), "client_id", nil, id
end

-- A draft can be sent only once, so its key is derived from the draft and is never random: any
-- process, even after a crash, sends it under the same key.
local function draft_key(arguments, owner, inbox_id)
  local client_id = owner and owner.client_id
  if client_id then return core.key("drafts.send", inbox_id, "client_id", client_id) end
  return core.key("drafts.send", inbox_id, "draft_id", arguments.draft_id or owner.draft_id)
end

-- A send gets a key, unless the caller passes false.
local function with_key(arguments, options, plan, owner, inbox_id)
  local key = arguments.idempotency_key
  if key == nil and options then key = options.idempotency_key end
  if key == false then return arguments, "none" end
  if key ~= nil then
    local checked, problem = checked_key("idempotency_key", key)
    if not checked then return nil, problem end
    return arguments, "idempotency_key", checked
  end
  if plan.name == "inboxes.drafts.send" then
    return arguments, "idempotency_key", draft_key(arguments, owner, inbox_id)
  end
  return arguments, "idempotency_key", core.uuid()
end

-- Repeating an update that adds an attachment would add it twice.
local function unless_adding(arguments)
  return arguments, arguments.add_attachments ~= nil and "none" or "idempotent"
end

-- A create of a bearer key takes no client_id; the registration of a public key does.
local function for_public_key(arguments)
  if arguments.public_key == nil or arguments.client_id == nil then return arguments, "none" end
  return with_client_id(arguments)
end

local by_operation = {
  ["inboxes.drafts.update"] = unless_adding,
  ["api_keys.create"] = for_public_key,
  ["pods.api_keys.create"] = for_public_key,
  ["inboxes.api_keys.create"] = for_public_key,
}

local by_protection = { client_id = with_client_id, idempotency_key = with_key }

--- The function that decides on an operation's protection; nil when its row in operations.lua says
--- it all. It takes (arguments, options, plan, owner, inbox_id) and returns the arguments to send,
--- the protection, the Idempotency-Key and the client_id it made; or nil and the mistake.
---@param name string
---@param protection string
---@return function?
local function rule(name, protection)
  return by_operation[name] or by_protection[protection]
end

return { rule = rule }
