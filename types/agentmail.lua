-- SPDX-License-Identifier: MIT
---@meta agentmail
-- Written by `make types`. For lua-language-server: put the folder into "workspace.library".

--- JSON's null: clears a field.
---@class agentmail.Null: lightuserdata

--- Seconds since 1970 as os.time() gives them, or text like "2026-08-31T12:00:00Z".
---@alias agentmail.Date number|string

---@alias agentmail.Metadatum string|number|boolean

--- What the outbox knows of a mail.
---@alias agentmail.OutboxState "waiting"|"sending"|"doubtful"|"drafted"|"sent"|"refused"
---| "cancelled"|"key_taken"|"unknown"

--- An array, and a set by lower-case name: `labels.unread`.
---@class agentmail.Labels
---@field [integer] string
---@field [string] boolean

--- What can be limited. Times are seconds.
---@class agentmail.Limit
---@field name string
---@field default number
---@field least number
---@field most number
---@field unit "seconds"|"bytes"|"count"
---@field about string

---@class agentmail
---@field _VERSION string The library's name and version.
---@field coroutine table Lua's `coroutine`, with coroutines in which the waits of this library yield as in the task that resumes them.
---@field limits agentmail.Limit[] All limits, with defaults and bounds.
---@field null agentmail.Null JSON's null: clears a field.
---@field on_error false|fun(task: agentmail.Task, message: any) Set it to a function: it gets the errors of tasks outside of `run` that nobody joins. Without it, `step` raises them.
local agentmail = {}

--- Calls all functions of a table at once. Results and failures have the names of the functions.
---@param functions table<any, fun(): any, any, any>
---@return table results
---@return table failures
function agentmail.all(functions) end

--- Marks a table as a list: an empty one becomes `[]` where no type says so.
---@param list? table
---@return table
function agentmail.array(list) end

--- A failure as a readable paragraph: what was tried, what is known, what to do next.
---@param failure agentmail.Failure
---@return string
function agentmail.explain(failure) end

--- One key from several ids; the same parts always give the same key.
---@param ... string|integer
---@return string
function agentmail.key(...) end

--- Calls `fn(item, index)` once for each item of a list or an iterator, for at most `most` items at once. If `fn` returns nil and a message, the failure is its third result, or that message.
---@param items any[]|fun(): any
---@param most integer
---@param fn fun(item: any, index: integer): any, any, any
---@return table results
---@return table failures
function agentmail.map(items, most, fn) end

--- Creates a client. It sends no request, and needs no API key before the first call.
---@param options? agentmail.Options
---@return agentmail.Client
function agentmail.new(options) end

--- The descriptor to watch for reading, in a host's loop. It becomes readable when `agentmail.step` has something to do, also by the time alone.
---@return integer
function agentmail.pollfd() end

--- Runs a function as a task, until it and all tasks spawned in it have ended; returns its results. An error of any of them cancels the others, and is raised.
---@param fn fun(...): any
---@param ... any
---@return any ...
function agentmail.run(fn, ...) end

--- Sleeps; Ctrl-C and a host's hooks still work.
---@param seconds number
function agentmail.sleep(seconds) end

--- Makes a task of a function. It begins with the next step.
---@param fn fun(...): any
---@param ... any
---@return agentmail.Task
function agentmail.spawn(fn, ...) end

--- Does what can be done now for calls and tasks, and never blocks. Returns how many tasks are unfinished.
---@param seconds? number
---@return integer unfinished
function agentmail.step(seconds) end

--- Seconds until `agentmail.step` has something to do without the descriptor; nil: never.
---@return number?
function agentmail.timeout() end

--- A random UUID, version 4.
---@return string
function agentmail.uuid() end

--- Verifies a webhook; returns its event as data.
---@param webhook agentmail.Incoming
---@return agentmail.Event? event
---@return string? message
---@return agentmail.Failure? failure
function agentmail.verify_webhook(webhook) end

--- Calls a function. All calls, sleeps and waits in it, and in tasks that it spawns, end after `seconds`: calls fail with code `timeout`, others raise.
---@param seconds number
---@param fn fun(...): any
---@param ... any
---@return any ...
function agentmail.within(seconds, fn, ...) end

---@class agentmail.Client
---@field accounts agentmail.accounts
---@field agent agentmail.agent
---@field api_keys agentmail.api_keys
---@field apps agentmail.apps
---@field auth agentmail.auth
---@field domains agentmail.domains
---@field drafts agentmail.drafts
---@field inboxes agentmail.inboxes
---@field lists agentmail.lists
---@field metrics agentmail.metrics
---@field organizations agentmail.organizations
---@field pods agentmail.pods
---@field providers agentmail.providers
---@field threads agentmail.threads
---@field webhooks agentmail.webhooks
---@field outbox? agentmail.Outbox with the option `outbox`
local Client = {}

