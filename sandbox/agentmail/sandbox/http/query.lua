-- SPDX-License-Identifier: MIT
-- Request targets: percent-decoding, paths, and query strings in the encodings that the official
-- clients use. A list comes as one JSON array, with commas, or as a repeated parameter.

local fields = require "agentmail.sandbox.http.fields"
local json = require "agentmail.sandbox.http.json"
local suggestion = require "agentmail.util.suggest".suggestion

local find, gsub, gmatch, sub = string.find, string.gsub, string.gmatch, string.sub
local char = string.char

local MOST_PARAMETERS = 500

local function from_hex(digits) return char(tonumber(digits, 16)) end

--- Decodes %XX; nil when an escape is malformed, or decodes to a control byte or invalid UTF-8.
---@return string?
local function decode(text)
  if not find(text, "[%%\128-\255%c]") then return text end
  if find(text, "%%%X") or find(text, "%%%x%X") or find(text, "%%%x?$") then return nil end
  local decoded = gsub(text, "%%(%x%x)", from_hex)
  if find(decoded, "%c") or not utf8.len(decoded) then return nil end
  return decoded
end

--- Splits a target into its path and the text of its query.
local function split(target)
  local mark = find(target, "?", 1, true)
  if not mark then return target, "" end
  return sub(target, 1, mark - 1), sub(target, mark + 1)
end

--- name → array of values, in order.
---@return table<string, string[]>? values, string? problem
local function parse(text)
  local values, count = {}, 0
  for pair in gmatch(text, "[^&]+") do
    count = count + 1
    if count > MOST_PARAMETERS then
      return nil, ("more than %d parameters"):format(MOST_PARAMETERS)
    end
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = decode(name), decode((gsub(value, "+", " ")))
    if not name or not value then return nil, "broken percent-encoding in " .. pair end
    local list = values[name]
    if list then list[#list + 1] = value else values[name] = { value } end
  end
  return values
end

--- A target without the value of api_key, by which a WebSocket may say who it is: for the journal.
---@param target string
---@return string
local function without_token(target)
  if not find(target, "?", 1, true) then return target end
  return (gsub(target, "([?&])([^?&=]*)=([^&]*)", function(mark, name)
    if decode(name) == "api_key" then return mark .. name .. "=***" end
  end))
end

local scalars = {
  string = function(text) return text end,
  integer = function(text) return find(text, "^-?%d+$") and math.tointeger(tonumber(text)) end,
  number = tonumber,
  boolean = function(text)
    if text == "true" then return true elseif text == "false" then return false end
  end,
}

local function as_list(texts)
  if #texts > 1 then return texts end
  local text = texts[1]
  if find(text, "^%s*%[") then
    local list = json.decode(text)
    return type(list) == "table" and list or nil
  end
  local list = {}
  for item in gmatch(text, "[^,]+") do list[#list + 1] = item end
  return list
end

local function read(field, texts, path, problems)
  if field.list then
    local list = as_list(texts)
    if list then return field.check(list, path, problems) end
    problems[#problems + 1] = { path = { path[1] }, message = "not a valid JSON array" }
    return nil
  end
  local scalar = scalars[field.type]
  local value = texts[#texts]
  if scalar then
    value = scalar(value)
    if value == nil then
      problems[#problems + 1] = { path = { path[1] }, message = "expected " .. field.type }
      return nil
    end
  end
  return field.check(value, path, problems)
end

--- Compiles a declaration into a reader for parsed queries.
---@param declaration string
local function reader(declaration)
  local known, required = {}, {}
  for name, bang, kind, list in declaration:gmatch("([%w_]+)(!?):([%w_<>]+)(%[?%]?)") do
    local check = fields.checks[kind] or error("operations.lua: no type " .. kind)
    local is_list = list ~= "" or kind == "strings"
    known[name] = { type = kind, list = is_list, check = check }
    if list ~= "" then
      local item = check
      known[name].check = function(values, path, problems)
        local result = {}
        for i = 1, #values do
          path[2] = i - 1
          result[i] = item(values[i], path, problems)
          path[2] = nil
        end
        return result
      end
    end
    if bang ~= "" then required[#required + 1] = name end
  end
  return function(values, problems, lenient)
    local result = {}
    for name, texts in pairs(values) do
      local field = known[name]
      if field then
        result[name] = read(field, texts, { name }, problems)
      elseif not lenient then
        problems[#problems + 1] =
          { path = { name }, message = "unknown query parameter" .. suggestion(name, known) }
      end
    end
    for _, name in ipairs(required) do
      if not values[name] then
        problems[#problems + 1] = { path = { name }, message = "this parameter is required" }
      end
    end
    return result
  end
end

--- Percent-encodes a name, a value or a path segment.
---@return string
local function escape(text)
  return (tostring(text):gsub("[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

return {
  decode = decode, escape = escape, split = split, parse = parse, reader = reader,
  without_token = without_token,
}
