-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"

local function fields(object)
  local names = {}
  for name in pairs(object) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

local SENT = { message_id = "<sent>", thread_id = "t" }

describe("the objects", function()
  it("have the operations on one object as methods, and a few more", function()
    local inbox = helper.scripted({}):inbox "a@b.c"
    for words, object in pairs {
      ["get update delete authorize message thread draft event pause resume"] = inbox,
      ["get update delete relabel reply reply_all forward get_raw raw get_attachment attachment "
       .. "create_agent_armor_feedback release_agent_armor_message"] = inbox:message "<m>",
      ["get update delete respond instances"] = inbox:event "e",
      ["get update delete relabel last_received get_attachment attachment"] = inbox:thread "t",
      ["get update delete relabel send get_attachment attachment"] = inbox:draft "d",
      ["get delete"] = helper.scripted({}):pod "p",
    } do
      local methods, wanted = require("agentmail.object.object").classes, {}
      methods = methods[getmetatable(object).__name:match "%w+$"].methods
      for word in words:gmatch "%S+" do
        assert.is_function(object[word], word)
        wanted[word] = methods[word]
      end
      assert.same(wanted, methods)
    end
  end)
end)

describe("an inbox", function()
  it("comes from a create, a get, a list or a handle", function()
    local client, log = helper.scripted {
      { body = { inbox_id = "a@b.c", display_name = "A" } },
      { body = { inboxes = { { inbox_id = "x@y.z" } } } },
    }
    local inbox = assert(client.inboxes:create { username = "a", client_id = "a-1" })
    assert.equal("display_name inbox_id", fields(inbox))
    assert.equal("x@y.z", assert(client.inboxes:list())[1].inbox_id)
    assert.equal("inbox_id", fields(client:inbox "h@b.c"))
    assert.equal('{"username":"a","client_id":"a-1"}', log[1].body)
  end)

  it("is filled in place by its methods", function()
    local client, log = helper.scripted {
      { body = { inbox_id = "a@b.c", display_name = "A", email = "a@b.c" } },
      { body = { inbox_id = "a@b.c", display_name = "B" } },
    }
    local inbox = client:inbox "a@b.c"
    assert.equal(inbox, (inbox:get()))
    assert.equal("A", inbox.display_name)
    assert.equal(inbox, (inbox:update { display_name = "B" }))
    assert.equal("display_name inbox_id", fields(inbox))
    assert.equal("PATCH", log[2].method)
    assert.equal("/v0/inboxes/a%40b.c", log[2].target)
  end)

  it("makes handles without a request", function()
    local client, log = helper.scripted {}
    local inbox = client:inbox "a@b.c"
    assert.equal("inbox_id message_id", fields(inbox:message "<m>"))
    assert.equal("inbox_id thread_id", fields(inbox:thread "t"))
    assert.equal("draft_id inbox_id", fields(inbox:draft "d"))
    assert.equal(0, #log)
    assert.equal("message: message_id must not be empty",
                 helper.mistake(function() return inbox:message "" end))
    assert.equal("draft: draft_id must be a string, not a nil",
                 helper.mistake(function() return inbox:draft() end))
  end)

  it("is plain data: a field that it does not have is nil", function()
    local inbox = helper.scripted({}):inbox "a@b.c"
    assert.is_nil(inbox.display_name)
    assert.is_nil(inbox.nonsense)
    assert.is_table(inbox.messages)
    assert.equal("inbox_id", fields(inbox))
  end)

  it("deletes itself", function()
    local client, log = helper.scripted { { status = 204 } }
    local done, receipt = assert(client:inbox("a@b.c"):delete())
    assert.is_true(done)
    assert.equal("applied", receipt.outcome)
    assert.equal("DELETE", log[1].method)
  end)
end)

describe("a pod", function()
  it("creates in its own scope, independent of its origin", function()
    local pod, none = { body = { pod_id = "p", name = "P" } }, { body = { inbox_id = "a@b.c" } }
    local client, log = helper.scripted { pod, none, pod, none,
      { body = { pods = { { pod_id = "q" } } } }, none }
    assert(assert(client.pods:create { name = "P" }).inboxes:create { username = "a" })
    assert(assert(client.pods:get "p").inboxes:create { username = "a" })
    assert(assert(client.pods:list())[1].inboxes:create { username = "a" })
    assert.equal("/v0/pods/p/inboxes", log[2].target)
    assert.equal("/v0/pods/p/inboxes", log[4].target)
    assert.equal("/v0/pods/q/inboxes", log[6].target)
  end)
end)

describe("a message", function()
  it("is filled in place, and loses a field that the service no longer sends", function()
    local client, log = helper.scripted {
      { body = { messages = { { message_id = "<m>", inbox_id = "a@b.c", preview = "p" } } } },
      { body = { message_id = "<m>", inbox_id = "a@b.c", text = "t", labels = { "unread" } } },
    }
    local item = assert(client:inbox("a@b.c").messages:list())[1]
    assert.is_nil(item.text)
    assert.equal(item, (assert(item:get())))
    assert.equal("inbox_id labels message_id text", fields(item))
    assert.is_true(item.labels.unread)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E", log[2].target)
  end)

  it("can be replied to and forwarded, and the mail sent knows its inbox", function()
    local client, log = helper.scripted { { body = SENT }, { body = SENT }, { body = SENT },
                                          { body = SENT } }
    local message = client:inbox("a@b.c"):message "<m>"
    local sent, receipt = assert(message:reply { text = "Thanks", idempotency_key = "k-1" })
    assert.equal("message_id thread_id", fields(sent))
    assert.equal("k-1", receipt.idempotency_key)
    assert.equal("k-1", log[1].key)
    assert.equal('{"text":"Thanks"}', log[1].body)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/reply", log[1].target)
    assert(message:reply_all { text = "all" })
    assert(message:forward { to = "x@y.z" })
    assert(sent:reply { text = "more" })
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/reply-all", log[2].target)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/forward", log[3].target)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Csent%3E/reply", log[4].target)
  end)

  it("that was sent from the client's collections knows its inbox, too", function()
    local client, log = helper.scripted { { body = SENT }, { status = 204 } }
    local sent = assert(client.inboxes.messages:send { inbox_id = "a@b.c", to = "x@y.z" })
    assert(sent:delete())
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Csent%3E", log[2].target)
  end)

  it("is relabelled", function()
    local client, log = helper.scripted {
      { body = { message_id = "<m>", labels = { "replied" } } },
      { body = { message_id = "<m>", labels = {} } },
    }
    local message = client:inbox("a@b.c"):message "<m>"
    message.subject = "kept"
    local same, receipt = assert(message:relabel { add = "replied", remove = { "unread" } })
    assert.equal(message, same)
    assert.equal(1, receipt.attempts)
    assert.equal('{"add_labels":"replied","remove_labels":["unread"]}', log[1].body)
    assert.is_true(message.labels.replied)
    assert.equal("kept", message.subject)
    assert(message:update { remove_labels = "replied" })
    assert.is_nil(message.labels.replied)
  end)

  it("reports how to relabel it", function()
    local message = helper.scripted({}):inbox("a@b.c"):message "<m>"
    assert.equal("inboxes.messages.update: relabel takes { add = …, remove = … }, not a string",
                 helper.mistake(function() return message:relabel "replied" end))
    assert.equal("inboxes.messages.update: relabel: unknown parameter 'remov' "
                 .. "(did you mean 'remove'?)",
                 helper.mistake(function() return message:relabel { remov = "x" } end))
    assert.equal("inboxes.messages.update: relabel needs add, remove, or both",
                 helper.mistake(function() return message:relabel {} end))
  end)

  it("reports a method called with a dot", function()
    local client = helper.scripted {}
    local inbox = client:inbox "a@b.c"
    local message, thread = inbox:message "<m>", inbox:thread "t"
    for words, call in pairs {
      ["inboxes.update: call it with a colon, as in object:update(…)"] =
        function() return inbox.update { display_name = "x" } end,
      ["inboxes.messages.get: call it with a colon, as in object:get(…)"] =
        function() return message.get() end,
      ["relabel: call it with a colon, as in object:relabel(…)"] =
        function() return message.relabel { add = "x" } end,
      ["raw: call it with a colon, as in object:raw(…)"] = function() return message.raw() end,
      ["attachment: call it with a colon, as in object:attachment(…)"] =
        function() return message.attachment "a" end,
      ["last_received: call it with a colon, as in object:last_received(…)"] =
        function() return thread.last_received() end,
      ["message: call it with a colon, as in object:message(…)"] =
        function() return inbox.message "<m>" end,
      ["inbox: call it with a colon, as in object:inbox(…)"] =
        function() return client.inbox "a" end,
      ["close: call it with a colon, as in object:close(…)"] = function() client.close() end,
      ["inboxes.list: call it with a colon, as in object:list(…)"] =
        function() return client.inboxes.list {} end,
      ["inboxes.get: call it with a colon, as in object:get(…)"] =
        function() return client.inboxes.get "a" end,
      ["inboxes.messages.each: call it with a colon, as in object:each(…)"] =
        function() return inbox.messages.each() end,
      ["inboxes.messages.wait: call it with a colon, as in object:wait(…)"] =
        function() return inbox.messages.wait { timeout = 1 } end,
    } do
      assert.equal(words, helper.mistake(call))
    end
  end)

  it("raises a mistake at the caller's line", function()
    local message = helper.scripted({}):inbox("a@b.c"):message "<m>"
    local line = debug.getinfo(1, "l").currentline + 1
    local _, message_text = pcall(function() local a = message:reply { txt = "x" } return a end)
    local words = "object_spec.lua:" .. line .. ": inboxes.messages.reply: unknown parameter 'txt'"
    assert.is_truthy(message_text:find(words, 1, true), message_text)
  end)
end)

