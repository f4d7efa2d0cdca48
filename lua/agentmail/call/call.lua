-- SPDX-License-Identifier: MIT
-- Performs requests: hands them to the core, judges each answer, and turns the result into either
-- `value, receipt` or `nil, message, failure`. The core decides about repeating; this module does
-- only what needs JSON. Pages, the rest of a thread and the read-back of a create are functions of
-- the plan. Nothing is loaded here: once a request is on its way, that may be impossible.

local setmetatable = setmetatable

local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local error_text = require "agentmail.util.error_text"
local held = require "agentmail.util.held"
local interruptions = require "agentmail.call.interrupted"
local judging = require "agentmail.call.judge"
local raise = require "agentmail.util.raise".raise
local receipts = require "agentmail.call.receipt"
local requests = require "agentmail.call.request"
local failures, quoted = held "agentmail.call.failure", held "agentmail.call.quoted"
local observers = held "agentmail.call.observers"
held "agentmail.call.look_for" -- which a failure holds

local error_of, judge, guard = judging.error_of, judging.judge, interruptions.guard
local observing = core.observing

--- Codes of the core for which the service's own code is more precise.
local SERVICE_SAYS = { rejected = true, service_error = true, rate_limit_exceeded = true,
                       conflict = true }

--- Handles what handle:wait() reports: events, progress, an answer to judge.
---@param request agentmail.Request
---@param handle userdata
---@return boolean done, any value, table? said  of a judged answer: its value, or its error
local function attend(request, handle, state, status, body)
  if request.observer then observers.tell_attempts(request, handle) end
  if request.on_progress then observers.tell_progress(request, handle) end
  if state == "judging" then
    return false, judge(handle, request.plan, request.scope, status, body)
  end
  return state == "done"
end

-- Waits for the end of a call; an interrupted wait returns here so that Lua's hooks run.
local function drive(handle, request)
  local value, said
  while true do
    local done, judged, problem = attend(request, handle, handle:wait())
    if done then return value, said end
    if judged ~= nil or problem then value, said = judged, problem end
  end
end

local perform

-- The options of a request with a fresh API key from the client's function; or nil and the problem.
local function with_key(request)
  local ok, key = pcall(request.scope.client.key_source)
  if not ok then return nil, "the api_key function failed: " .. error_text(key) end
  if type(key) ~= "string" then
    return nil, "the api_key function returned a " .. type(key) .. " instead of a key"
  end
  if not key:find("^[!-~]+$") then
    return nil, "the api_key function returned a key that no header can hold"
  end
  local options = copy(request.options)
  options.api_key = key
  return options
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
  request.open = false
  -- What this request may have done stays true after any retry.
  request.doubt = facts.outcome ~= "not_applied"
  if said and said.status ~= facts.status then said = nil end
  facts.operation, facts.code = request.plan.name, code_of(code, said)
  facts.protection, facts.cause = request.protection, cause_of(advice, said)
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

local function unsent(request, code, message)
  local facts = { outcome = request.doubt and "unknown" or "not_applied", attempts = 0,
                  elapsed = 0, idempotency_key = request.key, client_id = request.client_id }
  return fail(request, code, facts, { detail = message, retryable = code == "queue_full" })
end

-- Returns a success to the caller. There is no value when the last answer was a 404 to a delete
-- that an earlier attempt had done.
local function receive(request, value, receipt)
  request.open = false
  if value == nil then return true, receipt end
  if request.plan.receive then
    local message, failure
    value, message, failure = request.plan.receive(request, value, receipt)
    if not value then return nil, message, failure end
  end
  if request.receiver then return request.receiver(request.owner, value), receipt end
  return value, receipt
end

--- Hands a guarded request to the core, without waiting.
---@param request agentmail.Request
---@return userdata? handle, string? message, agentmail.Failure? failure
local function submit(request)
  local client, options = request.scope.client, request.options
  if observing() then
    raise("agentmail: nothing can be called from inside on_attempt, on_progress or dry; keep what "
      .. "you need and call after it returns")
  end
  if request.on_progress then request.told = nil end
  if client.key_source and not options.anonymous then
    local problem
    options, problem = with_key(request)
    if not options then return unsent(request, "unauthenticated", problem) end
  end
  if request.doubt then
    options = copy(options)
    options.doubt = true
  end
  local handle, message, code
  if client.dry then
    handle, message, code = client.dry:submit(request, client.core, options)
  else
    handle, message, code = client.core:submit(request.plan.method, request.target,
      request.protection, request.body, request.key, options)
  end
  request.handle = handle
  if not handle then return unsent(request, code, message) end
  return handle
end

--- The caller's results from a request that is done. The calling function closes the handle.
---@param request agentmail.Request
---@param handle userdata
---@param value any     as last judged
---@param said table?   likewise
---@return any value, agentmail.Receipt|string receipt_or_message, agentmail.Failure? failure
local function conclude(request, handle, value, said)
  local receipt, why = receipts.of(request, handle)
  if request.raw then receipt.response = response(handle) end
  if why and receipt.outcome == "unknown" and request.plan.confirm then
    value = request.plan.confirm(request, said and said.code)
    if value then receipt.outcome, why = "applied", nil end
  end
  if why then return fail(request, why, receipt, handle:advice(), said) end
  return receive(request, value, receipt)
end

--- Performs a request to its end.
---@param request agentmail.Request
---@return any value, agentmail.Receipt|string receipt_or_message, agentmail.Failure? failure
function perform(request)
  request.open = true
  local _ <close> = setmetatable(request, guard)
  local handle, message, failure = submit(request)
  if not handle then return nil, message, failure end
  return conclude(request, handle, drive(handle, request))
end

-- The failure of a call that an error interrupted, before its end or after it.
local function failure_of(cut)
  local request, facts, advice, said = cut.request, cut.facts, cut.advice, nil
  if cut.code and cut.code ~= "cancelled" then
    if cut.status then said = error_of(request.scope, cut.status, cut.body) end
    return select(3, fail(request, cut.code, facts, advice, said))
  end
  local words = cut.problem ~= nil and quoted.line(error_text(cut.problem))
  advice.detail = words and "interrupted: " .. words or "interrupted"
  advice.reason = "an error interrupted it"
  -- Of a success, the core says that there is nothing to repeat; but its answer is lost.
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
  for i, cut in ipairs(interruptions.take(client)) do list[i] = failure_of(cut) end
  return list
end

--- Builds and performs an operation. Raises an error for the caller's mistakes.
---@param plan agentmail.Plan
---@param scope table
---@param arguments table|string|nil
---@param options table?
---@param owner table?      the object whose method it is
---@param receiver function? owner, value → the caller's value
local function run(plan, scope, arguments, options, owner, receiver)
  local request, mistake = requests.build(plan, scope, arguments, options, owner)
  if not request then raise(mistake) end
  request.receiver = receiver
  return perform(request)
end

return {
  run = run, perform = perform, submit = submit, attend = attend, conclude = conclude,
  unsent = unsent, interrupted = interrupted,
}
