-- SPDX-License-Identifier: MIT
-- Calendar files that come by mail: invitations, changes, cancellations, answers; whole files of
-- others, and what is wrong in them.
local base64 = require "agentmail.sandbox.store.base64"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's calendar, by mail,", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local EVENTS = A .. "/calendar/events"

  local sandbox, api = http.sandbox({ namespace = "calendar-mails" }, "a", "b")
  local ok, code = http.ok, http.code

  local EVENT = { "UID:1@example.com", "SEQUENCE:0", "ORGANIZER;CN=Ann:mailto:Ann@Example.com",
                  'ATTENDEE;ROLE=REQ-PARTICIPANT;CN="A; B";PARTSTAT=NEEDS-ACTION:'
                    .. "\r\n MAILTO:a@agentmail.to",
                  "DTSTART;TZID=Europe/Berlin:20300502T090000",
                  "DTEND;TZID=Europe/Berlin:20300502T100000", "SUMMARY:Talk\\, mo\r\n re",
                  "BEGIN:VALARM", "DESCRIPTION:no", "END:VALARM" }

  -- A mail with a calendar file: its lines are those of EVENT, some of them replaced or, with
  -- false, left out, and more. Returns the message.
  local function mail(method, lines, more)
    local file = { "BEGIN:VCALENDAR", "METHOD:" .. method, "BEGIN:VEVENT" }
    lines = lines or {}
    for _, line in ipairs(EVENT) do
      local name = line:match "^[%u-]+"
      if lines[name] == nil then
        file[#file + 1] = line
      elseif lines[name] then
        file[#file + 1] = lines[name]
      end
    end
    for _, line in ipairs(lines) do file[#file + 1] = line end
    file[#file + 1], file[#file + 2] = "END:VEVENT", "END:VCALENDAR"
    local letter = { "From: Ann <ann@example.com>", "To: a@agentmail.to", "Subject: Talk",
      "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "", "--b", "",
      "See you.", "--b", "Content-Type: text/calendar; charset=utf-8; method=" .. method, "",
      table.concat(file, "\r\n"), "--b--" }
    for i, line in ipairs(more or {}) do table.insert(letter, i, line) end
    local got = sandbox:inbound(table.concat(letter, "\r\n"), "a@agentmail.to")
    return ok(api("GET", A .. "/messages/" .. http.escape(got.message_id)))
  end

  local function events() return ok(api("GET", EVENTS)).events end
  local function get(id) return ok(api("GET", EVENTS .. "/" .. id)) end

  -- Starts to listen; returns a function for the types and titles of the events told since.
  local function listen()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.created", "calendar.event.updated", "calendar.event.responded",
      "message.received" } }))
    return function()
      local list = {}
      for i, row in ipairs(sandbox:deliveries()) do
        local event = json.decode(row.body)
        list[i] = row.event_type:match "%a+$"
          .. (event.calendar_event and " " .. event.calendar_event.title or "")
      end
      return table.concat(list, ", ")
    end
  end

  it("an invitation becomes an event, which its message names", function()
    local told = listen()
    local message = mail "REQUEST"
    local event = get(message.calendar_event_id)
    assert.same({ "single", "Talk, more", "2030-05-02T09:00:00", "2030-05-02T08:00:00.000Z",
                  "Europe/Berlin", "email", "ann@example.com", message.message_id, "needs_action",
                  "1@example.com", "confirmed" },
                { event.kind, event.title, event.start, event.end_at, event.timezone, event.source,
                  event.organizer_email, event.origin_message_id, event.response_status, event.uid,
                  event.status })
    assert.same({ { email = "a@agentmail.to", name = "A; B", role = "required",
                    status = "needs_action" } }, event.attendees)
    assert.is_nil(event.description)
    assert.equal("received, created Talk, more", told())
    assert.equal(event.event_id, ok(api("GET", A .. "/messages")).messages[1].calendar_event_id)
    local answered = ok(api("POST", EVENTS .. "/" .. event.event_id .. "/respond",
                            { status = "accepted" })).event
    assert.same({ "accepted", 0 }, { answered.response_status, answered.sequence })
  end)

  it("a mail that comes twice is applied once", function()
    local told = listen()
    for _ = 1, 2 do mail("REQUEST", nil, { "Message-ID: <same@example.com>" }) end
    assert.equal("received, created Talk, more, received", told())
  end)

  it("the organizer changes and cancels it, by the same or a later version", function()
    local told = listen()
    local id = mail "REQUEST".calendar_event_id
    ok(api("POST", EVENTS .. "/" .. id .. "/respond", { status = "accepted" }))
    assert.equal(id, mail("REQUEST", { SEQUENCE = "SEQUENCE:1", SUMMARY = "SUMMARY:Two",
                                       "LOCATION:Here" }).calendar_event_id)
    local event = get(id)
    assert.same({ "Two", "Here", 1, "accepted" },
                { event.title, event.location, event.sequence, event.response_status })
    assert.is_nil(mail("REQUEST", { SUMMARY = "SUMMARY:stale" }).calendar_event_id)
    assert.is_nil(mail("REQUEST", { SEQUENCE = "SEQUENCE:9", ORGANIZER = "ORGANIZER:mailto:eve@x.y",
                                    SUMMARY = "SUMMARY:theirs" }).calendar_event_id)
    assert.is_nil(mail("CANCEL", { ORGANIZER = "ORGANIZER:mailto:eve@x.y" }).calendar_event_id)
    assert.equal("Two", get(id).title)
    mail("REQUEST", { SEQUENCE = "SEQUENCE:2", DTEND = "DURATION:PT30M" })
    event = get(id)
    assert.same({ "2030-05-02T09:30:00", "needs_action" }, { event["end"], event.response_status })
    mail("CANCEL", { SEQUENCE = "SEQUENCE:3" })
    assert.equal("cancelled", get(id).status)
    assert.equal(1, #events())
    assert.matches("created Talk, more.*responded.*updated Two.*updated Talk, more"
      .. ".*updated Talk, more$", told())
  end)

  it("a series and its dates are changed and cancelled", function()
    local id = mail("REQUEST", { "RRULE:FREQ=DAILY;COUNT=5",
      "EXDATE;TZID=Europe/Berlin:20300503T090000" }).calendar_event_id
    local series = get(id)
    assert.same({ "series", { "2030-05-03T09:00:00" } }, { series.kind, series.recurrence.exdates })
    local date = id .. "_t20300504T090000"
    assert.equal(date, mail("REQUEST", { "RECURRENCE-ID:20300504T070000Z",
      SUMMARY = "SUMMARY:Moved", DTSTART = "DTSTART:20300504T100000Z",
      DTEND = "DTEND:20300504T110000Z" }).calendar_event_id)
    assert.is_nil(mail("REQUEST", { "RECURRENCE-ID:20300504T070000Z",
      DTSTART = "DTSTART:20300504", DTEND = false }).calendar_event_id)
    assert.same({ "Moved", "2030-05-04T10:00:00.000Z" }, { get(date).title, get(date).start_at })
    mail("CANCEL", { "RECURRENCE-ID;TZID=Europe/Berlin:20300505T090000" })
    assert.equal("cancelled", get(id .. "_t20300505T090000").status)
    assert.is_nil(mail("CANCEL", { "RECURRENCE-ID:20300509T070000Z" }).calendar_event_id)
    assert.is_nil(mail("REQUEST", { UID = "UID:other", "RECURRENCE-ID:20300502T070000Z" })
      .calendar_event_id)
    assert.equal("2030-05-02T09:00:00 2030-05-06T09:00:00", (function()
      local list = {}
      for _, one in ipairs(ok(api("GET", EVENTS .. "/" .. id .. "/instances")).events) do
        if one.title ~= "Moved" then list[#list + 1] = one.start end
      end
      return table.concat(list, " ")
    end)())
  end)

  it("days without a time end on their last day", function()
    local id = mail("REQUEST", { DTSTART = "DTSTART;VALUE=DATE:20300502",
                                 DTEND = "DTEND;VALUE=DATE:20300504" }).calendar_event_id
    assert.same({ true, "2030-05-02", "2030-05-03" },
                { get(id).all_day, get(id).start, get(id)["end"] })
    id = mail("REQUEST", { UID = "UID:2", DTSTART = "DTSTART:20300502", DTEND = false })
      .calendar_event_id
    assert.same({ "2030-05-02", "2030-05-02" }, { get(id).start, get(id)["end"] })
  end)

  it("what is no invitation, or is hidden, or wrong, makes no event", function()
    for _, lines in ipairs {
      { UID = false }, { DTSTART = false }, { DTSTART = "DTSTART:20301399T000000Z" },
      { DTSTART = "DTSTART;TZID=Mars/Base:20300502T090000" }, { DTEND = false },
      { DTEND = "DTEND:20300501T100000Z" }, { DTEND = "DURATION:P99999999999999999D" },
      { DTEND = "DURATION:P9999999D" },
      { "RRULE:FREQ=NEVER" }, { "RECURRENCE-ID:never" },
      { SUMMARY = "SUMMARY:" .. ("x"):rep(1001) }, { ATTENDEE = "ATTENDEE:mailto:nobody" },
    } do
      assert.is_nil(mail("REQUEST", lines).calendar_event_id)
    end
    assert.is_nil(mail("PUBLISH").calendar_event_id)
    assert.is_nil(mail("CANCEL").calendar_event_id)
    assert.is_nil(mail("REPLY").calendar_event_id)
    assert.is_nil(mail("REQUEST", {}, {
      "Authentication-Results: mx.example.com; dmarc=fail" }).calendar_event_id)
    assert.equal(0, #events())
    local id = mail("REQUEST", { SUMMARY = false, SEQUENCE = "SEQUENCE:x",
                                 ATTENDEE = "ATTENDEE:mailto:b@agentmail.to" }).calendar_event_id
    assert.same({ "(no title)", 0 }, { get(id).title, get(id).sequence })
    assert.is_nil(get(id).response_status)
  end)

  it("a held invitation is applied when it is released", function()
    sandbox:switch { agent_armor = "hold" }
    local message = mail("REQUEST", nil, { "Subject: agent-armor: review" })
    assert.is_nil(message.calendar_event_id)
    local path = A .. "/messages/" .. http.escape(message.message_id)
    ok(api("POST", path .. "/agent-armor/release", { reason = "fine" }))
    assert.equal(1, #events())
    assert.equal(events()[1].event_id, ok(api("GET", path)).calendar_event_id)
  end)

  it("inboxes of the sandbox invite each other, and answer", function()
    local told = listen()
    local made = ok(api("POST", EVENTS, { title = "Plan", start = "2030-05-02T09:00:00",
      ["end"] = "2030-05-02T10:00:00", timezone = "Europe/Berlin", send_invites = true,
      recurrence = { rule = "FREQ=WEEKLY;COUNT=3", exdates = { "2030-05-16T09:00:00" } },
      attendees = { { email = "b@agentmail.to" }, { email = "ann@example.com" } } })).event
    local B = "/v0/inboxes/b@agentmail.to/calendar/events"
    local theirs = ok(api("GET", B)).events[1]
    assert.same({ "Plan", made.uid, "a@agentmail.to", "2030-05-02T09:00:00", "Europe/Berlin",
                  made.recurrence },
                { theirs.title, theirs.uid, theirs.organizer_email, theirs.start, theirs.timezone,
                  theirs.recurrence })
    local later = made.event_id .. "_t20300509T090000"
    ok(api("PATCH", EVENTS .. "/" .. later .. "?mode=future", { title = "Later" }))
    ok(api("POST", B .. "/" .. theirs.event_id .. "/respond",
           { status = "declined", comment = "Away; sorry" }))
    assert.equal("Later", get(later).title)
    local attendee = get(made.event_id).attendees[1]
    assert.same({ "declined", "Away; sorry", "2030-05-01T12:00:00.000Z" },
                { attendee.status, attendee.comment, attendee.responded_at })
    local date = made.event_id .. "_t20300509T090000"
    ok(api("POST", B .. "/" .. theirs.event_id .. "_t20300509T090000/respond",
           { status = "accepted" }))
    assert.same({ "accepted", "declined" },
                { get(date).attendees[1].status, get(made.event_id).attendees[1].status })
    assert.equal(3, select(2, told():gsub("responded Plan", "")))
    assert.equal(1, select(2, told():gsub("responded Later", "")))
    local file = { filename = "i.ics", content_type = "text/calendar", content = base64.encode(
      "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:9\nDTSTART:20300502T090000Z\n"
      .. "DURATION:PT5M\nEND:VEVENT\nEND:VCALENDAR") }
    local status, _, headers = api("POST", A .. "/messages/send", { to = "b@agentmail.to",
                                                                    attachments = { file } })
    assert.same({ 200, nil, 2 }, { status, headers.etag, #ok(api("GET", B)).events })
    assert.is_nil(mail("REPLY", { UID = "UID:" .. made.uid,
      ATTENDEE = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@agentmail.to" }).calendar_event_id)
    local both = get(made.event_id).attendees -- ann's mail is nobody's answer
    assert.same({ "declined", "needs_action" }, { both[1].status, both[2].status })
    assert.equal(made.event_id, mail("REPLY", { UID = "UID:" .. made.uid,
      ATTENDEE = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com" }).calendar_event_id)
    assert.equal("accepted", get(made.event_id).attendees[2].status)
    local invited = mail("REQUEST", { "ATTENDEE:mailto:ann@example.com" }).calendar_event_id
    assert.is_nil(mail("REPLY", { -- it is not this inbox that was to be answered
      ATTENDEE = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com" }).calendar_event_id)
    assert.equal("needs_action", get(invited).attendees[2].status)
    ok(api("PATCH", EVENTS .. "/" .. made.event_id, { attendees = {}, send_invites = true }))
    assert.equal("cancelled", ok(api("GET", B .. "/" .. theirs.event_id)).status)
    assert.equal(0, #sandbox:audit().duplicates)
    assert.equal("404 not_found", code(api("GET", B .. "/" .. made.event_id)))
  end)
end)
