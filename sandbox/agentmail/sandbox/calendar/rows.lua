-- SPDX-License-Identifier: MIT
-- Calendar events as stored, and as answers show them: complete, as items of a list, and as items
-- of an agenda. A row with a `wall` is one date of a series, see dates.lua.

local copy = require "agentmail.util.copy".copy
local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000

local SHAPE = "event_id kind series_id? original_start? original_start_at?:time "
  .. "is_exception?:boolean title description? location? metadata?:json status all_day:boolean "
  .. "start end timezone duration_mode duration_value:integer start_at:time end_at:time "
  .. "recurrence?:json attendees?:json attendee_count:integer response_status? uid "
  .. "sequence:integer source organizer_email? origin_message_id? resource_revision?:integer "
  .. "created_at:time updated_at:time etag?"

local encode = json.shape(SHAPE)

local M = {}

--- The etag of a row.
function M.etag(row)
  if not row.wall then return ('"rv-%d"'):format(row.revision) end
  return ('"occ-%d-%d-%d"'):format(row.revision, row.dates_revision, row.wall)
end

--- Sets start_at, end_at and duration_value of { start, end, all_day, timezone, duration_mode };
--- false: a time is wrong, and the name of its field.
---@return boolean fine, string? field
function M.settle(event)
  local zone = zones.find(event.timezone)
  if not zone then return false, "timezone" end
  local start = recurrence.wall(event.start, event.all_day)
  local stop = recurrence.wall(event["end"], event.all_day)
  if not start then return false, "start" end
  if not stop or stop < start or stop == start and not event.all_day then return false, "end" end
  if event.all_day then stop = stop + DAY end
  event.start_at, event.end_at = zones.utc(zone, start), zones.utc(zone, stop)
  event.duration_value = event.all_day and (stop - start) // DAY
    or event.duration_mode == "exact" and event.end_at - event.start_at or stop - start
  return true
end

local function shown(row)
  local event = copy(row)
  event.all_day = row.all_day == 1 or row.all_day == true
  event.attendee_count = #json.decode_list(row.attendees)
  event.etag = M.etag(row)
  M.settle(event)
  if row.wall then
    event.kind, event.is_exception = "instance", row.is_exception == true
    event.original_start = recurrence.written(row.wall, event.all_day)
    event.original_start_at = zones.utc(zones.find(row.timezone), row.wall)
  else
    event.kind = row.recurrence and "series" or "single"
    event.resource_revision = row.revision
  end
  return event
end

--- The complete event.
---@return string
function M.encode(row) return encode(shown(row)) end

-- Without what items lack.
local function item(row)
  local event = shown(row)
  event.etag, event.description, event.metadata, event.attendees = nil, nil, nil, nil
  return event
end

--- As an item of a list, whose updates nothing protects.
---@return string
function M.encode_item(row) return encode(item(row)) end

--- As an item of an agenda.
---@return string
function M.encode_agenda(row)
  local event = item(row)
  event.resource_revision = nil
  return encode(event)
end

local AS_JSON = { metadata = true, recurrence = true, attendees = true }

--- The columns of an event that a change replaced, as they were.
---@param before table
---@param after table
---@param columns string[]
---@return string
function M.previous(before, after, columns)
  local old = {}
  for _, name in ipairs(columns) do
    local value = before[name]
    if value ~= after[name] then
      if value ~= nil and AS_JSON[name] then value = json.decode(value) end
      if name == "all_day" then value = value == 1 end
      old[name] = value == nil and json.null or value
    end
  end
  return json.encode(old)
end

--- As the event of its start or end.
---@return string
function M.encode_due(row)
  local event = shown(row)
  event.etag, event.resource_revision = nil, nil
  return encode(event)
end

return M
