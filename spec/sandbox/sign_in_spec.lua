-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("in the sandbox,", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "sign-in" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  it("providers and accounts are as the control interface created them", function()
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
    local token = "abcdefghij0123456789_-"
    local authorized = ok(api("POST", A .. "/authorize", { auth_token = token }))
    assert.same(authorized, ok(api("POST", A .. "/authorize", { auth_token = token })))
    assert.not_equal(authorized.api_key_id,
                     ok(api("POST", A .. "/authorize", { auth_token = token:upper() })).api_key_id)
    for _, wrong in ipairs { "", token:sub(2), token .. "a", token:sub(2) .. "." } do
      assert.equal(400, (api("POST", A .. "/authorize", { auth_token = wrong })))
    end
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

  -- An organization that nobody has verified yet: its API, its inbox, and the row of `agents`.
  local function signed_up(human)
    local connection = http.connect(sandbox.url)
    local status, body = connection:request("POST", "/v0/agent/sign-up",
      json.encode { human_email = human, username = "helper" }, {})
    connection:close()
    assert.equal(200, status)
    local one, agents = json.decode(body), ok(api("GET", "/_sandbox/v1/agents")).agents
    return http.api { url = sandbox.url, api_key = one.api_key },
           "/v0/inboxes/" .. one.inbox_id, agents[#agents]
  end

  it("an agent sends only to its human, until it is verified", function()
    local use, inbox, agent = signed_up "Boss@example.com"
    local view = sandbox:view(agent.namespace)
    local function send(letter) return use("POST", inbox .. "/messages/send", letter) end
    local function rejected(whom, status, problem)
      assert.equal("403 message_rejected", code(status, problem))
      assert.equal(("Message rejected: Recipient(s) blocked: %s (not in allow list)"):format(whom),
                   problem.message)
      assert.matches("/v0/agent/verify", problem.fix)
    end
    ok(send { to = "Boss <boss@EXAMPLE.com>" })
    rejected("bob@example.com", send { to = "bob@example.com" })
    rejected("bob@example.com, c@example.com",
             send { to = "boss@example.com", cc = { "bob@example.com" }, bcc = "c@example.com" })
    local mail = view:inbound { to = inbox:match "[^/]+$", from = "bob@example.com", subject = "S" }
    rejected("bob@example.com",
             use("POST", inbox .. "/messages/" .. http.escape(mail.message_id) .. "/reply", {}))
    local draft = ok(use("POST", inbox .. "/drafts", { to = { "bob@example.com" } }))
    rejected("bob@example.com", use("POST", inbox .. "/drafts/" .. draft.draft_id .. "/send"))
    ok(use("PATCH", inbox .. "/drafts/" .. draft.draft_id, { send_at = "2001-01-01T00:00:00Z" }))
    assert.equal("failed", ok(use("GET", inbox .. "/drafts/" .. draft.draft_id)).send_status)
    rejected("bob@example.com",
             http.api(view)("POST", inbox .. "/messages/send", { to = "bob@example.com" }))
    assert.equal(1, #view:sent())
    assert.is_true(ok(use("POST", "/v0/agent/verify", { otp_code = agent.otp_code })).verified)
    ok(send { to = "bob@example.com" })
  end)

  it("an agent creates no API key, pod or list entry, until it is verified", function()
    local use, inbox, agent = signed_up "chief@example.com"
    local view = sandbox:view(agent.namespace)
    local pod = "/v0/pods/" .. ok(use("GET", inbox)).pod_id
    local denied = {
      { "POST", "/v0/api-keys", {}, "api_key_create" },
      { "POST", pod .. "/api-keys", {}, "api_key_create" },
      { "POST", inbox .. "/api-keys", {}, "api_key_create" },
      { "POST", "/v0/pods", {}, "pod_create" },
      { "DELETE", pod, nil, "pod_delete" },
      { "POST", "/v0/lists/send/allow", { entry = "x.example" }, "list_entry_create" },
      { "POST", pod .. "/lists/send/allow", { entry = "x.example" }, "list_entry_create" },
      { "POST", inbox .. "/lists/send/allow", { entry = "x.example" }, "list_entry_create" },
      { "DELETE", "/v0/lists/send/allow/x.example", nil, "list_entry_delete" },
      { "POST", inbox .. "/authorize", { auth_token = "t" }, "app_connect" },
    }
    for _, row in ipairs(denied) do
      for _, by in ipairs { use, http.api(view) } do
        local status, problem = by(row[1], row[2], row[3])
        assert.equal("403 missing_permission", code(status, problem), row[2])
        assert.matches(" " .. row[4] .. "%.", problem.message)
        assert.matches("/v0/agent/verify", problem.fix)
      end
    end
    ok(use("GET", "/v0/api-keys"))
    ok(use("GET", "/v0/lists/send/allow"))
    ok(use("POST", "/v0/webhooks", { url = "http://127.0.0.1:9/",
                                     event_types = { "message.sent" } }))
    assert.equal(1, ok(use("GET", "/v0/pods")).count)
    ok(use("POST", "/v0/agent/verify", { otp_code = agent.otp_code }))
    ok(use("POST", "/v0/api-keys", {}))
    ok(use("POST", "/v0/pods", {}))
    ok(use("POST", "/v0/lists/send/allow", { entry = "x.example" }))
    assert.equal(204, (use("DELETE", "/v0/lists/send/allow/x.example")))
    assert.equal("403 cannot_delete", code(use("DELETE", pod)))
  end)
end)