--- Ends calls in flight and wipes the credentials. May be called twice.
function Client:close() end

--- True after `close`.
---@return boolean
function Client:closed() end

--- An inbox to call methods on, without a request.
---@param inbox_id string
---@return agentmail.Inbox.Methods
function Client:inbox(inbox_id) end

--- The failures of calls that an error interrupted, such as Ctrl-C or a hook of the host; each is returned once. The last 64 are kept; calls that ended by themselves are not included.
---@return agentmail.Failure[] failures
function Client:interrupted() end

--- A pod to call methods on, without a request.
---@param pod_id string
---@return agentmail.Pod.Methods
function Client:pod(pod_id) end

--- Any request to the service, for features newer than this library. The answer is plain data, unless `returns` names a model: JSON is its value (null is `agentmail.null`, and `true` for a DELETE), an empty one is `true`; other bytes are accepted for a read, or if an `Accept` in `headers` asks for them.
---@param arguments agentmail.GenericRequest
---@param options? agentmail.CallOptions
---@return any value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Client:request(arguments, options) end

--- Verifies a webhook; returns its event, with objects that have methods. Pass `headers` and `body` as received.
---@param webhook agentmail.Incoming
---@return agentmail.Event? event
---@return string? message
---@return agentmail.Failure? failure
function Client:verify_webhook(webhook) end

--- Limits of a call. Times are seconds.
---@class agentmail.CallLimits
---@field attempts? integer tries of one call, the first included; default 8
---@field deadline? number one whole call: queue, DNS, TLS, body, every attempt and every back-off; default 120
---@field attempt_timeout? number one attempt, plus the time its body takes at upload_rate; default 30
---@field upload_rate? integer bytes per second; the size of a body divided by this is added to attempt_timeout; default 65536
---@field connect_timeout? number DNS, TCP and TLS together; default 10
---@field backoff_base? number upper bound of the first back-off; default 0.25
---@field backoff_cap? number upper bound of every back-off; default 20
---@field conflict_wait? number waiting for an Idempotency-Key that is still in progress; default 120
---@field budget_tokens? integer retry budget of one host, when full; default 60
---@field budget_timeout_cost? integer tokens that a retry after a timeout takes; default 10
---@field budget_cost? integer tokens that any other retry takes; default 5
---@field budget_refund? integer tokens that a success gives back; default 1
---@field budget_refill? number time in which a token comes back by itself; default 2
---@field redirects? integer redirects followed by one read, same origin only; default 5
---@field request_bytes? integer one request body; default 6000000
---@field response_bytes? integer one response body, decompressed; default 16777216
---@field download_bytes? integer one response body that is saved to a file; default 1073741824
---@field header_bytes? integer all headers of one answer, 1xx responses before it included; default 65536
---@field header_count? integer header lines of one answer, 1xx responses before it included; default 200
---@field connection_age? number idle time after which a connection is not used again; default 55
---@field poll_base? number first pause of a wait for mail; default 0.5
---@field poll_cap? number longest pause of a wait for mail; default 5
---@field watch_slack? number how long after a newer mail a list may show a mail, for wait and watch to find it; default 60
---@field pages? integer pages fetched by one iterator; default 10000

--- Limits of a client.
---@class agentmail.Limits: agentmail.CallLimits
---@field queue_length? integer unfinished calls of one client; default 1024
---@field connections? integer requests of one client on the wire at once; default 8
---@field outbox_blind? number how long the key alone is trusted before the outbox looks for the mail; default 10
---@field outbox_horizon? number how long after its last byte a request may still be at work; default 120
---@field outbox_grace? number time within which a list shows a mail that was sent; default 60
---@field outbox_wait? number waiting for another process to finish its write to the outbox; default 5
---@field json_depth? integer nesting of JSON, both ways; default 100

---@class agentmail.Attachment.Outgoing
---@field path? string a file; its name is the filename, unless there is another
---@field data? string bytes
---@field content? string base64
---@field url? string where the service fetches it
---@field filename? string
---@field content_type? string default: what the filename suggests, of a path or data
---@field content_disposition? "inline"|"attachment"
---@field content_id? string

