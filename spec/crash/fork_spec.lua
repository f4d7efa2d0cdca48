-- SPDX-License-Identifier: MIT
-- A program that forks while it sends: the mail goes out once, and the child hears of it.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local PROGRAM = [[
  local agentmail = require "agentmail"
  local client = agentmail.new { outbox = os.getenv "OUTBOX" }
  local inbox = client:inbox(os.getenv "INBOX")
  local function mail(options)
    local sent, receipt, failure = inbox.messages:send({ to = "ann@example.com", text = "Paid.",
      idempotency_key = "receipt-12" }, options)
    return sent and receipt.state .. " " .. receipt.attempts or failure.code
  end
  local function say(who, what)
    io.write(who, ": ", what, "\n")
    io.flush()
  end
  local done, row
  agentmail.pollfd()
  agentmail.spawn(function() done = mail() end)
  repeat
    agentmail.step()
    row = client.outbox:get("receipt-12", os.getenv "INBOX")
  until row and row.state == "sending"
  if os.getenv "FORK" == "child" then
    say("child", mail { deadline = os.getenv "FIRST" == "child" and 0.3 or 30 })
    os.exit(0, false)
  end
  if os.getenv "FIRST" == "child" then os.getenv "JOIN" end
  while not done do agentmail.step() end
  say("parent", done)
  if os.getenv "FIRST" ~= "child" then os.getenv "JOIN" end
  say("parent", mail())]]

describe("a program that forks in mid-send", function()
  local function run(first)
    if (os.getenv "LD_PRELOAD" or "") ~= "" then return pending "another library is preloaded" end
    return outside.folder(function(folder)
      outside.library("spec/crash/fork_at.c", folder .. "/fork.so", "-ldl")
      outside.write(folder .. "/program.lua", PROGRAM)
      local client <close>, key, view = helper.client()
      local inbox_id = assert(client.inboxes:create { username = "forked" }).inbox_id
      local output = outside.shell(("%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "
        .. "OUTBOX=%s/agent.db INBOX=%s FIRST=%s LD_PRELOAD=%s/fork.so timeout 60 %s "
        .. "%s/program.lua"):format(outside.paths(), view.url, key, folder, inbox_id, first,
                                    folder, outside.lua, folder))
      return output, #view:sent()
    end)
  end

  it("sends once, and the child hears that its parent is working on it", function()
    local output, copies = run "child"
    if not output then return end
    assert.equal("child: busy\nparent: sent 1\nparent: sent 0\n", output)
    assert.equal(1, copies)
  end)

  it("sends once, and the child hears of it if it waits long enough", function()
    local output, copies = run "parent"
    if not output then return end
    assert.matches("parent: sent 1\n", output)
    assert.matches("child: sent 0\n", output)
    assert.matches("parent: sent 0\n$", output)
    assert.equal(1, copies)
  end)
end)
