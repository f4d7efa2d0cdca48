-- SPDX-License-Identifier: MIT
-- The state, in one SQLite database: a file, or memory. Times are milliseconds since 1970; columns
-- that hold JSON are written and answered as they are. What is listed has an index in the order of
-- the list (an index ends with the row's id by itself), see http/paging.lua.

local sqlite = require "agentmail.sandbox.sqlite"
local tables = require "agentmail.sandbox.store.tables"

local SCHEMA_VERSION = 3

local schema = [[
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE organizations (
  id INTEGER PRIMARY KEY, namespace TEXT NOT NULL UNIQUE, organization_id TEXT NOT NULL,
  pod_id TEXT NOT NULL, offset INTEGER NOT NULL, frozen INTEGER, created_at INTEGER NOT NULL,
  seed INTEGER);

CREATE TABLE inboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox_id TEXT NOT NULL,
  pod_id TEXT NOT NULL, display_name TEXT, client_id TEXT, metadata TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX inboxes_by_address ON inboxes (org, inbox_id);
CREATE INDEX inboxes_by_time ON inboxes (org, created_at);

CREATE TABLE threads (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox INTEGER NOT NULL,
  inbox_id TEXT NOT NULL, thread_id TEXT NOT NULL, labels TEXT NOT NULL DEFAULT '[]',
  hidden INTEGER NOT NULL DEFAULT 0, timestamp INTEGER NOT NULL DEFAULT 0,
  received_timestamp INTEGER, sent_timestamp INTEGER, senders TEXT NOT NULL DEFAULT '[]',
  recipients TEXT NOT NULL DEFAULT '[]', subject TEXT, preview TEXT, attachments TEXT,
  last_message_id TEXT, message_count INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX threads_by_id ON threads (org, thread_id);
CREATE INDEX threads_by_time ON threads (inbox, timestamp);
CREATE INDEX threads_by_org ON threads (org, timestamp);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox INTEGER NOT NULL,
  inbox_id TEXT NOT NULL, thread INTEGER NOT NULL, thread_id TEXT NOT NULL,
  message_id TEXT NOT NULL, labels TEXT NOT NULL, hidden INTEGER NOT NULL,
  timestamp INTEGER NOT NULL, "from" TEXT NOT NULL, "to" TEXT NOT NULL, cc TEXT, bcc TEXT,
  reply_to TEXT, subject TEXT, preview TEXT, text TEXT, html TEXT, extracted_text TEXT,
  extracted_html TEXT, attachments TEXT, in_reply_to TEXT, "references" TEXT, headers TEXT,
  size INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX messages_by_id ON messages (inbox, message_id);
CREATE INDEX messages_by_time ON messages (inbox, timestamp);
CREATE INDEX messages_by_thread ON messages (thread, timestamp);

CREATE TABLE message_labels (
  message INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (message, label)) WITHOUT ROWID;

CREATE TABLE drafts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox INTEGER NOT NULL,
  inbox_id TEXT NOT NULL, draft_id TEXT NOT NULL, client_id TEXT, labels TEXT NOT NULL,
  reply_to TEXT, "to" TEXT, cc TEXT, bcc TEXT, subject TEXT, preview TEXT, text TEXT, html TEXT,
  attachments TEXT, in_reply_to TEXT, forward_of TEXT, "references" TEXT,
  send_status TEXT, send_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX drafts_by_id ON drafts (org, draft_id);
CREATE INDEX drafts_by_time ON drafts (inbox, updated_at);
CREATE INDEX drafts_by_org ON drafts (org, updated_at);
CREATE INDEX drafts_by_due ON drafts (org, send_at) WHERE send_status = 'scheduled';

CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, owner TEXT NOT NULL,
  attachment_id TEXT NOT NULL, filename TEXT, size INTEGER NOT NULL, content_type TEXT,
  content_disposition TEXT, content_id TEXT, content INTEGER NOT NULL);
CREATE INDEX attachments_by_owner ON attachments (owner);
CREATE TABLE contents (id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, base64 TEXT);

CREATE TABLE client_ids (
  org INTEGER NOT NULL, scope TEXT NOT NULL, client_id TEXT NOT NULL, resource TEXT NOT NULL,
  answer TEXT NOT NULL, PRIMARY KEY (org, scope, client_id)) WITHOUT ROWID;

CREATE TABLE idempotency (
  org INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL,
  status INTEGER, answer TEXT, busy_until INTEGER, completed_at INTEGER,
  PRIMARY KEY (org, key)) WITHOUT ROWID;

CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, name TEXT NOT NULL,
  at INTEGER NOT NULL, offset INTEGER NOT NULL, frozen INTEGER, seed INTEGER, UNIQUE (org, name));

CREATE TABLE faults (
  org INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, rule TEXT NOT NULL,
  armed_at INTEGER NOT NULL, PRIMARY KEY (org, position)) WITHOUT ROWID;
CREATE TABLE fault_counts (
  org INTEGER NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, matches INTEGER NOT NULL,
  hits INTEGER NOT NULL, PRIMARY KEY (org, name, scope)) WITHOUT ROWID;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, org INTEGER, at INTEGER NOT NULL, connection INTEGER, number INTEGER,
  method TEXT NOT NULL, target TEXT NOT NULL, operation TEXT, inbox TEXT, key TEXT,
  digest TEXT, fault TEXT, place TEXT, effect TEXT NOT NULL, status INTEGER, seen INTEGER,
  message_id TEXT, draft_id TEXT, seed INTEGER);
CREATE INDEX journal_by_org ON journal (org, seq);

CREATE TABLE sent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, at INTEGER NOT NULL, request INTEGER,
  operation TEXT NOT NULL, inbox_id TEXT NOT NULL, message_id TEXT NOT NULL,
  thread_id TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT, key TEXT, draft_id TEXT,
  draft_client_id TEXT, mark TEXT, digest TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX sent_by_org ON sent (org, id);
]]

