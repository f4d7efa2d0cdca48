-- SPDX-License-Identifier: MIT
-- When an inbox of a watch is polled; time and random numbers are given here.

local bookmarks = require "agentmail.object.watch_bookmark"
local helper = require "spec.support.helper"
local schema = require "agentmail.api.plan"
local source = require "agentmail.object.watch_inbox"

require "agentmail.object.collection".plan_of "inboxes.messages.list"

local EMPTY = { body = '{"messages":[]}' }
local GONE = { status = 404, body = { name = "NotFoundError", code = "not_found" } }

local function page(...)
  local items = {}
  for i, id in ipairs { ... } do
    items[i] = { message_id = id, labels = { "received" },
                 timestamp = ("2026-01-01T10:00:%02dZ"):format(30 - i) }
  end
  return { body = { messages = items } }
end

local function whole(id) return { body = { message_id = id, text = "whole" } } end

local function new(script)
  local client, log = helper.scripted(script)
  local search = { plan = schema.plan "inboxes.messages.list", client = client, sent = false,
                   scope = getmetatable(client:inbox "a").scope, arguments = {}, slack = 60,
                   interval = 2, longest = 5 }
  local inbox = source.new(search, 100)
  inbox.mark = bookmarks.new(60)
  return inbox, log
end

describe("an inbox of a watch", function()
  it("is polled at growing intervals while no mail comes in", function()
    local inbox = new { EMPTY, EMPTY, EMPTY, EMPTY, page "a", whole "a", EMPTY }
    local now, pauses = 100, {}
    for i = 1, 4 do
      assert.is_true(source.step(inbox, nil, now))
      pauses[i] = source.due_at(inbox, now) - now
      now = now + pauses[i]
    end
    assert.same({ 2, 3, 4.5, 5 }, pauses)
    assert.is_true(source.step(inbox, nil, now))
    assert.equal(now, source.due_at(inbox, now))      -- there is a mail to return
    assert.equal("whole", source.step(inbox, nil, now).text)
    assert.equal(now + 2, source.due_at(inbox, now)) -- and more may follow
  end)

  it("pauses after a failure: longer each time, or as the service says", function()
    local inbox, pauses = new {}, {}
    for i = 1, 4 do
      source.back_off(inbox, {}, 100, i % 2)
      pauses[i] = source.due_at(inbox, 100) - 100
    end
    assert.same({ 2, 2, 5, 2.5 }, pauses)
    source.back_off(inbox, { not_before = 77 }, 100, 0)
    assert.equal(177, source.due_at(inbox, 100))
  end)

  it("returns nothing in the pause after a failure, and everything afterwards", function()
    local inbox = new { page "a", { status = 503 }, whole "a", EMPTY }
    assert.is_true(source.step(inbox, nil, 100))
    local none, text, failure = source.step(inbox, nil, 100)
    assert.is_nil(none)
    assert.matches("^inboxes.messages.get: ", text)
    source.back_off(inbox, failure, 100, 1)
    assert.equal(102, source.due_at(inbox, 100))
    assert.equal("a", source.step(inbox, nil, 102).message_id)
    assert.equal(0, inbox.failures)
  end)

  it("keeps the mail found by a look that fails midway", function()
    local first = page("c", "b")
    first.body.next_page_token = "t"
    local inbox = new { first, { status = 503 }, page("c", "b", "a"), whole "a", whole "b" }
    assert.is_true(source.step(inbox, nil, 100))
    assert.is_nil((source.step(inbox, nil, 100)))
    assert.is_true(source.step(inbox, nil, 100))
    assert.equal("a", source.step(inbox, nil, 100).message_id)
    assert.equal(100, inbox.looked_at)
    source.forget_look(inbox)
    assert.equal("b", source.step(inbox, nil, 100).message_id)
  end)

  it("ends at its timeout, but not before one look and the return of all mail found", function()
    local inbox = new { page("b", "a"), whole "a", whole "b" }
    assert.is_false(source.is_over(inbox, 200, 200))
    source.step(inbox, nil, 200)
    assert.is_false(source.is_over(inbox, 200, 200))
    source.step(inbox, nil, 200)
    assert.is_false(source.is_over(inbox, 200, 200))
    source.step(inbox, nil, 200)
    assert.is_true(source.is_over(inbox, 200, 200))
    assert.is_false(source.is_over(inbox, 199, 200))
    inbox = new {}
    source.back_off(inbox, {}, 200, 0)
    assert.is_true(source.is_over(inbox, 200, 200))
  end)

  it("counts a mail as deleted after two 404s, with a pause between", function()
    local inbox, log = new { page("b", "a"), GONE, GONE, whole "b", page("b", "a") }
    source.step(inbox, nil, 100)
    assert.is_true(source.step(inbox, nil, 100))
    assert.equal(102, source.due_at(inbox, 100))
    assert.is_nil(inbox.mark.done.a)
    assert.is_true(source.step(inbox, nil, 102))
    assert.is_not_nil(inbox.mark.done.a)
    assert.equal(102, source.due_at(inbox, 102))
    assert.equal("b", source.step(inbox, nil, 102).message_id)
    source.step(inbox, nil, 110)
    assert.equal(5, #log)
    assert.equal("b", inbox.queue[1].id) -- the list still has the other
    assert.equal(1, #inbox.queue)
  end)

  it("returns a mail whose first get was a 404 before those after it", function()
    local inbox = new { page("b", "a"), GONE, whole "a", GONE, whole "b" }
    source.step(inbox, nil, 100)
    assert.is_true(source.step(inbox, nil, 100))
    local message, item = source.step(inbox, nil, 102)
    assert.equal("a", message.message_id)
    assert.is_nil(inbox.mark.done.a)
    source.done(inbox, item)
    assert.is_not_nil(inbox.mark.done.a)
    assert.is_true(source.step(inbox, nil, 102)) -- the count restarts for the next one
    assert.equal("b", source.step(inbox, nil, 104).message_id)
  end)
end)
