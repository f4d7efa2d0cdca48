-- SPDX-License-Identifier: MIT
-- The whole state of an organization under a name, and back: rows of every table, and its clock.

local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local store = require "agentmail.sandbox.store.store"

local snapshots = {}

local function check(name)
  if type(name) ~= "string" or not name:find "^[%w._-]+$" or #name > 64 then
    return errors.invalid_field("expected 1 to 64 characters of A-Z a-z 0-9 - . _", "name")
  end
end

local function find(app, org, name)
  return app.db:row("SELECT * FROM snapshots WHERE org = ? AND name = ?", org.id, name)
end

-- Its copy of a table: the name is ours, a number and a word, so it needs no quoting.
local function copy_of(row, name) return ("snapshot_%d_%s"):format(row.id, name) end

local function rows_of(name)
  if name == "message_labels" then
    return "message_labels WHERE message IN (SELECT id FROM messages WHERE org = ?)"
  end
  return name .. " WHERE org = ?"
end

local function drop(app, row)
  for _, name in ipairs(store.tables()) do
    app.db:exec("DROP TABLE IF EXISTS " .. copy_of(row, name))
  end
  app.db:run("DELETE FROM snapshots WHERE id = ?", row.id)
end

--- Keeps the state as it is now. An older snapshot of that name goes.
---@return table? state, table? refusal
function snapshots.take(app, org, name)
  local refusal = check(name)
  if refusal then return nil, refusal end
  local old = find(app, org, name)
  if old then drop(app, old) end
  app.db:run([[INSERT INTO snapshots (org, name, at, offset, frozen, seed)
    VALUES (?, ?, ?, ?, ?, ?)]], org.id, name, orgs.now(app, org), org.offset, org.frozen, org.seed)
  local row = find(app, org, name)
  for _, table_name in ipairs(store.tables()) do
    -- A statement that makes a table takes no parameters; the number is our own.
    app.db:exec(("CREATE TABLE %s AS SELECT * FROM %s"):format(copy_of(row, table_name),
      (rows_of(table_name):gsub("%?", ("%d"):format(org.id)))))
  end
  return { name = name, at = json.time(row.at) }
end

--- Goes back to a snapshot; it can be gone back to again.
---@return table? state, table? refusal
function snapshots.restore(app, org, name)
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
  store.clear(app.db, org.id)
  for _, table_name in ipairs(store.tables()) do
    app.db:run(("INSERT OR REPLACE INTO %s SELECT * FROM %s"):format(table_name,
      copy_of(row, table_name)))
  end
  local frozen = row.frozen
  org.offset = row.offset
  org.frozen, org.seed = frozen, row.seed
  orgs.save_clock(app, org)
  orgs.set_seed(app, org, row.seed)
  app.rules[org.id], app.webhooks = nil, nil
  return { name = name, at = json.time(row.at) }
end

return snapshots
