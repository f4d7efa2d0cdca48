-- SPDX-License-Identifier: MIT
-- The time of one organization: real (the host's clock plus its offset) or frozen. In milliseconds
-- since 1970.

local UNITS = { ms = 1, s = 1000, m = 60000, h = 3600000, d = 86400000 }

--- Milliseconds of a duration: seconds as a number, or "90s", "25h", "1h30m".
---@return integer? ms, string? problem
local function duration(value)
  if type(value) == "number" and value >= 0 and value < 1e10 then return value * 1000 // 1 | 0 end
  local total, rest = 0, type(value) == "string" and value or ""
  local parsed = rest ~= ""
  while rest ~= "" do
    local number, unit, after = rest:match("^(%d+%.?%d*)(%a+)(.*)$")
    if not number or not UNITS[unit] then parsed = false break end
    total, rest = total + tonumber(number) * UNITS[unit], after
  end
  if parsed then return math.floor(total) end
  return nil, 'expected seconds (a number) or a duration like "90s", "5m", "25h", "1h30m", "2d"'
end

-- Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local era = year // 400
  local of_era = year - era * 400
  local of_year = (153 * (month - 3) + 2) // 5 + day - 1
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

--- Milliseconds of an ISO 8601 date or time.
---@return integer? ms
local function parse(text)
  if type(text) ~= "string" then return nil end
  local year, month, day, rest = text:match("^(%d%d%d%d)-(%d%d)-(%d%d)(.*)$")
  if not year then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 or day < 1 or day > 31 then return nil end
  local ms = days(year, month, day) * 86400000
  if rest == "" then return ms end
  local hour, minute, tail = rest:match("^[Tt ](%d%d):(%d%d)(.*)$")
  if not hour or tonumber(hour) > 23 or tonumber(minute) > 59 then return nil end
  ms = ms + tonumber(hour) * 3600000 + tonumber(minute) * 60000
  local second, fraction, zone = tail:match("^:(%d%d)(%.?%d*)(.*)$")
  if second then
    if tonumber(second) > 60 or fraction == "." then return nil end
    ms = ms + math.floor((tonumber(second .. fraction)) * 1000 + 0.5)
  else
    zone = tail
  end
  if zone == "" or zone == "Z" or zone == "z" then return ms end
  local sign, zone_hour, zone_minute = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then return nil end
  local offset = (tonumber(zone_hour) * 60 + tonumber(zone_minute)) * 60000
  return sign == "+" and ms - offset or ms + offset
end

local seconds_known, seconds_text

--- Milliseconds since 1970 as the API writes time.
---@param ms integer
---@return string
local function text(ms)
  local seconds = ms // 1000
  if seconds ~= seconds_known then
    seconds_known, seconds_text = seconds, os.date("!%Y-%m-%dT%H:%M:%S", seconds)
  end
  return ("%s.%03dZ"):format(seconds_text, ms % 1000)
end

local DAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local MONTHS =
  { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- Milliseconds since 1970 as HTTP writes time, in any locale.
---@param ms integer
---@return string
local function http(ms)
  local at = os.date("!*t", ms // 1000)
  return ("%s, %02d %s %d %02d:%02d:%02d GMT"):format(DAYS[at.wday], at.day, MONTHS[at.month],
    at.year, at.hour, at.min, at.sec)
end

--- The organization's time now. `org.offset` is how far it was advanced, `org.frozen` the time at
--- which it is stopped, if it is.
---@param org table
---@param host_now integer
---@return integer ms
local function now(org, host_now)
  return org.frozen or host_now + org.offset
end

return { duration = duration, parse = parse, text = text, http = http, now = now }
