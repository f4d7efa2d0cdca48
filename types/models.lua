-- SPDX-License-Identifier: MIT
---@meta _
-- Written by `make types`.

---@alias agentmail.account_status
---| "disabled"
---| "enabled"

---@alias agentmail.app_category
---| "search"
---| "scraping"
---| "browser"
---| "data"
---| "developer-tools"
---| "communication"
---| "productivity"
---| "payments"
---| "finance"
---| "commerce"
---| "marketing"
---| "analytics"
---| "security"
---| "infrastructure"
---| "other"

---@alias agentmail.armor_feedback
---| "correct_review"
---| "incorrect_review"
---| "missed_threat"
---| "legitimate_agent_instruction"
---| "spam_or_phishing"

---@alias agentmail.armor_verdict
---| "clear"
---| "review"

---@alias agentmail.attendee_role
---| "required"
---| "optional"

---@alias agentmail.attendee_status
---| "needs_action"
---| "accepted"
---| "declined"
---| "tentative"

---@alias agentmail.consistency
---| "eventual"
---| "primary"

---@alias agentmail.content_disposition
---| "inline"
---| "attachment"

---@alias agentmail.domain_status
---| "NOT_STARTED"
---| "PENDING"
---| "INVALID"
---| "FAILED"
---| "VERIFYING"
---| "VERIFIED"

---@alias agentmail.duration_mode
---| "nominal"
---| "exact"

---@alias agentmail.edit_mode
---| "single"
---| "future"

---@alias agentmail.entry_type
---| "email"
---| "domain"

---@alias agentmail.event_kind
---| "single"
---| "series"
---| "instance"

---@alias agentmail.event_response
---| "accepted"
---| "declined"
---| "tentative"

---@alias agentmail.event_source
---| "api"
---| "email"

---@alias agentmail.event_status
---| "confirmed"
---| "tentative"
---| "cancelled"

---@alias agentmail.event_type
---| "message.received"
---| "message.received.spam"
---| "message.received.blocked"
---| "message.received.unauthenticated"
---| "message.sent"
---| "message.delivered"
---| "message.bounced"
---| "message.complained"
---| "message.rejected"
---| "domain.verified"
---| "message.opened"
---| "calendar.event.created"
---| "calendar.event.updated"
---| "calendar.event.deleted"
---| "calendar.event.responded"
---| "calendar.event.starting"
---| "calendar.event.ending"
---| "message.security.completed"
---| "message.security.review"
---| "message.security.override"

---@alias agentmail.inbox_event_type
---| "label.added"
---| "label.removed"

---@alias agentmail.inbox_status
---| "active"
---| "paused"

---@alias agentmail.key_status
---| "pending"
---| "active"

---@alias agentmail.key_type
---| "bearer"
---| "public_key"

---@alias agentmail.list_direction
---| "send"
---| "receive"
---| "reply"

---@alias agentmail.list_type
---| "allow"
---| "block"

---@alias agentmail.metric_event_type
---| "message.received"
---| "message.received.spam"
---| "message.received.blocked"
---| "message.received.unauthenticated"
---| "message.sent"
---| "message.delivered"
---| "message.bounced"
---| "message.complained"
---| "message.rejected"
---| "domain.verified"

---@alias agentmail.permission
---| "inbox_read"
---| "inbox_create"
---| "inbox_update"
---| "inbox_delete"
---| "message_read"
---| "message_send"
---| "message_reply"
---| "message_update"
---| "message_delete"
---| "label_spam_read"
---| "label_blocked_read"
---| "label_unauthenticated_read"
---| "label_trash_read"
---| "draft_read"
---| "draft_create"
---| "draft_update"
---| "draft_delete"
---| "draft_send"
---| "webhook_read"
---| "webhook_create"
---| "webhook_update"
---| "webhook_delete"
---| "domain_read"
---| "domain_create"
---| "domain_update"
---| "domain_delete"
---| "list_entry_read"
---| "list_entry_create"
---| "list_entry_delete"
---| "metrics_read"
---| "api_key_read"
---| "api_key_create"
---| "api_key_update"
---| "api_key_delete"
---| "app_connect"
---| "app_share_owner"
---| "account_update"
---| "pod_read"
---| "pod_create"
---| "pod_update"
---| "pod_delete"
---| "calendar_read"
---| "calendar_update"
---| "calendar_event_read"
---| "calendar_event_create"
---| "calendar_event_update"
---| "calendar_event_delete"
---| "agent_armor_release"

