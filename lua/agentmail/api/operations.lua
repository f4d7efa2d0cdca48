-- SPDX-License-Identifier: MIT
-- Every operation of the AgentMail API, declared once. This map, operation name → row, defines
-- the methods, the validation, the protection against repeats, and the sandbox's routes:
--
--   ["inboxes.get"] = { "GET", "/v0/inboxes/{inbox_id}", "safe", returns = "Inbox" }
--
--   [1] method            [2] path, with its {parameters}
--   [3] protection        safe, idempotent, client_id, idempotency_key, natural_key, if_match, none
--   query, body           declared fields, in wire order (see below)
--   body_optional         without fields the body is absent, not {}
--   returns               the response model (models.lua); nil when the answer has no content
--   status, takes         of success, if not 200 · what a delete takes: if_match, idempotency_key
--   auth, note            false: needs no API key · a remark for the reader
--
-- A field is `name:type`; `name!:type` is required. Types: string, integer, number, boolean,
-- line (of text), datetime, attachment, metadata, permissions, jwk, map<string>, an enum of
-- models.lua, `strings` or `lines` (or a list). `[]` is a list, `?` lets agentmail.null clear it.
-- Below, rows omit the collection's path and give the model as the fourth item.

local PAGE       = "limit:integer page_token:string "
local SORTED     = PAGE .. "ascending:boolean "
local DATES      = "before:datetime after:datetime "
local SEARCH     = "q!:string " .. PAGE
local FIND       = SEARCH .. DATES
local LOOKUP     = "q!:string limit:integer "
local LISTING    = PAGE .. "labels:string[] " .. DATES .. "ascending:boolean "
local HIDDEN     = "include_spam:boolean include_blocked:boolean "
                 .. "include_unauthenticated:boolean include_trash:boolean "
local MESSAGES   = LISTING .. HIDDEN .. "from:string[] to:string[] subject:string[] "
local THREADS    = LISTING .. HIDDEN .. "senders:string[] recipients:string[] subject:string[] "
local PERIOD     = "start:datetime end:datetime period:integer limit:integer descending:boolean "
local METRICS    = "event_types:metric_event_type[] " .. PERIOD
local USAGE      = "usage_types:usage_type[] " .. PERIOD
local TO         = "to:lines cc:lines bcc:lines "
local CONTENT    = "text:string html:string attachments:attachment[] "
local OUTGOING   = CONTENT .. "headers:map<string> track_opens:boolean "
local ANSWER     = "labels:string[] reply_to:lines "
local REPLY      = ANSWER .. TO .. "reply_all:boolean " .. OUTGOING
local REPLY_ALL  = ANSWER .. OUTGOING
local SEND       = ANSWER .. TO .. "subject:line " .. OUTGOING
local RELABEL    = "add_labels:strings remove_labels:strings "
local RETAG      = "add_labels:string[] remove_labels:string[] "
local DRAFT      = "labels:string[] reply_to:line[] to:line[] cc:line[] bcc:line[] "
                 .. "subject:line " .. CONTENT .. "in_reply_to:line forward_of:line "
                 .. "reply_all:boolean send_at:datetime client_id:string "
local REDRAFT    = "reply_to:line[]? to:line[]? cc:line[]? bcc:line[]? subject:line? "
                 .. "text:string? html:string? add_attachments:attachment[] "
                 .. "remove_attachments:string[] " .. RETAG .. "send_at:datetime? "
local BATCH      = "message_ids!:string[] "
local INBOX      = "username:line domain:line display_name:line client_id:string "
                 .. "metadata:metadata "
