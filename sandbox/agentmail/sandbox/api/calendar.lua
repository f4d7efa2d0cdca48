-- SPDX-License-Identifier: MIT
-- The calendar of an inbox: its settings, and the lists of what is in it.

local conditions = require "agentmail.sandbox.store.conditions"
local dates = require "agentmail.sandbox.calendar.dates"
local errors = require "agentmail.sandbox.http.errors"
local events = require "agentmail.sandbox.api.calendar_events"
local inboxes = require "agentmail.sandbox.api.inboxes"
local paging = require "agentmail.sandbox.http.paging"
local rows = require "agentmail.sandbox.calendar.rows"
local store = require "agentmail.sandbox.calendar.store"

local DAY = 86400000
local LARGEST = 8 * 1024 -- of a body
local WINDOW, WIDEST, LIMIT = 90 * DAY, 366 * DAY, 50

-- Settings ----------------------------------------------------------------------------------------

local function answer(ctx, inbox)
  local row = store.calendar(ctx, inbox)
  store.tag(ctx, row.etag)
  return 200, store.encoded(row)
end

local function get(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  return answer(ctx, inbox)
end

local function update(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local row = store.calendar(ctx, inbox)
  refusal = store.check_body(ctx, LARGEST) or store.check_match(ctx, row, row.etag)
  if refusal then return nil, refusal end
  if not store.is_timezone(ctx.body.timezone) then
    return nil, errors.invalid_field("no such IANA timezone", "timezone")
  end
  if row.timezone ~= ctx.body.timezone then
    store.set_timezone(ctx, inbox, row, ctx.body.timezone)
    ctx.effect = "changed"
  end
  return answer(ctx, inbox)
end

-- Lists -------------------------------------------------------------------------------------------

local function list_events(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  ctx.query.limit = ctx.query.limit or LIMIT
  local listing = conditions.new("inbox = ?", inbox.id)
  listing.from, listing.sort = "calendar_events", "updated_at"
  return paging.answer(ctx, "events", listing, rows.encode_item)
end

-- The bounds of a query; or nil and a refusal.
local function window_of(ctx)
  local query = ctx.query
  local after = query.after or ctx.now
  local before = query.before or after + WINDOW
  if before < after then return nil, errors.invalid_field("must not be before after", "before") end
  if before - after > WIDEST then
    return nil, errors.refusal(400, "query_range_too_wide", "The window is wider than 366 days.")
  end
  return { after = after, before = before, overlapping = query.include_overlapping ~= false }
end

-- Answers with the dates within the window, in order.
local function dates_answer(ctx, found, window)
  local list, i = {}, 0
  for _, date in ipairs(found) do
    local begins = date.start_at >= window.after
      or window.overlapping and date.end_at > window.after
    if begins and date.start_at < window.before and date.status ~= "cancelled" then
      list[#list + 1] = date
    end
  end
  table.sort(list, function(a, b)
    if a.start_at ~= b.start_at then return a.start_at < b.start_at end
    return a.event_id < b.event_id
  end)
  ctx.query.limit = ctx.query.limit or LIMIT
  return paging.answer_each(ctx, "events", function()
    i = i + 1
    return list[i] and rows.encode_agenda(list[i])
  end)
end

local function get_agenda(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local window
  window, refusal = window_of(ctx)
  if not window then return nil, refusal end
  local list = {}
  for _, row in ipairs(ctx.db:rows("SELECT * FROM calendar_events WHERE inbox = ?", inbox.id)) do
    local found = row.recurrence and dates.around(ctx, row, window.after, window.before) or { row }
    table.move(found, 1, #found, #list + 1, list)
  end
  return dates_answer(ctx, list, window)
end

local function list_event_instances(ctx)
  local inbox, row = events.addressed(ctx)
  if not inbox then return nil, row end
  if not row.recurrence then
    return nil, errors.invalid_field("expected the id of a series", "event_id")
  end
  local window, refusal = window_of(ctx)
  if not window then return nil, refusal end
  return dates_answer(ctx, dates.around(ctx, row, window.after, window.before), window)
end

return {
  get = get, update = update, list_events = list_events, get_agenda = get_agenda,
  list_event_instances = list_event_instances,
}
