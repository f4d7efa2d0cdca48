-- SPDX-License-Identifier: MIT
-- Every code of the README's table, provoked through the real client over real sockets: the facts
-- of its failure and of its sentence, and that no words contradict `outcome` or `retryable`.

local agentmail = require "agentmail"
local cjson = require "cjson"
local contradiction = require "spec.support.contradictions".contradiction
local failures = require "agentmail.call.failure"
local helper = require "spec.support.helper"
local outbox_core = require "agentmail.outbox_core"
local outbox_file = require "spec.support.outbox_file"
local perform = require "agentmail.call.call".perform
local plans = require "agentmail.api.plan"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"
local requests = require "agentmail.call.request"

local INBOX = "a@b.c"
local RESET = { bytes = "", finish = "reset" }
local SENT = raw.json(200, '{"message_id":"<m@x>","thread_id":"t1"}')
local GONE = { bytes = raw.json(404, '{"name":"NotFoundError","message":"No such draft."}') }
local OTHERS_KEY = { bytes = raw.json(409, '{"name":"IdempotencyKeyConflictError",'
  .. '"code":"conflict","message":"Used before.","fix":"Use a new key."}') }
local OTHERS_KEY_LATER = { bytes = raw.json(409, '{"name":"IdempotencyKeyConflictError",'
  .. '"code":"conflict","message":"Used before.","fix":"Use a new key."}', "Retry-After: 3600") }
local OTHERS_BODY = { bytes = raw.json(409, '{"name":"ConflictError",'
  .. '"code":"idempotency_conflict","message":"Made before."}') }
local CHANGED = { bytes = raw.json(412, '{"name":"PreconditionFailedError",'
  .. '"code":"precondition_failed","message":"It has changed.","current_revision":7}') }
-- What the service advises, which does not know of an earlier attempt.
local function advised(status, code)
  return { bytes = raw.json(status, ('{"name":"X","code":"%s","message":"Said so.",'
    .. '"fix":"Use a new key and send it again."}'):format(code)) }
end
local server

local function send(client, options)
  return client:inbox(INBOX).messages:send({ to = "x@y.z", text = "t" }, options)
end

local function send_draft(client)
  return client.inboxes.drafts:send { inbox_id = INBOX, draft_id = "d1" }
end

local function create(client) return client.inboxes:create { username = "codes" } end

local function update(client)
  return client.inboxes:update({ inbox_id = INBOX, display_name = "A" },
                               { headers = { ["If-Match"] = '"rv-6"' } })
end

local function read(client, options) return client.inboxes:get(INBOX, options) end

