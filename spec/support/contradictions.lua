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
  { "look first whether it was done", function(f) return f.outcome ~= "not_applied" end },
  { "not known whether it was sent", function(f) return f.attempts == 0 end },
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

-- One of these must be advised where it may have been done: a repeat that cannot do it twice, or to
-- look.
local ADVISED = {
  [true] = { "failure:retry()", "can repeat it", "look for" },
  [false] = { "look", "check whether" },
}

local function has_one(text, list)
  for _, words in ipairs(list) do
    if text:find(words, 1, true) then return true end
  end
  return false
end

-- Whether the service's own advice can be followed: it knows of no earlier attempt.
local function may_advise(failure)
  return failure.outcome == "not_applied" or failure.protection == "safe"
end

local function without(text, quoted)
  if not quoted or quoted == "" then return text end
  local from, to = text:find(quoted:lower(), 1, true)
  return from and text:sub(1, from - 1) .. text:sub(to + 1) or text
end

-- The problem with a text about a failure; nil: none.
local function contradiction(failure, text)
  local said = text:lower()
  said = without(said, failure.message)
  if failure.fix and not may_advise(failure) and said:find(failure.fix:lower(), 1, true) then
    return "the service's advice, in doubt"
  end
  said = without(said, failure.fix)
  for _, rule in ipairs(ALLOWED) do
    if said:find(rule[1], 1, true) and not rule[2](failure) then return rule[1] end
  end
  if not failure.protection or failure.protection == "safe" then return nil end
  if not has_one(said, KNOWN[failure.outcome]) then return "no word of its outcome" end
  if failure.outcome == "unknown" and not has_one(said, ADVISED[failure.retryable]) then
    return "no advice what to do in doubt"
  end
  return nil
end

return { contradiction = contradiction }