---@alias agentmail.rate_type
---| "bounce"
---| "complaint"

---@alias agentmail.record_status
---| "MISSING"
---| "INVALID"
---| "VALID"

---@alias agentmail.record_type
---| "TXT"
---| "CNAME"
---| "MX"

---@alias agentmail.scope_type
---| "organization"
---| "pod"
---| "inbox"

---@alias agentmail.send_status
---| "scheduled"
---| "sending"
---| "failed"

---@alias agentmail.usage_type
---| "storage_bytes"
---| "message_count"
---| "thread_count"
---| "inbox_count"
---| "pod_count"
---| "domain_count"

--- Why a call failed, where the service gave no code of its own.
---@alias agentmail.Code
---| "timeout" # no answer in time, or the deadline passed
---| "dns" # the host name could not be resolved
---| "network" # the connection failed or broke
---| "tls" # no trusted TLS connection
---| "proxy" # the proxy refused, or wants a password
---| "bad_response" # an answer with a defect, or not what the operation promises
---| "too_large" # a request or an answer above its limit
---| "redirected" # a redirect that is not followed
---| "rejected" # the service refused the request and gave no code
---| "service_error" # the service failed and gave no code
---| "rate_limit_exceeded" # too many requests
---| "conflict" # another request is still in progress, such as one with the same Idempotency-Key
---| "key_reused" # the Idempotency-Key or client_id was used with other content: look for what it made
---| "draft_gone" # no such draft: sent, deleted, or never existed; look for the mail
---| "precondition_failed" # changed since its etag was read; after doubt perhaps by this call: read it and compare
---| "deferred" # not tried again before not_before
---| "stale" # too late to send it, or to repeat it before a look for its result
---| "file" # a file to send cannot be read or changed, or one to save cannot be written
---| "storage" # the outbox could not be read or written
---| "busy" # another call is working on the mail
---| "expired" # too old for its key, and nothing more can be found out
---| "bad_signature" # a webhook without a valid signature or time
---| "cancelled" # the caller cancelled the call
---| "closed" # the client was closed
---| "unauthenticated" # no API key
---| "queue_full" # too many unfinished calls
---| "invalid" # an argument that cannot be sent
---| "out_of_memory" # an allocation failed

--- What a key may do; a key without permissions may do all.
---@class agentmail.Permissions
---@field inbox_read? boolean
---@field inbox_create? boolean
---@field inbox_update? boolean
---@field inbox_delete? boolean
---@field message_read? boolean
---@field message_send? boolean
---@field message_reply? boolean
---@field message_update? boolean
---@field message_delete? boolean
---@field label_spam_read? boolean
---@field label_blocked_read? boolean
---@field label_unauthenticated_read? boolean
---@field label_trash_read? boolean
---@field draft_read? boolean
---@field draft_create? boolean
---@field draft_update? boolean
---@field draft_delete? boolean
---@field draft_send? boolean
---@field webhook_read? boolean
---@field webhook_create? boolean
---@field webhook_update? boolean
---@field webhook_delete? boolean
---@field domain_read? boolean
---@field domain_create? boolean
---@field domain_update? boolean
---@field domain_delete? boolean
---@field list_entry_read? boolean
---@field list_entry_create? boolean
---@field list_entry_delete? boolean
---@field metrics_read? boolean
---@field api_key_read? boolean
---@field api_key_create? boolean
---@field api_key_update? boolean
---@field api_key_delete? boolean
---@field app_connect? boolean
---@field app_share_owner? boolean
---@field account_update? boolean
---@field pod_read? boolean
---@field pod_create? boolean
---@field pod_update? boolean
---@field pod_delete? boolean
---@field calendar_read? boolean
---@field calendar_update? boolean
---@field calendar_event_read? boolean
---@field calendar_event_create? boolean
---@field calendar_event_update? boolean
---@field calendar_event_delete? boolean
---@field agent_armor_release? boolean

