-- SPDX-License-Identifier: MIT
-- Tasks that a host runs by the descriptor, beside what blocks.

local agentmail = require "agentmail"
local core = require "agentmail.core"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep, within = agentmail.run, agentmail.spawn, agentmail.sleep, agentmail.within

local INBOX = { bytes = raw.json(200, '{"inbox_id":"a@b.c"}') }
local STALL = { bytes = "", finish = "stall" }

-- Steps until there are no tasks.
local function finish()
  local till = core.now() + 20
  repeat assert(core.now() < till, "it hangs") until agentmail.step() == 0
end

describe("beside a host's tasks", function()
  setup(function() agentmail.pollfd() end)
  after_each(function() agentmail.on_error = false end)

  it("the time of a blocking `within` bounds what runs in it, not the others", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { attempts = 1, deadline = 30 }
    local ended
    local other = spawn(function()
      client.inboxes:get "a@b.c"
      ended = core.now()
    end)
    local began = core.now()
    within(0.1, run, function()
      while #server:log() == 0 do sleep(0.001) end
    end)
    sleep(math.max(0, began + 0.2 - core.now()))
    for _ = 1, 5 do agentmail.step() end
    assert.is_nil(ended)
    other:cancel()
    finish()
    client:close()
  end)

  it("an error of a task that ran while another blocked makes the descriptor readable", function()
    spawn(function() error "boom" end)
    run(sleep, 0.001)
    assert.equal(0.0, agentmail.timeout())
    assert.error_matches(agentmail.step, "boom")
    finish()
    assert.is_nil(agentmail.timeout())
  end)

  it("an error of on_error does not hide the next", function()
    local told = {}
    function agentmail.on_error(_, message)
      told[#told + 1] = message
      error "of the handler"
    end
    for i = 1, 2 do spawn(function() error({ i }) end) end
    assert.error_matches(agentmail.step, "of the handler")
    assert.equal(0.0, agentmail.timeout())
    assert.error_matches(agentmail.step, "of the handler")
    assert.same({ { 1 }, { 2 } }, told)
    finish()
  end)

  it("an interrupted join leaves a later error to be heard", function()
    local task = spawn(function()
      sleep(0.005)
      error "boom"
    end)
    local main = coroutine.running()
    debug.sethook(main, function() error "interrupted" end, "", 200)
    local done, problem = pcall(task.join, task)
    debug.sethook(main)
    assert.is_false(done)
    assert.matches("interrupted", problem)
    local heard
    function agentmail.on_error(_, message) heard = message end
    finish()
    assert.matches("boom", heard)
  end)

  it("the descriptor is silent after a wait for a queue that was cancelled", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client { attempts = 1, queue_length = 1 }
    local first = spawn(function() client.inboxes:get "a@b.c" end)
    while #server:log() == 0 do agentmail.step() end
    local second = spawn(function() client.inboxes:get "a@b.c" end)
    agentmail.step()
    agentmail.step()
    second:cancel()
    agentmail.step()
    first:cancel()
    finish()
    server:script { INBOX }
    assert(client.inboxes:get "a@b.c")
    agentmail.step()
    agentmail.step()
    assert.is_nil(agentmail.timeout())
    client:close()
  end)
end)
