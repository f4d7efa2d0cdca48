/* SPDX-License-Identifier: MIT */
/* The models of the answers.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "lua/table_models.h"

const char am_model_texts[] =
    "\0"
    "Account\0"
    "account_id!:string app_id:string app_name:string? provider_id:string "
    "provider_name:string? inbox_id:string pod_id:string organization_id:string "
    "first_signed_in_at:datetime last_signed_in_at:datetime sign_in_count:integer "
    "status:account_status? disabled_at:datetime?\0"
    "AgentArmor\0"
    "completed_at:datetime? model:string? verdict:armor_verdict?\0"
    "AgentArmorFeedback\0"
    "feedback_id!:string\0"
    "AgentArmorManualOverride\0"
    "override_id:string? actor:any?\0"
    "AgentAttachHumanResponse\0"
    "human_email!:string instructions:string\0"
    "AgentSignupResponse\0"
    "organization_id:string inbox_id!:string api_key!:string\0"
    "AgentVerifyResponse\0"
    "verified!:boolean\0"
    "ApiKey\0"
    "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
    "created_at:datetime prefix:string? type:key_type? client_id:string? "
    "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
    "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? \0"
    "ApiKeyCreator\0"
    "api_key_id:string\0"
    "App\0"
    "app_id!:string slug:string? name:string? updated_at:datetime? description:string? "
    "logo_url:string? terms_url:string? privacy_url:string? categories:app_category[]? "
    "owner_signup_limit:integer?\0"
    "Attachment\0"
    "attachment_id:string filename:string? size:integer content_type:string? "
    "content_disposition:content_disposition? content_id:string? \0"
    "AttachmentResponse\0"
    "attachment_id:string filename:string? size:integer content_type:string? "
    "content_disposition:content_disposition? content_id:string? download_url!:string "
    "expires_at:datetime\0"
    "AuthorizeInboxResponse\0"
    "api_key_id!:string instructions:string\0"
    "BatchGetMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? messages!:Message[]\0"
    "messages\0"
    "BatchUpdateMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? updates!:UpdateMessageResponse[]\0"
    "updates\0"
    "BounceEvent\0"
    "inbox_id:string thread_id:string message_id:string timestamp:datetime "
    "recipients:BouncedRecipient[] type:string sub_type:string\0"
    "BouncedRecipient\0"
    "address:string status:string\0"
    "Calendar\0"
    "inbox_id:string timezone!:string event_count:integer etag:string? updated_at:datetime "
    "created_at:datetime \0"
    "timezone event_count\0"
    "CalendarAttendee\0"
    "email:string name:string? status:attendee_status? role:attendee_role? comment:string? "
    "responded_at:datetime?\0"
    "CalendarEvent\0"
    "event_id!:string kind:event_kind series_id:string? original_start:string? "
    "original_start_at:datetime? is_exception:boolean? title:string description:string? "
    "location:string? metadata:any? status:event_status all_day:boolean start:string "
    "end:string timezone:string duration_mode:duration_mode duration_value:integer "
    "start_at:datetime end_at:datetime recurrence:Recurrence? attendees:CalendarAttendee[]? "
    "attendee_count:integer response_status:attendee_status? uid:string sequence:integer "
    "source:event_source organizer_email:string? origin_message_id:string? "
    "resource_revision:integer? etag:string? updated_at:datetime created_at:datetime \0"
    "title start end timezone\0"
    "CalendarEventMutationResponse\0"
    "event!:CalendarEvent operation_id:string\0"
    "ComplaintEvent\0"
    "inbox_id:string thread_id:string message_id:string timestamp:datetime recipients:string[] "
    "type:string sub_type:string\0"
    "ConnectAccepted\0"
    "api_key_id:string magic_url!:string expires_at:datetime\0"
    "CreateApiKeyResult\0"
    "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
    "created_at:datetime prefix:string? api_key:string? type:key_type? client_id:string? "
    "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
    "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? \0"
    "CreatePollingWebhookResponse\0"
    "webhook_id!:string client_id:string event_types:event_type[] pod_ids:string[]? "
    "inbox_ids:string[]? pod_id:string? inbox_id:string? updated_at:datetime "
    "created_at:datetime token!:string\0"
    "DeleteCalendarEventResponse\0"
    "deletion_id:string? event:CalendarEvent? operation_id:string?\0"
    "Domain\0"
    "pod_id:string? domain_id!:string domain:string feedback_enabled:boolean "
    "subdomains_enabled:boolean tracking_enabled:boolean client_id:string? updated_at:datetime "
    "created_at:datetime status:domain_status reason:string? records:VerificationRecord[]\0"
    "DomainItem\0"
    "pod_id:string? domain_id!:string domain:string feedback_enabled:boolean "
    "subdomains_enabled:boolean tracking_enabled:boolean client_id:string? updated_at:datetime "
    "created_at:datetime \0"
    "Draft\0"
    "inbox_id:string draft_id!:string labels:labels to:string[]? cc:string[]? bcc:string[]? "
    "subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
    "forward_of:string? send_status:send_status? send_at:datetime? updated_at:datetime "
    "client_id:string? reply_to:string[]? text:string? html:string? references:string[]? "
    "created_at:datetime\0"
    "subject to\0"
    "DraftItem\0"
    "inbox_id:string draft_id!:string labels:labels to:string[]? cc:string[]? bcc:string[]? "
    "subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
    "forward_of:string? send_status:send_status? send_at:datetime? updated_at:datetime \0"
    "Event\0"
    "type:string? event_type!:event_type event_id:string message:Message? thread:ThreadItem? "
    "send:SentEvent? delivery:SentEvent? bounce:BounceEvent? complaint:ComplaintEvent? "
    "reject:RejectEvent? open:MessageEvent? domain:Domain? inbox_id:string? "
    "calendar_event:CalendarEvent? previous:any? scheduled_at:datetime?\0"
    "message send delivery bounce complaint reject open domain calendar_event\0"
    "GetSetupLinkResponse\0"
    "supported:boolean provider_name:string? url:string? width:integer? height:integer? "
    "state:string? conflicting_provider:string?\0"
    "Highlights\0"
    "from:string[]? recipients:string[]? subject:string[]? text:string[]?\0"
    "Identity\0"
    "scope_type:scope_type scope_id!:string organization_id:string pod_id:string? "
    "inbox_id:string? api_key_id:string?\0"
    "Inbox\0"
    "pod_id:string inbox_id!:string email:string display_name:string? client_id:string? "
    "metadata:metadata? status:inbox_status? updated_at:datetime created_at:datetime \0"
    "display_name\0"
    "InboxEvent\0"
    "organization_id:string pod_id:string inbox_id:string event_id:string "
    "event_type:inbox_event_type message_id:string label:string event_at:datetime "
    "created_at:datetime\0"
    "event_type message_id label\0"
    "ListAccountsResponse\0"
    "count:integer limit:integer? next_page_token:string? accounts!:Account[]\0"
    "accounts\0"
    "ListApiKeysResponse\0"
    "count:integer limit:integer? next_page_token:string? api_keys!:ApiKey[]\0"
    "api_keys\0"
    "ListAppAccountsResponse\0"
    "count:integer limit:integer? next_page_token:string? app:App? accounts!:Account[]\0"
    "ListAppsResponse\0"
    "count:integer limit:integer? next_page_token:string? apps!:App[]\0"
    "apps\0"
    "ListCalendarEventsResponse\0"
    "count:integer limit:integer? next_page_token:string? events!:CalendarEvent[]\0"
    "events\0"
    "ListDomainsResponse\0"
    "count:integer limit:integer? next_page_token:string? domains!:DomainItem[]\0"
    "domains\0"
    "ListDraftsResponse\0"
    "count:integer limit:integer? next_page_token:string? drafts!:DraftItem[]\0"
    "drafts\0"
    "ListEntry\0"
    "entry!:string organization_id:string reason:string? direction:list_direction "
    "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? \0"
    "ListInboxEventsResponse\0"
    "count:integer limit:integer? next_page_token:string? events!:InboxEvent[]\0"
    "ListInboxesResponse\0"
    "count:integer limit:integer? next_page_token:string? inboxes!:Inbox[]\0"
    "inboxes\0"
    "ListListEntriesResponse\0"
    "count:integer limit:integer? next_page_token:string? entries!:ListEntry[]\0"
    "entries\0"
    "ListMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? messages!:MessageItem[]\0"
    "ListPodsResponse\0"
    "count:integer limit:integer? next_page_token:string? pods!:Pod[]\0"
    "pods\0"
    "ListPollingWebhooksResponse\0"
    "count:integer limit:integer? next_page_token:string? polling_webhooks!:PollingWebhook[]\0"
    "polling_webhooks\0"
    "ListProviderAccountsResponse\0"
    "count:integer limit:integer? next_page_token:string? provider:Provider? "
    "accounts!:Account[]\0"
    "ListProvidersResponse\0"
    "count:integer limit:integer? next_page_token:string? providers!:Provider[]\0"
    "providers\0"
    "ListThreadsResponse\0"
    "count:integer limit:integer? next_page_token:string? threads!:ThreadItem[]\0"
    "threads\0"
    "ListWebhooksResponse\0"
    "count:integer limit:integer? next_page_token:string? webhooks!:Webhook[]\0"
    "webhooks\0"
    "Message\0"
    "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
    "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
    "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
    "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
    "created_at:datetime reply_to:string[]? text:string? html:string? extracted_text:string? "
    "extracted_html:string? opened_at:datetime? manual_override:AgentArmorManualOverride?\0"
    "subject from labels\0"
    "MessageEvent\0"
    "inbox_id:string thread_id:string message_id:string timestamp:datetime \0"
    "MessageItem\0"
    "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
    "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
    "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
    "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
    "created_at:datetime \0"
    "MetricBucket\0"
    "timestamp:datetime count:integer\0"
    "Organization\0"
    "organization_id!:string inbox_count:integer domain_count:integer inbox_limit:integer? "
    "domain_limit:integer? billing_id:string? billing_type:string? "
    "billing_subscription_id:string? authentication_id:string? authentication_type:string? "
    "updated_at:datetime created_at:datetime \0"
    "Pod\0"
    "pod_id!:string name:string client_id:string? updated_at:datetime created_at:datetime \0"
    "PodListEntry\0"
    "entry!:string organization_id:string reason:string? direction:list_direction "
    "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? "
    "pod_id:string inbox_id:string?\0"
    "PodListListEntriesResponse\0"
    "count:integer limit:integer? next_page_token:string? entries!:PodListEntry[]\0"
    "PollingWebhook\0"
    "webhook_id!:string client_id:string event_types:event_type[] pod_ids:string[]? "
    "inbox_ids:string[]? pod_id:string? inbox_id:string? updated_at:datetime "
    "created_at:datetime \0"
    "Provider\0"
    "provider_id!:string name:string? updated_at:datetime? description:string? "
    "logo_url:string? terms_url:string? privacy_url:string? owner_signup_limit:integer?\0"
    "PublicKeyMaterial\0"
    "jwk:jwk fingerprint:string\0"
    "QueryMetricsResponse\0"
    "QueryRatesResponse\0"
    "RatePoint\0"
    "QueryUsageResponse\0"
    "UsagePoint\0"
    "timestamp:datetime rate:number? sent:integer\0"
    "RawMessageResponse\0"
    "message_id!:string size:integer download_url!:string expires_at:datetime\0"
    "Recurrence\0"
    "rule:string exdates:string[]? rdates:any? truncate_before:string?\0"
    "RejectEvent\0"
    "inbox_id:string thread_id:string message_id:string timestamp:datetime reason:string\0"
    "ReleaseAgentArmorMessageResponse\0"
    "manual_override!:AgentArmorManualOverride\0"
    "SearchAppsResponse\0"
    "SearchInboxesResponse\0"
    "SearchMessageItem\0"
    "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
    "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
    "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
    "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
    "created_at:datetime highlights:Highlights?\0"
    "SearchMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? messages!:SearchMessageItem[]\0"
    "SearchProvidersResponse\0"
    "SearchThreadItem\0"
    "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
    "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
    "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
    "last_message_id:string message_count:integer size:integer updated_at:datetime "
    "created_at:datetime highlights:Highlights?\0"
    "Thread\0"
    "SearchThreadsResponse\0"
    "count:integer limit:integer? next_page_token:string? threads!:SearchThreadItem[]\0"
    "SendMessageResponse\0"
    "message_id!:string thread_id!:string\0"
    "SentEvent\0"
    "inbox_id:string thread_id:string message_id:string timestamp:datetime recipients:string[]\0"
    "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
    "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
    "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
    "last_message_id:string message_count:integer size:integer updated_at:datetime "
    "created_at:datetime count:integer limit:integer? next_page_token:string? "
    "messages!:Message[]\0"
    "subject message_count\0"
    "ThreadItem\0"
    "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
    "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
    "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
    "last_message_id:string message_count:integer size:integer updated_at:datetime "
    "created_at:datetime \0"
    "UnknownEvent\0"
    "type:string? event_type!:string event_id:string?\0"
    "UpdateMessageResponse\0"
    "message_id!:string labels:labels\0"
    "UpdateThreadResponse\0"
    "thread_id!:string labels:labels\0"
    "timestamp:datetime value:number\0"
    "VerificationRecord\0"
    "type:record_type name:string value:string status:record_status priority:integer? "
    "reason:string?\0"
    "Webhook\0"
    "webhook_id!:string url:string event_types:event_type[]? pod_ids:string[]? "
    "inbox_ids:string[]? secret:string enabled:boolean client_id:string? updated_at:datetime "
    "created_at:datetime \0"
    "WebhookHeaderNamesResponse\0"
    "header_names!:string[]\0"
    "file\0";

const am_model am_models[AM_MODELS] = {
    {/* Account */
     1, 9, 0, 0, 0, 0, false, false},
    {/* AgentArmor */
     275, 286, 0, 0, 0, 0, false, false},
    {/* AgentArmorFeedback */
     346, 365, 0, 0, 0, 0, false, false},
    {/* AgentArmorManualOverride */
     385, 410, 0, 0, 0, 0, false, false},
    {/* AgentAttachHumanResponse */
     441, 466, 0, 0, 0, 0, false, false},
    {/* AgentSignupResponse */
     506, 526, 0, 0, 0, 0, false, false},
    {/* AgentVerifyResponse */
     582, 602, 0, 0, 0, 0, false, false},
    {/* ApiKey */
     620, 627, 0, 0, 0, 0, false, false},
    {/* ApiKeyCreator */
     919, 933, 0, 0, 0, 0, false, false},
    {/* App */
     951, 955, 0, 0, 0, 0, false, false},
    {/* Attachment */
     1147, 1158, 0, 0, 0, 0, false, false},
    {/* AttachmentResponse */
     1291, 1310, 0, 0, 0, 0, false, false},
    {/* AuthorizeInboxResponse */
     1483, 1506, 0, 0, 0, 0, false, false},
    {/* BatchGetMessagesResponse */
     1545, 1570, 0, 0, 1643, 0, false, false},
    {/* BatchUpdateMessagesResponse */
     1652, 1680, 0, 0, 1766, 0, false, false},
    {/* BounceEvent */
     1774, 1786, 0, 0, 0, 0, false, false},
    {/* BouncedRecipient */
     1914, 1931, 0, 0, 0, 0, false, false},
    {/* Calendar */
     1960, 1969, 1960, 2076, 0, 0, false, false},
    {/* CalendarAttendee */
     2097, 2114, 0, 0, 0, 0, false, false},
    {/* CalendarEvent */
     2223, 2237, 2223, 2874, 0, 0, false, false},
    {/* CalendarEventMutationResponse */
     2899, 2929, 0, 0, 0, 0, false, false},
    {/* ComplaintEvent */
     2970, 2985, 0, 0, 0, 0, false, false},
    {/* ConnectAccepted */
     3103, 3119, 0, 0, 0, 0, false, false},
    {/* CreateApiKeyResult */
     3175, 3194, 0, 0, 0, 0, false, false},
    {/* CreatePollingWebhookResponse */
     3502, 3531, 0, 0, 0, 0, false, false},
    {/* DeleteCalendarEventResponse */
     3716, 3744, 0, 0, 0, 0, false, false},
    {/* Domain */
     3806, 3813, 0, 0, 0, 0, false, false},
    {/* DomainItem */
     4060, 4071, 0, 0, 0, 0, false, false},
    {/* Draft */
     4254, 4260, 4254, 4611, 0, 0, false, false},
    {/* DraftItem */
     4622, 4632, 4254, 0, 0, 0, false, false},
    {/* Event */
     4880, 4886, 0, 5194, 0, 0, false, false},
    {/* GetSetupLinkResponse */
     5267, 5288, 0, 0, 0, 0, false, false},
    {/* Highlights */
     5414, 5425, 0, 0, 0, 0, false, false},
    {/* Identity */
     5494, 5503, 0, 0, 0, 0, false, false},
    {/* Inbox */
     5616, 5622, 5616, 5786, 0, 0, false, false},
    {/* InboxEvent */
     5799, 5810, 0, 5976, 0, 0, false, false},
    {/* ListAccountsResponse */
     6004, 6025, 0, 0, 6098, 0, false, false},
    {/* ListApiKeysResponse */
     6107, 6127, 0, 0, 6199, 0, false, false},
    {/* ListAppAccountsResponse */
     6208, 6232, 0, 0, 6098, 0, false, false},
    {/* ListAppsResponse */
     6314, 6331, 0, 0, 6396, 0, false, false},
    {/* ListCalendarEventsResponse */
     6401, 6428, 0, 0, 6505, 0, false, false},
    {/* ListDomainsResponse */
     6512, 6532, 0, 0, 6607, 0, false, false},
    {/* ListDraftsResponse */
     6615, 6634, 0, 0, 6707, 0, false, false},
    {/* ListEntry */
     6714, 6724, 0, 0, 0, 0, false, false},
    {/* ListInboxEventsResponse */
     6883, 6907, 0, 0, 6505, 0, false, false},
    {/* ListInboxesResponse */
     6981, 7001, 0, 0, 7071, 0, false, false},
    {/* ListListEntriesResponse */
     7079, 7103, 0, 0, 7177, 0, false, false},
    {/* ListMessagesResponse */
     7185, 7206, 0, 0, 1643, 0, false, false},
    {/* ListPodsResponse */
     7283, 7300, 0, 0, 7365, 0, false, false},
    {/* ListPollingWebhooksResponse */
     7370, 7398, 0, 0, 7486, 0, false, false},
    {/* ListProviderAccountsResponse */
     7503, 7532, 0, 0, 6098, 0, false, false},
    {/* ListProvidersResponse */
     7624, 7646, 0, 0, 7721, 0, false, false},
    {/* ListThreadsResponse */
     7731, 7751, 0, 0, 7826, 0, false, false},
    {/* ListWebhooksResponse */
     7834, 7855, 0, 0, 7928, 0, false, false},
    {/* Message */
     7937, 7945, 7937, 8457, 0, 0, false, false},
    {/* MessageEvent */
     8477, 8490, 0, 0, 0, 0, false, false},
    {/* MessageItem */
     8561, 8573, 7937, 0, 0, 0, false, false},
    {/* MetricBucket */
     8933, 8946, 0, 0, 0, 0, false, false},
    {/* Organization */
     8979, 8992, 0, 0, 0, 0, false, false},
    {/* Pod */
     9267, 9271, 9267, 0, 0, 0, false, false},
    {/* PodListEntry */
     9357, 9370, 0, 0, 0, 0, false, false},
    {/* PodListListEntriesResponse */
     9559, 9586, 0, 0, 7177, 0, false, false},
    {/* PollingWebhook */
     9663, 9678, 0, 0, 0, 0, false, false},
    {/* Provider */
     9850, 9859, 0, 0, 0, 0, false, false},
    {/* PublicKeyMaterial */
     10016, 10034, 0, 0, 0, 0, false, false},
    {/* QueryMetricsResponse */
     10061, 0, 0, 0, 0, 8933, false, false},
    {/* QueryRatesResponse */
     10082, 0, 0, 0, 0, 10101, false, false},
    {/* QueryUsageResponse */
     10111, 0, 0, 0, 0, 10130, false, false},
    {/* RatePoint */
     10101, 10141, 0, 0, 0, 0, false, false},
    {/* RawMessageResponse */
     10186, 10205, 0, 0, 0, 0, false, false},
    {/* Recurrence */
     10278, 10289, 0, 0, 0, 0, false, false},
    {/* RejectEvent */
     10355, 10367, 0, 0, 0, 0, false, false},
    {/* ReleaseAgentArmorMessageResponse */
     10451, 10484, 0, 0, 0, 0, false, false},
    {/* SearchAppsResponse */
     10526, 6331, 0, 0, 6396, 0, false, false},
    {/* SearchInboxesResponse */
     10545, 7001, 0, 0, 7071, 0, false, false},
    {/* SearchMessageItem */
     10567, 10585, 7937, 0, 0, 0, false, false},
    {/* SearchMessagesResponse */
     10967, 10990, 0, 0, 1643, 0, false, false},
    {/* SearchProvidersResponse */
     11073, 7646, 0, 0, 7721, 0, false, false},
    {/* SearchThreadItem */
     11097, 11114, 11451, 0, 0, 0, false, false},
    {/* SearchThreadsResponse */
     11458, 11480, 0, 0, 7826, 0, false, false},
    {/* SendMessageResponse */
     11561, 11581, 7937, 0, 0, 0, false, false},
    {/* SentEvent */
     11618, 11628, 0, 0, 0, 0, false, false},
    {/* Thread */
     11451, 11718, 11451, 12105, 0, 0, true, false},
    {/* ThreadItem */
     12127, 12138, 11451, 0, 0, 0, false, false},
    {/* UnknownEvent */
     12453, 12466, 0, 0, 0, 0, false, false},
    {/* UpdateMessageResponse */
     12515, 12537, 0, 0, 0, 0, false, false},
    {/* UpdateThreadResponse */
     12570, 12591, 0, 0, 0, 0, false, false},
    {/* UsagePoint */
     10130, 12623, 0, 0, 0, 0, false, false},
    {/* VerificationRecord */
     12655, 12674, 0, 0, 0, 0, false, false},
    {/* Webhook */
     12770, 12778, 0, 0, 0, 0, false, false},
    {/* WebhookHeaderNamesResponse */
     12961, 12988, 0, 0, 0, 0, false, false},
    {/* file */
     13011, 0, 0, 0, 0, 0, false, true},
};
