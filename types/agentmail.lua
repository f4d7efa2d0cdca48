-- SPDX-License-Identifier: MIT
---@meta agentmail
-- Written by `make types`. For lua-language-server: put the folder into "workspace.library".

--- JSON's null: clears a field.
---@class agentmail.Null: lightuserdata

--- Seconds since 1970 as os.time() gives them, or text like "2026-08-31T12:00:00Z".
---@alias agentmail.Date number|string

---@alias agentmail.Metadatum string|number|boolean

---@class agentmail.Jwk
---@field kty string
---@field crv string
---@field x string
---@field y string

--- An array, and a set by lower-case name: `labels.unread`.
---@class agentmail.Labels
---@field [integer] string
---@field [string] boolean

--- How a loop over a list goes.
---@class agentmail.Loop
---@field max? integer items in all
---@field full? boolean fetches the complete state of each item

---@class agentmail
---@field null agentmail.Null
---@field limits table[]
---@field _VERSION string
local agentmail = {}

--- Marks a table as a list: `[]` when it is empty, where no type says so.
---@param list? table
---@return table
function agentmail.array(list) end

--- A failure as a paragraph for a person: what was tried, what is known, what to do next.
---@param failure agentmail.Failure
---@return string
function agentmail.explain(failure) end

--- One key of several ids, the same parts always giving the same key.
---@param ... string|integer
---@return string
function agentmail.key(...) end

--- Makes a client. No request is made, and no API key is needed before the first call.
---@param options? agentmail.Options
---@return agentmail.Client
function agentmail.new(options) end

--- Sleeps; Ctrl-C and a host's hooks still work.
---@param seconds number
function agentmail.sleep(seconds) end

--- A random UUID, version 4.
---@return string
function agentmail.uuid() end

--- Whether a webhook is genuine, and its event as data.
---@param webhook { secret: string, headers: table<string, string>, body: string, now: integer?, tolerance: integer? }
---@return agentmail.Event? event
---@return string? message
---@return agentmail.Failure? failure
function agentmail.verify_webhook(webhook) end

---@class agentmail.Client
---@field accounts agentmail.accounts
---@field agent agentmail.agent
---@field api_keys agentmail.api_keys
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
local Client = {}

--- Ends what is in flight and forgets the credentials. Twice is fine.
function Client:close() end

--- Whether it was closed.
---@return boolean
function Client:closed() end

--- An inbox to call methods on, without a request.
---@param inbox_id string
---@return agentmail.Inbox.Methods
function Client:inbox(inbox_id) end

--- A pod to call methods on, without a request.
---@param pod_id string
---@return agentmail.Pod.Methods
function Client:pod(pod_id) end

--- Any request of the service, for what is newer than this library. The answer is plain data, unless `returns` names a model.
---@param arguments { method: string?, path: string, query: table?, body: string|table|nil, protection: string?, idempotency_key: string?, headers: table<string, string>?, content_type: string?, returns: string? }
---@param options? agentmail.CallOptions
---@return any value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Client:request(arguments, options) end

--- Whether a webhook is genuine, and its event with objects that can call. `headers` and `body` as they came.
---@param webhook { secret: string, headers: table<string, string>, body: string, now: integer?, tolerance: integer? }
---@return agentmail.Event? event
---@return string? message
---@return agentmail.Failure? failure
function Client:verify_webhook(webhook) end

--- Times are seconds.
---@class agentmail.Limits
---@field attempts? integer tries of one call, the first included; default 8
---@field deadline? number one whole call: queue, DNS, TLS, body, every attempt and every back-off; default 120
---@field attempt_timeout? number one attempt, plus the time its body takes at upload_rate; default 30
---@field upload_rate? integer bytes a second by which a large body lengthens attempt_timeout; default 65536
---@field connect_timeout? number DNS, TCP and TLS together; default 10
---@field backoff_base? number first bound of the back-off; default 0.25
---@field backoff_cap? number last bound of the back-off; default 20
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
---@field header_bytes? integer all headers of one response; default 65536
---@field header_count? integer headers of one response; default 200
---@field queue_length? integer unfinished calls of one client; default 1024
---@field connections? integer requests of one client on the wire at once; default 8
---@field connection_age? number idle time after which a connection is not used again; default 55
---@field poll_base? number first pause of a wait for mail; default 0.5
---@field poll_cap? number longest pause of a wait for mail; default 5
---@field json_depth? integer nesting of JSON, both ways; default 100
---@field pages? integer pages fetched by one iterator; default 10000

