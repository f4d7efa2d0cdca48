-- SPDX-License-Identifier: MIT
-- The XMPP server Prosody, the whole daemon, with a module of ours. It has one thread: while a call
-- blocks, it serves nobody, so calls get short deadlines.

local hosts = require "spec.support.hosts"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

-- Its globals are locked. A timer runs in the daemon's loop; each error there is logged.
local MODULE = [[
local agent = require "agent"
local timer = require "util.timer"
local function say(line) module:log("info", "%s", line) end
timer.add_task(0, function()
  agent.call(say)
  agent.send(say)
  agent.deadline(say)
end)
timer.add_task(0.01, function() agent.fail() end)
timer.add_task(0.02, function()
  say "still serving"
  prosody.shutdown "done"
end)
]]

describe("the XMPP server Prosody #hosts", function()
  it("runs a module that calls and sends, and logs its failure", function()
    local missing = hosts.missing("Prosody", "test -x /usr/bin/prosody",
      "head -n 1 /usr/bin/prosody | grep lua5.4")
    if missing then return pending(missing) end
    hosts.with("prosody", function(folder, environment, sent)
      outside.write(folder .. "/configuration.lua", hosts.prosody(folder))
      outside.write(folder .. "/mod_mail.lua", MODULE)
      local output, done = outside.shell(("cd %s && %s timeout 120 /usr/bin/prosody -F "
        .. "--config %s/configuration.lua"):format(folder, environment, folder))
      assert.is_true(done, output)
      local log = samples.page(folder .. "/log")
      hosts.shows(log, { "localhost:mail%s+info%s+" .. hosts.CALLED:format "prosody", hosts.SENT,
                         hosts.ENDED, "error%s[^\n]*" .. hosts.FAILED,
                         "localhost:mail%s+info%s+still serving" })
      assert.equal(1, sent())
    end)
  end)
end)
