-- SPDX-License-Identifier: MIT
-- What the text of a failure must and must not say, by its facts.

-- Texts, and whether the facts allow them. They are plain text, and the library's own: the messages
-- of service and transport are removed first.
local ALLOWED = {
  { "nothing was done", function(f) return f.outcome == "not_applied" end },
  { "nothing was sent", function(f) return f.outcome == "not_applied" and f.attempts == 0 end },
  { "this call sent nothing", function(f) return f.outcome == "not_applied" end },
  { "never sent", function(f) return f.outcome == "not_applied" and f.attempts == 0 end },
  { "this one was not sent", function(f)
    return f.outcome ~= "not_applied" and f.attempts == 0
  end },
  { "this one did not", function(f) return f.outcome ~= "not_applied" and f.attempts == 0 end },
  { "may have been done", function(f) return f.outcome == "unknown" end },
  { "may have sent this mail", function(f) return f.outcome == "unknown" end },
  { "the service did it", function(f) return f.outcome == "applied" end },
  { "nothing to repeat", function(f) return f.outcome == "applied" and not f.retryable end },
  { "failure:retry()", function(f) return f.retryable end },
  { "can repeat it", function(f) return f.retryable end },
  { "cannot do it twice", function(f) return f.protection ~= "none" end },
  { "repeats it safely", function(f)
    return f.protection ~= "none" or f.outcome == "not_applied"
  end },
  { "under the same key", function(f) return f.idempotency_key end },
  { "under the same protection", function(f) return f.protection ~= "none" end },
  { "look before repeating it", function(f)
    return f.protection == "none" and f.outcome ~= "not_applied"
  end },
  { "do not repeat it blindly", function(f)
    return f.protection == "none" and f.outcome ~= "not_applied"
  end },
  { "will not help", function(f) return not f.retryable end },
  { "new key", function() return false end },
  { "another key", function() return false end },
}

-- The text for a request that may change something must contain one of these.
local KNOWN = {
  not_applied = { "nothing was done", "nothing was sent", "this call sent nothing" },
  unknown = { "may have been done", "may have sent this mail" },
  applied = { "the service did it" },
}

local function without(text, quoted)
  if not quoted or quoted == "" then return text end
  local from, to = text:find(quoted:lower(), 1, true)
  return from and text:sub(1, from - 1) .. text:sub(to + 1) or text
end

-- The problem with a text about a failure; nil: none.
local function contradiction(failure, text)
  local said = text:lower()
  for _, quoted in ipairs { failure.message or false, failure.fix or false } do
    said = without(said, quoted)
  end
  for _, rule in ipairs(ALLOWED) do
    if said:find(rule[1], 1, true) and not rule[2](failure) then return rule[1] end
  end
  if not failure.protection or failure.protection == "safe" then return nil end
  for _, words in ipairs(KNOWN[failure.outcome]) do
    if said:find(words, 1, true) then return nil end
  end
  return "no word of its outcome"
end

return { contradiction = contradiction }
