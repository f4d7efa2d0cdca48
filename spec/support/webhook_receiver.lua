-- SPDX-License-Identifier: MIT
-- A service for the listener that receives webhooks: it stores them and answers as configured. For
-- webhooks_spec.lua.

local receiver = {}

function receiver.open()
  local seen, status, headers, silent = {}, 200, {}, false
  local actions = {}

  --- Answers with this status from now on and, if given, this header.
  function actions.answer(code, name, value)
    status, headers, silent = code, name and { [name] = value } or {}, false
  end

  --- Sends no answers from now on.
  function actions.hang() silent = true end

  function actions.forget() seen = {} end

  function actions.count() return #seen end

  --- A webhook received: target, body, svix-id, svix-timestamp, svix-signature, and a header.
  function actions.seen(i, name)
    local one = seen[i]
    return one.target, one.body, one.headers["svix-id"], one.headers["svix-timestamp"],
           one.headers["svix-signature"], one.headers[name or "content-type"]
  end

  return {
    handle = function(request)
      seen[#seen + 1] = request
      if silent then return nil, nil, nil, { kill = "close", delay = -1 } end
      return status, "", headers
    end,
    call = function(name, ...) return actions[name](...) end,
  }
end

return receiver
