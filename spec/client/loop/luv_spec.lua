-- SPDX-License-Identifier: MIT
-- agentmail.loop.luv with the real luv.

local programs = require "spec.support.loop_programs"

describe("agentmail.loop.luv", function()
  local why = programs.missing "luv"

  local function check(what, program, ...)
    local patterns = { ... }
    it(what, function()
      if why then return pending(why) end
      local output = programs.run([[
        local uv = require "luv"
        local attach = require "agentmail.loop.luv".attach
        attach()
        attach() -- once is enough
      ]] .. program)
      for _, pattern in ipairs(patterns) do assert.matches(pattern, output) end
    end)
  end

  check("runs many calls at once beside the host's timers, and lets the loop end", [[
    uv.run()
    local ticks, timer = 0, uv.new_timer()
    timer:start(10, 10, function() ticks = ticks + 1 end)
    local left = 4
    for i = 1, 4 do
      agentmail.spawn(function()
        print(create("luv" .. i))
        left = left - 1
        if left == 0 then timer:stop() end
      end)
    end
    uv.run()
    print("ticks", ticks >= 8)
    agentmail.spawn(function() print(create "later") end)
    uv.run()
    print "ended"
  ]], "luv1@agentmail.to", "luv4@agentmail.to", "ticks\ttrue\nlater@agentmail.to\nended\n$")

  check("gives the errors of tasks to on_error, or to luv", [[
    agentmail.on_error = function(task, message) print(task, message) end
    agentmail.spawn(function() error("first", 0) end)
    uv.run()
    agentmail.on_error = false
    agentmail.spawn(function() error("second", 0) end)
    uv.run()
    print "not here"
  ]], "^agentmail.Task %(failed%)\tfirst\n", "Uncaught Error[^\n]*second")

  check("ends the loop after a blocking run in a callback, during which tasks end", [[
    agentmail.spawn(agentmail.sleep, 0.05)
    local timer = uv.new_timer()
    timer:start(10, 0, function()
      print(agentmail.run(function()
        agentmail.sleep(0.1)
        return create "run"
      end))
    end)
    uv.run()
    print "ended"
  ]], "^run@agentmail.to\nended\n$")

  check("wakes the loop by a task that a callback spawns", [[
    local timer = uv.new_timer()
    timer:start(10, 0, function()
      agentmail.spawn(function()
        agentmail.sleep(0.01)
        print(create "spawned")
      end)
    end)
    uv.run()
  ]], "^spawned@agentmail.to\n$")
end)
