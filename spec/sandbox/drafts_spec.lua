-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local sandboxes = require "agentmail.sandbox"

describe("the sandbox's drafts", function()
  local A, B = "/v0/inboxes/a@agentmail.to", "/v0/inboxes/b@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "drafts" }, "a", "b")
  local ok = http.ok

  local function create(body) return ok(api("POST", A .. "/drafts", body)) end

  local function path(draft) return A .. "/drafts/" .. draft.draft_id end

  local function message(inbox, id)
    return ok(api("GET", inbox .. "/messages/" .. http.escape(id)))
  end

  it("are written, changed, listed and deleted", function()
    local draft = create { to = { "b@agentmail.to" }, subject = "S", text = "T", client_id = "d1",
                           labels = { "X" } }
    assert.equal("d1", draft.client_id)
    assert.same({ "x" }, draft.labels)
    assert.same(draft, ok(api("GET", path(draft))))
    assert.same(draft, ok(api("GET", "/v0/drafts/" .. draft.draft_id)))
    assert.equal(404, (api("GET", B .. "/drafts/" .. draft.draft_id)))
    sandbox:advance(1)
    local changed = ok(api("PATCH", path(draft), '{"subject":null,"to":[],"cc":["c@d.ee"],'
      .. '"add_labels":["y"],"remove_labels":["x"]}'))
    assert.is_nil(changed.subject)
    assert.is_nil(changed.to)
    assert.equal("T", changed.text)
    assert.same({ "c@d.ee" }, changed.cc)
    assert.same({ "y" }, changed.labels)
    assert.not_equal(draft.updated_at, changed.updated_at)
    local item = ok(api("GET", A .. "/drafts?labels=y")).drafts[1]
    assert.equal(draft.draft_id, item.draft_id)
    assert.is_nil(item.client_id)
    assert.is_nil(item.text)
    assert.equal(1, ok(api("GET", "/v0/drafts")).count)
    assert.equal(400, (api("PATCH", path(draft), '{"client_id":"x"}')))
    assert.equal(400, (api("PATCH", path(draft), '{"to":"b@agentmail.to"}')))
    assert.equal(204, (api("DELETE", path(draft))))
    assert.equal(404, (api("DELETE", path(draft))))
  end)

  it("are sent with their labels and files, and then deleted", function()
    local draft = create { to = { "b@agentmail.to" }, subject = "S", text = "T", labels = { "x" },
                           attachments = { { filename = "f", content = "AAAA" } } }
    local added = ok(api("PATCH", path(draft), { add_attachments = {
      { filename = "g", content = "BBBB" } } }))
    assert.equal(2, #added.attachments)
    ok(api("PATCH", path(draft), { remove_attachments = { added.attachments[1].attachment_id } }))
    local sent = ok(api("POST", path(draft) .. "/send",
                        { add_labels = "y", remove_labels = { "x" } }))
    local copy = message(A, sent.message_id)
    assert.same({ "sent", "delivered", "y" }, copy.labels)
    assert.equal("g", copy.attachments[1].filename)
    assert.equal("T", message(B, sent.message_id).text)
    assert.equal(404, (api("GET", path(draft))))
    assert.equal(404, (api("POST", path(draft) .. "/send", {})))
    assert.equal(draft.draft_id, sandbox:sent()[1].draft_id)
  end)

  it("stay if their send is refused", function()
    local draft = create { subject = "S" }
    assert.equal(422, (api("POST", path(draft) .. "/send", {})))
    assert.equal(400, (api("POST", path(draft) .. "/send", { add_labels = "sent" })))
    assert.equal("S", ok(api("GET", path(draft))).subject)
    assert.equal(0, #sandbox:sent())
  end)

  it("reply to messages and forward them", function()
    local mail = sandbox:inbound { to = { "a@agentmail.to", "b@agentmail.to" }, subject = "Q",
                                   from = "p@example.com", text = "question",
                                   attachments = { { filename = "q", content = "AAAA" } } }
    local reply = create { in_reply_to = mail.message_id, text = "answer" }
    assert.same({ { "p@example.com" }, "Re: Q", { mail.message_id } },
                { reply.to, reply.subject, reply.references })
    local sent = ok(api("POST", path(reply) .. "/send"))
    assert.equal(mail.thread_id, sent.thread_id)
    local all = create { in_reply_to = mail.message_id, reply_all = true }
    assert.same({ "b@agentmail.to" }, all.cc)
    local forward = create { forward_of = mail.message_id, to = { "b@agentmail.to" }, text = "fyi" }
    assert.is_nil(forward.attachments)
    local copy = message(B, ok(api("POST", path(forward) .. "/send")).message_id)
    assert.equal("Fwd: Q", copy.subject)
    assert.matches("^fyi\n.*question", copy.text)
    assert.equal("q", copy.attachments[1].filename)
    for _, bad in ipairs {
      { in_reply_to = mail.message_id, forward_of = mail.message_id }, { reply_all = true },
      { in_reply_to = mail.message_id, reply_all = true, to = { "x@y.z" } },
    } do assert.equal(400, (api("POST", A .. "/drafts", bad))) end
    assert.equal(404, (api("POST", A .. "/drafts", { in_reply_to = "<no>" })))
  end)

  it("are created once per client_id", function()
    local one = create { subject = "first", client_id = "once" }
    assert.same(one, create { subject = "other", client_id = "once" })
    assert.equal(1, ok(api("GET", A .. "/drafts")).count)
    assert.equal(400, (api("POST", A .. "/drafts", { client_id = "a b" })))
  end)

  it("are created again for the client_id of a sent draft if a switch says so", function()
    local one = create { to = { "b@agentmail.to" }, client_id = "once" }
    ok(api("POST", path(one) .. "/send"))
    assert.same(one, create { to = { "b@agentmail.to" }, client_id = "once" })
    assert.equal(404, (api("POST", path(one) .. "/send")))
    sandbox:switch { draft_client_id = "not_found" }
    assert.equal(404, (api("POST", A .. "/drafts", { client_id = "once" })))
    sandbox:switch { draft_client_id = "recreate" }
    local two = create { to = { "b@agentmail.to" }, client_id = "once" }
    assert.not_equal(one.draft_id, two.draft_id)
    ok(api("POST", path(two) .. "/send"))
    local audit = sandbox:audit()
    assert.equal(1, audit.extra_mails)
    assert.same({ "draft client_id once" }, audit.duplicates[1].names)
  end)

  it("are sent by the clock, each at its time", function()
    local function at(minute, subject, to)
      return create { to = { to or "b@agentmail.to" }, subject = subject,
                      send_at = ("2030-05-01T12:%02d:00Z"):format(minute) }
    end
    local late, early, bad = at(20, "late"), at(10, "early"), at(15, "bad", "reject@sandbox.test")
    local dropped = at(12, "dropped")
    assert.equal("scheduled", late.send_status)
    assert.same({ "scheduled" }, late.labels)
    local unscheduled = ok(api("PATCH", path(dropped), '{"send_at":null}'))
    assert.same({}, unscheduled.labels)
    assert.is_nil(unscheduled.send_status)
    assert.equal(0, sandbox:advance("9m").sent)
    assert.equal(2, sandbox:advance("1h").sent)
    local sent = sandbox:sent()
    assert.same({ "early", "2030-05-01T12:10:00.000Z", "clock" },
                { sent[1].subject, sent[1].at, sent[1].operation })
    assert.same({ "late", "2030-05-01T12:20:00.000Z" }, { sent[2].subject, sent[2].at })
    assert.equal("2030-05-01T13:09:00.000Z", sandbox:now())
    assert.equal(404, (api("GET", path(early))))
    assert.equal("failed", ok(api("GET", path(bad))).send_status)
    assert.same({ "received", "unread" }, message(B, sent[1].message_id).labels)
    assert.equal(0, #sandbox:audit().losses)
  end)

  it("that are overdue are sent in the order of their times", function()
    for minute = 9, 7, -1 do
      create { to = { "x@y.zz" }, subject = tostring(minute),
               send_at = ("2030-05-01T12:0%d:00Z"):format(minute) }
    end
    create { to = { "x@y.zz" }, subject = "past", send_at = "2030-05-01T11:00:00Z" }
    assert.equal("past", sandbox:sent()[1].subject) -- at once
    sandbox:freeze "2030-05-01T13:00:00Z" -- past their times, without running them
    assert.equal(0, #sandbox:audit().losses)
    local order = {}
    for i, row in ipairs(sandbox:sent()) do order[i] = row.subject end
    assert.equal("past 7 8 9", table.concat(order, " "))
  end)

  it("that are already due are sent at the next tick of a real clock", function()
    local real = assert(sandboxes.start {})
    local call = http.api(real)
    call("POST", "/v0/inboxes", { username = "a" })
    call("POST", A .. "/drafts", { to = { "x@y.zz" }, send_at = "2001-01-01T00:00:00Z" })
    repeat until #real:sent() == 1
    assert.equal(0, #real:audit().losses)
    real:close()
  end)
end)
