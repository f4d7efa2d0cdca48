-- SPDX-License-Identifier: MIT
local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local failures = require "agentmail.call.failure"

local function sentence(facts, inbox)
  facts.operation = facts.operation or "inboxes.messages.send"
  facts.protection = facts.protection or "idempotency_key"
  facts.attempts = facts.attempts or 1
  facts.outcome = facts.outcome or "not_applied"
  local _, text = failures.new(facts, function() end, inbox)
  return text
end

describe("a failure's sentence", function()
  it("says what failed, why, what is known, and what to do", function()
    assert.equal("inboxes.messages.send: recipient is blocked (HTTP 403, message_rejected); "
      .. "nothing was done, 1 attempt. DELETE /v0/lists/send/block/a@b.c",
      sentence { code = "message_rejected", status = 403, message = "recipient is blocked",
                 fix = "DELETE /v0/lists/send/block/a@b.c" })
    assert.equal("inboxes.messages.send: no answer in time (timeout); it may have been done, "
      .. "3 attempts. failure:retry() repeats it under the same key, which cannot do it twice",
      sentence { code = "timeout", message = "no answer in time", outcome = "unknown",
                 attempts = 3, idempotency_key = "k", retryable = true })
    assert.equal("api_keys.create: no answer in time (timeout); it may have been done, 1 attempt. "
      .. "Look before repeating it: nothing protects it against happening twice",
      sentence { operation = "api_keys.create", code = "timeout", message = "no answer in time",
                 outcome = "unknown", protection = "none",
                 fix = "Retry the request in a moment." })
    assert.equal("inboxes.create: no answer in time (timeout); it may have been done, 1 attempt. "
      .. "failure:retry() repeats it, which cannot do it twice",
      sentence { operation = "inboxes.create", code = "timeout", message = "no answer in time",
                 outcome = "unknown", protection = "client_id", retryable = true })
    assert.equal("inboxes.messages.send: report.pdf changed (file); it may have been done, "
      .. "2 attempts. Look first whether it was done",
      sentence { code = "file", message = "report.pdf changed", outcome = "unknown", attempts = 2,
                 idempotency_key = "k" })
    assert.equal("inboxes.messages.send: closed (closed); it may have been done, 1 attempt. "
      .. "Another client can repeat it, under the same key",
      sentence { code = "closed", outcome = "unknown", idempotency_key = "k", retryable = true })
    assert.equal("inboxes.get: no API key (unauthenticated), never sent. "
      .. "Set AGENTMAIL_API_KEY, or pass api_key to agentmail.new",
      sentence { operation = "inboxes.get", code = "unauthenticated", message = "no API key",
                 attempts = 0, protection = "safe" })
    assert.equal("inboxes.get: too many requests (HTTP 429, rate_limit_exceeded), 2 attempts. "
      .. "failure:retry() in 31 s or later",
      sentence { operation = "inboxes.get", code = "rate_limit_exceeded", status = 429,
                 message = "too many requests", attempts = 2, not_before = 30.2,
                 protection = "safe" })
  end)

  it("names the fields that the service found invalid", function()
    local errors = { { path = { "username" }, message = "too short" },
                     { path = { 1, "x" }, message = "bad" } }
    assert.equal("inboxes.create: Request validation failed; username too short; 1.x bad "
      .. "(HTTP 400, validation_error); nothing was done, 1 attempt",
      sentence { operation = "inboxes.create", status = 400, code = "validation_error",
        message = "Request validation failed",
        errors = errors })
    assert.same({ 1, "x" }, errors[2].path)               -- the service's value is unchanged
    assert.equal("inboxes.create: username: too short (HTTP 400, validation_error); "
      .. "nothing was done, 1 attempt",
      sentence { operation = "inboxes.create", status = 400, code = "validation_error",
        message = "username: too short", errors = { errors[1] } }) -- once is enough
  end)

  it("names the cause of a deferred call", function()
    assert.equal('inboxes.get: the budget is spent (deferred); last cause: HTTP 503, busy, '
      .. '"Later.", 2 attempts. failure:retry() in 20 s or later',
      sentence { operation = "inboxes.get", code = "deferred", status = 503, message = "Later.",
        reason = "the budget is spent", cause = { code = "busy", status = 503, message = "Later." },
        attempts = 2, not_before = 20, protection = "safe" })
    assert.equal("inboxes.messages.send: deferred (deferred); last cause: network; it may have "
      .. "been done, 1 attempt. failure:retry() repeats it under the same key, which cannot do it "
      .. "twice",
      sentence { code = "deferred", outcome = "unknown", cause = { code = "network" },
                 idempotency_key = "k", retryable = true })
  end)

  it("says which mail to look for, and never to use a new key", function()
    local reused = { operation = "inboxes.messages.reply", code = "key_reused", status = 409,
                     message = "Used before.", fix = "Use a new key.", idempotency_key = "k" }
    assert.equal("inboxes.messages.reply in a@b.c: Used before. (HTTP 409, key_reused); the "
      .. "Idempotency-Key was used with other content, which may have been sent before; this call "
      .. "sent nothing, 1 attempt. Look for that mail (label, thread): if it is there, label and "
      .. "go on", sentence(reused, "a@b.c"))
    assert.equal("Use a new key.", reused.fix) -- the service's advice is unchanged
    local gone = { operation = "inboxes.drafts.send", code = "draft_gone", status = 404,
                   message = "Draft not found", outcome = "unknown", attempts = 2,
                   fix = "Check the id.", idempotency_key = "k" }
    assert.equal("inboxes.drafts.send in a@b.c: Draft not found (HTTP 404, draft_gone); no such "
      .. "draft here: sent, deleted, or never existed; an earlier attempt may have sent this mail, "
      .. "2 attempts. Look for the mail (label, thread), then check inbox and id",
      sentence(gone, "a@b.c"))
  end)

  it("gives the service's advice only where nothing was done", function()
    for _, protection in ipairs { "idempotency_key", "client_id", "safe", "none" } do
      for _, retryable in ipairs { false, true } do
        for _, outcome in ipairs(protection == "safe" and { "not_applied" }
                                 or { "not_applied", "unknown", "applied" }) do
          local facts = { code = "busy", status = 503, message = "Busy.", outcome = outcome,
                          protection = protection, retryable = retryable, fix = "Use a new key." }
          local is_safe = outcome == "not_applied"
          assert.equal(is_safe, sentence(facts):find("Use a new key.", 1, true) ~= nil)
          local explained = agentmail.explain(facts):find("Use a new key.", 1, true)
          assert.is_true(is_safe or not explained)
          assert.equal("Use a new key.", facts.fix)
        end
      end
    end
    assert.equal("inboxes.messages.send: no (HTTP 422, no); it may have been done, 1 attempt. "
      .. "Look first whether it was done", sentence { code = "no", status = 422, message = "no",
      outcome = "unknown", retryable = false, fix = "Correct it, and send it again." })
  end)

  it("shows no key that the service quotes", function()
    local quoted = "Authorization: Bearer am_us_secret1 and am_us_secret2 (bearer c2VjcmV0Mw==)"
    local facts = { code = "unauthorized", status = 401, message = quoted, fix = quoted,
                    errors = { { path = { "x" }, message = quoted .. "." } }, reason = quoted,
                    cause = nil, retryable = false }
    local text = sentence(facts)
    for _, told in ipairs { text, tostring(facts), agentmail.explain(facts) } do
      assert.is_nil(told:find("secret", 1, true), told)
      assert.is_nil(told:find("c2Vj", 1, true), told)
      assert.is_truthy(told:find("Authorization: Bearer … and am_… (bearer …)", 1, true), told)
    end
    facts.cause = { code = "unauthorized", status = 401, message = quoted }
    assert.is_nil(sentence(facts):find("secret", 1, true))
    assert.equal(quoted, facts.message) -- what the service said, stays
  end)

  it("does not pretend to know whether it was sent", function()
    local facts = { code = "cancelled", message = "interrupted", outcome = "unknown", attempts = 0,
                    unread = true, idempotency_key = "k", retryable = true }
    assert.equal("inboxes.messages.send: interrupted (cancelled); it may have been done; it is not "
      .. "known whether it was sent. failure:retry() repeats it under the same key, which cannot "
      .. "do it twice", sentence(facts))
    assert.is_nil(facts.unread)
    local explained = agentmail.explain(facts)
    assert.is_truthy(explained:find("It is not known whether it was sent. It may have been done. "
      .. "Repeat it", 1, true), explained)
    local read = { code = "cancelled", message = "interrupted", attempts = 0, unread = true,
                   protection = "safe", retryable = true }
    assert.equal("inboxes.messages.send: interrupted (cancelled); it is not known whether it was "
      .. "sent. failure:retry() repeats it", sentence(read))
  end)

  it("names the inbox where a key is in use", function()
    assert.equal("inboxes.messages.send in a@b.c: busy (HTTP 409, conflict); it may have been "
      .. "done, 3 attempts. failure:retry() repeats it under the same key, which cannot do it "
      .. "twice",
      sentence({ code = "conflict", status = 409, message = "busy", outcome = "unknown",
                 attempts = 3, idempotency_key = "k", retryable = true }, "a@b.c"))
    assert.equal("inboxes.messages.send: no (HTTP 403, no); nothing was done, 1 attempt",
      sentence({ code = "no", status = 403, message = "no" }, "a@b.c"))
  end)

  it("covers a call that was done but whose answer was lost", function()
    assert.equal("inboxes.messages.send: interrupted (cancelled); the service did it, but its "
      .. "answer was lost, 1 attempt. failure:retry() asks for its answer again, which cannot do "
      .. "it twice", sentence { code = "cancelled", message = "interrupted", outcome = "applied",
                             retryable = true })
    assert.equal("inboxes.messages.send: interrupted (cancelled); the service did it, but its "
      .. "answer was lost, 1 attempt. Look before repeating it: nothing protects it against "
      .. "happening twice", sentence { code = "cancelled", message = "interrupted",
                                       outcome = "applied", protection = "none" })
  end)

  it("has the reason or the code when there is no message", function()
    assert.equal("inboxes.get: gave up (x), 1 attempt",
                 sentence { operation = "inboxes.get", code = "x", reason = "gave up",
                            protection = "safe" })
    assert.equal("inboxes.get: x (x), 1 attempt",
                 sentence { operation = "inboxes.get", code = "x", protection = "safe" })
  end)

  it("mentions no attempts when there was nothing to send", function()
    local _, text = failures.new({ operation = "verify_webhook", code = "bad_signature",
      outcome = "not_applied", message = "forged" }, function() end)
    assert.equal("verify_webhook: forged (bad_signature)", text)
  end)
end)