-- The results of a call to a server with these answers.
local function answered(answers, call, limits, options)
  server:script(answers)
  local client <close> = server:client(limits or { attempts = #answers }, options)
  return call(client)
end

-- The same for a server at another URL.
local function elsewhere(url, call, options)
  local settings = { base_url = url, api_key = "k", proxy = "", limits = { attempts = 1 } }
  for name, value in pairs(options or {}) do settings[name] = value end
  local client <close> = agentmail.new(settings)
  return call(client)
end

-- What the core calls with the value of an answer.
local APPLY = require "agentmail.call.answer".shape("Inbox").apply

-- Runs `act` when this C function, or one of this name, is called in f; returns the results of
-- pcall(f).
local function at(name, act, f)
  debug.sethook(function()
    local info = debug.getinfo(2, "nSf")
    if info.what ~= "C" or info.name ~= name and info.func ~= name then return end
    debug.sethook()
    act()
  end, "c")
  local results = table.pack(pcall(f))
  debug.sethook()
  return table.unpack(results, 1, results.n)
end

-- A send with a guard, which no public option sets: see am_request.
local function guarded(answers, not_after_ms, blind_ms)
  return answered(answers, function(client)
    local scope = client:inbox(INBOX).messages.scope
    local request = assert(requests.build(plans.plan "inboxes.messages.send", scope, { to = "b" }))
    request.options = { not_after_ms = not_after_ms, blind_ms = blind_ms }
    return perform(request)
  end, { attempts = 2, backoff_base = 10, backoff_cap = 10 })
end

-- The failure of a send that an error interrupts when a C function is called: the core asks for a
-- key before it goes out, and for the answer after its end.
local function cut_off(name)
  server:script { { bytes = SENT } }
  local client <close> = server:client({ attempts = 1 }, { api_key = function() return "k" end })
  at(name, function() error("Ctrl-C", 0) end, function()
    return client:inbox(INBOX).messages:send({ to = "b" }, { raw = true })
  end)
  local failure = client:interrupted()[1]
  return nil, tostring(failure), failure
end

-- The failure of a send whose key another has in the outbox: in hand, or in doubt for two days.
local function in_outbox(is_old)
  local now, path = os.time(), outbox_file.path()
  local settings = { path = path, clock = function() return now end }
  local client <close> = server:client({ deadline = 0.5 }, {
    outbox = { path = path, clock = settings.clock, on_conflict = "first" } })
  settings.service = server.url
  local box = assert(outbox_core.open(settings))
  local job = assert(box:put { inbox_id = INBOX, key = "k", method = "POST", target = "/v0/x",
                               operation = "inboxes.messages.send", time = 60,
                               body = ('{"labels":["%s"]}'):format(outbox_core.label(INBOX, "k")) })
  job:claim(60)
  if is_old then
    job:settle { outcome = "unknown", code = "timeout" }
    now = now + 48 * 3600
    for _ = 1, 2 do
      assert.equal("look", (job:claim(60)))
      job:settle { outcome = "not_applied", sight = "none" }
      now = now + 3600
    end
  end
  local results = table.pack(client:inbox(INBOX).messages:send { to = "b", text = "t",
                                                                idempotency_key = "k" })
  box:close()
  outbox_file.remove(path)
  return table.unpack(results, 1, results.n)
end

-- In the sandbox: an inbox with a key already used for another mail.
local function reused()
  local client <close> = helper.client()
  local inbox = assert(client.inboxes:create { username = "codes" })
  local received = assert(inbox.messages:send { to = inbox.inbox_id, text = "one",
                                                idempotency_key = "k" })
  return received:reply { text = "two", idempotency_key = "k" }
end

local function in_progress()
  local client <close>, _, view = helper.client()
  local inbox = assert(client.inboxes:create { username = "codes" })
  view:fault { preset = "in_progress", value = "10s" }
  view:freeze()
  return inbox.messages:send({ to = "x@example.com", text = "t" }, { conflict_wait = 0.02 })
end

local function sent_draft()
  local client <close> = helper.client()
  local inbox = assert(client.inboxes:create { username = "codes" })
  local draft = assert(inbox.drafts:create { to = "x@example.com", text = "t" })
  assert(draft:send())
  return draft:send { idempotency_key = "another" }
end

-- A file that another program writes to between a send and its retry.
local function changed_file()
  local path = os.tmpname()
  local function write(text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
  end
  write "one"
  local value, message, failure = answered({ RESET }, function(client)
    local _, _, first = client:inbox(INBOX).messages:send {
      to = "x@y.z", attachments = { { path = path } } }
    write "another"
    return first:retry()
  end)
  os.remove(path)
  return value, message, failure
end

-- An endless answer, in a process without memory. ASan takes the whole address space, so with it a
-- large block is refused instead.
local function without_memory(call)
  server:script { { bytes = raw.head(200, "Connection: close") .. "\r\n", endless = "x",
                    most = 1 << 30 } }
  local output = helper.run(([[
    local agentmail = require "agentmail"
    local client = agentmail.new { base_url = %q, api_key = "k",
                                   limits = { attempts = 1, response_bytes = 1 << 40 } }
    local _, message, failure = %s
    local facts = {}
    for name, value in pairs(failure) do facts[name] = value end
    print(require "cjson".encode { message, facts, agentmail.explain(failure) })]])
      :format(server.url, call),
    (os.getenv "LD_PRELOAD" or ""):find "asan" and ("ASAN_OPTIONS=%s:allocator_may_return_null=1"
      .. ":max_allocation_size_mb=32:log_path=stderr"):format(os.getenv "ASAN_OPTIONS" or "")
      or "ulimit -v 300000;")
  local ok, told = pcall(cjson.decode, output:match "[^\n]+\n$" or "")
  if not ok then error(output, 0) end
  return nil, told[1], told[2], told[3]
end

local function webhook(client)
  return client:verify_webhook { secret = "whsec_AAAA", body = "{}", headers = {} }
end

local function closed()
  server:script {}
  local client = server:client {}
  client:close()
  return send(client)
end

-- Code, event, its code, { outcome, retryable, attempts }, texts of the sentence.
local CASES = {
  { "timeout", "no answer comes", function()
    return answered({ { bytes = "", finish = "stall" } }, send,
                    { attempts = 1, attempt_timeout = 0.5 })
  end, { "unknown", true, 1 }, "it may have been done", "failure:retry()" },
  { "timeout", "no mail comes", function()
    return answered({ { bytes = raw.json(200, '{"count":0,"messages":[]}') } }, function(client)
      return client:inbox(INBOX).messages:wait { timeout = 0.02 }
    end)
  end, { "not_applied", true }, "no such mail within 0.02 s" },
  { "dns", "a label is too long for the DNS", function()
    return elsewhere("http://" .. ("a"):rep(64) .. ".invalid", send)
  end, { "not_applied", true, 0 }, "nothing was sent" },
  { "network", "no server listens", function() return elsewhere("http://127.0.0.1:9", send) end,
    { "not_applied", true, 0 }, "nothing was sent" },
  { "network", "the connection breaks", function() return answered({ RESET }, send) end,
    { "unknown", true, 1 }, "it may have been done", "the same key" },
  { "network", "the connection of an unprotected request breaks", function()
    return answered({ RESET }, function(client) return client.api_keys:create { name = "n" } end)
  end, { "unknown", false, 1 }, "it may have been done", "nothing protects it" },
  { "tls", "the server does not speak it", function()
    local _, _, url = helper.scripted {}
    return elsewhere(url:gsub("^http", "https"), send)
  end, { "not_applied", true, 0 }, "nothing was sent" },
  { "proxy", "it requires a password", function()
    server:script { { bytes = raw.plain(407, "") } }
    return elsewhere("http://service.invalid", send, { proxy = server.url })
  end, { "not_applied", false, 1 }, "nothing was done" },
  { "proxy", "it refuses the tunnel", function()
    server:script { { bytes = raw.plain(502, "") } }
    return elsewhere("https://service.invalid", send, { proxy = server.url })
  end, { "not_applied", true, 0 }, "nothing was sent" },
  { "bad_response", "a login page", function()
    return answered({ { bytes = raw.html(200, "<title>Sign in</title>") } }, send)
  end, { "unknown", true, 1 }, 'a page that says "Sign in"', "it may have been done" },
  { "bad_response", "a login page, to a read", function()
    return answered({ { bytes = raw.html(200, "<title>Sign in</title>") } }, read)
  end, { "not_applied", true, 1 }, 'a page that says "Sign in"' },
  { "too_large", "the request", function()
    return answered({ { bytes = SENT } }, function(client)
      return send(client, { request_bytes = 10 })
    end)
  end, { "not_applied", false, 0 }, "request_bytes (10)", "nothing was sent" },
  { "too_large", "the answer", function()
    return answered({ { bytes = SENT } }, function(client)
      return send(client, { response_bytes = 10 })
    end)
  end, { "unknown", false, 1 }, "response_bytes", "it may have been done" },
  { "redirected", "a send", function()
    return answered({ { bytes = raw.plain(302, "", "Location: http://elsewhere.invalid/") } }, send)
  end, { "not_applied", false, 1 }, "HTTP 302", "nothing was done" },
  { "redirected", "to a result", function()
    return answered({ { bytes = raw.plain(303, "", "Location: /v0/there") } }, send)
  end, { "unknown", false, 1 }, "HTTP 303", "it may have been done" },
  { "rejected", "by a gateway", function()
    return answered({ { bytes = raw.html(404, "<title>No such site</title>") } }, send)
  end, { "not_applied", false, 1 }, "No such site", "HTTP 404", "nothing was done" },
  { "rejected", "after a doubtful attempt", function()
    return answered({ RESET, { bytes = raw.plain(422, "") } }, send)
  end, { "unknown", false, 2 }, "HTTP 422", "it may have been done" },
  { "service_error", "on the way", function()
    return answered({ { bytes = raw.html(500, "<title>Oops</title>") } }, send)
  end, { "unknown", true, 1 }, "Oops", "HTTP 500", "the same key" },
  { "service_error", "by definition", function()
    return answered({ { bytes = raw.plain(501, "") } }, send)
  end, { "not_applied", false, 1 }, "HTTP 501", "nothing was done" },
  { "rate_limit_exceeded", "with a time", function()
    return answered({ { bytes = raw.plain(429, "", "Retry-After: 7") } }, send)
  end, { "not_applied", true, 1 }, "HTTP 429", "nothing was done", "in 7 s or later" },
  { "conflict", "a key that is in use", in_progress, { "unknown", true },
    "inboxes.messages.send in codes@agentmail.to: ", "still in progress", "HTTP 409" },
  { "conflict", "a key that is in use, and the service advises another", function()
    return answered({ advised(409, "conflict") }, send, { attempts = 8, conflict_wait = 0.05 })
  end, { "unknown", true }, "it may have been done", "the same key" },
  { "service_error", "which the service has advice for", function()
    return answered({ advised(503, "service_error") }, send)
  end, { "unknown", true, 1 }, "it may have been done", "the same key" },
  { "rejected", "after a doubtful attempt, with advice", function()
    return answered({ RESET, advised(422, "rejected") }, send)
  end, { "unknown", false, 2 }, "it may have been done", "Look first whether it was done" },
  { "conflict", "a 409 that says nothing, to an update", function()
    return answered({ { bytes = raw.plain(409, "") } }, function(client)
      return client.inboxes:update { inbox_id = INBOX, display_name = "A" }
    end, { attempts = 8 })
  end, { "not_applied", false, 1 }, "inboxes.update: ", "nothing was done" },
  { "key_reused", "with other content", reused, { "not_applied", false, 1 },
    "inboxes.messages.reply in codes@agentmail.to: ", "inboxes.messages.send in codes@", "HTTP 409",
    "may have been sent before; this call sent nothing", "Look for that mail" },
  { "key_reused", "after a doubtful attempt", function()
    return answered({ RESET, OTHERS_KEY }, send, { attempts = 2, conflict_wait = 0.01 })
  end, { "unknown", false }, "inboxes.messages.send in a@b.c: Used before.",
    "an earlier attempt may have sent this mail", "Look for that mail" },
  { "key_reused", "after a doubtful attempt, and the service puts it off", function()
    return answered({ RESET, OTHERS_KEY_LATER }, send, { attempts = 8, deadline = 20 })
  end, { "unknown", false, 2 }, "inboxes.messages.send in a@b.c: Used before.",
    "an earlier attempt may have sent this mail", "Look for that mail" },
  { "key_reused", "after a doubtful attempt, and then there is no answer", function()
    return answered({ RESET, OTHERS_KEY, { bytes = "", finish = "stall" } }, send,
                    { attempts = 8, deadline = 1, conflict_wait = 60 })
  end, { "unknown", false, 3 }, "inboxes.messages.send in a@b.c: ", "last cause: timeout",
    "an earlier attempt may have sent this mail", "Look for that mail" },
  { "key_reused", "a client_id that made something else", function()
    return answered({ OTHERS_BODY }, create)
  end, { "not_applied", false, 1 }, "inboxes.create: Made before.",
    "the client_id was used with other content before; nothing was done",
    "Look for what was made under that client_id" },
  { "key_reused", "a client_id that made something else, after a doubtful attempt", function()
    return answered({ RESET, OTHERS_BODY }, create)
  end, { "unknown", false, 2 }, "the client_id was used with other content before",
    "it may have been done", "Look for what was made under that client_id" },
  { "precondition_failed", "it has changed", function()
    return answered({ CHANGED }, update)
  end, { "not_applied", false, 1 }, "HTTP 412", "nothing was done", "Read it again" },
  { "precondition_failed", "it has changed, perhaps by a doubtful attempt", function()
    return answered({ RESET, CHANGED }, update)
  end, { "unknown", false, 2 }, "HTTP 412", "it may have been done", "read it and compare" },
  { "draft_gone", "it was sent", sent_draft, { "not_applied", false, 1 },
    "inboxes.drafts.send in codes@agentmail.to: ", "HTTP 404",
    "no such draft here: sent, deleted, or never existed; this call sent nothing",
    "Look for the mail (label, thread), then check inbox and id" },
  { "draft_gone", "after a doubtful attempt", function()
    return answered({ RESET, GONE }, send_draft)
  end, { "unknown", false, 2 }, "no such draft here", "an earlier attempt may have sent this mail",
    "Look for the mail" },
  { "deferred", "a send that the service defers", function()
    return answered({ { bytes = raw.json(503, '{"code":"service_unavailable","message":"Busy."}',
                                         "Retry-After: 600") } }, send)
  end, { "unknown", true, 1 }, 'last cause: HTTP 503, service_unavailable, "Busy."',
    "it may have been done" },
  { "deferred", "a send that was refused temporarily", function()
    return answered({ { bytes = raw.plain(429, "", "Retry-After: 600") } }, send)
  end, { "not_applied", true, 1 }, "nothing was done", "in 600 s or later" },
  { "stale", "too late to send it", function() return guarded({ { bytes = SENT } }, 1, 0) end,
    { "not_applied", false, 0 }, "too late to send it (stale)", "nothing was sent" },
  { "stale", "too late to send it again", function() return guarded({ RESET }, 0, 1) end,
    { "unknown", false, 1 }, "last cause: network", "it may have been done" },
  { "file", "one to send is missing", function()
    return answered({ { bytes = SENT } }, function(client)
      return client:inbox(INBOX).messages:send { to = "x@y.z",
                                                 attachments = { { path = "/nowhere/report" } } }
    end)
  end, { "not_applied", false, 0 }, "cannot read /nowhere/report", "nothing was sent" },
  { "file", "one to send changes", changed_file, { "unknown", false, 0 },
    "changed since it was first sent", "it may have been done by an earlier call" },
  { "file", "one to save has no folder", function()
    return answered({ { bytes = "" } }, function(client)
      return client:inbox(INBOX):message("m"):raw():save "/nowhere/mail"
    end)
  end, { "not_applied", true, 0 }, "cannot write /nowhere/mail" },
  { "storage", "no place for an outbox", function()
    return elsewhere("http://127.0.0.1:9", function(client)
      return client:inbox(INBOX).messages:send { to = "b", text = "t", idempotency_key = "k" }
    end, { outbox = "/proc/none/agent.db" })
  end, { "unknown", true, 0 }, "/proc/none/agent.db", "may have been done by an earlier call",
    "this one was not sent" },
  { "busy", "a mail in another's hands", function() return in_outbox(false) end,
    { "unknown", true, 1 }, "is working on it", "it may have been done" },
  { "expired", "too old, and not to be found", function() return in_outbox(true) end,
    { "unknown", false, 1 }, "nothing more can be found out", "it may have been done" },
  { "bad_signature", "a webhook without one", function()
    return elsewhere("http://127.0.0.1:9", webhook)
  end, { "not_applied", false, 0 }, "verify_webhook: it has no signature", "Do not act on it" },
  { "cancelled", "before it goes out", function() return cut_off "find" end,
    { "not_applied", true, 0 }, "interrupted: Ctrl-C", "nothing was sent" },
  { "cancelled", "on its way", function() return cut_off(APPLY) end, { "unknown", true, 1 },
    "interrupted: Ctrl-C", "it may have been done", "the same key" },
  { "cancelled", "after its end", function() return cut_off "answer" end, { "applied", true, 1 },
    "interrupted: Ctrl-C", "the service did it", "cannot do it twice" },
  { "closed", "before a send", closed, { "not_applied", false, 0 }, "nothing was sent" },
  { "closed", "before a retry", function()
    local _, _, failure = answered({ RESET }, send) -- which closes its client
    return failure:retry()
  end, { "unknown", false, 0 }, "it may have been done by an earlier call", "was not sent" },
  { "unauthenticated", "the function has no key", function()
    return elsewhere("http://127.0.0.1:9", send, { api_key = function() error "locked" end })
  end, { "not_applied", false, 0 }, "locked", "nothing was sent" },
  { "queue_full", "by a call within a call", function()
    server:script { { bytes = SENT } }
    local client <close> = server:client { attempts = 1, queue_length = 1 }
    local inner
    assert(at(APPLY, function() inner = table.pack(send(client)) end,
              function() return assert(send(client)) end))
    return table.unpack(inner, 1, inner.n)
  end, { "not_applied", true, 0 }, "queue_length", "nothing was sent" },
  { "invalid", "a URL that the service gave", function()
    return answered({ { bytes = raw.json(200, '{"attachment_id":"a","size":1,'
      .. '"download_url":"http://[::1/x","expires_at":"2030-01-01T00:00:00Z"}') } },
      function(client) return client:inbox(INBOX):message("m"):attachment("a"):read() end)
  end, { "not_applied", false, 0 }, "never sent" },
  { "out_of_memory", "for the answer to a read", function()
    return without_memory 'client.inboxes:get "a"'
  end, { "not_applied", true, 1 } },
  { "out_of_memory", "for the answer to a send", function()
    return without_memory 'client:inbox("a").messages:send { to = "b" }'
  end, { "unknown", true, 1 }, "it may have been done", "the same key" },
}

-- The codes of the README's table, in its order.
local function table_of_codes()
  local file <close> = assert(io.open "README.md")
  local codes = {}
  local rows = file:read "a":match "<!%-%- codes %-%->.-\n|%-[-|]*(\n.-)<!%-%- /codes"
  for code in rows:gmatch "\n| `([%w_]+)` |" do
    codes[#codes + 1] = code
  end
  return codes
end

describe("a failure with code", function()
  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  for _, case in ipairs(CASES) do
    local code, what, provoke, facts = table.unpack(case, 1, 4)
    it(("%s tells the truth: %s"):format(code, what), function()
      if code == "out_of_memory" and (os.getenv "LD_PRELOAD" or ""):find "valgrind" then
        return pending "valgrind needs all the address space"
      end
      local value, message, failure, explained = provoke()
      assert.is_nil(value)
      assert.equal(code, failure.code, message)
      assert.same({ facts[1], facts[2] }, { failure.outcome, failure.retryable }, message)
      assert.equal(facts[3] or failure.attempts, failure.attempts, message)
      for i = 5, #case do assert.is_truthy(message:find(case[i], 1, true), message) end
      assert.is_truthy(message:find(failure.operation, 1, true), message)
      assert.is_truthy(message:find(code, 1, true), message)
      assert.is_nil(contradiction(failure, message), message)
      explained = explained or agentmail.explain(failure)
      assert.is_nil(contradiction(failure, explained), explained)
    end)
  end

  it("is provoked for each code of the README's table, and for no other", function()
    local provoked, known = {}, {}
    for _, case in ipairs(CASES) do provoked[case[1]] = true end
    for _, code in ipairs(table_of_codes()) do
      known[code] = true
      assert.is_true(provoked[code], code .. " has no case here")
    end
    for code in pairs(provoked) do assert.is_true(known[code], code .. " is not in the README") end
  end)

  it("never contradicts any of its facts", function()
    local codes = table_of_codes()
    codes[#codes + 1] = "message_rejected" -- one of the service's own
    local count = 0
    for _, code in ipairs(codes) do
      for _, outcome in ipairs { "not_applied", "unknown", "applied" } do
        for _, protection in ipairs { "safe", "idempotent", "client_id", "if_match",
                                  "idempotency_key", "none" } do
          for bits = 0, 15 do
            local retryable, sent = bits & 1 ~= 0, bits & 2 ~= 0
            -- The core never reports a read in doubt, or an unprotected call as repeatable.
            if not (protection == "safe" and outcome ~= "not_applied")
              and not (protection == "none" and outcome ~= "not_applied" and retryable)
              and not (outcome == "applied" and not sent) then
              local _, message, failure = failures.new({
                operation = "a.b", code = code, outcome = outcome, protection = protection,
                retryable = retryable, attempts = sent and 2 or 0, reason = "it ended",
                idempotency_key = protection == "idempotency_key" and "k" or nil,
                not_before = retryable and bits & 4 ~= 0 and 7 or nil,
                message = bits & 8 ~= 0 and "Said so." or nil, fix = "Use a new key." }, print)
              local explained = agentmail.explain(failure)
              assert.is_nil(contradiction(failure, message), message)
              assert.is_nil(contradiction(failure, explained), explained)
              count = count + 1
            end
          end
        end
      end
    end
    assert.is_true(count > 1000)
  end)
end)
