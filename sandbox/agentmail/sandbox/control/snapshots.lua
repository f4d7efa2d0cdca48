-- SPDX-License-Identifier: MIT
-- Saves and restores the whole state of an organization under a name: rows of every table, its
-- clock, seed and switches.

local clock = require "agentmail.sandbox.store.clock"
local database = require "agentmail.sandbox.store.database"
local errors = require "agentmail.sandbox.http.errors"
local orgs = require "agentmail.sandbox.store.orgs"

local function check(name)
  if type(name) ~= "string" or not name:find("^[%w._-]+$") or #name > 64 then
    return errors.invalid_field("expected 1 to 64 characters of A-Z a-z 0-9 - . _", "name")
  end
end

local function find(app, org, name)
  return app.db:row("SELECT * FROM snapshots WHERE org = ? AND name = ?", org.id, name)
end

-- Its copy of a table: we choose the name, a number and a word, so it needs no quoting.
local function copy_of(row, name) return ("snapshot_%d_%s"):format(row.id, name) end

local function drop(app, row)
  for _, one in ipairs(database.tables()) do
    app.db:exec("DROP TABLE IF EXISTS " .. copy_of(row, one.name))
  end
  app.db:run("DELETE FROM snapshots WHERE id = ?", row.id)
end

--- Saves the current state. Replaces an older snapshot of that name.
---@return table? state, table? refusal
local function take(app, org, name)
  local refusal = check(name)
  if refusal then return nil, refusal end
  local old = find(app, org, name)
  if old then drop(app, old) end
  app.db:run([[INSERT INTO snapshots (org, name, at, offset, frozen, seed, switches)
    VALUES (?, ?, ?, ?, ?, ?, ?)]], org.id, name, orgs.now(app, org), org.offset, org.frozen,
    org.seed, org.switches)
  local row = find(app, org, name)
  for _, one in ipairs(database.tables()) do
    -- A CREATE TABLE statement takes no parameters; the number is ours.
    app.db:exec(("CREATE TABLE %s AS SELECT * FROM %s WHERE %s"):format(copy_of(row, one.name),
      one.name, (one.condition:gsub("%?", ("%d"):format(org.id)))))
  end
  return { name = name, at = clock.text(row.at) }
end

--- Restores a snapshot, which can be restored again.
---@return table? state, table? refusal
local function restore(app, org, name)
  local refusal = check(name)
  if refusal then return nil, refusal end
  local row = find(app, org, name)
  if not row then
    local known = {}
    for one in app.db:each("SELECT name FROM snapshots WHERE org = ? ORDER BY name", org.id) do
      known[#known + 1] = one.name
    end
    return nil, errors.refusal(404, "not_found", "No snapshot " .. name,
                               "Known: " .. table.concat(known, ", "))
  end
  database.clear(app.db, org.id)
  for _, one in ipairs(database.tables()) do
    app.db:run(("INSERT OR REPLACE INTO %s SELECT * FROM %s"):format(one.name,
      copy_of(row, one.name)))
  end
  org.offset, org.frozen = row.offset, row.frozen
  orgs.save_clock(app, org)
  orgs.set_seed(app, org, row.seed)
  orgs.save_switches(app, org, row.switches)
  app.rules[org.id], app.webhooks = nil, nil
  return { name = name, at = clock.text(row.at) }
end

return { take = take, restore = restore }