describe("a thread", function()
  it("has messages that are objects", function()
    local client, log = helper.scripted {
      { body = { thread_id = "t", inbox_id = "a@b.c", count = 1,
                 messages = { { message_id = "<m>", inbox_id = "a@b.c" } } } },
      { body = SENT }, { body = { thread_id = "t", labels = { "done" } } },
    }
    local thread = assert(client.threads:get "t")
    assert(thread.messages[1]:reply { text = "x" })
    assert(thread:relabel { add = "done" })
    assert.is_true(thread.labels.done)
    assert.equal("/v0/threads/t", log[1].target)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/reply", log[2].target)
    assert.equal("/v0/inboxes/a%40b.c/threads/t", log[3].target)
    assert.equal('{"add_labels":["done"]}', log[3].body)
  end)
end)

describe("a draft", function()
  local function draft_of(script)
    local client, log = helper.scripted(script)
    return client:inbox("a@b.c"), log
  end

  it("is created, changed, sent", function()
    local inbox, log = draft_of {
      { body = { draft_id = "d", inbox_id = "a@b.c", client_id = "order-1", subject = "s" } },
      { body = { draft_id = "d", inbox_id = "a@b.c", client_id = "order-1" } }, { body = SENT },
    }
    local draft = assert(inbox.drafts:create { to = "x@y.z", client_id = "order-1" })
    assert.equal('{"to":["x@y.z"],"client_id":"order-1"}', log[1].body)
    assert(draft:update { subject = require("agentmail").null })
    assert.is_nil(draft.subject)
    assert.equal('{"subject":null}', log[2].body)
    local sent, receipt = assert(draft:send())
    assert.equal("<sent>", sent.message_id)
    assert.equal(require("agentmail").key("drafts.send", "a@b.c", "client_id", "order-1"),
                 receipt.idempotency_key)
    assert.equal("{}", log[3].body)
    assert.equal("/v0/inboxes/a%40b.c/drafts/d/send", log[3].target)
  end)

  it("that gets a client_id has it in the receipt", function()
    local inbox, log = draft_of { { body = { draft_id = "d" } } }
    local _, receipt = assert(inbox.drafts:create { subject = "s" })
    assert.equal('{"subject":"s","client_id":"' .. receipt.client_id .. '"}', log[1].body)
  end)

  it("is not updated twice with attachments after a lost answer", function()
    local client, log = helper.scripted({ { effect = { kill = "reset" } },
                                          { effect = { kill = "reset" } },
                                          { body = { draft_id = "d" } } },
                                        { limits = helper.REPEATING })
    local draft = client:inbox("a@b.c"):draft "d"
    local none, _, failure = draft:update {
      add_attachments = { { url = "https://example.com/f" } } }
    assert.is_nil(none)
    assert.same({ "unknown", 1 }, { failure.outcome, #log })
    assert.equal(2, select(2, assert(draft:update { subject = "s" })).attempts)
  end)

  it("is garbage together with its client", function()
    local weak = setmetatable({}, { __mode = "v" })
    do
      local client = helper.scripted {}
      weak[1], weak[2] = client, client:inbox("a@b.c"):draft "d"
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(weak[1])
    assert.is_nil(weak[2])
  end)
end)
