-- SPDX-License-Identifier: MIT
-- Reads iCalendar files (RFC 5545), as mails about events carry them (RFC 5546). Zones are known by
-- their IANA names only: an event in another one is left out.

local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000
local LARGEST, MOST_EVENTS = 1024 * 1024, 100

local M = {}

-- Lines -------------------------------------------------------------------------------------------

-- { name, value, parameters } of an unfolded line; nil: it is none.
local function property(line)
  local name, at = line:match "^([%w-]+)()"
  if not name then return nil end
  local parameters = {}
  while line:byte(at) == 59 do -- ;
    local key, value, after = line:match('^;([%w-]+)="([^"]*)"()', at)
    if not key then key, value, after = line:match('^;([%w-]+)=([^;:"]*)()', at) end
    if not key then return nil end
    parameters[key:upper()], at = value, after
  end
  local value = line:match("^:(.*)$", at)
  return value and { name = name:upper(), value = value, parameters = parameters }
end

-- The METHOD of a file, and the properties of each event, without those of its alarms.
local function components(text)
  local method, events, open, nested = nil, {}, nil, 0
  text = text:gsub("\r\n?", "\n"):gsub("\n[ \t]", "") .. "\n"
  for line in text:gmatch "([^\n]*)\n" do
    local one = property(line)
    local name = one and one.name
    if name == "BEGIN" and open then
      nested = nested + 1
    elseif name == "BEGIN" and one.value:upper() == "VEVENT" and #events < MOST_EVENTS then
      open = {}
    elseif name == "END" and nested > 0 then
      nested = nested - 1
    elseif name == "END" and open then
      events[#events + 1], open = open, nil
    elseif name and open and nested == 0 then
      open[#open + 1] = one
    elseif name == "METHOD" then
      method = one.value:upper()
    end
  end
  return method, events
end

local function unescaped(one)
  return one and (one.value:gsub("\\(.)", function(char)
    return char:lower() == "n" and "\n" or char
  end))
end

local function integer(one)
  return one and math.tointeger(tonumber(one.value)) or 0
end

local function address(one)
  local email = one and one.value:match "^[Mm][Aa][Ii][Ll][Tt][Oo]:(.+)$"
  return email and email:lower()
end

-- Times -------------------------------------------------------------------------------------------

-- { wall, all_day, at, zone, timezone } of a text; nil: it is no time, or in an unknown zone.
-- `timezone` is that of times that name none.
local function moment(text, parameters, timezone)
  local year, month, day, time, utc = text:match "^(%d%d%d%d)(%d%d)(%d%d)T?(%d*)(Z?)$"
  if not year or #time ~= 0 and #time ~= 6 then return nil end
  local all_day = time == ""
  local wall = recurrence.wall(("%s-%s-%s"):format(year, month, day)
    .. time:gsub("(..)(..)(..)", "T%1:%2:%3"), all_day)
  local name = utc == "Z" and "UTC" or parameters.TZID or timezone
  local zone = zones.find(name)
  if not wall or not zone then return nil end
  return { wall = wall, all_day = all_day, at = zones.utc(zone, wall), zone = zone,
           timezone = name }
end

-- A time as a wall time of the zone of another.
local function wall_like(start, one)
  return start.all_day and one.wall or zones.wall(start.zone, one.at)
end

-- The last day, or the time, at which an event ends.
local function end_wall(start, first)
  local stop = first.DTEND and moment(first.DTEND.value, first.DTEND.parameters, start.timezone)
  local wall = stop and wall_like(start, stop)
  if not stop and first.DURATION then
    local length = recurrence.duration(first.DURATION.value)
    wall = length and start.wall + length
  end
  if not start.all_day then return wall or start.wall end
  return math.max(start.wall, (wall or start.wall) - DAY)
end

-- The wall times of EXDATE or RDATE lines.
local function walls(start, lines)
  local list = {}
  for _, one in ipairs(lines) do
    for text in one.value:gmatch "[^,]+" do
      local date = moment(text, one.parameters, start.timezone)
      if date then
        list[#list + 1] = recurrence.written(wall_like(start, date), start.all_day)
      end
    end
  end
  return #list > 0 and json.array(list) or nil
end

-- Events ------------------------------------------------------------------------------------------

local STATUSES = { CONFIRMED = "confirmed", TENTATIVE = "tentative", CANCELLED = "cancelled" }
local ANSWERS = { ACCEPTED = "accepted", DECLINED = "declined", TENTATIVE = "tentative" }

local function attendees_of(lines)
  local list, seen = {}, {}
  for _, one in ipairs(lines) do
    local email, given = address(one), one.parameters
    if email and not seen[email] then
      seen[email] = true
      list[#list + 1] = { email = email, name = given.CN,
        status = ANSWERS[(given.PARTSTAT or ""):upper()] or "needs_action",
        role = (given.ROLE or ""):upper() == "OPT-PARTICIPANT" and "optional" or "required" }
    end
  end
  return #list > 0 and list or nil
end

-- An event as store.lua checks it, with uid, sequence, organizer, comment and, for a date of a
-- series, the time `slot` that names it; nil: it has no start, or no uid.
local function event_of(properties, timezone)
  local first, many = {}, { ATTENDEE = {}, EXDATE = {}, RDATE = {} }
  for _, one in ipairs(properties) do
    local list = many[one.name]
    if list then list[#list + 1] = one else first[one.name] = first[one.name] or one end
  end
  local start = first.DTSTART
    and moment(first.DTSTART.value, first.DTSTART.parameters, timezone)
  local slot, title = first["RECURRENCE-ID"], unescaped(first.SUMMARY)
  slot = slot and moment(slot.value, slot.parameters, timezone)
  if not start or not first.UID or first["RECURRENCE-ID"] and not slot then return nil end
  return {
    uid = first.UID.value, sequence = integer(first.SEQUENCE),
    organizer = address(first.ORGANIZER), comment = unescaped(first.COMMENT), slot = slot,
    title = title and title ~= "" and title or "(no title)",
    description = unescaped(first.DESCRIPTION), location = unescaped(first.LOCATION),
    status = STATUSES[first.STATUS and first.STATUS.value:upper()] or "confirmed",
    all_day = start.all_day, start = recurrence.written(start.wall, start.all_day),
    ["end"] = recurrence.written(end_wall(start, first), start.all_day),
    timezone = start.timezone, duration_mode = "nominal", attendees = attendees_of(many.ATTENDEE),
    recurrence = first.RRULE and { rule = first.RRULE.value, exdates = walls(start, many.EXDATE),
                                   rdates = walls(start, many.RDATE) },
  }
end

--- Reads a file.
---@param text string      UTF-8
---@param timezone string  of times that name none
---@return string? method, table[] events
function M.read(text, timezone)
  if #text > LARGEST then return nil, {} end
  local method, found = components(text)
  local events = {}
  for _, properties in ipairs(found) do
    events[#events + 1] = event_of(properties, timezone)
  end
  return method, events
end

return M
