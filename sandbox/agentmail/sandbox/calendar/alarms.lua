-- SPDX-License-Identifier: MIT
-- Tells when events, and the dates of series, start and end. Each row has the next of these times
-- in `alarm_at`.

local clock = require "agentmail.sandbox.store.clock"
local dates = require "agentmail.sandbox.calendar.dates"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local rows = require "agentmail.sandbox.calendar.rows"

local M = {}

-- The starts and ends of an event from a time on: entries { at, kind, row }.
local function bounds(ctx, row, from)
  local list = {}
  for _, one in ipairs(row.recurrence and dates.upcoming(ctx, row, from) or { row }) do
    if one.status ~= "cancelled" then
      if one.start_at >= from then
        list[#list + 1] = { at = one.start_at, kind = "starting", row = one }
      end
      if one.end_at >= from then
        list[#list + 1] = { at = one.end_at, kind = "ending", row = one }
      end
    end
  end
  table.sort(list, function(a, b)
    if a.at ~= b.at then return a.at < b.at end
    return a.kind < b.kind -- what ends, ends first
  end)
  return list
end

local function set(ctx, row, from)
  local first = bounds(ctx, row, from)[1]
  ctx.db:run("UPDATE calendar_events SET alarm_at = ? WHERE id = ?", first and first.at, row.id)
end

--- Finds the next time of an event that was made or changed, after now.
---@param row table  an event, or a date of a series
function M.set(ctx, row)
  local id = (row.row or row).id
  local now = ctx.db:row("SELECT * FROM calendar_events WHERE id = ?", id)
  if now then set(ctx, now, ctx.now + 1) end
  ctx.app.queued = true -- the host's timer is set anew
end

--- When the next event of an organization, or of all on real clocks, starts or ends; nil: never.
---@return integer? ms
function M.next_due(db, org)
  if org then
    return (db:values("SELECT min(alarm_at) FROM calendar_events WHERE org = ?", org))
  end
  return (db:values([[SELECT min(e.alarm_at - o.offset) FROM calendar_events e
    JOIN organizations o ON o.id = e.org WHERE o.frozen IS NULL]]))
end

--- Tells of all that has started and ended by ctx.now.
function M.run_due(ctx)
  for _, row in ipairs(ctx.db:rows([[SELECT * FROM calendar_events WHERE org = ? AND alarm_at <= ?
    ORDER BY alarm_at, id]], ctx.org.id, ctx.now)) do
    for _, bound in ipairs(bounds(ctx, row, row.alarm_at)) do
      if bound.at <= ctx.now then
        local inbox = { pod_id = ctx.db:values("SELECT pod_id FROM inboxes WHERE id = ?",
                                               row.inbox), inbox_id = row.inbox_id }
        event_queue.announce(ctx, "calendar.event." .. bound.kind,
          ('"inbox_id":%s,"calendar_event":%s,"scheduled_at":"%s"'):format(
            json.string(row.inbox_id), rows.encode_due(bound.row), clock.text(bound.at)), inbox)
      end
    end
    set(ctx, row, ctx.now + 1)
  end
end

return M
