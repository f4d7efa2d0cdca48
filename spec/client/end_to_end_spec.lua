-- SPDX-License-Identifier: MIT
-- End to end: Lua API, C core, a real socket, the sandbox, and its journal.

local helper = require "spec.support.helper"
local agentmail = require "agentmail"

local client, sandbox, shop, ann

-- The physical requests of an operation.
local function requests(operation)
  local found = {}
  for _, request in ipairs(sandbox:requests()) do
    if request.operation == operation then found[#found + 1] = request end
  end
  return found
end

local function ids(list)
  local found = {}
  for i, item in ipairs(list) do found[i] = item.message_id end
  return table.concat(found, " ")
end

local function assert_clean(mails)
  local audit = sandbox:audit()
  assert.same({ mails, 0, 0 }, { audit.sent, #audit.duplicates, #audit.losses })
end

before_each(function()
  local _
  client, _, sandbox = helper.client()
  shop = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
  ann = assert(client.inboxes:create { username = "ann", display_name = "Ann" })
end)

after_each(function() client:close() end)

describe("end to end, inboxes", function()
  it("are created once for a client_id", function()
    local again = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
    assert.equal(shop.inbox_id, again.inbox_id)
    assert.equal(2, #assert(client.inboxes:list()))
  end)

  it("are updated, cleared, read and deleted", function()
    assert.equal(ann, (assert(ann:update { metadata = { n = 5, half = 0.5, on = true, s = "x" } })))
    assert.same({ n = 5, half = 0.5, on = true, s = "x" }, ann.metadata)
    assert.equal("integer", math.type(ann.metadata.n))
    assert(ann:update { metadata = { s = agentmail.null } })
    assert.is_nil(ann.metadata.s)
    assert(ann:update { metadata = agentmail.null })
    assert.is_nil(ann.metadata)
    assert.equal("Ann", assert(client.inboxes:get(ann.inbox_id)).display_name)
    assert.is_true((assert(ann:delete())))
    local _, _, failure = client.inboxes:get(ann.inbox_id)
    assert.same({ 404, "not_found", "not_applied" },
                { failure.status, failure.code, failure.outcome })
  end)
end)

describe("end to end, messages", function()
  it("are sent, received, answered and relabelled", function()
    local sent = assert(shop.messages:send { to = ann.inbox_id, subject = "Hello", text = "Hi" })
    local item = assert(ann.messages:list { labels = "unread" })[1]
    assert.equal("Hello", item.subject)
    assert.is_nil(item.text)
    assert.equal("Hi", assert(item:get()).text)
    assert.is_true(item.labels.unread and item.labels.received)
    assert.equal("integer", math.type(item.size))
    assert(item:reply { text = "Hello back" })
    assert(item:relabel { add = { "Replied" }, remove = "unread" })
    assert.is_true(item.labels.replied)
    assert.is_nil(item.labels.unread)
    local answer = assert(shop.messages:list { labels = { "received" } })[1]
    assert.equal("Re: Hello", answer.subject)
    assert.equal(sent.thread_id, answer.thread_id)
    assert.equal(2, #assert(shop:thread(sent.thread_id):get()).messages)
    assert_clean(2)
  end)

  it("are forwarded, replied to for all recipients, searched and deleted", function()
    assert(shop.messages:send { to = { ann.inbox_id }, subject = "Invoice 7", text = "pay" })
    local item = assert(ann.messages:list { labels = "unread" })[1]
    assert(item:forward { to = { shop.inbox_id }, text = "look" })
    assert(item:reply_all { text = "thanks all" })
    local found = ids(assert(ann.messages:search "invoice"))
    assert.is_truthy(found:find(item.message_id, 1, true))
    assert.is_true((assert(item:delete())))
    local _, _, failure = item:get()
    assert.equal("not_found", failure.code)
    assert_clean(3)
  end)
end)

describe("end to end, drafts", function()
  it("are created, changed, listed, and gone once sent", function()
    local draft = assert(shop.drafts:create { to = ann.inbox_id, subject = "Order",
                                              text = "soon", client_id = "order-1" })
    assert.same({ ann.inbox_id }, draft.to)
    local same = assert(shop.drafts:create { to = ann.inbox_id, client_id = "order-1" })
    assert.equal(draft.draft_id, same.draft_id)
    assert(draft:update { subject = "Order 1", text = agentmail.null, html = "<b>soon</b>" })
    assert.same({ "Order 1", "<b>soon</b>" }, { draft.subject, draft.html })
    assert.is_nil(draft.text)
    assert.equal(draft.draft_id, assert(shop.drafts:list())[1].draft_id)
    local sent, receipt = assert(draft:send())
    assert.equal("Order 1", assert(sent:get()).subject)
    assert.equal("applied", receipt.outcome)
    assert.equal(0, #assert(shop.drafts:list()))
    assert_clean(1)
  end)

  it("are deleted", function()
    local draft = assert(shop.drafts:create { subject = "no" })
    assert.is_true((assert(draft:delete())))
    assert.equal("not_found", (select(3, draft:get())).code)
  end)
end)

describe("end to end, a send whose answer is lost", function()
  it("on a reused connection is repeated under its key and counted once", function()
    sandbox:fault "lost_ack_reused_connection"
    local draft = assert(shop.drafts:create { to = ann.inbox_id, subject = "Once" })
    local _, receipt = assert(draft:send())
    local seen = requests "inboxes.drafts.send"
    assert.equal(2, #seen)
    assert.is_true(seen[1].reused)
    assert.equal(receipt.attempts, #seen)
    assert.equal(receipt.idempotency_key, seen[1].key)
    assert.equal(seen[1].key, seen[2].key)
    assert.equal(seen[1].digest, seen[2].digest)
    assert_clean(1)
  end)

  local faults = { "reset", "close", "500", "503", "html", "truncate", "wrong_shape", "garbage" }
  for _, kind in ipairs(faults) do
    it("by " .. kind .. " after the commit is one mail, and applied", function()
      sandbox:fault { at = "commit", do_ = { kind = kind, retry_after = 0 },
                      match = { sends = true }, until_ = { hits = 2 } }
      local sent, receipt = assert(shop.messages:send { to = ann.inbox_id, subject = kind })
      assert.equal("applied", receipt.outcome)
      assert.equal(receipt.attempts, #requests "inboxes.messages.send")
      assert.equal(3, receipt.attempts)
      assert.equal(sent.message_id, sandbox:sent()[1].message_id)
      assert_clean(1)
    end)
  end

  for _, kind in ipairs { "reset", "500", "503", "429" } do
    it("by " .. kind .. " before the commit is one mail", function()
      sandbox:fault { at = "before", do_ = { kind = kind, retry_after = 0 },
                      match = { sends = true } }
      local _, receipt = assert(shop.messages:send { to = ann.inbox_id, subject = kind })
      assert.equal(2, receipt.attempts)
      assert_clean(1)
    end)
  end

  it("is unknown, and never repeated, when it has no key", function()
    sandbox:fault { at = "commit", do_ = "reset", match = { sends = true } }
    local none, message, failure = shop.messages:send { to = ann.inbox_id, subject = "Once",
                                                        idempotency_key = false }
    assert.is_nil(none)
    assert.equal("unknown", failure.outcome)
    assert.is_false(failure.retryable)
    assert.is_truthy(message:find("it may have been done", 1, true))
    assert.equal(1, #requests "inboxes.messages.send")
    assert.equal(1, failure.attempts)
  end)

  it("is repeated by failure:retry(), under the same key, as one mail", function()
    sandbox:fault { at = "commit", do_ = "500", match = { sends = true }, until_ = { hits = 2 } }
    local none, _, failure = shop.messages:send({ to = ann.inbox_id, subject = "Once" },
                                                { attempts = 2 })
    assert.is_nil(none)
    assert.equal("unknown", failure.outcome)
    local sent, receipt = assert(failure:retry())
    assert.equal(failure.idempotency_key, receipt.idempotency_key)
    assert.equal(sandbox:sent()[1].message_id, sent.message_id)
    assert_clean(1)
  end)
end)

describe("end to end, a create, update or delete whose answer is lost", function()
  it("is repeated if that is harmless", function()
    sandbox:fault { at = "commit", do_ = "reset", match = { operation = { "inboxes.create",
      "inboxes.drafts.create", "inboxes.update", "inboxes.drafts.delete", "inboxes.list" } } }
    local bob, receipt = assert(client.inboxes:create { username = "bob" })
    assert.equal(2, receipt.attempts)
    assert.is_string(receipt.client_id)
    assert.equal(bob.inbox_id, assert(client.inboxes:list())[1].inbox_id)
    assert.equal(3, #assert(client.inboxes:list()))
    local draft = assert(shop.drafts:create { subject = "x" })
    assert.equal(1, #assert(shop.drafts:list()))
    assert(shop:update { display_name = "Shop" })
    local done, deleted = assert(draft:delete())
    assert.is_true(done)
    assert.same({ "applied", 2 }, { deleted.outcome, deleted.attempts })
  end)

  it("is not repeated if that could do it twice", function()
    sandbox:fault { at = "commit", do_ = "reset", match = { operation = "inboxes.create" } }
    local _, _, failure = client.inboxes:create { username = "eve", client_id = false }
    assert.same({ "unknown", 1 }, { failure.outcome, failure.attempts })
  end)
end)

describe("end to end, an idempotency key", function()
  it("that belongs to another mail is a reused key, and sends nothing", function()
    assert(shop.messages:send { to = ann.inbox_id, text = "one", idempotency_key = "k-1" })
    local none, _, failure = shop.messages:send({ to = ann.inbox_id, text = "two",
      idempotency_key = "k-1" }, { conflict_wait = 0 })
    assert.is_nil(none)
    assert.equal("key_reused", failure.code)
    assert.equal(409, failure.status)
    assert_clean(1)
  end)

  it("of a draft that is created again prevents a second send", function()
    sandbox:switch { draft_client_id = "recreate" }
    local function order()
      return assert(shop.drafts:create { to = ann.inbox_id, text = "x", client_id = "order-9" })
    end
    assert(order():send())
    local none, _, failure = order():send({}, { conflict_wait = 0 })
    assert.is_nil(none)
    assert.equal("key_reused", failure.code)
    assert_clean(1)
  end)
end)

describe("end to end, a loop", function()
  local function three_mails()
    for i = 1, 3 do
      assert(shop.messages:send { to = ann.inbox_id, subject = "Mail " .. i })
    end
  end

  it("goes over all pages", function()
    three_mails()
    local seen = {}
    for message in ann.messages:each { limit = 1, labels = "unread" } do
      seen[#seen + 1] = message
    end
    assert.equal(3, #seen)
    assert.equal(ids(assert(ann.messages:list())), ids(seen))
  end)

  it("raises when a page cannot be fetched", function()
    three_mails()
    sandbox:fault { at = "before", do_ = "500", match = { operation = "inboxes.messages.list" },
                    when = { nth = 2 }, until_ = { hits = 100 } }
    local seen = 0
    local message = helper.mistake(function()
      for _ in ann.messages:each({ limit = 1 }, { attempts = 1 }) do seen = seen + 1 end
    end)
    assert.equal(1, seen)
    assert.is_truthy(message:find("^inboxes.messages.list: .*HTTP 500"))
  end)

  for _, tokens in ipairs { "cursor", "offset" } do
    it("that collects before it acts skips nothing with " .. tokens .. " page tokens", function()
      sandbox:switch { page_tokens = tokens }
      three_mails()
      local unread = {}
      for message in ann.messages:each { labels = "unread", limit = 1 } do
        unread[#unread + 1] = message
      end
      for _, message in ipairs(unread) do assert(message:relabel { remove = "unread" }) end
      assert.equal(3, #unread)
      assert.equal(0, #assert(ann.messages:list { labels = "unread" }))
    end)
  end
end)

describe("end to end, a caller's mistake", function()
  it("sends nothing", function()
    local before = #sandbox:requests()
    for _, call in ipairs {
      function() return shop.messages:send { to = ann.inbox_id, idempotency_key = "a@b" } end,
      function() return shop.messages:send { too = ann.inbox_id } end,
      function() return shop.messages:send { to = 7 } end,
      function() return shop.messages:send { to = "a", headers = { X = "a\r\nBcc: b" } } end,
      function() return shop:message("m"):reply({}, { headers = { X = "\n" } }) end,
      function() return client.inboxes:get "" end,
      function() return client.inboxes:get "." end,
      function() return shop:message ".." end,
      function() return client.inboxes:create { client_id = "a:b" } end,
      function() return client.agent:verify {} end,
    } do helper.mistake(call) end
    assert.equal(before, #sandbox:requests())
  end)
end)

describe("end to end, on_attempt", function()
  it("reports every attempt, without bodies and credentials", function()
    local words, key = {}, nil
    local watched
    watched, key, sandbox = helper.client { on_attempt = function(event)
      for _, value in pairs(event) do
        assert(not tostring(value):find("secret text", 1, true) and value ~= key)
      end
      words[#words + 1] = event.event
    end }
    local inbox = assert(watched.inboxes:create { username = "w" })
    sandbox:fault { at = "commit", do_ = "500", match = { sends = true } }
    words = {}
    assert(inbox.messages:send { to = "x@example.com", text = "secret text" })
    assert.same({ "attempt", "answer", "wait", "attempt", "answer", "done" }, words)
    watched:close()
  end)
end)
