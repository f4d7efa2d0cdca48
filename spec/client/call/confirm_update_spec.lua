-- SPDX-License-Identifier: MIT
-- The first attempt's answer was lost; the second learns that the object has changed. By whom?

local agentmail = require "agentmail"
local call = require "agentmail.call.call"
local confirm = require "agentmail.call.confirm_update"
local copy = require "agentmail.util.copy".copy
local json = require "agentmail.util.json"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local OURS = '"rv-6"'

-- The event as it is read, at a revision.
local function event(revision, changes)
  local made = { event_id = "e1", title = "Call", start = "2026-10-15T14:00:00",
                 ["end"] = "2026-10-15T14:30:00", status = "confirmed",
                 etag = ('"rv-%d"'):format(revision) }
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

describe("the outcome of an update whose etag is stale", function()
  local function check(wanted, asked, found, etag)
    assert.equal(wanted, confirm.outcome_of(asked, etag or OURS, found))
  end

  it("is applied when every field has the value that was asked for", function()
    check("applied", { title = "Call" }, event(7))
    check("applied", { title = "Call" }, event(9))
    check("applied", { title = "Call", ["end"] = "2026-10-15T14:30:00" }, event(7))
    check("applied", { title = "Call" }, event(7), '"occ-8f"')
    check("applied", { location = json.null }, event(7))
    check("applied", { location = json.null, description = json.null },
          event(7, { location = json.null }))
  end)

  it("is not_applied when one change was made, and a verbatim field shows that it is another's",
     function()
    for name, value in pairs { title = "x", start = "2026-10-15T15:00:00", ["end"] = "x",
                               location = "x", status = "tentative" } do
      check("not_applied", { [name] = value }, event(7))
      check("not_applied", { [name] = value, description = "d" }, event(7, { description = "d" }))
    end
    check("not_applied", { location = json.null }, event(7, { location = "Room 1" }))
    check("not_applied", { title = "x" }, event(7, { etag = json.null, resource_revision = 7 }))
  end)

  it("is unknown after more than one change, or none", function()
    for _, revision in ipairs { 5, 6, 8, 9 } do
      check("unknown", { title = "x" }, event(revision))
    end
  end)

  it("is unknown when a revision is not told", function()
    check("unknown", { title = "x" }, event(7), '"occ-8f"')
    check("unknown", { title = "x" }, event(7, { etag = '"occ-8f"' }))
    check("unknown", { title = "x" }, event(7, { etag = false }))
  end)

  it("is unknown when only a field differs that the service may have changed", function()
    for name, value in pairs { description = "x", metadata = { a = 1 }, timezone = "Europe/Paris",
                               attendees = { { email = "a@b.c" } },
                               recurrence = { rule = "FREQ=DAILY" } } do
      check("unknown", { [name] = value }, event(7))
    end
    check("unknown", { title = "x" }, { etag = '"rv-7"' }) -- which was not read
  end)

  it("is unknown when nothing was asked for", function() check("unknown", {}, event(7)) end)

  it("compares metadata as a whole", function()
    local found = event(7, { metadata = { a = 1, b = { true, "x" } } })
    check("applied", { metadata = { a = 1, b = { true, "x" } } }, found)
    check("applied", { metadata = { a = 1, b = { true, "x" }, c = json.null } }, found)
    check("unknown", { metadata = { a = 1 } }, found)
    check("unknown", { metadata = { a = 1, b = { true, "x" }, c = 1 } }, found)
    check("unknown", { metadata = { a = 1, b = { true } } }, found)
    check("unknown", { metadata = json.null }, found)
    check("applied", { metadata = json.null }, event(7))
  end)

  it("compares attendees by what can be told of them", function()
    local found = event(7, { attendees = {
      { email = "ann@example.com", name = "Ann", status = "needs_action", role = "required" },
      { email = "bob@example.com", status = "accepted", role = "optional",
        responded_at = "2026-10-01T00:00:00Z" } } })
    local asked = { { email = "Ann@Example.com", name = "Ann" },
                    { email = "bob@example.com", role = "optional" } }
    local function with(i, changes)
      local list = { copy(asked[1]), copy(asked[2]) }
      for name, value in pairs(changes) do list[i][name] = value end
      return { attendees = list }
    end
    check("applied", { attendees = asked }, found)
    check("applied", with(2, { status = "accepted" }), found)
    check("unknown", with(2, { status = "declined" }), found)
    check("unknown", with(1, { name = json.null }), found)
    check("unknown", with(2, { name = "Bob" }), found)
    check("unknown", with(1, { role = "optional" }), found)
    check("unknown", with(1, { email = "eve@example.com" }), found)
    check("unknown", { attendees = { asked[1] } }, found)
    check("unknown", { attendees = { asked[2], asked[1] } }, found)
    check("unknown", { attendees = { asked[1], "bob@example.com" } }, found)
  end)

  it("compares a recurrence by rule and dates", function()
    local found = event(7, { recurrence = { rule = "FREQ=DAILY;COUNT=9",
      exdates = { "2026-10-16T14:00:00", "2026-10-17T14:00:00" } } })
    local asked = { rule = "FREQ=DAILY;COUNT=9",
                    exdates = { "2026-10-17T14:00:00", "2026-10-16T14:00:00" } }
    check("applied", { recurrence = asked }, found)
    check("unknown", { recurrence = { rule = asked.rule } }, found)
    check("unknown", { recurrence = { rule = "FREQ=DAILY", exdates = asked.exdates } }, found)
    check("unknown", { recurrence = { rule = asked.rule, exdates = asked.exdates,
                                      rdates = { "2026-12-01T14:00:00" } } }, found)
    found.recurrence.truncate_before = "2026-10-20T14:00:00"
    check("unknown", { recurrence = asked }, found)
    check("unknown", { recurrence = json.null }, found)
    check("applied", { recurrence = json.null }, event(7))
  end)

  it("asks nothing of the metatable of an object", function()
    local strict = setmetatable(event(7), { __index = function(_, name) error(name) end })
    check("unknown", { description = "x", attendees = {} }, strict)
    check("not_applied", { title = "x", location = "y" }, strict)
  end)
end)

