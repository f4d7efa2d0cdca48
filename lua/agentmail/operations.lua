-- SPDX-License-Identifier: MIT
-- Every operation of the AgentMail API, declared once. Methods, validation, protection against
-- repeats and the sandbox's routes are all driven by this table.
--
-- The module answers a flat map, operation name → row:
--
--   ["inboxes.get"] = { "GET", "/v0/inboxes/{inbox_id}", "safe", returns = "Inbox" }
--
--   [1] method            [2] path, with its {parameters}
--   [3] protection        safe · idempotent · client_id · idempotency_key · natural_key · none
--   query, body           declared fields, in wire order (see below)
--   body_optional         without fields there is no body at all, instead of {}
--   returns               the response model (models.lua); nil when the answer carries nothing
--   status                the success status, when it is not 200
--   auth                  false for the one operation that needs no API key
--   note                  what a person should know
--
-- A field is `name:type`; `name!:type` is required. Types: string, integer, number, boolean,
-- datetime, attachment, metadata, permissions, jwk, map<string>, an enum of models.lua, or
-- `strings` (one string or a list). `[]` makes a list; a final `?` lets agentmail.null clear it.
-- Below, rows leave out the collection's path and write their model in fourth place.

local PAGE     = "limit:integer page_token:string "
local SORTED   = PAGE .. "ascending:boolean "
local DATES    = "before:datetime after:datetime "
local SEARCH   = "q!:string " .. PAGE
local LISTING  = PAGE .. "labels:string[] " .. DATES .. "ascending:boolean "
local HIDDEN   = "include_spam:boolean include_blocked:boolean "
              .. "include_unauthenticated:boolean include_trash:boolean "
local METRICS  = "start:datetime end:datetime period:integer limit:integer descending:boolean "

local TO       = "to:strings cc:strings bcc:strings "
local CONTENT  = "text:string html:string attachments:attachment[] "
local OUTGOING = CONTENT .. "headers:map<string> track_opens:boolean "
local ANSWER   = "labels:string[] reply_to:strings "
local SEND     = ANSWER .. TO .. "subject:string " .. OUTGOING
local RELABEL  = "add_labels:strings remove_labels:strings "
local RETAG    = "add_labels:string[] remove_labels:string[] "

local KEY      = "name:string permissions:permissions "
local NEW_KEY  = KEY .. "public_key:jwk client_id:string expires_at:datetime "
local DOMAIN   = "feedback_enabled:boolean subdomains_enabled:boolean "
local EVENTS   = "event_types:event_type[] "
local WEBHOOK  = "url!:string event_types!:event_type[] client_id:string headers:map<string> "

local ATTACHMENT = "/attachments/{attachment_id}"

local ONCE     = "safe to repeat only with a client_id, which the library adds"
local ORPHAN   = "a lost answer leaves a key whose secret nobody has; "
              .. "a public_key body takes a client_id"
local UNIQUE   = "no client_id; an equal entry answers already_exists"

local operations = {}

local function collection(name, path, rows)
  for method, row in pairs(rows) do
    operations[name .. "." .. method] = {
      row[1], path .. row[2], row[3], returns = row[4],
      query = row.query, body = row.body, body_optional = row.body_optional,
      status = row[1] == "DELETE" and 204 or row.status, auth = row.auth, note = row.note,
    }
  end
end

-- Inboxes --------------------------------------------------------------------------------------

local NEW_INBOX = "username:string domain:string display_name:string client_id:string "
               .. "metadata:metadata "

local function inboxes(create_without_body)
  return {
    list   = { "GET",    "",            "safe",       "ListInboxesResponse", query = SORTED },
    search = { "GET",    "/search",     "safe",       "SearchInboxesResponse", query = SEARCH },
    create = { "POST",   "",            "client_id",  "Inbox", body = NEW_INBOX,
               body_optional = create_without_body, note = ONCE },
    get    = { "GET",    "/{inbox_id}", "safe",       "Inbox" },
    update = { "PATCH",  "/{inbox_id}", "idempotent", "Inbox",
               body = "display_name:string metadata:metadata? " },
    delete = { "DELETE", "/{inbox_id}", "idempotent" },
  }
