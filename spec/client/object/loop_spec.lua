-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local listing = require "spec.support.listing"

local page, inbox, ids = listing.page, listing.inbox, listing.ids

describe("collection:all()", function()
  it("returns an array of the items of all pages", function()
    local box, log = inbox { page({ "m1", "m2" }, "t1"), page { "m3" }, page { "m4" } }
    local found = assert(box.messages:all { labels = "unread", limit = 2 })
    assert.equal(3, #found)
    assert.equal("m3", found[3].message_id)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=2&labels=%5B%22unread%22%5D&page_token=t1",
                 log[2].target)
    assert.equal(1, #assert(box.messages:all { q = "invoice", max = 1 }))
  end)

  it("returns nil, message, failure when a page fails, and its retry starts again", function()
    local box = inbox { page({ "m1" }, "t1"), { status = 500, body = "{}" },
                        page({ "m1" }, "t1"), page { "m2" } }
    local none, message, failure = box.messages:all()
    assert.is_nil(none)
    assert.matches("^inboxes.messages.list: .*HTTP 500", message)
    assert.equal(2, #assert(failure:retry()))
  end)
end)

describe("collection:each()", function()
  it("goes over all pages, including empty ones", function()
    local box = inbox { page({ "m1", "m2" }, "t1"), page({}, "t2"), page { "m3" } }
    assert.equal("m1 m2 m3", ids(box.messages:each()))
  end)

  it("ends at once when there is nothing", function()
    assert.equal("", ids(inbox({ page {} }).messages:each()))
  end)

  it("continues from a page", function()
    local box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(assert(box.messages:list()):each()))
  end)

  it("goes over a search's pages", function()
    local box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(assert(box.messages:search "invoice"):each()))
  end)

  it("raises an error when a page fails, instead of ending silently", function()
    local box = inbox { page({ "m1" }, "t1"),
                        { status = 503, body = '{"code":"x","message":"down"}' } }
    local seen = {}
    local message = helper.mistake(function()
      for item in box.messages:each() do seen[#seen + 1] = item.message_id end
    end)
    assert.same({ "m1" }, seen)
    assert.is_truthy(message:find("^inboxes.messages.list: down %(HTTP 503"))
    box = inbox { { status = 503, body = "" } }
    helper.mistake(function() ids(box.messages:each()) end)
  end)

  it("raises an error on a repeated page token", function()
    local box = inbox { page({ "m1" }, "t"), page({ "m2" }, "t") }
    local message = helper.mistake(function() ids(box.messages:each()) end)
    assert.is_truthy(message:find("repeated the page token", 1, true))
  end)

  it("raises an error beyond the limit of pages", function()
    local box = inbox({ page({ "m1" }, "t1"), page({ "m2" }, "t2"), page { "m3" } },
                      { limits = { pages = 2 } })
    local message = helper.mistake(function() ids(box.messages:each()) end)
    assert.is_truthy(message:find("more than 2 pages (limit 'pages')", 1, true))
    box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    message = helper.mistake(function() ids(box.messages:each({}, { pages = 1 })) end)
    assert.is_truthy(message:find("more than 1 pages (limit 'pages')", 1, true))
  end)

  it("over complete items of a page uses the options of its list", function()
    local whole = { body = { message_id = "m1", text = "t" } }
    local box, log = inbox { page { "m1" }, whole }
    local list = assert(box.messages:list(nil, { headers = { ["X-Mine"] = "1" } }))
    for item in list:each { full = true } do assert.equal("t", item.text) end
    assert.equal("1", log[2].headers["x-mine"])
  end)

  it("names the caller's mistake before the loop starts", function()
    assert.equal("inboxes.messages.list: unknown parameter 'lables' (did you mean 'labels'?)",
      helper.mistake(function() return inbox({}).messages:each { lables = "x" } end))
  end)

  it("fetches nothing more after a break", function()
    local box, log = inbox { page({ "m1", "m2" }, "t1") }
    local step, state, control, closing = box.messages:each()
    for message in step, state, control, closing do
      if message.message_id == "m1" then break end
    end
    assert.is_nil(step())
    assert.equal(1, #log)
  end)

  it("can be stepped manually", function()
    local step = inbox({ page { "m1" } }).messages:each()
    assert.equal("m1", step().message_id)
    assert.is_nil(step())
    assert.is_nil(step())
  end)
end)

describe("collection:each()", function()
  it("with max ends after that many items, without fetching another page", function()
    local box, log = inbox { page({ "m1", "m2" }, "t1"), page({ "m3" }, "t2") }
    assert.equal("m1 m2", ids(box.messages:each { max = 2, limit = 2 }))
    assert.equal(1, #log)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=2", log[1].target)
    assert.equal("", ids(box.messages:each { max = 0 }))
    assert.equal(1, #log)
    box = inbox { page({ "m1", "m2" }, "t1"), page({ "m3", "m4" }, "t2") }
    assert.equal("m1 m2 m3", ids(assert(box.messages:list()):each { max = 3 }))
  end)

  it("with full returns complete messages, without those deleted meanwhile", function()
    local box, log = inbox({ page({ "m1", "m2" }, "t1"),
      { body = { message_id = "m1", text = "one" } }, { status = 404 },
      page { "m3" }, { body = { message_id = "m3", text = "three" } } },
      { limits = { attempts = 1, connections = 1 } }) -- so the script has the list's order
    local texts = {}
    for message in box.messages:each({ full = true, max = 2 }, { headers = { ["X-A"] = "1" } }) do
      texts[#texts + 1] = message.text
    end
    for i = 1, 5 do assert.equal("1", log[i].headers["x-a"]) end
    assert.same({ "one", "three" }, texts)
    assert.equal("/v0/inboxes/a%40b.c/messages/m1", log[2].target)
    assert.equal(5, #log)
  end)

  it("with full raises an error when a complete message cannot be fetched", function()
    local box = inbox { page { "m1" }, { status = 500 } }
    local line = debug.getinfo(1, "l").currentline + 1
    local _, words = pcall(function() for _ in box.messages:each { full = true } do end end)
    assert.is_truthy(words:find("loop_spec.lua:" .. line .. ": inboxes.messages.get: ", 1, true),
                     words)
  end)

  it("with q searches", function()
    local box, log = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(box.messages:each { q = "invoice", limit = 1 }))
    assert.equal("/v0/inboxes/a%40b.c/messages/search?q=invoice&limit=1&page_token=t1",
                 log[2].target)
  end)

  it("reports mistakes in max and full", function()
    local box = inbox {}
    for words, arguments in pairs {
      ["'max' must be a whole number of items, not -1"] = { max = -1 },
      ["'max' must be a whole number of items, not x"] = { max = "x" },
      ["'max' must be a whole number of items, not 1.5"] = { max = 1.5 },
      ["'full' must be true or false, not a string"] = { full = "yes" },
    } do
      assert.equal("inboxes.messages.list: " .. words,
                   helper.mistake(function() return box.messages:each(arguments) end))
      assert.equal("inboxes.messages.list: " .. words,
                   helper.mistake(function() return box.messages:all(arguments) end))
    end
    local list = assert(inbox({ page { "m" } }).messages:list())
    for words, settings in pairs {
      ["unknown parameter 'maxx' (did you mean 'max'?)"] = { maxx = 1 },
      ["takes { max = …, full = … }, not a number"] = 5,
      ["'max' must be a whole number of items, not -1"] = { max = -1 },
    } do
      assert.equal("page:each: " .. words,
                   helper.mistake(function() return list:each(settings) end))
    end
    assert.equal("m", ids(list:each { max = 1.0 }))
    assert.equal("webhooks.list: 'full' is for lists of messages, threads, drafts, inboxes and "
      .. "pods: the items of this list are complete", helper.mistake(function()
        return helper.scripted({}).webhooks:each { full = true }
      end))
  end)
end)
