-- SPDX-License-Identifier: MIT
-- A made-up object exists for the rest of its dry run, and nowhere else.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local models = require "agentmail.api.models".models

describe("a made-up object of a dry run", function()
  local client, log

  before_each(function() client, log = helper.scripted({}, { dry = function() end }) end)

  after_each(function()
    assert.equal(0, #log)
    client:close()
  end)

  local function gone(value, message, failure)
    assert.is_nil(value)
    assert.same({ "not_found", 404, "not_applied", false, 0, true },
                { failure.code, failure.status, failure.outcome, failure.retryable,
                  failure.attempts, failure.dry })
    assert.matches("this dry run made up no such object", message)
  end

  it("can be read", function()
    local pod = assert(client.pods:create { name = "P" })
    local inbox = assert(client.pods.inboxes:create {
      pod_id = pod.pod_id, username = "ann", display_name = "Ann",
      metadata = { n = 5, half = 0.5, on = true },
    })
    assert.equal("ann.dry-2@dry-run.invalid", inbox.inbox_id)
    local draft = assert(inbox.drafts:create { to = "a@b.c", subject = "S", labels = "x" })
    local hook = assert(client.webhooks:create { url = "https://h.example.com/",
                                                 event_types = { "message.received" } })
    local domain = assert(client.domains:create { domain = "example.org" })
    local entry = assert(client.lists:create { direction = "send", type = "allow",
                                               entry = "a@b.c" })
    local key = assert(client.api_keys:create { name = "k" })
    for _, case in ipairs {
      { pod, pod:get() }, { pod, client.pods:get(pod.pod_id) },
      { inbox, inbox:get() }, { inbox, client.inboxes:get(inbox.inbox_id) },
      { inbox, client.pods.inboxes:get { pod_id = pod.pod_id, inbox_id = inbox.inbox_id } },
      { draft, inbox:draft(draft.draft_id):get() }, { draft, client.drafts:get(draft.draft_id) },
      { hook, client.webhooks:get(hook.webhook_id) },
      { domain, client.domains:get(domain.domain_id) },
      { entry, client.lists:get { direction = "send", type = "allow", entry = "a@b.c" } },
    } do
      assert.is_table(case[2])
      assert.same(case[1], case[2])
    end
    assert.same({ "k", "allow", "email" },
                { client.api_keys:get(key.api_key_id).name, entry.list_type, entry.entry_type })
    assert.same({ 5, 0.5, true, "integer" },
      { inbox.metadata.n, inbox.metadata.half, inbox.metadata.on, math.type(inbox.metadata.n) })
    assert.same({ pod.pod_id, { "a@b.c" }, true }, { inbox.pod_id, draft.to, draft.labels.x })
  end)

  it("can be sent, and then read", function()
    local inbox = assert(client.inboxes:create {})
    local sent = assert(inbox.messages:send { to = { "a@b.c" }, cc = "c@d.e", subject = "S",
                                              text = "t", labels = { "bills" } })
    assert.same({ "message_id", "thread_id" }, (function()
      local names = {}
      for name in pairs(sent) do names[#names + 1] = name end
      table.sort(names)
      return names
    end)())
    local thread = assert(inbox:thread(sent.thread_id):get())
    assert.same({ "S", sent.message_id, {} },
                { thread.subject, thread.last_message_id, thread.messages })
    assert(sent:get())
    assert.same({ inbox.inbox_id, { "a@b.c" }, { "c@d.e" }, "S", "t", true, true },
                { sent.from, sent.to, sent.cc, sent.subject, sent.text, sent.labels.sent,
                  sent.labels.bills })
    local answer = assert(sent:reply { text = "r" })
    assert.equal(sent.thread_id, answer.thread_id)
    assert.equal(sent.message_id, assert(answer:get()).in_reply_to)
    assert.are_not.equal(sent.thread_id, assert(sent:forward { to = "x@y.z" }).thread_id)
  end)

  it("changes by an update", function()
    local inbox = assert(client.inboxes:create { display_name = "Ann", metadata = { a = 1 } })
    local same = client:inbox(inbox.inbox_id)
    assert(inbox:update { display_name = "Bob", metadata = agentmail.null })
    assert.same({ "Bob", nil }, { inbox.display_name, inbox.metadata })
    assert.same({ "Bob", nil }, { same:get().display_name, same.metadata })
    local sent = assert(inbox.messages:send { to = "a@b.c" })
    assert(sent:relabel { add = { "Paid", "old" } })
    assert(client.inboxes.messages:update { inbox_id = inbox.inbox_id, add_labels = "new",
                                            message_id = sent.message_id, remove_labels = "Old" })
    assert.same({ "sent", "paid", "new" }, { table.unpack(assert(sent:get()).labels) })
    assert(inbox.messages:batch_update { message_ids = { sent.message_id }, add_labels = "b" })
    assert.is_true(assert(sent:get()).labels.b)
    local hook = assert(client.webhooks:create {
      url = "https://h.example.com/", event_types = { "message.sent" }, inbox_ids = { "a", "b" },
    })
    assert(client.webhooks:update { webhook_id = hook.webhook_id, add_inbox_ids = { "c" },
                                    remove_inbox_ids = { "a" } })
    assert.same({ "b", "c" }, client.webhooks:get(hook.webhook_id).inbox_ids)
    local draft = assert(inbox.drafts:create { to = "a@b.c", subject = "S" })
    assert(draft:update { subject = agentmail.null, to = { "x@y.z" } })
    assert.same({ nil, { "x@y.z" } }, { draft:get().subject, draft.to })
  end)

  it("has its labels in lower case, and each once", function()
    local inbox = assert(client.inboxes:create {})
    local draft = assert(inbox.drafts:create { to = "a@b.c", labels = { "A", "a", "Ä", "b" } })
    assert.same({ "a", "ä", "b" }, { table.unpack(draft.labels) })
    assert(draft:update { add_labels = { "B", "b", "A", "C" }, remove_labels = { "Ä" } })
    assert.same({ "b", "a", "c" }, { table.unpack(assert(draft:get()).labels) })
    local sent = assert(inbox.messages:send { to = "a@b.c", labels = { "ΟΔΟΣ", "οδος", "X" } })
    assert.same({ "οδοσ", "x", "sent" }, { table.unpack(assert(sent:get()).labels) })
  end)

  -- Nothing has checked the body of a request to any path, nor what it returns.
  it("is answered for any change by a raw request", function()
    local bodies = {
      "", "no JSON", "[1,2]", "5", '{"a":1}', '{"message_ids":5}', '{"message_ids":{"a":1}}',
      '{"message_ids":"x","add_labels":{"a":[1]},"labels":5,"entry":[1],"username":{}}',
      '{"message_ids":["m",{},null,5],"add_labels":[[1],null,5],"remove_labels":[{}]}',
      '{"client_id":{},"metadata":{"b":null},"labels":[["A"]],"to":[1],"entry":5}',
    }
    for name, model in pairs(models) do
      for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
        for _, body in ipairs(bodies) do
          local done, value, problem = pcall(client.request, client, { method = method,
            path = "/v0/inboxes/a/messages/m", returns = not model.file and name or nil,
            body = body })
          assert.is_true(done, ("%s %s %s: %s"):format(method, name, body, value))
          assert.is_truthy(value, ("%s %s %s: %s"):format(method, name, body, problem))
        end
      end
    end
  end)

  it("has empty lists, and no files", function()
    local inbox = assert(client.inboxes:create {})
    local sent = assert(inbox.messages:send { to = "a@b.c" })
    for _, name in ipairs { "messages", "threads", "drafts", "events", "webhooks", "api_keys" } do
      local page = assert(inbox[name]:list())
      assert.same({ 0, 0, "agentmail.Page" }, { #page, page.count, getmetatable(page).__name })
      assert.is_nil(page:next())
      for _ in inbox[name]:each() do error "an item" end
    end
    assert.same({}, assert(inbox.messages:all { full = true }))
    assert.equal(0, #assert(inbox.messages:search "invoice"))
    assert.equal(0, #assert(inbox.messages:batch_get { message_ids = { "m" } }))
    assert.equal(0, #assert(inbox.lists:list { direction = "send", type = "allow" }))
    assert.same({}, assert(inbox.metrics:query_usage()))
    assert.same({}, assert(client:request { path = "/v0/inboxes/dry-1@dry-run.invalid/messages" }))
    gone(sent:raw():read())
    gone(sent:attachment("a"):read())
    gone(inbox:message("<other>"):get())
    gone(client.domains:get_zone_file(assert(client.domains:create { domain = "a.org" }).domain_id))
  end)

  it("is found by a wait", function()
    local inbox = assert(client.inboxes:create {})
    local _, _, failure = inbox.messages:wait { timeout = 0 }
    assert.equal("timeout", failure.code)
    for _ in inbox.messages:watch { after = 0, timeout = 0 } do error "a message" end
  end)

  it("is gone once it is deleted, and a draft once it is sent", function()
    local inbox = assert(client.inboxes:create {})
    local draft = assert(inbox.drafts:create { to = "a@b.c", subject = "S" })
    local sent = assert(draft:send())
    assert.equal("S", assert(sent:get()).subject)
    gone(draft:get())
    assert(sent:delete())
    gone(sent:get())
    assert(client.lists:create { direction = "send", type = "allow", entry = "a@b.c" })
    assert(client.lists:delete { direction = "send", type = "allow", entry = "a@b.c" })
    gone(client.lists:get { direction = "send", type = "allow", entry = "a@b.c" })
    assert(inbox:delete())
    gone(inbox:get())
    gone(inbox.messages:list())
  end)

  it("is created once per key or client_id, and is unique otherwise", function()
    local inbox = assert(client.inboxes:create { client_id = "i-1" })
    assert.equal(inbox.inbox_id, assert(client.inboxes:create { client_id = "i-1" }).inbox_id)
    local seen = { [inbox.inbox_id] = true }
    local function assert_new(id)
      assert.is_nil(seen[id])
      assert.matches("dry%-%d+", id)
      seen[id] = true
    end
    assert_new(assert(client.inboxes:create { client_id = "i-2" }).inbox_id)
    assert_new(assert(client.inboxes:create {}).inbox_id)
    assert_new(assert(client.pods:create { client_id = "i-1" }).pod_id)
    local function send(key)
      return assert(inbox.messages:send { to = "a@b.c", idempotency_key = key })
    end
    assert.same(send "k-1", send "k-1")
    assert_new(send("k-1").message_id)
    assert_new(send("k-2").message_id)
    assert_new(send().message_id)
    assert_new(send().thread_id)
  end)

  it("is unknown to another client", function()
    local inbox = assert(client.inboxes:create {})
    local other, others = helper.scripted({}, { dry = function() end })
    local _, _, failure = other.inboxes:get(inbox.inbox_id)
    assert.same({ 500, 1 }, { failure.status, #others })
  end)
end)

describe("a real object in a dry run", function()
  local function real_client(script)
    return helper.scripted(script, { dry = function() end })
  end

  it("keeps its other fields in the answer to an update, and reads unchanged", function()
    local body = { inbox_id = "a", draft_id = "d", subject = "S", to = { "x@y.z" },
                   labels = { "draft" }, attachments = { { attachment_id = "f", size = 1 } } }
    local client, log = real_client { { body = body }, { body = body } }
    local draft = assert(client:inbox("a"):draft("d"):get())
    assert(draft:update { text = "new", add_labels = { "x" } })
    assert.same({ "S", "new", { "x@y.z" }, true, true, "f" },
      { draft.subject, draft.text, draft.to, draft.labels.x, draft.labels.draft,
        draft.attachments[1].attachment_id })
    assert.is_nil(assert(draft:get()).text)
    assert.equal(2, #log)
  end)

  it("has the labels that are known", function()
    local client, log = real_client { { body = { message_id = "m", labels = { "unread" } } } }
    local message = client:inbox("a"):message "m"
    assert(message:relabel { add = "Paid" })
    assert.same({ "paid" }, { table.unpack(message.labels) })
    assert.same({ true, nil }, { assert(message:get()).labels.unread, message.labels.paid })
    assert(message:relabel { add = "paid", remove = "unread" })
    assert.same({ true, nil }, { message.labels.paid, message.labels.unread })
    assert.equal(1, #log)
  end)

  it("keeps its thread in a reply", function()
    local client, log = real_client {
      { body = { message_id = "m", thread_id = "t", labels = {} } },
      { body = { thread_id = "t", messages = {} } },
    }
    local message = assert(client:inbox("a"):message("m"):get())
    local sent = assert(message:reply { text = "r" })
    assert.equal("t", sent.thread_id)
    assert(client:inbox("a"):thread(sent.thread_id):get())
    assert.equal(2, #log)
  end)

  it("still exists after a delete", function()
    local body = { inbox_id = "a" }
    local client, log = real_client { { body = body }, { body = body } }
    local inbox = assert(client.inboxes:get "a")
    assert.is_true(inbox:delete())
    assert(inbox:get())
    assert.equal(2, #log)
  end)

  it("may have the id of something made up, and a loop over complete items gives both", function()
    local function item(id) return { message_id = id, inbox_id = "a@b", thread_id = "t" } end
    local client, log = real_client {
      { body = { count = 3, messages = { item "m1", item "m2", item "m3" } } },
      { body = item "m1" }, { body = item "m3" },
    }
    assert(client:request { method = "POST", path = "/v0/inboxes/a@b/import", returns = "Message",
                            body = { message_id = "m2", subject = "made up" } })
    local ids = {}
    for message in client:inbox("a@b").messages:each { full = true } do
      ids[#ids + 1] = message.message_id .. (message.subject or "")
    end
    assert.same({ "m1", "m2made up", "m3" }, ids)
    assert.equal(3, #log)
  end)

  it("is not confused with a list entry of the same name", function()
    local client, log = real_client { { body = { inbox_id = "a@b.c" } },
                                      { body = { entry = "a@b.c" } } }
    assert(client.lists:create { direction = "send", type = "allow", entry = "a@b.c" })
    assert(client.inboxes:get "a@b.c")
    assert(client:inbox("a").lists:get { direction = "send", type = "allow", entry = "a@b.c" })
    assert.equal(2, #log)
  end)
end)
