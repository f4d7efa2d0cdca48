-- SPDX-License-Identifier: MIT
-- Parses the field language of operations.lua and models.lua, and compiles operations. The core has
-- the rows of both files, generated from them, and writes requests from these: a program does not
-- load operations.lua and models.lua, which are for tools and the sandbox.

local core = require "agentmail.core"

---@class agentmail.Field
---@field name string
---@field type string       without [] and ?
---@field required boolean  written `name!:type`
---@field list boolean      written `type[]`
---@field nullable boolean  written `type?`: agentmail.null clears it

---@class agentmail.Model   a row of models.lua
---@field [1] string?       the declaration
---@field object string?
---@field first string?
---@field page string?
---@field map string?
---@field joined true?
---@field file true?

---@class agentmail.Plan    a row of operations.lua, compiled
---@field name string
---@field method string
---@field protection string
---@field returns string?
---@field params string[]   the path's parameters, in order
---@field pieces string[]   the path around them: one more than there are parameters
---@field fields string[]   the names in the body; in the query if there is no body
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
  made = core.operation(name) or error("no operation " .. name)
  made.name, made.encoder = name, core.plan(name, made)
  made.known = made.encoder:known()
  made.options = { anonymous = made.anonymous }
  made.observed = { anonymous = made.anonymous, events = true }
  plans[name] = made
  return made
end

--- The models of the answers by name, as models.lua has them.
---@type table<string, agentmail.Model>
local models = setmetatable({}, {
  __index = function(known, name)
    local model = type(name) == "string" and core.model(name) or nil
    known[name] = model
    return model
  end,
})

return { fields = fields, plan = plan, models = models }