---@class agentmail.AttendeeInput
---@field email string
---@field name? string
---@field status? agentmail.attendee_status
---@field role? agentmail.attendee_role
---@field comment? string
---@field responded_at? agentmail.Date

---@class agentmail.Jwk
---@field kty? string
---@field crv? string
---@field x? string
---@field y? string

---@class agentmail.RecurrenceInput
---@field rule string
---@field exdates? string|string[]
---@field rdates? any[]

---@class agentmail.Account
---@field account_id string
---@field app_id string
---@field app_name? string
---@field provider_id string
---@field provider_name? string
---@field inbox_id string
---@field pod_id string
---@field organization_id string
---@field first_signed_in_at string
---@field last_signed_in_at string
---@field sign_in_count integer
---@field status? agentmail.account_status
---@field disabled_at? string

---@class agentmail.AgentArmor
---@field completed_at? string
---@field model? string
---@field verdict? agentmail.armor_verdict

---@class agentmail.AgentArmorFeedback
---@field feedback_id string

---@class agentmail.AgentArmorManualOverride
---@field override_id? string
---@field actor? any

---@class agentmail.AgentAttachHumanResponse
---@field human_email string
---@field instructions string

---@class agentmail.AgentSignupResponse
---@field organization_id string
---@field inbox_id string
---@field api_key string

---@class agentmail.AgentVerifyResponse
---@field verified boolean

---@class agentmail.ApiKey
---@field api_key_id string
---@field name string
---@field pod_id? string
---@field inbox_id? string
---@field permissions? agentmail.Permissions
---@field created_at string
---@field prefix? string
---@field type? agentmail.key_type
---@field client_id? string
---@field public_key? agentmail.PublicKeyMaterial
---@field status? agentmail.key_status
---@field used_at? string
---@field created_by? agentmail.ApiKeyCreator
---@field updated_at? string
---@field expires_at? string

---@class agentmail.ApiKeyCreator
---@field api_key_id string

---@class agentmail.App
---@field app_id string
---@field slug? string
---@field name? string
---@field updated_at? string
---@field description? string
---@field logo_url? string
---@field terms_url? string
---@field privacy_url? string
---@field categories? agentmail.app_category[]
---@field owner_signup_limit? integer

---@class agentmail.Attachment
---@field attachment_id string
---@field filename? string
---@field size integer
---@field content_type? string
---@field content_disposition? agentmail.content_disposition
---@field content_id? string

---@class agentmail.AttachmentResponse
---@field attachment_id string
---@field filename? string
---@field size integer
---@field content_type? string
---@field content_disposition? agentmail.content_disposition
---@field content_id? string
---@field download_url string
---@field expires_at string

---@class agentmail.AuthorizeInboxResponse
---@field api_key_id string
---@field instructions string

---@class agentmail.BatchGetMessagesResponse: agentmail.Page
---@field [integer] agentmail.Message
---@field next fun(self): agentmail.BatchGetMessagesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Message?

---@class agentmail.BatchUpdateMessagesResponse: agentmail.Page
---@field [integer] agentmail.UpdateMessageResponse
---@field next fun(self): agentmail.BatchUpdateMessagesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.UpdateMessageResponse?

---@class agentmail.BounceEvent
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field timestamp string
---@field recipients agentmail.BouncedRecipient[]
---@field type string
---@field sub_type string

---@class agentmail.BouncedRecipient
---@field address string
---@field status string

---@class agentmail.Calendar: agentmail.Calendar.Methods
---@field inbox_id string
---@field timezone string
---@field event_count integer
---@field etag? string
---@field updated_at string
---@field created_at string

---@class agentmail.CalendarAttendee
---@field email string
---@field name? string
---@field status? agentmail.attendee_status
---@field role? agentmail.attendee_role
---@field comment? string
---@field responded_at? string

