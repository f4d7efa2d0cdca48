-- SPDX-License-Identifier: MIT
-- Descriptions for lua/agentmail/api/operations.lua: what each operation and field is for. Both
-- files together produce the reference and the type files; an operation without a description is an
-- error.

--- The chapters of the reference: the last word of a collection's name, title, what it holds.
local chapters = {
  { "inboxes", "Inboxes", "An address that sends and receives; its id is the address." },
  { "messages", "Messages", "What was received and sent. Lists carry no bodies: `message:get()` "
    .. "fetches them." },
  { "threads", "Threads", "Messages that reply to one another." },
  { "drafts", "Drafts", "Messages before they are sent. A draft can be sent once; sending it "
    .. "deletes it." },
  { "events", "Inbox events", "Which labels were added or removed, and when." },
  { "webhooks", "Webhooks", "URLs that the service reports events to." },
  { "pods", "Pods", "A pod keeps the inboxes of one customer apart from those of the others." },
  { "domains", "Domains", "Your own domains, to send from and receive at." },
  { "lists", "Allow and block lists", "Addresses and domains that may, or may not, write or be "
    .. "written to. The list of an inbox has priority over its pod's, and that over yours." },
  { "api_keys", "API keys", "Keys with all permissions of their scope, or only the named ones." },
  { "metrics", "Metrics", "Counts over time." },
  { "organizations", "Your organization", "The account that owns everything else." },
  { "auth", "Your key", "The owner of the API key." },
  { "agent", "Sign-up", "Lets a program create its own account." },
  { "accounts", "Accounts", "The services that your inboxes are signed in to." },
  { "providers", "Providers", "Services that an inbox can sign in to." },
}

--- What each operation does, by chapter and method. `$` is "of the pod", "of the inbox" or nothing.
local operations = {
  ["inboxes.list"]      = "The inboxes $, newest first.",
  ["inboxes.search"]    = "The inboxes $ where a word of address or display name starts so.",
  ["inboxes.create"]    = "Creates an inbox. Without a username, the service generates one.",
  ["inboxes.get"]       = "One inbox.",
  ["inboxes.update"]    = "Changes the display name or the metadata; other fields stay.",
  ["inboxes.delete"]    = "Deletes an inbox and all its mail.",
  ["inboxes.authorize"] = "Completes a sign-in that another service requested from this inbox.",
  ["messages.list"]     = "The messages of the inbox, newest first, without their bodies.",
  ["messages.search"]   = "The messages that match, best first; spam and trash are left out.",
  ["messages.send"]     = "Sends a new message.",
  ["messages.reply"]    = "Replies to a message: to its sender, unless recipients are given.",
  ["messages.reply_all"] = "Replies to everyone on a message.",
  ["messages.forward"]  = "Forwards a message, with its text and attachments.",
  ["messages.get"]      = "One message with its bodies.",
  ["messages.get_raw"]  = "A link to the message as received, with all headers.",
  ["messages.get_attachment"] = "A link to an attachment of the message.",
  ["messages.update"]   = "Adds and removes labels.",
  ["messages.delete"]   = "Deletes a message for good.",
  ["messages.batch_get"] = "Up to 500 messages at once, without bodies. Missing messages are "
    .. "left out: compare `count` with `limit`.",
  ["messages.batch_update"] = "Adds and removes labels of up to 50 messages, all or none. "
    .. "Missing messages are left out.",
  ["threads.list"]      = "The threads $, newest first.",
  ["threads.search"]    = "The threads $ that match, best first; spam and trash are left out.",
  ["threads.get"]       = "One thread with all its messages, oldest first.",
  ["threads.get_attachment"] = "A link to an attachment of the thread.",
  ["threads.update"]    = "Adds and removes labels of all its messages.",
  ["threads.delete"]    = "Deletes a thread and its messages for good.",
  ["drafts.list"]       = "The drafts $, last changed first, without their bodies.",
  ["drafts.get"]        = "One draft with its bodies.",
  ["drafts.get_attachment"] = "A link to an attachment of the draft.",
  ["drafts.create"]     = "Creates a draft: a new message, a reply (`in_reply_to`) or a forward "
    .. "(`forward_of`).",
  ["drafts.update"]     = "Changes the named fields; `agentmail.null` clears a field.",
  ["drafts.send"]       = "Sends the draft, and deletes it.",
  ["drafts.delete"]     = "Deletes a draft; if it was scheduled, it is not sent.",
  ["events.list"]       = "The label changes of the inbox, newest first.",
  ["webhooks.list"]     = "The webhooks $, newest first.",
  ["webhooks.create"]   = "Creates a webhook. `secret` in the answer verifies its deliveries.",
  ["webhooks.get"]      = "One webhook.",
  ["webhooks.update"]   = "Changes which events the webhook gets. The URL cannot be changed.",
  ["webhooks.delete"]   = "Deletes a webhook.",
  ["webhooks.get_headers"] = "The names of the headers that deliveries carry; never their values.",
  ["webhooks.update_headers"] = "Sets and removes headers that deliveries carry.",
  ["pods.list"]         = "The pods, newest first.",
  ["pods.create"]       = "Creates a pod.",
  ["pods.get"]          = "One pod.",
  ["pods.delete"]       = "Deletes a pod.",
  ["domains.list"]      = "The domains $, newest first.",
  ["domains.create"]    = "Registers a domain. Add the answer's `records` to its DNS.",
  ["domains.get"]       = "One domain, its status and its DNS records.",
  ["domains.get_zone_file"] = "The DNS records as a zone file, a string.",
  ["domains.get_setup_link"] = "A page where the DNS provider sets the records for you.",
  ["domains.update"]    = "Changes the settings of a domain.",
  ["domains.verify"]    = "Asks the service to check the DNS again.",
  ["domains.delete"]    = "Deletes a domain.",
  ["lists.list"]        = "The entries of one list, in alphabetical order.",
  ["lists.create"]      = "Adds an address or a domain to a list.",
  ["lists.get"]         = "One entry.",
  ["lists.delete"]      = "Removes an entry from a list.",
  ["api_keys.list"]     = "The keys $, newest first, without their secrets.",
  ["api_keys.create"]   = "Creates a bearer key, whose secret is shown only once; or registers a "
    .. "public key.",
  ["api_keys.get"]      = "One key, without its secret.",
  ["api_keys.update"]   = "Changes the name or the permissions.",
  ["api_keys.delete"]   = "Deletes a key, which then no longer works.",
  ["metrics.query_events"] = "Event counts, by event and period.",
  ["metrics.query_usage"]  = "Usage, by kind and period.",
  ["organizations.get"] = "The organization, its limits and their usage.",
  ["auth.me"]           = "The scope of the API key in use.",
  ["agent.sign_up"]     = "Creates an account with inbox and key, and mails a code to a human.",
  ["agent.verify"]      = "Submits the code that the human received.",
  ["accounts.list"]     = "The accounts, newest first.",
  ["accounts.get"]      = "One account.",
  ["providers.list"]    = "The providers.",
  ["providers.search"]  = "The providers that match.",
  ["providers.get"]     = "One provider.",
  ["providers.connect"] = "Starts to sign an inbox in: open `magic_url` in the place to sign in.",
  ["providers.list_accounts"] = "The accounts at one provider, last sign-in first.",
}

