/* SPDX-License-Identifier: MIT */
/* The models of the answers.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "lua/table_models.h"

#include <stddef.h>

const am_model am_models[AM_MODELS] = {
    {.name = "Account", .fields =
     "account_id!:string provider_id:string provider_name:string? inbox_id:string pod_id:string "
     "organization_id:string first_signed_in_at:datetime last_signed_in_at:datetime "
     "sign_in_count:integer"},
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
     "reject:RejectEvent? open:MessageEvent? domain:Domain?", .first = "message send delivery bounce complaint reject open domain"},
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
     "metadata:metadata? updated_at:datetime created_at:datetime ", .object = "Inbox", .first = "display_name"},
    {.name = "InboxEvent", .fields =
     "organization_id:string pod_id:string inbox_id:string event_id:string "
     "event_type:inbox_event_type message_id:string label:string event_at:datetime "
     "created_at:datetime", .first = "event_type message_id label"},
    {.name = "ListAccountsResponse", .fields =
     "count:integer limit:integer? next_page_token:string? accounts!:Account[]", .page = "accounts"},
    {.name = "ListApiKeysResponse", .fields =
     "count:integer limit:integer? next_page_token:string? api_keys!:ApiKey[]", .page = "api_keys"},
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
     "size:integer updated_at:datetime created_at:datetime reply_to:string[]? text:string? "
     "html:string? extracted_text:string? extracted_html:string? opened_at:datetime?", .object = "Message", .first = "subject from labels"},
    {.name = "MessageEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime "},
    {.name = "MessageItem", .fields =
     "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
     "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
     "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
     "size:integer updated_at:datetime created_at:datetime ", .object = "Message"},
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
    {.name = "Provider", .fields =
     "provider_id!:string name:string? updated_at:datetime? description:string? "
     "logo_url:string? terms_url:string? privacy_url:string? owner_signup_limit:integer?"},
    {.name = "PublicKeyMaterial", .fields =
     "jwk:jwk fingerprint:string"},
    {.name = "QueryMetricsResponse", .map = "MetricBucket"},
    {.name = "QueryUsageResponse", .map = "UsagePoint"},
    {.name = "RawMessageResponse", .fields =
     "message_id!:string size:integer download_url!:string expires_at:datetime"},
    {.name = "RejectEvent", .fields =
     "inbox_id:string thread_id:string message_id:string timestamp:datetime reason:string"},
    {.name = "SearchInboxesResponse", .fields =
     "count:integer limit:integer? next_page_token:string? inboxes!:Inbox[]", .page = "inboxes"},
    {.name = "SearchMessageItem", .fields =
     "inbox_id:string thread_id:string message_id!:string labels:labels timestamp:datetime "
     "from:string to:string[] cc:string[]? bcc:string[]? subject:string? preview:string? "
     "attachments:Attachment[]? in_reply_to:string? references:string[]? headers:map<string>? "
     "size:integer updated_at:datetime created_at:datetime highlights:Highlights?", .object = "Message"},
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
