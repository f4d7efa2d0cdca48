-- SPDX-License-Identifier: MIT
-- Parses the field language of operations.lua and models.lua, and compiles rows of operations.lua.
-- csrc/encode/ has the same rows, generated from operations.lua, and writes requests from them.

local core = require "agentmail.core"
local operations = require "agentmail.api.operations"

---@class agentmail.Field
---@field name string
---@field type string       without [] and ?
---@field required boolean  written `name!:type`
---@field list boolean      written `type[]`
---@field nullable boolean  written `type?`: agentmail.null clears it

---@class agentmail.Plan    a row of operations.lua, compiled
---@field name string
---@field method string
---@field protection string
---@field returns string?
---@field params string[]   the path's parameters, in order
---@field pieces string[]   the path around them: one more than there are parameters
---@field body agentmail.Field[]?  of a natural_key or if_match operation
---@field encoder userdata  the core's plan, which performs calls (csrc/lua/lua_perform.c)
---@field shape userdata?   reads complete answers (answer.lua)
---@field known table<string, string>  every name the operation takes → the API's own name
---@field options table     options for the core when the caller gives none
---@field observed table    the same, when an observer sees the attempts
---@field receive function? request, value, receipt → the caller's value from a complete answer; or
---                         nil, message, failure (collection.lua)
---@field confirm function? request, said, code → what became of it, in doubt: outcome, value
---                         (confirm_create.lua, confirm_update.lua)
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

local function compile_path(path)
  local params, pieces, from = {}, {}, 1
  for piece, name, to in path:gmatch("([^{]*){([%w_]+)}()") do
    params[#params + 1], pieces[#pieces + 1], from = name, piece, to
  end
  pieces[#pieces + 1] = path:sub(from)
  return params, pieces
end

local plans = {}

--- The plan of an operation, compiled on first use.
---@param name string
---@return agentmail.Plan
local function plan(name)
  local made = plans[name]
  if made then return made end
  local row = operations[name] or error("no operation " .. name)
  local params, pieces = compile_path(row[2])
  made = {
    name = name, method = row[1], protection = row[3], returns = row.returns,
    params = params, pieces = pieces,
    body = (row[3] == "natural_key" or row[3] == "if_match") and fields(row.body or "") or nil,
    options = { anonymous = row.auth == false },
    observed = { anonymous = row.auth == false, events = true },
  }
  made.encoder = core.plan(name, made)
  made.known = made.encoder:known()
  plans[name] = made
  return made
end

return { fields = fields, plan = plan }