--- the argument of on_attempt; holds neither body nor credential
---@class agentmail.AttemptEvent
---@field event "attempt"|"resend"|"answer"|"wait"|"done"|"recorded"|"look"|"settled"
---@field operation string "inboxes.messages.send"
---@field at number seconds since the call began
---@field attempt integer how often the request was sent so far; a resend is by libcurl itself
---@field try integer how often the library began to send it
---@field status? integer of an answer
---@field code? string why an answer, or the call, is not a success
---@field delay? number the length of a wait in seconds
---@field reason? string of a wait, and of the end
---@field outcome? "applied"|"not_applied"|"unknown" of the end
---@field state? agentmail.OutboxState of the outbox, in its events

--- plain data
---@class agentmail.Bookmark.Stored
---@field newest? string when the newest mail done came in
---@field after? string mail from before this time is not returned any more
---@field ids table<string, string> id → its time, of the mails done since `after`; at most 2,000

--- these, and limits by name
---@class agentmail.CallOptions: agentmail.CallLimits
---@field headers? table<string, string> sent with this request, in addition to the client's
---@field on_attempt? fun(event: agentmail.AttemptEvent) instead of the client's
---@field on_progress? fun(done: integer, total: integer?) bytes sent; without a body, received
---@field raw? boolean the receipt, or the failure, gets the `response`
---@field idempotency_key? string|false of a send: your own key, or false for none
---@field caused_at? number|false with an outbox: time of the mail's cause; false: unknown
---@field on_conflict? "error"|"first" with an outbox: instead of the client's

---@class agentmail.Cause
---@field code string the service's, or ours
---@field status? integer the HTTP status
---@field message? string the service's words

--- an attachment, or a raw message
---@class agentmail.Download
---@field attachment_id? string
---@field message_id? string of a raw message
---@field filename? string this and the fields below: after :get()
---@field size? integer
---@field content_type? string
---@field download_url? string a signed link, good without the API key
---@field expires_at? string when the link expires
local Download = {}

--- Asks the service for its details: name, size, type, a link.
---@param options? agentmail.CallOptions
---@return agentmail.Download? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:get(options) end

--- The bytes as a string.
---@param options? agentmail.CallOptions
---@return string? bytes
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:read(options) end

--- Saves the bytes to a file, which appears only when complete; or passes them to a function, chunk by chunk, once complete. Follows a link, keeps the mode of a file that it replaces, and accepts only regular files.
---@param to string|fun(chunk: string)
---@param options? agentmail.CallOptions
---@return string|true|nil path
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:save(to, options) end

--- Saves the bytes into a folder, under a safe form of the file's own name, and never replaces a file: `a.pdf`, `a (2).pdf`. Returns the path.
---@param folder string
---@param options? agentmail.CallOptions
---@return string? path
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:save_in(folder, options) end

--- the argument of `dry`; holds neither body nor credential
---@class agentmail.DryRequest
---@field operation string "inboxes.messages.send"
---@field method string "POST"
---@field path string without the query, percent-encoded
---@field recipients string[] to, cc and bcc of the request, or of the draft that it sends
---@field size integer of the body in bytes
---@field idempotency_key? string

---@class agentmail.Failure
---@field operation string "inboxes.messages.send"
---@field protection? string what makes a repeat of the operation harmless, or "none"
---@field outcome "applied"|"not_applied"|"unknown" what is known about its effect
---@field code agentmail.Code|string the service's code, or ours (timeout, network, closed, …)
---@field status? integer the HTTP status of the last answer
---@field message? string the service's words, or the transport's
---@field fix? string the service's advice
---@field docs? string a link to the service's explanation
---@field etag? string of precondition_failed: the current etag, if it is known
---@field errors? table the invalid fields: { path =, message = } each
---@field request_id? string the service's id of the last attempt
---@field reason? string why it was not tried again
---@field cause? agentmail.Cause how the last attempt failed, if that is not why the call ended
---@field retryable boolean failure:retry() may help, and does no harm
---@field not_before? number seconds before which a retry cannot help
---@field attempts integer how often the request was sent
---@field elapsed number seconds
---@field idempotency_key? string the key that it was sent under
---@field client_id? string when the library made it
---@field state? agentmail.OutboxState with an outbox: the state in its record; nil: there is none
---@field pending? boolean with an outbox: whether it can continue with the mail
---@field first? agentmail.FirstMail of key_reused with an outbox: the mail that has the key
---@field response? agentmail.Response of a call with the option raw
---@field dry? boolean true: a dry run made it up, and nothing was sent
local Failure = {}

--- Repeats the same call: same key, same bytes. Returns what the call returns.
---@param how? agentmail.Retry
---@return any value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Failure:retry(how) end

--- the mail that has the key
---@class agentmail.FirstMail
---@field state agentmail.OutboxState
---@field inbox_id string
---@field message_id? string
---@field thread_id? string
---@field created_at number seconds since 1970

