-- SPDX-License-Identifier: MIT
-- The README does what it says: every snippet runs against the sandbox.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local readme, guide = samples.page "README.md", samples.page "docs/guide.md"
local build = os.getenv "AGENTMAIL_BUILD" or "build"

local outbox_path

local function blocks(language)
  local found = {}
  for i, block in ipairs(samples.blocks(readme, language)) do
    found[i] = block.text:gsub("agent%.db", outbox_path)
  end
  return found
end

-- A service that mails a code to a given address.
local SIGN_UP = [[
local function sign_up_somewhere(address)
  local guest = assert(require "agentmail".new().inboxes:create { client_id = "guest" })
  assert(guest.messages:send { to = address, subject = "Your code", text = "It is 493027." })
end
]]

describe("the README", function()
  local client, key, view, environment

  before_each(function()
    client, key, view = helper.client()
    outbox_path = outbox_file.path()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(helper.sandbox().url, key)
  end)

  after_each(function()
    client:close()
    outbox_file.remove(outbox_path)
  end)

  -- An inbox with a guest's mail and its own, and a function that counts the replies.
  local function letters()
    local inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
    view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "Help", text = "?" }
    assert(inbox.messages:send { to = inbox.inbox_id, subject = "To myself", text = "!" })
    return inbox, function() return #view:sent { subject = "Re: Help" } end
  end

  local function mark_unread(inbox)
    for _, message in ipairs(inbox.messages:list { labels = "received" }) do
      if not message.labels.sent then assert(message:relabel { add = "unread" }) end
    end
  end

  it("has a first script that replies once to each mail, even if run repeatedly", function()
    local inbox, replies = letters()
    for _ = 1, 3 do assert.equal("", helper.run(blocks("lua")[1], environment)) end
    assert.equal(1, replies())
    assert.equal(0, #inbox.messages:list { labels = { "received", "unread", "handled" } })
    local unlabelled = blocks("lua")[1]:gsub("\n[^\n]*relabel[^\n]*", "") -- died before that line
    mark_unread(inbox)
    assert.equal("", helper.run(unlabelled, environment))
    assert.equal("", helper.run(blocks("lua")[1], environment))
    assert.equal(2, #view:sent())
    assert.equal(1, replies())
  end)

  it("has a first script that goes on if an earlier run replied in different words", function()
    if not samples.has_code "key_reused" then return pending "there is no code key_reused" end
    local inbox, replies = letters()
    local function words(text) return samples.changed(blocks("lua")[1], { { "Thanks!", text } }) end
    local killed = words("Dear guest, thanks."):gsub("\n[^\n]*relabel", "\nos.exit() %0")
    assert.equal("", helper.run(killed, environment))
    assert.equal(1, #inbox.messages:list { labels = { "received", "unread" }, from = "guest" })
    assert.equal("", helper.run(words "Hello guest! Thank you.", environment))
    assert.equal(0, #inbox.messages:list { labels = { "received", "unread" }, from = "guest" })
    assert.equal(1, replies())
  end)

  it("has Lua that runs from its first line to its last", function()
    local program = samples.changed(SIGN_UP .. table.concat(blocks "lua", "\n"), {
      { "after = mail, timeout = 60", "after = mail, timeout = 0" },
    })
    local output = helper.run(program, environment)
    assert.matches("^code%s+493027\n", output)
    assert.matches("not_found%s+404%s+not_applied%s+false\n$", output)
  end)

  it("has C that compiles, reads and sends", function()
    letters()
    outside.folder(function(folder)
      samples.compile(folder, blocks("c")[1],
                      ("-Icsrc %s/libagentmail.a -lcurl -lcrypto -lpthread"):format(build))
      for _ = 1, 2 do -- under one key
        local output, done = outside.shell(("env -u LD_PRELOAD %s %s/app"):format(environment,
                                                                                  folder))
        assert.equal("GET /v0/inboxes: applied after 1 attempt(s), ok\nPOST /v0/inboxes/"
          .. "support@agentmail.to/messages/send: applied after 1 attempt(s), ok\n", output)
        assert.is_true(done)
      end
      assert.equal(1, #view:sent { subject = "Order 123" })
    end)
  end)

  it("has a host in C that runs the first script", function()
    local _, replies = letters()
    outside.folder(function(folder)
      samples.compile(folder, blocks("c")[2], "$(pkg-config --cflags --libs lua5.4 || "
        .. "pkg-config --cflags --libs lua-5.4 || pkg-config --cflags --libs lua)")
      outside.write(folder .. "/agent.lua", blocks("lua")[1])
      local function host(script)
        return outside.shell(("%s %s %s/app %s"):format(environment, outside.paths(), folder,
                                                        script))
      end
      local output, done = host(folder .. "/agent.lua")
      assert.equal("", output)
      assert.is_true(done)
      assert.equal(1, replies())
      outside.write(folder .. "/wrong.lua", "require 'agentmail'.new { api_kye = 'am_1' }")
      output, done = host(folder .. "/wrong.lua")
      assert.matches("wrong.lua:1: .*api_key", output)
      assert.is_false(done)
    end)
  end)

  it("names only targets of the Makefile and files of the checkout that exist", function()
    local shell = table.concat(blocks "sh")
    for block in (shell .. readme):gmatch("make %l[%l-]*") do
      if shell:find(block, 1, true) or readme:find("`" .. block .. "[` ]") then
        local output, done = outside.shell(outside.BARE .. block:gsub("make", "make -n", 1))
        assert(done, output)
      end
    end
    for path in shell:gmatch("rockspec/[%w.-]+rockspec") do
      assert(io.open(path) or io.open("sandbox/" .. path), path):close()
    end
  end)

  it("and the guide link to files and headings that exist", function()
    local dry = pcall(agentmail.new, { dry = true })
    for home, page in pairs { [""] = readme, ["docs/"] = guide } do
      for path, anchor in page:gmatch "%]%(([%w_./-]*)#?([%w_-]*)%)" do
        path = path == "" and (home == "" and "README.md" or "docs/guide.md")
          or (home .. path):gsub("^docs/%.%./", "")
        local text = io.open(path .. "/.") and "" or samples.page(path)
        local found = anchor == ""
        for heading in text:gmatch "\n#+ ([^\n]+)" do
          found = found or heading:lower():gsub("[^%w_ -]", ""):gsub(" ", "-") == anchor
        end
        found = found or anchor == "try-a-script-without-sending" and not dry
        assert.is_true(found, path .. "#" .. anchor)
      end
    end
  end)

  it("shows how to run the script in a sandbox, from any folder", function()
    if not os.execute "command -v curl >/dev/null 2>&1" then return pending "curl is not here" end
    local block = samples.changed(blocks("sh")[2], {
      { "make ", outside.BARE .. ("make -C %s BUILD=%s "):format(outside.root, build) },
      { "curl ", "env -u LD_PRELOAD no_proxy=127.0.0.1 %0" },
      { "examples/", outside.root .. "/%0" },
    })
    outside.folder(function(folder)
      outside.write(folder .. "/responder.lua", blocks("lua")[1])
      local output, done = outside.shell(("cd %s && export %s\n%s"):format(folder, environment,
                                                                           block))
      assert.matches('^{[^\n]*"message_id"[^\n]*}\n?the code is 493027\n$', output)
      assert.is_true(done)
    end)
    local sent = view:sent()
    assert.equal(1, #sent)
    assert.same({ "Re: Help", { "ann@example.com" } }, { sent[1].subject, sent[1].recipients })
  end)

  it("and the guide have the same tables as the sources", function()
    for _, limit in ipairs(agentmail.limits) do
      assert.truthy(guide:find("| `" .. limit.name .. "` |", 1, true), limit.name)
    end
    local output, done = outside.shell(outside.paths() .. " lua5.4 tools/readme.lua --check")
    assert(done, output)
  end)
end)
