-- SPDX-License-Identifier: MIT
-- JSON for this library: the same bytes everywhere, and Lua's own values.
--
-- lua-cjson decodes, and encodes single strings. It cannot encode more for us: its objects are in
-- hash order, its numbers have 14 digits, and its empty table is {}.

local cjson = require "cjson"
local core = require "agentmail.core"
local raise = require "agentmail.util.raise".raise

local byte, find, format, gmatch = string.byte, string.find, string.format, string.gmatch
local gsub, sub = string.gsub, string.sub
local concat, sort = table.concat, table.sort
local tointeger = math.tointeger
local null = cjson.null
local utf8_error, without_nulls = core.utf8_error, core.without_nulls

-- An instance of our own: a host may change the settings of the global one.
local codec = cjson.new()
codec.decode_invalid_numbers(false)

local max_depth -- the instance's current setting

-- Encoding ------------------------------------------------------------------------------------

local encode = {}

-- Builds of lua-cjson may differ in "/" and DEL. Neither is escaped here: either the build has a
-- setting for "/", or its backslash is removed again, and DEL is never passed to it.
if codec.encode_escape_forward_slash then codec.encode_escape_forward_slash(false) end
local escapes_slashes = codec.encode("/") ~= '"/"'

local function string_without_del(value)
  local text = codec.encode(value)
  if escapes_slashes and find(value, "/", 1, true) then text = gsub(text, "\\/", "/") end
  return text
end

local function string_with_del(value)
  local pieces = {}
  for piece in gmatch(value .. "\127", "([^\127]*)\127") do
    pieces[#pieces + 1] = sub(string_without_del(piece), 2, -2)
  end
  return '"' .. concat(pieces, "\127") .. '"'
end

--- A JSON string, or nil and the problem.
---@param value string
---@return string? json, string? problem
function encode.string(value)
  local position = utf8_error(value)
  if position then
    return nil, format("is not valid UTF-8 (byte %d); convert the text to UTF-8 first", position)
  end
  if find(value, "\127", 1, true) then return string_with_del(value) end
  return string_without_del(value)
end

--- A JSON number: exact for integers, the shortest decimal that reads back equal for floats.
---@param value number
---@return string? json, string? problem
function encode.number(value)
  local integer = tointeger(value)
  if integer then return format("%d", integer) end
  if value ~= value or value - value ~= 0 then
    return nil, "is not finite; JSON has no NaN and no infinity"
  end
  local digits = format("%.15g", value)
  if tonumber(digits) ~= value then digits = format("%.16g", value) end
  if tonumber(digits) ~= value then digits = format("%.17g", value) end
  return (gsub(digits, "[^%deE+-]", "."))      -- a locale may write a decimal comma
end

---@param value boolean
---@return string
function encode.boolean(value) return value and "true" or "false" end

-- Byte order: `<` on strings depends on the locale.
local function before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = byte(a, i), byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

--- An object with its keys in byte order. `of` encodes one value.
---@param map table<string, any>
---@param of fun(value: any): string?, string?
---@return string? json, string? problem
function encode.map(map, of)
  local keys, members = {}, {}
  for key in pairs(map) do
    if type(key) ~= "string" then
      return nil, format("has the key %s; its keys must be strings", tostring(key))
    end
    keys[#keys + 1] = key
  end
  sort(keys, before)
  for i, key in ipairs(keys) do
    local name, bad_name = encode.string(key)
    if not name then return nil, "has a key that " .. bad_name end
    local value, problem = of(map[key])
    if not value then return nil, format("[%q] %s", key, problem) end
    members[i] = name .. ":" .. value
  end
  return "{" .. concat(members, ",") .. "}"
end

-- An array is a table from agentmail.array, or one that is not empty and has only keys 1, 2, 3 …
local array_mt = { __name = "agentmail.Array" }

--- Marks a table as a JSON array, which matters for an empty one: {} alone is an object.
---@param list table?
---@return table
local function array(list)
  if list ~= nil and type(list) ~= "table" then
    raise("agentmail.array takes a table, not a " .. type(list))
  end
  return setmetatable(list or {}, array_mt)
end

local function encode_array(list)
  local parts, keys = {}, 0
  for _ in pairs(list) do keys = keys + 1 end
  if keys ~= #list then return nil, "has both positions and names; JSON has no such table" end
  for i = 1, keys do
    local part, problem = encode.any(list[i])
    if not part then return nil, format("[%d] %s", i, problem) end
    parts[i] = part
  end
  return "[" .. concat(parts, ",") .. "]"
end

--- Any value as JSON: objects with sorted keys, so that the same value gives the same bytes.
---@param value any
---@return string? json, string? problem
function encode.any(value)
  if value == null then return "null" end
  local kind = type(value)
  if kind == "table" then
    if getmetatable(value) == array_mt or #value > 0 then return encode_array(value) end
    return encode.map(value, encode.any)
  end
  local of = encode[kind]
  if not of then return nil, "is a " .. kind .. ", which JSON cannot hold" end
  return of(value)
end

-- Decoding ------------------------------------------------------------------------------------

-- A lone UTF-16 surrogate is not a character, and the decoder refuses the whole text for it. One
-- bad subject must not cost a page of mails, so it becomes U+FFFD.
local function without_lone_surrogates(bytes)
  local parts, from, position = {}, 1, 1
  while true do
    local escape = find(bytes, "\\", position, true)
    if not escape then break end
    local high = find(bytes, "^u[dD][89aAbB]%x%x", escape + 1)
    if high and find(bytes, "^\\u[dD][c-fC-F]%x%x", escape + 6) then
      position = escape + 12
    elseif high or find(bytes, "^u[dD][c-fC-F]%x%x", escape + 1) then
      parts[#parts + 1] = bytes:sub(from, escape - 1)
      parts[#parts + 1] = "\\ufffd"
      from, position = escape + 6, escape + 6
    else
      position = escape + 2
    end
  end
  if from == 1 then return nil end
  parts[#parts + 1] = bytes:sub(from)
  return concat(parts)
end

-- The text without what other decoders accept and this one refuses: a leading byte order mark and
-- lone surrogates. nil when there is neither.
local function repaired(bytes)
  local rest = find(bytes, "^\xEF\xBB\xBF") and sub(bytes, 4)
  local text = rest or bytes
  return find(text, "\\u[dD][89a-fA-F]") and without_lone_surrogates(text) or rest
end

--- The value of a JSON text: null means absent, lone surrogates become U+FFFD, a leading byte order
--- mark is skipped.
---@param bytes string
---@param depth integer deepest nesting
---@return any value nil when the text is not JSON, or is `null`
---@return string? problem
---@return boolean? is_null
local function decode(bytes, depth)
  if depth ~= max_depth then
    max_depth = depth
    codec.decode_max_depth(depth)
  end
  local ok, value = pcall(codec.decode, bytes)
  if not ok then
    local text = repaired(bytes)
    if text then ok, value = pcall(codec.decode, text) end
    if not ok then return nil, "is not JSON: " .. tostring(value) end
  end
  if value == null then return nil, "is null", true end
  if type(value) == "table" then without_nulls(value, bytes, null) end
  return value
end

return {
  null = null,
  array = array,
  encode = encode,
  decode = decode,
}
