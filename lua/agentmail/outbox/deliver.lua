-- SPDX-License-Identifier: MIT
-- Goes on with one row of the outbox: claims it, performs the request that is next, settles it, and
-- so on, until the row is settled or there is nothing to do for now.

local copies = require "agentmail.util.copy"
local core = require "agentmail.core"
local observers = require "agentmail.call.observers"
local perform = require "agentmail.call.call".perform
local plan_of = require "agentmail.object.collection".plan_of
local sleep = require "agentmail.util.sleep"

local max, min = math.max, math.min

--- Less time than this is too little for another request.
local LEAST = 0.01
--- How often it is looked whether another is done with a row: from, to, and how it grows.
local POLL_FROM, POLL_TO, POLL_GROWTH = 0.01, 0.5, 1.5

---@class agentmail.OutboxWork  a row in hand
---@field job userdata
---@field outbox agentmail.Outbox.File
---@field scope table         of the row's inbox
---@field plan agentmail.Plan of the send
---@field request agentmail.Request?  of the caller; nil while resuming
---@field till number         on core.now(), when its time is over
---@field told boolean        a caller waits
---@field again function?     for failure:retry()
---@field wait_s number|table|nil  of the last action, if it is a wait
---@field is_asked boolean?    the last request was performed, or may have been
---@field value any           of a send that succeeded
---@field receipt table?
---@field failure agentmail.Failure?  of the last send
---@field problem string?     the record failed: why, and the word for it
---@field code string?
---@field is_recorded boolean the result is in the record

-- Requests ----------------------------------------------------------------------------------------

-- The list of messages as it comes: pages are walked here.
local list_plan
local function plan_of_list()
  if not list_plan then
    list_plan = copies.copy(plan_of "inboxes.messages.list")
    list_plan.receive = nil
  end
  return list_plan
end

local function options_for(work, task, is_look)
  local made = copies.copy(work.request and work.request.options or work.plan.options)
  if is_look then made.events, made.progress = nil, nil end
  made.not_after_ms, made.conflict_wait = task.not_after_ms, 0
  made.deadline = max(work.till - core.now(), LEAST)
  return made
end

-- What the outbox must know of a failure: the core's words, and the service's code.
local function facts_of(failure, ended)
  local said = ended.cause and failure.cause.code or failure.code
  local own = ended.cause or ended.code
  return {
    outcome = failure.outcome, code = ended.code, cause = ended.cause, status = failure.status,
    cause_status = ended.cause_status, not_before = failure.not_before,
    said = said ~= own and said or nil, is_service = ended.is_service,
  }
end

local function success(work)
  local value = work.value
  return { outcome = "applied", status = work.receipt.status, message_id = value.message_id,
           thread_id = value.thread_id }
end

local function send(work, task)
  local request = work.request and copies.copy(work.request)
    or { plan = work.plan, scope = work.scope }
  request.target, request.body, request.key = task.target, task.body, task.key
  request.protection, request.again = task.protection, work.again
  request.options = options_for(work, task)
  request.options.blind_ms = task.blind_ms
  request.doubt, request.pending = task.doubt, true
  work.is_asked = true
  local value, receipt, failure = perform(request)
  if failure then
    work.failure = failure
    return facts_of(failure, request.ended)
  end
  work.value, work.receipt = value, receipt
  return success(work)
end

local function has(labels, wanted)
  for _, label in ipairs(labels or {}) do
    if label == wanted then return true end
  end
  return false
end

-- The mail with the row's label, among those of a page. A caller may write an inbox in other cases
-- than the service does.
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
  local observer = work.request and work.request.observer
  if not observer then return end
  local row = work.job:entry()
  observers.tell("on_attempt", observer, {
    event = event, operation = work.plan.name, at = core.now() - work.started,
    attempt = row.tries, try = row.tries, state = row.state, outcome = row.outcome,
    code = row.code,
  })
end

-- The list of the next page; nil: it was the last. What is not all of it tells nothing, so a list
-- that does not end is a failed look.
local function next_page(work, page, before)
  local token = page.next_page_token
  if not token or token == "" then return nil end
  if token == before then return nil, "bad_response" end
  if core.now() >= work.till then return nil, "timeout" end
  local target = work.job:look_on(token)
  return target, not target and "bad_response" or nil
end

-- Looks through all pages. A look that failed tells nothing.
local function look(work, task)
  local row, target, token = work.job:entry(), task.target, nil
  tell(work, "look")
  while target do
    local request = { plan = plan_of_list(), scope = work.scope, target = target,
                      protection = "safe", options = options_for(work, task, true) }
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

local ACTIONS = { send = send, look = look }

-- Waiting -----------------------------------------------------------------------------------------

-- Waits for what is next; false: there is no sense in it.
local function wait(work, action, seconds, is_own)
  local left = work.till - core.now()
  if not work.told or left < LEAST then return false end
  if action == "busy" then
    if is_own then return false end
    work.poll = min((work.poll or POLL_FROM) * POLL_GROWTH, POLL_TO)
    sleep(min(seconds, left, work.poll))
    return true
  end
  -- What is proven unsent is told to its caller, who may have other plans.
  local unsent = work.failure and work.job:entry().state == "waiting"
  if unsent or seconds > left then return false end
  sleep(seconds)
  return true
end

local function fail(work, message, code)
  work.problem, work.code = message, code
  return false
end

--- One step. True: go on.
---@param work agentmail.OutboxWork
local function step(work)
  local left = work.till - core.now()
  if (left < LEAST or work.outbox.is_closed) and work.began then return false end
  work.is_asked = false
  local action, what, is_own = work.job:claim(max(left, LEAST))
  if not action then return fail(work, what, is_own) end
  work.action = action
  if action == "done" then return false end
  work.wait_s = what
  if action == "busy" or action == "wait" then return wait(work, action, what, is_own) end
  work.began = true
  local done, message, code = work.job:settle(ACTIONS[action](work, what))
  work.is_recorded = done
  if not done then return fail(work, message, code) end
  tell(work, "settled")
  return true
end

local Work = {}

--- Makes it a value to be closed, and then held by its file: `local _ <close> = guarded(work)`,
--- `work.outbox:hold(work)`. When an error such as Ctrl-C ends the work, its request is over, too:
--- so what is known of it is recorded at once, and the next call with the key need not wait for the
--- end of a lease.
---@param work agentmail.OutboxWork
---@return agentmail.OutboxWork
local function guarded(work) return setmetatable(work, Work) end

function Work.__close(work, problem)
  if problem ~= nil and work.job then
    pcall(work.job.settle, work.job, work.value and success(work)
      or { outcome = work.is_asked and "unknown" or "not_applied", code = "cancelled" })
  end
  work.outbox:release(work)
end

--- Goes on until the row is settled, or there is nothing to do for now. `work.action` is then what
--- the row waits for, and its results are in `work`.
---@param work agentmail.OutboxWork
local function deliver(work)
  while step(work) do end
end

return { deliver = deliver, guarded = guarded, tell = tell }
