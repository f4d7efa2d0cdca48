-- SPDX-License-Identifier: MIT
-- Decides which fault fires, and where relative to the commit. Rules are tried in order; the first
-- eligible one fires; at most one fault per physical request.
--
-- Every rule that matches a request counts it, even without firing, in a counter for its scope: the
-- Idempotency-Key, else operation and inbox. Randomness depends on (seed, rule, scope, count). So
-- other rules, other requests and their order do not change what a rule does to a key. Counting is
-- part of the request's transaction.

local armed = require "agentmail.sandbox.faults.armed"
local chance = require "agentmail.sandbox.store.chance"
local effects = require "agentmail.sandbox.faults.effects"
local fault_recipients = require "agentmail.sandbox.faults.fault_recipients"
local idempotency = require "agentmail.sandbox.http.idempotency"
local match = require "agentmail.sandbox.faults.match"
local orgs = require "agentmail.sandbox.store.orgs"
local rules = require "agentmail.sandbox.faults.rules"

-- Scopes that no request has: in one a rule with a rate counts all requests of a window, in the
-- other each rule counts its hits in all scopes.
local WINDOW, TOTAL = "\0window", "\0total"

-- Counts the request in the current window of virtual time. Returns the window's count.
local function count_in_window(rule, ctx)
  local _, length = rules.rate(rule.when.rate)
  return (ctx.db:values([[INSERT INTO fault_counts VALUES (?, ?, ?, 1, ?)
    ON CONFLICT (org, name, scope) DO UPDATE SET
      matches = CASE WHEN hits = excluded.hits THEN matches + 1 ELSE 1 END, hits = excluded.hits
    RETURNING matches]], ctx.org.id, rule.name, WINDOW, ctx.now // length))
end

-- What the place itself requires of a request.
local standing = {}

function standing.expired(ctx) return idempotency.known(ctx) == "done" end

function standing.reserved(ctx)
  return ctx.route.sends and idempotency.known(ctx) == "new"
end

function standing.handoff(ctx) return ctx.route.sends end

function standing.outcome(ctx) return ctx.route.sends end

function standing.view(ctx, rule)
  if rule["do"].kind == "lost_token" then
    return ctx.query_text:find("page_token=", 1, true) ~= nil
  end
  return ctx.route.name:find("%.list$") ~= nil or ctx.route.name:find("%.search$") ~= nil
end

-- True if this count is one that `when` selects.
local function due(rule, ctx, scope, count)
  local when = rule.when
  if when.rate and count_in_window(rule, ctx) <= rules.rate(when.rate) then return false end
  if when.nth and count ~= when.nth then return false end
  if when.from and count < when.from then return false end
  if when.every and count % when.every ~= 0 then return false end
  if when.probability then
    local drawn = chance.fraction(orgs.seed(ctx.app, ctx.org), "fault", rule.name, scope, count)
    if drawn >= when.probability then return false end
  end
  local may_stand = standing[rule.at]
  return not may_stand or may_stand(ctx, rule)
end

local function hits_of(db, org, rule)
  return db:values("SELECT hits FROM fault_counts WHERE org = ? AND name = ? AND scope = ?",
                   org.id, rule.name, TOTAL) or 0
end

local function healed(rule, ctx, hits)
  local limit = rule["until"]
  if limit.hits and hits >= limit.hits then return true end
  local ends = rules.ends_at(rule)
  if ends and ctx.now >= ends then return true end
  return limit.total ~= nil and hits_of(ctx.db, ctx.org, rule) >= limit.total
end

--- What an armed rule has done so far: its hits, the number of scopes in which it has healed, when
--- it ends by time, and whether it is over for all.
---@return { hits: integer, healed: integer, ends: integer?, over: boolean }
local function progress(app, org, rule, now)
  local limit, ends = rule["until"], rules.ends_at(rule)
  local hits, healed_for = hits_of(app.db, org, rule), 0
  if limit.hits then
    healed_for = app.db:values([[SELECT count(*) FROM fault_counts
      WHERE org = ? AND name = ? AND scope NOT IN (?, ?) AND hits >= ?]], org.id, rule.name,
      WINDOW, TOTAL, limit.hits)
  end
  return {
    hits = hits, healed = healed_for, ends = ends,
    over = ends ~= nil and now >= ends or limit.total ~= nil and hits >= limit.total
      or rule.match.key ~= nil and healed_for > 0, -- a rule that names a key has only that scope
  }
end

-- Counts the request for one rule. true: the rule is eligible.
local function consider(rule, ctx, scope)
  local count, hits = ctx.db:values([[INSERT INTO fault_counts VALUES (?, ?, ?, 1, 0)
    ON CONFLICT (org, name, scope) DO UPDATE SET matches = matches + 1
    RETURNING matches, hits]], ctx.org.id, rule.name, scope)
  return not healed(rule, ctx, hits) and due(rule, ctx, scope, count)
end

-- The first eligible rule; counts all that match.
local function choose(candidates, ctx, scope)
  local chosen
  for _, rule in ipairs(candidates) do
    if consider(rule, ctx, scope) then chosen = chosen or rule end
  end
  return chosen
end

--- The rule to fire on this request, if any. It has not fired yet: see fire().
---@return agentmail.sandbox.Rule? rule
local function plan(ctx)
  local matching
  for _, rule in ipairs(armed.list(ctx.app, ctx.org)) do
    local may_meet = ctx.route.upgrade and rule.at == "before"
      or not ctx.route.upgrade and rule.at ~= "events"
    if may_meet and match.request(rule.match, ctx) then
      matching = matching or {}
      matching[#matching + 1] = rule
    end
  end
  local chosen = matching and choose(matching, ctx, match.scope_of_request(ctx))
  if ctx.route.sends and not chosen then
    local named = fault_recipients.rules_of(match.recipients(ctx))
    chosen = named and choose(named, ctx, match.scope_of_request(ctx))
  end
  return chosen
end

--- The same for an event.
---@param event { type: string, inbox_id: string?, receiver: string }
---@return agentmail.sandbox.Rule? rule
local function plan_event(ctx, event)
  local chosen
  for _, rule in ipairs(armed.list(ctx.app, ctx.org)) do
    if rule.at == "events" and match.event(rule, event)
      and consider(rule, ctx, match.scope_of_event(event, rule)) then chosen = chosen or rule end
  end
  return chosen
end

--- Counts a hit of a rule in a scope.
---@param rule agentmail.sandbox.Rule
---@param scope string
local function hit(rule, ctx, scope)
  ctx.db:run("UPDATE fault_counts SET hits = hits + 1 WHERE org = ? AND name = ? AND scope = ?",
             ctx.org.id, rule.name, scope)
  ctx.db:run([[INSERT INTO fault_counts VALUES (?, ?, ?, 0, 1)
    ON CONFLICT (org, name, scope) DO UPDATE SET hits = hits + 1]], ctx.org.id, rule.name, TOTAL)
end

-- A rule with a rate reports when its window ends.
local function deed(rule, ctx)
  local does = rule["do"]
  if not rule.when.rate or does.retry_after then return does end
  local _, length = rules.rate(rule.when.rate)
  local copy = { retry_after = -(-(length - ctx.now % length) // 1000) }
  for name, value in pairs(does) do copy[name] = value end
  return copy
end

--- Fires the rule: counts the hit, and returns the answer as changed by the rule.
---@param rule agentmail.sandbox.Rule
---@return integer? status, string? body, table? headers, table? effect
local function fire(rule, ctx, status, body, headers)
  hit(rule, ctx, match.scope_of_request(ctx))
  ctx.fault, ctx.place = rule.name, rule.at .. ":" .. rule["do"].kind
  return effects.apply(deed(rule, ctx), status, body, headers, rule.name)
end

return { progress = progress, plan = plan, plan_event = plan_event, hit = hit, fire = fire }
