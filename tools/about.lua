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
  { "calendar", "Calendars", "Each inbox has one calendar. `inbox.calendar:get()` returns its "
    .. "settings, `inbox.calendar.events` holds its events. Events that a call returns are objects "
    .. "with the `etag` of their state; those of lists and agendas have none, so an update of one "
    .. "is not protected until `event:get()` has fetched it." },
  { "webhooks", "Webhooks", "URLs that the service reports events to." },
  { "polling", "Polling webhooks", "Events that wait at Svix, the service's provider of webhooks, "
    .. "until they are fetched there with a token." },
  { "pods", "Pods", "A pod keeps the inboxes of one customer apart from those of the others." },
  { "domains", "Domains", "Your own domains, to send from and receive at." },
  { "lists", "Allow and block lists", "Addresses and domains that may, or may not, write or be "
    .. "written to. The list of an inbox has priority over its pod's, and that over yours." },
  { "api_keys", "API keys", "Keys with all permissions of their scope, or only the named ones." },
  { "metrics", "Metrics", "Counts over time." },
  { "organizations", "Your organization", "The account that owns everything else." },
  { "auth", "Your key", "The owner of the API key." },
  { "agent", "Sign-up", "Lets a program create its own account." },
  { "accounts", "Accounts", "The apps that your inboxes are signed in to." },
  { "apps", "Apps", "Services that an inbox can sign in to. An `app_id` is an id or, for apps of "
    .. "the catalog, a slug; slugs can change, so keep the id." },
  { "providers", "Providers", "What apps were called before; deprecated." },
}

