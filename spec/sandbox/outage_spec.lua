-- SPDX-License-Identifier: MIT
-- An outage: connections are refused until it ends, by virtual time, by hand or by reset; the
-- control interface stays reachable at its own address.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

describe("an outage of the sandbox", function()
  local sandbox, api, control
  local A = "/v0/inboxes/a@agentmail.to"

  -- A request at the control address; that connection is kept.
  local function at_control(target)
    return http.api({ url = target.control_url, api_key = target.api_key })
  end

  -- A request on a separate connection.
  local function get(target)
    return (http.api(sandbox)("GET", target))
  end

  before_each(function()
    sandbox = assert(sandboxes.start { namespace = "outage", seed = 3,
                                       clock = "2030-05-01T12:00:00Z" })
    api, control = http.api(sandbox), at_control(sandbox)
    assert.equal(200, (api("POST", "/v0/inboxes", { username = "a" })))
  end)

  after_each(function() sandbox:close() end)

  local function is_refused(url)
    local sock, problem = socket.connect((url or sandbox.url):match "//(.*):(%d+)$")
    if sock then
      sock:close()
      return false
    end
    assert.equal("connection refused", problem)
    return true
  end

  it("refuses connections, resets open ones, and ends by the clock", function()
    local idle = http.connect(sandbox.url)
    assert.equal(200, (idle:request("GET", A, nil, { "Authorization: Bearer am_test_outage" })))
    sandbox:fault "outage=5m"
    assert.same({ nil, "reset" }, { idle:read() })
    assert.is_true(is_refused())
    assert.is_false(sandbox:info().listening)
    sandbox:advance "4m59s"
    assert.is_true(is_refused())
    sandbox:advance "1s"
    assert.is_true(sandbox:info().listening)
    assert.equal(200, get(A))
    assert.equal(3, #sandbox:requests(), "what was refused never came in")
  end)

  it("ends by hand, at a given time, by reset and by restore", function()
    sandbox:snapshot "before"
    local ways = {
      function() sandbox:heal "outage" end,
      function() sandbox:faults {} end,
      function() sandbox:reset() end,
      function() sandbox:restore "before" end,
      function() sandbox:freeze "2030-05-01T13:00:00Z" end,
    }
    for i, finish in ipairs(ways) do
      sandbox:fault "outage=5m"
      assert.is_true(is_refused(), i)
      finish()
      assert.is_false(is_refused(), i)
      if i == 3 then
        sandbox:fault { at = "before", ["do"] = "refuse",
                        until_ = { time = "2030-05-01T12:30:00Z" } }
        assert.is_true(is_refused())
        sandbox:advance "30m"
        assert.is_false(is_refused())
      end
    end
  end)

  it("ends by itself while the clock runs", function()
    sandbox:thaw()
    sandbox:fault "outage=100ms"
    assert.is_true(is_refused())
    local limit = socket.gettime() + 10
    repeat socket.sleep(0.02) until not is_refused() or socket.gettime() > limit
    assert.equal(200, get(A))
  end)

  it("ends as soon as the port is free again if another program took it", function()
    local free, told, stderr = false, {}, io.stderr
    local service = http.service({ frozen_at = 1800000000000 }, {
      gate = function(open)
        if open and not free then return nil, "port 1: in use" end
        return true
      end,
    })
    local function listening()
      return json.decode((select(2, service.call("GET", "info", "", "", "n")))).listening
    end
    service.call("POST", "faults", "", '"outage=5m"', "n")
    assert.is_false(listening())
    io.stderr = { write = function(_, ...) told[#told + 1] = table.concat { ... } end } -- luacheck: ignore
    service.call("POST", "clock/advance", "", '{"by":"5m"}', "n")
    io.stderr = stderr -- luacheck: ignore
    assert.same({ "sandbox: the outage is over, but port 1: in use\n" }, told)
    assert.is_false(listening())
    assert.is_true(service.app.timers:is_set "outage")
    free = true
    service.app.timers.set_at.outage.fn()
    assert.is_true(listening())
    service.close()
  end)

  it("leaves the control interface open, at its own address", function()
    assert.equal(sandbox.control_url, sandbox:info().control_url)
    assert.equal(200, (control("POST", "/_sandbox/v1/faults", '"outage=1h"')))
    assert.is_true(is_refused())
    assert.is_false(is_refused(sandbox.control_url))
    local status, info = control("GET", "/_sandbox/v1/info")
    assert.same({ 200, false }, { status, info.listening })
    local page = http.connect(sandbox.control_url)
    page:write("GET", "/")
    assert.equal("HTTP/1.1 200 OK", (page.sock:receive "*l"))
    page:close()
    assert.equal(200, (control("POST", "/_sandbox/v1/clock/advance", { by = "1h" })))
    assert.is_false(is_refused())
    assert.equal(200, get(A))
  end)

  it("cannot be bypassed: the API is not at the control address", function()
    local code, answer = control("GET", A)
    assert.same({ 404, "not_found", "The API is at " .. sandbox.url .. "." },
                { code, answer.code, answer.fix })
  end)

  it("delivers the answer to the request that armed it", function()
    local status, answer = api("POST", "/_sandbox/v1/faults", '"outage=5m"')
    assert.equal(200, status)
    assert.equal("outage", answer.rules[1].name)
    assert.is_true(is_refused())
  end)

  it("affects only its own organization if several use the service", function()
    local other = http.api(sandbox:view "outage-other")
    assert.equal(200, (other("POST", "/v0/inboxes", { username = "b" })))
    sandbox:fault "outage=5m"
    assert.is_false(is_refused())
    assert.same({ nil, "reset" }, { api("GET", A) })
    assert.equal("before:refuse", sandbox:requests { operation = "inboxes.get" }[1].place)
    assert.equal(200, (other("GET", "/v0/inboxes")))
    sandbox:advance "5m"
    assert.equal(200, (api("GET", A)))
  end)

  it("that matches some requests resets those", function()
    sandbox:fault { outage = "5m", match = { method = "POST" } }
    assert.is_false(is_refused())
    assert.equal(200, (api("GET", A)))
    assert.same({ nil, "reset" }, { api("POST", "/v0/inboxes", {}) })
    sandbox:faults { { ["do"] = "refuse" } }
    assert.is_false(is_refused())
    assert.same({ nil, "reset" }, { api("GET", A) })
    assert.equal(200, (api("GET", A)))
  end)

  it("continues after a restart, and ends", function()
    local path = os.tmpname()
    local function begin()
      return assert(sandboxes.start { namespace = "kept", path = path, clock = "2030-05-01" })
    end
    local kept = begin()
    kept:fault "outage=5m"
    kept:close()
    kept = begin()
    assert.is_true(is_refused(kept.url))
    local decoded = json.decode(json.encode(kept:faults()))
    assert.equal("refuse", decoded[1]["do"].kind)
    kept:advance "5m"
    assert.is_false(is_refused(kept.url))
    kept:close()
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)
end)
