-- SPDX-License-Identifier: MIT
-- The sandbox under TLS. Its WebSockets are in spec/npm/websocket.mjs.
local agentmail = require "agentmail"
local core = require "agentmail.core"
local http = require "spec.support.http"
local listener = require "agentmail.sandbox.listener"
local sandboxes = require "agentmail.sandbox"

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

describe("the sandbox under TLS", function()
  local sandbox, authorities, inbox

  setup(function()
    sandbox = assert(sandboxes.start { namespace = "tls", tls = "self",
                                       hosts = { "mail", "10.9.8.7" } })
    authorities = write(sandbox.certificate)
  end)

  teardown(function()
    sandbox:close()
    os.remove(authorities)
  end)

  local function client_of(started, file)
    return agentmail.new { base_url = started.url, api_key = started.api_key, ca_file = file,
                           limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  end

  before_each(function()
    sandbox:reset()
    inbox = assert(client_of(sandbox, authorities).inboxes:create { username = "a" })
  end)

  local function send(to)
    return inbox.messages:send { to = to or "x@example.com", subject = "s" }
  end

  it("is an https URL, served by a certificate that names it", function()
    assert.matches("^https://127.0.0.1:%d+$", sandbox.url)
    assert.matches("^https://", sandbox.control_url)
    assert.equal(sandbox.certificate, sandbox:info().certificate)
    assert.truthy(send())
    local stranger, message = agentmail.new { base_url = sandbox.url, api_key = "am_test_tls",
                                              limits = { attempts = 1 } }.inboxes:list()
    assert.is_nil(stranger)
    assert.matches("certificate", message)
    local plain = http.connect((sandbox.url:gsub("https", "http")))
    assert.is_nil((plain:request("GET", "/_sandbox/v1/health")))
    plain:close()
  end)

  it("has a certificate for the names it may be called by", function()
    if not os.execute "openssl version >/dev/null 2>&1" then
      return pending "openssl is not here"
    end
    for name, flag in pairs { mail = "host", localhost = "host", ["10.9.8.7"] = "ip",
                              ["127.0.0.1"] = "ip" } do
      local pipe = io.popen(("unset LD_PRELOAD; openssl x509 -in %s -noout -check%s %s"):format(
        authorities, flag, name))
      assert.matches("does match", pipe:read "a", name)
      pipe:close()
    end
  end)

  it("acts out its faults inside: the client sees what it would see without", function()
    for _, fault in ipairs {
      "lost_ack", "html_502", { at = "commit", ["do"] = "truncate" },
      { at = "commit", ["do"] = "close" }, { at = "before", ["do"] = "503" },
      { at = "before", ["do"] = { kind = "hang", seconds = 0.01 } },
    } do
      sandbox:fault(fault)
      local sent, receipt = send()
      assert.truthy(sent, receipt)
      assert.equal(2, receipt.attempts)
      sandbox:heal()
    end
    sandbox:fault { slow_body = 0.01 }
    assert.truthy(send())
    assert.equal(7, #sandbox:sent())
    sandbox:fault { outage = "5m" }
    assert.is_nil((client_of(sandbox, authorities).inboxes:list()))
    sandbox:advance "5m"
    assert.truthy(client_of(sandbox, authorities).inboxes:list())
  end)

  it("refuses to arm what would break TLS instead of HTTP, and says so", function()
    for _, rule in ipairs { { at = "before", ["do"] = "garbage" },
                            { at = "body", ["do"] = "bad_chunk" } } do
      assert.error_matches(function() sandbox:fault(rule) end,
                           rule["do"] .. " is not possible under TLS")
    end
    assert.equal(0, #sandbox:faults())
    local sent, receipt = send "bad-chunk@sandbox.test" -- there it is the end of the connection
    assert.truthy(sent)
    assert.equal(2, receipt.attempts)
  end)

  it("delivers webhooks by HTTP all the same", function()
    local receiver <close> = assert(listener.start { module = "spec.support.webhook_receiver" })
    assert(client_of(sandbox, authorities).webhooks:create {
      url = ("http://127.0.0.1:%d/"):format(receiver:port()),
      event_types = { "message.received" },
    })
    sandbox:inbound { to = "a@agentmail.to", subject = "s" }
    local patience = core.now() + 20
    while receiver:call "count" == 0 and core.now() < patience do sandbox:now() end
    assert.equal(1, receiver:call "count")
  end)

  it("takes a certificate and its key from files", function()
    local certificate, key = listener.self_signed "DNS:localhost,IP:127.0.0.1"
    local files = { certificate = write(certificate), key = write(key) }
    local own <close> = assert(sandboxes.start { tls = files })
    assert.equal(certificate, own.certificate)
    assert.truthy(client_of(own, files.certificate).inboxes:list())
    local bad = write "nonsense"
    local started, message = sandboxes.start { tls = { certificate = bad, key = files.key } }
    assert.is_nil(started)
    assert.equal("libmicrohttpd cannot start: it cannot use this certificate and key", message)
    for given, expected in pairs {
      [{ certificate = "/nowhere.pem", key = files.key }] = "tls: /nowhere.pem: No such file",
      [{ certificate = bad }] = "tls must be", ["other"] = "tls must be", [1] = "string or table",
    } do
      assert.error_matches(function() sandboxes.start { tls = given } end, expected)
    end
    local main = require "agentmail.sandbox.main"
    assert.same({ switches = {}, tls = { certificate = "a", key = "b" },
                  hosts = { "x", "y", "z" } },
                (main.parse { "tls=a,b", "hosts=x,y", "hosts=z" }))
    assert.equal("self", main.parse({ "tls=self" }).tls)
    for _, path in ipairs { bad, files.certificate, files.key } do os.remove(path) end
  end)
end)
