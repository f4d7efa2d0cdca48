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
    if not os.execute "command -v script >/dev/null 2>&1" then
      return pending "the program `script`, which makes a terminal, is not here"
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
end)
