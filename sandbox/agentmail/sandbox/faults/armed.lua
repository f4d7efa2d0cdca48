-- SPDX-License-Identifier: MIT
-- The fault rules armed in an organization, in order.

local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local presets = require "agentmail.sandbox.faults.presets"
local rules = require "agentmail.sandbox.faults.rules"
local sets = require "agentmail.sandbox.store.sets"

--- The rules as read back: completed, with nothing else added.
---@param org agentmail.sandbox.Org
---@return table[]
local function written(app, org)
  local list = {}
  for row in app.db:each("SELECT rule FROM faults WHERE org = ? ORDER BY position", org.id) do
    list[#list + 1] = json.decode(row.rule)
  end
  return list
end

--- The rules to try, each with the time at which it was armed.
---@param org agentmail.sandbox.Org
---@return agentmail.sandbox.Rule[]
local function list(app, org)
  local known = app.rules[org.id]
  if known then return known end
  local read = {}
  local rows = app.db:rows("SELECT * FROM faults WHERE org = ? ORDER BY position", org.id)
  for i, row in ipairs(rows) do
    read[i] = json.decode(row.rule)
    read[i].armed_at = row.armed_at
  end
  app.rules[org.id] = read
  return read
end

-- These write bytes that are not HTTP; under TLS they would break TLS itself.
local RAW = sets.words("garbage bad_chunk")

local function check_wire(app, rule)
  if app.config.certificate and RAW[rule["do"].kind] then
    return errors.invalid_field(rule["do"].kind .. " is not possible under TLS: its bytes would "
      .. "break TLS, not HTTP; start the sandbox without tls", "do", "kind")
  end
end

-- Completes a written rule, which may be a preset, and finds an unused name for it.
local function complete(one, position, taken)
  local plain, refusal = presets.expand(one)
  if refusal then return nil, refusal end
  local rule
  rule, refusal = rules.read(plain or one, position)
  if not rule then return nil, refusal end
  if taken[rule.name] and plain then rule.name = ("%s-%d"):format(rule.name, position) end
  if taken[rule.name] then
    return nil, errors.invalid_field("a rule named " .. rule.name .. " is armed already", "name")
  end
  taken[rule.name] = true
  return rule
end

--- Appends rules as written, including presets: all or none.
---@param org agentmail.sandbox.Org
---@param more (table|string)[]
---@param now integer
---@return table[]? added, table? refusal
local function add(app, org, more, now)
  local last, taken, added = 0, {}, {}
  for _, rule in ipairs(list(app, org)) do taken[rule.name] = true end
  if next(taken) then
    last = app.db:values("SELECT max(position) FROM faults WHERE org = ?", org.id)
  end
  for i, one in ipairs(more) do
    local rule, refusal = complete(one, last + i, taken)
    refusal = refusal or check_wire(app, rule)
    if refusal then return nil, refusal end
    added[i] = rule
  end
  for i, rule in ipairs(added) do
    app.db:run("INSERT INTO faults VALUES (?, ?, ?, ?, ?)", org.id, last + i, rule.name,
               json.encode(rule), now)
  end
  app.rules[org.id] = nil
  return added
end

--- Disarms all rules, or the named one.
---@param org agentmail.sandbox.Org
---@param name string?
---@return integer count of those there were
local function clear(app, org, name)
  local condition = conditions.new("org = ?", org.id)
  if name then condition:add("name = ?", name) end
  local where, arguments = condition:sql(), condition.arguments
  local count = app.db:run("DELETE FROM faults WHERE " .. where, table.unpack(arguments))
  app.db:run("DELETE FROM fault_counts WHERE " .. where, table.unpack(arguments))
  app.rules[org.id] = nil
  return count
end

return { written = written, list = list, add = add, clear = clear }
