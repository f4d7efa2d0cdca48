-- SPDX-License-Identifier: MIT
-- On the wire, operations that the pinned npm package does not have send what newer.lua says.

local agentmail = require "agentmail"
local cjson = require "cjson"
local drift = require "spec.support.drift"
local listener = require "agentmail.sandbox.listener"
local whole_answer = require "spec.support.whole_answer"

local vectors = dofile "spec/wire/newer.lua"

-- Operations whose request or meaning has changed since the package.
local CHANGED = [[
  agent.sign_up agent.verify api_keys.create inboxes.api_keys.create inboxes.authorize
  inboxes.create inboxes.update inboxes.webhooks.create inboxes.webhooks.update
  pods.api_keys.create pods.inboxes.create pods.inboxes.update pods.webhooks.create
  pods.webhooks.update providers.connect providers.get providers.list providers.list_accounts
  providers.search webhooks.create webhooks.update]]

-- Path segments as they are sent: everything but what encodeURIComponent leaves.
local function as_sent(target)
  return (target:gsub("@", "%%40"):gsub("<", "%%3C"):gsub(">", "%%3E"))
end

-- "null" stands for null: the vectors are plain Lua.
local function arguments_of(given)
  local made = {}
  for name, value in pairs(given) do made[name] = value == "null" and agentmail.null or value end
  return made
end

describe("on the wire, newer than the package,", function()
  local server, client

  setup(function()
    server = assert(listener.start { module = "spec.support.request_recorder",
                                     config = whole_answer() })
    client = agentmail.new { api_key = "am_wire", base_url = "http://127.0.0.1:" .. server:port(),
                             proxy = "", limits = { attempts = 1 } }
  end)

  before_each(function() server:call() end)

  teardown(function()
    client:close()
    server:close()
  end)

  local function seen()
    local requests = cjson.decode(server:call())
    assert.equal(1, #requests)
    return requests[1]
  end

  local function call(name, arguments)
    local at = client
    for word in name:gmatch "([%w_]+)%." do at = at[word] end
    return assert(at[name:match "[%w_]+$"](at, arguments))
  end

  -- The same through an inbox or a pod.
  local function call_short(name, arguments)
    local scope, rest = name:match "^(%a+)%.(.+)%.[%w_]+$"
    local class = ({ inboxes = "inbox", pods = "pod" })[scope]
    local id = class and arguments[class .. "_id"]
    if not id then return call(name, arguments) end
    arguments[class .. "_id"] = nil
    local at = client[class](client, id)
    for word in rest:gmatch "[%w_]+" do at = at[word] end
    return assert(at[name:match "[%w_]+$"](at, arguments))
  end

  local function assert_sent(vector)
    local name, _, line, body, headers = table.unpack(vector, 1, 5)
    local request = seen()
    assert.equal(as_sent(line), request.method .. " " .. request.target, name)
    assert.equal(body or "", request.body or "", name)
    headers = headers or {}
    assert.equal(headers["if-match"], request.headers["if-match"], name)
    assert.equal(headers["idempotency-key"], request.headers["idempotency-key"], name)
    assert.equal(headers.authorization ~= false and "Bearer am_wire" or nil,
                 request.headers.authorization, name)
    assert.equal(body and "application/json" or nil, body and request.headers["content-type"], name)
  end

  for i, vector in ipairs(vectors) do
    it(("%s, vector %d"):format(vector[1], i), function()
      call(vector[1], arguments_of(vector[2]))
      assert_sent(vector)
      call_short(vector[1], arguments_of(vector[2]))
      assert_sent(vector)
    end)
  end

  it("every operation has a vector", function()
    local vectored = {}
    for _, vector in ipairs(vectors) do vectored[vector[1]] = true end
    local wanted, count = CHANGED, 0
    for _, line in ipairs(drift.known()) do
      wanted = wanted .. " " .. (line:match "^new (%S+)" or "")
    end
    for name in wanted:gmatch "%S+" do
      assert.is_true(vectored[name], name)
      count = count + 1
    end
    assert.equal(58, count)
  end)
end)
