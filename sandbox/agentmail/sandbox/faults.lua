-- SPDX-License-Identifier: MIT
-- Faults, placed relative to the commit. Rules are tried in order; the first that is eligible
-- fires; one fault a physical request.
--
-- Every rule that matches a request counts it, whether it fires or not, in counters of its own
-- scope: the Idempotency-Key, else operation and inbox. Chance is drawn from (seed, rule, scope,
-- count). So neither other rules, nor other requests, nor their order shift what a rule does to a
-- key. Counting is part of the request's transaction.

local chance = require "agentmail.sandbox.chance"
local clock = require "agentmail.sandbox.clock"
local effects = require "agentmail.sandbox.effects"
local errors = require "agentmail.sandbox.errors"
local idempotency = require "agentmail.sandbox.idempotency"
local json = require "agentmail.sandbox.json"
local presets = require "agentmail.sandbox.presets"
local rules = require "agentmail.sandbox.rules"

local faults = {}

-- lost-ack@sandbox.test: the first answer about a mail to it is lost.
local magic = {
  ["lost-ack@sandbox.test"] = { name = "lost-ack@sandbox.test", at = "commit", match = {},
    when = {}, ["do"] = { kind = "reset" }, ["until"] = { hits = 1 } },
}

-- Rules -----------------------------------------------------------------------------------------

--- The rules of an organization, in order.
function faults.list(app, org)
  local list = app.rules[org.id]
  if list then return list end
  list = {}
  local rows = app.db:rows("SELECT * FROM faults WHERE org = ? ORDER BY position", org.id)
  for i, row in ipairs(rows) do
    list[i] = json.decode(row.rule)
    list[i].armed_at = row.armed_at
  end
  app.rules[org.id] = list
  return list
end

--- Appends rules as they were written (presets among them). All or none.
---@return table? added, table? refusal
function faults.add(app, org, written, now)
  local list, added = faults.list(app, org), {}
  local last = #list > 0 and app.db:values("SELECT max(position) FROM faults WHERE org = ?", org.id)
    or 0
  local taken = {}
  for _, rule in ipairs(list) do taken[rule.name] = true end
  for i, one in ipairs(written) do
    local plain, refusal = presets.expand(one)
    if refusal then return nil, refusal end
    local rule
    rule, refusal = rules.read(plain or one, last + i)
    if not rule then return nil, refusal end
    if taken[rule.name] and plain then rule.name = ("%s-%d"):format(rule.name, last + i) end
    if taken[rule.name] then
      return nil, errors.invalid_field("a rule named " .. rule.name .. " is armed already", "name")
    end
    taken[rule.name] = true
    added[i] = rule
  end
  for i, rule in ipairs(added) do
    app.db:run("INSERT INTO faults VALUES (?, ?, ?, ?, ?)", org.id, last + i, rule.name,
               json.encode(rule), now)
  end
  app.rules[org.id] = nil
  return added
end

--- Disarms all rules, or the one of a name. Answers how many there were.
function faults.clear(app, org, name)
  local count
  if name then
    count = app.db:run("DELETE FROM faults WHERE org = ? AND name = ?", org.id, name)
    app.db:run("DELETE FROM fault_counts WHERE org = ? AND name = ?", org.id, name)
  else
    count = app.db:run("DELETE FROM faults WHERE org = ?", org.id)
    app.db:run("DELETE FROM fault_counts WHERE org = ?", org.id)
  end
  app.rules[org.id] = nil
  return count
end

-- Deciding --------------------------------------------------------------------------------------

local function any(patterns, name)
  for _, pattern in ipairs(patterns) do
    if pattern == name or name:find(rules.glob(pattern)) then return true end
  end
  return false
end

-- The text in which the recipients of a request stand.
local function recipients_text(ctx)
  if ctx.recipients_text then return ctx.recipients_text end
  local text = ""
  if ctx.params.draft_id then
    local to, cc, bcc = ctx.db:values([[SELECT "to", cc, bcc FROM drafts WHERE draft_id = ?]],
                                      ctx.params.draft_id)
    text = (to or "") .. (cc or "") .. (bcc or "")
  elseif type(ctx.raw_body) == "table" then
    text = json.encode { ctx.raw_body.to or "", ctx.raw_body.cc or "", ctx.raw_body.bcc or "" }
  end
  ctx.recipients_text = text:lower()
  return ctx.recipients_text
