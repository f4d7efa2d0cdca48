-- SPDX-License-Identifier: MIT
-- Calls that an error interrupted: Ctrl-C, a hook of the host, memory that ran out. Their callers
-- get the error and no failure, so the known facts are kept here for client:interrupted().
--
-- A request is its own guard: a to-be-closed variable while it is performed. On an error the guard
-- does little, as the error may recur; client:interrupted() makes the failure.

local receipts = require "agentmail.call.receipt"

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

-- The facts when nothing can be read, for example because the client is closed. A request that the
-- core has may have been sent.
local function assumed(request, handle)
  local is_unknown = request.doubt or handle and request.protection ~= "safe"
  return { outcome = is_unknown and "unknown" or "not_applied", attempts = 0, elapsed = 0,
           unread = handle and true or nil,
           idempotency_key = request.key, client_id = request.client_id }
end

local function read(entry, request, handle)
  entry.facts, entry.code = receipts.of(request, handle)
  entry.advice = handle:advice()
  if (entry.facts.status or 0) >= 300 then entry.status, entry.body = handle:answer() end
end

local function keep(request, problem)
  local handle = request.handle
  request.open = false
  -- The error came after the core made the call and before we had its handle: the collector cancels
  -- such a call. Nothing was sent, as the core has not run since.
  if not handle then collectgarbage() end
  if request.inner then return end
  local entry = { request = request, problem = problem,
                  facts = assumed(request, handle), advice = {} }
  local list = request.scope.client.interrupted
  list[#list + 1] = entry
  if #list > MOST then table.remove(list, 1) end
  if handle then pcall(read, entry, request, handle) end
  -- Any repeat of this request must know, even one by an earlier failure of it.
  request.doubt = entry.facts.outcome ~= "not_applied"
end

--- Keeps the facts about a request that an error interrupted, if memory allows it.
---@param request agentmail.Request
---@param problem any
local function note(request, problem) pcall(keep, request, problem) end

--- The metatable of a request while it is performed, as a to-be-closed variable. Its `open` is true
--- until there is a result.
local guard = { __name = "agentmail.Request" }

function guard.__close(request, problem)
  local _ <close> = request.handle -- returns to its client, for the next call
  if problem ~= nil and not request.delegated or request.open then
    note(request, problem)
  end
  request.handle = false
end

--- Removes and returns the interrupted calls of a client.
---@param client table
---@return agentmail.Interrupted[]
local function take(client)
  local list = client.interrupted
  client.interrupted = {}
  return list
end

return { guard = guard, note = note, take = take }
