-- SPDX-License-Identifier: MIT
-- Calls that an error cut off: Ctrl-C, a hook of the host, memory that is out. Their callers get
-- the error and no failure, so what is known of them is kept here for client:interrupted().
--
-- A request is its own guard: a to-be-closed variable while it is performed. What that does when
-- an error passes is little, for the error may come again; the failure is made when it is asked
-- for.

local receipts = require "agentmail.call.receipt"

--- Interrupted calls that a client keeps; the oldest go first.
local MOST = 64

---@class agentmail.Interrupted
---@field request agentmail.Request
---@field problem any      the error that cut it off
---@field facts table      of the failure
---@field code string?     how the call ended; nil: as a success, or not yet
---@field advice table     what handle:advice() answers
---@field status integer?  of the last answer
---@field body string?     its bytes

-- What is known where nothing can be read, as of a client that was closed. What the core has may
-- have been sent.
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
  -- Cut off between the core, which has the call already, and us: without an owner it is collected
  -- and cancelled. Nothing was sent, as the core has had no turn since.
  if not handle then collectgarbage() end
  if request.inner then return end
  local entry = { request = request, problem = problem,
                  facts = assumed(request, handle), advice = {} }
  local list = request.scope.client.interrupted
  list[#list + 1] = entry
  if #list > MOST then table.remove(list, 1) end
  if handle then pcall(read, entry, request, handle) end
  -- Whatever repeats this request, be it an earlier failure of it, has to know.
  request.doubt = entry.facts.outcome ~= "not_applied"
end

--- Keeps what is known of a request that an error cut off, if memory allows it.
---@param request agentmail.Request
---@param problem any
local function note(request, problem) pcall(keep, request, problem) end

--- The metatable of a request that is performed, as a to-be-closed variable. Its `open` is true
--- until there is something to answer.
local guard = { __name = "agentmail.Request" }

function guard.__close(request, problem)
  local _ <close> = request.handle -- goes back to its client, for the next call
  if problem ~= nil and not request.delegated or request.open then
    note(request, problem)
  end
  request.handle = false
end

--- The interrupted calls of a client, which has none then.
---@param client table
---@return agentmail.Interrupted[]
local function take(client)
  local list = client.interrupted
  client.interrupted = {}
  return list
end

return { guard = guard, note = note, take = take }
