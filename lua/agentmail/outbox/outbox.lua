-- SPDX-License-Identifier: MIT
-- The outbox of a client, `agentmail.new { outbox = "agent.db" }`: its records, and continuing with
-- them.

local calls = require "agentmail.call.call"
local collection = require "agentmail.object.collection"
local core = require "agentmail.core"
local delivery = require "agentmail.outbox.deliver"
local door = require "agentmail.util.door"
local files = require "agentmail.outbox.file"
local interruptions = require "agentmail.call.interrupted"
local mistakes = require "agentmail.util.mistakes"
local raising = require "agentmail.util.raise"
local raw_answers = require "agentmail.call.raw_answer"
local results = require "agentmail.outbox.result"
local rows = require "agentmail.outbox.rows"
require "agentmail.outbox.send" -- now: at the first send there may be no file descriptor left

local format = string.format
local raise, same = raising.raise, raising.same

---@class agentmail.Outbox  the record of a client's sends
local methods = {}

local mt = { __name = "agentmail.Outbox", __index = methods }

--- outbox → its file. It is not in a field.
local inner = setmetatable({}, { __mode = "k" })

local function part_of(self, name)
  return inner[self] or raise(mistakes.dot(name))
end

-- Methods -----------------------------------------------------------------------------------------

local function check(name, given, known)
  if given == nil then return {} end
  if type(given) ~= "table" then
    raise(format("outbox:%s takes a table, not a %s", name, type(given)))
  end
  for field, value in pairs(given) do
    if not known[field] then
      local _, mistake = mistakes.unknown(field, known, "parameter")
      raise(format("outbox:%s: %s", name, mistake))
    end
    if type(value) ~= known[field] or value ~= value then
      raise(format("outbox:%s: '%s' must be a %s, not a %s", name, field, known[field],
                   type(value)))
    end
  end
  return given
end

local RESUME = { deadline = "number", limit = "number" }
--- The states that a report of resume counts.
local COUNTED = { "sent", "waiting", "doubtful", "refused", "unknown", "key_taken" }

-- The plan of a row's send. For client:request it takes any JSON. For an operation that a C program
-- named in its own words, it is the plan of a send.
local function plan_of(operation)
  if operation:find "^POST /" then
    return { name = operation, method = "POST", protection = "idempotency_key", known = {},
             options = {}, read = raw_answers.reader_of("POST", false) }
  end
  return collection.plan_of(core.operation(operation) and operation or "inboxes.messages.send")
end

local retry_row

-- The work for a row, without its job.
local function work_for(self, entry, till, is_told)
  local client = self.client
  return delivery.guarded {
    scope = client.inbox_scopes[entry.inbox_id], told = is_told, till = till, outbox = self,
    inbox_id = entry.inbox_id, key = entry.key, observer = client.on_attempt,
    started = core.now(), plan = plan_of(entry.operation),
    again = function() return retry_row(self, entry) end,
  }
end

local function take(self, entry)
  return self:use(function(box) return box:take(entry.inbox_id, entry.key) end)
end

-- failure:retry() for a mail that a resume continued.
function retry_row(self, entry)
  calls.check()
  local till = core.now() + door.bounded(self.client.deadline)
  local work <close> = work_for(self, entry, till, true)
  local job, message, code = take(self, entry)
  if not job then return results.unrecorded(work, entry, message, code) end
  work.job = job
  local row = job:entry()
  if row.id ~= entry.id or row.created_at ~= entry.created_at then
    return results.reused(work, row)
  end
  delivery.deliver(work)
  return results.of(work)
end

-- Continues with a row. Returns the row and, if another call holds it, for how long; or nil,
-- message, code, and whether one of its requests may have been done. A mail that was sent counts as
-- sent, recorded or not.
local function deliver_row(self, entry, till)
  local work <close> = work_for(self, entry, till, false)
  local job, message, code = take(self, entry)
  if not job then return nil, message, code end
  work.job = job
  delivery.deliver(work)
  local is_ours = work.is_cancelled and work.failure and door.notes()
  local failure = is_ours and select(3, results.of(work))
  if failure then
    interruptions.keep({ scope = work.scope, key = work.key, pending = true }, failure)
  end
  if work.problem and not work.value then
    local last = work.failure
    return nil, work.problem, work.code, last and last.outcome ~= "not_applied"
  end
  return job:entry(), work.action == "busy" and work.wait_s or nil
end

-- When to resume again: seconds, or nil if nothing is open. Rows that other calls hold are due, but
-- only after those calls are done.
local function next_due(self, busy, busy_s)
  local due, next_s = self:use(function(box) return box:due(busy + 1) end)
  if not due then return nil end
  if #due > busy then return 0 end
  return next_s and math.min(next_s, busy_s) or busy > 0 and busy_s or nil
end

