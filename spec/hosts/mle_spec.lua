-- SPDX-License-Identifier: MIT
-- The editor mle: a script registers commands, which keys start. It has one thread and no loop to
-- join, so a command blocks for as long as its calls may take.

local hosts = require "spec.support.hosts"
local outside = require "spec.support.outside"

local SCRIPT = [[
local agent = require "agent"
local function say(line) io.stderr:write(line, "\n") end
mle.editor_register_cmd("cmd_calls", function()
  agent.call(say)
  agent.send(say)
  agent.deadline(say)
end)
mle.editor_register_cmd("cmd_fail", function() agent.fail() end)
]]

describe("the editor mle #hosts", function()
  it("runs a script that calls and sends, and shows its failure", function()
    local missing = hosts.missing("mle", "mle -v", 'ldd "$(command -v mle)" | grep lua5.4')
    if missing then return pending(missing) end
    hosts.with("mle", function(folder, environment, sent)
      outside.write(folder .. "/script.lua", SCRIPT)
      outside.write(folder .. "/text", "text\n")
      local output, done = outside.shell(("cd %s && %s timeout 120 mle -N -H 1 -x script.lua "
        .. "-K mail,,1 -k cmd_calls,M-c, -k cmd_fail,M-f, -n mail -M 'go M-c M-f' -p go text")
        :format(folder, environment))
      assert.is_true(done, output)
      hosts.shows(output, { hosts.CALLED:format "mle", hosts.SENT, hosts.ENDED,
                            "err%[[^\n]*" .. hosts.FAILED })
      assert.equal(1, sent())
    end)
  end)
end)
