-- SPDX-License-Identifier: MIT
-- plan:prepare: a send that is written, and performed later, as an outbox has recorded it.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local plan_of = require "agentmail.object.collection".plan_of

local INBOX, LABEL = "a@example.com", "am-0123"
local SENT = { status = 200, body = '{"message_id":"<m>","thread_id":"t"}' }

describe("a prepared send", function()
  local client, log, scope, encoder

  local function script(entries)
    local _, requests, url = helper.scripted(entries)
    client = agentmail.new { base_url = url, api_key = "am_test", limits = { attempts = 2,
                             backoff_base = 0.001, backoff_cap = 0.002 } }
    log, scope = requests, client:inbox(INBOX).messages.scope
    encoder = plan_of "inboxes.messages.send".encoder
  end

  after_each(function() client:close() end)

  local function prepare(more, options, label)
    local arguments = { to = "ann@example.com", text = "Paid.", idempotency_key = "k" }
    for name, value in pairs(more or {}) do arguments[name] = value end
    return encoder:prepare(scope, arguments, options, nil, nil, label)
  end

  it("is written, and goes out with the bytes that were told", function()
    script { SENT }
    local handle, target, body, key, answer_scope, observer = prepare()
    assert.same({ "/v0/inboxes/a%40example.com/messages/send", "k", INBOX },
      { target, key, answer_scope.ids.inbox_id })
    assert.is_nil(observer)
    assert.equal(0, #log)
    local sent, receipt = handle:perform({}, 0, 10000, 5)
    assert.equal("<m>", sent.message_id)
    assert.same({ "applied", 1, "k" },
      { receipt.outcome, receipt.attempts, receipt.idempotency_key })
    assert.equal(body, log[1].body)
  end)

  it("gets the label if it is given none", function()
    script {}
    assert.matches('"labels":%["am%-0123"%]', (select(3, prepare(nil, nil, LABEL))))
    local own = select(3, prepare({ labels = { "own" } }, nil, LABEL))
    assert.matches('"labels":%["own"%]', own)
    assert.is_nil((select(3, prepare())):find("labels", 1, true))
    assert.matches("too long", helper.mistake(prepare, nil, nil, ("x"):rep(64)))
  end)

  it("tells that its body has files, and who observes it", function()
    script {}
    local observe = function() end
    local attachments = { { data = "a", filename = "a.txt" } }
    assert.is_false((select(3, prepare({ attachments = attachments }))))
    assert.equal(observe, (select(6, prepare(nil, { on_attempt = observe }))))
  end)

  it("returns the caller's mistake", function()
    script {}
    local handle, mistake = prepare { tos = "a" }
    assert.is_nil(handle)
    assert.matches("tos", mistake)
  end)

  it("can be given up for its request, and is then no longer prepared", function()
    script { SENT }
    local handle, target, body = prepare()
    local request = handle:request()
    assert.same({ target, body, "k" }, { request.target, request.body, request.key })
    handle:leave()
    assert.matches("not prepared", helper.mistake(handle.request, handle))
    assert.matches("not prepared", helper.mistake(handle.perform, handle, {}, 0, 0, 1))
    assert.equal(0, #log)
  end)

  it("fails with its request, and is repeated by who recorded it", function()
    script { { status = 422, body = '{"name":"ValidationError","message":"no"}' } }
    local recording = {}
    function recording.run(it) return "again", it end
    local handle = prepare()
    local sent, _, failure = handle:perform(recording, 0, 10000, 5)
    assert.is_nil(sent)
    assert.same({ "not_applied", true, "k" },
      { failure.outcome, failure.pending, recording.request.key })
    assert.equal(422, failure.status)
    assert.same({ "again", recording }, { failure:retry() })
  end)

  it("waits for no conflict: the outbox looks by itself", function()
    local busy = { status = 409, body = '{"name":"ConflictError","code":"conflict","message":"b"}' }
    script { busy, busy, SENT }
    local handle = prepare()
    local _, _, failure = handle:perform({ run = print }, 0, 10000, 5)
    assert.equal(1, #log)
    assert.equal("unknown", failure.outcome)
  end)

  it("is over at its own deadline", function()
    script { { status = 200, effect = { delay = 3 } } }
    local began = core.now()
    local _, _, failure = prepare():perform({ run = print }, 0, 10000, 0.2)
    assert.equal("timeout", failure.code)
    assert.is_true(core.now() - began < 2)
  end)
end)
