-- SPDX-License-Identifier: MIT
-- Records which mails of an inbox are done. A list may show a mail later than a newer one, by up to
-- the `slack`. So the time of the newest one is not enough: a bookmark also holds the ids of the
-- mails done within the slack before it. No clock is read here, only the times of the mails.

local calendar = require "agentmail.util.calendar"
local must = require "agentmail.util.mistakes".must

local format, huge = string.format, math.huge
local seconds, stamp = calendar.seconds, calendar.stamp

--- The most ids in a stored bookmark. Mails whose ids are left out count as new again.
local MOST = 2000

--- Entries beyond the slack that may accumulate before they are swept out.
local ROOM = 100

---@class agentmail.Bookmark
---@field slack number     seconds
---@field from number      mail that a list shows up to here is not new; -inf: all mail may be new
---@field newest number    the newest mail done; -inf: none is
---@field done table<string, number>  id → its place in lists, of the mails done after `from`
---@field count integer    entries of `done`
---@field sweep_at integer  the count at which entries no longer needed are dropped

--- A bookmark before which nothing is done.
---@param slack number
---@param from number?   default: everything is new
---@return agentmail.Bookmark
local function new(slack, from)
  return { slack = slack, from = from or -huge, newest = -huge, done = {}, count = 0,
           sweep_at = ROOM }
end

--- When a mail came in, and its place in lists, which are sorted by `timestamp`. A timestamp in the
--- future, from a sender whose clock is fast, must not hide mail that arrives until then.
---@param message table
---@return number? came, number? shown  seconds since 1970; nil when the mail has no time
local function times(message)
  local shown, made = seconds(message.timestamp), seconds(message.created_at)
  if not (shown and made) then return shown or made, shown or made end
  return math.min(shown, made), shown
end

--- Whether a mail is new: not done, and not older than the bookmark.
---@param mark agentmail.Bookmark
---@param id string
---@param shown number?  without a time, only its id counts
---@return boolean
local function is_new(mark, id, shown)
  return not mark.done[id] and (shown or huge) > mark.from
end

local function sweep(mark)
  local done, from, count = mark.done, mark.from, 0
  for id, shown in next, done do
    if shown > from then count = count + 1 else done[id] = nil end
  end
  mark.count, mark.sweep_at = count, 2 * count + ROOM
end

--- Records that a mail is done.
---@param mark agentmail.Bookmark
---@param id string
---@param came number?
---@param shown number?
local function add(mark, id, came, shown)
  came = came or math.max(mark.newest, 0) -- the time of the newest one
  mark.newest = math.max(mark.newest, came)
  mark.from = math.max(mark.from, mark.newest - mark.slack)
  if not mark.done[id] then mark.count = mark.count + 1 end
  mark.done[id] = shown or came
  if mark.count > mark.sweep_at then sweep(mark) end
end

-- Plain data --------------------------------------------------------------------------------------

---@class agentmail.Bookmark.Stored  plain data
---@field newest string?  when the newest mail done came in
---@field after string?   mail from before this time is not returned any more
---@field ids table<string, string>  id → its time, of the mails done since `after`; at most 2,000

--- The bookmark as data that JSON can hold.
---@param mark agentmail.Bookmark
---@return agentmail.Bookmark.Stored
local function store(mark)
  local kept, ids = {}, {}
  for id, shown in next, mark.done do
    if shown > mark.from then kept[#kept + 1] = { id, shown } end
  end
  if #kept > MOST then table.sort(kept, function(a, b) return a[2] > b[2] end) end
  for i = 1, math.min(#kept, MOST) do ids[kept[i][1]] = stamp(kept[i][2]) end
  return {
    newest = mark.newest > -huge and stamp(mark.newest) or nil,
    after = mark.from > -huge and stamp(mark.from) or nil, ids = ids,
  }
end

-- A time in the format of store(), or nil and the problem.
local function time_of(value)
  local time = type(value) == "string"
    and value:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*Z$" and seconds(value)
  if time then return time end
  return must('a time like "2026-08-31T12:00:00.000Z"', value)
end

local FIELDS = { newest = true, after = true, ids = true }

local function read_ids(mark, ids)
  if ids == nil then return nil, " has no 'ids'" end
  if type(ids) ~= "table" then
    local _, problem = must("a table of times by message_id", ids)
    return nil, ".ids " .. problem
  end
  for id, value in pairs(ids) do
    if type(id) ~= "string" then
      return nil, format(".ids has the key %s, which is not a message_id", tostring(id))
    end
    local shown, problem = time_of(value)
    if not shown then return nil, format(".ids[%q] %s", id, problem) end
    mark.done[id], mark.count = shown, mark.count + 1
  end
  return mark
end

--- The bookmark from stored data; or nil and the problem, which continues the name of the data.
---@param stored any
---@param slack number
---@return agentmail.Bookmark? mark, string? problem
local function restore(stored, slack)
  local mark = new(slack)
  if type(stored) ~= "table" then
    local _, problem = must("a table with 'ids'", stored)
    return nil, " " .. problem
  end
  for name in pairs(stored) do
    if not FIELDS[name] then return nil, format(" has the unknown field '%s'", tostring(name)) end
  end
  for field, name in pairs { newest = "newest", from = "after" } do
    if stored[name] ~= nil then
      local time, problem = time_of(stored[name])
      if not time then return nil, format(".%s %s", name, problem) end
      mark[field] = time
    end
  end
  mark.from = math.max(mark.from, mark.newest - slack)
  return read_ids(mark, stored.ids)
end

return { new = new, times = times, is_new = is_new, add = add, store = store, restore = restore }