--- What each operation does, by chapter and method. `$` is "of the pod", "of the inbox" or nothing.
local operations = {
  ["inboxes.list"]      = "The inboxes $, newest first.",
  ["inboxes.search"]    = "The inboxes $ with a word in address or name that starts with `q`.",
  ["inboxes.create"]    = "Creates an inbox. Without a username, the service generates one.",
  ["inboxes.get"]       = "One inbox.",
  ["inboxes.update"]    = "Changes display name, metadata or status; other fields stay.",
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
  ["messages.create_agent_armor_feedback"] = "Tells the service whether its scan of a message was "
    .. "right.",
  ["messages.release_agent_armor_message"] = "Releases a message that the scan holds back.",
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
  ["calendar.get"]      = "The calendar: its timezone, its number of events.",
  ["calendar.update"]   = "Changes the timezone.",
  ["calendar.list_events"] = "The events and series, last changed first, cancelled ones included.",
  ["calendar.get_agenda"] = "What happens from `after` to `before`, in order of time: each date of "
    .. "a series is an item, cancelled ones are left out.",
  ["calendar.create_event"] = "Creates an event or a series. The answer holds it as `event`.",
  ["calendar.get_event"] = "One event, series, or date of a series.",
  ["calendar.update_event"] = "Changes the named fields; `agentmail.null` clears a field. An "
    .. "object then has the new state.",
  ["calendar.delete_event"] = "Deletes an event or series, which takes a moment; cancels a date of "
    .. "a series.",
  ["calendar.list_event_instances"] = "The dates of a series, in order of time.",
  ["calendar.respond_to_event"] = "Accepts or declines an invitation. An object then has the new "
    .. "state.",
  ["polling.list"]      = "The polling webhooks $ that were created here, newest first.",
  ["polling.create"]    = "Creates a polling webhook. `token` in the answer fetches its events.",
  ["polling.get"]       = "One polling webhook, without its token.",
  ["polling.delete"]    = "Deletes a polling webhook; its token stops.",
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
  ["metrics.query_rates"] = "The share of recipients that bounced or complained, by kind and "
    .. "period, each over the window before it.",
  ["organizations.get"] = "The organization, its limits and their usage.",
  ["auth.me"]           = "The scope of the API key in use.",
  ["agent.sign_up"]     = "Creates an account with inbox and key, and mails a code to a human. "
    .. "Without `human_email`, the inbox only receives, until `attach_human`.",
  ["agent.verify"]      = "Submits the code that the human received.",
  ["agent.attach_human"] = "Names the human of an account that signed up, and mails a code. The "
    .. "same address again keeps key and code, and gets a new code if that has expired.",
  ["accounts.list"]     = "The accounts $, newest first.",
  ["accounts.get"]      = "One account.",
  ["accounts.update"]   = "Disables sign-ins of an account, or enables them again.",
  ["apps.list"]         = "The apps of the catalog, most popular first.",
  ["apps.search"]       = "The apps whose name starts so.",
  ["apps.get"]          = "One app.",
  ["apps.connect"]      = "Starts to sign an inbox in: open `magic_url` in the place to sign in, "
    .. "then `api_keys:get(api_key_id)` until its status is `active`.",
  ["apps.list_accounts"] = "The accounts at one app, last sign-in first.",
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
  rate_types = "which kinds", window = "seconds, a multiple of `period`; default: a day",
  ["metrics.query_rates.limit"] = "periods", category = "only apps of this one",
  ["metrics.query_rates.period"] = "seconds, 60 to 86400; default: 3600",
  status = "", ["inboxes.create.status"] = "`paused`: neither sends nor receives",
  ["inboxes.update.status"] = "`paused`: neither sends nor receives",
  ["accounts.update.status"] = "whether it may sign in",
  feedback = "what you think of the scan", notes = "2048 characters at most",
  ["messages.release_agent_armor_message.reason"] = "why; 2048 characters at most",
  consistency = "`primary`: the newest state; default: `eventual`, which may lag seconds",
  ["calendar.get_agenda.after"] = "default: now", ["calendar.get_agenda.before"] = "default: 90 "
    .. "days after `after`; 366 at most",
  ["calendar.list_event_instances.after"] = "default: now",
  ["calendar.list_event_instances.before"] = "default: 90 days after `after`; 366 at most",
  include_overlapping = "also what began before `after`; default: true",
  mode = "of a date of a series: only it (`single`, the default), or all from it on (`future`)",
  title = "1000 characters at most", description = "65536 bytes at most; not in lists",
  location = "1024 characters at most", all_day = "start and end are dates",
  ["calendar.create_event.metadata"] = "any JSON, 16384 bytes at most",
  ["calendar.update_event.metadata"] = "any JSON, 16384 bytes at most",
  ["calendar.create_event.client_id"] = "your own id: the same id never creates a second, and is "
    .. "refused with another body; `false` for none",
  ["calendar.create_event.start"] = "wall time, `2026-10-15T09:00:00`; a date if all day",
  ["calendar.create_event.end"] = "the same; a last day is included. `end_` is an alias",
  ["calendar.update_event.start"] = "wall time; for an event or series, together with the end",
  ["calendar.update_event.end"] = "wall time. `end_` is an alias",
  timezone = "IANA name, `Europe/Berlin`; default: the calendar's",
  duration_mode = "how long it takes where clocks change: by the wall (`nominal`) or `exact`",
  recurrence = "makes it a series", attendees = "100 at most; a list replaces the old one",
  send_invites = "mails the attendees; default: false",
  comment = "4096 bytes at most", send_reply = "mails the organizer; default: true",
  ["calendar.respond_to_event.status"] = "the response",
  ["polling.create.client_id"] = "your own id, under which it can be fetched, too",
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
  human_email = "who gets the code", ["agent.sign_up.human_email"] = "who gets the code; without, "
    .. "nobody can recover a lost key", source = "", referrer = "", otp_code = "six digits",
  ["api_keys.create.client_id"] = "for a public key: registering it again creates no second",
  ["api_keys.create.expires_at"] = "when it ends; default: with the key that creates it",
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
    "Carries the `etag` of what it changes, by default the one that the object was read with: "
    .. "another state is refused with `precondition_failed`. If a repeat is refused so, the "
    .. "library reads the object and compares. Without an etag (`if_match = false`, or an item of "
    .. "a list) it is `none` if it mails people, else `idempotent`." },
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
    event = { about = "An event of the inbox's calendar " .. HANDLE,
              params = { "event_id string" }, returns = { "agentmail.CalendarEvent.Methods" } },
    pause = { about = "Stops the inbox: it sends nothing, and incoming mail is dropped silently.",
              params = CALL, returns = with("agentmail.Inbox? self", FAILS) },
    resume = { about = "Lets a paused inbox send and receive again.",
               params = CALL, returns = with("agentmail.Inbox? self", FAILS) },
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
  Calendar = {},
  CalendarEvent = {},
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
  Task = {
    join = { about = "Waits for the end of the task. Returns what its function returned, or raises "
               .. "its error.", params = {}, returns = { "any ..." } },
    cancel = { about = "The call that the task waits for ends with code `cancelled`; later calls, "
                 .. "sleeps and waits in it raise.", params = {}, returns = {} },
  },
  Outbox = {
    resume = { about = "Continues with the mails that are due, at most 1,000 unless `limit` says "
                 .. "otherwise, and reports them. It does not sleep until others are due: "
                 .. "`next_due` says when to call it again.",
               params = { "how? { deadline: number?, limit: integer? }" },
               returns = with("agentmail.OutboxReport? report", DOUBTS) },
    list = { about = "Rows, the oldest first, at most 100 unless `limit` says otherwise. Pass the "
               .. "list's field `after` to get the next ones.",
             params = { "what? { state: agentmail.OutboxState?, after: integer?, "
                          .. "limit: integer? }" },
             returns = with("agentmail.OutboxRow[]? rows", DOUBTS) },
    get = { about = "A row; only nil if there is none.",
            params = { "key string", "inbox_id string" },
            returns = with("agentmail.OutboxRow? row", DOUBTS) },
    label = { about = "The label of a mail. The five sends add it; for `client:request`, add it "
                .. "to the labels in the body yourself.",
              params = { "key string", "inbox_id string" }, returns = { "string label" } },
    prune = { about = "Deletes rows that finished `older_than` seconds ago or earlier, at least "
                .. "25 h. Returns how many.",
              params = { "what { older_than: number }" },
              returns = with("integer? count", DOUBTS) },
  },
  OutboxRow = {
    cancel = { about = "Withdraws a mail that is proven unsent.", params = {},
               returns = with("true? done", DOUBTS) },
    resolve = { about = "Records what a person found out about a mail. After \"not_sent\" its key "
                  .. "can be used again.",
                params = { 'found "sent"|"not_sent"' }, returns = with("true? done", DOUBTS) },
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
  pollfd = { about = "The descriptor to watch for reading, in a host's loop. It becomes readable "
               .. "when `agentmail.step` has something to do, also by the time alone.",
             params = {}, returns = { "integer" } },
  timeout = { about = "Seconds until `agentmail.step` has something to do without the descriptor; "
                .. "nil: never.",
              params = {}, returns = { "number?" } },
  run = { about = "Runs a function as a task, until it and all tasks spawned in it have ended; "
            .. "returns its results. An error of any of them cancels the others, and is raised.",
          params = { "fn fun(...): any", "... any" }, returns = { "any ..." } },
  spawn = { about = "Makes a task of a function. It begins with the next step.",
            params = { "fn fun(...): any", "... any" }, returns = { "agentmail.Task" } },
  within = { about = "Calls a function. All calls, sleeps and waits in it, and in tasks that it "
               .. "spawns, end after `seconds`: calls fail with code `timeout`, others raise.",
             params = { "seconds number", "fn fun(...): any", "... any" },
             returns = { "any ..." } },
  map = { about = "Calls `fn(item, index)` once for each item of a list or an iterator, for at "
            .. "most `most` items at once. If `fn` returns nil and a "
            .. "message, the failure is its third result, or that message.",
          params = { "items any[]|fun(): any", "most integer",
                     "fn fun(item: any, index: integer): any, any, any" },
          returns = { "table results", "table failures" } },
  all = { about = "Calls all functions of a table at once. Results and failures have the names of "
            .. "the functions.",
          params = { "functions table<any, fun(): any, any, any>" },
          returns = { "table results", "table failures" } },
  step = { about = "Does what can be done now for calls and tasks, and never blocks. Returns how "
             .. "many tasks are unfinished.",
           params = { "seconds? number" }, returns = { "integer unfinished" } },
  explain = { about = "A failure as a readable paragraph: what was tried, what is known, what "
                .. "to do next.",
              params = { "failure agentmail.Failure" }, returns = { "string" } },
  verify_webhook = { about = "Verifies a webhook; returns its event as data.",
                     params = { WEBHOOK }, returns = with("agentmail.Event? event", DOUBTS) },
}

--- The other members of the module: LuaCATS type, what it is.
local values = {
  on_error = { "false|fun(task: agentmail.Task, message: any)", "Set it to a function: it "
                 .. "gets the errors of tasks outside of `run` that nobody joins. Without it, "
                 .. "`step` raises them." },
  coroutine = { "table", "Lua's `coroutine`, with coroutines in which the waits of this library "
                  .. "yield as in the task that resumes them." },
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
