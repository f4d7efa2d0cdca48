-- SPDX-License-Identifier: MIT
-- Allow and block lists, metrics, label history, domains, sign-in and agents.
local http = require "spec.support.sandbox_http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "resources" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  describe("lists", function()
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

    it("hold addresses and domains, in their own order", function()
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

    it("block what comes in; the most specific scope wins", function()
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

    it("of an inbox are no other inbox's", function()
      ok(api("POST", "/v0/inboxes", { username = "b" }))
      add("bad.example", "receive/block", A)
      local mail = sandbox:inbound { to = { "a@agentmail.to", "b@agentmail.to" }, subject = "S",
                                     from = "p@bad.example" }
      assert.equal("received unread blocked", labels_of(mail))
      assert.equal(1, ok(api("GET", "/v0/inboxes/b@agentmail.to/messages")).count)
    end)

    it("judge replies by the lists for replies alone", function()
      local sent = ok(api("POST", A .. "/messages/send", { to = "p@bad.example" }))
      add("bad.example", "receive/block")
      local function answer() return labels_of(sandbox:reply(sent.message_id, { text = "re" })) end
      assert.equal("received unread", answer())
      add("bad.example", "reply/block")
      assert.equal("received unread blocked", answer())
    end)

    it("keep mail in, too: sent, or a draft that is due", function()
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

  describe("metrics", function()
    it("count what happened, in buckets", function()
      ok(api("POST", A .. "/messages/send", { to = { "x@example.com" } }))
      sandbox:advance "90m"
      for _ = 1, 2 do ok(api("POST", A .. "/messages/send", { to = { "bounce@sandbox.test" } })) end
      sandbox:inbound { to = "a@agentmail.to", subject = "S", labels = { "spam" } }
      local range = "?start=2030-05-01T12:00:00Z&period=3600"
      local counted = ok(api("GET", "/v0/metrics/events" .. range))
      local t1, t2 = "2030-05-01T12:00:00.000Z", "2030-05-01T13:00:00.000Z"
      assert.same({
        ["message.sent"] = { { timestamp = t1, count = 1 }, { timestamp = t2, count = 2 } },
        ["message.delivered"] = { { timestamp = t1, count = 1 } },
        ["message.bounced"] = { { timestamp = t2, count = 2 } },
        ["message.received.spam"] = { { timestamp = t2, count = 1 } },
      }, counted)
      assert.same(counted, ok(api("GET", A .. "/metrics/events" .. range)))
      assert.same(counted, ok(api("GET", "/v0/pods/" .. ok(api("GET", A)).pod_id
        .. "/metrics/events" .. range)))
      assert.same({ ["message.sent"] = { { timestamp = t2, count = 2 } } },
        ok(api("GET", "/v0/metrics/events" .. range
          .. "&event_types=message.sent&descending=true&limit=1")))
      local other = ok(api("POST", "/v0/inboxes", { username = "b" })).inbox_id
      assert.same({}, ok(api("GET", "/v0/inboxes/" .. other .. "/metrics/events" .. range)))
      assert.same({}, ok(api("GET", "/v0/metrics/events?end=2030-05-01T11:00:00Z")))
    end)

    it("refuse ranges that are too long or too fine", function()
      local function status(query) return code(api("GET", "/v0/metrics/events?" .. query)) end
      assert.equal("400 validation_error", status "start=2030-01-01T00:00:00Z")
      assert.equal("400 validation_error", status "period=0")
      assert.equal("400 validation_error", status "period=86401")
      assert.equal("400 validation_error",
                   status "start=2030-05-01T11:00:00Z&end=2030-05-01T10:00:00Z")
      assert.equal("422 query_range_too_wide", status "period=60")
      local thousand = "period=1&start=2030-05-01T11:00:00Z&end=2030-05-01T11:16:40"
      assert.equal("200 ", status(thousand .. "Z"))
      assert.equal("422 query_range_too_wide", status(thousand .. ".001Z"))
      assert.equal("400 validation_error", status "event_types=message.lost")
      assert.equal("200 ", status "period=86400")
      assert.equal("200 ", status "period=87&end=2031-01-01T00:00:00Z")
    end)

    it("know how much there was, and what is gone", function()
      local pod = ok(api("POST", "/v0/pods", {}))
      sandbox:advance "1h"
      local sent = ok(api("POST", A .. "/messages/send", { to = "x@example.com", text = "12345" }))
      ok(api("POST", "/v0/pods/" .. pod.pod_id .. "/inboxes", { username = "b" }))
      ok(api("POST", "/v0/domains", { domain = "mail.example.com" }))
      sandbox:advance "1h"
      ok(api("DELETE", A .. "/messages/" .. http.escape(sent.message_id)))
      ok(api("DELETE", "/v0/domains/mail.example.com"))
      sandbox:advance "1h"
      local function usage(path)
        local found = {}
        for name, points in pairs(ok(api("GET", path
            .. "/metrics/usage?start=2030-05-01T12:00:00Z&period=3600"))) do
          local values = {}
          for i, point in ipairs(points) do values[i] = point.value end
          found[name] = table.concat(values, " ")
        end
        return found
      end
      -- At 13:00 the mail, the inbox and the domain are there; at 14:00 two of them are gone.
      assert.same({ storage_bytes = "5 0 0", message_count = "1 0 0", thread_count = "1 0 0",
                    inbox_count = "2 2 2", domain_count = "1 0 0", pod_count = "2 2 2" },
                  usage "/v0")
      assert.same({ storage_bytes = "5 0 0", message_count = "1 0 0", thread_count = "1 0 0" },
                  usage(A))
      assert.same({ storage_bytes = "0 0 0", message_count = "0 0 0", thread_count = "0 0 0",
                    inbox_count = "1 1 1", domain_count = "0 0 0" },
                  usage("/v0/pods/" .. pod.pod_id))
      ok(api("DELETE", A))
      assert.equal(1, ok(api("GET", "/v0/organizations")).inbox_count)
      assert.matches("^2 2", usage("/v0").inbox_count)
      local one = ok(api("GET", "/v0/metrics/usage?usage_types=pod_count&limit=2"))
      assert.equal(2, #one.pod_count)
      assert.is_nil(one.inbox_count)
    end)
  end)

  it("label history tells each change, newest first", function()
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "S" }
    local path = A .. "/messages/" .. http.escape(mail.message_id)
    ok(api("PATCH", path, { add_labels = { "x" }, remove_labels = { "unread" } }))
    sandbox:advance(1)
    ok(api("PATCH", path, { add_labels = { "x" } })) -- changes nothing
    ok(api("PATCH", "/v0/threads/" .. mail.thread_id, { add_labels = { "y" } }))
    local list = ok(api("GET", A .. "/events")).events
    local told = {}
    for i, event in ipairs(list) do
      told[i] = event.event_type .. " " .. event.label
      assert.equal(mail.message_id, event.message_id)
    end
    assert.same({ "label.added y", "label.removed unread", "label.added x" }, told)
    assert.equal("2030-05-01T12:00:01.000Z", list[1].event_at)
    assert.is_true(list[1].event_id > list[2].event_id)
    local page = ok(api("GET", A .. "/events?limit=2&ascending=true"))
    assert.equal("x", page.events[1].label)
    page = ok(api("GET", A .. "/events?limit=2&ascending=true&page_token=" .. page.next_page_token))
    assert.equal("y", page.events[1].label)
  end)

  describe("domains", function()
    it("are registered once, described, and verified as it is told", function()
      local made = ok(api("POST", "/v0/domains", { domain = "Mail.Example.com",
                                                   subdomains_enabled = true }))
      assert.same({ "mail.example.com", "NOT_STARTED", true, false },
        { made.domain_id, made.status, made.subdomains_enabled, made.tracking_enabled })
      assert.same({ 5, "MISSING" }, { #made.records, made.records[1].status })
      assert.equal("403 already_exists",
                   code(api("POST", "/v0/domains", { domain = "mail.example.com" })))
      local path = "/v0/domains/mail.example.com"
      local there = { username = "x", domain = "mail.example.com" }
      assert.equal("403 domain_not_verified", code(api("POST", "/v0/inboxes", there)))
      assert.equal(204, (api("POST", path .. "/verify")))
      assert.equal("PENDING", ok(api("GET", path)).status)
      ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:9/", event_types = {
        "domain.verified" } }))
      assert.equal("VERIFIED", sandbox:domain("mail.example.com", "VERIFIED").status)
      assert.equal(1, #sandbox:deliveries())
      sandbox:domain("mail.example.com", "VERIFIED")
      local deliveries = sandbox:deliveries()
      assert.equal(1, #deliveries)
      assert.equal("VERIFIED", json.decode(deliveries[1].body).domain.status)
      assert.equal("VALID", ok(api("GET", path)).records[1].status)
      assert.equal(200, (api("POST", "/v0/inboxes", there)))
      assert.error_matches(function() sandbox:domain("mail.example.com", "FINE") end, "VERIFYING")
      assert.equal("dns_records_invalid",
                   sandbox:domain("mail.example.com", "INVALID", "dns_records_invalid").reason)
      assert.is_true(ok(api("PATCH", path, { tracking_enabled = true })).tracking_enabled)
      local item = ok(api("GET", "/v0/domains")).domains[1]
      assert.is_nil(item.records)
      assert.is_nil(item.status)
      assert.is_false(ok(api("GET", path .. "/setup-link")).supported)
      assert.equal(1, ok(api("GET", "/v0/organizations")).domain_count)
      assert.equal(204, (api("DELETE", path)))
      assert.equal(404, (api("GET", path)))
      assert.equal(400, (api("POST", "/v0/domains", { domain = "nothing" })))
    end)

    it("have a zone file", function()
      ok(api("POST", "/v0/domains", { domain = "z.example" }))
      local connection = http.connect(sandbox.url)
      local status, zone, headers = connection:request("GET",
        "/v0/domains/z.example/zone-file", nil, { "Authorization: Bearer " .. sandbox.api_key })
      connection:close()
      assert.same({ 200, "text/plain" }, { status, headers["content-type"] })
      assert.matches("^%$ORIGIN z%.example%.\n", zone)
      assert.matches("\nz%.example%. IN MX 10 inbound%.agentmail%.to%.\n", zone)
      assert.matches('\nz%.example%. IN TXT "v=spf1 ', zone)
    end)

    it("of a pod are that pod's", function()
      local pod = ok(api("POST", "/v0/pods", {}))
      local path = "/v0/pods/" .. pod.pod_id
      local made = ok(api("POST", path .. "/domains", { domain = "p.example" }))
      assert.equal(pod.pod_id, made.pod_id)
      ok(api("POST", "/v0/domains", { domain = "o.example" }))
      assert.equal(1, ok(api("GET", "/v0/pods/" .. pod.pod_id .. "/domains")).count)
      assert.equal(2, ok(api("GET", "/v0/domains")).count)
      assert.equal(404, (api("GET", "/v0/pods/" .. pod.pod_id .. "/domains/o.example")))
      assert.equal("403 cannot_delete", code(api("DELETE", "/v0/pods/" .. pod.pod_id)))
    end)
  end)

  it("providers and accounts are what they were told", function()
    local function control(path, body) return api("POST", "/_sandbox/v1/" .. path, body) end
    assert.equal(404, (api("GET", "/v0/providers/p1")))
    ok(control("providers", { provider_id = "p1", name = "Provider One" }))
    ok(control("accounts", { provider_id = "p1", inbox_id = "a@agentmail.to" }))
    local account = ok(control("accounts", { provider_id = "p1", inbox_id = "a@agentmail.to" }))
    assert.equal(2, account.sign_in_count)
    assert.equal(400, (control("providers", { provider = "p1" })))
    assert.equal(404, (control("accounts", { provider_id = "p2", inbox_id = "a@agentmail.to" })))
    assert.equal("Provider One", ok(api("GET", "/v0/providers/p1")).name)
    assert.equal(1, ok(api("GET", "/v0/providers")).count)
    assert.equal(1, ok(api("GET", "/v0/providers/search?q=ONE")).count)
    assert.equal(0, ok(api("GET", "/v0/providers/search?q=two")).count)
    assert.same(account, ok(api("GET", "/v0/accounts")).accounts[1])
    assert.same(account, ok(api("GET", "/v0/accounts/" .. account.account_id)))
    local both = ok(api("GET", "/v0/providers/p1/accounts"))
    assert.same({ "p1", account }, { both.provider.provider_id, both.accounts[1] })
    local link = ok(api("POST", "/v0/providers/p1/connect", { inbox_id = "a@agentmail.to" }))
    assert.equal("2030-05-01T12:05:00.000Z", link.expires_at)
    assert.equal("pending", ok(api("GET", "/v0/api-keys/" .. link.api_key_id)).status)
    assert.equal(400, (api("POST", "/v0/providers/p1/connect")))
    local authorized = ok(api("POST", A .. "/authorize", { auth_token = "t" }))
    local key = ok(api("GET", "/v0/api-keys/" .. authorized.api_key_id))
    assert.same({ "a@agentmail.to", "pending" }, { key.inbox_id, key.status })
  end)

  it("agents sign up without a key, get a new one each time, and verify", function()
    local function sign_up()
      local connection = http.connect(sandbox.url)
      local status, body = connection:request("POST", "/v0/agent/sign-up",
        '{"human_email":"Human@example.com","username":"bot"}', {})
      connection:close()
      assert.equal(200, status)
      return json.decode(body)
    end
    local first, second = sign_up(), sign_up()
    assert.same({ first.organization_id, "bot@agentmail.to" },
                { second.organization_id, second.inbox_id })
    local function as(one) return http.api { url = sandbox.url, api_key = one.api_key } end
    assert.equal(401, (as(first)("GET", "/v0/inboxes")))
    local use = as(second)
    assert.equal(second.organization_id, ok(use("GET", "/v0/auth/me")).organization_id)
    assert.equal(1, ok(use("GET", "/v0/inboxes")).count)
    local agents = ok(api("GET", "/_sandbox/v1/agents")).agents
    local agent = agents[#agents]
    assert.same({ "human@example.com", false }, { agent.human_email, agent.verified })
    assert.is_false(ok(use("POST", "/v0/agent/verify", { otp_code = "nonsense" })).verified)
    assert.is_true(ok(use("POST", "/v0/agent/verify", { otp_code = agent.otp_code })).verified)
    agents = ok(api("GET", "/_sandbox/v1/agents")).agents
    assert.is_true(agents[#agents].verified)
    for _ = 1, 9 do ok(use("POST", "/v0/agent/verify", { otp_code = "nonsense" })) end
    assert.equal(403, (use("POST", "/v0/agent/verify", { otp_code = agent.otp_code })))
    assert.equal(403, (api("POST", "/v0/agent/verify", { otp_code = "1" })))
    local late = as(sign_up())
    local clock = sandbox:view(agent.namespace)
    clock:advance "23h59m59s"
    assert.is_false(ok(late("POST", "/v0/agent/verify", { otp_code = "nonsense" })).verified)
    clock:advance "1s"
    assert.equal(403, (late("POST", "/v0/agent/verify", { otp_code = "nonsense" })))
  end)
end)
