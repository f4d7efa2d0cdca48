-- SPDX-License-Identifier: MIT
-- The tables besides those of mail: pods, keys, lists, domains, webhooks, events, sign-in.
--
-- pod_id and inbox_id say what a row belongs to: neither the organization, pod_id alone a pod, both
-- an inbox.

local schema = [[
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
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL UNIQUE, human_email TEXT NOT NULL,
  otp_code TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, verified INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL);

CREATE TABLE providers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, provider_id TEXT NOT NULL,
  name TEXT, description TEXT, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX providers_by_id ON providers (org, provider_id);
CREATE INDEX providers_by_time ON providers (org, updated_at);
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, account_id TEXT NOT NULL,
  provider_id TEXT NOT NULL, provider_name TEXT, inbox_id TEXT NOT NULL, pod_id TEXT NOT NULL,
  first_signed_in_at INTEGER NOT NULL, last_signed_in_at INTEGER NOT NULL,
  sign_in_count INTEGER NOT NULL);
CREATE INDEX accounts_by_time ON accounts (org, first_signed_in_at);

-- What was there and is not any more, so that usage can be told for a time in the past.
CREATE TABLE past (
  org INTEGER NOT NULL, kind TEXT NOT NULL, pod_id TEXT, inbox_id TEXT, value INTEGER NOT NULL,
  created_at INTEGER NOT NULL, gone_at INTEGER NOT NULL);
CREATE INDEX past_by_kind ON past (org, kind);
]]

-- Whatever deletes a row, its past is kept. The time is that of the organization.
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
  schema = schema .. ([[
CREATE TRIGGER past_%s AFTER DELETE ON %s BEGIN INSERT INTO past
  VALUES (old.org, '%s', %s, %s, %s, old.created_at, %s); END;
]]):format(row[1], row[1], row[2], row[3], row[4], row[5], NOW)
end

-- What belongs to one organization, for reset; `past` last, for the others fill it.
local owned = {
  "pods", "api_keys", "list_entries", "domains", "webhooks", "events", "deliveries", "attempts",
  "label_events", "agents", "providers", "accounts", "past",
}

return { schema = schema, owned = owned }
