-- SPDX-License-Identifier: MIT
-- Calls through random faults, each repeated by failure:retry() until it succeeds or gives up, and
-- then judged as one call by the sandbox's contents: at most one copy; applied: one; not applied:
-- none.
--
-- AGENTMAIL_RETRIES: the number of retries. AGENTMAIL_SEED makes a run repeatable.

local helper = require "spec.support.helper"

local loaded = os.getenv "LD_PRELOAD" or ""
local SLOW = loaded:find "asan" or loaded:find "valgrind"
local RETRIES = tonumber(os.getenv "AGENTMAIL_RETRIES") or SLOW and 60 or 300
local SEED = tonumber(os.getenv "AGENTMAIL_SEED") or os.time()
local CHAINS = 40 -- of one organization
local MOST = 4    -- retries of one call

local function rule(name, at, what, probability, match)
  return { name = name, at = at, ["do"] = what, when = { probability = probability },
           match = match, ["until"] = { hits = 1000000000 } }
end

local SENDS, DELETES = { sends = true }, { method = "DELETE" }

local RULES = {
  rule("held", "reserved", { kind = "reset", busy = "0s" }, 0.05, SENDS),
  rule("taken", "reserved", "taken", 0.03, SENDS),
  rule("no such page", "before", { kind = "html", status = 404 }, 0.1, DELETES),
  rule("sign in", "before", { kind = "html", status = 200 }, 0.1, DELETES),
  rule("lost", "commit", "reset", 0.25),
  rule("half", "commit", "truncate", 0.05),
  rule("odd", "commit", "wrong_shape", 0.03),
  rule("gateway", "commit", "html", 0.08),
  rule("failed after", "commit", "500", 0.05),
  rule("away after", "commit", "503", 0.05),
  rule("noise after", "commit", "garbage", 0.03),
  rule("cut", "before", "reset", 0.08),
  rule("shut", "before", "close", 0.04),
  rule("noise", "before", "garbage", 0.03),
  rule("slow down", "before", "429", 0.05),
  rule("failed", "before", "500", 0.05),
  rule("away", "before", "503", 0.05),
  rule("gateway before", "before", "html", 0.05),
  rule("who", "before", "401", 0.03),
  rule("chunk", "body", "bad_chunk", 0.04),
}

-- Each kind of call: its preparation, the call, how often it was done, and whether its value is
-- right.
local KINDS = {}

local function send_with(options)
  return {
    run = function(world, name)
      local mail = { to = "x@example.com", subject = name, text = "t" }
      return world.inbox.messages:send(mail, options)
    end,
    copies = function(world, name) return world.sent[name] or 0 end,
    right = function(_, name, message, world)
      return world.id_of[message.message_id] == name
    end,
  }
end

KINDS.send = send_with()
KINDS.unprotected = send_with { idempotency_key = false }

KINDS.draft = {
  prepare = function(world, name)
    world.made[name] = assert(world.inbox.drafts:create { to = "x@example.com", subject = name,
                                                          text = "t" })
  end,
  run = function(world, name) return world.made[name]:send() end,
  copies = KINDS.send.copies,
  right = KINDS.send.right,
}

KINDS.inbox = {
  run = function(world, name) return world.client.inboxes:create { display_name = name } end,
  copies = function(world, name) return world.inboxes[name] or 0 end,
  right = function(_, name, inbox) return inbox.display_name == name end,
}

KINDS.domain = {
  run = function(world, name)
    return world.client.domains:create { domain = name .. ".example.com", feedback_enabled = true }
  end,
  copies = function(world, name) return world.domains[name .. ".example.com"] or 0 end,
  right = function(_, name, domain)
    return domain.domain == name .. ".example.com" and domain.feedback_enabled == true
  end,
}

-- It exists already, created differently by someone else: never ours.
KINDS.other_domain = {
  prepare = function(world, name)
    assert(world.client.domains:create { domain = name .. ".example.com",
                                         feedback_enabled = false })
  end,
  run = KINDS.domain.run,
  copies = function() return 0 end,
  right = function() return false end,
}

KINDS.delete = {
  prepare = function(world, name)
    world.made[name] = assert(world.client.inboxes:create { display_name = name })
  end,
  run = function(world, name) return world.client.inboxes:delete(world.made[name].inbox_id) end,
  copies = function(world, name) return world.inboxes[name] and 0 or 1 end,
  right = function(value) return value == true end,
}

KINDS.delete_by_door = {
  prepare = KINDS.delete.prepare,
  run = function(world, name)
    local id = world.made[name].inbox_id:gsub("@", "%%40")
    return world.client:request { method = "DELETE", path = "/v0/inboxes/" .. id }
  end,
  copies = KINDS.delete.copies,
  right = KINDS.delete.right,
}

