-- SPDX-License-Identifier: MIT
-- Time zones: wall times and UTC, from the machine's zone files (RFC 8536).

local FOLDER = "/usr/share/zoneinfo/"
local MAGIC, HEADER = "TZif", 44

-- The 64-bit part of a file: times of change in order, and the offset in seconds after each.
local function parse(bytes)
  local at = 1
  local function counts()
    local utc, std, leap, changes, types, chars =
      (">I4I4I4I4I4I4"):unpack(bytes, at + 20)
    return utc, std, leap, changes, types, chars
  end
  local utc, std, leap, changes, types, chars = counts()
  at = at + HEADER + changes * 5 + types * 6 + chars + leap * 8 + std + utc
  local _
  _, _, _, changes, types = counts()
  local times, kinds, offsets = {}, {}, {}
  local from = at + HEADER
  for i = 1, changes do times[i] = (">i8"):unpack(bytes, from + (i - 1) * 8) end
  from = from + changes * 8
  for i = 1, changes do kinds[i] = bytes:byte(from + i - 1) + 1 end
  from = from + changes
  for i = 1, types do offsets[i] = (">i4"):unpack(bytes, from + (i - 1) * 6) end
  return { times = times, kinds = kinds, offsets = offsets }
end

local zones = { UTC = { times = {}, kinds = {}, offsets = { 0 } } }

--- A zone by its IANA name; nil: there is no such zone.
---@param name string
---@return table?
local function find(name)
  if zones[name] then return zones[name] end
  if not name:find("^[%a][%w_+-]*/?[%w_+/-]*$") then return nil end
  local file <close> = io.open(FOLDER .. name, "rb")
  local bytes = file and file:read("a")
  if not bytes or bytes:sub(1, 4) ~= MAGIC or bytes:byte(5) < 50 then return nil end
  zones[name] = parse(bytes)
  return zones[name]
end

-- The offset from UTC in milliseconds at a time.
local function offset_at(zone, ms)
  local seconds, low, high = ms // 1000, 0, #zone.times
  while low < high do -- the last change that is not later
    local middle = (low + high + 1) // 2
    if zone.times[middle] <= seconds then low = middle else high = middle - 1 end
  end
  return zone.offsets[low == 0 and 1 or zone.kinds[low]] * 1000
end

--- The time of a wall clock, given as if it were UTC. A time that the clock skips counts from
--- before the change, one that it shows twice is the first.
---@param zone table
---@param wall integer  milliseconds
---@return integer ms
local function utc(zone, wall)
  local before = wall - offset_at(zone, wall - 86400000)
  local after = wall - offset_at(zone, wall + 86400000)
  if offset_at(zone, before) == wall - before then return before end
  return offset_at(zone, after) == wall - after and after or before
end

--- The wall clock at a time, as if it were UTC.
---@param zone table
---@param ms integer
---@return integer wall
local function wall(zone, ms) return ms + offset_at(zone, ms) end

return { find = find, utc = utc, wall = wall }
