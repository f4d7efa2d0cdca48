-- SPDX-License-Identifier: MIT
-- The failure of a call: a table of facts, and one sentence that a person can act on.

local held = require "agentmail.util.held"
local raise = require "agentmail.util.raise".raise
local look_for = held "agentmail.call.look_for"
local shown = held "agentmail.util.printable".shown

local format = string.format

---@class agentmail.Failure
---@field operation string        "inboxes.messages.send"
---@field protection string?      what makes a repeat of the operation harmless, or "none"
---@field outcome "applied"|"not_applied"|"unknown"  what is known about its effect
---@field code agentmail.Code|string  the service's code, or ours (timeout, network, closed, …)
---@field status integer?         the HTTP status of the last answer
---@field message string?         the service's words, or the transport's
---@field fix string?             the service's advice
---@field docs string?            a link to the service's explanation
---@field etag string?            of precondition_failed: the current etag, if it is known
---@field errors table?           the invalid fields: { path =, message = } each
---@field request_id string?      the service's id of the last attempt
---@field reason string?          why it was not tried again
---@field cause agentmail.Cause?  how the last attempt failed, if that is not why the call ended
---@field retryable boolean       failure:retry() may help, and does no harm
---@field not_before number?      seconds before which a retry cannot help
---@field attempts integer        how often the request was sent
---@field elapsed number          seconds
---@field idempotency_key string? the key that it was sent under
---@field client_id string?       when the library made it
---@field state agentmail.OutboxState?  with an outbox: the state in its record; nil: there is none
---@field pending boolean?        with an outbox: whether it can continue with the mail
---@field first agentmail.FirstMail?  of key_reused with an outbox: the mail that has the key
---@field response agentmail.Response?  of a call with the option raw
---@field dry boolean?            true: a dry run made it up, and nothing was sent
local methods = {}

---@class agentmail.Cause
---@field code string      the service's, or ours
---@field status integer?  the HTTP status
---@field message string?  the service's words

local mt = { __name = "agentmail.Failure", __index = methods }

-- failure → its sentence, and the function that performs the same request again. They are not
-- fields, so that a stored failure holds only facts.
local sentences = setmetatable({}, { __mode = "k" })
local repeats = setmetatable({}, { __mode = "k" })
local inboxes = setmetatable({}, { __mode = "k" }) -- of a send: the sending inbox
local unread = setmetatable({}, { __mode = "k" })  -- true: the core could not be asked

function mt.__tostring(failure)
  return sentences[failure]
end

---@class agentmail.Retry
---@field anyway boolean?  retry even a call that may have been done; it may then be done twice

--- Repeats the same call: same key, same bytes. Returns what the call itself returns. Raises when
--- the call may have been done and nothing protects it, unless `anyway` is set.
---@param how agentmail.Retry?
---@return any value, table|string receipt_or_message, agentmail.Failure? failure
function methods:retry(how)
  local again = repeats[self] or raise "only a failure of this library can be retried"
  if how ~= nil and (type(how) ~= "table" or next(how) ~= "anyway" or next(how, "anyway")) then
    raise "failure:retry() takes { anyway = true }, or nothing"
  end
  if self.protection == "none" and self.outcome ~= "not_applied" and not (how and how.anyway) then
    raise(format("%s: it %s, and nothing protects it against happening twice: look first, then "
      .. "failure:retry { anyway = true }", self.operation,
      self.outcome == "applied" and "was done" or "may have been done"))
  end
  return again()
end

local OUTCOMES = {
  applied = "the service did it, but its answer was lost",
  not_applied = "nothing was done",
  unknown = "it may have been done",
}

local function dotted(path)
  if type(path) ~= "table" then return tostring(path or "?") end
  local words = {}
  for i = 1, #path do words[i] = tostring(path[i]) end
  return table.concat(words, ".")
end

