-- SPDX-License-Identifier: MIT
-- What is measured: by name, a function that performs `count` requests through the public API (64
-- in flight: through the functions under it, which more than one call at a time needs). `decode`
-- is lua-cjson alone, of the answers that are pages.
--   local requests = dofile "bench/requests.lua" (client)
local cjson = require "cjson"
local collection = require "agentmail.object.collection"
local core = require "agentmail.core"
local payload = dofile "bench/payload.lua"

local FLIGHT = 64

local inbox_id = payload.inbox_id

local function repeated(one)
  return function(count) for _ = 1, count do one() end end
end

-- Walks through the pages. Of one page again and again, lua-cjson alone would find most strings
-- made already.
local function walked(make, one)
  local made = {}
  return function(count)
    for i = #made + 1, payload.PAGES do made[i] = make(i) end
    for i = 1, count do one(made[i % payload.PAGES + 1]) end
  end
end

-- Keeps 64 requests in flight until `count` are done.
local function flight(scope, count)
  local plan, calls, done = collection.plan_of "inboxes.get".encoder, {}, 0
  local function begin() calls[#calls + 1] = assert(plan:begin(scope, inbox_id)) end
  for _ = 1, math.min(FLIGHT, count) do begin() end
  while done < count do
    local call = core.next()
    if not call then
      core.rest()
    elseif call:attend() then
      done = done + 1
      assert(assert(call:finish()).inbox_id == inbox_id)
      if #calls < count then begin() end
    end
  end
end

return function(client)
  local inboxes, messages = client.inboxes, client:inbox(inbox_id).messages
  local message = payload.message
  local own = { idempotency_key = "bench-1" }
  for name, value in pairs(message) do own[name] = value end
  local options = { deadline = 60, attempts = 5, backoff_cap = 10 }
  return {
    get = repeated(function() return assert(inboxes:get(inbox_id)).inbox_id end),
    send = repeated(function() return assert(messages:send(message)).message_id end),
    keyed = repeated(function() return assert(messages:send(own, options)).message_id end),
    page = walked(function(i) return { limit = 100, page_token = tostring(i) } end,
      function(given) assert(#assert(messages:list(given)) == 100) end),
    decode = walked(payload.page, cjson.decode),
    flight = function(count) return flight(inboxes.scope, count) end,
  }
end
