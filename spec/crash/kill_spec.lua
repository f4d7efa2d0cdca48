-- SPDX-License-Identifier: MIT
-- A program with an outbox is killed before each of its writes, syncs, unlinks, connects, sends and
-- receives, and run again. The sandbox counts the mails: one each.
--
-- AGENTMAIL_KILLS=n kills at every n-th only; the default is 5.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local STEP = tonumber(os.getenv "AGENTMAIL_KILLS") or 5
local MOST = 400

local BEFORE = [[
  local agentmail = require "agentmail"
  local name = os.getenv "NAME"
  local client = agentmail.new {
    outbox = { path = os.getenv "OUTBOX", on_conflict = "first" },
    limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  local inbox = client:inbox(os.getenv "INBOX")
  local function words() return "Words " .. agentmail.uuid() end
]]

-- Each sends one mail with the subject NAME, in other words on each run.
local WORKFLOWS = {
  send = [[
    assert(inbox.messages:send { to = "a@example.com", subject = name, text = words(),
                                 idempotency_key = agentmail.key("kill", name) })]],
  ["send with a file"] = [[
    assert(inbox.messages:send { to = "a@example.com", subject = name, text = words(),
                                 attachments = { { path = arg[0] } },
                                 idempotency_key = agentmail.key("kill", name) })]],
  reply = [[
    local message
    for each in inbox.messages:each { subject = { name } } do
      if each.labels.received then message = each end
    end
    assert(message, "no such mail"):reply { text = words() }]],
  ["send of a draft"] = [[
    local draft = assert(inbox.drafts:create { to = "a@example.com", subject = name,
                                               text = "t", client_id = "d-" .. name })
    local sent, message, failure = draft:send()
    assert(sent, message)]],
}

describe("a program with an outbox that is killed at each system call", function()
  local client, key, view, inbox_id, folder

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local output, done = outside.shell(("%scc -shared -fPIC -Wall -Werror spec/crash/kill_at.c "
      .. "-o %s/kill_at.so"):format(outside.BARE, folder))
    assert(done, output)
    client, key, view = helper.client()
    inbox_id = assert(client.inboxes:create { username = "killed" }).inbox_id
  end)

  teardown(function()
    client:close()
    os.execute("rm -rf " .. folder)
  end)

  local function run(name, kill_at)
    local preload = kill_at and ("LD_PRELOAD=%s/kill_at.so KILL_AT=%d"):format(folder, kill_at)
      or ""
    return outside.shell(("%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s OUTBOX=%s/agent.db "
      .. "INBOX=%s NAME=%s %s %s %s/program.lua; echo status $?"):format(outside.paths(), view.url,
      key, folder, inbox_id, name, preload, outside.lua, folder))
  end

  for workflow, program in pairs(WORKFLOWS) do
    it("sends one mail: " .. workflow, function()
      if (os.getenv "LD_PRELOAD" or "") ~= "" then return pending "another library is preloaded" end
      outside.write(folder .. "/program.lua", BEFORE .. program)
      local killed = 0
      for kill_at = 1, MOST, STEP do
        local name = ("%s-%d"):format(workflow:gsub("%W", ""), kill_at)
        if workflow == "reply" then
          view:inbound { to = inbox_id, from = "b@example.com", subject = name, text = "?" }
        end
        local output = run(name, kill_at)
        if output:find "status 0\n$" then break end
        assert.matches("status 137\n$", output)
        killed = killed + 1
        output = run(name)
        assert.equal("status 0\n", output, name)
        local subject = workflow == "reply" and "Re: " .. name or name
        assert.equal(1, #view:sent { subject = subject }, name)
      end
      assert.is_true(killed * STEP > 20 and killed * STEP < MOST - STEP, killed .. " kills")
      local other <close> = agentmail.new { base_url = view.url, api_key = key,
                                            outbox = folder .. "/agent.db" }
      local rows = assert(other.outbox:list { limit = 2000 })
      for _, row in ipairs(rows) do assert.equal("sent", row.state, row.key) end
    end)
  end
end)
