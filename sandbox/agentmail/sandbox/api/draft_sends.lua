-- SPDX-License-Identifier: MIT
-- Sends drafts: on request, or at their scheduled time.

local attachments = require "agentmail.sandbox.mail.attachments"
local drafts = require "agentmail.sandbox.api.drafts"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local messages = require "agentmail.sandbox.api.messages"
local sends = require "agentmail.sandbox.api.sends"
local switches = require "agentmail.sandbox.control.switches"
local transfer = require "agentmail.sandbox.mail.transfer"

local SCHEDULED = { "scheduled" }

-- The labels of a draft that its mail has.
local function marks_of(ctx, row)
  return switches.value(ctx, "draft_labels") == "copied" and json.decode(row.labels) or {}
end

-- Deletes a draft that was sent, unless the switch and a fault separate the two.
local function finish(ctx, row)
  local fate = ctx.handoff and ctx.handoff.draft
  if fate == "sending" then
    ctx.db:run("UPDATE drafts SET send_status = 'sending' WHERE id = ?", row.id)
  elseif fate ~= "kept" and (not ctx.torn or switches.value(ctx, "draft_send") == "atomic") then
    drafts.drop(ctx, row)
  end
end

-- Sends a draft's row and deletes it.
local function dispatch(ctx, row, marks)
  local inbox = ctx.db:row("SELECT * FROM inboxes WHERE id = ?", row.inbox)
  local letter = {
    to = json.decode_list(row.to), cc = json.decode_list(row.cc), bcc = json.decode_list(row.bcc),
    reply_to = json.decode_list(row.reply_to), subject = row.subject, text = row.text,
    html = row.html, in_reply_to = row.in_reply_to, references = json.decode_list(row.references),
  }
  local refusal
  letter.files = attachments.of(ctx.db, "d" .. row.id)
  if row.forward_of then
    local original
    original, refusal = messages.find(ctx, inbox, row.forward_of)
    if not original then return nil, refusal end
    local files = sends.forward_of(ctx, letter, original)
    table.move(files, 1, #files, #letter.files + 1, letter.files)
  end
  refusal = sends.refuse(ctx, inbox, letter)
  if refusal then return nil, refusal end
  local answer = transfer.send(ctx, inbox, letter, marks, row)
  finish(ctx, row)
  return 200, answer
end

--- The operation inboxes.drafts.send.
local function send(ctx)
  local add, gone = labels.changes(ctx.body)
  if not add then return nil, gone end
  local row, refusal = drafts.find(ctx)
  if not row then return nil, refusal end
  ctx.draft_id = row.draft_id
  refusal = drafts.refuse_sending(row)
  if refusal then return nil, refusal end
  local marks = labels.apply(labels.apply(marks_of(ctx, row), add, gone), {}, SCHEDULED)
  return dispatch(ctx, row, marks)
end

--- The time at which the next scheduled draft of any organization, or of one, is due by its clock.
---@return integer? send_at
local function next_due(db, org)
  if org then
    return (db:values([[SELECT min(send_at) FROM drafts
      WHERE send_status = 'scheduled' AND org = ?]], org))
  end
  return (db:values([[SELECT min(d.send_at - o.offset) FROM drafts d
    JOIN organizations o ON o.id = d.org WHERE d.send_status = 'scheduled' AND o.frozen IS NULL]]))
end

--- Sends the drafts of an organization that are due at ctx.now. A refused draft becomes "failed"
--- and stays.
---@return integer count of those sent
local function run_due(ctx)
  local sent = 0
  local rows = ctx.db:rows([[SELECT * FROM drafts WHERE org = ? AND send_status = 'scheduled'
    AND send_at <= ? ORDER BY send_at, id]], ctx.org.id, ctx.now)
  for _, row in ipairs(rows) do
    ctx.draft_id = row.draft_id
    local marks = labels.apply(marks_of(ctx, row), {}, SCHEDULED)
    if dispatch(ctx, row, marks) then
      sent = sent + 1
    else
      ctx.db:run("UPDATE drafts SET send_status = 'failed', updated_at = ? WHERE id = ?", ctx.now,
                 row.id)
    end
  end
  return sent
end

return { send = send, next_due = next_due, run_due = run_due }
