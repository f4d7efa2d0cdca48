-- SPDX-License-Identifier: MIT
-- JSON for this library: the same bytes everywhere, and Lua's own values.
--
-- lua-cjson decodes. It cannot encode for us: the order of its objects is the hash order, its
-- numbers have 14 digits, its empty table is {}. So csrc/encode/ does.

local cjson = require "cjson"
local core = require "agentmail.core"
local flat = require "agentmail.util.held" "agentmail.util.flat"
local raise = require "agentmail.util.raise".raise

local find, sub = string.find, string.sub
local concat = table.concat
local null = cjson.null
local without_nulls = core.without_nulls

-- depth → a decoder, an instance of our own: a host may change the settings of the global one.
local decoders = {}

-- Encoding ------------------------------------------------------------------------------------

--- Marks a table as a JSON array, which matters for an empty one: {} alone is an object.
---@param list table?
---@return table
local function array(list)
  if list ~= nil and type(list) ~= "table" then
    raise("agentmail.array takes a table, not a " .. type(list))
  end
  return setmetatable(list or {}, core.array_mt)
end

-- The encoder reads tables raw, and returns false for one with metamethods.
local function written(write, value)
  local text, problem = write(value)
  if problem == false then return write(flat.value(value)) end
  return text, problem
end

--- Any value as JSON: objects with sorted keys, so that the same value gives the same bytes. An
--- array is a table that agentmail.array made, or one with values at 1, 2, 3 … and no others.
---@param value any
---@return string? json, string? problem
local function encode(value) return written(core.json, value) end

--- Fields as the query of a URL, sorted by name: lists as one JSON array, the rest as bare text.
---@param fields table<string, any>
---@return string? query  with its "?"; "" without fields
---@return string? mistake
local function query(fields) return written(core.query, fields) end

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

--- lua-cjson's function that decodes a text of at most this depth; it raises for any other.
---@param depth integer
---@return fun(text: string): any
local function decoder(depth)
  if not decoders[depth] then
    local codec = cjson.new()
    codec.decode_invalid_numbers(false)
    codec.decode_max_depth(depth)
    decoders[depth] = codec.decode
  end
  return decoders[depth]
end

--- The value of a JSON text: null means absent, lone surrogates become U+FFFD, a leading byte order
--- mark is skipped.
---@param bytes string
---@param depth integer deepest nesting
---@return any value nil when the text is not JSON, or is `null`
---@return string? problem
---@return boolean? is_null
local function decode(bytes, depth)
  local of_text = decoder(depth)
  local ok, value = pcall(of_text, bytes)
  if not ok then
    local text = repaired(bytes)
    if text then ok, value = pcall(of_text, text) end
    if not ok then return nil, "is not JSON: " .. tostring(value) end
  end
  if value == null then return nil, "is null", true end
  if type(value) == "table" then without_nulls(value, bytes) end
  return value
end

return {
  null = null,
  array = array,
  encode = encode,
  query = query,
  decoder = decoder,
  decode = decode,
}
