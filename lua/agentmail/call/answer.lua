-- SPDX-License-Identifier: MIT
-- Response bytes → Lua values, by model: is the answer whole, and what is it in Lua?

local copy = require "agentmail.util.copy".copy
local integers = require "agentmail.util.integers"
local json = require "agentmail.util.json"
local labels_mt = require "agentmail.object.labels".mt
local models = require "agentmail.api.models".models
local plans = require "agentmail.api.plan"
local printed = require "agentmail.object.printed"
local quoted = require "agentmail.call.quoted"

local format = string.format

-- Shapes: value, scope, like_the_first → what the value lacks or nil, surprised. They turn the
-- value, in place, into what the user gets: integers, label sets, objects with methods. Numbers in
-- members that models.lua does not know are looked for, too: in a list, as long as its first item
-- surprises with one.
local shape_of

local function lacking(value, required)
  for i = 1, #required do
    local field = required[i]
    local member = value[field.name]
    if field.list then
      if type(member) ~= "table" then return format("lacks the list '%s'", field.name) end
    elseif member == nil or member == "" then
      return format("lacks '%s'", field.name)
    end
  end
end

local function shape_all(list, shape, scope)
  local quick = false
  for i = 1, #list do
    local problem, surprised = shape(list[i], scope, quick)
    if problem then return format("has an item %d that %s", i, problem) end
    if i == 1 then quick = not surprised end
  end
end

-- The scope an object lives in: that of its own inbox or pod, whatever collection it came from.
local function home(value, scope, class)
  local inbox_id = value.inbox_id
  if inbox_id and inbox_id ~= scope.ids.inbox_id then return scope.client.inbox_scopes[inbox_id] end
  if class == "Pod" then return scope.client.pod_scopes[value.pod_id] end
  return scope
end

-- The shape of what comes in pages. After the last one there is no token; services also write that
-- as "".
local function paged(shape)
  return function(value, scope)
    local token = type(value) == "table" and value.next_page_token
    if token == "" or token == false then
      token, value.next_page_token = nil, nil
    end
    if token and type(token) ~= "string" then
      return "has a 'next_page_token' that is no string"
    end
    return shape(value, scope)
  end
end

--- Types whose values hold numbers; those of nested models are looked after by their own shape.
local NUMERIC = { integer = true, number = true, metadata = true }

-- The metatable of an object without methods: print() shows it. A page's is page.lua's.
local function metatable(name, model)
  return not model.page and { __tostring = printed.of("agentmail." .. name, model) } or nil
end

local function compile(name, model)
  local required, nested, numeric, without_numbers = {}, {}, {}, {}
  local has_labels, has_token = false, false
  for _, field in ipairs(plans.fields(model[1])) do
    if field.required then required[#required + 1] = field end
    if models[field.type] then
      nested[#nested + 1] = { name = field.name, list = field.list, shape = shape_of(field.type) }
    end
    local kind = field.type
    without_numbers[field.name] = not NUMERIC[kind]
    if NUMERIC[kind] then numeric[#numeric + 1] = field.name end
    has_labels = has_labels or kind == "labels"
    has_token = has_token or field.name == "next_page_token"
  end
  local class, plain = model.object, not model.object and metatable(name, model)

  local function shape(value, scope, like_the_first)
    if type(value) ~= "table" then return "is not a JSON object" end
    local problem = lacking(value, required)
    if problem then return problem end
    local surprised = false
    if like_the_first then
      integers.at(value, numeric)
    else
      surprised = integers.below(value, without_numbers)
    end
    if has_labels and value.labels then setmetatable(value.labels, labels_mt) end
    for i = 1, #nested do
      local field = nested[i]
      local member = value[field.name]
      if type(member) == "table" then
        if field.list then
          problem = shape_all(member, field.shape, scope)
        else
          problem = field.shape(member, scope)
        end
        if problem then return problem end
      end
    end
    if class then
      setmetatable(value, home(value, scope, class)[class])
    elseif plain then
      setmetatable(value, plain)
    end
    return nil, surprised
  end
  return has_token and paged(shape) or shape
end

local function compile_map(model)
  local item = shape_of(model.map)
  return function(value, scope)
    if type(value) ~= "table" then return "is not a JSON object" end
    for _, list in pairs(value) do
      if type(list) ~= "table" then return "is not a map of lists" end
      local problem = shape_all(list, item, scope)
      if problem then return problem end
    end
  end
end

local shapes = {}

function shape_of(name)
  if not shapes[name] then
    local model = models[name] or error("models.lua: no model " .. name)
    shapes[name] = model.map and compile_map(model) or compile(name, model)
  end
  return shapes[name]
end

--- The value of a successful answer.
---@param name string? the model, nil when the answer carries nothing
---@param bytes string?
---@param scope table
---@return any value nil when the answer is not whole
---@return string? problem
local function decode(name, bytes, scope)
  if not name then return true end
  if not bytes or bytes == "" then return nil, "the answer is empty" end
  if models[name].file then return bytes end
  local value, problem = json.decode(bytes, scope.client.json_depth)
  if value == nil then return nil, "the answer " .. problem end
  problem = shape_of(name)(value, scope)
  if problem then return nil, "the answer " .. problem end
  return value
end

--- JSON that confirms what was asked for: any value but an error of the service.
---@param bytes string
---@param depth integer
---@return any value  json.null where it is null; nil when it confirms nothing
---@return string? problem
local function decode_confirmation(bytes, depth)
  if bytes == "" then return nil, "the answer is empty after decoding" end
  local value, problem, is_null = json.decode(bytes, depth)
  if is_null then return json.null end
  if value == nil then return nil, "the answer " .. problem end
  if type(value) ~= "table" then return value end
  if type(value.code) == "string" or type(value.name) == "string" then
    local words = quoted.of(bytes, value)
      or quoted.line(type(value.code) == "string" and value.code or value.name)
    return nil, "the answer is an error" .. (words and ": " .. words or "")
  end
  integers.below(value, {})
  return value
end

--- What an error body says; an empty table when it is no JSON object (a gateway's page). Words that
--- are empty are none.
---@param bytes string?
---@param depth integer
---@return table said
---@return any value  the JSON as it came, whatever it is; nil when it is none
local function decode_error(bytes, depth)
  local value, _, is_null = json.decode(bytes or "", depth)
  if is_null then value = json.null end
  if type(value) ~= "table" then return {}, value end
  integers.below(value, {})
  local said = copy(value)
  for _, name in ipairs { "name", "code", "message", "fix", "docs" } do
    if type(said[name]) ~= "string" or said[name] == "" then said[name] = nil end
  end
  return said, value
end

return {
  decode = decode, decode_confirmation = decode_confirmation, decode_error = decode_error,
}
