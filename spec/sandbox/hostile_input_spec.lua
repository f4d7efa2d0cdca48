-- SPDX-License-Identifier: MIT
-- No input from the network takes the sandbox down.
local http = require "spec.support.http"
local process = require "spec.support.sandbox_process"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

local CROWD = tonumber(os.getenv "AGENTMAIL_CROWD") or 1000
local A = "/v0/inboxes/a@agentmail.to"
local SEND = A .. "/messages/send"

describe("hostile input to the sandbox", function()
  local sandbox, api

  setup(function()
    sandbox = assert(sandboxes.start { namespace = "hostile", max_body = 100000 })
    api = http.api(sandbox)
    api("POST", "/v0/inboxes", { username = "a" })
  end)

  teardown(function() sandbox:close() end)

  after_each(function()
    assert.equal(200, (api("GET", A))) -- still alive after any input
  end)

  it("gets the documented error: bad JSON", function()
    for _, bytes in ipairs {
      "{", "[1,", "nul", '"', "{]", "\255\254", '{"to":"\255@x.zz"}', "{}{}", '{"to":1e999}',
      ("["):rep(1000), ("["):rep(1000) .. ("]"):rep(1000),
      ('{"a":'):rep(500) .. "1" .. ("}"):rep(500),
      '{"to":"x@example.com","text":"\\ud800"}', "[]", "1", '"x"', "true", "null", "\0", " ",
      '{"to":' .. ("["):rep(63) .. ("]"):rep(63) .. "}",
    } do
      for _, place in ipairs { SEND, "/v0/inboxes", "/_sandbox/v1/faults", "/_sandbox/v1/inbound",
                               "/_sandbox/v1/expect", "/_sandbox/v1/seed" } do
        local status, body = api("POST", place, bytes)
        assert.is_true(status == 400 or status == 422 or status == 404 or status == 200
          or status == 417, place .. " " .. bytes:sub(1, 20) .. " " .. tostring(status))
        if status == 400 and place == SEND then
          assert.equal("validation_error", body.code)
          assert.is_true(#body.errors > 0)
        end
      end
    end
  end)

  it("gets the documented error: bodies that are too large", function()
    local status, body = api("POST", SEND, ('{"text":"%s"}'):format(("x"):rep(200000)))
    assert.same({ 413, "validation_error" }, { status, body.code })
  end)

  it("gets the documented error: paths and queries", function()
    for target, expected in pairs {
      ["/v0/inboxes/%"] = 400, ["/v0/inboxes/%zz"] = 400, ["/v0/inboxes/%00"] = 400,
      ["/v0/inboxes/%ff"] = 400, ["/v0/inboxes/" .. ("a"):rep(20000)] = 404,
      ["/v0" .. ("/x"):rep(5000)] = 404, ["/v0/inboxes?limit=%"] = 400,
      ["/v0/inboxes?" .. ("a=b&"):rep(500)] = 400, ["/v0/inboxes?limit=99999999999999999999"] = 400,
      ["//v0//inboxes"] = 200, ["/v0/../v0/inboxes"] = 404,
      ["/_sandbox/v1/requests?limit=x&after=%"] = 400, ["/_sandbox/v1/" .. ("y"):rep(9000)] = 404,
      ["/_sandbox/files/../../etc/passwd"] = 404, ["/_sandbox/v1/sent?key=%27%20OR%201=1--"] = 200,
    } do
      assert.equal(expected, (api("GET", target)), target:sub(1, 60))
    end
    local connection = http.connect(sandbox.url)
    connection:send("GET /" .. ("a"):rep(100000) .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert.equal(414, (connection:read()))
    connection:close()
  end)

  it("gets the documented error: too many parameters", function()
    local many = ("labels=a&"):rep(500)
    assert.equal(200, (api("GET", A .. "/messages?" .. many)))
    for _, target in ipairs { A .. "/messages?" .. many .. "labels=a", "/v0/inboxes?"
                              .. ("&&a"):rep(15000), "/_sandbox/v1/info?" .. many .. "x" } do
      local status, body = api("GET", target)
      assert.same({ 400, "validation_error", { "query" }, "more than 500 parameters" },
                  { status, body.code, body.errors[1].path, body.errors[1].message })
    end
  end)

  it("cannot block it: slow clients, bad chunks, a crowd of idle connections", function()
    local started = process.start() -- each end of a connection takes a descriptor
    local call = http.api(started)
    call("POST", "/v0/inboxes", { username = "a" })
    local idle, held = {}, 0
    local host, port = started.url:match "^http://([^:]+):(%d+)"
    for i = 1, CROWD do
      idle[i] = socket.connect(host, tonumber(port))
      if not idle[i] then break end
      held = i
    end
    assert.equal(CROWD, held)
    local post = "POST " .. SEND .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    local halves = {
      "P", "POST " .. SEND .. " HTTP/1.1\r\nHost: x", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
      post .. "Content-Length: 100\r\n\r\n{",
      post .. "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
      post .. "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    }
    for i = 1, held, 10 do idle[i]:send(halves[i // 10 % #halves + 1]) end
    assert.equal(200, (call("GET", A)))
    assert.equal(200, (call("POST", SEND, { to = "x@example.com" })))
    for i = 1, held do idle[i]:close() end
    assert.equal("ok", select(2, call("GET", "/_sandbox/v1/health")).status)
    process.finish(started, "TERM")
  end)
end)
