-- SPDX-License-Identifier: MIT
-- Words for people, beside lua/agentmail/api/operations.lua: what each operation and field is
-- for. The reference and the type files are printed from both; an operation without words is an
-- error.

--- The chapters of the reference: the last word of a collection's name, title, what it holds.
local chapters = {
  { "inboxes", "Inboxes", "An address that sends and receives; its id is the address." },
  { "messages", "Messages", "What was received and sent. Lists carry no bodies: `message:get()` "
    .. "fetches them." },
  { "threads", "Threads", "Messages that answer each other." },
  { "drafts", "Drafts", "Messages before they are sent. A draft can be sent once; sending it "
    .. "deletes it." },
  { "events", "Inbox events", "Who put which label on what, and when." },
  { "webhooks", "Webhooks", "Where the service reports what happens." },
  { "pods", "Pods", "A pod keeps the inboxes of one customer apart from those of the others." },
  { "domains", "Domains", "Domains of your own, to send from and receive at." },
  { "lists", "Allow and block lists", "Addresses and domains that may, or may not, write or be "
    .. "written to. The list of an inbox comes before that of its pod, and that before yours." },
  { "api_keys", "API keys", "Keys with all permissions of their scope, or only those named." },
  { "metrics", "Metrics", "Counts over time." },
  { "organizations", "Your organization", "The account that all of this belongs to." },
  { "auth", "Your key", "Whose key this is." },
  { "agent", "Sign-up", "How a program gets an account for itself." },
  { "accounts", "Accounts", "Where your inboxes are signed in." },
  { "providers", "Providers", "Services that an inbox can sign in to." },
}

