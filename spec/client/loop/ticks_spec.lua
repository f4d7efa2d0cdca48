-- SPDX-License-Identifier: MIT
-- Tasks do not hold up what else a loop has to do: a timer of the host's ticks beside many calls
-- nearly as often as alone; and while nothing happens, the loop is not woken.

local programs = require "spec.support.loop_programs"

local LEAST, IN_FLIGHT = 0.8, 64

-- Each has ticks(goes_on): how often a timer of 10 ms ticks a second, until goes_on() is false.
local LOOPS = {
  luv = [[
    local uv = require "luv"
    require "agentmail.loop.luv".attach()
    local function loop(timer, tick)
      timer = uv.new_timer()
      timer:start(10, 10, function() if not tick() then timer:close() end end)
      uv.run()
    end
  ]],
  cqueues = [[
    local cqueues = require "cqueues"
    local controller = cqueues.new()
    require "agentmail.loop.cqueues".attach(controller)
    local function loop(_, tick)
      controller:wrap(function()
        local at = core.now()
        repeat
          at = math.max(at + 0.01, core.now())
          cqueues.sleep(math.max(0, at - core.now()))
        until not tick()
      end)
      assert(controller:loop())
    end
  ]],
  socket = [[
    local socket = require "socket"
    local descriptor = { getfd = agentmail.pollfd }
    agentmail.pollfd()
    local function loop(_, tick)
      local at, left = core.now() + 0.01, 0
      repeat
        local readable = socket.select({ descriptor }, nil, math.max(0, at - core.now()))
        if readable[1] then left = agentmail.step(0.005) end
        local is_over = false
        if core.now() >= at then
          at = math.max(at + 0.01, core.now())
          is_over = not tick()
        end
      until is_over and left == 0
    end
  ]],
}

local MEASURE = [[
  local function ticks(goes_on)
    local count, began = 0, core.now()
    local ended
    loop(nil, function()
      count, ended = count + 1, core.now()
      return goes_on()
    end)
    return count / (ended - began)
  end
  local till = core.now() + 0.6
  local alone = ticks(function() return core.now() < till end)
  local many = agentmail.new { limits = { connections = IN_FLIGHT } }
  local left = IN_FLIGHT
  for _ = 1, IN_FLIGHT do
    agentmail.spawn(function()
      assert(many.inboxes:list { limit = 1 })
      left = left - 1
    end)
  end
  print(ticks(function() return left > 0 end) / alone)
]]

describe("in a loop of", function()
  for name, loop in pairs(LOOPS) do
    it(name .. ", 64 calls let a timer of 10 ms tick #timing", function()
      local why = programs.missing(name)
      if why then return pending(why) end
      local program = 'local core = require "agentmail.core"\n' .. loop
        .. MEASURE:gsub("IN_FLIGHT", IN_FLIGHT)
      local ratio
      for _ = 1, 3 do -- chances
        ratio = tonumber(programs.run(program, 0.5))
        if ratio >= LEAST then break end
      end
      assert.is_true(ratio >= LEAST, "the part of the ticks that remains: " .. ratio)
    end)
  end

  -- AGENTMAIL_IDLE: for how many seconds.
  it("a host, nothing wakes it while all tasks sleep, beside idle connections", function()
    local output = programs.run([[
      local socket = require "socket"
      local core = require "agentmail.core"
      local descriptor = { getfd = agentmail.pollfd }
      agentmail.pollfd()
      for i = 1, 10 do
        agentmail.spawn(agentmail.sleep, 1000)
        agentmail.spawn(function() create("idle" .. i) end)
      end
      while agentmail.step() > 10 do socket.select({ descriptor }, nil, 1) end
      local began, wake_ups = core.now(), 0
      local seconds = tonumber(os.getenv "AGENTMAIL_IDLE" or 1)
      repeat
        if socket.select({ descriptor }, nil, began + seconds - core.now())[1] then
          wake_ups = wake_ups + 1
          agentmail.step()
        end
      until core.now() >= began + seconds
      print(wake_ups, agentmail.step())
      os.exit(true)
    ]])
    assert.equal("0\t10\n", output)
  end)
end)
