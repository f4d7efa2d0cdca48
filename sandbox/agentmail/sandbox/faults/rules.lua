-- SPDX-License-Identifier: MIT
-- Fault rules as written: match, when, at, do, until. This module checks and completes them;
-- decide.lua acts on them.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local match = require "agentmail.sandbox.faults.match"
local operations = require "agentmail.api.operations"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

--- The meaning of a rate like "5/s": 5 in every 1000 ms.
---@return integer? count, integer? milliseconds
local function rate(text)
  local count, unit = tostring(text):match("^(%d+)/([smh])$")
  if not count or tonumber(count) < 1 then return nil end
  return math.tointeger(tonumber(count)), (clock.duration("1" .. unit))
end

-- Where a fault may be placed, and what it may do there.
local places = {
  before   = sets.words("refuse reset close hang delay garbage html 401 429 500 502 503 504"),
  reserved = sets.words("reset close hang taken 500 502 503 504"),
  commit   = sets.words("reset close hang delay garbage truncate wrong_shape html "
                        .. "429 500 502 503 504"),
  body     = sets.words("drip stall bad_chunk"),
  expired  = sets.words("nothing reset close"),
  view     = sets.words("lag lost_token"),
  events   = sets.words("drop repeat delay reorder close cut silence"),
  outcome  = sets.words("delivered bounced complained rejected"),
}

local fields = {
  [""] = sets.words("name match when at do until"),
  match = sets.words("operation method sends inbox key client_id recipient connection event "
                     .. "receiver"),
  when = sets.words("nth from every probability rate"),
  ["do"] = sets.words("kind seconds step times keep kill bytes body status code retry_after busy"),
  ["until"] = sets.words("hits total time after"),
}

local types = {
  name = "string", at = "string", operation = "list", method = "string", sends = "boolean",
  inbox = "string", key = "string", client_id = "string", recipient = "string",
  connection = "string", nth = "count", from = "count", every = "count", probability = "number",
  kind = "string", keep = "count", kill = "string", bytes = "string", body = "string",
  status = "count", code = "string", retry_after = "count", busy = "duration", hits = "count",
  total = "count", time = "time", after = "duration", seconds = "duration", step = "count",
  times = "count", event = "list", rate = "rate", receiver = "string",
}

local readers = {
  string = function(value) return type(value) == "string" and value or nil, "a string" end,
  boolean = function(value)
    if type(value) == "boolean" then return value end
    return nil, "true or false"
  end,
  count = function(value)
    local integer = math.tointeger(value)
    return integer and integer >= 0 and integer or nil, "a whole number"
  end,
  number = function(value)
    return type(value) == "number" and value >= 0 and value or nil, "a number"
  end,
  list = function(value)
    if type(value) == "string" then return { value } end
    return type(value) == "table" and #value > 0 and value or nil, "a name or a list of names"
  end,
  -- these stay as written, so that a rule reads back unchanged
  duration = function(value)
    return clock.duration(value) and value or nil, 'seconds or a duration like "5m"'
  end,
  rate = function(value)
    return rate(value) and value or nil, 'a rate like "1/s", "10/m" or "100/h"'
  end,
  time = function(value)
    return clock.parse(value) and value or nil, "an ISO 8601 date and time"
  end,
}

-- One table of a rule, its fields read by type. Lua keywords may end in an underscore.
local function read_table(value, where)
  if type(value) ~= "table" then
    return nil, errors.invalid_field("expected an object", where)
  end
  local result = {}
  for name, member in pairs(value) do
    local plain = tostring(name):gsub("_$", "")
    if not fields[where][plain] then
      return nil, errors.invalid_field("unknown field" .. suggestion(plain, fields[where])
        .. "; known: " .. sets.names(fields[where]), where, plain)
    end
    local reader = readers[types[plain]]
    if reader then
      local expected
      result[plain], expected = reader(member)
      if result[plain] == nil then
        return nil, errors.invalid_field("expected " .. expected, where, plain)
      end
    else
      result[plain] = member
    end
  end
  return result
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

local function check_place(rule)
  local kinds = places[rule.at]
  if not kinds then
    return errors.invalid_field("expected one of " .. sets.names(places), "at")
  end
  if not kinds[rule["do"].kind] then
    return errors.invalid_field(("at '%s' a rule can do: %s"):format(rule.at, sets.names(kinds)),
                                "do", "kind")
  end
end

-- Those that may be sent in a close frame.
local function is_close_code(code)
  return code >= 1000 and code <= 1014 and code ~= 1004 and code ~= 1005 and code ~= 1006
    or code >= 3000 and code <= 4999
end

local function check_words(rule)
  local connection, kill = rule.match.connection, rule["do"].kill
  local receiver, status = rule.match.receiver, rule["do"].status
  if receiver and receiver ~= "webhook" and receiver ~= "websocket" then
    return errors.invalid_field("expected webhook or websocket", "match", "receiver")
  end
  if rule.at == "events" and status and not is_close_code(status) then
    return errors.invalid_field("expected a close code of WebSocket, like 1000 or 1001", "do",
                                "status")
  end
  if connection and connection ~= "reused" and connection ~= "fresh" then
    return errors.invalid_field("expected reused or fresh", "match", "connection")
  end
  if kill and kill ~= "reset" and kill ~= "close" then
    return errors.invalid_field("expected reset or close", "do", "kill")
  end
  local probability = rule.when.probability
  if probability and probability > 1 then
    return errors.invalid_field("expected a number from 0 to 1", "when", "probability")
  end
  return rule.match.operation and check_operations(rule.match.operation)
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
  local rule, refusal = read_table(written, "")
  if not rule then return nil, refusal end
  local does = rule["do"]
  if type(does) ~= "table" then does = { kind = tostring(does) } end
  if type(does.kind) == "number" then does.kind = ("%d"):format(does.kind) end
  for name, value in pairs { match = rule.match or {}, when = rule.when or {}, ["do"] = does,
                             ["until"] = rule["until"] or {} } do
    rule[name], refusal = read_table(value, name)
    if not rule[name] then return nil, refusal end
  end
  rule.name = rule.name or ("rule-%d"):format(n)
  rule.at = rule.at or "before"
  if next(rule["until"]) == nil then rule["until"].hits = 1 end
  refusal = check_place(rule) or check_words(rule)
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

return { rate = rate, read = read, ends_at = ends_at }
