-- SPDX-License-Identifier: MIT
-- Threads: all pages in one, in order.

local helper = require "spec.support.helper"

local function message(id, label)
  return { message_id = id, inbox_id = "a@b.c", labels = { label or "sent" } }
end

local function thread_page(messages, token)
  return { body = { thread_id = "t", inbox_id = "a@b.c", subject = "s", count = #messages,
                    limit = 2, messages = messages, next_page_token = token } }
end

local function ids(list)
  local found = {}
  for i, item in ipairs(list) do found[i] = item.message_id end
  return table.concat(found, " ")
end

local THREE = {
  thread_page({ message "m5", message "m6" }, "p2"), thread_page({ message "m3", message "m4" },
  "p3"), thread_page { message "m1", message("m2", "received") },
}

describe("a thread of several pages", function()
  it("is read as one, oldest message first", function()
    local client, log = helper.scripted(THREE)
    local thread, receipt = assert(client.threads:get { thread_id = "t", limit = 2 })
    assert.equal("m1 m2 m3 m4 m5 m6", ids(thread.messages))
    assert.equal(6, thread.count)
    assert.is_nil(thread.next_page_token)
    assert.equal(3, receipt.attempts)
    assert.is_function(thread.messages[1].reply)
    assert.equal("/v0/threads/t?limit=2", log[1].target)
    assert.equal("/v0/threads/t?limit=2&page_token=p2", log[2].target)
    assert.equal("/v0/threads/t?limit=2&page_token=p3", log[3].target)
  end)

  it("fills its object only when it has all pages", function()
    local client, log = helper.scripted { THREE[1], THREE[2], { status = 500 },
                                          THREE[1], THREE[2], THREE[3] }
    local thread = client:inbox("a@b.c"):thread "t"
    local none, problem, failure = thread:get()
    assert.is_nil(none)
    assert.is_truthy(problem:find("^inboxes.threads.get: "))
    assert.equal(500, failure.status)
    assert.is_nil(thread.subject)
    assert.equal(thread, (assert(failure:retry())))
    assert.equal("m1 m2 m3 m4 m5 m6", ids(thread.messages))
    assert.equal(6, #log)
  end)

  it("ends at an empty token", function()
    local client, log = helper.scripted { thread_page({ message "m3" }, "p2"),
      thread_page({ message "m1", message "m2" }, ""), thread_page({ message "m3" }, "") }
    assert.equal("m1 m2 m3", ids(assert(client.threads:get "t").messages))
    local thread = client:inbox("a@b.c"):thread "t"
    assert(thread:get { single_page = true })
    assert.is_nil(thread.next_page_token)
    assert.is_nil((thread:last_received()))
    assert.equal(3, #log)
  end)

  it("can be read page by page", function()
    local client, log = helper.scripted { THREE[1], THREE[2] }
    local thread = client:inbox("a@b.c"):thread "t"
    assert(thread:get { single_page = true })
    assert.equal("m5 m6", ids(thread.messages))
    assert.equal("p2", thread.next_page_token)
    assert(thread:get { page_token = "p2" })
    assert.equal("m3 m4", ids(thread.messages))
    assert.equal("/v0/inboxes/a%40b.c/threads/t?page_token=p2", log[2].target)
  end)

  it("has a message that moved to the next page only once", function()
    local client = helper.scripted { THREE[1], thread_page { message "m4", message "m5" } }
    assert.equal("m4 m5 m6", ids(assert(client.threads:get "t").messages))
  end)

  it("is read beyond an empty page, and not in a circle", function()
    local client = helper.scripted { THREE[1], { body = '{"thread_id":"t","messages":[],'
      .. '"next_page_token":"p3"}' }, THREE[3] }
    assert.equal("m1 m2 m5 m6", ids(assert(client.threads:get "t").messages))
    client = helper.scripted { THREE[1], THREE[1] }
    local _, problem, failure = client.threads:get "t"
    assert.is_truthy(problem:find('repeated the page token "p2"', 1, true))
    assert.equal("bad_response", failure.code)
  end)

  it("is limited by the limit of pages", function()
    local client, log = helper.scripted(THREE, { limits = { attempts = 1, pages = 2 } })
    local _, problem = client.threads:get "t"
    assert.is_truthy(problem:find("more than 2 pages (limit 'pages')", 1, true))
    assert.equal(2, #log)
  end)
end)

describe("thread:last_received", function()
  it("returns the last message that was received, not our own reply", function()
    local client = helper.scripted { thread_page { message "m1", message("m2", "received"),
                                                   message "m3" } }
    local thread = assert(client.threads:get "t")
    assert.equal("m2", assert(thread:last_received()).message_id)
  end)

  it("reads as many pages as it needs", function()
    local client = helper.scripted(THREE)
    assert.equal("m2", assert(client:inbox("a@b.c"):thread("t"):last_received()).message_id)
    local other, log = helper.scripted { THREE[1], THREE[1], THREE[2], THREE[3] }
    local thread = other:inbox("a@b.c"):thread "t"
    assert(thread:get { single_page = true })
    assert.equal("m2", assert(thread:last_received()).message_id)
    assert.equal(4, #log)
    local third = helper.scripted { THREE[1], { status = 500, body = "{}" } }
    thread = assert(third:inbox("a@b.c"):thread("t"):get { single_page = true })
    local newest = thread.messages
    assert.is_nil((thread:last_received()))
    assert.equal(newest, thread.messages)                 -- existing messages stay
  end)

  it("returns nil when there is none, and a failure when that is unknown", function()
    local client = helper.scripted { thread_page { message "m1" }, { status = 404, body = {
      code = "not_found", message = "No." } } }
    local thread = assert(client.threads:get "t")
    assert.equal(1, select("#", thread:last_received()))
    assert.is_nil((thread:last_received()))
    local none, _, failure = client:inbox("a@b.c"):thread("x"):last_received()
    assert.is_nil(none)
    assert.equal("not_found", failure.code)
  end)
end)
