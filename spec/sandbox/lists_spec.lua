-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"

describe("the sandbox's allow and block lists", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "lists" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  local function add(entry, list, scope)
    return ok(api("POST", (scope or "/v0") .. "/lists/" .. list, { entry = entry }))
  end

  local function labels_of(mail)
    return table.concat(ok(api("GET", A .. "/messages/" .. http.escape(mail.message_id))).labels,
                        " ")
  end

  local function receive(from)
    return labels_of(sandbox:inbound { to = "a@agentmail.to", from = from, subject = "S" })
  end

  it("hold addresses and domains, in alphabetical order", function()
    local entry = add("Bad@Example.com", "receive/block")
    assert.same({ "bad@example.com", "email", "receive", "block" },
                { entry.entry, entry.entry_type, entry.direction, entry.list_type })
    assert.equal("domain", add("an.example", "receive/block").entry_type)
    local path = "/v0/lists/receive/block"
    assert.equal("403 already_exists", code(api("POST", path, { entry = "BAD@example.com" })))
    local page = ok(api("GET", path .. "?limit=1"))
    assert.equal("an.example", page.entries[1].entry)
    page = ok(api("GET", path .. "?limit=1&page_token=" .. page.next_page_token))
    assert.same({ entry }, page.entries)
    assert.is_nil(page.next_page_token)
    assert.same(entry, ok(api("GET", path .. "/bad%40example.com")))
    assert.equal(0, ok(api("GET", "/v0/lists/send/block")).count)
    assert.equal(0, ok(api("GET", A .. "/lists/receive/block")).count)
    assert.equal(204, (api("DELETE", path .. "/bad%40example.com")))
    assert.equal(404, (api("DELETE", path .. "/bad%40example.com")))
    assert.equal("spoof", ok(api("POST", path, { entry = "x@y.zz", reason = "spoof" })).reason)
    for _, bad in ipairs { { "receive/block", "no address" }, { "sideways/block", "a@b.cc" },
                           { "send/maybe", "a@b.cc" } } do
      assert.equal(400, (api("POST", "/v0/lists/" .. bad[1], { entry = bad[2] })))
    end
    assert.equal(400, (api("POST", "/v0/lists/send/allow", { entry = "a@b.cc", reason = "r" })))
    local pod_id = ok(api("GET", A)).pod_id
    local own = add("x@y.zz", "reply/allow", A)
    assert.equal(0, ok(api("GET", "/v0/lists/reply/allow")).count)
    assert.equal(0, ok(api("GET", "/v0/pods/" .. pod_id .. "/lists/reply/allow")).count)
    local other = "/v0/inboxes/" .. ok(api("POST", "/v0/inboxes", {})).inbox_id
    assert.equal(0, ok(api("GET", other .. "/lists/reply/allow")).count)
    assert.same({ pod_id, "a@agentmail.to" }, { own.pod_id, own.inbox_id })
    assert.equal(pod_id, add("x@y.zz", "reply/allow", "/v0/pods/" .. pod_id).pod_id)
  end)

  it("block incoming mail; the most specific scope wins", function()
    assert.equal("received unread", receive "p@bad.example")
    add("bad.example", "receive/block")
    assert.equal("received unread blocked", receive "p@bad.example")
    assert.equal("received unread", receive "p@good.example")
    add("p@bad.example", "receive/allow")
    assert.equal("received unread", receive "p@bad.example")
    assert.equal("received unread blocked", receive "q@bad.example")
    assert.equal("received unread blocked", receive "p@good.example") -- not among the allowed
    add("good.example", "receive/allow", A)
    assert.equal("received unread", receive "p@good.example")
    assert.equal(1, ok(api("GET", A .. "/messages?labels=blocked&include_blocked=true&limit=1"))
      .count)
    assert.equal("403 cannot_delete", (function()
      sandbox:fault { at = "outcome", ["do"] = "complained" }
      ok(api("POST", A .. "/messages/send", { to = "angry@example.com" }))
      assert.equal("403 message_rejected",
                   code(api("POST", A .. "/messages/send", { to = "angry@example.com" })))
      sandbox:heal()
      sandbox:fault { at = "outcome", ["do"] = "bounced" }
      ok(api("POST", A .. "/messages/send", { to = "gone@example.com" }))
      local entry = ok(api("GET", "/v0/lists/send/block/gone@example.com"))
      assert.same({ true, "bounced" }, { entry.read_only, entry.reason })
      return code(api("DELETE", "/v0/lists/send/block/gone@example.com"))
    end)())
  end)

  it("block mail to addresses that bounced, at once and permanently", function()
    for word, reason in pairs { bounce = "bounced", complain = "complained" } do
      local address = word .. "@sandbox.test"
      ok(api("POST", A .. "/messages/send", { to = { address, "x@example.com" } }))
      local status, problem = api("POST", A .. "/messages/send", { to = address })
      assert.equal("403 message_rejected", status .. " " .. problem.code)
      assert.is_truthy(problem.message:find(address, 1, true))
      local entry = ok(api("GET", "/v0/lists/send/block/" .. address))
      assert.same({ true, reason }, { entry.read_only, entry.reason })
      sandbox:advance "90d"
      assert.equal("403 message_rejected",
                   code(api("POST", A .. "/messages/send", { to = address })))
    end
    ok(api("POST", A .. "/messages/send", { to = "x@example.com" }))
    assert.equal(3, #sandbox:sent())
  end)

  it("of one inbox do not apply to another", function()
    ok(api("POST", "/v0/inboxes", { username = "b" }))
    add("bad.example", "receive/block", A)
    local mail = sandbox:inbound { to = { "a@agentmail.to", "b@agentmail.to" }, subject = "S",
                                   from = "p@bad.example" }
    assert.equal("received unread blocked", labels_of(mail))
    assert.equal(1, ok(api("GET", "/v0/inboxes/b@agentmail.to/messages")).count)
  end)

  it("judge replies only by the lists for replies", function()
    local sent = ok(api("POST", A .. "/messages/send", { to = "p@bad.example" }))
    add("bad.example", "receive/block")
    local function answer() return labels_of(sandbox:reply(sent.message_id, { text = "re" })) end
    assert.equal("received unread", answer())
    add("bad.example", "reply/block")
    assert.equal("received unread blocked", answer())
  end)

  it("block outgoing mail too, sent directly or from a draft", function()
    add("bad.example", "send/block")
    local status, body = api("POST", A .. "/messages/send", { to = { "x@ok.example",
                                                                     "p@bad.example" } })
    assert.equal("403 message_rejected", status .. " " .. body.code)
    assert.matches("DELETE /v0/lists/send/block/", body.fix)
    local draft = ok(api("POST", A .. "/drafts", { to = { "p@bad.example" } }))
    assert.equal("403 message_rejected",
                 code(api("POST", A .. "/drafts/" .. draft.draft_id .. "/send", {})))
    assert.equal(0, #sandbox:sent())
    add("p@bad.example", "send/allow", A)
    assert.equal(200, (api("POST", A .. "/messages/send", { to = "p@bad.example" })))
  end)
end)
