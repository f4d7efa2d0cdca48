-- SPDX-License-Identifier: MIT
---@meta _
-- Written by `make types`.

---@class agentmail.accounts.get.Arguments
---@field account_id string

---@class agentmail.accounts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.accounts.list.Fields.Each: agentmail.accounts.list.Fields, agentmail.Loop

---@class agentmail.accounts.update.Fields
---@field status? agentmail.account_status whether it may sign in

---@class agentmail.accounts.update.Arguments: agentmail.accounts.update.Fields
---@field account_id string

---@class agentmail.agent.attach_human.Fields
---@field human_email string who gets the code

---@class agentmail.agent.sign_up.Fields
---@field human_email? string who gets the code; without, nobody can recover a lost key
---@field username string of the new inbox
---@field source? string
---@field referrer? string

---@class agentmail.agent.verify.Fields
---@field otp_code string six digits

---@class agentmail.api_keys.create.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all
---@field public_key? agentmail.Jwk registers this key instead of creating a secret
---@field client_id? string|false for a public key: registering it again creates no second
---@field expires_at? agentmail.Date when it ends; default: with the key that creates it

---@class agentmail.api_keys.delete.Arguments
---@field api_key_id string

---@class agentmail.api_keys.get.Arguments
---@field api_key_id string

---@class agentmail.api_keys.list.Fields
---@field type? agentmail.key_type only keys of this type
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.api_keys.list.Fields.Each: agentmail.api_keys.list.Fields, agentmail.Loop

---@class agentmail.api_keys.update.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all

---@class agentmail.api_keys.update.Arguments: agentmail.api_keys.update.Fields
---@field api_key_id string

---@class agentmail.apps.connect.Fields
---@field inbox_id? string which inbox signs in
---@field accept_disclosure? boolean accepts the provider's disclosure

---@class agentmail.apps.connect.Arguments: agentmail.apps.connect.Fields
---@field app_id string

---@class agentmail.apps.get.Arguments
---@field app_id string

---@class agentmail.apps.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field category? agentmail.app_category only apps of this one

---@class agentmail.apps.list.Fields.Each: agentmail.apps.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.apps.list_accounts.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.apps.list_accounts.Arguments: agentmail.apps.list_accounts.Fields
---@field app_id string

---@class agentmail.apps.search.Fields
---@field q string the search query
---@field limit? integer items per page

---@class agentmail.domains.create.Fields
---@field domain string the domain's name
---@field feedback_enabled? boolean get bounces and complaints
---@field subdomains_enabled? boolean use its subdomains too
---@field allow_conflicting_provider? boolean even if another service has records there
---@field tracking_enabled? boolean allow `track_opens`

---@class agentmail.domains.delete.Arguments
---@field domain_id string

---@class agentmail.domains.get.Arguments
---@field domain_id string

---@class agentmail.domains.get_setup_link.Arguments
---@field domain_id string

---@class agentmail.domains.get_zone_file.Arguments
---@field domain_id string

---@class agentmail.domains.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.domains.list.Fields.Each: agentmail.domains.list.Fields, agentmail.Loop

---@class agentmail.domains.update.Fields
---@field feedback_enabled? boolean get bounces and complaints
---@field subdomains_enabled? boolean use its subdomains too
---@field tracking_enabled? boolean allow `track_opens`

---@class agentmail.domains.update.Arguments: agentmail.domains.update.Fields
---@field domain_id string

---@class agentmail.domains.verify.Arguments
---@field domain_id string

---@class agentmail.drafts.get.Arguments
---@field draft_id string

---@class agentmail.drafts.get_attachment.Arguments
---@field draft_id string
---@field attachment_id string

---@class agentmail.drafts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order

---@class agentmail.drafts.list.Fields.Each: agentmail.drafts.list.Fields, agentmail.Loop

---@class agentmail.inboxes.accounts.get.Arguments
---@field inbox_id string
---@field account_id string

---@class agentmail.inboxes.accounts.get.Bound
---@field account_id string

---@class agentmail.inboxes.accounts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.accounts.list.Arguments: agentmail.inboxes.accounts.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.accounts.list.Arguments.Each: agentmail.inboxes.accounts.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.accounts.list.Fields.Each: agentmail.inboxes.accounts.list.Fields, agentmail.Loop

---@class agentmail.inboxes.api_keys.create.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all
---@field public_key? agentmail.Jwk registers this key instead of creating a secret
---@field client_id? string|false for a public key: registering it again creates no second
---@field expires_at? agentmail.Date when it ends; default: with the key that creates it

---@class agentmail.inboxes.api_keys.create.Arguments: agentmail.inboxes.api_keys.create.Fields
---@field inbox_id string

---@class agentmail.inboxes.api_keys.delete.Arguments
---@field inbox_id string
---@field api_key_id string

---@class agentmail.inboxes.api_keys.delete.Bound
---@field api_key_id string

---@class agentmail.inboxes.api_keys.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.api_keys.list.Arguments: agentmail.inboxes.api_keys.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.api_keys.list.Arguments.Each: agentmail.inboxes.api_keys.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.api_keys.list.Fields.Each: agentmail.inboxes.api_keys.list.Fields, agentmail.Loop

---@class agentmail.inboxes.api_keys.update.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all

---@class agentmail.inboxes.api_keys.update.Arguments: agentmail.inboxes.api_keys.update.Fields
---@field inbox_id string
---@field api_key_id string

---@class agentmail.inboxes.api_keys.update.Bound: agentmail.inboxes.api_keys.update.Fields
---@field api_key_id string

---@class agentmail.inboxes.authorize.Fields
---@field auth_token string from the request to sign in
---@field accept_disclosure? boolean accepts the provider's disclosure

---@class agentmail.inboxes.authorize.Arguments: agentmail.inboxes.authorize.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.create_event.Fields
---@field client_id? string|false your own id: the same id never creates a second, and is refused with another body; `false` for none
---@field title string 1000 characters at most
---@field description? string 65536 bytes at most; not in lists
---@field location? string 1024 characters at most
---@field metadata? any any JSON, 16384 bytes at most
---@field status? agentmail.event_status
---@field all_day? boolean start and end are dates
---@field start string wall time, `2026-10-15T09:00:00`; a date if all day
---@field end string the same; a last day is included. `end_` is an alias
---@field timezone? string IANA name, `Europe/Berlin`; default: the calendar's
---@field duration_mode? agentmail.duration_mode how long it takes where clocks change: by the wall (`nominal`) or `exact`
---@field recurrence? agentmail.RecurrenceInput makes it a series
---@field attendees? agentmail.AttendeeInput[] 100 at most; a list replaces the old one
---@field send_invites? boolean mails the attendees; default: false

---@class agentmail.inboxes.calendar.create_event.Arguments: agentmail.inboxes.calendar.create_event.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.delete_event.Fields
---@field mode? agentmail.edit_mode of a date of a series: only it (`single`, the default), or all from it on (`future`)
---@field send_invites? boolean mails the attendees; default: false
---@field idempotency_key? string|false visible ASCII, 128 characters at most; default: none
---@field if_match? string|false the etag of the state to change; default: none; `false` for none

---@class agentmail.inboxes.calendar.delete_event.Arguments: agentmail.inboxes.calendar.delete_event.Fields
---@field inbox_id string
---@field event_id string

---@class agentmail.inboxes.calendar.delete_event.Bound: agentmail.inboxes.calendar.delete_event.Fields
---@field event_id string

---@class agentmail.inboxes.calendar.get.Fields
---@field consistency? agentmail.consistency `primary`: the newest state; default: `eventual`, which may lag seconds

---@class agentmail.inboxes.calendar.get.Arguments: agentmail.inboxes.calendar.get.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.get_agenda.Fields
---@field consistency? agentmail.consistency `primary`: the newest state; default: `eventual`, which may lag seconds
---@field after? agentmail.Date default: now
---@field before? agentmail.Date default: 90 days after `after`; 366 at most
---@field include_overlapping? boolean also what began before `after`; default: true
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.calendar.get_agenda.Arguments: agentmail.inboxes.calendar.get_agenda.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.get_event.Fields
---@field consistency? agentmail.consistency `primary`: the newest state; default: `eventual`, which may lag seconds

---@class agentmail.inboxes.calendar.get_event.Arguments: agentmail.inboxes.calendar.get_event.Fields
---@field inbox_id string
---@field event_id string

---@class agentmail.inboxes.calendar.get_event.Bound: agentmail.inboxes.calendar.get_event.Fields
---@field event_id string

---@class agentmail.inboxes.calendar.list_event_instances.Fields
---@field consistency? agentmail.consistency `primary`: the newest state; default: `eventual`, which may lag seconds
---@field after? agentmail.Date default: now
---@field before? agentmail.Date default: 90 days after `after`; 366 at most
---@field include_overlapping? boolean also what began before `after`; default: true
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.calendar.list_event_instances.Arguments: agentmail.inboxes.calendar.list_event_instances.Fields
---@field inbox_id string
---@field event_id string

---@class agentmail.inboxes.calendar.list_event_instances.Bound: agentmail.inboxes.calendar.list_event_instances.Fields
---@field event_id string

---@class agentmail.inboxes.calendar.list_events.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.calendar.list_events.Arguments: agentmail.inboxes.calendar.list_events.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.list_events.Arguments.Each: agentmail.inboxes.calendar.list_events.Arguments, agentmail.Loop

---@class agentmail.inboxes.calendar.list_events.Fields.Each: agentmail.inboxes.calendar.list_events.Fields, agentmail.Loop

---@class agentmail.inboxes.calendar.respond_to_event.Fields
---@field status agentmail.event_response the response
---@field comment? string 4096 bytes at most
---@field send_reply? boolean mails the organizer; default: true
---@field if_match? string|false the etag of the state to change; default: of an object, its own; `false` for none

---@class agentmail.inboxes.calendar.respond_to_event.Arguments: agentmail.inboxes.calendar.respond_to_event.Fields
---@field inbox_id string
---@field event_id string

---@class agentmail.inboxes.calendar.respond_to_event.Bound: agentmail.inboxes.calendar.respond_to_event.Fields
---@field event_id string

---@class agentmail.inboxes.calendar.update.Fields
---@field timezone string IANA name, `Europe/Berlin`; default: the calendar's
---@field if_match? string|false the etag of the state to change; default: of an object, its own; `false` for none

