-- SPDX-License-Identifier: MIT
-- Applies the calendar files of mails that are received (RFC 5546): an invitation becomes an event,
-- or changes or cancels it; an attendee's answer is noted in the event of this inbox.

local addresses = require "agentmail.sandbox.mail.addresses"
local alarms = require "agentmail.sandbox.calendar.alarms"
local attachments = require "agentmail.sandbox.mail.attachments"
local base64 = require "agentmail.sandbox.store.base64"
local clock = require "agentmail.sandbox.store.clock"
local dates = require "agentmail.sandbox.calendar.dates"
local gmime = require "agentmail.sandbox.gmime"
local ics_read = require "agentmail.sandbox.calendar.ics_read"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local rows = require "agentmail.sandbox.calendar.rows"
local store = require "agentmail.sandbox.calendar.store"
local zones = require "agentmail.sandbox.calendar.zones"

local M = {}

-- Finding -----------------------------------------------------------------------------------------

local function by_uid(ctx, inbox, uid)
  return ctx.db:row("SELECT * FROM calendar_events WHERE inbox = ? AND uid = ?", inbox.id, uid)
end

-- The row that an event of a file speaks of: the event, or a date of the series; nil: none.
local function addressed(ctx, row, event)
  if not event.slot then return row end
  local slot, zone = event.slot, zones.find(row.timezone)
  return (dates.find(ctx, row, slot.all_day and slot.wall or zones.wall(zone, slot.at)))
end

local function attendee_of(list, email)
  for _, one in ipairs(list or {}) do
    if one.email == email then return one end
  end
end

-- Keeping -----------------------------------------------------------------------------------------

-- Stores what a row has become, and tells of it.
local function keep(ctx, inbox, row, event, sequence, event_type)
  local after
  if row.wall then
    dates.change(ctx, row, store.stored(event))
    after = dates.find(ctx, store.row(ctx, row.series_id), row.wall)
  else
    after = store.save(ctx, row, event, sequence)
    local names = {}
    for _, name in ipairs(store.COLUMNS) do
      if row[name] ~= after[name] then names[#names + 1] = name end
    end
    dates.follow(ctx, after, names)
  end
  alarms.set(ctx, after)
  store.changed(ctx, inbox, event_type, after, row)
  return after.event_id
end

local function create(ctx, inbox, event, message_id)
  if event.slot or store.is_full(ctx, inbox) then return nil end
  local row = store.insert(ctx, inbox, event, { source = "email", uid = event.uid,
    sequence = event.sequence, organizer_email = event.organizer, origin_message_id = message_id,
    response_status = event.response_status })
  alarms.set(ctx, row)
  store.changed(ctx, inbox, "calendar.event.created", row)
  return row.event_id
end

-- Methods -----------------------------------------------------------------------------------------

-- What was answered holds until the time changes.
local function response(inbox, row, event)
  local own = attendee_of(event.attendees, inbox.inbox_id)
  if not own then return nil end
  local same = row and row.start == event.start and row["end"] == event["end"]
  if own.status == "needs_action" and same then return row.response_status or own.status end
  return own.status
end

-- The organizer speaks of an event that came by mail, in this or a later version.
local function is_organizer(row, event)
  return row.source == "email" and row.organizer_email == event.organizer
    and event.sequence >= row.sequence
end

-- Turns the times of a file into wall times of a series' zone; false: only one of them has days.
local function placed(row, event)
  if event.all_day ~= (row.all_day == 1) then return false end
  if not event.all_day then
    local zone = zones.find(row.timezone)
    event.start = recurrence.written(zones.wall(zone, event.start_at), false)
    event["end"] = recurrence.written(zones.wall(zone, event.end_at), false)
  end
  return true
end

local ACTS = {}

function ACTS.REQUEST(ctx, inbox, event, message)
  local whole = by_uid(ctx, inbox, event.uid)
  if whole and not is_organizer(whole, event) then return nil end
  local row = whole and addressed(ctx, whole, event)
  event.response_status = response(inbox, row, event)
  if store.check(event, row and row.wall) then return nil end
  if row and row.wall and not placed(row, event) then return nil end
  if not whole then return create(ctx, inbox, event, message.message_id) end
  return row and keep(ctx, inbox, row, event, event.sequence, "calendar.event.updated")
end

function ACTS.CANCEL(ctx, inbox, event)
  local row = by_uid(ctx, inbox, event.uid)
  if not row or not is_organizer(row, event) then return nil end
  row = addressed(ctx, row, event)
  if not row or row.status == "cancelled" then return row and row.event_id end
  local changed = store.event_of(row)
  changed.status = "cancelled"
  rows.settle(changed)
  return keep(ctx, inbox, row, changed, event.sequence, "calendar.event.updated")
end

function ACTS.REPLY(ctx, inbox, event, message)
  local row = by_uid(ctx, inbox, event.uid)
  row = row and row.source == "api" and addressed(ctx, row, event)
  local sender = (addresses.bare(message.from) or ""):lower()
  local answer = attendee_of(event.attendees, sender)
  local changed = row and store.event_of(row)
  local attendee = changed and attendee_of(changed.attendees, sender)
  if not answer or not attendee then return nil end
  attendee.status, attendee.comment = answer.status, event.comment
  attendee.responded_at = clock.text(ctx.now)
  rows.settle(changed)
  return keep(ctx, inbox, row, changed, row.sequence, "calendar.event.responded")
end

-- Mails -------------------------------------------------------------------------------------------

local function file_of(ctx, id)
  for _, file in ipairs(attachments.of(ctx.db, "m" .. id)) do
    local kind = (file.content_type or ""):lower()
    if kind:find "^text/calendar" or kind:find "^application/ics" then
      local content = ctx.db:values("SELECT base64 FROM contents WHERE id = ?", file.content)
      return (gmime.utf8(base64.decode(content), "utf-8"))
    end
  end
end

--- Applies the first calendar file of a mail, once. The mail then names the event.
---@param message table  its row
function M.apply(ctx, inbox, message)
  local text = not message.calendar_event_id and message.attachments and file_of(ctx, message.id)
  if not text then return end
  local method, events = ics_read.read(text, store.calendar(ctx, inbox).timezone)
  local act, event_id = ACTS[method], nil
  for _, event in ipairs(act and events or {}) do
    local id = act(ctx, inbox, event, message)
    event_id = event_id or id
  end
  if event_id then
    ctx.db:run("UPDATE messages SET calendar_event_id = ? WHERE id = ?", event_id, message.id)
  end
end

return M
