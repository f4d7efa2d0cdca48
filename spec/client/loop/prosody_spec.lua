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

local TICKING = [[
local agentmail = require "agentmail"
local core = require "agentmail.core"
local timer = require "util.timer"
require "agentmail.loop.prosody".attach()
local client = agentmail.new { limits = { connections = 64, deadline = 30 } }

-- Calls back with how often a timer of 10 ms has ticked a second, once goes_on() is false.
local function measure(goes_on, back)
  local count, began = 0, core.now()
  timer.add_task(0.01, function()
    count = count + 1
    if goes_on() then return 0.01 end
    back(count / (core.now() - began))
  end)
end

local left = 64
local till = core.now() + 0.6
measure(function() return core.now() < till end, function(alone)
  for _ = 1, left do
    agentmail.spawn(function()
      assert(client.inboxes:list { limit = 1 })
      left = left - 1
    end)
  end
  measure(function() return left > 0 end, function(beside)
    module:log("info", "ratio %.3f", beside / alone)
    prosody.shutdown "done"
  end)
end)
]]

describe("agentmail.loop.prosody #hosts", function()
  local function missing()
    return hosts.missing("Prosody", "test -x /usr/bin/prosody",
      "head -n 1 /usr/bin/prosody | grep lua5.4")
  end

  -- Runs the daemon with a module of ours until it ends; each request takes some seconds. Returns
  -- its log.
  local function run_module(text, seconds, timeout)
    local log
    hosts.with("prosody", function(folder, environment, _, view)
      view:fault { at = "before", ["do"] = { kind = "delay", seconds = seconds },
                   ["until"] = { total = 100 } }
      outside.write(folder .. "/configuration.lua", hosts.prosody(folder))
      outside.write(folder .. "/mod_mail.lua", text)
      local output, done = outside.shell(("cd %s && %s timeout %d /usr/bin/prosody -F "
        .. "--config %s/configuration.lua"):format(folder, environment, timeout, folder))
      assert.is_true(done, output)
      log = samples.page(folder .. "/log")
    end)
    return log
  end

  it("runs tasks, and calls in runners, in the daemon's loop", function()
    local lacking = missing()
    if lacking then return pending(lacking) end
    local log = run_module(MODULE, 0.2, 120)
    local _, serving = log:find "still serving"
    assert.is_truthy(serving, log)
    for _, name in ipairs { "task1", "task2", "runner" } do
      assert.is_truthy(log:find("called " .. name .. "@agentmail.to", serving), log)
    end
    assert.matches("agentmail%s+error%s+[^\n]*mod_mail.lua:%d+: for the log", log)
    assert.matches("ticks true", log)
  end)

  -- A timer of 10 ms beside 64 calls, over the same timer alone.
  it("lets a timer of the daemon tick beside 64 calls #timing", function()
    local lacking = missing()
    if lacking then return pending(lacking) end
    local ratio
    for _ = 1, 3 do -- chances
      local log = run_module(TICKING, 0.5, 60)
      ratio = tonumber(log:match "ratio (%d+%.%d+)")
      assert.is_truthy(ratio, log)
      if ratio >= 0.8 then break end
    end
    assert.is_true(ratio >= 0.8, "the part of the ticks that remains: " .. ratio)
  end)
end)
