-- SPDX-License-Identifier: MIT
-- Operations that return nothing: what counts as their answer, and what does not. Captive portals
-- and gateways also send "200 OK".

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local LOGIN = "<html><head><title>Sign in</title></head><body>login</body></html>"
local BOM = "\xef\xbb\xbf"

local OPERATIONS = {
  { "inboxes:delete", function(client) return client.inboxes:delete "a@b.c" end },
  { "domains:verify", function(client) return client.domains:verify "d1" end },
  { "webhooks:update_headers", function(client)
    return client.webhooks:update_headers { webhook_id = "w1", headers = { ["X-A"] = "1" } }
  end },
}

local function json_gzip(body)
  return (raw.framings.gzip(200, "application/json", body))
end

local DONE = {
  { "204", raw.NO_CONTENT },
  { "204 with headers", raw.head(204, "X-A: b", "Content-Type: text/html") .. "\r\n" },
  { "200 without a body", raw.plain(200, "") },
  { "200 that says HTML and has no body", raw.html(200, "") },
  { "202 without a body", raw.plain(202, "") },
  { "no chunk", raw.head(200, "Transfer-Encoding: chunked") .. "\r\n0\r\n\r\n" },
  { "an empty object", raw.json(200, "{}") },
  { "what was deleted", raw.json(200, '{"inbox_id":"a@b.c","deleted":true}') },
  { "JSON that does not say so", raw.plain(200, '{"ok":true}') },
  { "JSON after a byte order mark", raw.json(200, BOM .. '{"ok":true}') },
  { "JSON in gzip", json_gzip '{"ok":true}' },
  { "a list", raw.json(200, "[]") },
  { "true", raw.json(200, "true") },
  { "null", raw.json(200, "null") },
  { "a code that is a number, as in {\"code\":0}", raw.json(200, '{"code":0}') },
}

local WRONG = {
  { "a login page", raw.html(200, LOGIN) },
  { "a login page, 203", raw.html(203, LOGIN) },
  { "a login page that says it is JSON", raw.json(200, LOGIN) },
  { "a page in gzip", (raw.framings.gzip(200, "text/html", LOGIN)) },
  { "a word", raw.plain(200, "OK", "Content-Type: text/plain") },
  { "a blank line", raw.plain(200, "\r\n") },
  { "truncated JSON", raw.json(200, '{"deleted":tr') },
  { "JSON and more", raw.json(200, '{"deleted":true}<script>') },
  { "XML", raw.plain(200, "<?xml version=\"1.0\"?><ok/>", "Content-Type: application/xml") },
  { "gzip of an empty body", json_gzip "" },
  { "an error with a code", raw.json(200, '{"code":"limit_exceeded","message":"Too many."}') },
  { "an error with a name", raw.json(200, '{"name":"LimitExceededError","message":"Too many."}') },
}