--- What each operation does, by chapter and method. `$` is "of the pod", "of the inbox" or nothing.
local operations = {
  ["inboxes.list"]      = "The inboxes $, newest first.",
  ["inboxes.search"]    = "The inboxes $ whose address or display name has a word that begins so.",
  ["inboxes.create"]    = "Makes an inbox. Without a username, the service makes one up.",
  ["inboxes.get"]       = "One inbox.",
  ["inboxes.update"]    = "Changes the display name or the metadata: what is named there, no more.",
  ["inboxes.delete"]    = "Deletes an inbox and all its mail.",
  ["inboxes.authorize"] = "Answers a sign-in that another service asked this inbox for.",
  ["messages.list"]     = "The messages of the inbox, newest first, without their bodies.",
  ["messages.search"]   = "The messages that match, best first; spam and trash are left out.",
  ["messages.send"]     = "Sends a new message.",
  ["messages.reply"]    = "Answers a message, to whom it came from unless there are recipients.",
  ["messages.reply_all"] = "Answers a message, to everybody in it.",
  ["messages.forward"]  = "Sends a message on, with its text and attachments.",
  ["messages.get"]      = "One message with its bodies.",
  ["messages.get_raw"]  = "Where the message can be downloaded as it came, headers and all.",
  ["messages.get_attachment"] = "Where an attachment of the message can be downloaded.",
  ["messages.update"]   = "Adds and removes labels.",
  ["messages.delete"]   = "Deletes a message for good.",
  ["messages.batch_get"] = "Up to 500 messages at once, without bodies. What does not exist is "
    .. "left out: compare `count` with `limit`.",
  ["messages.batch_update"] = "Adds and removes labels of up to 50 messages, all or none. What "
    .. "does not exist is left out.",
  ["threads.list"]      = "The threads $, newest first.",
  ["threads.search"]    = "The threads $ that match, best first; spam and trash are left out.",
  ["threads.get"]       = "One thread with all its messages, oldest first.",
  ["threads.get_attachment"] = "Where an attachment of the thread can be downloaded.",
  ["threads.update"]    = "Adds and removes labels of all its messages.",
  ["threads.delete"]    = "Deletes a thread and its messages for good.",
  ["drafts.list"]       = "The drafts $, last changed first, without their bodies.",
  ["drafts.get"]        = "One draft with its bodies.",
  ["drafts.get_attachment"] = "Where an attachment of the draft can be downloaded.",
  ["drafts.create"]     = "Makes a draft: a new message, an answer (`in_reply_to`) or a forward "
    .. "(`forward_of`).",
  ["drafts.update"]     = "Changes what is named there; `agentmail.null` empties a field.",
  ["drafts.send"]       = "Sends the draft, and deletes it.",
  ["drafts.delete"]     = "Deletes a draft; if it was scheduled, it is not sent.",
  ["events.list"]       = "The label changes of the inbox, newest first.",
  ["webhooks.list"]     = "The webhooks $, newest first.",
  ["webhooks.create"]   = "Makes a webhook. `secret` of the answer verifies what it delivers.",
  ["webhooks.get"]      = "One webhook.",
  ["webhooks.update"]   = "Changes what the webhook is told. The URL cannot be changed.",
  ["webhooks.delete"]   = "Deletes a webhook.",
  ["webhooks.get_headers"] = "The names of the headers that deliveries carry; never their values.",
  ["webhooks.update_headers"] = "Sets and removes headers that deliveries carry.",
  ["pods.list"]         = "The pods, newest first.",
  ["pods.create"]       = "Makes a pod.",
  ["pods.get"]          = "One pod.",
  ["pods.delete"]       = "Deletes a pod.",
  ["domains.list"]      = "The domains $, newest first.",
  ["domains.create"]    = "Registers a domain. `records` of the answer belong into its DNS.",
  ["domains.get"]       = "One domain, its status and its DNS records.",
  ["domains.get_zone_file"] = "The DNS records as a zone file, a string.",
  ["domains.get_setup_link"] = "A page on which the DNS provider sets the records itself.",
  ["domains.update"]    = "Changes the settings of a domain.",
  ["domains.verify"]    = "Asks the service to look at the DNS again.",
  ["domains.delete"]    = "Deletes a domain.",
  ["lists.list"]        = "The entries of one list, in alphabetical order.",
  ["lists.create"]      = "Adds an address or a domain to a list.",
  ["lists.get"]         = "One entry.",
  ["lists.delete"]      = "Takes an entry off a list.",
  ["api_keys.list"]     = "The keys $, newest first, without their secrets.",
  ["api_keys.create"]   = "Makes a bearer key, whose secret is shown this once; or registers a "
    .. "public key.",
  ["api_keys.get"]      = "One key, without its secret.",
  ["api_keys.update"]   = "Changes the name or the permissions.",
  ["api_keys.delete"]   = "Deletes a key: whoever holds it is out.",
  ["metrics.query_events"] = "How often what happened, by event and period.",
  ["metrics.query_usage"]  = "How much there was of what, by kind and period.",
  ["organizations.get"] = "The organization, its limits and how much of them is used.",
  ["auth.me"]           = "The scope of the key that asks.",
  ["agent.sign_up"]     = "Makes an account with an inbox and a key, and mails a code to a human.",
  ["agent.verify"]      = "Hands in the code that the human got.",
  ["accounts.list"]     = "The accounts, newest first.",
  ["accounts.get"]      = "One account.",
  ["providers.list"]    = "The providers.",
  ["providers.search"]  = "The providers that match.",
  ["providers.get"]     = "One provider.",
  ["providers.connect"] = "Starts to sign an inbox in: open `magic_url` where the sign-in belongs.",
  ["providers.list_accounts"] = "The accounts at one provider, last sign-in first.",
}

