-- SPDX-License-Identifier: MIT
-- Series in the sandbox's calendar: the dates of their rules, and what is changed for one date, or
-- for one and all later ones.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local socket = require "socket"

describe("the sandbox's calendar, a series", function()
  local A = "/v0/inboxes/a@agentmail.to/calendar"
  local EVENTS = A .. "/events/"
  local FROM = "?after=2030-05-01T00:00:00Z"

  local sandbox, api = http.sandbox({ namespace = "series" }, "a", "b")
  local ok, code = http.ok, http.code

  local function create(rule, more)
    local body = { title = "T", start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:00:00",
                   timezone = "Europe/Berlin", recurrence = { rule = rule } }
    for name, value in pairs(more or {}) do body[name] = value end
    return api("POST", A .. "/events", body)
  end

  local function series(...) return ok(create(...)).event end
  local function id(of, slot) return of.event_id .. "_" .. slot end
  local function get(event_id) return ok(api("GET", EVENTS .. event_id)) end

  local function change(event_id, body, etag, mode)
    return api("PATCH", EVENTS .. event_id .. (mode and "?mode=" .. mode or ""), body,
               { ["If-Match"] = etag })
  end

  -- Of the dates: a field each, in order.
  local function dates(of, field, query)
    local list = {}
    local page = ok(api("GET", EVENTS .. of.event_id .. "/instances" .. (query or FROM)))
    for i, date in ipairs(page.events) do list[i] = date[field or "start"] end
    return table.concat(list, " ")
  end

  it("has the dates of its rule and its rdates, without its exdates", function()
    local of = series("freq=daily;count=4", { recurrence = { rule = "FREQ=DAILY;COUNT=4",
      exdates = { "2030-05-04T09:00:00" },
      rdates = { "2030-05-09T09:00:00", { start = "2030-05-10T09:00:00", duration = "PT2H30M" },
                 { start = "2030-05-11T08:00:00", ["end"] = "2030-05-11T08:05:00" } } } })
    assert.equal("series", of.kind)
    assert.equal("2030-05-02T09:00:00 2030-05-03T09:00:00 2030-05-05T09:00:00 "
      .. "2030-05-09T09:00:00 2030-05-10T09:00:00 2030-05-11T08:00:00", dates(of))
    assert.equal("3600000 3600000 3600000 3600000 9000000 300000", dates(of, "duration_value"))
    local first = ok(api("GET", EVENTS .. of.event_id .. "/instances" .. FROM)).events[1]
    assert.same({ id(of, "t20300502T090000"), "instance", of.event_id, "2030-05-02T09:00:00",
                  "2030-05-02T07:00:00.000Z", false },
                { first.event_id, first.kind, first.series_id, first.original_start,
                  first.original_start_at, first.is_exception })
    assert.same({}, { first.etag, first.resource_revision, first.recurrence, first.attendees })
    assert.matches('^"occ%-', get(first.event_id).etag)
    assert.equal("404 not_found", code(api("GET", EVENTS .. id(of, "t20300504T090000"))))
    assert.equal("404 not_found", code(api("GET", EVENTS .. id(of, "t20300506T090000"))))
    assert.equal("404 not_found", code(api("GET", (EVENTS:gsub("/a@", "/b@")) .. first.event_id)))
    assert.equal("400 validation_error", code(api("GET", EVENTS .. first.event_id
      .. "/instances")))
    assert.equal("6", tostring(#ok(api("GET", A .. "/agenda")).events))
    assert.equal(202, (api("DELETE", EVENTS .. of.event_id)))
    assert.equal("404 not_found", code(api("GET", EVENTS .. first.event_id)))
  end)

  it("has dates at the same wall time in summer and winter, or of the same length", function()
    local of = series("FREQ=DAILY;UNTIL=20301028T080000Z", { start = "2030-10-26T09:00:00",
                                                            ["end"] = "2030-10-27T09:00:00" })
    local window = "?after=2030-10-26T00:00:00Z"
    assert.equal("2030-10-26T07:00:00.000Z 2030-10-27T08:00:00.000Z 2030-10-28T08:00:00.000Z",
                 dates(of, "start_at", window))
    assert.equal("2030-10-27T08:00:00.000Z 2030-10-28T08:00:00.000Z 2030-10-29T08:00:00.000Z",
                 dates(of, "end_at", window))
    of = series("FREQ=DAILY;COUNT=2", { start = "2030-10-25T09:00:00", duration_mode = "exact",
                                        ["end"] = "2030-10-26T09:00:00" })
    window = "?after=2030-10-25T00:00:00Z"
    assert.equal("2030-10-26T09:00:00 2030-10-27T08:00:00", dates(of, "end", window))
    assert.equal("86400000 86400000", dates(of, "duration_value", window))
    of = series("FREQ=WEEKLY;COUNT=2", { start = "2030-05-02", ["end"] = "2030-05-03",
                                         all_day = true })
    assert.equal("2030-05-02 2030-05-09", dates(of))
    assert.equal("2030-05-03 2030-05-10", dates(of, "end"))
    assert.equal(id(of, "d20300502") .. " " .. id(of, "d20300509"), dates(of, "event_id"))
    assert.equal("2030-05-09", get(id(of, "d20300509")).start)
  end)

  it("is refused with a rule that is none, that its start does not match, or too dense", function()
    for rule, expected in pairs {
      ["FREQ=NEVER"] = "400 validation_error", ["COUNT=3"] = "400 validation_error",
      ["FREQ=DAILY;COUNT=10001"] = "400 validation_error",
      ["FREQ=DAILY;INTERVAL=367"] = "400 validation_error",
      ["FREQ=DAILY;INTERVAL=0"] = "400 validation_error",
      ["FREQ=DAILY;UNTIL=tomorrow"] = "400 validation_error",
      ["FREQ=DAILY;COUNT=2;UNTIL=20300509"] = "400 validation_error",
      ["RSCALE=HEBREW;FREQ=YEARLY"] = "400 validation_error",
      ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] = "400 validation_error",
      ["FREQ=WEEKLY;BYDAY=MO"] = "400 validation_error", -- the start is a Thursday
      ["FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9"] = "409 recurrence_density_limit",
      ["FREQ=HOURLY"] = "409 recurrence_density_limit",
      ["FREQ=SECONDLY;COUNT=731"] = "409 recurrence_density_limit",
      ["FREQ=SECONDLY;COUNT=730"] = "201 ", ["FREQ=HOURLY;INTERVAL=3"] = "201 ",
      ["FREQ=MINUTELY;BYHOUR=9;BYMINUTE=0,30"] = "201 ",
      ["FREQ=HOURLY;INTERVAL=12;BYWEEKNO=18"] = "400 validation_error",
      ["FREQ=HOURLY;INTERVAL=12;BYDAY=1TH"] = "400 validation_error",
      ["FREQ=MINUTELY;BYMINUTE=1"] = "400 validation_error", -- the start is no date of it
      ["FREQ=DAILY;BYHOUR=1,2,3,4,5,6,8,9"] = "201 ", ["FREQ=WEEKLY;BYDAY=TH"] = "201 ",
    } do
      assert.equal(expected, code(create(rule)), rule)
    end
    assert.equal("400 validation_error", code(create("FREQ=HOURLY;INTERVAL=24", { all_day = true,
      start = "2030-05-02", ["end"] = "2030-05-02" })))
    for _, wrong in ipairs { { exdates = { "2030-05-02" } }, { rdates = { 5 } },
                             { rdates = { { start = "2030-05-09T09:00:00" } } },
                             { rdates = { { start = "2030-05-09T09:00:00",
                                            duration = "P99999999999D" } } } } do
      wrong.rule = "FREQ=DAILY"
      assert.equal("400 validation_error", code(create("", { recurrence = wrong })))
    end
    assert.equal("400 validation_error", code(create("FREQ=MONTHLY", { -- 32 days
      ["end"] = "2030-06-03T09:00:00" })))
  end)

  it("has dates that change and move alone, and keep their ids", function()
    local of = series "FREQ=DAILY;COUNT=3"
    local date, other = id(of, "t20300503T090000"), get(id(of, "t20300502T090000"))
    local before = get(date)
    local changed = ok(change(date, { title = "U", description = "d", metadata = { 1 },
      attendees = { { email = "Ann@Example.com" } } }, before.etag)).event
    assert.same({ date, "U", "d", "instance", true, "2030-05-03T09:00:00", "ann@example.com" },
                { changed.event_id, changed.title, changed.description, changed.kind,
                  changed.is_exception, changed.start, changed.attendees[1].email })
    assert.not_equal(before.etag, changed.etag)
    assert.not_equal(other.etag, get(other.event_id).etag)
    assert.equal("412 precondition_failed", code(change(date, { title = "V" }, before.etag)))
    ok(change(date, { start = "2030-05-20T11:00:00" }, changed.etag))
    ok(change(date, { ["end"] = "2030-05-20T14:00:00" }))
    changed = get(date)
    assert.same({ "2030-05-20T11:00:00", "2030-05-20T12:00:00.000Z", "2030-05-03T09:00:00", "U" },
                { changed.start, changed.end_at, changed.original_start, changed.title })
    assert.equal("T T U", dates(of, "title"))
    assert.equal(date, dates(of, "event_id", "?after=2030-05-05T00:00:00Z"))
    assert.equal("T T", dates(of, "title", FROM .. "&before=2030-05-20T00:00:00Z"))
    for _, wrong in ipairs { { timezone = "UTC" }, { all_day = true }, { start = "x" },
                             { recurrence = json.null }, { ["end"] = "2030-05-20T10:00:00" } } do
      assert.equal("400 validation_error", code(change(date, wrong)))
    end
    ok(change(of.event_id, { title = "W", location = "l" }))
    assert.equal("W W U", dates(of, "title"))
    ok(change(date, { status = "cancelled" }))
    assert.equal("W W", dates(of, "title"))
    assert.same({ "cancelled", "2030-05-20T11:00:00" }, { get(date).status, get(date).start })
    ok(change(of.event_id, { recurrence = json.null }))
    assert.equal("single", get(of.event_id).kind)
    assert.equal("404 not_found", code(api("GET", EVENTS .. date)))
  end)

  it("has dates that are cancelled, once", function()
    local of = series "FREQ=DAILY;COUNT=3"
    local date = id(of, "t20300503T090000")
    local gone = ok(api("DELETE", EVENTS .. date))
    assert.same({ "cancelled", date }, { gone.event.status, gone.event.event_id })
    assert.equal("410 event_expired", code(api("DELETE", EVENTS .. date)))
    assert.equal("410 event_expired", code(change(date, { title = "U" })))
    assert.equal("404 not_found", code(api("GET", EVENTS .. date)))
    assert.equal("404 not_found", code(api("DELETE", EVENTS .. id(of, "t20300509T090000"))))
    assert.same({ "2030-05-03T09:00:00" }, get(of.event_id).recurrence.exdates)
    assert.equal("2030-05-02T09:00:00 2030-05-04T09:00:00", dates(of))
    assert.equal('"rv-2"', get(of.event_id).etag)
  end)

  it("changes, or ends, from one date on", function()
    local of = series "FREQ=DAILY;COUNT=6"
    local function slot(day) return id(of, ("t203005%02dT090000"):format(day)) end
    ok(change(slot(5), { title = "alone" }))
    local third = ok(change(slot(4), { title = "later", ["end"] = "2030-05-04T09:30:00" }, nil,
                            "future")).event
    assert.same({ slot(4), "later", "2030-05-04T09:30:00" },
                { third.event_id, third.title, third["end"] })
    assert.equal("T T later alone later later", dates(of, "title"))
    assert.equal("3600000 3600000 1800000 3600000 1800000 1800000", dates(of, "duration_value"))
    ok(change(slot(6), { title = "last" }, nil, "future"))
    assert.equal("T T later alone last last", dates(of, "title"))
    ok(change(of.event_id, { title = "all" }))
    assert.equal("all all all alone all all", dates(of, "title"))
    assert.equal("1800000", dates(of, "duration_value", "?after=2030-05-07T00:00:00Z"))
    assert.equal("409 future_edit_start_move_not_supported",
                 code(change(slot(6), { start = "2030-05-06T08:00:00" }, nil, "future")))
    assert.equal("400 validation_error", code(change(of.event_id, { title = "x" }, nil, "future")))
    ok(api("DELETE", EVENTS .. slot(4) .. "?mode=future"))
    assert.equal("2030-05-02T09:00:00 2030-05-03T09:00:00", dates(of))
    assert.equal("2030-05-04T09:00:00", get(of.event_id).recurrence.truncate_before)
    assert.equal("410 event_expired", code(api("DELETE", EVENTS .. slot(6) .. "?mode=future")))
    assert.matches("^del_", ok(api("DELETE", EVENTS .. slot(2) .. "?mode=future")).deletion_id)
    assert.equal("404 not_found", code(api("GET", EVENTS .. of.event_id)))
  end)

  it("has dates that cannot begin again, and end for good after 30 days", function()
    local of = series "FREQ=DAILY;COUNT=3"
    local date = id(of, "t20300502T090000")
    sandbox:advance "19h30m" -- 2030-05-02T07:30:00Z: it runs
    assert.equal("409 event_already_started", code(change(date, { start = "2030-05-02T09:15:00" })))
    ok(change(date, { start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:30:00" }))
    ok(change(date, { status = "tentative" }))
    sandbox:advance "1h"
    assert.equal("409 event_already_started", code(change(date, { status = "confirmed" })))
    ok(change(date, { title = "it was good", metadata = { 1 } }))
    ok(change(id(of, "t20300503T090000"), { start = "2030-05-03T09:15:00" }))
    sandbox:advance "31d"
    assert.equal("410 event_expired", code(change(date, { title = "too late" })))
    assert.equal("it was good", get(date).title)
  end)

  it("tells when its dates start and end, wherever they are by then", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.starting", "calendar.event.ending" } }))
    local of = series "FREQ=DAILY;COUNT=4"
    local function slot(day) return id(of, ("t203005%02dT090000"):format(day)) end
    ok(change(slot(3), { start = "2030-05-02T09:30:00" }))
    ok(api("DELETE", EVENTS .. slot(4)))
    ok(api("POST", EVENTS:sub(1, -2), { title = "One", start = "2030-05-02T08:00:00",
      ["end"] = "2030-05-02T09:00:00", timezone = "Europe/Berlin" }))
    local function told()
      local list = {}
      for i, row in ipairs(sandbox:deliveries()) do
        local event = json.decode(row.body)
        local date = event.calendar_event
        list[i] = ("%s %s %s"):format(row.event_type:match "%a+$",
          date.event_id:match "_t203005(%d%d)" or date.title, event.scheduled_at:sub(9, 16))
        assert.is_nil(date.resource_revision)
      end
      return table.concat(list, ", ")
    end
    sandbox:advance "17h59m" -- 2030-05-02T05:59:00Z
    assert.equal("", told())
    sandbox:advance "1m"
    assert.equal("starting One 02T06:00", told())
    sandbox:advance "1h"
    assert.equal("starting One 02T06:00, starting 02 02T07:00, ending One 02T07:00", told())
    sandbox:advance "30d"
    assert.equal("starting One 02T06:00, starting 02 02T07:00, ending One 02T07:00, "
      .. "starting 03 02T07:30, ending 02 02T08:00, ending 03 02T08:30, starting 05 05T07:00, "
      .. "ending 05 05T08:00", told())
  end)

  it("tells of a start by itself while the clock runs", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.starting" } }))
    series "FREQ=DAILY"
    assert.equal(0, #sandbox:deliveries())
    sandbox:advance "18h59m59.5s"
    sandbox:thaw()
    local limit = socket.gettime() + 20
    while #sandbox:deliveries() == 0 do assert(socket.gettime() < limit, "nothing was told") end
    assert.equal("calendar.event.starting", sandbox:deliveries()[1].event_type)
  end)

  it("tells of each change of a date by webhook", function()
    local of = series "FREQ=DAILY;COUNT=3"
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.created", "calendar.event.updated", "calendar.event.deleted" } }))
    local date = id(of, "t20300502T090000")
    local first, second = ok(change(date, { title = "U" })), ok(change(date, { title = "V" }))
    local gone = ok(api("DELETE", EVENTS .. id(of, "t20300503T090000")))
    local rest = ok(change(id(of, "t20300504T090000"), { title = "W" }, nil, "future"))
    local told = {}
    for _, row in ipairs(sandbox:deliveries()) do
      told[row.event_id] = row.event_type
      assert.is_nil(json.decode(row.body).previous)
    end
    assert.same({ [first.operation_id] = "calendar.event.created", -- now it is an event of its own
                  [second.operation_id] = "calendar.event.updated",
                  [gone.operation_id] = "calendar.event.updated",
                  [rest.operation_id] = "calendar.event.updated" }, told)
  end)
end)
