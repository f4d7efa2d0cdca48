-- SPDX-License-Identifier: MIT
-- What operations that are newer than the pinned npm package, or have changed since, must send. The
-- vectors are written by hand from the service's description, not from operations.lua:
--
--   { operation, arguments, "METHOD target", body or nil, { headers } or nil }

local EVENTS = "/v0/inboxes/a@b.c/calendar/events"
local SERIES = "0b9f6a52-6a0e-4b43-9f9b-7a0d1e7c1b11"
local DATED = SERIES .. "_t20261015T090000"
local inbox_id = "a@b.c"

local function all_events()
  return { "message.received", "calendar.event.created", "calendar.event.updated",
           "calendar.event.deleted", "calendar.event.responded", "calendar.event.starting",
           "calendar.event.ending", "message.security.completed", "message.security.review",
           "message.security.override" }
end

local EVERY = '["message.received","calendar.event.created","calendar.event.updated",'
  .. '"calendar.event.deleted","calendar.event.responded","calendar.event.starting",'
  .. '"calendar.event.ending","message.security.completed","message.security.review",'
  .. '"message.security.override"]'

local vectors = {
  -- Sign-up
  { "agent.sign_up", { username = "ann" }, "POST /v0/agent/sign-up", '{"username":"ann"}',
    { authorization = false } },
  { "agent.sign_up", { human_email = "h@x.yz", username = "ann", source = "s", referrer = "r" },
    "POST /v0/agent/sign-up",
    '{"human_email":"h@x.yz","username":"ann","source":"s","referrer":"r"}',
    { authorization = false } },
  { "agent.verify", { otp_code = "012345" }, "POST /v0/agent/verify", '{"otp_code":"012345"}' },
  { "agent.attach_human", { human_email = "h@x.yz" }, "POST /v0/agent/human",
    '{"human_email":"h@x.yz"}' },

  -- Accounts
  { "accounts.update", { account_id = "a/1", status = "disabled" },
    "PATCH /v0/accounts/a%2F1/update", '{"status":"disabled"}' },
  { "pods.accounts.list", { pod_id = "p", limit = 2, page_token = "t=", ascending = false },
    "GET /v0/pods/p/accounts?limit=2&page_token=t%3D&ascending=false" },
  { "pods.accounts.get", { pod_id = "p", account_id = "a" }, "GET /v0/pods/p/accounts/a" },
  { "inboxes.accounts.list", { inbox_id = inbox_id, ascending = true },
    "GET /v0/inboxes/a@b.c/accounts?ascending=true" },
  { "inboxes.accounts.get", { inbox_id = inbox_id, account_id = "a" },
    "GET /v0/inboxes/a@b.c/accounts/a" },

  -- Apps and providers
  { "apps.list", {}, "GET /v0/apps" },
  { "apps.list", { limit = 5, page_token = "t", category = "developer-tools" },
    "GET /v0/apps?limit=5&page_token=t&category=developer-tools" },
  { "apps.search", { q = "quick s", limit = 1 }, "GET /v0/apps/search?q=quick%20s&limit=1" },
  { "apps.get", { app_id = "Quick Search" }, "GET /v0/apps/Quick%20Search" },
  { "apps.list_accounts", { app_id = "x", limit = 2, page_token = "t" },
    "GET /v0/apps/x/accounts?limit=2&page_token=t" },
  { "apps.connect", { app_id = "x" }, "POST /v0/apps/x/connect" },
  { "apps.connect", { app_id = "x", inbox_id = inbox_id, accept_disclosure = true },
    "POST /v0/apps/x/connect", '{"inbox_id":"a@b.c","accept_disclosure":true}' },
  { "providers.list", { limit = 2 }, "GET /v0/providers?limit=2" },
  { "providers.search", { q = "x" }, "GET /v0/providers/search?q=x" },
  { "providers.get", { provider_id = "x" }, "GET /v0/providers/x" },
  { "providers.list_accounts", { provider_id = "x" }, "GET /v0/providers/x/accounts" },
  { "providers.connect", { provider_id = "x", inbox_id = inbox_id },
    "POST /v0/providers/x/connect", '{"inbox_id":"a@b.c"}' },

  -- Inboxes
  { "inboxes.create", { username = "a", status = "paused", client_id = "c" }, "POST /v0/inboxes",
    '{"username":"a","client_id":"c","status":"paused"}' },
  { "inboxes.update", { inbox_id = inbox_id, status = "active" }, "PATCH /v0/inboxes/a@b.c",
    '{"status":"active"}' },
  { "pods.inboxes.create", { pod_id = "p", status = "active", client_id = "c" },
    "POST /v0/pods/p/inboxes", '{"client_id":"c","status":"active"}' },
  { "pods.inboxes.update", { pod_id = "p", inbox_id = inbox_id, status = "paused" },
    "PATCH /v0/pods/p/inboxes/a@b.c", '{"status":"paused"}' },
  { "inboxes.authorize", { inbox_id = inbox_id, auth_token = "abcdefghij0123456789_-" },
    "POST /v0/inboxes/a@b.c/authorize", '{"auth_token":"abcdefghij0123456789_-"}' },

  -- Keys
  { "api_keys.create", { name = "k", expires_at = "2027-01-01T00:00:00Z",
                         permissions = { app_connect = true, calendar_event_read = true } },
    "POST /v0/api-keys", '{"name":"k","permissions":{"app_connect":true,'
    .. '"calendar_event_read":true},"expires_at":"2027-01-01T00:00:00Z"}' },
  { "pods.api_keys.create", { pod_id = "p", expires_at = "2027-01-01T00:00:00Z" },
    "POST /v0/pods/p/api-keys", '{"expires_at":"2027-01-01T00:00:00Z"}' },
  { "inboxes.api_keys.create", { inbox_id = inbox_id, expires_at = "2027-01-01T00:00:00Z" },
    "POST /v0/inboxes/a@b.c/api-keys", '{"expires_at":"2027-01-01T00:00:00Z"}' },

  -- Metrics
  { "metrics.query_rates", { rate_types = { "bounce", "complaint" }, window = 86400,
                             period = 3600, limit = 3, descending = true,
                             start = "2026-10-01T00:00:00Z", end_ = "2026-10-02T00:00:00Z" },
    "GET /v0/metrics/rates?rate_types=%5B%22bounce%22%2C%22complaint%22%5D"
    .. "&start=2026-10-01T00%3A00%3A00Z&end=2026-10-02T00%3A00%3A00Z&period=3600&window=86400"
    .. "&limit=3&descending=true" },
  { "inboxes.metrics.query_rates", { inbox_id = inbox_id }, "GET /v0/inboxes/a@b.c/metrics/rates" },

  -- Webhooks
  { "webhooks.create", { url = "u", event_types = all_events(), client_id = "c" },
    "POST /v0/webhooks", '{"url":"u","event_types":' .. EVERY .. ',"client_id":"c"}' },
  { "webhooks.update", { webhook_id = "w", event_types = all_events() }, "PATCH /v0/webhooks/w",
    '{"event_types":' .. EVERY .. "}" },
  { "pods.webhooks.create", { pod_id = "p", url = "u", event_types = all_events(),
                              client_id = "c" },
    "POST /v0/pods/p/webhooks", '{"url":"u","event_types":' .. EVERY .. ',"client_id":"c"}' },
  { "pods.webhooks.update", { pod_id = "p", webhook_id = "w", event_types = all_events() },
    "PATCH /v0/pods/p/webhooks/w", '{"event_types":' .. EVERY .. "}" },
  { "inboxes.webhooks.create", { inbox_id = inbox_id, url = "u", event_types = all_events(),
                                 client_id = "c" },
    "POST /v0/inboxes/a@b.c/webhooks",
    '{"url":"u","event_types":' .. EVERY .. ',"client_id":"c"}' },
  { "inboxes.webhooks.update", { inbox_id = inbox_id, webhook_id = "w",
                                 event_types = all_events() },
    "PATCH /v0/inboxes/a@b.c/webhooks/w", '{"event_types":' .. EVERY .. "}" },

  -- Agent Armor
  { "inboxes.messages.create_agent_armor_feedback",
    { inbox_id = inbox_id, message_id = "<m@x>", feedback = "missed_threat", notes = "n" },
    "POST /v0/inboxes/a@b.c/messages/<m@x>/agent-armor/feedback",
    '{"feedback":"missed_threat","notes":"n"}' },
  { "inboxes.messages.release_agent_armor_message",
    { inbox_id = inbox_id, message_id = "<m@x>", reason = "known" },
    "POST /v0/inboxes/a@b.c/messages/<m@x>/agent-armor/release", '{"reason":"known"}' },

  -- Calendar
  { "inboxes.calendar.get", { inbox_id = inbox_id, consistency = "primary" },
    "GET /v0/inboxes/a@b.c/calendar?consistency=primary" },
  { "inboxes.calendar.update", { inbox_id = inbox_id, timezone = "Europe/Berlin" },
    "PATCH /v0/inboxes/a@b.c/calendar", '{"timezone":"Europe/Berlin"}' },
  { "inboxes.calendar.update", { inbox_id = inbox_id, timezone = "UTC", if_match = '"rv-7"' },
    "PATCH /v0/inboxes/a@b.c/calendar", '{"timezone":"UTC"}', { ["if-match"] = '"rv-7"' } },
  { "inboxes.calendar.list_events", { inbox_id = inbox_id, limit = 100, page_token = "t" },
    "GET " .. EVENTS .. "?limit=100&page_token=t" },
  { "inboxes.calendar.get_agenda",
    { inbox_id = inbox_id, consistency = "eventual", after = "2026-10-01T00:00:00Z",
      before = "2026-11-01T00:00:00Z", include_overlapping = false, limit = 10, page_token = "t" },
    "GET /v0/inboxes/a@b.c/calendar/agenda?consistency=eventual&after=2026-10-01T00%3A00%3A00Z"
    .. "&before=2026-11-01T00%3A00%3A00Z&include_overlapping=false&limit=10&page_token=t" },
  { "inboxes.calendar.list_event_instances", { inbox_id = inbox_id, event_id = SERIES, limit = 1 },
    "GET " .. EVENTS .. "/" .. SERIES .. "/instances?limit=1" },
  { "inboxes.calendar.get_event", { inbox_id = inbox_id, event_id = DATED },
    "GET " .. EVENTS .. "/" .. DATED },
  { "inboxes.calendar.create_event",
    { inbox_id = inbox_id, client_id = "c", title = "Daily", description = "d", location = "l",
      metadata = { 1, { deep = { true } } }, status = "tentative", all_day = false,
      start = "2026-10-15T09:00:00", end_ = "2026-10-15T09:30:00", timezone = "Europe/Berlin",
      duration_mode = "exact", send_invites = true,
      recurrence = { rule = "FREQ=DAILY;COUNT=3", exdates = { "2026-10-16T09:00:00" },
                     rdates = { "2026-10-20T09:00:00",
                                { start = "2026-10-21T09:00:00", duration = "PT1H" } } },
      attendees = { { email = "a@x.yz", name = "A", status = "accepted", role = "optional" },
                    { email = "b@x.yz" } } },
    "POST " .. EVENTS,
    '{"client_id":"c","title":"Daily","description":"d","location":"l",'
    .. '"metadata":[1,{"deep":[true]}],"status":"tentative","all_day":false,'
    .. '"start":"2026-10-15T09:00:00","end":"2026-10-15T09:30:00","timezone":"Europe/Berlin",'
    .. '"duration_mode":"exact","recurrence":{"rule":"FREQ=DAILY;COUNT=3",'
    .. '"exdates":["2026-10-16T09:00:00"],"rdates":["2026-10-20T09:00:00",'
    .. '{"duration":"PT1H","start":"2026-10-21T09:00:00"}]},'
    .. '"attendees":[{"email":"a@x.yz","name":"A","status":"accepted","role":"optional"},'
    .. '{"email":"b@x.yz"}],"send_invites":true}' },
  { "inboxes.calendar.create_event",
    { inbox_id = inbox_id, client_id = false, title = "Day", start = "2026-10-15",
      ["end"] = "2026-10-16", all_day = true },
    "POST " .. EVENTS,
    '{"title":"Day","all_day":true,"start":"2026-10-15","end":"2026-10-16"}' },
  { "inboxes.calendar.update_event",
    { inbox_id = inbox_id, event_id = DATED, mode = "future", title = "T", if_match = '"occ-1"' },
    "PATCH " .. EVENTS .. "/" .. DATED .. "?mode=future", '{"title":"T"}',
    { ["if-match"] = '"occ-1"' } },
  { "inboxes.calendar.update_event",
    { inbox_id = inbox_id, event_id = SERIES, description = "null", location = "null",
      metadata = "null", recurrence = "null", attendees = {} },
    "PATCH " .. EVENTS .. "/" .. SERIES,
    '{"description":null,"location":null,"metadata":null,"recurrence":null,"attendees":[]}' },
  { "inboxes.calendar.delete_event", { inbox_id = inbox_id, event_id = SERIES },
    "DELETE " .. EVENTS .. "/" .. SERIES },
  { "inboxes.calendar.delete_event",
    { inbox_id = inbox_id, event_id = DATED, mode = "single", send_invites = true,
      if_match = "*", idempotency_key = "cancel:1/a" },
    "DELETE " .. EVENTS .. "/" .. DATED .. "?mode=single&send_invites=true", nil,
    { ["if-match"] = "*", ["idempotency-key"] = "cancel:1/a" } },
  { "inboxes.calendar.respond_to_event",
    { inbox_id = inbox_id, event_id = SERIES, status = "declined", comment = "c\n",
      send_reply = false },
    "POST " .. EVENTS .. "/" .. SERIES .. "/respond",
    '{"status":"declined","comment":"c\\n","send_reply":false}' },
  { "inboxes.calendar.respond_to_event",
    { inbox_id = inbox_id, event_id = SERIES, status = "accepted", if_match = '"rv-1"' },
    "POST " .. EVENTS .. "/" .. SERIES .. "/respond", '{"status":"accepted"}',
    { ["if-match"] = '"rv-1"' } },
}

