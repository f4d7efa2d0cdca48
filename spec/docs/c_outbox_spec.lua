-- SPDX-License-Identifier: MIT
-- examples/c/outbox.c does what it says, built from what `make install` put into a folder.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local build = os.getenv "AGENTMAIL_BUILD" or "build"
local FROM, TO = "orders@agentmail.to", "ann@example.com"

describe("examples/c/outbox.c", function()
  local folder, client, environment, view

  local function shell(command)
    return outside.shell("unset LD_PRELOAD; cd " .. folder .. " && " .. command)
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local output, done = outside.shell(("%s make -s install BUILD=%s DESTDIR=%s PREFIX=/opt/mail")
      :format(outside.BARE, build, folder))
    assert(done, output)
    samples.compile(folder, samples.page "examples/c/outbox.c",
      ("$(PKG_CONFIG_PATH=%s/opt/mail/lib/pkgconfig pkg-config --cflags --libs agentmail-outbox)")
        :format(folder))
  end)

  teardown(function() os.execute("rm -rf " .. folder) end)

  before_each(function()
    local key
    client, key, view = helper.client()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "):format(view.url, key)
    assert(client.inboxes:create { username = "orders" })
    assert(shell "rm -f box.db*")
  end)

  after_each(function() client:close() end)

  local function run(key, to)
    return shell(("%s ./app box.db %s %s %s"):format(environment, key, FROM, to or TO))
  end

  it("sends once, then answers from its record", function()
    local output, done = run "receipt-12"
    assert.is_true(done, output)
    local id = output:match "^sent: applied (<[^>]+>)\n$"
    assert.is_string(id, output)
    view:fault { at = "before", ["do"] = "reset" }
    assert.same({ output, true }, { run "receipt-12" })
    assert.equal(1, #view:sent { subject = "receipt-12" })
    assert.equal(id, view:sent()[1].message_id)
  end)

  it("sends once although it is killed between the send and the answer", function()
    view:fault { at = "commit", ["do"] = "hang", ["until"] = { total = 1 } }
    local pid = shell(("%s exec ./app box.db k %s %s >/dev/null 2>&1 & echo $!")
      :format(environment, FROM, TO)):match "%d+"
    local until_s = os.time() + 60
    while #view:sent() == 0 do assert.is_true(os.time() < until_s, "it never sent") end
    assert(os.execute("kill -9 " .. pid))
    local output, done = run "k"
    assert.is_true(done, output)
    assert.matches("^sent: applied <", output)
    assert.equal(1, #view:sent())
  end)

  it("keeps a mail that cannot be sent, in a file that serves no other service", function()
    local real = environment
    environment = environment:gsub("BASE_URL=%S+", "BASE_URL=http://127.0.0.1:1")
    local output, done = run "k"
    assert.is_false(done)
    assert.matches("waiting: not_applied", output)
    environment = real
    output, done = run "k"
    assert.is_false(done)
    assert.matches("http://127.0.0.1:1", output)
    assert.equal(0, #view:sent())
  end)

  it("sends nothing under a key that another mail has", function()
    assert(select(2, run "k"))
    local output, done = run("k", "bob@example.com")
    assert.is_true(done)
    assert.matches("^the key is another mail's\nsent: applied <", output)
    assert.equal(1, #view:sent())
  end)
end)