--- What fields are for: by name, or by chapter, method and name where that is not enough.
local fields = {
  limit = "items a page", page_token = "`next_page_token` of the page before",
  ascending = "the other way round", labels = "only what has all of these",
  before = "only what is older", after = "only what is newer",
  include_spam = "also what is labelled `spam`",
  include_blocked = "also what is labelled `blocked`",
  include_unauthenticated = "also what is labelled `unauthenticated`",
  include_trash = "also what is labelled `trash`",
  from = "parts of the sender, all of which must match",
  senders = "parts of senders, all of which must match",
  recipients = "parts of recipients, all of which must match",
  ["messages.list.to"] = "parts of recipients, all of which must match",
  ["messages.list.subject"] = "parts of the subject, all of which must match",
  ["threads.list.subject"] = "parts of the subject, all of which must match",
  q = "what to look for", event_types = "which events",
  usage_types = "of what", start = "default: a day ago; at most 90 days",
  ["end"] = "default: now. `end_` is the same name",
  period = "seconds, 1 to 86400", descending = "newest first",
  ["metrics.query_events.limit"] = "periods", ["metrics.query_usage.limit"] = "periods",
  username = "what stands before the @", domain = "what stands after the @",
  ["domains.create.domain"] = "the domain's name",
  display_name = "the name that recipients see",
  client_id = "your own id: the same one never makes a second; `false` for none",
  metadata = "strings, numbers and booleans by name, 256 at most",
  ["inboxes.update.metadata"] = "adds to what is there; a null removes its key, "
    .. "`agentmail.null` for all of it clears it",
  auth_token = "from the request to sign in",
  accept_disclosure = "agrees to what the provider asks",
  to = "recipients; 50 at most with cc and bcc", cc = "more recipients", bcc = "hidden recipients",
  reply_to = "where answers go", subject = "", text = "the body as text", html = "the body as HTML",
  attachments = "files and bytes to go along", headers = "further headers by name",
  track_opens = "learn when it is opened; needs html and a domain with tracking",
  reply_all = "to everybody in the message; without to, cc and bcc",
  message_ids = "which messages", add_labels = "stored in lower case", remove_labels = "",
  in_reply_to = "the message it answers; subject and recipients follow from it",
  forward_of = "the message it forwards", send_at = "when the service shall send it",
  add_attachments = "adds again each time: such an update is not repeated",
  remove_attachments = "ids of attachments", url = "https, reached by POST",
  inbox_ids = "only these inboxes", pod_ids = "only these pods", remove_headers = "names",
  add_inbox_ids = "", remove_inbox_ids = "", add_pod_ids = "", remove_pod_ids = "",
  name = "", permissions = "what it may do; default: all",
  public_key = "registers this key instead of making a secret",
  type = "only keys of this type", entry = "an address or a domain",
  reason = "why; block lists only", feedback_enabled = "hear of bounces and complaints",
  subdomains_enabled = "use its subdomains too", tracking_enabled = "allow `track_opens`",
  allow_conflicting_provider = "although another service has records there",
  human_email = "who gets the code", source = "", referrer = "", otp_code = "six digits",
  ["api_keys.create.client_id"] = "of a public key: registering it again makes no second",
  ["api_keys.create.expires_at"] = "when it ends; public keys only",
  ["agent.sign_up.username"] = "of the new inbox", inbox_id = "which inbox signs in",
  ["webhooks.create.headers"] = "that deliveries carry", ["webhooks.update_headers.headers"] = "",
  ["messages.send.labels"] = "put on the message", ["messages.reply.labels"] = "put on the message",
  ["messages.reply_all.labels"] = "put on the message",
  ["messages.forward.labels"] = "put on the message", ["drafts.create.labels"] = "put on the draft",
  ["webhooks.update.event_types"] = "in place of those it had; `{}` leaves them",
}

--- The protections: word, what it means for whoever calls.
local protections = {
  { "safe", "a read, repeated freely",
    "A read. Repeated after any failure that may pass; never `unknown`." },
  { "idempotent", "repeated freely",
    "Doing it twice is doing it once. Repeated after any failure that may pass." },
  { "client_id", "repeated under its `client_id`",
    "Carries a `client_id`, yours or a generated one, under which the service makes it once. "
    .. "Repeated with the same one; `client_id = false` sends it without, and once." },
  { "idempotency_key", "repeated under its `Idempotency-Key`",
    "Carries an `Idempotency-Key`, yours or a generated one, under which the service sends once. "
    .. "Repeated with the same key and the same bytes; `idempotency_key = false` sends it without, "
    .. "and once." },
  { "natural_key", "looked into before it is repeated",
    "There can be only one of that name. A refusal because it exists, after a lost answer, is "
    .. "looked into: was it this call that made it?" },
  { "none", "sent once, never repeated",
    "Nothing tells a repeat from a second one. It goes on the wire once; a lost answer is "
    .. "`unknown`." },
}

