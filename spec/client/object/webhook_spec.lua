-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local agentmail = require "agentmail"

-- The published test vector of the scheme.
local VECTOR = {
  secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
  now = 1614265330,
  body = '{"test": 2432232314}',
  signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}

-- A genuine webhook for a body, signed by openssl, not by the code under test.
local function signed(body)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  file:write(VECTOR.id, ".", VECTOR.now, ".", body)
  file:close()
  local key = "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0"
  local pipe = assert(io.popen("openssl dgst -sha256 -mac HMAC -macopt hexkey:" .. key
    .. " -binary " .. name .. " | openssl base64 -A"))
  local signature = "v1," .. pipe:read("a")
  pipe:close()
  os.remove(name)
  return {
    secret = VECTOR.secret, body = body, now = VECTOR.now,
    headers = { ["svix-id"] = VECTOR.id, ["svix-timestamp"] = tostring(VECTOR.now),
                ["svix-signature"] = signature },
  }
end

local RECEIVED = [[{"type":"event","event_type":"message.received","event_id":"evt_1",
  "message":{"message_id":"<m>","thread_id":"t","inbox_id":"a@b.c","from":"Ann <ann@example.com>",
  "labels":["received","unread"],"size":12.0,"text":null},
  "thread":{"thread_id":"t","inbox_id":"a@b.c","message_count":1,"labels":["unread"]}}]]

local function without(given, name)
  local copy = {}
  for key, value in pairs(given) do copy[key] = value end
  copy[name] = nil
  return copy
end