end

collection("inboxes",      "/v0/inboxes", inboxes(true))
collection("pods.inboxes", "/v0/pods/{pod_id}/inboxes", inboxes())

collection("inboxes", "/v0/inboxes", {
  authorize = { "POST", "/{inbox_id}/authorize", "idempotent", "AuthorizeInboxResponse",
                body = "auth_token!:string accept_disclosure:boolean ",
                note = "the same token, inbox and key give the same key id" },
})

collection("inboxes.events", "/v0/inboxes/{inbox_id}/events", {
  list = { "GET", "", "safe", "ListInboxEventsResponse", query = SORTED },
})

-- Messages -------------------------------------------------------------------------------------

collection("inboxes.messages", "/v0/inboxes/{inbox_id}/messages", {
  list           = { "GET",    "", "safe", "ListMessagesResponse",
                     query = LISTING .. HIDDEN .. "from:string[] to:string[] subject:string[] " },
  search         = { "GET",    "/search",                 "safe", "SearchMessagesResponse",
                     query = SEARCH .. DATES },
  send           = { "POST",   "/send",                   "idempotency_key",
                     "SendMessageResponse", body = SEND },
  get            = { "GET",    "/{message_id}",           "safe",       "Message" },
  get_raw        = { "GET",    "/{message_id}/raw",       "safe",       "RawMessageResponse" },
  get_attachment = { "GET",    "/{message_id}" .. ATTACHMENT, "safe",   "AttachmentResponse" },
  update         = { "PATCH",  "/{message_id}",           "idempotent", "UpdateMessageResponse",
                     body = RELABEL },
  delete         = { "DELETE", "/{message_id}",           "idempotent" },
  reply          = { "POST",   "/{message_id}/reply",     "idempotency_key",
                     "SendMessageResponse", body = ANSWER .. TO .. "reply_all:boolean "
                                                .. OUTGOING },
  reply_all      = { "POST",   "/{message_id}/reply-all", "idempotency_key",
                     "SendMessageResponse", body = ANSWER .. OUTGOING },
  forward        = { "POST",   "/{message_id}/forward",   "idempotency_key",
                     "SendMessageResponse", body = SEND },
  batch_get      = { "POST",   "/batch-get",              "safe", "BatchGetMessagesResponse",
                     body = "message_ids!:string[] ", note = "a read that needs a body" },
  batch_update   = { "POST",   "/batch-update",           "idempotent",
                     "BatchUpdateMessagesResponse", body = "message_ids!:string[] " .. RELABEL,
                     note = "atomic; labels are sets" },
})

-- Threads --------------------------------------------------------------------------------------

local threads = {
  list           = { "GET",    "",             "safe",       "ListThreadsResponse",
                     query = LISTING .. HIDDEN
                             .. "senders:string[] recipients:string[] subject:string[] " },
  search         = { "GET",    "/search",      "safe",       "SearchThreadsResponse",
                     query = SEARCH .. DATES },
  get            = { "GET",    "/{thread_id}", "safe",       "Thread", query = PAGE,
                     note = "the first page holds the newest messages" },
  get_attachment = { "GET",    "/{thread_id}" .. ATTACHMENT, "safe", "AttachmentResponse" },
  update         = { "PATCH",  "/{thread_id}", "idempotent", "UpdateThreadResponse",
                     body = RETAG },
  delete         = { "DELETE", "/{thread_id}", "idempotent" },
}

collection("threads",         "/v0/threads", threads)
collection("pods.threads",    "/v0/pods/{pod_id}/threads", threads)
collection("inboxes.threads", "/v0/inboxes/{inbox_id}/threads", threads)

-- Drafts ---------------------------------------------------------------------------------------

local drafts = {
  list           = { "GET", "",                          "safe", "ListDraftsResponse",
                     query = LISTING },
  get            = { "GET", "/{draft_id}",               "safe", "Draft" },
  get_attachment = { "GET", "/{draft_id}" .. ATTACHMENT, "safe", "AttachmentResponse" },
}

collection("drafts",         "/v0/drafts", drafts)
collection("pods.drafts",    "/v0/pods/{pod_id}/drafts", drafts)
collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", drafts)

collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", {
  create = { "POST",   "",                 "client_id",  "Draft", note = ONCE,
             body = "labels:string[] reply_to:string[] to:string[] cc:string[] bcc:string[] "
                    .. "subject:string " .. CONTENT .. "in_reply_to:string forward_of:string "
                    .. "reply_all:boolean send_at:datetime client_id:string " },
  update = { "PATCH",  "/{draft_id}",      "idempotent", "Draft",
             body = "reply_to:string[]? to:string[]? cc:string[]? bcc:string[]? subject:string? "
                    .. "text:string? html:string? add_attachments:attachment[] "
                    .. "remove_attachments:string[] " .. RETAG .. "send_at:datetime? ",
             note = "except add_attachments, which adds again each time" },
  delete = { "DELETE", "/{draft_id}",      "idempotent" },
  send   = { "POST",   "/{draft_id}/send", "idempotency_key", "SendMessageResponse",
             body = RELABEL, note = "sending deletes the draft" },
})

-- Webhooks -------------------------------------------------------------------------------------

local function webhooks(on_create, on_update)
  local id = "/{webhook_id}"
  return {
    list           = { "GET",    "",               "safe", "ListWebhooksResponse",
                       query = SORTED },
    create         = { "POST",   "",               "client_id",  "Webhook", note = ONCE,
                       body = WEBHOOK .. on_create },
    get            = { "GET",    id,               "safe",       "Webhook" },
    update         = { "PATCH",  id,               "idempotent", "Webhook",
                       body = EVENTS .. on_update },
    delete         = { "DELETE", id,               "idempotent" },
    get_headers    = { "GET",    id .. "/headers", "safe",       "WebhookHeaderNamesResponse" },
    update_headers = { "PATCH",  id .. "/headers", "idempotent", status = 204,
                       body = "headers:map<string> remove_headers:string[] " },
  }
end

local OF_INBOXES = "add_inbox_ids:string[] remove_inbox_ids:string[] "
local OF_PODS    = "add_pod_ids:string[] remove_pod_ids:string[] "

collection("webhooks",         "/v0/webhooks",
           webhooks("inbox_ids:string[] pod_ids:string[] ", OF_INBOXES .. OF_PODS))
collection("pods.webhooks",    "/v0/pods/{pod_id}/webhooks",
           webhooks("inbox_ids:string[] ", OF_INBOXES))
collection("inboxes.webhooks", "/v0/inboxes/{inbox_id}/webhooks", webhooks("", ""))

-- Pods and domains -----------------------------------------------------------------------------

collection("pods", "/v0/pods", {
  list   = { "GET",    "",          "safe",      "ListPodsResponse", query = SORTED },
  create = { "POST",   "",          "client_id", "Pod", body = "name:string client_id:string ",
             note = ONCE },
  get    = { "GET",    "/{pod_id}", "safe",      "Pod" },
  delete = { "DELETE", "/{pod_id}", "idempotent" },
})

local domains = {
  list          = { "GET",    "",                       "safe", "ListDomainsResponse",
                    query = SORTED },
  create        = { "POST",   "",                       "natural_key", "Domain",
                    body = "domain!:string " .. DOMAIN
                           .. "allow_conflicting_provider:boolean tracking_enabled:boolean ",
                    note = "no client_id; the domain name is the key" },
  get           = { "GET",    "/{domain_id}",           "safe",       "Domain" },
  get_zone_file = { "GET",    "/{domain_id}/zone-file", "safe",       "file" },
  update        = { "PATCH",  "/{domain_id}",           "idempotent", "Domain",
                    body = DOMAIN .. "tracking_enabled:boolean " },
  verify        = { "POST",   "/{domain_id}/verify",    "idempotent", status = 204,
                    note = "starts verification again" },
  delete        = { "DELETE", "/{domain_id}",           "idempotent" },
}

collection("domains",      "/v0/domains", domains)
collection("pods.domains", "/v0/pods/{pod_id}/domains", domains)
collection("domains",      "/v0/domains", {
  get_setup_link = { "GET", "/{domain_id}/setup-link", "safe", "GetSetupLinkResponse" },
})

-- Allow and block lists ------------------------------------------------------------------------