--- Methods that are no operation: by class, name, then `about`, `params` and `returns` in LuaCATS.
--- Only those that exist are printed, and one that exists must stand here.
local CALL = { "options? agentmail.CallOptions" }
local FAILS = { "agentmail.Receipt|string receipt_or_message", "agentmail.Failure? failure" }
local DOUBTS = { "string? message", "agentmail.Failure? failure" }
local WEBHOOK = "webhook agentmail.Incoming"

local HANDLE = "to call methods on, without a request."

local function with(first, rest)
  return { first, table.unpack(rest) }
end

local methods = {
  Client = {
    close = { about = "Ends what is in flight and forgets the credentials. Twice is fine.",
              params = {}, returns = {} },
    closed = { about = "Whether it was closed.", params = {}, returns = { "boolean" } },
    inbox = { about = "An inbox " .. HANDLE, params = { "inbox_id string" },
              returns = { "agentmail.Inbox.Methods" } },
    pod = { about = "A pod " .. HANDLE, params = { "pod_id string" },
            returns = { "agentmail.Pod.Methods" } },
    interrupted = { about = "The failures of calls that an error cut off, as Ctrl-C or a hook of "
                      .. "the host does, and each of them once. The last 64 are kept; a call that "
                      .. "ended, well or not, is not among them.",
                    params = {}, returns = { "agentmail.Failure[] failures" } },
    request = { about = "Any request of the service, for what is newer than this library. The "
                  .. "answer is plain data, unless `returns` names a model: JSON is its value "
                  .. "(null is `agentmail.null`, and `true` of a DELETE), an empty one is `true`; "
                  .. "other bytes are an answer to a read, or where an `Accept` in `headers` "
                  .. "wants them.",
                params = with("arguments agentmail.GenericRequest", CALL),
                returns = with("any value", FAILS) },
    verify_webhook = { about = "Whether a webhook is genuine, and its event with objects that can "
                         .. "call. `headers` and `body` as they came.",
                       params = { WEBHOOK }, returns = with("agentmail.Event? event", DOUBTS) },
  },
  Inbox = {
    message = { about = "A message of the inbox " .. HANDLE,
                params = { "message_id string" }, returns = { "agentmail.Message.Methods" } },
    thread = { about = "A thread of the inbox " .. HANDLE,
               params = { "thread_id string" }, returns = { "agentmail.Thread.Methods" } },
    draft = { about = "A draft of the inbox " .. HANDLE,
              params = { "draft_id string" }, returns = { "agentmail.Draft.Methods" } },
  },
  Message = {
    relabel = { about = "Adds and removes labels.",
                params = with("changes agentmail.Relabel", CALL),
                returns = with("agentmail.UpdateMessageResponse? self", FAILS) },
    attachment = { about = "An attachment to `save` or `read`, without a request.",
                   params = { "attachment_id string" }, returns = { "agentmail.Download" } },
    raw = { about = "The message as it came, to `save` or `read`.",
            params = {}, returns = { "agentmail.Download" } },
  },
  Thread = {
    relabel = { about = "Adds and removes labels of all its messages.",
                params = with("changes agentmail.Relabel", CALL),
                returns = with("agentmail.UpdateThreadResponse? self", FAILS) },
    last_received = { about = "The newest message that came in; fetches the thread if need be. nil "
                        .. "alone when nothing came in.",
                      params = CALL, returns = with("agentmail.Message? message", DOUBTS) },
    attachment = { about = "An attachment to `save` or `read`, without a request.",
                   params = { "attachment_id string" }, returns = { "agentmail.Download" } },
  },
  Draft = {
    relabel = { about = "Adds and removes labels.",
                params = with("changes agentmail.Relabel", CALL),
                returns = with("agentmail.Draft? self", FAILS) },
    attachment = { about = "An attachment to `save` or `read`, without a request.",
                   params = { "attachment_id string" }, returns = { "agentmail.Download" } },
  },
  Pod = {},
  Download = {
    get = { about = "Asks the service what it knows of it: name, size, type, a link.",
            params = CALL, returns = with("agentmail.Download? self", FAILS) },
    save = { about = "Saves the bytes to a file, which appears only when all is there; or hands "
               .. "them to a function, chunk by chunk, once all is there. Follows a link, keeps "
               .. "the mode of a file that it replaces, and refuses what is no regular file.",
             params = with("to string|fun(chunk: string)", CALL),
             returns = with("string|true|nil path", FAILS) },
    save_in = { about = "Saves the bytes into a folder, under a safe form of the file's own name, "
                  .. "and never over another file: `a.pdf`, `a (2).pdf`. Answers the path.",
                params = with("folder string", CALL), returns = with("string? path", FAILS) },
    read = { about = "The bytes as a string.", params = CALL,
             returns = with("string? bytes", FAILS) },
  },
  Page = {
    next = { about = "The next page with the same filters. After the last one: nil and a message, "
               .. "without a failure.",
             params = {}, returns = with("agentmail.Page? page", FAILS) },
    each = { about = "A loop over this page and all after it. Raises when a page cannot be had.",
             params = { "settings? agentmail.Loop" }, returns = { "fun(): table? iterator" } },
  },
  Watcher = {
    close = { about = "Ends the loop. What was handed out last is done only if the loop has asked "
                .. "for the next one.", params = {}, returns = {} },
  },
  Failure = {
    retry = { about = "Repeats the same call: same key, same bytes. Answers what the call answers.",
              params = { "how? agentmail.Retry" }, returns = with("any value", FAILS) },
  },
}

