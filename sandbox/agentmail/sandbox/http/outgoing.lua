-- SPDX-License-Identifier: MIT
-- The sandbox's own HTTP requests: webhooks, and attachments given by url. Each call is one request
-- through agentmail.core, concurrent with the service's own answers: it is unprotected, so it is
-- neither repeated nor redirected.

local core = require "agentmail.core"

-- Every call names its own URL. A base URL by https would refuse those by http.
local BASE_URL = "http://127.0.0.1"

--- A client for one purpose.
---@param options { seconds: number, bytes: integer, connections: integer }
local function new_client(app, purpose, options)
  return core.client {
    base_url = BASE_URL, proxy = "", user_agent = ("agentmail-sandbox-%s/%s"):format(purpose,
      app.version),
    limits = { attempts = 1, deadline = options.seconds,
               attempt_timeout = options.seconds, response_bytes = options.bytes,
               connections = options.connections },
  }
end

--- Starts a call. A flight that could not start has already ended.
---@return table flight
local function begin(client, method, url, body, options)
  options.anonymous = true
  local ok, call, problem = pcall(client.submit, client, method, url, "none", body, nil, options)
  if not ok then call, problem = nil, call end
  return { call = call, problem = not call and tostring(problem) or nil }
end

--- The result of a flight: { status, problem, … }; nil while it goes on. `read(result, call, body)`
--- may keep more of an answer.
---@return table? result
local function ended(flight, read)
  local call = flight.call
  if not call then return { problem = flight.problem } end
  local state = call:state()
  if state == "judging" then
    local status, body = call:answer()
    flight.result = { status = status }
    read(flight.result, call, body)
    state = call:judge("whole")
  end
  if state ~= "done" then return nil end
  local result = flight.result
  if not result then
    local advice = call:advice()
    result = { problem = advice.detail or advice.reason or "no answer" }
  end
  call:close()
  return result
end

return { client = new_client, begin = begin, ended = ended }
