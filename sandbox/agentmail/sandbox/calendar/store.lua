-- SPDX-License-Identifier: MIT
-- The calendar of an inbox in the store: its settings, and the rows of its events.

local errors = require "agentmail.sandbox.http.errors"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local rows = require "agentmail.sandbox.calendar.rows"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000
local LONGEST_SINGLE, LONGEST_DATE = 366 * DAY, 31 * DAY
local MOST_EVENTS = 10000
local MOST_METADATA, MOST_DESCRIPTION, MOST_ATTENDEES = 16384, 65536, 100
local MOST_TITLE, MOST_LOCATION, MOST_NAME = 1000, 1024, 256

local M = {}

--- The columns that an event has from a request.
local COLUMNS = { "title", "description", "location", "metadata", "status", "all_day", "start",
                  "end", "timezone", "duration_mode", "recurrence", "attendees" }

M.COLUMNS = COLUMNS

local encode_calendar = json.shape("inbox_id timezone event_count:integer created_at:time "
  .. "updated_at:time etag")

--- The settings of an inbox's calendar, which exists from the start.
---@return table row
function M.calendar(ctx, inbox)
  local row = ctx.db:row("SELECT * FROM calendars WHERE inbox = ?", inbox.id)
    or { timezone = "UTC", revision = 1, updated_at = inbox.created_at }
  row.inbox_id, row.created_at = inbox.inbox_id, inbox.created_at
  row.event_count = ctx.db:values("SELECT count(*) FROM calendar_events WHERE inbox = ?", inbox.id)
  row.etag = rows.etag(row)
  return row
end

--- Whether a calendar takes no more events.
function M.is_full(ctx, inbox) return M.calendar(ctx, inbox).event_count >= MOST_EVENTS end

---@return string
function M.encoded(row) return encode_calendar(row) end

--- Changes the timezone.
function M.set_timezone(ctx, inbox, row, timezone)
  ctx.db:run([[INSERT INTO calendars (inbox, org, timezone, revision, updated_at)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (inbox) DO UPDATE SET timezone = excluded.timezone,
    revision = excluded.revision, updated_at = excluded.updated_at]], inbox.id, ctx.org.id,
    timezone, row.revision + 1, ctx.now)
end

--- Refuses a body that is too large.
---@param most integer  bytes
---@return table? refusal
function M.check_body(ctx, most)
  if #ctx.request.body <= most then return nil end
  return errors.refusal(413, "payload_too_large", ("The body has more than %d bytes."):format(most))
end

--- The etag in the header of an answer as well.
function M.tag(ctx, etag)
  ctx.headers = { ["Content-Type"] = "application/json", ETag = etag }
end

--- Refuses a change of another state than the one it names.
---@param row table  with a revision
---@param etag string  the current one
---@return table? refusal
function M.check_match(ctx, row, etag)
  local wanted = ctx.request.headers["if-match"]
  if not wanted or wanted == "*" or wanted:gsub("^W/", "") == etag then return nil end
  local refusal = errors.refusal(412, "precondition_failed", "The object has changed since.",
                                 "Read it again, and apply the change to what it is now.")
  refusal.current_revision = row.revision
  return refusal
end

local function characters(text) return utf8.len(text) or #text end

-- Refuses texts that are longer than documented.
local function check_texts(event)
  if event.title == "" or characters(event.title) > MOST_TITLE then
    return errors.invalid_field("expected 1 to 1000 characters", "title")
  end
  if characters(event.location or "") > MOST_LOCATION then
    return errors.invalid_field("at most 1024 characters", "location")
  end
  if #(event.description or "") > MOST_DESCRIPTION then
    return errors.invalid_field("at most 65536 bytes", "description")
  end
end

-- Refuses attendees that are too many, or none, or named twice.
local function check_attendees(attendees)
  if #attendees > MOST_ATTENDEES then
    return errors.invalid_field("at most 100", "attendees")
  end
  local seen = {}
  for i, one in ipairs(attendees) do
    local email = one.email:lower()
    if not email:find("^[^@%s]+@[^@%s]+$") or seen[email] then
      return errors.invalid_field(seen[email] and "is a duplicate" or "is not an email address",
                                  "attendees", i - 1, "email")
    end
    seen[email] = true
    if characters(one.name or "") > MOST_NAME then
      return errors.invalid_field("at most 256 characters", "attendees", i - 1, "name")
    end
  end
end

