-- SPDX-License-Identifier: MIT
-- The __tostring of objects, pages and lists: one line each, see printing.lua. All metatables of
-- objects have one, and few programs print.

local held = require "agentmail.util.held"
require "agentmail.api.plan" -- printing.lua needs these three
require "agentmail.util.json"
held "agentmail.util.printable"
local printing = held "agentmail.object.printing"

local printed = {}

--- A __tostring for the objects of a model.
---@param name string   "agentmail.Message"
---@param model table   of models.lua, or { declaration, first = … }
---@return fun(object: table): string
function printed.of(name, model)
  return function(object)
    return type(object) == "table" and printing.object(name, model, object) or name
  end
end

--- The same for arrays of objects that have fields as well.
---@param name string
---@param model table
---@return fun(object: table): string
function printed.of_array(name, model)
  return function(array)
    return type(array) == "table" and printing.array(name, model, array) or name
  end
end

--- The same for a list of strings.
---@param name string
---@return fun(object: table): string
function printed.of_list(name)
  return function(list)
    return type(list) == "table" and printing.list(name, list) or name
  end
end

return printed