---@class agentmail.CalendarEvent: agentmail.CalendarEvent.Methods
---@field event_id string
---@field kind agentmail.event_kind
---@field series_id? string
---@field original_start? string
---@field original_start_at? string
---@field is_exception? boolean
---@field title string
---@field description? string
---@field location? string
---@field metadata? any
---@field status agentmail.event_status
---@field all_day boolean
---@field start string
---@field end string
---@field timezone string
---@field duration_mode agentmail.duration_mode
---@field duration_value integer
---@field start_at string
---@field end_at string
---@field recurrence? agentmail.Recurrence
---@field attendees? agentmail.CalendarAttendee[]
---@field attendee_count integer
---@field response_status? agentmail.attendee_status
---@field uid string
---@field sequence integer
---@field source agentmail.event_source
---@field organizer_email? string
---@field origin_message_id? string
---@field resource_revision? integer
---@field etag? string
---@field updated_at string
---@field created_at string

---@class agentmail.CalendarEventMutationResponse
---@field event agentmail.CalendarEvent
---@field operation_id string

---@class agentmail.ComplaintEvent
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field timestamp string
---@field recipients string[]
---@field type string
---@field sub_type string

---@class agentmail.ConnectAccepted
---@field api_key_id string
---@field magic_url string
---@field expires_at string

---@class agentmail.CreateApiKeyResult
---@field api_key_id string
---@field name string
---@field pod_id? string
---@field inbox_id? string
---@field permissions? agentmail.Permissions
---@field created_at string
---@field prefix? string
---@field api_key? string
---@field type? agentmail.key_type
---@field client_id? string
---@field public_key? agentmail.PublicKeyMaterial
---@field status? agentmail.key_status
---@field used_at? string
---@field created_by? agentmail.ApiKeyCreator
---@field updated_at? string
---@field expires_at? string

---@class agentmail.CreatePollingWebhookResponse
---@field webhook_id string
---@field client_id string
---@field event_types agentmail.event_type[]
---@field pod_ids? string[]
---@field inbox_ids? string[]
---@field pod_id? string
---@field inbox_id? string
---@field updated_at string
---@field created_at string
---@field token string

---@class agentmail.DeleteCalendarEventResponse
---@field deletion_id? string
---@field event? agentmail.CalendarEvent
---@field operation_id? string

---@class agentmail.Domain
---@field pod_id? string
---@field domain_id string
---@field domain string
---@field feedback_enabled boolean
---@field subdomains_enabled boolean
---@field tracking_enabled boolean
---@field client_id? string
---@field updated_at string
---@field created_at string
---@field status agentmail.domain_status
---@field reason? string
---@field records agentmail.VerificationRecord[]

---@class agentmail.DomainItem
---@field pod_id? string
---@field domain_id string
---@field domain string
---@field feedback_enabled boolean
---@field subdomains_enabled boolean
---@field tracking_enabled boolean
---@field client_id? string
---@field updated_at string
---@field created_at string

---@class agentmail.Draft: agentmail.Draft.Methods
---@field inbox_id string
---@field draft_id string
---@field labels agentmail.Labels
---@field to? string[]
---@field cc? string[]
---@field bcc? string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field in_reply_to? string
---@field forward_of? string
---@field send_status? agentmail.send_status
---@field send_at? string
---@field updated_at string
---@field client_id? string
---@field reply_to? string[]
---@field text? string
---@field html? string
---@field references? string[]
---@field created_at string

---@class agentmail.DraftItem: agentmail.Draft.Methods
---@field inbox_id string
---@field draft_id string
---@field labels agentmail.Labels
---@field to? string[]
---@field cc? string[]
---@field bcc? string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field in_reply_to? string
---@field forward_of? string
---@field send_status? agentmail.send_status
---@field send_at? string
---@field updated_at string

---@class agentmail.Event
---@field type? string
---@field event_type agentmail.event_type
---@field event_id string
---@field message? agentmail.Message
---@field thread? agentmail.ThreadItem
---@field send? agentmail.SentEvent
---@field delivery? agentmail.SentEvent
---@field bounce? agentmail.BounceEvent
---@field complaint? agentmail.ComplaintEvent
---@field reject? agentmail.RejectEvent
---@field open? agentmail.MessageEvent
---@field domain? agentmail.Domain
---@field inbox_id? string
---@field calendar_event? agentmail.CalendarEvent
---@field previous? any
---@field scheduled_at? string

