-- SPDX-License-Identifier: MIT
-- What a fault makes the client see: kind → function from the rule's `do`, the real answer and
-- the rule's name to what the listener is told: status, body, headers, effect.

local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"

local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html" }
local HANG_SECONDS = 300
local STEP = 16

-- A rule's `seconds`, which may be written "5m".
local function seconds(rule, otherwise)
  return rule.seconds and clock.duration(rule.seconds) / 1000 or otherwise
end

local effects = {}

function effects.reset() return nil, nil, nil, { kill = "reset" } end

--- What a request meets that came in all the same, see outage.lua.
effects.refuse = effects.reset

function effects.close() return nil, nil, nil, { kill = "close" } end

--- Says nothing for `seconds`, then closes.
function effects.hang(rule)
  return nil, nil, nil, { kill = "close", delay = seconds(rule, HANG_SECONDS) }
end

--- The real answer, late.
function effects.delay(rule, status, body, headers)
  return status, body, headers, { delay = seconds(rule, 1) }
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

--- The body trickles, so that it takes `seconds` in all.
function effects.drip(rule, status, body, headers)
  local step = math.max(1, rule.step or STEP)
  local pauses = math.max(1, (#(body or "") + step - 1) // step - 1)
  return status, body, headers, { step = step, pause = seconds(rule, 1) / pauses }
end

--- `keep` bytes of the body (half of it); nothing for `seconds`; the end.
function effects.stall(rule, status, body, headers)
  body = body or ""
  local keep = math.min(rule.keep or #body // 2, math.max(#body - 1, 0))
  return status, body, headers, { keep = keep, hold = seconds(rule, HANG_SECONDS),
                                  kill = rule.kill or "close" }
end

--- Half of the body in a chunk that is well, then one that is none.
function effects.bad_chunk(_, status, body, headers)
  body = body or ""
  local half = body:sub(1, #body // 2 + 1)
  return status, nil, nil, { raw = ("HTTP/1.1 %d OK\r\nContent-Type: %s\r\n"
    .. "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nzz\r\n"):format(status,
      headers and headers["Content-Type"] or "text/plain", #half, half) }
end

-- The place itself is the fault; the answer goes out as it is.
local function as_it_is(_, status, body, headers) return status, body, headers end

for _, kind in ipairs { "nothing", "taken", "lag", "lost_token", "delivered", "bounced",
                        "complained", "rejected" } do
  effects[kind] = as_it_is
end

return effects
