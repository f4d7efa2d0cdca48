-- SPDX-License-Identifier: MIT
-- The database with the state: a file, or memory. schema.lua defines its tables.

local schema = require "agentmail.sandbox.store.schema"
local sqlite = require "agentmail.sandbox.sqlite"

-- A killed process loses nothing that was committed; a power cut may lose the last moments.
local IN_A_FILE = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
-- SQLite's private database: in memory, with an unnamed file for what exceeds the cache, so that a
-- million mails take no more memory than ten thousand.
local IN_MEMORY =
  "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -2048;"

local function prepare(db, path)
  db:exec(path and IN_A_FILE or IN_MEMORY)
  db:exec("PRAGMA temp_store = MEMORY;")
  db:exec(schema.temporary)
  local version = db:values("PRAGMA user_version")
  if version == 0 then
    db:transaction(function()
      db:exec(schema.sql)
      db:exec("PRAGMA user_version = " .. schema.version)
    end)
  elseif version ~= schema.version then
    error(("%s is from another version of the sandbox (%d, this one is %d)"):format(
      path, version, schema.version), 0)
  end
end

--- Opens the database and creates missing tables.
---@param path string? a file; nil for memory, which lasts as long as the process
---@return table? db, string? message
local function open(path)
  local db, message = sqlite.open(path or "", { busy_timeout = 2 })
  if not db then return nil, message end
  local ok, problem = pcall(prepare, db, path)
  if ok then return db end
  db:close()
  return nil, tostring(problem)
end

--- Counts how many times this database was opened.
---@return integer
local function next_epoch(db)
  db:run("INSERT INTO meta VALUES ('epoch', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1")
  return (db:values("SELECT value FROM meta WHERE name = 'epoch'"))
end

--- Creates the pod that each organization has from the start.
---@param org integer
local function add_first_pod(db, org)
  db:run([[INSERT INTO pods (org, pod_id, name, created_at, updated_at)
    SELECT id, pod_id, 'Default', created_at, created_at FROM organizations WHERE id = ?]], org)
end

--- The tables with an organization's state, each with the condition for its rows; the only
--- parameter is the organization.
---@return { name: string, condition: string }[]
local function tables()
  local list = { { name = "message_labels",
                   condition = "message IN (SELECT id FROM messages WHERE org = ?)" } }
  for _, name in ipairs(schema.owned) do
    list[#list + 1] = { name = name, condition = "org = ?" }
  end
  return list
end

--- Deletes everything of one organization except its name and clock.
---@param org integer
local function clear(db, org)
  for _, one in ipairs(tables()) do
    db:run(("DELETE FROM %s WHERE %s"):format(one.name, one.condition), org)
  end
  db:run("DELETE FROM pushes WHERE org = ?", org)
  add_first_pod(db, org)
end

return {
  open = open, next_epoch = next_epoch, add_first_pod = add_first_pod, tables = tables,
  clear = clear,
}
