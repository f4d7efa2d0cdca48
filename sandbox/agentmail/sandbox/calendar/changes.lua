-- SPDX-License-Identifier: MIT
-- Changes of events, of whole series and of their single dates, as requests ask for them.

local clock = require "agentmail.sandbox.store.clock"
local dates = require "agentmail.sandbox.calendar.dates"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local rows = require "agentmail.sandbox.calendar.rows"
local sets = require "agentmail.sandbox.store.sets"
local store = require "agentmail.sandbox.calendar.store"

local MOST_EXDATES = 366

--- What a date of a series shares with all others.
local SHARED = { "all_day", "timezone", "recurrence" }
--- What can change after the end.
local AFTERWARDS = sets.of { "title", "description", "location", "metadata", "attendees",
                             "send_invites" }

local M = {}

-- Refuses to change what has begun, or is over.
local function check_time(ctx, row)
  local body = ctx.body
  if ctx.now >= row.start_at and body.start and body.start ~= row.start then
    return errors.refusal(409, "event_already_started", "The event has started.",
                          "Change its end, or its status.")
  end
  if row.recurrence or ctx.now < row.end_at then return nil end
  for name in pairs(body) do
    local same = name == "start" or row[name] == body[name]
    if not AFTERWARDS[name] and not same then
      return errors.refusal(409, "event_already_started",
                            ("The event is over: %s cannot change."):format(name))
    end
  end
end

--- Refuses what an event or a date of a series cannot change.
---@return table? refusal
function M.check(ctx, row)
  local body = ctx.body
  if row.wall then
    for _, name in ipairs(SHARED) do
      if body[name] ~= nil then
        return errors.invalid_field("belongs to the series, not to one of its dates", name)
      end
    end
    if body.start and ctx.query.mode == "future" then
      return errors.refusal(409, "future_edit_start_move_not_supported",
        "The start of this date and all later ones cannot change.", "Change the series.")
    end
  elseif (body.start == nil) ~= (body["end"] == nil) then
    return errors.invalid_field("start and end change together", "start")
  elseif body.all_day ~= nil and body.all_day ~= (row.all_day == 1)
    and not (body.start and body.timezone) then
    return errors.invalid_field("changes together with start, end and timezone", "all_day")
  end
  return check_time(ctx, row)
end

-- Sets what the body names; null clears.
local function apply(event, body)
  for name, value in pairs(body) do
    if name ~= "send_invites" then
      if value == json.null then value = nil end
      event[name] = value
    end
  end
end

--- Changes an event, or a series with all its dates that were not changed alone.
---@return table? row, table? refusal
function M.whole(ctx, row)
  local event, names = store.event_of(row), {}
  apply(event, ctx.body)
  local refusal = store.check(event)
  if refusal then return nil, refusal end
  row = store.save(ctx, row, event)
  for name in pairs(ctx.body) do names[#names + 1] = name end
  dates.follow(ctx, row, names)
  return row
end

-- Keeps what a date of a series has become: alone, or with all later ones.
local function keep_date(ctx, date, event)
  dates.change(ctx, date, store.stored(event), ctx.query.mode == "future")
  return (dates.find(ctx, store.row(ctx, date.series_id), date.wall))
end

--- Changes a date of a series: alone, or with all later ones.
---@return table? date, table? refusal
function M.date(ctx, date)
  local event = store.event_of(date)
  if ctx.body.start and not ctx.body["end"] then -- it moves
    local all_day = event.all_day
    local start, stop = recurrence.wall(event.start, all_day),
                        recurrence.wall(event["end"], all_day)
    local moved = recurrence.wall(ctx.body.start, all_day)
    if not moved then return nil, errors.invalid_field("expected a wall time", "start") end
    event["end"] = recurrence.written(moved + stop - start, all_day)
  end
  apply(event, ctx.body)
  local refusal = store.check(event, true)
  if refusal then return nil, refusal end
  return keep_date(ctx, date, event)
end

--- Cancels a date of a series: alone, or with all later ones.
---@return table? date, table? refusal
function M.cancel(ctx, date)
  local event = store.event_of(date.row)
  local slot = recurrence.written(date.wall, event.all_day)
  if ctx.query.mode == "future" then
    event.recurrence.truncate_before = slot
  else
    local exdates = event.recurrence.exdates or {}
    if #exdates >= MOST_EXDATES then
      return nil, errors.invalid_field("the series has 366 exdates already", "event_id")
    end
    exdates[#exdates + 1] = slot
    event.recurrence.exdates = exdates
  end
  rows.settle(event)
  dates.follow(ctx, store.save(ctx, date.row, event))
  date.status, date.revision = "cancelled", date.row.revision + 1
  return date
end

--- Answers an invitation.
---@return table row
function M.respond(ctx, inbox, row)
  local event = store.event_of(row)
  event.response_status = ctx.body.status
  for _, one in ipairs(event.attendees or {}) do
    if one.email == inbox.inbox_id then
      one.status, one.comment, one.responded_at = ctx.body.status, ctx.body.comment,
                                                  clock.text(ctx.now)
    end
  end
  rows.settle(event)
  return row.wall and keep_date(ctx, row, event) or store.save(ctx, row, event, row.sequence)
end

return M