---@class agentmail.Attachment.Outgoing
---@field path? string a file; its name is the filename, unless there is another
---@field data? string bytes
---@field content? string base64
---@field url? string where the service fetches it
---@field filename? string
---@field content_type? string default: what the filename suggests, of a path or data
---@field content_disposition? "inline"|"attachment"
---@field content_id? string

--- limits by name, and these
---@class agentmail.CallOptions: agentmail.Limits
---@field headers? table<string, string>
---@field on_attempt? fun(event: table)
---@field on_progress? fun(done: integer, total: integer?) bytes of the body sent, or else received
---@field raw? boolean the receipt, or the failure, gets `response` = { status, headers, body }
---@field idempotency_key? string|false of a send

--- an attachment, or a raw message
---@class agentmail.Download
---@field attachment_id? string
---@field message_id? string of a raw message
---@field filename? string
---@field size? integer
---@field content_type? string
---@field download_url? string after :get()
---@field expires_at? string
local Download = {}

--- Asks the service what it knows of it: name, size, type, a link.
---@param _? nil
---@param options? agentmail.CallOptions
---@return agentmail.Download? self
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:get(_, options) end

--- The bytes as a string.
---@param options? agentmail.CallOptions
---@return string? bytes
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:read(options) end

--- Saves the bytes to a file, which appears only when all is there; or hands them to a function, chunk by chunk, once all is there.
---@param to string|fun(chunk: string)
---@param options? agentmail.CallOptions
---@return string|true|nil path
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Download:save(to, options) end

---@class agentmail.Failure
---@field operation string "inboxes.messages.send"
---@field outcome "applied"|"not_applied"|"unknown"
---@field code string the service's code, or ours (timeout, network, closed, …)
---@field status? integer the HTTP status of the last answer
---@field message? string the service's words, or the transport's
---@field fix? string what to do about it, as the service says
---@field docs? string
---@field errors? table what was invalid: { path =, message = } each
---@field request_id? string
---@field reason? string why it was not tried again
---@field retryable boolean
---@field not_before? number seconds to wait before trying again can help
---@field attempts? integer how often the request went onto the wire; nil where there was none
---@field elapsed? number seconds
---@field idempotency_key? string
---@field client_id? string when the library made it
---@field response? table { status, headers, body }, of a call with the option raw
local Failure = {}

--- Repeats the same call: same key, same bytes. Answers what the call answers.
---@return any value
---@return agentmail.Receipt|string receipt_or_message
---@return agentmail.Failure? failure
function Failure:retry() end

---@class agentmail.Options
---@field api_key? string|fun():string default: $AGENTMAIL_API_KEY; a function is asked per call
---@field environment? "production"|"eu"|"x402"|"mpp"
---@field base_url? string default: $AGENTMAIL_BASE_URL, else the region of the key
---@field checks? boolean false: no checks before the network, unknown fields pass as they are
---@field limits? agentmail.Limits see the README's table; each has a default
---@field on_attempt? fun(event: table) sees every attempt, wait and decision
---@field headers? table<string, string> sent with every request
---@field user_agent? string
---@field ca_file? string
---@field ca_dir? string
---@field proxy? string "" for none; default: the environment's
---@field http2? boolean

--- an array of the list's items
---@class agentmail.Page
---@field count? integer items on this page, as the service counts them
---@field limit? integer
---@field next_page_token? string nil on the last page

---@class agentmail.Receipt
---@field outcome "applied"
---@field attempts integer how often the request went onto the wire
---@field elapsed number seconds
---@field status? integer
---@field request_id? string
---@field idempotency_key? string
---@field client_id? string when the library made it
---@field response? table { status, headers, body }, of a call with the option raw

return agentmail
