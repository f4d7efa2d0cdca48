-- SPDX-License-Identifier: MIT
-- Texts for failures after which the mail, or another object that a key stands for, may exist all
-- the same, so that the caller must look for it. The service's own advice, such as to use a new
-- key, would send the mail twice: it stays in failure.fix.

---@class agentmail.LookFor
---@field cause string
---@field outcomes table<string, string>  the known facts, by failure.outcome
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

--- The same for a key that does not stand for a mail, by the protection of the call.
local DONE = { not_applied = "nothing was done", unknown = "it may have been done" }
local KEYS = {
  client_id = {
    cause = "the client_id was used with other content before", outcomes = DONE,
    advice = "Look for what was made under that client_id",
  },
  idempotent = {
    cause = "the Idempotency-Key was used for another deletion before", outcomes = DONE,
    advice = "Look for that event; a delete needs no key",
  },
}

--- The texts for a failure after which something must be looked for; nil for any other.
---@param failure agentmail.Failure
---@return agentmail.LookFor?
local function after(failure)
  local words = failure.code == "key_reused" and KEYS[failure.protection] or WORDS[failure.code]
  return words and words.outcomes[failure.outcome] and words or nil
end

return { after = after }