---@class agentmail.inboxes.calendar.update.Arguments: agentmail.inboxes.calendar.update.Fields
---@field inbox_id string

---@class agentmail.inboxes.calendar.update_event.Fields
---@field mode? agentmail.edit_mode of a date of a series: only it (`single`, the default), or all from it on (`future`)
---@field title? string 1000 characters at most
---@field description? string|agentmail.Null 65536 bytes at most; not in lists
---@field location? string|agentmail.Null 1024 characters at most
---@field metadata? any|agentmail.Null any JSON, 16384 bytes at most
---@field status? agentmail.event_status
---@field all_day? boolean start and end are dates
---@field start? string wall time; for an event or series, together with the end
---@field end? string wall time. `end_` is an alias
---@field timezone? string IANA name, `Europe/Berlin`; default: the calendar's
---@field duration_mode? agentmail.duration_mode how long it takes where clocks change: by the wall (`nominal`) or `exact`
---@field recurrence? agentmail.RecurrenceInput|agentmail.Null makes it a series
---@field attendees? agentmail.AttendeeInput[] 100 at most; a list replaces the old one
---@field send_invites? boolean mails the attendees; default: false
---@field if_match? string|false the etag of the state to change; default: of an object, its own; `false` for none

---@class agentmail.inboxes.calendar.update_event.Arguments: agentmail.inboxes.calendar.update_event.Fields
---@field inbox_id string
---@field event_id string

---@class agentmail.inboxes.calendar.update_event.Bound: agentmail.inboxes.calendar.update_event.Fields
---@field event_id string

---@class agentmail.inboxes.create.Fields
---@field username? string the part before the @
---@field domain? string the part after the @
---@field display_name? string the name shown to recipients
---@field client_id? string|false your own id: the same id never creates a second; `false` for none
---@field metadata? table<string, agentmail.Metadatum|agentmail.Null> strings, numbers and booleans by name, 256 at most
---@field status? agentmail.inbox_status `paused`: neither sends nor receives

---@class agentmail.inboxes.delete.Arguments
---@field inbox_id string

---@class agentmail.inboxes.drafts.create.Fields
---@field labels? string|string[] put on the draft
---@field reply_to? string|string[] where replies go
---@field to? string|string[] recipients; 50 at most with cc and bcc
---@field cc? string|string[] more recipients
---@field bcc? string|string[] hidden recipients
---@field subject? string
---@field text? string the body as text
---@field html? string the body as HTML
---@field attachments? agentmail.Attachment.Outgoing[] files and bytes to attach
---@field in_reply_to? string the message to reply to; it sets subject and recipients
---@field forward_of? string the message to forward
---@field reply_all? boolean to everyone on the message; without to, cc and bcc
---@field send_at? agentmail.Date when the service sends it
---@field client_id? string|false your own id: the same id never creates a second; `false` for none

---@class agentmail.inboxes.drafts.create.Arguments: agentmail.inboxes.drafts.create.Fields
---@field inbox_id string

---@class agentmail.inboxes.drafts.delete.Arguments
---@field inbox_id string
---@field draft_id string

---@class agentmail.inboxes.drafts.delete.Bound
---@field draft_id string

---@class agentmail.inboxes.drafts.get.Arguments
---@field inbox_id string
---@field draft_id string

---@class agentmail.inboxes.drafts.get.Bound
---@field draft_id string

---@class agentmail.inboxes.drafts.get_attachment.Arguments
---@field inbox_id string
---@field draft_id string
---@field attachment_id string

---@class agentmail.inboxes.drafts.get_attachment.Bound
---@field draft_id string
---@field attachment_id string

---@class agentmail.inboxes.drafts.get_attachment.Own
---@field attachment_id string

---@class agentmail.inboxes.drafts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.drafts.list.Arguments: agentmail.inboxes.drafts.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.drafts.list.Arguments.Each: agentmail.inboxes.drafts.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.drafts.list.Fields.Each: agentmail.inboxes.drafts.list.Fields, agentmail.Loop

---@class agentmail.inboxes.drafts.send.Fields
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]
---@field idempotency_key? string|false the same one never sends twice; `false` for none

---@class agentmail.inboxes.drafts.send.Arguments: agentmail.inboxes.drafts.send.Fields
---@field inbox_id string
---@field draft_id string

---@class agentmail.inboxes.drafts.send.Bound: agentmail.inboxes.drafts.send.Fields
---@field draft_id string

---@class agentmail.inboxes.drafts.update.Fields
---@field reply_to? string|string[]|agentmail.Null where replies go
---@field to? string|string[]|agentmail.Null recipients; 50 at most with cc and bcc
---@field cc? string|string[]|agentmail.Null more recipients
---@field bcc? string|string[]|agentmail.Null hidden recipients
---@field subject? string|agentmail.Null
---@field text? string|agentmail.Null the body as text
---@field html? string|agentmail.Null the body as HTML
---@field add_attachments? agentmail.Attachment.Outgoing[] each repeat would add them again: never repeated
---@field remove_attachments? string|string[] ids of attachments
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]
---@field send_at? agentmail.Date|agentmail.Null when the service sends it

---@class agentmail.inboxes.drafts.update.Arguments: agentmail.inboxes.drafts.update.Fields
---@field inbox_id string
---@field draft_id string

---@class agentmail.inboxes.drafts.update.Bound: agentmail.inboxes.drafts.update.Fields
---@field draft_id string

---@class agentmail.inboxes.events.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.events.list.Arguments: agentmail.inboxes.events.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.events.list.Arguments.Each: agentmail.inboxes.events.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.events.list.Fields.Each: agentmail.inboxes.events.list.Fields, agentmail.Loop

---@class agentmail.inboxes.get.Arguments
---@field inbox_id string

---@class agentmail.inboxes.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.list.Fields.Each: agentmail.inboxes.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.inboxes.lists.create.Fields
---@field entry string an address or a domain
---@field reason? string why; block lists only

---@class agentmail.inboxes.lists.create.Arguments: agentmail.inboxes.lists.create.Fields
---@field inbox_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.inboxes.lists.create.Bound: agentmail.inboxes.lists.create.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.inboxes.lists.delete.Arguments
---@field inbox_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.inboxes.lists.delete.Bound
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.inboxes.lists.get.Arguments
---@field inbox_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.inboxes.lists.get.Bound
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.inboxes.lists.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.lists.list.Arguments: agentmail.inboxes.lists.list.Fields
---@field inbox_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.inboxes.lists.list.Arguments.Each: agentmail.inboxes.lists.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.lists.list.Bound: agentmail.inboxes.lists.list.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.inboxes.lists.list.Bound.Each: agentmail.inboxes.lists.list.Bound, agentmail.Loop

---@class agentmail.inboxes.messages.batch_get.Fields
---@field message_ids string|string[] which messages

---@class agentmail.inboxes.messages.batch_get.Arguments: agentmail.inboxes.messages.batch_get.Fields
---@field inbox_id string

---@class agentmail.inboxes.messages.batch_update.Fields
---@field message_ids string|string[] which messages
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]

---@class agentmail.inboxes.messages.batch_update.Arguments: agentmail.inboxes.messages.batch_update.Fields
---@field inbox_id string

---@class agentmail.inboxes.messages.create_agent_armor_feedback.Fields
---@field feedback agentmail.armor_feedback what you think of the scan
---@field notes? string 2048 characters at most

---@class agentmail.inboxes.messages.create_agent_armor_feedback.Arguments: agentmail.inboxes.messages.create_agent_armor_feedback.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.create_agent_armor_feedback.Bound: agentmail.inboxes.messages.create_agent_armor_feedback.Fields
---@field message_id string

---@class agentmail.inboxes.messages.delete.Arguments
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.delete.Bound
---@field message_id string

---@class agentmail.inboxes.messages.forward.Fields
---@field labels? string|string[] put on the message
---@field reply_to? string|string[] where replies go
---@field to? string|string[] recipients; 50 at most with cc and bcc
---@field cc? string|string[] more recipients
---@field bcc? string|string[] hidden recipients
---@field subject? string
---@field text? string the body as text
---@field html? string the body as HTML
---@field attachments? agentmail.Attachment.Outgoing[] files and bytes to attach
---@field headers? table<string, string> additional headers by name
---@field track_opens? boolean reports when it is opened; needs html and a domain with tracking
---@field idempotency_key? string|false the same one never sends twice; `false` for none

---@class agentmail.inboxes.messages.forward.Arguments: agentmail.inboxes.messages.forward.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.forward.Bound: agentmail.inboxes.messages.forward.Fields
---@field message_id string

---@class agentmail.inboxes.messages.get.Arguments
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.get.Bound
---@field message_id string

---@class agentmail.inboxes.messages.get_attachment.Arguments
---@field inbox_id string
---@field message_id string
---@field attachment_id string

---@class agentmail.inboxes.messages.get_attachment.Bound
---@field message_id string
---@field attachment_id string

---@class agentmail.inboxes.messages.get_attachment.Own
---@field attachment_id string

---@class agentmail.inboxes.messages.get_raw.Arguments
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.get_raw.Bound
---@field message_id string

---@class agentmail.inboxes.messages.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order
---@field include_spam? boolean also items labelled `spam`
---@field include_blocked? boolean also items labelled `blocked`
---@field include_unauthenticated? boolean also items labelled `unauthenticated`
---@field include_trash? boolean also items labelled `trash`
---@field from? string|string[] parts of the sender, all of which must match
---@field to? string|string[] parts of recipients, all of which must match
---@field subject? string|string[] parts of the subject, all of which must match

---@class agentmail.inboxes.messages.list.Arguments: agentmail.inboxes.messages.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.messages.list.Arguments.Each: agentmail.inboxes.messages.list.Arguments, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.inboxes.messages.list.Fields.Each: agentmail.inboxes.messages.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.inboxes.messages.release_agent_armor_message.Fields
---@field reason string why; 2048 characters at most

---@class agentmail.inboxes.messages.release_agent_armor_message.Arguments: agentmail.inboxes.messages.release_agent_armor_message.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.release_agent_armor_message.Bound: agentmail.inboxes.messages.release_agent_armor_message.Fields
---@field message_id string

