-- SPDX-License-Identifier: MIT
-- The sandbox's calendars: wall times, etags, client_ids, windows, responses, events.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's calendar", function()
  local A = "/v0/inboxes/a@agentmail.to/calendar"

  local sandbox, api = http.sandbox({ namespace = "calendar" }, "a", "b")
  local ok, code = http.ok, http.code

  local function create(more)
    local body = { title = "T", start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:00:00",
                   timezone = "Europe/Berlin" }
    for name, value in pairs(more or {}) do body[name] = value end
    return api("POST", A .. "/events", body)
  end

  local function event(more) return ok(create(more)).event end

  it("exists with each inbox, in UTC, and is changed by its etag", function()
    local calendar = ok(api("GET", A))
    assert.same({ "UTC", 0, '"rv-1"' }, { calendar.timezone, calendar.event_count, calendar.etag })
    local berlin = { timezone = "Europe/Berlin" }
    assert.equal("412 precondition_failed",
                 code(api("PATCH", A, berlin, { ["If-Match"] = '"rv-2"' })))
    local _, stale = api("PATCH", A, berlin, { ["If-Match"] = '"rv-2"' })
    assert.equal(1, stale.current_revision)
    assert.equal('"rv-2"', ok(api("PATCH", A, berlin, { ["If-Match"] = 'W/"rv-1"' })).etag)
    assert.equal('"rv-2"', ok(api("PATCH", A, berlin, { ["If-Match"] = "*" })).etag)
    local _, read, headers = api("GET", A)
    assert.equal(read.etag, headers.etag)
    assert.equal("413 payload_too_large", code(api("PATCH", A, { timezone = ("x"):rep(8192) })))
    assert.equal("400 validation_error", code(api("PATCH", A, { timezone = "Mars/Base" })))
    assert.equal("400 validation_error", code(api("PATCH", A, { timezone = "../passwd" })))
  end)

  it("knows wall times in their zone, summer and winter", function()
    for _, case in ipairs {
      { "2030-01-15T09:00:00", "2030-01-15T08:00:00.000Z" },
      { "2030-07-15T09:00:00", "2030-07-15T07:00:00.000Z" },
      { "2030-03-31T02:30:00", "2030-03-31T01:30:00.000Z" }, -- skipped: as before the change
      { "2030-10-27T02:30:00", "2030-10-27T00:30:00.000Z" }, -- twice: the first
      { "2030-10-27T03:00:00", "2030-10-27T02:00:00.000Z" },
    } do
      local made = event { start = case[1], ["end"] = case[1]:gsub(":00$", ":59") }
      assert.equal(case[2], made.start_at)
      assert.equal(59000, made.duration_value)
    end
    event { start = "1900-01-01T09:00:00", ["end"] = "1900-01-01T10:00:00" }
    local crowd = {}
    for i = 1, 100 do crowd[i] = { email = i .. ("e"):rep(700) .. "@b.c" } end
    assert.equal("413 payload_too_large", code(create { description = ("d"):rep(65536),
                                                        attendees = crowd }))
    event { metadata = { text = ("x"):rep(16384 - 11) }, ["end"] = "2031-05-03T08:00:00",
            title = ("é"):rep(1000), location = ("é"):rep(1024),
            attendees = { { email = "a@b.c", name = ("é"):rep(256) } } }
    local day = event { start = "2030-05-02", ["end"] = "2030-05-03", all_day = true }
    assert.same({ "2030-05-01T22:00:00.000Z", "2030-05-03T22:00:00.000Z", 2 },
                { day.start_at, day.end_at, day.duration_value })
    for _, wrong in ipairs { { start = "2030-05-02" }, { ["end"] = "2030-05-02T09:00:00" },
                             { timezone = "Berlin" }, { all_day = true },
                             { start = "1899-12-31T09:00:00", ["end"] = "1899-12-31T10:00:00" },
                             { attendees = { { email = "nobody" } } }, { title = "" },
                             { attendees = { { email = "a@b.c" }, { email = "A@B.C" } } },
                             { attendees = { { email = "a@b.c", name = ("é"):rep(257) } } },
                             { title = ("é"):rep(1001) }, { location = ("é"):rep(1025) },
                             { metadata = { text = ("x"):rep(16384 - 10) } },
                             { ["end"] = "2031-05-04T09:00:00" } } do
      assert.equal("400 validation_error", code(create(wrong)))
    end
  end)

  it("creates an event once per client_id, and refuses another body", function()
    local status, first = create { client_id = "c1" }
    assert.equal(201, status)
    local again, second = create { client_id = "c1" }
    assert.same({ 200, first.event.event_id }, { again, second.event.event_id })
    assert.equal("409 idempotency_conflict", code(create { client_id = "c1", title = "U" }))
    ok(api("DELETE", A .. "/events/" .. first.event.event_id))
    assert.equal("404 not_found", code(create { client_id = "c1" }))
  end)

  it("changes an event by its etag, in each field", function()
    local made = event { description = "d", location = "l", metadata = { 1, { a = 1 } },
                         attendees = { { email = "Ann@Example.com" } } }
    assert.same({ "ann@example.com", "needs_action" },
                { made.attendees[1].email, made.attendees[1].status })
    local path = A .. "/events/" .. made.event_id
    local function change(body, etag)
      return api("PATCH", path, body, { ["If-Match"] = etag })
    end
    local changed = ok(change({ title = "U", location = json.null }, made.etag)).event
    assert.same({ "U", nil, "d", '"rv-2"', 1 }, { changed.title, changed.location,
      changed.description, changed.etag, changed.sequence })
    assert.equal("412 precondition_failed", code(change({ title = "V" }, made.etag)))
    assert.equal("400 validation_error", code(change { start = "2030-05-02T08:00:00" }))
    local days = { all_day = true, start = "2030-05-02", ["end"] = "2030-05-02" }
    assert.equal("400 validation_error", code(change(days)))
    days.timezone = "Europe/Berlin"
    assert.is_true(ok(change(days)).event.all_day)
    changed = ok(change { all_day = false, start = made.start, ["end"] = made["end"],
                          timezone = made.timezone }).event
    assert.equal("400 validation_error", code(api("PATCH", path .. "?mode=single", {})))
    assert.equal("400 validation_error", code(change { client_id = "x" }))
    local _, read, headers = api("GET", path)
    assert.same({ "U", read.etag }, { read.title, headers.etag })
    assert.equal("404 not_found", code(api("GET", A:gsub("/a@", "/b@") .. "/events/"
      .. made.event_id)))
    assert.equal(202, (api("DELETE", path, nil, { ["If-Match"] = changed.etag })))
    assert.equal("404 not_found", code(api("DELETE", path)))
  end)

  it("deletes an event once per key, which no other event can use", function()
    local one, two = event().event_id, event().event_id
    local function delete(id, key, query)
      return api("DELETE", A .. "/events/" .. id .. (query or ""), nil,
                 { ["Idempotency-Key"] = key })
    end
    for _, wrong in ipairs { "", ("k"):rep(129), "a b", "é" } do
      assert.equal("400 validation_error", code(delete(one, wrong)))
    end
    local key = "!~" .. ("k"):rep(126)
    assert.matches("^del_", ok(delete(one, key)).deletion_id)
    assert.equal("404 not_found", code(delete(one, key)))
    assert.equal("409 idempotency_conflict", code(delete(two, key)))
    ok(delete(two))
    assert.equal("404 not_found", code(delete(two)))
  end)

  it("answers a delete alike while the event is removed, by the switch event_removal", function()
    sandbox:switch { event_removal = "slow" }
    for _, key in ipairs { "k", false } do
      local id = event().event_id
      local function delete(query, other)
        return api("DELETE", A .. "/events/" .. id .. (query or ""), nil,
                   { ["Idempotency-Key"] = other or key or nil })
      end
      local first = ok(delete())
      assert.equal("404 not_found", code(api("GET", A .. "/events/" .. id)))
      assert.same(first, ok(delete()))
      local status, again = delete "?send_invites=true"
      assert.same(key and { 202, first } or { 404, again }, { status, again })
      assert.equal("404 not_found", code(delete("", "another")))
      sandbox:advance "1m"
      assert.equal("404 not_found", code(delete()))
    end
  end)

  it("lists events by change, and an agenda by time within its window", function()
    for _, row in ipairs(ok(api("GET", A .. "/events?limit=100")).events) do
      ok(api("DELETE", A .. "/events/" .. row.event_id))
    end
    local later = event { title = "later", start = "2030-05-04T09:00:00",
                          ["end"] = "2030-05-04T10:00:00" }
    sandbox:advance "1m"
    event { title = "sooner" }
    sandbox:advance "1m"
    ok(api("PATCH", A .. "/events/" .. later.event_id, { title = "later!" }))
    event { title = "off", status = "cancelled" }
    local function titles(query, name)
      local found = {}
      for i, row in ipairs(ok(api("GET", A .. name .. query)).events) do found[i] = row.title end
      return table.concat(found, " ")
    end
    assert.equal("off later! sooner", titles("", "/events"))
    assert.equal("sooner later!", titles("", "/agenda"))
    assert.equal("later!", titles("?after=2030-05-03T00:00:00Z", "/agenda"))
    assert.equal("sooner", titles("?after=2030-05-02T07:30:00Z&before=2030-05-03T00:00:00Z",
                                  "/agenda"))
    assert.equal("", titles("?after=2030-05-02T07:30:00Z&before=2030-05-03T00:00:00Z"
      .. "&include_overlapping=false", "/agenda"))
    assert.equal("400 query_range_too_wide",
      code(api("GET", A .. "/agenda?after=2030-01-01T00:00:00Z&before=2031-05-01T00:00:00Z")))
    local page = ok(api("GET", A .. "/agenda?limit=1"))
    assert.equal("later!", ok(api("GET", A .. "/agenda?limit=1&page_token="
      .. page.next_page_token)).events[1].title)
  end)

  it("takes a response only to an invitation that came by mail", function()
    local invited = ok(api("POST", "/_sandbox/v1/invitations", { inbox_id = "a@agentmail.to",
      title = "Talk", start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:00:00",
      organizer = "o@example.com" }))
    local answer = { status = "accepted", send_reply = false }
    local path = A .. "/events/" .. invited.event_id .. "/respond"
    assert.equal("412 precondition_failed",
                 code(api("POST", path, answer, { ["If-Match"] = '"rv-9"' })))
    local done = ok(api("POST", path, answer, { ["If-Match"] = invited.etag })).event
    assert.same({ "accepted", "email", "o@example.com", "accepted", "2030-05-01T12:00:00.000Z" },
                { done.response_status, done.source, done.organizer_email,
                  done.attendees[1].status, done.attendees[1].responded_at })
    for comment, expected in pairs {
      [("x"):rep(4097)] = "400 validation_error", ["a\1b"] = "400 validation_error",
      ["a\127b"] = "400 validation_error", ["é\ta\r\n" .. ("x"):rep(4090)] = "200 ",
    } do
      answer.comment = comment
      assert.equal(expected, code(api("POST", path, answer)))
    end
    answer.comment = nil
    assert.equal("409 calendar_response_invalid",
                 code(api("POST", A .. "/events/" .. event().event_id .. "/respond", answer)))
  end)

  it("mails those who attend, when it is asked to, and its answer to the organizer", function()
    local function mails()
      local list = {}
      for i, row in ipairs(sandbox:sent()) do
        list[i] = row.subject .. " > " .. table.concat(row.recipients, " ")
      end
      return table.concat(list, ", ")
    end
    local guests = { { email = "A@agentmail.to" }, { email = "b@agentmail.to" },
                     { email = "ann@example.com", name = "Ann" } }
    event { title = "Quiet", attendees = guests }
    assert.equal("", mails())
    local made = event { title = "Talk; more", attendees = guests, send_invites = true }
    local path = A .. "/events/" .. made.event_id
    local expected = "Invitation: Talk; more > b@agentmail.to, Invitation: Talk; more > "
      .. "ann@example.com"
    assert.equal(expected, mails())
    local mail = ok(api("GET", "/v0/inboxes/b@agentmail.to/messages")).messages[1]
    assert.same({ "invite.ics", "text/calendar" },
                { mail.attachments[1].filename, mail.attachments[1].content_type })
    local got = ok(api("GET", "/v0/inboxes/b@agentmail.to/messages/"
      .. http.escape(mail.message_id) .. "/attachments/" .. mail.attachments[1].attachment_id))
    local connection = http.connect(got.download_url)
    local _, file = connection:request("GET", (got.download_url:gsub("^http://[^/]+", "")))
    connection:close()
    for _, line in ipairs { "METHOD:REQUEST", "UID:" .. made.uid, "DTSTART:20300502T070000Z",
                            "DTEND:20300502T080000Z", "SUMMARY:Talk\\; more",
                            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.com" } do
      assert.is_truthy(file:find("\r\n" .. line .. "\r\n", 1, true), file)
    end
    ok(api("PATCH", path, { title = "Quiet" }))
    ok(api("PATCH", path, { attendees = { guests[3] }, title = "U", send_invites = true }))
    made = event { title = "V", attendees = { guests[3] } }
    ok(api("PATCH", A .. "/events/" .. made.event_id, { status = "cancelled",
                                                        send_invites = true }))
    ok(api("DELETE", path .. "?send_invites=true"))
    expected = expected .. ", Updated invitation: U > ann@example.com, Cancelled: U > "
      .. "b@agentmail.to, Cancelled: V > ann@example.com, Cancelled: U > ann@example.com"
    assert.equal(expected, mails())
    guests[3].email = "reject@sandbox.test"
    assert.equal("403 message_rejected", code(create { title = "No", attendees = guests,
                                                       send_invites = true }))
    local invited = ok(api("POST", "/_sandbox/v1/invitations", { inbox_id = "a@agentmail.to",
      title = "Yours", start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:00:00",
      organizer = "o@example.com" }))
    local respond = A .. "/events/" .. invited.event_id .. "/respond"
    ok(api("POST", respond, { status = "declined", send_reply = false }))
    assert.equal(expected, mails())
    ok(api("POST", respond, { status = "accepted", comment = "Gladly" }))
    assert.equal(expected .. ", Accepted: Yours > o@example.com", mails())
    assert.equal(0, #sandbox:audit().duplicates)
    assert.is_nil((mails():find "No"))
  end)

  it("tells of each change by webhook, under the id of its operation", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.created", "calendar.event.updated", "calendar.event.deleted" } }))
    local made = ok(create())
    local changed = ok(api("PATCH", A .. "/events/" .. made.event.event_id, { title = "U" }))
    local deleted = ok(api("DELETE", A .. "/events/" .. made.event.event_id))
    local told = {}
    for _, row in ipairs(sandbox:deliveries()) do told[row.event_type] = row.event_id end
    assert.same({ ["calendar.event.created"] = made.operation_id,
                  ["calendar.event.updated"] = changed.operation_id,
                  ["calendar.event.deleted"] = deleted.deletion_id }, told)
  end)

  it("tells what an update replaced", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.updated" } }))
    local made = event { attendees = { { email = "ann@example.com" } }, location = "L" }
    ok(api("PATCH", A .. "/events/" .. made.event_id, { title = "U", metadata = { 1 },
      attendees = {}, location = "L", description = "d" }))
    assert.same({ title = "T", attendees = made.attendees, metadata = json.null,
                  description = json.null },
                json.decode(sandbox:deliveries()[1].body).previous)
  end)

  it("tells no end of an event that was cancelled while it ran", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "calendar.event.starting", "calendar.event.ending" } }))
    local made = event()
    sandbox:advance "19h30m" -- 2030-05-02T07:30:00Z
    assert.equal("calendar.event.starting", sandbox:deliveries()[1].event_type)
    ok(api("PATCH", A .. "/events/" .. made.event_id, { status = "cancelled" }))
    sandbox:advance "1d"
    assert.equal(1, #sandbox:deliveries())
  end)
end)
