-- SPDX-License-Identifier: MIT
-- The tables of the store. Times are milliseconds since 1970; JSON columns are stored and returned
-- unchanged. Every list has an index in its order (SQLite appends the row's id to an index), see
-- http/paging.lua.
--
-- pod_id and inbox_id tell the owner of a row: neither: the organization; only pod_id: a pod; both:
-- an inbox.

-- Increase with every change: a file of another version is refused.
local VERSION = 7

local newer = require "agentmail.sandbox.store.schema_newer"

local sql = [[
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE organizations (
  id INTEGER PRIMARY KEY, namespace TEXT NOT NULL UNIQUE, organization_id TEXT NOT NULL,
  pod_id TEXT NOT NULL, offset INTEGER NOT NULL, frozen INTEGER, created_at INTEGER NOT NULL,
  seed INTEGER, switches TEXT);

CREATE TABLE inboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox_id TEXT NOT NULL,
  pod_id TEXT NOT NULL, display_name TEXT, client_id TEXT, metadata TEXT, status TEXT,
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
  size INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  original INTEGER, agent_armor TEXT, manual_override TEXT, calendar_event_id TEXT);
CREATE UNIQUE INDEX messages_by_id ON messages (inbox, message_id);
CREATE INDEX messages_by_time ON messages (inbox, timestamp);
CREATE INDEX messages_by_org ON messages (org, timestamp);
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
-- The bytes that messages came in, see mail/inbound.lua.
CREATE TABLE originals (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, bytes BLOB NOT NULL);

CREATE TABLE client_ids (
  org INTEGER NOT NULL, scope TEXT NOT NULL, client_id TEXT NOT NULL, resource TEXT NOT NULL,
  answer TEXT NOT NULL, PRIMARY KEY (org, scope, client_id)) WITHOUT ROWID;

CREATE TABLE idempotency (
  org INTEGER NOT NULL, key TEXT NOT NULL, operation TEXT NOT NULL, inbox_id TEXT NOT NULL,
  digest TEXT NOT NULL, state TEXT NOT NULL, status INTEGER, answer TEXT, busy_until INTEGER,
  completed_at INTEGER, PRIMARY KEY (org, key)) WITHOUT ROWID;

CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, name TEXT NOT NULL,
  at INTEGER NOT NULL, offset INTEGER NOT NULL, frozen INTEGER, seed INTEGER,
  switches TEXT, UNIQUE (org, name));

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
CREATE INDEX journal_by_key ON journal (org, key) WHERE key IS NOT NULL;
CREATE INDEX journal_by_digest ON journal (org, digest) WHERE key IS NULL AND digest IS NOT NULL;

CREATE TABLE sent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, at INTEGER NOT NULL, request INTEGER,
  operation TEXT NOT NULL, inbox_id TEXT NOT NULL, message_id TEXT NOT NULL,
  thread_id TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT, key TEXT, draft_id TEXT,
  draft_client_id TEXT, mark TEXT, digest TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX sent_by_org ON sent (org, id);
CREATE INDEX sent_by_operation ON sent (org, operation);
CREATE INDEX sent_by_inbox ON sent (org, inbox_id);
CREATE INDEX sent_by_message ON sent (org, message_id);
CREATE INDEX sent_by_subject ON sent (org, subject) WHERE subject IS NOT NULL;
CREATE INDEX sent_by_key ON sent (org, key) WHERE key IS NOT NULL;
CREATE INDEX sent_by_draft ON sent (org, draft_id) WHERE draft_id IS NOT NULL;
CREATE INDEX sent_by_mark ON sent (org, mark) WHERE mark IS NOT NULL;

CREATE TABLE pods (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, pod_id TEXT NOT NULL,
  name TEXT NOT NULL, client_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX pods_by_id ON pods (org, pod_id);
CREATE INDEX pods_by_time ON pods (org, created_at);

CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, api_key_id TEXT NOT NULL,
  type TEXT NOT NULL, name TEXT NOT NULL, prefix TEXT, digest TEXT, client_id TEXT,
  public_key TEXT, fingerprint TEXT, status TEXT, pod_id TEXT, inbox_id TEXT, permissions TEXT,
  created_by TEXT, used_at INTEGER, expires_at INTEGER, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX api_keys_by_digest ON api_keys (digest) WHERE digest IS NOT NULL;
CREATE INDEX api_keys_by_id ON api_keys (org, api_key_id);
CREATE INDEX api_keys_by_time ON api_keys (org, created_at);

CREATE TABLE list_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, pod_id TEXT, inbox_id TEXT,
  owner TEXT NOT NULL, direction TEXT NOT NULL, list_type TEXT NOT NULL, entry TEXT NOT NULL,
  entry_type TEXT NOT NULL, reason TEXT, read_only INTEGER, created_at INTEGER NOT NULL);
CREATE UNIQUE INDEX list_entries_by_name
  ON list_entries (org, owner, direction, list_type, entry);

CREATE TABLE domains (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, domain_id TEXT NOT NULL,
  domain TEXT NOT NULL, pod_id TEXT, status TEXT NOT NULL, reason TEXT,
  feedback_enabled INTEGER NOT NULL, subdomains_enabled INTEGER NOT NULL,
  tracking_enabled INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX domains_by_name ON domains (org, domain);
CREATE INDEX domains_by_time ON domains (org, created_at);

CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, webhook_id TEXT NOT NULL,
  url TEXT NOT NULL, event_types TEXT NOT NULL, pod_ids TEXT, inbox_ids TEXT, pod_id TEXT,
  inbox_id TEXT, secret TEXT NOT NULL, enabled INTEGER NOT NULL, client_id TEXT,
  headers TEXT NOT NULL DEFAULT '{}', failing_since INTEGER, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX webhooks_by_id ON webhooks (org, webhook_id);
CREATE INDEX webhooks_by_time ON webhooks (org, created_at);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, pod_id TEXT, inbox_id TEXT,
  event_type TEXT NOT NULL, also TEXT, at INTEGER NOT NULL);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, webhook INTEGER NOT NULL,
  webhook_id TEXT NOT NULL, url TEXT NOT NULL, event_type TEXT NOT NULL, event_id TEXT NOT NULL,
  svix_id TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER, created_at INTEGER NOT NULL);
