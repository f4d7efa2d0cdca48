-- SPDX-License-Identifier: MIT
-- A host limits a script with a count hook. While a call blocks, nothing is counted, but the limit
-- must still hold.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local raw_server = require "spec.support.raw_server"

-- Runs f under a hook that raises after a number of seconds; returns the error and the duration.
local function bounded(seconds, f)
  local began = core.now()
  debug.sethook(function()
    if core.now() - began < seconds then return end
    debug.sethook()
    error("the script took too long", 0)
  end, "", 1000)
  local done, raised = pcall(f)
  debug.sethook()
  assert(not done, "it ended before its time was up")
  return raised, core.now() - began
end

describe("a script that its host limits with a count hook", function()
  it("ends in a blocked call, whose outcome is kept", function()
    local server <close> = raw_server.start { { bytes = "", finish = "stall" } }
    local client = agentmail.new { base_url = server.url, api_key = "k",
                                   limits = { attempt_timeout = 10 } }
    local raised, took = bounded(1, function() -- enough to send it
      client:inbox("a").messages:send { to = "b@example.com", text = "t", idempotency_key = "k1" }
    end)
    assert.equal("the script took too long", raised)
    assert.is_true(took < 5, took)
    local cut = client:interrupted()
    assert.equal(1, #cut)
    assert.same({ "unknown", "k1", true, "interrupted: the script took too long" },
      { cut[1].outcome, cut[1].idempotency_key, cut[1].retryable, cut[1].message })
  end)

  it("ends in a sleep", function()
    local raised, took = bounded(0.2, function() agentmail.sleep(10) end)
    assert.equal("the script took too long", raised)
    assert.is_true(took < 5, took)
  end)

  it("ends between the looks of wait", function()
    local server <close> = raw_server.start {
      { bytes = "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" .. '{"count":0,"messages":[]}' } }
    local client = agentmail.new { base_url = server.url, api_key = "k" }
    local raised, took = bounded(0.3, function()
      client:inbox("a").messages:wait { timeout = 10 }
    end)
    assert.equal("the script took too long", raised)
    assert.is_true(took < 5, took)
  end)
end)
