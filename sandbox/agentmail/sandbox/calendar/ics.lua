-- SPDX-License-Identifier: MIT
-- Writes iCalendar files (RFC 5545), as mails about events carry them (RFC 5546).

local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"
local recurrence = require "agentmail.sandbox.calendar.recurrence"
local zones = require "agentmail.sandbox.calendar.zones"

local DAY = 86400000

local M = {}

local function escaped(text)
  return (text:gsub("[\\,;]", "\\%0"):gsub("\r?\n", "\\n"))
end

-- Long lines continue on the next one, between characters of UTF-8.
local function folded(line)
  local parts = {}
  while #line > 73 do
    local cut = 73
    while (line:byte(cut + 1) or 0) & 0xC0 == 0x80 do cut = cut - 1 end
    parts[#parts + 1], line = line:sub(1, cut), line:sub(cut + 1)
  end
  parts[#parts + 1] = line
  return table.concat(parts, "\r\n ")
end

-- 20300502T090000, of milliseconds or of a wall time as text.
local function basic(time)
  local text = type(time) == "number" and clock.text(time):sub(1, 19) or time
  return (text:gsub("[-:]", ""))
end

-- Start and end: days, times in UTC, or the wall times that a rule repeats. The end of days is the
-- first day after.
local function times(row)
  if row.all_day == 1 then
    local after = clock.text(clock.parse(row["end"]) + DAY)
    return "DTSTART;VALUE=DATE:" .. basic(row.start), "DTEND;VALUE=DATE:" .. basic(after:sub(1, 10))
  elseif row.recurrence and row.timezone ~= "UTC" then
    local zone = ";TZID=" .. row.timezone .. ":"
    return "DTSTART" .. zone .. basic(row.start), "DTEND" .. zone .. basic(row["end"])
  end
  return "DTSTART:" .. basic(row.start_at) .. "Z", "DTEND:" .. basic(row.end_at) .. "Z"
end

-- Names a date of a series, wherever it was moved to.
local function recurrence_id(row)
  if row.all_day == 1 then return "RECURRENCE-ID;VALUE=DATE:" .. basic(row.wall):sub(1, 8) end
  return "RECURRENCE-ID:" .. basic(zones.utc(zones.find(row.timezone), row.wall)) .. "Z"
end

-- Adds the rule of a series, which ends where the series was cut, and the dates beside it.
local function add_recurrence(lines, row)
  local rules, all_day = json.decode(row.recurrence), row.all_day == 1
  local rule, cut = rules.rule, recurrence.wall(rules.truncate_before, all_day)
  if cut then
    rule = rule:upper():gsub(";?COUNT=%d+", ""):gsub(";?UNTIL=[^;]*", ""):gsub("^;", "")
      .. ";UNTIL=" .. basic(recurrence.written(cut - (all_day and DAY or 1000), all_day))
  end
  lines[#lines + 1] = "RRULE:" .. rule
  local kind = all_day and ";VALUE=DATE:" or ";TZID=" .. row.timezone .. ":"
  for _, text in ipairs(rules.exdates or {}) do
    lines[#lines + 1] = "EXDATE" .. kind .. basic(text)
  end
  for _, one in ipairs(rules.rdates or {}) do
    lines[#lines + 1] = "RDATE" .. kind .. basic(type(one) == "table" and one.start or one)
  end
end

--- The file of an event or a date.
---@param now integer
---@param method "REQUEST"|"CANCEL"|"REPLY"
---@param organizer string
---@param attendees table[]
---@param comment string?
---@return string bytes
function M.write(now, row, method, organizer, attendees, comment)
  local starts, ends = times(row)
  local lines = { "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AgentMail//Sandbox//EN",
    "METHOD:" .. method, "BEGIN:VEVENT", "UID:" .. row.uid, "SEQUENCE:" .. row.sequence,
    "DTSTAMP:" .. basic(now) .. "Z", starts, ends, "SUMMARY:" .. escaped(row.title),
    "STATUS:" .. (method == "CANCEL" and "CANCELLED" or row.status:upper()),
    "ORGANIZER:mailto:" .. organizer }
  if row.wall then lines[#lines + 1] = recurrence_id(row) end
  if row.recurrence then add_recurrence(lines, row) end
  if row.location then lines[#lines + 1] = "LOCATION:" .. escaped(row.location) end
  if row.description then lines[#lines + 1] = "DESCRIPTION:" .. escaped(row.description) end
  if comment then lines[#lines + 1] = "COMMENT:" .. escaped(comment) end
  for _, one in ipairs(attendees) do
    lines[#lines + 1] = ("ATTENDEE;PARTSTAT=%s:mailto:%s"):format(
      one.status:upper():gsub("_", "-"), one.email)
  end
  lines[#lines + 1], lines[#lines + 2] = "END:VEVENT", "END:VCALENDAR"
  for i, line in ipairs(lines) do lines[i] = folded(line) .. "\r\n" end
  return table.concat(lines)
end

return M
