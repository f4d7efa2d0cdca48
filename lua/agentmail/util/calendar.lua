-- SPDX-License-Identifier: MIT
-- Times as the API writes them, by the civil calendar and in UTC.

--- Seconds since 1970 of an API time; nil for what is none.
---@param stamp any  "2026-08-31T12:00:00.000Z"
---@return number?
local function seconds(stamp)
  local y, m, d, hour, minute, second = tostring(stamp):match(
    "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+%.?%d*)")
  if not y then return nil end
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  if m <= 2 then y = y - 1 end
  local era_day = 365 * y + y // 4 - y // 100 + y // 400 + (153 * ((m + 9) % 12) + 2) // 5 + d
  return (era_day - 719469) * 86400 + hour * 3600 + minute * 60 + second
end

return { seconds = seconds }
