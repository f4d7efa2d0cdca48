-- SPDX-License-Identifier: MIT
-- What calls said of their outcome, beside what the sandbox has sent.

--- Raises where a mail was sent twice, or an outcome was not true. A mail's subject is its key.
---@param view table
---@param said { key: string, outcome: string? }[]
return function(view, said)
  local sent = {}
  for _, message in ipairs(view:sent {}) do
    sent[message.subject] = (sent[message.subject] or 0) + 1
  end
  for _, entry in ipairs(said) do
    local count = sent[entry.key] or 0
    assert(count <= 1, entry.key .. " was sent twice")
    if entry.outcome == "applied" then assert(count == 1, entry.key .. " was not sent") end
    if entry.outcome == "not_applied" then assert(count == 0, entry.key .. " was sent") end
  end
end
