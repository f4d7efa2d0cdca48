-- SPDX-License-Identifier: MIT
-- The sandbox as an object: agentmail.sandbox.start.
local http = require "spec.support.http"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

describe("agentmail.sandbox.start", function()
  it("is ready at once, and closes twice", function()
    local sandbox = assert(sandboxes.start())
    assert.matches("^http://127%.0%.0%.1:%d+$", sandbox.url)
    assert.equal("am_test_local", sandbox.api_key)
    assert.equal("sandbox at " .. sandbox.url, tostring(sandbox))
    assert.equal(200, (http.api(sandbox)("GET", "/v0/inboxes")))
    sandbox:close()
    sandbox:close()
    assert.equal("sandbox (closed)", tostring(sandbox))
    assert.error_matches(function() sandbox:sent() end, "closed")
  end)

  it("lets many run at once, and be collected as garbage", function()
    local all = {}
    for i = 1, 8 do
      all[i] = assert(sandboxes.start { namespace = "n" .. i })
      assert.equal(200, (http.api(all[i])("POST", "/v0/inboxes", { username = "same" })))
    end
    all = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end)

  it("gives the same ids for the same seed", function()
    local function ids(seed)
      local sandbox <close> = assert(sandboxes.start { seed = seed, clock = "2030-01-01" })
      local api = http.api(sandbox)
      local _, inbox = api("POST", "/v0/inboxes")
      local _, sent = api("POST", "/v0/inboxes/" .. inbox.inbox_id .. "/messages/send",
                          { to = "x@y.zz" })
      return inbox.inbox_id .. sent.message_id .. sent.thread_id
    end
    assert.equal(ids(5), ids(5))
    assert.not_equal(ids(5), ids(6))
  end)

  it("raises an error for a mistake, and returns nil for a failure of the system", function()
    assert.error_matches(function() sandboxes.start { nmespace = "x" } end,
                         "unknown option 'nmespace' %(did you mean 'namespace'%?%)")
    assert.error_matches(function() sandboxes.start { port = "1" } end,
                         "port must be an integer, not string")
    assert.error_matches(function() sandboxes.start { clock = "sundial" } end, "clock must be")
    assert.error_matches(function() sandboxes.start { switches = { strict = 3 } } end,
                         "switches.strict: expected one of false, true")
    local none, message = sandboxes.start { path = "/nonexistent/x.db" }
    assert.is_nil(none)
    assert.matches("unable to open", message)
    local file = os.tmpname()
    local out = io.open(file, "w")
    out:write(("this is not a database"):rep(100))
    out:close()
    none, message = sandboxes.start { path = file }
    os.remove(file)
    assert.is_nil(none)
    assert.matches("not a database", message)
  end)

  it("listens on loopback only, unless the option host says otherwise", function()
    local function heard(on)
      local sock = socket.connect("127.0.0.2", tonumber(on.url:match ":(%d+)$"))
      if sock then sock:close() end
      return sock ~= nil
    end
    local sandbox <close> = assert(sandboxes.start())
    assert.is_false(heard(sandbox))
    local open <close> = assert(sandboxes.start { host = "0.0.0.0" })
    assert.is_true(heard(open))
  end)
end)
