-- SPDX-License-Identifier: MIT
-- The five sends of a client with an outbox. A send is recorded, with its bytes, before it goes
-- out. A second call with the same key continues where the first stopped, or returns its result.

local check = require "agentmail.call.call".check
local core = require "agentmail.core"
local delivery = require "agentmail.outbox.deliver"
local door = require "agentmail.util.door"
local drafts = require "agentmail.outbox.drafts"
local interruptions = require "agentmail.call.interrupted"
local keys = require "agentmail.outbox.keys"
local raise = require "agentmail.util.raise".raise
local results = require "agentmail.outbox.result"

local format = string.format

--- Options of a send that only the outbox uses.
local OWN = { caused_at = true, on_conflict = true }

-- The options without those of the outbox, which are checked and returned: whether the first bytes
-- count, and the time of the mail's cause.
local function options_of(name, outbox, given)
  local on_conflict, caused_at, rest = outbox.on_conflict, nil, given
  if type(given) == "table" then
    on_conflict, caused_at, rest = given.on_conflict, given.caused_at, {}
    if caused_at and (type(caused_at) ~= "number" or not (caused_at >= 0 and caused_at < 1e11)) then
      raise(format("%s: option 'caused_at' must be seconds since 1970, or false for unknown, not "
        .. "%s", name, tostring(caused_at)))
    end
    if on_conflict ~= nil and on_conflict ~= "error" and on_conflict ~= "first" then
      raise(format("%s: option 'on_conflict' must be \"error\" or \"first\", not %s", name,
                   tostring(on_conflict)))
    end
    for option, value in pairs(given) do
      if not OWN[option] then rest[option] = value end
    end
  end
  return rest, (on_conflict or outbox.on_conflict) == "first", caused_at
end

-- Makes the request of a mail the one that creates its draft.
local function make_draft(plan, scope, arguments, request, message_id, label)
  local target, body = drafts.creation(plan, scope, arguments, {
    inbox_id = request.scope.ids.inbox_id, message_id = message_id, key = request.key,
    label = label })
  if target then
    request.target, request.body = target, body
  elseif body then
    raise(body)
  end
end

local again, run

---@class agentmail.OutboxCall  a send, and what is recorded with it
---@field request agentmail.Request?  nil: not needed yet
---@field first boolean        the stored bytes count, if there are any
---@field caused_at number|false|nil
---@field time number          for it
---@field spent number?        of that, before the run that begins
---@field draft_id string?
---@field row string?         which row has its bytes, if one has
---@field told table?          outcome, state and pending of the last failure that its caller got
---@field run fun(call: agentmail.OutboxCall): any  for failure:retry()

-- What a call is recorded with, its inbox, and its arguments and options as they are to be written;
-- nil: it bypasses the outbox, with these options.
local function call_of(plan, scope, given, options, owner)
  local client = scope.client
  local outbox, ids = client.outbox, scope.ids
  local rest, first, caused_at = options_of(plan.name, outbox, options)
  local arguments = keys.arguments_of(plan, ids, given)
  if type(arguments) ~= "table" or rest ~= nil and type(rest) ~= "table" then return nil, rest end
  local key, mistake = keys.key_of(plan, scope, arguments, rest, owner)
  if mistake then raise(mistake) end
  if not key or client.dry then return nil, rest end
  local inbox_id, label = keys.id_of("inbox_id", arguments, ids, owner), nil
  if type(key) == "string" and type(inbox_id) == "string" then
    if inbox_id:find("\0", 1, true) then
      raise(format("%s: 'inbox_id' holds a zero byte, which no inbox has", plan.name))
    end
    if rest then rest.idempotency_key = nil end
    arguments, label = keys.labelled(plan, outbox, arguments, inbox_id, key)
  end
  return {
    first = first, caused_at = keys.cause_of(plan, caused_at, owner), run = again,
    time = rest and rest.deadline or client.deadline,
    draft_id = plan.name == "inboxes.drafts.send"
      and keys.id_of("draft_id", arguments, ids, owner) or nil,
  }, rest, arguments, inbox_id, label
end

-- The request of a call; for a service without keys, that of its draft.
local function request_of(plan, scope, arguments, options, owner, receiver, label)
  local handle, mistake =
    plan.encoder:prepare(scope, arguments, options, owner, receiver, label)
  if not handle then raise(mistake) end
  local request = handle:request()
  handle:leave()
  if scope.client.outbox.drafts then
    local message_id = keys.id_of("message_id", arguments, scope.ids, owner)
    make_draft(plan, scope, arguments, request, message_id, label)
  end
  return request
end

-- Its job is at once that of the work: an error may come before it is returned.
local function put(work, first)
  local request = work.request
  return work.outbox:use(function(box)
    return box:put({
      inbox_id = work.inbox_id, key = work.key, operation = work.plan.name,
      method = work.plan.method, target = request.target, body = request.body,
      content_type = request.options.content_type,
      draft_id = work.draft_id, first = first, caused_at = work.caused_at, time = work.time,
    }, work)
  end)
