-- SPDX-License-Identifier: MIT
-- The mail reader neomutt: its configuration runs Lua files. It has one thread and no loop to join,
-- so a file blocks for as long as its calls may take.

local hosts = require "spec.support.hosts"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local CALLS = [[
local agent = require "agent"
agent.call(mutt.message)
agent.send(mutt.message)
agent.deadline(mutt.message)
]]

describe("the mail reader neomutt #hosts", function()
  it("runs a script that calls and sends, and logs its failure", function()
    local missing = hosts.missing("neomutt", "neomutt -v",
      'ldd "$(command -v neomutt)" | grep lua5.4')
    if missing then return pending(missing) end
    hosts.with("neomutt", function(folder, environment, sent)
      outside.write(folder .. "/calls.lua", CALLS)
      outside.write(folder .. "/fail.lua", 'require "agent".fail()\n')
      outside.write(folder .. "/rc", ("lua-source %s/calls.lua\nlua-source %s/fail.lua\n"):format(
        folder, folder))
      local output = outside.shell(("cd %s && %s timeout 120 neomutt -n -F rc -d 1 -l log "
        .. "-Q folder </dev/null"):format(folder, environment))
      local log = samples.page(folder .. "/log0")
      hosts.shows(log, { hosts.CALLED:format "neomutt", hosts.SENT, hosts.ENDED,
                         "Couldn't source lua source: [^\n]*" .. hosts.FAILED })
      hosts.shows(output, { hosts.FAILED }) -- standard error
      assert.equal(1, sent())
    end)
  end)
end)
