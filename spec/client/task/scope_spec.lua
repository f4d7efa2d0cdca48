-- SPDX-License-Identifier: MIT
-- Cancelling: what a cancelled task gets, and what else its cancel ends.

local agentmail = require "agentmail"
local check_outcomes = require "spec.support.told_outcomes"
local core = require "agentmail.core"
local helper = require "spec.support.helper"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

local INBOX, STALL = raw_server.INBOX, raw_server.STALL

-- Waits until the server has so many requests.
local function arrived(server, count)
  while #server:log() < count do sleep(0.001) end
end

describe("a cancelled task", function()
  it("gets the failure of its call, with its true outcome; then it raises", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client {}
    local seen = {}
    run(function()
      local task = spawn(function()
        seen.result = table.pack(client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" })
        seen.later = { pcall(client.inboxes.get, client.inboxes, "a@b.c") }
        seen.sleep = { pcall(sleep, 0) }
        return "returned"
      end)
      arrived(server, 1)
      task:cancel()
      assert.equal("returned", task:join())
    end)
    local failure = seen.result[3]
    assert.same({ "cancelled", "unknown", 1 }, { failure.code, failure.outcome, failure.attempts })
    assert.is_string(failure.idempotency_key)
    assert.same({ false, "this task is cancelled" },
                { seen.later[1], (seen.later[2]:gsub("^.-: ", "")) })
    assert.is_false(seen.sleep[1])
    assert.equal(1, #server:log())
    assert.same({}, client:interrupted())
  end)

  it("does not begin, if it has not", function()
    local begun, joined, alone = false, nil, nil
    run(function()
      joined = spawn(function() begun = true end)
      joined:cancel()
      assert.is_false((pcall(joined.join, joined)))
      alone = spawn(function() begun = true end)
      alone:cancel()
    end)
    assert.is_false(begun)
    assert.same({ "cancelled", "cancelled" }, { joined.state, alone.state })
  end)

  it("cancels what it runs", function()
    local inner
    run(function()
      local task = spawn(function()
        run(function()
          inner = spawn(sleep, 60)
          sleep(60)
        end)
      end)
      while not (inner and inner.state == "waiting") do sleep(0) end
      task:cancel()
      pcall(task.join, task)
      assert.equal("cancelled", task.state)
    end)
    assert.equal("cancelled", inner.state)
  end)

  it("may spawn what must still be called, and the scope waits for that", function()
    local server <close> = raw_server.start { INBOX }
    local client, cleaned = server:client {}, nil
    run(function()
      local task = spawn(function()
        local _ <close> = setmetatable({}, { __close = function()
          assert.is_false((pcall(client.inboxes.get, client.inboxes, "a@b.c")))
          spawn(function() cleaned = assert(client.inboxes:get "a@b.c").inbox_id end)
        end })
        sleep(60)
      end)
      sleep(0)
      task:cancel()
    end)
    assert.equal("a@b.c", cleaned)
  end)

  it("by a failing scope leaves its failure in client:interrupted()", function()
    local server <close> = raw_server.start { STALL }
    local client = server:client {}
    helper.problem_of(function()
      spawn(function()
        client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t", idempotency_key = "k-1" }
      end)
      arrived(server, 1)
      error "boom"
    end)
    local list = client:interrupted()
    assert.equal(1, #list)
    assert.same({ "cancelled", "unknown", "k-1" },
                { list[1].code, list[1].outcome, list[1].idempotency_key })
    server:script { { bytes = raw.json(200, '{"message_id":"m","thread_id":"t"}') } }
    assert.equal("m", assert(list[1]:retry()).message_id)
  end)
end)

-- Sends with keys, each cancelled when its call is in a state. AGENTMAIL_CANCELS: how many.
describe("a keyed send that is cancelled", function()
  local COUNT = math.tointeger(os.getenv "AGENTMAIL_CANCELS" or 200)

  -- Steps the core alone until the task's call is in a state, or has passed it.
  local function reach(task, state)
    local till = core.now() + 20
    while task.waiting == "call" and task.what:state() ~= state and core.now() < till do
      core.step()
      if task.what:state() == "judging" and state ~= "judging" then agentmail.step() end
    end
  end

  local states = {
    ready = function() end,
    queued = function(task)
      agentmail.step()
      reach(task, "queued")
    end,
    sending = function(task)
      agentmail.step()
      reach(task, "sending")
    end,
    executing = function(task)
      agentmail.step()
      local till = core.now() + math.random(0, 6) / 1000
      while task.waiting and core.now() < till do agentmail.step() end
    end,
    judging = function(task)
      agentmail.step()
      reach(task, "judging")
    end,
    backing_off = function(task)
      agentmail.step()
      reach(task, "backing_off")
    end,
    ["to be woken"] = function(task)
      agentmail.step()
      reach(task, "judging")
      agentmail.step()
    end,
  }

  it("never says not_applied of what was sent", function()
    agentmail.pollfd()
    math.randomseed(COUNT)
    local names, said, tried = {}, {}, {}
    for name in pairs(states) do names[#names + 1] = name end
    table.sort(names)
    local client, _, view = helper.client { limits = {
      connections = 2, attempts = 4, backoff_base = 0.01, backoff_cap = 0.02, budget_cost = 0,
      budget_timeout_cost = 0 } }
    local inbox = assert(client.inboxes:create { username = "cancelled" })
    local function often(name, at, what, probability)
      return { name = name, at = at, ["do"] = what, when = { probability = probability },
               match = { operation = "inboxes.messages.send" }, ["until"] = { total = 10 * COUNT } }
    end
    view:faults {
      often("slow", "before", { kind = "delay", seconds = 0.003 }, 0.4),
      often("busy", "before", { kind = "503" }, 0.3),
      often("lost", "commit", { kind = "reset" }, 0.1),
    }
    for i = 1, COUNT do
      local name = names[i % #names + 1]
      local key = ("cancel-%d"):format(i)
      local entry = { key = key, outcome = "not_applied" } -- unless it says another
      said[i] = entry
      local function send()
        local sent, receipt, failure = inbox.messages:send {
          to = "ann@example.com", subject = key, text = "t", idempotency_key = key }
        entry.outcome = sent and receipt.outcome or failure.outcome
      end
      if name == "queued" then
        for _ = 1, 2 do spawn(client.inboxes.get, client.inboxes, inbox.inbox_id) end
        agentmail.step()
      end
      local task = spawn(send)
      states[name](task)
      local state = task.waiting == "call" and task.what:state() or "ready"
      tried[state] = (tried[state] or 0) + 1
      task:cancel()
      while agentmail.step() > 0 do end
    end
    view:heal()
    check_outcomes(view, said)
    for _, state in ipairs { "ready", "queued", "sending", "judging", "backing_off" } do
      assert(tried[state], "none was cancelled while " .. state)
    end
    client:close()
  end)
end)
