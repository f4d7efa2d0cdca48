-- SPDX-License-Identifier: MIT
-- Arguments and what they become, kept as data for when only one encoder is left: each line of
-- encoder_vectors.txt is a Lua table. With "write" on the command line, writes the file anew from
-- the encoder in Lua: of random arguments those that say or write something new.

local agentmail = require "agentmail"

local FILE = "spec/client/api/encoder_vectors.txt"

local M = {}

--- The vectors, one after the other.
function M.each()
  local environment = { null = agentmail.null, array = agentmail.array, huge = math.huge,
                        nan = 0 / 0 }
  local lines = io.lines(FILE)
  return function()
    local line = lines()
    return line and assert(load("return " .. line, line, "t", environment))()
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(c) return ("\\x%02X"):format(c:byte()) end)
    .. '"'
end

-- A value as Lua source; nil: it has none.
local function source(value)
  local kind = type(value)
  if value == agentmail.null then return "null" end
  if kind == "string" then return quoted(value) end
  if kind == "number" then
    if value ~= value then return "nan" end
    if value == 1 / 0 or value == -1 / 0 then return value > 0 and "huge" or "-huge" end
    return ("%q"):format(value):gsub("0x8000000000000000", "(-9223372036854775807 - 1)")
  end
  if kind == "boolean" or kind == "nil" then return tostring(value) end
  if kind ~= "table" then return nil end
  local meta, names, parts, count = getmetatable(value), {}, {}, #value
  if meta and meta ~= getmetatable(agentmail.array()) then return nil end
  for i = 1, count do -- a gap is written as such: it matters where a table has its items
    parts[i] = source(value[i])
    if not parts[i] then return nil end
  end
  for name in pairs(value) do
    if math.type(name) == "integer" then
      if name < 1 or name > count then names[#names + 1] = name end
    elseif type(name) == "string" then
      names[#names + 1] = name
    else
      return nil
    end
  end
  table.sort(names, function(a, b)
    if type(a) ~= type(b) then return type(a) == "number" end
    return a < b
  end)
  for _, name in ipairs(names) do
    local member = source(value[name])
    if not member then return nil end
    if type(name) ~= "string" or not name:find "^%l[%l_]*$" or load("local " .. name) == nil then
      name = "[" .. source(name) .. "]"
    end
    parts[#parts + 1] = name .. "=" .. member
  end
  local text = "{" .. table.concat(parts, ",") .. "}"
  return meta and "array" .. text or text
end

-- What is new about words: the words without their values.
local function pattern(name, words)
  return words:sub(#name + 3):gsub('%b""', '"'):gsub("%b''", "'"):gsub("%d+", "0")
    :gsub("%b()", ""):gsub("known: .*", "known"):gsub("one of .*, not", "one of, not")
end

local function vector(two, random_arguments, name, seen)
  local arguments, bound, lenient = random_arguments.of(name)
  local text = source(arguments)
  if not text or #text > 260 then return nil end
  local request, words = two.lua(name, arguments, bound, lenient)
  local new = request and (lenient and "unchecked " .. request.plan.method or name)
    or pattern(name, words)
  if seen[new] then return nil end
  local target, body, protection, key = two.c(name, arguments, bound, lenient)
  seen[new] = true
  return source { name = name, arguments = arguments, bound = bound, lenient = lenient or nil,
                  target = target, body = body, protection = protection, key = key }
end

local function write()
  local two = require "spec.support.two_encoders"
  local random_arguments = require "spec.support.random_arguments"
  local seen, lines = {}, {}
  math.randomseed(17)
  for _, name in ipairs(two.operations) do
    for _ = 1, 300 do lines[#lines + 1] = vector(two, random_arguments, name, seen) end
  end
  local file <close> = assert(io.open(FILE, "w"))
  file:write(table.concat(lines, "\n"), "\n")
end

if arg and arg[1] == "write" then write() end

return M