---@class agentmail.OutboxReport  also an array of the rows that it settled
---@field sent integer
---@field waiting integer
---@field doubtful integer
---@field refused integer
---@field unknown integer
---@field key_taken integer
---@field next_due number?  seconds until the next call of resume; nil: nothing is left to do

--- Continues with the mails that are due. It does not sleep until others are due.
---@param given { deadline: number?, limit: integer? }?
---@return agentmail.OutboxReport? report, string? message, agentmail.Failure? failure
function methods:resume(given)
  local part = part_of(self, "resume")
  local asked = check("resume", given, RESUME)
  calls.check()
  local till = core.now() + door.bounded(asked.deadline or part.client.deadline)
  local due, message, code = part:use(function(box)
    return box:due(math.tointeger(asked.limit) or 1000)
  end)
  if not due then return same(part:fail(message, code)) end
  local report, busy, busy_s, went, problem, outcome = {}, 0, math.huge, #due == 0, nil, nil
  for _, state in ipairs(COUNTED) do report[state] = 0 end
  for _, entry in ipairs(due) do
    if core.now() >= till or door.cancelled() then break end
    local row, wait_s, is_asked
    row, wait_s, code, is_asked = deliver_row(part, entry, till)
    outcome = is_asked and "unknown" or outcome
    went = went or row
    if row and wait_s then busy, busy_s = busy + 1, math.min(busy_s, wait_s) end
    if not row and code then problem = problem or { wait_s, code } end -- the others may go
    if row and report[row.state] then report[row.state] = report[row.state] + 1 end
    if row and not row.pending then report[#report + 1] = rows.row_of(row, part) end
  end
  if problem and not went then return same(part:fail(problem[1], problem[2], outcome)) end
  report.next_due = next_due(part, busy, busy_s)
  return report
end

local LIST = { state = "string", after = "number", limit = "number" }
local STATES = { waiting = true, sending = true, doubtful = true, drafted = true, sent = true,
                 refused = true, cancelled = true, key_taken = true, unknown = true }

--- The rows, the oldest first, at most 100 unless `limit` says otherwise. The argument `after` is
--- the field `after` of the previous list.
---@param given { state: agentmail.OutboxState?, after: integer?, limit: integer? }?
---@return agentmail.OutboxRow[]? rows, string? message, agentmail.Failure? failure
function methods:list(given)
  local part = part_of(self, "list")
  local asked = check("list", given, LIST)
  if asked.state and not STATES[asked.state] then
    local _, mistake = mistakes.unknown(asked.state, STATES, "state")
    raise("outbox:list: " .. mistake)
  end
  local found, message, code = part:use(function(box)
    return box:list(asked.state and { asked.state }, math.tointeger(asked.after) or 0,
                    math.tointeger(asked.limit) or 100)
  end)
  if not found then return same(part:fail(message, code)) end
  found.after = #found > 0 and found[#found].id or asked.after
  for _, entry in ipairs(found) do rows.row_of(entry, part) end
  return found
end

--- A row; only nil if there is none.
---@param key string
---@param inbox_id string
---@return agentmail.OutboxRow? row, string? message, agentmail.Failure? failure
function methods:get(key, inbox_id)
  local part = part_of(self, "get")
  if type(key) ~= "string" or type(inbox_id) ~= "string" then
    raise "outbox:get takes a key and an inbox_id, both strings"
  end
  local entry, message, code = part:use(function(box) return box:get(inbox_id, key) end)
  if code then return same(part:fail(message, code)) end
  return entry and rows.row_of(entry, part)
end

--- The label of a mail. The five sends add it. A caller of client:request may add it to the labels
--- in the JSON of the body, so that the outbox can look for the mail.
---@param key string
---@param inbox_id string
---@return string
function methods:label(key, inbox_id)
  local part = part_of(self, "label")
  if type(key) ~= "string" or type(inbox_id) ~= "string" then
    raise "outbox:label takes a key and an inbox_id, both strings"
  end
  return part:label_of(inbox_id, key)
end

--- Deletes rows that finished this long ago or earlier, at least 25 h.
---@param given { older_than: number }
---@return integer? count, string? message, agentmail.Failure? failure
function methods:prune(given)
  local part = part_of(self, "prune")
  local asked = check("prune", given, { older_than = "number" })
  if not asked.older_than then raise "outbox:prune needs older_than, in seconds" end
  local count, message, code = part:use(function(box) return box:prune(asked.older_than) end)
  if not count then -- a part of them may be gone
    return same(part:fail(message, code, code == "storage" and "unknown" or nil))
  end
  return count
end

--- The outbox of a client; or nil and the mistake.
---@param client table    the private part
---@param options agentmail.Options
---@return agentmail.Outbox.File? file, agentmail.Outbox|string outbox_or_mistake
local function new(client, options)
  local file, mistake = files.new(client, options)
  if not file then return nil, mistake end
  local public = setmetatable({}, mt)
  inner[public] = file
  return file, public
end

return { new = new, methods = methods }
