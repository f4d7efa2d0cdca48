-- SPDX-License-Identifier: MIT
-- Waiting for a mail, as the agent does that waits for a code: what arrives from now on, told from
-- what was there by its id and never by a clock of ours.

local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local mistakes = require "agentmail.util.mistakes"
local null = require "agentmail.util.json".null
local pages = require "agentmail.object.page"
local perform = require "agentmail.call.call".perform
local requests = require "agentmail.call.request"
local seconds = require "agentmail.util.calendar".seconds
local sleep = require "agentmail.util.sleep"

local format = string.format

local OPERATION = "inboxes.messages.wait"
local TIMEOUT, GROWTH = 60, 1.5
local LEAST = 1 -- seconds that the last look may take beyond the time, or it would see nothing

--- Lists may show a mail later than one that came after it; nothing is younger than this for long.
local SLACK = 60

local function stamp_of(message)
  return seconds(message.created_at or message.timestamp)
end

-- What was there before ---------------------------------------------------------------------------

---@class agentmail.Known
---@field ids table<string, boolean>
---@field since number   whatever is older was there before; -inf when nothing was

local function nothing_known()
  return { ids = {}, since = -math.huge }
end

-- The pages of the list, newest first, until `look` says to stop.
local function walk(search, options, look)
  local page, message, failure = perform(search.request(options))
  while page do
    for _, item in ipairs(page) do
      if look(item) then return true end
    end
    page, message, failure = page:next()
  end
  if failure then return nil, message, failure end
  return true
end

-- Learns the mails of the last minute before now: all that may stand beside a new one.
local function look_around(search, options)
  local known = nothing_known()
  local ok, message, failure = walk(search, options, function(item)
    local stamp = stamp_of(item) or -math.huge
    known.since = math.max(known.since, stamp - SLACK)
    known.ids[item.message_id] = true
    return stamp < known.since
  end)
  if not ok then return nil, message, failure end
  return known
end

-- What `after` speaks of: a message, or a page of them. A time is the service's affair. What is as
-- young as the messages named, and not among them, came after them.
local function known_from(after)
  local known, newest, oldest = nothing_known(), -math.huge, math.huge
  local is_list = #after > 0 or next(after) == nil or getmetatable(after) == pages.mt
  for _, message in ipairs(is_list and after or { after }) do
    local stamp = type(message) == "table" and message.message_id and stamp_of(message)
    if not stamp then
      return nil, "'after' takes a time, a message or a page of messages, each with its "
        .. "message_id and timestamp (after a send, :get() them first)"
    end
    known.ids[message.message_id] = true
    newest, oldest = math.max(newest, stamp), math.min(oldest, stamp)
  end
  if newest >= oldest then known.since = math.max(newest - SLACK, oldest) end
  return known
end

-- The first of the new ones: whoever waits again, after it, misses none.
local function look_for_new(search, known, options)
  local oldest
  local ok, message, failure = walk(search, options, function(item)
    if known.ids[item.message_id] then return false end
    if (stamp_of(item) or math.huge) < known.since then return true end
    oldest = item
    return false
  end)
  if not ok then return nil, message, failure end
  return oldest
end

-- Waiting -----------------------------------------------------------------------------------------

local function timed_out(search, started, attempts, again)
  local waited = core.now() - started
  return failures.new({
    operation = OPERATION, code = "timeout", outcome = "not_applied",
    message = format("no such mail within %.4g s", search.timeout), attempts = attempts,
    elapsed = waited, retryable = true, protection = "safe",
  }, again)
end

-- What one request of the wait may cost.
local function bounded(search, left)
  local options = copy(search.options or {})
  local deadline = options.deadline or search.client.deadline
  options.deadline = math.min(deadline, math.max(left, LEAST))
  return options
end

-- The first time, what is there; then, what is new. Or nil and the failure, if there is one.
local function look(search, known, options)
  local found, failure, _
  if known then
    found, _, failure = look_for_new(search, known, options)
  else
    found, _, failure = look_around(search, options)
  end
  return found, failure
end

