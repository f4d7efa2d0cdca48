-- SPDX-License-Identifier: MIT
-- Explains a failure in a paragraph: what was tried, what is known, and what to do next.

local failures = require "agentmail.call.failure"
local look_for = require "agentmail.call.look_for"
local raise = require "agentmail.util.raise".raise
local shown = require "agentmail.util.printable".shown

local format = string.format

local function tried(failure)
  if failures.is_unread(failure) then return "It is not known whether it was sent." end
  if failure.attempts == 0 then
    return failure.outcome == "not_applied" and "It was never sent."
      or "An earlier call sent it, and this one did not."
  end
  local under = failure.idempotency_key
    and format(", each time under the Idempotency-Key %s", failure.idempotency_key)
    or failure.client_id and format(", each time with the client_id %s", failure.client_id) or ""
  if failure.attempts == 1 then under = under:gsub("each time ", "") end
  return format("It was sent %s in %.1f s%s.",
    failure.attempts == 1 and "once" or failure.attempts .. " times", failure.elapsed, under)
end

local KNOWN = {
  applied = "The service did it, but its answer is lost.",
  not_applied = "Nothing was done: either it never reached the service, or the service refused it.",
  unknown = "It may have been done: it was sent, and no answer proves what happened to it.",
}

local function known(failure)
  if failure.outcome == "unknown" and failures.is_unread(failure) then
    return "It may have been done."
  end
  return KNOWN[failure.outcome]
end

-- The failure of the last attempt, when the call ended for another reason.
local function last_cause(failure)
  local cause = failure.cause
  if not cause then return "" end
  return format("; the last attempt ended with %s%s",
                cause.status and format("HTTP %d, ", cause.status) or "", cause.code)
end

local function sentence_of(words)
  return words:sub(1, 1):upper() .. words:sub(2) .. "."
end

local function next_step(failure)
  if failure.outcome ~= "not_applied" and failure.protection == "none" then
    return "Do not repeat it blindly, as nothing protects it against happening twice: "
      .. "first check whether it was done."
  end
  if failure.code == "closed" and failure.retryable then
    return "Another client can repeat it"
      .. (failure.idempotency_key and ", under the same key." or ".")
  end
  if failure.not_before and failure.retryable then
    return format("Repeat it with failure:retry() in %d s or later.",
                  math.ceil(failure.not_before))
  end
  if failure.outcome == "unknown" and failure.retryable then
    return "Repeat it with failure:retry(): the same bytes under the same protection, "
      .. "which cannot do it twice."
  end
  if failure.outcome == "applied" then
    return failure.retryable and "Ask for its answer again with failure:retry(), which cannot do "
      .. "it twice." or "There is nothing to repeat."
  end
  if failure.retryable then return "It can be repeated with failure:retry()." end
  if failure.code == "precondition_failed" then
    return failure.outcome == "unknown"
      and "Look first whether it was done: read it and compare. Repeating it will not help."
      or "Read it again, and decide again what to change: repeating it will not help."
  end
  if failure.outcome == "unknown" then
    return "Look first whether it was done: repeating it unchanged will not help."
  end
  local fix = failures.fix_of(failure)
  return fix and "What the service advises: " .. fix
    or "Repeating it unchanged will not help: fix the cause first."
end

-- What the record of a client with an outbox says.
local function on_record(failure)
  if not failure.state or failure.first then return nil end
  if failure.pending then
    return format("The outbox has it as %s: client.outbox:resume() continues with it.",
                  failure.state)
  end
  if failure.state == "unknown" then
    return "The outbox has it as unknown: a person looks, then tells it with row:resolve()."
  end
  return format("The outbox has it as %s.", failure.state)
end

--- Explains a failure.
---@param failure agentmail.Failure
---@return string
local function explain(failure)
  if type(failure) ~= "table" or not failure.outcome then
    raise("agentmail.explain takes the failure that a call returned, not a " .. type(failure))
  end
  local status = failure.status and format("HTTP %d, ", failure.status) or ""
  local said = failure.message and ": " .. failure.message:gsub("%.$", "") or ""
  local sentences = {
    format("%s failed%s (%s%s).", failures.name(failure), said, status, failure.code),
  }
  if not failure.protection then -- there was no request: nothing was done, nothing can be repeated
    if failure.fix then sentences[2] = failure.fix .. "." end
    return (shown(table.concat(sentences, " ")))
  end
  sentences[2] = tried(failure)
  if failure.reason then
    sentences[#sentences + 1] = format("Why it ended: %s%s.", failure.reason, last_cause(failure))
  end
  local look = look_for.after(failure)
  if look then
    sentences[#sentences + 1] = sentence_of(look.cause)
    sentences[#sentences + 1] = sentence_of(look.outcomes[failure.outcome])
    sentences[#sentences + 1] = sentence_of(look.advice)
  else
    sentences[#sentences + 1] = known(failure)
    sentences[#sentences + 1] = next_step(failure)
  end
  sentences[#sentences + 1] = on_record(failure)
  return (shown(table.concat(sentences, " ")))
end

return { explain = explain }
