-- SPDX-License-Identifier: MIT
-- The results of Agent Armor's scans. Nothing is scanned: under the switch agent_armor, the subject
-- of a mail decides.

local clock = require "agentmail.sandbox.store.clock"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local switches = require "agentmail.sandbox.control.switches"
local threading = require "agentmail.sandbox.mail.threading"

local M = {}

--- The label of a message that is held.
M.HELD = "agent-armor-held"
--- A subject that contains this is to be reviewed; all others are clear.
M.MAGIC = "agent-armor: review"

-- Stores a result; a held message gets its label.
local function store(ctx, row, verdict, held)
  local result = { completed_at = clock.text(ctx.now), model = "sandbox", verdict = verdict }
  ctx.db:run("UPDATE messages SET agent_armor = ? WHERE id = ?", json.encode(result), row.id)
  if held then
    labels.change(ctx.db, row, { M.HELD }, {}, ctx.now)
    threading.refresh(ctx, row.thread)
  end
  return result
end

local function tell(ctx, inbox, row, event_type, result)
  event_queue.announce(ctx, event_type, { message = {
    organization_id = ctx.org.organization_id, inbox_id = inbox.inbox_id,
    message_id = row.message_id, agent_armor = result } }, inbox)
end

--- Gives a message a result, and tells of it.
---@param verdict "clear"|"review"
---@param held boolean?
---@return table result
function M.record(ctx, inbox, row, verdict, held)
  local result = store(ctx, row, verdict, held)
  tell(ctx, inbox, row, held and "message.security.review" or "message.security.completed", result)
  return result
end

--- Scans a message that arrives, by the switch agent_armor. `arrive` tells that it was received:
--- before the result, or with it, or not until it is released.
---@param arrive fun()
function M.arriving(ctx, inbox, id, arrive)
  local mode = switches.value(ctx, "agent_armor")
  if mode == "off" then return arrive() end
  local row = ctx.db:row("SELECT * FROM messages WHERE id = ?", id)
  local subject = (row.subject or ""):lower()
  local verdict = subject:find(M.MAGIC, 1, true) and "review" or "clear"
  if mode == "monitor" then
    arrive()
    M.record(ctx, inbox, row, verdict)
  elseif verdict == "review" then
    M.record(ctx, inbox, row, verdict, true)
  else
    store(ctx, row, verdict)
    arrive()
  end
end

return M
