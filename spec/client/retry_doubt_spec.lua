-- SPDX-License-Identifier: MIT
-- failure:retry() knows what the tries before it may have done: a call and its retries are judged
-- as one call with as many attempts would be.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local NAMES_GONE = '{"name":"NotFoundError","code":"not_found","message":"No such thing."}'
local TAKEN = raw.json(403, '{"name":"IsTakenError","code":"already_exists","message":"Taken.",'
  .. '"fix":"Get it, or delete it first."}')

-- After these it is unknown whether the call was done.
local DOUBTS = {
  { "a reset", { bytes = "", finish = "reset" } },
  { "502", { bytes = raw.html(502, "<h1>502</h1>") } },
  { "503", { bytes = raw.json(503, '{"code":"service_unavailable"}') } },
  { "a cut answer", { bytes = raw.json(200, '{"a":1}'), cut = 60, finish = "close" } },
  { "a login page", { bytes = raw.html(200, "<title>Sign in</title>") } },
}

-- The next answer. `done`: the operation's answer when it succeeds.
local NEXT = {
  { "success", nil },
  { "404 of the service", { bytes = raw.json(404, NAMES_GONE) } },
  { "404 of a gateway", { bytes = raw.html(404, "<h1>404</h1>") } },
  { "403 already_exists", { bytes = TAKEN } },
  { "400", { bytes = raw.json(400, '{"code":"validation_error","message":"Bad."}') } },
  { "401", { bytes = raw.json(401, '{"code":"unauthorized","message":"Who?"}') } },
  { "409", { bytes = raw.json(409, '{"code":"conflict","message":"In its way."}') } },
  { "422", { bytes = raw.json(422, '{"code":"unprocessable","message":"No."}') } },
  { "429", { bytes = raw.json(429, '{"code":"rate_limit_exceeded"}') } },
  { "500", { bytes = raw.json(500, '{"code":"internal_error"}') } },
  { "302", { bytes = raw.plain(302, "", "Location: http://elsewhere.invalid/") } },
  { "a reset", { bytes = "", finish = "reset" } },
  { "half of an answer", { bytes = raw.json(200, '{"a":1}'), cut = 70, finish = "close" } },
}

local DOMAIN = '{"domain_id":"d1","domain":"a.org","feedback_enabled":true}'

-- The existing object matches the request; `other`: it does not.
local OPERATIONS = {
  { "a send", done = raw.json(200, '{"message_id":"<m@x>","thread_id":"t1"}'),
    run = function(client)
      return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
    end },
  { "a delete", done = raw.NO_CONTENT,
    run = function(client) return client.inboxes:delete "a@b.c" end },
  { "a delete by client:request", done = raw.NO_CONTENT,
    run = function(client) return client:request { method = "DELETE", path = "/v0/w/1" } end },
  { "an update", done = raw.json(200, '{"inbox_id":"a@b.c"}'),
    run = function(client)
      return client.inboxes:update { inbox_id = "a@b.c", display_name = "A" }
    end },
  { "a create with a client_id", done = raw.json(200, '{"inbox_id":"a@b.c"}'),
    run = function(client) return client.inboxes:create { client_id = "c-1" } end },
  { "a create of what has a name", done = raw.json(200, DOMAIN),
    there = { ["/v0/domains$"] = '{"domains":[{"domain_id":"d1","domain":"a.org"}]}',
              ["/v0/domains/d1$"] = DOMAIN },
    other = { ["/v0/domains$"] = '{"domains":[{"domain_id":"d1","domain":"a.org"}]}',
              ["/v0/domains/d1$"] = (DOMAIN:gsub("true", "false")) },
    run = function(client)
      return client.domains:create { domain = "a.org", feedback_enabled = true }
    end },
  { "a create of an entry", done = raw.json(200, '{"entry":"a@b.c","list_type":"block"}'),
    there = { ["/v0/lists/"] = '{"entry":"a@b.c","reason":"spam"}' },
    other = { ["/v0/lists/"] = '{"entry":"a@b.c","reason":"other"}' },
    run = function(client)
      return client.lists:create { direction = "receive", type = "block", entry = "a@b.c",
                                   reason = "spam" }
    end },
}

