-- SPDX-License-Identifier: MIT
-- One inbox of a watch: the mail found and not yet returned, and when to look again. Time and
-- random numbers are arguments.

local bookmarks = require "agentmail.object.watch_bookmark"
local incoming = require "agentmail.object.incoming"
local scans = require "agentmail.object.watch_scan"

local max, min = math.max, math.min

--- The factor from one pause to the next when no mail came in, and after a failed call.
local GROWTH, BACKOFF = 1.5, 2

--- The number of 404s before a mail counts as deleted. A list and a get may read different replicas
--- of the data, and the get may see the older one.
local MISSES = 2

---@class agentmail.Source
---@field inbox_id string
---@field search agentmail.Search
---@field mark agentmail.Bookmark?  nil until the existing mail is known
---@field queue agentmail.Scan.Item[]  found, not yet returned
---@field head integer       the first of them
---@field scan agentmail.Scan?  the current look
---@field misses integer     404s for the first mail of the queue
---@field due number         when to continue, while the queue is empty or its first get fails
---@field pause number       seconds from the next look to the one after it
---@field looked_at number   when the last look began
---@field failures integer   in a row
---@field tried boolean      a look has ended or failed
local source = {}

---@param search agentmail.Search  in the scope of the inbox
---@param now number
---@return agentmail.Source
function source.new(search, now)
  return { inbox_id = search.scope.ids.inbox_id, search = search, mark = nil, queue = {}, head = 1,
           scan = nil, misses = 0, due = now, pause = search.interval, looked_at = now,
           failures = 0, tried = false }
end

local function is_empty(self) return self.head > #self.queue end

--- Whether the inbox is finished when no look may begin after `till`. There is at least one look,
--- and all mail that it finds is returned.
function source.is_over(self, now, till)
  return now >= till and self.tried and (is_empty(self) or self.failures > 0)
end

--- When there is something to do.
function source.due_at(self, now)
  return (is_empty(self) or self.failures + self.misses > 0) and self.due or now
end

--- Marks the existing mail as done: true, or nil, message, failure.
function source.learn(self, options)
  local mark, message, failure = incoming.look_around(self.search, options)
  if not mark then return nil, message, failure end
  self.mark, self.failures = mark, 0
  return true
end

--- Delays the next step after a failure: exponential back-off with jitter.
---@param failure agentmail.Failure
---@param now number
---@param chance number  0 to 1
function source.back_off(self, failure, now, chance)
  local search = self.search
  local bound = min(search.interval * BACKOFF ^ self.failures, max(search.longest, search.interval))
  self.failures, self.tried = self.failures + 1, true
  self.due = now + max(bound * (1 + chance) / 2, failure.not_before or 0)
end

-- Takes over the mail that a look has found.
local function receive(self, found)
  local search = self.search
  self.scan, self.queue, self.head, self.tried = nil, found, 1, true
  if #found > 0 then self.pause = search.interval end
  self.due = self.looked_at + self.pause
  self.pause = min(self.pause * GROWTH, max(search.longest, search.interval))
end

-- Reads one page of a look: true, or nil, message, failure.
local function look(self, options, now)
  if not self.scan then self.scan, self.looked_at = scans.new(self.search, self.mark), now end
  local over, message, failure = scans.advance(self.scan, options)
  if over == nil then return nil, message, failure end
  self.failures = 0
  if over then receive(self, self.scan.found) end
  return true
end

--- Records that a mail is done.
---@param item agentmail.Scan.Item
function source.done(self, item)
  bookmarks.add(self.mark, item.id, item.came, item.shown)
end

-- The first message of the queue, complete, and its item; true after a 404; or nil, message,
-- failure.
local function fetch(self, options, now)
  local item = self.queue[self.head]
  local message = setmetatable({ inbox_id = self.inbox_id, message_id = item.id },
                               self.search.scope.Message)
  local whole, text, failure = message:get(nil, options)
  if not whole and failure.status ~= 404 then return nil, text, failure end
  self.failures, self.misses = 0, whole and 0 or self.misses + 1
  if self.misses > 0 and self.misses < MISSES then
    self.due = now + self.search.interval
    return true
  end
  self.head, self.misses = self.head + 1, 0
  if whole then return whole, item end
  source.done(self, item)
  return true
end

--- Makes one request: returns a message and its item; true if there is none yet; or nil, message,
--- failure.
---@param options agentmail.CallOptions?  of the request
---@param now number
function source.step(self, options, now)
  if is_empty(self) then return look(self, options, now) end
  return fetch(self, options, now)
end

--- Drops the current look: the next step begins a new one.
function source.forget_look(self) self.scan = nil end

return source
