-- SPDX-License-Identifier: MIT
-- Rates: the share of recipients that bounced or complained, over the window before each point.

local clock = require "agentmail.sandbox.store.clock"
local enums = require "agentmail.api.models".enums
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local resource = require "agentmail.sandbox.api.resource"
local sets = require "agentmail.sandbox.store.sets"

local DAY = 24 * 3600 * 1000
local LONGEST, MOST_BUCKETS, WIDEST = 90 * DAY, 1000, 30 * DAY
local EVENTS = { bounce = "message.bounced", complaint = "message.complained" }

-- What a query asks for: { start, stop, period, window }, in milliseconds; or nil and a refusal.
local function range_of(ctx)
  local query, now = ctx.query, ctx.now
  local stop = math.min(query["end"] or now, now)
  local start = query.start or stop - DAY
  local period, window = (query.period or 3600) * 1000, (query.window or 86400) * 1000
  if start < now - LONGEST then
    return nil, errors.invalid_field("at most 90 days back", "start")
  end
  if start > stop then return nil, errors.invalid_field("must not be after end", "start") end
  if period < 60000 or period > DAY then
    return nil, errors.invalid_field("expected 60 to 86400 seconds", "period")
  end
  if window < period or window > WIDEST or window % period ~= 0 then
    return nil, errors.invalid_field("expected a multiple of period, at most 2592000", "window")
  end
  if (stop - start + window) // period > MOST_BUCKETS then
    return nil, errors.invalid_field("more than 1000 periods", "period")
  end
  return { start = start, stop = stop, period = period, window = window }
end

-- The times of an event within a scope, in order: one for each recipient.
local function times_of(ctx, scope, event_type)
  local listing = resource.listing_in(ctx, scope)
  listing:add("event_type = ?", event_type)
  local times = {}
  for row in ctx.db:each("SELECT at FROM events WHERE " .. listing:sql() .. " ORDER BY at",
                         table.unpack(listing.arguments)) do
    times[#times + 1] = row.at
  end
  return times
end

-- The times at which recipients were sent to.
local function sent_times(ctx, scope)
  local conditions, arguments = "org = ?", { ctx.org.id }
  if scope.inbox_id then
    conditions, arguments[2] = conditions .. " AND inbox_id = ?", scope.inbox_id
  elseif scope.pod_id then
    conditions = conditions .. " AND inbox_id IN (SELECT inbox_id FROM inboxes WHERE pod_id = ?)"
    arguments[2] = scope.pod_id
  end
  local times = {}
  for row in ctx.db:each("SELECT at, json_array_length(recipients) AS n FROM sent WHERE "
                         .. conditions .. " ORDER BY at", table.unpack(arguments)) do
    for _ = 1, row.n do times[#times + 1] = row.at end
  end
  return times
end

local function within(times, from, to)
  local count = 0
  for _, at in ipairs(times) do
    if at > from and at <= to then count = count + 1 end
  end
  return count
end

local function points_of(range, sent, happened, query)
  local points = {}
  for stop = range.start + range.period, range.stop + range.period - 1, range.period do
    local at = math.min(stop, range.stop)
    local count = within(sent, at - range.window, at)
    local rate = count > 0 and ('"rate":%.17g,'):format(within(happened, at - range.window, at)
                                                        / count) or ""
    points[#points + 1] = ('{"timestamp":"%s",%s"sent":%d}'):format(clock.text(at), rate, count)
  end
  local list = {}
  for i = 1, math.min(query.limit or #points, #points) do
    list[i] = points[query.descending and #points + 1 - i or i]
  end
  return "[" .. table.concat(list, ",") .. "]"
end

--- The operation query_rates.
local function query_rates(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local range
  range, refusal = range_of(ctx)
  if not range then return nil, refusal end
  local query, parts = ctx.query, {}
  if query.limit and query.limit < 1 then
    return nil, errors.invalid_field("must be at least 1", "limit")
  end
  local asked = query.rate_types
  local wanted, sent = sets.of(asked and #asked > 0 and asked or enums.rate_type),
    sent_times(ctx, scope)
  for _, word in ipairs(enums.rate_type) do
    if wanted[word] then
      parts[#parts + 1] = ('"%s":%s'):format(word, points_of(range, sent,
        times_of(ctx, scope, EVENTS[word]), query))
    end
  end
  return 200, "{" .. table.concat(parts, ",") .. "}"
end

return { query_rates = query_rates }
