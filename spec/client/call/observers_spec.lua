-- SPDX-License-Identifier: MIT
-- A failing observer causes a warning; the call's result is the same as without it.

local helper = require "spec.support.helper"

-- A program with faulty observers and a faulty host. It prints the results of the call.
local PROGRAM = [[
  local agentmail = require "agentmail"
  warn "@on"
  local count, nth, observe = 0, %d, function() %s end
  local function observer(...)
    count = count + 1
    if nth == 0 or count == nth then return observe(...) end
  end
  %s
  local client = agentmail.new { base_url = %q, api_key = "am_secret",
    limits = { attempts = 2, backoff_base = 0.001 }, %s = observer }
  local sent, message, failure = client:inbox("a").messages:send({ to = "b", text = "t" }, %s)
  print(sent and sent.message_id or message, (failure or message).outcome)
]]

local SCRIPT = { { status = 503 }, { body = { message_id = "m", thread_id = "t" } } }

-- on_progress is an option of a call only.
local function run(what, host, nth, name)
  local _, log, url = helper.scripted(SCRIPT)
  local of_client = name == "on_progress" and "user_agent" or "on_attempt"
  local program = PROGRAM:format(nth or 0, what, host or "", url, of_client,
    name == "on_progress" and "{ on_progress = observer }" or "nil")
  program = program:gsub("user_agent = observer", 'user_agent = "x"')
  return helper.run(program), #log
end

local FAILURES = {
  ['error "oops"'] = "oops",
  ["error()"] = "nil",
  ["error { code = 7 }"] = "table: ",
  ["error(setmetatable({}, { __tostring = function() error 'worse' end }))"] =
    "a table that tostring() cannot convert",
  ["error(setmetatable({}, { __tostring = function() return {} end }))"] =
    "a table that tostring() cannot convert",
  ["error(setmetatable({}, { __tostring = function() return 7 end }))"] = "failed: 7",
  ["error(setmetatable({}, { __tostring = function() return nil end }))"] =
    "a table that tostring() cannot convert",
  ["error(setmetatable({}, { __name = 7 }))"] = "table: ",
  ["error(print)"] = "function: ",
  ["coroutine.yield()"] = "yield",
  ["local x = nil; return x.y"] = "attempt to index",
  ["require('agentmail').new { api_key = 'k', base_url = 'http://127.0.0.1:9' }.inboxes:list()"] =
    "nothing can be called from inside on_attempt",
}

local HOSTS = {
  "warn = nil", "warn = function() error 'no' end", "warn = 7",
  "warn = function() error(setmetatable({}, { __tostring = error })) end",
  "warn = setmetatable({}, { __call = function() error() end })",
  "warn = coroutine.wrap(function() while true do coroutine.yield() end end)",
  "warn = nil; setmetatable(_G, { __index = function(_, name) error('no ' .. name) end })",
  "warn = function() return agentmail.new { base_url = 'http://127.0.0.1:9' }.inboxes:list() end",
  "warn = function() coroutine.yield() end",
}

describe("an observer", function()
  for _, name in ipairs { "on_attempt", "on_progress" } do
    for what, words in pairs(FAILURES) do
      it("never harms the call, and causes a warning: " .. name .. ", " .. what, function()
        local output, requests = run(what, nil, 0, name)
        assert.is_truthy(output:find("Lua warning: agentmail: " .. name .. " failed: ", 1, true),
                         output)
        assert.is_truthy(output:find(words, 1, true), output)
        assert.matches("\nm\tapplied\n$", output)
        assert.is_nil(output:find("am_secret", 1, true))
        assert.equal(2, requests)
      end)
    end
  end

  for _, host in ipairs(HOSTS) do
    it("never harms the call, with any host's warn: " .. host, function()
      local output, requests = run("error 'oops'", host)
      assert.equal("m\tapplied\n", output)
      assert.equal(2, requests)
    end)
  end

  it("never harms the call at any event", function()
    for nth = 1, 6 do
      local output = run("error 'oops'", nil, nth)
      local _, warnings = output:gsub("on_attempt failed", "")
      assert.equal(1, warnings)
      assert.matches("\nm\tapplied\n$", output)
    end
    local output = run("error 'oops'", nil, 1, "on_progress")
    assert.matches("on_progress failed.*\nm\tapplied\n$", output)
  end)

  it("never harms a call in a coroutine", function()
    local output = run("coroutine.yield()", "print = (function(print) return function(...) "
      .. "print(...) end end)(print)")
    assert.matches("\nm\tapplied\n$", output)
  end)
end)

describe("an api_key function", function()
  it("that fails without a text makes the call fail", function()
    for _, problem in ipairs { setmetatable({}, { __tostring = error }),
                               setmetatable({}, { __tostring = function() return {} end }) } do
      local client, log = helper.scripted({}, { api_key = function() error(problem) end })
      local none, message, failure = client.inboxes:get "a"
      assert.is_nil(none)
      assert.matches("failed: a table that tostring%(%) cannot convert", message)
      assert.same({ "unauthenticated", "not_applied", 0 },
                  { failure.code, failure.outcome, #log })
    end
  end)
end)
