-- SPDX-License-Identifier: MIT
-- Updates under an etag, end to end: objects, the C core, a real socket, the sandbox's calendar.

local helper = require "spec.support.helper"

local client, other, sandbox, inbox

local UPDATE = "inboxes.calendar.update_event"

local function lose(operation, how)
  how = how or {}
  sandbox:fault { at = how.at or "commit", do_ = how.kind or "reset",
                  match = { operation = operation }, until_ = { hits = how.hits or 1 } }
end

-- The number of requests of an operation.
local function count(operation)
  local requests = 0
  for _, request in ipairs(sandbox:requests()) do
    if request.operation == operation then requests = requests + 1 end
  end
  return requests
end

local function create(more)
  local fields = { title = "Call", start = "2030-05-02T09:00:00", end_ = "2030-05-02T09:30:00" }
  for name, value in pairs(more or {}) do fields[name] = value end
  return assert(inbox.calendar.events:create(fields)).event
end

-- The event as another program sees it.
local function theirs(event)
  return assert(other:inbox(inbox.inbox_id):event(event.event_id):get { consistency = "primary" })
end

local function expect_failure(wanted, none, message, failure)
  assert.is_nil(none)
  assert.is_string(message)
  assert.same(wanted, { failure.code, failure.outcome, failure.attempts })
  return failure
end

before_each(function()
  local key
  client, key, sandbox = helper.client()
  other = require("agentmail").new { api_key = key, base_url = sandbox.url }
  inbox = assert(client.inboxes:create { username = "cal" })
end)

after_each(function()
  client:close()
  other:close()
end)

describe("end to end, an update of an event", function()
  it("carries the etag of the object, which then has the new state", function()
    local event = create()
    local _, receipt = assert(event:update { title = "One" })
    assert.equal("applied", receipt.outcome)
    assert.same({ "One", '"rv-2"' }, { event.title, event.etag })
    assert(theirs(event):update { title = "Theirs" })
    local failure = expect_failure({ "precondition_failed", "not_applied", 1 },
                                   event:update { title = "Two" })
    assert.same({ '"rv-3"', 412, false }, { failure.etag, failure.status, failure.retryable })
    assert.same({ "One", '"rv-2"' }, { event.title, event.etag })
    assert.equal("Theirs", theirs(event).title)
    assert(event:update { title = "Three", if_match = false })
    assert.equal("Three", theirs(event).title)
  end)

  for _, kind in ipairs { "reset", "close", "500", "503", "html", "truncate", "garbage" } do
    it("whose answer is lost by " .. kind .. " is refused, read back and applied", function()
      local event = create()
      lose(UPDATE, { kind = kind })
      local answer, receipt = assert(event:update { title = "Mine", send_invites = true })
      assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
      assert.equal(event, answer.event)
      assert.same({ "Mine", '"rv-2"' }, { event.title, event.etag })
      assert.equal(1, count "inboxes.calendar.get_event")
      assert.equal(2, theirs(event).resource_revision)
    end)
  end

  it("that did not arrive is done by the repeat", function()
    local event = create()
    lose(UPDATE, { at = "before" })
    local _, receipt = assert(event:update { title = "Mine" })
    assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
    assert.equal(0, count "inboxes.calendar.get_event")
    assert.equal(2, theirs(event).resource_revision)
  end)

  it("that did not arrive before another's is not applied, nor is the other's lost", function()
    local event = create()
    lose(UPDATE, { at = "before" })
    local failure = expect_failure({ "network", "unknown", 1 },
                                   event:update({ title = "Mine" }, { attempts = 1 }))
    assert(theirs(event):update { title = "Theirs" })
    failure = expect_failure({ "precondition_failed", "not_applied", 1 }, failure:retry())
    assert.equal('"rv-2"', failure.etag)
    assert.same({ "Theirs", 2 }, { theirs(event).title, theirs(event).resource_revision })
  end)

  it("stays unknown if others have changed it twice", function()
    local event = create()
    lose(UPDATE)
    local failure = expect_failure({ "network", "unknown", 1 },
                                   event:update({ title = "Mine" }, { attempts = 1 }))
    assert(theirs(event):update { title = "Theirs" })
    expect_failure({ "precondition_failed", "unknown", 1 }, failure:retry())
  end)

  it("without an etag is repeated, unless it mails people", function()
    local event = create()
    lose(UPDATE)
    local _, receipt = assert(event:update { title = "Mine", if_match = false })
    assert.equal(2, receipt.attempts)
    assert.equal(3, theirs(event).resource_revision)
    lose(UPDATE)
    expect_failure({ "network", "unknown", 1 },
                   event:update { title = "Again", if_match = false, send_invites = true })
    assert.equal(4, theirs(event).resource_revision)
  end)

  it("from a list carries none", function()
    create()
    local item = assert(inbox.calendar.events:list())[1]
    assert.is_nil(item.etag)
    lose(UPDATE)
    expect_failure({ "network", "unknown", 1 }, item:update { title = "x", send_invites = true })
  end)
end)

describe("end to end, a calendar and an invitation", function()
  it("are read back like events", function()
    local calendar = assert(inbox.calendar:get())
    lose "inboxes.calendar.update"
    local _, receipt = assert(calendar:update { timezone = "Europe/Berlin" })
    assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
    assert.same({ "Europe/Berlin", '"rv-2"' }, { calendar.timezone, calendar.etag })

    local invited = sandbox:_control("POST", "invitations", {
      inbox_id = inbox.inbox_id, title = "Talk", start = "2030-05-02T09:00:00",
      ["end"] = "2030-05-02T10:00:00", organizer = "ann@example.com" })
    local event = assert(inbox:event(invited.event_id):get())
    lose "inboxes.calendar.respond_to_event"
    _, receipt = assert(event:respond { status = "accepted" })
    assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
    assert.same({ "accepted", '"rv-2"' }, { event.response_status, event.etag })
  end)
end)

describe("end to end, a delete of an event whose answer is lost", function()
  local DELETE = "inboxes.calendar.delete_event"

  it("is done when the repeat finds none", function()
    local event = create()
    lose(DELETE)
    local _, receipt = assert(event:delete())
    assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
    assert.equal("not_found", select(3, event:get()).code)
  end)

  it("of a date is done when its series leaves it out", function()
    local recurrence = { rule = "FREQ=YEARLY", rdates = { "2030-05-03T09:00:00" } }
    local series = create { recurrence = recurrence }
    local date = series.event_id .. "_t20300503T090000"
    lose(DELETE)
    local _, receipt = assert(inbox:event(date):delete())
    assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
    assert.same({ "2030-05-03T09:00:00" }, theirs(series).recurrence.exdates)
    expect_failure({ "event_expired", "not_applied", 1 }, inbox:event(date):delete())
  end)
end)
