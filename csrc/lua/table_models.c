/* SPDX-License-Identifier: MIT */
/* The models of the answers.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "lua/table_models.h"

#include <stddef.h>

const am_model am_models[AM_MODELS] = {
    {.name = "Account", .fields =
     "account_id!:string app_id:string app_name:string? provider_id:string "
     "provider_name:string? inbox_id:string pod_id:string organization_id:string "
     "first_signed_in_at:datetime last_signed_in_at:datetime sign_in_count:integer "
     "status:account_status? disabled_at:datetime?"},
    {.name = "AgentArmor", .fields =
     "completed_at:datetime? model:string? verdict:armor_verdict?"},
    {.name = "AgentArmorFeedback", .fields =
     "feedback_id!:string"},
    {.name = "AgentArmorManualOverride", .fields =
     "override_id:string? actor:any?"},
    {.name = "AgentAttachHumanResponse", .fields =
     "human_email!:string instructions:string"},
    {.name = "AgentSignupResponse", .fields =
     "organization_id:string inbox_id!:string api_key!:string"},
    {.name = "AgentVerifyResponse", .fields =
     "verified!:boolean"},
    {.name = "ApiKey", .fields =
     "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
     "created_at:datetime prefix:string? type:key_type? client_id:string? "
     "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
     "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? "},
    {.name = "ApiKeyCreator", .fields =
     "api_key_id:string"},
    {.name = "App", .fields =
     "app_id!:string slug:string? name:string? updated_at:datetime? description:string? "
     "logo_url:string? terms_url:string? privacy_url:string? categories:app_category[]? "
     "owner_signup_limit:integer?"},
    {.name = "Attachment", .fields =
     "attachment_id:string filename:string? size:integer content_type:string? "
     "content_disposition:content_disposition? content_id:string? "},
    {.name = "AttachmentResponse", .fields =
     "attachment_id:string filename:string? size:integer content_type:string? "
     "content_disposition:content_disposition? content_id:string? download_url!:string "
     "expires_at:datetime"},
    {.name = "AuthorizeInboxResponse", .fields =
     "api_key_id!:string instructions:string"},
    {.name = "BatchGetMessagesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? messages!:Message[]", .page = "messages"},
    {.name = "BatchUpdateMessagesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? updates!:UpdateMessageResponse[]", .page = "updates"},
    {.name = "BounceEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime "
     "recipients:BouncedRecipient[] type:string sub_type:string"},
    {.name = "BouncedRecipient", .fields =
     "address:string status:string"},
    {.name = "Calendar", .fields =
     "inbox_id:string timezone!:string event_count:integer etag:string? updated_at:datetime "
     "created_at:datetime ", .object = "Calendar", .first = "timezone event_count"},
    {.name = "CalendarAttendee", .fields =
     "email:string name:string? status:attendee_status? role:attendee_role? comment:string? "
     "responded_at:datetime?"},
    {.name = "CalendarEvent", .fields =
     "event_id!:string kind:event_kind series_id:string? original_start:string? "
     "original_start_at:datetime? is_exception:boolean? title:string description:string? "
     "location:string? metadata:any? status:event_status all_day:boolean start:string "
     "end:string timezone:string duration_mode:duration_mode duration_value:integer "
     "start_at:datetime end_at:datetime recurrence:Recurrence? attendees:CalendarAttendee[]? "
     "attendee_count:integer response_status:attendee_status? uid:string sequence:integer "
     "source:event_source organizer_email:string? origin_message_id:string? "
     "resource_revision:integer? etag:string? updated_at:datetime created_at:datetime ", .object = "CalendarEvent", .first = "title start end timezone"},
    {.name = "CalendarEventMutationResponse", .fields =
     "event!:CalendarEvent operation_id:string"},
    {.name = "ComplaintEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime recipients:string[] "
     "type:string sub_type:string"},
    {.name = "ConnectAccepted", .fields =
     "api_key_id:string magic_url!:string expires_at:datetime"},
    {.name = "CreateApiKeyResult", .fields =
     "api_key_id!:string name:string pod_id:string? inbox_id:string? permissions:permissions? "
     "created_at:datetime prefix:string? api_key:string? type:key_type? client_id:string? "
     "public_key:PublicKeyMaterial? status:key_status? used_at:datetime? "
     "created_by:ApiKeyCreator? updated_at:datetime? expires_at:datetime? "},
    {.name = "CreatePollingWebhookResponse", .fields =
     "webhook_id!:string client_id:string event_types:event_type[] pod_ids:string[]? "
     "inbox_ids:string[]? pod_id:string? inbox_id:string? updated_at:datetime "
     "created_at:datetime token!:string"},
    {.name = "DeleteCalendarEventResponse", .fields =
     "deletion_id:string? event:CalendarEvent? operation_id:string?"},
    {.name = "Domain", .fields =
     "pod_id:string? domain_id!:string domain:string feedback_enabled:boolean "
     "subdomains_enabled:boolean tracking_enabled:boolean client_id:string? updated_at:datetime "
     "created_at:datetime status:domain_status reason:string? records:VerificationRecord[]"},
    {.name = "DomainItem", .fields =
     "pod_id:string? domain_id!:string domain:string feedback_enabled:boolean "
     "subdomains_enabled:boolean tracking_enabled:boolean client_id:string? updated_at:datetime "
     "created_at:datetime "},
    {.name = "Draft", .fields =
     "inbox_id:string draft_id!:string labels:labels to:string[]? cc:string[]? bcc:string[]? "
     "subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
     "forward_of:string? send_status:send_status? send_at:datetime? updated_at:datetime "
     "client_id:string? reply_to:string[]? text:string? html:string? references:string[]? "
     "created_at:datetime", .object = "Draft", .first = "subject to"},
    {.name = "DraftItem", .fields =
     "inbox_id:string draft_id!:string labels:labels to:string[]? cc:string[]? bcc:string[]? "
     "subject:string? preview:string? attachments:Attachment[]? in_reply_to:string? "
     "forward_of:string? send_status:send_status? send_at:datetime? updated_at:datetime ", .object = "Draft"},
    {.name = "Event", .fields =
     "type:string? event_type!:event_type event_id:string message:Message? thread:ThreadItem? "
     "send:SentEvent? delivery:SentEvent? bounce:BounceEvent? complaint:ComplaintEvent? "
     "reject:RejectEvent? open:MessageEvent? domain:Domain? inbox_id:string? "
     "calendar_event:CalendarEvent? previous:any? scheduled_at:datetime?", .first = "message send delivery bounce complaint reject open domain calendar_event"},
    {.name = "GetSetupLinkResponse", .fields =
     "supported:boolean provider_name:string? url:string? width:integer? height:integer? "
     "state:string? conflicting_provider:string?"},
    {.name = "Highlights", .fields =
     "from:string[]? recipients:string[]? subject:string[]? text:string[]?"},
    {.name = "Identity", .fields =
     "scope_type:scope_type scope_id!:string organization_id:string pod_id:string? "
     "inbox_id:string? api_key_id:string?"},
    {.name = "Inbox", .fields =
     "pod_id:string inbox_id!:string email:string display_name:string? client_id:string? "
     "metadata:metadata? status:inbox_status? updated_at:datetime created_at:datetime ", .object = "Inbox", .first = "display_name"},
    {.name = "InboxEvent", .fields =
     "organization_id:string pod_id:string inbox_id:string event_id:string "
     "event_type:inbox_event_type message_id:string label:string event_at:datetime "
     "created_at:datetime", .first = "event_type message_id label"},
    {.name = "ListAccountsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? accounts!:Account[]", .page = "accounts"},
    {.name = "ListApiKeysResponse", .fields =
     "count:integer limit:integer? next_page_token:string? api_keys!:ApiKey[]", .page = "api_keys"},
    {.name = "ListAppAccountsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? app:App? accounts!:Account[]", .page = "accounts"},
    {.name = "ListAppsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? apps!:App[]", .page = "apps"},
    {.name = "ListCalendarEventsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? events!:CalendarEvent[]", .page = "events"},
    {.name = "ListDomainsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? domains!:DomainItem[]", .page = "domains"},
    {.name = "ListDraftsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? drafts!:DraftItem[]", .page = "drafts"},
    {.name = "ListEntry", .fields =
     "entry!:string organization_id:string reason:string? direction:list_direction "
     "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? "},
    {.name = "ListInboxEventsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? events!:InboxEvent[]", .page = "events"},
    {.name = "ListInboxesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? inboxes!:Inbox[]", .page = "inboxes"},
    {.name = "ListListEntriesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? entries!:ListEntry[]", .page = "entries"},
    {.name = "ListMessagesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? messages!:MessageItem[]", .page = "messages"},
    {.name = "ListPodsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? pods!:Pod[]", .page = "pods"},
    {.name = "ListPollingWebhooksResponse", .fields =
     "count:integer limit:integer? next_page_token:string? polling_webhooks!:PollingWebhook[]", .page = "polling_webhooks"},
    {.name = "ListProviderAccountsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? provider:Provider? "
     "accounts!:Account[]", .page = "accounts"},
    {.name = "ListProvidersResponse", .fields =
     "count:integer limit:integer? next_page_token:string? providers!:Provider[]", .page = "providers"},
    {.name = "ListThreadsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? threads!:ThreadItem[]", .page = "threads"},
    {.name = "ListWebhooksResponse", .fields =
     "count:integer limit:integer? next_page_token:string? webhooks!:Webhook[]", .page = "webhooks"},
    {.name = "Message", .fields =
     "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
     "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
     "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
     "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
     "created_at:datetime reply_to:string[]? text:string? html:string? extracted_text:string? "
     "extracted_html:string? opened_at:datetime? manual_override:AgentArmorManualOverride?", .object = "Message", .first = "subject from labels"},
    {.name = "MessageEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime "},
    {.name = "MessageItem", .fields =
     "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
     "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
     "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
     "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
     "created_at:datetime ", .object = "Message"},
    {.name = "MetricBucket", .fields =
     "timestamp:datetime count:integer"},
    {.name = "Organization", .fields =
     "organization_id!:string inbox_count:integer domain_count:integer inbox_limit:integer? "
     "domain_limit:integer? billing_id:string? billing_type:string? "
     "billing_subscription_id:string? authentication_id:string? authentication_type:string? "
     "updated_at:datetime created_at:datetime "},
    {.name = "Pod", .fields =
     "pod_id!:string name:string client_id:string? updated_at:datetime created_at:datetime ", .object = "Pod"},
    {.name = "PodListEntry", .fields =
     "entry!:string organization_id:string reason:string? direction:list_direction "
     "list_type:list_type entry_type:entry_type created_at:datetime read_only:boolean? "
     "pod_id:string inbox_id:string?"},
    {.name = "PodListListEntriesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? entries!:PodListEntry[]", .page = "entries"},
    {.name = "PollingWebhook", .fields =
     "webhook_id!:string client_id:string event_types:event_type[] pod_ids:string[]? "
     "inbox_ids:string[]? pod_id:string? inbox_id:string? updated_at:datetime "
     "created_at:datetime "},
    {.name = "Provider", .fields =
     "provider_id!:string name:string? updated_at:datetime? description:string? "
     "logo_url:string? terms_url:string? privacy_url:string? owner_signup_limit:integer?"},
    {.name = "PublicKeyMaterial", .fields =
     "jwk:jwk fingerprint:string"},
    {.name = "QueryMetricsResponse", .map = "MetricBucket"},
    {.name = "QueryRatesResponse", .map = "RatePoint"},
    {.name = "QueryUsageResponse", .map = "UsagePoint"},
    {.name = "RatePoint", .fields =
     "timestamp:datetime rate:number? sent:integer"},
    {.name = "RawMessageResponse", .fields =
     "message_id!:string size:integer download_url!:string expires_at:datetime"},
    {.name = "Recurrence", .fields =
     "rule:string exdates:string[]? rdates:any? truncate_before:string?"},
    {.name = "RejectEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime reason:string"},
    {.name = "ReleaseAgentArmorMessageResponse", .fields =
     "manual_override!:AgentArmorManualOverride"},
    {.name = "SearchAppsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? apps!:App[]", .page = "apps"},
    {.name = "SearchInboxesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? inboxes!:Inbox[]", .page = "inboxes"},
    {.name = "SearchMessageItem", .fields =
     "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
     "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
     "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
     "size:integer calendar_event_id:string? agent_armor:AgentArmor? updated_at:datetime "
     "created_at:datetime highlights:Highlights?", .object = "Message"},
    {.name = "SearchMessagesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? messages!:SearchMessageItem[]", .page = "messages"},
    {.name = "SearchProvidersResponse", .fields =
     "count:integer limit:integer? next_page_token:string? providers!:Provider[]", .page = "providers"},
    {.name = "SearchThreadItem", .fields =
     "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
     "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
     "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
     "last_message_id:string message_count:integer size:integer updated_at:datetime "
     "created_at:datetime highlights:Highlights?", .object = "Thread"},
    {.name = "SearchThreadsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? threads!:SearchThreadItem[]", .page = "threads"},
    {.name = "SendMessageResponse", .fields =
     "message_id!:string thread_id!:string", .object = "Message"},
    {.name = "SentEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime recipients:string[]"},
    {.name = "Thread", .fields =
     "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
     "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
     "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
     "last_message_id:string message_count:integer size:integer updated_at:datetime "
     "created_at:datetime count:integer limit:integer? next_page_token:string? "
     "messages!:Message[]", .object = "Thread", .first = "subject message_count", .joined = true},
    {.name = "ThreadItem", .fields =
     "inbox_id:string thread_id!:string labels:labels timestamp:datetime "
     "received_timestamp:datetime? sent_timestamp:datetime? senders:string[] "
     "recipients:string[] subject:string? preview:string? attachments:Attachment[]? "
     "last_message_id:string message_count:integer size:integer updated_at:datetime "
     "created_at:datetime ", .object = "Thread"},
    {.name = "UnknownEvent", .fields =
     "type:string? event_type!:string event_id:string?"},
    {.name = "UpdateMessageResponse", .fields =
     "message_id!:string labels:labels"},
    {.name = "UpdateThreadResponse", .fields =
     "thread_id!:string labels:labels"},
    {.name = "UsagePoint", .fields =
     "timestamp:datetime value:number"},
    {.name = "VerificationRecord", .fields =
     "type:record_type name:string value:string status:record_status priority:integer? "
     "reason:string?"},
    {.name = "Webhook", .fields =
     "webhook_id!:string url:string event_types:event_type[]? pod_ids:string[]? "
     "inbox_ids:string[]? secret:string enabled:boolean client_id:string? updated_at:datetime "
     "created_at:datetime "},
    {.name = "WebhookHeaderNamesResponse", .fields =
     "header_names!:string[]"},
    {.name = "file", .file = true},
};
