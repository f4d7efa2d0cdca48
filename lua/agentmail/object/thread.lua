-- SPDX-License-Identifier: MIT
-- A thread comes in pages, newest messages first; callers get all of it, in order.

local failures = require "agentmail.call.failure"
local perform = require "agentmail.call.call".perform
local walk = require "agentmail.object.walk"

-- Joins the lists of all pages. On the wire the last page is the oldest. A mail that arrives
-- meanwhile may push another to the next page, which then counts only once.
local function in_order(lists)
  local joined, seen = {}, {}
  for i = #lists, 1, -1 do
    for _, message in ipairs(lists[i]) do
      if not seen[message.message_id] then
        seen[message.message_id] = true
        joined[#joined + 1] = message
      end
    end
  end
  return joined
end

--- Fetches the pages after the first one of a thread, unless only that page was asked for.
---@param request agentmail.Request  returned the first page
---@param thread agentmail.Thread    that page; filled in place
---@param receipt agentmail.Receipt  gets the sum of all
---@return agentmail.Thread? thread, table|string receipt_or_message, agentmail.Failure? failure
local function receive(request, thread, receipt)
  local token = thread.next_page_token
  if request.single_page or not token then return thread, receipt end
  local here, lists = walk.new(request), { thread.messages }
  local function again()
    request.delegated = nil
    return perform(request)
  end
  request.delegated = true -- from here on, an interruption is that of another request
  while token do
    local following, message, failure = walk.follow(here, token)
    local page
    if following then
      here, following.receiver, following.single_page = following.walk, nil, true
      following.again, following.delegated = again, nil
      page, message, failure = perform(following)
    end
    if not page then return failures.of_more(failure, again) end
    lists[#lists + 1], token = page.messages, page.next_page_token
    receipt.attempts = receipt.attempts + message.attempts
    receipt.elapsed = receipt.elapsed + message.elapsed
  end
  thread.messages = in_order(lists)
  thread.count, thread.next_page_token = #thread.messages, nil
  return thread, receipt
end

--- The newest incoming message: the last message may be our own reply. Fetches the thread when it
--- has no messages yet. Returns only nil if there is no incoming message.
---@param thread agentmail.Thread
---@param options agentmail.CallOptions?
---@return agentmail.Message? message, string? problem, agentmail.Failure? failure
local function last_received(thread, options)
  local messages = thread.messages or {}
  for i = #messages, 1, -1 do
    if messages[i].labels and messages[i].labels.received then return messages[i] end
  end
  if thread.messages and not thread.next_page_token then return nil end
  local whole, message, failure = thread:get(nil, options) -- there may be others
  if not whole then return nil, message, failure end
  return last_received(thread, options)
end

return { receive = receive, last_received = last_received }
