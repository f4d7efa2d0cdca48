-- SPDX-License-Identifier: MIT
-- Works on one row of the outbox: claims it, performs its next request, settles it, and repeats
-- this until the row is settled or there is nothing to do for now.

local core = require "agentmail.core"
local door = require "agentmail.util.door"
local interruptions = require "agentmail.call.interrupted"
local requests = require "agentmail.outbox.requests"

local max, min = math.max, math.min
local LEAST, success, tell = requests.LEAST, requests.success, requests.tell

--- The pause between two checks whether another call is done with a row: first, longest, growth.
local POLL_FROM, POLL_TO, POLL_GROWTH = 0.01, 0.5, 1.5

--- Statuses that a different API key, a payment or a setting can remedy.
local BARRED = { [401] = true, [402] = true, [403] = true, [407] = true }

---@class agentmail.OutboxWork  the work on a row
---@field job userdata
---@field outbox agentmail.Outbox.File
---@field scope table         of the row's inbox
---@field plan agentmail.Plan of the send
---@field inbox_id string
---@field key string
---@field request agentmail.Request?  of the caller; nil while resuming
---@field observer function|false|nil  while resuming
---@field till number         on core.now(), when its time is over
---@field told boolean        a caller waits
---@field again function?     for failure:retry()
---@field wait_s number|table|nil  of the last action, if it is a wait
---@field is_asked boolean?    the last request was performed, or may have been
---@field attempts integer?   that failed
---@field value any           of a send that succeeded
---@field receipt table?
---@field failure agentmail.Failure?  of the last send
---@field problem string?     the record failed: why, and the word for it
---@field code string?
---@field is_recorded boolean the result is in the record
---@field is_cancelled boolean?  the task was cancelled: nothing more goes out

-- Waiting -----------------------------------------------------------------------------------------

-- False: a deadline or a cancel ended it.
local function sleep(work, seconds)
  local slept, _, code = door.pause(core.now() + seconds)
  work.is_cancelled = code == "cancelled"
  return slept
end

-- Waits for what is next; false: waiting is of no use. If another task of this Lua state holds the
-- row, a wait helps only where that task can run meanwhile.
local function wait(work, action, seconds, is_own)
  local left = work.till - core.now()
  if not work.told or left < LEAST then return false end
  if action == "busy" then
    if is_own and not door.yields() then return false end
    work.poll = min((work.poll or POLL_FROM) * POLL_GROWTH, POLL_TO)
    return sleep(work, min(seconds, left, work.poll))
  end
  -- A mail that is proven unsent is reported to its caller, who may have other plans; so is a first
  -- look that the account bars, as waiting does not help.
  local row = work.job:entry()
  local unsent = (work.failure or BARRED[row.status])
    and (row.state == "waiting" or row.state == "drafted")
  if unsent or seconds > left then return false end
  return sleep(work, seconds)
end

local function fail(work, message, code)
  work.problem, work.code = message, code
  return false
end

-- Settles the job, even if a cancel or a deadline has ended everything else.
local function record(work, answer)
  local job = work.job
  return work.outbox:patiently(true, job.settle, job, answer)
end

-- Records the result of a request. True: continue.
local function settle(work, answer)
  local done, message, code = record(work, answer)
  work.is_recorded = done
  if not done then return fail(work, message, code) end
  tell(work, "settled")
  return true
end

-- Releases a claim, of put or of a look that allows a send, whose mail will not go out now.
local function give_back(work, code)
  if work.began then
    if work.action ~= "look" and work.action ~= "get_draft" then return false end
    local action, message, problem = work.outbox:patiently(true, work.job.claim, work.job, LEAST)
    if not action then return fail(work, message, problem) end
    if not requests.actions[action] then return false end
    work.action = action
  end
  local done, message, problem = record(work, { outcome = "not_applied", code = code })
  return not done and fail(work, message, problem)
end

--- One step. True: continue.
---@param work agentmail.OutboxWork
local function step(work)
  local left = work.till - core.now()
  work.is_cancelled = door.cancelled()
  if work.is_cancelled then return give_back(work, "cancelled") end
  if (left < LEAST or work.outbox.is_closed) and work.began then
    return give_back(work, work.outbox.is_closed and "closed" or "timeout")
  end
  work.is_asked = false
  local job = work.job
  local action, what, is_own = work.outbox:patiently(false, job.claim, job, max(left, LEAST))
  if not action then
    work.is_cancelled = is_own == "cancelled"
    return not work.is_cancelled and fail(work, what, is_own)
  end
  work.action = action
  if action == "done" then return false end
  work.wait_s = what
  if action == "busy" or action == "wait" then return wait(work, action, what, is_own) end
  work.began = true
  return settle(work, requests.actions[action](work, what))
end

local Work = {}

--- Makes it a value to be closed: `local _ <close> = guarded(work)`. If an error such as Ctrl-C
--- ends the work, its request has ended, too. So what is known of it is recorded immediately, and
--- the next call with the key need not wait for the end of a lease.
---@param work agentmail.OutboxWork
---@return agentmail.OutboxWork
local function guarded(work) return setmetatable(work, Work) end

local function record_known(work)
  record(work, work.value and success(work)
    or { outcome = work.is_asked and "unknown" or "not_applied", code = "cancelled" })
end

-- For client:interrupted().
local function note(work, problem)
  interruptions.note_mail({
    plan = work.plan, scope = work.scope, key = work.key, protection = "idempotency_key",
    again = work.again, pending = true,
  }, problem, {
    outcome = (work.value or work.is_asked) and "unknown" or "not_applied",
    attempts = (work.attempts or 0) + (work.is_asked and 1 or 0),
    elapsed = core.now() - work.started, idempotency_key = work.key,
  })
end

function Work.__close(work, problem)
  local job = work.job
  if problem ~= nil and job then
    if not pcall(record_known, work) then job:cut() end
    if work.told or work.began then pcall(note, work, problem) end
  end
  if job then job:release() end
end

--- Continues until the row is settled, or there is nothing to do for now. `work.action` is then
--- what the row waits for, and the results are in `work`.
---@param work agentmail.OutboxWork
local function deliver(work)
  while step(work) do end
end

--- Continues after the failure of a first send.
---@param work agentmail.OutboxWork
---@param failure agentmail.Failure
local function settle_failure(work, failure)
  work.attempts = failure.attempts
  work.failure, work.action, work.began, work.is_asked = failure, "send", true, true
  if settle(work, requests.facts_of(failure, work.request.ended)) then deliver(work) end
end

--- The results of a send whose answer has arrived and is not recorded yet.
---@param job userdata
---@param value any
---@param receipt table
---@param scope table
local function settle_answer(job, value, receipt, scope)
  local work <close> = guarded { outbox = scope.client.outbox, job = job, value = value,
                                 receipt = receipt }
  receipt.state, receipt.recorded = "sent", record(work, success(work)) == true
  return value, receipt
end

return { settle_answer = settle_answer, deliver = deliver, guarded = guarded,
         settle_failure = settle_failure, tell = tell }
