-- SPDX-License-Identifier: MIT
-- agentmail.core alone: what its handles survive, and what it refuses.

local core = require "agentmail.core"
local helper = require "spec.support.helper"

local ANSWER = { status = 200, body = "{}" }

local function script(count)
  local entries = {}
  for i = 1, count do entries[i] = ANSWER end
  local _, log, url = helper.scripted(entries)
  return log, url
end

local function open(url, options)
  local settings = { base_url = url, api_key = "am_test_core", proxy = "" }
  for name, value in pairs(options or {}) do settings[name] = value end
  return core.client(settings)
end

local function finish(call)
  local state
  repeat
    state = call:wait()
    if state == "judging" then call:judge("whole") end
  until state == "done"
  return call:result()
end

local function get(client, target, options)
  local call <close> = assert(client:submit("GET", target, "safe", nil, nil, options))
  assert.equal("applied", (finish(call)))
end

describe("a credential given to the core", function()
  it("is not inherited by the next request on the same connection", function()
    local log, url = script(8)
    local client <close> = open(url)
    for _ = 1, 2 do
      get(client, "/with")
      get(client, "/anonymous", { anonymous = true })
      get(client, "/own", { api_key = "am_test_own" })
      get(client, url .. "/elsewhere")
    end
    assert.equal(8, #log)
    for i = 1, 8 do
      local sent, headers = log[i].target, log[i].headers
      local expected = sent == "/with" and "Bearer am_test_core"
        or sent == "/own" and "Bearer am_test_own" or nil
      assert.equal(expected, headers.authorization)
      assert.equal(log[1].connection, log[i].connection)
    end
  end)
end)

describe("a call of the core", function()
  it("that the collector ended makes room for another, and is not reused", function()
    local _, url = script(3)
    local client <close> = open(url, { limits = { queue_length = 1 } })
    for _ = 1, 4 do -- each must be ended by its finalizer, to make room
      assert(client:submit("GET", "/lost", "safe"))
      collectgarbage()
      collectgarbage()
    end
    get(client, "/kept")
  end)

  it("refuses everything but close and tostring once it is closed", function()
    local _, url = script(1)
    local client <close> = open(url)
    local call = assert(client:submit("GET", "/x", "safe"))
    finish(call)
    call:close()
    call:close()
    assert.equal("agentmail.call (closed)", tostring(call))
    for _, name in ipairs { "wait", "state", "answer", "header", "delimited", "received", "judge",
                            "result", "advice", "progress", "headers", "events", "cancel",
                            "news" } do
      assert.has_error(function() call[name](call, "whole") end)
    end
  end)

  it("can be waited for together with others", function()
    local _, url = script(2)
    local client <close> = open(url)
    local calls = { (assert(client:submit("GET", "/x", "safe"))),
                    (assert(client:submit("GET", "/y", "safe"))) }
    local set = { [calls[1]] = true, [calls[2]] = true }
    while next(set) do
      local call, state = core.wait_any(set)
      if state == "judging" then call:judge "whole" end
      if state == "done" then
        set[call] = nil
        call:close()
      end
    end
    for words, wrong in pairs { ["no call to wait for"] = {}, ["table expected"] = 7,
                                ["agentmail.call expected"] = { {} } } do
      local ok, problem = pcall(core.wait_any, wrong)
      assert.is_false(ok)
      assert.matches(words, problem, 1, true)
    end
    local closed = client:submit("GET", "/x", "safe")
    closed:close()
    assert.matches("a call in the set is closed",
      select(2, pcall(core.wait_any, { [closed] = true })))
  end)

  it("outlives its client, and reports its result", function()
    local _, url = script(0)
    local client = open(url)
    local call = assert(client:submit("GET", "/x", "safe"))
    client:close()
    client = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal("done", call:wait())
    local outcome, code = call:result()
    assert.equal("not_applied", outcome)
    assert.equal("closed", code)
    call:close()
  end)
end)

describe("a finalizer that closes the client", function()
  -- A collectable object whose finalizer makes the next one; the last one acts. If the collector
  -- runs at every allocation, that is `length` collections later.
  local function chain(length, act)
    setmetatable({}, { __gc = function()
      if length == 1 then act() else chain(length - 1, act) end
    end })
  end

  it("leaves an answer intact while it is read", function()
    local headers, entries = {}, {}
    for i = 1, 10 do headers["x-header-" .. i] = ("v"):rep(5000) end
    for i = 1, 40 do
      entries[i] = { status = 200, body = "{}", headers = headers,
                     effect = i % 2 == 0 and { kill = "reset" } or nil }
    end
    local _, _, url = helper.scripted(entries)
    for i = 1, #entries do
      local client = open(url, { limits = { attempts = 1 } })
      local call = assert(client:submit("GET", "/x", "safe"))
      finish(call)
      collectgarbage("incremental", 1, 1000, 50)
      collectgarbage("restart")
      chain(i // 2 + 2, function() client:close() end)
      local read = i % 2 == 1 and call:headers() or call:advice()
      collectgarbage("incremental", 200, 100, 13)
      assert.equal("table", type(read))
      client:close()
      assert.same({}, call:headers())
      assert.is_nil(call:advice().detail)
    end
  end)
end)

describe("a finalizer that closes the call", function()
  it("ends no other call that has taken its place", function()
    local _, url = script(1)
    local client <close> = open(url)
    local other
    do
      local call = assert(client:submit("GET", "http://127.0.0.1:1/never", "safe"))
      setmetatable({}, { __gc = function()
        call:close()
        other = client:submit("POST", "/x", "idempotency_key", "{}", "key-1")
      end })
    end
    for _ = 1, 3 do collectgarbage() end
    assert.equal("applied", (finish(other)))
    other:close()
  end)

  it("makes the read of its answer fail, or lets it finish", function()
    local headers = {}
    for i = 1, 40 do headers[("X-"):rep(300) .. i] = ("v"):rep(200) end
    local entries = {}
    for i = 1, 20 do entries[i] = { status = 200, body = "{}", headers = headers } end
    local _, _, url = helper.scripted(entries)
    for i = 1, #entries do
      local client <close> = open(url)
      local call = assert(client:submit("GET", "/x", "safe"))
      finish(call)
      collectgarbage("incremental", 1, 1000, 50)
      collectgarbage("restart")
      local function chain(length)
        setmetatable({}, { __gc = function()
          if length == 0 then call:close() else chain(length - 1) end
        end })
      end
      chain(i)
      local _, problem = pcall(call.headers, call)
      collectgarbage("incremental", 200, 100, 13)
      if type(problem) ~= "table" then assert.matches("the call is closed", problem) end
      call:close()
    end
  end)
end)

describe("an argument of the core", function()
  local _, url = script(0)
  local client = open(url)

  local function refused(pattern, body, options)
    local ok, problem = pcall(client.submit, client, "POST", "/x", "none", body, nil, options)
    assert.is_false(ok)
    assert.matches(pattern, problem)
  end

  it("must be a string if text is expected: the text of a number could be collected", function()
    for _, name in ipairs { "content_type", "api_key" } do
      refused(name .. " must be a string, not number", nil, { [name] = 12345678901234 })
      refused(name .. " holds a NUL", nil, { [name] = "a\0b" })
    end
    refused("path must be a string, not number", { { path = 12 } })
    refused("path holds a NUL", { { path = "/etc/hostname\0.pdf" } })
    refused("must be a string, not number", { 12 })
    refused("must be a string, not number", { { data = 12 } })
    refused("must be a string, not nil", { {} })
  end)

  it("must be in the table itself, not in its metatable", function()
    local proxy = setmetatable({}, { __index = function(_, name)
      return name == "base_url" and ("http://127.0.0.1:%d"):format(1) or nil
    end })
    local ok, problem = pcall(core.client, proxy)
    assert.is_false(ok)
    assert.matches("base_url is missing", problem)
  end)

  it("must be an open file to save an answer to", function()
    local file = assert(io.tmpfile())
    file:close()
    refused("save must be an open file", nil, { save = file })
    refused("save must be an open file", nil, { save = "report.pdf" })
  end)
end)

describe("doubt", function()
  local GONE = { status = 404, body = '{"name":"NotFoundError"}' }

  -- The result of a delete whose 404 is judged with the service's name, or without.
  local function delete(options, name)
    local _, _, url = helper.scripted { GONE }
    local client <close> = open(url)
    local call <close> = assert(client:submit("DELETE", "/x", "idempotent", nil, nil, options))
    repeat
      local state = call:wait()
      if state == "judging" then call:judge("whole", nil, name) end
    until state == "done"
    return (call:result()), call:advice()
  end

  it("left by an earlier call counts for the call", function()
    assert.equal("applied", (delete({ doubt = true }, "NotFoundError")))
    local outcome, advice = delete({ doubt = true })
    assert.equal("unknown", outcome)
    assert.is_true(advice.retryable)
    assert.equal("not_applied", (delete({ doubt = false }, "NotFoundError")))
    assert.equal("not_applied", (delete(nil, "NotFoundError")))
  end)
end)

describe("a call that is deferred", function()
  it("reports the result of its last attempt", function()
    local _, _, url = helper.scripted {
      { status = 429, body = "{}", headers = { ["Retry-After"] = "86400" } } }
    local client <close> = open(url)
    local call <close> = assert(client:submit("GET", "/x", "safe"))
    local _, code = finish(call)
    local advice = call:advice()
    assert.equal("deferred", code)
    assert.equal("rate_limit_exceeded", advice.cause)
    assert.equal(429, advice.cause_status)
    assert.matches("later than the deadline; the last attempt ended with rate_limit", advice.reason)
  end)

  it("has no cause if it was not deferred", function()
    local _, _, url = helper.scripted { { status = 404, body = "{}" } }
    local client <close> = open(url)
    local call <close> = assert(client:submit("GET", "/x", "safe"))
    finish(call)
    assert.is_nil(call:advice().cause)
    assert.is_nil(call:advice().cause_status)
  end)
end)

describe("the bytes of an answer", function()
  -- {} in gzip
  local PACKED = "\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0"

  it("are counted as received, and their end is reported", function()
    local _, _, url = helper.scripted {
      { status = 200, body = "{}" }, { status = 204 },
      { status = 200, body = "{}", effect = { kill = "reset" } } }
    local client <close> = open(url, { limits = { attempts = 1 } })
    for _, want in ipairs { { true, 2 }, { true, 0 }, { false, 0 } } do
      local call <close> = assert(client:submit("GET", "/x", "safe"))
      assert.is_false(call:delimited())
      finish(call)
      assert.same(want, { call:delimited(), call:received() })
    end
  end)

  it("come as stored if identity is asked for", function()
    local entry = { status = 200, body = PACKED, headers = { ["Content-Encoding"] = "gzip" } }
    local _, log, url = helper.scripted { entry, entry }
    local client <close> = open(url)
    for i, body in ipairs { PACKED, "{}" } do
      local call <close> = assert(client:submit("GET", "/x", "safe", nil, nil,
                                                { identity = i == 1 }))
      finish(call)
      assert.equal(body, select(2, call:answer()))
      assert.equal(#PACKED, call:received())
      assert.equal(i == 1 and "identity" or "gzip", log[i].headers["accept-encoding"])
    end
  end)
end)

describe("a body of pieces", function()
  it("is sent as given, even if the caller changes the table later", function()
    local log, url = script(1)
    local client <close> = open(url)
    local pieces = {}
    for i = 1, 100 do pieces[i] = { data = ("piece %03d "):format(i):rep(10) } end
    for i = 101, 200 do pieces[i] = ("piece %03d "):format(i):rep(10) end
    local call <close> = assert(client:submit("POST", "/x", "idempotent", pieces))
    for i = 1, 200 do pieces[i] = nil end
    local others = {}
    for i = 1, 20 do
      collectgarbage()
      for j = 1, 1000 do others[j] = ("other %d %d "):format(i, j):rep(10) end
    end
    finish(call)
    assert.equal(1000, #others)
    local expected = {}
    for i = 1, 200 do expected[i] = ("piece %03d "):format(i):rep(10) end
    assert.equal(table.concat(expected), log[1].body)
  end)
end)

describe("a Lua state that closes", function()
  -- Runs a program to the end of its state, and returns its output.
  local function ended(program)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(program)
    file:close()
    local pipe = assert(io.popen((os.getenv("LUA") or "lua5.4") .. " " .. path .. " 2>&1"))
    local said = pipe:read("a")
    local ok = pipe:close()
    os.remove(path)
    assert.is_true(ok, said)
    return said
  end

  it("closes safely when a finalizer makes a client and a call", function()
    local said = ended [[
      collectgarbage "stop" -- all of these are garbage immediately, and must last until the end
      -- Created first, so finalized last: after the engine, which frees those created in between.
      setmetatable({}, { __gc = function()
        print(client:closed(), client:submit("GET", "/x", "safe"))
        print(tostring(client), tostring(call), pcall(call.state, call))
        call:close()
        client:close()
      end })
      local core = require "agentmail.core"
      core.client { base_url = "http://127.0.0.1:1", api_key = "k" }
      setmetatable({}, { __gc = function()
        client = core.client { base_url = "http://127.0.0.1:1", api_key = "k" }
        call = client:submit("GET", "/x", "safe")
      end })
    ]]
    assert.matches("^true\tnil\tthe client is closed\tclosed\nagentmail.client %(closed%)\t"
      .. "agentmail.call %(closed%)\tfalse\t[^\n]*the call is closed%)\n$", said)
  end)

  it("closes safely when finalizers go on calling the core", function()
    local said = ended [[
      -- Created first, so finalized last: by then engine, client and call are closed.
      local late = setmetatable({}, { __gc = function()
        local core = require "agentmail.core"
        local made, problem = pcall(core.client, { base_url = "http://127.0.0.1:1" })
        print(made, problem)
        print(pcall(core.step))
        print(pcall(client.submit, client, "GET", "/x", "safe"))
        print(pcall(call.wait, call))
        print(pcall(call.close, call), tostring(call), tostring(client))
      end })
      client = require "agentmail.core".client { base_url = "http://127.0.0.1:1", api_key = "k" }
      call = client:submit("GET", "/x", "safe")
      client.submit(client, "GET", "/x", "safe"):close()
    ]]
    assert.matches("^false\t[^\n]*state is closing\nfalse\t[^\n]*state is closing\n"
      .. "true\tnil\tthe client is closed\tclosed\nfalse\t[^\n]*the call is closed%)\n"
      .. "true\tagentmail.call %(closed%)\tagentmail.client %(closed%)\n$", said)
  end)
end)

describe("verify_webhook of the core", function()
  it("refuses numbers out of range", function()
    for _, bad in ipairs { { math.maxinteger, 0 }, { math.mininteger, 0 }, { 0, math.mininteger },
                           { 0, math.maxinteger }, { 0, -1 } } do
      assert.has_error(function()
        core.verify_webhook("whsec_AAAA", "id", "1", "v1,", "", bad[1], bad[2])
      end)
    end
  end)
end)