---@class agentmail.GetSetupLinkResponse
---@field supported boolean
---@field provider_name? string
---@field url? string
---@field width? integer
---@field height? integer
---@field state? string
---@field conflicting_provider? string

---@class agentmail.Highlights
---@field from? string[]
---@field recipients? string[]
---@field subject? string[]
---@field text? string[]

---@class agentmail.Identity
---@field scope_type agentmail.scope_type
---@field scope_id string
---@field organization_id string
---@field pod_id? string
---@field inbox_id? string
---@field api_key_id? string

---@class agentmail.Inbox: agentmail.Inbox.Methods
---@field pod_id string
---@field inbox_id string
---@field email string
---@field display_name? string
---@field client_id? string
---@field metadata? table<string, agentmail.Metadatum>
---@field status? agentmail.inbox_status
---@field updated_at string
---@field created_at string

---@class agentmail.InboxEvent
---@field organization_id string
---@field pod_id string
---@field inbox_id string
---@field event_id string
---@field event_type agentmail.inbox_event_type
---@field message_id string
---@field label string
---@field event_at string
---@field created_at string

---@class agentmail.ListAccountsResponse: agentmail.Page
---@field [integer] agentmail.Account
---@field next fun(self): agentmail.ListAccountsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Account?

---@class agentmail.ListApiKeysResponse: agentmail.Page
---@field [integer] agentmail.ApiKey
---@field next fun(self): agentmail.ListApiKeysResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.ApiKey?

---@class agentmail.ListAppAccountsResponse: agentmail.Page
---@field [integer] agentmail.Account
---@field app? agentmail.App
---@field next fun(self): agentmail.ListAppAccountsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Account?

---@class agentmail.ListAppsResponse: agentmail.Page
---@field [integer] agentmail.App
---@field next fun(self): agentmail.ListAppsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.App?

---@class agentmail.ListCalendarEventsResponse: agentmail.Page
---@field [integer] agentmail.CalendarEvent
---@field next fun(self): agentmail.ListCalendarEventsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.CalendarEvent?

---@class agentmail.ListDomainsResponse: agentmail.Page
---@field [integer] agentmail.DomainItem
---@field next fun(self): agentmail.ListDomainsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.DomainItem?

---@class agentmail.ListDraftsResponse: agentmail.Page
---@field [integer] agentmail.DraftItem
---@field next fun(self): agentmail.ListDraftsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.DraftItem?

---@class agentmail.ListEntry
---@field entry string
---@field organization_id string
---@field reason? string
---@field direction agentmail.list_direction
---@field list_type agentmail.list_type
---@field entry_type agentmail.entry_type
---@field created_at string
---@field read_only? boolean

---@class agentmail.ListInboxEventsResponse: agentmail.Page
---@field [integer] agentmail.InboxEvent
---@field next fun(self): agentmail.ListInboxEventsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.InboxEvent?

---@class agentmail.ListInboxesResponse: agentmail.Page
---@field [integer] agentmail.Inbox
---@field next fun(self): agentmail.ListInboxesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Inbox?

---@class agentmail.ListListEntriesResponse: agentmail.Page
---@field [integer] agentmail.ListEntry
---@field next fun(self): agentmail.ListListEntriesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.ListEntry?

---@class agentmail.ListMessagesResponse: agentmail.Page
---@field [integer] agentmail.MessageItem
---@field next fun(self): agentmail.ListMessagesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.MessageItem?

---@class agentmail.ListPodsResponse: agentmail.Page
---@field [integer] agentmail.Pod
---@field next fun(self): agentmail.ListPodsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Pod?

---@class agentmail.ListPollingWebhooksResponse: agentmail.Page
---@field [integer] agentmail.PollingWebhook
---@field next fun(self): agentmail.ListPollingWebhooksResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.PollingWebhook?

---@class agentmail.ListProviderAccountsResponse: agentmail.Page
---@field [integer] agentmail.Account
---@field provider? agentmail.Provider
---@field next fun(self): agentmail.ListProviderAccountsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Account?