--- The functions of the module, in the same form.
local functions = {
  new = { about = "Makes a client. No request is made, and no API key is needed before the first "
            .. "call.",
          params = { "options? agentmail.Options" }, returns = { "agentmail.Client" } },
  key = { about = "One key of several ids, the same parts always giving the same key.",
          params = { "... string|integer" }, returns = { "string" } },
  uuid = { about = "A random UUID, version 4.", params = {}, returns = { "string" } },
  array = { about = "Marks a table as a list: `[]` when it is empty, where no type says so.",
            params = { "list? table" }, returns = { "table" } },
  sleep = { about = "Sleeps; Ctrl-C and a host's hooks still work.", params = { "seconds number" },
            returns = {} },
  explain = { about = "A failure as a paragraph for a person: what was tried, what is known, what "
                .. "to do next.",
              params = { "failure agentmail.Failure" }, returns = { "string" } },
  verify_webhook = { about = "Whether a webhook is genuine, and its event as data.",
                     params = { WEBHOOK }, returns = with("agentmail.Event? event", DOUBTS) },
}

--- The other members of the module: LuaCATS type, what it is.
local values = {
  null = { "agentmail.Null", "JSON's null: clears a field." },
  limits = { "agentmail.Limit[]", "What can be limited, with defaults and bounds." },
  _VERSION = { "string", "The library and its version." },
}

--- The same for collections.
local WATCHES = { "agentmail.Watcher watcher", "nil", "nil", "agentmail.Watcher to_close" }

local composed = {
  inboxes = {
    watch = { about = "The same as `inbox.messages:watch` for several `inboxes`: oldest first "
                .. "within each, and each in its turn.",
              params = with("wanted agentmail.Watched", CALL), returns = WATCHES },
  },
  ["inboxes.messages"] = {
    wait = { about = "Waits for a mail that comes in from now on, or after `after`: a time, a "
               .. "message, or a page of messages. Returns the first that matches, complete. After "
               .. "`timeout` seconds (60) it is a failure with code `timeout`, whose `retry()` "
               .. "goes on waiting.",
             params = with("wanted? agentmail.Wanted", CALL),
             returns = with("agentmail.Message? message", FAILS) },
    watch = { about = "A loop over the mail that comes in, oldest first, each once and complete. "
                .. "Failures that may pass are waited out; others raise.",
              params = with("wanted? agentmail.Watched", CALL), returns = WATCHES },
  },
}

return {
  chapters = chapters, operations = operations, fields = fields, protections = protections,
  methods = methods, composed = composed, functions = functions, values = values,
}
