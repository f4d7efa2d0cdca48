-- SPDX-License-Identifier: MIT
-- One look at an inbox: all new mail, in as many pages as it takes, from the newest backwards. The
-- caller gets the mail once the look is complete. A mail that the list shows only after its page
-- was read is then newer than the newest mail found minus the slack, however long the look takes,
-- and the next look finds it. After a failure the look resumes where it was.

local bookmarks = require "agentmail.object.watch_bookmark"
local incoming = require "agentmail.object.incoming"
local perform = require "agentmail.call.call".perform

local huge = math.huge

--- Items per page: the service's maximum for a list with filters.
local LIMIT = 100

--- Seconds by which a bound is moved outwards, so that it does not matter whether the service
--- includes the bound or how it rounds.
local MARGIN = 0.002

---@class agentmail.Scan.Item
---@field id string       message_id
---@field came number?    see bookmarks.times
---@field shown number?

---@class agentmail.Scan
---@field search agentmail.Search
---@field mark agentmail.Bookmark
---@field found agentmail.Scan.Item[]  newest first; when the scan is done, oldest first
---@field seen table<string, boolean>  their ids
---@field before number?   bound of the next page
---@field page table?      the page whose token is used instead

---@param search agentmail.Search
---@param mark agentmail.Bookmark
---@return agentmail.Scan
local function new(search, mark)
  return { search = search, mark = mark, found = {}, seen = {}, before = nil, page = nil }
end

local function next_page(scan, options)
  if scan.page then return scan.page:next() end
  local after = scan.mark.from - MARGIN
  return perform(incoming.request(scan.search, options, {
    limit = LIMIT, before = scan.before, after = after > 0 and after or nil,
  }))
end

local function take(scan, item, came, shown)
  local id = item.message_id
  if scan.seen[id] or not bookmarks.is_new(scan.mark, id, shown)
    or not incoming.counts(scan.search, item) then
    return
  end
  scan.seen[id] = true
  scan.found[#scan.found + 1] = { id = id, came = came, shown = shown }
end

-- Continues from the time of a page's last item, `lowest`. A token may be an offset, and a deletion
-- then shifts the next page; it is used only when a whole page has one time.
local function go_on(scan, page, lowest)
  local before = lowest and lowest + MARGIN
  if before and before < (scan.before or huge) then
    scan.before, scan.page = before, nil
  else
    scan.page = page
  end
end

-- Sorts the mail found, oldest first; equal times keep the reversed order of the list.
local function finish(scan)
  local found, oldest_first = scan.found, {}
  for i = #found, 1, -1 do
    local item = found[i]
    item.place = #oldest_first + 1
    oldest_first[item.place] = item
  end
  table.sort(oldest_first, function(a, b)
    local first, second = a.shown or huge, b.shown or huge
    if first ~= second then return first < second end
    return a.place < b.place
  end)
  scan.found = oldest_first
end

--- Reads one more page.
---@param scan agentmail.Scan
---@param options agentmail.CallOptions?
---@return boolean? done, string? message, agentmail.Failure? failure
local function advance(scan, options)
  local page, message, failure = next_page(scan, options)
  if not page then return nil, message, failure end
  local lowest, reached
  for _, item in ipairs(page) do
    local came, shown = bookmarks.times(item)
    take(scan, item, came, shown)
    lowest = shown or lowest
    reached = shown ~= nil and shown <= scan.mark.from
  end
  if not reached and page.next_page_token then
    go_on(scan, page, lowest)
    return false
  end
  finish(scan)
  return true
end

return { new = new, advance = advance }