describe("a dated id", function()
  it("names the series and the first wall time", function()
    assert.same({ "e-1", "2026-10-15T09:05:00" }, { confirm.date_of "e-1_t20261015T090500" })
    assert.same({ "e_1", "2026-10-15" }, { confirm.date_of "e_1_d20261015" })
    for _, id in ipairs { "e-1", "e-1_t2026", "e-1_t20261015T0905", "_t20261015T090500", 7,
                          "e-1_x20261015" } do
      assert.is_nil(confirm.date_of(id), tostring(id))
    end
  end)

  it("is cancelled when the series excludes it, or ends before it", function()
    local slot = "2026-10-15T09:00:00"
    local function check(wanted, recurrence, mode)
      assert.equal(wanted, confirm.is_cancelled({ recurrence = recurrence }, slot, mode))
    end
    local excluded = { rule = "FREQ=DAILY", exdates = { "2026-10-14T09:00:00", slot } }
    check(true, excluded)
    check(true, excluded, "single")
    check(false, excluded, "future") -- the later ones are not
    check(false, { rule = "FREQ=DAILY", exdates = { "2026-10-14T09:00:00" } })
    for _, mode in ipairs { "single", "future" } do
      check(true, { truncate_before = slot }, mode)
      check(true, { truncate_before = "2026-10-14T09:00:00" }, mode)
      check(false, { truncate_before = "2026-10-16T09:00:00" }, mode)
      check(false, { truncate_before = "2026-10-14" }, mode) -- not comparable
      check(false, {}, mode)
      check(false, nil, mode)
    end
  end)
end)

-- Over sockets, with rows as operations.lua would have them ---------------------------------------

local CALENDAR = "inboxes.calendar."
local EVENT = { "title", "location", "end", "send_invites" }
local RESET = { bytes = "", finish = "reset" }
local DONE = raw.json(200, '{"ok":true}')
local CHANGED = { bytes = raw.json(412,
  '{"name":"PreconditionFailedError","code":"precondition_failed",'
  .. '"message":"It has changed.","current_revision":7}') }
local OVER = { bytes = raw.json(410, '{"name":"EventExpiredError","code":"event_expired"}') }

local function row(method, protection, fields)
  return { method = method, protection = protection, fields = fields or {} }
end

local ROWS = {
  [CALENDAR .. "get"] = row("GET", "safe"),
  [CALENDAR .. "get_event"] = row("GET", "safe"),
  [CALENDAR .. "update"] = row("PATCH", "if_match", { "timezone" }),
  [CALENDAR .. "update_event"] = row("PATCH", "if_match", EVENT),
  [CALENDAR .. "respond_to_event"] = row("POST", "if_match", { "status", "comment", "send_reply" }),
  [CALENDAR .. "delete_event"] = row("DELETE", "idempotent"),
}

