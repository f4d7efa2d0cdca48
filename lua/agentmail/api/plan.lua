-- SPDX-License-Identifier: MIT
-- Parses the field language of operations.lua and models.lua, and compiles rows of operations.lua
-- into plans. Compiling a plan loads all modules that it needs, and no others; nothing loads later.

local must = require "agentmail.util.mistakes".must
local null = require "agentmail.util.json".null
local operations = require "agentmail.api.operations"
local percent = require "agentmail.core".percent

local format, gsub = string.format, string.gsub

---@class agentmail.Field
---@field name string
---@field type string       without [] and ?
---@field required boolean  written `name!:type`
---@field list boolean      written `type[]`
---@field nullable boolean  written `type?`: agentmail.null clears it
---@field encode function   value, lenient → wire format, or nil and the problem
---@field first string      the text before it when it is the first field
---@field later string      the text before it otherwise

---@class agentmail.Plan    a row of operations.lua, compiled
---@field name string
---@field method string
---@field protection string
---@field returns string?
---@field params string[]   the path's parameters, in order
---@field pieces string[]   the path around them: one more than there are parameters
---@field query agentmail.Field[]?
---@field body agentmail.Field[]?
---@field body_optional boolean?
---@field known table<string, string>  every name the operation takes → the API's own name
---@field options table     options for the core when the caller gives none
---@field observed table    the same, when an observer sees the attempts
---@field protect function? decides on protection and keys (protection.lua)
---@field check function?   arguments → the problem that the service would report (checks.lua)
---@field receive function? request, value, receipt → the caller's value from a complete answer; or
---                         nil, message, failure (collection.lua)
---@field confirm function? request, code → the object that was created after all (confirm_create)
---@field read function?    decodes the answer instead of its model

--- The fields of a declaration, in their order.
---@param declaration string
---@return agentmail.Field[]
local function fields(declaration)
  local array = {}
  for name, bang, kind, list, nullable in
    declaration:gmatch("([%w_]+)(!?):([%w_<>]+)(%[?%]?)(%??)") do
    array[#array + 1] = {
      name = name, type = kind,
      required = bang ~= "", list = list ~= "", nullable = nullable ~= "",
    }
  end
  return array
end

-- The encoder of a type. Most plans do not need the module for files.
local function type_of(name)
  if name == "attachment" then return require "agentmail.api.attachment".encode end
  return require "agentmail.api.types".types[name] or error("operations.lua: no type " .. name)
end

local function json_encoder(field)
  local encode = type_of(field.type)
  if field.list then encode = require "agentmail.api.types".list_of(encode) end
  if not field.nullable then return encode end
  return function(value, lenient)
    if value == null then return "null" end
    return encode(value, lenient)
  end
end

-- A list is sent as one JSON array, as the official SDKs do, and any other value as bare text.
local function query_encoder(field)
  local encode = json_encoder(field)
  return function(value, lenient)
    local text, problem = encode(value, lenient)
    if not text then return nil, problem end
    if field.list then return percent(text) end
    if field.type == "string" then return percent(value) end
    return percent((gsub(text, '"', "")))
  end
end

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
               return then true until while]]):gmatch("%a+") do
  keywords[word] = true
end

local function compile_fields(declaration, first, later, encoder, known)
  if not declaration then return nil end
  local array = fields(declaration)
  for _, field in ipairs(array) do
    field.encode = encoder(field)
    field.first, field.later = format(first, field.name), format(later, field.name)
    known[field.name] = field.name
    if keywords[field.name] then known[field.name .. "_"] = field.name end
  end
  return array
end

--- Path parameters that are enums.
local PATH_TYPES = { direction = "list_direction", type = "list_type" }

local function compile_path(path, known)
  local params, pieces, from = {}, {}, 1
  for piece, name, to in path:gmatch("([^{]*){([%w_]+)}()") do
    params[#params + 1], pieces[#pieces + 1], from = name, piece, to
    known[name] = name
    if PATH_TYPES[name] then type_of(PATH_TYPES[name]) end -- loads it
  end
  pieces[#pieces + 1] = path:sub(from)
  return params, pieces
end

local function checker(name)
  local checks = require "agentmail.api.checks"
  local rules = checks.of(name)
  return rules and function(arguments) return checks.problem(rules, arguments) end
end

local plans = {}

--- The plan of an operation, compiled on first use.
---@param name string
---@return agentmail.Plan
local function plan(name)
  local made = plans[name]
  if made then return made end
  local row = operations[name] or error("no operation " .. name)
  local known = {}
  local params, pieces = compile_path(row[2], known)
  made = {
    name = name, method = row[1], protection = row[3], returns = row.returns,
    params = params, pieces = pieces, body_optional = row.body_optional, known = known,
    protect = row.body and require "agentmail.api.protection".rule(name, row[3]) or nil,
    check = row.body and checker(name) or nil,
    query = compile_fields(row.query, "?%s=", "&%s=", query_encoder, known),
    body = compile_fields(row.body, '{"%s":', ',"%s":', json_encoder, known),
    options = { anonymous = row.auth == false },
    observed = { anonymous = row.auth == false, events = true },
  }
  local model = row.returns and require "agentmail.api.models".models[row.returns]
  if model and model.joined then known.single_page = "single_page" end
  if row[3] == "idempotency_key" then known.idempotency_key = "idempotency_key" end
  plans[name] = made
  return made
end

--- One path segment, or nil and the problem with the value. An empty segment, "." and ".."
--- would address another resource.
---@param name string
---@param value any
---@return string? segment, string? problem
local function segment(name, value)
  if type(value) ~= "string" then return must("a string", value) end
  if value == "" then return nil, "must not be empty" end
  if value == "." or value == ".." then
    return nil, format("must not be %q: that would be another path", value)
  end
  local kind = PATH_TYPES[name]
  if kind then
    local _, problem = type_of(kind)(value)
    if problem then return nil, problem end
  end
  return percent(value)
end

return { fields = fields, plan = plan, segment = segment }