describe("failure:retry() in doubt", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local function script(operation, answers, found)
    local list = {}
    for path, body in pairs(found or operation.there or {}) do
      list[#list + 1] = { to = "^GET [^?]*" .. path, bytes = raw.json(200, body) }
    end
    for _, answer in ipairs(answers) do
      local copy = { to = "^[DP]" }
      for name, value in pairs(answer) do copy[name] = value end
      list[#list + 1] = copy
    end
    server:script(list)
  end

  -- The caller's results in one line.
  local function told(value, receipt, failure)
    if value == nil then
      return ("nil, %s, %s, status %s, retryable %s: %s"):format(failure.outcome, failure.code,
        failure.status, failure.retryable, failure.reason)
    end
    return ("%s, %s"):format(type(value) == "table" and "object" or tostring(value),
                             receipt.outcome)
  end

  -- Within one call that has the same number of attempts.
  local function at_once(operation, answers, found)
    script(operation, answers, found)
    local client <close> = server:client { attempts = #answers, conflict_wait = 0 }
    return told(operation.run(client))
  end

  -- By a call with one attempt, and retries.
  local function by_retries(operation, answers, found)
    script(operation, answers, found)
    local client <close> = server:client { attempts = 1, conflict_wait = 0 }
    local value, receipt, failure = operation.run(client)
    for _ = 2, #answers do
      if value ~= nil then break end
      value, receipt, failure = failure:retry()
    end
    local keys, count = {}, 0
    for _, request in ipairs(server:log()) do
      if request.key and not keys[request.key] then count = count + 1 end
      keys[request.key or ""] = true
    end
    assert.is_true(count <= 1, "sent under two keys")
    return told(value, receipt, failure)
  end

  for _, operation in ipairs(OPERATIONS) do
    for _, following in ipairs(NEXT) do
      it(("is judged as one call: %s, then %s"):format(operation[1], following[1]), function()
        local last = following[2] or { bytes = operation.done }
        for _, doubt in ipairs(DOUBTS) do
          local answers = { doubt[2], last }
          assert.equal(at_once(operation, answers), by_retries(operation, answers), doubt[1])
          if operation.other then
            assert.equal(at_once(operation, answers, operation.other),
                         by_retries(operation, answers, operation.other), doubt[1])
          end
        end
      end)
    end

    it("is kept by a retry that changes nothing: " .. operation[1], function()
      for _, last in ipairs { NEXT[2][2], NEXT[4][2], NEXT[5][2], { bytes = operation.done } } do
        for _, doubt in ipairs(DOUBTS) do
          local answers = { doubt[2], { bytes = raw.json(429, "{}") }, doubt[2], last }
          assert.equal(at_once(operation, answers), by_retries(operation, answers), doubt[1])
        end
      end
    end)
  end

  it("takes the service's 404 as a delete that was done", function()
    for _, doubt in ipairs(DOUBTS) do
      script(OPERATIONS[2], { doubt[2], NEXT[2][2] })
      local client <close> = server:client { attempts = 1 }
      local _, _, failure = client.inboxes:delete "a@b.c"
      assert.equal("unknown", failure.outcome)
      local value, receipt = failure:retry()
      assert.is_true(value, receipt)
      assert.equal("applied", receipt.outcome)
    end
  end)

  it("does not take a gateway's 404 as one", function()
    for _, doubt in ipairs(DOUBTS) do
      script(OPERATIONS[2], { doubt[2], NEXT[3][2] })
      local client <close> = server:client { attempts = 1 }
      local value, _, failure = select(3, client.inboxes:delete "a@b.c"):retry()
      assert.is_nil(value)
      assert.equal("unknown", failure.outcome)
    end
  end)

  it("reads back and compares an object whose name is taken", function()
    for _, i in ipairs { 6, 7 } do
      local operation = OPERATIONS[i]
      for _, doubt in ipairs(DOUBTS) do
        script(operation, { doubt[2], NEXT[4][2] })
        local client <close> = server:client { attempts = 1 }
        local value, receipt = select(3, operation.run(client)):retry()
        assert.is_table(value, receipt)
        assert.equal("applied", receipt.outcome)
        script(operation, { doubt[2], NEXT[4][2] }, operation.other)
        local other, _, failure = select(3, operation.run(client)):retry()
        assert.is_nil(other)
        assert.same({ "unknown", "already_exists" }, { failure.outcome, failure.code })
      end
    end
  end)

  it("is not invented: if the first try did nothing, a refusal is one", function()
    for _, first in ipairs { { bytes = raw.json(429, "{}") },
                             { bytes = raw.json(401, '{"code":"unauthorized"}') } } do
      for _, operation in ipairs(OPERATIONS) do
        script(operation, { first, NEXT[5][2] })
        local client <close> = server:client { attempts = 1 }
        local value, _, failure = select(3, operation.run(client)):retry()
        assert.is_nil(value)
        assert.same({ "not_applied", "validation_error" }, { failure.outcome, failure.code })
      end
    end
  end)

  it("is kept if the retry was never sent", function()
    local operation = OPERATIONS[2]
    script(operation, { DOUBTS[1][2], NEXT[2][2] })
    local client <close> = server:client { attempts = 1 }
    local _, _, failure = operation.run(client)
    client:close()
    local value
    value, _, failure = failure:retry()
    assert.is_nil(value)
    assert.same({ "closed", "unknown" }, { failure.code, failure.outcome })
  end)
end)