describe("a webhook", function()
  it("of the published vector is genuine", function()
    local given = signed(VECTOR.body)
    assert.equal(VECTOR.signature, given.headers["svix-signature"])
    local none, message, failure = agentmail.verify_webhook(given)
    assert.is_nil(none)                                     -- genuine, but not an event of ours
    assert.equal("verify_webhook: the event lacks 'event_type' (bad_response)", message)
    assert.equal("bad_response", failure.code)
    assert.equal(0, failure.attempts)                       -- there was nothing to attempt
  end)

  it("is an event whose message and thread have their methods", function()
    local client, log = helper.scripted {
      { body = { message_id = "<r>", thread_id = "t" } },
      { body = { thread_id = "t", messages = { { message_id = "<m>" } } } } }
    local event = assert(client:verify_webhook(signed(RECEIVED)))
    assert.equal("message.received", event.event_type)
    assert.equal("Ann <ann@example.com>", event.message.from)
    assert.is_true(event.message.labels.unread)
    assert.equal("integer", math.type(event.message.size))
    assert.is_nil(event.message.text)
    assert.equal("<r>", assert(event.message:reply { text = "Thanks" }).message_id)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/reply", log[1].target)
    assert.equal("<m>", assert(event.thread:get()).messages[1].message_id)
    assert.equal("/v0/inboxes/a%40b.c/threads/t", log[2].target)
  end)

  it("of a calendar holds an event whose methods know its inbox", function()
    local client, log = helper.scripted { { body = { event = { event_id = "e" } } } }
    local event = assert(client:verify_webhook(signed [[{"type":"event",
      "event_type":"calendar.event.updated","event_id":"op_1","inbox_id":"a@b.c",
      "calendar_event":{"event_id":"e","title":"T","sequence":2.0,"metadata":{"n":[1.0]}},
      "previous":{"title":"S"}}]]))
    assert.same({ "a@b.c", "S", "T" },
                { event.inbox_id, event.previous.title, event.calendar_event.title })
    assert.same({ "integer", "integer" }, { math.type(event.calendar_event.sequence),
                                            math.type(event.calendar_event.metadata.n[1]) })
    assert(event.calendar_event:update { title = "U" })
    assert.equal("/v0/inboxes/a%40b.c/calendar/events/e", log[1].target)
  end)

  it("of a scan holds a message with the result, or with its release", function()
    local event = assert(agentmail.verify_webhook(signed [[{"event_type":"message.security.review",
      "event_id":"evt_2","message":{"organization_id":"o","inbox_id":"a@b.c","message_id":"<m>",
      "agent_armor":{"completed_at":"2026-10-14T12:00:00Z","model":"m","verdict":"review",
      "newer":1}}}]]))
    assert.same({ "review", 1 }, { event.message.agent_armor.verdict,
                                   event.message.agent_armor.newer })
    event = assert(agentmail.verify_webhook(signed [[{"event_type":"message.security.override",
      "event_id":"evt_3","message":{"inbox_id":"a@b.c","message_id":"<m>",
      "manual_override":{"override_id":"evt_3","actor":{"api_key_id":"k"}}}}]]))
    assert.equal("k", event.message.manual_override.actor.api_key_id)
  end)

  it("of an unknown type is passed through whole", function()
    local event = assert(agentmail.verify_webhook(signed [[{"type":"event",
      "event_type":"widget.turned","event_id":"evt_4","widget":{"angle":90,"parts":[1,2]},
      "message":{"no":"id"},"calendar_event":7,"inbox_id":"a@b.c"}]]))
    assert.same({ "widget.turned", "evt_4", 90, 2, "id" }, { event.event_type, event.event_id,
      event.widget.angle, #event.widget.parts, event.message.no })
    assert.equal(7, event.calendar_event)
    local _, _, failure = agentmail.verify_webhook(signed [[{"event_type":"message.received",
      "message":{"no":"id"}}]])
    assert.equal("bad_response", failure.code)
  end)

  it("may have its headers in any case, with either prefix", function()
    local given = signed(RECEIVED)
    local headers = given.headers
    given.headers = { ["Svix-Id"] = headers["svix-id"], ["SVIX-TIMESTAMP"] = VECTOR.now,
                      ["WebHook-Signature"] = "v1,AAAA v2,x " .. headers["svix-signature"],
                      ["X-Other"] = "1", [1] = "array part" }
    assert(agentmail.verify_webhook(given))
    given.headers["WebHook-Signature"] = { "v1,AAAA", headers["svix-signature"] }
    assert(agentmail.verify_webhook(given))
  end)

  it("with its sender in from_ also has it in from", function()
    local event = assert(agentmail.verify_webhook(signed(
      '{"event_type":"message.received","message":{"message_id":"m","from_":["Ann <a@b.c>"]}}')))
    assert.equal("Ann <a@b.c>", event.message.from)
    assert.same({ "Ann <a@b.c>" }, event.message.from_)
  end)

  it("may report another event, as plain data", function()
    local event = assert(agentmail.verify_webhook(signed(
      [[{"event_type":"message.bounced","bounce":{"inbox_id":"a","message_id":"m",
      "type":"Permanent","recipients":[{"address":"x@y.z","status":"5.1.1"}]}}]])))
    assert.equal("x@y.z", event.bounce.recipients[1].address)
  end)

  it("verified without a client has methods that say what is missing", function()
    local event = assert(agentmail.verify_webhook(signed(RECEIVED)))
    local none, message, failure = event.message:reply { text = "x" }
    assert.is_nil(none)
    assert.equal("closed", failure.code)
    assert.is_truthy(message:find("client:verify_webhook gives objects that can call", 1, true))
  end)

  it("that is not genuine returns nil, message, failure", function()
    local given = signed(RECEIVED)
    local function check(words, change)
      local copy = { headers = {} }
      for name, value in pairs(given) do
        if name ~= "headers" then copy[name] = value end
      end
      for name, value in pairs(given.headers) do copy.headers[name] = value end
      change(copy)
      local none, message, failure = agentmail.verify_webhook(copy)
      assert.is_nil(none)
      assert.equal("bad_signature", failure.code)
      assert.is_false(failure.retryable)
      assert.is_truthy(message:find(words, 1, true), message)
    end
    local no_match = "no signature matches: another secret, or not the raw body"
    check(no_match, function(copy) copy.body = copy.body .. " " end)
    check(no_match, function(copy) copy.secret = "whsec_AAAAAAAA" end)
    check(no_match, function(copy) copy.headers["svix-id"] = "msg_other" end)
    check(no_match, function(copy) copy.headers["svix-signature"] = "v2,x" end)
    check("too old", function(copy) copy.now = copy.now + 301 end)
    check("from the future", function(copy) copy.now = copy.now - 301 end)
    check("too old", function(copy) copy.now, copy.tolerance = copy.now + 11, 10 end)
    check("too old", function(copy) copy.now = nil end)
    check("svix-timestamp is not a number", function(copy)
      copy.headers["svix-timestamp"] = "today"
    end)
    check("it has no signature", function(copy) copy.headers["svix-signature"] = nil end)
    check("it has no signature", function(copy) copy.headers = {} end)
  end)

  it("that is not genuine comes with advice", function()
    local given = signed(RECEIVED)
    given.body = given.body .. " "
    local _, message, failure = agentmail.verify_webhook(given)
    assert.equal("verify_webhook: no signature matches: another secret, or not the raw body "
      .. "(bad_signature). Do not act on it; answer the request with status 400", message)
    assert.equal("Do not act on it; answer the request with status 400", failure.fix)
    assert.equal(message, (select(2, failure:retry())))
  end)

  it("is not reported as a forgery when memory ran out", function()
    local core = require "agentmail.core"
    local verify = core.verify_webhook
    core.verify_webhook = function() return nil, "out of memory" end
    local _, message, failure = agentmail.verify_webhook(signed(RECEIVED))
    core.verify_webhook = verify
    assert.equal("verify_webhook: out of memory (out_of_memory)", message)
    assert.is_nil(failure.fix)
  end)

  it("raises a caller's mistake", function()
    local given = signed(RECEIVED)
    for words, wrong in pairs {
      ["'secret' is required"] = without(given, "secret"),
      ["'headers' is required"] = without(given, "headers"),
      ["'body' is required"] = without(given, "body"),
      ["takes { secret =, headers =, body = }, not a string"] = "x",
      ["'body' must be a string, not a table"] =
        { secret = given.secret, headers = given.headers, body = {} },
      ["'tolerance' must be a number of seconds, not -1"] = { tolerance = -1 },
      ["'now' must be a number of seconds, not inf"] = { now = math.huge },
      ["unknown parameter 'header' (did you mean 'headers'?)"] = { header = {} },
      ["'secret' is not a webhook's secret: it looks like whsec_ and base64"] =
        { secret = "hunter2!", headers = given.headers, body = given.body, now = given.now },
    } do
      assert.equal("verify_webhook: " .. words, helper.mistake(agentmail.verify_webhook, wrong))
      assert.equal("verify_webhook: " .. words, helper.mistake(function()
        return helper.scripted({}):verify_webhook(wrong)
      end))
    end
  end)
end)
