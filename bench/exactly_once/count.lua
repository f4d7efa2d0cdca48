-- SPDX-License-Identifier: MIT
-- Compares what a client said of its mails with the mails that left the sandbox.

local function copies_of(view)
  local copies = {}
  for _, mail in ipairs(view:sent()) do
    copies[mail.subject] = (copies[mail.subject] or 0) + 1
  end
  return copies
end

--- The mails are op-1 to op-`count`, by their subjects.
---@param view table    of the sandbox
---@param count integer
---@param said table[]  of each that said something: number of a mail -> "sent", "not_sent",
---                     "unknown" or nil
---@return table result  duplicates, lost, false_sent, false_failed, unknown, requests (a mail)
return function(view, count, said)
  local result = { duplicates = 0, lost = 0, false_sent = 0, false_failed = 0, unknown = 0 }
  local function add(name, is_so) result[name] = result[name] + (is_so and 1 or 0) end
  local copies = copies_of(view)
  for i = 1, count do
    local left, is_unknown = copies["op-" .. i] or 0, false
    for _, words in ipairs(said) do
      add("false_sent", words[i] == "sent" and left == 0)
      add("false_failed", words[i] == "not_sent" and left > 0)
      is_unknown = is_unknown or words[i] == "unknown"
    end
    add("unknown", is_unknown)
    add("lost", left == 0 and not is_unknown)
    result.duplicates = result.duplicates + math.max(0, left - 1)
  end
  result.requests = (#view:requests { limit = 1000000 } - 1) / count -- one made the inbox
  return result
end
