-- SPDX-License-Identifier: MIT
-- The models of the service's answers, in the field language of operations.lua, and the records of
-- requests.
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

local enums = require "agentmail.api.enums"

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
  .. "headers:map<string>? size:integer calendar_event_id:string? agent_armor:AgentArmor? "
  .. STAMPS

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

local POLLING = "webhook_id!:string client_id:string event_types:event_type[] pod_ids:string[]? "
  .. "inbox_ids:string[]? pod_id:string? inbox_id:string? " .. STAMPS

local PUBLIC_KEY = "type:key_type? client_id:string? public_key:PublicKeyMaterial? "
  .. "status:key_status? used_at:datetime? created_by:ApiKeyCreator? updated_at:datetime? "
  .. "expires_at:datetime? "

-- An agenda and the dates of a series leave out what is long.
local CALENDAR_EVENT = "event_id!:string kind:event_kind series_id:string? original_start:string? "
  .. "original_start_at:datetime? is_exception:boolean? title:string description:string? "
  .. "location:string? metadata:any? status:event_status all_day:boolean start:string end:string "
  .. "timezone:string duration_mode:duration_mode duration_value:integer start_at:datetime "
  .. "end_at:datetime recurrence:Recurrence? attendees:CalendarAttendee[]? attendee_count:integer "
  .. "response_status:attendee_status? uid:string sequence:integer source:event_source "
  .. "organizer_email:string? origin_message_id:string? resource_revision:integer? etag:string? "

local models = {
  -- Inboxes
  Inbox = {
    "pod_id:string inbox_id!:string email:string display_name:string? client_id:string? "
    .. "metadata:metadata? status:inbox_status? " .. STAMPS, object = "Inbox",
    first = "display_name" },
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
    .. "extracted_html:string? opened_at:datetime? manual_override:AgentArmorManualOverride?",
    object = "Message",
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
  AgentArmor = { "completed_at:datetime? model:string? verdict:armor_verdict?" },
  AgentArmorFeedback = { "feedback_id!:string" },
  AgentArmorManualOverride = { "override_id:string? actor:any?" },
  ReleaseAgentArmorMessageResponse = { "manual_override!:AgentArmorManualOverride" },

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
    .. "reject:RejectEvent? open:MessageEvent? domain:Domain? inbox_id:string? "
    .. "calendar_event:CalendarEvent? previous:any? scheduled_at:datetime?",
    first = "message send delivery bounce complaint reject open domain calendar_event" },
  UnknownEvent = { "type:string? event_type!:string event_id:string?" },
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
  PollingWebhook               = { POLLING },
  CreatePollingWebhookResponse = { POLLING .. "token!:string" },
  ListPollingWebhooksResponse  = page("polling_webhooks", "PollingWebhook"),
  WebhookHeaderNamesResponse = { "header_names!:string[]" },

  -- Calendar
  Calendar = {
    "inbox_id:string timezone!:string event_count:integer etag:string? " .. STAMPS,
    object = "Calendar", first = "timezone event_count" },
  CalendarEvent = {
    CALENDAR_EVENT .. STAMPS, object = "CalendarEvent", first = "title start end timezone" },
  CalendarAttendee = {
    "email:string name:string? status:attendee_status? role:attendee_role? comment:string? "
    .. "responded_at:datetime?" },
  Recurrence = { "rule:string exdates:string[]? rdates:any? truncate_before:string?" },
  ListCalendarEventsResponse    = page("events", "CalendarEvent"),
  CalendarEventMutationResponse = { "event!:CalendarEvent operation_id:string" },
  DeleteCalendarEventResponse   = {
    "deletion_id:string? event:CalendarEvent? operation_id:string?" },

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
  QueryRatesResponse   = { map = "RatePoint" },
  RatePoint            = { "timestamp:datetime rate:number? sent:integer" },

  -- Organization, identity, sign-up, apps
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
  AgentAttachHumanResponse = { "human_email!:string instructions:string" },
  Account = {
    "account_id!:string app_id:string app_name:string? provider_id:string provider_name:string? "
    .. "inbox_id:string pod_id:string organization_id:string first_signed_in_at:datetime "
    .. "last_signed_in_at:datetime sign_in_count:integer status:account_status? "
    .. "disabled_at:datetime?" },
  App = {
    "app_id!:string slug:string? name:string? updated_at:datetime? description:string? "
    .. "logo_url:string? terms_url:string? privacy_url:string? categories:app_category[]? "
    .. "owner_signup_limit:integer?" },
  Provider = {
    "provider_id!:string name:string? updated_at:datetime? description:string? logo_url:string? "
    .. "terms_url:string? privacy_url:string? owner_signup_limit:integer?" },
  ConnectAccepted               = { "api_key_id:string magic_url!:string expires_at:datetime" },
  ListAccountsResponse          = page("accounts", "Account"),
  ListAppsResponse              = page("apps", "App"),
  SearchAppsResponse            = page("apps", "App"),
  ListAppAccountsResponse       = page("accounts", "Account", "app:App? "),
  ListProvidersResponse         = page("providers", "Provider"),
  SearchProvidersResponse       = page("providers", "Provider"),
  ListProviderAccountsResponse  = page("accounts", "Account", "provider:Provider? "),
}

--- Tables that requests hold, with their members: types of operations.lua.
local records = {
  jwk              = "kty:string crv:string x:string y:string",
  attendee_input   = "email!:string name:string status:attendee_status role:attendee_role "
                  .. "comment:string responded_at:datetime",
  recurrence_input = "rule!:string exdates:string[] rdates:any[]",
}

return { models = models, enums = enums, records = records }
