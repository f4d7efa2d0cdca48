-- SPDX-License-Identifier: MIT
-- agentmail.loop.prosody in the whole daemon: many calls at once, beside its own timers.

local hosts = require "spec.support.hosts"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local MODULE = [[
local agentmail = require "agentmail"
local async = require "util.async"
local timer = require "util.timer"
local attach = require "agentmail.loop.prosody".attach
attach()
attach() -- once is enough
local client = agentmail.new { limits = { deadline = 30 } }
local ticks, left = 0, 4
local function say(...) module:log("info", "%s %s", ...) end
timer.add_task(0.01, function()
  ticks = ticks + 1
  return left > 0 and 0.01 or nil
end)
local function ended()
  left = left - 1
  if left > 0 then return end
  say("ticks", ticks >= 8)
  prosody.shutdown "done"
end
for i = 1, 2 do
  agentmail.spawn(function()
    say("called", assert(client.inboxes:create { username = "task" .. i }).inbox_id)
    ended()
  end)
end
agentmail.spawn(function()
  agentmail.sleep(0.05)
  ended()
  error "for the log"
end)
async.runner(function(name)
  say("called", assert(client.inboxes:create { username = name }).inbox_id)
  ended()
end):run "runner"
say("still", "serving")
]]

describe("agentmail.loop.prosody #hosts", function()
  it("runs tasks, and calls in runners, in the daemon's loop", function()
    local missing = hosts.missing("Prosody", "test -x /usr/bin/prosody",
      "head -n 1 /usr/bin/prosody | grep lua5.4")
    if missing then return pending(missing) end
    hosts.with("prosody", function(folder, environment, _, view)
      view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.2 },
                   ["until"] = { total = 100 } }
      outside.write(folder .. "/configuration.lua", hosts.prosody(folder))
      outside.write(folder .. "/mod_mail.lua", MODULE)
      local output, done = outside.shell(("cd %s && %s timeout 120 /usr/bin/prosody -F "
        .. "--config %s/configuration.lua"):format(folder, environment, folder))
      assert.is_true(done, output)
      local log = samples.page(folder .. "/log")
      local _, serving = log:find "still serving"
      assert.is_truthy(serving, log)
      for _, name in ipairs { "task1", "task2", "runner" } do
        assert.is_truthy(log:find("called " .. name .. "@agentmail.to", serving), log)
      end
      assert.matches("agentmail%s+error%s+[^\n]*mod_mail.lua:%d+: for the log", log)
      assert.matches("ticks true", log)
    end)
  end)
end)
