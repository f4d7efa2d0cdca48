-- SPDX-License-Identifier: MIT
-- What counts as an answer to operations that return nothing and to a delete in doubt, and how
-- errors in a foreign format are read.

local helper = require "spec.support.helper"

local LOGIN = "<html><head><title>Sign in</title></head><body>login</body></html>"
local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html" }
local EMPTY_GZIP = "\x1f\x8b\8\0\0\0\0\0\2\3\3\0" .. ("\0"):rep(8)

-- Repeats at once, independent of the host's budget.
local REPEATING = { attempts = 5, backoff_base = 0.001, backoff_cap = 0.002, budget_cost = 0 }

local function answer(status, body, headers)
  return { status = status, body = body, headers = headers }
end

local OPERATIONS = {
  ["inboxes.delete"] = function(client) return client.inboxes:delete "a@b.c" end,
  ["domains.verify"] = function(client) return client.domains:verify "d" end,
  ["webhooks.update_headers"] = function(client)
    return client.webhooks:update_headers { webhook_id = "w", headers = { A = "b" } }
  end,
}

local DONE = {
  answer(204), answer(200), answer(200, "", HTML), answer(202), answer(203),
  answer(200, "{}", JSON), answer(200, '{"deleted":true}', JSON), answer(200, "[]", JSON),
  answer(200, "null", JSON), answer(200, "false", JSON), answer(200, '"gone"', JSON),
  answer(201, '{"code":0,"name":false}', JSON), answer(200, '\xEF\xBB\xBF{"ok":true}', JSON),
  answer(200, '{"ok":true}', HTML),
}

-- Each with a pattern of the message.
local WRONG = {
  { answer(200, LOGIN, HTML), 'not JSON: .*; it is a page that says "Sign in"' },
  { answer(203, LOGIN, HTML), "Sign in" },
  { answer(200, "<html>login</html>", JSON), "login" },
  { answer(200, "OK", HTML), "not JSON" },
  { answer(200, "\r\n", JSON), "not JSON" },
  { answer(200, '{"deleted":tr', JSON), "not JSON" },
  { answer(200, '{"deleted":true}<script>', JSON), "not JSON" },
  { answer(200, '{"code":"limit_exceeded","message":"Too many."}', JSON), "error: Too many%." },
  { answer(200, '{"name":"LimitExceededError"}', JSON), "error: LimitExceededError" },
  { answer(200, '{"code":"","ok":true}', JSON), "is an error" },
  { answer(206, '{"code":"x"}', JSON), "error: x" },
  { answer(200, EMPTY_GZIP, { ["Content-Encoding"] = "gzip" }), "empty after decoding" },
}

describe("an operation that returns nothing", function()
  for name, call in pairs(OPERATIONS) do
    it("is done: " .. name, function()
      local client, log = helper.scripted(DONE)
      for i, one in ipairs(DONE) do
        local value, receipt = call(client)
        assert.is_true(value, i .. ": " .. tostring(receipt))
        assert.same({ "applied", one.status, i }, { receipt.outcome, receipt.status, #log })
      end
    end)

    it("is not known to be done, and tried three times: " .. name, function()
      for _, case in ipairs(WRONG) do
        local client, log = helper.scripted({ case[1], case[1], case[1], case[1] },
                                            { limits = REPEATING })
        local value, message, failure = call(client)
        assert.is_nil(value)
        assert.matches(case[2], message)
        assert.same({ "bad_response", "unknown", true, 3, 3 }, { failure.code, failure.outcome,
          failure.retryable, failure.attempts, #log })
      end
    end)
  end

  it("is done by the answer after an HTML page", function()
    local client = helper.scripted({ WRONG[1][1], answer(204) }, { limits = REPEATING })
    local value, receipt = client.inboxes:delete "a"
    assert.same({ true, 2 }, { value, receipt.attempts })
  end)
end)

describe("a 404 after a delete in doubt", function()
  local function delete(body, headers)
    local gone = answer(404, body, headers)
    local client = helper.scripted({ answer(502, LOGIN, HTML), gone },
                                   { limits = REPEATING })
    return client.inboxes:delete "a"
  end

  it("means done if it is the service's own", function()
    for _, body in ipairs { '{"code":"not_found"}', '{"name":"NotFoundError","message":"No."}',
                            '\xEF\xBB\xBF{"code":"not_found"}' } do
      local value, receipt = delete(body)
      assert.is_true(value, receipt)
      assert.same({ "applied", 404, 2 }, { receipt.outcome, receipt.status, receipt.attempts })
    end
  end)

  it("means nothing if it may be a gateway's", function()
    for _, body in ipairs { "", LOGIN, "404 page not found", '{"message":"no route"}',
                            '{"error":"not found"}', '{"code":404}', '{"code":""}', '{"name":{}}',
                            '[{"code":"not_found"}]', '"not_found"', '{"code":"not_found","m' } do
      local value, _, failure = delete(body)
      assert.is_nil(value)
      assert.same({ "unknown", "rejected", 404 },
                  { failure.outcome, failure.code, failure.status }, body)
    end
  end)
end)

describe("an error in a foreign format", function()
  local function said(status, body, headers)
    local client = helper.scripted { answer(status, body, headers) }
    local _, message, failure = client.inboxes:get "a"
    return failure.message, failure, message
  end

  it("is quoted", function()
    for body, words in pairs {
      ['{"error":"why"}'] = "why", ['{"detail":"why"}'] = "why", ["why\r\n"] = "why",
      ['{"errors":[{"message":"why"},"else"]}'] = "why; else", [LOGIN] = "Sign in",
      ['{"message":"why\\nthat"}'] = "why that",
    } do
      local message, failure, text = said(400, body, JSON)
      assert.equal(words, message)
      assert.same({ "rejected", "not_applied" }, { failure.code, failure.outcome })
      assert.equal("inboxes.get: " .. words .. " (HTTP 400, rejected), 1 attempt", text)
    end
  end)

  it("is quoted for any status", function()
    assert.equal("502 Bad Gateway", (said(502, "<title>502 Bad Gateway</title>", HTML)))
    assert.equal("slow down", (said(429, "slow down")))
    assert.equal("Moved", (said(301, "<h1>Moved</h1>", HTML)))
    assert.equal("no", (said(401, '{"error":{"message":"no"}}', JSON)))
  end)

  it("does not affect the service's own errors", function()
    local message, failure = said(403, '{"code":"c","message":"a\\nb","error":"other"}', JSON)
    assert.same({ "a\nb", "c" }, { message, failure.code })
    assert.equal("other", (said(403, '{"code":"c","message":"","error":"other"}', JSON)))
  end)

  it("is not quoted if it has no text", function()
    for _, body in ipairs { "", " \n", "<title></title>", "{}", "[]", "7", "null", '{"error":{}}',
                            '{"errors":"none","message":{"a":1}}', '{"error":" "}' } do
      local message, _, text = said(400, body, JSON)
      assert.is_nil(message, body)
      assert.matches("^inboxes.get: the service refused it .*%(HTTP 400, rejected%)", text)
    end
  end)
end)
