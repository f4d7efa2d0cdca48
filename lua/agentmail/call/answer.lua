-- SPDX-License-Identifier: MIT
-- Decodes response bytes into Lua values by model, and tells whether the answer is complete.

local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local integers = require "agentmail.util.integers"
local json = require "agentmail.util.json"
local labels_mt = require "agentmail.object.labels".mt
local plans = require "agentmail.api.plan"
local printed = require "agentmail.object.printed"
local quoted = require "agentmail.util.held" "agentmail.call.quoted"

local models = plans.models

-- A shape (csrc/lua/lua_shape.c) reports what a value lacks, and converts it in place into the
-- caller's value: integers, label sets, objects with methods.
local shape_of

-- Types whose values hold numbers; nested models have their own shapes.
local NUMERIC = { integer = true, number = true, metadata = true, any = true }

-- The metatable of an object without methods, for print(). Pages get theirs from page.lua.
local function metatable(name, model)
  return not model.page and { __tostring = printed.of("agentmail." .. name, model) } or nil
end

local function compile(name, model)
  local shape = {
    class = model.object, metatable = not model.object and metatable(name, model),
    labels = labels_mt, integers = not integers.needed,
  }
  for i, field in ipairs(plans.fields(model[1])) do
    shape[i] = {
      name = field.name, required = field.required, list = field.list,
      numeric = NUMERIC[field.type], labels = field.type == "labels",
      token = field.name == "next_page_token",
      shape = models[field.type] and shape_of(field.type),
    }
  end
  return core.shape(shape)
end

local function compile_map(model)
  return core.shape { map = true, { name = "each", list = true, shape = shape_of(model.map) } }
end

local shapes = {}

function shape_of(name)
  if not shapes[name] then
    local model = models[name] or error("models.lua: no model " .. name)
    shapes[name] = model.map and compile_map(model) or compile(name, model)
  end
  return shapes[name]
end

--- The shape with which the core reads the answers of a model; nil, if these are no JSON.
---@param name string?
---@return userdata?
local function shape(name)
  return name and not models[name].file and shape_of(name) or nil
end

--- Gives objects their metatables: those that are the first of their inbox or pod.
---@param homeless table  object, class, "inbox" | "pod" | false, and so on
---@param scope table     of the answer
local function at_home(homeless, scope)
  for i = 1, #homeless, 3 do
    local object, class, of = homeless[i], homeless[i + 1], homeless[i + 2]
    local home = of and scope.client[of .. "_scopes"][object[of .. "_id"]] or scope
    setmetatable(object, home[class])
  end
end

--- Decodes a successful answer.
---@param name string? the model; nil when the answer has no content
---@param bytes string?
---@param scope table
---@return any value nil when the answer is incomplete
---@return string? problem
local function decode(name, bytes, scope)
  if not name then return true end
  if not bytes or bytes == "" then return nil, "the answer is empty" end
  if models[name].file then return bytes end
  local value, problem = json.decode(bytes, scope.client.json_depth)
  if value == nil then return nil, "the answer " .. problem end
  local homeless
  problem, homeless = shape_of(name):apply(value, scope, bytes)
  if problem then return nil, "the answer " .. problem end
  if homeless then at_home(homeless, scope) end
  return value
end

--- Decodes an answer that confirms a request: any JSON but an error of the service.
---@param bytes string
---@param depth integer
---@return any value  json.null for null; nil when it confirms nothing
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
  integers.make(value)
  return value
end

--- The fields of an error body; an empty table when it is not a JSON object (a gateway's page).
--- Empty texts count as absent.
---@param bytes string?
---@param depth integer
---@return table said
---@return any value  the JSON as it came, of any type; nil when it is not JSON
local function decode_error(bytes, depth)
  local value, _, is_null = json.decode(bytes or "", depth)
  if is_null then value = json.null end
  if type(value) ~= "table" then return {}, value end
  integers.make(value)
  local said = copy(value)
  for _, name in ipairs { "name", "code", "message", "fix", "docs" } do
    if type(said[name]) ~= "string" or said[name] == "" then said[name] = nil end
  end
  return said, value
end

return {
  shape = shape, at_home = at_home, decode = decode,
  decode_confirmation = decode_confirmation, decode_error = decode_error,
}
