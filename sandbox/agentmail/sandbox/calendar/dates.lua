-- SPDX-License-Identifier: MIT
-- The single dates of a series, as rows of events: what the series says, with what was changed for
-- the date alone, or for all dates from an earlier one on. The id of a date has its first wall time
-- and stays, also when the date is moved.

local copy = require "agentmail.util.copy".copy
local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local rows = require "agentmail.sandbox.calendar.rows"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000
--- More than the longest date and what zones differ by.
local MARGIN = 34 * DAY
--- More dates than a dense series has within its longest date.
local UPCOMING = 1000
--- Before all dates.
local EVER = math.mininteger // 2

--- The columns that a change of dates keeps, in the form of the store.
local COLUMNS = { "title", "description", "location", "metadata", "status", "start", "end",
                  "duration_mode", "attendees", "response_status" }

local M = {}

--- The id of a series and the wall time of one of its dates; nil: it is no dated id.
---@return string? series_id, integer? wall
function M.dated(event_id)
  local series_id, kind, year, month, day, time =
    event_id:match("^(.-)_([td])(%d%d%d%d)(%d%d)(%d%d)T?(%d*)$")
  if not series_id or #time ~= (kind == "t" and 6 or 0) then return nil end
  local text = ("%s-%s-%s"):format(year, month, day)
  if kind == "t" then text = text .. time:gsub("(..)(..)(..)", "T%1:%2:%3") end
  return series_id, recurrence.wall(text, kind == "d")
end

local function dated_id(row, wall)
  local all_day = row.all_day == 1
  return row.event_id .. (all_day and "_d" or "_t")
    .. recurrence.written(wall, all_day):gsub("[-:]", "")
end

--- A series as recurrence.lua takes it.
---@return table event
function M.series(row)
  return { start = row.start, ["end"] = row["end"], all_day = row.all_day == 1,
           timezone = row.timezone, recurrence = json.decode(row.recurrence) }
end

-- Changes -----------------------------------------------------------------------------------------

