-- SPDX-License-Identifier: MIT
-- Converts times in the API's format, in the civil calendar and UTC.

local format, tointeger = string.format, math.tointeger

--- Seconds since 1970 of an API time; nil for anything else. A time may end in a zone offset; a
--- date alone means its midnight.
---@param stamp any  "2026-08-31T12:00:00.000Z"
---@return number?
local function seconds(stamp)
  local y, m, d, rest = tostring(stamp):match("^(%d+)-(%d+)-(%d+)(.*)$")
  if not y then return nil end
  local hour, minute, second, zone = rest:match("^[Tt ](%d+):(%d+):?(%d*%.?%d*)(.*)$")
  if not hour then
    if rest ~= "" then return nil end
    hour, minute, second, zone = 0, 0, "", ""
  end
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  if m <= 2 then y = y - 1 end
  local era_day = 365 * y + y // 4 - y // 100 + y // 400 + (153 * ((m + 9) % 12) + 2) // 5 + d
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  local east = sign and tonumber(sign .. "1") * (hours * 60 + minutes) * 60 or 0
  return (era_day - 719469) * 86400 + hour * 3600 + minute * 60 + (tonumber(second) or 0) - east
end

-- Year, month and day of a number of days since 1970.
local function date(days)
  days = days + 719468 -- since 0000-03-01
  local day = days % 146097
  local year = (day - day // 1460 + day // 36524 - day // 146096) // 365
  local day_of_year = day - (365 * year + year // 4 - year // 100)
  local march = (5 * day_of_year + 2) // 153 -- months since March
  local month = march < 10 and march + 3 or march - 9
  return year + days // 146097 * 400 + (month <= 2 and 1 or 0), month,
    day_of_year - (153 * march + 2) // 5 + 1
end

--- The API time for seconds since 1970, to the microsecond.
---@param time number
---@return string  "2026-08-31T12:00:00.000000Z"
local function stamp(time)
  local microseconds = tointeger((time * 1e6 + 0.5) // 1)
  local second = microseconds // 1000000
  local year, month, day = date(second // 86400)
  second = second % 86400
  return format("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day, second // 3600,
    second // 60 % 60, second % 60, microseconds % 1000000)
end

return { seconds = seconds, stamp = stamp }
