-- SPDX-License-Identifier: MIT
-- The types of the field language: the values that each accepts, and their wire format.
-- A type is a function, value → JSON, or nil and the problem. The problem continues the name of
-- the field: "must be a string, not a number (42)". JSON that holds files is an array of pieces,
-- not a string; see attachment.lua, which defines that type. The second argument, lenient,
-- accepts unknown members of a record and unknown words of an enum, which may be newer than this
-- library.

local EXACT = require "agentmail.util.integers".EXACT
local json = require "agentmail.util.json"
local enums = require "agentmail.api.models".enums
local mistakes = require "agentmail.util.mistakes"

local encode, null = json.encode, json.null
local must = mistakes.must
local concat, find, format = table.concat, string.find, string.format
local math_type, tointeger = math.type, math.tointeger

local types = {}

function types.string(value)
  if type(value) ~= "string" then return must("a string", value) end
  return encode.string(value)
end

function types.integer(value)
  local integer = type(value) == "number" and tointeger(value)
  if not integer then return must("a whole number", value) end
  return format("%d", integer)
end

function types.number(value)
  if type(value) ~= "number" then return must("a number", value) end
  return encode.number(value)
end

function types.boolean(value)
  if type(value) ~= "boolean" then return must("true or false", value) end
  return encode.boolean(value)
end

-- The wire format of a date. A number is in seconds since 1970, as os.time returns.
local function iso(value)
  if type(value) == "number" and value == value and value >= 0 and value < 253402300800 then
    local seconds = value // 1
    return format("%s.%03dZ", os.date("!%Y-%m-%dT%H:%M:%S", tointeger(seconds)),
                  tointeger((value - seconds) * 1000 // 1))
  elseif type(value) == "string" then
    if find(value, "^%d%d%d%d%-%d%d%-%d%d$") then return value .. "T00:00:00.000Z" end
    if find(value, "^%d%d%d%d%-%d%d%-%d%d[Tt ]%d%d:%d%d:?%d*%.?%d*[Zz]$")
      or find(value, "^%d%d%d%d%-%d%d%-%d%d[Tt ]%d%d:%d%d:?%d*%.?%d*[+-]%d%d:?%d%d$") then
      return value
    end
  end
  return must('seconds since 1970 (os.time()) or a string like "2026-08-31T12:00:00Z"', value)
end

function types.datetime(value)
  local text, problem = iso(value)
  if not text then return nil, problem end
  return '"' .. text .. '"'
end

-- Whether the keys of a table are exactly 1 to count.
local function is_sequence(value, count)
  if next(value, count > 0 and count or nil) == nil then return true end -- the usual case
  local keys = 0
  for _ in pairs(value) do keys = keys + 1 end
  return keys == count
end

-- A sequence whose items all have one type.
local function list_of(item)
  return function(value, lenient)
    if type(value) == "string" then value = { value } end
    if type(value) ~= "table" then return must("a list", value) end
    local count, parts = #value, {}
    if not is_sequence(value, count) then
      local kind = (getmetatable(value) or {}).__name
      local braces = (value.path or value.data or value.url or value.content)
        and "; one attachment needs braces of its own: { { … } }" or ""
      return nil, kind and format("is an %s: pass its id", kind)
        or "must be a list: keys 1, 2, 3 … without gaps, and no others" .. braces
    end
    local in_pieces = false
    for i = 1, count do
      local part, problem = item(value[i], lenient)
      if not part then
        return nil, format(find(problem, "^[%[.]") and "[%d]%s" or "[%d] %s", i, problem)
      end
      parts[i] = part
      in_pieces = in_pieces or type(part) == "table"
    end
    if not in_pieces then return "[" .. concat(parts, ",") .. "]" end
    for i = 1, count do parts[i] = { i == 1 and "[" or ",", parts[i] } end
    parts[count + 1] = "]"
    return parts
  end
end

-- A string, or a list of them.
local function one_or_more(item)
  local items = list_of(item)
  return function(value)
    if type(value) == "string" then return item(value) end
    if type(value) ~= "table" then return must("a string or a list of strings", value) end
    return items(value)
  end
end

types.strings = one_or_more(types.string)

--- A value for a mail header: a line break would start another header. JSON escapes each with a
--- backslash.
function types.line(value)
  if type(value) ~= "string" then return must("a string", value) end
  local text, problem = encode.string(value)
  if text and find(text, "\\", 1, true) and find(value, "[\r\n%z]") then
    return nil, "must not contain a line break or NUL"
  end
  return text, problem
end

types.lines = one_or_more(types.line)

types["map<string>"] = function(value)
  if type(value) ~= "table" then return must("a table of strings by name", value) end
  for name in pairs(value) do
    if type(name) == "string" and find(name, "[\r\n:%z]") then
      return nil, format("has the name %q; a header's name has no colon and no line break", name)
    end
  end
  return encode.map(value, types.line)
end

-- The service stores numbers as doubles, which would round a larger integer.
local function is_rounded(value)
  return math_type(value) == "integer" and (value > EXACT or value < -EXACT)
end

local function metadatum(value)
  if value == null then return "null" end
  local of = encode[type(value)]
  if not of or type(value) == "table" then
    return must("a string, number, boolean or agentmail.null", value)
  end
  return of(value)
end

local function unrounded(value)
  if not is_rounded(value) then return metadatum(value) end
  return nil, format("is %d, which the service would round, as all integers beyond ±2^53; "
    .. "pass it as a string", value)
end

function types.metadata(value, lenient)
  if type(value) ~= "table" then return must("a table of values by name", value) end
  return encode.map(value, lenient and metadatum or unrounded)
end

-- The unknown members: "" when there are none, nil and the problem, or (lenient) their JSON.
local function unknown_members(value, known, lenient)
  local more
  for name, member in pairs(value) do
    if not known[name] then
      if not lenient then
        local _, mistake = mistakes.unknown(name, known, "field")
        return nil, "has the " .. mistake
      end
      more = more or {}
      more[name] = member
    end
  end
  if not more then return "" end
  local text, problem = encode.map(more, encode.any)
  return text and text:sub(2, -2), problem
end

-- An object with declared members, in their order. `also` names further members, which are not
-- encoded here.
local function record(members, also)
  local known = {}
  for name in pairs(also or {}) do known[name] = true end
  for _, member in ipairs(members) do known[member[1]] = member[2] end
  return function(value, lenient)
    if type(value) ~= "table" then return must("a table", value) end
    local more, unknown = unknown_members(value, known, lenient)
    if not more then return nil, unknown end
    local parts = {}
    for _, member in ipairs(members) do
      local name, of = member[1], member[2]
      if value[name] ~= nil then
        local part, problem = of(value[name], lenient)
        if not part then return nil, format(".%s %s", name, problem) end
        parts[#parts + 1] = '"' .. name .. '":' .. part
      end
    end
    if more ~= "" then parts[#parts + 1] = more end
    return "{" .. concat(parts, ",") .. "}"
  end
end

for name, words in pairs(enums) do
  local known = {}
  for _, word in ipairs(words) do known[word] = '"' .. word .. '"' end
  types[name] = function(value, lenient)
    if known[value] then return known[value] end
    if lenient and type(value) == "string" then return encode.string(value) end
    return must("one of " .. concat(words, ", ") .. mistakes.suggestion(value, known), value)
  end
end

local permissions = {}
for i, word in ipairs(enums.permission) do permissions[i] = { word, types.boolean } end

types.permissions = record(permissions)
types.jwk = record { { "kty", types.string }, { "crv", types.string },
                     { "x", types.string }, { "y", types.string } }

return { types = types, list_of = list_of, record = record }