---@class agentmail.GenericRequest
---@field method? "GET"|"POST"|"PUT"|"PATCH"|"DELETE" default: GET
---@field path string "/v0/widgets/7", percent-encoded
---@field query? table<string, any> a list is sent as one JSON array
---@field body? string|table a table is sent as JSON
---@field protection? string whether it may be repeated; default: by the method
---@field idempotency_key? string protects it; generated when the protection needs one
---@field inbox_id? string with a key and an outbox: the POST is recorded as a mail of it
---@field headers? table<string, string>
---@field content_type? string of the body; default: application/json
---@field returns? string a model's name: the answer becomes its object

--- a webhook, as it arrived
---@class agentmail.Incoming
---@field secret string the webhook's: "whsec_…"
---@field headers table<string, string|string[]> names in any case
---@field body string the raw bytes
---@field now? number seconds since 1970; default: this machine's clock
---@field tolerance? number seconds that the webhook's time may differ; default 300

--- settings of a loop over a list
---@class agentmail.Loop
---@field max? integer the most items in total
---@field full? boolean fetches the complete state of each item, a few at once

---@class agentmail.Options
---@field api_key? string|fun():string default: $AGENTMAIL_API_KEY; a function is asked per call
---@field environment? "production"|"eu"|"x402"|"mpp" a service by name, instead of base_url
---@field base_url? string default: $AGENTMAIL_BASE_URL, else the region of the key
---@field checks? boolean false: no checks before the network, unknown fields pass as they are
---@field limits? agentmail.Limits see the guide's table; each has a default
---@field on_attempt? fun(event: agentmail.AttemptEvent) sees every attempt, wait and decision
---@field headers? table<string, string> sent with every request
---@field user_agent? string default: agentmail-lua and its version
---@field ca_file? string certificates to trust, in one file; default: those that curl trusts
---@field ca_dir? string the same, as a directory of hashed names; either replaces the default
---@field proxy? string "" for none; default: the environment's, but not for loopback
---@field http2? boolean HTTP/2 over TLS if offered; default: HTTP/1.1
---@field outbox? string|agentmail.OutboxOptions a file that records each mail before it is sent
---@field dry? boolean|fun(request: agentmail.DryRequest) sends reads, only reports writes

--- the record of a client's sends
---@class agentmail.Outbox
local Outbox = {}

--- Rows, the oldest first, at most 100 unless `limit` says otherwise. Pass the list's field `after` to get the next ones.
---@param what? { state: agentmail.OutboxState?, after: integer?, limit: integer? }
---@return agentmail.OutboxRow[]? rows
---@return string? message
---@return agentmail.Failure? failure
function Outbox:list(what) end

--- A row; only nil if there is none.
---@param key string
---@param inbox_id string
---@return agentmail.OutboxRow? row
---@return string? message
---@return agentmail.Failure? failure
function Outbox:get(key, inbox_id) end

--- The label of a mail. The five sends add it; for `client:request`, add it to the labels in the body yourself.
---@param key string
---@param inbox_id string
---@return string label
function Outbox:label(key, inbox_id) end

--- Deletes rows that finished `older_than` seconds ago or earlier, at least 25 h. Returns how many.
---@param what { older_than: number }
---@return integer? count
---@return string? message
---@return agentmail.Failure? failure
function Outbox:prune(what) end

--- Continues with the mails that are due, at most 1,000 unless `limit` says otherwise, and reports them. It does not sleep until others are due: `next_due` says when to call it again.
---@param how? { deadline: number?, limit: integer? }
---@return agentmail.OutboxReport? report
---@return string? message
---@return agentmail.Failure? failure
function Outbox:resume(how) end

--- of the outbox of a client
---@class agentmail.OutboxOptions
---@field path string
---@field on_conflict? "error"|"first" other bytes under a key: fail (default), or use the first
---@field after_expiry? "unknown"|"resend" if a key is too old, and the mail is not found
---@field keyed? boolean false: the service ignores Idempotency-Key; mail is sent as a draft
---@field label? boolean false: mail gets no label, so it cannot be looked for
---@field clock? fun():number seconds since 1970, for decisions; default: the system's clocks

--- also an array of the rows that it settled
---@class agentmail.OutboxReport
---@field sent integer
---@field waiting integer
---@field doubtful integer
---@field refused integer
---@field unknown integer
---@field key_taken integer
---@field next_due? number seconds until the next call of resume; nil: nothing is left to do