-- A stand-in for the core's encoder: the path, the etag and the protection that they give.
local function encoder(of)
  return { write = function(_, asked, ids)
    local event_id = type(asked) == "table" and asked.event_id or asked
    local target = ("/v0/inboxes/%s/calendar%s%s"):format(
      ids.inbox_id, type(event_id) == "string" and "/events/" .. event_id or "",
      type(asked) == "table" and asked.consistency and "?consistency=" .. asked.consistency or "")
    local etag = of.method ~= "GET" and type(asked) == "table" and asked.if_match or nil
    local protection = of.protection == "if_match" and not etag and "idempotent" or of.protection
    return target, of.method ~= "GET" and "{}" or nil, protection, nil, nil, nil, false, etag
  end }
end

local function plan_of(name)
  local of = ROWS[name]
  local plan = {
    name = name, method = of.method, protection = of.protection, encoder = encoder(of),
    params = { "inbox_id", "event_id" }, known = {}, options = {}, observed = { events = true },
    fields = of.fields, read = function(_, body)
      return assert(require "cjson".decode(body))
    end,
  }
  if of.method ~= "GET" then plan.confirm = confirm.confirmer(name, plan_of) end
  function plan.encoder:request(scope, arguments)
    local target, body, protection, _, _, _, _, etag = self:write(arguments, scope.ids)
    return { plan = plan, scope = scope, target = target, body = body, protection = protection,
             etag = etag, options = plan.options, arguments = arguments }
  end
  return plan
end

local function perform(plan, scope, arguments)
  return call.perform(plan.encoder:request(scope, arguments))
end

