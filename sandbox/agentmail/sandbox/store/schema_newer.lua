-- SPDX-License-Identifier: MIT
-- The tables of calendars, of polling webhooks, and of feedback on scans: a part of schema.lua.

local sql = [[
CREATE TABLE polling_webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, webhook_id TEXT NOT NULL,
  client_id TEXT NOT NULL, owner TEXT NOT NULL, event_types TEXT NOT NULL, pod_ids TEXT,
  inbox_ids TEXT, pod_id TEXT, inbox_id TEXT, token TEXT NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX polling_webhooks_by_client_id ON polling_webhooks (org, owner, client_id);
CREATE INDEX polling_webhooks_by_time ON polling_webhooks (org, owner, created_at);

CREATE TABLE polling_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, webhook INTEGER NOT NULL,
  body TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX polling_events_by_webhook ON polling_events (webhook, id);
CREATE TRIGGER polling_webhook_gone AFTER DELETE ON polling_webhooks BEGIN
  DELETE FROM polling_events WHERE webhook = old.id; END;

CREATE TABLE calendars (
  inbox INTEGER PRIMARY KEY, org INTEGER NOT NULL, timezone TEXT NOT NULL,
  revision INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE calendar_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, inbox INTEGER NOT NULL,
  inbox_id TEXT NOT NULL, event_id TEXT NOT NULL, client_id TEXT, title TEXT NOT NULL,
  description TEXT, location TEXT, metadata TEXT, status TEXT NOT NULL, all_day INTEGER NOT NULL,
  start TEXT NOT NULL, "end" TEXT NOT NULL, timezone TEXT NOT NULL, duration_mode TEXT NOT NULL,
  recurrence TEXT, attendees TEXT, uid TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 0,
  source TEXT NOT NULL, organizer_email TEXT, origin_message_id TEXT, response_status TEXT,
  revision INTEGER NOT NULL DEFAULT 1, dates_revision INTEGER NOT NULL DEFAULT 1,
  start_at INTEGER NOT NULL, end_at INTEGER NOT NULL, alarm_at INTEGER,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX calendar_events_by_id ON calendar_events (org, event_id);
CREATE INDEX calendar_events_by_time ON calendar_events (inbox, updated_at);
CREATE INDEX calendar_events_by_uid ON calendar_events (inbox, uid);
CREATE INDEX calendar_events_by_alarm ON calendar_events (org, alarm_at);
CREATE TABLE calendar_dates (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, event INTEGER NOT NULL,
  wall INTEGER NOT NULL, onward INTEGER NOT NULL, changes TEXT NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX calendar_dates_by_wall ON calendar_dates (event, wall, onward);
CREATE TABLE calendar_deletions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, key TEXT NOT NULL,
  event_id TEXT NOT NULL, deletion_id TEXT, ends_at INTEGER NOT NULL);
CREATE UNIQUE INDEX calendar_deletions_by_key ON calendar_deletions (org, key);
CREATE TRIGGER calendar_event_gone AFTER DELETE ON calendar_events BEGIN
  DELETE FROM calendar_dates WHERE event = old.id; END;
CREATE TRIGGER calendar_gone AFTER DELETE ON inboxes BEGIN
  DELETE FROM calendars WHERE inbox = old.id;
  DELETE FROM calendar_events WHERE inbox = old.id; END;

CREATE TABLE armor_feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT, org INTEGER NOT NULL, message INTEGER NOT NULL,
  feedback_id TEXT NOT NULL, feedback TEXT NOT NULL, notes TEXT, at INTEGER NOT NULL);
CREATE INDEX armor_feedback_by_message ON armor_feedback (message);
]]

return { sql = sql,
         owned = { "polling_webhooks", "polling_events", "calendars", "calendar_events",
                   "calendar_dates", "calendar_deletions", "armor_feedback" } }
