-- SPDX-License-Identifier: MIT
-- Misleading statuses: redirects that are not followed, a 304 that was not asked for, a proxy that
-- requires a password.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local CALLS = {
  { "a send", function(client)
    return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
  end },
  { "a delete", function(client) return client.inboxes:delete "a@b.c" end },
  { "a list", function(client) return client.inboxes:list() end },
  { "client:request", function(client) return client:request { path = "/v0/w" } end },
  { "a download", function(client)
    local file = client:inbox("a@b.c"):message("<m@x>"):attachment "f"
    return file:read()
  end },
}

describe("a misleading status", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local ELSEWHERE = {
    { "another origin", "Location: http://elsewhere.invalid/x" },
    { "another port", "Location: http://127.0.0.1:1/x" },
    { "another scheme", "Location: ftp://127.0.0.1/x" },
    { "a file", "Location: file:///etc/passwd" },
    { "nowhere", "X-Location: /x" },
    { "an empty location", "Location: " },
    { "an invalid URL", "Location: http://[::1" },
  }

  for _, call in ipairs(CALLS) do
    for _, place in ipairs(ELSEWHERE) do
      it("is never followed, and never worth a retry: " .. call[1] .. " to " .. place[1], function()
        for _, status in ipairs { 301, 302, 307, 308 } do
          server:script { { bytes = raw.plain(status, "", place[2]) } }
          local client <close> = server:client()
          local value, message, failure = call[2](client)
          assert.is_nil(value)
          assert.same({ "redirected", false, 1 },
                      { failure.code, failure.retryable, #server:log() }, message)
        end
      end)
    end
  end

  it("is not followed by a send, even to the same origin", function()
    for _, status in ipairs { 300, 301, 302, 303, 307, 308 } do
      server:script { { bytes = raw.plain(status, "", "Location: /v0/other") } }
      local client <close> = server:client()
      local value, _, failure = CALLS[1][2](client)
      assert.is_nil(value)
      assert.same({ "redirected", false, 1 },
                  { failure.code, failure.retryable, #server:log() })
    end
  end)

  it("is not worth a retry after a doubt either, and the doubt stays", function()
    server:script { { bytes = "", finish = "reset" },
                    { bytes = raw.plain(302, "", "Location: http://elsewhere.invalid/x"),
                      executed = false } }
    local client <close> = server:client()
    local value, _, failure = CALLS[1][2](client)
    assert.is_nil(value)
    assert.same({ "redirected", "unknown", false, 2 },
                { failure.code, failure.outcome, failure.retryable, #server:log() })
  end)

  it("is followed by a read within its origin, but not endlessly", function()
    server:script { { to = "/v0/inboxes", bytes = raw.plain(302, "", "Location: /v0/again") },
                    { to = "/v0/again", bytes = raw.plain(302, "", "Location: /v0/inboxes") } }
    local client <close> = server:client()
    local value, _, failure = client.inboxes:list()
    assert.is_nil(value)
    assert.same({ "redirected", false }, { failure.code, failure.retryable })
  end)

  for _, call in ipairs(CALLS) do
    it("is a bad response if it is a 304 that was not asked for: " .. call[1], function()
      for _, bytes in ipairs { raw.head(304) .. "\r\n", raw.head(304, 'ETag: "x"') .. "\r\n",
                               raw.head(304, "Location: /x", "Connection: close") .. "\r\n" } do
        server:script { { bytes = bytes } }
        local client <close> = server:client()
        local value, message, failure = call[2](client)
        assert.is_nil(value)
        assert.equal("bad_response", failure.code, message)
      end
    end)
  end

  local PASSWORDS = {
    { "a challenge", raw.plain(407, "", 'Proxy-Authenticate: Basic realm="x"') },
    { "a page", raw.html(407, "<html><title>Proxy</title></html>") },
    { "nothing", raw.head(407, "Connection: close") .. "\r\n" },
    { "JSON", raw.json(407, '{"message":"Proxy Authentication Required"}') },
  }

  for _, call in ipairs(CALLS) do
    for _, password in ipairs(PASSWORDS) do
      it("is the proxy's: " .. call[1] .. ", 407 with " .. password[1], function()
        server:script { { bytes = password[2], executed = false,
                          finish = password[1] == "nothing" and "close" } }
        local client <close> = server:client(nil, { base_url = "http://service.invalid",
                                                    proxy = server.url })
        local value, message, failure = call[2](client)
        assert.is_nil(value)
        assert.same({ "proxy", "not_applied", false, 1 },
                    { failure.code, failure.outcome, failure.retryable, #server:log() }, message)
        assert.matches("^http://service%.invalid/", server:log()[1].target)
      end)
    end
  end
end)
