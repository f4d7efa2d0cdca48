-- SPDX-License-Identifier: MIT
-- Calls that an error such as Ctrl-C interrupted: client:interrupted() reports them correctly, and
-- a call not sent by then is never sent.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local contradiction = require "spec.support.contradictions".contradiction
local helper = require "spec.support.helper"

local SENT = { body = { message_id = "m", thread_id = "t" } }
local LOST = { effect = { kill = "reset" } }
local LIMITS = { limits = helper.REPEATING }

-- What the core calls with the value of an answer.
local APPLY = require "agentmail.call.answer".shape("Inbox").apply

-- Runs f and raises when this C function, or one of this name, is called, or has returned, for the
-- nth time; returns f's error.
local function cut(event, name, nth, f, problem)
  local left = nth
  debug.sethook(function()
    local info = debug.getinfo(2, "nSf")
    if info.what ~= "C" or info.name ~= name and info.func ~= name then return end
    left = left - 1
    if left > 0 then return end
    debug.sethook()
    error(problem == nil and "cut" or problem, 0)
  end, event == "call" and "c" or "r")
  local done, raised = pcall(f)
  debug.sethook()
  assert(not done, "nothing was cut")
  return raised
end

local function send(client, options)
  return function() return client:inbox("a").messages:send({ to = "b", text = "t" }, options) end
end

local RAW = { raw = true } -- then Lua asks a call that is done for its answer

