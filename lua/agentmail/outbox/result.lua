-- SPDX-License-Identifier: MIT
-- What the caller of a send gets: `value, receipt`, from this call or from the record, or
-- `nil, message, failure`.
--
-- A failure's outcome is about the mail that has the key, whichever call or process sends it. The
-- record proves it. So if a send cannot be recorded or continued:
--   - The record can be read and has the key: its row has the outcome, the state and `pending`.
--   - It can be read and does not have the key: neither this call nor another process of this file
--     has sent it. So the outcome is `not_applied`, unless this call has returned another before.
--     Nothing is pending, and there is no state.
--   - It cannot be read: this call sent nothing, but an earlier process may have, and another may
--     continue at any time with what is recorded. So the outcome is `unknown`, even if this call
--     returned `not_applied` before, as that was proven only then; `applied` stays. `pending` is
--     what this call last knew, and there is no state.

local answers = require "agentmail.call.answer"
local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local json = require "agentmail.util.json"
local receipts = require "agentmail.call.receipt"

local format = string.format

---@class agentmail.FirstMail  the mail that has the key
---@field state agentmail.OutboxState
---@field inbox_id string
---@field message_id string?
---@field thread_id string?
---@field created_at number  seconds since 1970

--- Why a row that is not sent ends a call, by its state.
local CODES = { key_taken = "key_reused", cancelled = "cancelled", unknown = "expired",
                waiting = "deferred", sending = "busy", doubtful = "deferred" }

local WORDS = {
  busy = "another process, or another task of this one, is working on it",
  deferred = "the outbox can continue with it: client.outbox:resume()",
  expired = "nothing more can be found out about it: look for the mail, then row:resolve()",
  cancelled = "it was withdrawn",
  key_reused = "the key belongs to another request",
}

--- The words for key_reused with `keyed = false`: a draft that was made for a mail keeps its
--- client_id, even after the mail was cancelled or refused.
local DRAFT_WORDS = "another draft has this client_id, perhaps that of a mail which was cancelled "
  .. "or refused and had other content: give this one another key"

local function elapsed(work) return core.now() - work.started end

---@param work table
---@param facts table
local function fail(work, facts)
  facts.operation, facts.protection = work.plan.name, "idempotency_key"
  facts.idempotency_key, facts.elapsed = work.key, elapsed(work)
  if facts.retryable == nil then facts.retryable = false end
  return failures.new(facts, work.again, work.inbox_id)
end

-- A result that an earlier call had, or a look found.
local function recorded(work, row)
  local ids, value = { message_id = row.message_id, thread_id = row.thread_id or "" }, nil
  if work.plan.returns then
    value = answers.decode(work.plan.returns, json.encode(ids), work.scope)
  end
  if value == nil then value = ids end
  local receipt = setmetatable({
    outcome = "applied", attempts = 0, elapsed = elapsed(work), idempotency_key = row.key,
    state = row.state, recorded = true,
  }, receipts.mt)
  return value, receipt
end

-- The facts about a mail that cannot be recorded or continued, see above. `last` has the outcome,
-- state and pending that were known before; nil: none.
local function known(work, last)
  local row, is_unread = work.outbox:read(work.inbox_id, work.key)
  if row then return row, row end
  local outcome = last and last.outcome or "not_applied"
  if outcome == "not_applied" and (is_unread or last and last.state) then outcome = "unknown" end
  return { outcome = outcome, pending = is_unread and last ~= nil and last.pending or false }
end

--- The failure of a send that could not be recorded.
---@param work table
---@param last table?  what an earlier run of this call returned
---@param message string
---@param code string?
local function unrecorded(work, last, message, code)
  local facts, row = known(work, last)
  if row and row.state == "sent" and work.first then return recorded(work, row) end
  return fail(work, { code = code or "storage", outcome = facts.outcome, message = message,
                      attempts = 0, state = facts.state, pending = facts.pending,
                      retryable = true })
end

--- The failure of a send whose key another mail has.
---@param work table
---@param row table  of that mail
local function reused(work, row)
  local first = { state = row.state, inbox_id = row.inbox_id, message_id = row.message_id,
                  thread_id = row.thread_id, created_at = row.created_at }
  local where = row.inbox_id ~= work.inbox_id and " in " .. row.inbox_id or ""
  return fail(work, {
    code = "key_reused", outcome = "not_applied", attempts = 0, state = "key_taken",
    pending = false, first = first,
    message = format("the outbox has another mail under this key%s; its state is %s", where,
                     row.state),
  })
end

-- The code for the failure in a row. A mail whose call was cancelled is not withdrawn.
local function code_of(work, row)
  if work.action == "busy" then return "busy" end
  if row.state == "key_taken" then return "key_reused" end
  local is_cut = row.code == "cancelled" and row.state ~= "cancelled"
  return not is_cut and row.code or CODES[row.state] or "deferred"
end

-- The failure in a row.
local function of_row(work, row)
  local code = code_of(work, row)
  local last = work.failure
  return fail(work, {
    code = code, outcome = row.outcome, status = row.status, attempts = row.tries,
    state = row.state, pending = row.pending, retryable = row.pending,
    not_before = last and last.not_before, request_id = last and last.request_id,
    message = last and last.message
      or code == "key_reused" and work.outbox.drafts and DRAFT_WORDS
      or WORDS[code] or WORDS[CODES[row.state]],
  })
end

-- The failure of a call that was cancelled before anything was decided.
local function cancelled(work, row)
  local last, cause = work.failure, nil
  if last and last.code ~= "cancelled" then
    cause = { code = last.code, status = last.status, message = last.message }
  end
  return fail(work, {
    code = "cancelled", outcome = row.outcome, status = row.status, attempts = row.tries,
    state = row.state, pending = row.pending, retryable = row.pending, cause = cause,
    message = "this task is cancelled", reason = "this task is cancelled",
    not_before = last and last.not_before, request_id = last and last.request_id,
  })
end

--- The results of a call after work on its row.
---@param work table
---@return any value, table|string receipt_or_message, agentmail.Failure? failure
local function of(work)
  if work.value then
    work.receipt.state, work.receipt.recorded = "sent", work.is_recorded == true
    return work.value, work.receipt
  end
  local row = work.job:entry()
  if row.state == "sent" and row.message_id then return recorded(work, row) end
  if row.state == "sent" then -- a person said so
    return true, select(2, recorded(work, row))
  end
  local last = work.failure
  if work.problem then
    local facts = known(work, row)
    return fail(work, { code = work.code or "storage", outcome = facts.outcome,
                        attempts = row.tries, message = work.problem, state = facts.state,
                        pending = facts.pending, retryable = true })
  end
  local is_told = last and last.code == "cancelled" and last.outcome == row.outcome
  if work.is_cancelled and row.pending and not is_told then return cancelled(work, row) end
  if not last or work.action == "busy" or last.outcome ~= row.outcome
    or row.state == "unknown" or row.state == "key_taken" then
    return of_row(work, row)
  end
  last.state, last.pending = row.state, row.pending
  last.retryable, last.protection = last.retryable or row.pending, "idempotency_key"
  return failures.new(last, work.again, work.inbox_id) -- its words, by what the record says
end

return { of = of, reused = reused, unrecorded = unrecorded }
