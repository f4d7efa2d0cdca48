-- SPDX-License-Identifier: MIT
-- The field language of operations.lua, as the service reads it: strict, with a path for each
-- problem. The client has its own implementation on purpose: the two check each other.

local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"
local schema = require "agentmail.api.models"
local suggestion = require "agentmail.util.suggest".suggestion

local enums = schema.enums
local null, math_type = json.null, math.type

local function problem_at(problems, path, message)
  local copy = {}
  for i = 1, #path do copy[i] = path[i] end
  problems[#problems + 1] = { path = copy, message = message }
end

local function described(value)
  if value == null then return "null" end
  local kind = type(value)
  if kind == "table" then return #value > 0 and "an array" or "an object or array" end
  if kind == "string" then return "a string" end
  return kind == "boolean" and "a boolean" or "a number"
end

-- A check returns the value to use, or nil after noting the problem.
local checks = {}

local function expect(problems, path, expected, value)
  problem_at(problems, path, "expected " .. expected .. ", got " .. described(value))
end

function checks.string(value, path, problems)
  if type(value) == "string" then return value end
  expect(problems, path, "a string", value)
end

function checks.integer(value, path, problems)
  if math_type(value) == "integer" then return value end
  expect(problems, path, "an integer", value)
end

function checks.number(value, path, problems)
  if type(value) == "number" then return value end
  expect(problems, path, "a number", value)
end

function checks.boolean(value, path, problems)
  if type(value) == "boolean" then return value end
  expect(problems, path, "true or false", value)
end

function checks.datetime(value, path, problems)
  local ms = clock.parse(value)
  if not ms then expect(problems, path, "an ISO 8601 date and time", value) end
  return ms
end

-- lua-cjson decodes {} and [] to the same empty table, so each is accepted as the other.
local function is_array(value)
  return type(value) == "table" and (#value > 0 or next(value) == nil)
end

local function is_object(value)
  return type(value) == "table" and #value == 0
end

local function list_of(check)
  return function(value, path, problems)
    if not is_array(value) then return expect(problems, path, "an array", value) end
    local list = {}
    for i = 1, #value do
      path[#path + 1] = i - 1
      list[i] = check(value[i], path, problems)
      path[#path] = nil
    end
    return list
  end
end

local strings = list_of(checks.string)

function checks.strings(value, path, problems)
  if type(value) == "string" then return { value } end
  if is_array(value) then return strings(value, path, problems) end
  expect(problems, path, "a string or an array of strings", value)
end

checks.line, checks.lines = checks.string, checks.strings

checks["map<string>"] = function(value, path, problems)
  if not is_object(value) then return expect(problems, path, "an object", value) end
  for name, member in pairs(value) do
    path[#path + 1] = name
    if type(member) ~= "string" then expect(problems, path, "a string", member) end
    path[#path] = nil
  end
  return value
end

local METADATA_LIMIT = 256

function checks.metadata(value, path, problems)
  if not is_object(value) then return expect(problems, path, "an object", value) end
  local count = 0
  for name, member in pairs(value) do
    count = count + 1
    path[#path + 1] = name
    if type(member) == "table" then
      expect(problems, path, "a string, a number, a boolean or null", member)
    elseif #name > METADATA_LIMIT or type(member) == "string" and #member > METADATA_LIMIT then
      problem_at(problems, path, "keys and strings may have at most 256 characters")
    end
    path[#path] = nil
  end
  if count > METADATA_LIMIT then problem_at(problems, path, "at most 256 keys") end
  return value
end

--- Compiles a declaration into a check for an object.
---@param declaration string
---@param types table<string, function>
local function record(declaration, types)
  local known, required = {}, {}
  for name, bang, kind, list, nullable in
    declaration:gmatch("([%w_]+)(!?):([%w_<>]+)(%[?%]?)(%??)") do
    local check = types[kind] or error("operations.lua: no type " .. kind)
    known[name] = { check = list ~= "" and list_of(check) or check, nullable = nullable ~= "" }
    if bang ~= "" then required[#required + 1] = name end
  end
  return function(value, path, problems, lenient)
    if not is_object(value) then return expect(problems, path, "an object", value) end
    local result, depth = {}, #path + 1
    for name, member in pairs(value) do
      local field = known[name]
      path[depth] = name
      if not field then
        if not lenient then
          problem_at(problems, path, "unknown field" .. suggestion(name, known))
        end
      elseif member == null and field.nullable then
        result[name] = null
      else
        result[name] = field.check(member, path, problems, lenient)
      end
    end
    for _, name in ipairs(required) do
      path[depth] = name
      if value[name] == nil then problem_at(problems, path, "this field is required") end
    end
    path[depth] = nil
    return result
  end
end

for name, words in pairs(enums) do
  local known = {}
  for _, word in ipairs(words) do known[word] = true end
  checks[name] = function(value, path, problems)
    if known[value] then return value end
    problem_at(problems, path, "expected one of " .. table.concat(words, ", "))
  end
end

function checks.jwk(value, path, problems)
  if is_object(value) then return value end
  expect(problems, path, "an object", value)
end

function checks.any(value) return value end

for name, declaration in pairs(schema.records) do
  if not checks[name] then checks[name] = record(declaration, checks) end
end

local permissions = {}
for _, word in ipairs(enums.permission) do permissions[word] = true end

function checks.permissions(value, path, problems, lenient)
  if not is_object(value) then return expect(problems, path, "an object", value) end
  for name, granted in pairs(value) do
    path[#path + 1] = name
    if not permissions[name] then
      if not lenient then
        problem_at(problems, path, "unknown permission" .. suggestion(name, permissions))
      end
    elseif type(granted) ~= "boolean" then
      expect(problems, path, "true or false", granted)
    end
    path[#path] = nil
  end
  return value
end

local attachment = record("filename:string content_type:string content_disposition:"
  .. "content_disposition content_id:string content:string url:string", checks)

function checks.attachment(value, path, problems)
  local before = #problems
  local result = attachment(value, path, problems)
  if #problems > before then return nil end
  if (result.content == nil) == (result.url == nil) then
    return problem_at(problems, path, "exactly one of content and url is needed")
  end
  if result.content and (#result.content % 4 ~= 0
                         or not result.content:find("^[%w+/]*=?=?$")) then
    return problem_at(problems, path, "content must be base64")
  end
  return result
end

return { record = record, checks = checks }
