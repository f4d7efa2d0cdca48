-- SPDX-License-Identifier: MIT
-- The examples do what they say.

local helper = require "spec.support.helper"

local function run(name, ...)
  local quoted = {}
  for i, argument in ipairs { ... } do quoted[i] = ("%q"):format(argument) end
  return helper.run(("arg = { %s } dofile 'examples/%s.lua'"):format(table.concat(quoted, ", "),
                                                                     name))
end

describe("the example", function()
  it("one_time_code.lua finds the code", function()
    assert.equal("the code is 493027\n", run "one_time_code")
  end)

  it("progress.lua fills its bar while sending and saving", function()
    local output = run("progress", "spec/docs/examples_spec.lua")
    for _, what in ipairs { "sending", "saving" } do
      assert.is_truthy(output:find("\r" .. what .. "%s+%[" .. ("#"):rep(40) .. "%]"), output)
    end
    local file <close> = assert(io.open "spec/docs/examples_spec.lua")
    assert.is_truthy(output:find(file:seek "end" .. " bytes\n", 1, true), output)
  end)

  describe("send.c", function()
    local build = os.getenv "AGENTMAIL_BUILD" or "build"
    local program, client, environment

    local function shell(command)
      local pipe = assert(io.popen("env -u LD_PRELOAD " .. command .. " 2>&1"))
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

  it("lost_ack.lua sends one mail", function()
    local output = run "lost_ack"
    assert.is_truthy(output:find("duplicates 0, losses 0", 1, true), output)
  end)
end)
