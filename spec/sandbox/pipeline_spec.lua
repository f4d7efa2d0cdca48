-- SPDX-License-Identifier: MIT
-- One request, one transaction: the service in this Lua state, with handlers that misbehave.
local coverage = require "agentmail.sandbox.api.coverage"
local errors = require "agentmail.sandbox.http.errors"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's pipeline", function()
  local handle, call, close, reported, stderr
  local real = coverage["inboxes.create"]

  before_each(function()
    reported, stderr = {}, io.stderr
    io.stderr = { write = function(_, ...) reported[#reported + 1] = table.concat { ... } end } -- luacheck: ignore
    local opened = http.service()
    handle, call, close = opened.handle, opened.call, opened.close
  end)

  after_each(function()
    io.stderr = stderr -- luacheck: ignore
    coverage["inboxes.create"] = real
    close()
  end)

  local function request(method, target, body)
    local status, answer = handle {
      method = method, target = target, body = body or "", connection = 1, number = 1, id = 1,
      headers = { host = "127.0.0.1", authorization = "Bearer am_test_n" },
    }
    return status, json.decode(answer)
  end

  local function inbox_count()
    local _, body = request("GET", "/v0/inboxes")
    return body.count
  end

  it("writes nothing for an operation that is refused half-way", function()
    coverage["inboxes.create"] = { "full", function(ctx)
      assert.equal(200, (real[2](ctx)))
      return nil, errors.unprocessable("changed my mind")
    end }
    assert.equal(422, (request("POST", "/v0/inboxes", "{}")))
    assert.equal(0, inbox_count())
    local _, journal = call("GET", "requests", "", "", "n")
    local row = json.decode(journal).requests[1]
    assert.same({ 422, "none" }, { row.status, row.effect })
  end)

  it("writes nothing for an operation that raises an error, answers 500, and goes on", function()
    coverage["inboxes.create"] = { "full", function(ctx)
      real[2](ctx)
      error "half-way"
    end }
    local status, body = request("POST", "/v0/inboxes", "{}")
    assert.equal(500, status)
    assert.equal("internal_error", body.code)
    assert.matches("half%-way", body.message)
    assert.matches("stack traceback", reported[1])
    assert.equal(0, inbox_count())
    coverage["inboxes.create"] = real
    assert.equal(200, (request("POST", "/v0/inboxes", "{}")))
    local _, journal = call("GET", "requests", "", "", "n")
    local rows = json.decode(journal).requests
    assert.same({ 500, 200, 200 }, { rows[1].status, rows[2].status, rows[3].status })
  end)

  it("counts faults within the transaction: a rollback also undoes the count", function()
    call("POST", "faults", "", '{"do":"503","when":{"nth":2},"match":{"method":"POST"}}', "n")
    coverage["inboxes.create"] = { "full", function() error "half-way" end }
    for _ = 1, 3 do assert.equal(500, (request("POST", "/v0/inboxes", "{}"))) end
    coverage["inboxes.create"] = real
    assert.equal(200, (request("POST", "/v0/inboxes", "{}")))
    assert.equal(503, (request("POST", "/v0/inboxes", "{}")))
  end)

  it("counts no fault for an operation that never began", function()
    local _, before = call("POST", "faults", "", '{"do":"500","match":{"method":"GET"}}', "n")
    assert.equal(1, #json.decode(before).rules)
    assert.equal(404, (request("GET", "/v0/nowhere")))
    assert.equal(500, (request("GET", "/v0/inboxes")))
    assert.equal(0, inbox_count())
  end)
end)
