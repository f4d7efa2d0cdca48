-- SPDX-License-Identifier: MIT
-- The examples do what they say, started in any folder.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local SENT = "spec/docs/examples_spec.lua"

local function command(name, argument)
  return ("cd / && env -u AGENTMAIL_BASE_URL %s %s %s/examples/%s.lua %s"):format(outside.paths(),
    outside.lua, outside.root, name, argument or "")
end

local function run(...) return (outside.shell(command(...))) end

local function assert_bars(output, before)
  for _, what in ipairs { "sending", "saving" } do
    assert.is_truthy(output:find(before .. what .. "%s+%[" .. ("#"):rep(40) .. "%]"), output)
  end
end

local function size(path)
  local file <close> = assert(io.open(path))
  return file:seek "end"
end

describe("the example", function()
  it("one_time_code.lua finds the code", function()
    assert.equal("the code is 493027\n", run "one_time_code")
  end)

  it("progress.lua shows only full bars if its output is not a terminal", function()
    local output = run("progress", outside.root .. "/" .. SENT)
    assert_bars(output, "%f[^\n\0]")
    assert.is_nil(output:find "\r")
    assert.is_truthy(output:find(size(SENT) .. " bytes\n", 1, true), output)
  end)

  it("progress.lua fills its bar while sending and saving on a terminal", function()
    if not os.execute "script -qec true /dev/null >/dev/null 2>&1" then
      return pending "the program `script` is not here, or cannot make a terminal"
    end
    local quoted = command("progress", outside.root .. "/" .. SENT):gsub("'", [['\'']])
    local output = outside.shell((outside.BARE .. "script -qec '%s' /dev/null"):format(quoted))
    assert_bars(output, "\r")
    assert.is_truthy(output:find(size(SENT) .. " bytes\r\n", 1, true), output)
  end)

  it("of each name uses a sandbox that runs, and may be repeated there", function()
    local sandbox <close> = assert(require "agentmail.sandbox".start { namespace = "examples" })
    local there = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(sandbox.url,
                                                                       sandbox.api_key)
    for name, result in pairs { one_time_code = "the code is 493027", progress = " bytes\n",
                                lost_ack = "requested 2 times, sent once" } do
      for _ = 1, 2 do
        local output, done = outside.shell(("cd / && %s %s %s %s/examples/%s.lua %s"):format(there,
          outside.paths(), outside.lua, outside.root, name, outside.root .. "/" .. SENT))
        assert.is_true(done, output)
        assert.is_truthy(output:find(result, 1, true), output)
      end
    end
    local subjects = {}
    for _, mail in ipairs(sandbox:sent()) do subjects[mail.subject:match "^%a+"] = true end
    assert.same({ Order = true, Re = true, The = true }, subjects)
    assert.equal(0, #sandbox:faults())
    assert.equal(0, sandbox:audit().extra_mails)
  end)

  it("lost_ack.lua sends one mail", function()
    local output = run "lost_ack"
    assert.is_truthy(output:find("requested 2 times, sent once", 1, true), output)
    assert.is_truthy(output:find("duplicates 0, losses 0", 1, true), output)
    assert.is_nil(output:find "\r")
  end)

  describe("send.c", function()
    local build = os.getenv "AGENTMAIL_BUILD" or "build"
    local program, client, environment

    local function shell(line)
      local pipe = assert(io.popen("env -u LD_PRELOAD " .. line .. " 2>&1"))
      local output = pipe:read "a"
      return output, pipe:close()
    end

    setup(function()
      program = os.tmpname()
      local sanitizers = build:find "asan" and "-fsanitize=address,undefined" or ""
      local output, done = shell(("cc %s -std=c11 -Wall -Wextra -Werror -Icsrc examples/send.c "
        .. "-o %s %s/libagentmail.a -lcurl -lcrypto -lpthread"):format(sanitizers, program, build))
      assert(done, output)
      local key
      client, key = helper.client()
      local url = helper.sandbox().url
      environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "):format(url, key)
    end)

    teardown(function()
      client:close()
      os.remove(program)
    end)

    it("sends a mail with a file from C", function()
      local inbox = assert(client.inboxes:create { client_id = "from-c" })
      local guest = assert(client.inboxes:create { client_id = "to-c" })
      assert.equal("applied after 1 attempt(s): ok\n", (shell(environment .. ("%s %s %s LICENSE")
        :format(program, inbox.inbox_id, guest.inbox_id))))
      local message = assert(guest.messages:list()[1])
      assert.equal("Hello from C", message.subject)
      assert.equal("LICENSE", message.attachments[1].filename)
      local file <close> = assert(io.open "LICENSE")
      assert.equal(file:seek "end", message.attachments[1].size)
    end)

    it("is what docs/c.md quotes", function()
      local page <close> = assert(io.open "docs/c.md")
      local example <close> = assert(io.open "examples/send.c")
      local quoted = page:read "a":match "\n```c\n(.-)```"
      assert.is_truthy(example:read "a":find(quoted, 1, true))
    end)

    it("says what is wrong with an argument", function()
      local words = [['inbox_id' must not be "..": that would be another path]]
      assert.equal("inboxes.messages.send: " .. words .. "\n",
                   (shell(environment .. program .. " .. a@b.c")))
    end)
  end)
end)
