-- SPDX-License-Identifier: MIT
-- Calendar events as stored, and as answers show them: complete, as items of a list, and as single
-- dates of a series. Rules of series are stored and not expanded: a series has the dates that it
-- names itself, its first and its rdates.

local clock = require "agentmail.sandbox.store.clock"
local copy = require "agentmail.util.copy".copy
local json = require "agentmail.sandbox.http.json"
local sets = require "agentmail.sandbox.store.sets"
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
function M.etag(row) return ('"rv-%d"'):format(row.revision) end

--- Milliseconds of a wall time as if it were UTC; nil: it is none.
---@param text string
---@param all_day boolean
---@return integer?
function M.wall(text, all_day)
  if all_day then return text:find("^%d%d%d%d%-%d%d%-%d%d$") and clock.parse(text) or nil end
  return text:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d$") and clock.parse(text) or nil
end

-- A wall time as text.
local function written(ms, all_day)
  return clock.text(ms):sub(1, all_day and 10 or 19)
end

--- Sets start_at, end_at and duration_value of { start, end, all_day, timezone }; false: a time is
--- wrong, and the name of its field.
---@return boolean fine, string? field
function M.settle(event)
  local zone = zones.find(event.timezone)
  if not zone then return false, "timezone" end
  local start, stop = M.wall(event.start, event.all_day), M.wall(event["end"], event.all_day)
  if not start then return false, "start" end
  if not stop or stop < start or stop == start and not event.all_day then return false, "end" end
  if event.all_day then stop = stop + DAY end
  event.start_at, event.end_at = zones.utc(zone, start), zones.utc(zone, stop)
  event.duration_value = event.all_day and (stop - start) // DAY or stop - start
  return true
end

local function shown(row)
  local event = copy(row)
  event.all_day = row.all_day == 1 or row.all_day == true
  event.kind = row.recurrence and "series" or "single"
  event.attendee_count = #json.decode_list(row.attendees)
  event.resource_revision, event.etag = row.revision, M.etag(row)
  M.settle(event)
  return event
end

--- The complete event.
---@return string
function M.encode(row) return encode(shown(row)) end

--- As an item of a list, whose updates nothing protects.
---@return string
function M.encode_item(row)
  local event = shown(row)
  event.etag, event.description, event.metadata, event.attendees = nil, nil, nil, nil
  return encode(event)
end

--- As an item of an agenda.
---@return table event
function M.agenda_item(row)
  local event = shown(row)
  event.etag, event.description, event.metadata, event.attendees = nil, nil, nil, nil
  event.resource_revision = nil
  return event
end

--- The id of a series and the wall time of one of its dates; nil: it is no dated id.
---@return string? series_id, integer? wall
function M.dated(event_id)
  local series_id, year, month, day, time =
    event_id:match("^(.-)_[td](%d%d%d%d)(%d%d)(%d%d)T?(%d*)$")
  if not series_id then return nil end
  local text = ("%s-%s-%s"):format(year, month, day)
  if #time == 6 then text = text .. time:gsub("(..)(..)(..)", "T%1:%2:%3") end
  return series_id, clock.parse(text)
end

local function dated_id(row, wall)
  if row.all_day == 1 then return row.event_id .. "_d" .. written(wall, true):gsub("-", "") end
  return row.event_id .. "_t" .. written(wall, false):gsub("[-:]", "")
end

--- The dates of a series in order, as wall times.
---@return integer[]
function M.dates(row)
  local recurrence, all_day = json.decode(row.recurrence), row.all_day == 1
  local gone, seen, list = sets.of(recurrence.exdates or {}), {}, {}
  local texts = { row.start }
  for _, one in ipairs(recurrence.rdates or {}) do
    texts[#texts + 1] = type(one) == "table" and one.start or one
  end
  for _, text in ipairs(texts) do
    local wall = type(text) == "string" and M.wall(text, all_day)
    if wall and not gone[text] and not seen[wall] then
      seen[wall] = true
      list[#list + 1] = wall
    end
  end
  table.sort(list)
  return list
end

--- One date of a series, complete or as an item.
---@return table event  with start_at and end_at
function M.date_of(row, wall, complete)
  local event = shown(row)
  local length = M.wall(row["end"], event.all_day) - M.wall(row.start, event.all_day)
  event.event_id, event.kind, event.series_id = dated_id(row, wall), "instance", row.event_id
  event.start, event["end"] = written(wall, event.all_day), written(wall + length, event.all_day)
  event.original_start, event.is_exception, event.recurrence = event.start, false, nil
  event.resource_revision = nil
  M.settle(event)
  event.original_start_at = event.start_at
  event.etag = complete and ('"occ-%d-%d"'):format(row.revision, wall) or nil
  if not complete then event.description, event.metadata, event.attendees = nil, nil, nil end
  return event
end

M.encode_date = encode

return M
