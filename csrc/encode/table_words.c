/* SPDX-License-Identifier: MIT */
/* Closed sets, file name extensions.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "encode/tables.h"

static const char *const set_account_status[] = {
    "disabled",
    "enabled",
};

static const char *const set_app_category[] = {
    "search",
    "scraping",
    "browser",
    "data",
    "developer-tools",
    "communication",
    "productivity",
    "payments",
    "finance",
    "commerce",
    "marketing",
    "analytics",
    "security",
    "infrastructure",
    "other",
};

static const char *const set_armor_feedback[] = {
    "correct_review",
    "incorrect_review",
    "missed_threat",
    "legitimate_agent_instruction",
    "spam_or_phishing",
};

static const char *const set_attendee_role[] = {
    "required",
    "optional",
};

static const char *const set_attendee_status[] = {
    "needs_action",
    "accepted",
    "declined",
    "tentative",
};

static const char *const set_consistency[] = {
    "eventual",
    "primary",
};

static const char *const set_content_disposition[] = {
    "inline",
    "attachment",
};

static const char *const set_duration_mode[] = {
    "nominal",
    "exact",
};

static const char *const set_edit_mode[] = {
    "single",
    "future",
};

static const char *const set_event_response[] = {
    "accepted",
    "declined",
    "tentative",
};

static const char *const set_event_status[] = {
    "confirmed",
    "tentative",
    "cancelled",
};

static const char *const set_event_type[] = {
    "message.received",
    "message.received.spam",
    "message.received.blocked",
    "message.received.unauthenticated",
    "message.sent",
    "message.delivered",
    "message.bounced",
    "message.complained",
    "message.rejected",
    "domain.verified",
    "message.opened",
    "calendar.event.created",
    "calendar.event.updated",
    "calendar.event.deleted",
    "calendar.event.responded",
    "calendar.event.starting",
    "calendar.event.ending",
    "message.security.completed",
    "message.security.review",
    "message.security.override",
};

static const char *const set_inbox_status[] = {
    "active",
    "paused",
};

static const char *const set_key_type[] = {
    "bearer",
    "public_key",
};

static const char *const set_list_direction[] = {
    "send",
    "receive",
    "reply",
};

static const char *const set_list_type[] = {
    "allow",
    "block",
};

static const char *const set_metric_event_type[] = {
    "message.received",
    "message.received.spam",
    "message.received.blocked",
    "message.received.unauthenticated",
    "message.sent",
    "message.delivered",
    "message.bounced",
    "message.complained",
    "message.rejected",
    "domain.verified",
};

static const char *const set_permission[] = {
    "inbox_read",
    "inbox_create",
    "inbox_update",
    "inbox_delete",
    "message_read",
    "message_send",
    "message_reply",
    "message_update",
    "message_delete",
    "label_spam_read",
    "label_blocked_read",
    "label_unauthenticated_read",
    "label_trash_read",
    "draft_read",
    "draft_create",
    "draft_update",
    "draft_delete",
    "draft_send",
    "webhook_read",
    "webhook_create",
    "webhook_update",
    "webhook_delete",
    "domain_read",
    "domain_create",
    "domain_update",
    "domain_delete",
    "list_entry_read",
    "list_entry_create",
    "list_entry_delete",
    "metrics_read",
    "api_key_read",
    "api_key_create",
    "api_key_update",
    "api_key_delete",
    "app_connect",
    "app_share_owner",
    "account_update",
    "pod_read",
    "pod_create",
    "pod_update",
    "pod_delete",
    "calendar_read",
    "calendar_update",
    "calendar_event_read",
    "calendar_event_create",
    "calendar_event_update",
    "calendar_event_delete",
    "agent_armor_release",
};

static const char *const set_rate_type[] = {
    "bounce",
    "complaint",
};

static const char *const set_usage_type[] = {
    "storage_bytes",
    "message_count",
    "thread_count",
    "inbox_count",
    "pod_count",
    "domain_count",
};

const am_words am_closed_sets[AM_SETS] = {
    [AM_SET_account_status] = {set_account_status, 2},
    [AM_SET_app_category] = {set_app_category, 15},
    [AM_SET_armor_feedback] = {set_armor_feedback, 5},
    [AM_SET_attendee_role] = {set_attendee_role, 2},
    [AM_SET_attendee_status] = {set_attendee_status, 4},
    [AM_SET_consistency] = {set_consistency, 2},
    [AM_SET_content_disposition] = {set_content_disposition, 2},
    [AM_SET_duration_mode] = {set_duration_mode, 2},
    [AM_SET_edit_mode] = {set_edit_mode, 2},
    [AM_SET_event_response] = {set_event_response, 3},
    [AM_SET_event_status] = {set_event_status, 3},
    [AM_SET_event_type] = {set_event_type, 20},
    [AM_SET_inbox_status] = {set_inbox_status, 2},
    [AM_SET_key_type] = {set_key_type, 2},
    [AM_SET_list_direction] = {set_list_direction, 3},
    [AM_SET_list_type] = {set_list_type, 2},
    [AM_SET_metric_event_type] = {set_metric_event_type, 10},
    [AM_SET_permission] = {set_permission, 48},
    [AM_SET_rate_type] = {set_rate_type, 2},
    [AM_SET_usage_type] = {set_usage_type, 6},
};

const am_extension am_extensions[AM_EXTENSIONS] = {
    {"7z", "application/x-7z-compressed"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eml", "message/rfc822"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ics", "text/calendar"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ogg", "audio/ogg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"rtf", "application/rtf"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"text", "text/plain"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain"},
    {"vcf", "text/vcard"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
};
