-- SPDX-License-Identifier: MIT
-- Expectations of a test: a number of mails in `sent`, or of requests in the journal, with these
-- fields. The answer comes as soon as it is met; on timeout, 417 and the difference.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local sets = require "agentmail.sandbox.store.sets"
local suggestion = require "agentmail.util.suggest".suggestion

local MOST_SECONDS = 60
local DEFAULT_WITHIN = "5s"
local LOOKED_AT = 200

local FIELDS = sets.words("what match count at_least at_most within")

local function read_counts(body, wanted)
  for _, name in ipairs { "count", "at_least", "at_most" } do
    local value = body[name]
    if value ~= nil and (math.type(value) ~= "integer" or value < 0) then
      return errors.invalid_field("expected a whole number", name)
    end
    wanted[name] = value
  end
  if wanted.count then wanted.at_least, wanted.at_most = wanted.count, wanted.count end
  if not wanted.at_least and not wanted.at_most then wanted.at_least = 1 end
end

-- { what, match, count | at_least, at_most, within }, checked; or nil and a refusal.
local function read(body)
  for name in pairs(body) do
    if not FIELDS[name] then
      return nil, errors.invalid_field("unknown field" .. suggestion(name, FIELDS) .. "; known: "
        .. sets.names(FIELDS), tostring(name))
    end
  end
  local wanted = { what = body.what or "sent", match = body.match or {} }
  local columns = journal.FILTERS[wanted.what]
  if not columns then return nil, errors.invalid_field("expected requests or sent", "what") end
  if type(wanted.match) ~= "table" then
    return nil, errors.invalid_field("expected an object", "match")
  end
  for name in pairs(wanted.match) do
    if not columns[name] then
      return nil, errors.invalid_field("unknown field" .. suggestion(tostring(name), columns)
        .. "; known: " .. sets.names(columns), "match", tostring(name))
    end
  end
  local within, problem = clock.duration(body.within or DEFAULT_WITHIN)
  if not within then return nil, errors.invalid_field(problem, "within") end
  if within > MOST_SECONDS * 1000 then
    return nil, errors.invalid_field("at most 60 seconds of real time", "within")
  end
  wanted.within = within
  local refusal = read_counts(body, wanted)
  if refusal then return nil, refusal end
  return wanted
end

local function holds(wanted, count)
  return count >= (wanted.at_least or 0) and count <= (wanted.at_most or math.huge)
end

local function fulfilled(app, org, wanted)
  local rows = journal[wanted.what](app, org, wanted.match)
  return 200, ('{"count":%d,"%s":[%s]}'):format(#rows, wanted.what, table.concat(rows, ","))
end

-- The row that matches the most fields, and its actual values for the others.
local function closest(app, org, wanted)
  local best, best_misses
  for _, encoded in ipairs(journal[wanted.what](app, org, { last = LOOKED_AT })) do
    local row, misses = json.decode(encoded), json.array {}
    for name, value in pairs(wanted.match) do
      local actual = row[journal.FILTERS[wanted.what][name]]
      if actual == nil then actual = row[name] end
      if actual ~= value then
        misses[#misses + 1] = { field = name, expected = value, actual = actual }
      end
    end
    if #misses > 0 and (not best or #misses <= #best_misses) then
      best, best_misses = row, misses
    end
  end
  return best and { row = best, differences = best_misses } or nil
end

local function expected_text(wanted)
  if wanted.count then return "exactly " .. wanted.count end
  if not wanted.at_most then return "at least " .. wanted.at_least end
  if not wanted.at_least then return "at most " .. wanted.at_most end
  return ("%d to %d"):format(wanted.at_least, wanted.at_most)
end

local function failed(app, org, wanted, count)
  local refusal = errors.refusal(417, "expectation_failed", ("Expected %s of %s with %s, there "
    .. "%s %d."):format(expected_text(wanted), wanted.what, json.encode(wanted.match),
    count == 1 and "is" or "are", count))
  refusal.name = "ExpectationFailedError"
  local _, body = errors.answer(refusal)
  local difference = { actual = count, at_least = wanted.at_least, at_most = wanted.at_most }
  if next(wanted.match) then difference.closest = closest(app, org, wanted) end
  return 417, ('%s,"difference":%s}'):format(body:sub(1, -2), json.encode(difference))
end

-- What is known now: an answer, or nothing.
local function judge(app, pending, last_word)
  local wanted, org = pending.wanted, orgs.of(app, pending.namespace)
  local count = journal.count(app.db, wanted.what, org, wanted.match)
  if holds(wanted, count) then return fulfilled(app, org, wanted) end
  if last_word or wanted.at_most and count > wanted.at_most then
    return failed(app, org, wanted, count)
  end
end

-- Judges an expectation. If possible, it answers at once; else later() returns a name, and
-- finish(name, status, body) is called in time.
local function start(app, namespace, body, later, finish)
  local wanted, refusal = read(body)
  if not wanted then return errors.answer(refusal) end
  local pending = { wanted = wanted, namespace = namespace }
  local status, text = judge(app, pending, wanted.within == 0)
  if status then return status, text end
  local id = later()
  local name = "expect " .. id
  pending.finish = function(...)
    app.expected[name] = nil
    app.timers:set(name, nil)
    finish(id, ...)
  end
  app.expected[name] = pending
  app.timers:set(name, wanted.within / 1000, function()
    pending.finish(judge(app, pending, true))
  end)
  return nil
end

--- Judges the expectation in a request's bytes, at once or (nil) later by finish(name, status,
--- body).
---@return integer? status, string? body
local function request(app, namespace, bytes, later, finish)
  local body, problem = json.decode(bytes == "" and "{}" or bytes)
  local refusal
  if type(body) ~= "table" then
    refusal = errors.invalid_field(problem or "expected an object", "body")
  elseif not orgs.valid_namespace(namespace) then
    refusal = errors.invalid_namespace()
  end
  if refusal then return errors.answer(refusal) end
  return start(app, namespace, body, later, finish)
end

--- Something was committed: waiting expectations may be met by now.
local function look(app)
  for _, pending in pairs(app.expected) do
    local status, text = judge(app, pending)
    if status then
      pending.finish(status, text)
      return look(app) -- the table was changed
    end
  end
end

return { request = request, look = look }