CREATE INDEX deliveries_by_due ON deliveries (webhook, due_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_by_org ON deliveries (org, id);
CREATE TRIGGER dropped AFTER DELETE ON webhooks BEGIN
  UPDATE deliveries SET state = 'dropped', due_at = NULL
  WHERE webhook = old.id AND state = 'pending'; END;
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, delivery INTEGER NOT NULL,
  at INTEGER NOT NULL, status INTEGER, problem TEXT);
CREATE INDEX attempts_by_delivery ON attempts (delivery, id);

CREATE TABLE label_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox INTEGER NOT NULL,
  message_id TEXT NOT NULL, label TEXT NOT NULL, event_type TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX label_events_by_inbox ON label_events (inbox);

CREATE TABLE agents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL UNIQUE, human_email TEXT,
  otp_code TEXT, tries INTEGER NOT NULL DEFAULT 0, verified INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL, replaced INTEGER NOT NULL DEFAULT 0);

CREATE TABLE providers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, provider_id TEXT NOT NULL,
  name TEXT, description TEXT, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX providers_by_id ON providers (org, provider_id);
CREATE INDEX providers_by_time ON providers (org, updated_at);
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, account_id TEXT NOT NULL,
  provider_id TEXT NOT NULL, provider_name TEXT, inbox_id TEXT NOT NULL, pod_id TEXT NOT NULL,
  first_signed_in_at INTEGER NOT NULL, last_signed_in_at INTEGER NOT NULL,
  sign_in_count INTEGER NOT NULL, disabled_at INTEGER);
CREATE INDEX accounts_by_time ON accounts (org, first_signed_in_at);

-- What was there and is not any more, so that usage can be told for a time in the past.
CREATE TABLE past (
  org INTEGER NOT NULL, kind TEXT NOT NULL, pod_id TEXT, inbox_id TEXT, value INTEGER NOT NULL,
  created_at INTEGER NOT NULL, gone_at INTEGER NOT NULL);
CREATE INDEX past_by_kind ON past (org, kind);
]] .. newer.sql

-- The past of a row is kept after its deletion. The time is the organization's.
local NOW = [[(SELECT coalesce(frozen, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
  + offset) FROM organizations WHERE id = old.org)]]
local POD = "(SELECT pod_id FROM inboxes WHERE id = old.inbox)"

for _, row in ipairs {
  { "messages", "message", POD, "old.inbox_id", "old.size" },
  { "threads", "thread", POD, "old.inbox_id", "1" },
  { "inboxes", "inbox", "old.pod_id", "old.inbox_id", "1" },
  { "domains", "domain", "old.pod_id", "NULL", "1" },
  { "pods", "pod", "old.pod_id", "NULL", "1" },
} do
  sql = sql .. ([[
CREATE TRIGGER past_%s AFTER DELETE ON %s BEGIN INSERT INTO past
  VALUES (old.org, '%s', %s, %s, %s, old.created_at, %s); END;
]]):format(row[1], row[1], row[2], row[3], row[4], row[5], NOW)
end

-- The tables whose rows belong to one organization, by the column `org`; the labels of messages are
-- the only exception. `past` is last, because emptying the others adds rows to it.
local owned = {
  "inboxes", "threads", "messages", "drafts", "attachments", "contents", "originals",
  "client_ids",
  "idempotency", "faults", "fault_counts", "journal", "sent", "pods", "api_keys", "list_entries",
  "domains", "webhooks", "events", "deliveries", "attempts", "label_events", "agents", "providers",
  "accounts",
}
table.move(newer.owned, 1, #newer.owned, #owned + 1, owned)
owned[#owned + 1] = "past"

-- What is on its way to WebSockets, see events/pushes.lua.
local temporary = [[
CREATE TEMP TABLE pushes (
  id INTEGER PRIMARY KEY, org INTEGER NOT NULL, socket INTEGER NOT NULL, body TEXT NOT NULL,
  due_at INTEGER NOT NULL, farewell TEXT, code INTEGER);
]]

return { version = VERSION, sql = sql, owned = owned, temporary = temporary }
