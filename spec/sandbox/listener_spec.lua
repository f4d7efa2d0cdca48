-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local listener = require "agentmail.sandbox.listener"
local socket = require "socket"

describe("the sandbox's listener", function()
  local server, url, open

  local function connect()
    local connection = http.connect(url)
    open[#open + 1] = connection
    return connection
  end

  local function get(target) return connect():request("GET", target) end

  setup(function()
    server = assert(listener.start {
      module = "spec.support.echo_service", config = "a\0b" .. ("c"):rep(3), max_body = 1000,
    })
    url = "http://127.0.0.1:" .. server:port()
  end)

  teardown(function() server:close() end)

  before_each(function() open = {} end)

  after_each(function()
    for _, connection in ipairs(open) do connection:close() end
    assert.equal("ping", server:call "ping") -- still alive after every test
  end)

  it("passes a request on as it came", function()
    local status, body, headers = connect():request("POST", "/x%2Fy%zz?a=%20b&c", "the body",
      { "X-Two: 1", "x-two: 2", "X-Empty:" })
    assert.equal(200, status)
    assert.matches("^POST|/x%%2Fy%%zz%?a=%%20b&c|8|the body|%d+|1|nil|", body)
    assert.matches("x%-two=1, 2", body)
    assert.matches("x%-empty=;", body .. ";")
    assert.equal("text/plain", headers["content-type"])
  end)

  it("tells connections apart, and how often each was used", function()
    local first, second = connect(), connect()
    local function numbers(connection)
      local _, body = connection:request("GET", "/")
      return body:match "|(%d+)|(%d+)|nil|"
    end
    local a, one = numbers(first)
    local b = numbers(second)
    local again, two = numbers(first)
    assert.equal("1", one)
    assert.equal("2", two)
    assert.equal(a, again)
    assert.not_equal(a, b)
  end)

  it("can reset a connection, or close one in order", function()
    assert.same({ nil, "reset" }, { get "/reset" })
    assert.same({ nil, "closed" }, { get "/close" })
    assert.same({ nil, "reset" }, { get "/late-reset" })
  end)

  it("can announce more than it sends", function()
    assert.same({ nil, "truncated", ("x"):rep(100), 200 }, { get "/half" })
    assert.same({ nil, "truncated", "", 200 }, { get "/nothing-of-it" })
  end)

  it("can send a body piece by piece, or stop in the middle of it", function()
    assert.equal("0123456789", select(2, get "/drip"))
    local status, how, part = get "/stall"
    assert.is_nil(status)
    assert.is_true(how == "truncated" or how == "reset")
    assert.is_true(part == nil or part == "0123")
    local stuck = connect()
    stuck:write("GET", "/stuck")
    assert.equal("HTTP/1.1 200 OK", (stuck.sock:receive "*l"))
    repeat local line = stuck.sock:receive "*l" until line == ""
    assert.equal("0123", (stuck.sock:receive(4)))
  end)

  it("streams what the service pushes, for as long as there is a reader", function()
    local reader = connect()
    reader:write("GET", "/stream")
    local function chunk()
      local size = tonumber(reader.sock:receive "*l", 16)
      local bytes = size > 0 and reader.sock:receive(size) or ""
      reader.sock:receive "*l"
      return bytes
    end
    repeat local line = reader.sock:receive "*l" until line == ""
    assert.equal("first\n", chunk())
    assert.is_true(server:call("push", "second\n"))
    assert.equal("second\n", chunk())
    assert.equal(200, (get "/")) -- others are served meanwhile
    assert.is_true(server:call("push", "a\0b"))
    assert.equal("a\0b", chunk())
    assert.is_true(server:call "push")
    assert.equal("", chunk())
    assert.is_false(server:call("push", "too late"))
    assert.equal(200, (reader:request("GET", "/")))
    local gone = connect()
    gone:write("GET", "/stream")
    gone.sock:receive "*l"
    gone:close()
    for _ = 1, 40 do server:call("push", ("x"):rep(100000)) end -- it notices, or stops to keep it
    assert.is_false(server:call("push", "x"))
    local never_reads = connect()
    never_reads:write("GET", "/stream")
    never_reads.sock:receive "*l"
    local taken = 0
    while taken < 1000 and server:call("push", ("x"):rep(100000)) do taken = taken + 1 end
    assert.is_true(taken < 1000)
  end)

  it("lets a call from outside wait for what the service finishes later", function()
    assert.same({ "late", 1, n = 2 }, table.pack(server:call "later"))
    assert.error_matches(function() server:call "later, then raise" end, "after")
    assert.equal("ping", server:call "ping")
  end)

  it("can write bytes that are not HTTP", function()
    assert.same({ nil, "garbage", "not\0http" }, { get "/raw" })
  end)

  it("can answer late, by an alarm, or when it is told to", function()
    assert.equal("late", select(2, get "/late"))
    assert.equal("by the alarm", select(2, get "/alarm"))
    local waiting = connect()
    waiting:write("GET", "/later")
    while not server:call("answer", "at last") do end
    assert.equal("at last", select(2, waiting:read()))
    assert.is_false(server:call("answer", "again"))
  end)

  it("answers 500 when the service fails, and goes on", function()
    for _, target in ipairs { "/raises", "/no-status", "/bad-status", "/bad-header",
                              "/bad-kill" } do
      local status, body = get(target)
      assert.equal(500, status, target)
      assert.equal("internal error\n", body)
    end
    assert.same({ "on purpose", "status must be", "status must be", "header is not fit",
                  '"softly" is neither' }, { server:call("problems"):match(
      "(on purpose)\n.*(status must be).*\n.*(status must be).*\n.*(header is not fit).*\n.*"
      .. '("softly" is neither)') })
    assert.equal("a\0b", select(2, get "/binary"))
  end)

  it("bounds bodies, announced or chunked", function()
    local _, exact = connect():request("POST", "/", ("x"):rep(1000))
    assert.matches("|1000|", exact)
    local _, announced = connect():request("POST", "/", ("x"):rep(1001))
    assert.matches("|0||%d+|1|true|", announced)
    local function chunked(size)
      local connection = connect()
      connection:send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. ("%x\r\n%s\r\n0\r\n\r\n"):format(size, ("x"):rep(size)))
      return connection:read()
    end
    assert.matches("|1000|", select(2, chunked(1000)))
    assert.matches("|true|", select(2, chunked(1001)))
    assert.is_nil(chunked(100000)) -- it is not even read to its end
  end)

  it("survives hostile bytes", function()
    local head = "GET / HTTP/1.1\r\nHost: x\r\n"
    for _, bytes in ipairs {
      "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", " / HTTP/1.1\r\n\r\n",
      head .. "Content-Length: -1\r\n\r\n", head .. "Content-Length: 1e9\r\n\r\n",
      head .. "Content-Length: 99999999999999999999999\r\n\r\n",
      head .. "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      head .. "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nx\r\n",
      head .. "X: " .. ("y"):rep(100000) .. "\r\n\r\n",
      "GET /" .. ("y"):rep(100000) .. " HTTP/1.1\r\n\r\n", head .. "No colon\r\n\r\n",
      head .. ("A: b\r\n"):rep(20000) .. "\r\n", "GET /\0/x HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\n", "P", ("\255"):rep(5000) .. "\r\n\r\n",
    } do
      local connection = connect()
      connection:send(bytes)
      connection:close()
      assert.equal("ping", server:call "ping")
    end
    assert.equal(200, (get "/"))
  end)

  it("takes a body that is announced but never comes", function()
    local half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc"
    for _ = 1, 50 do connect():send(half) end
    assert.equal(200, (get "/"))
  end)

  it("takes a waiting connection as soon as there is room", function()
    local small = assert(listener.start { module = "spec.support.echo_service", config = "small",
                                          connections = 2 })
    local all = {}
    for i = 1, 4 do all[i] = http.connect("http://127.0.0.1:" .. small:port()) end
    assert.equal(200, (all[1]:request("GET", "/")))
    assert.equal(200, (all[2]:request("GET", "/")))
    all[4]:write("GET", "/")
    all[1]:close()
    all[2]:close()
    assert.equal(200, (all[4]:read()))
    all[3]:close()
    all[4]:close()
    small:close()
  end)

  describe("while it is shut", function()
    local control

    before_each(function() control = "http://127.0.0.1:" .. server:control_port() end)

    after_each(function() assert.is_true(server:call("door", true)) end)

    local function refused()
      local sock, problem = socket.connect("127.0.0.1", server:port())
      if sock then sock:close() end
      return problem
    end

    it("refuses connections, and resets those there are", function()
      local idle, waits, trickles, half = connect(), connect(), connect(), connect()
      assert.equal(200, (idle:request("GET", "/")))
      waits:write("GET", "/never")
      trickles:write("GET", "/stuck")
      half:send "GET / HT"
      assert.equal("HTTP/1.1 200 OK", (trickles.sock:receive "*l"))
      assert.is_true(server:call("door", false))
      assert.equal("connection refused", refused())
      for _, connection in ipairs { idle, waits, half } do
        assert.same({ nil, "reset" }, { connection:read() })
      end
      assert.is_true(server:call("door", false))
      assert.equal("connection refused", refused())
      assert.is_true(server:call("door", true))
      assert.equal(200, (get "/"))
      assert.is_true(server:call("door", true))
      assert.is_nil(refused())
    end)

    it("keeps its port, and stays open at the control address", function()
      local before = http.connect(control)
      open[1] = before
      assert.equal("true", select(2, before:request("GET", "/control")))
      assert.equal("nil", select(2, get "/control"))
      server:call("door", false)
      local thief = socket.tcp()
      assert.same({ nil, "address already in use" }, { thief:bind("127.0.0.1", server:port()) })
      thief:close()
      assert.equal("true", select(2, before:request("GET", "/control")))
      local after = http.connect(control)
      open[2] = after
      assert.equal(200, (after:request("GET", "/")))
      assert.equal(200, (after:request("GET", "/")))
    end)

    it("lets the answer through that shut it, and ends that connection", function()
      local here = connect()
      local status, body, headers = here:request("GET", "/shut")
      assert.same({ 200, "shut", "close" }, { status, body, headers.connection:lower() })
      assert.same({ nil, "closed" }, { here:read() })
      assert.equal("connection refused", refused())
    end)

    it("says when another took its port, and opens once that is gone", function()
      server:call("door", false)
      local thief = assert(listener.start {
        module = "spec.support.echo_service", port = server:port() })
      for _ = 1, 2 do
        local opened, message = server:call("door", true)
        assert.is_nil(opened)
        assert.matches("^port %d+: .*in use", message)
      end
      thief:close()
      assert.is_true(server:call("door", true))
      assert.equal(200, (get "/"))
    end)

    it("is stopped as at any time", function()
      local other = assert(listener.start {
        module = "spec.support.echo_service", control_port = 0 })
      other:call("door", false)
      local port = other:port()
      other:close()
      other = assert(listener.start { module = "spec.support.echo_service", port = port })
      assert.equal(port, other:port())
      other:close()
    end)
  end)

  it("raises the limit of open files for its connections", function()
    local helper = require "spec.support.helper"
    local output = helper.run([[
      local listener = require "agentmail.sandbox.listener"
      local l = assert(listener.start { module = "spec.support.echo_service", connections = 100 })
      os.execute "ulimit -n"]], "ulimit -S -n 30;")
    assert.equal("164\n", output)
  end)

  it("calls the service from outside, with plain values only", function()
    assert.same({ "a\0b", 1, 1.5, true, n = 4 }, table.pack(server:call("a\0b", 1, 1.5, true)))
    assert.same({ nil, false, n = 2 }, table.pack(server:call(nil, false)))
    assert.equal("integer", math.type(server:call(math.maxinteger)))
    assert.is_true(math.abs(server:call "now" / 1000 - os.time()) < 5)
    assert.has_error(function() server:call "raise" end, "called on purpose")
    assert.error_matches(function() server:call "table" end, "answered a table")
    assert.error_matches(function() server:call({}) end, "only plain values")
    assert.error_matches(function() server:call(1, 2, 3, 4, 5, 6, 7, 8, 9) end, "too many values")
  end)

  it("closes with requests in flight, twice, and from the collector", function()
    local path = os.tmpname()
    os.remove(path)
    local other = assert(listener.start { module = "spec.support.echo_service", config = path })
    local connection = http.connect("http://127.0.0.1:" .. other:port())
    connection:write("GET", "/never")
    local others = {}
    for i, target in ipairs { "/stuck", "/stream", "/later" } do
      others[i] = http.connect("http://127.0.0.1:" .. other:port())
      others[i]:write("GET", target)
    end
    other:call "ping"
    assert.matches("listener %(port %d+%)", tostring(other))
    other:close()
    other:close()
    assert.is_true(other:closed())
    assert.equal("listener (closed)", tostring(other))
    assert.same({ nil, "closed" }, { connection:read() })
    connection:close()
    for _, one in ipairs(others) do one:close() end
    assert.error_matches(function() other:call "ping" end, "the listener is closed")
    for descriptor in io.lines(path, "n") do -- service.close() ran, and left a socket in its place
      local left = socket.tcp()
      left:setfd(descriptor)
      assert.equal("127.0.0.1", (left:getsockname()))
      left:close()
    end
    os.remove(path)
    for _ = 1, 20 do listener.start { module = "spec.support.echo_service" } end
    collectgarbage()
    collectgarbage()
  end)

  it("says why it cannot start", function()
    local function problem(options)
      options.module = options.module or "spec.support.echo_service"
      local none, message = listener.start(options)
      assert.is_nil(none)
      return message
    end
    assert.matches("module 'no.such.module' not found", problem { module = "no.such.module" })
    assert.matches("has no function open", problem { module = "string" })
    assert.matches("this service does not open", problem { config = "refuse" })
    assert.matches("no table with a function handle", problem { config = "nothing" })
    assert.matches("Address already in use", problem { port = server:port() })
    assert.matches('host: "example.org" is no numeric address', problem { host = "example.org" })
    assert.error_matches(function() listener.start {} end, "module: the name")
    assert.error_matches(function() listener.start { module = "x", port = 65536 } end,
                         "port: expected an integer from 0 to 65535")
    assert.error_matches(function() listener.start { module = "x", max_body = 1.5 } end, "max_body")
    assert.error_matches(function() listener.start { module = "x", config = {} } end,
                         "config: expected a string, got a table")
  end)

  it("listens on IPv6, too", function()
    local other, message = listener.start { module = "spec.support.echo_service", host = "::1" }
    if not other then return pending("no IPv6 here: " .. message) end
    other:close()
  end)
end)
