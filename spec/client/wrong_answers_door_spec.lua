-- SPDX-License-Identifier: MIT
-- client:request does not accept wrong answers either.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local LOGIN = "<html><head><title>Sign in</title></head><body>login</body></html>"

describe("client:request", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local function ask(answers, given, limits)
    if answers.bytes then answers = { answers } end
    server:script(answers)
    local client <close> = server:client(limits)
    given.path = "/v0/w"
    return client:request(given)
  end

  local DONE = {
    { "204", raw.NO_CONTENT, true },
    { "200 without a body", raw.plain(200, ""), true },
    { "200 that says JSON and has no body", raw.json(200, ""), true },
    { "202 without a chunk", raw.head(202, "Transfer-Encoding: chunked") .. "\r\n0\r\n\r\n", true },
    { "JSON", raw.json(200, '{"deleted":true}'), { deleted = true } },
    { "JSON after a byte order mark", raw.json(200, '\xef\xbb\xbf{"deleted":true}'),
      { deleted = true } },
    { "JSON that is a list", raw.json(200, "[1,2]"), { 1, 2 } },
    { "JSON that is true", raw.json(200, "true"), true },
  }

  for _, case in ipairs(DONE) do
    for _, method in ipairs { "DELETE", "PUT", "GET", "POST" } do
      it("returns for " .. method .. " the value of " .. case[1], function()
        local value, receipt = ask({ bytes = case[2] }, { method = method })
        assert.same(case[3], value, receipt)
        assert.same({ "applied", 1 }, { receipt.outcome, receipt.attempts })
      end)
    end
  end

  it("never returns nil for a DELETE that was done", function()
    for _, body in ipairs { "null", "false", '""', "0", "{}", "[]", "" } do
      local value, receipt = ask({ bytes = raw.json(200, body) }, { method = "DELETE" })
      assert.is_not_nil(value, body)
      assert.equal("applied", receipt.outcome)
    end
  end)

  local WRONG = {
    { "a login page", raw.html(200, LOGIN) },
    { "a login page, 203", raw.html(203, LOGIN) },
    { "a login page that says it is JSON", raw.json(200, LOGIN) },
    { "a page in gzip", (raw.framings.gzip(200, "text/html", LOGIN)) },
    { "a word", raw.plain(200, "OK", "Content-Type: text/plain") },
    { "a blank line", raw.plain(200, "\r\n", "Content-Type: text/plain") },
    { "truncated JSON", raw.json(200, '{"deleted":tr') },
    { "an error with a code", raw.json(200, '{"code":"limit_exceeded"}') },
    { "an error with a name", raw.json(200, '{"name":"LimitExceededError"}') },
  }

  for _, case in ipairs(WRONG) do
    it("does not accept this as a DELETE that was done: " .. case[1], function()
      local value, message, failure = ask({ bytes = case[2] }, { method = "DELETE" })
      assert.is_nil(value)
      assert.same({ "bad_response", "unknown", 3 },
                  { failure.code, failure.outcome, failure.attempts }, message)
    end)
  end

  it("does not accept a gateway's 404 as a DELETE that was done before", function()
    for _, page in ipairs { raw.html(404, "<h1>404</h1>"), raw.plain(404, ""),
                            raw.json(404, '{"message":"no Route matched"}') } do
      local value, _, failure = ask({ { bytes = raw.html(502, "<h1>502</h1>") },
                                      { bytes = page, executed = false } }, { method = "DELETE" })
      assert.is_nil(value)
      assert.equal("unknown", failure.outcome)
    end
    local value, receipt = ask({ { bytes = "", finish = "reset" },
      { bytes = raw.json(404, '{"code":"not_found"}'), executed = false } }, { method = "DELETE" })
    assert.is_true(value)
    assert.equal("applied", receipt.outcome)
  end)

  it("returns text if the service says that it is text", function()
    for _, kind in ipairs { "text/plain", "text/csv; charset=utf-8", "application/octet-stream" } do
      local value = ask({ bytes = raw.plain(200, "a,b\n", "Content-Type: " .. kind) }, {})
      assert.equal("a,b\n", value)
    end
  end)

  it("asks for text without content coding if the caller wants text", function()
    assert.equal("a,b\n", (ask({ bytes = raw.plain(200, "a,b\n", "Content-Type: text/csv") },
                               { headers = { Accept = "text/csv" } })))
    local asked = server:log()[1].headers["accept-encoding"]
    assert.is_true(asked == nil or asked == "identity", asked)
  end)

  it("does not accept an answer that is cut inside its headers", function()
    for _, method in ipairs { "GET", "DELETE", "PUT" } do
      for _, bytes in ipairs { "HTTP/1.1 200 OK\r\n", "HTTP/1.1 204 No Content\r\n",
                               raw.head(200, "Content-Type: application/json") .. "Conte" } do
        local value, message, failure = ask({ bytes = bytes, finish = "close" },
                                            { method = method }, { attempts = 4 })
        assert.is_nil(value)
        assert.equal("network", failure.code, message)
        assert.equal(method == "GET" and "not_applied" or "unknown", failure.outcome)
      end
    end
  end)

  it("names the defect of an answer", function()
    local value, message, failure = ask({ bytes = raw.json(200, "{}", "X-A: a\0b"),
                                          finish = "close" }, { method = "PUT", body = "{}" })
    assert.is_nil(value)
    assert.same({ "bad_response", "unknown", 3 },
                { failure.code, failure.outcome, failure.attempts }, message)
    assert.matches("[Nn][Uu][Ll]", message)
  end)

  it("quotes errors in a foreign format", function()
    local value, message = ask({ bytes = raw.json(400, '{"error":"the widget is sold"}') },
                               { method = "POST", body = "{}" })
    assert.is_nil(value)
    assert.is_truthy(message:find("the widget is sold", 1, true), message)
  end)
end)
