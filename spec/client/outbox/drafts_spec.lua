-- SPDX-License-Identifier: MIT
-- Sends with `keyed = false`, to a service that ignores keys: each goes out as a draft. The sandbox
-- counts the mails.

local begin = require "spec.support.outbox_rig"
local drafts = require "agentmail.outbox.drafts"
local helper = require "spec.support.helper"
local outbox_core = require "agentmail.outbox_core"

describe("a send to a service that ignores keys", function()
  local rig

  local function open(outbox, options)
    local settings = { keyed = false }
    for name, value in pairs(outbox or {}) do settings[name] = value end
    rig:open(settings, options)
  end

  before_each(function()
    rig = begin()
    rig.view:switch { seed_era = true }
    open()
  end)

  after_each(function() rig:finish() end)

  local function mail(more) return rig:send(more) end

  local function sent_count() return #rig.view:sent() end

  local function lose(place, operation, does)
    rig.view:fault { at = place, ["do"] = does or "reset", match = { operation = operation },
                 ["until"] = { total = 1 } }
  end

  it("goes out once, as a draft with its key and its label, and is answered from the record",
     function()
    local sent, receipt = assert(mail { to = "Ann <ann@example.com>",
      attachments = { { data = "x", filename = "a.txt" } } })
    assert.same({ "sent", true, "applied", "receipt-12" },
                { receipt.state, receipt.recorded, receipt.outcome, receipt.idempotency_key })
    local one = rig.view:sent()[1]
    assert.same({ "inboxes.drafts.send", "receipt-12", sent.message_id },
                { one.operation, one.draft_client_id, one.message_id })
    local message = assert(sent:get())
    assert.is_true(message.labels[outbox_core.label(rig.inbox_id, "receipt-12")])
    assert.same({ "Receipt", "a.txt" }, { message.subject, message.attachments[1].filename })
    open()
    local again, second = assert(mail { to = "Ann <ann@example.com>",
      attachments = { { data = "x", filename = "a.txt" } } })
    assert.same({ sent.message_id, 0 }, { again.message_id, second.attempts })
    assert.equal(1, sent_count())
  end)

  it("answers, answers all and forwards, in the thread of the message", function()
    rig.view:inbound { to = rig.inbox_id, cc = "carl@example.com", from = "bea@example.com",
                   subject = "Question", text = "?" }
    local received
    for item in rig.inbox.messages:each() do received = item end
    local reply = assert(received:reply { text = "One." })
    assert.equal(reply.message_id, assert(received:reply { text = "One." }).message_id)
    local all = assert(received:reply_all { text = "Two.", idempotency_key = "all" })
    local forwarded = assert(received:forward { to = "dan@example.com",
                                                idempotency_key = "forward" })
    local seen = {}
    for i, one in ipairs { reply, all, forwarded } do
      local message = assert(one:get())
      seen[i] = { message.subject, message.in_reply_to or false, message.to[1],
                  message.cc and message.cc[1] or false }
    end
    assert.same({ { "Re: Question", received.message_id, "bea@example.com", false },
                  { "Re: Question", received.message_id, "bea@example.com", "carl@example.com" },
                  { "Fwd: Question", false, "dan@example.com", false } }, seen)
    assert.equal(reply.thread_id, received.thread_id)
    assert.equal(3, sent_count())
  end)

  it("raises where a draft cannot carry what is asked", function()
    assert.matches("inboxes.messages.send: the outbox makes a draft of it %(keyed = false%), "
      .. "which has no 'headers'", helper.mistake(mail, { headers = { ["X-A"] = "b" } }))
    assert.matches("which has no 'track_opens'",
                   helper.mistake(mail, { html = "<p>x</p>", track_opens = true }))
    assert.matches("inboxes.messages.send: unknown parameter 'sub'",
                   helper.mistake(mail, { sub = "x" }))
    assert.matches("request: the outbox makes drafts",
      helper.mistake(rig.client.request, rig.client, {
        method = "POST", path = "/v0/x", idempotency_key = "k", inbox_id = rig.inbox_id }))
    assert.equal(0, #rig.client.outbox:list())
  end)

  it("creates again what was created unrecorded, and sends one", function()
    lose("commit", "inboxes.drafts.create")
    local _, _, failure = mail()
    assert.same({ "inboxes.messages.send", "waiting", "not_applied", true, true, "receipt-12" },
                { failure.operation, failure.state, failure.outcome, failure.pending,
                  failure.retryable, failure.idempotency_key })
    assert.equal(0, sent_count())
    rig.now = rig.now + 10
    assert.equal(1, assert(rig.client.outbox:resume()).sent)
    assert.equal(1, sent_count())
    assert.equal(0, #assert(rig.inbox.drafts:list()))
  end)

  it("finds by its label a mail whose answer was lost, after the horizon", function()
    lose("commit", "inboxes.drafts.send")
    local _, _, failure = mail()
    assert.same({ "doubtful", "unknown", true }, { failure.state, failure.outcome,
                                                   failure.pending })
    assert.equal(1, sent_count())
    rig.now = rig.now + 119
    local early = assert(rig.client.outbox:resume())
    assert.same({ 0, 1 }, { early.sent, early.next_due })
    rig.now = rig.now + 1
    local report = assert(rig.client.outbox:resume())
    assert.same({ 1, rig.view:sent()[1].message_id }, { report.sent, report[1].message_id })
    assert.equal(report[1].message_id, assert(mail()).message_id)
    assert.equal(1, sent_count())
  end)

  it("is sent after two empty looks when its draft is still there, however late", function()
    for i, late in ipairs { 120, 30 * 3600 } do
      lose("before", "inboxes.drafts.send")
      assert.equal("doubtful", select(3, mail { idempotency_key = "late-" .. i }).state)
      rig.now = rig.now + late
      local first = assert(rig.client.outbox:resume())
      assert.same({ 0, 60, i - 1 }, { first.sent, first.next_due, sent_count() })
      rig.now = rig.now + 60
      assert.equal(1, assert(rig.client.outbox:resume()).sent)
      assert.equal(i, sent_count())
      assert.is_nil(rig.client.outbox:resume().next_due)
    end
  end)

  -- The service dies between hand-off and deletion.
  local function leave_draft()
    lose("handoff", "inboxes.drafts.send", { kind = "reset", draft = "kept" })
    assert.equal("doubtful", select(3, mail()).state)
    assert.same({ 1, 1 }, { sent_count(), #assert(rig.inbox.drafts:list()) })
  end

  it("is not sent again when its draft stayed", function()
    leave_draft()
    rig.now = rig.now + 120
    local report = assert(rig.client.outbox:resume())
    assert.equal(1, sent_count())
    assert.same({ 1, rig.view:sent()[1].message_id }, { report.sent, report[1].message_id })
    assert.equal(report[1].message_id, assert(mail()).message_id)
  end)

  it("is not sent again when its draft stayed and only the second look finds it", function()
    rig.view:freeze()
    leave_draft()
    rig.view:fault { at = "view", ["do"] = { kind = "lag", seconds = 150 },
                     ["until"] = { total = 1000 } }
    local found = {}
    for i, seconds in ipairs { 120, 60 } do
      rig.now = rig.now + seconds
      rig.view:advance(seconds)
      found[i] = assert(rig.client.outbox:resume()).sent
    end
    assert.same({ 0, 1, 1 }, { found[1], found[2], sent_count() })
  end)

  it("is sent again when its draft stayed and no look can find it: a residual of the guide",
     function()
    for i, how in ipairs { "dropped", "no label" } do
      if how == "dropped" then
        rig.view:switch { draft_labels = "dropped" }
      else
        rig:remove()
        rig.view:reset()
        rig.view:switch { seed_era = true }
        rig.inbox_id = assert(rig.plain.inboxes:create { username = "orders" }).inbox_id
        open { label = false }
      end
      leave_draft()
      for _ = 1, 2 do
        rig.now = rig.now + 120
        assert(rig.client.outbox:resume())
      end
      assert.same({ 2, "sent" }, { sent_count(), rig:row().state }, i)
    end
  end)

  it("keeps its draft when it is proven unsent", function()
    lose("before", "inboxes.drafts.send", "429")
    local _, _, failure = mail()
    assert.same({ "drafted", "not_applied", true, "rate_limit_exceeded" },
                { failure.state, failure.outcome, failure.pending, failure.code })
    assert.is_string(rig:row().draft_id)
    rig.now = rig.now + 60
    assert.equal("sent", select(2, assert(mail())).state)
    assert.equal(1, sent_count())
  end)

  it("is unknown when its draft stays `sending` for 15 minutes", function()
    lose("handoff", "inboxes.drafts.send", { kind = "reset", draft = "sending", left = false })
    assert.equal("doubtful", select(3, mail()).state)
    for _ = 1, 4 do
      rig.now = rig.now + 300
      assert(rig.client.outbox:resume())
    end
    assert.same({ "unknown", "unknown" }, { rig:row().state, rig:row().outcome })
    assert.equal(0, sent_count())
  end)

  it("is looked for when its draft stays `sending` although it left", function()
    lose("handoff", "inboxes.drafts.send", { kind = "reset", draft = "sending" })
    assert.equal("doubtful", select(3, mail()).state)
    local sent = {}
    for i, seconds in ipairs { 899, 30 } do
      rig.now = rig.now + seconds
      sent[i] = assert(rig.client.outbox:resume()).sent
    end
    assert.same({ 0, 1, 1, "sent" }, { sent[1], sent[2], sent_count(), rig:row().state })
  end)

  it("is unknown when the mail does not have the labels of its draft", function()
    rig.view:switch { draft_labels = "dropped" }
    lose("commit", "inboxes.drafts.send")
    assert.equal("doubtful", select(3, mail()).state)
    for _ = 1, 4 do
      rig.now = rig.now + 120
      assert(rig.client.outbox:resume())
    end
    assert.equal("unknown", rig:row().state)
    assert.equal(1, sent_count())
  end)

  it("sends no draft that another made under its key", function()
    assert(rig.plain:inbox(rig.inbox_id).drafts:create {
      to = "ann@example.com", subject = "Receipt", text = "Other.", client_id = "receipt-12" })
    local _, _, failure = mail()
    assert.same({ "key_taken", "key_reused", "not_applied", false },
                { failure.state, failure.code, failure.outcome, failure.pending })
    assert.equal(0, sent_count())
  end)

  it("begins anew with the same content, not with other, once it was cancelled or refused",
     function()
    for i, how in ipairs { "429", "401" } do
      local key = "receipt-" .. i
      lose("before", "inboxes.drafts.send", how)
      assert.equal("not_applied", select(3, mail { idempotency_key = key }).outcome)
      local row = rig.client.outbox:get(key, rig.inbox_id)
      if how == "429" then assert(row:cancel()) end
      local before = sent_count()
      local _, message, failure = mail { idempotency_key = key, text = "Other." }
      assert.same({ "key_reused", "key_taken", "not_applied", before },
                  { failure.code, failure.state, failure.outcome, sent_count() })
      assert.matches("give this one another key", message, 1, true)
      assert(rig.client.outbox:get(key, rig.inbox_id):resolve "not_sent")
      assert(mail { idempotency_key = key })
      assert.equal(before + 1, sent_count())
    end
  end)

  it("sends no draft that another gave more recipients", function()
    assert(rig.plain:inbox(rig.inbox_id).drafts:create {
      to = "ann@example.com", bcc = "eve@example.com", subject = "Receipt", text = "Paid.",
      client_id = "receipt-12" })
    assert.equal("key_reused", select(3, mail()).code)
    assert.equal(0, sent_count())
  end)

  local function make_draft()
    return assert(rig.inbox.drafts:create { to = "b@example.com", text = "t", client_id = "d-1" })
  end

  -- A send of the draft finds the mail that went out.
  local function expect_found(draft)
    local sent, receipt = assert(draft:send())
    assert.same({ rig.view:sent()[1].message_id, "sent" }, { sent.message_id, receipt.state })
    assert.equal(1, sent_count())
  end

  for name, lost in pairs {
    ["although the answer was lost"] = { "commit", "inboxes.drafts.send" },
    ["and stayed"] = { "handoff", "inboxes.drafts.send", { kind = "reset", draft = "kept" } },
  } do
    it("finds a draft of the caller's that went " .. name, function()
      local draft = make_draft()
      lose(table.unpack(lost))
      assert.equal("doubtful", select(3, draft:send()).state)
      rig.now = rig.now + 120
      expect_found(draft)
    end)
  end

  it("finds it with keys, too, if the service has forgotten the key", function()
    rig:remove()
    rig.view:switch { seed_era = false }
    open { keyed = true, clock = os.time }
    local draft = make_draft()
    lose("commit", "inboxes.drafts.send")
    rig.view:fault { at = "expired", ["do"] = "nothing",
                     match = { operation = "inboxes.drafts.send" } }
    expect_found(draft)
  end)

  it("serves one era a file", function()
    assert(mail())
    open { keyed = true }
    local _, message, failure = mail()
    assert.equal("storage", failure.code)
    assert.matches("keyed", message)
  end)

  it("knows a draft by what was asked for, however the service writes it", function()
    local function differ(draft, text) return drafts.differ(draft, text, 32) end
    local asked = '{"to":["Ann <ann@Example.com>, b@x.org"],"text":"a\\r\\nb\\n","subject":"S"}'
    local same = { to = { "b@x.org", "ann@example.com" }, text = "a\nb", subject = "S",
                   labels = { "any" } }
    assert.is_false(differ(same, asked))
    for name, value in pairs { to = { "b@x.org" }, text = "a", subject = "T" } do
      local other = {}
      for field, its in pairs(same) do other[field] = its end
      other[name] = value
      assert.is_true(differ(other, asked), name)
    end
    for name, value in pairs { cc = { "e@x.org" }, bcc = { "e@x.org" }, reply_to = { "e@x.org" },
                               html = "<p>", attachments = { {} }, in_reply_to = "<m>",
                               forward_of = "<m>", send_at = "2026-08-01T00:00:00Z" } do
      local more = { [name] = value }
      for field, its in pairs(same) do more[field] = its end
      assert.is_true(differ(more, asked), name)
    end
    local answer = { in_reply_to = "<m>", to = { "a@x.org" }, subject = "Re: S", text = "t" }
    assert.is_false(differ(answer, '{"in_reply_to":"<m>","text":"t"}'))
    answer.cc = { "b@x.org" }
    assert.is_false(differ(answer, '{"in_reply_to":"<m>","reply_all":true,"text":"t"}'))
    assert.is_true(differ(answer, '{"in_reply_to":"<m>","text":"t"}'))
    assert.is_true(differ({}, '{"attachments":[{"url":"u"}]}'))
    assert.is_false(differ({}, nil))
  end)
end)
