-- SPDX-License-Identifier: MIT
-- What a fault makes the client see in place of the real answer, or of a part of it.

local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"

local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html" }
local HANG_SECONDS = 300
local STEP = 16

-- A rule's `seconds`, which may be written "5m".
local function seconds(does, otherwise)
  return does.seconds and clock.duration(does.seconds) / 1000 or otherwise
end

-- kind → function from the rule's `do`, the real answer and the rule's name to the arguments for
-- the listener: status, body, headers, effect.
local kinds = {}

function kinds.reset() return nil, nil, nil, { kill = "reset" } end

--- The effect on a request that arrived during an outage, see outage.lua.
kinds.refuse = kinds.reset

function kinds.close() return nil, nil, nil, { kill = "close" } end

--- Stays silent for `seconds`, then closes.
function kinds.hang(does)
  return nil, nil, nil, { kill = "close", delay = seconds(does, HANG_SECONDS) }
end

--- The real answer, late.
function kinds.delay(does, status, body, headers)
  return status, body, headers, { delay = seconds(does, 1) }
end

-- How many bytes of a body are sent, but never all: half if the rule does not say.
local function kept(does, body)
  return math.min(does.keep or #body // 2, math.max(#body - 1, 0))
end

--- Announces the whole body, sends `keep` bytes of it (half), and ends the connection.
function kinds.truncate(does, status, body, headers)
  body = body or ""
  return status, body, headers, { keep = kept(does, body), kill = does.kill or "close" }
end

function kinds.garbage(does)
  return nil, nil, nil, { raw = does.bytes or "\1\2\3 this is not HTTP\r\n\r\n" }
end

--- The right status with JSON that is not the promised object.
function kinds.wrong_shape(does, status)
  return status or 200, does.body or '{"unexpected":true}', JSON
end

--- A gateway's error page.
function kinds.html(does)
  return does.status or 502, "<html><body><h1>Bad gateway</h1></body></html>\n", HTML
end

local statuses = {
  ["401"] = { "UnauthorizedError", "unauthorized" },
  ["402"] = { "PaymentRequiredError", "payment_required" },
  ["403"] = { "ForbiddenError", "forbidden" },
  ["407"] = { "ProxyAuthenticationError", "proxy_authentication_required" },
  ["409"] = { "ConflictError", "race_condition" },
  ["429"] = { "RateLimitError", "rate_limit_exceeded" },
  ["500"] = { "InternalServerError", "internal_error" },
  ["502"] = { "BadGatewayError", "internal_error" },
  ["503"] = { "ServiceUnavailableError", "service_unavailable" },
  ["504"] = { "GatewayTimeoutError", "internal_error" },
}

for status, names in pairs(statuses) do
  kinds[status] = function(does, _, _, _, rule_name)
    local headers = JSON
    if does.retry_after then
      headers = { ["Content-Type"] = "application/json",
                  ["Retry-After"] = ("%d"):format(does.retry_after) }
    end
    return math.tointeger(tonumber(status)), json.encode {
      name = names[1], code = does.code or names[2], message = "Made by the sandbox's fault rule '"
        .. rule_name .. "'.",
    }, headers
  end
end

--- Sends the body slowly, over `seconds` in all.
function kinds.drip(does, status, body, headers)
  local step = math.max(1, does.step or STEP)
  local pauses = math.max(1, (#(body or "") + step - 1) // step - 1)
  return status, body, headers, { step = step, pause = seconds(does, 1) / pauses }
end

--- Sends `keep` bytes of the body (default: half), nothing for `seconds`, then ends the connection.
function kinds.stall(does, status, body, headers)
  body = body or ""
  return status, body, headers, { keep = kept(does, body), hold = seconds(does, HANG_SECONDS),
                                  kill = does.kill or "close" }
end

--- Sends half of the body in a valid chunk, then an invalid one.
function kinds.bad_chunk(_, status, body, headers)
  body = body or ""
  local half = body:sub(1, #body // 2 + 1)
  return status, nil, nil, { raw = ("HTTP/1.1 %d OK\r\nContent-Type: %s\r\n"
    .. "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nzz\r\n"):format(status,
      headers and headers["Content-Type"] or "text/plain", #half, half) }
end

-- The place itself is the fault; the answer is sent unchanged.
local function as_it_is(_, status, body, headers) return status, body, headers end

for _, kind in ipairs { "nothing", "taken", "lag", "lost_token", "delivered", "bounced",
                        "complained", "rejected" } do
  kinds[kind] = as_it_is
end

--- The arguments for the listener in place of an answer. Without one, the fault comes before it.
---@param does table     the rule's `do`
---@param status integer?
---@param body string?
---@param headers table?
---@param rule_name string
---@return integer? status, string? body, table? headers, table? effect
local function apply(does, status, body, headers, rule_name)
  return kinds[does.kind](does, status, body, headers, rule_name)
end

return { apply = apply }
