-- SPDX-License-Identifier: MIT
-- The models of the service's answers, in the field language of operations.lua.
--
-- Here `name!:type` means: an answer without the field is incomplete, and an incomplete answer
-- proves nothing. So `!` marks only fields that the caller cannot do without. `name:type?` may be
-- absent. `labels` is a list of strings that is also a set; the name of another model nests it.
--
--   object   the class of object.lua whose methods the value gets
--   first    fields that print() shows right after those with `!` (printed.lua)
--   joined   the answer comes in pages, which are joined into one value (thread.lua)
--   page     the field that holds the list; the answer becomes a page of it
--   map      every value of the answer is a list of that model

local ENVELOPE = "count:integer limit:integer? next_page_token:string? "

local function page(field, item, more)
  return { ENVELOPE .. (more or "") .. field .. "!:" .. item .. "[]", page = field }
end

local STAMPS = "updated_at:datetime created_at:datetime "

local ATTACHMENT = "attachment_id:string filename:string? size:integer content_type:string? "
  .. "content_disposition:content_disposition? content_id:string? "

local MESSAGE = "inbox_id:string thread_id:string message_id!:string labels:labels "
  .. "timestamp:datetime from:string to:string[] cc:string[]? bcc:string[]? subject:string? "
  .. "preview:string? attachments:Attachment[]? in_reply_to:string? references:string[]? "
  .. "headers:map<string>? size:integer " .. STAMPS

local THREAD = "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
  .. "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] recipients:string[] "
  .. "subject:string? preview:string? attachments:Attachment[]? last_message_id:string "
  .. "message_count:integer size:integer " .. STAMPS

local DRAFT = "inbox_id:string draft_id!:string labels:labels to:string[]? cc:string[]? "
  .. "bcc:string[]? subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
  .. "forward_of:string? send_status:send_status? send_at:datetime? updated_at:datetime "

local DOMAIN = "pod_id:string? domain_id!:string domain:string feedback_enabled:boolean "
  .. "subdomains_enabled:boolean tracking_enabled:boolean client_id:string? " .. STAMPS

local ENTRY = "entry!:string organization_id:string reason:string? direction:list_direction "
  .. "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? "

local KEY = "api_key_id!:string name:string pod_id:string? inbox_id:string? "
  .. "permissions:permissions? created_at:datetime "

local EVENT = "inbox_id:string thread_id:string message_id:string timestamp:datetime "

local PUBLIC_KEY = "type:key_type? client_id:string? public_key:PublicKeyMaterial? "
  .. "status:key_status? used_at:datetime? created_by:ApiKeyCreator? updated_at:datetime? "
  .. "expires_at:datetime? "

