-- SPDX-License-Identifier: MIT
-- agentmail.loop.cqueues with the real cqueues.

local programs = require "spec.support.loop_programs"

describe("agentmail.loop.cqueues", function()
  local why = programs.missing "cqueues"

  local function check(what, program, ...)
    local patterns = { ... }
    it(what, function()
      if why then return pending(why) end
      local output = programs.run([[
        local cqueues = require "cqueues"
        local loop = cqueues.new()
        local attach = require "agentmail.loop.cqueues".attach
        attach(loop)
        attach(loop) -- once is enough
      ]] .. program)
      for _, pattern in ipairs(patterns) do assert.matches(pattern, output) end
    end)
  end

  check("runs many calls at once beside the host's coroutines, and lets the loop end", [[
    assert(loop:loop())
    local ticks, left = 0, 4
    loop:wrap(function()
      while left > 0 do
        cqueues.sleep(0.01)
        ticks = ticks + 1
      end
    end)
    for i = 1, 4 do
      agentmail.spawn(function()
        print(create("task" .. i))
        left = left - 1
      end)
    end
    assert(loop:loop())
    print("ticks", ticks >= 8)
    agentmail.spawn(function() print(create "later") end)
    assert(loop:loop())
    print "ended"
  ]], "task1@agentmail.to", "task4@agentmail.to", "ticks\ttrue\nlater@agentmail.to\nended\n$")

  check("lets other coroutines run during a call made directly in one", [[
    local order = {}
    loop:wrap(function()
      order[1] = create "direct"
      agentmail.sleep(0.01)
      local done, problem = pcall(agentmail.within, 0.01, agentmail.sleep, 60)
      print(done, problem)
    end)
    loop:wrap(function()
      cqueues.sleep(0.01)
      print(#order)
      -- in a coroutine within, it blocks
      print(coroutine.wrap(function() return create "within" end)())
    end)
    assert(loop:loop())
    print(order[1])
  ]], "^0\nwithin@agentmail.to\nfalse\t[^\n]*agentmail.within is over\ndirect@agentmail.to\n$")

  check("gives the errors of tasks to the loop, and goes on", [[
    agentmail.spawn(function() error("first", 0) end)
    local late = agentmail.spawn(function() return create "late" end)
    local done, problem = loop:loop()
    print(done, problem)
    assert(loop:loop())
    print(late.state, late:join())
  ]], "^false\tfirst\nstack traceback:.*\ndone\tlate@agentmail.to\n$")

  check("attaches to the controller that runs, else it must be named", [[
    print(pcall(attach))
    local other = cqueues.new()
    other:wrap(function()
      attach()
      agentmail.spawn(function() print(create "inside") end)
    end)
    loop:wrap(function() assert(other:loop()) end)
    assert(other:loop())
  ]], "^false\t[^\n]*attach to a controller of cqueues\ninside@agentmail.to\n")
end)