---@class agentmail.inboxes.messages.reply.Fields
---@field labels? string|string[] put on the message
---@field reply_to? string|string[] where replies go
---@field to? string|string[] recipients; 50 at most with cc and bcc
---@field cc? string|string[] more recipients
---@field bcc? string|string[] hidden recipients
---@field reply_all? boolean to everyone on the message; without to, cc and bcc
---@field text? string the body as text
---@field html? string the body as HTML
---@field attachments? agentmail.Attachment.Outgoing[] files and bytes to attach
---@field headers? table<string, string> additional headers by name
---@field track_opens? boolean reports when it is opened; needs html and a domain with tracking
---@field idempotency_key? string|false the same one never sends twice; `false` for none

---@class agentmail.inboxes.messages.reply.Arguments: agentmail.inboxes.messages.reply.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.reply.Bound: agentmail.inboxes.messages.reply.Fields
---@field message_id string

---@class agentmail.inboxes.messages.reply_all.Fields
---@field labels? string|string[] put on the message
---@field reply_to? string|string[] where replies go
---@field text? string the body as text
---@field html? string the body as HTML
---@field attachments? agentmail.Attachment.Outgoing[] files and bytes to attach
---@field headers? table<string, string> additional headers by name
---@field track_opens? boolean reports when it is opened; needs html and a domain with tracking
---@field idempotency_key? string|false the same one never sends twice; `false` for none

---@class agentmail.inboxes.messages.reply_all.Arguments: agentmail.inboxes.messages.reply_all.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.reply_all.Bound: agentmail.inboxes.messages.reply_all.Fields
---@field message_id string

---@class agentmail.inboxes.messages.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items

---@class agentmail.inboxes.messages.search.Arguments: agentmail.inboxes.messages.search.Fields
---@field inbox_id string

---@class agentmail.inboxes.messages.send.Fields
---@field labels? string|string[] put on the message
---@field reply_to? string|string[] where replies go
---@field to? string|string[] recipients; 50 at most with cc and bcc
---@field cc? string|string[] more recipients
---@field bcc? string|string[] hidden recipients
---@field subject? string
---@field text? string the body as text
---@field html? string the body as HTML
---@field attachments? agentmail.Attachment.Outgoing[] files and bytes to attach
---@field headers? table<string, string> additional headers by name
---@field track_opens? boolean reports when it is opened; needs html and a domain with tracking
---@field idempotency_key? string|false the same one never sends twice; `false` for none

---@class agentmail.inboxes.messages.send.Arguments: agentmail.inboxes.messages.send.Fields
---@field inbox_id string

---@class agentmail.inboxes.messages.update.Fields
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]

---@class agentmail.inboxes.messages.update.Arguments: agentmail.inboxes.messages.update.Fields
---@field inbox_id string
---@field message_id string

---@class agentmail.inboxes.messages.update.Bound: agentmail.inboxes.messages.update.Fields
---@field message_id string

---@class agentmail.inboxes.metrics.query_events.Fields
---@field event_types? agentmail.metric_event_type|agentmail.metric_event_type[] which events
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.inboxes.metrics.query_events.Arguments: agentmail.inboxes.metrics.query_events.Fields
---@field inbox_id string

---@class agentmail.inboxes.metrics.query_rates.Fields
---@field rate_types? agentmail.rate_type|agentmail.rate_type[] which kinds
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 60 to 86400; default: 3600
---@field window? integer seconds, a multiple of `period`; default: a day
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.inboxes.metrics.query_rates.Arguments: agentmail.inboxes.metrics.query_rates.Fields
---@field inbox_id string

---@class agentmail.inboxes.metrics.query_usage.Fields
---@field usage_types? agentmail.usage_type|agentmail.usage_type[] which kinds
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.inboxes.metrics.query_usage.Arguments: agentmail.inboxes.metrics.query_usage.Fields
---@field inbox_id string

---@class agentmail.inboxes.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.inboxes.threads.delete.Arguments
---@field inbox_id string
---@field thread_id string

---@class agentmail.inboxes.threads.delete.Bound
---@field thread_id string

---@class agentmail.inboxes.threads.get.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field single_page? boolean one page, as it comes, instead of all of them joined

---@class agentmail.inboxes.threads.get.Arguments: agentmail.inboxes.threads.get.Fields
---@field inbox_id string
---@field thread_id string

---@class agentmail.inboxes.threads.get.Bound: agentmail.inboxes.threads.get.Fields
---@field thread_id string

---@class agentmail.inboxes.threads.get_attachment.Arguments
---@field inbox_id string
---@field thread_id string
---@field attachment_id string

---@class agentmail.inboxes.threads.get_attachment.Bound
---@field thread_id string
---@field attachment_id string

---@class agentmail.inboxes.threads.get_attachment.Own
---@field attachment_id string

---@class agentmail.inboxes.threads.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order
---@field include_spam? boolean also items labelled `spam`
---@field include_blocked? boolean also items labelled `blocked`
---@field include_unauthenticated? boolean also items labelled `unauthenticated`
---@field include_trash? boolean also items labelled `trash`
---@field senders? string|string[] parts of senders, all of which must match
---@field recipients? string|string[] parts of recipients, all of which must match
---@field subject? string|string[] parts of the subject, all of which must match

---@class agentmail.inboxes.threads.list.Arguments: agentmail.inboxes.threads.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.threads.list.Arguments.Each: agentmail.inboxes.threads.list.Arguments, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.inboxes.threads.list.Fields.Each: agentmail.inboxes.threads.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.inboxes.threads.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items

---@class agentmail.inboxes.threads.search.Arguments: agentmail.inboxes.threads.search.Fields
---@field inbox_id string

---@class agentmail.inboxes.threads.update.Fields
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]

---@class agentmail.inboxes.threads.update.Arguments: agentmail.inboxes.threads.update.Fields
---@field inbox_id string
---@field thread_id string

---@class agentmail.inboxes.threads.update.Bound: agentmail.inboxes.threads.update.Fields
---@field thread_id string

---@class agentmail.inboxes.update.Fields
---@field display_name? string the name shown to recipients
---@field metadata? table<string, agentmail.Metadatum|agentmail.Null>|agentmail.Null adds to the metadata; a null removes its key, `agentmail.null` as the value clears it all
---@field status? agentmail.inbox_status `paused`: neither sends nor receives

---@class agentmail.inboxes.update.Arguments: agentmail.inboxes.update.Fields
---@field inbox_id string

---@class agentmail.inboxes.webhooks.create.Fields
---@field url string https, reached by POST
---@field event_types agentmail.event_type|agentmail.event_type[] which events
---@field client_id? string|false your own id: the same id never creates a second; `false` for none
---@field headers? table<string, string> that deliveries carry

---@class agentmail.inboxes.webhooks.create.Arguments: agentmail.inboxes.webhooks.create.Fields
---@field inbox_id string

---@class agentmail.inboxes.webhooks.delete.Arguments
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.delete.Bound
---@field webhook_id string

---@class agentmail.inboxes.webhooks.get.Arguments
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.get.Bound
---@field webhook_id string

---@class agentmail.inboxes.webhooks.get_headers.Arguments
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.get_headers.Bound
---@field webhook_id string

---@class agentmail.inboxes.webhooks.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.webhooks.list.Arguments: agentmail.inboxes.webhooks.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.webhooks.list.Arguments.Each: agentmail.inboxes.webhooks.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.webhooks.list.Fields.Each: agentmail.inboxes.webhooks.list.Fields, agentmail.Loop

---@class agentmail.inboxes.webhooks.polling.create.Fields
---@field client_id string|false your own id, under which it can be fetched, too
---@field event_types agentmail.event_type|agentmail.event_type[] which events

---@class agentmail.inboxes.webhooks.polling.create.Arguments: agentmail.inboxes.webhooks.polling.create.Fields
---@field inbox_id string

---@class agentmail.inboxes.webhooks.polling.delete.Arguments
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.polling.delete.Bound
---@field webhook_id string

---@class agentmail.inboxes.webhooks.polling.get.Arguments
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.polling.get.Bound
---@field webhook_id string

---@class agentmail.inboxes.webhooks.polling.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.inboxes.webhooks.polling.list.Arguments: agentmail.inboxes.webhooks.polling.list.Fields
---@field inbox_id string

---@class agentmail.inboxes.webhooks.polling.list.Arguments.Each: agentmail.inboxes.webhooks.polling.list.Arguments, agentmail.Loop

---@class agentmail.inboxes.webhooks.polling.list.Fields.Each: agentmail.inboxes.webhooks.polling.list.Fields, agentmail.Loop

---@class agentmail.inboxes.webhooks.update.Fields
---@field event_types? agentmail.event_type|agentmail.event_type[] replaces the old ones; `{}` keeps them

---@class agentmail.inboxes.webhooks.update.Arguments: agentmail.inboxes.webhooks.update.Fields
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.update.Bound: agentmail.inboxes.webhooks.update.Fields
---@field webhook_id string

---@class agentmail.inboxes.webhooks.update_headers.Fields
---@field headers? table<string, string>
---@field remove_headers? string|string[] names

---@class agentmail.inboxes.webhooks.update_headers.Arguments: agentmail.inboxes.webhooks.update_headers.Fields
---@field inbox_id string
---@field webhook_id string

---@class agentmail.inboxes.webhooks.update_headers.Bound: agentmail.inboxes.webhooks.update_headers.Fields
---@field webhook_id string

---@class agentmail.lists.create.Fields
---@field entry string an address or a domain
---@field reason? string why; block lists only

---@class agentmail.lists.create.Arguments: agentmail.lists.create.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.lists.delete.Arguments
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.lists.get.Arguments
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.lists.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.lists.list.Arguments: agentmail.lists.list.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.lists.list.Arguments.Each: agentmail.lists.list.Arguments, agentmail.Loop

---@class agentmail.metrics.query_events.Fields
---@field event_types? agentmail.metric_event_type|agentmail.metric_event_type[] which events
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.metrics.query_rates.Fields
---@field rate_types? agentmail.rate_type|agentmail.rate_type[] which kinds
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 60 to 86400; default: 3600
---@field window? integer seconds, a multiple of `period`; default: a day
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.metrics.query_usage.Fields
---@field usage_types? agentmail.usage_type|agentmail.usage_type[] which kinds
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.pods.accounts.get.Arguments
---@field pod_id string
---@field account_id string