local models = {
  -- Inboxes
  Inbox = {
    "pod_id:string inbox_id!:string email:string display_name:string? client_id:string? "
    .. "metadata:metadata? " .. STAMPS, object = "Inbox", first = "display_name" },
  ListInboxesResponse    = page("inboxes", "Inbox"),
  SearchInboxesResponse  = page("inboxes", "Inbox"),
  AuthorizeInboxResponse = { "api_key_id!:string instructions:string" },
  InboxEvent = {
    "organization_id:string pod_id:string inbox_id:string event_id:string "
    .. "event_type:inbox_event_type message_id:string label:string event_at:datetime "
    .. "created_at:datetime", first = "event_type message_id label" },
  ListInboxEventsResponse = page("events", "InboxEvent"),

  -- Messages
  Attachment         = { ATTACHMENT },
  AttachmentResponse = { ATTACHMENT .. "download_url!:string expires_at:datetime" },
  MessageItem        = { MESSAGE, object = "Message" },
  Message = {
    MESSAGE .. "reply_to:string[]? text:string? html:string? extracted_text:string? "
    .. "extracted_html:string? opened_at:datetime?", object = "Message",
    first = "subject from labels" },
  Highlights = { "from:string[]? recipients:string[]? subject:string[]? text:string[]?" },
  SearchMessageItem      = { MESSAGE .. "highlights:Highlights?", object = "Message" },
  ListMessagesResponse   = page("messages", "MessageItem"),
  SearchMessagesResponse = page("messages", "SearchMessageItem"),
  BatchGetMessagesResponse    = page("messages", "Message"),
  BatchUpdateMessagesResponse = page("updates", "UpdateMessageResponse"),
  UpdateMessageResponse  = { "message_id!:string labels:labels" },
  SendMessageResponse    = { "message_id!:string thread_id!:string", object = "Message" },
  RawMessageResponse = {
    "message_id!:string size:integer download_url!:string expires_at:datetime" },

  -- Threads
  ThreadItem           = { THREAD, object = "Thread" },
  Thread               = { THREAD .. ENVELOPE .. "messages!:Message[]", object = "Thread",
                           joined = true, first = "subject message_count" },
  SearchThreadItem     = { THREAD .. "highlights:Highlights?", object = "Thread" },
  ListThreadsResponse   = page("threads", "ThreadItem"),
  SearchThreadsResponse = page("threads", "SearchThreadItem"),
  UpdateThreadResponse  = { "thread_id!:string labels:labels" },

  -- Drafts
  DraftItem = { DRAFT, object = "Draft" },
  Draft = {
    DRAFT .. "client_id:string? reply_to:string[]? text:string? html:string? references:string[]? "
    .. "created_at:datetime", object = "Draft", first = "subject to" },
  ListDraftsResponse = page("drafts", "DraftItem"),

  -- Webhook events
  Event = {
    "type:string? event_type!:event_type event_id:string message:Message? thread:ThreadItem? "
    .. "send:SentEvent? delivery:SentEvent? bounce:BounceEvent? complaint:ComplaintEvent? "
    .. "reject:RejectEvent? open:MessageEvent? domain:Domain?",
    first = "message send delivery bounce complaint reject open domain" },
  MessageEvent = { EVENT },
  SentEvent    = { EVENT .. "recipients:string[]" },
  ComplaintEvent = { EVENT .. "recipients:string[] type:string sub_type:string" },
  BounceEvent  = { EVENT .. "recipients:BouncedRecipient[] type:string sub_type:string" },
  RejectEvent  = { EVENT .. "reason:string" },
  BouncedRecipient = { "address:string status:string" },

  -- Webhooks
  Webhook = {
    "webhook_id!:string url:string event_types:event_type[]? pod_ids:string[]? "
    .. "inbox_ids:string[]? secret:string enabled:boolean client_id:string? " .. STAMPS },
  ListWebhooksResponse       = page("webhooks", "Webhook"),
  WebhookHeaderNamesResponse = { "header_names!:string[]" },

  -- Pods and domains
  Pod              = { "pod_id!:string name:string client_id:string? " .. STAMPS, object = "Pod" },
  ListPodsResponse = page("pods", "Pod"),
  VerificationRecord = {
    "type:record_type name:string value:string status:record_status priority:integer? "
    .. "reason:string?" },
  DomainItem = { DOMAIN },
  Domain = { DOMAIN .. "status:domain_status reason:string? records:VerificationRecord[]" },
  ListDomainsResponse = page("domains", "DomainItem"),
  GetSetupLinkResponse = {
    "supported:boolean provider_name:string? url:string? width:integer? height:integer? "
    .. "state:string? conflicting_provider:string?" },
  file = { file = true },

  -- Allow and block lists
  ListEntry                  = { ENTRY },
  PodListEntry               = { ENTRY .. "pod_id:string inbox_id:string?" },
  ListListEntriesResponse    = page("entries", "ListEntry"),
  PodListListEntriesResponse = page("entries", "PodListEntry"),

  -- API keys
  ApiKey               = { KEY .. "prefix:string? " .. PUBLIC_KEY },
  ListApiKeysResponse  = page("api_keys", "ApiKey"),
  CreateApiKeyResult   = { KEY .. "prefix:string? api_key:string? " .. PUBLIC_KEY },
  PublicKeyMaterial    = { "jwk:jwk fingerprint:string" },
  ApiKeyCreator        = { "api_key_id:string" },

  -- Metrics
  QueryMetricsResponse = { map = "MetricBucket" },
  QueryUsageResponse   = { map = "UsagePoint" },
  MetricBucket         = { "timestamp:datetime count:integer" },
  UsagePoint           = { "timestamp:datetime value:number" },

  -- Organization, identity, sign-up, providers
  Organization = {
    "organization_id!:string inbox_count:integer domain_count:integer inbox_limit:integer? "
    .. "domain_limit:integer? billing_id:string? billing_type:string? "
    .. "billing_subscription_id:string? authentication_id:string? authentication_type:string? "
    .. STAMPS },
  Identity = {
    "scope_type:scope_type scope_id!:string organization_id:string pod_id:string? "
    .. "inbox_id:string? api_key_id:string?" },
  AgentSignupResponse = { "organization_id:string inbox_id!:string api_key!:string" },
  AgentVerifyResponse = { "verified!:boolean" },
  Account = {
    "account_id!:string provider_id:string provider_name:string? inbox_id:string pod_id:string "
    .. "organization_id:string first_signed_in_at:datetime last_signed_in_at:datetime "
    .. "sign_in_count:integer" },
  Provider = {
    "provider_id!:string name:string? updated_at:datetime? description:string? logo_url:string? "
    .. "terms_url:string? privacy_url:string? owner_signup_limit:integer?" },
  ConnectAccepted               = { "api_key_id:string magic_url!:string expires_at:datetime" },
  ListAccountsResponse          = page("accounts", "Account"),
  ListProvidersResponse         = page("providers", "Provider"),
  SearchProvidersResponse       = page("providers", "Provider"),
  ListProviderAccountsResponse  = page("accounts", "Account", "provider:Provider? "),
}

