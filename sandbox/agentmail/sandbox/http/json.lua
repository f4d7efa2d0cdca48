-- SPDX-License-Identifier: MIT
-- JSON of the sandbox: lua-cjson decodes requests; this module writes answers, in declared order,
-- directly from the rows of the store.

local cjson = require "cjson"
local clock = require "agentmail.sandbox.store.clock"

local concat, find, format, gsub = table.concat, string.find, string.format, string.gsub
local sort, tointeger, math_type = table.sort, math.tointeger, math.type

local MAX_DEPTH = 64

local codec = cjson.new()
codec.decode_invalid_numbers(false)
codec.decode_max_depth(MAX_DEPTH)

local escapes_slashes = codec.encode("/") ~= '"/"'

-- An empty Lua table is an object unless it carries this metatable.
local array_mt = { __name = "json array" }

--- Marks a table as an array, so that it stays one when it is empty.
local function array(list)
  return setmetatable(list or {}, array_mt)
end

--- A JSON string.
local function encode_string(value)
  local text = codec.encode(value)
  if escapes_slashes and find(value, "/", 1, true) then text = gsub(text, "\\/", "/") end
  return text
end

--- A JSON array of strings.
local function encode_strings(list)
  if #list == 0 then return "[]" end
  local parts = {}
  for i = 1, #list do parts[i] = encode_string(list[i]) end
  return "[" .. concat(parts, ",") .. "]"
end

local function encode_number(value)
  local integer = tointeger(value)
  if integer then return format("%d", integer) end
  return (gsub(format("%.17g", value), ",", "."))
end

local encode

local function encode_table(value)
  local parts = {}
  if #value > 0 or getmetatable(value) == array_mt then
    for i = 1, #value do parts[i] = encode(value[i]) end
    return "[" .. concat(parts, ",") .. "]"
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = tostring(key) end
  sort(keys)
  for i, key in ipairs(keys) do
    parts[i] = encode_string(key) .. ":" .. encode(value[key])
  end
  return "{" .. concat(parts, ",") .. "}"
end

--- Any plain value, with the keys of objects sorted: equal values give equal bytes.
function encode(value)
  local kind = type(value)
  if kind == "string" then return encode_string(value) end
  if kind == "table" then return encode_table(value) end
  if kind == "number" then return encode_number(value) end
  if kind == "boolean" then return value and "true" or "false" end
  return "null"
end

-- lua-cjson may decode 1 as 1.0
local function integers(value)
  for key, member in next, value do
    if math_type(member) == "float" then
      value[key] = tointeger(member) or member
    elseif type(member) == "table" then
      integers(member)
    end
  end
  return value
end

--- The value of a JSON text; JSON's null is cjson.null.
---@return any value, string? problem
local function decode(bytes)
  if not utf8.len(bytes) then return nil, "the body is not valid UTF-8" end
  local ok, value = pcall(codec.decode, bytes)
  if not ok then return nil, "the body is not JSON: " .. tostring(value) end
  if type(value) == "table" then integers(value) end
  return value
end

-- Lists in columns ------------------------------------------------------------------------------

--- The JSON array of some strings; nil for none, which makes the column NULL.
---@param list string[]?
---@return string?
local function encode_list(list)
  return list and #list > 0 and encode_strings(list) or nil
end

--- The list in a column; empty when the column is NULL.
---@param text string?
---@return any[]
local function decode_list(text)
  return text and decode(text) or {}
end

-- Shapes ---------------------------------------------------------------------------------------

local kinds = {
  string = encode_string,
  integer = function(value) return format("%d", value) end,
  boolean = function(value) return value ~= 0 and value ~= false and "true" or "false" end,
  time = function(value) return '"' .. clock.text(value) .. '"' end,
  json = function(value) return value end, -- the store holds it encoded
}

--- Compiles "name name?:kind …" into a function from a row to a JSON object. A `?` field may be
--- absent; if another one is missing, that is a bug and raises.
---@param declaration string
---@return fun(row: table): string
local function shape(declaration)
  local names, optional, encoders, prefixes = {}, {}, {}, {}
  for name, mark, kind in declaration:gmatch("([%w_]+)(%??):?(%a*)") do
    local i = #names + 1
    names[i], optional[i] = name, mark == "?"
    encoders[i] = kinds[kind == "" and "string" or kind] or error("no kind " .. kind)
    prefixes[i] = '"' .. name .. '":'
  end
  return function(row)
    local parts, count = {}, 0
    for i = 1, #names do
      local value = row[names[i]]
      if value ~= nil then
        count = count + 1
        parts[count] = prefixes[i] .. encoders[i](value)
      elseif not optional[i] then
        error("the row has no " .. names[i], 2)
      end
    end
    return "{" .. concat(parts, ",") .. "}"
  end
end

return {
  null = cjson.null, array = array, encode = encode, decode = decode, shape = shape,
  string = encode_string, strings = encode_strings, list = encode_list, decode_list = decode_list,
}