-- The only interrupted call of a client.
local function only(client)
  local list = client:interrupted()
  assert.equal(1, #list)
  assert.same({}, client:interrupted())
  return list[1]
end

describe("a call that an error interrupted", function()
  -- The moment, and the facts: outcome, attempts, whether the service had the request.
  for _, case in ipairs {
    { "call", "find", "not_applied", 0, 0 },
    { "return", "find", "not_applied", 0, 0 },
    { "call", APPLY, "unknown", 1, 1 },
    { "return", APPLY, "unknown", 1, 1 },
    { "call", "answer", "applied", 1, 1 },
    { "return", "headers", "applied", 1, 1 },
  } do
    local event, name, outcome, attempts, had = table.unpack(case)
    local words = name == APPLY and "the shape" or name
    it(("at a %s of %s is %s, and can be repeated"):format(event, words, outcome), function()
      local client, log = helper.scripted({ SENT, SENT, SENT }, {
        api_key = function() return "k" end })
      assert(send(client)()) -- connects
      assert.equal("cut", cut(event, name, 1, send(client, RAW)))
      local failure = only(client)
      assert.same({ "inboxes.messages.send", "cancelled", outcome, attempts, true,
                    "idempotency_key", "interrupted: cut" },
        { failure.operation, failure.code, failure.outcome, failure.attempts, failure.retryable,
          failure.protection, failure.message })
      assert.equal(1 + had, #log)
      assert.equal("m", (assert(failure:retry())).message_id)
      assert.equal(2 + had, #log)
      assert.equal(failure.idempotency_key, log[2 + had].key)
      assert.equal(failure.idempotency_key, log[2].key)
    end)
  end

  it("at any instruction is reported correctly #long", function()
    local script = {}
    for i = 1, 1200 do script[i] = SENT end
    local _, log, url = helper.scripted(script)
    local output = helper.run(([[
      local agentmail = require "agentmail"
      local client = agentmail.new { base_url = %q, limits = { attempts = 1 },
        api_key = function() return "k" end, on_attempt = function() end }
      local messages = client:inbox("a").messages
      local function send(key)
        return messages:send({ to = "b", text = "t", idempotency_key = key }, { raw = true })
      end
      assert(send "k0")
      for n = 1, 900 do
        local done = pcall(function()
          debug.sethook(function()
            debug.sethook()
            error "cut"
          end, "", n)
          local sent = send("k" .. n)
          debug.sethook()
          return assert(sent)
        end)
        local list = client:interrupted()
        local failure = list[1] or {}
        print("k" .. n, done, #list, failure.idempotency_key, failure.outcome, failure.attempts)
      end]]):format(url))
    local had, unnamed, counts = {}, 0, { applied = 0, not_applied = 0, unknown = 0 }
    for i = 1, #log do
      assert.is_nil(had[log[i].key])
      had[log[i].key] = true
    end
    for key, done, count, named, outcome in output:gmatch "(k%d+)\t(%a+)\t(%d)\t(%S+)\t(%S+)" do
      if done == "true" then
        assert.same({ true, "0" }, { had[key], count })
      elseif count == "1" then
        assert.equal(key, named)
        assert.is_true(outcome == "unknown" or (outcome == "applied") == (had[key] == true), output)
        counts[outcome] = counts[outcome] + 1
      elseif had[key] then -- its answer was on the way to the caller
        unnamed = unnamed + 1
      end
    end
    assert.is_true(unnamed < 20, unnamed)
    assert.is_true(counts.applied > 20 and counts.not_applied > 10 and counts.unknown > 0)
  end)

  it("by a signal may have been done", function()
    local _, log, url = helper.scripted { { effect = { delay = -1 } }, SENT }
    local name = os.tmpname()
    local program <close> = assert(io.open(name, "w"))
    program:write(([[
      print(io.open("/proc/self/stat"):read "n")
      io.stdout:flush()
      local client = require "agentmail".new { base_url = %q, api_key = "k" }
      print(pcall(function() return client:inbox("a").messages:send { to = "b", text = "t" } end))
      local failure = client:interrupted()[1]
      print(failure, failure.outcome)
      print((assert(failure:retry())).message_id)]]):format(url))
    program:close()
    local child <close> = assert(io.popen(("LUA_PATH=%q LUA_CPATH=%q %s %s 2>&1"):format(
      package.path, package.cpath, os.getenv "LUA" or "lua5.4", name)))
    local pid = child:read "n"
    while #log == 0 do end
    assert(os.execute("kill -INT " .. math.tointeger(pid)))
    local output = child:read "a"
    os.remove(name)
    assert.matches("false.*interrupted!\ninboxes%.messages%.send: interrupted: %S* ?interrupted! "
      .. "%(cancelled%); it may have been done, 1 attempt%. failure:retry%(%) repeats it under the "
      .. "same key, which cannot do it twice\tunknown\nm\n$", output)
    assert.equal(log[1].key, log[2].key)
  end)

  it("is not said to be unsent where nothing is known of it", function()
    local client, log = helper.scripted { SENT }
    debug.sethook(function() -- memory is out: asking for the result fails, too
      local info = debug.getinfo(2, "nSf")
      if info.func == APPLY or info.what == "C" and info.name == "receipt" then
        error("cut", 0)
      end
    end, "c")
    local done = pcall(send(client))
    debug.sethook()
    assert.is_false(done)
    local failure = only(client)
    assert.same({ "unknown", 0, true, nil }, { failure.outcome, failure.attempts,
                                               failure.retryable, failure.unread })
    local told, explained = tostring(failure), agentmail.explain(failure)
    for _, text in ipairs { told, explained } do
      assert.is_nil(contradiction(failure, text), text)
      assert.is_truthy(text:lower():find("it is not known whether it was sent", 1, true), text)
      assert.is_nil(text:find("earlier call", 1, true), text)
    end
    assert.equal(1, #log)
  end)

  it("cannot be repeated once its key was another's", function()
    local others = { status = 409, body = { name = "IdempotencyKeyConflictError" } }
    local client = helper.scripted { LOST, others, SENT }
    cut("call", APPLY, 1, function()
      return client:inbox("a").messages:send({ to = "b", text = "t" }, helper.REPEATING)
    end)
    local failure = only(client)
    assert.same({ "cancelled", "unknown", false },
                { failure.code, failure.outcome, failure.retryable })
    assert.is_truthy(tostring(failure):find("Look first whether it was done", 1, true))
  end)

  it("keeps the failure that it had become", function()
    local client = helper.scripted {
      { status = 403, body = { code = "message_rejected", message = "No." } },
      { status = 400, body = "<title>Bad</title>" } }
    cut("call", "advice", 1, send(client))
    local failure = only(client)
    assert.same({ "message_rejected", "No.", "not_applied", 403, false }, { failure.code,
      failure.message, failure.outcome, failure.status, failure.retryable })
    cut("return", "advice", 1, send(client))
    assert.equal("Bad", only(client).message)
  end)

  it("is reported with the text of the error, if there is any", function()
    for problem, words in pairs {
      [setmetatable({}, { __tostring = function() return "a\nb\27" end })] =
        "interrupted: a b\\u{1B}",
      [setmetatable({}, { __tostring = error })] =
        "interrupted: a table that tostring() cannot convert",
      [setmetatable({}, { __tostring = function() return 7 end })] = "interrupted: 7",
      [print] = "interrupted: " .. tostring(print), [7] = "interrupted: 7",
    } do
      local client = helper.scripted { SENT }
      local raised = cut("call", APPLY, 1, send(client), problem)
      assert.equal(problem, raised)
      assert.equal(words, only(client).message)
    end
  end)

  it("cannot be repeated if nothing protects it, as it was or may have been done", function()
    for name, words in pairs { [APPLY] = "it may have been done", answer = "it was done" } do
      local client = helper.scripted { { body = { api_key_id = "i", api_key = "s", prefix = "p",
        name = "n", created_at = "2026-01-01T00:00:00Z" } }, {} }
      cut("call", name, 1, function() return client.api_keys:create({ name = "n" }, RAW) end)
      local failure = only(client)
      assert.is_false(failure.retryable)
      assert.is_truthy(tostring(failure):find("Look before repeating it", 1, true))
      assert.is_truthy(helper.mistake(failure.retry, failure):find(words, 1, true))
    end
  end)

  it("passes its doubt on to every repeat", function()
    for _, name in ipairs { APPLY, "answer" } do
      local client = helper.scripted { { status = 429 }, SENT,
        { status = 422, body = { code = "no", message = "No." } } }
      local _, _, first = send(client, RAW)()
      assert.equal("not_applied", first.outcome)
      cut("call", name, 1, function() return first:retry() end)
      local _, _, failure = first:retry()
      assert.same({ "no", "unknown" }, { failure.code, failure.outcome })
      assert.equal(name == APPLY and "unknown" or "applied", only(client).outcome)
    end
  end)

  it("with an unreadable handle may have been done, unless it is a read or was not sent", function()
    local interruptions = require "agentmail.call.interrupted"
    local dead = { receipt = function() error "the call is closed" end }
    for _, case in ipairs { { "idempotency_key", dead, "unknown" }, { "none", dead, "unknown" },
                            { "safe", dead, "not_applied" }, { "none", nil, "not_applied" } } do
      local client = { interrupted = {} }
      local request = { scope = { client = client }, protection = case[1] }
      interruptions.note(request, "mine", case[2])
      assert.equal(case[3], interruptions.take(client)[1].facts.outcome)
      assert.equal(case[3] == "unknown", request.doubt)
    end
  end)

  it("is kept together with 63 others, and returned once", function()
    local script = {}
    for i = 1, 70 do script[i] = SENT end
    local client = helper.scripted(script)
    for i = 1, 70 do
      cut("call", APPLY, 1, function()
        return client:inbox("a").messages:send { to = "b", text = "t", idempotency_key = "k" .. i }
      end)
    end
    client:close()
    local list = client:interrupted()
    assert.same({ 64, "k7", "k70" }, { #list, list[1].idempotency_key, list[64].idempotency_key })
    assert.same({}, client:interrupted())
    local _, _, failure = list[1]:retry()
    assert.same({ "closed", "unknown" }, { failure.code, failure.outcome })
  end)
end)

describe("an error", function()
  local function message(id)
    return { message_id = id, thread_id = "t", labels = { "received" } }
  end

  it("in a loop over full items names those in flight", function()
    local get = { body = message "x" }
    local client = helper.scripted { { body = { messages = { message "1", message "2",
      message "3" } } }, get, get, get, get, get, get }
    cut("return", core.wait_any, 2, function()
      for _ in client:inbox("a").messages:each { full = true } do end
    end)
    local list = client:interrupted()
    assert.is_true(#list >= 1 and #list <= 3)
    for _, failure in ipairs(list) do
      assert.same({ "inboxes.messages.get", "safe" }, { failure.operation, failure.protection })
      assert.is_not_equal("unknown", failure.outcome)
      assert.equal("x", (assert(failure:retry())).message_id)
    end
  end)

  it("in a loop's own body, or between two calls, names none", function()
    local client = helper.scripted { { body = { messages = { message "1" } } },
                                     { status = 500 } }
    pcall(function() for _ in client:inbox("a").messages:each() do error "mine" end end)
    pcall(function() for _ in client:inbox("a").messages:each() do error "mine" end end)
    assert.same({}, client:interrupted())
  end)

  it("during the fetch of a page names the request for it", function()
    local first = { body = { messages = { message "1" }, next_page_token = "t" } }
    local client, log = helper.scripted { first, { body = { messages = { message "2" } } },
                                          { body = { messages = { message "2" } } } }
    local page = assert(client:inbox("a").messages:list())
    cut("call", APPLY, 1, function() return page:next() end)
    assert.equal("2", (assert(only(client):retry()))[1].message_id)
    assert.equal(log[2].target, log[3].target)
  end)

  it("after the answer still names the request", function()
    local empty = { body = '{"messages":[]}' }
    local client = helper.scripted { empty, empty }
    local messages = client:inbox("a").messages
    assert(messages:list())
    cut("call", "setmetatable", 1, function() return messages:list() end)
    local failure = only(client)
    assert.same({ "inboxes.messages.list", "applied", 200 },
                { failure.operation, failure.outcome, failure.status })
  end)

  it("while reading a thread has a retry for all of it", function()
    local function part(id, token)
      return { body = { thread_id = "t", messages = { message(id) }, next_page_token = token } }
    end
    local client = helper.scripted { part("2", "a"), part "1", part("2", "a"), part "1" }
    cut("call", APPLY, 2, function() return client:inbox("b").threads:get "t" end)
    local failure = only(client)
    assert.equal("inboxes.threads.get", failure.operation)
    assert.equal(2, #(assert(failure:retry())).messages)
  end)

  it("in a wait names the request in progress", function()
    local client = helper.scripted { { body = { messages = {} } }, { body = { messages = {} } } }
    cut("call", APPLY, 1, function() return client:inbox("b").messages:wait() end)
    local failure = only(client)
    assert.equal("inboxes.messages.list", failure.operation)
    assert.equal(0, #(assert(failure:retry())))
  end)

  it("in a read-back names the create, which is in doubt", function()
    local taken = { status = 403, body = { code = "already_exists" } }
    local entry = { body = { entry = "a@b.c" } }
    local client = helper.scripted({ LOST, taken, entry, taken, entry }, LIMITS)
    cut("call", APPLY, 1, function()
      return client.lists:create { direction = "send", type = "block", entry = "a@b.c" }
    end)
    local failure = only(client)
    assert.same({ "lists.create", "unknown", "already_exists" },
                { failure.operation, failure.outcome, failure.code })
    assert.equal("a@b.c", (assert(failure:retry())).entry)
  end)

  it("in a download has a retry that reopens its file", function()
    local link = { body = { attachment_id = "x", size = 2, expires_at = "2030-01-01T00:00:00Z",
                            filename = "a.txt", download_url = "{url}/file" } }
    local client = helper.scripted { link, { body = "hi" }, { body = "hi" } }
    local path = os.tmpname()
    local attachment = client:inbox("b"):message("m"):attachment("x")
    cut("call", "judge", 1, function() return attachment:save(path) end)
    local failure = only(client)
    assert.same({ "cancelled", "not_applied" }, { failure.code, failure.outcome })
    assert.equal(path, (assert(failure:retry())))
    local file <close> = assert(io.open(path))
    assert.equal("hi", file:read "a")
    os.remove(path)
  end)

  it("in client:request names it by its path", function()
    local client = helper.scripted { { status = 204 }, { status = 404, body = { code = "x" } } }
    cut("call", "judge", 1, function()
      return client:request { method = "DELETE", path = "/v0/w?x=1" }
    end)
    local failure = only(client)
    assert.same({ "DELETE /v0/w", "unknown" }, { failure.operation, failure.outcome })
    assert.is_true((failure:retry()))
  end)

  it("outside of calls, or a failure, is not an interruption", function()
    local client = helper.scripted { { status = 500 }, LOST, SENT }
    assert.is_nil((send(client)()))
    assert.is_nil((send(client)()))
    assert(send(client)())
    pcall(client.inboxes.get, client.inboxes)
    assert.same({}, client:interrupted())
    assert.equal("interrupted: call it with a colon, as in object:interrupted(…)",
                 helper.mistake(client.interrupted, {}))
  end)
end)
