-- SPDX-License-Identifier: MIT
-- What the service has taken on since September: apps, rates, polling webhooks, paused inboxes,
-- scans of mail, keys that end, agents without a human.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

local A = "/v0/inboxes/a@agentmail.to"

describe("in the sandbox,", function()
  local sandbox, api = http.sandbox({ namespace = "newer" }, "a", "b")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  it("a paused inbox sends nothing, drops what comes, and fails its drafts", function()
    assert.is_nil(ok(api("GET", A)).status)
    assert.equal("paused", ok(api("PATCH", A, { status = "paused" })).status)
    local mail = { to = "x@example.com", text = "t" }
    assert.equal("403 inbox_paused", code(api("POST", A .. "/messages/send", mail)))
    ok(api("POST", "/v0/inboxes/b@agentmail.to/messages/send", { to = "a@agentmail.to" }))
    sandbox:inbound { to = "a@agentmail.to", subject = "lost" }
    local draft = ok(api("POST", A .. "/drafts", { to = { "x@example.com" },
                                                   send_at = "2030-05-01T13:00:00Z" }))
    sandbox:advance "2h"
    assert.equal("failed", ok(api("GET", A .. "/drafts/" .. draft.draft_id)).send_status)
    assert.is_nil(ok(api("PATCH", A, { status = "active" })).status)
    sandbox:advance "2h"
    assert.equal("failed", ok(api("GET", A .. "/drafts/" .. draft.draft_id)).send_status)
    assert.equal(0, ok(api("GET", A .. "/messages")).count)
    ok(api("POST", A .. "/messages/send", mail))
    assert.equal("paused", ok(api("POST", "/v0/inboxes", { status = "paused" })).status)
  end)

  it("apps are found by id or slug, and connect", function()
    local apps = ok(api("GET", "/v0/apps")).apps
    local one = ok(api("GET", "/v0/apps/" .. apps[1].app_id))
    assert.same(apps[1], one)
    assert.same(one, ok(api("GET", "/v0/apps/QUICK%20search")))
    assert.equal("400 validation_error", code(api("GET", "/v0/apps/!!!")))
    assert.equal("404 not_found", code(api("GET", "/v0/apps/nothing")))
    assert.equal(1, ok(api("GET", "/v0/apps?category=payments")).count)
    assert.equal("400 validation_error", code(api("GET", "/v0/apps?category=toys")))
    assert.equal(0, ok(api("GET", "/v0/apps/search?q=search")).count)
    assert.equal(1, ok(api("GET", "/v0/apps/search?q=Quick")).count)
    local page = ok(api("GET", "/v0/apps?limit=1"))
    assert.equal("Pay Desk", ok(api("GET", "/v0/apps?limit=1&page_token="
      .. page.next_page_token)).apps[1].name)
    assert.same({ 202, "pending" }, { (api("POST", "/v0/apps/pay-desk/connect",
      { inbox_id = "a@agentmail.to" })), ok(api("GET", "/v0/api-keys?type=public_key"))
        .api_keys[1].status })
    local status, refusal = api("POST", "/v0/apps/full-house/connect",
                                { inbox_id = "a@agentmail.to" })
    assert.same({ 403, "AppSignupLimitError", "limit_exceeded" },
                { status, refusal.name, refusal.code })
    assert.same({ count = 0, limit = 20, accounts = {} },
                ok(api("GET", "/v0/apps/nothing/accounts")))
  end)

  it("accounts are read in each scope, disabled and enabled", function()
    ok(api("POST", "/_sandbox/v1/providers", { provider_id = "p" }))
    local account = ok(api("POST", "/_sandbox/v1/accounts",
                           { provider_id = "p", inbox_id = "a@agentmail.to" }))
    local path = "/accounts/" .. account.account_id
    assert.same(account, ok(api("GET", A .. path)))
    assert.equal("404 not_found", code(api("GET", "/v0/inboxes/b@agentmail.to" .. path)))
    assert.equal(1, ok(api("GET", "/v0/pods/" .. account.pod_id .. "/accounts")).count)
    local off = ok(api("PATCH", "/v0" .. path .. "/update", { status = "disabled" }))
    assert.equal("disabled", off.status)
    sandbox:advance "1h"
    assert.equal(off.disabled_at,
                 ok(api("PATCH", "/v0" .. path .. "/update", { status = "disabled" })).disabled_at)
    local on = ok(api("PATCH", "/v0" .. path .. "/update", { status = "enabled" }))
    assert.same({}, { on.status, on.disabled_at })
  end)

  it("rates are the share of recipients within the window", function()
    sandbox:advance "48h"
    local function send(to) ok(api("POST", A .. "/messages/send", { to = to })) end
    send { "x@example.com", "y@example.com", "z@example.com" }
    send { "bounce@sandbox.test" }
    sandbox:advance "1h"
    local rates = ok(api("GET", "/v0/metrics/rates?period=3600&limit=1&descending=true"))
    assert.same({ 0.25, 4 }, { rates.bounce[1].rate, rates.bounce[1].sent })
    assert.same({ 0, 4 }, { rates.complaint[1].rate, rates.complaint[1].sent })
    sandbox:advance "25h"
    rates = ok(api("GET", A .. "/metrics/rates?rate_types=bounce&descending=true&limit=1"))
    assert.same({ nil, 0, nil }, { rates.bounce[1].rate, rates.bounce[1].sent, rates.complaint })
    for _, wrong in ipairs { "period=59", "period=86401", "window=3601", "window=2595600",
                             "period=60&window=86400", "limit=0" } do
      assert.equal("400 validation_error", code(api("GET", "/v0/metrics/rates?" .. wrong)))
    end
  end)

  it("a polling webhook has one token at a time", function()
    local body = { client_id = "c", event_types = { "message.received" } }
    local first = ok(api("POST", "/v0/webhooks/polling", body))
    local second = ok(api("POST", "/v0/webhooks/polling", body))
    assert.equal(first.webhook_id, second.webhook_id)
    assert.not_equal(first.token, second.token)
    assert.is_nil(ok(api("GET", "/v0/webhooks/polling/c")).token)
    assert.equal(0, ok(api("GET", A .. "/webhooks/polling")).count)
    assert.equal(0, ok(api("GET", "/v0/webhooks")).count)
    assert.not_equal(first.webhook_id, ok(api("POST", A .. "/webhooks/polling", body)).webhook_id)
    assert.equal("400 validation_error",
                 code(api("POST", "/v0/webhooks/polling", { event_types = body.event_types })))
    ok(api("DELETE", "/v0/webhooks/polling/" .. first.webhook_id))
    assert.equal("404 not_found", code(api("DELETE", "/v0/webhooks/polling/c2")))
    for i = 1, 10 do
      ok(api("POST", "/v0/webhooks/polling", { client_id = "c" .. i,
                                               event_types = body.event_types }))
    end
    assert.equal("409 limit_exceeded", code(api("POST", "/v0/webhooks/polling", body)))
  end)

  it("the events of a polling webhook wait until they are committed", function()
    local function poll(what, body) return api("POST", "/_sandbox/v1/polling/" .. what, body) end
    local function create(path)
      return ok(api("POST", path .. "/webhooks/polling", {
        client_id = "p", event_types = { "message.received", "message.sent" } })).token
    end
    sandbox:inbound { to = "a@agentmail.to", subject = "before" }
    local old, of_a, of_b = create "/v0", create(A), create "/v0/inboxes/b@agentmail.to"
    for i = 1, 3 do sandbox:inbound { to = "a@agentmail.to", subject = "m" .. i } end
    local function subjects(page)
      local list = {}
      for i, event in ipairs(page.data) do list[i] = event.message.subject end
      return table.concat(list, " ")
    end
    local page = ok(poll("receive", { token = old, limit = 2 }))
    assert.same({ "m1 m2", false }, { subjects(page), page.done })
    assert.same(page, ok(poll("receive", { token = old, limit = 2 })))
    local token = create "/v0"
    assert.equal("401 unauthorized", code(poll("receive", { token = old })))
    assert.equal("401 unauthorized", code(poll("commit", { token = old, iterator = "1" })))
    assert.equal(2, ok(poll("commit", { token = token, iterator = page.iterator })).committed)
    page = ok(poll("receive", { token = token }))
    assert.same({ "m3", true }, { subjects(page), page.done })
    assert.equal(1, ok(poll("commit", { token = token, iterator = page.iterator })).committed)
    assert.equal("", subjects(ok(poll("receive", { token = token }))))
    assert.equal("m1 m2 m3", subjects(ok(poll("receive", { token = of_a }))))
    assert.equal("", subjects(ok(poll("receive", { token = of_b }))))
    ok(api("DELETE", A .. "/webhooks/polling/p"))
    of_a = create(A)
    sandbox:inbound { to = "a@agentmail.to", subject = "after" }
    assert.equal("after", subjects(ok(poll("receive", { token = of_a }))))
    assert.equal("400 validation_error", code(poll("receive", { token = token, limit = 251 })))
    assert.equal("400 validation_error", code(poll("commit", { token = token, iterator = "x" })))
  end)

  it("a held message is released once, and takes feedback", function()
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "Odd" }
    local path = A .. "/messages/" .. http.escape(mail.message_id)
    local feedback = { feedback = "incorrect_review" }
    assert.equal("409 conflict", code(api("POST", path .. "/agent-armor/feedback", feedback)))
    assert.equal("409 conflict", code(api("POST", path .. "/agent-armor/release",
                                          { reason = "r" })))
    ok(api("POST", "/_sandbox/v1/scans", { inbox_id = "a@agentmail.to",
      message_id = mail.message_id, verdict = "review", held = true }))
    assert.equal("review", ok(api("GET", path)).agent_armor.verdict)
    local first = ok(api("POST", path .. "/agent-armor/release", { reason = "known" }))
    assert.same(first, ok(api("POST", path .. "/agent-armor/release", { reason = "known" })))
    assert.equal("409 conflict", code(api("POST", path .. "/agent-armor/release",
                                          { reason = "other" })))
    assert.equal("400 validation_error", code(api("POST", path .. "/agent-armor/release",
                                                  { reason = " " })))
    for _ = 1, 20 do ok(api("POST", path .. "/agent-armor/feedback", feedback)) end
    assert.equal("409 conflict", code(api("POST", path .. "/agent-armor/feedback", feedback)))
    local key = ok(api("POST", "/v0/api-keys", { name = "k" }))
    local use = http.api { url = sandbox.url, api_key = key.api_key }
    assert.equal("403 missing_permission", code(use("POST", path .. "/agent-armor/release",
                                                    { reason = "known" })))
  end)

  it("a magic subject is reviewed, beside the mail or before it", function()
    ok(api("POST", "/v0/webhooks", { url = "http://hooks.invalid/", event_types = {
      "message.received", "message.security.completed", "message.security.review",
      "message.security.override" } }))
    local function told()
      local list = {}
      for i, row in ipairs(sandbox:deliveries()) do
        list[i] = row.event_type:gsub("^message%.", "")
      end
      return table.concat(list, " ")
    end
    local function arrives(subject)
      local mail = sandbox:inbound { to = "a@agentmail.to", subject = subject }
      return ok(api("GET", A .. "/messages/" .. http.escape(mail.message_id)))
    end
    assert.is_nil(arrives("Agent-Armor: Review").agent_armor)
    sandbox:switch { agent_armor = "monitor" }
    assert.equal("review", arrives("Agent-Armor: Review").agent_armor.verdict)
    sandbox:switch { agent_armor = "hold" }
    assert.equal("clear", arrives("Hello").agent_armor.verdict)
    assert.equal("received received security.completed received", told())
    local held = arrives "Re: agent-armor: review me"
    assert.same({ "agent-armor-held", "review" }, { held.labels[3], held.agent_armor.verdict })
    assert.equal("received received security.completed received security.review", told())
    local path = A .. "/messages/" .. http.escape(held.message_id)
    ok(api("POST", path .. "/agent-armor/feedback", { feedback = "correct_review" }))
    ok(api("POST", path .. "/agent-armor/release", { reason = "known" }))
    assert.equal("received received security.completed received security.review received "
      .. "security.override", told())
    assert.equal(2, #ok(api("GET", path)).labels)
  end)

  it("a bearer key can end, and not after the one that made it", function()
    local key = ok(api("POST", "/v0/api-keys", { expires_at = "2031-01-01T00:00:00Z" }))
    assert.equal("2031-01-01T00:00:00.000Z", key.expires_at)
    assert.equal("400 validation_error",
                 code(api("POST", "/v0/api-keys", { expires_at = "2030-01-01T00:00:00Z" })))
    local use = http.api { url = sandbox.url, api_key = key.api_key }
    assert.equal("403 forbidden",
                 code(use("POST", "/v0/api-keys", { expires_at = "2031-01-02T00:00:00Z" })))
    assert.equal(key.expires_at, ok(use("POST", "/v0/api-keys", {})).expires_at)
    for _, old in ipairs { "provider_connect", "provider_share_owner" } do
      assert.equal("400 validation_error",
                   code(api("POST", "/v0/api-keys", { permissions = { [old] = true } })))
    end
  end)

  it("an agent without a human only receives, until one is attached", function()
    local function sign_up(username)
      local connection = http.connect(sandbox.url)
      local status, body = connection:request("POST", "/v0/agent/sign-up",
        ('{"username":"%s"}'):format(username), {})
      connection:close()
      return status, json.decode(body)
    end
    local _, agent = sign_up "alone"
    local _, other = sign_up "alone-2"
    assert.not_equal(agent.organization_id, other.organization_id)
    assert.equal(400, (sign_up "alone"))
    local use = http.api { url = sandbox.url, api_key = agent.api_key }
    local mail = { to = "h@example.com", text = "t" }
    local send = "/v0/inboxes/" .. agent.inbox_id .. "/messages/send"
    assert.equal("403 message_rejected", code(use("POST", send, mail)))
    assert.equal("403 forbidden", code(use("POST", "/v0/agent/verify", { otp_code = "1" })))
    local function attach(address)
      return use("POST", "/v0/agent/human", { human_email = address })
    end
    local function otp()
      local agents = ok(api("GET", "/_sandbox/v1/agents")).agents
      for _, one in ipairs(agents) do
        if one.organization_id == agent.organization_id then return one.otp_code end
      end
    end
    assert.equal("400 validation_error", code(attach "nobody"))
    assert.equal("h@example.com", ok(attach "h@example.com").human_email)
    ok(use("POST", send, mail))
    local first = otp()
    ok(attach "h@example.com")
    assert.equal(first, otp())
    ok(attach "i@example.com")
    ok(attach "h@example.com")
    assert.equal("409 conflict", code(attach "j@example.com"))
    assert.is_true(ok(use("POST", "/v0/agent/verify", { otp_code = otp() })).verified)
    assert.equal("409 conflict", code(attach "h@example.com"))
  end)
end)