-- What belongs to one organization, for reset.
local owned = {
  "inboxes", "threads", "messages", "drafts", "attachments", "contents", "client_ids",
  "idempotency", "faults", "fault_counts", "journal", "sent",
}

local store = {}

--- Opens the database and brings it to the present schema.
---@param path string? a file; nil for memory, which goes with the process
---@return table? db, string? message
function store.open(path)
  local db, message = sqlite.open(path or "", { busy_timeout = 2 })
  if not db then return nil, message end
  local ok, problem = pcall(function()
    if path then
      -- A killed process loses nothing that was committed; a power cut may lose the last moment.
      db:exec "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    else
      -- SQLite's private database: in memory, and what exceeds the cache in a file without a name,
      -- so that a million mails take no more room than ten thousand.
      db:exec "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -2048;"
    end
    db:exec "PRAGMA temp_store = MEMORY;"
    local version = db:values "PRAGMA user_version"
    if version == 0 then
      db:transaction(function()
        db:exec(schema)
        db:exec(tables.schema)
        db:exec("PRAGMA user_version = " .. SCHEMA_VERSION)
      end)
    elseif version ~= SCHEMA_VERSION then
      error(("%s holds the state of another version of the sandbox (%d, this one is %d)"):format(
        path, version, SCHEMA_VERSION), 0)
    end
  end)
  if ok then return db end
  db:close()
  return nil, tostring(problem)
end

--- Counts how often this database was opened.
function store.next_epoch(db)
  db:run("INSERT INTO meta VALUES ('epoch', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1")
  return (db:values "SELECT value FROM meta WHERE name = 'epoch'")
end

--- Writes the pod that each organization has from the start.
function store.add_first_pod(db, org)
  db:run([[INSERT INTO pods (org, pod_id, name, created_at, updated_at)
    SELECT id, pod_id, 'Default', created_at, created_at FROM organizations WHERE id = ?]], org)
end

--- The names of all tables that hold an organization's state.
---@return string[]
function store.tables()
  local list = { "message_labels" }
  for _, names in ipairs { owned, tables.owned } do
    for _, name in ipairs(names) do list[#list + 1] = name end
  end
  return list
end

--- Forgets everything of one organization but its name and clock.
function store.clear(db, org)
  db:run("DELETE FROM message_labels WHERE message IN (SELECT id FROM messages WHERE org = ?)", org)
  for _, list in ipairs { owned, tables.owned } do
    for _, name in ipairs(list) do db:run("DELETE FROM " .. name .. " WHERE org = ?", org) end
  end
  store.add_first_pod(db, org)
end

return store