local RENAME     = "display_name:line metadata:metadata? "
local CONNECT    = "inbox_id:string accept_disclosure:boolean "
local KEY        = "name:string permissions:permissions "
local NEW_KEY    = KEY .. "public_key:jwk client_id:string expires_at:datetime "
local KEYS       = "type:key_type " .. SORTED
local DOMAIN     = "feedback_enabled:boolean subdomains_enabled:boolean "
local TRACKING   = "tracking_enabled:boolean "
local NEW_DOMAIN = "domain!:string " .. DOMAIN .. "allow_conflicting_provider:boolean " .. TRACKING
local WEBHOOK    = "url!:string event_types!:event_type[] client_id:string headers:map<string> "
local EVENTS     = "event_types:event_type[] "
local HEADERS    = "headers:map<string> remove_headers:string[] "
local IN_INBOXES = "inbox_ids:string[] "
local IN_PODS    = "pod_ids:string[] "
local INBOXES    = "add_inbox_ids:string[] remove_inbox_ids:string[] "
local PODS       = "add_pod_ids:string[] remove_pod_ids:string[] "
local SIGN_UP    = "human_email!:line username!:line source:string referrer:string "
local FILE       = "/attachments/{attachment_id}"
local SENT       = "SendMessageResponse"
local operations = {}
local function collection(name, path, rows)
  for method, row in pairs(rows) do
    operations[name .. "." .. method] = {
      row[1], path .. row[2], row[3], returns = row[4], takes = row.takes,
      query = row.query, body = row.body, body_optional = row.body_optional,
      status = row.status or row[1] == "DELETE" and 204 or nil, auth = row.auth, note = row.note,
    }
  end
end

-- Inboxes
local function inboxes(bodiless)
  return {
    list   = { "GET",    "",            "safe",       "ListInboxesResponse", query = SORTED },
    search = { "GET",    "/search",     "safe",       "SearchInboxesResponse", query = SEARCH },
    create = { "POST",   "",            "client_id",  "Inbox", body = INBOX,
               body_optional = bodiless },
    get    = { "GET",    "/{inbox_id}", "safe",       "Inbox" },
    update = { "PATCH",  "/{inbox_id}", "idempotent", "Inbox", body = RENAME },
    delete = { "DELETE", "/{inbox_id}", "idempotent" },
  }
end
collection("inboxes",      "/v0/inboxes", inboxes(true))
collection("pods.inboxes", "/v0/pods/{pod_id}/inboxes", inboxes())
collection("inboxes",      "/v0/inboxes", {
  authorize = { "POST", "/{inbox_id}/authorize", "idempotent", "AuthorizeInboxResponse",
                body = "auth_token!:string accept_disclosure:boolean " } })
collection("inboxes.events", "/v0/inboxes/{inbox_id}/events", {
  list = { "GET", "", "safe", "ListInboxEventsResponse", query = SORTED } })

-- Messages
collection("inboxes.messages", "/v0/inboxes/{inbox_id}/messages", {
  list           = { "GET", "", "safe", "ListMessagesResponse", query = MESSAGES },
  search         = { "GET", "/search", "safe", "SearchMessagesResponse", query = FIND },
  send           = { "POST", "/send", "idempotency_key", SENT, body = SEND },
  reply          = { "POST", "/{message_id}/reply", "idempotency_key", SENT, body = REPLY },
  reply_all      = { "POST", "/{message_id}/reply-all", "idempotency_key", SENT, body = REPLY_ALL },
  forward        = { "POST", "/{message_id}/forward", "idempotency_key", SENT, body = SEND },
  get            = { "GET", "/{message_id}", "safe", "Message" },
  get_raw        = { "GET", "/{message_id}/raw", "safe", "RawMessageResponse" },
  get_attachment = { "GET", "/{message_id}" .. FILE, "safe", "AttachmentResponse" },
  update         = { "PATCH", "/{message_id}", "idempotent", "UpdateMessageResponse",
                     body = RELABEL },
  delete         = { "DELETE", "/{message_id}", "idempotent" },
  batch_get      = { "POST", "/batch-get", "safe", "BatchGetMessagesResponse", body = BATCH },
  batch_update   = { "POST", "/batch-update", "idempotent", "BatchUpdateMessagesResponse",
                     body = BATCH .. RELABEL },
})

