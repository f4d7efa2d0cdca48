-- SPDX-License-Identifier: MIT
-- What happens to the file of an outbox: nothing goes out that cannot be recorded.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"
local outside = require "spec.support.outside"

local PROGRAM = [[
  local agentmail = require "agentmail"
  local client = agentmail.new { outbox = os.getenv "OUTBOX" }
  local inbox = client:inbox(os.getenv "INBOX")
  local sent, why, failure = inbox.messages:send { to = "ann@example.com", subject = "Receipt",
    text = ("Paid. "):rep(20000), idempotency_key = "receipt-12" }
  print(sent and "sent" or failure.code, failure and failure.outcome)]]

describe("the file of an outbox", function()
  local path, program, plain, client, inbox, key, view

  before_each(function()
    path, program = outbox_file.path(), os.tmpname()
    outside.write(program, PROGRAM)
    plain, key, view = helper.client()
    inbox = assert(plain.inboxes:create { username = "orders" })
    client = agentmail.new { base_url = view.url, api_key = key, outbox = path }
    inbox = client:inbox(inbox.inbox_id)
  end)

  local function remove() outbox_file.remove(path) end

  after_each(function()
    client:close()
    plain:close()
    os.remove(program)
    remove()
  end)

  local function mail(name)
    return inbox.messages:send { to = "ann@example.com", subject = name, text = "Paid.",
                                 idempotency_key = name }
  end

  local function environment()
    return outbox_file.environment(path, view, key, inbox.inbox_id)
  end

  local function run(before)
    return outside.shell(("%s; %s exec %s %s"):format(before, environment(), outside.lua, program))
  end

  it("on a full disk takes no mail, so none goes out; with room again it does", function()
    for blocks = 0, 200, 40 do -- with too little room even for its index it cannot be read
      local outcome = blocks < 80 and "unknown" or "not_applied"
      assert.equal("storage\t" .. outcome .. "\n",
                   run("trap '' XFSZ; ulimit -f " .. blocks), blocks)
    end
    assert.equal(0, #view:sent())
    assert.equal("sent\tnil\n", run "true")
    assert.equal("sent\tnil\n", run "true")
    assert.equal(1, #view:sent())
  end)

  it("that can only be read takes no mail, so none goes out, and says so", function()
    local function in_namespace(words) -- where a mount is nobody else's
      return outside.shell(outside.BARE .. "unshare -m sh -c 'mount --bind . . && " .. words .. "'")
    end
    if not select(2, in_namespace "true") then return pending "nothing can be mounted here" end
    outside.folder(function(folder)
      local own_path = path
      path = folder .. "/agent.db"
      assert.equal("sent\tnil\n", run "true")
      local mount = ("mount --bind %s %s && mount -o remount,bind,ro %s"):format(folder, folder,
                                                                                folder)
      outside.write(program, PROGRAM:gsub("receipt%-12", "receipt-13") .. " print(select(2, "
        .. "inbox.messages:send { to = 'a@example.com', text = 'a', idempotency_key = 'k' }))")
      local output = outside.shell(("%s unshare -m sh -c '%s && exec %s %s'"):format(
        environment(), mount, outside.lua, program))
      assert.matches("^storage\tunknown\n", output)
      assert.matches("read%-only", output)
      assert.equal(1, #view:sent())
      outside.write(program, PROGRAM)
      assert.equal("sent\tnil\n", run "true") -- from the record
      assert.equal(1, #view:sent())
      path = own_path
    end)
  end)

  it("that is removed while it is open takes no mail", function()
    assert(mail "one")
    remove()
    local _, message, failure = mail "two"
    assert.same({ "storage", "unknown" }, { failure.code, failure.outcome })
    assert.matches("was removed or replaced while it was open", message)
    assert.equal(1, #view:sent())
  end)

  it("that is removed after the mail was recorded loses no result", function()
    local sent, receipt = inbox.messages:send({ to = "ann@example.com", subject = "Receipt",
      text = "Paid.", idempotency_key = "one" }, { on_attempt = function(event)
        if event.event == "answer" then remove() end
      end })
    assert.same({ view:sent()[1].message_id, false },
                { assert(sent, receipt).message_id, receipt.recorded })
    assert.equal(1, #view:sent())
  end)

  it("of another service, or of a newer version, is refused", function()
    assert(mail "one")
    client:close()
    local elsewhere <close> = agentmail.new { base_url = view.url .. "/x", api_key = key,
                                              outbox = path }
    local _, message, failure = elsewhere:inbox(inbox.inbox_id).messages:send {
      to = "ann@example.com", text = "Paid.", idempotency_key = "two" }
    assert.same({ "storage", "unknown" }, { failure.code, failure.outcome })
    assert.matches(view.url, message, 1, true)
    local file <close> = assert(io.open(path, "r+b"))
    file:seek("set", 60) -- user_version
    file:write "\0\0\0\99"
    file:close()
    client = agentmail.new { base_url = view.url, api_key = key, outbox = path }
    inbox = client:inbox(inbox.inbox_id)
    _, message, failure = mail "three"
    assert.same({ "storage", "unknown" }, { failure.code, failure.outcome })
    assert.matches("newer", message)
    assert.equal(1, #view:sent())
  end)
end)