--- Fields that print() never shows: each of them grants access.
local secrets = { api_key = true, download_url = true, magic_url = true, secret = true }

local function words(list)
  local array = {}
  for word in list:gmatch("%S+") do array[#array + 1] = word end
  return array
end

local METRIC_EVENTS = "message.received message.received.spam message.received.blocked "
  .. "message.received.unauthenticated message.sent message.delivered message.bounced "
  .. "message.complained message.rejected domain.verified "

--- The API's enums, in its own order.
local enums = {
  event_type          = words(METRIC_EVENTS .. "message.opened"),
  metric_event_type   = words(METRIC_EVENTS),
  inbox_event_type    = words "label.added label.removed",
  usage_type          = words("storage_bytes message_count thread_count inbox_count "
                              .. "pod_count domain_count"),
  content_disposition = words "inline attachment",
  send_status         = words "scheduled sending failed",
  key_type            = words "bearer public_key",
  key_status          = words "pending active",
  list_direction      = words "send receive reply",
  list_type           = words "allow block",
  entry_type          = words "email domain",
  domain_status       = words "NOT_STARTED PENDING INVALID FAILED VERIFYING VERIFIED",
  record_status       = words "MISSING INVALID VALID",
  record_type         = words "TXT CNAME MX",
  scope_type          = words "organization pod inbox",
  permission          = words [[
    inbox_read inbox_create inbox_update inbox_delete
    message_read message_send message_update message_delete
    label_spam_read label_blocked_read label_unauthenticated_read label_trash_read
    draft_read draft_create draft_update draft_delete draft_send
    webhook_read webhook_create webhook_update webhook_delete
    domain_read domain_create domain_update domain_delete
    list_entry_read list_entry_create list_entry_delete metrics_read
    api_key_read api_key_create api_key_update api_key_delete
    provider_connect provider_share_owner pod_read pod_create pod_delete]],
}

--- Tables that requests hold, with their members: types of operations.lua.
local records = {
  jwk = "kty:string crv:string x:string y:string",
}

return { models = models, enums = enums, records = records, secrets = secrets }
