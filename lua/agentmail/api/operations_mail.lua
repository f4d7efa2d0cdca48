-- SPDX-License-Identifier: MIT
-- Inboxes, messages, threads and drafts: rows of operations.lua, which explains them.

local PAGE       = "limit:integer page_token:string "
local SORTED     = PAGE .. "ascending:boolean "
local DATES      = "before:datetime after:datetime "
local SEARCH     = "q!:string " .. PAGE
local FIND       = SEARCH .. DATES
local LISTING    = PAGE .. "labels:string[] " .. DATES .. "ascending:boolean "
local HIDDEN     = "include_spam:boolean include_blocked:boolean "
                 .. "include_unauthenticated:boolean include_trash:boolean "
local MESSAGES   = LISTING .. HIDDEN .. "from:string[] to:string[] subject:string[] "
local THREADS    = LISTING .. HIDDEN .. "senders:string[] recipients:string[] subject:string[] "
local TO         = "to:lines cc:lines bcc:lines "
local CONTENT    = "text:string html:string attachments:attachment[] "
local OUTGOING   = CONTENT .. "headers:map<string> track_opens:boolean "
local ANSWER     = "labels:string[] reply_to:lines "
local REPLY      = ANSWER .. TO .. "reply_all:boolean " .. OUTGOING
local REPLY_ALL  = ANSWER .. OUTGOING
local SEND       = ANSWER .. TO .. "subject:line " .. OUTGOING
local RELABEL    = "add_labels:strings remove_labels:strings "
local RETAG      = "add_labels:string[] remove_labels:string[] "
local DRAFT      = "labels:string[] reply_to:line[] to:line[] cc:line[] bcc:line[] "
                 .. "subject:line " .. CONTENT .. "in_reply_to:line forward_of:line "
                 .. "reply_all:boolean send_at:datetime client_id:string "
local REDRAFT    = "reply_to:line[]? to:line[]? cc:line[]? bcc:line[]? subject:line? "
                 .. "text:string? html:string? add_attachments:attachment[] "
                 .. "remove_attachments:string[] " .. RETAG .. "send_at:datetime? "
local BATCH      = "message_ids!:string[] "
local INBOX      = "username:line domain:line display_name:line client_id:string "
                 .. "metadata:metadata status:inbox_status "
local RENAME     = "display_name:line metadata:metadata? status:inbox_status "
local FILE       = "/attachments/{attachment_id}"
local SENT       = "SendMessageResponse"
local FEEDBACK   = "feedback!:armor_feedback notes:string "
local LABS       = "Labs beta, to which the organization opts in"

local collections = {}
local function collection(...) collections[#collections + 1] = { ... } end

-- Inboxes
local function inboxes(bodiless)
  return {
    list   = { "GET",    "",            "safe",       "ListInboxesResponse", query = SORTED },
    search = { "GET",    "/search",     "safe",       "SearchInboxesResponse", query = SEARCH },
    create = { "POST",   "",            "client_id",  "Inbox", body = INBOX,
               body_optional = bodiless },
    get    = { "GET",    "/{inbox_id}", "safe",       "Inbox" },
    update = { "PATCH",  "/{inbox_id}", "idempotent", "Inbox", body = RENAME },
    delete = { "DELETE", "/{inbox_id}", "idempotent" },
  }
end
collection("inboxes",      "/v0/inboxes", inboxes(true))
collection("pods.inboxes", "/v0/pods/{pod_id}/inboxes", inboxes())
collection("inboxes",      "/v0/inboxes", {
  authorize = { "POST", "/{inbox_id}/authorize", "idempotent", "AuthorizeInboxResponse",
                body = "auth_token!:string accept_disclosure:boolean " } })
collection("inboxes.events", "/v0/inboxes/{inbox_id}/events", {
  list = { "GET", "", "safe", "ListInboxEventsResponse", query = SORTED } })

-- Messages
collection("inboxes.messages", "/v0/inboxes/{inbox_id}/messages", {
  list           = { "GET", "", "safe", "ListMessagesResponse", query = MESSAGES },
  search         = { "GET", "/search", "safe", "SearchMessagesResponse", query = FIND },
  send           = { "POST", "/send", "idempotency_key", SENT, body = SEND },
  reply          = { "POST", "/{message_id}/reply", "idempotency_key", SENT, body = REPLY },
  reply_all      = { "POST", "/{message_id}/reply-all", "idempotency_key", SENT, body = REPLY_ALL },
  forward        = { "POST", "/{message_id}/forward", "idempotency_key", SENT, body = SEND },
  get            = { "GET", "/{message_id}", "safe", "Message" },
  get_raw        = { "GET", "/{message_id}/raw", "safe", "RawMessageResponse" },
  get_attachment = { "GET", "/{message_id}" .. FILE, "safe", "AttachmentResponse" },
  update         = { "PATCH", "/{message_id}", "idempotent", "UpdateMessageResponse",
                     body = RELABEL },
  delete         = { "DELETE", "/{message_id}", "idempotent" },
  create_agent_armor_feedback = { "POST", "/{message_id}/agent-armor/feedback", "none",
                     "AgentArmorFeedback", body = FEEDBACK, note = LABS .. ", at most 20 for a "
                     .. "message, and only once its scan is complete" },
  release_agent_armor_message = { "POST", "/{message_id}/agent-armor/release", "idempotent",
                     "ReleaseAgentArmorMessageResponse", body = "reason!:string ",
                     note = LABS .. ", for a message that is held; the same reason by the same key "
                     .. "returns the first release" },
  batch_get      = { "POST", "/batch-get", "safe", "BatchGetMessagesResponse", body = BATCH },
  batch_update   = { "POST", "/batch-update", "idempotent", "BatchUpdateMessagesResponse",
                     body = BATCH .. RELABEL },
})

-- Threads
local threads = {
  list           = { "GET",    "", "safe", "ListThreadsResponse", query = THREADS },
  search         = { "GET",    "/search", "safe", "SearchThreadsResponse", query = FIND },
  get            = { "GET",    "/{thread_id}", "safe", "Thread", query = PAGE,
                     note = "the first page holds the newest messages" },
  get_attachment = { "GET",    "/{thread_id}" .. FILE, "safe", "AttachmentResponse" },
  update         = { "PATCH",  "/{thread_id}", "idempotent", "UpdateThreadResponse", body = RETAG },
  delete         = { "DELETE", "/{thread_id}", "idempotent" },
}
collection("threads",         "/v0/threads", threads)
collection("pods.threads",    "/v0/pods/{pod_id}/threads", threads)
collection("inboxes.threads", "/v0/inboxes/{inbox_id}/threads", threads)

-- Drafts
local drafts = {
  list           = { "GET", "", "safe", "ListDraftsResponse", query = LISTING },
  get            = { "GET", "/{draft_id}", "safe", "Draft" },
  get_attachment = { "GET", "/{draft_id}" .. FILE, "safe", "AttachmentResponse" },
}
collection("drafts",         "/v0/drafts", drafts)
collection("pods.drafts",    "/v0/pods/{pod_id}/drafts", drafts)
collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", drafts)
collection("inboxes.drafts", "/v0/inboxes/{inbox_id}/drafts", {
  create = { "POST",   "", "client_id", "Draft", body = DRAFT },
  update = { "PATCH",  "/{draft_id}", "idempotent", "Draft", body = REDRAFT,
             note = "except add_attachments, which adds again each time" },
  send   = { "POST",   "/{draft_id}/send", "idempotency_key", SENT, body = RELABEL },
  delete = { "DELETE", "/{draft_id}", "idempotent" },
})

return collections
