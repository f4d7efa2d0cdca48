-- SPDX-License-Identifier: MIT
-- The dates of series, as lists and the agenda show them, against those that dateutil finds: of
-- rules drawn at random, and of 200 dates of which each is edited, moved and cancelled once.

local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local outside = require "spec.support.outside"

local DATEUTIL = os.execute "unset LD_PRELOAD; python3 -c 'import dateutil.rrule' 2>/dev/null"
local DAY = 86400

-- A wall time as text, of seconds as if they were UTC.
local function text(seconds) return os.date("!%Y-%m-%dT%H:%M:%S", seconds) end
local function pick(list) return list[math.random(#list)] end

local WEEKDAYS = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" }

-- A rule of one of the usual kinds, some with an end.
local function random_rule()
  local day, position = pick(WEEKDAYS), pick { "", "1", "2", "-1" }
  -- A day that is named twice counts twice for libical's COUNT, and once for dateutil's.
  local weekly = "FREQ=WEEKLY;WKST=SU;BYDAY=" .. (day == "WE" and day or day .. ",WE")
  local rule = pick {
    "FREQ=DAILY", "FREQ=DAILY;BYMONTH=1,3,10", "FREQ=DAILY;BYHOUR=2,9,17;BYMINUTE=30",
    weekly, "FREQ=WEEKLY", "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=29,31,-1", "FREQ=MONTHLY;BYDAY=" .. position .. day,
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=HOURLY;INTERVAL=" .. math.random(30, 90),
    "FREQ=MINUTELY;INTERVAL=" .. math.random(1500, 5000),
    "FREQ=HOURLY;BYHOUR=2,9,17,23;BYMINUTE=30,45;BYSETPOS=1;BYDAY=" .. day,
  }
  if math.random(2) == 1 and not rule:find "INTERVAL" then
    rule = rule .. ";INTERVAL=" .. math.random(4)
  end
  if math.random(3) == 1 then rule = rule .. ";COUNT=" .. math.random(2, 300) end
  return rule
end

describe("the dates of series in the sandbox's calendar", function()
  if not DATEUTIL then
    it("are those that dateutil finds", function()
      return pending "python3-dateutil is not here"
    end)
    return
  end

  local A = "/v0/inboxes/a@agentmail.to/calendar"
  local _, api = http.sandbox({ namespace = "calendar_proof" }, "a")
  local ok = http.ok
  local seed = tonumber(os.getenv "AGENTMAIL_SEED") or os.time()

  local all, order, changes, checks

  before_each(function()
    math.randomseed(seed)
    all, order, changes, checks = {}, {}, {}, {}
  end)

  -- Stores a series; nil: its start is no date of its rule.
  local function create(series)
    local status, answer = api("POST", A .. "/events", {
      title = series.title, start = series.start, ["end"] = text(series.at + series.length),
      timezone = series.timezone,
      recurrence = { rule = series.rule, rdates = series.rdates, exdates = series.exdates } })
    if status ~= 201 then return nil end
    local id = answer.event.event_id
    all[id], changes[id], order[#order + 1] = series, {}, id
    return id
  end

  local function series_at(at, rule, title)
    return { title = title, rule = rule, at = at, start = text(at), length = math.random(4) * 3600,
             timezone = pick { "Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu" },
             rdates = json.array {}, exdates = json.array {} }
  end

  -- Reads the dates of a window, page by page, and keeps what to compare them with.
  local function look(path, after, before, ids, overlapping)
    local found, token = {}, nil
    repeat
      local page = ok(api("GET", ("%s?limit=100&after=%sZ&before=%sZ%s%s"):format(path, after,
        before, overlapping and "" or "&include_overlapping=false",
        token and "&page_token=" .. token or "")))
      for _, date in ipairs(page.events) do
        found[#found + 1] = { date.event_id, date.start_at, date.end_at, date.title }
      end
      token = page.next_page_token
    until not token
    local known = {}
    for _, id in ipairs(ids) do
      known[id] = {}
      for slot, change in pairs(changes[id]) do known[id][slot] = change end
    end
    checks[#checks + 1] = { after = after .. "Z", before = before .. "Z", series = ids,
                            overlapping = overlapping, changes = known, found = found }
  end

  local failing = "check %d, AGENTMAIL_SEED=%d"

  local function as_lines(found)
    local lines = {}
    for i, date in ipairs(found) do lines[i] = table.concat(date, " ") end
    return table.concat(lines, "\n")
  end

  -- Compares what was seen; returns how many dates.
  local function compare()
    local asked = {}
    for i, check in ipairs(checks) do
      asked[i] = {}
      for name, value in pairs(check) do if name ~= "found" then asked[i][name] = value end end
    end
    local compared, lines = 0, {}
    outside.folder(function(folder)
      outside.write(folder .. "/asked", json.encode { series = all, checks = asked })
      local output, done = outside.shell((outside.BARE
        .. "python3 spec/support/expand_dates.py <%s/asked"):format(folder))
      assert(done, output)
      for line in output:gmatch "[^\n]+" do lines[#lines + 1] = as_lines(json.decode(line)) end
    end)
    assert.equal(#checks, #lines)
    for i, check in ipairs(checks) do
      local same = lines[i] == as_lines(check.found) -- assert.equal of long texts is slow
      if not same then assert.equal(lines[i], as_lines(check.found), failing:format(i, seed)) end
      compared = compared + #check.found
    end
    return compared
  end

  it("are those that dateutil finds, for rules drawn at random", function()
    local first = 1861920000 -- 2029-01-01
    while #order < 25 do
      local at = first + math.random(0, 700) * DAY + pick { 2, 9, 17, 23 } * 3600 + 1800
      local series = series_at(at, random_rule(), "random")
      for i = 1, math.random(0, 3) do series.rdates[i] = text(at + i * 40 * DAY + 900) end
      for i = 1, math.random(0, 3) do series.exdates[i] = text(at + i * 7 * DAY) end
      local id = create(series)
      local from = at + math.random(-30, 900) * DAY
      if id then
        look(A .. "/events/" .. id .. "/instances", text(from),
             text(from + math.random(366) * DAY - math.random(0, 1)), { id }, math.random(2) == 1)
      end
    end
    for _ = 1, 5 do
      local from = first + math.random(0, 900) * DAY + math.random(DAY)
      look(A .. "/agenda", text(from), text(from + 90 * DAY), json.array { table.unpack(order) },
           math.random(2) == 1)
    end
    assert.is_true(compare() > 1000)
  end)

  it("keep their ids, each of 200 edited, moved and cancelled once", function()
    local series = series_at(1906707600, "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=200", "series")
    series.timezone = "Europe/Berlin" -- from Monday, 2030-06-03T09:00:00
    local id = assert(create(series), "the series was refused")
    local slots = {}
    for week = 0, 66 do
      for _, day in ipairs { 0, 2, 4 } do
        if #slots < 200 then slots[#slots + 1] = series.at + (week * 7 + day) * DAY end
      end
    end
    local function look_around()
      local instances = A .. "/events/" .. id .. "/instances"
      local from = series.at + math.random(-20, 400) * DAY + math.random(DAY)
      look(instances, text(from), text(from + math.random(366) * DAY), { id }, math.random(2) == 1)
      look(instances, text(series.at - DAY), text(series.at + 365 * DAY), { id }, true)
      look(A .. "/agenda", text(from), text(from + 90 * DAY), { id }, true)
    end
    local function each(change)
      for i = #slots, 2, -1 do
        local j = math.random(i)
        slots[i], slots[j] = slots[j], slots[i]
      end
      for i, slot in ipairs(slots) do
        local date = id .. os.date("!_t%Y%m%dT%H%M%S", slot)
        local known = {}
        for name, value in pairs(changes[id][date] or {}) do known[name] = value end
        local answer = ok(change(A .. "/events/" .. date, slot, known)).event
        assert.same({ date, text(slot) }, { answer.event_id, answer.original_start })
        changes[id][date] = known
        if i % 50 == 0 then look_around() end
      end
    end
    each(function(path, slot, known)
      known.title = "edited " .. slot
      return api("PATCH", path, { title = known.title })
    end)
    each(function(path, slot, known)
      local at = slot + math.random(-12, 12) * DAY + math.random(-8, 8) * 3600
      known.start = text(at)
      return api("PATCH", path, { start = known.start, ["end"] = text(at + series.length) })
    end)
    each(function(path, _, known)
      known.cancelled = true
      return api("DELETE", path)
    end)
    assert.equal(36, #checks)
    assert.is_true(compare() > 1000)
    assert.equal(0, #checks[#checks].found)
  end)
end)
