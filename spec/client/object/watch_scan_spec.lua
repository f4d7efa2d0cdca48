-- SPDX-License-Identifier: MIT
local bookmarks = require "agentmail.object.watch_bookmark"
local helper = require "spec.support.helper"
local scans = require "agentmail.object.watch_scan"
local schema = require "agentmail.api.plan"
local seconds = require "agentmail.util.calendar".seconds

require "agentmail.object.collection".plan_of "inboxes.messages.list"

local function time(clock) return "2026-01-01T" .. clock .. "Z" end

local function item(id, clock, labels)
  return { message_id = id, labels = labels or { "received" }, timestamp = clock and time(clock) }
end

local function page(token, ...)
  return { body = { messages = { ... }, next_page_token = token } }
end

-- A scan of a script's lists, after the mail done: id, clock, id, clock …
local function new(script, ...)
  local client, log = helper.scripted(script)
  local search = { plan = schema.plan "inboxes.messages.list", client = client, sent = false,
                   scope = getmetatable(client:inbox "a").scope, arguments = {} }
  local mark, done = bookmarks.new(60), { ... }
  for i = 1, #done, 2 do
    local at = seconds(time(done[i + 1]))
    bookmarks.add(mark, done[i], at, at)
  end
  return scans.new(search, mark), log
end

-- Reads to the end, and returns the ids found, oldest first.
local function finish(scan)
  local done, message
  repeat done, message = scans.advance(scan) until done ~= false
  assert(done, message)
  local ids = {}
  for i, found in ipairs(scan.found) do ids[i] = found.id end
  return table.concat(ids, " ")
end

local function query(log, i)
  return (log[i].target:match "%?(.*)$":gsub("%%3A", ":"))
end

describe("a scan", function()
  it("requests new mail, and no more pages than hold any", function()
    local scan, log = new({ page("t", item("c", "10:00:02"), item("b", "10:00:01"),
      item("a", "10:00:00"), item("old", "09:59:00")) }, "a", "10:00:00")
    assert.equal("b c", finish(scan))
    assert.matches("^limit=100&after=2026%-01%-01T09:58:59.99[78]Z$", query(log, 1))
    assert.equal(1, #log)
  end)

  it("finds all mail when none is done", function()
    local scan, log = new { page(nil, item("b", "10:00:01"), item("a", "08:00:00")) }
    assert.equal("a b", finish(scan))
    assert.equal("limit=100", query(log, 1))
  end)

  it("finds mail that is shown late, and none that the inbox sent itself", function()
    local scan = new({ page(nil, item("c", "10:00:02"), item("s", "10:00:01", { "sent" }),
      item("o", "10:00:01", { "received", "sent" }), item("a", "10:00:00"),
      item("late", "09:59:01")) }, "a", "10:00:00")
    assert.equal("late c", finish(scan))
  end)

  it("continues from the time of the last item, which a deletion does not shift", function()
    local scan, log = new { page("2", item("d", "10:00:03"), item("c", "10:00:02")),
      page("2", item("c", "10:00:02"), item("b", "10:00:01")), page(nil, item("a", "10:00:00")) }
    assert.equal("a b c d", finish(scan))
    assert.equal("limit=100&before=2026-01-01T10:00:02.002Z", query(log, 2))
    assert.equal("limit=100&before=2026-01-01T10:00:01.002Z", query(log, 3))
  end)

  it("continues from the token if a whole page has one time, or is empty", function()
    local scan, log = new { page("t1", item("d", "10:00:00"), item("c", "10:00:00")),
      page("t2", item("d", "10:00:00"), item("c", "10:00:00")),
      page("t3", item("b", "10:00:00"), item("a", "10:00:00")),
      { body = '{"messages":[],"next_page_token":"t4"}' }, page("t5", item("z", "09:59:59")),
      page(nil, item("y", "09:00:00")) }
    assert.equal("y z a b c d", finish(scan))
    assert.equal("limit=100&before=2026-01-01T10:00:00.002Z", query(log, 2))
    assert.equal("limit=100&before=2026-01-01T10:00:00.002Z&page_token=t2", query(log, 3))
    assert.equal("limit=100&before=2026-01-01T10:00:00.002Z&page_token=t3", query(log, 4))
    assert.equal("limit=100&before=2026-01-01T10:00:00.002Z&page_token=t4", query(log, 5))
    assert.equal("limit=100&before=2026-01-01T09:59:59.002Z", query(log, 6))
  end)

  it("continues from the page that failed", function()
    local scan, log = new { page("t", item("b", "10:00:01")), { status = 503 },
                            page(nil, item("a", "10:00:00")) }
    assert.is_false(scans.advance(scan))
    local done, message, failure = scans.advance(scan)
    assert.is_nil(done)
    assert.matches("^inboxes.messages.list: ", message)
    assert.equal(503, failure.status)
    assert.equal("a b", finish(scan))
    assert.equal(query(log, 2), query(log, 3))
  end)

  it("keeps the list's order for equal times, and puts mail without a time last", function()
    local scan = new { page(nil, item("x"), item("c", "10:00:00"), item("b", "10:00:00"),
                            item("a", "10:00:00"), item("z", "09:00:00")) }
    assert.equal("z a b c x", finish(scan))
  end)
end)
