-- SPDX-License-Identifier: MIT
-- A program with an outbox is killed before each of its writes, syncs, unlinks, connects, sends and
-- receives, and run again; or killed once more while it recovers, and run again then. The sandbox
-- counts the mails: one each.
--
-- AGENTMAIL_KILLS=n kills at every n-th only; the default is 5. AGENTMAIL_KILL_PAIRS=n does so with
-- n pairs of kills; the default is 100.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local STEP = tonumber(os.getenv "AGENTMAIL_KILLS") or 5
local PAIRS = tonumber(os.getenv "AGENTMAIL_KILL_PAIRS") or 100
local MOST = 400

local BEFORE = [[
  local agentmail = require "agentmail"
  local name = os.getenv "NAME"
  local client = agentmail.new {
    outbox = { path = os.getenv "OUTBOX", on_conflict = "first", keyed = os.getenv "ERA" == "keys",
               clock = os.getenv "AHEAD" and function() return os.time() + 10 end },
    limits = { backoff_base = 0.001, backoff_cap = 0.002, outbox_horizon = 0.5,
               outbox_grace = 0.5 } }
  local inbox = client:inbox(os.getenv "INBOX")
  local function words() return "Words " .. agentmail.uuid() end
]]

local SEND = [[
  assert(inbox.messages:send { to = "a@example.com", subject = name, text = words(),
                               idempotency_key = agentmail.key("kill", name) })]]

-- Each sends one mail with the subject NAME, in other words on each run. `begin`: what is there
-- before, a method of the bench below. `seeds`: the service knows no keys.
local WORKFLOWS = {
  { name = "send", program = SEND },
  { name = "send with a file", program = [[
    assert(inbox.messages:send { to = "a@example.com", subject = name, text = words(),
                                 attachments = { { path = arg[0] } },
                                 idempotency_key = agentmail.key("kill", name) })]] },
  { name = "reply", begin = "receive", prefix = "Re: ", program = [[
    local message
    for each in inbox.messages:each { subject = { name } } do
      if each.labels.received then message = each end
    end
    assert(message, "no such mail"):reply { text = words() }]] },
  { name = "send of a draft", program = [[
    local draft = assert(inbox.drafts:create { to = "a@example.com", subject = name,
                                               text = "t", client_id = "d-" .. name })
    local sent, message, failure = draft:send()
    assert(sent, message)]] },
  { name = "send without keys", seeds = true, program = SEND },
  { name = "resume", begin = "record", environment = "AHEAD=1", program = [[
    repeat
      local report = assert(client.outbox:resume())
      if report.next_due then agentmail.sleep(report.next_due) end
    until not report.next_due]] },
}

describe("a program with an outbox that is killed at each system call", function()
  local client, key, view, inbox_id, folder, path

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    outside.library("spec/crash/kill_at.c", folder .. "/kill_at.so")
    client, key, view = helper.client()
    inbox_id = assert(client.inboxes:create { username = "killed" }).inbox_id
  end)

  teardown(function()
    client:close()
    os.execute("rm -rf " .. folder)
  end)

  local bench = {}

  function bench.receive(name)
    view:inbound { to = inbox_id, from = "b@example.com", subject = name, text = "?" }
  end

  -- Another program has recorded the mail, which was refused for now.
  function bench.record(name)
    view:fault { at = "before", ["do"] = "429", match = { sends = true },
                 ["until"] = { total = 1 } }
    local other <close> = agentmail.new { base_url = view.url, api_key = key, outbox = path,
                                          limits = { attempts = 1 } }
    local failure = select(3, other:inbox(inbox_id).messages:send {
      to = "a@example.com", subject = name, text = "Words",
      idempotency_key = agentmail.key("kill", name) })
    view:faults {}
    assert.equal("waiting", failure.state)
  end

  local function begin(workflow)
    path = ("%s/%s.db"):format(folder, workflow.name:gsub("%W", ""))
    view:switch { seed_era = workflow.seeds == true }
    outside.write(folder .. "/program.lua", BEFORE .. workflow.program)
  end

  -- Its status, at the end of its output.
  local function run(workflow, name, kill_at)
    local preload = kill_at and ("LD_PRELOAD=%s/kill_at.so KILL_AT=%d"):format(folder, kill_at)
      or ""
    return outside.shell(("%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s OUTBOX=%s INBOX=%s "
      .. "ERA=%s NAME=%s %s %s %s %s/program.lua; echo status $?"):format(outside.paths(), view.url,
      key, path, inbox_id, workflow.seeds and "seeds" or "keys", name, workflow.environment or "",
      preload, outside.lua, folder))
  end

  local function check(workflow, name)
    assert.equal("status 0\n", (run(workflow, name)), name)
    assert.equal(1, #view:sent { subject = (workflow.prefix or "") .. name }, name)
  end

  local function name_of(workflow, ...)
    return workflow.name:gsub("%W", "") .. "-" .. table.concat({ ... }, "-")
  end

  local function is_preloaded() return (os.getenv "LD_PRELOAD" or "") ~= "" end

  for _, workflow in ipairs(WORKFLOWS) do
    it("sends one mail: " .. workflow.name, function()
      if is_preloaded() then return pending "another library is preloaded" end
      begin(workflow)
      local killed = 0
      for kill_at = 1, MOST, STEP do
        local name = name_of(workflow, kill_at)
        if workflow.begin then bench[workflow.begin](name) end
        local output = run(workflow, name, kill_at)
        if output:find "status 0\n$" then break end
        assert.matches("status 137\n$", output)
        killed = killed + 1
        check(workflow, name)
      end
      assert.is_true(killed * STEP > 20 and killed * STEP < MOST - STEP, killed .. " kills")
      workflow.calls = killed * STEP -- about as many as it makes
      local other <close> = agentmail.new { base_url = view.url, api_key = key,
        outbox = { path = path, keyed = not workflow.seeds } }
      local rows = assert(other.outbox:list { limit = 2000 })
      for _, row in ipairs(rows) do assert.equal("sent", row.state, row.key) end
    end)
  end

  it("sends one mail when it is killed twice", function()
    if is_preloaded() then return pending "another library is preloaded" end
    local state, twice = 2463534242, 0
    local function random(most) -- the same pairs each time
      state = (state * 6364136223846793005 + 1442695040888963407) & math.maxinteger
      return (state >> 24) % most + 1
    end
    for i, workflow in ipairs(WORKFLOWS) do
      begin(workflow)
      for n = i, PAIRS, #WORKFLOWS do
        local first, second = random(workflow.calls), random(workflow.calls)
        local name = name_of(workflow, n, first, second)
        if workflow.begin then bench[workflow.begin](name) end
        local kills = 0
        for _, kill_at in ipairs { first, second } do
          local output = run(workflow, name, kill_at)
          if output:find "status 137\n$" then kills = kills + 1 end
          if kills == 0 then assert.equal("status 0\n", output, name) end
        end
        if kills == 2 then twice = twice + 1 end
        check(workflow, name)
      end
    end
    assert.is_true(twice > PAIRS / 4, twice)
  end)
end)
