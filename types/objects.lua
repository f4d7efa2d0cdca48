-- SPDX-License-Identifier: MIT
---@meta _
-- Written by `make types`.

---@class agentmail.Calendar.Methods
---@field inbox_id string
local Calendar = {}

--- The calendar: its timezone, its number of events. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.get.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Calendar:get(arguments, options) end

--- Changes the timezone. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Calendar:update(arguments, options) end

---@class agentmail.CalendarEvent.Methods
---@field event_id string
local CalendarEvent = {}

--- One event, series, or date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.get_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function CalendarEvent:get(arguments, options) end

--- Deletes an event or series, which takes a moment; cancels a date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.delete_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.DeleteCalendarEventResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function CalendarEvent:delete(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments? agentmail.inboxes.calendar.list_event_instances.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function CalendarEvent:instances(arguments, options) end

--- Accepts or declines an invitation. An object then has the new state. Note: Labs, to which the organization opts in; only in the US; for events that came by mail.
---@param arguments agentmail.inboxes.calendar.respond_to_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function CalendarEvent:respond(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. An object then has the new state. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.update_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function CalendarEvent:update(arguments, options) end

---@class agentmail.Draft.Methods
---@field draft_id string
local Draft = {}

--- Sends the draft, and deletes it.
---@param arguments? agentmail.inboxes.drafts.send.Fields
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:send(arguments, options) end

--- One draft with its bodies.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:get(arguments, options) end

--- Deletes a draft; if it was scheduled, it is not sent.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:delete(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.inboxes.drafts.get_attachment.Own|string
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:get_attachment(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. Note: except add_attachments, which adds again each time.
---@param arguments? agentmail.inboxes.drafts.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:update(arguments, options) end

--- An attachment to `save` or `read`, without a request.
---@param attachment_id string
---@return agentmail.Download
function Draft:attachment(attachment_id) end

--- Adds and removes labels.
---@param changes agentmail.Relabel
---@param options? agentmail.CallOptions
---@return agentmail.Draft? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Draft:relabel(changes, options) end

---@class agentmail.Inbox.Methods
---@field inbox_id string
---@field accounts agentmail.Inbox.accounts
---@field api_keys agentmail.Inbox.api_keys
---@field calendar agentmail.Inbox.calendar
---@field drafts agentmail.Inbox.drafts
---@field events agentmail.Inbox.events
---@field lists agentmail.Inbox.lists
---@field messages agentmail.Inbox.messages
---@field metrics agentmail.Inbox.metrics
---@field threads agentmail.Inbox.threads
---@field webhooks agentmail.Inbox.webhooks
local Inbox = {}

--- One inbox.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:get(arguments, options) end

--- Completes a sign-in that another service requested from this inbox.
---@param arguments agentmail.inboxes.authorize.Fields
---@param options? agentmail.CallOptions
---@return agentmail.AuthorizeInboxResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:authorize(arguments, options) end

--- Deletes an inbox and all its mail.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:delete(arguments, options) end

--- Changes display name, metadata or status; other fields stay.
---@param arguments? agentmail.inboxes.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:update(arguments, options) end

--- A draft of the inbox to call methods on, without a request.
---@param draft_id string
---@return agentmail.Draft.Methods
function Inbox:draft(draft_id) end

--- An event of the inbox's calendar to call methods on, without a request.
---@param event_id string
---@return agentmail.CalendarEvent.Methods
function Inbox:event(event_id) end

--- A message of the inbox to call methods on, without a request.
---@param message_id string
---@return agentmail.Message.Methods
function Inbox:message(message_id) end

--- Stops the inbox: it sends nothing, and incoming mail is dropped silently.
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:pause(options) end

--- Lets a paused inbox send and receive again.
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox:resume(options) end

--- A thread of the inbox to call methods on, without a request.
---@param thread_id string
---@return agentmail.Thread.Methods
function Inbox:thread(thread_id) end

---@class agentmail.Inbox.accounts
local Inbox_accounts = {}

--- One account.
---@param arguments agentmail.inboxes.accounts.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_accounts:get(arguments, options) end

--- The accounts of the inbox, newest first.
---@param arguments? agentmail.inboxes.accounts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_accounts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Account? iterator
function Inbox_accounts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Account[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_accounts:all(arguments, options) end

---@class agentmail.Inbox.api_keys
local Inbox_api_keys = {}

--- Creates a bearer key, whose secret is shown only once; or registers a public key. Note: a bearer key's secret is returned once; with public_key, there is none.
---@param arguments? agentmail.inboxes.api_keys.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreateApiKeyResult? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_api_keys:create(arguments, options) end

--- Deletes a key, which then no longer works.
---@param arguments agentmail.inboxes.api_keys.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_api_keys:delete(arguments, options) end

--- The keys of the inbox, newest first, without their secrets.
---@param arguments? agentmail.inboxes.api_keys.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListApiKeysResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_api_keys:list(arguments, options) end

--- Changes the name or the permissions.
---@param arguments agentmail.inboxes.api_keys.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_api_keys:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ApiKey? iterator
function Inbox_api_keys:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_api_keys:all(arguments, options) end

---@class agentmail.Inbox.calendar
---@field events agentmail.Inbox.calendar.events
local Inbox_calendar = {}

--- What happens from `after` to `before`, in order of time: each date of a series is an item, cancelled ones are left out. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.get_agenda.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:agenda(arguments, options) end

--- Creates an event or a series. The answer holds it as `event`. Note: Labs, to which the organization opts in; only in the US; the same client_id with another body is refused.
---@param arguments agentmail.inboxes.calendar.create_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:create_event(arguments, options) end

--- Deletes an event or series, which takes a moment; cancels a date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.delete_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.DeleteCalendarEventResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:delete_event(arguments, options) end

--- The calendar: its timezone, its number of events. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.get.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:get(arguments, options) end

--- What happens from `after` to `before`, in order of time: each date of a series is an item, cancelled ones are left out. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.get_agenda.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:get_agenda(arguments, options) end

--- One event, series, or date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:get_event(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:instances(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:list_event_instances(arguments, options) end

--- The events and series, last changed first, cancelled ones included. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.list_events.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:list_events(arguments, options) end

--- Accepts or declines an invitation. An object then has the new state. Note: Labs, to which the organization opts in; only in the US; for events that came by mail.
---@param arguments agentmail.inboxes.calendar.respond_to_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:respond_to_event(arguments, options) end

--- Changes the timezone. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Calendar? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:update(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. An object then has the new state. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar:update_event(arguments, options) end

---@class agentmail.Inbox.calendar.events
local Inbox_calendar_events = {}

--- Creates an event or a series. The answer holds it as `event`. Note: Labs, to which the organization opts in; only in the US; the same client_id with another body is refused.
---@param arguments agentmail.inboxes.calendar.create_event.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:create(arguments, options) end

--- Deletes an event or series, which takes a moment; cancels a date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.delete_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.DeleteCalendarEventResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:delete(arguments, options) end

--- One event, series, or date of a series. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.get_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:get(arguments, options) end

--- The dates of a series, in order of time. Note: Labs, to which the organization opts in; only in the US; event_id is that of a series.
---@param arguments agentmail.inboxes.calendar.list_event_instances.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:instances(arguments, options) end

--- The events and series, last changed first, cancelled ones included. Note: Labs, to which the organization opts in; only in the US.
---@param arguments? agentmail.inboxes.calendar.list_events.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListCalendarEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:list(arguments, options) end

--- Accepts or declines an invitation. An object then has the new state. Note: Labs, to which the organization opts in; only in the US; for events that came by mail.
---@param arguments agentmail.inboxes.calendar.respond_to_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:respond(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. An object then has the new state. Note: Labs, to which the organization opts in; only in the US.
---@param arguments agentmail.inboxes.calendar.update_event.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEventMutationResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_calendar_events:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.calendar.list_events.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.CalendarEvent? iterator
function Inbox_calendar_events:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.calendar.list_events.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.CalendarEvent[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_calendar_events:all(arguments, options) end

---@class agentmail.Inbox.drafts
local Inbox_drafts = {}

--- Creates a draft: a new message, a reply (`in_reply_to`) or a forward (`forward_of`).
---@param arguments? agentmail.inboxes.drafts.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:create(arguments, options) end

--- Deletes a draft; if it was scheduled, it is not sent.
---@param arguments agentmail.inboxes.drafts.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:delete(arguments, options) end

--- One draft with its bodies.
---@param arguments agentmail.inboxes.drafts.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:get(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.inboxes.drafts.get_attachment.Bound
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:get_attachment(arguments, options) end

--- The drafts of the inbox, last changed first, without their bodies.
---@param arguments? agentmail.inboxes.drafts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListDraftsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:list(arguments, options) end

--- Sends the draft, and deletes it.
---@param arguments agentmail.inboxes.drafts.send.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:send(arguments, options) end

--- Changes the named fields; `agentmail.null` clears a field. Note: except add_attachments, which adds again each time.
---@param arguments agentmail.inboxes.drafts.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_drafts:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DraftItem? iterator
function Inbox_drafts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.DraftItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_drafts:all(arguments, options) end

---@class agentmail.Inbox.events
local Inbox_events = {}

--- The label changes of the inbox, newest first.
---@param arguments? agentmail.inboxes.events.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListInboxEventsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_events:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.events.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.InboxEvent? iterator
function Inbox_events:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.events.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.InboxEvent[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_events:all(arguments, options) end

---@class agentmail.Inbox.lists
local Inbox_lists = {}

--- Adds an address or a domain to a list.
---@param arguments agentmail.inboxes.lists.create.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_lists:create(arguments, options) end

--- Removes an entry from a list.
---@param arguments agentmail.inboxes.lists.delete.Bound
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_lists:delete(arguments, options) end

--- One entry.
---@param arguments agentmail.inboxes.lists.get.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_lists:get(arguments, options) end

--- The entries of one list, in alphabetical order.
---@param arguments agentmail.inboxes.lists.list.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListListEntriesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_lists:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.inboxes.lists.list.Bound.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PodListEntry? iterator
function Inbox_lists:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.inboxes.lists.list.Bound.Each
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_lists:all(arguments, options) end

---@class agentmail.Inbox.messages
local Inbox_messages = {}

--- Up to 500 messages at once, without bodies. Missing messages are left out: compare `count` with `limit`.
---@param arguments agentmail.inboxes.messages.batch_get.Fields
---@param options? agentmail.CallOptions
---@return agentmail.BatchGetMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:batch_get(arguments, options) end

--- Adds and removes labels of up to 50 messages, all or none. Missing messages are left out.
---@param arguments agentmail.inboxes.messages.batch_update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.BatchUpdateMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:batch_update(arguments, options) end

--- Tells the service whether its scan of a message was right. Note: Labs beta, to which the organization opts in, at most 20 for a message, and only once its scan is complete.
---@param arguments agentmail.inboxes.messages.create_agent_armor_feedback.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.AgentArmorFeedback? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:create_agent_armor_feedback(arguments, options) end

--- Deletes a message for good.
---@param arguments agentmail.inboxes.messages.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:delete(arguments, options) end

--- Forwards a message, with its text and attachments.
---@param arguments agentmail.inboxes.messages.forward.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:forward(arguments, options) end

--- One message with its bodies.
---@param arguments agentmail.inboxes.messages.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Message? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:get(arguments, options) end

--- A link to an attachment of the message.
---@param arguments agentmail.inboxes.messages.get_attachment.Bound
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:get_attachment(arguments, options) end

--- A link to the message as received, with all headers.
---@param arguments agentmail.inboxes.messages.get_raw.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.RawMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:get_raw(arguments, options) end

--- The messages of the inbox, newest first, without their bodies.
---@param arguments? agentmail.inboxes.messages.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:list(arguments, options) end

--- Releases a message that the scan holds back. Note: Labs beta, to which the organization opts in, for a message that is held; the same reason by the same key returns the first release.
---@param arguments agentmail.inboxes.messages.release_agent_armor_message.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ReleaseAgentArmorMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:release_agent_armor_message(arguments, options) end

--- Replies to a message: to its sender, unless recipients are given.
---@param arguments agentmail.inboxes.messages.reply.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:reply(arguments, options) end

--- Replies to everyone on a message.
---@param arguments agentmail.inboxes.messages.reply_all.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:reply_all(arguments, options) end

--- The messages that match, best first; spam and trash are left out.
---@param arguments agentmail.inboxes.messages.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchMessagesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:search(arguments, options) end

--- Sends a new message.
---@param arguments? agentmail.inboxes.messages.send.Fields
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:send(arguments, options) end

--- Adds and removes labels.
---@param arguments agentmail.inboxes.messages.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.UpdateMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.messages.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.MessageItem? iterator
function Inbox_messages:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.messages.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.MessageItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_messages:all(arguments, options) end

--- Waits for a mail that arrives from now on, or after `after`: a time, a message, or a page of messages. Returns the first that matches, complete. After `timeout` seconds (60) it returns a failure with code `timeout`; its `retry()` continues to wait.
---@param wanted? agentmail.Wanted
---@param options? agentmail.CallOptions
---@return agentmail.Message? message
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_messages:wait(wanted, options) end

--- A loop over incoming mail, oldest first, each once and complete. It waits out temporary failures; others raise.
---@param wanted? agentmail.Watched
---@param options? agentmail.CallOptions
---@return agentmail.Watcher watcher
---@return nil
---@return nil
---@return agentmail.Watcher to_close
function Inbox_messages:watch(wanted, options) end

---@class agentmail.Inbox.metrics
local Inbox_metrics = {}

--- Event counts, by event and period.
---@param arguments? agentmail.inboxes.metrics.query_events.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryMetricsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_metrics:query_events(arguments, options) end

--- The share of recipients that bounced or complained, by kind and period, each over the window before it.
---@param arguments? agentmail.inboxes.metrics.query_rates.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryRatesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_metrics:query_rates(arguments, options) end

--- Usage, by kind and period.
---@param arguments? agentmail.inboxes.metrics.query_usage.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryUsageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_metrics:query_usage(arguments, options) end

---@class agentmail.Inbox.threads
local Inbox_threads = {}

--- Deletes a thread and its messages for good.
---@param arguments agentmail.inboxes.threads.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:delete(arguments, options) end

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments agentmail.inboxes.threads.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:get(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.inboxes.threads.get_attachment.Bound
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:get_attachment(arguments, options) end

--- The threads of the inbox, newest first.
---@param arguments? agentmail.inboxes.threads.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:list(arguments, options) end

--- The threads of the inbox that match, best first; spam and trash are left out.
---@param arguments agentmail.inboxes.threads.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:search(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments agentmail.inboxes.threads.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_threads:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ThreadItem? iterator
function Inbox_threads:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ThreadItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_threads:all(arguments, options) end

---@class agentmail.Inbox.webhooks
---@field polling agentmail.Inbox.webhooks.polling
local Inbox_webhooks = {}

--- Creates a webhook. `secret` in the answer verifies its deliveries.
---@param arguments agentmail.inboxes.webhooks.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:create(arguments, options) end

--- Deletes a webhook.
---@param arguments agentmail.inboxes.webhooks.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:delete(arguments, options) end

--- One webhook.
---@param arguments agentmail.inboxes.webhooks.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:get(arguments, options) end

--- The names of the headers that deliveries carry; never their values.
---@param arguments agentmail.inboxes.webhooks.get_headers.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.WebhookHeaderNamesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:get_headers(arguments, options) end

--- The webhooks of the inbox, newest first.
---@param arguments? agentmail.inboxes.webhooks.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:list(arguments, options) end

--- Changes which events the webhook gets. The URL cannot be changed.
---@param arguments agentmail.inboxes.webhooks.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:update(arguments, options) end

--- Sets and removes headers that deliveries carry.
---@param arguments agentmail.inboxes.webhooks.update_headers.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks:update_headers(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Webhook? iterator
function Inbox_webhooks:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Webhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_webhooks:all(arguments, options) end

---@class agentmail.Inbox.webhooks.polling
local Inbox_webhooks_polling = {}

--- Creates a polling webhook. `token` in the answer fetches its events. Note: only in the US; a repeat returns the same one with a new token, and the old token stops at once.
---@param arguments agentmail.inboxes.webhooks.polling.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreatePollingWebhookResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks_polling:create(arguments, options) end

--- Deletes a polling webhook; its token stops.
---@param arguments agentmail.inboxes.webhooks.polling.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks_polling:delete(arguments, options) end

--- One polling webhook, without its token.
---@param arguments agentmail.inboxes.webhooks.polling.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks_polling:get(arguments, options) end

--- The polling webhooks of the inbox that were created here, newest first.
---@param arguments? agentmail.inboxes.webhooks.polling.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListPollingWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Inbox_webhooks_polling:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.inboxes.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PollingWebhook? iterator
function Inbox_webhooks_polling:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.inboxes.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function Inbox_webhooks_polling:all(arguments, options) end

---@class agentmail.Message.Methods
---@field message_id string
local Message = {}

--- Replies to a message: to its sender, unless recipients are given.
---@param arguments? agentmail.inboxes.messages.reply.Fields
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:reply(arguments, options) end

--- Replies to everyone on a message.
---@param arguments? agentmail.inboxes.messages.reply_all.Fields
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:reply_all(arguments, options) end

--- Forwards a message, with its text and attachments.
---@param arguments? agentmail.inboxes.messages.forward.Fields
---@param options? agentmail.CallOptions
---@return agentmail.SendMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:forward(arguments, options) end

--- One message with its bodies.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Message? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:get(arguments, options) end

--- Tells the service whether its scan of a message was right. Note: Labs beta, to which the organization opts in, at most 20 for a message, and only once its scan is complete.
---@param arguments agentmail.inboxes.messages.create_agent_armor_feedback.Fields
---@param options? agentmail.CallOptions
---@return agentmail.AgentArmorFeedback? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:create_agent_armor_feedback(arguments, options) end

--- Deletes a message for good.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:delete(arguments, options) end

--- A link to an attachment of the message.
---@param arguments agentmail.inboxes.messages.get_attachment.Own|string
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:get_attachment(arguments, options) end

--- A link to the message as received, with all headers.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.RawMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:get_raw(arguments, options) end

--- Releases a message that the scan holds back. Note: Labs beta, to which the organization opts in, for a message that is held; the same reason by the same key returns the first release.
---@param arguments agentmail.inboxes.messages.release_agent_armor_message.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ReleaseAgentArmorMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:release_agent_armor_message(arguments, options) end

--- Adds and removes labels.
---@param arguments? agentmail.inboxes.messages.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.UpdateMessageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:update(arguments, options) end

--- An attachment to `save` or `read`, without a request.
---@param attachment_id string
---@return agentmail.Download
function Message:attachment(attachment_id) end

--- The message as received, to `save` or `read`.
---@return agentmail.Download
function Message:raw() end

--- Adds and removes labels.
---@param changes agentmail.Relabel
---@param options? agentmail.CallOptions
---@return agentmail.UpdateMessageResponse? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Message:relabel(changes, options) end

---@class agentmail.Pod.Methods
---@field pod_id string
---@field accounts agentmail.Pod.accounts
---@field api_keys agentmail.Pod.api_keys
---@field domains agentmail.Pod.domains
---@field drafts agentmail.Pod.drafts
---@field inboxes agentmail.Pod.inboxes
---@field lists agentmail.Pod.lists
---@field metrics agentmail.Pod.metrics
---@field threads agentmail.Pod.threads
---@field webhooks agentmail.Pod.webhooks
local Pod = {}

--- One pod.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return agentmail.Pod? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod:get(arguments, options) end

--- Deletes a pod.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod:delete(arguments, options) end

---@class agentmail.Pod.accounts
local Pod_accounts = {}

--- One account.
---@param arguments agentmail.pods.accounts.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Account? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_accounts:get(arguments, options) end

--- The accounts of the pod, newest first.
---@param arguments? agentmail.pods.accounts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListAccountsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_accounts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Account? iterator
function Pod_accounts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.accounts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Account[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_accounts:all(arguments, options) end

---@class agentmail.Pod.api_keys
local Pod_api_keys = {}

--- Creates a bearer key, whose secret is shown only once; or registers a public key. Note: a bearer key's secret is returned once; with public_key, there is none.
---@param arguments? agentmail.pods.api_keys.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreateApiKeyResult? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_api_keys:create(arguments, options) end

--- Deletes a key, which then no longer works.
---@param arguments agentmail.pods.api_keys.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_api_keys:delete(arguments, options) end

--- The keys of the pod, newest first, without their secrets.
---@param arguments? agentmail.pods.api_keys.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListApiKeysResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_api_keys:list(arguments, options) end

--- Changes the name or the permissions.
---@param arguments agentmail.pods.api_keys.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_api_keys:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ApiKey? iterator
function Pod_api_keys:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.api_keys.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ApiKey[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_api_keys:all(arguments, options) end

---@class agentmail.Pod.domains
local Pod_domains = {}

--- Registers a domain. Add the answer's `records` to its DNS.
---@param arguments agentmail.pods.domains.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:create(arguments, options) end

--- Deletes a domain.
---@param arguments agentmail.pods.domains.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:delete(arguments, options) end

--- One domain, its status and its DNS records.
---@param arguments agentmail.pods.domains.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:get(arguments, options) end

--- The DNS records as a zone file, a string.
---@param arguments agentmail.pods.domains.get_zone_file.Bound|string
---@param options? agentmail.CallOptions
---@return string? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:get_zone_file(arguments, options) end

--- The domains of the pod, newest first.
---@param arguments? agentmail.pods.domains.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListDomainsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:list(arguments, options) end

--- Changes the settings of a domain.
---@param arguments agentmail.pods.domains.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Domain? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:update(arguments, options) end

--- Asks the service to check the DNS again.
---@param arguments agentmail.pods.domains.verify.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_domains:verify(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.domains.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DomainItem? iterator
function Pod_domains:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.domains.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.DomainItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_domains:all(arguments, options) end

---@class agentmail.Pod.drafts
local Pod_drafts = {}

--- One draft with its bodies.
---@param arguments agentmail.pods.drafts.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Draft? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_drafts:get(arguments, options) end

--- A link to an attachment of the draft.
---@param arguments agentmail.pods.drafts.get_attachment.Bound
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_drafts:get_attachment(arguments, options) end

--- The drafts of the pod, last changed first, without their bodies.
---@param arguments? agentmail.pods.drafts.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListDraftsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_drafts:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.DraftItem? iterator
function Pod_drafts:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.drafts.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.DraftItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_drafts:all(arguments, options) end

---@class agentmail.Pod.inboxes
local Pod_inboxes = {}

--- Creates an inbox. Without a username, the service generates one.
---@param arguments? agentmail.pods.inboxes.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:create(arguments, options) end

--- Deletes an inbox and all its mail.
---@param arguments agentmail.pods.inboxes.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:delete(arguments, options) end

--- One inbox.
---@param arguments agentmail.pods.inboxes.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:get(arguments, options) end

--- The inboxes of the pod, newest first.
---@param arguments? agentmail.pods.inboxes.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:list(arguments, options) end

--- The inboxes of the pod with a word in address or name that starts with `q`.
---@param arguments agentmail.pods.inboxes.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchInboxesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:search(arguments, options) end

--- Changes display name, metadata or status; other fields stay.
---@param arguments agentmail.pods.inboxes.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Inbox? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_inboxes:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.inboxes.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Inbox? iterator
function Pod_inboxes:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.inboxes.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Inbox[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_inboxes:all(arguments, options) end

---@class agentmail.Pod.lists
local Pod_lists = {}

--- Adds an address or a domain to a list.
---@param arguments agentmail.pods.lists.create.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_lists:create(arguments, options) end

--- Removes an entry from a list.
---@param arguments agentmail.pods.lists.delete.Bound
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_lists:delete(arguments, options) end

--- One entry.
---@param arguments agentmail.pods.lists.get.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_lists:get(arguments, options) end

--- The entries of one list, in alphabetical order.
---@param arguments agentmail.pods.lists.list.Bound
---@param options? agentmail.CallOptions
---@return agentmail.PodListListEntriesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_lists:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments agentmail.pods.lists.list.Bound.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PodListEntry? iterator
function Pod_lists:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments agentmail.pods.lists.list.Bound.Each
---@param options? agentmail.CallOptions
---@return agentmail.PodListEntry[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_lists:all(arguments, options) end

---@class agentmail.Pod.metrics
local Pod_metrics = {}

--- Event counts, by event and period.
---@param arguments? agentmail.pods.metrics.query_events.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryMetricsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_metrics:query_events(arguments, options) end

--- Usage, by kind and period.
---@param arguments? agentmail.pods.metrics.query_usage.Fields
---@param options? agentmail.CallOptions
---@return agentmail.QueryUsageResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_metrics:query_usage(arguments, options) end

---@class agentmail.Pod.threads
local Pod_threads = {}

--- Deletes a thread and its messages for good.
---@param arguments agentmail.pods.threads.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:delete(arguments, options) end

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments agentmail.pods.threads.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:get(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.pods.threads.get_attachment.Bound
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:get_attachment(arguments, options) end

--- The threads of the pod, newest first.
---@param arguments? agentmail.pods.threads.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:list(arguments, options) end

--- The threads of the pod that match, best first; spam and trash are left out.
---@param arguments agentmail.pods.threads.search.Fields|string
---@param options? agentmail.CallOptions
---@return agentmail.SearchThreadsResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:search(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments agentmail.pods.threads.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_threads:update(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.ThreadItem? iterator
function Pod_threads:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.threads.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.ThreadItem[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_threads:all(arguments, options) end

---@class agentmail.Pod.webhooks
---@field polling agentmail.Pod.webhooks.polling
local Pod_webhooks = {}

--- Creates a webhook. `secret` in the answer verifies its deliveries.
---@param arguments agentmail.pods.webhooks.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:create(arguments, options) end

--- Deletes a webhook.
---@param arguments agentmail.pods.webhooks.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:delete(arguments, options) end

--- One webhook.
---@param arguments agentmail.pods.webhooks.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:get(arguments, options) end

--- The names of the headers that deliveries carry; never their values.
---@param arguments agentmail.pods.webhooks.get_headers.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.WebhookHeaderNamesResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:get_headers(arguments, options) end

--- The webhooks of the pod, newest first.
---@param arguments? agentmail.pods.webhooks.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:list(arguments, options) end

--- Changes which events the webhook gets. The URL cannot be changed.
---@param arguments agentmail.pods.webhooks.update.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.Webhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:update(arguments, options) end

--- Sets and removes headers that deliveries carry.
---@param arguments agentmail.pods.webhooks.update_headers.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks:update_headers(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.Webhook? iterator
function Pod_webhooks:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.webhooks.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.Webhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_webhooks:all(arguments, options) end

---@class agentmail.Pod.webhooks.polling
local Pod_webhooks_polling = {}

--- Creates a polling webhook. `token` in the answer fetches its events. Note: only in the US; a repeat returns the same one with a new token, and the old token stops at once.
---@param arguments agentmail.pods.webhooks.polling.create.Fields
---@param options? agentmail.CallOptions
---@return agentmail.CreatePollingWebhookResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks_polling:create(arguments, options) end

--- Deletes a polling webhook; its token stops.
---@param arguments agentmail.pods.webhooks.polling.delete.Bound|string
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks_polling:delete(arguments, options) end

--- One polling webhook, without its token.
---@param arguments agentmail.pods.webhooks.polling.get.Bound|string
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks_polling:get(arguments, options) end

--- The polling webhooks of the pod that were created here, newest first.
---@param arguments? agentmail.pods.webhooks.polling.list.Fields
---@param options? agentmail.CallOptions
---@return agentmail.ListPollingWebhooksResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Pod_webhooks_polling:list(arguments, options) end

--- A loop over all items of all pages. Raises if a page cannot be fetched.
---@param arguments? agentmail.pods.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return fun(): agentmail.PollingWebhook? iterator
function Pod_webhooks_polling:each(arguments, options) end

--- All items of all pages, as an array: use it if the loop changes the list.
---@param arguments? agentmail.pods.webhooks.polling.list.Fields.Each
---@param options? agentmail.CallOptions
---@return agentmail.PollingWebhook[]? items
---@return string? message
---@return agentmail.Failure? failure
function Pod_webhooks_polling:all(arguments, options) end

---@class agentmail.Thread.Methods
---@field thread_id string
local Thread = {}

--- One thread with all its messages, oldest first. Note: the first page holds the newest messages.
---@param arguments? agentmail.inboxes.threads.get.Fields
---@param options? agentmail.CallOptions
---@return agentmail.Thread? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Thread:get(arguments, options) end

--- Deletes a thread and its messages for good.
---@param arguments? {}
---@param options? agentmail.CallOptions
---@return true? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Thread:delete(arguments, options) end

--- A link to an attachment of the thread.
---@param arguments agentmail.inboxes.threads.get_attachment.Own|string
---@param options? agentmail.CallOptions
---@return agentmail.AttachmentResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Thread:get_attachment(arguments, options) end

--- Adds and removes labels of all its messages.
---@param arguments? agentmail.inboxes.threads.update.Fields
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Thread:update(arguments, options) end

--- An attachment to `save` or `read`, without a request.
---@param attachment_id string
---@return agentmail.Download
function Thread:attachment(attachment_id) end

--- The newest received message; fetches the thread if needed. Only nil if none was received.
---@param options? agentmail.CallOptions
---@return agentmail.Message? message
---@return string? message
---@return agentmail.Failure? failure
function Thread:last_received(options) end

--- Adds and removes labels of all its messages.
---@param changes agentmail.Relabel
---@param options? agentmail.CallOptions
---@return agentmail.UpdateThreadResponse? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Thread:relabel(changes, options) end
