-- SPDX-License-Identifier: MIT
-- A service for the listener that answers with a body that satisfies every operation, and records
-- its requests. For wire_spec.lua.

local cjson = require "cjson"

return {
  open = function(answer)
    local seen = {}
    return {
      handle = function(request)
        seen[#seen + 1] = {
          method = request.method, target = request.target, body = request.body,
          headers = request.headers,
        }
        local body = request.target:find "/metrics/" and "{}" or answer
        return 200, body, { ["Content-Type"] = "application/json" }
      end,
      call = function()
        local text = cjson.encode(seen)
        seen = {}
        return text
      end,
      report = function(message) io.stderr:write(tostring(message), "\n") end,
    }
  end,
}