---@class agentmail.ListProvidersResponse: agentmail.Page
---@field [integer] agentmail.Provider
---@field next fun(self): agentmail.ListProvidersResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Provider?

---@class agentmail.ListThreadsResponse: agentmail.Page
---@field [integer] agentmail.ThreadItem
---@field next fun(self): agentmail.ListThreadsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.ThreadItem?

---@class agentmail.ListWebhooksResponse: agentmail.Page
---@field [integer] agentmail.Webhook
---@field next fun(self): agentmail.ListWebhooksResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Webhook?

---@class agentmail.Message: agentmail.Message.Methods
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field from string
---@field to string[]
---@field cc? string[]
---@field bcc? string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field in_reply_to? string
---@field references? string[]
---@field headers? table<string, string>
---@field size integer
---@field calendar_event_id? string
---@field agent_armor? agentmail.AgentArmor
---@field updated_at string
---@field created_at string
---@field reply_to? string[]
---@field text? string
---@field html? string
---@field extracted_text? string
---@field extracted_html? string
---@field opened_at? string
---@field manual_override? agentmail.AgentArmorManualOverride

---@class agentmail.MessageEvent
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field timestamp string

---@class agentmail.MessageItem: agentmail.Message.Methods
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field from string
---@field to string[]
---@field cc? string[]
---@field bcc? string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field in_reply_to? string
---@field references? string[]
---@field headers? table<string, string>
---@field size integer
---@field calendar_event_id? string
---@field agent_armor? agentmail.AgentArmor
---@field updated_at string
---@field created_at string

---@class agentmail.MetricBucket
---@field timestamp string
---@field count integer

---@class agentmail.Organization
---@field organization_id string
---@field inbox_count integer
---@field domain_count integer
---@field inbox_limit? integer
---@field domain_limit? integer
---@field billing_id? string
---@field billing_type? string
---@field billing_subscription_id? string
---@field authentication_id? string
---@field authentication_type? string
---@field updated_at string
---@field created_at string

---@class agentmail.Pod: agentmail.Pod.Methods
---@field pod_id string
---@field name string
---@field client_id? string
---@field updated_at string
---@field created_at string

---@class agentmail.PodListEntry
---@field entry string
---@field organization_id string
---@field reason? string
---@field direction agentmail.list_direction
---@field list_type agentmail.list_type
---@field entry_type agentmail.entry_type
---@field created_at string
---@field read_only? boolean
---@field pod_id string
---@field inbox_id? string

---@class agentmail.PodListListEntriesResponse: agentmail.Page
---@field [integer] agentmail.PodListEntry
---@field next fun(self): agentmail.PodListListEntriesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.PodListEntry?

---@class agentmail.PollingWebhook
---@field webhook_id string
---@field client_id string
---@field event_types agentmail.event_type[]
---@field pod_ids? string[]
---@field inbox_ids? string[]
---@field pod_id? string
---@field inbox_id? string
---@field updated_at string
---@field created_at string

---@class agentmail.Provider
---@field provider_id string
---@field name? string
---@field updated_at? string
---@field description? string
---@field logo_url? string
---@field terms_url? string
---@field privacy_url? string
---@field owner_signup_limit? integer

---@class agentmail.PublicKeyMaterial
---@field jwk agentmail.Jwk
---@field fingerprint string

---@class agentmail.QueryMetricsResponse
---@field [agentmail.metric_event_type] agentmail.MetricBucket[]

---@class agentmail.QueryRatesResponse
---@field [agentmail.rate_type] agentmail.RatePoint[]

---@class agentmail.QueryUsageResponse
---@field [agentmail.usage_type] agentmail.UsagePoint[]

---@class agentmail.RatePoint
---@field timestamp string
---@field rate? number
---@field sent integer

---@class agentmail.RawMessageResponse
---@field message_id string
---@field size integer
---@field download_url string
---@field expires_at string

---@class agentmail.Recurrence
---@field rule string
---@field exdates? string[]
---@field rdates? any
---@field truncate_before? string

---@class agentmail.RejectEvent
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field timestamp string
---@field reason string