describe("an update that is refused because its object has changed", function()
  local server
  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  -- The results of an operation of a calendar against these answers, and the log.
  local function run(method, arguments, answers)
    server:script(answers)
    local client <close> = server:client { attempts = 4 }
    local value, message, failure = perform(plan_of(CALENDAR .. method),
      client:inbox "a@b.c".messages.scope, arguments)
    return value, message, failure, server:log()
  end

  local function read(object)
    return { bytes = raw.json(200, json.encode(object)), to = "^GET" }
  end

  local asked = { event_id = "e1", title = "Mine", if_match = OURS, send_invites = true }

  it("sends the etag with each attempt, and is a success like any other", function()
    local value, receipt, _, log = run("update_event", asked, { RESET, { bytes = DONE } })
    assert.is_true(value.ok)
    assert.equal("applied", receipt.outcome)
    assert.equal(2, #log)
    for _, request in ipairs(log) do assert.equal(OURS, request.headers["if-match"]) end
  end)

  it("is not_applied without doubt, with the etag of the current state", function()
    local value, message, failure, log = run("update_event", asked, { CHANGED })
    assert.is_nil(value)
    assert.same({ "precondition_failed", "not_applied", false, 412, '"rv-7"' },
      { failure.code, failure.outcome, failure.retryable, failure.status, failure.etag })
    assert.equal(1, #log)
    assert.is_truthy(message:find("nothing was done", 1, true), message)
    assert.is_truthy(message:find("Read it again", 1, true), message)
  end)

  it("tells the etag of the header, if there is one", function()
    local _, _, failure = run("update_event", asked,
                              { { bytes = raw.json(412, "{}", 'ETag: "occ-1"') } })
    assert.equal('"occ-1"', failure.etag)
  end)

  it("is applied when a lost attempt had done it", function()
    local value, receipt, _, log = run("update_event", asked,
      { RESET, CHANGED, read(event(7, { title = "Mine" })) })
    assert.equal("Mine", value.event.title)
    assert.equal("applied", receipt.outcome)
    assert.equal("/v0/inboxes/a@b.c/calendar/events/e1?consistency=primary", log[3].target)
    assert.is_nil(log[3].headers["if-match"])
  end)

  it("is not_applied when the only change was another's", function()
    local _, _, failure = run("update_event", asked,
                              { RESET, CHANGED, read(event(7, { title = "Theirs" })) })
    assert.same({ "precondition_failed", "not_applied", false },
                { failure.code, failure.outcome, failure.retryable })
  end)

  it("stays unknown when it cannot be told, or not be read", function()
    for _, answer in ipairs {
      read(event(8, { title = "Theirs" })), { bytes = raw.json(404, '{"code":"not_found"}') },
      { bytes = raw.plain(503, "") }, RESET,
    } do
      local _, message, failure = run("update_event", asked, { RESET, CHANGED, answer })
      assert.same({ "precondition_failed", "unknown", false, '"rv-7"' },
                  { failure.code, failure.outcome, failure.retryable, failure.etag })
      assert.is_truthy(message:find("it may have been done", 1, true), message)
      assert.is_truthy(message:find("read it and compare", 1, true), message)
    end
  end)

  it("is read back in a retry like within one call", function()
    server:script { RESET }
    local client <close> = server:client { attempts = 1 }
    local _, _, failure = perform(plan_of(CALENDAR .. "update_event"),
                                  client:inbox "a@b.c".messages.scope, asked)
    assert.same({ "network", "unknown", true },
                { failure.code, failure.outcome, failure.retryable })
    server:script { CHANGED, read(event(7, { title = "Mine" })) }
    local value, receipt = assert(failure:retry())
    assert.same({ "Mine", "applied" }, { value.event.title, receipt.outcome })
  end)

  it("is not read back after any other refusal", function()
    local _, _, failure, log = run("update_event", asked, { RESET, OVER })
    assert.same({ "event_expired", "unknown", 2 }, { failure.code, failure.outcome, #log })
  end)

  it("is not read back without an etag of its own", function()
    local _, _, failure, log = run("update_event", { event_id = "e1", title = "Mine" },
                                   { RESET, CHANGED })
    assert.same({ "unknown", 2 }, { failure.outcome, #log })
  end)

  it("is read back where it belongs: a calendar, an answer to an invitation", function()
    local value, receipt, _, log = run("update", { timezone = "Europe/Paris", if_match = OURS },
      { RESET, CHANGED, read { timezone = "Europe/Paris", etag = '"rv-7"' } })
    assert.same({ "Europe/Paris", "applied" }, { value.timezone, receipt.outcome })
    assert.equal("/v0/inboxes/a@b.c/calendar?consistency=primary", log[3].target)
    local _, _, failure = run("update", { timezone = "Europe/Paris", if_match = OURS },
      { RESET, CHANGED, read { timezone = "UTC", etag = '"rv-7"' } })
    assert.equal("unknown", failure.outcome)

    local answer = { event_id = "e1", status = "declined", if_match = OURS }
    local declined = event(7, { response_status = "declined",
      attendees = { { email = "x@y.z" }, { email = "A@b.c", comment = "Ill." } } })
    value, receipt = run("respond_to_event", answer, { RESET, CHANGED, read(declined) })
    assert.same({ "confirmed", "applied" }, { value.event.status, receipt.outcome })
    answer.comment = "Ill."
    _, receipt = run("respond_to_event", answer, { RESET, CHANGED, read(declined) })
    assert.equal("applied", receipt.outcome)
    answer.comment = "Away."
    _, _, failure = run("respond_to_event", answer, { RESET, CHANGED, read(declined) })
    assert.equal("unknown", failure.outcome)
    answer.comment, answer.status = nil, "accepted"
    _, _, failure = run("respond_to_event", answer, { RESET, CHANGED, read(declined) })
    assert.equal("unknown", failure.outcome)
  end)

  it("is compared by names that are keywords of Lua, too", function()
    local _, receipt = run("update_event",
      { event_id = "e1", end_ = "2026-10-15T14:30:00", if_match = OURS },
      { RESET, CHANGED, read(event(7)) })
    assert.equal("applied", receipt.outcome)
  end)

  it("is, as a delete of a date, applied when the series does not have it any more", function()
    local date = "e1_t20261015T140000"
    local series = event(9, { recurrence = { rule = "FREQ=DAILY",
                                             exdates = { "2026-10-15T14:00:00" } } })
    for _, refusal in ipairs { OVER, CHANGED } do
      local value, receipt, _, log = run("delete_event", date, { RESET, refusal, read(series) })
      assert.is_true(value)
      assert.equal("applied", receipt.outcome)
      assert.equal("/v0/inboxes/a@b.c/calendar/events/e1?consistency=primary", log[3].target)
    end
    local _, _, failure = run("delete_event", { event_id = date, mode = "future" },
                              { RESET, OVER, read(series) })
    assert.same({ "event_expired", "unknown", false },
                { failure.code, failure.outcome, failure.retryable })
    _, _, failure = run("delete_event", date, { RESET, OVER, read(event(9)) })
    assert.equal("unknown", failure.outcome)
    _, _, failure = run("delete_event", "e1", { RESET, OVER })
    assert.equal("unknown", failure.outcome)
    _, _, failure = run("delete_event", date, { OVER })
    assert.equal("not_applied", failure.outcome)
  end)

  it("is no business of other operations", function()
    assert.is_nil(confirm.confirmer("inboxes.things.rename", plan_of))
    assert.equal("not_applied", select(3, run("delete_event", "e1", { CHANGED })).outcome)
  end)

  it("is explained", function()
    local _, _, failure = run("update_event", asked, { CHANGED })
    local text = agentmail.explain(failure)
    assert.is_truthy(text:find("decide again what to change", 1, true), text)
    _, _, failure = run("update_event", asked, { RESET, CHANGED, RESET })
    text = agentmail.explain(failure)
    assert.is_truthy(text:find("by others or by an earlier attempt", 1, true), text)
    assert.is_truthy(text:find("read it and compare", 1, true), text)
  end)
end)
