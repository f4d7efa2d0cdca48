-- SPDX-License-Identifier: MIT
-- What identifies a mail in the outbox: its inbox, its key, its label, and when what it is about
-- happened.

local calendar = require "agentmail.util.calendar"
local core = require "agentmail.core"
local flat = require "agentmail.util.flat"

local format = string.format

--- The field by which an operation gives its mail labels.
local LABELS = { ["inboxes.drafts.send"] = "add_labels" }
local REPLIES = { ["inboxes.messages.reply"] = true, ["inboxes.messages.reply_all"] = true }

--- The arguments of a send as a table of its own, without metamethods.
---@param plan agentmail.Plan
---@param ids table
---@param given any
---@return any  a table, or what is no arguments
local function arguments_of(plan, ids, given)
  if type(given) == "table" then
    if getmetatable(given) ~= nil then return flat.arguments(plan.known, given) end
    local made = {} -- what its fields hold is not changed
    for name, value in next, given do made[name] = value end
    return made
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

--- The key that a send is given, or has by default: a reply's is made of the message, a draft's of
--- the draft.
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
    return core.key("reply", inbox_id, message_id)
  end
  if plan.name == "inboxes.drafts.send" then
    local request, mistake = plan.encoder:request(scope, arguments, options, owner)
    return request and request.key, mistake
  end
  return nil, format('%s: with an outbox it needs an idempotency_key made of your data, such as '
    .. 'agentmail.key("receipt", order.id), so that the next run knows the mail; false sends it '
    .. "past the outbox", plan.name)
end

--- Adds the label of the mail to its arguments.
---@param plan agentmail.Plan
---@param outbox agentmail.Outbox.File
---@param arguments table
---@param inbox_id string
---@param key string
local function add_label(plan, outbox, arguments, inbox_id, key)
  local field, labels = LABELS[plan.name] or "labels", nil
  local given = arguments[field]
  if given == nil then labels = {} end
  if type(given) == "string" then labels = { given } end
  if type(given) == "table" then labels = table.move(given, 1, #given, 1, {}) end
  if not labels then return end -- a mistake, which the core explains
  labels[#labels + 1] = outbox:label_of(inbox_id, key)
  arguments[field] = labels
end

--- When what the mail is about happened: given, or a reply's inbound message.
---@param plan agentmail.Plan
---@param given number|false|nil
---@param owner table?
---@return number|false|nil seconds  false: unknown; nil: now
local function cause_of(plan, given, owner)
  if given ~= nil then return given end
  if not REPLIES[plan.name] or type(owner) ~= "table" then return nil end
  return calendar.seconds(owner.timestamp or owner.created_at)
end

return {
  arguments_of = arguments_of, id_of = id_of, key_of = key_of, add_label = add_label,
  cause_of = cause_of,
}
