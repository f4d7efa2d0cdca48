-- SPDX-License-Identifier: MIT
-- Calendars and events as objects: what their methods send, and what they hold afterwards.

local helper = require "spec.support.helper"

local EVENTS = "/v0/inboxes/a%40b.c/calendar/events"

local function event(id, more)
  local made = { event_id = id, title = "T", etag = '"rv-1"' }
  for name, value in pairs(more or {}) do made[name] = value end
  return made
end

describe("an event", function()
  it("comes from a create, with an etag that its update sends, and gets the new state", function()
    local client, log = helper.scripted {
      { status = 201, body = { event = event "e", operation_id = "op_1" } },
      { body = { event = event("e", { title = "U", etag = '"rv-2"' }), operation_id = "op_2" } },
      { body = { event = event("e", { title = "V", etag = '"rv-3"' }), operation_id = "op_3" } },
    }
    local made = assert(client:inbox("a@b.c").calendar:create_event {
      title = "T", start = "2026-10-15T09:00:00", end_ = "2026-10-15T10:00:00", client_id = "c" })
    local one = made.event
    assert.equal("agentmail.CalendarEvent", getmetatable(one).__name)
    local changed = assert(one:update { title = "U" })
    assert.equal(one, changed.event)
    assert.equal("op_2", changed.operation_id)
    assert.same({ "U", '"rv-2"' }, { one.title, one.etag })
    assert.same({ "PATCH", EVENTS .. "/e", '"rv-1"' },
                { log[2].method, log[2].target, log[2].headers["if-match"] })
    assert(one:update { title = "V", if_match = false })
    assert.is_nil(log[3].headers["if-match"])
    assert.equal('"rv-3"', one.etag)
  end)

  it("responds, is deleted, read, and lists its dates", function()
    local client, log = helper.scripted {
      { body = { event = event("e", { response_status = "accepted", etag = '"rv-2"' }) } },
      { body = event("e", { etag = '"rv-3"' }) },
      { body = { events = { event("e_t20261015T090000", { etag = false }) } } },
      { status = 202, body = { deletion_id = "del_1" } },
      { status = 202, body = { event = event("d", { status = "cancelled" }) } },
    }
    local one = client:inbox("a@b.c"):event "e"
    assert(one:respond { status = "accepted", if_match = '"rv-1"' })
    assert.same({ "accepted", '"rv-2"' }, { one.response_status, one.etag })
    assert.equal(one, (one:get { consistency = "primary" }))
    local dates = assert(one:instances { limit = 1 })
    assert.equal("e_t20261015T090000", dates[1].event_id)
    assert.equal("del_1", assert(one:delete { send_invites = true }).deletion_id)
    assert.is_nil(log[4].headers["if-match"]) -- a delete is not tied to a state
    assert.same({ EVENTS .. "/e/respond", EVENTS .. "/e?consistency=primary",
                  EVENTS .. "/e/instances?limit=1", EVENTS .. "/e?send_invites=true" },
                { log[1].target, log[2].target, log[3].target, log[4].target })
    local date = client:inbox("a@b.c"):event "d"
    assert(date:delete { mode = "single" })
    assert.equal("cancelled", date.status)
  end)

  it("needs an id", function()
    local inbox = helper.scripted({}):inbox "a@b.c"
    assert.equal("event: event_id must not be empty",
                 helper.mistake(function() return inbox:event "" end))
  end)
end)

describe("a calendar", function()
  it("is an object whose update sends its etag", function()
    local client, log = helper.scripted {
      { body = { inbox_id = "a@b.c", timezone = "UTC", etag = '"rv-1"' } },
      { body = { inbox_id = "a@b.c", timezone = "Europe/Berlin", etag = '"rv-2"' } },
    }
    local calendar = assert(client:inbox("a@b.c").calendar:get())
    assert.equal(calendar, (calendar:update { timezone = "Europe/Berlin" }))
    assert.same({ "Europe/Berlin", '"rv-2"' }, { calendar.timezone, calendar.etag })
    assert.equal('"rv-1"', log[2].headers["if-match"])
  end)

  it("loops over its events, and has short names for its operations", function()
    local client, log = helper.scripted {
      { body = { events = { event "1" }, next_page_token = "t" } },
      { body = { events = { event "2" } } },
      { body = { events = { event "3" } } }, { body = { events = {} } },
      { body = event "4" },
    }
    local calendar, ids = client:inbox("a@b.c").calendar, {}
    for one in calendar.events:each { limit = 1 } do ids[#ids + 1] = one.event_id end
    assert.same({ "1", "2" }, ids)
    assert.equal(EVENTS .. "?limit=1&page_token=t", log[2].target)
    assert.equal("3", assert(calendar:agenda { limit = 5 })[1].event_id)
    assert(calendar:instances { event_id = "s" })
    assert.equal("4", assert(calendar.events:get "4").event_id)
    assert.same({ "/v0/inboxes/a%40b.c/calendar/agenda?limit=5", EVENTS .. "/s/instances",
                  EVENTS .. "/4" }, { log[3].target, log[4].target, log[5].target })
    assert.matches("^inboxes.calendar.list_events: 'max' must",
      helper.mistake(function() return calendar.events:each { max = "x" } end))
  end)
end)

describe("an inbox", function()
  it("pauses and resumes", function()
    local client, log = helper.scripted {
      { body = { inbox_id = "a@b.c", status = "paused" } }, { body = { inbox_id = "a@b.c" } },
    }
    local inbox = client:inbox "a@b.c"
    assert.equal(inbox, (inbox:pause()))
    assert.equal("paused", inbox.status)
    assert.equal(inbox, (inbox:resume { deadline = 5 }))
    assert.is_nil(inbox.status)
    assert.same({ '{"status":"paused"}', '{"status":"active"}' }, { log[1].body, log[2].body })
    assert.matches("colon", helper.mistake(function() return inbox.pause() end))
  end)
end)
