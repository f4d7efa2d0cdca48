-- SPDX-License-Identifier: MIT
-- Cuts an answer at any byte, and checks the client's result against the server's counts.
--
-- AGENTMAIL_CUTS: the total number of calls, or "all": every byte, on a fresh and on a reused
-- connection, once and always, closed and reset. AGENTMAIL_SEED makes a run repeatable.

local raw = require "spec.support.raw_answers"

local cuts = {}

local loaded = os.getenv "LD_PRELOAD" or ""
local SLOW = loaded:find "asan" or loaded:find "valgrind"

local WANTED = os.getenv "AGENTMAIL_CUTS"
cuts.seed = tonumber(os.getenv "AGENTMAIL_SEED") or os.time()
cuts.calls = 0

local WARM = { to = "^GET /warm ?$", bytes = raw.json(200, "{}") }

-- A generator from the seed and a name, so that the order of tests does not matter.
local function generator(name)
  local state = cuts.seed
  for i = 1, #name do state = (state * 31 + name:byte(i)) & 0x7FFFFFFF end
  return function(bound)
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return (state >> 8) % bound
  end
end

---@class spec.Cut
---@field at integer       the number of bytes sent
---@field finish "close"|"reset"|"stall"
---@field reused boolean   on a reused connection
---@field always boolean   each time, not only the first

