-- SPDX-License-Identifier: MIT
-- The events of a calendar: single ones, series, and their dates.

local alarms = require "agentmail.sandbox.calendar.alarms"
local changes = require "agentmail.sandbox.calendar.changes"
local client_ids = require "agentmail.sandbox.http.client_ids"
local dates = require "agentmail.sandbox.calendar.dates"
local deletions = require "agentmail.sandbox.calendar.deletions"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local invitations = require "agentmail.sandbox.calendar.invitations"
local json = require "agentmail.sandbox.http.json"
local rows = require "agentmail.sandbox.calendar.rows"
local store = require "agentmail.sandbox.calendar.store"

local LARGEST = 128 * 1024 -- of a body
local MOST_COMMENT = 4096
local KEPT = 30 * 86400000 -- after the end of a date

-- The row of a date of a series; or nil and a refusal.
local function date_of(ctx, inbox, id)
  local series_id, wall = dates.dated(id)
  local row = wall and store.row(ctx, series_id)
  if not row or row.inbox ~= inbox.id then return nil, errors.not_found("Event", id) end
  local date, state = dates.find(ctx, row, wall)
  if date then return date end
  if state == "gone" and ctx.request.method ~= "GET" then
    return nil, errors.refusal(410, "event_expired", "This date was cancelled.")
  end
  return nil, errors.not_found("Event", id)
end

