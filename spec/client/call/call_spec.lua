-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local agentmail = require "agentmail"

describe("a call", function()
  it("returns a value and a receipt", function()
    local client = helper.scripted({ { status = 503 }, { effect = { kill = "reset" } },
      { body = { inbox_id = "a" }, headers = { ["X-Request-Id"] = "r-1" } } },
      { limits = helper.REPEATING })
    local inbox, receipt = assert(client.inboxes:get "a")
    assert.equal("a", inbox.inbox_id)
    assert.equal("float", math.type(receipt.elapsed))
    receipt.elapsed = nil
    assert.same({ outcome = "applied", attempts = 3, status = 200, request_id = "r-1" }, receipt)
  end)

  it("with an idempotency key has it in the receipt", function()
    local client = helper.scripted { { body = { message_id = "m", thread_id = "t" } } }
    local _, receipt = assert(client:inbox("a").messages:send { to = "b", idempotency_key = "k" })
    assert.equal("k", receipt.idempotency_key)
  end)

  it("names the limit that an answer exceeds", function()
    local answer = { body = { inbox_id = ("a"):rep(3000) }, headers = { A = ("b"):rep(1024) } }
    local client = helper.scripted { answer, answer, answer }
    for limit, value in pairs { header_count = 1, response_bytes = 1024, header_bytes = 1024 } do
      local _, message, failure = client.inboxes:get("a", { [limit] = value })
      assert.matches("^inboxes.get: the answer is above the limit " .. limit .. " %(", message)
      assert.equal("too_large", failure.code)
    end
  end)

  it("that is refused returns nil, message, failure", function()
    local client, log = helper.scripted { {
      status = 403, headers = { ["X-Amzn-RequestId"] = "r-2" }, body = {
        name = "MessageRejectedError", code = "message_rejected", message = "recipient is blocked",
        fix = "remove the block", docs = "https://docs/x" } } }
    local none, message, failure = client:inbox("a").messages:send { to = "b" }
    assert.is_nil(none)
    assert.equal("inboxes.messages.send: recipient is blocked (HTTP 403, message_rejected); "
      .. "nothing was done, 1 attempt. remove the block", message)
    assert.equal(message, tostring(failure))
    assert.equal("not_applied", failure.outcome)
    assert.equal("message_rejected", failure.code)
    assert.equal("https://docs/x", failure.docs)
    assert.equal("r-2", failure.request_id)
    assert.equal(log[1].key, failure.idempotency_key)
    assert.is_false(failure.retryable)
  end)

  it("does not accept a 200 that lacks what the operation promises", function()
    for _, body in ipairs { "<html>ok</html>", "{}", '{"message_id":"m', "" } do
      local client = helper.scripted { { body = body } }
      local none, _, failure = client:inbox("a").messages:send { to = "b" }
      assert.is_nil(none)
      assert.equal("bad_response", failure.code)
      assert.equal("unknown", failure.outcome)
      assert.is_truthy(failure.message:find("^the answer "))
    end
  end)

  it("that is deferred has our code, not the service's", function()
    local client = helper.scripted({ { status = 503, headers = { ["Retry-After"] = "600" },
      body = { code = "service_unavailable", message = "Busy." } } }, { limits = { attempts = 3 } })
    local _, message, failure = client.inboxes:get "a"
    assert.equal("deferred", failure.code)
    assert.equal(600, failure.not_before)
    assert.is_truthy(message:find("in 600 s or later", 1, true), message)
  end)

  it("that is retried sends the same key and bytes, and fills the same object", function()
    local client, log = helper.scripted { { status = 500 },
      { body = { message_id = "m", thread_id = "t" } }, { status = 500 },
      { body = { inbox_id = "a", display_name = "A" } } }
    local inbox = client:inbox "a"
    local _, _, failure = inbox.messages:send { to = "b", headers = { y = "1", x = "2" } }
    local sent, receipt = assert(failure:retry())
    assert.equal("m", sent.message_id)
    assert.equal(log[1].key, log[2].key)
    assert.equal(log[1].body, log[2].body)
    assert.equal(log[1].target, log[2].target)
    assert.equal(log[1].key, receipt.idempotency_key)
    local _, _, again = inbox:get()
    assert.equal(inbox, (again:retry()))
    assert.equal("A", inbox.display_name)
  end)

  it("in doubt stays in doubt when its retry is never sent", function()
    local client = helper.scripted { { effect = { kill = "reset" } } }
    local _, _, failure = client:inbox("a").messages:send { to = "b" }
    assert.equal("unknown", failure.outcome)
    client:close()
    local _, message, again = failure:retry()
    assert.same({ "closed", "unknown", 0 }, { again.code, again.outcome, again.attempts })
    assert.is_truthy(message:find("it may have been done", 1, true))
  end)

  it("takes into account in a retry what earlier tries may have done", function()
    local refusal = { status = 422, body = { code = "no", message = "No." } }
    local gone = { status = 404, body = { code = "not_found" } }
    local lost = { effect = { kill = "reset" } }
    local client, log = helper.scripted { lost, refusal, lost, gone, lost, { status = 404 },
      { status = 500 }, lost, lost, { status = 204 } }
    local _, _, sent = client:inbox("a").messages:send { to = "b" }
    local _, message, again = sent:retry()
    assert.same({ "no", "unknown", 1 }, { again.code, again.outcome, again.attempts })
    assert.is_truthy(message:find("it may have been done", 1, true))
    for _, expected in ipairs { "applied", "unknown" } do
      local _, _, failure = client.inboxes:delete "a"
      local done, receipt, still = failure:retry()
      assert.equal(expected, (still or receipt).outcome)
      assert.equal(expected == "applied" or nil, done)
    end
    local _, _, failure = client.inboxes:delete "a"
    for _ = 1, 2 do
      _, _, failure = failure:retry()
      assert.equal("unknown", failure.outcome)
    end
    assert.is_true((failure:retry()))
    assert.equal(10, #log)
  end)

  it("is not in doubt after tries that were refused", function()
    local client = helper.scripted { { status = 429 }, { status = 404, body = { code = "x" } },
                                     { status = 500 }, { status = 404, body = { code = "x" } } }
    local _, _, failure = client.inboxes:delete "a"
    _, _, failure = failure:retry()
    assert.same({ "x", "not_applied" }, { failure.code, failure.outcome })
    _, _, failure = client.inboxes:get "a"
    _, _, failure = failure:retry()
    assert.same({ "x", "not_applied" }, { failure.code, failure.outcome })
  end)

  it("that is deferred names its earlier failure", function()
    local busy = { status = 503, body = { code = "service_unavailable", message = "Busy." } }
    for _, case in ipairs {
      { busy, "service_unavailable", 503, "Busy.", 'HTTP 503, service_unavailable, "Busy."' },
      { { status = 500, body = "<title>Oops</title>" }, "service_error", 500, "Oops",
        'HTTP 500, service_error, "Oops"' },
      { { effect = { kill = "reset" } }, "network", nil, nil, "network" },
      { { status = 429, body = '{"code":"quota_exceeded"}' }, "quota_exceeded", 429, nil,
        "HTTP 429, quota_exceeded" },
    } do
      local client = helper.scripted({ case[1], case[1], case[1] }, { limits = {
        attempts = 3, backoff_base = 0.001, backoff_cap = 3600, budget_cost = 1000000,
        deadline = 5 } })
      local _, message, failure = client.inboxes:get "a"
      assert.equal("deferred", failure.code, message)
      assert.same({ code = case[2], status = case[3], message = case[4] }, failure.cause)
      assert.is_truthy(message:find("inboxes.get: the retry budget of the host is spent "
        .. "(deferred); last cause: " .. case[5] .. ", ", 1, true), message)
      assert.is_truthy(agentmail.explain(failure):find("the last attempt ended with "
        .. (case[3] and "HTTP " .. case[3] .. ", " or "") .. case[2] .. ".", 1, true))
    end
  end)

  it("that is deferred names only its last failure", function()
    local lost = { effect = { kill = "reset" } } -- twice: libcurl itself sends it again
    local _, _, url = helper.scripted { { status = 500, body = { code = "c", message = "No." } },
                                        lost, lost }
    local client = agentmail.new { -- a host with its own budget
      base_url = url:gsub("127%.0%.0%.1", "localhost"), api_key = "k",
      limits = { backoff_base = 0.001, backoff_cap = 3600, budget_cost = 40, deadline = 5 } }
    local _, message, failure = client.inboxes:get "a"
    assert.same({ "deferred", { code = "network" } }, { failure.code, failure.cause }, message)
  end)

  it("that was not deferred has no cause", function()
    local client = helper.scripted { { status = 500 }, { effect = { kill = "reset" } } }
    assert.is_nil(select(3, client.inboxes:get "a").cause)
    assert.is_nil(select(3, client.inboxes:get "a").cause)
  end)

  it("handles an error body with unexpected types", function()
    local client = helper.scripted { { status = 400, body = [[{"code":7,"message":{"a":1},
      "fix":["x"],"docs":false,"name":[],"errors":"none"}]] } }
    local _, message, failure = client.inboxes:get "a"
    assert.equal("inboxes.get: the service refused it (HTTP 400, rejected), 1 attempt", message)
    assert.equal("rejected", failure.code)
  end)

  it("that the core refuses is never sent", function()
    local client, log = helper.scripted {}
    client:close()
    local _, message, failure = client:inbox("a").messages:send { to = "b" }
    assert.equal("inboxes.messages.send: the client is closed (closed); "
      .. "nothing was sent", message)
    assert.same({ "not_applied", 0 }, { failure.outcome, failure.attempts })
    assert.equal(0, #log)
  end)
end)

describe("on_attempt", function()
  local script = { { status = 503 }, { body = { inbox_id = "a" } } }

  it("sees each event of a call, with the operation's name", function()
    local seen = {}
    local client = helper.scripted(script, { limits = helper.REPEATING,
      on_attempt = function(event) seen[#seen + 1] = event.operation .. " " .. event.event end })
    assert(client.inboxes:get "a")
    assert.same({ "inboxes.get attempt", "inboxes.get answer", "inboxes.get wait",
                  "inboxes.get attempt", "inboxes.get answer", "inboxes.get done" }, seen)
  end)

  it("can be set for one call", function()
    local seen = 0
    local client = helper.scripted({ script[1], script[2], script[2] },
                                   { limits = helper.REPEATING })
    assert(client.inboxes:get("a", { on_attempt = function() seen = seen + 1 end }))
    assert(client.inboxes:get "a")
    assert.equal(6, seen)
  end)

  it("that raises an error does not harm the call, and warns", function()
    local program = [[
      local agentmail = require "agentmail"
      warn "@on"
      local client = agentmail.new { api_key = "am_secret", base_url = "http://127.0.0.1:9",
        proxy = "", limits = { attempts = 1 }, on_attempt = function() error "oops" end }
      print(select(2, client.inboxes:get "a"))]]
    local output = helper.run(program)
    assert.is_truthy(output:find("Lua warning: agentmail: on_attempt failed: ", 1, true), output)
    assert.is_truthy(output:find("inboxes.get: ", 1, true))
    assert.is_nil(output:find("am_secret", 1, true))
  end)

  it("cannot make calls itself", function()
    local problem
    local client
    client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9", proxy = "",
      limits = { attempts = 1 }, on_attempt = function()
        local _, words = pcall(function() return client.inboxes:get "b" end)
        problem = words
      end }
    assert.is_nil((client.inboxes:get "a"))
    assert.is_truthy(problem:find("nothing can be called from inside on_attempt", 1, true))
  end)
end)

describe("when no service answers,", function()
  it("a call fails as never sent, and retryable", function()
    local client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9", proxy = "",
                                   limits = { attempts = 2, backoff_base = 0.001 } }
    local _, message, failure = client:inbox("a").messages:send { to = "b" }
    assert.equal("network", failure.code)
    assert.equal("not_applied", failure.outcome)
    assert.equal(0, failure.attempts)
    assert.is_truthy(message:find("^inboxes.messages.send: .*nothing was sent"))
    assert.is_truthy(failure.retryable)
  end)

  it("a call without an API key fails before it is sent, and names the setting", function()
    local output = helper.run([[
      local client = require "agentmail".new { base_url = "http://127.0.0.1:9" }
      print(select(2, client.inboxes:get "a"))
      print(select(3, client.inboxes:get "a").code)]], "AGENTMAIL_API_KEY=")
    assert.is_truthy(output:find("^inboxes.get: .*Set AGENTMAIL_API_KEY"), output)
    assert.is_truthy(output:find("\nunauthenticated\n", 1, true), output)
  end)

  it("a call of a closed client fails with the code closed", function()
    local client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }
    client:close()
    client:close()
    assert.is_true(client:closed())
    assert.equal("closed", (select(3, client.inboxes:get "a")).code)
  end)
end)
