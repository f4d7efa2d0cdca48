-- SPDX-License-Identifier: MIT
-- Inboxes, messages, threads, labels, lists: what the service stores and shows.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("in the sandbox,", function()
  local A, B = "/v0/inboxes/a@agentmail.to", "/v0/inboxes/b@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "mail" }, "a", "b", "c")
  local ok = http.ok

  local function send(inbox, body, headers)
    return ok(api("POST", inbox .. "/messages/send", body, headers))
  end

  local function message(inbox, id) return inbox .. "/messages/" .. http.escape(id) end

  local function ids(list, field)
    local result = {}
    for i, item in ipairs(list) do result[i] = item[field] end
    return result
  end

  local function subjects(target)
    return ids(ok(api("GET", target)).messages, "subject")
  end

  describe("inboxes", function()
    it("are created, read, changed, listed, searched and deleted", function()
      local made = ok(api("POST", "/v0/inboxes", {
        username = "Support", display_name = "Help Desk", metadata = { n = 1, s = "x", b = true },
      }))
      assert.equal("support@agentmail.to", made.inbox_id)
      assert.equal(made.inbox_id, made.email)
      assert.equal("2030-05-01T12:00:00.000Z", made.created_at)
      assert.same({ n = 1, s = "x", b = true }, made.metadata)
      local path = "/v0/inboxes/support%40agentmail.to"
      assert.same(made, ok(api("GET", path)))
      assert.same(made, ok(api("GET", "/v0/inboxes/SUPPORT@agentmail.to")))
      local changed = ok(api("PATCH", path, '{"metadata":{"n":null,"s":"y"}}'))
      assert.same({ s = "y", b = true }, changed.metadata)
      assert.is_nil(ok(api("PATCH", path, '{"metadata":null}')).metadata)
      assert.equal("New", ok(api("PATCH", path, { display_name = "New" })).display_name)
      assert.equal(400, (api("PATCH", path, {})))
      assert.equal(400, (api("PATCH", path, '{"metadata":{}}')))
      assert.equal(400, (api("PATCH", path, { display_name = "New (old)" })))
      assert.same({ "support@agentmail.to" },
                  ids(ok(api("GET", "/v0/inboxes/search?q=sup")).inboxes, "inbox_id"))
      assert.same({}, ids(ok(api("GET", "/v0/inboxes/search?q=upp")).inboxes, "inbox_id"))
      assert.equal(403, (api("POST", "/v0/inboxes", { username = "support" })))
      assert.equal(204, (api("DELETE", path)))
      assert.equal(404, (api("DELETE", path)))
      assert.equal(404, (api("GET", path)))
    end)

    it("refuse a malformed address", function()
      for _, bad in ipairs { "", "a b", "@", "a@b", ("x"):rep(65), "ü" } do
        assert.equal(400, (api("POST", "/v0/inboxes", { username = bad })), bad)
      end
      assert.equal(400, (api("POST", "/v0/inboxes", { domain = "nodot" })))
    end)

    it("are listed newest first in pages, under any clock", function()
      local all, token = {}, nil
      repeat
        local page = ok(api("GET", "/v0/inboxes?limit=1"
                            .. (token and "&page_token=" .. token or "")))
        assert.equal(1, page.count)
        all[#all + 1] = page.inboxes[1].inbox_id
        token = page.next_page_token
      until not token
      assert.same({ "c@agentmail.to", "b@agentmail.to", "a@agentmail.to" }, all)
      assert.equal("a@agentmail.to",
                   ok(api("GET", "/v0/inboxes?ascending=true")).inboxes[1].inbox_id)
    end)

    it("are created once per client_id, and again after they were deleted", function()
      local one = ok(api("POST", "/v0/inboxes", { client_id = "x-1" }))
      assert.same(one, ok(api("POST", "/v0/inboxes", { client_id = "x-1", username = "other" })))
      assert.equal("replayed", sandbox:requests { operation = "inboxes.create" }[5].effect)
      assert.equal(204, (api("DELETE", "/v0/inboxes/" .. one.inbox_id)))
      assert.not_equal(one.inbox_id, ok(api("POST", "/v0/inboxes", { client_id = "x-1" })).inbox_id)
      local two = ok(api("POST", "/v0/inboxes", { username = "two", client_id = "x-2" }))
      api("DELETE", "/v0/inboxes/" .. two.inbox_id)
      ok(api("POST", "/v0/inboxes", { username = "two" })) -- another's, at the same address
      assert.not_equal(two.inbox_id, ok(api("POST", "/v0/inboxes", { client_id = "x-2" })).inbox_id)
      for _, bad in ipairs { "", "a@b", "a:b", "ü", ("x"):rep(257) } do
        assert.equal(400, (api("POST", "/v0/inboxes", { client_id = bad })), bad)
      end
    end)
  end)

  describe("sending a mail", function()
    it("keeps a copy, delivers one, and hides bcc from it", function()
      local sent = send(A, { to = "B <b@agentmail.to>", bcc = { "c@agentmail.to" }, subject = "Hi",
                             text = "Hello  there\nyou", html = "<p>Hello</p>",
                             labels = { "Campaign" }, headers = { ["X-One"] = "1" } })
      local mine = ok(api("GET", message(A, sent.message_id)))
      assert.equal(sent.thread_id, mine.thread_id)
      assert.same({ "sent", "delivered", "campaign" }, mine.labels)
      assert.same({ "c@agentmail.to" }, mine.bcc)
      assert.equal("Hello there you", mine.preview)
      local theirs = ok(api("GET", message(B, sent.message_id)))
      assert.same({ "received", "unread" }, theirs.labels)
      assert.equal("a@agentmail.to", theirs.from)
      assert.is_nil(theirs.bcc)
      assert.same({ ["X-One"] = "1" }, theirs.headers)
      assert.equal("<p>Hello</p>", theirs.html)
      assert.same({ "received", "unread" },
                  ok(api("GET", message("/v0/inboxes/c@agentmail.to", sent.message_id))).labels)
      local item = ok(api("GET", B .. "/messages")).messages[1]
      assert.is_nil(item.text)
      assert.is_nil(item.html)
    end)

    it("to oneself keeps one copy", function()
      local sent = send(A, { to = "a@agentmail.to", subject = "Note" })
      assert.same({ "sent", "delivered", "received", "unread" },
                  ok(api("GET", message(A, sent.message_id))).labels)
      assert.equal(1, ok(api("GET", A .. "/messages")).count)
    end)

    it("is refused without recipients, with too many, or with bad ones", function()
      local function status(body) return (api("POST", A .. "/messages/send", body)) end
      assert.equal(422, status { subject = "x" })
      assert.equal(422, status { to = json.array {} })
      assert.equal(400, status { to = "nobody" })
      assert.equal(400, status { to = "a@b c@d" })
      assert.equal(400, status { to = { "a@b.c" }, reply_to = "x" })
      local many = {}
      for i = 1, 51 do many[i] = "p" .. i .. "@example.com" end
      assert.equal(400, status { to = many })
      many[51] = nil
      assert.equal(200, status { to = many })
      assert.equal(403, status { to = "reject@sandbox.test" })
      assert.equal(404, (api("POST", "/v0/inboxes/x@agentmail.to/messages/send", { to = "a@b.c" })))
      assert.equal(1, #sandbox:sent())
    end)

    it("keeps attachments and serves them by a signed link", function()
      local sent = send(A, { to = "b@agentmail.to", attachments = { {
        filename = "a.txt", content = "aGVsbG8=", content_type = "text/plain" } } })
      local row = ok(api("GET", message(B, sent.message_id))).attachments[1]
      assert.equal(5, row.size)
      local path = message(B, sent.message_id) .. "/attachments/" .. row.attachment_id
      local answer = ok(api("GET", path))
      assert.equal("a.txt", answer.filename)
      assert.equal("2030-05-01T13:00:00.000Z", answer.expires_at)
      local target = answer.download_url:sub(#sandbox.url + 1)
      local function download(where)
        local connection = http.connect(sandbox.url)
        local status, bytes, headers = connection:request("GET", where)
        connection:close()
        return status, bytes, headers["content-type"]
      end
      assert.same({ 200, "hello", "text/plain" }, { download(target) })
      assert.equal(404, (download(target:gsub("%x$", "!"))))
      assert.equal(404, (download(target:gsub("expires=%d", "expires=9"))))
      assert.equal(404, (api("GET", path .. "x")))
      local raw = ok(api("GET", message(B, sent.message_id) .. "/raw"))
      local status, eml = download(raw.download_url:sub(#sandbox.url + 1))
      assert.equal(200, status)
      assert.equal(raw.size, #eml)
      assert.matches("Message%-ID: " .. sent.message_id:gsub("%p", "%%%0"), eml)
      assert.matches("aGVsbG8=", eml)
      sandbox:advance "61m"
      assert.equal(404, (download(target)))
    end)
  end)

  describe("replying to a mail", function()
    it("goes to the sender, in the thread, with the references", function()
      local first = send(A, { to = "b@agentmail.to", subject = "Hi", text = "one" })
      local reply = ok(api("POST", message(B, first.message_id) .. "/reply", { text = "two" }))
      local got = ok(api("GET", message(A, reply.message_id)))
      assert.equal("Re: Hi", got.subject)
      assert.equal(first.message_id, got.in_reply_to)
      assert.same({ first.message_id }, got.references)
      assert.equal(first.thread_id, got.thread_id)
      assert.same({ "a@agentmail.to" }, got.to)
      local third = ok(api("POST", message(A, reply.message_id) .. "/reply", { text = "three" }))
      local last = ok(api("GET", message(B, third.message_id)))
      assert.equal("Re: Hi", last.subject)
      assert.same({ first.message_id, reply.message_id }, last.references)
      local thread = ok(api("GET", A .. "/threads/" .. first.thread_id))
      assert.same({ "one", "two", "three" }, ids(thread.messages, "text"))
      assert.equal(3, thread.message_count)
      assert.equal("Hi", thread.subject)
      assert.equal(third.message_id, thread.last_message_id)
      assert.same({ "a@agentmail.to", "b@agentmail.to" }, thread.senders)
      assert.equal(404, (api("GET", B .. "/threads/" .. first.thread_id)))
    end)

    it("goes to all the others, to a named address, and to one's own mail", function()
      local first = send(A, { to = { "b@agentmail.to", "x@example.com" }, cc = "c@agentmail.to",
                              subject = "Hi" })
      local all = ok(api("POST", message(B, first.message_id) .. "/reply-all", {}))
      local got = ok(api("GET", message(B, all.message_id)))
      assert.same({ "a@agentmail.to" }, got.to)
      assert.same({ "x@example.com", "c@agentmail.to" }, got.cc)
      local same = ok(api("POST", message(B, first.message_id) .. "/reply", { reply_all = true }))
      assert.same(got.cc, ok(api("GET", message(B, same.message_id))).cc)
      assert.equal(400, (api("POST", message(B, first.message_id) .. "/reply",
                             { reply_all = true, to = "z@example.com" })))
      local own = ok(api("POST", message(A, first.message_id) .. "/reply", {}))
      assert.same({ "b@agentmail.to", "x@example.com" },
                  ok(api("GET", message(A, own.message_id))).to)
      local named = send(A, { to = "b@agentmail.to", reply_to = "desk@example.com" })
      local to_desk = ok(api("POST", message(B, named.message_id) .. "/reply", {}))
      assert.same({ "desk@example.com" }, ok(api("GET", message(B, to_desk.message_id))).to)
      local elsewhere = ok(api("POST", message(B, first.message_id) .. "/reply", { to = "z@z.zz" }))
      assert.same({ "z@z.zz" }, ok(api("GET", message(B, elsewhere.message_id))).to)
    end)

    it("by a forward includes the text and the files", function()
      local first = send(A, { to = "b@agentmail.to", subject = "Plan", text = "the plan",
                              attachments = { { filename = "p", content = "cGxhbg==" } } })
      local path = message(B, first.message_id) .. "/forward"
      assert.equal(422, (api("POST", path, {})))
      local forwarded = ok(api("POST", path, { to = "c@agentmail.to", text = "see" }))
      local got = ok(api("GET", message("/v0/inboxes/c@agentmail.to", forwarded.message_id)))
      assert.equal("Fwd: Plan", got.subject)
      assert.matches("^see\n.*From: a@agentmail.to.*the plan", got.text)
      assert.equal("p", got.attachments[1].filename)
      assert.not_equal(first.thread_id, forwarded.thread_id)
    end)

    it("may be done by people outside", function()
      local first = send(A, { to = "Ann <ann@example.com>", subject = "Hi" })
      local answer = sandbox:reply(first.message_id, { text = "Yes.\n\nOn Monday A wrote:\n> Hi" })
      local got = ok(api("GET", message(A, answer.message_id)))
      assert.equal("Ann <ann@example.com>", got.from)
      assert.equal("Re: Hi", got.subject)
      assert.equal("Yes.", got.extracted_text)
      assert.equal(first.thread_id, got.thread_id)
      local cold = sandbox:inbound { to = "b@agentmail.to", from = "x@y.z", subject = "Cold",
                                     labels = { "spam" } }
      assert.same({ "received", "unread", "spam" },
                  ok(api("GET", message(B, cold.message_id))).labels)
      assert.error_matches(function() sandbox:inbound { to = "no@agentmail.to" } end, "not found")
      assert.error_matches(function() sandbox:inbound { subject = "x" } end, "to: this field")
      assert.error_matches(function() sandbox:inbound { to = "b@agentmail.to", form = "x" } end,
                           "did you mean 'from'")
      assert.error_matches(function() sandbox:reply("<nothing>") end, "not found")
    end)

    it("finds the thread by References alone, not by the subject", function()
      local first = send(A, { to = "x@example.com", subject = "Question" })
      local answer = sandbox:inbound { to = "a@agentmail.to", subject = "unlike",
                                       references = { "<lost@x.zz>", first.message_id } }
      assert.equal(first.thread_id, answer.thread_id)
      local cold = sandbox:inbound { to = "a@agentmail.to", subject = "Re: Question" }
      assert.not_equal(first.thread_id, cold.thread_id)
    end)
  end)

  describe("labels", function()
    local id

    before_each(function()
      id = send(A, { to = "b@agentmail.to", subject = "Label me" }).message_id
    end)

    local function relabel(body) return api("PATCH", message(B, id), body) end

    it("are lower case, a set, and partly the system's own", function()
      local changed = ok(relabel { add_labels = { "Needs-Review", "needs-review" },
                                   remove_labels = "unread" })
      assert.same({ "received", "needs-review" }, changed.labels)
      assert.same(changed.labels, ok(relabel { add_labels = "x", remove_labels = "X" }).labels)
      for _, system in ipairs { "received", "Sent", "bounced", "scheduled" } do
        assert.equal(400, (relabel { add_labels = system }), system)
        assert.equal(400, (relabel { remove_labels = { system } }), system)
      end
      assert.equal(400, (relabel {}))
      assert.equal(400, (relabel { add_labels = "" }))
      assert.equal(400, (api("POST", A .. "/messages/send", { to = "x@y.z", labels = { "sent" } })))
      assert.equal(404, (api("PATCH", message(B, "<no>"), { add_labels = "x" })))
    end)

    it("filter lists: all must match, in any encoding and case", function()
      ok(relabel { add_labels = { "a b", "c" } })
      sandbox:inbound { to = "b@agentmail.to", subject = "Other" }
      for _, query in ipairs {
        "labels=%5B%22a%20b%22%2C%22C%22%5D", "labels=a+b,c", "labels=a%20b&labels=c", "labels=C",
      } do
        assert.same({ "Label me" }, subjects(B .. "/messages?" .. query), query)
      end
      assert.same({}, subjects(B .. "/messages?labels=c,nothing"))
      assert.same({ "Other", "Label me" }, subjects(B .. "/messages?labels=received"))
      assert.equal(400, (api("GET", B .. "/messages?labels=%5B1%5D")))
      assert.equal(400, (api("GET", B .. "/messages?labels=%5B")))
      assert.equal(1, ok(api("GET", B .. "/threads?labels=c")).count)
    end)

    it("are lower case and looked up by Unicode's mapping; a final sigma equals a sigma", function()
      local changed = ok(relabel { add_labels = { "GRÖẞE", "Τέλος", "ΤΈΛΟΣ", "ЖУК", "Łódź" } })
      assert.same({ "received", "unread", "größe", "τέλος", "жук", "łódź" }, changed.labels)
      for _, label in ipairs { "größe", "Größe", "τέλος", "ΤΈΛΟΣ", "τέλοσ", "Жук", "ŁÓDŹ" } do
        local query = "?labels=" .. http.escape(label)
        assert.same({ "Label me" }, subjects(B .. "/messages" .. query), label)
        assert.equal(1, ok(api("GET", B .. "/threads" .. query)).count, label)
      end
      assert.same({}, subjects(B .. "/messages?labels=" .. http.escape "τέλο"))
      assert.same({ "received", "unread", "größe", "łódź" },
                  ok(relabel { remove_labels = { "ΤΈΛΟΣ", "жУК" } }).labels)
      ok(api("POST", A .. "/drafts", { subject = "D", labels = { "Σύνολος" } }))
      assert.equal(1, ok(api("GET", A .. "/drafts?labels=" .. http.escape "ΣΎΝΟΛΟΣ")).count)
    end)

    it("hide spam, trash, blocked and unauthenticated mail", function()
      for _, label in ipairs { "spam", "trash", "blocked", "unauthenticated" } do
        ok(relabel { add_labels = label })
        assert.same({}, subjects(B .. "/messages"))
        assert.equal(0, ok(api("GET", B .. "/threads")).count)
        assert.same({ "Label me" }, subjects(B .. "/messages?include_" .. label .. "=true"))
        assert.equal(1, ok(api("GET", B .. "/threads?include_" .. label .. "=true")).count)
        assert.equal(0, ok(api("GET", B .. "/messages/search?q=label")).count)
        ok(relabel { remove_labels = label })
      end
      assert.same({ "Label me" }, subjects(B .. "/messages"))
    end)

    it("change for a thread and for a batch", function()
      local thread_id = ok(api("GET", message(B, id))).thread_id
      local thread = B .. "/threads/" .. thread_id
      assert.same({ "received", "done" }, ok(api("PATCH", thread,
        { add_labels = { "Done" }, remove_labels = { "unread", "none" } })).labels)
      assert.same({ "received", "done" }, ok(api("GET", message(B, id))).labels)
      assert.equal(400, (api("PATCH", thread, { add_labels = "text" })))
      assert.equal(400, (api("PATCH", thread, { add_labels = { "sent" } })))
      local batch = B .. "/messages/batch-update"
      local answer = ok(api("POST", batch, { message_ids = { "<no>", id }, add_labels = "more" }))
      assert.same({ 1, 2 }, { answer.count, answer.limit })
      assert.same({ "received", "done", "more" }, answer.updates[1].labels)
      assert.same({ "received", "done", "more" }, ok(api("GET", thread)).labels)
      assert.equal(400, (api("POST", batch, { message_ids = { id, id }, add_labels = "x" })))
      assert.equal(400, (api("POST", batch, { message_ids = { id } })))
      local got = ok(api("POST", B .. "/messages/batch-get", { message_ids = { id, "<no>" } }))
      assert.same({ 1, 2, id }, { got.count, got.limit, got.messages[1].message_id })
    end)
  end)

  describe("lists of mail", function()
    before_each(function()
      for i = 1, 5 do
        sandbox:inbound { to = "b@agentmail.to", from = "p" .. i % 2 .. "@example.com",
                          subject = "Mail " .. i, text = "number-" .. i .. " of five" }
        sandbox:advance "1m"
      end
    end)

    it("have pages in both directions, by either kind of token", function()
      for _, kind in ipairs { "cursor", "offset" } do
        sandbox:switch { page_tokens = kind }
        for order, expected in pairs { [""] = "5 4 3 2 1", ["&ascending=true"] = "1 2 3 4 5" } do
          local seen, token = {}, nil
          repeat
            local page = ok(api("GET", B .. "/messages?limit=2" .. order
                                .. (token and "&page_token=" .. http.escape(token) or "")))
            assert.equal(2, page.limit)
            for _, item in ipairs(page.messages) do seen[#seen + 1] = item.subject:match "%d" end
            token = page.next_page_token
          until not token
          assert.equal(expected, table.concat(seen, " "))
        end
      end
      sandbox:switch { page_tokens = "cursor" }
    end)

    it("refuse a page token that is invented, changed, or from another query", function()
      local token = ok(api("GET", B .. "/messages?limit=2")).next_page_token
      local function status(target) return (api("GET", target)) end
      assert.equal(200, status(B .. "/messages?limit=3&page_token=" .. token))
      for _, bad in ipairs { "x", "", token .. "0", "c.1.1", token:gsub("^c%.%d", "c.9") } do
        assert.equal(400, status(B .. "/messages?page_token=" .. bad), bad)
      end
      assert.equal(400, status(B .. "/messages?ascending=true&page_token=" .. token))
      assert.equal(400, status(A .. "/messages?page_token=" .. token))
      assert.equal(400, status(B .. "/threads?page_token=" .. token))
    end)

    it("filter by time, sender, recipient and subject, all at once", function()
      local function numbers(query)
        local all = {}
        for i, subject in ipairs(subjects(B .. "/messages?" .. query)) do
          all[i] = subject:match "%d"
        end
        return table.concat(all, " ")
      end
      assert.equal("2 1", numbers "before=2030-05-01T12:02:00Z")
      assert.equal("5 4", numbers "after=2030-05-01T12:02:00.000Z")
      assert.equal("4", numbers "after=2030-05-01T12:02:00Z&before=2030-05-01T14:04:00%2B02:00")
      assert.equal("5 3 1", numbers "from=P1@example.com")
      assert.equal("3", numbers "from=p1&subject=mail&subject=3&to=b@agentmail.to")
      assert.equal("", numbers "from=p1,p0")
    end)

    it("search words: parts of addresses and subjects, whole words of a body", function()
      local function found(q, where)
        return subjects((where or B) .. "/messages/search?q=" .. http.escape(q))
      end
      assert.same({ "Mail 3" }, found "number-3")
      assert.equal(5, #found "FIVE mail")
      assert.same({}, found "fiv")
      assert.equal(3, #found "p1@exam")
      assert.same({}, found("number-3", A))
      local item = ok(api("GET", B .. "/messages/search?q=five+mail&limit=1")).messages[1]
      assert.same({ "**Mail** 5" }, item.highlights.subject)
      assert.same({ "number-5 of **five**" }, item.highlights.text)
      assert.is_nil(item.highlights.from)
      local page = ok(api("GET", B .. "/messages/search?q=mail&limit=4"))
      page = ok(api("GET", B .. "/messages/search?q=mail&limit=4&page_token="
                    .. page.next_page_token))
      assert.same({ "Mail 1" }, ids(page.messages, "subject"))
      assert.equal(5, ok(api("GET", B .. "/threads/search?q=five")).count)
      assert.equal(5, ok(api("GET", "/v0/threads/search?q=five")).count)
    end)

    it("show threads of an inbox and of the organization", function()
      send(A, { to = "x@example.com", subject = "Out" })
      assert.equal(5, ok(api("GET", B .. "/threads")).count)
      assert.same({ "Out", "Mail 5" },
                  ids(ok(api("GET", "/v0/threads?limit=2")).threads, "subject"))
      assert.equal(3, ok(api("GET", "/v0/threads?senders=p1@example.com")).count)
      assert.equal(1, ok(api("GET", "/v0/threads?recipients=x@example.com&subject=out")).count)
    end)

    it("show the newest messages of a long thread first", function()
      local id = sandbox:inbound { to = "b@agentmail.to", text = "m0" }
      for i = 1, 4 do
        sandbox:advance "1m"
        sandbox:inbound { to = "b@agentmail.to", text = "m" .. i, in_reply_to = id.message_id }
      end
      local path = "/v0/threads/" .. id.thread_id .. "?limit=2"
      local page = ok(api("GET", path))
      assert.same({ "m3", "m4" }, ids(page.messages, "text"))
      page = ok(api("GET", path .. "&page_token=" .. page.next_page_token))
      assert.same({ "m1", "m2" }, ids(page.messages, "text"))
      page = ok(api("GET", path .. "&page_token=" .. page.next_page_token))
      assert.same({ "m0" }, ids(page.messages, "text"))
      assert.is_nil(page.next_page_token)
    end)

    it("lose a deleted message, and a thread with its last message", function()
      local item = ok(api("GET", B .. "/messages")).messages[1]
      assert.equal(204, (api("DELETE", message(B, item.message_id))))
      assert.equal(404, (api("DELETE", message(B, item.message_id))))
      assert.equal(404, (api("GET", "/v0/threads/" .. item.thread_id)))
      local thread = ok(api("GET", B .. "/threads")).threads[1]
      assert.equal(204, (api("DELETE", B .. "/threads/" .. thread.thread_id)))
      assert.equal(404, (api("GET", message(B, thread.last_message_id))))
      assert.equal(3, ok(api("GET", B .. "/messages")).count)
    end)
  end)
end)
