-- SPDX-License-Identifier: MIT
-- The requests of a row: sends, looks, drafts. Each function performs one, and returns what the
-- outbox must know of its answer.

local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local drafts = require "agentmail.outbox.drafts"
local observers = require "agentmail.call.observers"
local perform = require "agentmail.call.call".perform
local plan_of = require "agentmail.object.collection".plan_of

local max, min = math.max, math.min

--- With less time left than LEAST, no other request begins; none has more than MOST.
local LEAST, _, _, MOST = 0.01, core.limit "deadline"

-- The list of messages as plain data: pages are fetched here.
local list_plan
local function plan_of_list()
  if not list_plan then
    list_plan = copies.copy(plan_of "inboxes.messages.list")
    list_plan.receive = nil
  end
  return list_plan
end

-- From the caller's request or, while resuming, from the client.
local function observer_of(work)
  if work.request then return work.request.observer end
  return work.observer
end

local function options_for(work, task, is_look)
  local made = {
    not_after_ms = task.not_after_ms, conflict_wait = 0, blind_ms = task.blind_ms,
    content_type = task.content_type,
    deadline = min(max(work.till - core.now(), LEAST), MOST),
  }
  for name, value in next, work.request and work.request.options or work.plan.options do
    if made[name] == nil then made[name] = value end
  end
  if not work.request and work.observer then made.events = true end
  if is_look then made.events, made.progress = nil, nil end
  return made
end

-- What the outbox must know of a failure: the core's facts, and the service's code.
local function facts_of(failure, ended)
  local said = ended.cause and failure.cause.code or failure.code
  local own = ended.cause or ended.code
  return {
    outcome = failure.outcome, code = ended.code, cause = ended.cause, status = failure.status,
    cause_status = ended.cause_status, not_before = failure.not_before,
    said = said ~= own and said or nil, is_service = ended.is_service,
  }
end

local function id_of(value, name)
  local id = type(value) == "table" and value[name]
  return type(id) == "string" and id or nil
end

local function success(work)
  local value = work.value
  return { outcome = "applied", status = work.receipt.status,
           message_id = id_of(value, "message_id"), thread_id = id_of(value, "thread_id") }
end

-- Performs a write; the caller may get its failure. `asked` has the other parts of the request that
-- are the caller's.
local function write(work, task, plan, asked)
  local options = options_for(work, task)
  options.content_type = task.content_type -- that of the record, or none
  local request = {
    plan = plan, scope = work.scope, target = task.target, body = task.body,
    protection = task.protection, key = task.key, doubt = task.doubt,
    options = options, again = work.again, pending = true, recorded = true,
    client_id = asked.client_id, observer = observer_of(work), on_progress = asked.on_progress,
    raw = asked.raw, owner = asked.owner, receiver = asked.receiver,
  }
  work.is_asked = true
  local value, receipt, failure = perform(request)
  if not failure then
    receipt.idempotency_key = work.key
    return value, receipt
  end
  failure.operation, failure.idempotency_key = work.plan.name, work.key
  work.attempts = (work.attempts or 0) + failure.attempts
  failure.attempts, failure.elapsed = work.attempts, core.now() - work.started
  work.failure = failure
  return nil, facts_of(failure, request.ended)
end

--- Sends the mail, or its draft, which has the same answer.
local function send(work, task)
  local value, told = write(work, task, work.plan, work.request or {})
  if value == nil then return told end
  work.value, work.receipt = value, told
  return success(work)
end


local function create(work, task)
  local draft, told = write(work, task, plan_of "inboxes.drafts.create",
                            {})
  if draft == nil then return told end
  return { outcome = "applied", status = told.status, draft_id = draft.draft_id,
           is_other = drafts.differ(draft, task.text, work.scope.client.json_depth) }
end

local function get_draft(work, task)
  local request = { plan = plan_of "inboxes.drafts.get", scope = work.scope, target = task.target,
                    protection = "safe", options = options_for(work, task), recorded = true,
                    observer = observer_of(work) }
  local draft, _, failure = perform(request)
  if failure then return facts_of(failure, request.ended) end
  return { outcome = "not_applied",
           sight = draft.send_status == "sending" and "leaving" or "there" }
end

local function has(labels, wanted)
  for _, label in ipairs(labels or {}) do
    if label == wanted then return true end
  end
  return false
end

-- The mail with the row's label, among those of a page. The caller's inbox may differ in upper and
-- lower case from the service's.
local function find(page, row)
  local inbox_id = row.inbox_id:lower()
  for _, item in ipairs(page.messages) do
    if has(item.labels, row.label) and (item.inbox_id or inbox_id):lower() == inbox_id then
      return item
    end
  end
end

--- Tells the observer of the attempts what the outbox does.
---@param work agentmail.OutboxWork
---@param event "recorded"|"look"|"settled"
local function tell(work, event)
  local observer = observer_of(work)
  if not observer then return end
  local row = work.job:entry()
  observers.tell("on_attempt", observer, {
    event = event, operation = work.plan.name, at = core.now() - work.started,
    attempt = row.tries, try = row.tries, state = row.state, outcome = row.outcome,
    code = row.code,
  })
end

-- The list of the next page; nil: it was the last. Only a complete list proves that there is no
-- mail, so a list that does not end is a failed look.
local function next_page(work, page, before)
  local token = page.next_page_token
  if not token or token == "" then return nil end
  if token == before then return nil, "bad_response" end
  if core.now() >= work.till then return nil, "timeout" end
  local target = work.job:look_on(token)
  return target, not target and "bad_response" or nil
end

-- Looks through all pages. A look that failed proves nothing.
local function look(work, task)
  local row, target, token = work.job:entry(), task.target, nil
  tell(work, "look")
  while target do
    local request = { plan = plan_of_list(), scope = work.scope, target = target,
                      protection = "safe", options = options_for(work, task, true),
                      recorded = true }
    local page, _, failure = perform(request)
    if failure then return facts_of(failure, request.ended) end
    local item = find(page, row)
    if item then
      return { outcome = "not_applied", sight = has(item.labels, "sent") and "sent" or "unsent",
               message_id = item.message_id, thread_id = item.thread_id }
    end
    local problem
    target, problem = next_page(work, page, token)
    if problem then return { outcome = "not_applied", code = problem } end
    token = page.next_page_token
  end
  return { outcome = "not_applied", sight = "none" }
end

--- The word for an action of the core → the function that does it.
local ACTIONS = { send = send, send_draft = send, create = create, get_draft = get_draft,
                  look = look }

return { actions = ACTIONS, facts_of = facts_of, success = success, tell = tell, LEAST = LEAST }
