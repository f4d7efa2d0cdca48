/* SPDX-License-Identifier: MIT */
/* The models of the answers.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "lua/table_models.h"

const char am_model_texts[] =
    "\0Account\0account_id!:string app_id:string app_name:string? provider_id:string "
    "provider_name:string? inbox_id:string pod_id:string organization_id:string "
    "first_signed_in_at:datetime last_signed_in_at:datetime sign_in_count:integer "
    "status:account_status? disabled_at:datetime?\0AgentArmor\0completed_at:datetime? "
    "model:string? verdict:armor_verdict?\0AgentArmorFeedback\0feedback_id!:string\0"
    "AgentArmorManualOverride\0override_id:string? actor:any?\0AgentAttachHumanResponse\0"
    "human_email!:string instructions:string\0AgentSignupResponse\0organization_id:string "
    "inbox_id!:string api_key!:string\0AgentVerifyResponse\0verified!:boolean\0ApiKey\0"
    "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
    "created_at:datetime prefix:string? type:key_type? client_id:string? "
    "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
    "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? \0ApiKeyCreator\0"
    "api_key_id:string\0App\0app_id!:string slug:string? name:string? updated_at:datetime? "
    "description:string? logo_url:string? terms_url:string? privacy_url:string? "
    "categories:app_category[]? owner_signup_limit:integer?\0Attachment\0attachment_id:string "
    "filename:string? size:integer content_type:string? content_disposition:content_disposition? "
    "content_id:string? \0AttachmentResponse\0attachment_id:string filename:string? size:integer "
    "content_type:string? content_disposition:content_disposition? content_id:string? "
    "download_url!:string expires_at:datetime\0AuthorizeInboxResponse\0api_key_id!:string "
    "instructions:string\0BatchGetMessagesResponse\0count:integer limit:integer? "
    "next_page_token:string? messages!:Message[]\0messages\0BatchUpdateMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? updates!:UpdateMessageResponse[]\0"
    "updates\0BounceEvent\0inbox_id:string thread_id:string message_id:string timestamp:datetime "
    "recipients:BouncedRecipient[] type:string sub_type:string\0BouncedRecipient\0address:string "
    "status:string\0Calendar\0inbox_id:string timezone!:string event_count:integer etag:string? "
    "updated_at:datetime created_at:datetime \0timezone event_count\0CalendarAttendee\0"
    "email:string name:string? status:attendee_status? role:attendee_role? comment:string? "
    "responded_at:datetime?\0CalendarEvent\0event_id!:string kind:event_kind series_id:string? "
    "original_start:string? original_start_at:datetime? is_exception:boolean? title:string "
    "description:string? location:string? metadata:any? status:event_status all_day:boolean "
    "start:string end:string timezone:string duration_mode:duration_mode duration_value:integer "
    "start_at:datetime end_at:datetime recurrence:Recurrence? attendees:CalendarAttendee[]? "
    "attendee_count:integer response_status:attendee_status? uid:string sequence:integer "
    "source:event_source organizer_email:string? origin_message_id:string? "
    "resource_revision:integer? etag:string? updated_at:datetime created_at:datetime \0title "
    "start end timezone\0CalendarEventMutationResponse\0event!:CalendarEvent "
    "operation_id:string\0ComplaintEvent\0inbox_id:string thread_id:string message_id:string "
    "timestamp:datetime recipients:string[] type:string sub_type:string\0ConnectAccepted\0"
    "api_key_id:string magic_url!:string expires_at:datetime\0CreateApiKeyResult\0"
    "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
    "created_at:datetime prefix:string? api_key:string? type:key_type? client_id:string? "
    "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
    "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? \0"
    "CreatePollingWebhookResponse\0webhook_id!:string client_id:string event_types:event_type[] "
    "pod_ids:string[]? inbox_ids:string[]? pod_id:string? inbox_id:string? updated_at:datetime "
    "created_at:datetime token!:string\0DeleteCalendarEventResponse\0deletion_id:string? "
    "event:CalendarEvent? operation_id:string?\0Domain\0pod_id:string? domain_id!:string "
    "domain:string feedback_enabled:boolean subdomains_enabled:boolean tracking_enabled:boolean "
    "client_id:string? updated_at:datetime created_at:datetime status:domain_status "
    "reason:string? records:VerificationRecord[]\0DomainItem\0pod_id:string? domain_id!:string "
    "domain:string feedback_enabled:boolean subdomains_enabled:boolean tracking_enabled:boolean "
    "client_id:string? updated_at:datetime created_at:datetime \0Draft\0inbox_id:string "
    "draft_id!:string labels:labels to:string[]? cc:string[]? bcc:string[]? subject:string? "
    "preview:string? attachments:Attachment[]? in_reply_to:string? forward_of:string? "
    "send_status:send_status? send_at:datetime? updated_at:datetime client_id:string? "
    "reply_to:string[]? text:string? html:string? references:string[]? created_at:datetime\0"
    "subject to\0DraftItem\0inbox_id:string draft_id!:string labels:labels to:string[]? "
    "cc:string[]? bcc:string[]? subject:string? preview:string? attachments:Attachment[]? "
    "in_reply_to:string? forward_of:string? send_status:send_status? send_at:datetime? "
    "updated_at:datetime \0Event\0type:string? event_type!:event_type event_id:string "
    "message:Message? thread:ThreadItem? send:SentEvent? delivery:SentEvent? bounce:BounceEvent? "
    "complaint:ComplaintEvent? reject:RejectEvent? open:MessageEvent? domain:Domain? "
    "inbox_id:string? calendar_event:CalendarEvent? previous:any? scheduled_at:datetime?\0"
    "message send delivery bounce complaint reject open domain calendar_event\0"
    "GetSetupLinkResponse\0supported:boolean provider_name:string? url:string? width:integer? "
    "height:integer? state:string? conflicting_provider:string?\0Highlights\0from:string[]? "
    "recipients:string[]? subject:string[]? text:string[]?\0Identity\0scope_type:scope_type "
    "scope_id!:string organization_id:string pod_id:string? inbox_id:string? api_key_id:string?\0"
    "Inbox\0pod_id:string inbox_id!:string email:string display_name:string? client_id:string? "
    "metadata:metadata? status:inbox_status? updated_at:datetime created_at:datetime \0"
    "display_name\0InboxEvent\0organization_id:string pod_id:string inbox_id:string "
    "event_id:string event_type:inbox_event_type message_id:string label:string "
    "event_at:datetime created_at:datetime\0event_type message_id label\0ListAccountsResponse\0"
    "count:integer limit:integer? next_page_token:string? accounts!:Account[]\0accounts\0"
    "ListApiKeysResponse\0count:integer limit:integer? next_page_token:string? "
    "api_keys!:ApiKey[]\0api_keys\0ListAppAccountsResponse\0count:integer limit:integer? "
    "next_page_token:string? app:App? accounts!:Account[]\0ListAppsResponse\0count:integer "
    "limit:integer? next_page_token:string? apps!:App[]\0apps\0ListCalendarEventsResponse\0"
    "count:integer limit:integer? next_page_token:string? events!:CalendarEvent[]\0events\0"
    "ListDomainsResponse\0count:integer limit:integer? next_page_token:string? "
    "domains!:DomainItem[]\0domains\0ListDraftsResponse\0count:integer limit:integer? "
    "next_page_token:string? drafts!:DraftItem[]\0drafts\0ListEntry\0entry!:string "
    "organization_id:string reason:string? direction:list_direction list_type:list_type "
    "entry_type:entry_type created_at:datetime read_only:boolean? \0ListInboxEventsResponse\0"
    "count:integer limit:integer? next_page_token:string? events!:InboxEvent[]\0"
    "ListInboxesResponse\0count:integer limit:integer? next_page_token:string? inboxes!:Inbox[]\0"
    "inboxes\0ListListEntriesResponse\0count:integer limit:integer? next_page_token:string? "
    "entries!:ListEntry[]\0entries\0ListMessagesResponse\0count:integer limit:integer? "
    "next_page_token:string? messages!:MessageItem[]\0ListPodsResponse\0count:integer "
    "limit:integer? next_page_token:string? pods!:Pod[]\0pods\0ListPollingWebhooksResponse\0"
    "count:integer limit:integer? next_page_token:string? polling_webhooks!:PollingWebhook[]\0"
    "polling_webhooks\0ListProviderAccountsResponse\0count:integer limit:integer? "
    "next_page_token:string? provider:Provider? accounts!:Account[]\0ListProvidersResponse\0"
    "count:integer limit:integer? next_page_token:string? providers!:Provider[]\0providers\0"
    "ListThreadsResponse\0count:integer limit:integer? next_page_token:string? "
    "threads!:ThreadItem[]\0threads\0ListWebhooksResponse\0count:integer limit:integer? "
    "next_page_token:string? webhooks!:Webhook[]\0webhooks\0Message\0inbox_id:string "
    "thread_id:string message_id!:string labels:labels timestamp:datetime from:string "
    "to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
    "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
    "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
    "created_at:datetime reply_to:string[]? text:string? html:string? extracted_text:string? "
    "extracted_html:string? opened_at:datetime? manual_override:AgentArmorManualOverride?\0"
    "subject from labels\0MessageEvent\0inbox_id:string thread_id:string message_id:string "
    "timestamp:datetime \0MessageItem\0inbox_id:string thread_id:string message_id!:string "
    "labels:labels timestamp:datetime from:string to:string[] cc:string[]? bcc:string[]? "
    "subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
    "references:string[]? headers:map<string>? size:integer calendar_event_id:string? "
    "agent_armor:AgentArmor? updated_at:datetime created_at:datetime \0MetricBucket\0"
    "timestamp:datetime count:integer\0Organization\0organization_id!:string inbox_count:integer "
    "domain_count:integer inbox_limit:integer? domain_limit:integer? billing_id:string? "
    "billing_type:string? billing_subscription_id:string? authentication_id:string? "
    "authentication_type:string? updated_at:datetime created_at:datetime \0Pod\0pod_id!:string "
    "name:string client_id:string? updated_at:datetime created_at:datetime \0PodListEntry\0"
    "entry!:string organization_id:string reason:string? direction:list_direction "
    "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? "
    "pod_id:string inbox_id:string?\0PodListListEntriesResponse\0count:integer limit:integer? "
    "next_page_token:string? entries!:PodListEntry[]\0PollingWebhook\0webhook_id!:string "
    "client_id:string event_types:event_type[] pod_ids:string[]? inbox_ids:string[]? "
    "pod_id:string? inbox_id:string? updated_at:datetime created_at:datetime \0Provider\0"
    "provider_id!:string name:string? updated_at:datetime? description:string? logo_url:string? "
    "terms_url:string? privacy_url:string? owner_signup_limit:integer?\0PublicKeyMaterial\0"
    "jwk:jwk fingerprint:string\0QueryMetricsResponse\0QueryRatesResponse\0RatePoint\0"
    "QueryUsageResponse\0UsagePoint\0timestamp:datetime rate:number? sent:integer\0"
    "RawMessageResponse\0message_id!:string size:integer download_url!:string "
    "expires_at:datetime\0Recurrence\0rule:string exdates:string[]? rdates:any? "
    "truncate_before:string?\0RejectEvent\0inbox_id:string thread_id:string message_id:string "
    "timestamp:datetime reason:string\0ReleaseAgentArmorMessageResponse\0"
    "manual_override!:AgentArmorManualOverride\0SearchAppsResponse\0SearchInboxesResponse\0"
    "SearchMessageItem\0inbox_id:string thread_id:string message_id!:string labels:labels "
    "timestamp:datetime from:string to:string[] cc:string[]? bcc:string[]? subject:string? "
    "preview:string? attachments:Attachment[]? in_reply_to:string? references:string[]? "
    "headers:map<string>? size:integer calendar_event_id:string? agent_armor:AgentArmor? "
    "updated_at:datetime created_at:datetime highlights:Highlights?\0SearchMessagesResponse\0"
    "count:integer limit:integer? next_page_token:string? messages!:SearchMessageItem[]\0"
    "SearchProvidersResponse\0SearchThreadItem\0inbox_id:string thread_id!:string labels:labels "
    "timestamp:datetime received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
    "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
    "last_message_id:string message_count:integer size:integer updated_at:datetime "
    "created_at:datetime highlights:Highlights?\0Thread\0SearchThreadsResponse\0count:integer "
    "limit:integer? next_page_token:string? threads!:SearchThreadItem[]\0SendMessageResponse\0"
    "message_id!:string thread_id!:string\0SentEvent\0inbox_id:string thread_id:string "
    "message_id:string timestamp:datetime recipients:string[]\0inbox_id:string thread_id!:string "
    "labels:labels timestamp:datetime received_timestamp:datetime? sent_timestamp:datetime? "
    "senders:string[] recipients:string[] subject:string? preview:string? "
    "attachments:Attachment[]? last_message_id:string message_count:integer size:integer "
    "updated_at:datetime created_at:datetime count:integer limit:integer? "
    "next_page_token:string? messages!:Message[]\0subject message_count\0ThreadItem\0"
    "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
    "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] recipients:string[] "
    "subject:string? preview:string? attachments:Attachment[]? last_message_id:string "
    "message_count:integer size:integer updated_at:datetime created_at:datetime \0UnknownEvent\0"
    "type:string? event_type!:string event_id:string?\0UpdateMessageResponse\0message_id!:string "
    "labels:labels\0UpdateThreadResponse\0thread_id!:string labels:labels\0timestamp:datetime "
    "value:number\0VerificationRecord\0type:record_type name:string value:string "
    "status:record_status priority:integer? reason:string?\0Webhook\0webhook_id!:string "
    "url:string event_types:event_type[]? pod_ids:string[]? inbox_ids:string[]? secret:string "
    "enabled:boolean client_id:string? updated_at:datetime created_at:datetime \0"
    "WebhookHeaderNamesResponse\0header_names!:string[]\0file\0";

const am_model am_models[AM_MODELS] = {
    {1, 9, 0, 0, 0, 0, false, false}, /* Account */
    {275, 286, 0, 0, 0, 0, false, false}, /* AgentArmor */
    {346, 365, 0, 0, 0, 0, false, false}, /* AgentArmorFeedback */
    {385, 410, 0, 0, 0, 0, false, false}, /* AgentArmorManualOverride */
    {441, 466, 0, 0, 0, 0, false, false}, /* AgentAttachHumanResponse */
    {506, 526, 0, 0, 0, 0, false, false}, /* AgentSignupResponse */
    {582, 602, 0, 0, 0, 0, false, false}, /* AgentVerifyResponse */
    {620, 627, 0, 0, 0, 0, false, false}, /* ApiKey */
    {919, 933, 0, 0, 0, 0, false, false}, /* ApiKeyCreator */
    {951, 955, 0, 0, 0, 0, false, false}, /* App */
    {1147, 1158, 0, 0, 0, 0, false, false}, /* Attachment */
    {1291, 1310, 0, 0, 0, 0, false, false}, /* AttachmentResponse */
    {1483, 1506, 0, 0, 0, 0, false, false}, /* AuthorizeInboxResponse */
    {1545, 1570, 0, 0, 1643, 0, false, false}, /* BatchGetMessagesResponse */
    {1652, 1680, 0, 0, 1766, 0, false, false}, /* BatchUpdateMessagesResponse */
    {1774, 1786, 0, 0, 0, 0, false, false}, /* BounceEvent */
    {1914, 1931, 0, 0, 0, 0, false, false}, /* BouncedRecipient */
    {1960, 1969, 1960, 2076, 0, 0, false, false}, /* Calendar */
    {2097, 2114, 0, 0, 0, 0, false, false}, /* CalendarAttendee */
    {2223, 2237, 2223, 2874, 0, 0, false, false}, /* CalendarEvent */
    {2899, 2929, 0, 0, 0, 0, false, false}, /* CalendarEventMutationResponse */
    {2970, 2985, 0, 0, 0, 0, false, false}, /* ComplaintEvent */
    {3103, 3119, 0, 0, 0, 0, false, false}, /* ConnectAccepted */
    {3175, 3194, 0, 0, 0, 0, false, false}, /* CreateApiKeyResult */
    {3502, 3531, 0, 0, 0, 0, false, false}, /* CreatePollingWebhookResponse */
    {3716, 3744, 0, 0, 0, 0, false, false}, /* DeleteCalendarEventResponse */
    {3806, 3813, 0, 0, 0, 0, false, false}, /* Domain */
    {4060, 4071, 0, 0, 0, 0, false, false}, /* DomainItem */
    {4254, 4260, 4254, 4611, 0, 0, false, false}, /* Draft */
    {4622, 4632, 4254, 0, 0, 0, false, false}, /* DraftItem */
    {4880, 4886, 0, 5194, 0, 0, false, false}, /* Event */
    {5267, 5288, 0, 0, 0, 0, false, false}, /* GetSetupLinkResponse */
    {5414, 5425, 0, 0, 0, 0, false, false}, /* Highlights */
    {5494, 5503, 0, 0, 0, 0, false, false}, /* Identity */
    {5616, 5622, 5616, 5786, 0, 0, false, false}, /* Inbox */
    {5799, 5810, 0, 5976, 0, 0, false, false}, /* InboxEvent */
    {6004, 6025, 0, 0, 6098, 0, false, false}, /* ListAccountsResponse */
    {6107, 6127, 0, 0, 6199, 0, false, false}, /* ListApiKeysResponse */
    {6208, 6232, 0, 0, 6098, 0, false, false}, /* ListAppAccountsResponse */
    {6314, 6331, 0, 0, 6396, 0, false, false}, /* ListAppsResponse */
    {6401, 6428, 0, 0, 6505, 0, false, false}, /* ListCalendarEventsResponse */
    {6512, 6532, 0, 0, 6607, 0, false, false}, /* ListDomainsResponse */
    {6615, 6634, 0, 0, 6707, 0, false, false}, /* ListDraftsResponse */
    {6714, 6724, 0, 0, 0, 0, false, false}, /* ListEntry */
    {6883, 6907, 0, 0, 6505, 0, false, false}, /* ListInboxEventsResponse */
    {6981, 7001, 0, 0, 7071, 0, false, false}, /* ListInboxesResponse */
    {7079, 7103, 0, 0, 7177, 0, false, false}, /* ListListEntriesResponse */
    {7185, 7206, 0, 0, 1643, 0, false, false}, /* ListMessagesResponse */
    {7283, 7300, 0, 0, 7365, 0, false, false}, /* ListPodsResponse */
    {7370, 7398, 0, 0, 7486, 0, false, false}, /* ListPollingWebhooksResponse */
    {7503, 7532, 0, 0, 6098, 0, false, false}, /* ListProviderAccountsResponse */
    {7624, 7646, 0, 0, 7721, 0, false, false}, /* ListProvidersResponse */
    {7731, 7751, 0, 0, 7826, 0, false, false}, /* ListThreadsResponse */
    {7834, 7855, 0, 0, 7928, 0, false, false}, /* ListWebhooksResponse */
    {7937, 7945, 7937, 8457, 0, 0, false, false}, /* Message */
    {8477, 8490, 0, 0, 0, 0, false, false}, /* MessageEvent */
    {8561, 8573, 7937, 0, 0, 0, false, false}, /* MessageItem */
    {8933, 8946, 0, 0, 0, 0, false, false}, /* MetricBucket */
    {8979, 8992, 0, 0, 0, 0, false, false}, /* Organization */
    {9267, 9271, 9267, 0, 0, 0, false, false}, /* Pod */
    {9357, 9370, 0, 0, 0, 0, false, false}, /* PodListEntry */
    {9559, 9586, 0, 0, 7177, 0, false, false}, /* PodListListEntriesResponse */
    {9663, 9678, 0, 0, 0, 0, false, false}, /* PollingWebhook */
    {9850, 9859, 0, 0, 0, 0, false, false}, /* Provider */
    {10016, 10034, 0, 0, 0, 0, false, false}, /* PublicKeyMaterial */
    {10061, 0, 0, 0, 0, 8933, false, false}, /* QueryMetricsResponse */
    {10082, 0, 0, 0, 0, 10101, false, false}, /* QueryRatesResponse */
    {10111, 0, 0, 0, 0, 10130, false, false}, /* QueryUsageResponse */
    {10101, 10141, 0, 0, 0, 0, false, false}, /* RatePoint */
    {10186, 10205, 0, 0, 0, 0, false, false}, /* RawMessageResponse */
    {10278, 10289, 0, 0, 0, 0, false, false}, /* Recurrence */
    {10355, 10367, 0, 0, 0, 0, false, false}, /* RejectEvent */
    {10451, 10484, 0, 0, 0, 0, false, false}, /* ReleaseAgentArmorMessageResponse */
    {10526, 6331, 0, 0, 6396, 0, false, false}, /* SearchAppsResponse */
    {10545, 7001, 0, 0, 7071, 0, false, false}, /* SearchInboxesResponse */
    {10567, 10585, 7937, 0, 0, 0, false, false}, /* SearchMessageItem */
    {10967, 10990, 0, 0, 1643, 0, false, false}, /* SearchMessagesResponse */
    {11073, 7646, 0, 0, 7721, 0, false, false}, /* SearchProvidersResponse */
    {11097, 11114, 11451, 0, 0, 0, false, false}, /* SearchThreadItem */
    {11458, 11480, 0, 0, 7826, 0, false, false}, /* SearchThreadsResponse */
    {11561, 11581, 7937, 0, 0, 0, false, false}, /* SendMessageResponse */
    {11618, 11628, 0, 0, 0, 0, false, false}, /* SentEvent */
    {11451, 11718, 11451, 12105, 0, 0, true, false}, /* Thread */
    {12127, 12138, 11451, 0, 0, 0, false, false}, /* ThreadItem */
    {12453, 12466, 0, 0, 0, 0, false, false}, /* UnknownEvent */
    {12515, 12537, 0, 0, 0, 0, false, false}, /* UpdateMessageResponse */
    {12570, 12591, 0, 0, 0, 0, false, false}, /* UpdateThreadResponse */
    {10130, 12623, 0, 0, 0, 0, false, false}, /* UsagePoint */
    {12655, 12674, 0, 0, 0, 0, false, false}, /* VerificationRecord */
    {12770, 12778, 0, 0, 0, 0, false, false}, /* Webhook */
    {12961, 12988, 0, 0, 0, 0, false, false}, /* WebhookHeaderNamesResponse */
    {13011, 0, 0, 0, 0, 0, false, true}, /* file */
};