describe("an operation that returns nothing", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  for _, operation in ipairs(OPERATIONS) do
    local name, call = table.unpack(operation)

    for _, answer in ipairs(DONE) do
      local what, bytes = table.unpack(answer)
      it(name .. " is done by " .. what, function()
        server:script { { bytes = bytes } }
        local client <close> = server:client()
        local value, receipt = call(client)
        assert.is_true(value, receipt)
        assert.same({ "applied", 1 }, { receipt.outcome, receipt.attempts })
      end)
    end

    for _, answer in ipairs(WRONG) do
      local what, bytes = table.unpack(answer)
      it(name .. " is not known to be done by " .. what, function()
        server:script { { bytes = bytes } }
        local client <close> = server:client()
        local value, message, failure = call(client)
        assert.is_nil(value)
        assert.same({ "bad_response", "unknown", 3, true },
                    { failure.code, failure.outcome, failure.attempts, failure.retryable })
        assert.is_string(message)
        assert.equal(3, #server:log())
        server:script { { bytes = raw.NO_CONTENT } }
        assert.is_true((failure:retry()))
      end)
    end
  end

  it("is done by the next answer if the first one is an HTML page", function()
    server:script { { bytes = raw.html(200, LOGIN) }, { bytes = raw.NO_CONTENT } }
    local client <close> = server:client()
    local value, receipt = client.inboxes:delete "a@b.c"
    assert.is_true(value)
    assert.equal(2, receipt.attempts)
  end)

  it("is not done by a redirect to a login page", function()
    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      server:script { { bytes = raw.html(status, LOGIN, "Location: http://portal.invalid/login") } }
      local client <close> = server:client()
      local value, _, failure = client.inboxes:delete "a@b.c"
      assert.is_nil(value)
      assert.same({ "redirected", false, 1 },
                  { failure.code, failure.retryable, failure.attempts })
    end
  end)
end)

describe("a login page", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  for _, operation in ipairs {
    { "a send", function(client)
      return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
    end },
    { "a create", function(client) return client.inboxes:create {} end },
    { "a list", function(client) return client.inboxes:list() end },
    { "a get", function(client) return client.inboxes:get "a@b.c" end },
  } do
    it("is not an answer to " .. operation[1], function()
      for _, bytes in ipairs { raw.html(200, LOGIN), raw.html(203, LOGIN), raw.json(200, LOGIN) } do
        server:script { { bytes = bytes } }
        local client <close> = server:client()
        local value, _, failure = operation[2](client)
        assert.is_nil(value)
        assert.same({ "bad_response", 3 }, { failure.code, failure.attempts })
      end
    end)
  end
end)

describe("a 404 after a delete in doubt", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local DOUBTS = {
    { "502", { bytes = raw.html(502, "<h1>Bad Gateway</h1>") } },
    { "a reset", { bytes = "", finish = "reset" } },
    { "a cut status line", { bytes = "HTTP/1.1 204 No Con", finish = "close" } },
    { "a header block without an end", { bytes = raw.head(204), finish = "close" } },
  }

  local STRANGE = {
    { "a gateway's page", raw.html(404, "<html><title>404 Not Found</title></html>") },
    { "a gateway's words", raw.plain(404, "404 page not found\n", "Content-Type: text/plain") },
    { "nothing", raw.plain(404, "") },
    { "a gateway's JSON", raw.json(404, '{"message":"no Route matched with those values"}') },
    { "another gateway's JSON", raw.json(404, '{"error":"not found"}') },
    { "a code that is a number", raw.json(404, '{"code":404,"message":"Not Found"}') },
    { "a list", raw.json(404, '[{"code":"not_found"}]') },
    { "half of the service's error", raw.json(404, '{"code":"not_found","mess') },
  }

  local GONE = {
    { "a code", raw.json(404, '{"code":"not_found"}') },
    { "a name", raw.json(404, '{"name":"NotFoundError","message":"No such inbox."}') },
    { "a code after a byte order mark", raw.json(404, BOM .. '{"code":"not_found"}') },
  }

  for _, one in ipairs(DOUBTS) do
    local name, doubt = table.unpack(one)

    for _, answer in ipairs(STRANGE) do
      local what, bytes = table.unpack(answer)
      it("leaves it in doubt: " .. name .. ", then " .. what, function()
        server:script { doubt, { bytes = bytes, executed = false } }
        local client <close> = server:client()
        local value, _, failure = client.inboxes:delete "a@b.c"
        assert.is_nil(value)
        assert.equal("unknown", failure.outcome)
        assert.is_true(server:executed() >= 1)
      end)
    end

    for _, answer in ipairs(GONE) do
      local what, bytes = table.unpack(answer)
      it("means done if it is the service's: " .. name .. ", then " .. what, function()
        server:script { doubt, { bytes = bytes, executed = false } }
        local client <close> = server:client()
        local value, receipt = client.inboxes:delete "a@b.c"
        assert.is_true(value, receipt)
        assert.same({ "applied", 2 }, { receipt.outcome, receipt.attempts })
      end)
    end
  end

  it("is a refusal if nothing was in doubt", function()
    server:script { { bytes = raw.json(404, '{"code":"not_found"}'), executed = false } }
    local client <close> = server:client()
    local value, _, failure = client.inboxes:delete "a@b.c"
    assert.is_nil(value)
    assert.same({ "not_found", "not_applied", 1 },
                { failure.code, failure.outcome, failure.attempts })
  end)
end)
