-- SPDX-License-Identifier: MIT
-- Encodes one value: of a field, of a type, or of a path segment. The result is taken from the
-- request of an operation that has it.

local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"
local requests = require "agentmail.call.request"

local M = {}

-- Values that complete a path.
local BOUND = { direction = "send", type = "block", inbox_id = "in@box.to" }

--- A scope: its bound ids, and whether checks are off.
---@param ids table<string, string>
---@param lenient boolean?
---@return table
function M.scope(ids, lenient)
  local scope = { ids = ids, client = { checks = not lenient, on_attempt = false } }
  scope.client.inbox_scopes = setmetatable({}, { __index = function() return scope end })
  return scope
end

--- The request of an operation, in a scope that binds the path parameters not given; or nil and the
--- words, without the operation's name.
---@param name string
---@param arguments any
---@param lenient boolean?
---@param options table?
---@param owner table?
---@return agentmail.Request? request, string? words
function M.request(name, arguments, lenient, options, owner)
  local plan, ids = plans.plan(name), {}
  for _, param in ipairs(plan.params) do
    local given = type(arguments) == "table" and arguments[param] or owner and owner[param]
    if given == nil then ids[param] = BOUND[param] or "x" end
  end
  local request, words = requests.build(plan, M.scope(ids, lenient), arguments, options, owner)
  if request then return request end
  assert(words:sub(1, #name + 2) == name .. ": ", words)
  return nil, words:sub(#name + 3)
end

--- A body as one text; a file is shown as its path, data as itself.
---@param body string|table|nil
---@return string?
function M.text(body)
  if type(body) ~= "table" then return body end
  local parts = {}
  for i, piece in ipairs(body) do
    parts[i] = type(piece) == "table" and (piece.path or piece.data) or piece
  end
  return table.concat(parts)
end

-- Other fields that an operation requires, and writes last.
local REQUIRED = { human_email = "h@x", username = "ann", entry = "a@b.c" }

--- A field of an operation: its value in the request, or nil and the problem without the field's
--- name. Other required fields are present, too.
---@param name string
---@param field string
---@param value any
---@param lenient boolean?
---@return string? text, string? words
function M.field(name, field, value, lenient)
  local row, arguments = operations[name], {}
  for _, declared in ipairs(plans.fields(row.body or row.query)) do
    if declared.required then arguments[declared.name] = REQUIRED[declared.name] or "x" end
  end
  if row[3] == "client_id" then arguments.client_id = false end
  if row[3] == "idempotency_key" then arguments.idempotency_key = false end
  if field:find "^add_" then arguments[field:gsub("^add_", "remove_")] = "x" end
  arguments[field] = value
  local request, words = M.request(name, arguments, lenient)
  if request and row.query then
    return request.target:match("[?&]" .. field .. "=([^&]*)$")
  elseif request then
    local text = M.text(request.body):match('[{,]"' .. field .. '":(.*)}$')
    return (text:gsub(',"remove_%l+":%[?"x"%]?$', ""))
  end
  local own, rest = words:match "^'([%w_]+)' ?(.*)$"
  assert(own == field, words)
  return nil, rest
end

-- The operation and field that have a type; `list`: the type of the field's only item.
local FIELDS = {
  string = { "inboxes.messages.reply", "text" },
  line = { "inboxes.drafts.create", "subject" },
  lines = { "inboxes.messages.reply", "to" },
  strings = { "inboxes.messages.update", "add_labels" },
  boolean = { "inboxes.drafts.create", "reply_all" },
  integer = { "metrics.query_events", "limit" },
  datetime = { "inboxes.drafts.create", "send_at" },
  metadata = { "inboxes.create", "metadata" },
  permissions = { "api_keys.create", "permissions" },
  jwk = { "api_keys.create", "public_key" },
  ["map<string>"] = { "webhooks.update_headers", "headers" },
  event_type = { "webhooks.update", "event_types", list = true },
  attachment = { "inboxes.drafts.create", "attachments", list = true },
}

--- A value of a type, as sent in a request; or nil and the problem.
---@param kind string
---@param value any
---@param lenient boolean?
---@return string? text, string? words
function M.value(kind, value, lenient)
  local of = FIELDS[kind]
  local text, words = M.field(of[1], of[2], of.list and { value } or value, lenient)
  if not of.list then return text, words end
  if text then return (assert(text:match "^%[(.*)%]$", text)) end
  return nil, (assert(words:match "^%[1%] ?(.*)$", words))
end

local SEGMENTS = {
  inbox_id = "inboxes.get", message_id = "inboxes.messages.get", entry = "lists.get",
  type = "lists.list", direction = "lists.list",
}

--- A path parameter, as sent; or nil and the problem.
---@param param string
---@param value any
---@return string? text, string? words
function M.segment(param, value)
  local name = SEGMENTS[param]
  local request, words = M.request(name, { [param] = value })
  if not request then return nil, (assert(words:match("^'" .. param .. "' (.*)$"), words)) end
  local pattern = operations[name][2]:gsub("%-", "%%-"):gsub("{([%w_]+)}", function(other)
    return other == param and "([^/]*)" or "[^/]*"
  end)
  return request.target:match("^" .. pattern .. "$")
end

return M
