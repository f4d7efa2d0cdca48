-- SPDX-License-Identifier: MIT
-- What was answered is never lost, and nothing that comes over the wire takes the sandbox down.
local http = require "spec.support.sandbox_http"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

local LUA = os.getenv "LUA" or "lua5.4"
local CROWD = tonumber(os.getenv "AGENTMAIL_CROWD") or 1000
local PROGRAM = [[LUA_PATH='%s' LUA_CPATH='%s' sh -c 'echo $$
  exec %s -e "require(\"agentmail.sandbox\").main(arg)" - %s seed=5' 2>&1]]
local A = "/v0/inboxes/a@agentmail.to"
local SEND = A .. "/messages/send"

-- The program in a process of its own: its URL, and how to end it.
local function start(options)
  local pipe = io.popen(PROGRAM:format(package.path, package.cpath, LUA, options or ""))
  local pid = pipe:read "l"
  local url
  repeat
    local line = assert(pipe:read "l")
    url = line:match "url%s+(%S+)"
  until url
  return { url = url, api_key = "am_test_local", pid = pid, pipe = pipe }
end

local function finish(process, signal)
  os.execute(("kill -%s %s"):format(signal, process.pid))
  process.pipe:read "a"
  process.pipe:close()
end

describe("a killed sandbox", function()
  local path

  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)

  after_each(function()
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)

  local function request(key)
    return { "POST", SEND, '{"to":"x@example.com"}',
             { "Authorization: Bearer am_test_local", "Idempotency-Key: " .. key } }
  end

  -- Many requests on few connections, of which the service will not finish all.
  local function crowd(process, round)
    local connections = {}
    for c = 1, 4 do
      local connection = http.connect(process.url)
      connection.keys = {}
      for i = 1, 60 do
        local key = ("r%d-%d-%d"):format(round, c, i)
        connection.keys[i] = key
        connection:write(table.unpack(request(key)))
      end
      connections[c] = connection
    end
    return connections
  end

  local function collect(connections, answered, unanswered)
    for _, connection in ipairs(connections) do
      for _, key in ipairs(connection.keys) do
        local status, body = connection:read()
        if status == 200 then
          answered[key] = body:match '"message_id":"([^"]+)"'
        else
          unanswered[#unanswered + 1] = key
        end
      end
      connection:close()
    end
  end

  it("has lost nothing that it answered, round after round", function()
    local answered, unanswered, cut = {}, {}, 0
    local process = start("path=" .. path)
    assert.equal(200, (http.api(process)("POST", "/v0/inboxes", { username = "a" })))
    for round = 1, 8 do
      local before = #unanswered
      local connections = crowd(process, round)
      for _ = 1, round * 7 % 60 do assert.equal(200, (connections[1]:read())) end
      local keys = connections[1].keys
      for i = 1, round * 7 % 60 do
        table.remove(keys, 1)
        answered[("r%d-1-%d"):format(round, i)] = true
      end
      finish(process, "KILL")
      collect(connections, answered, unanswered)
      if #unanswered > before then cut = cut + 1 end
      process = start("path=" .. path)
    end
    assert.is_true(cut > 0, "no kill came in time to cut anything")
    local api, resent = http.api(process), {}
    for _, key in ipairs(unanswered) do
      local r = request(key)
      local status, body = api(r[1], r[2], r[3], { ["Idempotency-Key"] = key })
      assert.equal(200, status)
      resent[key] = body.message_id
    end
    local _, list = api("GET", "/_sandbox/v1/sent")
    local by_key = {}
    for _, row in ipairs(list.sent) do
      assert.is_nil(by_key[row.key], "sent twice: " .. row.key)
      by_key[row.key] = row.message_id
    end
    local count = 0
    for _, all in ipairs { answered, resent } do
      for key, message_id in pairs(all) do
        count = count + 1
        assert.is_truthy(by_key[key], "lost: " .. key)
        if message_id ~= true then assert.equal(message_id, by_key[key]) end
      end
    end
    assert.equal(8 * 240, count)
    local _, audit = api("GET", "/_sandbox/v1/audit")
    assert.same({ count, 0, 0 }, { audit.sent, #audit.duplicates, #audit.losses })
    finish(process, "TERM")
  end)

  it("keeps its file to its owner, and stops in order", function()
    local process = start("path=" .. path)
    local pipe = io.popen("ls -l " .. path)
    assert.matches("^%-rw%-%-%-%-%-%-%-", pipe:read "a")
    pipe:close()
    assert.equal(200, (http.api(process)("POST", "/v0/inboxes", { username = "a" })))
    finish(process, "TERM")
    assert.is_nil(io.open(path .. "-wal")) -- folded into the file
    local again = assert(sandboxes.start { path = path })
    assert.equal(200, (http.api(again)("GET", A)))
    again:close()
  end)
end)

describe("hostile input", function()
  local sandbox, api

  setup(function()
    sandbox = assert(sandboxes.start { namespace = "hostile", max_body = 100000 })
    api = http.api(sandbox)
    api("POST", "/v0/inboxes", { username = "a" })
  end)

  teardown(function() sandbox:close() end)

  after_each(function()
    assert.equal(200, (api("GET", A))) -- whatever came, it is there
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

  it("gets the documented error: more parameters than anybody needs", function()
    local many = ("labels=a&"):rep(500)
    assert.equal(200, (api("GET", A .. "/messages?" .. many)))
    for _, target in ipairs { A .. "/messages?" .. many .. "labels=a", "/v0/inboxes?"
                              .. ("&&a"):rep(15000), "/_sandbox/v1/info?" .. many .. "x" } do
      local status, body = api("GET", target)
      assert.same({ 400, "validation_error", { "query" }, "more than 500 parameters" },
                  { status, body.code, body.errors[1].path, body.errors[1].message })
    end
  end)

  it("cannot hold it up: slow clients, bad chunks, a crowd of idle ones", function()
    local process = start() -- so that each end of a connection counts in a process of its own
    local call = http.api(process)
    call("POST", "/v0/inboxes", { username = "a" })
    local idle, held = {}, 0
    local host, port = process.url:match "^http://([^:]+):(%d+)"
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
    finish(process, "TERM")
  end)
end)
