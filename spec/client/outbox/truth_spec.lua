-- SPDX-License-Identifier: MIT
-- What a failure says where the record cannot be written or read, or a file of the mail is gone:
-- never more than is proven. The sandbox counts the mails.

local begin = require "spec.support.outbox_rig"
local interrupt_wait = require "spec.support.interrupt_wait"
local outside = require "spec.support.outside"
local sqlite = require "agentmail.sandbox.sqlite"

describe("a send that cannot be recorded or gone on with", function()
  local rig

  before_each(function()
    rig = begin()
    rig:open(nil, { limits = { attempts = 1, outbox_wait = 0.05 } })
  end)

  after_each(function() rig:finish() end)

  local function facts(failure)
    return { failure.code, failure.outcome, failure.state or "none", failure.pending }
  end

  -- Calls f while another connection writes into the file.
  local function locked(f)
    local other = sqlite.open(rig.path)
    other:exec "BEGIN IMMEDIATE"
    f()
    other:exec "ROLLBACK"
    other:close()
  end

  it("says what the record says, if that can be read", function()
    local first = rig:lose "commit"
    locked(function()
      local expected = { "storage", "unknown", "doubtful", true }
      assert.same(expected, facts(select(3, first:retry())))
      assert.same(expected, facts(select(3, rig:send())))
      assert.same({ "storage", "not_applied", "none", false },
                  facts(select(3, rig:send { idempotency_key = "another" })))
    end)
    assert(first:retry())
    assert.equal(1, #rig.view:sent())
  end)

  it("says that a mail is sent, if the record does, and has its result with `first`", function()
    local sent = assert(rig:send())
    locked(function()
      assert.same({ "storage", "applied", "sent", false }, facts(select(3, rig:send())))
      assert.equal(sent.message_id, assert(rig:send(nil, { on_conflict = "first" })).message_id)
    end)
  end)

  it("says that nothing is known, if the record cannot be read", function()
    local first = rig:lose "commit"
    local function spoil() outside.write(rig.path, ("x"):rep(8192)) end
    rig.client:close()
    assert.same({ "closed", "unknown", "none", true }, facts(select(3, first:retry())))
    spoil()
    rig:open()
    local failure = select(3, rig:send())
    assert.same({ "storage", "unknown", "none", false }, facts(failure))
    assert.same({ "storage", "unknown", "none", false }, facts(select(3, failure:retry())))
    assert.equal(1, #rig.view:sent())
  end)

  it("says that nothing is known when the record is removed before its end is written", function()
    rig:fault("before", "429")
    local failure = select(3, rig:send(nil, { on_attempt = function(event)
      if event.event == "answer" then rig:remove() end
    end }))
    assert.same({ "storage", "unknown", "none", true }, facts(failure))
  end)

  it("does not trust an earlier `not_applied` once the record cannot be read", function()
    local first = rig:postpone()
    assert.equal("not_applied", first.outcome)
    rig.now = rig.now + 3600
    assert.equal(1, assert(rig.client.outbox:resume()).sent)
    rig.client:close()
    assert.same({ "closed", "unknown", "none", true }, facts(select(3, first:retry())))
  end)

  it("is a send, not a draft, when the file can be opened again", function()
    rig.client:close()
    outside.write(rig.path, ("x"):rep(8192))
    rig:open()
    local failure = select(3, rig:send())
    assert.equal("storage", failure.code)
    os.remove(rig.path)
    assert(failure:retry())
    assert.same({ 1, "inboxes.messages.send" },
                { #rig.view:sent(), rig.view:sent()[1].operation })
  end)

  it("has a state and is pending when an error interrupted it", function()
    rig.view:fault { at = "commit", ["do"] = "hang", match = { sends = true } }
    assert.is_false((interrupt_wait(function(interrupt)
      rig:send(nil, { deadline = 20, on_attempt = function(event)
        if event.event == "attempt" then interrupt() end
      end })
    end)))
    local row, cut = rig:row(), rig.client:interrupted()[1]
    assert.same({ row.outcome, row.state, row.pending }, { cut.outcome, cut.state, cut.pending })
    assert.equal("doubtful", row.state)
  end)

  describe("with a file that is gone", function()
    local file, failure

    local function attached(options)
      return rig:send({ attachments = { { path = file, filename = "a.txt" } } }, options)
    end

    before_each(function()
      file = os.tmpname()
      outside.write(file, "hello")
    end)

    -- Refused for now, so recorded; then its file goes.
    local function wait()
      rig:fault("before", "429")
      failure = select(3, attached())
      assert.equal("waiting", failure.state)
      rig.now = rig.now + 3600
      os.remove(file)
    end

    it("has its first result once it is sent", function()
      local sent = assert(attached())
      os.remove(file)
      local again, receipt = assert(attached())
      assert.same({ sent.message_id, 0 }, { again.message_id, receipt.attempts })
    end)

    it("goes on with the stored bytes by failure:retry()", function()
      wait()
      assert.equal("sent", select(2, assert(failure:retry())).state)
      assert.equal(1, #rig.view:sent())
    end)

    it("goes on with them if the first ones count", function()
      wait()
      assert.equal("sent", select(2, assert(attached { on_conflict = "first" })).state)
      assert.equal(1, #rig.view:sent())
    end)

    it("cannot be compared without them, and says so", function()
      wait()
      local _, message, why = attached()
      assert.same({ "file", "not_applied", "waiting", true }, facts(why))
      assert.matches("cannot be compared with the mail that has the key", message, 1, true)
      assert.equal(0, #rig.view:sent())
    end)

    it("is a failure of a free key", function()
      os.remove(file)
      assert.same({ "file", "not_applied", "none", false }, facts(select(3, attached())))
      assert.is_nil(rig:row())
    end)

    it("does not go on with the bytes of another call that began anew", function()
      wait()
      assert(rig:row():cancel())
      rig.now = rig.now + 1
      rig:postpone()
      rig.now = rig.now + 3600
      local _, _, other = failure:retry()
      assert.same({ "key_reused", "not_applied", "key_taken", false }, facts(other))
      assert.same({ "waiting", 0 }, { rig:row().state, #rig.view:sent() })
    end)
  end)
end)