--- What fields are for: by name, or by chapter, method and name where that is not enough.
local fields = {
  limit = "items per page", page_token = "`next_page_token` of the previous page",
  ascending = "in ascending order", labels = "only items with all of these",
  before = "only older items", after = "only newer items",
  include_spam = "also items labelled `spam`",
  include_blocked = "also items labelled `blocked`",
  include_unauthenticated = "also items labelled `unauthenticated`",
  include_trash = "also items labelled `trash`",
  from = "parts of the sender, all of which must match",
  senders = "parts of senders, all of which must match",
  recipients = "parts of recipients, all of which must match",
  ["messages.list.to"] = "parts of recipients, all of which must match",
  ["messages.list.subject"] = "parts of the subject, all of which must match",
  ["threads.list.subject"] = "parts of the subject, all of which must match",
  q = "the search query", event_types = "which events",
  usage_types = "which kinds", start = "default: a day ago; at most 90 days",
  ["end"] = "default: now. `end_` is an alias",
  period = "seconds, 1 to 86400", descending = "newest first",
  ["metrics.query_events.limit"] = "periods", ["metrics.query_usage.limit"] = "periods",
  username = "the part before the @", domain = "the part after the @",
  ["domains.create.domain"] = "the domain's name",
  display_name = "the name shown to recipients",
  client_id = "your own id: the same id never creates a second; `false` for none",
  metadata = "strings, numbers and booleans by name, 256 at most",
  ["inboxes.update.metadata"] = "adds to the metadata; a null removes its key, "
    .. "`agentmail.null` as the value clears it all",
  auth_token = "from the request to sign in",
  accept_disclosure = "accepts the provider's disclosure",
  to = "recipients; 50 at most with cc and bcc", cc = "more recipients", bcc = "hidden recipients",
  reply_to = "where replies go", subject = "", text = "the body as text", html = "the body as HTML",
  attachments = "files and bytes to attach", headers = "additional headers by name",
  track_opens = "reports when it is opened; needs html and a domain with tracking",
  reply_all = "to everyone on the message; without to, cc and bcc",
  message_ids = "which messages", add_labels = "stored in lower case", remove_labels = "",
  in_reply_to = "the message to reply to; it sets subject and recipients",
  forward_of = "the message to forward", send_at = "when the service sends it",
  add_attachments = "each repeat would add them again: never repeated",
  remove_attachments = "ids of attachments", url = "https, reached by POST",
  inbox_ids = "only these inboxes", pod_ids = "only these pods", remove_headers = "names",
  add_inbox_ids = "", remove_inbox_ids = "", add_pod_ids = "", remove_pod_ids = "",
  name = "", permissions = "what it may do; default: all",
  public_key = "registers this key instead of creating a secret",
  type = "only keys of this type", entry = "an address or a domain",
  reason = "why; block lists only", feedback_enabled = "get bounces and complaints",
  subdomains_enabled = "use its subdomains too", tracking_enabled = "allow `track_opens`",
  allow_conflicting_provider = "even if another service has records there",
  human_email = "who gets the code", source = "", referrer = "", otp_code = "six digits",
  ["api_keys.create.client_id"] = "for a public key: registering it again creates no second",
  ["api_keys.create.expires_at"] = "when it ends; public keys only",
  ["agent.sign_up.username"] = "of the new inbox", inbox_id = "which inbox signs in",
  ["webhooks.create.headers"] = "that deliveries carry", ["webhooks.update_headers.headers"] = "",
  ["messages.send.labels"] = "put on the message", ["messages.reply.labels"] = "put on the message",
  ["messages.reply_all.labels"] = "put on the message",
  ["messages.forward.labels"] = "put on the message", ["drafts.create.labels"] = "put on the draft",
  ["webhooks.update.event_types"] = "replaces the old ones; `{}` keeps them",
}

