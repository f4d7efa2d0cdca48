-- SPDX-License-Identifier: MIT
-- The whole state of an organization under a name, and back: rows of every table, and its clock.

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

-- Its copy of a table: the name is ours, a number and a word, so it needs no quoting.
local function copy_of(row, name) return ("snapshot_%d_%s"):format(row.id, name) end

local function drop(app, row)
  for _, one in ipairs(database.tables()) do
    app.db:exec("DROP TABLE IF EXISTS " .. copy_of(row, one.name))
  end
  app.db:run("DELETE FROM snapshots WHERE id = ?", row.id)
end

--- Keeps the state as it is now. An older snapshot of that name goes.
---@return table? state, table? refusal
local function take(app, org, name)
  local refusal = check(name)
  if refusal then return nil, refusal end
  local old = find(app, org, name)
  if old then drop(app, old) end
  app.db:run([[INSERT INTO snapshots (org, name, at, offset, frozen, seed)
    VALUES (?, ?, ?, ?, ?, ?)]], org.id, name, orgs.now(app, org), org.offset, org.frozen, org.seed)
  local row = find(app, org, name)
  for _, one in ipairs(database.tables()) do
    -- A statement that makes a table takes no parameters; the number is our own.
    app.db:exec(("CREATE TABLE %s AS SELECT * FROM %s WHERE %s"):format(copy_of(row, one.name),
      one.name, (one.condition:gsub("%?", ("%d"):format(org.id)))))
  end
  return { name = name, at = clock.text(row.at) }
end

--- Goes back to a snapshot; it can be gone back to again.
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
  app.rules[org.id], app.webhooks = nil, nil
  return { name = name, at = clock.text(row.at) }
end

return { take = take, restore = restore }
