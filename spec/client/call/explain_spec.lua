-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local agentmail = require "agentmail"

local function explained(facts)
  facts.operation, facts.elapsed = "inboxes.messages.send", facts.elapsed or 1.25
  facts.attempts = facts.attempts or 1
  facts.protection = facts.protection or "idempotency_key"
  return agentmail.explain(facts)
end

describe("agentmail.explain", function()
  it("says what was tried, what is known and what to do next", function()
    assert.equal("inboxes.messages.send failed: no answer in time (timeout). It was sent "
      .. "3 times in 1.2 s, each time under the Idempotency-Key k-1. Why it ended: the deadline "
      .. "passed. It may have been done: it was sent, and no answer proves what happened to "
      .. "it. Repeat it with failure:retry(): the same bytes under the same protection, which "
      .. "cannot do it twice.",
      explained { code = "timeout", outcome = "unknown", attempts = 3, idempotency_key = "k-1",
                  message = "no answer in time", reason = "the deadline passed", retryable = true })
  end)

  it("says what must not be repeated, and when a repeat cannot help", function()
    assert.is_truthy(explained { code = "network", outcome = "unknown", protection = "none",
                                 retryable = false }
      :find("Do not repeat it blindly", 1, true))
    assert.is_truthy(explained { code = "validation_error", status = 400, outcome = "not_applied",
                                 retryable = false }
      :find("fix the cause first", 1, true))
    assert.is_truthy(explained { code = "message_rejected", status = 403, outcome = "not_applied",
                                 retryable = false, fix = "Remove the block." }
      :find("What the service advises: Remove the block.", 1, true))
    assert.is_truthy(explained { code = "network", outcome = "not_applied", attempts = 0,
                                 retryable = true }
      :find("It was never sent", 1, true))
    assert.is_truthy(explained { code = "deferred", outcome = "not_applied", retryable = true,
                                 not_before = 12.5 }
      :find("in 13 s or later", 1, true))
    assert.is_truthy(explained { code = "bad_response", outcome = "applied" }
      :find("There is nothing to repeat", 1, true))
  end)

  it("covers calls that were done, and deferred ones", function()
    assert.is_truthy(explained { code = "cancelled", outcome = "applied", retryable = true }
      :find("Ask for its answer again with failure:retry(), which cannot do it twice.", 1, true))
    assert.is_truthy(explained { code = "cancelled", outcome = "applied", protection = "none" }
      :find("Do not repeat it blindly", 1, true))
    assert.is_truthy(explained { code = "deferred", outcome = "not_applied", reason = "spent",
                                 cause = { code = "busy", status = 503 } }
      :find("Why it ended: spent; the last attempt ended with HTTP 503, busy.", 1, true))
    assert.is_truthy(explained { code = "deferred", outcome = "not_applied", reason = "spent",
                                 cause = { code = "network" } }
      :find("Why it ended: spent; the last attempt ended with network.", 1, true))
  end)

  it("says which mail to look for, and never to use a new key", function()
    assert.equal("inboxes.messages.send failed: Used before (HTTP 409, key_reused). It was sent "
      .. "once in 1.2 s, under the Idempotency-Key k. The Idempotency-Key was used with "
      .. "other content, which may have been sent before. This call sent nothing. Look for that "
      .. "mail (label, thread): if it is there, label and go on.",
      explained { code = "key_reused", status = 409, outcome = "not_applied", message =
                  "Used before.", fix = "Use a new key.", idempotency_key = "k" })
    assert.is_truthy(explained { code = "draft_gone", status = 404, outcome = "unknown",
                                 fix = "Check the id." }
      :find("No such draft here: sent, deleted, or never existed. An earlier attempt may have sent "
        .. "this mail. Look for the mail (label, thread), then check inbox and id.", 1, true))
  end)

  it("points to another client when a closed one cannot repeat the call", function()
    local text = explained { code = "closed", outcome = "unknown", retryable = true,
                             idempotency_key = "k" }
    assert.is_truthy(text:find("Another client can repeat it, under the same key.", 1, true), text)
  end)

  it("takes the failure of a real call", function()
    local body = { code = "not_found", message = "No." }
    local client = helper.scripted { { status = 404, body = body } }
    local _, _, failure = client.inboxes:get "a"
    assert.is_truthy(agentmail.explain(failure)
      :find("^inboxes%.get failed: No %(HTTP 404, not_found%)%."))
  end)

  it("mentions no request when there was none", function()
    local _, _, failure = agentmail.verify_webhook { secret = "whsec_AAAA", body = "{}",
                                                     headers = {} }
    assert.equal("verify_webhook failed: it has no signature: headers svix-id, svix-timestamp and "
      .. "svix-signature (bad_signature). Do not act on it; answer the request with status 400.",
      agentmail.explain(failure))
    assert.equal("messages.list failed: no end (bad_response).",
      agentmail.explain { operation = "messages.list", code = "bad_response", message = "no end",
                          outcome = "not_applied" })
  end)

  it("refuses anything but a failure", function()
    assert.equal("agentmail.explain takes the failure that a call returned, not a string",
                 helper.mistake(agentmail.explain, "oops"))
  end)
end)
