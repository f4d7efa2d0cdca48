-- SPDX-License-Identifier: MIT
-- A service for the listener that echoes requests, or misbehaves. For listener_spec.lua.

local function text(value) return { ["Content-Type"] = "text/plain", ["X-Config"] = value } end

return {
  open = function(config, host)
    if config == "refuse" then error("this service does not open", 0) end
    if config == "nothing" then return nil end
    local waiting
    local problems = {}
    local acts = {
      ["/reset"] = function() return nil, nil, nil, { kill = "reset" } end,
      ["/close"] = function() return nil, nil, nil, { kill = "close" } end,
      ["/half"] = function()
        return 200, ("x"):rep(1000), nil, { kill = "close", keep = 100 }
      end,
      ["/nothing-of-it"] = function() return 200, ("x"):rep(1000), nil, { keep = 0 } end,
      ["/raw"] = function() return nil, nil, nil, { raw = "not\0http\r\n\r\n" } end,
      ["/late"] = function() return 200, "late", nil, { delay = 0.01 } end,
      ["/late-reset"] = function() return nil, nil, nil, { kill = "reset", delay = 0.01 } end,
      ["/never"] = function() return nil, nil, nil, { kill = "close", delay = -1 } end,
      ["/later"] = function(request)
        waiting = request.id
        return false
      end,
      ["/alarm"] = function(request)
        waiting = request.id
        host.alarm(0.01)
        return false
      end,
      ["/raises"] = function() error("on purpose") end,
      ["/no-status"] = function() return nil, "text" end,
      ["/bad-status"] = function() return 99, "text" end,
      ["/bad-header"] = function() return 200, "text", { ["X-Bad"] = "a\r\nb" } end,
      ["/bad-kill"] = function() return 200, "text", nil, { kill = "softly" } end,
      ["/drip"] = function() return 200, "0123456789", nil, { step = 3, pause = 0.001 } end,
      ["/stall"] = function()
        return 200, "0123456789", nil, { keep = 4, hold = 0.001, kill = "reset" }
      end,
      ["/stuck"] = function() return 200, "0123456789", nil, { keep = 4, hold = 1000 } end,
      ["/stream"] = function(request)
        waiting = request.id
        return 200, "first\n", nil, { stream = "idle\n" }
      end,
      ["/shut"] = function()
        host.gate(false)
        return 200, "shut"
      end,
      ["/control"] = function(request) return 200, tostring(request.control) end,
      ["/binary"] = function() return 200, "a\0b" end,
    }
    return {
      handle = function(request)
        local act = acts[request.target]
        if act then return act(request) end
        local headers = {}
        for name, value in pairs(request.headers) do
          headers[#headers + 1] = name .. "=" .. value
        end
        table.sort(headers)
        return 200, table.concat({
          request.method, request.target, #request.body, request.body:sub(1, 20),
          request.connection, request.number, tostring(request.too_large),
          table.concat(headers, ";"),
        }, "|"), text(config)
      end,
      call = function(what, ...)
        if what == "raise" then error("called on purpose", 0) end
        if what == "table" then return {} end
        if what == "answer" then return host.answer(waiting, 200, ...) end
        if what == "door" then return host.gate(...) end
        if what == "push" then return host.push(waiting, ...) end
        if what == "later" then
          waiting = host.later()
          host.alarm(0.001)
          return "not this"
        end
        if what == "later, then raise" then error("after " .. host.later() // 1 * 0, 0) end
        if what == "problems" then return table.concat(problems, "\n") end
        if what == "now" then return host.now() end
        return what, ...
      end,
      report = function(message) problems[#problems + 1] = message end,
      tick = function()
        if not host.answer(waiting, 200, "by the alarm") then host.finish(waiting, "late", 1) end
      end,
      close = function()
        if not config:find "^/" then return end
        local left = require "socket".bind("127.0.0.1", 0) -- its descriptor outlives the service
        local file = io.open(config, "w")
        file:write(left:getfd())
        file:close()
        left:setfd(-1)
      end,
    }
  end,
}