-- Refuses what is longer than documented.
local function check_sizes(event, in_series)
  local longest = in_series and LONGEST_DATE or LONGEST_SINGLE
  if event.end_at - event.start_at > longest then
    return errors.invalid_field(("at most %d days after the start"):format(longest // DAY), "end")
  end
  if event.metadata ~= nil and #json.encode(event.metadata) > MOST_METADATA then
    return errors.invalid_field("at most 16384 bytes of JSON", "metadata")
  end
end

--- Refuses what the fields of an event say, and sets its times in UTC.
---@param event table
---@param in_series boolean?  it is a date of a series
---@return table? refusal
function M.check(event, in_series)
  local fine, field = rows.settle(event)
  if not fine then
    return errors.invalid_field(field == "timezone" and "no such IANA timezone"
      or "expected a wall time, the end after the start", field)
  end
  return check_texts(event) or check_attendees(event.attendees or {})
    or check_sizes(event, in_series or event.recurrence)
    or event.recurrence and recurrence.check(event) or nil
end

--- The columns of an event, in the form of the store.
---@return table<string, any>
function M.stored(event)
  local list = {}
  for _, attendee in ipairs(event.attendees or {}) do
    attendee.email = attendee.email:lower()
    attendee.status = attendee.status or "needs_action"
    list[#list + 1] = attendee
  end
  return {
    title = event.title, description = event.description, location = event.location,
    metadata = event.metadata ~= nil and json.encode(event.metadata) or nil,
    status = event.status, all_day = event.all_day and 1 or 0, start = event.start,
    ["end"] = event["end"], timezone = event.timezone, duration_mode = event.duration_mode,
    recurrence = event.recurrence and json.encode(event.recurrence) or nil,
    attendees = event.attendees and json.encode(json.array(list)) or nil,
    response_status = event.response_status,
  }
end

--- Stores a new event { title, start, … }, and returns its row.
---@param more table?  { source, uid, sequence, organizer_email, origin_message_id,
---                       response_status, client_id }
---@return table row
function M.insert(ctx, inbox, event, more)
  more = more or {}
  local columns, id = M.stored(event), ctx.app.ids:uuid()
  local values = {}
  for i, name in ipairs(COLUMNS) do values[i] = columns[name] end
  ctx.db:run([[INSERT INTO calendar_events (title, description, location, metadata, status, all_day,
    start, "end", timezone, duration_mode, recurrence, attendees, org, inbox, inbox_id, event_id,
    client_id, uid, sequence, source, organizer_email, origin_message_id, response_status, start_at,
    end_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
    ?, ?, ?, ?, ?, ?, ?, ?)]], values[1], values[2], values[3], values[4], values[5], values[6],
    values[7], values[8], values[9], values[10], values[11], values[12], ctx.org.id, inbox.id,
    inbox.inbox_id, id, more.client_id, more.uid or id .. "@agentmail.to", more.sequence or 0,
    more.source or "api", more.organizer_email, more.origin_message_id, more.response_status,
    event.start_at, event.end_at, ctx.now, ctx.now)
  return M.row(ctx, id)
end

--- Stores a changed event: all its fields.
---@param sequence integer?  default: the next, as attendees are to know of the change
---@return table row
function M.save(ctx, row, event, sequence)
  local columns = M.stored(event)
  ctx.db:run([[UPDATE calendar_events SET title = ?, description = ?, location = ?, metadata = ?,
    status = ?, all_day = ?, start = ?, "end" = ?, timezone = ?, duration_mode = ?, recurrence = ?,
    attendees = ?, response_status = ?, start_at = ?, end_at = ?, revision = revision + 1,
    sequence = ?, updated_at = ? WHERE id = ?]], columns.title, columns.description,
    columns.location, columns.metadata, columns.status, columns.all_day, columns.start,
    columns["end"], columns.timezone, columns.duration_mode, columns.recurrence, columns.attendees,
    event.response_status, event.start_at, event.end_at, sequence or row.sequence + 1, ctx.now,
    row.id)
  return M.row(ctx, row.event_id)
end

--- The row of an event of this organization; nil: there is none.
---@return table?
function M.row(ctx, event_id)
  return ctx.db:row("SELECT * FROM calendar_events WHERE org = ? AND event_id = ?", ctx.org.id,
                    event_id)
end

--- A row as an event whose fields can be changed, and saved.
---@return table event
function M.event_of(row)
  local event = {}
  for _, name in ipairs(COLUMNS) do event[name] = row[name] end
  event.all_day, event.response_status = row.all_day == 1, row.response_status
  event.metadata = row.metadata and json.decode(row.metadata)
  event.recurrence = row.recurrence and json.decode(row.recurrence)
  event.attendees = row.attendees and json.decode(row.attendees)
  return event
end

--- Reports a change under the id of its operation.
---@param encoded string    the event
---@param previous string?  what the change replaced
function M.tell(ctx, inbox, event_type, encoded, operation_id, previous)
  event_queue.announce(ctx, event_type, ('"inbox_id":%s,"calendar_event":%s%s'):format(
    json.string(inbox.inbox_id), encoded, previous and ',"previous":' .. previous or ""), inbox,
    operation_id)
end

--- The answer to a change, which its event tells by the same id.
---@param row table      the event, or the date of a series
---@param before table?  the event, as it was before an update
---@return string
function M.changed(ctx, inbox, event_type, row, before)
  local operation_id, encoded = "op_" .. ctx.app.ids:token(), rows.encode(row)
  local is_update = before and not before.wall and event_type == "calendar.event.updated"
  M.tell(ctx, inbox, event_type, encoded, operation_id,
         is_update and rows.previous(before, row, COLUMNS) or nil)
  return ('{"event":%s,"operation_id":%s}'):format(encoded, json.string(operation_id))
end

--- Whether a timezone is known.
function M.is_timezone(name) return zones.find(name) ~= nil end

return M
