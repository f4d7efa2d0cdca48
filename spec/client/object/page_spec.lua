-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local listing = require "spec.support.listing"

local page, inbox, ids = listing.page, listing.inbox, listing.ids

describe("a page", function()
  it("is an array of objects, with the answer's other fields", function()
    local list = assert(inbox { page({ "m1", "m2" }, "t") }.messages:list())
    assert.equal(2, #list)
    assert.equal("m1", list[1].message_id)
    assert.is_function(list[1].reply)
    assert.equal("2", tostring(list.count))
    assert.equal("t", list.next_page_token)
  end)

  it("is not an iterator, and says so", function()
    local box = inbox { page { "m1" } }
    assert.matches("^a page is an array: loop over ipairs", helper.mistake(function()
      for item in box.messages:list() do print(item) end
    end))
  end)

  -- The loop that an error recommends, as a function of a list that may end in a failure.
  local function loop_of(words)
    local loop = assert(words:match "(while page do .- end if failure then .- end)$", words)
    return assert(load("local page, seen = ... local message, failure "
      .. loop:gsub("…", "for _, item in ipairs(page) do seen[#seen + 1] = item.message_id end")))
  end

  it("has errors that say how to loop over all pages", function()
    local box = inbox { page { "m1" }, page { "m1" } }
    local list = assert(box.messages:list())
    local at_end = helper.mistake(function() assert(list:next()) end)
    local in_for = helper.mistake(function()
      for item in list do print(item) end
    end)
    for _, words in ipairs { at_end, in_for } do
      assert.is_truthy(words:find("page:each()", 1, true), words)
      local seen, loop = {}, loop_of(words)
      box = inbox { page({ "m1" }, "t"), page({ "m2" }, "u"), page { "m3" } }
      loop(assert(box.messages:list()), seen)
      assert.same({ "m1", "m2", "m3" }, seen)
      box = inbox { page({ "m1" }, "t"), { status = 500, body = "{}" } }
      assert.matches("HTTP 500", helper.mistake(loop, assert(box.messages:list()), {}))
    end
  end)

  it("names the line of `for … in page`", function()
    local list = assert(inbox { page { "m1" } }.messages:list())
    local line = debug.getinfo(1, "l").currentline + 2
    local _, words = pcall(function()
      for item in list do print(item) end
    end)
    assert.is_truthy(words:find("page_spec.lua:" .. line .. ": a page is an array", 1, true), words)
  end)

  it("fetches the next one with the same filters", function()
    local box, log = inbox { page({ "m1" }, "t/1"), page({ "m2" }, "t2"), page { "m3" } }
    local first = assert(box.messages:list { labels = { "unread" }, limit = 1 })
    local second = assert(first:next())
    local third, receipt = assert(second:next())
    assert.equal("m3", third[1].message_id)
    assert.equal(1, receipt.attempts)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&labels=%5B%22unread%22%5D&page_token=t%2F1",
                 log[2].target)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&labels=%5B%22unread%22%5D&page_token=t2",
                 log[3].target)
    assert.equal(2, select("#", third:next()))
    local none, words = third:next()
    assert.is_nil(none)
    assert.matches("^there is no page after this one", words)
  end)

  it("begins at the caller's page token", function()
    local box, log = inbox { page({ "m1" }, "t2"), page { "m2" } }
    assert(assert(box.messages:list { page_token = "t1", limit = 1 }):next())
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&page_token=t1", log[1].target)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&page_token=t2", log[2].target)
  end)

  it("is the last one if its token is empty", function()
    for _, token in ipairs { "", false } do
      local box, log = inbox { page({ "m1" }, token), page({ "m1" }, token), page({ "m1" }, token),
                               page({ "m1" }, "t"), page({ "m2" }, token) }
      local last = assert(box.messages:list())
      assert.is_nil(last.next_page_token)
      assert.equal(2, select("#", last:next()))
      assert.is_nil((last:next()))
      assert.equal("m1", ids(last:each()))
      assert.equal("m1", ids(box.messages:each()))
      assert.equal(1, #assert(box.messages:all()))
      assert.equal("m1 m2", ids(box.messages:each()))
      assert.equal(5, #log)
    end
  end)

  it("that cannot be fetched returns nil, message, failure", function()
    local box = inbox { page({ "m1" }, "t"), { status = 500, body = "{}" } }
    local none, message, failure = assert(box.messages:list()):next()
    assert.is_nil(none)
    assert.is_string(message)
    assert.equal(500, failure.status)
  end)

  it("can be continued again, after a failure and after a loop", function()
    local box = inbox { page({ "m1" }, "t"), { status = 500, body = "{}" }, page({ "m2" }, "u"),
                        page { "m3" }, page({ "m2" }, "u"), page { "m3" }, page { "m2" } }
    local first = assert(box.messages:list())
    assert.is_nil((first:next()))
    assert.equal("m1 m2 m3", ids(first:each()))
    assert.equal("m1 m2 m3", ids(first:each()))
    assert.equal("m2", assert(first:next())[1].message_id)
  end)

  it("with a repeated token is a failure, not an endless loop", function()
    local box, log = inbox { page({ "m1" }, "t"), page({ "m2" }, "t") }
    local none, message, failure = assert(assert(box.messages:list()):next()):next()
    assert.is_nil(none)
    assert.equal('inboxes.messages.list: the service repeated the page token "t" (bad_response)',
                 message)
    assert.equal("bad_response", failure.code)
    assert.equal(2, #log)
  end)
end)