--- The protections: word, what it means for the caller.
local protections = {
  { "safe", "a read, repeated freely",
    "A read. Repeated after any temporary failure; never `unknown`." },
  { "idempotent", "repeated freely",
    "Doing it twice has the effect of doing it once. Repeated after any temporary failure." },
  { "client_id", "repeated under its `client_id`",
    "Carries a `client_id`, yours or a generated one, under which the service creates it once. "
    .. "Repeated with the same one; `client_id = false` sends it without one, and only once." },
  { "idempotency_key", "repeated under its `Idempotency-Key`",
    "Carries an `Idempotency-Key`, yours or a generated one, under which the service sends once. "
    .. "Repeated with the same key and the same bytes; `idempotency_key = false` sends it without "
    .. "a key, and only once." },
  { "natural_key", "checked before it is repeated",
    "There can be only one of that name. If a repeat is refused because it exists, the library "
    .. "checks whether this call created it." },
  { "if_match", "repeated under its etag",
    "Carries the `etag` of what it changes, by default the one that the object was read with. If a "
    .. "repeat is refused because the object has changed, the library reads it and compares. "
    .. "Without an etag (`if_match = false`, or an object from a list) it is `none` if it sends "
    .. "mail, else `idempotent`." },
  { "none", "sent once, never repeated",
    "The service cannot tell a repeat from a second one. It is sent once; a lost answer is "
    .. "`unknown`." },
}

