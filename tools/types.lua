-- SPDX-License-Identifier: MIT
-- Generates types/: LuaCATS definitions for lua-language-server, for the whole public API.
--   lua5.4 tools/types.lua            writes them anew
--   lua5.4 tools/types.lua --check    fails if that would change them
package.path = "tools/?.lua;" .. package.path
local declared = require "declared"
local files = require "files"
local agentmail = require "agentmail"
local collection = require "agentmail.object.collection"
local of_client_only = require "agentmail.call.options".of_client_only

local sorted = declared.sorted
local concat = table.concat

local HEAD = "-- SPDX-License-Identifier: MIT\n---@meta _\n-- Written by `make types`.\n"

local function printer(...)
  local lines = { ... }
  return lines, function(text, ...)
    lines[#lines + 1] = select("#", ...) > 0 and text:format(...) or text
  end
end

-- Types -------------------------------------------------------------------------------------------

-- What a field accepts, and what an answer contains.
local TAKES = {
  datetime = "agentmail.Date", attachment = "agentmail.Attachment.Outgoing",
  metadata = "table<string, agentmail.Metadatum|agentmail.Null>",
  permissions = "agentmail.Permissions", ["map<string>"] = "table<string, string>",
  strings = "string|string[]", line = "string", lines = "string|string[]",
}
local HOLDS = {
  datetime = "string", metadata = "table<string, agentmail.Metadatum>", labels = "agentmail.Labels",
  permissions = "agentmail.Permissions", jwk = "agentmail.Jwk",
  ["map<string>"] = "table<string, string>",
}
for name in pairs(declared.records) do
  TAKES[name] = "agentmail." .. ("_" .. name):gsub("_(%l)", string.upper)
end

local function named(kind)
  if declared.enums[kind] or declared.models[kind] then return "agentmail." .. kind end
  return kind
end

local function takes(field)
  local kind = TAKES[field.type] or named(field.type)
  if field.list then
    -- A lone string is a list of one.
    local lone = kind == "string" or declared.enums[field.type]
    kind = (lone and kind .. "|" or "") .. kind .. "[]"
  end
  if field.name == "client_id" then kind = kind .. "|false" end
  return field.nullable and kind .. "|agentmail.Null" or kind
end

local function holds(field)
  return (HOLDS[field.type] or named(field.type)) .. (field.list and "[]" or "")
end

-- types/models.lua --------------------------------------------------------------------------------

local function print_enums(add)
  for _, name in ipairs(sorted(declared.enums)) do
    add("\n---@alias agentmail.%s", name)
    for _, word in ipairs(declared.enums[name]) do add('---| "%s"', word) end
  end
  add "\n--- Why a call failed, where the service gave no code of its own."
  add "---@alias agentmail.Code"
  for _, code in ipairs(declared.codes()) do add('---| "%s" # %s', code[1], code[2]) end
  add "\n--- What a key may do; a key without permissions may do all."
  add "---@class agentmail.Permissions"
  for _, word in ipairs(declared.enums.permission) do add("---@field %s? boolean", word) end
end

-- What requests hold.
local function print_records(add)
  for _, name in ipairs(sorted(declared.records)) do
    add("\n---@class %s", TAKES[name])
    for _, field in ipairs(declared.record_fields(name)) do
      add("---@field %s%s %s", field.name, field.required and "" or "?", takes(field))
    end
  end
end

local function print_page(add, name, fields, item)
  add("---@class agentmail.%s: agentmail.Page", name)
  add("---@field [integer] agentmail.%s", item)
  for _, field in ipairs(fields) do
    if declared.models[field.type] then add("---@field %s? %s", field.name, holds(field)) end
  end
  add("---@field next fun(self): agentmail.%s?, agentmail.Receipt|string|nil, agentmail.Failure?",
    name)
  add("---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.%s?", item)
end

local function print_models(add)
  for _, name in ipairs(sorted(declared.models)) do
    local model = declared.models[name]
    local fields, item = declared.model_fields(name)
    if not model.file then add "" end
    if model.map then
      add("---@class agentmail.%s", name)
      local words = ({ UsagePoint = "usage_type", RatePoint = "rate_type" })[model.map]
        or "metric_event_type"
      add("---@field [agentmail.%s] agentmail.%s[]", words, model.map)
    elseif item then
      print_page(add, name, fields, item)
    elseif not model.file then
      local parent = model.object and ": agentmail." .. model.object .. ".Methods" or ""
      add("---@class agentmail.%s%s", name, parent)
      for _, field in ipairs(fields) do
        add("---@field %s%s %s", field.name, field.nullable and "?" or "", holds(field))
      end
    end
  end
end

-- Methods -----------------------------------------------------------------------------------------

local function is_optional(fields, params)
  for _, field in ipairs(fields) do
    if field.required then return false end
  end
  return #params == 0
end

-- What a single string can replace: the only parameter, or a search's query.
local function takes_lone(params, fields)
  if #params > 0 then return #params == 1 end
  for _, field in ipairs(fields) do
    if field.name == "q" then return true end
  end
  return false
end

local function has_fields(name)
  return #declared.fields(name) > 0 or #declared.own_fields(name) > 0
end

-- The class of an operation's arguments if `bound` is known already; nil if no argument is left.
local function arguments_class(name, bound)
  local left = {}
  for _, param in ipairs(declared.params(name)) do
    if not bound[param] then left[#left + 1] = param end
  end
  if #left == 0 then return has_fields(name) and "agentmail." .. name .. ".Fields" or nil, left end
  local known = 0
  for _ in pairs(bound) do known = known + 1 end
  return "agentmail." .. name .. ({ [0] = ".Arguments", ".Bound", ".Own" })[known], left
end

local PATH_TYPES = { direction = "agentmail.list_direction", type = "agentmail.list_type" }

-- What `each` takes: the arguments of the list, and options of the loop.
local function print_loop(add, name, class)
  add("\n---@class %s.Each: %sagentmail.Loop", class or "agentmail." .. name,
    class and class .. ", " or "")
  if name:find "%.list$" and declared.operations[name:gsub("list$", "search")] then
    add "---@field q? string loops over what a search finds"
  end
end

local function print_arguments(add, name)
  local fields = declared.fields(name)
  local parent = ""
  if has_fields(name) then
    parent = ": agentmail." .. name .. ".Fields"
    add("\n---@class agentmail.%s.Fields", name)
    for _, field in ipairs(fields) do
      add(("---@field %s%s %s %s"):format(field.name, field.required and "" or "?", takes(field),
        field.about):gsub(" $", ""), nil)
    end
    for _, own in ipairs(declared.own_fields(name)) do
      add("---@field %s? %s %s", own.name, own.type, own.about)
    end
  end
  local scope = name:match "^(%w+)%.[%w_]+%."
  local bindings = { {} }
  if scope == "inboxes" then bindings[2] = { inbox_id = true } end
  if scope == "pods" then bindings[2] = { pod_id = true } end
  local class, own = declared.object_of(name)
  if class and scope and own ~= "inbox_id" then bindings[3] = { inbox_id = true, [own] = true } end
  for _, bound in ipairs(bindings) do
    local left
    class, left = arguments_class(name, bound)
    if #left > 0 then
      add("\n---@class %s%s", class, parent)
      for _, param in ipairs(left) do
        add("---@field %s %s", param, PATH_TYPES[param] or "string")
      end
    end
    if name:find "%.list$" or name:find "%.list_events$" then print_loop(add, name, class) end
  end
end

local function returned(name)
  local row = declared.operations[name]
  if not row.returns then return "true?" end
  return declared.models[row.returns].file and "string?" or "agentmail." .. row.returns .. "?"
end

local function print_method(add, receiver, method, name, bound)
  local row, fields = declared.operations[name], declared.fields(name)
  local class, left = arguments_class(name, bound)
  add("\n--- %s%s", declared.sentence(name), row.note and " Note: " .. row.note .. "." or "")
  if class then
    local kind = class .. (takes_lone(left, fields) and "|string" or "")
    add("---@param arguments%s %s", is_optional(fields, left) and "?" or "", kind)
  else
    add "---@param arguments? {}"
  end
  add "---@param options? agentmail.CallOptions"
  add("---@return %s value", returned(name))
  add "---@return agentmail.Receipt|string receipt_or_message"
  add "---@return agentmail.Failure? failure"
  add("function %s:%s(arguments, options) end", receiver, method)
end

local function print_each(add, receiver, name, bound)
  local class, left = arguments_class(name, bound)
  local _, item = declared.model_fields(declared.operations[name].returns)
  add "\n--- A loop over all items of all pages. Raises if a page cannot be fetched."
  add("---@param arguments%s %s.Each", #left == 0 and "?" or "", class or "agentmail." .. name)
  add "---@param options? agentmail.CallOptions"
  add("---@return fun(): agentmail.%s? iterator", item)
  add("function %s:each(arguments, options) end", receiver)
  add "\n--- All items of all pages, as an array: use it if the loop changes the list."
  add("---@param arguments%s %s.Each", #left == 0 and "?" or "", class or "agentmail." .. name)
  add "---@param options? agentmail.CallOptions"
  add("---@return agentmail.%s[]? items", item)
  add "---@return string? message"
  add "---@return agentmail.Failure? failure"
  add("function %s:all(arguments, options) end", receiver)
end

-- Methods that combine several operations, in LuaCATS, from tools/about.lua.
local function print_other(add, receiver, method, mark)
  add("\n--- %s", method.about)
  local names = {}
  for i, param in ipairs(method.params) do
    add("---@param %s", param)
    names[i] = param:match "^[%w_.]+"
  end
  for _, value in ipairs(method.returns) do add("---@return %s", value) end
  add("function %s%s%s(%s) end", receiver, mark or ":", method.name, concat(names, ", "))
end

-- types/collections.lua and types/objects.lua ----------------------------------------------------

local function children_of(name)
  return sorted(collection.node_at(name).children)
end

-- A collection as seen from one class: `class` is its name, `bound` the parameters known there.
local function print_collection(add, name, class, bound)
  add("\n---@class agentmail.%s", class)
  for _, child in ipairs(children_of(name)) do
    add("---@field %s agentmail.%s.%s", child, class, child)
  end
  local receiver = class:gsub("%.", "_")
  add("local %s = {}", receiver)
  local node = collection.node_at(name)
  for _, method in ipairs(sorted(node.operations)) do
    print_method(add, receiver, method, node.operations[method], bound)
  end
  if node.operations.list then print_each(add, receiver, node.operations.list, bound) end
  for _, method in ipairs(declared.composed(name)) do print_other(add, receiver, method) end
end

-- A collection and those in it.
local function print_tree(add, name, class, bound)
  print_collection(add, name, class, bound)
  for _, child in ipairs(children_of(name)) do
    print_tree(add, name .. "." .. child, class .. "." .. child, bound)
  end
end

local function print_object(add, class)
  local home = declared.homes[class]
  local bound = { [home[2]] = true }
  if home[1]:find("^inboxes%.") then bound.inbox_id = true end
  add("\n---@class agentmail.%s.Methods", class)
  add("---@field %s string", home[2])
  local children = (class == "Inbox" or class == "Pod") and children_of(home[1]) or {}
  for _, child in ipairs(children) do
    add("---@field %s agentmail.%s.%s", child, class, child)
  end
  add("local %s = {}", class)
  for _, method in ipairs(declared.methods(class)) do
    if method.operation then print_method(add, class, method.name, method.operation, bound)
    else print_other(add, class, method) end
  end
  for _, child in ipairs(children) do
    print_tree(add, home[1] .. "." .. child, class .. "." .. child, { [home[2]] = true })
  end
end

-- types/agentmail.lua -----------------------------------------------------------------------------

local function print_limits(add)
  local function print_those(of_client)
    for _, limit in ipairs(agentmail.limits) do
      if (of_client_only[limit.name] or false) == of_client then
        local kind = limit.unit == "seconds" and "number" or "integer"
        local default = ("%.14g"):format(limit.default)
        add("---@field %s? %s %s; default %s", limit.name, kind, limit.about, default)
      end
    end
  end
  add "\n--- Limits of a call. Times are seconds.\n---@class agentmail.CallLimits"
  print_those(false)
  add "\n--- Limits of a client.\n---@class agentmail.Limits: agentmail.CallLimits"
  print_those(true)
end

local function print_source_class(add, class, parent)
  if class.comment ~= "" then add("\n--- " .. class.comment) else add "" end
  add("---@class %s%s", class.name, parent and ": " .. parent or "")
  for _, field in ipairs(class.fields) do
    local optional = field.type:match "^(.-)%?$" or field.type:match "^(.*)|nil$"
    if field.name:sub(1, 1) == "[" then optional = nil end
    local kind = (optional or field.type):gsub("table<string, number>", "agentmail.Limits")
    add(("---@field %s%s %s %s"):format(field.name, optional and "?" or "", kind, field.comment)
      :gsub(" $", ""), nil)
  end
  if class.overload then add("---@overload %s", class.overload) end
end

local MODULE = [[
-- SPDX-License-Identifier: MIT
---@meta agentmail
-- Written by `make types`. For lua-language-server: put the folder into "workspace.library".

--- JSON's null: clears a field.
---@class agentmail.Null: lightuserdata

--- Seconds since 1970 as os.time() gives them, or text like "2026-08-31T12:00:00Z".
---@alias agentmail.Date number|string

---@alias agentmail.Metadatum string|number|boolean

--- What the outbox knows of a mail.
---@alias agentmail.OutboxState "waiting"|"sending"|"doubtful"|"drafted"|"sent"|"refused"
---| "cancelled"|"key_taken"|"unknown"

--- An array, and a set by lower-case name: `labels.unread`.
---@class agentmail.Labels
---@field [integer] string
---@field [string] boolean

--- What can be limited. Times are seconds.
---@class agentmail.Limit
---@field name string
---@field default number
---@field least number
---@field most number
---@field unit "seconds"|"bytes"|"count"
---@field about string

]]

local function print_module(add)
  add "---@class agentmail"
  for _, value in ipairs(declared.values()) do add("---@field %s %s %s", table.unpack(value)) end
  add "local agentmail = {}"
  for _, words in ipairs(declared.functions()) do print_other(add, "agentmail", words, ".") end
end

local function print_client(add)
  add "\n---@class agentmail.Client"
  for _, name in ipairs(children_of "") do add("---@field %s agentmail.%s", name, name) end
  add "---@field outbox? agentmail.Outbox with the option `outbox`"
  add "local Client = {}"
  for _, method in ipairs(declared.methods "Client") do print_other(add, "Client", method) end
end

-- The library's own classes that the rest mentions, and those that these mention in turn.
local function print_mentioned(add, texts)
  local classes, done, waiting = declared.source_classes(), { ["agentmail.Client"] = true }, {}
  for name in pairs(declared.models) do done["agentmail." .. name] = true end
  local function mention(text)
    for name in text:gmatch "agentmail%.[%w_.]*[%w_]" do
      if classes[name] and not done[name] then
        done[name] = true
        waiting[#waiting + 1] = name
      end
    end
  end
  for _, text in ipairs(texts) do mention(text) end
  local printed = {}
  while #waiting > 0 do
    local name = table.remove(waiting)
    local lines, put = printer()
    local parent = name == "agentmail.CallOptions" and "agentmail.CallLimits"
    print_source_class(put, classes[name], parent)
    local short = name:match "[%w_]+$"
    if declared.about.methods[short] then
      put("local %s = {}", short)
      for _, method in ipairs(declared.methods(short)) do print_other(put, short, method) end
    end
    printed[name] = concat(lines, "\n")
    mention(printed[name])
  end
  for _, name in ipairs(sorted(printed)) do add(printed[name], nil) end
end

-- -------------------------------------------------------------------------------------------------

local function text_of(lines) return concat(lines, "\n") .. "\n" end

local models, add_model = printer(HEAD:sub(1, -2))
print_enums(add_model)
print_records(add_model)
print_models(add_model)

local collections, add_collection = printer(HEAD:sub(1, -2))
for _, name in ipairs(sorted(declared.operations)) do print_arguments(add_collection, name) end
for _, name in ipairs(sorted(declared.nodes())) do
  print_collection(add_collection, name, name, {})
end

local objects, add_object = printer(HEAD:sub(1, -2))
for _, class in ipairs(sorted(declared.homes)) do print_object(add_object, class) end

local module, add_module = printer(MODULE:sub(1, -2))
print_module(add_module)
print_client(add_module)
print_limits(add_module)
print_mentioned(add_module, { text_of(module), text_of(models), text_of(collections),
                              text_of(objects) })
add_module "\nreturn agentmail"

files.write({
  ["types/agentmail.lua"] = text_of(module), ["types/models.lua"] = text_of(models),
  ["types/collections.lua"] = text_of(collections), ["types/objects.lua"] = text_of(objects),
}, "types")
