-- SPDX-License-Identifier: MIT
-- Fault rules as written: match, when, at, do, until. This module checks and completes them, by
-- schema.lua; decide.lua acts on them.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local match = require "agentmail.sandbox.faults.match"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.sandbox.faults.schema"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

--- The meaning of a rate like "5/s": 5 in every 1000 ms.
---@return integer? count, integer? milliseconds
local function rate(text)
  local count, unit = tostring(text):match("^(%d+)/([smh])$")
  if not count or tonumber(count) < 1 then return nil end
  return math.tointeger(tonumber(count)), (clock.duration("1" .. unit))
end

-- type → function to the value as kept; nil: it is not of that type.
local readers = {
  string = function(value) return type(value) == "string" and value or nil end,
  boolean = function(value) if type(value) == "boolean" then return value end end,
  count = function(value)
    local integer = math.tointeger(value)
    return integer and integer >= 0 and integer or nil
  end,
  fraction = function(value)
    return type(value) == "number" and value >= 0 and value <= 1 and value or nil
  end,
  list = function(value)
    if type(value) == "string" then return { value } end
    return type(value) == "table" and #value > 0 and value or nil
  end,
  -- these stay as written, so that a rule reads back unchanged
  duration = function(value) return clock.duration(value) and value or nil end,
  rate = function(value) return rate(value) and value or nil end,
  time = function(value) return clock.parse(value) and value or nil end,
}

--- Is the value of this type of the schema?
---@param kind string
---@return boolean
local function accepts(kind, value) return readers[kind](value) ~= nil end

-- A value for a message.
local function shown(value)
  if type(value) == "string" then return ("'%s'"):format(value) end
  if type(value) == "number" then return ("%.14g"):format(value) end
  return type(value) == "table" and "a table" or tostring(value)
end

-- A problem with a field of a table, whose path is spelled as in the rule.
local function problem_with(message, where, ...)
  if where == "" then return errors.invalid_field(message, ...) end
  return errors.invalid_field(message, where, ...)
end

local function is_one_of(words, value)
  for _, word in ipairs(words) do if word == value then return true end end
  return false
end

-- One table of a rule, its fields read by type; `where` is its name, `spelled` as the rule has it.
-- Keywords of Lua may end in an underscore. Also returns the spelling of each field.
local function read_table(value, where, spelled)
  if type(value) ~= "table" then
    return nil, errors.invalid_field("expected an object, not " .. shown(value),
                                     where == "" and "rule" or spelled)
  end
  local result, spellings = {}, {}
  for name, member in pairs(value) do
    local plain = tostring(name):gsub("_$", "")
    local field = schema.by_name[where][plain]
    if not field then
      return nil, problem_with("unknown field" .. suggestion(plain, schema.by_name[where])
        .. "; known: " .. sets.names(schema.by_name[where]), spelled, tostring(name))
    end
    local reader, kept = readers[field.type], member
    if reader then kept = reader(member) end
    if kept == nil or field.words and not is_one_of(field.words, kept) then
      local message = ("expected %s, not %s"):format(schema.expected(where, plain), shown(member))
      return nil, problem_with(message, spelled, tostring(name))
    end
    result[plain], spellings[plain] = kept, tostring(name)
  end
  return result, spellings
end

local function check_operations(list)
  for _, pattern in ipairs(list) do
    local found = operations[pattern] ~= nil or pattern == "websockets.connect"
    if type(pattern) == "string" and pattern:find("*", 1, true) then
      local wanted = match.glob(pattern)
      for name in pairs(operations) do found = found or name:find(wanted) ~= nil end
    end
    if not found then
      return errors.invalid_field("no operation '" .. tostring(pattern) .. "'"
        .. suggestion(pattern, operations), "match", "operation")
    end
  end
end

local function check_place(rule, spelled)
  local kinds, kind = schema.kinds_at[rule.at], rule["do"].kind
  if not kinds then
    return errors.invalid_field(("expected one of %s, not '%s'%s"):format(
      sets.names(schema.kinds_at), rule.at, suggestion(rule.at, schema.kinds_at)), "at")
  end
  if not kinds[kind] then
    local not_that = kind and "not " .. shown(kind) .. suggestion(kind, kinds) or "name one"
    return errors.invalid_field(("at '%s' a rule can do: %s; %s"):format(rule.at,
      sets.names(kinds), not_that), spelled["do"] or "do", "kind")
  end
end

-- Those that may be sent in a close frame.
local function is_close_code(code)
  return code >= 1000 and code <= 1014 and code ~= 1004 and code ~= 1005 and code ~= 1006
    or code >= 3000 and code <= 4999
end

local function check_status(rule, spelled)
  local status = rule["do"].status
  if rule.at == "events" and status and not is_close_code(status) then
    return errors.invalid_field("expected a close code of WebSocket, like 1000 or 1001, not "
      .. shown(status), spelled["do"] or "do", "status")
  end
end

---@class agentmail.sandbox.Rule
---@field name string
---@field at string         its place
---@field match table
---@field when table
---@field do table          { kind, … }
---@field until table
---@field armed_at integer? by the organization's clock

--- Completes a written rule. `n` names a rule without a name. Every rule has an end; the default is
--- one hit per scope.
---@param written table
---@param n integer
---@return agentmail.sandbox.Rule? rule, table? refusal
local function read(written, n)
  local rule, spelled = read_table(written, "", "")
  if not rule then return nil, spelled end
  local does = rule["do"]
  if type(does) ~= "table" then does = { kind = does ~= nil and tostring(does) or nil } end
  if type(does.kind) == "number" then does.kind = ("%d"):format(does.kind) end
  rule["do"] = does
  for _, name in ipairs(schema.order) do
    if name ~= "" then
      local problem
      rule[name], problem = read_table(rule[name] or {}, name, spelled[name] or name)
      if not rule[name] then return nil, problem end
    end
  end
  rule.name = rule.name or ("rule-%d"):format(n)
  rule.at = rule.at or "before"
  if next(rule["until"]) == nil then rule["until"].hits = 1 end
  local refusal = check_place(rule, spelled) or check_status(rule, spelled)
    or rule.match.operation and check_operations(rule.match.operation)
  if refusal then return nil, refusal end
  return rule
end

--- When an armed rule ends, by its organization's clock; nil: only by its hits.
---@return integer? ms
local function ends_at(rule)
  local limit = rule["until"]
  local at = limit.time and clock.parse(limit.time)
  local after = limit.after and rule.armed_at + clock.duration(limit.after)
  return at and after and math.min(at, after) or at or after
end

return { rate = rate, accepts = accepts, read = read, ends_at = ends_at }
