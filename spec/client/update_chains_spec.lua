-- SPDX-License-Identifier: MIT
-- Updates and deletes of a calendar through random faults, with another writer in between, each
-- repeated by failure:retry(), and then judged as one call by the sandbox's journal: applied: it
-- was done; not applied: it was not; under an etag: at most once, and over nobody's change; what
-- mails people: at most once. The other writer's values are never ours: equal ones cannot be told
-- apart.
--
-- AGENTMAIL_UPDATES: the number of calls. AGENTMAIL_SEED makes a run repeatable.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local loaded = os.getenv "LD_PRELOAD" or ""
local SLOW = loaded:find "asan" or loaded:find "valgrind"
local UPDATES = tonumber(os.getenv "AGENTMAIL_UPDATES") or SLOW and 60 or 500
local SEED = tonumber(os.getenv "AGENTMAIL_SEED") or os.time()
local CHAINS = 50 -- of one organization
local MOST = 4    -- retries of one call

local function rule(name, at, what, probability)
  return { name = name, at = at, ["do"] = what, when = { probability = probability },
           ["until"] = { hits = 1000000000 } }
end

local RULES = {
  rule("lost", "commit", "reset", 0.25), rule("half", "commit", "truncate", 0.05),
  rule("odd", "commit", "wrong_shape", 0.03), rule("gateway", "commit", "html", 0.05),
  rule("failed after", "commit", "500", 0.05), rule("away after", "commit", "503", 0.05),
  rule("cut", "before", "reset", 0.08), rule("shut", "before", "close", 0.04),
  rule("failed", "before", "500", 0.05), rule("away", "before", "503", 0.05),
  rule("slow down", "before", "429", 0.03), rule("race", "before", "409", 0.08),
  rule("chunk", "body", "bad_chunk", 0.04),
}

-- What a kind of call does to an object, and what holds for it: `once`: it is done at most once;
-- `alone`: and over nobody's change.
local KINDS = {}

local function event(world, fields)
  local given = { title = "T", start = "2030-05-02T09:00:00", end_ = "2030-05-02T09:30:00",
                  attendees = { { email = "guest@example.com" } } }
  for name, value in pairs(fields or {}) do given[name] = value end
  return assert(world.inbox.calendar.events:create(given)).event
end

local function update_with(arguments, once, alone)
  return {
    prepare = event, once = once, alone = alone,
    run = function(object, name)
      local given = { title = name }
      for key, value in pairs(arguments) do given[key] = value end
      return object:update(given)
    end,
    subject = arguments.send_invites and "Updated invitation: " or nil,
    right = function(answer, object, name)
      return answer.event == object and object.title == name
    end,
  }
end

KINDS.update = update_with({}, true, true)
KINDS.update_several = update_with({ location = "Room 5", metadata = { n = 1 } }, true, true)
KINDS.update_and_mail = update_with({ send_invites = true }, true, true)
KINDS.any_state = update_with { if_match = false }
KINDS.any_state_and_mail = update_with({ if_match = false, send_invites = true }, true)

local function respond_with(arguments, once, alone)
  return {
    once = once, alone = alone,
    prepare = function(world)
      local made = world.view:_control("POST", "invitations", {
        inbox_id = world.inbox.inbox_id, title = "T", start = "2030-05-02T09:00:00",
        ["end"] = "2030-05-02T10:00:00" })
      return assert(world.inbox:event(made.event_id):get())
    end,
    run = function(object)
      local given = { status = "tentative" }
      for key, value in pairs(arguments) do given[key] = value end
      return object:respond(given)
    end,
    right = function(_, object) return object.response_status == "tentative" end,
  }
end

KINDS.respond = respond_with({}, true, true)
KINDS.respond_to_any_state = respond_with({ if_match = false }, true)
KINDS.respond_without_mail = respond_with { if_match = false, send_reply = false }

KINDS.calendar = {
  once = true, alone = true,
  prepare = function(world)
    return assert(assert(world.client.inboxes:create()).calendar:get())
  end,
  run = function(object) return object:update { timezone = "Europe/Berlin" } end,
  right = function(_, object) return object.timezone == "Europe/Berlin" end,
}

KINDS.delete = {
  once = true, prepare = event,
  run = function(object) return object:delete() end,
  right = function(value) return value end,
}

KINDS.delete_of_a_state = {
  once = true, alone = true, prepare = event,
  run = function(object) return object:delete { if_match = object.etag } end,
  right = function(value) return value end,
}