--- Methods that are not operations: by class, name, then `about`, `params` and `returns` in
--- LuaCATS. Only those that exist are printed, and each that exists must be listed here.
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
    close = { about = "Ends calls in flight and wipes the credentials. May be called twice.",
              params = {}, returns = {} },
    closed = { about = "True after `close`.", params = {}, returns = { "boolean" } },
    inbox = { about = "An inbox " .. HANDLE, params = { "inbox_id string" },
              returns = { "agentmail.Inbox.Methods" } },
    pod = { about = "A pod " .. HANDLE, params = { "pod_id string" },
            returns = { "agentmail.Pod.Methods" } },
    interrupted = { about = "The failures of calls that an error interrupted, such as Ctrl-C or a "
                      .. "hook of the host; each is returned once. The last 64 are kept; calls "
                      .. "that ended by themselves are not included.",
                    params = {}, returns = { "agentmail.Failure[] failures" } },
    request = { about = "Any request to the service, for features newer than this library. The "
                  .. "answer is plain data, unless `returns` names a model: JSON is its value "
                  .. "(null is `agentmail.null`, and `true` for a DELETE), an empty one is `true`; "
                  .. "other bytes are accepted for a read, or if an `Accept` in `headers` "
                  .. "asks for them.",
                params = with("arguments agentmail.GenericRequest", CALL),
                returns = with("any value", FAILS) },
    verify_webhook = { about = "Verifies a webhook; returns its event, with objects that have "
                         .. "methods. Pass `headers` and `body` as received.",
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
    raw = { about = "The message as received, to `save` or `read`.",
            params = {}, returns = { "agentmail.Download" } },
  },
  Thread = {
    relabel = { about = "Adds and removes labels of all its messages.",
                params = with("changes agentmail.Relabel", CALL),
                returns = with("agentmail.UpdateThreadResponse? self", FAILS) },
    last_received = { about = "The newest received message; fetches the thread if needed. Only "
                        .. "nil if none was received.",
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
    get = { about = "Asks the service for its details: name, size, type, a link.",
            params = CALL, returns = with("agentmail.Download? self", FAILS) },
    save = { about = "Saves the bytes to a file, which appears only when complete; or passes "
               .. "them to a function, chunk by chunk, once complete. Follows a link, keeps "
               .. "the mode of a file that it replaces, and accepts only regular files.",
             params = with("to string|fun(chunk: string)", CALL),
             returns = with("string|true|nil path", FAILS) },
    save_in = { about = "Saves the bytes into a folder, under a safe form of the file's own name, "
                  .. "and never replaces a file: `a.pdf`, `a (2).pdf`. Returns the path.",
                params = with("folder string", CALL), returns = with("string? path", FAILS) },
    read = { about = "The bytes as a string.", params = CALL,
             returns = with("string? bytes", FAILS) },
  },
  Page = {
    next = { about = "The next page with the same filters. After the last one: nil and a message, "
               .. "without a failure.",
             params = {}, returns = with("agentmail.Page? page", FAILS) },
    each = { about = "A loop over this page and all later ones. Raises if a fetch fails.",
             params = { "settings? agentmail.Loop" }, returns = { "fun(): table? iterator" } },
  },
  Watcher = {
    close = { about = "Ends the loop. The last item counts as done only if the loop has asked "
                .. "for the next one.", params = {}, returns = {} },
  },
  Failure = {
    retry = { about = "Repeats the same call: same key, same bytes. Returns what the call returns.",
              params = { "how? agentmail.Retry" }, returns = with("any value", FAILS) },
  },
}

--- The functions of the module, in the same form.
local functions = {
  new = { about = "Creates a client. It sends no request, and needs no API key before the first "
            .. "call.",
          params = { "options? agentmail.Options" }, returns = { "agentmail.Client" } },
  key = { about = "One key from several ids; the same parts always give the same key.",
          params = { "... string|integer" }, returns = { "string" } },
  uuid = { about = "A random UUID, version 4.", params = {}, returns = { "string" } },
  array = { about = "Marks a table as a list: an empty one becomes `[]` where no type says so.",
            params = { "list? table" }, returns = { "table" } },
  sleep = { about = "Sleeps; Ctrl-C and a host's hooks still work.", params = { "seconds number" },
            returns = {} },
  explain = { about = "A failure as a readable paragraph: what was tried, what is known, what "
                .. "to do next.",
              params = { "failure agentmail.Failure" }, returns = { "string" } },
  verify_webhook = { about = "Verifies a webhook; returns its event as data.",
                     params = { WEBHOOK }, returns = with("agentmail.Event? event", DOUBTS) },
}

--- The other members of the module: LuaCATS type, what it is.
local values = {
  null = { "agentmail.Null", "JSON's null: clears a field." },
  limits = { "agentmail.Limit[]", "All limits, with defaults and bounds." },
  _VERSION = { "string", "The library's name and version." },
}

--- The same for collections.
local WATCHES = { "agentmail.Watcher watcher", "nil", "nil", "agentmail.Watcher to_close" }

local composed = {
  inboxes = {
    watch = { about = "The same as `inbox.messages:watch` for several `inboxes`: oldest first "
                .. "within each, taking turns.",
              params = with("wanted agentmail.Watched", CALL), returns = WATCHES },
  },
  ["inboxes.messages"] = {
    wait = { about = "Waits for a mail that arrives from now on, or after `after`: a time, a "
               .. "message, or a page of messages. Returns the first that matches, complete. After "
               .. "`timeout` seconds (60) it returns a failure with code `timeout`; its `retry()` "
               .. "continues to wait.",
             params = with("wanted? agentmail.Wanted", CALL),
             returns = with("agentmail.Message? message", FAILS) },
    watch = { about = "A loop over incoming mail, oldest first, each once and complete. It "
                .. "waits out temporary failures; others raise.",
              params = with("wanted? agentmail.Watched", CALL), returns = WATCHES },
  },
}

return {
  chapters = chapters, operations = operations, fields = fields, protections = protections,
  methods = methods, composed = composed, functions = functions, values = values,
}
