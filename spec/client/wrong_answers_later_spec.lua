-- SPDX-License-Identifier: MIT
-- A service that says when to retry is not down: a 429 with a time costs no retry budget. A 429
-- without one, and any other failure, does.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local SENT = { bytes = raw.json(200, '{"message_id":"<m@x>","thread_id":"t1"}') }
local LONG_AGO = "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"

-- A budget for two retries, which does not refill within a test; a call that would have to wait for
-- it fails at once.
local BUDGET = { budget_tokens = 10, budget_cost = 5, budget_refund = 0, budget_refill = 3600,
                 backoff_cap = 3600, deadline = 10 }
local REFUSALS = 6

describe("a 429", function()
  local server

  before_each(function() server = raw_server.start() end) -- the budget belongs to a host
  after_each(function() server:close() end)

  -- A number of refusals, then the answer; one refusal and one answer for each of `rounds` sends.
  local function play(refusal, refusals, rounds)
    local list = {}
    for _ = 1, rounds or 1 do
      for _ = 1, refusals do list[#list + 1] = { bytes = refusal, executed = false } end
      list[#list + 1] = SENT
    end
    server:script(list)
    local client <close> = server:client(BUDGET)
    local message, receipt, failure
    for _ = 1, rounds or 1 do
      message, receipt, failure =
        client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
      if not message then return nil, receipt, failure end
    end
    return message, receipt
  end

  for _, case in ipairs {
    { "Retry-After: 0", raw.json(429, '{"code":"rate_limit_exceeded"}', "Retry-After: 0") },
    { "a date that has passed", raw.json(429, '{"code":"rate_limit_exceeded"}', LONG_AGO) },
    { "Retry-After: 0, by a gateway", raw.html(429, "<h1>Slow down</h1>", "Retry-After: 0") },
    { "Retry-After: 0, without a body", raw.plain(429, "", "retry-after: 0") },
  } do
    it("with a time costs no budget: " .. case[1], function()
      local message, receipt = play(case[2], REFUSALS)
      assert.equal("<m@x>", assert(message, receipt).message_id)
      assert.equal(REFUSALS + 1, receipt.attempts)
      assert.equal(1, server:executed())
    end)

    it("with a time leaves the budget to the next call: " .. case[1], function()
      local message, receipt = play(case[2], 1, 12)
      assert.equal("<m@x>", assert(message, receipt).message_id)
      assert.equal(12, server:executed())
    end)
  end

  for _, case in ipairs {
    { "a 429 without a time", raw.json(429, '{"code":"rate_limit_exceeded"}') },
    { "a 429 with an invalid time", raw.json(429, "{}", "Retry-After: soon") },
    { "a 503 with a time", raw.json(503, "{}", "Retry-After: 0") },
    { "a 500", raw.json(500, '{"code":"internal_error"}') },
  } do
    it("does not change the cost of others: " .. case[1] .. " costs budget", function()
      local message, problem, failure = play(case[2], REFUSALS)
      assert.is_nil(message)
      assert.equal("deferred", failure.code, problem)
      assert.equal(3, #server:log())
    end)
  end

  it("is named as the cause of a deferred call", function()
    local _, problem, failure = play(raw.json(429, '{"code":"rate_limit_exceeded",'
      .. '"message":"Only ten a second."}'), REFUSALS)
    assert.equal("deferred", failure.code)
    assert.is_truthy(problem:find("Only ten a second.", 1, true)
      or problem:find("rate_limit_exceeded", 1, true) or problem:find("429", 1, true), problem)
    assert.same({ "rate_limit_exceeded", 429 }, { failure.cause.code, failure.cause.status })
  end)
end)
