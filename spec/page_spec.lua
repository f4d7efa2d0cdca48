-- SPDX-License-Identifier: MIT
local helper = require "spec.helper"

local function page(ids, token)
  local messages = {}
  for i, id in ipairs(ids) do messages[i] = { message_id = id } end
  if #messages == 0 then messages = require "cjson".decode "[]" end
  local body = { count = #ids, limit = 2, next_page_token = token, messages = messages }
  local encoded = require "cjson".encode(body):gsub('"messages":{}', '"messages":[]')
  return { body = encoded }
end

local function inbox(script, options)
  local client, log = helper.scripted(script, options)
  return client:inbox "a@b.c", log
end

local function ids(iterator, state, control, closing)
  local found = {}
  for message in iterator, state, control, closing do found[#found + 1] = message.message_id end
  return table.concat(found, " ")
end

describe("a page", function()
  it("is an array of objects, with the envelope's fields", function()
    local list = assert(inbox { page({ "m1", "m2" }, "t") }.messages:list())
    assert.equal(2, #list)
    assert.equal("m1", list[1].message_id)
    assert.is_function(list[1].reply)
    assert.equal("2", tostring(list.count))
    assert.equal("t", list.next_page_token)
  end)

  it("knows the next one, with the same filters", function()
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
    assert.equal(1, select("#", third:next()))
    assert.is_nil((third:next()))
  end)

  it("starts where a token of the caller's says", function()
    local box, log = inbox { page({ "m1" }, "t2"), page { "m2" } }
    assert(assert(box.messages:list { page_token = "t1", limit = 1 }):next())
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&page_token=t1", log[1].target)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=1&page_token=t2", log[2].target)
  end)

  it("that cannot be had is nil, message, failure", function()
    local box = inbox { page({ "m1" }, "t"), { status = 500, body = "{}" } }
    local none, message, failure = assert(box.messages:list()):next()
    assert.is_nil(none)
    assert.is_string(message)
    assert.equal(500, failure.status)
  end)

  it("can be gone on from again: after a failure, and as often as one likes", function()
    local box = inbox { page({ "m1" }, "t"), { status = 500, body = "{}" }, page({ "m2" }, "u"),
                        page { "m3" }, page({ "m2" }, "u"), page { "m3" }, page { "m2" } }
    local first = assert(box.messages:list())
    assert.is_nil((first:next()))
    assert.equal("m1 m2 m3", ids(first:each()))
    assert.equal("m1 m2 m3", ids(first:each()))
    assert.equal("m2", assert(first:next())[1].message_id)
  end)

  it("that comes twice is a failure, not an endless loop", function()
    local box, log = inbox { page({ "m1" }, "t"), page({ "m2" }, "t") }
    local none, message, failure = assert(assert(box.messages:list()):next()):next()
    assert.is_nil(none)
    assert.equal('inboxes.messages.list: the service repeated the page token "t" (bad_response)',
                 message)
    assert.equal("bad_response", failure.code)
    assert.equal(2, #log)
  end)
end)

describe("each", function()
  it("goes over all pages, the empty ones too", function()
    local box = inbox { page({ "m1", "m2" }, "t1"), page({}, "t2"), page { "m3" } }
    assert.equal("m1 m2 m3", ids(box.messages:each()))
  end)

  it("ends at once when there is nothing", function()
    assert.equal("", ids(inbox({ page {} }).messages:each()))
  end)

  it("goes on from a page", function()
    local box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(assert(box.messages:list()):each()))
  end)

  it("goes over a search's pages", function()
    local box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(assert(box.messages:search "invoice"):each()))
  end)

  it("raises when a page fails in the middle: nothing ends silently", function()
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

  it("raises on a repeated token", function()
    local box = inbox { page({ "m1" }, "t"), page({ "m2" }, "t") }
    local message = helper.mistake(function() ids(box.messages:each()) end)
    assert.is_truthy(message:find("repeated the page token", 1, true))
  end)

  it("raises beyond the limit of pages", function()
    local box = inbox({ page({ "m1" }, "t1"), page({ "m2" }, "t2"), page { "m3" } },
                      { limits = { pages = 2 } })
    local message = helper.mistake(function() ids(box.messages:each()) end)
    assert.is_truthy(message:find("more than 2 pages (limit 'pages')", 1, true))
    box = inbox { page({ "m1" }, "t1"), page { "m2" } }
    message = helper.mistake(function() ids(box.messages:each({}, { pages = 1 })) end)
    assert.is_truthy(message:find("more than 1 pages (limit 'pages')", 1, true))
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

  it("can be followed by hand", function()
    local step = inbox({ page { "m1" } }).messages:each()
    assert.equal("m1", step().message_id)
    assert.is_nil(step())
    assert.is_nil(step())
  end)
end)

describe("each, told more,", function()
  it("ends after max items, without fetching another page", function()
    local box, log = inbox { page({ "m1", "m2" }, "t1"), page({ "m3" }, "t2") }
    assert.equal("m1 m2", ids(box.messages:each { max = 2, limit = 2 }))
    assert.equal(1, #log)
    assert.equal("/v0/inboxes/a%40b.c/messages?limit=2", log[1].target)
    assert.equal("", ids(box.messages:each { max = 0 }))
    assert.equal(1, #log)
    box = inbox { page({ "m1", "m2" }, "t1"), page({ "m3", "m4" }, "t2") }
    assert.equal("m1 m2 m3", ids(assert(box.messages:list()):each { max = 3 }))
  end)

  it("yields complete messages, without those that are gone by then", function()
    local box, log = inbox({ page({ "m1", "m2" }, "t1"),
      { body = { message_id = "m1", text = "one" } }, { status = 404 },
      page { "m3" }, { body = { message_id = "m3", text = "three" } } },
      { limits = { attempts = 1, connections = 1 } }) -- so that the script's order is the list's
    local texts = {}
    for message in box.messages:each({ full = true, max = 2 }, { headers = { ["X-A"] = "1" } }) do
      texts[#texts + 1] = message.text
    end
    for i = 1, 5 do assert.equal("1", log[i].headers["x-a"]) end
    assert.same({ "one", "three" }, texts)
    assert.equal("/v0/inboxes/a%40b.c/messages/m1", log[2].target)
    assert.equal(5, #log)
  end)

  it("raises when a complete message cannot be had", function()
    local box = inbox { page { "m1" }, { status = 500 } }
    local line = debug.getinfo(1, "l").currentline + 1
    local _, words = pcall(function() for _ in box.messages:each { full = true } do end end)
    assert.is_truthy(words:find("page_spec.lua:" .. line .. ": inboxes.messages.get: ", 1, true),
                     words)
  end)

  it("searches when asked to", function()
    local box, log = inbox { page({ "m1" }, "t1"), page { "m2" } }
    assert.equal("m1 m2", ids(box.messages:each { q = "invoice", limit = 1 }))
    assert.equal("/v0/inboxes/a%40b.c/messages/search?q=invoice&limit=1&page_token=t1",
                 log[2].target)
  end)

  it("says what is wrong with it", function()
    local box = inbox {}
    for words, arguments in pairs {
      ["'max' must be a whole number of items, not -1"] = { max = -1 },
      ["'max' must be a whole number of items, not x"] = { max = "x" },
      ["'full' must be true or false, not a string"] = { full = "yes" },
    } do
      assert.equal("inboxes.messages.list: " .. words,
                   helper.mistake(function() return box.messages:each(arguments) end))
    end
    assert.equal("webhooks.list: 'full' is for lists of messages, threads, drafts, inboxes and "
      .. "pods: what this one lists is complete", helper.mistake(function()
        return helper.scripted({}).webhooks:each { full = true }
      end))
  end)
end)
