-- SPDX-License-Identifier: MIT
-- Metrics, counted from recorded facts: events from their rows, usage from present and past rows.

local clock = require "agentmail.sandbox.store.clock"
local enums = require "agentmail.api.models".enums
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local resource = require "agentmail.sandbox.api.resource"
local sets = require "agentmail.sandbox.store.sets"

local DAY = 24 * 3600 * 1000
local EVENT_TYPES, USAGE_TYPES = enums.metric_event_type, enums.usage_type
local LONGEST, MOST_BUCKETS, SHORTEST, DEFAULT = 90 * DAY, 1000, 1000, 3600 * 1000

-- The buckets of a query: { start, stop, period, count }; or nil and a refusal.
local function range_of(ctx)
  local query, now = ctx.query, ctx.now
  local stop = math.min(query["end"] or now, now)
  local start = query.start or stop - DAY
  if start < now - LONGEST then
    return nil, errors.invalid_field("at most 90 days back", "start")
  end
  if start > stop then return nil, errors.invalid_field("must not be after end", "start") end
  local period = query.period and query.period * 1000 or DEFAULT
  if period < SHORTEST or period > DAY then
    return nil, errors.invalid_field("expected 1 to 86400 seconds", "period")
  end
  local count = (stop - start + period - 1) // period
  if count > MOST_BUCKETS then
    return nil, errors.refusal(422, "query_range_too_wide", ("That would be %d buckets; at most "
      .. "%d are answered."):format(count, MOST_BUCKETS),
      "Choose a longer period or a shorter range.")
  end
  return { start = start, stop = stop, period = period, count = count }
end

-- The order and number of points that the query wants.
local function chosen(query, points)
  local list, limit = {}, query.limit or #points
  for i = 1, math.min(limit, #points) do
    list[i] = points[query.descending and #points + 1 - i or i]
  end
  return "[" .. table.concat(list, ",") .. "]"
end

local function answer(names, series)
  local parts = {}
  for _, name in ipairs(names) do
    if series[name] then parts[#parts + 1] = ('"%s":%s'):format(name, series[name]) end
  end
  return 200, "{" .. table.concat(parts, ",") .. "}"
end

-- The names that a query wants; all of them if it names none.
local function wanted(asked, all) return sets.of(asked and #asked > 0 and asked or all) end

local function prepared(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local range
  range, refusal = range_of(ctx)
  if not range then return nil, refusal end
  if ctx.query.limit and ctx.query.limit < 1 then
    return nil, errors.invalid_field("must be at least 1", "limit")
  end
  return scope, range
end

--- Event counts, one for each bucket that has events.
local function query_events(ctx)
  local scope, range = prepared(ctx)
  if not scope then return nil, range end
  local listing = resource.listing_in(ctx, scope)
  listing:add("at >= ? AND at <= ?", range.start, range.stop)
  local points, wants = {}, wanted(ctx.query.event_types, EVENT_TYPES)
  local from, arguments = "FROM events WHERE " .. listing:sql(), listing.arguments
  table.move(arguments, 1, #arguments, #arguments + 1) -- listed twice
  for row in ctx.db:each(([[SELECT kind AS event_type, min((at - %d) / %d, %d) AS bucket,
    count(*) AS n FROM (SELECT event_type AS kind, at %s UNION ALL SELECT also, at %s
    AND also IS NOT NULL) GROUP BY kind, bucket ORDER BY bucket]]):format(range.start,
    range.period, math.max(range.count - 1, 0), from, from), table.unpack(arguments)) do
    if wants[row.event_type] then
      local list = points[row.event_type] or {}
      points[row.event_type] = list
      list[#list + 1] = ('{"timestamp":"%s","count":%d}'):format(
        clock.text(range.start + row.bucket * range.period), row.n)
    end
  end
  local series = {}
  for name, list in pairs(points) do series[name] = chosen(ctx.query, list) end
  return answer(EVENT_TYPES, series)
end

-- usage type → table, kind of its past, value of a row, has inbox_id, column of the pod
local POD = "(SELECT pod_id FROM inboxes WHERE id = %s.inbox)"
local usage = {
  storage_bytes = { "messages", "message", "size", true, POD },
  message_count = { "messages", "message", "1", true, POD },
  thread_count = { "threads", "thread", "1", true, POD },
  inbox_count = { "inboxes", "inbox", "1", true, "pod_id" },
  domain_count = { "domains", "domain", "1", false, "pod_id" },
  pod_count = { "pods", "pod", "1", false, "pod_id" },
}
local POD_TYPES = { inbox_count = true, domain_count = true }

local function reported(scope, name)
  if name == "pod_count" then return not scope.pod_id end
  return not scope.inbox_id or not POD_TYPES[name]
end

-- Changes of a value, in order of time: { at, difference }.
local function changes(ctx, scope, name)
  local from, kind, value, has_inbox, pod = table.unpack(usage[name])
  local conditions, arguments = "", { ctx.org.id }
  local past_conditions = ""
  if scope.inbox_id and has_inbox then
    conditions, past_conditions = " AND inbox_id = ?", " AND inbox_id = ?"
    arguments[2] = scope.inbox_id
  elseif scope.pod_id then
    conditions = " AND " .. pod:format(from) .. " = ?"
    past_conditions = " AND pod_id = ?"
    arguments[2] = scope.pod_id
  end
  local amount = kind == "message" and value == "1" and "1" or "value"
  local past = ("FROM past WHERE org = ?%s AND kind = '%s'"):format(past_conditions, kind)
  local all = {}
  for _ = 1, 3 do table.move(arguments, 1, #arguments, #all + 1, all) end
  return ctx.db:rows(([[SELECT created_at AS at, %s AS difference FROM %s WHERE org = ?%s
    UNION ALL SELECT created_at, %s %s UNION ALL SELECT gone_at, -%s %s ORDER BY at]]):format(value,
    from, conditions, amount, past, amount, past), table.unpack(all))
end

-- The value at the end of each bucket.
local function points_of(range, rows)
  local points, value, i = {}, 0, 1
  for bucket = 0, range.count - 1 do
    local stop = math.min(range.start + (bucket + 1) * range.period, range.stop)
    while rows[i] and rows[i].at <= stop do
      value = value + rows[i].difference
      i = i + 1
    end
    points[#points + 1] = ('{"timestamp":"%s","value":%d}'):format(clock.text(stop), value)
  end
  return points
end

--- The amount at the end of each bucket.
local function query_usage(ctx)
  local scope, range = prepared(ctx)
  if not scope then return nil, range end
  local series, wants = {}, wanted(ctx.query.usage_types, USAGE_TYPES)
  for name in pairs(usage) do
    if wants[name] and reported(scope, name) then
      series[name] = chosen(ctx.query, points_of(range, changes(ctx, scope, name)))
    end
  end
  return answer(USAGE_TYPES, series)
end

return { query_events = query_events, query_usage = query_usage }
