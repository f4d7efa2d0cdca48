-- SPDX-License-Identifier: MIT
-- What the service would refuse is refused locally, with advice: the rules of tools/rules.lua, as
-- csrc/encode/rules.c checks them.

local helper = require "spec.support.helper"
local agentmail = require "agentmail"
local operations = require "agentmail.api.operations"
local checks = dofile "tools/rules.lua"

local client, log = helper.scripted {}
local inbox = client:inbox "a@b.c"

local function many(count, text)
  local list = {}
  for i = 1, count do list[i] = (text or "p%d@example.com"):format(i) end
  return list
end

-- The error that the caller gets, without the operation's name.
local function told(call)
  return (helper.mistake(call):gsub("^[%w_.]+: ", ""))
end

describe("a local check", function()
  it("counts the recipients of to, cc and bcc together", function()
    local words = "'to', 'cc' and 'bcc' hold 51 recipients, at most 50 are allowed; "
      .. "send to the others in a second mail"
    local message, mail = inbox:message "<m>", { to = many(30), cc = many(20), bcc = "one@b.c" }
    assert.equal(words, told(function() return inbox.messages:send(mail) end))
    assert.equal(words, told(function() return message:reply(mail) end))
    assert.equal(words, told(function() return message:forward(mail) end))
    assert.equal(words, told(function() return inbox.drafts:create(mail) end))
    assert.equal(words, told(function() return inbox:draft("d"):update(mail) end))
  end)

  it("refuses a mail without recipients", function()
    local words = "needs 'to', 'cc' or 'bcc'; a mail goes to somebody"
    assert.equal(words, told(function() return inbox.messages:send { text = "x" } end))
    assert.equal(words, told(function() return inbox.messages:send { to = {} } end))
    assert.equal(words, told(function() return inbox:message("m"):forward {} end))
  end)

  it("refuses parameters that exclude each other", function()
    local words = "'reply_all' excludes 'cc'; reply_all itself knows whom to answer"
    local both = { reply_all = true, cc = "x@y.z" }
    assert.equal(words, told(function() return inbox:message("m"):reply(both) end))
    assert.equal(words, told(function() return inbox.drafts:create(both) end))
    assert.equal("'in_reply_to' excludes 'forward_of'; a draft either answers or forwards",
      told(function() return inbox.drafts:create { in_reply_to = "a", forward_of = "b" } end))
    assert.equal("'track_opens' needs 'html'; only HTML can tell that it was opened",
      told(function() return inbox.messages:send { to = "a", track_opens = true } end))
    assert.equal("'reason' is for block lists; leave it out of an allow list",
      told(function()
        return client.lists:create { direction = "send", type = "allow", entry = "a@b.c",
                                     reason = "x" }
      end))
    for _, removed in ipairs { { "x-b", "x-a" }, "x-a" } do
      assert.equal("'remove_headers' holds \"x-a\", which 'headers' sets; name it in one of them",
        told(function()
          return client.webhooks:update_headers { webhook_id = "w", headers = { ["X-A"] = "1" },
                                                  remove_headers = removed }
        end))
    end
  end)

  it("refuses an update that changes nothing", function()
    local words = "needs 'add_labels' or 'remove_labels'; otherwise nothing changes"
    assert.equal(words, told(function() return inbox:message("m"):update {} end))
    assert.equal(words, told(function() return inbox:thread("t"):update { add_labels = {} } end))
    assert.equal(words, told(function() return client.threads:update "t" end))
    assert.equal("needs 'display_name', 'metadata' or 'status'; otherwise nothing changes",
                 told(function() return inbox:update {} end))
    assert.equal("needs 'headers' or 'remove_headers'; otherwise nothing changes",
                 told(function() return client.webhooks:update_headers "w" end))
  end)

  it("counts characters and bytes, and wants more than blanks", function()
    local calendar, message = inbox.calendar, inbox:message "m"
    local at = { start = "2026-10-15T09:00:00", ["end"] = "2026-10-15T10:00:00" }
    local function create(more)
      return told(function()
        local fields = { title = "T" }
        for _, from in ipairs { at, more } do
          for name, value in pairs(from) do fields[name] = value end
        end
        return calendar:create_event(fields)
      end)
    end
    assert.equal("'title' has 1001 characters, at most 1000 are allowed; shorten it",
                 create { title = ("é"):rep(1001) })
    assert.equal("'location' has 1025 characters, at most 1024 are allowed; shorten it",
                 create { location = ("x"):rep(1025), title = " " }) -- a blank title is fine
    assert.equal("'description' has 65538 bytes, at most 65536 are allowed; shorten it",
                 create { description = ("é"):rep(32769) })
    assert.equal("'metadata' has 16385 bytes, at most 16384 are allowed; keep it elsewhere and its "
      .. "id here", create { metadata = { a = ("x"):rep(16385 - 8) } })
    assert.equal("'metadata' has 16385 bytes, at most 16384 are allowed; keep it elsewhere and its "
      .. "id here", create { metadata = ("\n"):rep(8191) .. "x" })
    assert.equal("'attendees' holds 101 attendees, at most 100 are allowed; invite the others to a "
      .. "second event", create { attendees = (function()
        local list = {}
        for i = 1, 101 do list[i] = { email = i .. "@b.c" } end
        return list
      end)() })
    assert.equal("'attendees'[1].email is required", create { attendees = { { name = "A" } } })
    assert.equal("'attendees'[1] has the unknown field 'mail' (did you mean 'email'?)",
                 create { attendees = { { mail = "a@b.c" } } })
    assert.equal("'recurrence'.exdates must be a list, not a number (5)",
                 create { recurrence = { rule = "FREQ=DAILY", exdates = 5 } })
    assert.equal("'reason' is blank; say why it is released",
                 told(function() return message:release_agent_armor_message { reason = "" } end))
    assert.equal("'notes' has 2049 characters, at most 2048 are allowed; shorten it",
      told(function()
        return message:create_agent_armor_feedback { feedback = "missed_threat",
                                                     notes = ("x"):rep(2049) }
      end))
    assert.equal("'comment' has 4097 bytes, at most 4096 are allowed; shorten it",
      told(function()
        return inbox:event("e"):respond { status = "accepted", comment = ("x"):rep(4097) }
      end))
  end)

  it("counts ids, and names one that is given twice", function()
    local messages = inbox.messages
    assert.equal("'message_ids' holds 501 ids, at most 500 are allowed; split them over several "
      .. "calls", told(function() return messages:batch_get { message_ids = many(501) } end))
    assert.equal("'message_ids' holds 51 ids, at most 50 are allowed; split them over several "
      .. "calls", told(function()
        return messages:batch_update { message_ids = many(51), add_labels = "x" }
      end))
    assert.equal("'message_ids' is empty; name each message once",
                 told(function() return messages:batch_get { message_ids = {} } end))
    assert.equal("'message_ids' holds \"a\" twice (1 and 3); name each message once",
                 told(function() return messages:batch_get { message_ids = { "a", "b", "a" } } end))
    assert.equal("'inbox_ids' holds 11 ids, at most 10 are allowed; make a second webhook for the "
      .. "others", told(function()
        return client.webhooks:create { url = "https://example.com/", inbox_ids = many(11),
                                        event_types = "message.received" }
      end))
  end)

  it("refuses labels that only the service sets", function()
    local words = "'add_labels' holds \"Sent\", a label that only the service sets; "
      .. "use one of your own"
    assert.equal(words, told(function() return inbox:message("m"):relabel { add = "Sent" } end))
    assert.equal(words, told(function()
      return inbox:thread("t"):relabel { add = { "fine", "Sent" } }
    end))
    assert.equal("'remove_labels' holds \"received\", a label that only the service sets; "
      .. "use one of your own", told(function()
        return inbox:draft("d"):send { remove_labels = "received" }
      end))
  end)

  it("bounds the keys and values of metadata", function()
    local keys = {}
    for i = 1, 257 do keys["k" .. i] = i end
    assert.equal("'metadata' has 257 keys, at most 256 are allowed; put several into one",
                 told(function() return client.inboxes:create { metadata = keys } end))
    assert.is_truthy(told(function()
      return client.inboxes:create { metadata = { a = ("ä"):rep(257) } }
    end):find("^'metadata' has a value of 257 characters"))
    assert.is_truthy(told(function()
      return inbox:update { metadata = { [("k"):rep(257)] = 1 } }
    end):find("^'metadata' has the key of 257 characters"))
    assert.equal("'metadata' is {}, which changes nothing; agentmail.null clears it",
                 told(function() return inbox:update { metadata = {} } end))
  end)

  it("sends nothing, and raises at the caller's line", function()
    assert.equal(0, #log)
    local line = debug.getinfo(1, "l").currentline + 1
    local _, message = pcall(function() local a = inbox.messages:send {} return a end)
    assert.is_truthy(message:find("checks_spec.lua:" .. line .. ": inboxes.messages.send: ", 1,
                                  true), message)
  end)

  it("accepts a value that is at its limit", function()
    local open = helper.scripted { { body = { message_id = "m", thread_id = "t" } },
                                   { body = { inbox_id = "a" } } }
    assert(open:inbox("a").messages:send { to = many(48), cc = "a@b.c", bcc = { "d@e.f" } })
    assert(open:inbox("a"):update { metadata = agentmail.null })
  end)

  it("is declared for operations that exist, in every scope they have", function()
    for name in pairs(checks.rules) do assert.is_table(operations[name], name) end
    for _, name in ipairs { "pods.webhooks.create", "inboxes.webhooks.create",
                            "threads.update", "pods.threads.update", "pods.inboxes.create",
                            "inboxes.lists.create" } do
      assert.is_table(checks.of(name), name)
    end
    for _, name in ipairs { "pods.create", "domains.create", "inboxes.list", "agent.verify" } do
      assert.is_nil(checks.of(name), name)
    end
  end)
end)