---@class agentmail.pods.accounts.get.Bound
---@field account_id string

---@class agentmail.pods.accounts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.accounts.list.Arguments: agentmail.pods.accounts.list.Fields
---@field pod_id string

---@class agentmail.pods.accounts.list.Arguments.Each: agentmail.pods.accounts.list.Arguments, agentmail.Loop

---@class agentmail.pods.accounts.list.Fields.Each: agentmail.pods.accounts.list.Fields, agentmail.Loop

---@class agentmail.pods.api_keys.create.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all
---@field public_key? agentmail.Jwk registers this key instead of creating a secret
---@field client_id? string|false for a public key: registering it again creates no second
---@field expires_at? agentmail.Date when it ends; default: with the key that creates it

---@class agentmail.pods.api_keys.create.Arguments: agentmail.pods.api_keys.create.Fields
---@field pod_id string

---@class agentmail.pods.api_keys.delete.Arguments
---@field pod_id string
---@field api_key_id string

---@class agentmail.pods.api_keys.delete.Bound
---@field api_key_id string

---@class agentmail.pods.api_keys.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.pods.api_keys.list.Arguments: agentmail.pods.api_keys.list.Fields
---@field pod_id string

---@class agentmail.pods.api_keys.list.Arguments.Each: agentmail.pods.api_keys.list.Arguments, agentmail.Loop

---@class agentmail.pods.api_keys.list.Fields.Each: agentmail.pods.api_keys.list.Fields, agentmail.Loop

---@class agentmail.pods.api_keys.update.Fields
---@field name? string
---@field permissions? agentmail.Permissions what it may do; default: all

---@class agentmail.pods.api_keys.update.Arguments: agentmail.pods.api_keys.update.Fields
---@field pod_id string
---@field api_key_id string

---@class agentmail.pods.api_keys.update.Bound: agentmail.pods.api_keys.update.Fields
---@field api_key_id string

---@class agentmail.pods.create.Fields
---@field name? string
---@field client_id? string|false your own id: the same id never creates a second; `false` for none

---@class agentmail.pods.delete.Arguments
---@field pod_id string

---@class agentmail.pods.domains.create.Fields
---@field domain string the domain's name
---@field feedback_enabled? boolean get bounces and complaints
---@field subdomains_enabled? boolean use its subdomains too
---@field allow_conflicting_provider? boolean even if another service has records there
---@field tracking_enabled? boolean allow `track_opens`

---@class agentmail.pods.domains.create.Arguments: agentmail.pods.domains.create.Fields
---@field pod_id string

---@class agentmail.pods.domains.delete.Arguments
---@field pod_id string
---@field domain_id string

---@class agentmail.pods.domains.delete.Bound
---@field domain_id string

---@class agentmail.pods.domains.get.Arguments
---@field pod_id string
---@field domain_id string

---@class agentmail.pods.domains.get.Bound
---@field domain_id string

---@class agentmail.pods.domains.get_zone_file.Arguments
---@field pod_id string
---@field domain_id string

---@class agentmail.pods.domains.get_zone_file.Bound
---@field domain_id string

---@class agentmail.pods.domains.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.domains.list.Arguments: agentmail.pods.domains.list.Fields
---@field pod_id string

---@class agentmail.pods.domains.list.Arguments.Each: agentmail.pods.domains.list.Arguments, agentmail.Loop

---@class agentmail.pods.domains.list.Fields.Each: agentmail.pods.domains.list.Fields, agentmail.Loop

---@class agentmail.pods.domains.update.Fields
---@field feedback_enabled? boolean get bounces and complaints
---@field subdomains_enabled? boolean use its subdomains too
---@field tracking_enabled? boolean allow `track_opens`

---@class agentmail.pods.domains.update.Arguments: agentmail.pods.domains.update.Fields
---@field pod_id string
---@field domain_id string

---@class agentmail.pods.domains.update.Bound: agentmail.pods.domains.update.Fields
---@field domain_id string

---@class agentmail.pods.domains.verify.Arguments
---@field pod_id string
---@field domain_id string

---@class agentmail.pods.domains.verify.Bound
---@field domain_id string

---@class agentmail.pods.drafts.get.Arguments
---@field pod_id string
---@field draft_id string

---@class agentmail.pods.drafts.get.Bound
---@field draft_id string

---@class agentmail.pods.drafts.get_attachment.Arguments
---@field pod_id string
---@field draft_id string
---@field attachment_id string

---@class agentmail.pods.drafts.get_attachment.Bound
---@field draft_id string
---@field attachment_id string

---@class agentmail.pods.drafts.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order

---@class agentmail.pods.drafts.list.Arguments: agentmail.pods.drafts.list.Fields
---@field pod_id string

---@class agentmail.pods.drafts.list.Arguments.Each: agentmail.pods.drafts.list.Arguments, agentmail.Loop

---@class agentmail.pods.drafts.list.Fields.Each: agentmail.pods.drafts.list.Fields, agentmail.Loop

---@class agentmail.pods.get.Arguments
---@field pod_id string

---@class agentmail.pods.inboxes.create.Fields
---@field username? string the part before the @
---@field domain? string the part after the @
---@field display_name? string the name shown to recipients
---@field client_id? string|false your own id: the same id never creates a second; `false` for none
---@field metadata? table<string, agentmail.Metadatum|agentmail.Null> strings, numbers and booleans by name, 256 at most
---@field status? agentmail.inbox_status `paused`: neither sends nor receives

---@class agentmail.pods.inboxes.create.Arguments: agentmail.pods.inboxes.create.Fields
---@field pod_id string

---@class agentmail.pods.inboxes.delete.Arguments
---@field pod_id string
---@field inbox_id string

---@class agentmail.pods.inboxes.delete.Bound
---@field inbox_id string

---@class agentmail.pods.inboxes.get.Arguments
---@field pod_id string
---@field inbox_id string

---@class agentmail.pods.inboxes.get.Bound
---@field inbox_id string

---@class agentmail.pods.inboxes.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.inboxes.list.Arguments: agentmail.pods.inboxes.list.Fields
---@field pod_id string

---@class agentmail.pods.inboxes.list.Arguments.Each: agentmail.pods.inboxes.list.Arguments, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.pods.inboxes.list.Fields.Each: agentmail.pods.inboxes.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.pods.inboxes.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.pods.inboxes.search.Arguments: agentmail.pods.inboxes.search.Fields
---@field pod_id string

---@class agentmail.pods.inboxes.update.Fields
---@field display_name? string the name shown to recipients
---@field metadata? table<string, agentmail.Metadatum|agentmail.Null>|agentmail.Null adds to the metadata; a null removes its key, `agentmail.null` as the value clears it all
---@field status? agentmail.inbox_status `paused`: neither sends nor receives

---@class agentmail.pods.inboxes.update.Arguments: agentmail.pods.inboxes.update.Fields
---@field pod_id string
---@field inbox_id string

---@class agentmail.pods.inboxes.update.Bound: agentmail.pods.inboxes.update.Fields
---@field inbox_id string

---@class agentmail.pods.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.list.Fields.Each: agentmail.pods.list.Fields, agentmail.Loop

---@class agentmail.pods.lists.create.Fields
---@field entry string an address or a domain
---@field reason? string why; block lists only

---@class agentmail.pods.lists.create.Arguments: agentmail.pods.lists.create.Fields
---@field pod_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.pods.lists.create.Bound: agentmail.pods.lists.create.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.pods.lists.delete.Arguments
---@field pod_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.pods.lists.delete.Bound
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.pods.lists.get.Arguments
---@field pod_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.pods.lists.get.Bound
---@field direction agentmail.list_direction
---@field type agentmail.list_type
---@field entry string

---@class agentmail.pods.lists.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.pods.lists.list.Arguments: agentmail.pods.lists.list.Fields
---@field pod_id string
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.pods.lists.list.Arguments.Each: agentmail.pods.lists.list.Arguments, agentmail.Loop

---@class agentmail.pods.lists.list.Bound: agentmail.pods.lists.list.Fields
---@field direction agentmail.list_direction
---@field type agentmail.list_type

---@class agentmail.pods.lists.list.Bound.Each: agentmail.pods.lists.list.Bound, agentmail.Loop

---@class agentmail.pods.metrics.query_events.Fields
---@field event_types? agentmail.metric_event_type|agentmail.metric_event_type[] which events
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.pods.metrics.query_events.Arguments: agentmail.pods.metrics.query_events.Fields
---@field pod_id string

---@class agentmail.pods.metrics.query_usage.Fields
---@field usage_types? agentmail.usage_type|agentmail.usage_type[] which kinds
---@field start? agentmail.Date default: a day ago; at most 90 days
---@field end? agentmail.Date default: now. `end_` is an alias
---@field period? integer seconds, 1 to 86400
---@field limit? integer periods
---@field descending? boolean newest first

---@class agentmail.pods.metrics.query_usage.Arguments: agentmail.pods.metrics.query_usage.Fields
---@field pod_id string

---@class agentmail.pods.threads.delete.Arguments
---@field pod_id string
---@field thread_id string

---@class agentmail.pods.threads.delete.Bound
---@field thread_id string

---@class agentmail.pods.threads.get.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field single_page? boolean one page, as it comes, instead of all of them joined

---@class agentmail.pods.threads.get.Arguments: agentmail.pods.threads.get.Fields
---@field pod_id string
---@field thread_id string

---@class agentmail.pods.threads.get.Bound: agentmail.pods.threads.get.Fields
---@field thread_id string

---@class agentmail.pods.threads.get_attachment.Arguments
---@field pod_id string
---@field thread_id string
---@field attachment_id string

---@class agentmail.pods.threads.get_attachment.Bound
---@field thread_id string
---@field attachment_id string

---@class agentmail.pods.threads.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order
---@field include_spam? boolean also items labelled `spam`
---@field include_blocked? boolean also items labelled `blocked`
---@field include_unauthenticated? boolean also items labelled `unauthenticated`
---@field include_trash? boolean also items labelled `trash`
---@field senders? string|string[] parts of senders, all of which must match
---@field recipients? string|string[] parts of recipients, all of which must match
---@field subject? string|string[] parts of the subject, all of which must match