-- Polling webhooks, the same in three scopes.
for _, scope in ipairs {
  { "", "/v0/", {}, { inbox_ids = { "a@b.c" }, pod_ids = { "p" } },
    ',"inbox_ids":["a@b.c"],"pod_ids":["p"]' },
  { "pods.", "/v0/pods/p/", { pod_id = "p" }, { inbox_ids = { "a@b.c" } },
    ',"inbox_ids":["a@b.c"]' },
  { "inboxes.", "/v0/inboxes/a@b.c/", { inbox_id = inbox_id }, {}, "" },
} do
  local name, path, bound, more, written = table.unpack(scope)
  local function with(fields)
    for _, from in ipairs { bound, fields.created and more or {} } do
      for field, value in pairs(from) do fields[field] = value end
    end
    fields.created = nil
    return fields
  end
  name, path = name .. "webhooks.polling.", path .. "webhooks/polling"
  for _, vector in ipairs {
    { name .. "create", with { created = true, client_id = "c", event_types = all_events() },
      "POST " .. path, '{"client_id":"c","event_types":' .. EVERY .. written .. "}" },
    { name .. "list", with { limit = 1, page_token = "t", ascending = true },
      "GET " .. path .. "?limit=1&page_token=t&ascending=true" },
    { name .. "get", with { webhook_id = "c" }, "GET " .. path .. "/c" },
    { name .. "delete", with { webhook_id = "w" }, "DELETE " .. path .. "/w" },
  } do
    vectors[#vectors + 1] = vector
  end
end

return vectors