local NAMES = {}
for name in pairs(KINDS) do NAMES[#NAMES + 1] = name end
table.sort(NAMES)

-- The number of copies of each object, read without faults.
local function look(world)
  world.sent, world.id_of, world.inboxes, world.domains = {}, {}, {}, {}
  for _, mail in ipairs(world.view:sent()) do
    world.sent[mail.subject] = (world.sent[mail.subject] or 0) + 1
    world.id_of[mail.message_id] = mail.subject
  end
  for inbox in world.client.inboxes:each { limit = 100 } do
    local name = inbox.display_name or ""
    world.inboxes[name] = (world.inboxes[name] or 0) + 1
  end
  for domain in world.client.domains:each { limit = 100 } do
    world.domains[domain.domain] = (world.domains[domain.domain] or 0) + 1
  end
end

-- The problem with the results of a chain, or nil.
local function judge(world, chain)
  local kind = KINDS[chain.kind]
  local copies = kind.copies(world, chain.name)
  if chain.raised then return "raised: " .. chain.raised end
  if copies > 1 then return copies .. " copies" end
  if chain.outcome == "applied" then
    if copies ~= 1 then return "applied, and it is not there" end
    if not kind.right(chain.value, chain.name, chain.value, world) then
      return "applied, and the value is another's: " .. tostring(chain.value)
    end
  elseif chain.outcome == "not_applied" then
    if copies ~= 0 then return "not_applied, and it is there" end
  elseif chain.outcome ~= "unknown" then
    return "outcome " .. tostring(chain.outcome)
  end
end

-- A call and its retries.
local function play(world, chain, random)
  local value, receipt, failure = KINDS[chain.kind].run(world, chain.name)
  chain.steps = {}
  while value == nil do
    chain.steps[#chain.steps + 1] = failure.code .. "/" .. failure.outcome
    local stops = failure.protection == "none" and failure.outcome == "unknown"
    if stops or chain.retries == MOST or not failure.retryable and random(3) == 1 then break end
    chain.retries = chain.retries + 1
    value, receipt, failure = failure:retry()
  end
  chain.value, chain.outcome = value, (value ~= nil and receipt or failure).outcome
  chain.steps[#chain.steps + 1] = chain.outcome
end

describe("failure:retry() through random faults", function()
  -- A few chains in a new organization; the number of retries, and the problems.
  local function batch(number, random)
    local client <close>, _, view = helper.client { limits = {
      attempts = random(2), backoff_base = 0.001, backoff_cap = 0.001, budget_cost = 0,
      budget_timeout_cost = 0, conflict_wait = 1 } }
    local world = { client = client, view = view, made = {} }
    world.inbox = assert(client.inboxes:create { username = "desk" })
    local chains = {}
    for i = 1, CHAINS do
      local kind = NAMES[random(#NAMES)]
      local chain = { kind = kind, name = ("c%d-%d"):format(number, i), retries = 0 }
      chains[i] = chain
      if KINDS[kind].prepare then KINDS[kind].prepare(world, chain.name) end
    end
    view:faults { seed = random(0x7FFFFFFF), rules = RULES }
    for _, chain in ipairs(chains) do
      local done, problem = pcall(play, world, chain, random)
      if not done then chain.raised = tostring(problem) end
    end
    view:heal()
    look(world)
    local retries, problems, unknown = 0, {}, 0
    for _, chain in ipairs(chains) do
      retries = retries + chain.retries
      unknown = unknown + (chain.outcome == "unknown" and 1 or 0)
      local problem = judge(world, chain)
      if problem then
        problems[#problems + 1] = ("%s %s: %s (%s)"):format(chain.kind, chain.name, problem,
          table.concat(chain.steps, ", "))
      end
    end
    return retries, problems, unknown
  end

  it(("tells the truth %d times"):format(RETRIES), function()
    local generator = SEED
    local function random(bound) -- 1 to bound
      generator = (generator * 6364136223846793005 + 1442695040888963407)
      return (generator >> 33) % bound + 1
    end
    local retries, chains, unknown, wrong = 0, 0, 0, {}
    local began = os.time()
    while retries < RETRIES do
      local count, problems, doubtful = batch(chains // CHAINS, random)
      retries, chains, unknown = retries + count, chains + CHAINS, unknown + doubtful
      table.move(problems, 1, #problems, #wrong + 1, wrong)
    end
    print(("# retries: %d of %d calls in %d s, %d stayed unknown, %d wrong, AGENTMAIL_SEED=%d")
      :format(retries, chains, os.time() - began, unknown, #wrong, SEED))
    assert.equal("", #wrong == 0 and "" or ("%d of %d calls wrong (AGENTMAIL_SEED=%d)\n  %s")
      :format(#wrong, chains, SEED, table.concat(wrong, "\n  ", 1, math.min(#wrong, 10))))
    assert.is_true(retries > chains // 4) -- the faults had an effect
  end)
end)
