-- SPDX-License-Identifier: MIT
-- Remembers the objects that a dry run's requests would have created, to answer reads of them.

local answers = require "agentmail.call.dry_answer"
local copies = require "agentmail.util.copy"
local json = require "agentmail.util.json"
local models = require "agentmail.api.models".models
local percent = require "agentmail.core".percent
local sayings = require "agentmail.call.dry_request"

local format = string.format
local ids_of, path_of, recipients_of = sayings.ids_of, sayings.path_of, sayings.recipients_of
local segments_of = sayings.segments_of

---@class agentmail.DryMemory
---@field count integer    ids made up so far
---@field objects table<string, table|false>  id → fields; false: not there yet, or deleted
---@field entries table<string, table|false>  path → fields of an object without an id
---@field once table<string, table>  operation, key or client_id → fields of the result
---@field new_id fun(): string
local methods = {}
local mt = { __index = methods }

--- What is known of a write.
---@class agentmail.DryChange
---@field body table       its JSON; null is agentmail.null
---@field ids table<string, string>  the parameters of its path
---@field source table     the known fields of the object that it changes, sends or replies to
---@field recipients string[]

-- Reads -------------------------------------------------------------------------------------------

-- The innermost made-up object on the path of a target, and whether it is the target itself; nil
-- when there is none.
local function find(self, request)
  if request.target:sub(1, 1) ~= "/" then return nil end -- a link of a download
  local entry = self.entries[path_of(request)]
  if entry ~= nil then return entry, true end
  local segments = segments_of(request)
  for i = #segments, 1, -1 do
    local found = self.objects[segments[i]]
    if found ~= nil then return found, i == #segments end
  end
end

--- Whether a request is for a made-up object, or for something in it.
---@param request agentmail.Request
function methods:holds(request) return (find(self, request)) ~= nil end

local function encode(value) return assert(json.encode(value)) end

local NOT_FOUND = encode {
  name = "NotFoundError", code = "not_found",
  message = "this dry run made up no such object",
}

