-- SPDX-License-Identifier: MIT
-- All that is neither mail nor a calendar: rows of operations.lua, which explains them.

local PAGE       = "limit:integer page_token:string "
local SORTED     = PAGE .. "ascending:boolean "
local LOOKUP     = "q!:string limit:integer "
local PERIOD     = "start:datetime end:datetime period:integer limit:integer descending:boolean "
local METRICS    = "event_types:metric_event_type[] " .. PERIOD
local USAGE      = "usage_types:usage_type[] " .. PERIOD
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
local SIGN_UP    = "human_email:line username!:line source:string referrer:string "
local POLLING    = "client_id!:string event_types!:event_type[] "
local RATES      = "rate_types:rate_type[] start:datetime end:datetime period:integer "
                 .. "window:integer limit:integer descending:boolean "
local ONE_LINK   = "each call makes a new link, good for five minutes"
local DEPRECATED = "deprecated, use apps"

local collections = {}
local function collection(...) collections[#collections + 1] = { ... } end

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

local function polling(scopes)
  local id = "/{webhook_id}"
  return {
    list   = { "GET",    "", "safe", "ListPollingWebhooksResponse", query = SORTED },
    create = { "POST",   "", "client_id", "CreatePollingWebhookResponse", body = POLLING .. scopes,
               note = "only in the US; a repeat returns the same one with a new token, and the old "
               .. "token stops at once" },
    get    = { "GET",    id, "safe", "PollingWebhook" },
    delete = { "DELETE", id, "idempotent" },
  }
end
collection("webhooks.polling",      "/v0/webhooks/polling", polling(IN_INBOXES .. IN_PODS))
collection("pods.webhooks.polling", "/v0/pods/{pod_id}/webhooks/polling", polling(IN_INBOXES))
collection("inboxes.webhooks.polling", "/v0/inboxes/{inbox_id}/webhooks/polling", polling(""))

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

local rates = { query_rates = { "GET", "/rates", "safe", "QueryRatesResponse", query = RATES } }
collection("metrics",         "/v0/metrics", rates)
collection("inboxes.metrics", "/v0/inboxes/{inbox_id}/metrics", rates)

-- Organization, identity, sign-up
collection("organizations", "/v0/organizations", { get = { "GET", "", "safe", "Organization" } })
collection("auth",          "/v0/auth",          { me  = { "GET", "/me", "safe", "Identity" } })
collection("agent",         "/v0/agent", {
  sign_up = { "POST", "/sign-up", "none", "AgentSignupResponse", body = SIGN_UP, auth = false,
              note = "with a human, each call rotates the API key, and only the last answer is "
              .. "valid; without one, each call makes another organization, and a key that is "
              .. "lost cannot be recovered" },
  verify  = { "POST", "/verify", "none", "AgentVerifyResponse", body = "otp_code!:string ",
              note = "ten attempts" },
  attach_human = { "POST", "/human", "idempotent", "AgentAttachHumanResponse",
                   body = "human_email!:line ", note = "only until the organization is verified; "
                   .. "another address replaces the human, at most twice" },
})

-- Accounts at other services
local accounts = {
  list = { "GET", "", "safe", "ListAccountsResponse", query = SORTED },
  get  = { "GET", "/{account_id}", "safe", "Account" },
}
collection("accounts",         "/v0/accounts", accounts)
collection("pods.accounts",    "/v0/pods/{pod_id}/accounts", accounts)
collection("inboxes.accounts", "/v0/inboxes/{inbox_id}/accounts", accounts)
collection("accounts",         "/v0/accounts", {
  update = { "PATCH", "/{account_id}/update", "idempotent", "Account",
             body = "status:account_status " } })

-- Apps, and the providers that they replace
collection("apps", "/v0/apps", {
  list    = { "GET",  "", "safe", "ListAppsResponse", query = PAGE .. "category:app_category " },
  search  = { "GET",  "/search", "safe", "SearchAppsResponse", query = LOOKUP },
  get     = { "GET",  "/{app_id}", "safe", "App" },
  connect = { "POST", "/{app_id}/connect", "none", "ConnectAccepted", body = CONNECT,
              body_optional = true, status = 202, note = ONE_LINK },
  list_accounts = { "GET", "/{app_id}/accounts", "safe", "ListAppAccountsResponse", query = PAGE },
})
collection("providers", "/v0/providers", {
  list    = { "GET",  "", "safe", "ListProvidersResponse", query = PAGE, note = DEPRECATED },
  search  = { "GET",  "/search", "safe", "SearchProvidersResponse", query = LOOKUP,
              note = DEPRECATED },
  get     = { "GET",  "/{provider_id}", "safe", "Provider", note = DEPRECATED },
  connect = { "POST", "/{provider_id}/connect", "none", "ConnectAccepted", body = CONNECT,
              body_optional = true, status = 202, note = DEPRECATED .. "; " .. ONE_LINK },
  list_accounts = { "GET", "/{provider_id}/accounts", "safe", "ListProviderAccountsResponse",
                    query = PAGE, note = DEPRECATED },
})

return collections