--- The inbox and the event, or the date of a series, that the path names; or nil and a refusal.
---@return table? inbox, table row_or_refusal
local function addressed(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local id = ctx.params.event_id
  local row = store.row(ctx, id)
  if row and row.inbox == inbox.id then return inbox, row end
  row, refusal = date_of(ctx, inbox, id)
  if not row then return nil, refusal end
  return inbox, row
end

local function get_event(ctx)
  local inbox, row = addressed(ctx)
  if not inbox then return nil, row end
  store.tag(ctx, rows.etag(row))
  return 200, rows.encode(row)
end

-- The event of a client_id: an answer, or nil and perhaps a refusal.
local function replayed(ctx, client_id, same)
  local made = client_ids.find(ctx, "calendar " .. ctx.params.inbox_id, client_id)
  if not made then return nil end
  if made.answer ~= same then
    return nil, errors.refusal(409, "idempotency_conflict", "This client_id was used with another "
      .. "body.", "Repeat the original request unchanged, or use another client_id.")
  end
  local row = store.row(ctx, made.resource)
  if not row then return nil, errors.not_found("Event", made.resource) end
  ctx.effect = "replayed"
  store.tag(ctx, rows.etag(row))
  return ('{"event":%s,"operation_id":%s}'):format(rows.encode(row),
    json.string("op_" .. made.resource))
end

-- The answer to a change, with the new etag.
local function changed(ctx, inbox, event_type, row, before)
  store.tag(ctx, rows.etag(row))
  return store.changed(ctx, inbox, event_type, row, before)
end

local function create_event(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  refusal = store.check_body(ctx, LARGEST)
  if refusal then return nil, refusal end
  local body = ctx.body
  local same = digest.sha256(json.encode(ctx.raw_body))
  local answer
  refusal = client_ids.check(body.client_id)
  if not refusal then answer, refusal = replayed(ctx, body.client_id, same) end
  if answer then return 200, answer end
  if refusal then return nil, refusal end
  body.all_day, body.status = body.all_day or false, body.status or "confirmed"
  body.duration_mode = body.duration_mode or "nominal"
  body.timezone = body.timezone or store.calendar(ctx, inbox).timezone
  refusal = store.check(body)
  if refusal then return nil, refusal end
  if store.is_full(ctx, inbox) then
    return nil, errors.refusal(409, "race_condition", "The calendar holds 10000 events.")
  end
  refusal = body.send_invites and invitations.check(ctx, inbox, body.attendees)
  if refusal then return nil, refusal end
  local row = store.insert(ctx, inbox, body, { client_id = body.client_id })
  if body.send_invites then invitations.send(ctx, inbox, row, "REQUEST") end
  client_ids.remember(ctx, "calendar " .. ctx.params.inbox_id, body.client_id, row.event_id, same)
  alarms.set(ctx, row)
  ctx.effect = "created"
  return 201, changed(ctx, inbox, "calendar.event.created", row)
end

-- The inbox and the event or date that a change addresses; or nil and a refusal.
local function to_change(ctx)
  local inbox, row = addressed(ctx)
  if not inbox then return nil, row end
  local refusal = store.check_body(ctx, LARGEST)
    or store.check_match(ctx, row, rows.etag(row))
  if not refusal and row.wall and row.end_at + KEPT < ctx.now then
    refusal = errors.refusal(410, "event_expired", "This date ended more than 30 days ago.")
  elseif not refusal and ctx.query.mode and not row.wall then
    refusal = errors.invalid_field("only for a date of a series", "mode")
  end
  if refusal then return nil, refusal end
  return inbox, row
end

-- Mails those who attend a changed event, and those who no longer do.
local function mail_update(ctx, inbox, row, removed)
  invitations.send(ctx, inbox, row, row.status == "cancelled" and "CANCEL" or "UPDATE")
  if removed[1] then invitations.send(ctx, inbox, row, "CANCEL", removed) end
end

-- The first change of a date alone makes an event of it.
local function told_as(ctx, before)
  local is_new = before.wall and not before.is_exception and ctx.query.mode ~= "future"
  return is_new and "calendar.event.created" or "calendar.event.updated"
end

local function update_event(ctx)
  local inbox, before = to_change(ctx)
  if not inbox then return nil, before end
  local send_invites, attendees = ctx.body.send_invites, ctx.body.attendees
  local removed = invitations.removed(before, send_invites and attendees)
  local refusal = changes.check(ctx, before) or send_invites
    and (invitations.check(ctx, inbox, attendees or json.decode_list(before.attendees))
         or invitations.check(ctx, inbox, removed))
  if refusal then return nil, refusal end
  local row
  row, refusal = (before.wall and changes.date or changes.whole)(ctx, before)
  if not row then return nil, refusal end
  if send_invites then mail_update(ctx, inbox, row, removed) end
  alarms.set(ctx, row)
  ctx.effect = "changed"
  return 200, changed(ctx, inbox, told_as(ctx, before), row, before)
end

local function delete_whole(ctx, inbox, row)
  local deletion_id = "del_" .. ctx.app.ids:token()
  store.tell(ctx, inbox, "calendar.event.deleted", rows.encode(row), deletion_id)
  ctx.db:run("DELETE FROM calendar_events WHERE id = ?", row.id)
  deletions.remember(ctx, deletion_id)
  return ('{"deletion_id":%s}'):format(json.string(deletion_id))
end

local function delete_event(ctx)
  local answer, refusal = deletions.answer(ctx)
  if answer then return 202, answer end
  if refusal then return nil, refusal end
  local inbox, row = to_change(ctx)
  if not inbox then return nil, row end
  refusal = ctx.query.send_invites
    and invitations.check(ctx, inbox, json.decode_list(row.attendees))
  if refusal then return nil, refusal end
  if not row.wall or ctx.query.mode == "future" and dates.is_first(row.row, row.wall) then
    row = row.row or row
    if ctx.query.send_invites then invitations.send(ctx, inbox, row, "CANCEL") end
    ctx.effect = "changed"
    return 202, delete_whole(ctx, inbox, row)
  end
  local date
  date, refusal = changes.cancel(ctx, row)
  if not date then return nil, refusal end
  if ctx.query.send_invites then invitations.send(ctx, inbox, date, "CANCEL") end
  alarms.set(ctx, date)
  deletions.remember(ctx)
  ctx.effect = "changed"
  return 202, changed(ctx, inbox, "calendar.event.updated", date)
end

local function respond(ctx)
  local inbox, row = to_change(ctx)
  if not inbox then return nil, row end
  if not row.response_status then
    return nil, errors.refusal(409, "calendar_response_invalid",
      "This inbox was not invited to the event by mail.")
  end
  local comment = ctx.body.comment or ""
  if #comment > MOST_COMMENT or comment:find "[^\t\n\r\x20-\xFF]" or comment:find "\x7F" then
    return nil, errors.invalid_field("at most 4096 bytes, none of them controls", "comment")
  end
  local replies = ctx.body.send_reply ~= false and row.organizer_email
  local refusal = replies and invitations.check(ctx, inbox, { { email = replies } })
  if refusal then return nil, refusal end
  row = changes.respond(ctx, inbox, row)
  if replies then invitations.reply(ctx, inbox, row, ctx.body.comment) end
  ctx.effect = "changed"
  return 200, changed(ctx, inbox, "calendar.event.responded", row)
end

--- Stores an event as if its invitation had come by mail, for the control interface.
---@param body { title: string, start: string, end: string, timezone: string?, organizer: string }
local function invite(ctx, inbox, body)
  local event = { title = body.title, start = body.start, ["end"] = body["end"], all_day = false,
                  timezone = body.timezone or "UTC", status = "confirmed",
                  duration_mode = "nominal",
                  attendees = { { email = inbox.inbox_id, role = "required" } } }
  local refusal = store.check(event)
  if refusal then return nil, refusal end
  local row = store.insert(ctx, inbox, event, { source = "email", organizer_email = body.organizer,
                                                response_status = "needs_action" })
  alarms.set(ctx, row)
  store.changed(ctx, inbox, "calendar.event.created", row)
  return { encoded = rows.encode(row) }
end

return {
  addressed = addressed, create = create_event, get = get_event, update = update_event,
  delete = delete_event, respond = respond, invite = invite,
}
