-- SPDX-License-Identifier: MIT
-- What a fault makes the client see: kind → function from the rule's `do`, the real answer and
-- the rule's name to what the listener is told: status, body, headers, effect.

local json = require "agentmail.sandbox.json"

local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html" }
local HANG_SECONDS = 300

local effects = {}

function effects.reset() return nil, nil, nil, { kill = "reset" } end

function effects.close() return nil, nil, nil, { kill = "close" } end

--- Says nothing for `seconds`, then closes.
function effects.hang(rule)
  return nil, nil, nil, { kill = "close", delay = rule.seconds or HANG_SECONDS }
end

--- The real answer, late.
function effects.delay(rule, status, body, headers)
  return status, body, headers, { delay = rule.seconds or 1 }
end

--- Announces the whole body, sends `keep` bytes of it (half), and ends the connection.
function effects.truncate(rule, status, body, headers)
  body = body or ""
  local keep = math.min(rule.keep or #body // 2, math.max(#body - 1, 0))
  return status, body, headers, { keep = keep, kill = rule.kill or "close" }
end

function effects.garbage(rule)
  return nil, nil, nil, { raw = rule.bytes or "\1\2\3 this is not HTTP\r\n\r\n" }
end

--- The right status with JSON that is not the promised object.
function effects.wrong_shape(rule, status)
  return status or 200, rule.body or '{"unexpected":true}', JSON
end

--- A gateway's error page.
function effects.html(rule)
  return rule.status or 502, "<html><body><h1>Bad gateway</h1></body></html>\n", HTML
end

local statuses = {
  ["401"] = { "UnauthorizedError", "unauthorized" },
  ["429"] = { "RateLimitError", "rate_limit_exceeded" },
  ["500"] = { "InternalServerError", "internal_error" },
  ["502"] = { "BadGatewayError", "internal_error" },
  ["503"] = { "ServiceUnavailableError", "service_unavailable" },
  ["504"] = { "GatewayTimeoutError", "internal_error" },
}

for status, names in pairs(statuses) do
  effects[status] = function(rule, _, _, _, rule_name)
    local headers = JSON
    if rule.retry_after then
      headers = { ["Content-Type"] = "application/json",
                  ["Retry-After"] = ("%d"):format(rule.retry_after) }
    end
    return math.tointeger(tonumber(status)), json.encode {
      name = names[1], code = rule.code or names[2], message = "Made by the sandbox's fault rule '"
        .. rule_name .. "'.",
    }, headers
  end
end

--- Nothing: the place itself is the fault (a forgotten key).
function effects.nothing(_, status, body, headers) return status, body, headers end

return effects