end

-- Identifies a row, among all those that its key has had: each begins at another time.
local function name_of(row) return format("%d %.3f", row.id, row.created_at) end

-- Records the mail of a call, or finds it recorded. A mail that this call itself has recorded
-- continues even if one of its files cannot be read any more.
local function record(call, work)
  local job, how, code = put(work, work.first)
  if job or code ~= "file" or not call.row then return job, how, code end
  local stored, how_stored = put(work, true)
  if not stored then return job, how, code end
  if name_of(stored:entry()) == call.row then return stored, how_stored end
  work.outbox:patiently(true, stored.settle, stored, -- what put holds
                        { outcome = "not_applied", code = "cancelled" })
  return stored, "other"
end

-- A new work for a call.
---@param call agentmail.OutboxCall
---@return agentmail.OutboxWork
local function work_for(call)
  local request, now = call.request, core.now()
  local scope, started = request.scope, now - (call.spent or 0)
  call.spent = nil
  return {
    request = request, plan = request.plan, scope = scope, outbox = scope.client.outbox,
    inbox_id = scope.ids.inbox_id, key = request.key, told = true, first = call.first,
    caused_at = call.caused_at, draft_id = call.draft_id, time = call.time, started = started,
    till = now + door.bounded(started + call.time - now),
    again = function() return again(call) end,
  }
end

-- What a call returns, which its next run remembers. If a failing scope has cancelled it, its
-- failure may reach nobody.
local function told(call, work, value, message, failure)
  if failure then
    call.told = { outcome = failure.outcome, state = failure.state, pending = failure.pending }
  end
  if failure and work.is_cancelled and door.notes() then
    work.request.pending = true
    interruptions.keep(work.request, failure)
  end
  return value, message, failure
end

--- Performs it, or continues it. Each run has its own work: failure:retry() may run twice at the
--- same time. The other arguments are what box:send has left.
---@param call agentmail.OutboxCall
---@param job userdata?
---@param how any
---@param what any
---@param code string?
function run(call, job, how, what, code)
  local work = work_for(call)
  work.is_asked = how == "failed" -- before the job: an error may end it at any moment
  work.job = job
  local guard <close> = delivery.guarded(work)
  if not job and (not how or what == "forked" or what == "busy") then
    job, how, what = record(call, work)
  end
  if not job then
    work.is_cancelled = what == "cancelled"
    return told(call, work, results.unrecorded(work, call.told, how, what))
  end
  work.job = job
  if how == "other" or how == "elsewhere" then return results.reused(work, job:entry()) end
  call.row = name_of(job:entry())
  if how == "new" or how == "anew" then delivery.tell(work, "recorded") end
  if how == "failed" then
    delivery.settle_failure(work, what)
  elseif how then
    delivery.deliver(work)
  else
    work.problem, work.code = what, code
  end
  return told(call, work, results.of(guard))
end

--- Performs it again.
---@param call agentmail.OutboxCall
function again(call)
  check()
  return run(call)
end

-- Continues with what box:send leaves.
local function go_on(call, request, job, how, what, ...)
  if how == "answered" then return delivery.settle_answer(job, what, ...) end
  call.request = request or call.request
  return run(call, job, how, what, ...)
end

-- The results of box:send.
local function sent(value, receipt_or_message, failure_or_mistake)
  if value == nil and receipt_or_message == nil then raise(failure_or_mistake) end
  return value, receipt_or_message, failure_or_mistake
end

--- A send of a client with an outbox; the arguments are those of plan:perform.
---@param plan agentmail.Plan
---@return any value, any receipt_or_message, agentmail.Failure? failure
local function send(plan, scope, given, options, owner, receiver)
  local call, rest, arguments, inbox_id, label = call_of(plan, scope, given, options, owner)
  if not call then return plan.encoder:perform(scope, given, rest, owner, receiver) end
  local outbox = scope.client.outbox
  local box = not outbox.drafts and outbox:open()
  if box then
    return sent(box:send(plan.encoder, scope, arguments, rest, owner, receiver, label, call,
                         inbox_id, plan.name, plan.method, call.time, go_on))
  end
  call.request = request_of(plan, scope, arguments, rest, owner, receiver, label)
  return run(call)
end

--- A request of the caller's own, with a key and an inbox.
---@param client table
---@param name string     for messages
---@param options any     of the call
---@param build fun(options: any): agentmail.Request  without those of the outbox
---@return any value, any receipt_or_message, agentmail.Failure? failure
local function request(client, name, options, build)
  local outbox = client.outbox
  if outbox.drafts then
    raise(name .. ": the outbox makes drafts (keyed = false), and of this request it cannot")
  end
  local rest, first, caused_at = options_of(name, outbox, options)
  return again { request = build(rest), first = first, caused_at = caused_at, run = again,
                 time = type(rest) == "table" and rest.deadline or client.deadline }
end

return { send = send, request = request }