local function lists(entry, entries)
  return {
    list   = { "GET",    "",         "safe",        entries, query = PAGE },
    create = { "POST",   "",         "natural_key", entry, body = "entry!:string reason:string ",
               note = UNIQUE },
    get    = { "GET",    "/{entry}", "safe",        entry },
    delete = { "DELETE", "/{entry}", "idempotent" },
  }
end

local in_pod = lists("PodListEntry", "PodListListEntriesResponse")

collection("lists",         "/v0/lists/{direction}/{type}",
           lists("ListEntry", "ListListEntriesResponse"))
collection("pods.lists",    "/v0/pods/{pod_id}/lists/{direction}/{type}", in_pod)
collection("inboxes.lists", "/v0/inboxes/{inbox_id}/lists/{direction}/{type}", in_pod)

-- API keys -------------------------------------------------------------------------------------

local function api_keys(listing, fields, created)
  return {
    list   = { "GET",    "",              "safe",       "ListApiKeysResponse", query = listing },
    create = { "POST",   "",              "none",       created, body = fields, note = ORPHAN },
    update = { "PATCH",  "/{api_key_id}", "idempotent", "ApiKey", body = KEY },
    delete = { "DELETE", "/{api_key_id}", "idempotent" },
  }
end

collection("api_keys",         "/v0/api-keys",
           api_keys(SORTED .. "type:key_type ", NEW_KEY, "CreateApiKeyResult"))
collection("pods.api_keys",    "/v0/pods/{pod_id}/api-keys",
           api_keys(PAGE, KEY, "CreateApiKeyResponse"))
collection("inboxes.api_keys", "/v0/inboxes/{inbox_id}/api-keys",
           api_keys(PAGE, NEW_KEY, "CreateApiKeyResult"))
collection("api_keys",         "/v0/api-keys", {
  get = { "GET", "/{api_key_id}", "safe", "ApiKey" },
})

-- Metrics --------------------------------------------------------------------------------------

local metrics = {
  query_events = { "GET", "/events", "safe", "QueryMetricsResponse",
                   query = "event_types:metric_event_type[] " .. METRICS },
  query_usage  = { "GET", "/usage",  "safe", "QueryUsageResponse",
                   query = "usage_types:usage_type[] " .. METRICS },
}

collection("metrics",         "/v0/metrics", metrics)
collection("pods.metrics",    "/v0/pods/{pod_id}/metrics", metrics)
collection("inboxes.metrics", "/v0/inboxes/{inbox_id}/metrics", metrics)

-- Organization, identity, sign-up, providers ---------------------------------------------------

collection("organizations", "/v0/organizations", {
  get = { "GET", "", "safe", "Organization" },
})

collection("auth", "/v0/auth", {
  me = { "GET", "/me", "safe", "Identity" },
})

collection("agent", "/v0/agent", {
  sign_up = { "POST", "/sign-up", "none", "AgentSignupResponse", auth = false,
              body = "human_email!:string username!:string source:string referrer:string ",
              note = "each call rotates the API key: only the last answer is valid" },
  verify  = { "POST", "/verify",  "none", "AgentVerifyResponse", body = "otp_code!:string ",
              note = "uses up one of ten tries" },
})

collection("accounts", "/v0/accounts", {
  list = { "GET", "",              "safe", "ListAccountsResponse", query = SORTED },
  get  = { "GET", "/{account_id}", "safe", "Account" },
})

collection("providers", "/v0/providers", {
  list          = { "GET",  "",                        "safe", "ListProvidersResponse",
                    query = PAGE },
  search        = { "GET",  "/search",                 "safe", "SearchProvidersResponse",
                    query = "q!:string limit:integer " },
  get           = { "GET",  "/{provider_id}",          "safe", "Provider" },
  list_accounts = { "GET",  "/{provider_id}/accounts", "safe", "ListProviderAccountsResponse",
                    query = PAGE },
  connect       = { "POST", "/{provider_id}/connect",  "none", "ConnectAccepted",
                    body = "inbox_id:string accept_disclosure:boolean ", body_optional = true,
                    note = "each call makes a new link, good for five minutes" },
})

return operations
