-- SPDX-License-Identifier: MIT
-- Rules that find locally what the service would refuse: fields that exclude or need each other,
-- too many of something. Operation → rules; tools/tables.lua generates C from them, and
-- csrc/encode/rules.c checks them:
--
--   { "at_most", fields, count, what, fix }    counts the values of all fields together
--   { "some", fields, fix }                    at least one has a value
--   { "without", field, others, fix }          if the first has a value (not false), no other has
--   { "needs", field, others, fix }            if the first has a value, one of the others has
--   { "distinct", field, fix }                 not empty, and no value twice
--   { "filled", field, fix }                   if it has a value, more than blanks
--   { "characters", field, count, fix }        at most so many; `bytes` counts bytes,
--                                              `json_bytes` those of the value as JSON
--   { name }                                   none of these: a function of rules.c
--
-- `agentmail.new { checks = false }` turns them off, in case the service has changed its rules.

local TO         = { "to", "cc", "bcc" }
local LABELS     = { "add_labels", "remove_labels" }
local RECIPIENTS = { "at_most", TO, 50, "recipients", "send to the others in a second mail" }
local SOMEONE    = { "some", TO, "a mail goes to somebody" }
local OPENS      = { "needs", "track_opens", { "html" }, "only HTML can tell that it was opened" }
local ALL        = { "without", "reply_all", TO, "reply_all itself knows whom to answer" }
local RELABEL    = { "some", LABELS, "otherwise nothing changes" }
local UNTOUCHED  = { "system_labels" }
local METADATA   = { "metadata" }
local UNIQUE     = { "distinct", "message_ids", "name each message once" }
local SPLIT      = "split them over several calls"

local function ids(count)
  return { "at_most", { "message_ids" }, count, "ids", SPLIT }
end

local function ten(...)
  return { "at_most", { ... }, 10, "ids", "make a second webhook for the others" }
end

local SHORTER    = "shorten it"
local TITLE      = { "characters", "title", 1000, SHORTER }
local LOCATION   = { "characters", "location", 1024, SHORTER }
local ATTENDEES  = { "at_most", { "attendees" }, 100, "attendees", "invite the others to a second "
                     .. "event" }
local DESCRIPTION = { "bytes", "description", 65536, SHORTER }
local ANY_METADATA = { "json_bytes", "metadata", 16384, "keep it elsewhere and its id here" }
local EVENTS     = { "distinct", "event_types", "name the events to be told of" }

local rules = {
  ["inboxes.create"] = { METADATA },
  ["inboxes.update"] = {
    { "some", { "display_name", "metadata", "status" }, "otherwise nothing changes" }, METADATA },
  ["inboxes.messages.send"] = { SOMEONE, RECIPIENTS, OPENS },
  ["inboxes.messages.reply"] = { RECIPIENTS, ALL, OPENS },
  ["inboxes.messages.reply_all"] = { OPENS },
  ["inboxes.messages.forward"] = { SOMEONE, RECIPIENTS, OPENS },
  ["inboxes.messages.update"] = { RELABEL, UNTOUCHED },
  ["inboxes.messages.batch_get"] = { ids(500), UNIQUE },
  ["inboxes.messages.batch_update"] = { ids(50), UNIQUE, RELABEL, UNTOUCHED },
  ["inboxes.threads.update"] = { RELABEL, UNTOUCHED },
  ["inboxes.drafts.create"] = {
    RECIPIENTS, ALL,
    { "without", "in_reply_to", { "forward_of" }, "a draft either answers or forwards" } },
  ["inboxes.drafts.update"] = { RECIPIENTS, UNTOUCHED },
  ["inboxes.drafts.send"] = { UNTOUCHED },
  ["inboxes.messages.create_agent_armor_feedback"] = {
    { "characters", "notes", 2048, SHORTER } },
  ["inboxes.messages.release_agent_armor_message"] = {
    { "filled", "reason", "say why it is released" }, { "characters", "reason", 2048, SHORTER } },
  ["inboxes.calendar.create_event"] = {
    TITLE, LOCATION, DESCRIPTION, ATTENDEES, ANY_METADATA },
  ["inboxes.calendar.update_event"] = {
    TITLE, LOCATION, DESCRIPTION, ATTENDEES, ANY_METADATA },
  ["inboxes.calendar.respond_to_event"] = { { "bytes", "comment", 4096, SHORTER } },
  ["agent.sign_up"] = { { "characters", "referrer", 2048, SHORTER } },
  ["webhooks.create"] = { EVENTS, ten "inbox_ids", ten "pod_ids" },
  ["webhooks.polling.create"] = { EVENTS, ten("inbox_ids", "pod_ids") },
  ["webhooks.update_headers"] = {
    { "some", { "headers", "remove_headers" }, "otherwise nothing changes" },
    { "header_both_ways" } },
  ["lists.create"] = { { "block_reason" } },
}

-- {} never clears a field, but a caller could expect that of an update.
table.insert(rules["inboxes.update"], 1, { "cleared_metadata" })

--- The rules of an operation, the same in every scope; nil: none.
---@param name string
---@return table?
local function of(name)
  local bare = name:match("^inboxes%.(.+%..+)$") or name:match("^pods%.(.+%..+)$") or name
  return rules[name] or rules[bare] or rules["inboxes." .. bare]
end

return { of = of, rules = rules }
