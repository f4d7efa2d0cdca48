-- SPDX-License-Identifier: MIT
-- A dry run: every write is checked and reported, but not sent.

local agentmail = require "agentmail"
local download = require "spec.support.download"
local helper = require "spec.support.helper"
local raw_server = require "spec.support.raw_server"

-- A function for `dry`, and the reports that it got.
local function listener()
  local told = {}
  return function(request) told[#told + 1] = request end, told
end

-- A dry client of an organization whose inbox has a number of unread mails, and the inbox. The
-- sandbox's requests so far came from a real client.
local function world(mails, dry)
  local real, key, view = helper.client()
  local inbox = assert(real.inboxes:create { username = "support" })
  for i = 1, mails do
    view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "Mail " .. i,
                   text = "?" }
  end
  local client = agentmail.new { base_url = view.url, api_key = key, dry = dry or function() end }
  return { client = client, inbox = client:inbox(inbox.inbox_id), view = view, real = real,
           before = #view:requests() }
end

-- Asserts that only reads have come since then.
local function assert_only_reads(w)
  local requests = w.view:requests()
  for i = w.before + 1, #requests do assert.equal("GET", requests[i].method) end
  assert.equal(0, #w.view:sent())
  assert.is_true(#requests > w.before)
end

describe("a dry run", function()
  it("makes no connection if nothing is read", function()
    local server <close> = raw_server.start { { bytes = "HTTP/1.1 500 No\r\n\r\n" } }
    local dry, told = listener()
    local client <close> = server:client({}, { dry = dry })
    local inbox = assert(client.inboxes:create { username = "ann", client_id = "ann-1" })
    local draft = assert(inbox.drafts:create { to = "a@b.c", text = "t" })
    assert(draft:update { subject = "s" })
    assert(draft:send())
    assert(client:inbox("b@c.d"):message("<m>"):reply { text = "t" })
    assert(client:inbox("b@c.d"):message("<m>"):relabel { add = "x" })
    assert(client:inbox("b@c.d"):delete())
    assert(client.domains:create { domain = "example.org" })
    assert(client:request { method = "POST", path = "/v0/widgets", protection = "safe" })
    assert(client:request { method = "DELETE", path = "/v0/widgets/1" })
    assert(inbox:get())
    assert(inbox.messages:list {})
    assert.equal(10, #told)
    assert.equal(0, server:log().connections)
  end)

  it("sends reads in every form of call", function()
    local dry, told = listener()
    local client, log = helper.scripted({ { body = { inbox_id = "a" } }, { body = { n = 1 } },
      { body = { messages = {} } } }, { dry = dry })
    local _, receipt = assert(client.inboxes:get "a")
    assert.same({ "applied", nil }, { receipt.outcome, receipt.dry })
    assert.same({ n = 1 }, (assert(client:request { path = "/v0/widgets/1" })))
    assert(client:inbox("a").messages:batch_get { message_ids = { "m" } }) -- a POST that reads
    assert.same({ 3, 0 }, { #log, #told })
  end)

  it("reports what would be sent, without body or credential", function()
    local dry, told = listener()
    local client = helper.scripted({}, { dry = dry, headers = { ["X-Own"] = "private" } })
    local inbox = client:inbox "a@b.c"
    assert(inbox.messages:send { to = { "x@y.z", "Ü <u@y.z>" }, cc = "c@y.z", bcc = "d@y.z",
                                 text = "secret", idempotency_key = "key-1" })
    assert.same({
      operation = "inboxes.messages.send", method = "POST", idempotency_key = "key-1",
      path = "/v0/inboxes/a%40b.c/messages/send",
      recipients = { "x@y.z", "Ü <u@y.z>", "c@y.z", "d@y.z" },
      size = #'{"to":["x@y.z","Ü <u@y.z>"],"cc":"c@y.z","bcc":"d@y.z","text":"secret"}',
    }, told[1])
    assert(client:request { method = "PUT", path = "/v0/w", query = { token = "private" } })
    assert.same({ operation = "PUT /v0/w", method = "PUT", path = "/v0/w", recipients = {},
                  size = 0 }, told[2])
    local draft = assert(inbox.drafts:create { to = "x@y.z", cc = { "c@y.z" } })
    assert(draft:send())
    assert.same({ "x@y.z", "c@y.z" }, told[4].recipients)
    assert.equal("inboxes.drafts.send", told[4].operation)
  end)

  it("reports the exact size, path and key of a real run, files included", function()
    local folder = download.folder()
    folder:write("a.bin", ("x"):rep(1000))
    local dry, told = listener()
    local sent = { body = { message_id = "m", thread_id = "t" } }
    local client, log = helper.scripted { sent }
    for _, one in ipairs { (helper.scripted({}, { dry = dry })), client } do
      assert(one:inbox("a").messages:send {
        to = "b@c.d", attachments = { { path = folder:path "a.bin" }, { data = "xy" } },
        idempotency_key = "k-1" })
    end
    folder:remove()
    assert.same({ #log[1].body, log[1].target, log[1].key },
                { told[1].size, told[1].path, told[1].idempotency_key })
    assert.same({ "b@c.d" }, told[1].recipients)
  end)

  it("prints a line to standard error with true", function()
    local output = helper.run [[
      local agentmail = require "agentmail"
      local client = agentmail.new { dry = true, api_key = "am_secret",
                                     base_url = "http://127.0.0.1:9" }
      client:inbox("a").messages:send { to = { "Eve \u{202E}<e@f.g>", "b@c.d" }, text = "hidden",
                                        idempotency_key = "k-1" }
      client.inboxes:delete "a"
      client:request { method = "POST", path = "/v0/w?token=hidden", body = "12" }
      io.stderr = nil
      assert(client.inboxes:delete "a")
    ]]
    assert.equal("agentmail: dry run: inboxes.messages.send: POST /v0/inboxes/a/messages/send, "
      .. "to Eve \\u{202E}<e@f.g>, b@c.d, key k-1, 49 bytes\n"
      .. "agentmail: dry run: inboxes.delete: DELETE /v0/inboxes/a, 0 bytes\n"
      .. "agentmail: dry run: POST /v0/w, 2 bytes\n", output)
  end)

  it("is off with false, and not loaded", function()
    local _, log, url = helper.scripted { { body = { message_id = "m", thread_id = "t" } } }
    local output = helper.run(([[
      local agentmail = require "agentmail"
      local client = agentmail.new { dry = false, api_key = "k", base_url = %q }
      local sent, receipt = client:inbox("a").messages:send { to = "b@c.d" }
      print(sent.message_id, receipt.outcome, receipt.dry)
      for name in pairs(package.loaded) do assert(not name:find "%%.dry", name) end
    ]]):format(url))
    assert.equal("m\tapplied\tnil\n", output)
    assert.equal(1, #log)
  end)

  it("takes true or a function", function()
    for _, case in ipairs { { "yes", 'the string "yes"' }, { 1, "a number (1)" },
                            { {}, "a table" } } do
      assert.equal("agentmail.new: option 'dry' must be true or a function, not " .. case[2],
                   helper.mistake(agentmail.new, { dry = case[1] }))
    end
    assert.equal("agentmail.new: unknown option 'dri' (did you mean 'dry'?)",
                 helper.mistake(agentmail.new, { dri = true }))
  end)
end)

describe("a dry run checks as usual", function()
  local function refused(options, run)
    local dry, told = listener()
    local settings = { dry = dry, api_key = "am_test" }
    for name, value in pairs(options) do settings[name] = value end
    local client, log = helper.scripted({}, settings)
    local value, _, failure = run(client)
    assert.is_nil(value)
    assert.same({ "not_applied", 0, 0, 0 }, { failure.outcome, failure.attempts, #told, #log })
    return failure
  end

  local function send(client)
    return client:inbox("a").messages:send { to = "b@c.d", text = ("x"):rep(100) }
  end

  it("the caller's arguments", function()
    local client = helper.scripted({}, { dry = function() error "told" end })
    assert.matches("unknown parameter 'subjct'",
                   helper.mistake(function() client:inbox("a").messages:send { subjct = "x" } end))
    assert.matches("'idempotency_key' holds ' '", helper.mistake(function()
      client:inbox("a").messages:send { to = "b@c.d", idempotency_key = "a b" }
    end))
  end)

  it("the size", function()
    assert.equal("too_large", refused({ limits = { request_bytes = 64 } }, send).code)
  end)

  it("the files of a body", function()
    assert.equal("file", refused({}, function(client)
      return client:inbox("a").messages:send { to = "b@c.d",
                                               attachments = { { path = "/no/file" } } }
    end).code)
  end)

  it("the API key", function()
    local failure = refused({ api_key = function() error "no key today" end }, send)
    assert.equal("unauthenticated", failure.code)
    assert.matches("no key today", failure.message)
  end)

  it("whether the client is closed", function()
    assert.equal("closed", refused({}, function(client)
      client:close()
      return send(client)
    end).code)
  end)

  it("and failure:retry() sends nothing either", function()
    local keys, dry, told = { "", "am_test" }, listener()
    local client, log = helper.scripted({}, {
      dry = dry, api_key = function() return table.remove(keys, 1) end,
    })
    local _, _, failure = send(client)
    assert.equal("unauthenticated", failure.code)
    local sent, receipt = assert(failure:retry())
    assert.same({ "dry-1", true, failure.idempotency_key },
                { sent.message_id, receipt.dry, receipt.idempotency_key })
    assert.same({ 1, 0 }, { #told, #log })
  end)
end)

describe("in a dry run", function()
  it("each returns an item once, despite relabelling", function()
    local dry, told = listener()
    local w = world(5, dry)
    local subjects = {}
    for item in w.inbox.messages:each { labels = { "unread" }, limit = 2 } do
      subjects[#subjects + 1] = item.subject
      local message = assert(item:get())
      assert(message:reply { text = "Thanks!" })
      assert(message:relabel { add = "replied", remove = "unread" })
      assert.same({ true, nil }, { message.labels.replied, message.labels.unread })
    end
    table.sort(subjects)
    assert.same({ "Mail 1", "Mail 2", "Mail 3", "Mail 4", "Mail 5" }, subjects)
    assert.equal(10, #told)
    assert.equal(5, #assert(w.inbox.messages:all { labels = "unread" }))
    assert.is_true(assert(w.inbox.messages:list {})[1]:get().labels.unread)
    assert_only_reads(w)
  end)

  it("watch returns an item once", function()
    local w = world(3)
    local subjects = {}
    for message in w.inbox.messages:watch({ after = 0, timeout = 0.3 }, { poll_base = 0.05 }) do
      subjects[#subjects + 1] = message.subject
      assert(message:reply { text = "Thanks!" })
      assert(message:relabel { remove = "unread" })
      assert(message:delete())
    end
    assert.same({ "Mail 1", "Mail 2", "Mail 3" }, subjects)
    assert_only_reads(w)
  end)

  it("a loop over complete items fetches them", function()
    local w = world(6)
    local count = 0
    for message in w.inbox.messages:each { full = true } do
      count = count + #message.text
      assert(message:reply_all { text = "Thanks!" })
    end
    assert.equal(6, count)
    assert_only_reads(w)
  end)

  it("on_attempt sees the reads", function()
    local operations = {}
    local client = helper.scripted({ { body = { inbox_id = "a" } } }, {
      dry = function() end,
      on_attempt = function(event) operations[event.operation] = true end,
    })
    assert(client.inboxes:get "a")
    assert(client.inboxes:create({}, { on_progress = function() error "progress" end }))
    assert.same({ ["inboxes.get"] = true }, operations)
  end)

  it("a download is a read, and its file is written", function()
    local folder = download.folder()
    local attachment = download.attachment({ download.link(), download.file() },
                                           { dry = function() end })
    assert.equal(folder:path "a.bin", (assert(attachment:save(folder:path "a.bin"))))
    local file = assert(io.open(folder:path "a.bin", "rb"))
    assert.equal(download.BYTES, file:read "a")
    file:close()
    folder:remove()
  end)

  it("an answer may be raw", function()
    local client = helper.scripted({}, { dry = function() end })
    local inbox, receipt = assert(client.inboxes:create({}, { raw = true }))
    assert.equal(200, receipt.response.status)
    assert.is_truthy(receipt.response.body:find(inbox.inbox_id, 1, true))
    assert.equal(204, (select(2, assert(inbox:delete(nil, { raw = true })))).response.status)
    local widget
    widget, receipt = assert(client:request { method = "POST", path = "/v0/widgets" })
    assert.same({ {}, 200, "{}" }, { widget, receipt.response.status, receipt.response.body })
    assert.is_true(assert(client:request { method = "DELETE", path = "/v0/widgets/1" }))
    assert.is_true(assert(client:request { method = "POST", path = "/v0/x",
                                           headers = { Accept = "text/csv" } }))
    local made = assert(client:request { method = "POST", path = "/v0/inboxes", returns = "Inbox",
                                         body = { display_name = "Ann" } })
    assert.same({ "Ann", "agentmail.Inbox" }, { made.display_name, getmetatable(made).__name })
    assert.same({ made.inbox_id, "Ann" }, { made:get().inbox_id, made.display_name })
  end)

  it("nothing can be repeated after an interruption before the report", function()
    local dry, told = listener()
    local client, log = helper.scripted({}, { dry = dry })
    debug.sethook(function()
      local info = debug.getinfo(2, "nS")
      if info.name ~= "check" or info.what ~= "C" then return end
      debug.sethook()
      error("cut", 0)
    end, "c")
    assert.is_false((pcall(function() client:inbox("a").messages:send { to = "b@c.d" } end)))
    debug.sethook()
    local failure = assert(client:interrupted()[1])
    assert.same({ "cancelled", "not_applied", 0 }, { failure.code, failure.outcome, #told })
    assert(failure:retry())
    assert.same({ 1, 0 }, { #told, #log })
  end)
end)

--- Faults of a function for `dry`, with their warnings.
local FAILURES = {
  ['error "oops"'] = "oops", ["error()"] = "nil", ["error { code = 7 }"] = "table: ",
  ["coroutine.yield()"] = "yield",
  ["client.inboxes:create {}"] = "nothing can be called from inside",
  ['client.inboxes:get "a"'] = "nothing can be called from inside",
}

describe("the function for dry", function()
  for what, words in pairs(FAILURES) do
    it("never harms the call, and causes a warning: " .. what, function()
      local _, log, url = helper.scripted {}
      local output = helper.run(([[
        warn "@on"
        local client
        client = require "agentmail".new { base_url = %q, api_key = "am_secret",
                                           dry = function() %s end }
        print(coroutine.wrap(function()
          local sent, receipt = client:inbox("a").messages:send { to = "b@c.d" }
          return sent.message_id, receipt.outcome
        end)())
      ]]):format(url, what))
      assert.is_truthy(output:find("Lua warning: agentmail: dry failed: ", 1, true), output)
      assert.is_truthy(output:find(words, 1, true), output)
      assert.matches("\ndry%-1\tnot_applied\n$", output)
      assert.is_nil(output:find("am_secret", 1, true))
      assert.equal(0, #log)
    end)
  end
end)
