-- SPDX-License-Identifier: MIT
-- Formats an object for print(): one line of its model's fields, identifying ones first.
--
--   agentmail.Message { message_id = "<a@b.c>", subject = "Hello", … }
--
-- It shows only declared fields, only the beginning of a text, and never a credential (SECRETS
-- below). It never raises, as it calls no metamethod of a value.

local held = require "agentmail.util.held"
local null = require "agentmail.util.json".null
local plans = require "agentmail.api.plan"
local text_shown = held "agentmail.util.printable".shown

local fields_of, models = plans.fields, plans.models
local concat, format = table.concat, string.format

--- Fields that are never shown: each of them grants access.
local SECRETS = { api_key = true, download_url = true, magic_url = true, secret = true,
                  token = true }

local LINE = 200  -- characters of a line
local VALUE = 60  -- characters of the text in a field, without quotes and braces
local READ = 512  -- bytes of a text that are read
local INNER = 100 -- characters of an object in a field

local printing = {}

--- Escapes for a quoted string, in addition to those of printable.lua.
local QUOTED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

-- Values: each function returns a text and its number of characters ------------------------------

local function string_shown(text, most)
  local shown, width = text_shown(text:sub(1, READ), most, QUOTED)
  return '"' .. shown .. '"', width + 2
end

local function scalar_shown(value, most)
  if type(value) == "string" then return string_shown(value, most) end
  local text = "(" .. type(value) .. ")"
  if value == null then
    text = "null"
  elseif math.type(value) or type(value) == "boolean" then
    text = tostring(value)
  end
  return text, #text
end

-- A list of scalars, as many as fit; for a list of objects, their number. `shorten` cuts a string.
local function list_shown(list, most, shorten)
  local count = rawlen(list)
  if type(rawget(list, 1)) == "table" then
    local text = format("{ %d item%s }", count, count == 1 and "" or "s")
    return text, #text
  end
  local parts, total = {}, 0
  for i = 1, count do
    local item = rawget(list, i)
    if shorten and type(item) == "string" then item = shorten(item) end
    local text, width = scalar_shown(item, most)
    if i > 1 and total + width > most then
      parts[i], total = "…", total + 1
      break
    end
    parts[i], total = text, total + width + 2
  end
  return "{ " .. concat(parts, ", ") .. " }", total + 2
end

local fields_shown

-- A URL reduced to its host: the parts before and after it may hold a credential.
local function without_path(url)
  local scheme, authority, rest = url:match "^(%a+://)([^/?#]*)(.*)$"
  local host = scheme and authority:match "[^@]*$"
  if not host or not host:find "^[%w.%-]+:?%d*$" then return "…" end
  return scheme .. host .. (rest == "" and "" or "/…")
end

-- The value of a field. The contents of a table are shown only for a list or a declared model, so
-- not for metadata and headers. `room`: characters for an object; nil inside a nested object.
local function value_shown(name, value, field_type, room)
  if SECRETS[name] then return "(hidden)", 8 end
  local shorten = name:find "urls?$" and without_path
  if type(value) == "string" and shorten then return string_shown(shorten(value), VALUE) end
  if type(value) ~= "table" then return scalar_shown(value, VALUE) end
  if rawget(value, 1) ~= nil then return list_shown(value, VALUE, shorten) end
  if next(value) == nil then return "{}", 2 end
  local model = room and models[field_type]
  if not model or not model[1] then return "{ … }", 5 end
  return fields_shown(value, printing.order(model), math.min(room, INNER), {}, true)
end

-- Objects -----------------------------------------------------------------------------------------

---@class agentmail.Printed  the fields of a model, in the order of printing
---@field [integer] string
---@field types table<string, string>

-- The "{ … }" of an object: as many of the fields as fit, after `parts`.
function fields_shown(value, order, most, parts, is_inner)
  local width, shown, is_whole = 4, {}, true
  for _, part in ipairs(parts) do width = width + utf8.len(part) + 2 end
  for _, name in ipairs(order) do
    local member = rawget(value, name)
    if member ~= nil then
      local room = most - width - #name - 6 -- " = ", ", " and the "…" at the end
      local text, more = value_shown(name, member, order.types[name], not is_inner and room)
      if more > room then break end
      width, shown[name] = width + #name + more + 5, true
      parts[#parts + 1] = name .. " = " .. text
    end
  end
  for name in next, value do
    is_whole = shown[name] or math.type(name) ~= nil
    if not is_whole then break end
  end
  if not is_whole then parts[#parts + 1] = "…" end
  if #parts == 0 then return "{}", 2 end
  return "{ " .. concat(parts, ", ") .. " }", width + (is_whole and 0 or 1)
end

local orders = setmetatable({}, { __mode = "k" })

--- The fields of a model, in the order of printing.
---@param model table  of models.lua, or { declaration, first = … }
---@return agentmail.Printed
function printing.order(model)
  local order = orders[model]
  if order then return order end
  order = { types = {} }
  local function add(name)
    if order.types[name] == nil then return end
    for _, other in ipairs(order) do if other == name then return end end
    order[#order + 1] = name
  end
  local fields = fields_of(model[1])
  for _, field in ipairs(fields) do order.types[field.name] = field.type end
  for _, field in ipairs(fields) do
    if field.required and not SECRETS[field.name] then add(field.name) end
  end
  for name in (model.first or ""):gmatch "%S+" do add(name) end
  for _, field in ipairs(fields) do add(field.name) end
  orders[model] = order
  return order
end

--- The line of an object.
---@param name string   "agentmail.Message"
---@param model table   of models.lua, or { declaration, first = … }
---@param object table
---@return string
function printing.object(name, model, object)
  local text = fields_shown(object, printing.order(model), LINE - #name - 1, {})
  return name .. " " .. text
end

--- The line of an array of objects that has fields as well.
---@param name string
---@param model table
---@param array table
---@return string
function printing.array(name, model, array)
  local count = rawlen(array)
  local text = fields_shown(array, printing.order(model), LINE - #name - 1,
                            { format("%d item%s", count, count == 1 and "" or "s") })
  return name .. " " .. text
end

--- The line of a list of strings.
---@param name string
---@param list table
---@return string
function printing.list(name, list)
  return name .. " " .. (next(list) == nil and "{}" or list_shown(list, LINE - #name - 5))
end

return printing