end

local function matches(match, ctx)
  local route, number = ctx.route, ctx.request.number
  if match.operation and not any(match.operation, route.name) then return false end
  if match.method and match.method ~= route.method then return false end
  if match.sends ~= nil and match.sends ~= route.sends then return false end
  if match.inbox and match.inbox ~= ctx.params.inbox_id then return false end
  if match.key and match.key ~= ctx.key then return false end
  if match.client_id and not (type(ctx.raw_body) == "table"
                              and ctx.raw_body.client_id == match.client_id) then return false end
  if match.connection and (match.connection == "reused") ~= (number > 1) then return false end
  if match.recipient
    and not recipients_text(ctx):find(match.recipient:lower(), 1, true) then return false end
  return true
end

local function scope_of(ctx)
  if ctx.key then return "key " .. ctx.key end
  return ctx.route.name .. " " .. (ctx.params.inbox_id or "")
end

local function due(rule, ctx, scope, count)
  local when = rule.when
  if when.nth and count ~= when.nth then return false end
  if when.from and count < when.from then return false end
  if when.every and count % when.every ~= 0 then return false end
  if when.probability then
    local drawn = chance.fraction(ctx.app.seed, "fault", rule.name, scope, count)
    if drawn >= when.probability then return false end
  end
  if rule.at == "expired" then return idempotency.known(ctx) == "done" end
  if rule.at == "reserved" then return ctx.route.sends and idempotency.known(ctx) == "new" end
  return true
end

local function healed(rule, ctx, hits)
  local limit = rule["until"]
  if limit.hits and hits >= limit.hits then return true end
  if limit.time and ctx.now >= clock.parse(limit.time) then return true end
  if limit.after and ctx.now >= rule.armed_at + clock.duration(limit.after) then return true end
  if limit.total then
    local total = ctx.db:values([[SELECT coalesce(sum(hits), 0) FROM fault_counts
      WHERE org = ? AND name = ?]], ctx.org.id, rule.name)
    return total >= limit.total
  end
  return false
end

-- Counts the request for one rule. true: the rule is eligible.
local function consider(rule, ctx, scope)
  local count, hits = ctx.db:values([[INSERT INTO fault_counts VALUES (?, ?, ?, 1, 0)
    ON CONFLICT (org, name, scope) DO UPDATE SET matches = matches + 1
    RETURNING matches, hits]], ctx.org.id, rule.name, scope)
  return not healed(rule, ctx, hits) and due(rule, ctx, scope, count)
end

--- The rule that is to fire on this request, if any. It has not fired yet: see fire().
function faults.plan(ctx)
  local list, scope, chosen = faults.list(ctx.app, ctx.org), nil, nil
  for _, rule in ipairs(list) do
    if matches(rule.match, ctx) then
      scope = scope or scope_of(ctx)
      if consider(rule, ctx, scope) then chosen = chosen or rule end
    end
  end
  if ctx.route.sends and not chosen and recipients_text(ctx):find("@sandbox.test", 1, true) then
    for address, rule in pairs(magic) do
      if recipients_text(ctx):find(address, 1, true) and consider(rule, ctx, scope_of(ctx)) then
        chosen = rule
      end
    end
  end
  return chosen
end

--- The rule fires: its hit is counted, and the answer becomes what it makes of it.
---@return integer? status, string? body, table? headers, table? effect
function faults.fire(rule, ctx, status, body, headers)
  ctx.db:run("UPDATE fault_counts SET hits = hits + 1 WHERE org = ? AND name = ? AND scope = ?",
             ctx.org.id, rule.name, scope_of(ctx))
  ctx.fault, ctx.place = rule.name, rule.at .. ":" .. rule["do"].kind
  return effects[rule["do"].kind](rule["do"], status, body, headers, rule.name)
end

return faults
