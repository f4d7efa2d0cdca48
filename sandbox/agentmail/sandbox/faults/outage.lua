-- SPDX-License-Identifier: MIT
-- An outage: nothing listens, connections are refused. The listener has one gate for all
-- organizations, so it is shut only while a single organization has used the API. If several have,
-- requests of the one with the outage are reset, and the others notice nothing. The control address
-- stays open.

local armed = require "agentmail.sandbox.faults.armed"
local orgs = require "agentmail.sandbox.store.orgs"
local rules = require "agentmail.sandbox.faults.rules"

local AGAIN_SECONDS = 1

-- When a rule that affects every connection ends; nil: it selects requests.
local function ends_at(rule)
  local limit = rule["until"]
  if rule["do"].kind ~= "refuse" or next(rule.match) or next(rule.when) then return nil end
  if limit.hits or limit.total then return nil end
  return rules.ends_at(rule)
end

local function used_by_others(app, org)
  return app.db:values("SELECT 1 FROM journal WHERE org <> ? LIMIT 1", org.id) ~= nil
end

local function reset_sockets(app, org)
  for _, socket in ipairs(app.sockets[org.id] or {}) do app.host.leave(socket.id, "reset") end
end

-- The current outage: its end, and the clock that decides it.
local function present(app)
  for _, row in ipairs(app.db:rows([[SELECT DISTINCT o.namespace FROM faults f
      JOIN organizations o ON o.id = f.org WHERE instr(f.rule, '"refuse"') > 0]])) do
    local org = orgs.of(app, row.namespace)
    for _, rule in ipairs(armed.list(app, org)) do
      local ends = ends_at(rule)
      if ends and orgs.now(app, org) < ends then
        if not used_by_others(app, org) then return ends, org end
        reset_sockets(app, org)
      end
    end
  end
end

--- Shuts or opens the gate as the rules now require. Call this after anything that may have changed
--- them or a clock.
local function settle(app)
  local ends, org = present(app)
  local wait = ends and not org.frozen and (ends - orgs.now(app, org)) / 1000 or nil
  if (ends ~= nil) ~= (app.shut or false) then
    local done, problem = app.host.gate(ends == nil)
    if done then
      app.shut = ends ~= nil
    else -- another program took the port: it may release it
      app.report("the outage is over, but " .. problem)
      wait = AGAIN_SECONDS
    end
  end
  app.timers:set("outage", wait, function() settle(app) end)
end

return { settle = settle }
