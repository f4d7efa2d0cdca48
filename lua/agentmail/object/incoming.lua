-- SPDX-License-Identifier: MIT
-- Incoming mail, for `wait` and `watch`: what counts as incoming, the parameters of both, and the
-- mail that was there before. Ids tell new mail from old, never a clock of ours.

local bookmarks = require "agentmail.object.watch_bookmark"
local copies = require "agentmail.util.copy"
local mistakes = require "agentmail.util.mistakes"
local null = require "agentmail.util.json".null
local pages = require "agentmail.object.page"
local perform = require "agentmail.call.call".perform
local requests = require "agentmail.call.request"
local seconds = require "agentmail.util.calendar".seconds

local copy, merge = copies.copy, copies.merge
local format, huge = string.format, math.huge
local times = bookmarks.times

local incoming = {}

--- Seconds that a request always gets, even after the timeout: otherwise the last one would fail.
local LEAST = 1

--- New mail begins this many seconds before a message given as `after`, so that others of the same
--- millisecond count as new.
local BIT = 0.0005

-- What counts ------------------------------------------------------------------------------------

-- The filters of a list, restricted to incoming mail; and true if the caller asks for sent mail,
-- which lifts the restriction. The checks of the request report labels of a wrong type.
local function narrowed(arguments, sent)
  local labels = arguments.labels
  if labels == nil then labels = {} end
  labels = type(labels) == "string" and { labels } or type(labels) == "table" and copy(labels)
  if sent or not labels then return arguments, true end
  local received = false
  for _, label in ipairs(labels) do
    local name = tostring(label):lower()
    if name == "sent" then return arguments, true end
    received = received or name == "received"
  end
  if not received then labels[#labels + 1] = "received" end
  return merge(copy(arguments), { labels = labels }), false
end

--- Whether an item of the list counts as incoming. A mail that an inbox sends to itself has both
--- labels, `received` and `sent`.
---@param search agentmail.Search
---@param item agentmail.MessageItem
---@return boolean
function incoming.counts(search, item)
  local labels = item.labels
  return search.sent or not labels or labels.received and not labels.sent or false
end

-- Parameters --------------------------------------------------------------------------------------

---@class agentmail.Search  the parameters of a wait or a watch
---@field plan agentmail.Plan   of messages:list
---@field scope table
---@field client table
---@field arguments table       the filters
---@field sent boolean          sent mail counts, too
---@field options agentmail.CallOptions?
---@field timeout number
---@field interval number       first pause between looks
---@field longest number        last pause
---@field slack number          limit watch_slack

--- Parameters of the list that the search itself sets.
local OURS = { page_token = true, limit = true, ascending = true, before = true }

--- A number of seconds, or nil and the mistake.
local function duration(name, value, default)
  if value == nil then return default end
  if type(value) == "number" and value >= 0 and value < huge then return value end
  local words = type(value) == "string" and format("%q", value) or tostring(value)
  return nil, format("'%s' must be a number of seconds, not %s", name, words)
end

--- The parameters of a search in a scope.
---@param own table<string, boolean>  parameters in addition to the list's filters
---@return table<string, boolean>
function incoming.parameters(plan, scope, own)
  local known = {}
  for name in pairs(plan.known) do known[name] = not OURS[name] or nil end
  for name in pairs(own) do known[name] = true end
  if scope.ids.inbox_id then known.inbox_id = nil end
  return known
end

--- A request of the search for a page.
---@param search agentmail.Search
---@param options agentmail.CallOptions?
---@param more table?  arguments in addition to the filters
---@return agentmail.Request? request, string? mistake
function incoming.request(search, options, more)
  local arguments = search.arguments
  if more then arguments = merge(copy(arguments), more) end
  return requests.build(search.plan, search.scope, arguments, options)
end

--- Reads the parameters of a wait or a watch.
---@param known table<string, boolean>  see incoming.parameters
---@param own table<string, boolean>
---@param default number  seconds, of `timeout`
---@return agentmail.Search? search, string? mistake
function incoming.read(plan, scope, wanted, options, known, own, default)
  if wanted ~= nil and type(wanted) ~= "table" then
    return nil, "takes a table of named parameters, not a " .. type(wanted)
  end
  local arguments, client = {}, scope.client
  wanted = wanted or {}
  for name, value in pairs(wanted) do
    if not known[name] then return mistakes.unknown(name, known, "parameter") end
    if not own[name] then arguments[name] = value end
  end
  if wanted.sent ~= nil and type(wanted.sent) ~= "boolean" then
    local _, problem = mistakes.must("true or false", wanted.sent)
    return nil, "'sent' " .. problem
  end
  local search, mistake = { plan = plan, scope = scope, client = client, options = options }
  search.arguments, search.sent = narrowed(arguments, wanted.sent)
  local given = type(options) == "table" and options or {}
  search.longest = given.poll_cap or client.poll_cap
  search.slack = given.watch_slack or client.watch_slack
  search.timeout, mistake = duration("timeout", wanted.timeout, default)
  if not search.timeout then return nil, mistake end
  search.interval, mistake = duration("interval", wanted.interval,
    given.poll_base or client.poll_base)
  if not search.interval then return nil, mistake end
  return search
end

--- The caller's mistake in the filters, as the list itself would report it; nil when there is none.
---@param search agentmail.Search
---@param more table?  arguments in addition to the filters
---@return string? mistake
function incoming.mistake(search, more)
  local request, mistake = incoming.request(search, search.options, more)
  return not request and mistake:sub(#search.plan.name + 3) or nil
end

--- The options of one request of the search.
---@param search agentmail.Search
---@param left number  seconds until the search ends
---@return agentmail.CallOptions?
function incoming.bounded(search, left)
  if left == huge then return search.options end
  local options = copy(search.options or {})
  local deadline = options.deadline or search.client.deadline
  options.deadline = math.min(deadline, math.max(left, LEAST))
  return options
end

-- Earlier mail ------------------------------------------------------------------------------------

--- Message that a wait returned → its bookmark. Not a field, as objects are plain data.
local returned = setmetatable({}, { __mode = "k" })

--- Records that a wait returns a message, so that a wait after it continues from the same bookmark.
---@param search agentmail.Search
---@param before agentmail.Bookmark
---@param message table
function incoming.returns(search, before, message)
  local came, shown = times(message)
  if not came then return end
  local from, done = math.max(before.from, came - search.slack, shown - BIT), {}
  for id, time in next, before.done do done[id] = time > from and time or nil end
  returned[message] = { from = from, done = done }
end

--- The bookmark for `after` as a message or a page of messages. Mail that is not older than these,
--- and not among them, came after them. After a message that a wait returned, mail that this wait
--- or an earlier one returned, or considered old, is not new, either.
---@param search agentmail.Search
---@param after table
---@return agentmail.Bookmark? mark, string? mistake
function incoming.after_messages(search, after)
  local is_list = #after > 0 or next(after) == nil or getmetatable(after) == pages.mt
  local mark, oldest, list = bookmarks.new(search.slack), huge, is_list and after or { after }
  for _, message in ipairs(list) do
    local came, shown
    if type(message) == "table" and message.message_id then came, shown = times(message) end
    if not came then
      return nil, "'after' takes a time, a message or a page of messages, each with its "
        .. "message_id and timestamp (after a send, :get() them first)"
    end
    oldest = math.min(oldest, shown)
    bookmarks.add(mark, message.message_id, came, shown)
  end
  if #list > 0 then mark.from = math.max(mark.from, oldest - BIT) end
  local earlier = returned[after]
  if earlier then
    mark.from = math.max(mark.from, earlier.from)
    for id, shown in next, earlier.done do mark.done[id], mark.count = shown, mark.count + 1 end
  end
  return mark
end

--- Whether a value for `after` is a time, not a value for after_messages.
function incoming.is_time(after)
  return after ~= nil and (type(after) ~= "table" or after == null)
end

--- The bookmark for `after` as a time, which incoming.mistake has checked.
---@param search agentmail.Search
---@param after number|string
---@return agentmail.Bookmark
function incoming.after_time(search, after)
  return bookmarks.new(search.slack, type(after) == "number" and after or seconds(after))
end

--- Walks the pages of the list, newest first, until `look` returns true.
---@param search agentmail.Search
---@param options agentmail.CallOptions?
---@param look fun(item: table): boolean?
---@return true? done, string? message, agentmail.Failure? failure
function incoming.walk(search, options, look)
  local page, message, failure = perform(incoming.request(search, options))
  while page do
    for _, item in ipairs(page) do
      if look(item) then return true end
    end
    page, message, failure = page:next()
  end
  if failure then return nil, message, failure end
  return true
end

--- Reads which mail exists now, back to `watch_slack` seconds before the newest. Mail further down
--- the list is old.
---@param search agentmail.Search
---@param options agentmail.CallOptions?
---@return agentmail.Bookmark? mark, string? message, agentmail.Failure? failure
function incoming.look_around(search, options)
  local found, from = {}, -huge
  local ok, message, failure = incoming.walk(search, options, function(item)
    local came, shown = times(item)
    found[#found + 1] = item
    from = math.max(from, (came or -huge) - search.slack)
    return (shown or huge) <= from
  end)
  if not ok then return nil, message, failure end
  local mark = bookmarks.new(search.slack)
  for i = #found, 1, -1 do bookmarks.add(mark, found[i].message_id, times(found[i])) end
  return mark
end

return incoming
