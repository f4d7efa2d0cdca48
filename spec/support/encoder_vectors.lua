-- SPDX-License-Identifier: MIT
-- Arguments and their results: each line of encoder_vectors.txt is a Lua table. They come from the
-- Lua encoder that preceded the one in C. With "write" on the command line, rewrites the file: the
-- same arguments, with their present results.

local agentmail = require "agentmail"
local encoder = require "spec.support.encoder"
local plans = require "agentmail.api.plan"
local requests = require "agentmail.call.request"

local FILE = "spec/client/api/encoder_vectors.txt"
local UUID = "00000000-0000-4000-8000-000000000000"

local M = {}

-- A text, or a table of texts, with every UUID replaced by the same one.
local function settled(value, made)
  if type(value) == "string" then return (value:gsub(made, UUID)) end
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, member in pairs(value) do copy[name] = settled(member, made) end
  return copy
end

--- The result of arguments: target, body, protection, key ("": none); or nil and the words, without
--- the operation's name. A generated UUID is all zeros.
---@param name string
---@param arguments any
---@param bound table<string, string>  values that complete the path
---@param lenient boolean?
---@return string? target, any body, string? protection, string? key
function M.written(name, arguments, bound, lenient)
  local ids, owner = {}, bound.draft_id and { draft_id = bound.draft_id }
  for param, id in pairs(bound) do ids[param] = param ~= "draft_id" and id or nil end
  local request, words = requests.build(plans.plan(name), encoder.scope(ids, lenient), arguments,
                                        nil, owner)
  if not request then
    assert(words:sub(1, #name + 2) == name .. ": ", words)
    return nil, words:sub(#name + 3)
  end
  local key, made = request.key or "", request.client_id
  if not made and key:find "^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$" then made = key end
  made = (made or UUID):gsub("%-", "%%-")
  return settled(request.target, made), settled(request.body, made), request.protection,
    settled(key, made)
end

--- Iterates over the vectors.
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

-- A value as Lua source; nil: not possible.
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
  for i = 1, count do -- gaps are kept: the positions of items matter
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

local function write()
  local lines = {}
  for vector in M.each() do
    vector.target, vector.body, vector.protection, vector.key =
      M.written(vector.name, vector.arguments, vector.bound, vector.lenient)
    lines[#lines + 1] = source(vector)
  end
  local file <close> = assert(io.open(FILE, "w"))
  file:write(table.concat(lines, "\n"), "\n")
end

if arg and arg[1] == "write" then write() end

return M
