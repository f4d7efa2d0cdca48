-- SPDX-License-Identifier: MIT
-- Performs requests. The core does most of it (csrc/lua/lua_step.h): it writes a request from
-- arguments, sends it, decides about repeats, reads a complete answer and returns `value, receipt`.
-- This module has what the core calls in other cases: failures (`nil, message, failure`) and their
-- repeats. Pages, the rest of a thread and read-backs are functions of the plan. No module is
-- loaded during a call: once a request is on its way, that may be impossible.

local answers = require "agentmail.call.answer"
local core = require "agentmail.core"
local door = require "agentmail.util.door"
local error_text = require "agentmail.util.error_text"
local held = require "agentmail.util.held"
local interruptions = require "agentmail.call.interrupted"
local raise = require "agentmail.util.raise".raise
local receipts = require "agentmail.call.receipt"
require "agentmail.call.request" -- which hands functions to the core, too
local etags, observers = held "agentmail.call.etag", held "agentmail.call.observers"
local failures, judging = held "agentmail.call.failure", held "agentmail.call.judge"
local quoted = held "agentmail.call.quoted"
held "agentmail.call.look_for" -- which a failure holds

local perform = core.perform

--- Codes of the core for which the service's own code is more precise.
local SERVICE_SAYS = { rejected = true, service_error = true, rate_limit_exceeded = true,
                       conflict = true }

-- A fresh API key from the client's function; or nil and the problem.
local function fresh_key(source)
  local ok, key = pcall(source)
  if not ok then return nil, "the api_key function failed: " .. error_text(key) end
  if type(key) ~= "string" then
    return nil, "the api_key function returned a " .. type(key) .. " instead of a key"
  end
  if not key:find("^[!-~]+$") then
    return nil, "the api_key function returned a key that no header can hold"
  end
  return key
end

local function response(handle)
  local status, body = handle:answer()
  return status and { status = status, headers = handle:headers(), body = body }
end

-- The more precise code for an answer: the service's, if it has one.
local function code_of(code, said)
  return said and SERVICE_SAYS[code] and said.code or code
end

-- The failure of the last attempt, when the call ended for another reason.
local function cause_of(advice, said)
  if not advice.cause then return nil end
  return { code = code_of(advice.cause, said), status = advice.cause_status,
           message = said and said.message }
end

-- A failure holds all that a receipt holds, the reason for it, and what the service said.
local function fail(request, code, facts, advice, said)
  -- If this request may have been done, that stays true after any retry.
  request.doubt = facts.outcome ~= "not_applied"
  request.ended = { code = code, cause = advice.cause, cause_status = advice.cause_status,
                    is_service = said and (said.code or said.name) and true }
  local recording = request.recording
  if recording then
    recording.request, request.pending = request, true
    request.again = request.again or function() return recording.run(recording) end
  end
  if said and said.status ~= facts.status then said = nil end
  facts.operation, facts.code = request.plan.name, code_of(code, said)
  facts.protection, facts.cause = request.protection, cause_of(advice, said)
  facts.pending = request.pending
  facts.retryable, facts.not_before = advice.retryable, advice.not_before
  -- The rest, after the semicolon, is the core's word for the cause.
  facts.reason = facts.cause and advice.reason:match "^[^;]*" or advice.reason
  if said then
    facts.message, facts.fix, facts.docs, facts.errors =
      said.message, said.fix, said.docs, said.errors
  end
  facts.message = facts.message or advice.detail
  return failures.new(facts, request.again or function() return perform(request) end,
                      request.key and request.scope.ids.inbox_id)
end

--- The failure of a request that was not sent.
---@param request agentmail.Request
---@param code string
---@param message string
---@return nil, string message, agentmail.Failure failure
local function unsent(request, code, message)
  local facts = { outcome = request.doubt and "unknown" or "not_applied", attempts = 0,
                  elapsed = 0, idempotency_key = request.key, client_id = request.client_id }
  local retryable = code == "queue_full" or code == "timeout"
  return fail(request, code, facts, { detail = message, retryable = retryable })