---@class agentmail.pods.threads.list.Arguments: agentmail.pods.threads.list.Fields
---@field pod_id string

---@class agentmail.pods.threads.list.Arguments.Each: agentmail.pods.threads.list.Arguments, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.pods.threads.list.Fields.Each: agentmail.pods.threads.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.pods.threads.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items

---@class agentmail.pods.threads.search.Arguments: agentmail.pods.threads.search.Fields
---@field pod_id string

---@class agentmail.pods.threads.update.Fields
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]

---@class agentmail.pods.threads.update.Arguments: agentmail.pods.threads.update.Fields
---@field pod_id string
---@field thread_id string

---@class agentmail.pods.threads.update.Bound: agentmail.pods.threads.update.Fields
---@field thread_id string

---@class agentmail.pods.webhooks.create.Fields
---@field url string https, reached by POST
---@field event_types agentmail.event_type|agentmail.event_type[] which events
---@field client_id? string|false your own id: the same id never creates a second; `false` for none
---@field headers? table<string, string> that deliveries carry
---@field inbox_ids? string|string[] only these inboxes

---@class agentmail.pods.webhooks.create.Arguments: agentmail.pods.webhooks.create.Fields
---@field pod_id string

---@class agentmail.pods.webhooks.delete.Arguments
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.delete.Bound
---@field webhook_id string

---@class agentmail.pods.webhooks.get.Arguments
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.get.Bound
---@field webhook_id string

---@class agentmail.pods.webhooks.get_headers.Arguments
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.get_headers.Bound
---@field webhook_id string

---@class agentmail.pods.webhooks.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.webhooks.list.Arguments: agentmail.pods.webhooks.list.Fields
---@field pod_id string

---@class agentmail.pods.webhooks.list.Arguments.Each: agentmail.pods.webhooks.list.Arguments, agentmail.Loop

---@class agentmail.pods.webhooks.list.Fields.Each: agentmail.pods.webhooks.list.Fields, agentmail.Loop

---@class agentmail.pods.webhooks.polling.create.Fields
---@field client_id string|false your own id, under which it can be fetched, too
---@field event_types agentmail.event_type|agentmail.event_type[] which events
---@field inbox_ids? string|string[] only these inboxes

---@class agentmail.pods.webhooks.polling.create.Arguments: agentmail.pods.webhooks.polling.create.Fields
---@field pod_id string

---@class agentmail.pods.webhooks.polling.delete.Arguments
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.polling.delete.Bound
---@field webhook_id string

---@class agentmail.pods.webhooks.polling.get.Arguments
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.polling.get.Bound
---@field webhook_id string

---@class agentmail.pods.webhooks.polling.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.pods.webhooks.polling.list.Arguments: agentmail.pods.webhooks.polling.list.Fields
---@field pod_id string

---@class agentmail.pods.webhooks.polling.list.Arguments.Each: agentmail.pods.webhooks.polling.list.Arguments, agentmail.Loop

---@class agentmail.pods.webhooks.polling.list.Fields.Each: agentmail.pods.webhooks.polling.list.Fields, agentmail.Loop

---@class agentmail.pods.webhooks.update.Fields
---@field event_types? agentmail.event_type|agentmail.event_type[] replaces the old ones; `{}` keeps them
---@field add_inbox_ids? string|string[]
---@field remove_inbox_ids? string|string[]

---@class agentmail.pods.webhooks.update.Arguments: agentmail.pods.webhooks.update.Fields
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.update.Bound: agentmail.pods.webhooks.update.Fields
---@field webhook_id string

---@class agentmail.pods.webhooks.update_headers.Fields
---@field headers? table<string, string>
---@field remove_headers? string|string[] names

---@class agentmail.pods.webhooks.update_headers.Arguments: agentmail.pods.webhooks.update_headers.Fields
---@field pod_id string
---@field webhook_id string

---@class agentmail.pods.webhooks.update_headers.Bound: agentmail.pods.webhooks.update_headers.Fields
---@field webhook_id string

---@class agentmail.providers.connect.Fields
---@field inbox_id? string which inbox signs in
---@field accept_disclosure? boolean accepts the provider's disclosure

---@class agentmail.providers.connect.Arguments: agentmail.providers.connect.Fields
---@field provider_id string

---@class agentmail.providers.get.Arguments
---@field provider_id string

---@class agentmail.providers.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.providers.list.Fields.Each: agentmail.providers.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.providers.list_accounts.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page

---@class agentmail.providers.list_accounts.Arguments: agentmail.providers.list_accounts.Fields
---@field provider_id string

---@class agentmail.providers.search.Fields
---@field q string the search query
---@field limit? integer items per page

---@class agentmail.threads.delete.Arguments
---@field thread_id string

---@class agentmail.threads.get.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field single_page? boolean one page, as it comes, instead of all of them joined

---@class agentmail.threads.get.Arguments: agentmail.threads.get.Fields
---@field thread_id string

---@class agentmail.threads.get_attachment.Arguments
---@field thread_id string
---@field attachment_id string

---@class agentmail.threads.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field labels? string|string[] only items with all of these
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items
---@field ascending? boolean in ascending order
---@field include_spam? boolean also items labelled `spam`
---@field include_blocked? boolean also items labelled `blocked`
---@field include_unauthenticated? boolean also items labelled `unauthenticated`
---@field include_trash? boolean also items labelled `trash`
---@field senders? string|string[] parts of senders, all of which must match
---@field recipients? string|string[] parts of recipients, all of which must match
---@field subject? string|string[] parts of the subject, all of which must match

---@class agentmail.threads.list.Fields.Each: agentmail.threads.list.Fields, agentmail.Loop
---@field q? string loops over what a search finds

---@class agentmail.threads.search.Fields
---@field q string the search query
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field before? agentmail.Date only older items
---@field after? agentmail.Date only newer items

---@class agentmail.threads.update.Fields
---@field add_labels? string|string[] stored in lower case
---@field remove_labels? string|string[]

---@class agentmail.threads.update.Arguments: agentmail.threads.update.Fields
---@field thread_id string

---@class agentmail.webhooks.create.Fields
---@field url string https, reached by POST
---@field event_types agentmail.event_type|agentmail.event_type[] which events
---@field client_id? string|false your own id: the same id never creates a second; `false` for none
---@field headers? table<string, string> that deliveries carry
---@field inbox_ids? string|string[] only these inboxes
---@field pod_ids? string|string[] only these pods

---@class agentmail.webhooks.delete.Arguments
---@field webhook_id string

---@class agentmail.webhooks.get.Arguments
---@field webhook_id string

---@class agentmail.webhooks.get_headers.Arguments
---@field webhook_id string

---@class agentmail.webhooks.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.webhooks.list.Fields.Each: agentmail.webhooks.list.Fields, agentmail.Loop

---@class agentmail.webhooks.polling.create.Fields
---@field client_id string|false your own id, under which it can be fetched, too
---@field event_types agentmail.event_type|agentmail.event_type[] which events
---@field inbox_ids? string|string[] only these inboxes
---@field pod_ids? string|string[] only these pods

---@class agentmail.webhooks.polling.delete.Arguments
---@field webhook_id string

---@class agentmail.webhooks.polling.get.Arguments
---@field webhook_id string

---@class agentmail.webhooks.polling.list.Fields
---@field limit? integer items per page
---@field page_token? string `next_page_token` of the previous page
---@field ascending? boolean in ascending order

---@class agentmail.webhooks.polling.list.Fields.Each: agentmail.webhooks.polling.list.Fields, agentmail.Loop

---@class agentmail.webhooks.update.Fields
---@field event_types? agentmail.event_type|agentmail.event_type[] replaces the old ones; `{}` keeps them
---@field add_inbox_ids? string|string[]
---@field remove_inbox_ids? string|string[]
---@field add_pod_ids? string|string[]
---@field remove_pod_ids? string|string[]

---@class agentmail.webhooks.update.Arguments: agentmail.webhooks.update.Fields
---@field webhook_id string

---@class agentmail.webhooks.update_headers.Fields
---@field headers? table<string, string>
---@field remove_headers? string|string[] names

---@class agentmail.webhooks.update_headers.Arguments: agentmail.webhooks.update_headers.Fields
---@field webhook_id string

---@class agentmail.accounts
local accounts = {}

--- One account.
---@param arguments agentmail.accounts.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function accounts:get(arguments, options) end

--- The accounts, newest first.
---@param arguments? agentmail.accounts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function accounts:list(arguments, options) end

--- Disables sign-ins of an account, or enables them again.
---@param arguments agentmail.accounts.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function accounts:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Account? iterator
function accounts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Account[]? items
---@return string? message
---@return agentmail.Failure? failure
function accounts:all(arguments, options) end

---@class agentmail.agent
local agent = {}

--- Names the human of an account that signed up, and mails a code. The same address again keeps key and code, and gets a new code if that has expired. Note: only until the organization is verified; another address replaces the human, at most twice.
---@param arguments agentmail.agent.attach_human.Fields
---@param options? agentmail.CallOptions
---@return agentmail.AgentAttachHumanResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function agent:attach_human(arguments, options) end

--- Creates an account with inbox and key, and mails a code to a human. Without `human_email`, the inbox only receives, until `attach_human`. Note: with a human, each call rotates the API key, and only the last answer is valid; without one, each call makes another organization, and a key that is lost cannot be recovered.
---@param arguments agentmail.agent.sign_up.Fields
---@param options? agentmail.CallOptions
---@return agentmail.AgentSignupResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function agent:sign_up(arguments, options) end

--- Submits the code that the human received. Note: ten attempts.
---@param arguments agentmail.agent.verify.Fields
---@param options? agentmail.CallOptions
---@return agentmail.AgentVerifyResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function agent:verify(arguments, options) end

---@class agentmail.api_keys
local api_keys = {}

--- Creates a bearer key, whose secret is shown only once; or registers a public key. Note: a bearer key's secret is returned once; with public_key, there is none.
---@param arguments? agentmail.api_keys.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreateApiKeyResult? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function api_keys:create(arguments, options) end

--- Deletes a key, which then no longer works.
---@param arguments agentmail.api_keys.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function api_keys:delete(arguments, options) end

--- One key, without its secret.
---@param arguments agentmail.api_keys.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function api_keys:get(arguments, options) end

