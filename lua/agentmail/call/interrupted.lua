-- SPDX-License-Identifier: MIT
-- Calls that an error interrupted: Ctrl-C, a hook of the host, memory that ran out. Their callers
-- get the error and no failure, so the known facts are kept here for client:interrupted(). The core
-- notes a call as its scope ends, which does little, as the error may recur; client:interrupted()
-- makes the failure.

--- The number of interrupted calls that a client keeps; the oldest are dropped first.
local MOST = 64

---@class agentmail.Interrupted
---@field request agentmail.Request
---@field problem any      the error that interrupted it
---@field facts table      of the failure
---@field code string?     how the call ended; nil: as a success, or not yet
---@field advice table     the result of handle:advice()
---@field status integer?  of the last answer
---@field body string?     its bytes
---@field failure agentmail.Failure?  instead of all that

-- The facts when nothing can be read, for example because the client is closed. A request that the
-- core has may have been sent.
local function assumed(request, handle)
  local is_unknown = request.doubt or handle and request.protection ~= "safe"
  return { outcome = is_unknown and "unknown" or "not_applied", attempts = 0, elapsed = 0,
           unread = handle and true or nil,
           idempotency_key = request.key, client_id = request.client_id }
end

local function read(entry, handle)
  entry.facts, entry.code = handle:receipt()
  entry.advice = handle:advice()
  if (entry.facts.status or 0) >= 300 then entry.status, entry.body = handle:answer() end
end

local function add(request, entry)
  local list = request.scope.client.interrupted
  list[#list + 1] = entry
  if #list > MOST then table.remove(list, 1) end
end

--- Keeps the failure of a call in a task that others have cancelled.
---@param request agentmail.Request
---@param failure agentmail.Failure
local function keep(request, failure)
  if request.inner or request.delegated then return end
  add(request, { request = request, failure = failure })
end

--- Keeps the mail of an outbox that an error interrupted, whichever request of it was under way.
---@param request agentmail.Request
---@param problem any
---@param facts table
local function note_mail(request, problem, facts)
  add(request, { request = request, problem = problem, facts = facts, advice = {} })
end

--- Keeps the facts about a request that an error interrupted, if memory allows it.
---@param request agentmail.Request
---@param problem any
---@param handle userdata?  nil: it was not submitted
local function note(request, problem, handle)
  if request.inner or request.delegated or request.recorded then return end
  local entry = { request = request, problem = problem,
                  facts = assumed(request, handle), advice = {} }
  add(request, entry)
  if handle then pcall(read, entry, handle) end
  -- Any repeat of this request must know, even one by an earlier failure of it.
  request.doubt = entry.facts.outcome ~= "not_applied"
end

--- Removes and returns the interrupted calls of a client.
---@param client table
---@return agentmail.Interrupted[]
local function take(client)
  local list = client.interrupted
  client.interrupted = {}
  return list
end

return { keep = keep, note = note, note_mail = note_mail, take = take }
