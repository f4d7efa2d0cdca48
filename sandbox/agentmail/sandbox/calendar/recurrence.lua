-- SPDX-License-Identifier: MIT
-- Which dates a series has: by its rule, which libical expands, with its rdates, without its
-- exdates and what it is cut off from. A date is known by its wall time, in milliseconds as if it
-- were UTC; edits of single dates do not change that.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local ical = require "agentmail.sandbox.ical"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000
local MOST_COUNT, MOST_INTERVAL, MOST_EXDATES, MOST_RDATES, LONGEST = 10000, 366, 366, 100, 512
local DENSE, DENSE_DAYS = 730, 90
local LAST = "99991231T235959"

local M = {}

--- Milliseconds of a wall time as if it were UTC; nil: it is none, or before 1900.
---@param text any
---@param all_day boolean
---@return integer?
function M.wall(text, all_day)
  if type(text) ~= "string" or text < "1900" then return nil end
  if all_day then return text:find("^%d%d%d%d%-%d%d%-%d%d$") and clock.parse(text) or nil end
  return text:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d$") and clock.parse(text) or nil
end

--- A wall time as text.
---@param ms integer
---@param all_day boolean
---@return string
function M.written(ms, all_day) return clock.text(ms):sub(1, all_day and 10 or 19) end

-- As libical takes it.
local function basic(ms, all_day) return (M.written(ms, all_day):gsub("[-:]", "")) end

-- Rules -------------------------------------------------------------------------------------------

local function parts_of(rule)
  local parts = {}
  for name, value in rule:upper():gmatch "([^;=]+)=([^;]*)" do parts[name] = value end
  return parts
end

-- The rule with its UNTIL as a wall time of the series.
local function localized(event)
  return (event.recurrence.rule:upper():gsub("UNTIL=([^;]*)", function(text)
    local day, time, utc = text:match "^(%d%d%d%d%d%d%d%d)T?(%d*)(Z?)$"
    if not day then return nil end
    if event.all_day then return "UNTIL=" .. day end
    if time == "" then return "UNTIL=" .. day .. "T235959" end
    if utc == "" then return nil end
    local ms = clock.parse((day .. time):gsub("^(....)(..)(..)(..)(..)(..)$", "%1-%2-%3T%4:%5:%6"))
    return ms and "UNTIL=" .. basic(zones.wall(zones.find(event.timezone), ms), false)
  end))
end

-- Up to `most` dates of the rule from `from`, and before `before` if that is given.
local function by_rule(event, from, before, most)
  local all_day = event.all_day
  local start = M.wall(event.start, all_day)
  before = before and basic(before, all_day) or LAST:sub(1, all_day and 8 or nil)
  if #before > (all_day and 8 or 15) then before = LAST:sub(1, all_day and 8 or nil) end
  return ical.expand(localized(event), basic(start, all_day), basic(math.max(from, start), all_day),
                     before, most)
end

-- Dates -------------------------------------------------------------------------------------------

--- Milliseconds of a duration (RFC 5545) like P1DT2H or P2W; nil: it is none.
---@param text any
---@return integer?
function M.duration(text)
  if type(text) ~= "string" or text:find(("%d"):rep(8)) then return nil end
  local week = text:match "^P(%d+)W$"
  local day, time = text:match "^P(%d*)D?T?([%dHMS]*)$"
  if not week and (not day or day .. time == "") then return nil end
  local length = (tonumber(week) or 0) * 7 * DAY + (tonumber(day) or 0) * DAY
  for number, unit in (time or ""):gmatch "(%d+)([HMS])" do
    length = length + tonumber(number) * ({ H = 3600000, M = 60000, S = 1000 })[unit]
  end
  return length
end

-- The wall time of an rdate, and its own length, if it has one.
local function rdate(event, one)
  if type(one) ~= "table" then return M.wall(one, event.all_day) end
  local wall, stop = M.wall(one.start, event.all_day), M.wall(one["end"], event.all_day)
  if wall and stop and stop >= wall then return wall, stop - wall end
  local length = M.duration(one.duration)
  if wall and length then return wall, length end
end

-- What was cancelled: the set of single dates, and the date that all have gone from on, if there is
-- one.
local function cancelled(event)
  local single = {}
  for _, text in ipairs(event.recurrence.exdates or {}) do
    single[M.wall(text, event.all_day) or 0] = true
  end
  return single, M.wall(event.recurrence.truncate_before, event.all_day)
end