-- Likely places of bugs: the ends of the status line, a header line, the header block, the body.
local function edges(bytes)
  local line = bytes:find("\r\n", 1, true)
  local head = bytes:find("\r\n\r\n", 1, true)
  return { 0, line - 1, line + 1, head - 1, head + 1, head + 3, #bytes - 1, #bytes }
end

local function all_cuts(bytes)
  local list = {}
  for at = 0, #bytes do
    for bits = 0, 7 do
      list[#list + 1] = { at = at, finish = bits & 1 == 0 and "close" or "reset",
                          reused = bits & 2 ~= 0, always = bits & 4 ~= 0 }
    end
  end
  return list
end

local function some_cuts(bytes, name, count)
  local random, list, sharp = generator(name), {}, edges(bytes)
  local first = random(#sharp)
  for i = 1, count do
    local bits = random(8)
    local at = i % 3 == 0 and random(#bytes + 1) or sharp[(first + i) % #sharp + 1]
    list[i] = { at = at, finish = bits & 1 == 0 and "close" or "reset", reused = bits & 2 ~= 0,
                always = bits & 4 ~= 0 }
  end
  return list
end

--- The cuts of one answer in this run. `share`: its share of the calls.
---@return spec.Cut[]
function cuts.of(bytes, name, share)
  if WANTED == "all" then return all_cuts(bytes) end
  local calls = tonumber(WANTED) or SLOW and 200 or 1200
  return some_cuts(bytes, name, math.max(1, math.ceil(calls * share)))
end

---@class spec.CutCase
---@field effect "read"|"idempotent"|"keyed"|"none"
---@field bytes string       the answer that is cut
---@field by_close boolean?  it ends with its connection
---@field before table[]?    earlier answers
---@field pattern string?    of "METHOD target" of the requests that it answers
---@field executed boolean?  false: with this answer, the request was not done
---@field whole_at integer?  complete from here on; default: only at its end
---@field empty_at integer?  also here: the connection ends it, and an empty body may be an answer
---@field never boolean?     not even all of it is an answer
---@field run fun(client): any, table|string, table?
---@field right fun(value): any  whether a value is right
---@field after fun(value): string?  the problem with what is left behind

local function script_of(case, cut)
  local list = { WARM }
  for _, answer in ipairs(case.before or {}) do list[#list + 1] = answer end
  local function add(at, finish)
    list[#list + 1] = { bytes = case.bytes, cut = at, finish = finish, to = case.pattern,
                        executed = case.executed }
  end
  add(cut.at, cut.finish)
  if not cut.always then add(nil, case.by_close and "close" or "keep") end
  return list
end

local function is_whole(case, cut)
  return not case.never and (cut.at >= (case.whole_at or #case.bytes) or cut.at == case.empty_at)
end

-- The server's facts: how often it did it, the keys, whether a complete answer was sent.
local function facts_of(server, case, cut)
  local facts = { executed = 0, asked = 0, keys = {}, key_count = 0,
                  answered = is_whole(case, cut) }
  local last = 2 + #(case.before or {}) + (cut.always and 0 or 1)
  for _, request in ipairs(server:log()) do
    if request.target ~= "/warm" then
      facts.asked = facts.asked + 1
      if request.executed then facts.executed = facts.executed + 1 end
      local key = request.key or "none"
      if not facts.keys[key] then facts.key_count = facts.key_count + 1 end
      facts.keys[key] = true
      if not cut.always and not case.never and request.answer == last then facts.answered = true end
    end
  end
  return facts
end

local function judge_success(case, cut, facts, value, receipt)
  if not facts.answered then return "success, and no whole answer was given" end
  local is_nothing = value == true and cut.at == case.empty_at
  if not is_nothing and not case.right(value) then return "success with a wrong value" end
  if receipt.outcome ~= "applied" then return "success, outcome " .. tostring(receipt.outcome) end
  if case.effect ~= "read" and facts.executed == 0 then return "applied, and nothing was done" end
end

local function judge_failure(case, cut, facts, message, failure)
  if type(message) ~= "string" or type(failure) ~= "table" then
    return "neither a value nor nil, message, failure"
  end
  if failure.code == "deferred" then return "deferred: " .. message end
  if case.effect ~= "read" then
    if failure.outcome == "applied" then return "a failure that is applied: " .. message end
    if failure.outcome == "not_applied" and facts.executed > 0 then
      return "not_applied, and it was done: " .. message
    end
  end
  local is_hopeless = cut.always or case.never or case.executed == false or cut.finish == "stall"
  if not is_hopeless and case.effect ~= "none" then
    return "gave up after one cut answer: " .. message
  end
end

local function judge(case, cut, server, results)
  if not results[1] then return "raised: " .. tostring(results[2]) end
  local value, receipt, failure = results[2], results[3], results[4]
  local facts = facts_of(server, case, cut)
  if case.effect == "none" and facts.asked > 1 then
    return "the unprotected was sent " .. facts.asked .. " times"
  end
  if case.effect == "keyed" and (facts.key_count > 1 or facts.keys.none) then
    return "sent under " .. facts.key_count .. " keys"
  end
  local problem
  if value ~= nil then
    problem = judge_success(case, cut, facts, value, receipt)
  else
    problem = judge_failure(case, cut, facts, receipt, failure)
  end
  return problem or case.after and case.after(value)
end

local function words_of(case, cut)
  return ("cut after %d of %d bytes, %s, %s, %s"):format(cut.at, #case.bytes, cut.finish,
    cut.reused and "reused" or "fresh", cut.always and "always" or "once")
end

--- Plays the cuts of a case; returns the problems, in words, or "".
---@param server spec.RawServer
---@param case spec.CutCase
---@param list spec.Cut[]
---@return string
function cuts.play(server, case, list)
  local problems, wrong = {}, 0
  for _, cut in ipairs(list) do
    server:script(script_of(case, cut))
    local client <close> = server:client { attempts = 5 }
    if cut.reused then assert(client:request { path = "/warm" }) end
    cuts.calls = cuts.calls + 1
    local problem = judge(case, cut, server, table.pack(pcall(case.run, client)))
    if problem then
      wrong = wrong + 1
      if wrong <= 6 then problems[wrong] = words_of(case, cut) .. ": " .. problem end
    end
  end
  if wrong == 0 then return "" end
  return ("%d of %d wrong (AGENTMAIL_SEED=%d)\n  %s"):format(wrong, #list, cuts.seed,
    table.concat(problems, "\n  "))
end

return cuts
