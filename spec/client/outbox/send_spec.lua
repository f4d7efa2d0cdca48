-- SPDX-License-Identifier: MIT
-- Sends of a client with an outbox, against the sandbox, which counts the mails.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local interrupt_wait = require "spec.support.interrupt_wait"
local outbox_file = require "spec.support.outbox_file"

describe("a send with an outbox", function()
  local path, client, inbox, view, key, now

  local function open(outbox, more)
    local settings = { base_url = view.url, api_key = key, outbox = { path = path },
                       limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
    for name, value in pairs(outbox or {}) do settings.outbox[name] = value end
    for name, value in pairs(more or {}) do
      if name == "limits" then
        for limit, number in pairs(value) do settings.limits[limit] = number end
      else
        settings[name] = value
      end
    end
    return agentmail.new(settings)
  end

  local function reopen(outbox, more)
    client:close()
    client = open(outbox, more)
    inbox = client:inbox(inbox.inbox_id)
    return inbox
  end

  before_each(function()
    path, now = outbox_file.path(), os.time()
    client, key, view = helper.client()
    inbox = assert(client.inboxes:create { username = "orders" })
    reopen()
  end)

  after_each(function()
    client:close()
    outbox_file.remove(path)
  end)

  local function receipt_of(text, options, more)
    local arguments = { to = "ann@example.com", subject = "Receipt", text = text or "Paid.",
                        idempotency_key = agentmail.key("receipt", 12) }
    for name, value in pairs(more or {}) do arguments[name] = value end
    return inbox.messages:send(arguments, options)
  end

  it("is recorded, sent with a label, and answered from the record afterwards", function()
    local sent, receipt = assert(receipt_of())
    assert.same({ "sent", true, 1, "applied", "receipt-12" },
      { receipt.state, receipt.recorded, receipt.attempts, receipt.outcome,
        receipt.idempotency_key })
    local label = client.outbox:get("receipt-12", inbox.inbox_id).label
    assert.is_true(assert(sent:get()).labels[label])
    reopen()
    local again, second = assert(receipt_of())
    assert.same({ sent.message_id, sent.thread_id, 0, "sent", true },
      { again.message_id, again.thread_id, second.attempts, second.state, second.recorded })
    assert.equal(sent.message_id, assert(again:get()).message_id)
    assert.equal(1, #view:sent())
  end)

  it("sends nothing for other bytes, and tells what became of the first", function()
    local sent = assert(receipt_of())
    local value, message, failure = receipt_of "Another text."
    assert.is_nil(value)
    assert.same({ "key_reused", "not_applied", false, "key_taken", "sent", sent.message_id },
      { failure.code, failure.outcome, failure.pending, failure.state, failure.first.state,
        failure.first.message_id })
    assert.matches("another mail under this key; its state is sent", message)
    assert.matches("this call sent nothing%. Look for that mail", message)
    local same = assert(receipt_of("Another text.", { on_conflict = "first" }))
    assert.equal(sent.message_id, same.message_id)
    assert.equal(1, #view:sent())
  end)

  it("with on_conflict = 'first' goes on with the first bytes", function()
    reopen({ on_conflict = "first" }, { limits = { attempts = 1 } })
    view:fault { at = "before", ["do"] = "reset", ["until"] = { total = 1 } }
    local sent = assert(receipt_of "One.")
    assert.equal(sent.message_id, assert(receipt_of "Two.").message_id)
    assert.equal(1, #view:sent())
    assert.equal("One.", assert(sent:get()).text:match "^%S+")
  end)

  it("needs a key of the caller's data, except where there is one by nature", function()
    local mistake = helper.mistake(inbox.messages.send, inbox.messages, { to = "a@example.com" })
    assert.matches("inboxes.messages.send: with an outbox it needs an idempotency_key", mistake)
    local received = assert(receipt_of(nil, nil, { to = inbox.inbox_id }))
    local reply, receipt = assert(received:reply { text = "One." })
    assert.equal(agentmail.key("reply", inbox.inbox_id, received.message_id),
                 receipt.idempotency_key)
    local _, _, failure = received:reply { text = "Two." }
    assert.same({ "key_reused", reply.message_id },
                { failure.code, failure.first.message_id })
    assert.matches("forward: with an outbox",
      helper.mistake(received.forward, received, { to = "a@example.com" }))
    local draft = assert(inbox.drafts:create { to = "b@example.com", text = "t",
                                               client_id = "d-1" })
    local sent = assert(draft:send())
    assert.equal(sent.message_id, assert(draft:send()).message_id)
    assert.is_nil(inbox.drafts:send(draft.draft_id)) -- its key is made of what is known here
    assert.equal(3, #view:sent())
  end)

  it("goes past the outbox with the key false", function()
    assert(receipt_of(nil, nil, { idempotency_key = false }))
    assert(receipt_of(nil, nil, { idempotency_key = false }))
    assert.equal(2, #view:sent())
    assert.same({}, { table.unpack(client.outbox:list()) })
  end)

  it("is another mail to the service than one that went out under its key without an outbox",
     function()
    local plain <close> = agentmail.new { base_url = view.url, api_key = key }
    assert(plain:inbox(inbox.inbox_id).messages:send {
      to = "ann@example.com", subject = "Receipt", text = "Paid.", idempotency_key = "receipt-12" })
    local _, _, failure = receipt_of()
    assert.same({ "key_reused", "key_taken", "not_applied", false },
                { failure.code, failure.state, failure.outcome, failure.pending })
    assert.equal(1, #view:sent())
  end)

  it("is another mail to the service once its outbox has labels, or has none any more", function()
    for i, labels in ipairs { { false, true }, { true, false } } do
      local name = "turned-" .. i
      for n, label in ipairs(labels) do
        client:close()
        outbox_file.remove(path) -- which keeps its choice: another one
        client = open { label = label }
        inbox = client:inbox(inbox.inbox_id)
        local sent, _, failure = receipt_of(nil, nil, { idempotency_key = name })
        assert.same(n == 1 and { true } or { false, "key_reused", "key_taken", 409 },
                    { sent ~= nil, failure and failure.code, failure and failure.state,
                      failure and failure.status })
      end
    end
    assert.equal(2, #view:sent())
  end)

  it("begins anew after a refusal, with other bytes", function()
    local _, _, failure = receipt_of(nil, nil, { to = "nobody" })
    assert.same({ "refused", false, "not_applied" },
                { failure.state, failure.pending, failure.outcome })
    local _, receipt = assert(receipt_of())
    assert.equal("sent", receipt.state)
    assert.equal(1, #view:sent())
  end)

  it("keeps what was refused for now, and sends it when it is due", function()
    view:fault { at = "before", ["do"] = 429 }
    reopen({ clock = function() return now end }, { limits = { attempts = 1 } })
    local _, _, failure = receipt_of()
    assert.same({ "waiting", true, "not_applied" },
                { failure.state, failure.pending, failure.outcome })
    view:faults {}
    now = now + 86400
    local report = assert(client.outbox:resume())
    assert.same({ 1, "sent" }, { report.sent, report[1].state })
    assert.is_nil(report.next_due)
    assert.equal(1, #view:sent())
  end)

  it("finds by its label a mail whose answer was lost, when the key is no longer trusted",
     function()
    reopen({ clock = function() return now end }, { limits = { attempts = 1, deadline = 1 } })
    view:fault { at = "commit", ["do"] = "hang" }
    local _, _, failure = receipt_of(nil, { deadline = 0.9 })
    assert.same({ "unknown", "doubtful", true },
                { failure.outcome, failure.state, failure.pending })
    view:faults {}
    now = now + 3600
    local report = assert(client.outbox:resume())
    assert.same({ 1, 1, nil }, { report.sent, #report, report.next_due })
    assert.equal("sent", report[1].state)
    assert.equal(view:sent()[1].message_id, report[1].message_id)
    local sent, receipt = assert(receipt_of())
    assert.same({ report[1].message_id, 0 }, { sent.message_id, receipt.attempts })
    assert.equal(1, #view:sent())
  end)

  it("is unknown when it is too old and not to be found; a person resolves it", function()
    reopen({ clock = function() return now end }, { limits = { attempts = 1, deadline = 1 } })
    view:fault { at = "before", ["do"] = "reset", ["until"] = { total = 1000 } }
    local _, _, failure = receipt_of(nil, { deadline = 0.9 })
    assert.same({ "unknown", "doubtful", true },
                { failure.outcome, failure.state, failure.pending })
    view:faults {}
    now = now + 25 * 3600
    assert(client.outbox:resume())
    now = now + 61
    local report = assert(client.outbox:resume())
    assert.equal(1, report.unknown)
    local row = client.outbox:list { state = "unknown" }[1]
    assert.same({ "receipt-12", "expired" }, { row.key, row.reason })
    _, _, failure = receipt_of()
    assert.same({ "expired", "unknown", "unknown", false },
                { failure.code, failure.outcome, failure.state, failure.pending })
    assert.is_true(row:resolve "not_sent")
    assert.equal("refused", row.state)
    assert(receipt_of())
    assert.equal(1, #view:sent())
  end)

  it("sends nothing that cannot be recorded", function()
    reopen({ path = "/proc/none/agent.db" })
    local value, message, failure = receipt_of()
    assert.is_nil(value)
    assert.same({ "storage", "unknown", 0, false }, -- an earlier process may have sent it
                { failure.code, failure.outcome, failure.attempts, failure.pending })
    assert.is_nil(failure.state)
    assert.matches("/proc/none/agent.db cannot be an outbox", message)
    assert.equal(0, #view:sent())
  end)

  it("repeats through the record", function()
    reopen(nil, { limits = { attempts = 1 } })
    view:fault { at = "before", ["do"] = 429, ["until"] = { total = 1 } }
    local _, _, failure = receipt_of()
    assert.same({ "rate_limit_exceeded", "waiting" }, { failure.code, failure.state })
    local sent, receipt = assert(failure:retry())
    assert.equal("sent", receipt.state)
    assert.equal(sent.message_id, view:sent()[1].message_id)
  end)

  it("says of an interrupted repeat that the first attempt may have been done", function()
    reopen(nil, { limits = { attempts = 1 } })
    view:fault { at = "before", ["do"] = "reset", ["until"] = { total = 1 } }
    local tries = 0
    local done, problem = interrupt_wait(function(interrupt)
      receipt_of(nil, { on_attempt = function(event)
        if event.event ~= "attempt" then return end
        tries = tries + 1
        if tries ~= 2 then return end
        view:fault { at = "before", ["do"] = "hang", ["until"] = { total = 1 } }
        interrupt()
      end })
    end)
    assert.is_false(done)
    assert.matches("Ctrl%-C", tostring(problem))
    local cut = client:interrupted()[1]
    assert.same({ "unknown", true }, { cut.outcome, cut.pending })
    local _, receipt = assert(cut:retry())
    assert.equal("sent", receipt.state)
    assert.equal(1, #view:sent())
  end)

  it("tells its observer what is recorded, looked for and settled", function()
    local events = {}
    local options = { attempts = 1, on_attempt = function(event)
      events[#events + 1] = event.event .. (event.state and ":" .. event.state or "")
    end }
    assert(receipt_of(nil, options))
    assert.same({ "recorded:sending", "attempt", "answer", "done", "settled:sent" }, events)
    assert(receipt_of(nil, options))
    assert.equal(5, #events)
  end)

  it("is explained with what the record says", function()
    reopen(nil, { limits = { attempts = 1 } })
    view:fault { at = "before", ["do"] = 429, ["until"] = { total = 1 } }
    local _, _, failure = receipt_of()
    assert.matches("The outbox has it as waiting: client.outbox:resume%(%) continues with it.$",
                   agentmail.explain(failure))
  end)

  describe("by client:request", function()
    local function request(more, options)
      local given = { method = "POST", path = "/v0/inboxes/orders%40agentmail.to/messages/send",
                      body = { to = "ann@example.com", text = "Paid." },
                      idempotency_key = "receipt-12", inbox_id = inbox.inbox_id }
      for name, value in pairs(more or {}) do given[name] = value end
      return client:request(given, options)
    end

    it("is recorded with its key and an inbox, and answered from the record", function()
      local sent, receipt = assert(request())
      assert.same({ 200, "sent" }, { receipt.response.status, receipt.state })
      local again, second = assert(request())
      assert.same({ sent.message_id, 0, "sent" },
                  { again.message_id, second.attempts, second.state })
      assert.equal("key_reused", select(3, request { body = { to = "b@example.com" } }).code)
      assert.equal(sent.message_id,
        assert(request({ body = { to = "b@example.com" } }, { on_conflict = "first" })).message_id)
      assert.equal(1, #view:sent())
    end)

    it("is gone on with by resume", function()
      view:fault { at = "before", ["do"] = 429, ["until"] = { total = 1 } }
      reopen({ clock = function() return now end }, { limits = { attempts = 1 } })
      local _, _, failure = request()
      assert.same({ "waiting", true }, { failure.state, failure.pending })
      now = now + 3600
      assert.equal(1, assert(client.outbox:resume()).sent)
      assert.equal(1, #view:sent())
    end)

    for _, has_label in ipairs { true, false } do
      it(has_label and "is looked for by its label if its body has it"
         or "is trusted by its key alone if its body has no label", function()
        reopen({ clock = function() return now end }, { limits = { attempts = 1 } })
        view:fault { at = "commit", ["do"] = "reset", ["until"] = { total = 1000 } }
        local label = client.outbox:label("receipt-12", inbox.inbox_id)
        local body = { to = "ann@example.com", text = "Paid.",
                       labels = { "other", has_label and label or "another" } }
        assert.equal("doubtful", select(3, request({ body = body }, { deadline = 0.9 })).state)
        view:faults {}
        local sends = #view:requests { operation = "inboxes.messages.send" }
        now = now + 60
        assert.equal(1, assert(client.outbox:resume()).sent)
        assert.same({ sends + (has_label and 0 or 1), 1 },
                    { #view:requests { operation = "inboxes.messages.send" }, #view:sent() })
        assert.equal(has_label and label or nil,
                     client.outbox:get("receipt-12", inbox.inbox_id).label)
      end)
    end

    it("goes past the outbox without a key, without an inbox, or with another protection",
       function()
      for _, given in ipairs { { protection = "none" }, { method = "GET" } } do request(given) end
      client:request { method = "POST", path = "/v0/inboxes/orders%40agentmail.to/messages/send",
                       body = { to = "ann@example.com", text = "Paid." } }
      assert.equal(0, #client.outbox:list())
    end)
  end)

  it("is not recorded in a dry run", function()
    reopen(nil, { dry = true })
    assert(receipt_of())
    assert.same({}, { table.unpack(client.outbox:list()) })
  end)

  it("sends the bytes of a file that was recorded, even if it is gone", function()
    local file = os.tmpname()
    local handle <close> = assert(io.open(file, "w"))
    assert(handle:write(("x"):rep(300000)))
    handle:close()
    reopen(nil, { limits = { attempts = 1 } })
    view:fault { at = "before", ["do"] = 429, ["until"] = { total = 1 } }
    local _, _, failure = receipt_of(nil, nil, { attachments = { { path = file } } })
    assert.equal("waiting", failure.state)
    os.remove(file)
    local row = client.outbox:get("receipt-12", inbox.inbox_id)
    assert.equal("waiting", row.state)
    reopen({ on_conflict = "first" })
    local sent = assert(receipt_of())
    assert.equal(("x"):rep(300000), assert(assert(sent:get()):attachment(
      sent.attachments[1].attachment_id):read()))
    assert.equal(1, #view:sent())
  end)

  it("says which option is wrong", function()
    assert.matches("'caused_at' must be seconds", helper.mistake(receipt_of, nil,
                                                                 { caused_at = "now" }))
    assert.matches("'on_conflict' must be", helper.mistake(receipt_of, nil, { on_conflict = "x" }))
    assert.matches("inboxes.messages.send: 'inbox_id' holds a zero byte",
                   helper.mistake(receipt_of, nil, nil, { inbox_id = "a\0b" }))
    assert.matches("outbox option 'path' is missing",
                   helper.mistake(agentmail.new, { outbox = {}, api_key = "k" }))
    assert.matches("pathh", helper.mistake(agentmail.new, { outbox = { pathh = "" } }))
  end)
end)
