-- SPDX-License-Identifier: MIT
-- Performs requests: hands them to the core, judges each answer, and turns the end into either
-- `value, receipt` or `nil, message, failure`. The core decides about repeating; here is only
-- what needs JSON. Pages, the rest of a thread and the read-back of a create are functions of the
-- plan. Nothing is loaded here: once a request is on its way, that may be impossible.

local answers = require "agentmail.call.answer"
local copy = require "agentmail.util.copy".copy
local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local requests = require "agentmail.call.request"

---@class agentmail.Receipt
---@field outcome "applied"
---@field attempts integer         how often the request went onto the wire
---@field elapsed number           seconds
---@field status integer?          the HTTP status
---@field request_id string?       the service's name for the last attempt
---@field idempotency_key string?  under which it was sent
---@field client_id string?        when the library made it
---@field response agentmail.Response?  of a call with the option raw

--- Codes of the core that only repeat what the service itself says better.
local SERVICE_SAYS = { rejected = true, service_error = true, rate_limit_exceeded = true,
                       conflict = true }

-- Whether a user's observer fails is his affair, never the call's.
local function tell(observer, operation, events)
  for _, event in ipairs(events) do
    event.operation = operation
    local ok, problem = core.observe(observer, event)
    if not ok then warn("agentmail: on_attempt failed: ", tostring(problem)) end
  end
end

-- The bytes of the request's body that went out, or else those of the answer that came in.
local function tell_progress(request, handle)
  local sent, received, to_send, to_receive = handle:progress()
  local done, total = received, to_receive
  if request.body then done, total = sent, to_send end
  if done == request.told then return end
  request.told = done
  local ok, problem = core.observe(request.on_progress, done, total or request.size)
  if not ok then warn("agentmail: on_progress failed: ", tostring(problem)) end
end

-- One answer of the service: the value of a 2xx, or what an error body says.
local function judge(handle, plan, scope, status, body)
  if status >= 200 and status < 300 then
    local read = plan.read or answers.decode
    local value, problem = read(plan.returns, body, scope, handle)
    handle:judge(problem and "broken" or "whole")
    return value, problem and { message = problem, status = status }
  end
  local said = answers.decode_error(body, scope.client.json_depth)
  handle:judge("whole", said.code, said.name)
  said.status = status
  return nil, said
end

--- Looks after a request that has something to say, as handle:wait() tells: its events, its
--- progress, an answer to judge.
---@param request agentmail.Request
---@param handle userdata
---@return boolean done, any value, table? said  what was judged: the value, or what an error says
local function attend(request, handle, state, status, body)
  local observer = request.observer
  if observer then
    local events = handle:events()
    if events then tell(observer, request.plan.name, events) end
  end
  if request.on_progress then tell_progress(request, handle) end
  if state == "judging" then
    return false, judge(handle, request.plan, request.scope, status, body)
  end
  return state == "done"
end

-- Waits for the end of a call; an interrupted wait comes back here so that Lua's hooks run.
local function drive(handle, request)
  local value, said
  while true do
    local done, judged, problem = attend(request, handle, handle:wait())
    if done then return value, said end
    if judged ~= nil or problem then value, said = judged, problem end
  end
end

local perform

-- The options of a request whose API key is asked for anew; or nil and why there is none.
local function with_key(request)
  local ok, key = pcall(request.scope.client.key_source)
  if not ok then return nil, "api_key, a function, failed: " .. tostring(key) end
  if type(key) ~= "string" then
    return nil, "api_key, a function, answered a " .. type(key) .. " instead of a key"
  end
  if not key:find("^[!-~]+$") then
    return nil, "api_key, a function, answered a key that no header can hold"
  end
  local options = copy(request.options)
  options.api_key = key
  return options
end

local function response(handle)
  local status, body = handle:answer()
  return status and { status = status, headers = handle:headers(), body = body }
end

-- A failure says all that a receipt says, why it came to this, and what the service said.
local function fail(request, code, facts, advice, said)
  facts.operation, facts.code = request.plan.name, code
  -- What a retry did not do, an earlier try of the same request may have done.
  if request.doubt and facts.outcome == "not_applied" then facts.outcome = "unknown" end
  request.doubt = facts.outcome == "unknown"
  facts.idempotency_key, facts.client_id = request.key, request.client_id
  facts.protection = request.protection
  facts.reason, facts.retryable, facts.not_before =
    advice.reason, advice.retryable, advice.not_before
  if said and said.status == facts.status then
    if SERVICE_SAYS[code] and said.code then facts.code = said.code end
    facts.message, facts.fix, facts.docs, facts.errors =
      said.message, said.fix, said.docs, said.errors
  end
  facts.message = facts.message or advice.detail
  return failures.new(facts, function() return perform(request) end)
end

local function unsent(request, code, message)
  return fail(request, code, { outcome = "not_applied", attempts = 0, elapsed = 0 },
              { detail = message, retryable = code == "queue_full" })
end

-- What the caller gets of a success. Its last answer holds no value where it was a 404, to a delete
-- that an earlier attempt had done.
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

--- Hands a request to the core, without waiting for anything.
---@param request agentmail.Request
---@return userdata? handle, string? message, agentmail.Failure? failure
local function submit(request)
  local client, options = request.scope.client, request.options
  request.told = nil
  if client.key_source and not options.anonymous then
    local problem
    options, problem = with_key(request)
    if not options then return unsent(request, "unauthenticated", problem) end
  end
  local handle, message, code = client.core:submit(request.plan.method, request.target,
    request.protection, request.body, request.key, options)
  if not handle then return unsent(request, code, message) end
  return handle
end

--- What a caller gets of a request that is done. The handle is the caller's to close.
---@param request agentmail.Request
---@param handle userdata
---@param value any     as judged last
---@param said table?   likewise
---@return any value, agentmail.Receipt|string receipt_or_message, agentmail.Failure? failure
local function conclude(request, handle, value, said)
  local outcome, why, attempts, elapsed, status = handle:result()
  local receipt = {
    outcome = outcome, attempts = attempts, elapsed = elapsed, status = status,
    request_id = handle:header("x-request-id", "x-amzn-requestid", "apigw-requestid"),
    idempotency_key = request.key, client_id = request.client_id,
  }
  if request.raw then receipt.response = response(handle) end
  if why and outcome == "unknown" and request.plan.confirm then
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
  local handle <close>, message, failure = submit(request)
  if not handle then return nil, message, failure end
  return conclude(request, handle, drive(handle, request))
end

--- Builds and performs an operation. The caller's mistakes are raised at the caller's line, so
--- this must be tail-called by the method that the caller wrote.
---@param plan agentmail.Plan
---@param scope table
---@param arguments table|string|nil
---@param options table?
---@param owner table?      the object whose method it is
---@param receiver function? owner, value → what the caller gets
local function run(plan, scope, arguments, options, owner, receiver)
  local request, mistake = requests.build(plan, scope, arguments, options, owner)
  if not request then error(mistake, 2) end
  request.receiver = receiver
  return perform(request)
end

return {
  run = run, perform = perform, submit = submit, attend = attend, conclude = conclude,
  unsent = unsent,
}
