-- SPDX-License-Identifier: MIT
-- An update that carries an etag is refused with a 412 when the object has another state by then.
-- After an attempt without an answer, that state may be this attempt's own work. So this module
-- reads the object and compares it with the request. It also reads the series when a delete of one
-- of its dates is told, after such an attempt, that the date is over.

local etags = require "agentmail.call.etag"
local null = require "agentmail.util.json".null
local perform = require "agentmail.call.call".perform
local requests = require "agentmail.call.request"

-- Comparing ---------------------------------------------------------------------------------------

--- Fields that the service stores as they come, so that a different value was not ours.
local VERBATIM = { "title", "start", "end", "location", "status" }

-- Whether two values of JSON are equal; null is no value.
local function same(a, b)
  if a == null then a = nil end
  if b == null then b = nil end
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key, value in pairs(b) do
    if a[key] == nil and value ~= null then return false end
  end
  return true
end

local function sorted(list)
  local copy = table.move(list, 1, #list, 1, {})
  table.sort(copy, function(a, b) return tostring(a) < tostring(b) end)
  return copy
end

-- Whether an attendee is the requested one. The service writes addresses in lower case, and adds
-- fields to an attendee.
local function same_attendee(asked, found)
  for _, name in ipairs { "status", "comment", "responded_at" } do
    if asked[name] ~= nil and not same(asked[name], found[name]) then return false end
  end
  return same(tostring(asked.email):lower(), tostring(found.email):lower())
    and same(asked.name, found.name)
    and (asked.role or "required") == (found.role or "required")
end

--- Fields that the service does not return as they were sent.
local special = {}

function special.attendees(asked, found)
  if type(asked) ~= "table" or type(found) ~= "table" or #asked ~= #found then
    return same(asked, found)
  end
  for i, attendee in ipairs(asked) do
    if type(attendee) ~= "table" or type(found[i]) ~= "table"
      or not same_attendee(attendee, found[i]) then
      return false
    end
  end
  return true
end

function special.recurrence(asked, found)
  if type(asked) ~= "table" or type(found) ~= "table" then return same(asked, found) end
  return asked.rule == found.rule and found.truncate_before == nil
    and same(sorted(asked.exdates or {}), sorted(found.exdates or {}))
    and same(asked.rdates or {}, found.rdates or {})
end

local function has(found, name, asked)
  local compare = special[name] or same
  return compare(asked, rawget(found, name))
end

-- Whether a field that is stored verbatim has another value. A field that is missing was not read,
-- except for a location, which was cleared.
local function differs(asked, found)
  for _, name in ipairs(VERBATIM) do
    local there = rawget(found, name)
    local is_read = there ~= nil or name == "location"
    if asked[name] ~= nil and is_read and not same(asked[name], there) then return true end
  end
  return false
end

--- The outcome of an update whose repeat was refused because the object has changed. Pure.
---@param asked table<string, any>  the fields that were to change, by the names in `found`
---@param etag string               what the update carried
---@param found table               the object as it is now
---@return "applied"|"not_applied"|"unknown"
local function outcome_of(asked, etag, found)
  local all = next(asked) ~= nil
  for name, value in pairs(asked) do all = all and has(found, name, value) end
  if all then return "applied" end
  local ours, now = etags.revision(etag), etags.revision(rawget(found, "etag"))
  now = now or rawget(found, "resource_revision")
  -- A single change was made since, and it was not this one.
  if ours and now == ours + 1 and differs(asked, found) then return "not_applied" end
  return "unknown"
end

--- The first wall time of a dated id, "…_t20261015T090000" or "…_d20261015"; nil: not such an id.
---@param id any
---@return string? series, string? slot
local function date_of(id)
  if type(id) ~= "string" then return nil end
  local series, day, time = id:match "^(.+)_[td](%d%d%d%d%d%d%d%d)(.*)$"
  if not series then return nil end
  local slot = ("%s-%s-%s"):format(day:match "^(%d%d%d%d)(%d%d)(%d%d)$")
  if time == "" then return series, slot end
  local hour, minute, second = time:match "^T(%d%d)(%d%d)(%d%d)$"
  if not hour then return nil end
  return series, ("%sT%s:%s:%s"):format(slot, hour, minute, second)
end

--- Whether a series no longer has a date: alone, or (`mode` "future") with all later ones. Pure.
---@param series table   as read
---@param slot string    the date's first wall time
---@param mode string?
---@return boolean
local function is_cancelled(series, slot, mode)
  local recurrence = rawget(series, "recurrence")
  if type(recurrence) ~= "table" then return false end
  local cut = recurrence.truncate_before
  if type(cut) == "string" and #cut == #slot and cut <= slot then return true end
  if mode == "future" then return false end
  for _, date in ipairs(type(recurrence.exdates) == "table" and recurrence.exdates or {}) do
    if date == slot then return true end
  end
  return false
end

-- Reading -----------------------------------------------------------------------------------------

-- The arguments by name; a string is the one path parameter that is left.
local function named(request)
  local given = request.arguments
  if type(given) ~= "string" then return given or {} end
  local owner = type(request.owner) == "table" and request.owner or {}
  for _, name in ipairs(request.plan.params) do
    if request.scope.ids[name] == nil and rawget(owner, name) == nil then
      return { [name] = given }
    end
  end
  return {}
end

-- The value of a path parameter.
local function param(request, asked, name)
  local owner = type(request.owner) == "table" and request.owner or {}
  return asked[name] or request.scope.ids[name] or owner[name]
end

-- An object of the calendar as it is now, not as it was some seconds ago; nil: it cannot be read.
local function read(request, plan, asked, event_id)
  local made = requests.build(plan, request.scope, {
    inbox_id = param(request, asked, "inbox_id"), event_id = event_id, consistency = "primary",
  })
  if not made then return nil end
  made.options, made.inner = request.options, true
  return (perform(made))
end

-- The fields of the body that were given, except those that only say whether mail is sent.
local function fields_of(request, asked)
  local fields = {}
  for _, field in ipairs(request.plan.fields) do
    local value = asked[field]
    if value == nil then value = asked[field .. "_"] end -- end_, as end is a keyword
    if field ~= "send_invites" and field ~= "send_reply" then
      fields[field] = value
    end
  end
  return fields
end

--- By the operation's method: how it is read back.
local ways = {}

function ways.update(get)
  return function(request, asked)
    local found = read(request, get, asked)
    if not found then return nil end
    return outcome_of(fields_of(request, asked), request.etag, found), found
  end
end

function ways.update_event(get)
  return function(request, asked)
    local found = read(request, get, asked, param(request, asked, "event_id"))
    if not found then return nil end
    return outcome_of(fields_of(request, asked), request.etag, found), { event = found }
  end
end

-- Our answer to an invitation is a property of the event, and its comment one of our attendee.
function ways.respond_to_event(get)
  return function(request, asked)
    local found = read(request, get, asked, param(request, asked, "event_id"))
    if not found then return nil end
    local inbox, comment = tostring(param(request, asked, "inbox_id")):lower(), nil
    for _, attendee in ipairs(rawget(found, "attendees") or {}) do
      if tostring(attendee.email):lower() == inbox then comment = attendee.comment end
    end
    local answer = { response_status = asked.status, comment = asked.comment }
    local state = { response_status = rawget(found, "response_status"), comment = comment }
    return outcome_of(answer, request.etag, state), { event = found }
  end
end

function ways.delete_event(get)
  return function(request, asked)
    local series_id, slot = date_of(param(request, asked, "event_id"))
    local series = series_id and read(request, get, asked, series_id)
    return series and is_cancelled(series, slot, asked.mode) and "applied" or nil
  end
end

--- By method: what it reads back.
local READS = { update = "get", update_event = "get_event", respond_to_event = "get_event",
                delete_event = "get_event" }

--- For the plan of an update, or of a delete of dates: a function that finds out the result of a
--- request. It takes the request, what the service said, and the core's code, and returns the
--- outcome and, if it is applied, the value; nil when nothing more is known.
---@param operation string  "inboxes.calendar.update_event"
---@param plan_of fun(name: string): agentmail.Plan
---@return nil|fun(request: agentmail.Request, said: table?, why: string): string?, any
local function confirmer(operation, plan_of)
  local collection, method = operation:match "^(.*)%.([%w_]+)$"
  if not READS[method] then return nil end
  local find = ways[method](plan_of(collection .. "." .. READS[method]))
  return function(request, said, why)
    local is_over = method == "delete_event" and said and said.status == 410
    if not is_over and why ~= "precondition_failed" then return nil end
    if method ~= "delete_event" and request.protection ~= "if_match" then return nil end
    local outcome, value = find(request, named(request))
    if outcome == "unknown" then return nil end
    return outcome, value
  end
end

return { confirmer = confirmer, outcome_of = outcome_of, date_of = date_of,
         is_cancelled = is_cancelled }
