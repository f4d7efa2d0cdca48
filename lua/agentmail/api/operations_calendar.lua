-- SPDX-License-Identifier: MIT
-- The calendar of an inbox: rows of operations.lua, which explains them.

local PAGE       = "limit:integer page_token:string "
local CONSISTENT = "consistency:consistency "
local WINDOW     = CONSISTENT .. "after:datetime before:datetime include_overlapping:boolean "
                 .. PAGE
local MODE       = "mode:edit_mode "
local INVITES    = "send_invites:boolean "
local TIMES      = "timezone:string duration_mode:duration_mode "
local EVENT      = "client_id:string title!:string description:string location:string "
                 .. "metadata:any status:event_status all_day:boolean start!:string "
                 .. "end!:string " .. TIMES .. "recurrence:recurrence_input "
                 .. "attendees:attendee_input[] " .. INVITES
local CHANGES    = "title:string description:string? location:string? metadata:any? "
                 .. "status:event_status all_day:boolean start:string end:string " .. TIMES
                 .. "recurrence:recurrence_input? attendees:attendee_input[] " .. INVITES
local RESPONSE   = "status!:event_response comment:string send_reply:boolean "
local ID         = "/events/{event_id}"
local EVENTS     = "ListCalendarEventsResponse"
local CHANGED    = "CalendarEventMutationResponse"
local LABS       = "Labs, to which the organization opts in; only in the US"

local collections = {}
local function collection(...) collections[#collections + 1] = { ... } end

collection("inboxes.calendar", "/v0/inboxes/{inbox_id}/calendar", {
  get              = { "GET",    "", "safe", "Calendar", query = CONSISTENT, note = LABS },
  update           = { "PATCH",  "", "if_match", "Calendar", body = "timezone!:string ",
                       note = LABS },
  list_events      = { "GET",    "/events", "safe", EVENTS, query = PAGE, note = LABS },
  get_agenda       = { "GET",    "/agenda", "safe", EVENTS, query = WINDOW, note = LABS },
  create_event     = { "POST",   "/events", "client_id", CHANGED, body = EVENT, status = 201,
                       note = LABS .. "; the same client_id with another body is refused" },
  get_event        = { "GET",    ID, "safe", "CalendarEvent", query = CONSISTENT, note = LABS },
  update_event     = { "PATCH",  ID, "if_match", CHANGED, query = MODE, body = CHANGES,
                       note = LABS },
  delete_event     = { "DELETE", ID, "idempotent", "DeleteCalendarEventResponse", status = 202,
                       query = MODE .. INVITES, takes = "if_match idempotency_key", note = LABS },
  list_event_instances = { "GET", ID .. "/instances", "safe", EVENTS, query = WINDOW,
                           note = LABS .. "; event_id is that of a series" },
  respond_to_event = { "POST",   ID .. "/respond", "if_match", CHANGED, body = RESPONSE,
                       note = LABS .. "; for events that came by mail" },
})

return collections