-- The invalid fields, when the service's message does not name them itself.
local function invalid_fields(errors, message)
  if type(errors) ~= "table" then return "" end
  local words = ""
  for i = 1, math.min(#errors, 3) do
    local item = errors[i]
    local what = type(item) == "table" and item.message and tostring(item.message)
    if what and not (message and message:find(what, 1, true)) then
      words = format("%s; %s %s", words, dotted(item.path), what)
    end
  end
  return words
end

-- A failure without a request, such as a webhook's, has no attempts to report.
local function attempts_in_words(failure)
  if not failure.protection then return "" end
  if unread[failure] then return "; it is not known whether it was sent" end
  if failure.attempts == 0 then
    if failure.protection == "safe" then return ", never sent" end
    return failure.outcome == "not_applied" and "; nothing was sent"
      or " by an earlier call, and this one was not sent"
  end
  if failure.attempts == 1 then return ", 1 attempt" end
  return format(", %d attempts", failure.attempts)
end

--- The service's advice, if it can be followed. It cannot if the call may have been done: the
--- service does not know that, and a repeat under a new key would do it twice.
---@param failure agentmail.Failure
---@return string?
local function fix_of(failure)
  return (failure.outcome == "not_applied" or failure.protection == "safe") and failure.fix or nil
end

local function advice(failure)
  local look = look_for.after(failure)
  if look then return look.advice end
  if failure.outcome ~= "not_applied" and failure.protection == "none" then
    return "Look before repeating it: nothing protects it against happening twice"
  end
  if failure.outcome == "applied" and failure.retryable then
    return "failure:retry() asks for its answer again, which cannot do it twice"
  end
  local fix = fix_of(failure)
  if fix then return fix end
  if failure.code == "unauthenticated" and (failure.message or ""):find("^no API key") then
    return "Set AGENTMAIL_API_KEY, or pass api_key to agentmail.new"
  end
  if failure.code == "closed" and failure.retryable then
    return "Another client can repeat it"
      .. (failure.idempotency_key and ", under the same key" or "")
  end
  if failure.outcome == "unknown" and failure.protection and not failure.retryable then
    return "Look first whether it was done"
      .. (failure.code == "precondition_failed" and ": read it and compare" or "")
  end
  if failure.outcome == "unknown" and failure.retryable then
    return failure.idempotency_key
      and "failure:retry() repeats it under the same key, which cannot do it twice"
      or "failure:retry() repeats it, which cannot do it twice"
  end
  if failure.code == "precondition_failed" and not failure.retryable then
    return "Read it again, and decide again what to change"
  end
  if failure.not_before then
    return format("failure:retry() in %.0f s or later", math.ceil(failure.not_before))
  end
  if failure.retryable then
    return "failure:retry() repeats it" .. (failure.protection == "safe" and "" or " safely")
  end
end

-- "HTTP 503, service_unavailable"
local function code_in_words(status, code)
  return status and format("HTTP %d, %s", status, code) or code
end

-- Why it failed: for a call that gave up waiting, the reason and the last attempt's failure.
local function why(failure)
  local cause = failure.cause
  if not cause then
    return format("%s%s (%s)", failure.message or failure.reason or failure.code,
                  invalid_fields(failure.errors, failure.message),
                  code_in_words(failure.status, failure.code))
  end
  return format("%s (%s); last cause: %s%s", failure.reason or failure.code, failure.code,
                code_in_words(cause.status, cause.code),
                cause.message and format(', "%s"', cause.message) or "")
end

--- What failed: the operation, and also its inbox when a key is in use or a draft is gone, as
--- another mail may be meant.
---@param failure agentmail.Failure
---@return string
local function name(failure)
  local inbox = inboxes[failure]
  if not inbox or failure.code ~= "conflict" and not look_for.after(failure) then
    return failure.operation
  end
  return format("%s in %s", failure.operation, inbox)
end

--- The sentence: what failed, why, what is known, and what to do.
---@param failure agentmail.Failure
---@return string
local function sentence(failure)
  local text = format("%s: %s", name(failure), why(failure))
  local protection = failure.protection -- a read, or no request, has no effect to report
  local is_told = failure.attempts == 0 and failure.outcome == "not_applied"
  local look = look_for.after(failure)
  if look then
    text = format("%s; %s; %s", text, look.cause, look.outcomes[failure.outcome])
  elseif protection and protection ~= "safe" and not is_told then
    text = text .. "; " .. OUTCOMES[failure.outcome]
  end
  -- The words of a look have said already that nothing was sent now.
  if not (look and is_told) then text = text .. attempts_in_words(failure) end
  local next_step = advice(failure)
  if next_step then text = text .. ". " .. next_step end
  return text
end

--- Lets failure:retry() repeat the whole operation that the failed request was a part of.
---@param failure agentmail.Failure
---@param again function
---@return nil, string, agentmail.Failure
local function of_more(failure, again)
  repeats[failure] = again
  return nil, sentences[failure], failure
end

--- Turns the facts about a call into `nil, message, failure`.
---@param facts table   becomes the failure; without `protection`, there is no request; `unread`:
---                      the core could not be asked, so `attempts` says nothing
---@param again function performs the same request
---@param inbox string? of a send: the sending inbox
---@return nil, string, agentmail.Failure
local function new(facts, again, inbox)
  facts.attempts, facts.elapsed = facts.attempts or 0, facts.elapsed or 0
  local failure = setmetatable(facts, mt)
  inboxes[failure] = inbox
  unread[failure], failure.unread = failure.unread, nil
  repeats[failure], sentences[failure] = again, (shown(sentence(failure)))
  return nil, sentences[failure], failure
end

--- Makes the sentence of a failure again, after its facts have changed.
---@param failure agentmail.Failure
local function reword(failure) sentences[failure] = (shown(sentence(failure))) end

--- True if the core could not be asked for the result of a request.
---@param failure agentmail.Failure
---@return boolean?
local function is_unread(failure) return unread[failure] end

return {
  new = new, of_more = of_more, methods = methods, name = name, fix_of = fix_of,
  is_unread = is_unread, reword = reword,
}