--- The dates of a series { start, all_day, timezone, recurrence }, in order.
---@param from integer   wall time, like `before`
---@param before integer?
---@param most integer?  default 10000
---@return integer[]
function M.walls(event, from, before, most)
  most = most or MOST_COUNT
  local list, seen, gone, cut = {}, {}, cancelled(event)
  if cut then before = math.min(before or cut, cut) end
  local function add(wall)
    if wall >= from and not (before and wall >= before) and not gone[wall] and not seen[wall] then
      seen[wall], list[#list + 1] = true, wall
    end
  end
  local all = by_rule(event, from, before, most + #(event.recurrence.exdates or {}))
  for _, wall in ipairs(all or {}) do add(wall) end
  for _, one in ipairs(event.recurrence.rdates or {}) do
    local wall = rdate(event, one)
    if wall then add(wall) end
  end
  table.sort(list)
  return table.move(list, 1, math.min(most, #list), 1, {})
end

--- Whether a series has a date ("date"), or had it until it was cancelled ("gone").
---@return "date"|"gone"|nil
function M.state(event, wall)
  local all = by_rule(event, wall, wall + (event.all_day and DAY or 1000), 1)
  local found = all and all[1] == wall
  for _, one in ipairs(event.recurrence.rdates or {}) do
    found = found or rdate(event, one) == wall
  end
  if not found then return nil end
  local gone, cut = cancelled(event)
  return (gone[wall] or cut and wall >= cut) and "gone" or "date"
end

--- The length of the wall time of a date: the series', or one of its own.
---@return integer ms
function M.length(event, wall)
  for _, one in ipairs(event.recurrence.rdates or {}) do
    local at, length = rdate(event, one)
    if at == wall and length then return length end
  end
  return M.wall(event["end"], event.all_day) - M.wall(event.start, event.all_day)
end

-- Checks ------------------------------------------------------------------------------------------

local FREQUENCIES = { DAILY = true, WEEKLY = true, MONTHLY = true, YEARLY = true }
local SHORTER = { SECONDLY = true, MINUTELY = true, HOURLY = true }

local function check_rule(rule, all_day)
  local parts = parts_of(rule)
  local count, interval = tonumber(parts.COUNT or 1), tonumber(parts.INTERVAL or 1)
  if #rule > LONGEST or not (FREQUENCIES[parts.FREQ] or SHORTER[parts.FREQ])
    or not count or count > MOST_COUNT or not interval or interval > MOST_INTERVAL then
    return errors.invalid_field("expected a rule of RFC 5545, of up to 512 characters, with a "
      .. "COUNT of up to 10000 and an INTERVAL of up to 366", "recurrence", "rule")
  end
  if SHORTER[parts.FREQ] and all_day then
    return errors.invalid_field("days repeat by a rule of days", "recurrence", "rule")
  end
end

-- Only rules below a day, and those that name times of a day, have more than one date a day.
local function is_dense(event)
  local rule = event.recurrence.rule:upper()
  if not SHORTER[parts_of(rule).FREQ] and not rule:find "BY[HMS][OIE][UNC]" then return false end
  local list = M.walls(event, M.wall(event.start, event.all_day))
  for i = DENSE + 1, #list do
    if list[i] - list[i - DENSE] < DENSE_DAYS * DAY then return true end
  end
  return false
end

--- Refuses what a series { start, all_day, timezone, recurrence } says, whose start is a wall time.
---@return table? refusal
function M.check(event)
  local recurrence, all_day = event.recurrence, event.all_day
  local refusal = check_rule(recurrence.rule, all_day)
  if refusal then return refusal end
  for name, most in pairs { exdates = MOST_EXDATES, rdates = MOST_RDATES } do
    local list = recurrence[name] or {}
    if #list > most then
      return errors.invalid_field(("at most %d"):format(most), "recurrence", name)
    end
    for i, one in ipairs(list) do
      if not (name == "rdates" and rdate(event, one) or M.wall(one, all_day)) then
        return errors.invalid_field("expected a wall time like the start", "recurrence", name,
                                    i - 1)
      end
    end
  end
  local start = M.wall(event.start, all_day)
  local first, problem = by_rule(event, start, start + DAY, 1)
  if not first then return errors.invalid_field(problem, "recurrence", "rule") end
  if first[1] ~= start then
    return errors.invalid_field("DTSTART must match the recurrence: the start is no date of the "
      .. "rule", "start")
  end
  if is_dense(event) then
    return errors.refusal(409, "recurrence_density_limit",
      "The rule has more than 730 dates in 90 days.")
  end
end

return M
