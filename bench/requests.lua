-- SPDX-License-Identifier: MIT
-- What is measured: by name, a function that performs `count` requests through the public API (64
-- in flight: through the functions under it, which more than one call at a time needs). `decode`
-- is lua-cjson alone, of the page's answer.
--   local requests = dofile "bench/requests.lua" (client)
local call = require "agentmail.call.call"
local cjson = require "cjson"
local collection = require "agentmail.object.collection"
local core = require "agentmail.core"
local payload = dofile "bench/payload.lua"
local request = require "agentmail.call.request"

local FLIGHT = 64

local inbox_id = payload.inbox_id

local function repeated(one)
  return function(count) for _ = 1, count do one() end end
end

-- Keeps 64 requests in flight until `count` are done.
local function flight(scope, count)
  local plan, left, open, handles = collection.plan_of "inboxes.get", count, {}, {}
  local function submit(i)
    left = left - 1
    open[i] = assert(request.build(plan, scope, inbox_id))
    handles[i] = assert(call.submit(open[i]))
  end
  for i = 1, math.min(FLIGHT, count) do submit(i) end
  local values, said = {}, {}
  while #handles > 0 do
    local i, state, status, body = core.wait_any(handles)
    if i then
      local done, value, problem = call.attend(open[i], handles[i], state, status, body)
      if not done then
        values[i], said[i] = value, problem
      else
        local inbox = assert(call.conclude(open[i], handles[i], values[i], said[i]))
        assert(inbox.inbox_id == inbox_id)
        handles[i]:close()
        if left > 0 then
          submit(i)
        else
          for _, list in ipairs { open, handles, values, said } do
            list[i] = list[#handles]
          end
          open[#handles], values[#handles], said[#handles] = nil, nil, nil
          handles[#handles] = nil
        end
      end
    end
  end
end

return function(client)
  local inboxes, messages = client.inboxes, client:inbox(inbox_id).messages
  local message = payload.message
  local own = { idempotency_key = "bench-1" }
  for name, value in pairs(message) do own[name] = value end
  local answer = payload.page()
  local options = { deadline = 60, attempts = 5, backoff_cap = 10 }
  return {
    get = repeated(function() return assert(inboxes:get(inbox_id)).inbox_id end),
    send = repeated(function() return assert(messages:send(message)).message_id end),
    keyed = repeated(function() return assert(messages:send(own, options)).message_id end),
    page = repeated(function() assert(#assert(messages:list { limit = 100 }) == 100) end),
    decode = repeated(function() return cjson.decode(answer) end),
    flight = function(count) return flight(inboxes.scope, count) end,
  }
end
