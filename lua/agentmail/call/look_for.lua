-- SPDX-License-Identifier: MIT
-- Words for the failures after which the mail may be there all the same, and has to be looked for.
-- The service's own advice, as to use a new key, would send a second one: it stays in failure.fix.

---@class agentmail.LookFor
---@field cause string
---@field outcomes table<string, string>  what is known, by failure.outcome
---@field advice string

local OUTCOMES = {
  not_applied = "this call sent nothing",
  unknown = "an earlier attempt may have sent this mail",
}

local WORDS = {
  key_reused = {
    cause = "the Idempotency-Key was used with other content, which may have been sent before",
    outcomes = OUTCOMES,
    advice = "Look for that mail (label, thread): if it is there, label and go on",
  },
  draft_gone = {
    cause = "no such draft here: sent, deleted, or never existed",
    outcomes = OUTCOMES,
    advice = "Look for the mail (label, thread), then check inbox and id",
  },
}

--- The words for a failure that asks to look for a mail; nil for any other.
---@param failure agentmail.Failure
---@return agentmail.LookFor?
local function after(failure)
  local words = WORDS[failure.code]
  return words and words.outcomes[failure.outcome] and words or nil
end

return { after = after }
