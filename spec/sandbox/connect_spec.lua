-- SPDX-License-Identifier: MIT
-- agentmail.sandbox.connect: the handle of start{} on a sandbox that already runs.
local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local raw_server = require "spec.support.raw_server"
local sandboxes = require "agentmail.sandbox"

describe("agentmail.sandbox.connect", function()
  local started, api = http.sandbox({ namespace = "connect", seed = 11 }, "a")
  local open = {}

  local function connect(options)
    local handle, message = sandboxes.connect(options)
    if handle then open[#open + 1] = handle end
    return handle, message
  end

  after_each(function()
    for _, handle in ipairs(open) do handle:close() end
    open = {}
  end)

  it("gives the same handle as start", function()
    local handle = assert(connect { url = started.url, namespace = "connect" })
    for _, field in ipairs { "url", "control_url", "seed", "namespace", "api_key" } do
      assert.equal(started[field], handle[field])
    end
    assert.equal(getmetatable(started), getmetatable(handle))
    assert.equal(tostring(started), tostring(handle))
    local client <close> = agentmail.new { base_url = handle.url, api_key = handle.api_key }
    assert.equal("a@agentmail.to", assert(client:inbox("a@agentmail.to"):get()).inbox_id)
  end)

  it("does what the handle of start does", function()
    local handle = assert(connect { url = started.url, api_key = "am_test_connect" })
    local send = http.sender(api)
    assert.same({ seed = 11 }, handle:faults())
    handle:fault "lost_ack"
    assert.is_nil((send "k"))
    http.ok(send "k")
    assert.same(started:sent(), handle:sent())
    assert.same(started:requests { key = "k" }, handle:requests { key = "k" })
    assert.same(started:audit(), handle:audit())
    assert.equal(1, handle:heal())
    local rows = handle:expect { match = { key = "k" }, count = 1 }
    assert.equal(2, #rows[1].attempts)
    local none, message, difference = handle:expect { count = 5, within = "1ms" }
    assert.same({ nil, "string", 1 }, { none, type(message), difference.actual })
    handle:advance "25h"
    assert.equal("2030-05-02T13:00:00.000Z", started:now())
    local delivered = handle:inbound(table.concat({ "From: é <ann@example.com>", "Subject: Raw", "",
                                                    "text" }, "\r\n"), "a@agentmail.to")
    assert.equal("a@agentmail.to", delivered.inbox_id)
    assert.is_truthy(handle:reply(rows[1].message_id, { text = "Yes" }).message_id)
    assert.is_true(handle:open(rows[1].message_id))
    handle:snapshot "s"
    handle:reset()
    assert.equal(0, #started:sent())
    handle:restore "s"
    assert.equal(1, #started:sent())
    assert.is_false(handle:switch { strict = false }.strict)
    assert.equal("other", handle:view("other"):info().namespace)
    assert.same({}, handle:view("other"):sent())
  end)

  it("raises the same errors at the same lines", function()
    local handle = assert(connect { url = started.url, namespace = "connect" })
    for _, call in ipairs {
      function(one) one:fault "lost-ack" end, function(one) one:advance "late" end,
      function(one) one:inbound("", "x@agentmail.to") end, function(one) one:expect { of = 1 } end,
    } do
      local _, expected = pcall(call, started)
      local _, message = pcall(call, handle)
      assert.matches("connect_spec.lua:%d+: sandbox: ", message)
      assert.equal(expected, message)
    end
    local _, message = pcall(function() handle:wait() end)
    assert.matches("connect_spec.lua:%d+: the sandbox at .* runs elsewhere", message)
  end)

  it("reaches the control interface during an outage, by either address", function()
    assert.equal(started.control_url, assert(connect { url = started.url }).control_url)
    started:fault "outage=5m"
    local none, message = connect { url = started.url, namespace = "connect" }
    assert.is_nil(none)
    assert.matches("^no sandbox at " .. started.url .. ": .*onnect", message)
    local handle = assert(connect { url = started.control_url .. "/", namespace = "connect" })
    assert.same({ started.url, started.control_url }, { handle.url, handle.control_url })
    handle:advance "5m"
    assert.is_nil((api("GET", "/v0/inboxes"))) -- on the connection that the outage reset
    assert.equal(200, (api("GET", "/v0/inboxes")))
  end)

  it("does not take another sandbox's control address for this one's", function()
    local info = json.encode { url = "http://127.0.0.1:1", control_url = started.control_url,
                               seed = 12, namespace = "connect" }
    local server <close> = raw_server.start { { bytes = ("HTTP/1.1 200 OK\r\n"
      .. "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"):format(#info, info) } }
    local handle = assert(connect { url = server.url, namespace = "connect" })
    assert.same({ server.url, server.url }, { handle.url, handle.control_url })
  end)

  it("lets the sandbox run on when closed", function()
    local handle = assert(connect { url = started.url, namespace = "connect" })
    handle:close()
    handle:close()
    assert.equal("sandbox (closed)", tostring(handle))
    assert.error_matches(function() handle:sent() end, "closed")
    assert.equal(200, (api("GET", "/v0/inboxes")))
  end)

  it("takes namespace or api_key, and else the namespace of the program", function()
    assert.equal("connect", assert(connect { url = started.url }).namespace)
    local other = assert(connect { url = started.url, api_key = "am_test_other" })
    assert.same({ "other", "am_test_other" }, { other.namespace, other.api_key })
    local made = http.ok(api("POST", "/v0/api-keys", { name = "k" }))
    local handle = assert(connect { url = started.url, namespace = "connect",
                                    api_key = made.api_key })
    assert.same({ "connect", made.api_key }, { handle.namespace, handle.api_key })
  end)

  it("takes URL and key from the environment", function()
    local program = [[
      local sandbox = assert(require("agentmail.sandbox").connect%s)
      io.write(sandbox.url, " ", sandbox.namespace, " ", sandbox.api_key)
      sandbox:close()]]
    local function run(arguments)
      return helper.run(([[
        local set = { AGENTMAIL_BASE_URL = %q, AGENTMAIL_API_KEY = "am_test_mine" }
        local getenv = os.getenv
        function os.getenv(name) return set[name] or getenv(name) end
      ]]):format(started.url) .. program:format(arguments))
    end
    assert.equal(started.url .. " mine am_test_mine", run "()")
    assert.equal(started.url .. " yours am_test_yours", run '{ namespace = "yours" }')
    -- the environment's key belongs to the environment's URL
    assert.equal(started.url .. " connect am_test_connect",
                 run(("{ url = %q }"):format(started.url)))
  end)

  it("reaches a sandbox that speaks TLS, whose certificate is trusted", function()
    local secure <close> = assert(sandboxes.start { tls = "self" })
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(secure.certificate)
    file:close()
    local shown = helper.run([[
      local sandbox = assert(require("agentmail.sandbox").connect())
      io.write(sandbox.control_url, " ", sandbox:info().url, "\n", sandbox.certificate)
      sandbox:close()
    ]], ("CURL_CA_BUNDLE= AGENTMAIL_BASE_URL=%s SSL_CERT_FILE=%s"):format(secure.url, path))
    os.remove(path)
    assert.equal(("%s %s\n%s"):format(secure.control_url, secure.url, secure.certificate), shown)
  end)

  it("sends the API key to nobody", function()
    assert.equal("connect", assert(connect { url = started.url,
                                             api_key = "am_test_connect" }).namespace)
    local handle = assert(connect { url = started.url, namespace = "connect",
                                    api_key = "am_a_real_key" })
    assert.same({}, handle:sent())
    assert.equal("am_a_real_key", handle.api_key)
  end)

  it("returns nil where there is no sandbox", function()
    local none, message = connect { url = "http://127.0.0.1:1" }
    assert.is_nil(none)
    assert.matches("^no sandbox at http://127%.0%.0%.1:1: ", message)
    none, message = connect { url = started.url .. "/elsewhere" }
    assert.is_nil(none)
    assert.matches("^no sandbox at .*/elsewhere: HTTP 4%d%d", message)
  end)

  it("raises an error for a mistake", function()
    local function mistake(options)
      local _, message = pcall(function() return (sandboxes.connect(options)) end)
      return message:match "connect_spec.lua:%d+: sandbox%.connect:? (.*)$" or message
    end
    assert.equal("unknown option 'uri' (did you mean 'url'?)", mistake { uri = started.url })
    assert.equal("takes a table of options, not a string", mistake "http://127.0.0.1")
    assert.equal("url must be a string, not integer", mistake { url = 8025 })
    assert.equal("url must be an http or https URL, not '127.0.0.1:8025'",
                 mistake { url = "127.0.0.1:8025" })
    assert.equal("api_key is not am_test_ and a namespace, so give namespace, too",
                 mistake { url = started.url, api_key = "secret" })
    assert.equal("api_key is of the namespace 'a', not of 'b'; give one of the two",
                 mistake { url = started.url, api_key = "am_test_a", namespace = "b" })
    assert.equal("a namespace has the characters A-Z a-z 0-9 - . _ ~ only, unlike 'a b'",
                 mistake { url = started.url, namespace = "a b" })
  end)
end)