-- Threads
local threads = {
  list           = { "GET",    "", "safe", "ListThreadsResponse", query = THREADS },
  search         = { "GET",    "/search", "safe", "SearchThreadsResponse", query = FIND },
  get            = { "GET",    "/{thread_id}", "safe", "Thread", query = PAGE,
                     note = "the first page holds the newest messages" },
  get_attachment = { "GET",    "/{thread_id}" .. FILE, "safe", "AttachmentResponse" },
  update         = { "PATCH",  "/{thread_id}", "idempotent", "UpdateThreadResponse", body = RETAG },
  delete         = { "DELETE", "/{thread_id}", "idempotent" },
}
collection("threads",         "/v0/threads", threads)
collection("pods.threads",    "/v0/pods/{pod_id}/threads", threads)
collection("inboxes.threads", "/v0/inboxes/{inbox_id}/threads", threads)

-- Drafts
local drafts = {
  list           = { "GET", "", "safe", "ListDraftsResponse", query = LISTING },
  get            = { "GET", "/{draft_id}", "safe", "Draft" },
  get_attachment = { "GET", "/{draft_id}" .. FILE, "safe", "AttachmentResponse" },
}
collection("drafts",         "/v0/drafts", drafts)
collection("pods.drafts",    "/v0/pods/{pod_id}/drafts", drafts)
collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", drafts)
collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", {
  create = { "POST",   "", "client_id", "Draft", body = DRAFT },
  update = { "PATCH",  "/{draft_id}", "idempotent", "Draft", body = REDRAFT,
             note = "except add_attachments, which adds again each time" },
  send   = { "POST",   "/{draft_id}/send", "idempotency_key", SENT, body = RELABEL },
  delete = { "DELETE", "/{draft_id}", "idempotent" },
})

-- Webhooks
local function webhooks(scopes, changes)
  local id, headers = "/{webhook_id}", "/{webhook_id}/headers"
  return {
    list           = { "GET",    "", "safe", "ListWebhooksResponse", query = SORTED },
    create         = { "POST",   "", "client_id", "Webhook", body = WEBHOOK .. scopes },
    get            = { "GET",    id, "safe", "Webhook" },
    update         = { "PATCH",  id, "idempotent", "Webhook", body = EVENTS .. changes },
    delete         = { "DELETE", id, "idempotent" },
    get_headers    = { "GET",    headers, "safe", "WebhookHeaderNamesResponse" },
    update_headers = { "PATCH",  headers, "idempotent", body = HEADERS, status = 204 },
  }
end
collection("webhooks",         "/v0/webhooks", webhooks(IN_INBOXES .. IN_PODS, INBOXES .. PODS))
collection("pods.webhooks",    "/v0/pods/{pod_id}/webhooks", webhooks(IN_INBOXES, INBOXES))
collection("inboxes.webhooks", "/v0/inboxes/{inbox_id}/webhooks", webhooks("", ""))

-- Pods and domains
collection("pods", "/v0/pods", {
  list   = { "GET",    "", "safe", "ListPodsResponse", query = SORTED },
  create = { "POST",   "", "client_id", "Pod", body = "name:string client_id:string " },
  get    = { "GET",    "/{pod_id}", "safe", "Pod" },
  delete = { "DELETE", "/{pod_id}", "idempotent" },
})

local domains = {
  list          = { "GET",    "", "safe", "ListDomainsResponse", query = SORTED },
  create        = { "POST",   "", "natural_key", "Domain", body = NEW_DOMAIN },
  get           = { "GET",    "/{domain_id}", "safe", "Domain" },
  get_zone_file = { "GET",    "/{domain_id}/zone-file", "safe", "file" },
  update        = { "PATCH",  "/{domain_id}", "idempotent", "Domain", body = DOMAIN .. TRACKING },
  verify        = { "POST",   "/{domain_id}/verify", "idempotent", status = 204 },
  delete        = { "DELETE", "/{domain_id}", "idempotent" },
}
collection("domains",      "/v0/domains", domains)
collection("pods.domains", "/v0/pods/{pod_id}/domains", domains)
collection("domains",      "/v0/domains", {
  get_setup_link = { "GET", "/{domain_id}/setup-link", "safe", "GetSetupLinkResponse" } })