local NAMES = {}
for name in pairs(KINDS) do NAMES[#NAMES + 1] = name end
table.sort(NAMES)

-- The last number of the journal.
local function last(view)
  local rows = view:requests { last = 1 }
  return rows[1] and rows[1].seq or 0
end

-- Another writer changes the object once, without faults; its request is noted in `theirs`.
local function interfere(world, chain)
  local rules, from = world.view:faults(), last(world.view)
  world.view:heal()
  local object, api = chain.object, world.other:inbox(chain.object.inbox_id or world.inbox.inbox_id)
  if object.event_id then
    api:event(object.event_id):update { title = "theirs " .. from }
  else
    assert(api.calendar:update { timezone = "Asia/Tokyo" })
  end
  for _, row in ipairs(world.view:requests { after = from }) do world.theirs[row.seq] = true end
  world.view:faults(rules)
end

-- A call and its retries.
local function play(world, chain, random)
  local kind = KINDS[chain.kind]
  local function maybe(bound) if random(bound) == 1 then interfere(world, chain) end end
  maybe(8)
  local value, receipt, failure = kind.run(chain.object, chain.name)
  while value == nil do
    chain.steps[#chain.steps + 1] = failure.code .. "/" .. failure.outcome
    local stops = failure.protection == "none" and failure.outcome == "unknown"
    if stops or chain.retries == MOST or not failure.retryable and random(3) == 1 then break end
    chain.retries = chain.retries + 1
    maybe(3)
    value, receipt, failure = failure:retry()
  end
  chain.value, chain.outcome = value, (value ~= nil and receipt or failure).outcome
  chain.right = value == nil or kind.right(value, chain.object, chain.name)
  chain.steps[#chain.steps + 1] = chain.outcome
end

-- The changes of an object, in order: how often ours, and whether ours came after another's.
local function changes(world, chain)
  local id, ours, over = chain.object.event_id or chain.object.inbox_id, 0, false
  local others = false
  for _, row in ipairs(world.journal) do
    local target = row.target:gsub("%%40", "@")
    if row.effect == "changed" and target:find(id, 1, true) then
      if world.theirs[row.seq] then
        others = true
      else
        ours, over = ours + 1, over or others
      end
    end
  end
  return ours, over
end

-- The problem with the results of a chain, or nil.
local function judge(world, chain)
  local kind, ours, over = KINDS[chain.kind], changes(world, chain)
  if chain.raised then return "raised: " .. chain.raised end
  if kind.once and ours > 1 then return "done " .. ours .. " times" end
  if kind.subject then
    local mails = #world.view:sent { subject = kind.subject .. chain.name }
    if mails ~= ours or mails > 1 then return ("done %d times, %d mails"):format(ours, mails) end
  end
  if kind.alone and over then return "another's change was lost" end
  if chain.outcome == "applied" then
    if ours == 0 then return "applied, and it was not done" end
    if not chain.right then return "applied, and the value is another's" end
  elseif chain.outcome == "not_applied" then
    if ours > 0 then return "not_applied, and it was done" end
  elseif chain.outcome ~= "unknown" then
    return "outcome " .. tostring(chain.outcome)
  end
end

describe("updates through random faults and beside another writer", function()
  -- Some chains in a new organization; the counts of outcomes, and the problems.
  local function batch(number, random, outcomes)
    local client <close>, key, view = helper.client { limits = {
      attempts = random(3), backoff_base = 0.001, backoff_cap = 0.001, budget_cost = 0,
      budget_timeout_cost = 0, conflict_wait = 1 } }
    local other <close> = agentmail.new { base_url = view.url, api_key = key }
    local world = { client = client, other = other, view = view, theirs = {},
                    inbox = assert(client.inboxes:create { username = "desk" }) }
    local chains, problems = {}, {}
    for i = 1, CHAINS do
      local kind = NAMES[random(#NAMES)]
      chains[i] = { kind = kind, name = ("c%d-%d"):format(number, i), retries = 0, steps = {},
                    object = KINDS[kind].prepare(world) }
    end
    view:faults { seed = random(0x7FFFFFFF), rules = RULES }
    for _, chain in ipairs(chains) do
      local done, problem = pcall(play, world, chain, random)
      if not done then chain.raised = tostring(problem) end
    end
    view:heal()
    world.journal = view:requests { effect = "changed" }
    for _, chain in ipairs(chains) do
      local problem = judge(world, chain)
      if chain.outcome then outcomes[chain.outcome] = (outcomes[chain.outcome] or 0) + 1 end
      if problem then
        problems[#problems + 1] = ("%s %s: %s (%s)"):format(chain.kind, chain.name, problem,
          table.concat(chain.steps, ", "))
      end
    end
    return problems
  end

  it(("tell the truth %d times"):format(UPDATES), function()
    local generator = SEED
    local function random(bound) -- 1 to bound
      generator = (generator * 6364136223846793005 + 1442695040888963407)
      return (generator >> 33) % bound + 1
    end
    local outcomes, wrong, done, began = {}, {}, 0, os.time()
    while done < UPDATES do
      local problems = batch(done // CHAINS, random, outcomes)
      done = done + CHAINS
      table.move(problems, 1, #problems, #wrong + 1, wrong)
    end
    print(("# updates: %d in %d s, %d applied, %d not, %d stayed unknown, %d wrong, "
      .. "AGENTMAIL_SEED=%d"):format(done, os.time() - began, outcomes.applied or 0,
      outcomes.not_applied or 0, outcomes.unknown or 0, #wrong, SEED))
    assert.equal("", #wrong == 0 and "" or ("%d of %d calls wrong (AGENTMAIL_SEED=%d)\n  %s")
      :format(#wrong, done, SEED, table.concat(wrong, "\n  ", 1, math.min(#wrong, 10))))
    -- The faults and the other writer had an effect.
    assert.is_true((outcomes.not_applied or 0) > 0 and (outcomes.unknown or 0) > 0)
  end)
end)
