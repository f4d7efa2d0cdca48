-- SPDX-License-Identifier: MIT
-- What counts as an answer to client:request.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local REPEATING = { attempts = 5, backoff_base = 0.001, backoff_cap = 0.002, budget_cost = 0 }
local LOGIN = "<html><head><title>Sign in</title></head><body>login</body></html>"

local function answer(kind, body, status)
  return { status = status, body = body, headers = { ["Content-Type"] = kind } }
end

local function json(body) return answer("application/json", body) end

-- The results of a request that always gets the same answer, and the log.
local function ask(one, given)
  local client, log = helper.scripted({ one, one, one, one, one }, { limits = REPEATING })
  given.path = "/v0/w"
  local value, receipt, failure = client:request(given)
  return value, receipt, failure, log
end

describe("an answer to client:request", function()
  it("is true if it is empty", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE" } do
      for _, one in ipairs { { status = 204 }, json "", answer("text/html", ""),
                             { status = 202 } } do
        local value, receipt, _, log = ask(one, { method = method })
        assert.is_true(value, receipt)
        assert.same({ "applied", 1 }, { receipt.outcome, #log })
      end
    end
  end)

  it("is the value of its JSON", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE" } do
      assert.same({ id = 7 }, (ask(json '{"id":7}', { method = method })))
      assert.same({ 1, "a" }, (ask(json '[1,"a"]', { method = method })))
      assert.is_false((ask(json "false", { method = method })))
      assert.equal("a", (ask(json '\xEF\xBB\xBF"a"', { method = method })))
    end
    assert.equal("integer", math.type(ask(json '{"id":7}', { method = "DELETE" }).id))
    assert.same({ name = "a", code = "b" },
                (ask(json '{"name":"a","code":"b"}', { method = "POST" })))
  end)

  it("is null, but true for a delete that was done", function()
    for _, method in ipairs { "GET", "POST", "PUT", "PATCH" } do
      assert.equal(agentmail.null, (ask(json "null", { method = method })))
    end
    assert.is_true((ask(json "null", { method = "DELETE" })))
  end)

  it("to a write is neither a page nor text", function()
    for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
      for _, one in ipairs { answer("text/html", LOGIN), answer("text/html", LOGIN, 203),
                             json(LOGIN), answer("text/plain", "OK"), answer("text/csv", "a,b\n"),
                             json '{"a":', json "\r\n" } do
        local value, message, failure = ask(one, { method = method })
        assert.is_nil(value)
        assert.equal("bad_response", failure.code, message)
        assert.equal("unknown", failure.outcome)
        assert.equal((method == "POST" or method == "PATCH") and 1 or 3, failure.attempts)
      end
    end
  end)

  it("to a delete is not an error of the service", function()
    for _, body in ipairs { '{"code":"limit_exceeded"}', '{"name":"LimitExceededError"}',
                            '{"code":"x","id":7}' } do
      local value, _, failure = ask(json(body), { method = "DELETE" })
      assert.is_nil(value)
      assert.same({ "bad_response", "unknown", 3 },
                  { failure.code, failure.outcome, failure.attempts })
    end
  end)

  it("to a read is text if the service says so", function()
    for _, given in ipairs { {}, { method = "GET" }, { method = "POST", protection = "safe" } } do
      assert.equal("a,b\n", (ask(answer("text/csv", "a,b\n"), given)))
    end
  end)

  it("has the type of an Accept header, and is returned as stored", function()
    for accept, kind in pairs { ["text/csv"] = "text/csv; charset=utf-8", ["TEXT/*"] = "text/CSV",
                                ["image/png, text/html;q=0.5"] = "text/html" } do
      for _, method in ipairs { "GET", "POST", "DELETE" } do
        local one = answer(kind, "{}\n")
        local value, receipt, _, log = ask(one, { method = method, headers = { aCCept = accept } })
        assert.equal("{}\n", value, receipt)
        assert.equal("identity", log[1].headers["accept-encoding"])
      end
    end
    local value, _, _, log = ask(json '{"a":1}', { headers = { Accept = "application/json" } })
    assert.same({ a = 1 }, value)
    assert.is_not_equal("identity", log[1].headers["accept-encoding"])
  end)

  it("to a write has the type that an Accept header asks for", function()
    for kind, accept in pairs { ["text/html"] = "text/csv", ["text/plain"] = "image/*",
                                ["nonsense"] = "text/csv" } do
      local value, message, failure = ask(answer(kind, LOGIN),
        { method = "DELETE", headers = { Accept = accept } })
      assert.is_nil(value)
      assert.same({ "bad_response", "unknown" }, { failure.code, failure.outcome })
      assert.is_truthy(message:find(("the answer is %s, not %s"):format(kind, accept), 1, true),
                       message)
    end
    assert.equal(LOGIN, (ask(answer("text/html", LOGIN), { headers = { Accept = "text/csv" } })))
  end)

  it("is not partial, unless a part was asked for", function()
    for _, headers in ipairs { {}, { Accept = "text/csv" } } do
      local _, message, failure = ask(answer("text/csv", "a,", 206), { headers = headers })
      assert.equal("bad_response", failure.code)
      assert.matches("the answer is partial", message)
    end
    assert.equal("a,", (ask(answer("text/csv", "a,", 206), { headers = { Range = "bytes=0-1" } })))
  end)

  it("is an object of the model, if one is named", function()
    local _, message, failure = ask({ status = 204 }, { returns = "Inbox" })
    assert.equal("bad_response", failure.code)
    assert.matches("the answer is empty", message)
  end)
end)