describe("a failure", function()
  it("is a table of facts, printed as its sentence", function()
    local _, text, failure = failures.new({ operation = "a.b", code = "x", attempts = 1,
                                            outcome = "unknown" }, function() end)
    assert.equal(text, tostring(failure))
    local names = {}
    for name in pairs(failure) do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "attempts", "code", "elapsed", "operation", "outcome" }, names)
  end)

  it("repeats its call only if that is harmless or the caller insists", function()
    local facts = { operation = "a.b", code = "x", attempts = 1, outcome = "unknown" }
    local _, _, failure = failures.new(facts, function() return "v", "r" end)
    assert.same({ "v", "r" }, { failure:retry() })
    for _, harmless in ipairs { { protection = "none", outcome = "not_applied" },
                                { protection = "client_id", outcome = "unknown" } } do
      facts.protection, facts.outcome = harmless.protection, harmless.outcome
      assert.equal("v", (failure:retry()))
    end
    facts.protection, facts.outcome = "none", "unknown"
    assert.equal("a.b: it may have been done, and nothing protects it against happening twice: "
      .. "look first, then failure:retry { anyway = true }",
      helper.mistake(function() return failure:retry() end))
    assert.equal("v", (failure:retry { anyway = true }))
    facts.outcome = "applied"
    assert.equal("a.b: it was done, and nothing protects it against happening twice: look first, "
      .. "then failure:retry { anyway = true }", helper.mistake(failure.retry, failure))
    assert.equal("v", (failure:retry { anyway = true }))
    for _, wrong in ipairs { true, "anyway", {}, { anyways = true }, { anyway = true, x = 1 } } do
      assert.equal("failure:retry() takes { anyway = true }, or nothing",
                   helper.mistake(failure.retry, failure, wrong))
    end
    assert.equal("only a failure of this library can be retried",
                 helper.mistake(failure.retry, {}))
  end)
end)