--- plain data; the times are seconds since 1970
---@class agentmail.OutboxRow
---@field inbox_id string
---@field key string
---@field state agentmail.OutboxState
---@field outcome "applied"|"not_applied"|"unknown"
---@field pending boolean the outbox can continue with it
---@field operation string
---@field label? string of the mail
---@field reason? string code of the last failure
---@field status? integer HTTP, of the last answer
---@field tries integer sends begun
---@field message_id? string
---@field thread_id? string
---@field draft_id? string
---@field created_at number seconds since 1970, as all times here
---@field settled_at? number
---@field due_at? number
---@field caused_at? number
local OutboxRow = {}

--- Withdraws a mail that is proven unsent.
---@return true? done
---@return string? message
---@return agentmail.Failure? failure
function OutboxRow:cancel() end

--- Records what a person found out about a mail. After "not_sent" its key can be used again.
---@param found "sent"|"not_sent"
---@return true? done
---@return string? message
---@return agentmail.Failure? failure
function OutboxRow:resolve(found) end

--- an array of the list's items
---@class agentmail.Page
---@field count? integer items on this page, as the service counts them
---@field limit? integer items that a page can have
---@field next_page_token? string nil on the last page
local Page = {}

--- A loop over this page and all later ones. Raises if a fetch fails.
---@param settings? agentmail.Loop
---@return fun(): table? iterator
function Page:each(settings) end

--- The next page with the same filters. After the last one: nil and a message, without a failure.
---@return agentmail.Page? page
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Page:next() end

---@class agentmail.Receipt
---@field outcome "applied"|"not_applied" not_applied: of a dry run
---@field attempts integer how often the request was sent
---@field elapsed number seconds
---@field status? integer the HTTP status
---@field request_id? string the service's id of the last attempt
---@field idempotency_key? string the key that it was sent under
---@field client_id? string when the library made it
---@field response? agentmail.Response of a call with the option raw
---@field state? string with an outbox: "sent"
---@field recorded? boolean with an outbox: the result is in the record
---@field dry? boolean true: a dry run made it up, and nothing was sent

--- either, or both
---@class agentmail.Relabel
---@field add? string|string[]
---@field remove? string|string[]

--- the service's answer, with the option raw and of client:request
---@class agentmail.Response
---@field status integer
---@field headers table<string, string> by name in lower case
---@field body string

---@class agentmail.Retry
---@field anyway? boolean retry even a call that may have been done; it may then be done twice

---@class agentmail.Task
---@field state "ready"|"waiting"|"done"|"failed"|"cancelled"
local Task = {}

--- The call that the task waits for ends with code `cancelled`; later calls, sleeps and waits in it raise.
function Task:cancel() end

--- Waits for the end of the task. Returns what its function returned, or raises its error.
---@return any ...
function Task:join() end

--- the filters of messages:list, and these
---@class agentmail.Wanted
---@field inbox_id? string needed only when the collection has no inbox
---@field from? string|string[] parts of the sender, all of which must match
---@field to? string|string[] parts of recipients
---@field subject? string|string[] parts of the subject
---@field labels? string|string[] it must have all; `sent` implies sent = true
---@field sent? boolean true: mail that the inbox sent counts, too
---@field include_spam? boolean also mail with this label
---@field include_blocked? boolean likewise
---@field include_unauthenticated? boolean likewise
---@field include_trash? boolean likewise
---@field after? agentmail.Date|table a time, a message, a page of them; default: from now on
---@field timeout? number seconds to wait in total; default 60
---@field interval? number first pause between looks; default: limit poll_base

--- the filters of messages:list, and these
---@class agentmail.Watched
---@field inbox_id? string needed only when the collection has no inbox
---@field inboxes? table of client.inboxes:watch: ids, or inboxes
---@field from? string|string[] parts of the sender, all of which must match
---@field to? string|string[] parts of recipients
---@field subject? string|string[] parts of the subject
---@field labels? string|string[] it must have all; `sent` implies sent = true
---@field sent? boolean true: mail that the inbox sent counts, too
---@field include_spam? boolean also mail with this label
---@field include_blocked? boolean likewise
---@field include_unauthenticated? boolean likewise
---@field include_trash? boolean likewise
---@field after? "now"|agentmail.Date|table a time, a message, a page of them; default: "now"
---@field state? table a watcher's stored `state`; takes precedence over `after`
---@field timeout? number seconds after which no look begins; default: none
---@field on_failure? fun(message: string, failure: agentmail.Failure) sees retryable failures

---@class agentmail.Watcher
---@field state table<string, agentmail.Bookmark.Stored> the mail done, by inbox_id: plain data
---@overload fun(): agentmail.Message?
local Watcher = {}

--- Ends the loop. The last item counts as done only if the loop has asked for the next one.
function Watcher:close() end

return agentmail
