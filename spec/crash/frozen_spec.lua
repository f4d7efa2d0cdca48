-- SPDX-License-Identifier: MIT
-- Programs with an outbox are stopped before each of some system calls, for longer than their
-- leases: at the claim, before the wire, after the answer. Others run meanwhile, and then they go
-- on. The sandbox counts the mails: one each. It takes half a minute of waiting, so `make
-- proof-crash` asks for it, by AGENTMAIL_FROZEN.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local STEP, MOST = 3, 120
local DEADLINE, SLACK = 1, 30 -- a lease lasts so long

local PROGRAM = [[
  local agentmail = require "agentmail"
  local name = os.getenv "NAME"
  local client = agentmail.new {
    outbox = { path = os.getenv "OUTBOX", on_conflict = "first" },
    limits = { backoff_base = 0.001, backoff_cap = 0.002, outbox_horizon = 0.5, outbox_wait = 0.2,
               outbox_grace = 0.5, deadline = tonumber(os.getenv "DEADLINE") } }
  local sent, message = client:inbox(os.getenv "INBOX").messages:send {
    to = "a@example.com", subject = name, text = "Words " .. agentmail.uuid(),
    idempotency_key = agentmail.key("freeze", name) }
  print(sent and "sent" or message)]]

describe("programs with an outbox that are stopped for longer than their leases", function()
  it("send one mail each", function()
    if not os.getenv "AGENTMAIL_FROZEN" then return pending "make proof-crash asks for it" end
    outside.folder(function(folder)
      outside.library("spec/crash/kill_at.c", folder .. "/kill_at.so")
      outside.write(folder .. "/program.lua", PROGRAM)
      local client <close>, key, view = helper.client()
      local inbox_id = assert(client.inboxes:create { username = "frozen" }).inbox_id

      local function command(n, deadline, before)
        return ("%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s OUTBOX=%s/%d.db INBOX=%s NAME=n%d "
          .. "DEADLINE=%d %s exec %s %s/program.lua"):format(outside.paths(), view.url, key,
          folder, n, inbox_id, n, deadline, before or "", outside.lua, folder)
      end

      local pids = {}
      for n = 1, MOST, STEP do
        pids[n] = outside.shell(("%s >/dev/null 2>&1 & echo $!"):format(command(n, DEADLINE,
          ("LD_PRELOAD=%s/kill_at.so KILL_AT=%d KILL_BY=19"):format(folder, n)))):match "%d+"
      end
      agentmail.sleep(DEADLINE + SLACK + 4)
      local stopped = 0
      for n, pid in pairs(pids) do
        local file <close> = io.open("/proc/" .. pid .. "/stat")
        if file and file:read "a":find "%) T " then stopped = stopped + 1 end
        outside.shell(command(n, 20))
      end
      assert.is_true(stopped > 20, stopped)
      for _, pid in pairs(pids) do os.execute("kill -CONT " .. pid .. " 2>/dev/null") end
      agentmail.sleep(5)
      for n in pairs(pids) do
        assert.equal("sent\n", (outside.shell(command(n, 20))), n)
        assert.equal(1, #view:sent { subject = "n" .. n }, n)
      end
    end)
  end)
end)
