-- SPDX-License-Identifier: MIT
-- The events of a calendar: single ones, series, and the dates that series name themselves.

local client_ids = require "agentmail.sandbox.http.client_ids"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local rows = require "agentmail.sandbox.calendar.rows"
local store = require "agentmail.sandbox.calendar.store"

local MOST_EVENTS = 10000

--- The inbox and the event that the path names, and the wall time of the date of a series that it
--- names, if it names one; or nil and a refusal.
---@return table? inbox, table row_or_refusal, integer? wall
local function addressed(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local id = ctx.params.event_id
  local row, wall = store.row(ctx, id), nil
  if not row then
    local series_id
    series_id, wall = rows.dated(id)
    row = wall and store.row(ctx, series_id)
    local found = false
    for _, date in ipairs(row and row.recurrence and rows.dates(row) or {}) do
      found = found or date == wall
    end
    row = found and row or nil
  end
  if not row or row.inbox ~= inbox.id then return nil, errors.not_found("Event", id) end
  return inbox, row, wall
end

local function encoded(row, wall)
  return wall and rows.encode_date(rows.date_of(row, wall, true)) or rows.encode(row)
end

local function etag_of(row, wall)
  return wall and rows.date_of(row, wall, true).etag or rows.etag(row)
end

local function get_event(ctx)
  local inbox, row, wall = addressed(ctx)
  if not inbox then return nil, row end
  return 200, encoded(row, wall)
end

-- The answer to a change, which its event tells by the same id.
local function changed(ctx, inbox, event_type, row, wall)
  local operation_id, text = "op_" .. ctx.app.ids:token(), encoded(row, wall)
  store.tell(ctx, inbox, event_type, text, operation_id)
  return ('{"event":%s,"operation_id":%s}'):format(text, json.string(operation_id))
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
  return ('{"event":%s,"operation_id":%s}'):format(rows.encode(row),
    json.string("op_" .. made.resource))
end

local function create_event(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local body = ctx.body
  local same = digest.sha256(json.encode(ctx.raw_body))
  local answer
  refusal = client_ids.check(body.client_id)
  if not refusal then answer, refusal = replayed(ctx, body.client_id, same) end
  if answer then return 200, answer end
  if refusal then return nil, refusal end
  body.all_day, body.status = body.all_day or false, body.status or "confirmed"
  body.duration_mode = body.duration_mode or "nominal"
  local calendar = store.calendar(ctx, inbox)
  body.timezone = body.timezone or calendar.timezone
  refusal = store.check(body)
  if refusal then return nil, refusal end
  if calendar.event_count >= MOST_EVENTS then
    return nil, errors.refusal(409, "race_condition", "The calendar holds 10000 events.")
  end
  local row = store.insert(ctx, inbox, body, { client_id = body.client_id })
  client_ids.remember(ctx, "calendar " .. ctx.params.inbox_id, body.client_id, row.event_id, same)
  ctx.effect = "created"
  return 201, changed(ctx, inbox, "calendar.event.created", row)
end

-- Dates of a series are cancelled and read here; to change one by itself takes its expansion.
local function whole_only(ctx, wall)
  if wall then
    return errors.refusal(501, "not_implemented", "The sandbox does not change single dates of a "
      .. "series yet.", "Change the series.")
  end
  if ctx.query.mode then return errors.invalid_field("only for a date of a series", "mode") end
end

local function update_event(ctx)
  local inbox, row, wall = addressed(ctx)
  if not inbox then return nil, row end
  local refusal = store.check_match(ctx, row, etag_of(row, wall)) or whole_only(ctx, wall)
  if refusal then return nil, refusal end
  local event = store.event_of(row)
  if (ctx.body.start == nil) ~= (ctx.body["end"] == nil) then
    return nil, errors.invalid_field("start and end change together", "start")
  end
  for name, value in pairs(ctx.body) do
    if name ~= "send_invites" then
      if value == json.null then value = nil end
      event[name] = value
    end
  end
  refusal = store.check(event)
  if refusal then return nil, refusal end
  row = store.save(ctx, row, event)
  ctx.effect = "changed"
  return 200, changed(ctx, inbox, "calendar.event.updated", row)
end

-- Cancels one date: it becomes an exception of the rule.
local function cancel_date(ctx, inbox, row, wall)
  local event, date = store.event_of(row), rows.date_of(row, wall, true)
  event.recurrence.exdates = event.recurrence.exdates or {}
  table.insert(event.recurrence.exdates, date.start)
  store.check(event)
  store.save(ctx, row, event)
  date.status = "cancelled"
  local operation_id, text = "op_" .. ctx.app.ids:token(), rows.encode_date(date)
  store.tell(ctx, inbox, "calendar.event.updated", text, operation_id)
  return ('{"event":%s,"operation_id":%s}'):format(text, json.string(operation_id))
end

local function delete_event(ctx)
  local inbox, row, wall = addressed(ctx)
  if not inbox then return nil, row end
  local refusal = store.check_match(ctx, row, etag_of(row, wall))
  if not refusal and not wall and ctx.query.mode then
    refusal = errors.invalid_field("only for a date of a series", "mode")
  end
  if refusal then return nil, refusal end
  ctx.effect = "changed"
  if wall then return 202, cancel_date(ctx, inbox, row, wall) end
  local deletion_id = "del_" .. ctx.app.ids:token()
  store.tell(ctx, inbox, "calendar.event.deleted", rows.encode(row), deletion_id)
  ctx.db:run("DELETE FROM calendar_events WHERE id = ?", row.id)
  return 202, ('{"deletion_id":%s}'):format(json.string(deletion_id))
end

local function respond(ctx)
  local inbox, row, wall = addressed(ctx)
  if not inbox then return nil, row end
  local refusal = store.check_match(ctx, row, etag_of(row, wall)) or whole_only(ctx, wall)
  if refusal then return nil, refusal end
  if not row.response_status then
    return nil, errors.refusal(409, "calendar_response_invalid",
      "This inbox was not invited to the event by mail.")
  end
  local event = store.event_of(row)
  event.response_status = ctx.body.status
  store.check(event)
  row = store.save(ctx, row, event)
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
  store.tell(ctx, inbox, "calendar.event.created", rows.encode(row), "op_" .. ctx.app.ids:token())
  return { encoded = rows.encode(row) }
end

return {
  addressed = addressed, create = create_event, get = get_event, update = update_event,
  delete = delete_event, respond = respond, invite = invite,
}
