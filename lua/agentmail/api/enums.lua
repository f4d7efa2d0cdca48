-- SPDX-License-Identifier: MIT
-- The words that fields of the API may hold: its enums.

local function words(list)
  local array = {}
  for word in list:gmatch("%S+") do array[#array + 1] = word end
  return array
end

local METRIC_EVENTS = "message.received message.received.spam message.received.blocked "
  .. "message.received.unauthenticated message.sent message.delivered message.bounced "
  .. "message.complained message.rejected domain.verified "

--- Closed sets of words, in the API's own order. Answers may hold others: they are not checked.
return {
  event_type          = words(METRIC_EVENTS .. "message.opened calendar.event.created "
                              .. "calendar.event.updated calendar.event.deleted "
                              .. "calendar.event.responded calendar.event.starting "
                              .. "calendar.event.ending message.security.completed "
                              .. "message.security.review message.security.override"),
  metric_event_type   = words(METRIC_EVENTS),
  inbox_event_type    = words "label.added label.removed",
  usage_type          = words("storage_bytes message_count thread_count inbox_count "
                              .. "pod_count domain_count"),
  rate_type           = words "bounce complaint",
  inbox_status        = words "active paused",
  account_status      = words "disabled enabled",
  app_category        = words [[
    search scraping browser data developer-tools communication productivity payments finance
    commerce marketing analytics security infrastructure other]],
  armor_feedback      = words [[
    correct_review incorrect_review missed_threat legitimate_agent_instruction spam_or_phishing]],
  armor_verdict       = words "clear review",
  consistency         = words "eventual primary",
  edit_mode           = words "single future",
  duration_mode       = words "nominal exact",
  event_kind          = words "single series instance",
  event_source        = words "api email",
  event_status        = words "confirmed tentative cancelled",
  event_response      = words "accepted declined tentative",
  attendee_status     = words "needs_action accepted declined tentative",
  attendee_role       = words "required optional",
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
    message_read message_send message_reply message_update message_delete
    label_spam_read label_blocked_read label_unauthenticated_read label_trash_read
    draft_read draft_create draft_update draft_delete draft_send
    webhook_read webhook_create webhook_update webhook_delete
    domain_read domain_create domain_update domain_delete
    list_entry_read list_entry_create list_entry_delete metrics_read
    api_key_read api_key_create api_key_update api_key_delete
    app_connect app_share_owner account_update pod_read pod_create pod_update pod_delete
    calendar_read calendar_update calendar_event_read calendar_event_create
    calendar_event_update calendar_event_delete agent_armor_release]],
}
