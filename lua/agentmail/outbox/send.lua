-- SPDX-License-Identifier: MIT
-- The five sends of a client with an outbox. A send is recorded, with its bytes, before it goes
-- out; a second call with the same key goes on where the first was, or returns its result.

local core = require "agentmail.core"
local delivery = require "agentmail.outbox.deliver"
local drafts = require "agentmail.outbox.drafts"
local keys = require "agentmail.outbox.keys"
local raise = require "agentmail.util.raise".raise
local results = require "agentmail.outbox.result"

local format = string.format

--- Options of a send that are for the outbox alone.
local OWN = { caused_at = true, on_conflict = true }

-- Options without those of the outbox, which are checked: whether the first bytes count, and when
-- what the mail is about happened.
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
local function make_draft(plan, scope, arguments, request, message_id)
  local target, body = drafts.creation(plan, scope, arguments, {
    inbox_id = request.scope.ids.inbox_id, message_id = message_id, key = request.key })
  if target then
    request.target, request.body = target, body
  elseif body then
    raise(body)
  end
end

local run

---@class agentmail.OutboxCall  a call as it is recorded: what job:put reads, and how to go on
---@field inbox_id string
---@field key string
---@field operation string
---@field method string
---@field target string
---@field body string|table|nil
---@field content_type string?
---@field draft_id string?
---@field first boolean        the stored bytes count, if there are any
---@field caused_at number|false|nil
---@field time number          for it
---@field plan agentmail.Plan
---@field scope table          of the answer
---@field observer function?
---@field handle userdata?     the core's call of it, until it is sent
---@field request agentmail.Request?  instead, once something needs it
---@field run fun(call: agentmail.OutboxCall): any

-- The call as it is to be recorded; nil: it goes past the outbox.
local function call_of(plan, scope, given, options, owner, receiver)
  local client = scope.client
  local outbox, ids = client.outbox, scope.ids
  local rest, first, caused_at = options_of(plan.name, outbox, options)
  local arguments = keys.arguments_of(plan, ids, given)
  if type(arguments) ~= "table" or rest ~= nil and type(rest) ~= "table" then return nil, rest end
  local key, mistake = keys.key_of(plan, scope, arguments, rest, owner)
  if mistake then raise(mistake) end
  if not key or client.dry then return nil, rest end
  local inbox_id = keys.id_of("inbox_id", arguments, ids, owner)
  if type(key) == "string" and type(inbox_id) == "string" then
    if inbox_id:find("\0", 1, true) then
      raise(format("%s: 'inbox_id' holds a zero byte, which no inbox has", plan.name))
    end
    arguments.idempotency_key = key
    if rest then rest.idempotency_key = nil end
    if outbox.label then keys.add_label(plan, outbox, arguments, inbox_id, key) end
  end
  local handle, target, body, written_key, answer_scope, observer =
    plan.encoder:prepare(scope, arguments, rest, owner, receiver)
  if not handle then raise(target) end
  local request
  if outbox.drafts or body == false then -- its bytes are not those of the handle
    request = handle:request()
    handle:leave()
    if outbox.drafts then
      local message_id = keys.id_of("message_id", arguments, ids, owner)
      make_draft(plan, scope, arguments, request, message_id)
    end
    handle, target, body = nil, request.target, request.body
  end
  return {
    inbox_id = answer_scope.ids.inbox_id, key = written_key, operation = plan.name,
    method = plan.method,
    target = target, body = body, first = first, time = rest and rest.deadline or client.deadline,
    draft_id = plan.name == "inboxes.drafts.send"
      and keys.id_of("draft_id", arguments, ids, owner) or nil,
    caused_at = keys.cause_of(plan, caused_at, owner), plan = plan,
    scope = answer_scope, observer = observer, handle = handle, request = request, run = run,
  }
end

-- A new work for a call. The first has what is prepared in hand.
---@param call agentmail.OutboxCall
---@return agentmail.OutboxWork
local function work_for(call)
  local started = core.now()
  local handle = call.handle
  call.handle = nil
  return {
    call = call, plan = call.plan, scope = call.scope, outbox = call.scope.client.outbox,
    inbox_id = call.inbox_id, key = call.key, told = true, observer = call.observer,
    request = call.request, handle = handle, started = started, till = started + call.time,
    -- the room for what it comes to: see deliver.lua
    job = nil, action = nil, is_asked = false, is_recorded = nil, value = nil, receipt = nil,
  }
end

--- Performs it, or goes on with it. Each run has a work of its own: failure:retry() may run twice
--- at the same time.
---@param call agentmail.OutboxCall
function run(call)
  local work <close> = delivery.guarded(work_for(call))
  local job, how, code = work.outbox:put(call)
  if not job then return results.unrecorded(work, how, code) end
  work.job = job
  if how == "other" or how == "elsewhere" then return results.reused(work, job:entry()) end
  if work.observer and (how == "new" or how == "anew") then delivery.tell(work, "recorded") end
  delivery.deliver(work)
  return results.of(work)
end

--- A send of a client with an outbox; the arguments are those of plan:perform.
---@param plan agentmail.Plan
---@return any value, any receipt_or_message, agentmail.Failure? failure
local function send(plan, scope, arguments, options, owner, receiver)
  local call, rest = call_of(plan, scope, arguments, options, owner, receiver)
  if not call then
    return plan.encoder:perform(scope, arguments, rest, owner, receiver)
  end
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
  local made = build(rest)
  return run {
    inbox_id = made.scope.ids.inbox_id, key = made.key, operation = made.plan.name,
    method = made.plan.method, target = made.target, body = made.body,
    content_type = made.options.content_type, first = first, caused_at = caused_at,
    time = type(rest) == "table" and rest.deadline or client.deadline,
    plan = made.plan, scope = made.scope, observer = made.observer, request = made, run = run,
  }
end

return { send = send, request = request }
