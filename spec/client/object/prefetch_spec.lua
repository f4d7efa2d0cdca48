-- SPDX-License-Identifier: MIT
-- Loops with full = true, against the sandbox: concurrent fetches, and nothing left behind.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local client, view, box

local function core_of(one) return getmetatable(one:inbox "a").scope.client.core end

-- An inbox with mails "1" to "n", oldest first.
local function fill(n, options)
  local _
  client, _, view = helper.client(options)
  box = assert(client.inboxes:create { username = "full", client_id = "full-v1" })
  view:freeze()
  for i = 1, n do
    view:inbound { to = box.inbox_id, from = "ann@example.com", subject = tostring(i),
                   text = "text " .. i }
    view:advance "1s"
  end
end

local function full(arguments)
  arguments.full, arguments.ascending = true, true
  return box.messages:each(arguments)
end

-- The texts that a loop yields, and the error if it raises.
local function texts(arguments)
  local found = {}
  local ok, message = pcall(function()
    for item in full(arguments) do found[#found + 1] = item.text:match "%d+" end
  end)
  return table.concat(found, " "), not ok and message or nil
end

-- The number of reads of one message, and of their connections.
local function reads()
  local count, connections, seen = 0, 0, {}
  for _, request in ipairs(view:requests()) do
    if request.operation == "inboxes.messages.get" then
      count = count + 1
      if not seen[request.connection] then connections = connections + 1 end
      seen[request.connection] = true
    end
  end
  return count, connections
end

-- Makes the service slow for each message, so that concurrent requests are visible.
local function slow_reads()
  view:fault { name = "slow", match = { operation = "inboxes.messages.get" }, at = "commit",
               ["do"] = { kind = "delay", seconds = 0.05 }, ["until"] = { hits = 100 } }
end

local function fail_read(nth, status)
  view:fault { name = "broken", match = { operation = "inboxes.messages.get" }, at = "before",
               when = { nth = nth }, ["do"] = status, ["until"] = { hits = 100 } }
end

after_each(function()
  if client then client:close() end
end)

describe("a loop over complete items", function()
  it("returns them in the list's order, over all pages", function()
    fill(7)
    assert.equal("1 2 3 4 5 6 7", (texts { limit = 3 }))
    assert.equal(7, (reads()))
  end)

  it("has four requests in flight, and never more", function()
    fill(10)
    slow_reads()
    assert.equal("1 2 3 4 5 6 7 8 9 10", (texts {}))
    assert.same({ 10, 4 }, { reads() })
  end)

  it("fetches no more than max items", function()
    fill(7)
    slow_reads()
    assert.equal("1 2 3 4 5", (texts { max = 5 }))
    assert.same({ 5, 4 }, { reads() })
    assert.equal("1", (texts { max = 1 }))
    assert.equal(6, (reads()))
  end)

  it("fetches as many at once as the client's queue holds", function()
    fill(4, { limits = { queue_length = 2 } })
    slow_reads()
    assert.equal("1 2 3 4", (texts {}))
    assert.same({ 4, 2 }, { reads() })
  end)

  it("has nothing in flight while its body runs", function()
    fill(6, { limits = { queue_length = 4 } })
    slow_reads()
    for item in full {} do
      local others = {}
      for i = 1, 4 do -- as many as the queue holds: each is accepted
        others[i] = assert(core_of(client):submit("GET", "/v0/inboxes", "safe", nil, nil, nil))
      end
      for i = 1, 4 do others[i]:close() end
      if item.subject == "5" then break end
    end
    assert.equal(6, (reads()))
  end)

  it("raises an error in place of an item that cannot be fetched", function()
    fill(6, { limits = { attempts = 1, connections = 1 } })
    fail_read(3, "500")
    local got, message = texts {}
    assert.equal("1 2", got)
    assert.matches("prefetch_spec.lua:%d+: inboxes.messages.get: .*HTTP 500, internal_error",
      message)
    assert.equal(4, (reads()))
  end)

  it("can be stepped manually beyond a failure", function()
    fill(3, { limits = { attempts = 1, connections = 1 } })
    fail_read(2, "500")
    local step = full {}
    assert.equal("text 1", step().text)
    assert.matches("HTTP 500", helper.mistake(step))
    assert.equal("text 3", step().text)
    assert.is_nil(step())
  end)

  it("lets no item's deadline expire while it waits for another", function()
    fill(4, { limits = { attempts = 3, deadline = 1.5, backoff_cap = 0.002 } })
    view:fault { name = "slow", match = { operation = "inboxes.messages.get" }, at = "commit",
                 when = { nth = 1 }, ["do"] = { kind = "delay", seconds = 1 } }
    view:fault { name = "busy", match = { operation = "inboxes.messages.get" }, at = "before",
                 ["do"] = { kind = "503", retry_after = 1 }, ["until"] = { hits = 3 } }
    assert.equal("1 2 3 4", (texts {}))
  end)

  it("repeats a request that the service refused temporarily", function()
    fill(5)
    view:fault { name = "busy", match = { operation = "inboxes.messages.get" }, at = "before",
                 ["do"] = "503", ["until"] = { hits = 3 } }
    assert.equal("1 2 3 4 5", (texts {}))
    assert.is_true(reads() > 5)
  end)

  it("leaves out an item deleted meanwhile, and does not count it", function()
    fill(7)
    local items, seen = assert(box.messages:list { ascending = true }), {}
    for item in full { max = 5 } do
      if #seen == 0 then assert(items[5]:delete()) end
      seen[#seen + 1] = item.subject
    end
    assert.same({ "1", "2", "3", "4", "6" }, seen)
    assert.equal(6, (reads()))
  end)

  it("leaves no call behind when an error ends a batch", function()
    fill(4, { limits = { queue_length = 4 } })
    slow_reads()
    local step = full {}
    local calls = 0
    debug.sethook(function()
      if debug.getinfo(2, "n").name ~= "finish" then return end
      calls = calls + 1
      debug.sethook()
      error "interrupted!"
    end, "c")
    local ok, message = pcall(step)
    debug.sethook()
    assert.is_false(ok)
    assert.matches("interrupted!", message)
    assert.equal(1, calls)
    local batch = {}
    for i = 1, 4 do
      batch[i] = assert(core_of(client):submit("GET", "/v0/inboxes", "safe", nil, nil, nil))
    end
    for i = 1, 4 do batch[i]:close() end
  end)

  it("runs inside a coroutine that is never resumed to its end", function()
    fill(6)
    local loop = coroutine.wrap(function()
      for item in full {} do coroutine.yield(item.text) end
    end)
    assert.equal("text 1", loop())
    assert.equal("text 2", loop())
    loop = nil
    collectgarbage()
    assert.is_nil(loop)
    assert.equal(6, #assert(box.messages:list {}))
  end)

  it("goes over threads, with all their messages, and over drafts and inboxes", function()
    fill(5)
    local threads = 0
    for thread in client.threads:each { full = true } do
      threads = threads + 1
      assert.equal(1, #thread.messages)
      assert.is_string(thread.messages[1].text)
    end
    assert.equal(5, threads)
    for i = 1, 5 do assert(box.drafts:create { subject = "d", text = "body " .. i }) end
    local bodies = {}
    for draft in box.drafts:each { full = true } do bodies[#bodies + 1] = draft.text end
    table.sort(bodies)
    assert.same({ "body 1", "body 2", "body 3", "body 4", "body 5" }, bodies)
    for inbox in client.inboxes:each { full = true } do
      assert.equal(box.inbox_id, inbox.inbox_id)
    end
  end)

  it("calls a key function for each request", function()
    fill(3)
    local asked = 0
    local rotating = agentmail.new { base_url = view.url, api_key = function()
      asked = asked + 1
      return view.api_key
    end }
    for _ in rotating:inbox(box.inbox_id).messages:each { full = true } do end
    assert.equal(4, asked)
    rotating:close()
  end)
end)
