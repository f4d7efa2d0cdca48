-- SPDX-License-Identifier: MIT
-- Agent Armor: feedback on the scan of a message, and the release of one that it holds. Results
-- come from the control interface, or by the switch agent_armor: see scans.lua.

local errors = require "agentmail.sandbox.http.errors"
local event_queue = require "agentmail.sandbox.events.queue"
local fields = require "agentmail.sandbox.http.fields"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local mail_events = require "agentmail.sandbox.events.mail_events"
local messages = require "agentmail.sandbox.api.messages"
local scans = require "agentmail.sandbox.mail.scans"
local threading = require "agentmail.sandbox.mail.threading"

local MOST_FEEDBACK, LONGEST = 20, 2048

local function characters(text) return utf8.len(text) or #text end

local function create_feedback(ctx)
  local row, refusal = messages.addressed(ctx)
  if not row then return nil, refusal end
  if characters(ctx.body.notes or "") > LONGEST then
    return nil, errors.invalid_field("at most 2048 characters", "notes")
  end
  if not row.agent_armor then
    return nil, errors.conflict("The message has no completed scan.")
  end
  local count = ctx.db:values("SELECT count(*) FROM armor_feedback WHERE message = ?", row.id)
  if count >= MOST_FEEDBACK then
    return nil, errors.conflict("The message has 20 entries of feedback already.")
  end
  local feedback_id = ctx.app.ids:uuid()
  ctx.db:run([[INSERT INTO armor_feedback (org, message, feedback_id, feedback, notes, at)
    VALUES (?, ?, ?, ?, ?, ?)]], ctx.org.id, row.id, feedback_id, ctx.body.feedback,
    ctx.body.notes, ctx.now)
  ctx.effect = "created"
  return 200, ('{"feedback_id":%s}'):format(json.string(feedback_id))
end

-- The same reason by the same key is the same release.
local function is_same(override, ctx)
  return override.reason == ctx.body.reason
    and override.key == (ctx.identity and ctx.identity.api_key_id or "root")
end

local function answer(override)
  return ('{"manual_override":{"override_id":%s,"actor":{"api_key_id":%s}}}'):format(
    json.string(override.override_id), json.string(override.key))
end

local function release(ctx)
  local row, refusal, inbox = messages.addressed(ctx)
  if not row then return nil, refusal end
  local reason = ctx.body.reason
  if not reason:find("%S") or characters(reason) > LONGEST then
    return nil, errors.invalid_field("expected 1 to 2048 characters, not only blanks", "reason")
  end
  local override = row.manual_override and json.decode(row.manual_override)
  if override and is_same(override, ctx) then
    ctx.effect = "replayed"
    return 200, answer(override)
  end
  if override or not row.labels:find('"' .. scans.HELD .. '"', 1, true) then
    return nil, errors.conflict("The message is not held.")
  end
  override = { override_id = "evt_" .. ctx.app.ids:token(), reason = reason,
               key = ctx.identity and ctx.identity.api_key_id or "root" }
  ctx.db:run("UPDATE messages SET manual_override = ? WHERE id = ?", json.encode(override), row.id)
  labels.change(ctx.db, row, {}, { scans.HELD }, ctx.now)
  threading.refresh(ctx, row.thread)
  mail_events.released(ctx, inbox, row)
  event_queue.announce(ctx, "message.security.override", { message = {
    organization_id = ctx.org.organization_id, inbox_id = inbox.inbox_id,
    message_id = row.message_id, manual_override = { override_id = override.override_id,
    actor = { api_key_id = override.key } } } }, inbox, override.override_id)
  ctx.effect = "changed"
  return 200, answer(override)
end

local read = fields.record("inbox_id!:string message_id!:string verdict!:armor_verdict "
  .. "held:boolean", fields.checks)

--- Gives a message the result of a scan, for the control interface.
local function scan(ctx, written)
  local problems = {}
  local body = read(written, {}, problems)
  if problems[1] then return nil, errors.invalid(problems) end
  local inbox, refusal = inboxes.find(ctx, body.inbox_id)
  if not inbox then return nil, refusal end
  local row
  row, refusal = messages.find(ctx, inbox, body.message_id)
  if not row then return nil, refusal end
  return { agent_armor = scans.record(ctx, inbox, row, body.verdict, body.held) }
end

return { create_feedback = create_feedback, release = release, scan = scan }