--- The keys, newest first, without their secrets.
---@param arguments? agentmail.api_keys.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListApiKeysResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function api_keys:list(arguments, options) end

--- Changes the name or the permissions.
---@param arguments agentmail.api_keys.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function api_keys:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ApiKey? iterator
function api_keys:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey[]? items
---@return string? message
---@return agentmail.Failure? failure
function api_keys:all(arguments, options) end

---@class agentmail.apps
local apps = {}

--- Starts to sign an inbox in: open `magic_url` in the place to sign in, then `api_keys:get(api_key_id)` until its status is `active`. Note: each call makes a new link, good for five minutes.
---@param arguments agentmail.apps.connect.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ConnectAccepted? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function apps:connect(arguments, options) end

--- One app.
---@param arguments agentmail.apps.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.App? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function apps:get(arguments, options) end

--- The apps of the catalog, most popular first.
---@param arguments? agentmail.apps.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListAppsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function apps:list(arguments, options) end

--- The accounts at one app, last sign-in first.
---@param arguments agentmail.apps.list_accounts.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListAppAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function apps:list_accounts(arguments, options) end

--- The apps whose name starts so.
---@param arguments agentmail.apps.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchAppsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function apps:search(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.apps.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.App? iterator
function apps:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.apps.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.App[]? items
---@return string? message
---@return agentmail.Failure? failure
function apps:all(arguments, options) end

---@class agentmail.auth
local auth = {}

--- The scope of the API key in use.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Identity? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function auth:me(arguments, options) end

---@class agentmail.domains
local domains = {}

--- Registers a domain. Add the answer's `records` to its DNS.
---@param arguments agentmail.domains.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:create(arguments, options) end

--- Deletes a domain.
---@param arguments agentmail.domains.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:delete(arguments, options) end

--- One domain, its status and its DNS records.
---@param arguments agentmail.domains.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:get(arguments, options) end

--- A page where the DNS provider sets the records for you.
---@param arguments agentmail.domains.get_setup_link.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.GetSetupLinkResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:get_setup_link(arguments, options) end

--- The DNS records as a zone file, a string.
---@param arguments agentmail.domains.get_zone_file.Arguments|string
---@param options? agentmail.CallOptions
---@return string? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:get_zone_file(arguments, options) end

--- The domains, newest first.
---@param arguments? agentmail.domains.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListDomainsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:list(arguments, options) end

--- Changes the settings of a domain.
---@param arguments agentmail.domains.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:update(arguments, options) end

--- Asks the service to check the DNS again.
---@param arguments agentmail.domains.verify.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function domains:verify(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.domains.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DomainItem? iterator
function domains:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.domains.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.DomainItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function domains:all(arguments, options) end

---@class agentmail.drafts
local drafts = {}

--- One draft with its bodies.
---@param arguments agentmail.drafts.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function drafts:get(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.drafts.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function drafts:get_attachment(arguments, options) end

--- The drafts, last changed first, without their bodies.
---@param arguments? agentmail.drafts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListDraftsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function drafts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DraftItem? iterator
function drafts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.DraftItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function drafts:all(arguments, options) end

---@class agentmail.inboxes
---@field accounts agentmail.inboxes.accounts
---@field api_keys agentmail.inboxes.api_keys
---@field calendar agentmail.inboxes.calendar
---@field drafts agentmail.inboxes.drafts
---@field events agentmail.inboxes.events
---@field lists agentmail.inboxes.lists
---@field messages agentmail.inboxes.messages
---@field metrics agentmail.inboxes.metrics
---@field threads agentmail.inboxes.threads
---@field webhooks agentmail.inboxes.webhooks
local inboxes = {}

--- Completes a sign-in that another service requested from this inbox.
---@param arguments agentmail.inboxes.authorize.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.AuthorizeInboxResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:authorize(arguments, options) end

--- Creates an inbox. Without a username, the service generates one.
---@param arguments? agentmail.inboxes.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:create(arguments, options) end

--- Deletes an inbox and all its mail.
---@param arguments agentmail.inboxes.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:delete(arguments, options) end

--- One inbox.
---@param arguments agentmail.inboxes.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:get(arguments, options) end

--- The inboxes, newest first.
---@param arguments? agentmail.inboxes.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:list(arguments, options) end

--- The inboxes with a word in address or name that starts with `q`.
---@param arguments agentmail.inboxes.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:search(arguments, options) end

--- Changes display name, metadata or status; other fields stay.
---@param arguments agentmail.inboxes.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Inbox? iterator
function inboxes:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Inbox[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes:all(arguments, options) end

--- The same as `inbox.messages:watch` for several `inboxes`: oldest first within each, taking turns.
---@param wanted agentmail.Watched
---@param options? agentmail.CallOptions
---@return agentmail.Watcher watcher
---@return nil
---@return nil
---@return agentmail.Watcher to_close
function inboxes:watch(wanted, options) end

---@class agentmail.inboxes.accounts
local inboxes_accounts = {}

--- One account.
---@param arguments agentmail.inboxes.accounts.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_accounts:get(arguments, options) end

--- The accounts of the inbox, newest first.
---@param arguments agentmail.inboxes.accounts.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_accounts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.accounts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Account? iterator
function inboxes_accounts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.accounts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.Account[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_accounts:all(arguments, options) end

---@class agentmail.inboxes.api_keys
local inboxes_api_keys = {}

--- Creates a bearer key, whose secret is shown only once; or registers a public key. Note: a bearer key's secret is returned once; with public_key, there is none.
---@param arguments agentmail.inboxes.api_keys.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CreateApiKeyResult? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_api_keys:create(arguments, options) end

--- Deletes a key, which then no longer works.
---@param arguments agentmail.inboxes.api_keys.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_api_keys:delete(arguments, options) end

--- The keys of the inbox, newest first, without their secrets.
---@param arguments agentmail.inboxes.api_keys.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListApiKeysResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_api_keys:list(arguments, options) end

--- Changes the name or the permissions.
---@param arguments agentmail.inboxes.api_keys.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_api_keys:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.api_keys.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ApiKey? iterator
function inboxes_api_keys:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.api_keys.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_api_keys:all(arguments, options) end

---@class agentmail.inboxes.calendar
---@field events agentmail.inboxes.calendar.events
local inboxes_calendar = {}

--- What happens from `after` to `before`, in order of time: each date of a series is an item, cancelled ones are left out. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_agenda.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:agenda(arguments, options) end

--- Creates an event or a series. The answer holds it as `event`. Note: Labs, to which the organization opts in; only in the US; the same client_id with another body is refused.
---@param arguments agentmail.inboxes.calendar.create_event.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:create_event(arguments, options) end

--- Deletes an event or series, which takes a moment; cancels a date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.delete_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.DeleteCalendarEventResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:delete_event(arguments, options) end

--- The calendar: its timezone, its number of events. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:get(arguments, options) end

--- What happens from `after` to `before`, in order of time: each date of a series is an item, cancelled ones are left out. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_agenda.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:get_agenda(arguments, options) end

--- One event, series, or date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:get_event(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:instances(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:list_event_instances(arguments, options) end

--- The events and series, last changed first, cancelled ones included. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.list_events.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:list_events(arguments, options) end

--- Accepts or declines an invitation. An object then has the new state. Note: Labs, to which the organization opts in; only in the US; for events that came by mail.
---@param arguments agentmail.inboxes.calendar.respond_to_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:respond_to_event(arguments, options) end

--- Changes the timezone. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:update(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. An object then has the new state. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar:update_event(arguments, options) end

---@class agentmail.inboxes.calendar.events
local inboxes_calendar_events = {}

--- Creates an event or a series. The answer holds it as `event`. Note: Labs, to which the organization opts in; only in the US; the same client_id with another body is refused.
---@param arguments agentmail.inboxes.calendar.create_event.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:create(arguments, options) end

--- Deletes an event or series, which takes a moment; cancels a date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.delete_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.DeleteCalendarEventResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:delete(arguments, options) end

--- One event, series, or date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:get(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:instances(arguments, options) end

--- The events and series, last changed first, cancelled ones included. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.list_events.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:list(arguments, options) end

--- Accepts or declines an invitation. An object then has the new state. Note: Labs, to which the organization opts in; only in the US; for events that came by mail.
---@param arguments agentmail.inboxes.calendar.respond_to_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:respond(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. An object then has the new state. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update_event.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_calendar_events:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.calendar.list_events.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.CalendarEvent? iterator
function inboxes_calendar_events:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.calendar.list_events.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_calendar_events:all(arguments, options) end

---@class agentmail.inboxes.drafts
local inboxes_drafts = {}

--- Creates a draft: a new message, a reply (`in_reply_to`) or a forward (`forward_of`).
---@param arguments agentmail.inboxes.drafts.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:create(arguments, options) end

--- Deletes a draft; if it was scheduled, it is not sent.
---@param arguments agentmail.inboxes.drafts.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:delete(arguments, options) end

--- One draft with its bodies.
---@param arguments agentmail.inboxes.drafts.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:get(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.inboxes.drafts.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:get_attachment(arguments, options) end

--- The drafts of the inbox, last changed first, without their bodies.
---@param arguments agentmail.inboxes.drafts.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListDraftsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:list(arguments, options) end

--- Sends the draft, and deletes it.
---@param arguments agentmail.inboxes.drafts.send.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:send(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. Note: except add_attachments, which adds again each time.
---@param arguments agentmail.inboxes.drafts.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_drafts:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.drafts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DraftItem? iterator
function inboxes_drafts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.drafts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.DraftItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_drafts:all(arguments, options) end

---@class agentmail.inboxes.events
local inboxes_events = {}

--- The label changes of the inbox, newest first.
---@param arguments agentmail.inboxes.events.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListInboxEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_events:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.events.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.InboxEvent? iterator
function inboxes_events:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.events.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.InboxEvent[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_events:all(arguments, options) end

---@class agentmail.inboxes.lists
local inboxes_lists = {}

--- Adds an address or a domain to a list.
---@param arguments agentmail.inboxes.lists.create.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_lists:create(arguments, options) end

--- Removes an entry from a list.
---@param arguments agentmail.inboxes.lists.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_lists:delete(arguments, options) end

--- One entry.
---@param arguments agentmail.inboxes.lists.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_lists:get(arguments, options) end

--- The entries of one list, in alphabetical order.
---@param arguments agentmail.inboxes.lists.list.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListListEntriesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_lists:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PodListEntry? iterator
function inboxes_lists:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_lists:all(arguments, options) end

---@class agentmail.inboxes.messages
local inboxes_messages = {}

--- Up to 500 messages at once, without bodies. Missing messages are left out: compare `count` with `limit`.
---@param arguments agentmail.inboxes.messages.batch_get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.BatchGetMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:batch_get(arguments, options) end

--- Adds and removes labels of up to 50 messages, all or none. Missing messages are left out.
---@param arguments agentmail.inboxes.messages.batch_update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.BatchUpdateMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:batch_update(arguments, options) end

--- Tells the service whether its scan of a message was right. Note: Labs beta, to which the organization opts in, at most 20 for a message, and only once its scan is complete.
---@param arguments agentmail.inboxes.messages.create_agent_armor_feedback.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AgentArmorFeedback? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:create_agent_armor_feedback(arguments, options) end

--- Deletes a message for good.
---@param arguments agentmail.inboxes.messages.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:delete(arguments, options) end

--- Forwards a message, with its text and attachments.
---@param arguments agentmail.inboxes.messages.forward.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:forward(arguments, options) end

--- One message with its bodies.
---@param arguments agentmail.inboxes.messages.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Message? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:get(arguments, options) end

--- A link to an attachment of the message.
---@param arguments agentmail.inboxes.messages.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:get_attachment(arguments, options) end

--- A link to the message as received, with all headers.
---@param arguments agentmail.inboxes.messages.get_raw.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.RawMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:get_raw(arguments, options) end

--- The messages of the inbox, newest first, without their bodies.
---@param arguments agentmail.inboxes.messages.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:list(arguments, options) end

--- Releases a message that the scan holds back. Note: Labs beta, to which the organization opts in, for a message that is held; the same reason by the same key returns the first release.
---@param arguments agentmail.inboxes.messages.release_agent_armor_message.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ReleaseAgentArmorMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:release_agent_armor_message(arguments, options) end

--- Replies to a message: to its sender, unless recipients are given.
---@param arguments agentmail.inboxes.messages.reply.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:reply(arguments, options) end

--- Replies to everyone on a message.
---@param arguments agentmail.inboxes.messages.reply_all.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:reply_all(arguments, options) end

--- The messages that match, best first; spam and trash are left out.
---@param arguments agentmail.inboxes.messages.search.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:search(arguments, options) end

--- Sends a new message.
---@param arguments agentmail.inboxes.messages.send.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:send(arguments, options) end

--- Adds and removes labels.
---@param arguments agentmail.inboxes.messages.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.UpdateMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.messages.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.MessageItem? iterator
function inboxes_messages:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.messages.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.MessageItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_messages:all(arguments, options) end

--- Waits for a mail that arrives from now on, or after `after`: a time, a message, or a page of messages. Returns the first that matches, complete. After `timeout` seconds (60) it returns a failure with code `timeout`; its `retry()` continues to wait.
---@param wanted? agentmail.Wanted
---@param options? agentmail.CallOptions
---@return agentmail.Message? message
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_messages:wait(wanted, options) end

--- A loop over incoming mail, oldest first, each once and complete. It waits out temporary failures; others raise.
---@param wanted? agentmail.Watched
---@param options? agentmail.CallOptions
---@return agentmail.Watcher watcher
---@return nil
---@return nil
---@return agentmail.Watcher to_close
function inboxes_messages:watch(wanted, options) end

---@class agentmail.inboxes.metrics
local inboxes_metrics = {}

--- Event counts, by event and period.
---@param arguments agentmail.inboxes.metrics.query_events.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.QueryMetricsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_metrics:query_events(arguments, options) end

--- The share of recipients that bounced or complained, by kind and period, each over the window before it.
---@param arguments agentmail.inboxes.metrics.query_rates.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.QueryRatesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_metrics:query_rates(arguments, options) end

--- Usage, by kind and period.
---@param arguments agentmail.inboxes.metrics.query_usage.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.QueryUsageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_metrics:query_usage(arguments, options) end

---@class agentmail.inboxes.threads
local inboxes_threads = {}

--- Deletes a thread and its messages for good.
---@param arguments agentmail.inboxes.threads.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:delete(arguments, options) end

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments agentmail.inboxes.threads.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:get(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.inboxes.threads.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:get_attachment(arguments, options) end

--- The threads of the inbox, newest first.
---@param arguments agentmail.inboxes.threads.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:list(arguments, options) end

--- The threads of the inbox that match, best first; spam and trash are left out.
---@param arguments agentmail.inboxes.threads.search.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:search(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments agentmail.inboxes.threads.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_threads:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.threads.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ThreadItem? iterator
function inboxes_threads:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.threads.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.ThreadItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_threads:all(arguments, options) end

---@class agentmail.inboxes.webhooks
---@field polling agentmail.inboxes.webhooks.polling
local inboxes_webhooks = {}

--- Creates a webhook. `secret` in the answer verifies its deliveries.
---@param arguments agentmail.inboxes.webhooks.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:create(arguments, options) end

--- Deletes a webhook.
---@param arguments agentmail.inboxes.webhooks.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:delete(arguments, options) end

--- One webhook.
---@param arguments agentmail.inboxes.webhooks.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:get(arguments, options) end

--- The names of the headers that deliveries carry; never their values.
---@param arguments agentmail.inboxes.webhooks.get_headers.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.WebhookHeaderNamesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:get_headers(arguments, options) end

--- The webhooks of the inbox, newest first.
---@param arguments agentmail.inboxes.webhooks.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:list(arguments, options) end

--- Changes which events the webhook gets. The URL cannot be changed.
---@param arguments agentmail.inboxes.webhooks.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:update(arguments, options) end

--- Sets and removes headers that deliveries carry.
---@param arguments agentmail.inboxes.webhooks.update_headers.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks:update_headers(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.webhooks.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Webhook? iterator
function inboxes_webhooks:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.webhooks.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.Webhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_webhooks:all(arguments, options) end

---@class agentmail.inboxes.webhooks.polling
local inboxes_webhooks_polling = {}

--- Creates a polling webhook. `token` in the answer fetches its events. Note: only in the US; a repeat returns the same one with a new token, and the old token stops at once.
---@param arguments agentmail.inboxes.webhooks.polling.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CreatePollingWebhookResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks_polling:create(arguments, options) end

--- Deletes a polling webhook; its token stops.
---@param arguments agentmail.inboxes.webhooks.polling.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks_polling:delete(arguments, options) end

--- One polling webhook, without its token.
---@param arguments agentmail.inboxes.webhooks.polling.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks_polling:get(arguments, options) end

--- The polling webhooks of the inbox that were created here, newest first.
---@param arguments agentmail.inboxes.webhooks.polling.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListPollingWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function inboxes_webhooks_polling:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.webhooks.polling.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PollingWebhook? iterator
function inboxes_webhooks_polling:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.webhooks.polling.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function inboxes_webhooks_polling:all(arguments, options) end

---@class agentmail.lists
local lists = {}

--- Adds an address or a domain to a list.
---@param arguments agentmail.lists.create.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function lists:create(arguments, options) end

--- Removes an entry from a list.
---@param arguments agentmail.lists.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function lists:delete(arguments, options) end

--- One entry.
---@param arguments agentmail.lists.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function lists:get(arguments, options) end

--- The entries of one list, in alphabetical order.
---@param arguments agentmail.lists.list.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ListListEntriesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function lists:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ListEntry? iterator
function lists:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.ListEntry[]? items
---@return string? message
---@return agentmail.Failure? failure
function lists:all(arguments, options) end

---@class agentmail.metrics
local metrics = {}

--- Event counts, by event and period.
---@param arguments? agentmail.metrics.query_events.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryMetricsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function metrics:query_events(arguments, options) end

--- The share of recipients that bounced or complained, by kind and period, each over the window before it.
---@param arguments? agentmail.metrics.query_rates.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryRatesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function metrics:query_rates(arguments, options) end

--- Usage, by kind and period.
---@param arguments? agentmail.metrics.query_usage.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryUsageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function metrics:query_usage(arguments, options) end

---@class agentmail.organizations
local organizations = {}

--- The organization, its limits and their usage.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Organization? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function organizations:get(arguments, options) end

---@class agentmail.pods
---@field accounts agentmail.pods.accounts
---@field api_keys agentmail.pods.api_keys
---@field domains agentmail.pods.domains
---@field drafts agentmail.pods.drafts
---@field inboxes agentmail.pods.inboxes
---@field lists agentmail.pods.lists
---@field metrics agentmail.pods.metrics
---@field threads agentmail.pods.threads
---@field webhooks agentmail.pods.webhooks
local pods = {}

--- Creates a pod.
---@param arguments? agentmail.pods.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Pod? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods:create(arguments, options) end

--- Deletes a pod.
---@param arguments agentmail.pods.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods:delete(arguments, options) end

--- One pod.
---@param arguments agentmail.pods.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Pod? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods:get(arguments, options) end

--- The pods, newest first.
---@param arguments? agentmail.pods.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListPodsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Pod? iterator
function pods:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Pod[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods:all(arguments, options) end

---@class agentmail.pods.accounts
local pods_accounts = {}

--- One account.
---@param arguments agentmail.pods.accounts.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_accounts:get(arguments, options) end

--- The accounts of the pod, newest first.
---@param arguments agentmail.pods.accounts.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_accounts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.accounts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Account? iterator
function pods_accounts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.accounts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.Account[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_accounts:all(arguments, options) end

---@class agentmail.pods.api_keys
local pods_api_keys = {}

--- Creates a bearer key, whose secret is shown only once; or registers a public key. Note: a bearer key's secret is returned once; with public_key, there is none.
---@param arguments agentmail.pods.api_keys.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CreateApiKeyResult? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_api_keys:create(arguments, options) end

--- Deletes a key, which then no longer works.
---@param arguments agentmail.pods.api_keys.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_api_keys:delete(arguments, options) end

--- The keys of the pod, newest first, without their secrets.
---@param arguments agentmail.pods.api_keys.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListApiKeysResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_api_keys:list(arguments, options) end

--- Changes the name or the permissions.
---@param arguments agentmail.pods.api_keys.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_api_keys:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.api_keys.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ApiKey? iterator
function pods_api_keys:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.api_keys.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_api_keys:all(arguments, options) end

---@class agentmail.pods.domains
local pods_domains = {}

--- Registers a domain. Add the answer's `records` to its DNS.
---@param arguments agentmail.pods.domains.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:create(arguments, options) end

--- Deletes a domain.
---@param arguments agentmail.pods.domains.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:delete(arguments, options) end

--- One domain, its status and its DNS records.
---@param arguments agentmail.pods.domains.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:get(arguments, options) end

--- The DNS records as a zone file, a string.
---@param arguments agentmail.pods.domains.get_zone_file.Arguments
---@param options? agentmail.CallOptions
---@return string? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:get_zone_file(arguments, options) end

--- The domains of the pod, newest first.
---@param arguments agentmail.pods.domains.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListDomainsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:list(arguments, options) end

--- Changes the settings of a domain.
---@param arguments agentmail.pods.domains.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:update(arguments, options) end

--- Asks the service to check the DNS again.
---@param arguments agentmail.pods.domains.verify.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_domains:verify(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.domains.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DomainItem? iterator
function pods_domains:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.domains.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.DomainItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_domains:all(arguments, options) end

---@class agentmail.pods.drafts
local pods_drafts = {}

--- One draft with its bodies.
---@param arguments agentmail.pods.drafts.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_drafts:get(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.pods.drafts.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_drafts:get_attachment(arguments, options) end

--- The drafts of the pod, last changed first, without their bodies.
---@param arguments agentmail.pods.drafts.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListDraftsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_drafts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.drafts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DraftItem? iterator
function pods_drafts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.drafts.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.DraftItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_drafts:all(arguments, options) end

---@class agentmail.pods.inboxes
local pods_inboxes = {}

--- Creates an inbox. Without a username, the service generates one.
---@param arguments agentmail.pods.inboxes.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:create(arguments, options) end

--- Deletes an inbox and all its mail.
---@param arguments agentmail.pods.inboxes.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:delete(arguments, options) end

--- One inbox.
---@param arguments agentmail.pods.inboxes.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:get(arguments, options) end

--- The inboxes of the pod, newest first.
---@param arguments agentmail.pods.inboxes.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:list(arguments, options) end

--- The inboxes of the pod with a word in address or name that starts with `q`.
---@param arguments agentmail.pods.inboxes.search.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:search(arguments, options) end

--- Changes display name, metadata or status; other fields stay.
---@param arguments agentmail.pods.inboxes.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_inboxes:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.inboxes.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Inbox? iterator
function pods_inboxes:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.inboxes.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.Inbox[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_inboxes:all(arguments, options) end

---@class agentmail.pods.lists
local pods_lists = {}

--- Adds an address or a domain to a list.
---@param arguments agentmail.pods.lists.create.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_lists:create(arguments, options) end

--- Removes an entry from a list.
---@param arguments agentmail.pods.lists.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_lists:delete(arguments, options) end

--- One entry.
---@param arguments agentmail.pods.lists.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_lists:get(arguments, options) end

--- The entries of one list, in alphabetical order.
---@param arguments agentmail.pods.lists.list.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PodListListEntriesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_lists:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PodListEntry? iterator
function pods_lists:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.lists.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_lists:all(arguments, options) end

---@class agentmail.pods.metrics
local pods_metrics = {}

--- Event counts, by event and period.
---@param arguments agentmail.pods.metrics.query_events.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.QueryMetricsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_metrics:query_events(arguments, options) end

--- Usage, by kind and period.
---@param arguments agentmail.pods.metrics.query_usage.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.QueryUsageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_metrics:query_usage(arguments, options) end

---@class agentmail.pods.threads
local pods_threads = {}

--- Deletes a thread and its messages for good.
---@param arguments agentmail.pods.threads.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:delete(arguments, options) end

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments agentmail.pods.threads.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:get(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.pods.threads.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:get_attachment(arguments, options) end

--- The threads of the pod, newest first.
---@param arguments agentmail.pods.threads.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:list(arguments, options) end

--- The threads of the pod that match, best first; spam and trash are left out.
---@param arguments agentmail.pods.threads.search.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:search(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments agentmail.pods.threads.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_threads:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.threads.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ThreadItem? iterator
function pods_threads:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.threads.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.ThreadItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_threads:all(arguments, options) end

---@class agentmail.pods.webhooks
---@field polling agentmail.pods.webhooks.polling
local pods_webhooks = {}

--- Creates a webhook. `secret` in the answer verifies its deliveries.
---@param arguments agentmail.pods.webhooks.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:create(arguments, options) end

--- Deletes a webhook.
---@param arguments agentmail.pods.webhooks.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:delete(arguments, options) end

--- One webhook.
---@param arguments agentmail.pods.webhooks.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:get(arguments, options) end

--- The names of the headers that deliveries carry; never their values.
---@param arguments agentmail.pods.webhooks.get_headers.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.WebhookHeaderNamesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:get_headers(arguments, options) end

--- The webhooks of the pod, newest first.
---@param arguments agentmail.pods.webhooks.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:list(arguments, options) end

--- Changes which events the webhook gets. The URL cannot be changed.
---@param arguments agentmail.pods.webhooks.update.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:update(arguments, options) end

--- Sets and removes headers that deliveries carry.
---@param arguments agentmail.pods.webhooks.update_headers.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks:update_headers(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.webhooks.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Webhook? iterator
function pods_webhooks:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.webhooks.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.Webhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_webhooks:all(arguments, options) end

---@class agentmail.pods.webhooks.polling
local pods_webhooks_polling = {}

--- Creates a polling webhook. `token` in the answer fetches its events. Note: only in the US; a repeat returns the same one with a new token, and the old token stops at once.
---@param arguments agentmail.pods.webhooks.polling.create.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.CreatePollingWebhookResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks_polling:create(arguments, options) end

--- Deletes a polling webhook; its token stops.
---@param arguments agentmail.pods.webhooks.polling.delete.Arguments
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks_polling:delete(arguments, options) end

--- One polling webhook, without its token.
---@param arguments agentmail.pods.webhooks.polling.get.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks_polling:get(arguments, options) end

--- The polling webhooks of the pod that were created here, newest first.
---@param arguments agentmail.pods.webhooks.polling.list.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListPollingWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function pods_webhooks_polling:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.webhooks.polling.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PollingWebhook? iterator
function pods_webhooks_polling:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.webhooks.polling.list.Arguments.Each
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function pods_webhooks_polling:all(arguments, options) end

---@class agentmail.providers
local providers = {}

--- Starts to sign an inbox in: open `magic_url` in the place to sign in. Note: deprecated, use apps; each call makes a new link, good for five minutes.
---@param arguments agentmail.providers.connect.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ConnectAccepted? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function providers:connect(arguments, options) end

--- One provider. Note: deprecated, use apps.
---@param arguments agentmail.providers.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Provider? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function providers:get(arguments, options) end

--- The providers. Note: deprecated, use apps.
---@param arguments? agentmail.providers.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListProvidersResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function providers:list(arguments, options) end

--- The accounts at one provider, last sign-in first. Note: deprecated, use apps.
---@param arguments agentmail.providers.list_accounts.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.ListProviderAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function providers:list_accounts(arguments, options) end

--- The providers that match. Note: deprecated, use apps.
---@param arguments agentmail.providers.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchProvidersResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function providers:search(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.providers.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Provider? iterator
function providers:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.providers.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Provider[]? items
---@return string? message
---@return agentmail.Failure? failure
function providers:all(arguments, options) end

---@class agentmail.threads
local threads = {}

--- Deletes a thread and its messages for good.
---@param arguments agentmail.threads.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:delete(arguments, options) end

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments agentmail.threads.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:get(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.threads.get_attachment.Arguments
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:get_attachment(arguments, options) end

--- The threads, newest first.
---@param arguments? agentmail.threads.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:list(arguments, options) end

--- The threads that match, best first; spam and trash are left out.
---@param arguments agentmail.threads.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:search(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments agentmail.threads.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function threads:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ThreadItem? iterator
function threads:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ThreadItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function threads:all(arguments, options) end

---@class agentmail.webhooks
---@field polling agentmail.webhooks.polling
local webhooks = {}

--- Creates a webhook. `secret` in the answer verifies its deliveries.
---@param arguments agentmail.webhooks.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:create(arguments, options) end

--- Deletes a webhook.
---@param arguments agentmail.webhooks.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:delete(arguments, options) end

--- One webhook.
---@param arguments agentmail.webhooks.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:get(arguments, options) end

--- The names of the headers that deliveries carry; never their values.
---@param arguments agentmail.webhooks.get_headers.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.WebhookHeaderNamesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:get_headers(arguments, options) end

--- The webhooks, newest first.
---@param arguments? agentmail.webhooks.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:list(arguments, options) end

--- Changes which events the webhook gets. The URL cannot be changed.
---@param arguments agentmail.webhooks.update.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:update(arguments, options) end

--- Sets and removes headers that deliveries carry.
---@param arguments agentmail.webhooks.update_headers.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks:update_headers(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Webhook? iterator
function webhooks:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Webhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function webhooks:all(arguments, options) end

---@class agentmail.webhooks.polling
local webhooks_polling = {}

--- Creates a polling webhook. `token` in the answer fetches its events. Note: only in the US; a repeat returns the same one with a new token, and the old token stops at once.
---@param arguments agentmail.webhooks.polling.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreatePollingWebhookResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks_polling:create(arguments, options) end

--- Deletes a polling webhook; its token stops.
---@param arguments agentmail.webhooks.polling.delete.Arguments|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks_polling:delete(arguments, options) end

--- One polling webhook, without its token.
---@param arguments agentmail.webhooks.polling.get.Arguments|string
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks_polling:get(arguments, options) end

--- The polling webhooks that were created here, newest first.
---@param arguments? agentmail.webhooks.polling.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListPollingWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function webhooks_polling:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PollingWebhook? iterator
function webhooks_polling:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function webhooks_polling:all(arguments, options) end