local function poll(search, known)
  local started, attempts = core.now(), 0
  local till, pause, answered = started + search.timeout, search.interval, false
  local function again() return poll(search, known) end
  while true do
    local options = bounded(search, till - core.now())
    local found, failure = look(search, known, options)
    attempts = attempts + 1
    if known and found then
      local message, receipt, gone = found:get(nil, options)
      if message then return message, receipt end
      if gone.status ~= 404 then failure = gone end
    end
    known, answered = known or found, answered or not failure
    local left = till - core.now()
    if failure and not failure.retryable then return failures.of_more(failure, again) end
    if left <= 0 then
      local late = failure and failure.code == "timeout" and answered
      if failure and not late then return failures.of_more(failure, again) end
      return timed_out(search, started, attempts, again)
    end
    sleep(math.min(pause, left))
    pause = math.min(pause * GROWTH, math.max(search.longest, search.interval))
  end
end

-- Parameters --------------------------------------------------------------------------------------

---@class agentmail.Wanted  the filters of messages:list, and these
---@field inbox_id string?               where nothing says it already
---@field from string|string[]|nil       parts of the sender, all of which must match
---@field to string|string[]|nil         parts of recipients
---@field subject string|string[]|nil    parts of the subject
---@field labels string|string[]|nil     all of which it must have
---@field include_spam boolean?         also what is labelled so
---@field include_blocked boolean?      likewise
---@field include_unauthenticated boolean?  likewise
---@field include_trash boolean?        likewise
---@field after agentmail.Date|table|nil  a time, a message, a page of them; default: from now on
---@field timeout number?                seconds to wait in all; default 60
---@field interval number?               first pause between looks; default: limit poll_base

--- Parameters of the list that the wait itself sets.
local OURS = { page_token = true, limit = true, ascending = true, before = true }
local OWN = { timeout = true, interval = true, after = true }

local function duration(name, value, default)
  if value == nil then return default end
  if type(value) == "number" and value >= 0 and value < math.huge then return value end
  local words = type(value) == "string" and format("%q", value) or tostring(value)
  return nil, format("'%s' must be a number of seconds, not %s", name, words)
end

--- What a wait can be told where `scope` knows what it knows.
---@return table<string, boolean>
local function parameters(plan, scope)
  local known = {}
  for name in pairs(plan.known) do known[name] = not OURS[name] or nil end
  for name in pairs(OWN) do known[name] = true end
  if scope.ids.inbox_id then known.inbox_id = nil end
  return known
end

local function read(plan, scope, wanted, options)
  if wanted ~= nil and type(wanted) ~= "table" then
    return nil, "takes a table of named parameters, not a " .. type(wanted)
  end
  local arguments, known = {}, parameters(plan, scope)
  wanted = wanted or {}
  for name, value in pairs(wanted) do
    if not known[name] then return mistakes.unknown(name, known, "parameter") end
    if not OWN[name] then arguments[name] = value end
  end
  local client, problem, base = scope.client
  local search = { client = client, options = options }
  search.longest = options and options.poll_cap or client.poll_cap
  search.timeout, problem = duration("timeout", wanted.timeout, TIMEOUT)
  if not search.timeout then return nil, problem end
  search.interval, problem = duration("interval", wanted.interval,
    options and options.poll_base or client.poll_base)
  if not search.interval then return nil, problem end
  local after = wanted.after
  if type(after) == "table" and after ~= null then
    base, problem = known_from(after)
    if not base then return nil, problem end
  elseif after ~= nil then
    arguments.after, base = after, nothing_known()
  end
  function search.request(settings)
    return requests.build(plan, scope, arguments, settings)
  end
  return search, base
end

--- Waits for a mail that arrives from now on, and answers it complete. With `after` = a time, a
--- message or a page of messages: for one that came after that, be it there already or not. Takes
--- the filters of messages:list, and `timeout` (60) and `interval` in seconds. Of several it is the
--- first. A wait in vain is a failure with code "timeout", whose retry() goes on where it ended.
---@param plan agentmail.Plan  of messages:list
---@param scope table
---@param wanted agentmail.Wanted?
---@param options agentmail.CallOptions?  of each request
---@return agentmail.Message? message, table|string receipt_or_message, agentmail.Failure? failure
local function wait(plan, scope, wanted, options)
  local search, known = read(plan, scope, wanted, options)
  if not search then error(OPERATION .. ": " .. known, 2) end
  local ok, mistake = search.request(options)
  if not ok then error(OPERATION .. mistake:sub(#plan.name + 1), 2) end
  return poll(search, known)
end

return { wait = wait, parameters = parameters }