-- The changes of a series: by wall time those of single dates (or of one of them), and in order
-- those of all dates from one on.
local function changes_of(ctx, row, wall)
  local single, onward = {}, {}
  for _, change in ipairs(ctx.db:rows([[SELECT * FROM calendar_dates WHERE event = ?1
    AND (?2 IS NULL OR wall = ?2 OR onward = 1) ORDER BY wall]], row.id, wall)) do
    change.columns = json.decode(change.changes)
    if change.onward == 1 then onward[#onward + 1] = change else single[change.wall] = change end
  end
  return { single = single, onward = onward }
end

local function put(date, columns)
  for _, name in ipairs(COLUMNS) do date[name] = columns[name] end
end

local function length_of(columns, all_day)
  return recurrence.wall(columns["end"], all_day) - recurrence.wall(columns.start, all_day)
end

-- Start and end of a date that was not changed alone.
local function place(date, series, wall, length)
  date.start = recurrence.written(wall, series.all_day)
  date["end"] = recurrence.written(wall + length, series.all_day)
  if date.duration_mode == "exact" and not series.all_day then
    local zone = zones.find(series.timezone)
    local first = recurrence.wall(series.start, false)
    local exact = zones.utc(zone, first + length) - zones.utc(zone, first)
    date["end"] = recurrence.written(zones.wall(zone, zones.utc(zone, wall) + exact), false)
  end
end

-- The row of one date.
local function build(row, series, changes, wall)
  local date = copy(row)
  date.event_id, date.series_id, date.wall = dated_id(row, wall), row.event_id, wall
  date.recurrence, date.row = nil, row
  local length, last = recurrence.length(series, wall), nil
  for _, change in ipairs(changes.onward) do
    if change.wall <= wall then last = change end
  end
  if last then
    put(date, last.columns)
    length, date.updated_at = length_of(last.columns, series.all_day), last.updated_at
  end
  place(date, series, wall, length)
  local own = changes.single[wall]
  if own then
    put(date, own.columns)
    date.is_exception, date.updated_at = true, own.updated_at
  end
  local settled = { start = date.start, ["end"] = date["end"], all_day = series.all_day,
                    timezone = series.timezone, duration_mode = date.duration_mode }
  rows.settle(settled)
  date.start_at, date.end_at = settled.start_at, settled.end_at
  return date
end

-- Reading -----------------------------------------------------------------------------------------

--- The row of a date of a series, or why there is none.
---@return table? date, "gone"|nil state
function M.find(ctx, row, wall)
  if not row.recurrence then return nil end
  local series = M.series(row)
  local state = recurrence.state(series, wall)
  if state ~= "date" then return nil, state end
  return build(row, series, changes_of(ctx, row, wall), wall)
end

-- The rows of the dates that were changed alone.
local function changed_alone(row, series, changes)
  local list = {}
  for wall in pairs(changes.single) do list[#list + 1] = build(row, series, changes, wall) end
  return list
end

--- The rows of all dates of a series that could be within a time, and some around it.
---@param after integer   milliseconds, like `before`
---@return table[] dates
function M.around(ctx, row, after, before)
  local series, changes = M.series(row), changes_of(ctx, row)
  local list = changed_alone(row, series, changes)
  for _, wall in ipairs(recurrence.walls(series, after - MARGIN, before + 2 * DAY)) do
    if not changes.single[wall] then list[#list + 1] = build(row, series, changes, wall) end
  end
  return list
end

--- The rows of some dates of a series: those that changed alone, and the next others that may start
--- or end at a time or later.
---@param from integer
---@return table[] dates
function M.upcoming(ctx, row, from)
  local series, changes = M.series(row), changes_of(ctx, row)
  local list = changed_alone(row, series, changes)
  local longest = #(series.recurrence.rdates or {}) > 0 and MARGIN or length_of(row, series.all_day)
  for _, change in ipairs(changes.onward) do
    longest = math.max(longest, length_of(change.columns, series.all_day))
  end
  for _, wall in ipairs(recurrence.walls(series, from - longest - 3 * DAY, nil, UPCOMING)) do
    if not changes.single[wall] then
      list[#list + 1] = build(row, series, changes, wall)
      if list[#list].start_at > from then break end -- the others come later
    end
  end
  return list
end

--- Whether a date is the first that its series still has.
function M.is_first(row, wall)
  local series = M.series(row)
  local next_one = wall + (series.all_day and DAY or 1000)
  return recurrence.walls(series, EVER, next_one, 1)[1] == wall
end

-- Writing -----------------------------------------------------------------------------------------

local function keep(ctx, row, wall, onward, columns)
  ctx.db:run([[INSERT INTO calendar_dates (org, event, wall, onward, changes, updated_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event, wall, onward) DO UPDATE SET
    changes = excluded.changes, updated_at = excluded.updated_at]], ctx.org.id, row.id, wall,
    onward and 1 or 0, json.encode(columns), ctx.now)
end

--- Keeps the columns of a date for it alone, or for it and all later ones.
---@param columns table  in the form of the store
---@param onward boolean?
function M.change(ctx, date, columns, onward)
  local kept = {}
  for _, name in ipairs(COLUMNS) do kept[name] = columns[name] end
  if not onward or date.is_exception then keep(ctx, date.row, date.wall, false, kept) end
  if onward then keep(ctx, date.row, date.wall, true, kept) end
  ctx.db:run("UPDATE calendar_events SET dates_revision = dates_revision + 1 WHERE id = ?",
             date.row.id)
end

--- After a series was changed: what was changed holds for all dates that were not changed alone,
--- and changes of dates that it no longer has are dropped.
---@param row table        as stored now
---@param names string[]?  the columns that were changed
function M.follow(ctx, row, names)
  local changes, series = changes_of(ctx, row), row.recurrence and M.series(row)
  local there, last = {}, next(changes.single)
  for wall in pairs(changes.single) do last = math.max(last, wall) end
  for _, wall in ipairs(series and last and recurrence.walls(series, EVER, last + DAY)
                        or {}) do
    there[wall] = true
  end
  for wall in pairs(changes.single) do
    if not there[wall] then
      ctx.db:run("DELETE FROM calendar_dates WHERE event = ? AND wall = ? AND onward = 0", row.id,
                 wall)
    end
  end
  for _, change in ipairs(changes.onward) do
    for _, name in ipairs(names or {}) do change.columns[name] = row[name] end
    if series then keep(ctx, row, change.wall, true, change.columns) end
  end
  if not series then ctx.db:run("DELETE FROM calendar_dates WHERE event = ?", row.id) end
end

return M
