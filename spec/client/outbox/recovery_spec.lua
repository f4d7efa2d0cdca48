-- SPDX-License-Identifier: MIT
-- Real processes that are killed at different moments of a send, run again, and race; the sandbox
-- counts the mails.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"
local outside = require "spec.support.outside"

local SECONDS = 60

-- A script that replies in other words on each run, as one with a model does.
local SCRIPT = [[
  local agentmail = require "agentmail"
  local client = agentmail.new {
    outbox = { path = os.getenv "OUTBOX", on_conflict = "first" },
    limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  local inbox = client:inbox(os.getenv "INBOX")
  local sent, receipt, failure = inbox.messages:send { to = "ann@example.com", subject = "Receipt",
    text = "Paid. " .. agentmail.uuid(), idempotency_key = agentmail.key("receipt", 12) }
  %s
  print(sent and sent.message_id or receipt, sent and receipt.state or failure.state)]]

describe("a program with an outbox", function()
  local client, key, view, path, inbox_id, program

  before_each(function()
    client, key, view = helper.client()
    inbox_id = assert(client.inboxes:create { username = "orders" }).inbox_id
    path, program = outbox_file.path(), os.tmpname()
  end)

  after_each(function()
    client:close()
    os.remove(program)
    outbox_file.remove(path)
  end)

  local function environment() return outbox_file.environment(path, view, key, inbox_id) end

  local function write(after) outside.write(program, SCRIPT:format(after or "")) end

  local function run()
    return outside.shell(("%s %s %s"):format(environment(), outside.lua, program))
  end

  -- Starts it beside us; the id of its process.
  local function start()
    return outside.shell(("%s exec %s %s >/dev/null 2>&1 & echo $!"):format(
      environment(), outside.lua, program)):match "%d+"
  end

  local function kill_when(is_there, signal)
    local pid, till = start(), os.time() + SECONDS
    while not is_there() do assert.is_true(os.time() < till, "it never came so far") end
    os.execute(("kill -%s %s"):format(signal or "KILL", pid))
    return pid
  end

  local function state()
    local other <close> = agentmail.new { base_url = view.url, api_key = key, outbox = path }
    local row = other.outbox:get("receipt-12", inbox_id)
    return row and row.state
  end

  -- The service has its request, and does not answer: the fault will meet no later one.
  local function is_hanging()
    local requests = view:requests()
    return requests[#requests].fault ~= nil
  end

  it("sends once although it is killed after the mail left, before it knew", function()
    write()
    view:fault { at = "commit", ["do"] = "hang", ["until"] = { total = 1 } }
    kill_when(function() return #view:sent() == 1 end)
    assert.equal("sending", state())
    local output = run()
    assert.matches("^<[^>]+>\tsent\n$", output)
    assert.equal(1, #view:sent())
    assert.equal(output, run())
  end)

  it("sends once although it is killed before the service had the mail", function()
    write()
    view:fault { at = "before", ["do"] = "hang", ["until"] = { total = 1 } }
    kill_when(is_hanging)
    assert.equal("sending", state())
    assert.equal(0, #view:sent())
    assert.matches("\tsent\n$", (run()))
    assert.equal(1, #view:sent())
  end)

  it("is answered from the record when it is killed right after it knew", function()
    write 'os.execute "kill -9 $PPID"'
    outside.shell(("%s %s %s"):format(environment(), outside.lua, program))
    assert.equal("sent", state())
    write()
    assert.matches("\tsent\n$", (run()))
    assert.equal(1, #view:sent())
  end)

  it("waits for another process that has the mail in hand, then has its result", function()
    write()
    view:fault { at = "commit", ["do"] = { kind = "delay", seconds = 1 },
                 ["until"] = { total = 1 } }
    local pid, till = start(), os.time() + SECONDS
    while state() ~= "sending" do assert.is_true(os.time() < till) end
    assert.matches("\tsent\n$", (run()))
    assert.equal(1, #view:sent())
    os.execute(("kill -9 %s 2>/dev/null"):format(pid))
  end)

  it("is one of eight that begin at once, of which one sends", function()
    write()
    local output = outside.shell(("for i in 1 2 3 4 5 6 7 8; do %s %s %s & done; wait"):format(
      environment(), outside.lua, program))
    local id = output:match "^(<[^>]+>)\tsent\n"
    assert.is_string(id, output)
    assert.equal((id .. "\tsent\n"):rep(8), output)
    assert.equal(1, #view:sent())
  end)

  for _, count in ipairs { 2, 8 } do
    it(("is one of %d that begin at once with other words, of which one sends"):format(count),
       function()
      outside.write(program, (SCRIPT:format "":gsub('"first"', '"error"')
        :gsub("failure.state%)", "failure.code .. failure.first.state)")))
      local one = ("%s %s %s"):format(environment(), outside.lua, program)
      local output = outside.shell(("(%s) & "):format(one):rep(count) .. "wait")
      assert.equal(1, select(2, output:gsub("<[^>]+>\tsent\n", "")), output)
      assert.equal(count - 1, select(2, output:gsub("\tkey_reuseds%l+\n", "")), output)
      assert.equal(1, #view:sent())
    end)
  end

  it("has a row resumed by another process once its owner is dead", function()
    write()
    view:fault { at = "before", ["do"] = "hang", ["until"] = { total = 1 } }
    kill_when(is_hanging)
    assert.equal("sending", state())
    local other <close> = agentmail.new { base_url = view.url, api_key = key, outbox = path }
    local till = os.time() + SECONDS
    local report
    repeat
      report = assert(other.outbox:resume())
      assert.is_true(os.time() < till)
      if #report == 0 then agentmail.sleep(math.min(report.next_due or 1, 1)) end
    until #report > 0
    assert.same({ 1, "sent" }, { report.sent, report[1].state })
    assert.equal(1, #view:sent())
  end)
end)
