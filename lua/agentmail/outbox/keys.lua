-- SPDX-License-Identifier: MIT
-- What identifies a mail in the outbox: its inbox, key and label; and the time of its cause.

local calendar = require "agentmail.util.calendar"
local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local flat = require "agentmail.util.flat"

local format = string.format

--- The field with the labels of an operation's mail.
local LABELS = { ["inboxes.drafts.send"] = "add_labels" }
local REPLIES = { ["inboxes.messages.reply"] = true, ["inboxes.messages.reply_all"] = true }

--- The arguments of a send as a table without metamethods.
---@param plan agentmail.Plan
---@param ids table
---@param given any
---@return any  a table, or an invalid value as it was given
local function arguments_of(plan, ids, given)
  if type(given) == "table" then
    return getmetatable(given) ~= nil and flat.arguments(plan.known, given) or given
  end
  if given == nil then return {} end
  for _, name in ipairs(plan.params) do
    if ids[name] == nil then return { [name] = given } end
  end
  return given
end

-- A path parameter, from where the core takes it.
local function id_of(name, arguments, ids, owner)
  local id = arguments[name]
  if id == nil then id = ids[name] end
  if id == nil and type(owner) == "table" then id = owner[name] end
  return id
end

--- The key of a send: the given one, or the default. A reply's default is made from the message, a
--- draft's from the draft. Upper and lower case in the inbox do not change the key of a reply.
---@param plan agentmail.Plan
---@param scope table
---@param arguments table
---@param options table?
---@param owner table?
---@return string|false|nil key  false: none is wanted; nil: the mistake, or none and no mistake
---@return string? mistake
local function key_of(plan, scope, arguments, options, owner)
  local key = arguments.idempotency_key
  if key == nil and options then key = options.idempotency_key end
  if key ~= nil then return key end
  if REPLIES[plan.name] then
    local inbox_id = id_of("inbox_id", arguments, scope.ids, owner)
    local message_id = id_of("message_id", arguments, scope.ids, owner)
    if type(inbox_id) ~= "string" or type(message_id) ~= "string" then return nil end
    return core.key("reply", inbox_id:lower(), message_id)
  end
  if plan.name == "inboxes.drafts.send" then
    local request, mistake = plan.encoder:request(scope, arguments, options, owner)
    return request and request.key, mistake
  end
  return nil, format('%s: with an outbox it needs an idempotency_key made of your data, such as '
    .. 'agentmail.key("receipt", order.id), so that the next run knows the mail; false sends it '
    .. "past the outbox", plan.name)
end

--- The arguments with a key, and with the label of the mail if they have labels of their own;
--- otherwise the label is the second result. The given table is not changed.
---@param plan agentmail.Plan
---@param outbox agentmail.Outbox.File
---@param given table
---@param inbox_id string
---@param key string
---@return table arguments, string? label
local function labelled(plan, outbox, given, inbox_id, key)
  local field, arguments = LABELS[plan.name] or "labels", given
  if given.idempotency_key ~= key then
    arguments = copies.copy(given)
    arguments.idempotency_key = key
  end
  if not outbox.label then return arguments end
  local label, own = outbox:label_of(inbox_id, key), given[field]
  if own == nil then return arguments, label end
  if type(own) == "string" then own = { own } end
  if type(own) ~= "table" then return arguments end -- a mistake, which the core explains
  local labels = table.move(own, 1, #own, 1, {})
  labels[#labels + 1] = label
  if arguments == given then arguments = copies.copy(given) end
  arguments[field] = labels
  return arguments
end

--- The time of the mail's cause: the given one or, for a reply, that of the message, which only a
--- message object has. For a reply by id it is unknown.
---@param plan agentmail.Plan
---@param given number|false|nil
---@param owner table?
---@return number|false|nil seconds  false: unknown; nil: now
local function cause_of(plan, given, owner)
  if given ~= nil then return given end
  if not REPLIES[plan.name] then return nil end
  return type(owner) == "table" and calendar.seconds(owner.timestamp or owner.created_at) or false
end

return {
  arguments_of = arguments_of, id_of = id_of, key_of = key_of, labelled = labelled,
  cause_of = cause_of,
}
