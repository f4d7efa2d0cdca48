-- SPDX-License-Identifier: MIT
-- The answers of a dry run: the known fields of a model, with the rest made up.

local calendar = require "agentmail.util.calendar"
local core = require "agentmail.core"
local json = require "agentmail.util.json"
local lower_case = require "agentmail.util.lower"
local plans = require "agentmail.api.plan"
local schema = require "agentmail.api.models"

local array, null = json.array, json.null
local enums, models = schema.enums, schema.models

--- A host that no mail and no request can reach: RFC 2606 reserves its last label for that.
local HOST = "dry-run.invalid"

local function now() return calendar.stamp(core.time()) end

local function is_list(field) return field.list or field.type == "labels" end

-- The declared fields of a model; a map and a file have none.
local function fields_of(name)
  local declaration = models[name][1]
  return declaration and plans.fields(declaration) or {}
end

-- A new list, encoded as [] when it is empty.
local function list_of(value)
  local list = array {}
  for i, item in ipairs(type(value) == "table" and value or { value }) do list[i] = item end
  return list
end

--- Placeholder values for simple types.
local BY_TYPE = { integer = 0, number = 0, boolean = false }

local fill

-- A made-up value for an unknown field. Only an id is worth making up: other texts stay empty.
local function made_up(field, new_id)
  local kind = field.type
  if is_list(field) then return array {} end
  if enums[kind] then return enums[kind][1] end
  if kind == "datetime" then return now() end
  if BY_TYPE[kind] ~= nil then return BY_TYPE[kind] end
  if models[kind] then return fill(kind, {}, new_id) end
  if kind ~= "string" then return {} end
  return (field.required or field.name:find "_id$") and new_id() or ""
end

--- A complete value of a model. A field that may be absent is omitted, unless it is known.
---@param name string          of the model
---@param known table          fields by name
---@param new_id fun(): string
---@return table
function fill(name, known, new_id)
  local answer = {}
  for _, field in ipairs(fields_of(name)) do
    local value = known[field.name]
    if value ~= nil and is_list(field) then value = list_of(value) end
    local is_known = value ~= nil and json.encode(value)
    if is_known then
      answer[field.name] = value
    elseif not field.nullable then
      answer[field.name] = made_up(field, new_id)
    end
  end
  return answer
end

--- Whether an answer of a model needs the bytes of a file, which a dry run does not have.
---@param name string?  of the model
local function is_file(name)
  local model = name and models[name]
  return model and (model.file or model[1] and model[1]:find("download_url!", 1, true)) and true
end

-- Changes ----------------------------------------------------------------------------------------

-- What two items of a list have in common that are the same to the service.
local function key_of(item) return type(item) == "string" and lower_case.fold(item) or item end

local function without(list, items)
  local gone, kept = {}, array {}
  for _, item in ipairs(items) do gone[key_of(item)] = true end
  for _, item in ipairs(list) do
    if not gone[key_of(item)] then kept[#kept + 1] = item end
  end
  return kept
end

-- Labels as the service keeps them: in lower case, each once. Values that are not strings stay,
-- because the body of a raw request is not checked.
local function labels_of(value)
  local labels, seen = array {}, {}
  for _, label in ipairs(list_of(value)) do
    if not seen[key_of(label)] then
      seen[key_of(label)] = true
      labels[#labels + 1] = type(label) == "string" and lower_case.lower(label) or label
    end
  end
  return labels
end

-- Changes a list, as add_labels or remove_inbox_ids do.
local function change_list(fields, change, name, items)
  items = name == "labels" and labels_of(items) or list_of(items)
  local list = without(list_of(fields[name] or {}), items)
  if change == "add" then table.move(items, 1, #items, #list + 1, list) end
  fields[name] = list
end

--- Applies the body of a request to fields. The service makes nested models, such as attachments,
--- so they stay as they are.
---@param model string
---@param fields table  changed in place
---@param body table    null clears a field
local function update(model, fields, body)
  local nested, labels = {}, {}
  for _, field in ipairs(fields_of(model)) do
    nested[field.name], labels[field.name] = models[field.type] ~= nil, field.type == "labels"
  end
  for name, value in pairs(body) do
    local change, listed = tostring(name):match "^(%l+)_([%w_]+)$"
    if (change == "add" or change == "remove") and nested[listed] == false then
      change_list(fields, change, listed, value)
    elseif nested[name] == false then
      if value == null then value = nil end
      fields[name] = value ~= nil and labels[name] and labels_of(value) or value
    end
  end
end

-- Creations ---------------------------------------------------------------------------------------

--- By model: functions that set the fields that the service derives from the id and the request.
local makers = {}

function makers.Inbox(fields, id, body)
  local name = type(body.username) == "string" and body.username .. "." or ""
  fields.inbox_id = name .. id .. "@" .. HOST
  fields.email = fields.inbox_id
end

makers.AgentSignupResponse = makers.Inbox

function makers.AgentVerifyResponse(fields) fields.verified = true end

function makers.Webhook(fields) fields.secret = "whsec_ZHJ5IHJ1bjogbm90IGEgc2VjcmV0ISEh" end

function makers.CreateApiKeyResult(fields, id, body)
  if body.public_key == nil then fields.api_key = id end
end

function makers.ConnectAccepted(fields, id) fields.magic_url = "https://" .. HOST .. "/" .. id end

function makers.ListEntry(fields, _, body, ids)
  fields.direction, fields.list_type = ids.direction, ids.type
  fields.entry_type = tostring(body.entry):find("@", 1, true) and "email" or "domain"
end

makers.PodListEntry = makers.ListEntry

-- The field that identifies an object.
local function id_field(model)
  for _, field in ipairs(fields_of(model)) do
    if field.required then return field end
  end
end

--- The fields of the object that a request creates.
---@param model string
---@param body table   of the request
---@param ids table    the parameters of its path
---@param new_id fun(): string
---@return table fields
---@return string? id
local function create(model, body, ids, new_id)
  local fields, id, own = {}, new_id(), id_field(model)
  for name, value in pairs(ids) do
    if not own or name ~= own.name then fields[name] = value end
  end
  update(model, fields, body)
  if makers[model] then makers[model](fields, id, body, ids) end
  if own and own.type == "string" and not own.list and fields[own.name] == nil then
    fields[own.name] = id
  end
  return fill(model, fields, new_id), own and fields[own.name]
end

--- The field of an answer that holds the object it is about; nil: the answer is the object.
---@param model string
---@return agentmail.Field?
local function inner_field(model)
  local own = id_field(model)
  return own and not own.list and models[own.type] and own or nil
end

return { fill = fill, inner_field = inner_field, list_of = list_of, update = update,
         create = create, is_file = is_file, id_field = id_field, now = now }