---@class agentmail.ReleaseAgentArmorMessageResponse
---@field manual_override agentmail.AgentArmorManualOverride

---@class agentmail.SearchAppsResponse: agentmail.Page
---@field [integer] agentmail.App
---@field next fun(self): agentmail.SearchAppsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.App?

---@class agentmail.SearchInboxesResponse: agentmail.Page
---@field [integer] agentmail.Inbox
---@field next fun(self): agentmail.SearchInboxesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Inbox?

---@class agentmail.SearchMessageItem: agentmail.Message.Methods
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field from string
---@field to string[]
---@field cc? string[]
---@field bcc? string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field in_reply_to? string
---@field references? string[]
---@field headers? table<string, string>
---@field size integer
---@field calendar_event_id? string
---@field agent_armor? agentmail.AgentArmor
---@field updated_at string
---@field created_at string
---@field highlights? agentmail.Highlights

---@class agentmail.SearchMessagesResponse: agentmail.Page
---@field [integer] agentmail.SearchMessageItem
---@field next fun(self): agentmail.SearchMessagesResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.SearchMessageItem?

---@class agentmail.SearchProvidersResponse: agentmail.Page
---@field [integer] agentmail.Provider
---@field next fun(self): agentmail.SearchProvidersResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.Provider?

---@class agentmail.SearchThreadItem: agentmail.Thread.Methods
---@field inbox_id string
---@field thread_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field received_timestamp? string
---@field sent_timestamp? string
---@field senders string[]
---@field recipients string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field last_message_id string
---@field message_count integer
---@field size integer
---@field updated_at string
---@field created_at string
---@field highlights? agentmail.Highlights

---@class agentmail.SearchThreadsResponse: agentmail.Page
---@field [integer] agentmail.SearchThreadItem
---@field next fun(self): agentmail.SearchThreadsResponse?, agentmail.Receipt|string|nil, agentmail.Failure?
---@field each fun(self, settings?: agentmail.Loop): fun(): agentmail.SearchThreadItem?

---@class agentmail.SendMessageResponse: agentmail.Message.Methods
---@field message_id string
---@field thread_id string

---@class agentmail.SentEvent
---@field inbox_id string
---@field thread_id string
---@field message_id string
---@field timestamp string
---@field recipients string[]

---@class agentmail.Thread: agentmail.Thread.Methods
---@field inbox_id string
---@field thread_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field received_timestamp? string
---@field sent_timestamp? string
---@field senders string[]
---@field recipients string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field last_message_id string
---@field message_count integer
---@field size integer
---@field updated_at string
---@field created_at string
---@field count integer
---@field limit? integer
---@field next_page_token? string
---@field messages agentmail.Message[]

---@class agentmail.ThreadItem: agentmail.Thread.Methods
---@field inbox_id string
---@field thread_id string
---@field labels agentmail.Labels
---@field timestamp string
---@field received_timestamp? string
---@field sent_timestamp? string
---@field senders string[]
---@field recipients string[]
---@field subject? string
---@field preview? string
---@field attachments? agentmail.Attachment[]
---@field last_message_id string
---@field message_count integer
---@field size integer
---@field updated_at string
---@field created_at string

---@class agentmail.UnknownEvent
---@field type? string
---@field event_type string
---@field event_id? string

---@class agentmail.UpdateMessageResponse
---@field message_id string
---@field labels agentmail.Labels

---@class agentmail.UpdateThreadResponse
---@field thread_id string
---@field labels agentmail.Labels

---@class agentmail.UsagePoint
---@field timestamp string
---@field value number

---@class agentmail.VerificationRecord
---@field type agentmail.record_type
---@field name string
---@field value string
---@field status agentmail.record_status
---@field priority? integer
---@field reason? string

---@class agentmail.Webhook
---@field webhook_id string
---@field url string
---@field event_types? agentmail.event_type[]
---@field pod_ids? string[]
---@field inbox_ids? string[]
---@field secret string
---@field enabled boolean
---@field client_id? string
---@field updated_at string
---@field created_at string

---@class agentmail.WebhookHeaderNamesResponse
---@field header_names string[]
