/* SPDX-License-Identifier: MIT */
/* The members of records.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "encode/tables.h"

const am_field am_permissions[AM_PERMISSIONS] = {
    {AM_NAME_inbox_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_inbox_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_inbox_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_inbox_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_message_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_message_send, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_message_reply, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_message_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_message_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_label_spam_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_label_blocked_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_label_unauthenticated_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_label_trash_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_draft_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_draft_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_draft_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_draft_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_draft_send, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_webhook_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_webhook_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_webhook_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_webhook_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_domain_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_domain_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_domain_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_domain_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_list_entry_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_list_entry_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_list_entry_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_metrics_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_api_key_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_api_key_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_api_key_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_api_key_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_app_connect, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_app_share_owner, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_account_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_pod_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_pod_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_pod_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_pod_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_event_read, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_event_create, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_event_update, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_calendar_event_delete, AM_TYPE_BOOLEAN, 0},
    {AM_NAME_agent_armor_release, AM_TYPE_BOOLEAN, 0},
};

static const am_field record_attendee_input[] = {
    {AM_NAME_email, AM_TYPE_STRING, AM_FIELD_REQUIRED},
    {AM_NAME_name, AM_TYPE_STRING, 0},
    {AM_NAME_status, AM_TYPE_WORD + AM_SET_attendee_status, 0},
    {AM_NAME_role, AM_TYPE_WORD + AM_SET_attendee_role, 0},
    {AM_NAME_comment, AM_TYPE_STRING, 0},
    {AM_NAME_responded_at, AM_TYPE_DATE, 0},
};

static const char *const words_attendee_input[] = {
    "email",
    "name",
    "status",
    "role",
    "comment",
    "responded_at",
};

static const am_words known_attendee_input = {words_attendee_input, 6};

static const am_field record_jwk[] = {
    {AM_NAME_kty, AM_TYPE_STRING, 0},
    {AM_NAME_crv, AM_TYPE_STRING, 0},
    {AM_NAME_x, AM_TYPE_STRING, 0},
    {AM_NAME_y, AM_TYPE_STRING, 0},
};

static const char *const words_jwk[] = {
    "kty",
    "crv",
    "x",
    "y",
};

static const am_words known_jwk = {words_jwk, 4};

static const am_field record_recurrence_input[] = {
    {AM_NAME_rule, AM_TYPE_STRING, AM_FIELD_REQUIRED},
    {AM_NAME_exdates, AM_TYPE_STRING, AM_FIELD_LIST},
    {AM_NAME_rdates, AM_TYPE_ANY, AM_FIELD_LIST},
};

static const char *const words_recurrence_input[] = {
    "rule",
    "exdates",
    "rdates",
};

static const am_words known_recurrence_input = {words_recurrence_input, 3};

const am_record am_records[AM_RECORDS] = {
    [AM_RECORD_attendee_input] = {"attendee_input", record_attendee_input, 6, &known_attendee_input},
    [AM_RECORD_jwk] = {"jwk", record_jwk, 4, &known_jwk},
    [AM_RECORD_recurrence_input] = {"recurrence_input", record_recurrence_input, 3, &known_recurrence_input},
};
