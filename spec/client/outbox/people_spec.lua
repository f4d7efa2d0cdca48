-- SPDX-License-Identifier: MIT
-- What people do meanwhile: wrong API keys, corrected addresses, one key for two mails, removed
-- labels, deleted mails. The sandbox counts the mails; time stands unless a spec moves it.

local agentmail = require "agentmail"
local begin = require "spec.support.outbox_rig"

local HOUR = 3600

describe("a send with an outbox, and people", function()
  local rig

  before_each(function()
    rig = begin()
    rig:open()
  end)

  after_each(function() rig:finish() end)

  local function mail(more) return rig:send(more, { deadline = 30 }) end

  local function state() return rig:row().state end

  local function resume_after(...)
    for _, seconds in ipairs { ... } do
      rig.now = rig.now + seconds
      rig.view:advance(seconds)
      assert(rig.client.outbox:resume())
    end
  end

  for _, status in ipairs { "401", "403" } do
    it("tells its caller at once that its first look is barred: " .. status, function()
      rig.view:fault { at = "before", ["do"] = status, ["until"] = { total = 1 } }
      local failure = select(3, rig:send(nil, { deadline = 20, caused_at = false }))
      assert.same({ tonumber(status), "waiting", "not_applied", true },
                  { failure.status, failure.state, failure.outcome, failure.pending })
      assert.is_true(failure.code ~= "deferred" and failure.elapsed < 10, failure.code)
      assert.equal(failure.code, rig:row().reason)
      assert.equal(0, #rig.view:sent())
    end)
  end

  for _, status in ipairs { "401", "402", "403", "407" } do
    it("keeps what the account may not send for a night: " .. status, function()
      rig:postpone()
      rig.view:fault { at = "before", ["do"] = status, ["until"] = { total = 8 } }
      for _ = 1, 8 do
        resume_after(HOUR + 1)
        assert.equal("waiting", state())
      end
      assert.equal(0, #rig.view:sent())
      resume_after(HOUR + 1)
      assert.same({ "sent", 1 }, { state(), #rig.view:sent() })
    end)
  end

  it("keeps for a night what a wrong API key cannot send; its caller is told", function()
    local right = rig.key
    rig.key = "am_wrong"
    local _, _, failure = mail()
    assert.same({ "refused", "not_applied", false, 401 },
                { failure.state, failure.outcome, failure.pending, failure.status })
    rig.key = right
    rig:postpone()
    rig.key = "am_wrong"
    for _ = 1, 8 do resume_after(HOUR + 1) end
    assert.equal("waiting", state())
    rig.key = right
    resume_after(HOUR + 1)
    assert.same({ "sent", 1 }, { state(), #rig.view:sent() })
  end)

  it("sends under the same key to the corrected address", function()
    local _, _, failure = mail { to = "nobody" }
    assert.same({ "refused", false }, { failure.state, failure.pending })
    assert.equal("sent", select(2, assert(mail())).state)
    assert.equal(1, #rig.view:sent())
  end)

  it("says so where the service has used up the key for the refusal", function()
    rig.view:switch { record_rejections = true }
    local _, _, first = mail { to = "nobody" }
    assert.equal("refused", first.state)
    local _, _, same = mail { to = "nobody" }
    assert.same({ "refused", first.code }, { same.state, same.code })
    local _, _, failure = mail()
    assert.same({ "key_taken", "key_reused", "not_applied", false },
                { failure.state, failure.code, failure.outcome, failure.pending })
    assert.equal(0, #rig.view:sent())
    assert.is_true(rig:row():resolve "not_sent")
    assert(mail { idempotency_key = "receipt-12b" })
    assert.equal(1, #rig.view:sent())
  end)

  it("acknowledges and answers one message with two keys", function()
    rig.view:inbound { to = rig.inbox_id, from = "bea@example.com", subject = "Q", text = "?" }
    local received
    for item in rig.inbox.messages:each() do received = item end
    assert(received:reply { text = "We look at it.",
      idempotency_key = agentmail.key("ack", received.message_id) })
    local answer = assert(received:reply { text = "Here it is." })
    local _, _, failure = received:reply { text = "And more." }
    assert.same({ "key_reused", answer.message_id },
                { failure.code, failure.first.message_id })
    assert.equal(2, #rig.view:sent())
  end)

  for words, remove in pairs {
    ["its label is removed"] = function(message)
      local label = rig:row().label
      assert(message:update { remove_labels = { label } })
    end,
    ["it is deleted"] = function(message) assert(message:delete()) end,
  } do
    it("asks by the key when " .. words .. ", and has its first result", function()
      rig:lose "commit"
      local id = rig.view:sent()[1].message_id
      remove(rig.plain:inbox(rig.inbox_id):message(id))
      resume_after(121, 61, 61, 61)
      assert.same({ "sent", 1, id }, { state(), #rig.view:sent(),
        rig:row().message_id })
    end)

    it("is unknown when " .. words .. " and its key is too old", function()
      rig:lose "commit"
      remove(rig.plain:inbox(rig.inbox_id):message(rig.view:sent()[1].message_id))
      resume_after(25 * HOUR, 61, 61)
      assert.same({ "unknown", 1 }, { state(), #rig.view:sent() })
    end)
  end

  it("does not take for an empty list what an API key may not read", function()
    local all = rig.key
    rig.key = assert(rig.plain.api_keys:create { name = "sends only",
                                         permissions = { message_send = true } }).api_key
    rig:lose "commit"
    local before = #rig.view:requests { operation = "inboxes.messages.send" }
    resume_after(121, 61, 61, 301, HOUR + 1, 25 * HOUR)
    assert.same({ "doubtful", 1 }, { state(), #rig.view:sent() })
    assert.equal(before, #rig.view:requests { operation = "inboxes.messages.send" })
    rig.key = all
    resume_after(HOUR + 1)
    assert.same({ "sent", 1 }, { state(), #rig.view:sent() })
  end)
end)