-- Allow and block lists
local function lists(entry, entries)
  return {
    list   = { "GET",    "", "safe", entries, query = PAGE },
    create = { "POST",   "", "natural_key", entry, body = "entry!:line reason:string " },
    get    = { "GET",    "/{entry}", "safe", entry },
    delete = { "DELETE", "/{entry}", "idempotent" },
  }
end
local in_pod = lists("PodListEntry", "PodListListEntriesResponse")
collection("lists", "/v0/lists/{direction}/{type}", lists("ListEntry", "ListListEntriesResponse"))
collection("pods.lists",    "/v0/pods/{pod_id}/lists/{direction}/{type}", in_pod)
collection("inboxes.lists", "/v0/inboxes/{inbox_id}/lists/{direction}/{type}", in_pod)

-- API keys
local function api_keys(listing)
  return {
    list   = { "GET",    "", "safe", "ListApiKeysResponse", query = listing },
    create = { "POST",   "", "none", "CreateApiKeyResult", body = NEW_KEY,
               note = "a bearer key's secret is returned once; with public_key, there is none" },
    update = { "PATCH",  "/{api_key_id}", "idempotent", "ApiKey", body = KEY },
    delete = { "DELETE", "/{api_key_id}", "idempotent" },
  }
end
collection("api_keys",         "/v0/api-keys", api_keys(KEYS))
collection("pods.api_keys",    "/v0/pods/{pod_id}/api-keys", api_keys(PAGE))
collection("inboxes.api_keys", "/v0/inboxes/{inbox_id}/api-keys", api_keys(PAGE))
collection("api_keys", "/v0/api-keys", { get = { "GET", "/{api_key_id}", "safe", "ApiKey" } })

-- Metrics
local metrics = {
  query_events = { "GET", "/events", "safe", "QueryMetricsResponse", query = METRICS },
  query_usage  = { "GET", "/usage", "safe", "QueryUsageResponse", query = USAGE },
}
collection("metrics",         "/v0/metrics", metrics)
collection("pods.metrics",    "/v0/pods/{pod_id}/metrics", metrics)
collection("inboxes.metrics", "/v0/inboxes/{inbox_id}/metrics", metrics)

-- Organization, identity, sign-up, sign-in elsewhere
collection("organizations", "/v0/organizations", { get = { "GET", "", "safe", "Organization" } })
collection("auth",          "/v0/auth",          { me  = { "GET", "/me", "safe", "Identity" } })
collection("agent",         "/v0/agent", {
  sign_up = { "POST", "/sign-up", "none", "AgentSignupResponse", body = SIGN_UP, auth = false,
              note = "each call rotates the API key: only the last answer is valid" },
  verify  = { "POST", "/verify", "none", "AgentVerifyResponse", body = "otp_code!:string " },
})
collection("accounts", "/v0/accounts", {
  list = { "GET", "", "safe", "ListAccountsResponse", query = SORTED },
  get  = { "GET", "/{account_id}", "safe", "Account" },
})
collection("providers", "/v0/providers", {
  list    = { "GET",  "", "safe", "ListProvidersResponse", query = PAGE },
  search  = { "GET",  "/search", "safe", "SearchProvidersResponse", query = LOOKUP },
  get     = { "GET",  "/{provider_id}", "safe", "Provider" },
  connect = { "POST", "/{provider_id}/connect", "none", "ConnectAccepted", body = CONNECT,
              body_optional = true, note = "each call makes a new link, good for five minutes" },
  list_accounts = { "GET", "/{provider_id}/accounts", "safe", "ListProviderAccountsResponse",
                    query = PAGE },
})

return operations
