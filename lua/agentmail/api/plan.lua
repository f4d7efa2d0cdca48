-- SPDX-License-Identifier: MIT
-- Parses the field language of operations.lua and models.lua, and makes the plans of operations.
-- These come from csrc/encode/, which has the rows, generated from operations.lua, and writes
-- requests from them: a program loads no row of operations.lua.

local core = require "agentmail.core"

---@class agentmail.Field
---@field name string
---@field type string       without [] and ?
---@field required boolean  written `name!:type`
---@field list boolean      written `type[]`
---@field nullable boolean  written `type?`: agentmail.null clears it

---@class agentmail.Plan    a row of operations.lua
---@field name string
---@field method string
---@field protection string
---@field returns string?
---@field params string[]   the path's parameters, in order
---@field pieces string[]   the path around them: one more than there are parameters
---@field body string[]?    the names of its fields, of a natural_key or if_match operation
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

local plans = {}

--- The plan of an operation, made on first use.
---@param name string
---@return agentmail.Plan
local function plan(name)
  local made = plans[name]
  if made then return made end
  made = { name = name }
  local encoder = core.plan(name, made) or error("no operation " .. name)
  local row = encoder:row()
  made.method, made.protection, made.returns = row[1], row[2], row[3]
  made.params, made.pieces, made.body = row.params, row.pieces, row.body
  made.encoder, made.known = encoder, encoder:known()
  made.options = { anonymous = row[4] }
  made.observed = { anonymous = row[4], events = true }
  plans[name] = made
  return made
end

return { fields = fields, plan = plan }
