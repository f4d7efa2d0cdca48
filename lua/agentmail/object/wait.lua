-- SPDX-License-Identifier: MIT
-- Waits for one mail, such as one with a code: the first to arrive from now on, or after those that
-- the caller has seen.

local bookmarks = require "agentmail.object.watch_bookmark"
local core = require "agentmail.core"
local door = require "agentmail.util.door"
local failures = require "agentmail.call.failure"
local incoming = require "agentmail.object.incoming"
local raise = require "agentmail.util.raise".raise
local sleep = require "agentmail.util.sleep"

local format, huge = string.format, math.huge

local OPERATION = "inboxes.messages.wait"
local TIMEOUT, GROWTH = 60, 1.5

--- Parameters in addition to the list's filters.
local OWN = { timeout = true, interval = true, after = true, sent = true }

-- The oldest new mail, so that a wait after it misses none.
local function look_for_new(search, mark, options)
  local oldest
  local ok, message, failure = incoming.walk(search, options, function(item)
    local _, shown = bookmarks.times(item)
    if bookmarks.is_new(mark, item.message_id, shown) then
      if incoming.counts(search, item) then oldest = item end
      return false
    end
    return (shown or huge) <= mark.from
  end)
  if not ok then return nil, message, failure end
  return oldest
end

local function timed_out(search, started, attempts, again)
  local waited = core.now() - started
  return failures.new({
    operation = OPERATION, code = "timeout", outcome = "not_applied",
    message = format("no such mail within %.4g s", search.timeout), attempts = attempts,
    elapsed = waited, retryable = true, protection = "safe",
  }, again)
end

-- The first time a bookmark of the existing mail, then the oldest new mail; or nil and any failure.
local function look(search, mark, options)
  local found, failure, _
  if mark then
    found, _, failure = look_for_new(search, mark, options)
  else
    found, _, failure = incoming.look_around(search, options)
  end
  return found, failure
end

local function poll(search, mark)
  local started, attempts = core.now(), 0
  local till, pause, answered = started + door.bounded(search.timeout), search.interval, false
  local function again() return poll(search, mark) end
  while true do
    local options = incoming.bounded(search, till - core.now())
    local found, failure = look(search, mark, options)
    attempts = attempts + 1
    if mark and found then
      local message, receipt, gone = found:get(nil, options)
      if message then
        incoming.returns(search, mark, message)
        return message, receipt
      end
      if gone.status ~= 404 then failure = gone end
    end
    mark, answered = mark or found, answered or not failure
    local left = till - core.now()
    local final = failure and (not failure.retryable or failure.code == "cancelled")
    if final then return failures.of_more(failure, again) end
    if left <= 0 then
      local late = failure and failure.code == "timeout" and answered
      if failure and not late then return failures.of_more(failure, again) end
      return timed_out(search, started, attempts, again)
    end
    sleep(math.min(pause, left))
    pause = math.min(pause * GROWTH, math.max(search.longest, search.interval))
  end
end

---@class agentmail.Wanted  the filters of messages:list, and these
---@field inbox_id string?               needed only when the collection has no inbox
---@field from string|string[]|nil       parts of the sender, all of which must match
---@field to string|string[]|nil         parts of recipients
---@field subject string|string[]|nil    parts of the subject
---@field labels string|string[]|nil     it must have all; `sent` implies sent = true
---@field sent boolean?                  true: mail that the inbox sent counts, too
---@field include_spam boolean?         also mail with this label
---@field include_blocked boolean?      likewise
---@field include_unauthenticated boolean?  likewise
---@field include_trash boolean?        likewise
---@field after agentmail.Date|table|nil  a time, a message, a page of them; default: from now on
---@field timeout number?                seconds to wait in total; default 60
---@field interval number?               first pause between looks; default: limit poll_base

--- The parameters of a wait in a scope.
---@return table<string, boolean>
local function parameters(plan, scope) return incoming.parameters(plan, scope, OWN) end

local function read(plan, scope, wanted, options)
  local search, mistake = incoming.read(plan, scope, wanted, options, parameters(plan, scope), OWN,
                                        TIMEOUT)
  if not search then return nil, mistake end
  local after, mark = wanted and wanted.after, nil
  if incoming.is_time(after) then -- the service filters by it
    search.arguments.after, mark = after, bookmarks.new(search.slack)
  elseif after ~= nil then
    mark, mistake = incoming.after_messages(search, after)
    if not mark then return nil, mistake end
  end
  mistake = incoming.mistake(search)
  if mistake then return nil, mistake end
  return search, mark
end

--- Waits for a mail that arrives from now on, and returns it complete. With `after` = a time, a
--- message or a page of messages: for one that arrives, or has already arrived, after that. Takes
--- the filters of messages:list, and `timeout` (60) and `interval` in seconds. Of several mails it
--- returns the first. On timeout it returns a failure with code "timeout"; its retry() resumes the
--- wait.
---@param plan agentmail.Plan  of messages:list
---@param scope table
---@param wanted agentmail.Wanted?
---@param options agentmail.CallOptions?  of each request
---@return agentmail.Message? message, table|string receipt_or_message, agentmail.Failure? failure
local function wait(plan, scope, wanted, options)
  local search, mark = read(plan, scope, wanted, options)
  if not search then raise(OPERATION .. ": " .. mark) end
  return poll(search, mark)
end

return { wait = wait, parameters = parameters }