end

-- Returns a success to the caller. There is no value if the last answer was a 404 to a delete that
-- an earlier attempt had done.
local function receive(request, value, receipt)
  if value == nil then return true, receipt end
  if request.plan.receive then
    local message, failure
    value, message, failure = request.plan.receive(request, value, receipt)
    if not value then return nil, message, failure end
  end
  if request.receiver then return request.receiver(request.owner, value), receipt end
  return value, receipt
end

-- The caller's results of a call that is done, if there is more than a value.
local function conclude(request, handle, receipt, value, said, code)
  if request.raw then receipt.response = response(handle) end
  if code and code ~= "cancelled" and receipt.outcome == "unknown" and request.plan.confirm then
    local outcome, found = request.plan.confirm(request, said, code)
    receipt.outcome = outcome or "unknown"
    if outcome == "applied" then value, code = found, nil end
  end
  if code == "precondition_failed" then
    receipt.etag = etags.current(handle:header "etag", said)
  end
  if code then
    local _, message, failure = fail(request, code, receipt, handle:advice(), said)
    local is_ours = request.recorded or request.recording -- else the outbox keeps it
    if code == "cancelled" and not is_ours and door.notes() then
      interruptions.keep(request, failure)
    end
    return nil, message, failure
  end
  return receive(request, value, receipt)
end

-- What a dry run returns for a request; nothing, if the request is to be sent.
local function rehearse(request, key)
  local handle, message, code = request.scope.client.dry:answer(request, key)
  if handle == false then return end
  if not handle then return unsent(request, code, message) end
  local value, said = judging.judge(handle, request.plan, request.scope, handle:answer())
  local receipt
  receipt, code = handle:receipt(request)
  return conclude(request, handle, receipt, value, said, code)
end

-- The failure of a call that an error interrupted, before its end or after it.
local function failure_of(cut)
  local request, facts, advice, said = cut.request, cut.facts, cut.advice, nil
  if cut.code and cut.code ~= "cancelled" then
    if cut.status then said = judging.error_of(request.scope, cut.status, cut.body) end
    return select(3, fail(request, cut.code, facts, advice, said))
  end
  local words = cut.problem ~= nil and quoted.line(error_text(cut.problem))
  advice.detail = words and "interrupted: " .. words or "interrupted"
  advice.reason = "an error interrupted it"
  -- For a success, the core says that there is nothing to repeat; but here its answer is lost.
  if not cut.code or advice.retryable == nil then
    advice.retryable = request.protection ~= "none" or facts.outcome == "not_applied"
  end
  return select(3, fail(request, "cancelled", facts, advice))
end

--- The failures of the calls that errors interrupted; each is returned only once.
---@param client table
---@return agentmail.Failure[]
local function interrupted(client)
  local list = {}
  for i, cut in ipairs(interruptions.take(client)) do
    list[i] = cut.failure or failure_of(cut)
    if cut.request.pending then client.outbox:tell_state(cut.request, list[i]) end
  end
  return list
end

local function busy()
  raise("agentmail: nothing can be called from inside on_attempt, on_progress or dry; keep what "
    .. "you need and call after it returns")
end

--- Raises where no call may begin: inside an observer, and in a cancelled task.
local function check()
  if core.observing() then busy() end
  door.check()
end

core.hand {
  -- before the request is sent
  raise = raise,
  busy = busy, check = check,
  fresh_key = fresh_key, rehearse = rehearse, unsent = unsent,
  -- on its way
  tell = function(...) return observers.tell(...) end,
  judge = function(...) return judging.judge(...) end, at_home = answers.at_home,
  pause = function() end, -- so that Lua's hooks run
  -- at its end
  receipt_mt = receipts.mt, conclude = conclude, note = interruptions.note,
}

return { perform = perform, unsent = unsent, interrupted = interrupted, check = check }
