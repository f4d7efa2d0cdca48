-- SPDX-License-Identifier: MIT
-- Waiting for mail: ids tell which mail is new, independent of any clock.

local calendar = require "agentmail.util.calendar"
local helper = require "spec.support.helper"

local seconds, stamp = calendar.seconds, calendar.stamp

local function item(id, time, more)
  local made = { message_id = id, inbox_id = "a@b.c", labels = { "received" },
                 timestamp = time and ("2026-01-01T%s.000Z"):format(time) or nil }
  for name, value in pairs(more or {}) do made[name] = value end
  return made
end

local function page(items, token)
  return { body = #items == 0 and '{"messages":[]}'
                  or { messages = items, next_page_token = token } }
end

local function whole(id)
  return { body = { message_id = id, inbox_id = "a@b.c", text = "whole" } }
end

local FAST = { interval = 0.001, timeout = 20 }

local function inbox(script, options)
  local client, log = helper.scripted(script, options)
  return client:inbox "a@b.c", log
end

local function wanted(more)
  local made = {}
  for name, value in pairs(FAST) do made[name] = value end
  for name, value in pairs(more or {}) do made[name] = value end
  return made
end

describe("a wait for mail", function()
  it("returns the first new mail, complete, and none that was there before", function()
    local old = item("old", "10:00:00")
    local box, log = inbox { page { old }, page { old }, page { item("new", "10:00:05"), old },
                             whole "new" }
    local message, receipt = assert(box.messages:wait(wanted { from = "shop" }))
    assert.equal("new", message.message_id)
    assert.equal("whole", message.text)
    assert.equal("applied", receipt.outcome)
    assert.equal("/v0/inboxes/a%40b.c/messages?labels=%5B%22received%22%5D&from=%5B%22shop%22%5D",
                 log[1].target)
    assert.equal(log[1].target, log[3].target)
    assert.equal("/v0/inboxes/a%40b.c/messages/new", log[4].target)
  end)

  it("returns the oldest of several new mails, over pages", function()
    local old = item("old", "10:00:00")
    local box, log = inbox { page { old },
      page({ item("n3", "10:00:09"), item("n2", "10:00:08") }, "t"),
      page { item("n1", "10:00:07"), old }, whole "n1" }
    assert.equal("n1", assert(box.messages:wait(FAST)).message_id)
    assert.equal("/v0/inboxes/a%40b.c/messages/n1", log[4].target)
  end)

  it("ignores an old mail that moves up when another is deleted", function()
    local box = inbox { page({ item("b", "10:00:00"), item("a", "08:00:00") }, "t"),
      page { item("a", "08:00:00"), item("older", "07:00:00") },
      page { item("new", "10:01:00"), item("a", "08:00:00") }, whole "new" }
    assert.equal("new", assert(box.messages:wait(FAST)).message_id)
  end)

  it("finds a mail that the list shows late, and one with the time of a stopped clock", function()
    local now = "10:00:30"
    local box = inbox { page { item("a", now) }, page { item("a", now), item("late", "10:00:10") },
                        whole "late" }
    assert.equal("late", assert(box.messages:wait(FAST)).message_id)
    local frozen, log = inbox { page({ item("a", now), item("b", now) }, "t"),
      page { item("c", now) }, page({ item("d", now), item("a", now) }, "t2"),
      page { item("b", now), item("c", now) }, whole "d" }
    assert.equal("d", assert(frozen.messages:wait(FAST)).message_id)
    assert.equal("/v0/inboxes/a%40b.c/messages/d", log[5].target)
  end)

  it("finds the first mail of an empty inbox, even one without a time", function()
    local box = inbox { page {}, page {}, page { item "m" }, whole "m" }
    assert.equal("m", assert(box.messages:wait(FAST)).message_id)
  end)

  it("goes on when a new mail is deleted before it is read", function()
    local old = item("old", "10:00:00")
    local box = inbox { page { old }, page { item("n1", "10:00:01"), old }, { status = 404 },
                        page { item("n2", "10:00:02"), old }, whole "n2" }
    assert.equal("n2", assert(box.messages:wait(FAST)).message_id)
  end)

  it("goes on while the service is down, and ends when it refuses", function()
    local box = inbox { page {}, { status = 503 }, { effect = { kill = "reset" } },
                        page { item "m" }, whole "m" }
    assert.equal("m", assert(box.messages:wait(FAST)).message_id)
    local other, log = inbox { page {}, { status = 403, body = { code = "forbidden",
                                                                message = "No." } } }
    local none, message, failure = other.messages:wait(FAST)
    assert.is_nil(none)
    assert.equal("forbidden", failure.code)
    assert.equal("inboxes.messages.list: No. (HTTP 403, forbidden), 1 attempt", message)
    assert.equal(2, #log)
  end)

  it("returns a failure on timeout, and its retry resumes the wait", function()
    local old = item("old", "10:00:00")
    local box, log = inbox { page { old }, page { old },
                             page { item("meanwhile", "10:00:01"), old }, whole "meanwhile" }
    local none, message, failure = box.messages:wait { timeout = 0 }
    assert.is_nil(none)
    assert.same({ "timeout", true }, { failure.code, failure.retryable })
    assert.equal("inboxes.messages.wait: no such mail within 0 s (timeout), 1 attempt. "
      .. "failure:retry() repeats it", message)
    assert.equal(1, #log)
    assert.equal("timeout", select(3, failure:retry()).code)
    assert.equal("meanwhile", assert(failure:retry()).message_id)
  end)

  it("has time for a last look", function()
    local slow = { body = { messages = { item("m", "10:00:00") } }, effect = { delay = 0.12 } }
    local box = inbox { slow, whole "m" }
    local message = assert(box.messages:wait { timeout = 0, after = 0 })
    assert.equal("m", message.message_id)
  end)

  it("reports its own timeout, even if its last look timed out, too", function()
    local slow = { body = { messages = {} }, effect = { delay = -1 } }
    local box = inbox { page { item("old", "10:00:00") }, slow, slow, slow, slow }
    local _, message = box.messages:wait { timeout = 0.2, interval = 0.001 }
    assert.matches("^inboxes.messages.wait: no such mail within 0.2 s %(timeout%)", message)
    box = inbox { slow, slow, slow }
    _, message = box.messages:wait { timeout = 0.1, interval = 0.001 }
    assert.matches("^inboxes.messages.list: ", message)      -- the service never answered
  end)

  it("polls at growing intervals, within the limits of the client or of this call #timing",
     function()
    local script, often = {}, { attempts = 1, poll_base = 0.01, poll_cap = 0.04 }
    for i = 1, 40 do script[i] = page {} end
    local box, log = inbox(script, { limits = often })
    box.messages:wait { timeout = 0.4 }
    assert.is_true(#log >= 4 and #log <= 16, #log)
    box, log = inbox(script)
    box.messages:wait({ timeout = 0.4 }, often)
    assert.is_true(#log >= 4 and #log <= 16, #log)
  end)
end)

describe("a wait's mail", function()
  local NEW, SELF = { labels = { "received", "unread" } }, { labels = { "sent", "received" } }

  -- The mail that a wait finds in a list of new mails, and the labels in its request.
  local function found(given, ...)
    local box, log = inbox { page { ... }, whole "found" }
    given.after, given.timeout = 0, 0
    local message, _, failure = box.messages:wait(given)
    local labels = log[1].target:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end):match "labels=(%b[])"
    return message and log[2].target:match "[^/]*$" or failure.code, labels
  end

  it("is incoming: mail of the inbox to itself does not count", function()
    local new, own = item("new", "10:00:00", NEW), item("self", "09:00:00", SELF)
    assert.same({ "new", '["received"]' }, { found({}, new, own) })
    assert.same({ "timeout", '["received"]' }, { found({}, own) })
  end)

  it("is incoming, also with a filter for other labels", function()
    local new = item("new", "10:00:00", NEW)
    assert.same({ "new", '["urgent","received"]' }, { found({ labels = "urgent" }, new) })
    assert.same({ "new", '["Received","unread"]' },
                { found({ labels = { "Received", "unread" } }, new) })
    assert.same({ "new", '["received"]' }, { found({ labels = {}, sent = false }, new) })
  end)

  it("may be the inbox's own if that is asked for", function()
    local own = item("self", "09:00:00", { labels = { "sent" } })
    assert.same({ "self" }, { found({ sent = true }, own) })
    assert.same({ "self", '["urgent"]' }, { found({ sent = true, labels = "urgent" }, own) })
    assert.same({ "self", '["Sent"]' }, { found({ labels = { "Sent" } }, own) })
  end)

  it("is not hidden by another with a fast sender's clock", function()
    local fast = item("fast", "12:00:00", { created_at = "2026-01-01T10:00:00.000Z" })
    local box = inbox { page { fast }, page { fast, item("new", "10:00:30") }, whole "new" }
    assert.equal("new", assert(box.messages:wait(FAST)).message_id)
  end)

  it("is found with a delay of up to the limit watch_slack", function()
    local now, late = item("a", "10:00:30"), item("late", "10:00:10")
    for slack, expected in pairs { [10] = "timeout", [30] = "late" } do
      local box = inbox({ page { now }, page { now, late }, whole "late" },
                        { limits = { attempts = 1, watch_slack = slack } })
      local _, _, failure = box.messages:wait { timeout = 0 }
      local message, _, again = failure:retry()
      assert.equal(expected, message and message.message_id or again.code)
    end
  end)
end)

describe("a wait for mail after", function()
  it("a time leaves that to the service, and returns existing mail", function()
    local box, log = inbox { page { item("n2", "10:00:02"), item("n1", "10:00:01") }, whole "n1" }
    local message = assert(box.messages:wait(wanted { after = "2026-01-01T10:00:00Z",
                                                      subject = "Code" }))
    assert.equal("n1", message.message_id)
    assert.equal("/v0/inboxes/a%40b.c/messages?labels=%5B%22received%22%5D"
      .. "&after=2026-01-01T10%3A00%3A00Z&subject=%5B%22Code%22%5D", log[1].target)
  end)

  it("a message returns mail that came after it, and none from before", function()
    local last = item("m", "10:00:08")
    local box, log = inbox { page { item("n", "10:00:09"), last, item("b", "10:00:07") },
                             whole "n" }
    assert.equal("n", assert(box.messages:wait(wanted { after = last })).message_id)
    assert.equal(2, #log)
  end)

  it("a page returns mail that is not on it", function()
    local before = page({ item("b", "10:00:01"), item("a", "10:00:00") }, "t")
    local box = inbox { before, page({ item("b", "10:00:01"), item("late", "10:00:00"),
      item("a", "10:00:00"), item("old", "09:59:59") }, "t"), whole "late" }
    local seen = assert(box.messages:list())
    assert.equal("late", assert(box.messages:wait(wanted { after = seen })).message_id)
    box = inbox { page {}, page { item("n", "10:00:00") }, whole "n" }
    seen = assert(box.messages:list())
    assert.equal("n", assert(box.messages:wait(wanted { after = seen })).message_id)
  end)
end)

describe("a wait for mail in the sandbox", function()
  for _, clock in ipairs { "real", "frozen" } do
    it("sees the new mail under a " .. clock .. " clock", function()
      local client, _, sandbox = helper.client()
      if clock == "frozen" then sandbox:freeze() end
      local inbox_ = assert(client.inboxes:create { username = "w" })
      local function letter(subject)
        sandbox:inbound { to = inbox_.inbox_id, from = "shop@example.com", subject = subject,
                          text = "Your code is 123456." }
      end
      letter "Code 1"
      local before = assert(inbox_.messages:list())
      assert.equal("timeout", select(3, inbox_.messages:wait { timeout = 0.01,
                                                               interval = 0.001 }).code)
      letter "Code 2"
      local message = assert(inbox_.messages:wait { after = before, timeout = 5,
                                                    subject = "Code" })
      assert.equal("Code 2", message.subject)
      assert.equal("123456", message.text:match "%d%d%d%d%d%d")
      client:close()
    end)
  end
end)

describe("a caller's mistakes in a wait for mail", function()
  it("are named at the caller's line", function()
    local messages = helper.scripted({}):inbox("a").messages
    for words, given in pairs {
      ["unknown parameter 'sender'"] = { sender = "x" },
      ["unknown parameter 'page_token'"] = { page_token = "x" },
      ["'sent' must be true or false, not the string \"yes\""] = { sent = "yes" },
      ["'labels' must be a list, not a number (7)"] = { labels = 7 },
      ["'labels' must be a list: keys 1, 2, 3 … without gaps"] = { labels = { "a", x = "b" } },
      [ [['timeout' must be a number of seconds, not "soon"]] ] = { timeout = "soon" },
      ["'interval' must be a number of seconds, not -1"] = { interval = -1 },
      ["'after' takes a time, a message or a page of messages, each with its message_id and "
        .. "timestamp (after a send, :get() them first)"] = { after = { message_id = "m" } },
      ["'after' takes a time, a message or a page of messages, each with its"] =
        { after = helper.scripted({}):inbox "a@b.c" },
      ["'after' must be seconds since 1970"] = { after = "yesterday" },
      ["takes a table of named parameters, not a string"] = "x",
    } do
      local line = debug.getinfo(1, "l").currentline + 1
      local _, message = pcall(function() local m = messages:wait(given) return m end)
      assert.is_truthy(message:find("wait_spec.lua:" .. line .. ": inboxes.messages.wait: "
        .. words, 1, true), message)
    end
  end)
end)

describe("an API time", function()
  it("is read as seconds since 1970", function()
    for _, time in ipairs { 0, 951782400, 951868800, 1709164799, 1709251200, 4102444799 } do
      assert.equal(time, seconds(os.date("!%Y-%m-%dT%H:%M:%SZ", time)))
    end
    assert.equal(0.25, seconds "1970-01-01T00:00:00.250Z")
    assert.equal(951782400, seconds "2000-02-29")
    assert.equal(951782400, seconds "2000-02-29 05:30+05:30")
    assert.equal(951782400, seconds "2000-02-28t22:30:00-0130")
    assert.is_nil(seconds "yesterday")
    assert.is_nil(seconds "2000-02-29 noon")
    assert.is_nil(seconds(nil))
  end)

  it("is written to the microsecond", function()
    assert.equal("1970-01-01T00:00:00.250000Z", stamp(0.25))
    assert.equal("2000-02-29T00:00:00.000000Z", stamp(951782399.9999999))
    for _, time in ipairs { 1767261600.123, 1767261599.999999, 951782400 } do
      assert.is_true(math.abs(seconds(stamp(time)) - time) < 1e-6)
    end
  end)
end)