-- Whether the path of a plan ends in a parameter, and so names one object.
local function is_of_one(plan)
  local model = models[plan.returns]
  return plan.pieces ~= nil and plan.pieces[#plan.pieces] == "" and not (model and model.page)
end

--- Answers a read of a made-up object. The object contains nothing: its lists are empty.
---@param request agentmail.Request
---@return integer status, string body
function methods:read(request)
  local fields, is_itself = find(self, request)
  local plan = request.plan
  if not fields or answers.is_file(plan.returns) or not is_itself and is_of_one(plan) then
    return 404, NOT_FOUND
  end
  if not is_itself then fields = {} end
  if not plan.returns then return 200, encode(fields) end
  return 200, encode(answers.fill(plan.returns, fields, self.new_id))
end

-- Changes ----------------------------------------------------------------------------------------

--- What a write would do.
---@param request agentmail.Request
---@return agentmail.DryChange
function methods:change_of(request)
  local body, ids = sayings.json_of(request.body), ids_of(request)
  local last = request.plan.params and ids[request.plan.params[#request.plan.params]]
  local source = self.entries[path_of(request)] or last and self.objects[last]
  source = source or request.owner or {}
  local recipients = recipients_of(body, {})
  if request.plan.name == "inboxes.drafts.send" then recipients_of(source, recipients) end
  return { body = body, ids = ids, source = source, recipients = recipients }
end

local function delete(self, request)
  local path, segments = path_of(request), segments_of(request)
  local last = segments[#segments]
  if self.entries[path] then self.entries[path] = false end
  if self.objects[last] then self.objects[last] = false end
end

-- Stores the mail that would be sent, where reads find it.
local function send(self, request, change)
  local ids, source, fields = change.ids, change.source, {}
  local is_draft = ids.draft_id ~= nil
  local is_answer = request.plan.name:find "%.reply" ~= nil
  answers.update("Message", fields, is_draft and source or {})
  answers.update("Message", fields, change.body)
  answers.update("Message", fields, { add_labels = "sent" })
  fields.from = ids.inbox_id
  fields.in_reply_to = is_answer and ids.message_id or fields.in_reply_to
  fields.thread_id = is_answer and source.thread_id or nil
  local has_thread = fields.thread_id ~= nil
  local message = answers.create("Message", fields, { inbox_id = ids.inbox_id }, self.new_id)
  self.objects[message.message_id] = message
  if not has_thread then
    self.objects[message.thread_id] = answers.fill("Thread", {
      inbox_id = message.inbox_id, thread_id = message.thread_id, subject = message.subject,
      labels = message.labels, senders = { message.from }, recipients = change.recipients,
      last_message_id = message.message_id,
    }, self.new_id)
  end
  if is_draft and self.objects[ids.draft_id] then self.objects[ids.draft_id] = false end
  return message
end

local function create(self, request, change, model)
  if model == "SendMessageResponse" and change.ids.inbox_id then
    return send(self, request, change)
  end
  local fields, id = answers.create(model, change.body, change.ids, self.new_id)
  if type(id) ~= "string" then return fields end
  if id == change.body.entry then
    self.entries[path_of(request) .. "/" .. percent(id)] = fields
  else
    self.objects[id] = fields
  end
  return fields
end

-- The state after an update: stored for a made-up object, only returned for a real one.
local function update(_, request, change, model)
  local source = change.source
  local own, segments = answers.id_field(model), segments_of(request)
  local fields = source == request.owner and copies.copy(source) or source
  copies.merge(fields, change.ids)
  if own and own.type == "string" then
    fields[own.name] = change.ids[own.name] or segments[#segments]
  end
  answers.update(model, fields, change.body)
  fields.updated_at = answers.now()
  return fields
end

-- The same change for several messages.
local function update_several(self, _, change)
  local updates = {}
  for _, id in ipairs(answers.list_of(change.body.message_ids)) do
    if type(id) == "string" then
      local fields = self.objects[id] or { message_id = id }
      answers.update("Message", fields, change.body)
      updates[#updates + 1] = answers.fill("UpdateMessageResponse", fields, self.new_id)
    end
  end
  return { updates = updates, count = #updates }
end

-- A response to an invitation changes the event.
local RESPOND = "inboxes.calendar.respond_to_event"

local function is_update(plan)
  return plan.method == "PATCH" or plan.method == "PUT" or plan.name == RESPOND
end

-- Applies a change once per key or client_id.
local function once(self, request, change, model)
  local id = request.key or change.body.client_id
  local name = type(id) == "string" and format("%s %s", request.plan.name, id)
  local fields = name and self.once[name] or create(self, request, change, model)
  if name then self.once[name] = fields end
  return fields
end

--- Applies a change to the made-up objects, and answers as the service would.
---@param request agentmail.Request
---@param change agentmail.DryChange
---@return integer status, string body
function methods:apply(request, change)
  local plan = request.plan
  local model = plan.returns and models[plan.returns]
  if plan.method == "DELETE" then delete(self, request) end
  if not model then
    local is_json = not plan.params and plan.method ~= "DELETE" and not request.options.identity
    if is_json then return 200, "{}" end
    return 204, ""
  end
  if model.file then return 200, "dry run" end
  local make = is_update(plan) and update or model.page == "updates" and update_several
    or (model.page or model.map) and function() return change.ids end or once
  if plan.name == RESPOND then change.body = { response_status = change.body.status } end
  local inner = answers.inner_field(plan.returns)
  local fields = make(self, request, change, inner and inner.type or plan.returns)
  if inner then fields = { [inner.name] = answers.fill(inner.type, fields, self.new_id) } end
  return 200, encode(answers.fill(plan.returns, fields, self.new_id))
end

--- An empty memory.
---@return agentmail.DryMemory
local function new()
  local memory = { count = 0, objects = {}, entries = {}, once = {} }
  function memory.new_id()
    memory.count = memory.count + 1
    local id = "dry-" .. memory.count
    memory.objects[id] = false -- until an object is stored there
    return id
  end
  return setmetatable(memory, mt)
end

return { new = new }
